"""Targets beside results: the year that a target is for, what meets it, and what is not compared."""

import polars as pl
import pytest

import analysis
from analysis import demo
from analysis.promises import VERDICTS, by_topic, due_year, verdict
from analysis.table import TABLES


def target(sentence, quote, year=2023, section="", **more):
    stated = {"unit": "甲县", "period": str(year), "value": 95.0, "qualifier": "over"}
    return {"year": year, "sentence": sentence, "quote": quote, "section": section, **stated, **more}


@pytest.mark.parametrize(
    ("sentence", "quote", "section", "due"),
    [
        ("力争2024年出庭应诉率不低于95%。", "95%", "", 2024),
        ("２０２４年，力争出庭应诉率不低于95%。", "95%", "", 2024),
        ("办班不少于3期。", "3期", "来年打算", 2024),
        ("案件败诉率力争不高于5%。", "5%", "2024年任务 / 严审", 2024),
        ("下一步，将举办普法活动60场。", "60场", "", 2024),
        ("到2025年，普及率达到95%。", "95%", "下一步打算", 2025),
        ("2023年举办了培训，2024年计划办8期。", "8期", "", 2024),
        # a plan's name, a document's number and the report's own year are no year to come
        ("贯彻《纲要（2021—2025年）》，凡处罚须有两名以上人员在场。", "两名", "", None),
        ("按照法释〔2024〕3号，出庭率应达到95%。", "95%", "", None),
        ("每个调委会应当配备3名以上调解员。", "3名", "", None),
        ("2023年已完成60场。", "60场", "", None),
    ],
)
def test_the_year_that_a_target_is_for(sentence, quote, section, due):
    assert due_year(target(sentence, quote, section=section)) == due


def test_the_second_half_of_a_year_is_no_next_year():
    assert due_year(target("完成60场。", "60场", section="下半年打算", period="2023-H1")) is None


RATE, LOST, REVIEWED = "litigation.appearance_rate", "litigation.loss_rate", "mediation.cases"


@pytest.mark.parametrize(
    ("indicator", "aim", "result", "answer"),
    [
        (RATE, (95, "over"), (95, "exact"), "met"),
        (RATE, (95, "over"), (94.9, "exact"), "not_met"),
        (RATE, (95, "exact"), (96, "exact"), "met"),  # more is better
        (RATE, (95, "over"), (96, "over"), "met"),
        (RATE, (95, "over"), (94, "over"), "not_comparable"),  # 94% and more may be 96%
        (RATE, (95, "over"), (94, "under"), "not_met"),
        (RATE, (95, "over"), (95, "under"), "not_comparable"),  # nearly 95 may be 95
        (LOST, (7, "under"), (6.5, "exact"), "met"),
        (LOST, (7, "under"), (7.5, "exact"), "not_met"),
        (LOST, (7, "exact"), (6, "exact"), "met"),  # less is better
        (LOST, (5, "over"), (6, "exact"), "not_comparable"),  # at least 5% of cases lost: the words were misread
        (REVIEWED, (30, "exact"), (30, "exact"), "met"),
        (REVIEWED, (30, "exact"), (31, "exact"), "not_comparable"),
        (REVIEWED, (30, "over"), (31, "exact"), "met"),  # 不少于30件 is a bound whatever the direction
        (REVIEWED, (None, "redacted"), (31, "exact"), "not_comparable"),
        (RATE, (95, "over"), (None, ""), "not_comparable"),
    ],
)
def test_what_meets_a_target(indicator, aim, result, answer):
    promised = target("", "", indicator=indicator) | {"value": aim[0], "qualifier": aim[1]}
    row = {"value": result[0], "qualifier": result[1], "quote": str(result[0])}
    assert verdict(promised, row, 2024)[0] == answer


def test_nothing_is_compared_across_a_break():
    promised = target("", "", year=2021, indicator="mediation.cases")
    row = {"value": 120.0, "qualifier": "exact", "quote": "120件"}
    assert verdict(promised, row, 2022) == ("not_comparable", "a break lies between")


LAST = (
    "# {unit}2023年法治政府建设年度报告\n\n一、主要成效\n\n全年开展法治宣传活动50场。\n\n"
    "二、下一步打算\n\n2024年，力争行政机关负责人出庭应诉率达到95%以上，开展法治宣传活动不少于60场，行政诉讼败诉率控制在7%以内。\n"
)
THIS = "# {unit}2024年法治政府建设年度报告\n\n一、主要成效\n\n行政机关负责人出庭应诉率96%。全年开展法治宣传活动55场。\n"


def test_promises_of_real_files(tmp_path):
    for unit, texts in {"山东省济南市历下区": (LAST, THIS), "山东省济南市市中区": (LAST,)}.items():
        folder = tmp_path / "raw" / unit
        folder.mkdir(parents=True)
        for year, text in zip((2023, 2024), texts, strict=False):
            (folder / f"{year}-report.md").write_text(text.format(unit=unit), "utf-8")
    analysis.build(tmp_path / "raw", tmp_path / "tables", processes=1)
    rows = analysis.load(tmp_path / "tables").promises
    assert rows.schema == TABLES["promises"].schema
    found = {(r["unit"][-3:], r["indicator"]): r for r in rows.to_dicts()}
    assert {key: (r["verdict"], r["result_value"]) for key, r in found.items()} == {
        ("历下区", "litigation.appearance_rate"): ("met", 96),
        ("历下区", "publicity.activities"): ("not_met", 55),
        ("历下区", "litigation.loss_rate"): ("not_reported", None),
        ("市中区", "litigation.appearance_rate"): ("no_report", None),
        ("市中区", "publicity.activities"): ("no_report", None),
        ("市中区", "litigation.loss_rate"): ("no_report", None),
    }
    kept = found["历下区", "publicity.activities"]
    assert (kept["quote"], kept["result_quote"]) == ("60场", "55场")
    assert kept["result_doc"] == "山东省济南市历下区/2024-report.md"
    assert "不少于60场" in kept["sentence"]


def test_the_promises_of_an_invented_province(tmp_path):
    demo.write(tmp_path / "demo", counties=6, years=3)
    analysis.build(tmp_path / "demo" / "reports", tmp_path / "tables", processes=1)
    tables = analysis.load(tmp_path / "tables")
    rows = tables.promises
    assert rows.height == tables.targets.height > 20
    assert set(rows["verdict"]) >= {"met", "not_met", "not_reported", "no_report"}
    assert set(rows["verdict"]) <= set(VERDICTS)
    assert (rows["due"] == rows["year"] + 1).all()
    results = tables.indicators.select("unit", pl.col("year").alias("due"), "indicator", "scope", "basis", "value")
    shown = rows.filter(pl.col("result_value").is_not_null())
    beside = shown.join(
        results,
        left_on=["unit", "due", "indicator", "result_scope", "result_basis"],
        right_on=["unit", "due", "indicator", "scope", "basis"],
        suffix="_there",
    )
    assert beside.height == shown.height
    assert (beside["value_there"] == beside["result_value"]).all()


def test_problems_by_topic_are_counted_by_year():
    rows = pl.DataFrame(
        {
            "unit": ["甲县", "甲县", "甲县", "甲县", "乙县"],
            "year": [2022, 2023, 2023, 2020, 2023],
            "topic": ["enforcement", "enforcement", "", "enforcement", "publicity"],
        }
    )
    assert by_topic(rows, "甲县", (2022, 2023)).to_dicts() == [
        {"topic": "enforcement", "2022": 1, "2023": 1, "total": 2},
        {"topic": "", "2022": None, "2023": 1, "total": 1},
    ]
