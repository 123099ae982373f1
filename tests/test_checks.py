"""What does not add up is found, and what only seems not to is left alone."""

from __future__ import annotations

import re
import time
from pathlib import Path

import polars as pl
import pytest

import analysis as fz
from analysis import checks, demo

CITY = "浙江省杭州市"
DISTRICT = "浙江省杭州市临平区"
OTHER = "浙江省杭州市上城区"

# long enough to be compared; the figures differ from report to report
LONG = """区政府把法治建设列入年度重点工作，定期听取汇报，逐项研究解决难点堵点，压实各部门和各镇街的主体责任。
推进规范性文件全过程管理，凡起草必征求意见，凡印发必经审核，凡期满必作评估，文件质量稳步提高。
行政执法人员持证上岗、亮证执法，案卷评查和监督检查形成常态，执法不规范的问题逐件督促整改到位。
公共法律服务站点覆盖各镇街，律师、公证员、调解员轮流值守，群众在家门口就能得到及时周到的帮助。"""


def tables(folder: Path, reports):
    """The tables of reports as (text,), or (text, {unit, year, doc_type, …}); else they are a district's of 2023."""
    for number, (text, *said) in enumerate(reports):
        meta = {"unit": DISTRICT, "year": "2023", "doc_type": "government"} | (said[0] if said else {})
        lines = "\n".join(f"{key}: {value}" for key, value in meta.items())
        path = folder / "raw" / f"{number}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"---\n{lines}\n---\n# {meta['year']}年法治政府建设情况报告\n\n{text}\n", "utf-8")
    fz.build(folder / "raw", folder / "out", processes=1)
    return fz.load(folder / "out")


def of(unit=DISTRICT, year=2023, **meta):
    return {"unit": unit, "year": str(year)} | meta


# --- One report, or several: what is found, or nothing ---------------------------------------------

CASES = {
    # a rate and its two counts
    "rate that its counts give": [("共调解纠纷3045件，调解成功2904件，成功率95%。",)],
    "rate cut off, not rounded": [("共调解纠纷3045件，调解成功2897件，成功率95.1%。",)],
    "rate that its counts do not give": ("rate", [("共调解纠纷3045件，调解成功2904件，成功率98%。",)]),
    "rate off by a tenth": ("rate", [("共调解纠纷3045件，调解成功2904件，成功率95.5%。",)]),
    "rate of counts rounded to thousands": [("共调解纠纷2.1万件，调解成功2.0万件，成功率96.5%。",)],
    "rate of counts that are not exact": [("共调解纠纷3000余件，调解成功2904件，成功率99%。",)],
    "rate that is not exact": [("共调解纠纷3045件，调解成功2904件，成功率达98%以上。",)],
    "rate of one kind, counts of all": [("共调解纠纷3045件，调解成功2904件。其中医疗纠纷调解成功率99%。",)],
    "rate over cases heard, counts of cases received": [
        ("受理行政诉讼案件100件，负责人出庭应诉50次，出庭应诉率100%。",)
    ],
    # parts and their total
    "parts that make the total": [("全年共审查合同56件，其中区级合同20件，其余部门合同36件。",)],
    "parts called all that do not make the total": (
        "parts",
        [("全年共审查合同56件，其中区级合同30件，其余部门合同36件。",)],
    ),
    "parts before their total": [("区级开展普法活动30场，镇街开展普法活动36场，共计66场。",)],
    "parts before a total that they do not make": (
        "parts",
        [("区级开展普法活动30场，镇街开展普法活动36场，共计56场。",)],
    ),
    "a part between that is no such figure": [("区级开展普法活动30场，培训9次，镇街开展普法活动36场，共计75场。",)],
    "two kinds of many": [
        ("全年办理法律援助案件1503件，比上年增长，农民工、妇女是主要受益者，两类分别为544件和492件。",)
    ],
    "a part of the total": [("全年办理法律援助案件1503件，其中农民工案件544件。",)],
    "a part that is more than the total": (
        "part_over_whole",
        [("全年共办理法律援助案件1503件，其中农民工案件5440件。",)],
    ),
    "an earlier stage that is more than the result": [("收到县区政府和市直部门报备文件94件，准予备案91件。",)],
    "an earlier stage that is applied for": [
        ("人民调解方面，案件受理量8114件，协议达成量7963件；司法确认方面，申请量305件，确认量298件。",)
    ],
    "parts of which one is not read": [("4个镇街、38个村居调委会加上医患、物业、劳资3个行业调委会，共计45个。",)],
    # what cannot exceed what
    "fewer succeeded than mediated": [("共调解纠纷3045件，调解成功2904件。",)],
    "more succeeded than mediated": ("exceeds", [("共调解纠纷3045件，调解成功3904件。",)]),
    "more succeeded than a lower bound": [("共调解纠纷3000余件，调解成功3904件。",)],
    "more closed than received: some were carried over": [("收到行政复议申请80件，审结行政复议案件92件。",)],
    "more hazards fixed than found": ("exceeds", [("排查安全隐患210处，整改安全隐患310处。",)]),
    # range
    "a rate of a hundred": [("行政机关负责人出庭应诉率100%。",)],
    "a rate over a hundred": ("out_of_range", [("行政机关负责人出庭应诉率198.5%。",)]),
    # looking back
    "last year as last year's report has it": [
        ("全年收到行政复议申请86件。", of(year=2022)),
        ("2022年收到行政复议申请86件，2023年收到行政复议申请90件。",),
    ],
    "last year otherwise than last year's report has it": (
        "last_year",
        [
            ("全年收到行政复议申请86件。", of(year=2022)),
            ("2022年收到行政复议申请68件，2023年收到行政复议申请90件。",),
        ],
    ),
    "last year, rounded": [
        ("全年调解纠纷21345件。", of(year=2022)),
        ("2022年调解纠纷2.1万余件，2023年调解纠纷22000件。",),
    ],
    "last year of another basis": [
        ("全年受理行政复议申请80件。", of(year=2022)),
        ("2022年收到行政复议申请86件，2023年收到行政复议申请90件。",),
    ],
    "last year by another kind of source": [
        ("全区法院全年新收一审行政案件86件。", of(year=2022, doc_type="court")),
        ("全区2022年一审行政案件68件，2023年一审行政案件90件。",),
    ],
    # the same words twice
    "one statement twice": [
        ("全区全年共办理法律援助案件560件。\n\n五、法律服务\n\n全区全年共办理法律援助案件560件。",)
    ],
    "one statement twice, once rounded": [
        ("全区全年共办理法律援助案件1560件。\n\n五、法律服务\n\n全区全年共办理法律援助案件1500余件。",)
    ],
    "one statement twice with two numbers": (
        "twice",
        [
            (
                "全区全年共办理法律援助案件560件，群众满意。\n\n五、法律服务\n\n全区全年共办理法律援助案件650件，另有回访。",
            )
        ],
    ),
    # from year to year
    "growth": [("举办普法活动30场。", of(year=2022)), ("举办普法活动90场。",)],
    "one, then twelve": [("举办普法活动1场。", of(year=2022)), ("举办普法活动12场。",)],
    "fifteen times as many": ("jump", [("举办普法活动30场。", of(year=2022)), ("举办普法活动450场。",)]),
    "a fifteenth": ("jump", [("举办普法活动450场。", of(year=2022)), ("举办普法活动30场。",)]),
    "fifteen times, a year missing between": [("举办普法活动30场。", of(year=2021)), ("举办普法活动450场。",)],
    "fifteen times, but in half a year": [
        ("举办普法活动450场。", of(year=2022)),
        ("举办普法活动30场。", of(period="2023-H1")),
    ],
    "fifteen times, with a break between": [
        ("全年调解纠纷1000件。", of(year=2021)),
        ("全年调解纠纷15000件。", of(year=2022)),
    ],
    "a rate that rises fifteenfold": [("败诉率1%。", of(year=2022)), ("败诉率15%。",)],
    "a 万 too many": ("slip", [("罚没款3125万元。", of(year=2022)), ("罚没款3340元。",)]),
    # counties and their city
    "districts below their city": [
        ("全市共办理法律援助案件1000件。", of(CITY)),
        ("全区共办理法律援助案件300件。", of(DISTRICT)),
        ("全区共办理法律援助案件400件。", of(OTHER)),
    ],
    "districts above their city": (
        "below",
        [
            ("全市共办理法律援助案件600件。", of(CITY)),
            ("全区共办理法律援助案件300件。", of(DISTRICT)),
            ("全区共办理法律援助案件400件。", of(OTHER)),
        ],
    ),
    "a district above its municipality": (
        "below",
        [
            ("全市共办理法律援助案件600件。", of("上海市")),
            ("全区共办理法律援助案件700件。", of("上海市浦东新区")),
        ],
    ),
    "cities above their province": (
        "below",
        [
            ("全省共办理法律援助案件600件。", of("浙江省")),
            ("全市共办理法律援助案件400件。", of(CITY)),
            ("全市共办理法律援助案件300余件。", of("浙江省宁波市")),
        ],
    ),
    "a city and its own district below their province": [
        ("全省共办理法律援助案件600件。", of("浙江省")),
        ("全市共办理法律援助案件400件。", of(CITY)),
        ("全区共办理法律援助案件300件。", of(DISTRICT)),
    ],
    "districts above a bound of their city": [
        ("全市共办理法律援助案件600余件。", of(CITY)),
        ("全区共办理法律援助案件300件。", of(DISTRICT)),
        ("全区共办理法律援助案件400件。", of(OTHER)),
    ],
    "districts above what the city itself did": [
        ("市政府本级办理行政复议案件60件。", of(CITY)),
        ("全区办理行政复议案件70件。", of(DISTRICT)),
    ],
    "districts of another year": [
        ("全市共办理法律援助案件600件。", of(CITY)),
        ("全区共办理法律援助案件700件。", of(DISTRICT, 2021)),
    ],
    # texts
    "a text of its own": [(LONG, of(year=2022)), (LONG[:90],)],
    "last year's text": ("reused", [(LONG + "举办培训3场。", of(year=2022)), (LONG + "举办培训5场。",)]),
    "another unit's text": ("reused", [(LONG + "办结3件。", of(OTHER)), (LONG + "办结五件。",)]),
    "a masked number": [("收到行政复议申请XX件，受理XX件，参加培训XX人。",)],
    "bold, a web address and a line": [("**市场监管**持续加强。\n\n___\n\n见www.xxx.gov.cn和a__b页。",)],
    "a year left open": ("unfilled", [("20XX年，区政府举办培训3场。",)]),
    "a name left open": ("unfilled", [("XX区人民政府召开会议3次。",)]),
    "a line to write on": ("unfilled", [("举办培训____场。",)]),
    "a request left standing": ("unfilled", [("举办培训3场（此处填写具体内容）。",)]),
    "a date left open": ("unfilled", [("临平区人民政府\n\n　　年　　月　　日",)]),
    "an empty bracket": ("unfilled", [("受理行政复议申请（ ）件。",)]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_check_finds_what_it_should_and_nothing_else(name, tmp_path):
    case = CASES[name]
    expected, reports = case if isinstance(case, tuple) else ("", case)
    found = tables(tmp_path, reports).checks
    assert found["check"].to_list() == [expected] * bool(expected), found["message"].to_list()


def test_each_check_has_a_case_that_it_finds():
    found = {case[0] for case in CASES.values() if isinstance(case, tuple)}
    assert sorted({*found, "disputed"}) == sorted(checks.CHECKS)


def test_a_finding_names_both_statements_and_edits_nothing(tmp_path):
    made = tables(tmp_path, [("共调解纠纷3045件，调解成功2904件，成功率98%。",)])
    row = made.checks.to_dicts()[0]
    assert (row["check"], row["severity"], row["indicator"]) == ("rate", "warning", "mediation.success_rate")
    assert (row["value"], row["other_value"]) == (98, 95.37)
    assert row["message"] == "98% is stated; 2904 of 3045 are 95.37%."
    assert "成功率98%" in row["sentence"]
    value = made.indicators.filter(pl.col("indicator") == "mediation.success_rate")["value"].to_list()
    assert value == [98]


def test_the_words_of_checks_are_known_to_the_workbook_and_to_the_severities():
    from analysis.export import WORDS

    assert all(check.severity in checks.SEVERITIES for check in checks.CHECKS.values())
    assert WORDS["check"] == {name: check.name_zh for name, check in checks.CHECKS.items()}


@pytest.mark.parametrize(
    ("value", "quote", "qualifier", "step"),
    [
        (21000, "2.1万余件", "over", 1000),
        (200000, "20万件", "exact", 10000),
        (1300, "1300余件", "over", 100),
        (1300, "1300件", "exact", 1),
        (98.7, "98.70%", "exact", 0.01),
        (98.7, "９８．７％", "exact", 0.1),
        (95, "95%", "exact", 1),
    ],
)
def test_how_finely_words_tell(value, quote, qualifier, step):
    assert checks.step({"value": value, "quote": quote, "qualifier": qualifier}) == pytest.approx(step)


def test_looking_for_texts_that_are_alike_is_near_linear_in_their_number():
    """A thousand offices with one text: each is compared with a few others only."""
    compared = []
    before = checks._alike
    rows = [{"doc": f"{n}.md", "unit": f"县{n}", "year": 2023} for n in range(1000)]
    traces = {row["doc"]: checks.trace(LONG + f"县{n}" * 3) for n, row in enumerate(rows)}
    stated = checks.Stated(pl.DataFrame(rows), pl.DataFrame(), pl.DataFrame(), (), traces)
    try:
        checks._alike = lambda one, other: compared.append(1) or before(one, other)
        assert len(list(checks.reused(stated))) == 999
    finally:
        checks._alike = before
    assert len(compared) < 1000 * 12


@pytest.mark.parametrize("run", ["_", " ", "　", "x", "×", "（", "（ ", "20", "a_", "年 ", "【此处"])
def test_a_text_of_one_thing_without_end_takes_no_time(run):
    start = time.perf_counter()
    checks.trace(run * (1_000_000 // len(run)))
    assert time.perf_counter() - start < 5


def test_a_sketch_is_the_same_everywhere():
    """The numbers are our own, not a library's that may change from version to version."""
    assert checks.trace(LONG).sketch[:12].hex() == "2e9cc003334fe4008b469802"
    assert checks.trace(LONG.replace("逐件", "3件，")).sketch != checks.trace(LONG).sketch
    assert checks.trace(LONG + "12345").sketch == checks.trace(LONG).sketch


# --- The invented province -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    """The texts of an invented province by doc."""
    return {text.doc: text.text for text in demo.make(12, 6, 1)}


def built(folder: Path, texts):
    for doc, text in texts.items():
        (folder / "raw" / doc).parent.mkdir(parents=True, exist_ok=True)
        (folder / "raw" / doc).write_text(text, "utf-8")
    fz.build(folder / "raw", folder / "out", processes=1)
    return fz.load(folder / "out").checks


@pytest.fixture(scope="module")
def unharmed(province, tmp_path_factory):
    """(check, doc, indicator) of what is found in the province as it was made: readings gone wrong."""
    found = built(tmp_path_factory.mktemp("unharmed"), province)
    return set(found.select("check", "doc", "indicator").rows())


def test_the_province_as_made_adds_up(unharmed):
    """Its figures agree with each other; of 84 reports a few sentences are read as another indicator."""
    assert {check for check, *_ in unharmed} <= {"jump"}
    assert len(unharmed) <= 4


PLANTED = {  # check -> which reports, what is sought in them, what is put in its place
    "rate": ("", r"(调解成功率(?:为|达|达到)?)9\d(?:\.\d+)?%", r"\g<1>61.3%"),
    "exceeds": ("", r"(整改(?:到位|完成|安全隐患|隐患)?)\d+处", r"\g<1>99999处"),
    "out_of_range": ("", r"(出庭应诉率(?:为|达|达到)?)\d+(?:\.\d+)?%", r"\g<1>999.9%"),
    "last_year": ("", r"(上年(?:为|的|评查))\d+(?=件|场次|人|名)", r"\g<1>77777"),
    "slip": ("", r"(罚没(?:金额|款合计|款))(\d+(?:\.\d+)?)万元", r"\g<1>\g<2>元"),
    "below": ("区/", r"(法律明白人”(?:总数|达))\d+", r"\g<1>9999999"),
    "unfilled": ("", r"2023年", "20XX年"),
}


@pytest.mark.parametrize("check", PLANTED)
def test_a_planted_error_is_found_and_nothing_else_of_the_kind(check, province, unharmed, tmp_path):
    whose, wording, planted = PLANTED[check]
    harmed = [doc for doc, text in province.items() if whose in doc and re.search(wording, text)][::3]
    texts = province | {doc: re.sub(wording, planted, province[doc], count=1) for doc in harmed}
    found = built(tmp_path, texts).filter(pl.col("check") == check).to_dicts()
    assert found
    for row in found:
        assert {row["doc"], *row["other_doc"].split("; ")} & set(harmed), row


def test_a_report_handed_in_again_for_another_county_is_found(province, unharmed, tmp_path):
    source, *_, other = [doc for doc in province if "县/2023" in doc]
    names = [doc.partition("/")[0].rpartition("市")[2] for doc in (source, other)]
    texts = province | {other: province[source].replace(*names)}
    found = built(tmp_path, texts).filter(pl.col("check") == "reused").to_dicts()
    assert [{row["doc"], row["other_doc"]} for row in found] == [{source, other}]
