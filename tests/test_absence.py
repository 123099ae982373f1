"""A cell of the panel says why it has a value or none: one report a status, and the demonstration counted through."""

from pathlib import Path

import polars as pl
import pytest

import analysis as fz
from analysis import demo
from analysis.absence import STATUSES, VALUED

JIANG, MEI, QI = "浙江省杭州市临平区", "浙江省杭州市余杭区", "浙江省杭州市西湖区"
HEAD = "---\nunit: {unit}\nyear: {year}\npublished: {next}-{day}\n{more}---\n# {unit}{year}年法治政府建设年度报告\n\n"

REPORTS = {  # path -> (unit, year, month and day, more front matter, text)
    "a/2023.md": (JIANG, 2023, "03-01", "", "全年办理行政复议案件12件。全年受理行政诉讼一审案件X件。村（社区）法律顾问全覆盖。"
                  "全区共调解纠纷512件，成功503件。2022年收到行政复议申请7件。"),
    "a/2024.md": (JIANG, 2024, "03-01", "", "上半年开展普法活动30场。其中，乡镇开展法治宣传活动5场。全年收到行政复议申请40件。"),
    "a/2024-again.md": (JIANG, 2024, "03-01", "", "全年收到行政复议申请44件。"),
    "b/2024.md": (MEI, 2024, "03-01", "", "依法行政能力显著提升，行政机关负责人出庭应诉率稳步提高。"),
    "c/2024-court.md": (QI, 2024, "03-01", "doc_type: court\n", "全市法院受理一审行政案件88件。"),
}  # fmt: skip


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("absence")
    for path, (unit, year, day, more, text) in REPORTS.items():
        file = folder / "raw" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(HEAD.format(unit=unit, year=year, next=year + 1, day=day, more=more) + text + "\n", "utf-8")
    (folder / "raw" / "余杭区2023年法治政府建设年度报告.doc").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1"))
    fz.build(folder / "raw", folder / "tables")
    return fz.load(folder / "tables")


@pytest.mark.parametrize(
    ("unit", "year", "indicator", "status", "value"),
    [
        (JIANG, 2023, "mediation.cases", "reported", 512),
        (JIANG, 2023, "mediation.success_rate", "derived", 98.24),
        (JIANG, 2023, "litigation.cases", "masked", None),
        (JIANG, 2023, "publicity.activities", "not_stated", None),
        (JIANG, 2024, "reconsideration.received", "disputed", None),
        (JIANG, 2024, "publicity.activities", "partial", None),
        (JIANG, 2022, "reconsideration.received", "reported", 7),  # a later report looks back
        (JIANG, 2022, "mediation.cases", "no_report", None),
        (MEI, 2024, "litigation.appearance_rate", "stated_without_number", None),
        (MEI, 2024, "litigation.loss_rate", "not_stated", None),
        (MEI, 2023, "mediation.cases", "unreadable", None),
        (MEI, 2022, "mediation.cases", "no_report", None),
        (QI, 2024, "litigation.cases", "reported", 88),
        (QI, 2024, "mediation.cases", "no_report", None),  # a court's text is no report of the district
        (MEI, 2024, "legislation.bills", "not_applicable", None),
    ],
)
def test_the_status_of_a_cell(tables, unit, year, indicator, status, value):
    row = fz.statuses(indicator, unit, year, tables=tables).row(0, named=True)
    assert (row["status"], row["value"]) == (status, value)


def test_the_codes_for_stata_are_in_order():
    assert [status.code for status in STATUSES.values()] == list(range(1, len(STATUSES) + 1))


def test_every_cell_asked_for_is_there_once(tables):
    rows = fz.statuses(
        ["mediation.cases", "litigation.cases"], [JIANG, MEI, "浙江省杭州市上城区"], range(2021, 2025), tables=tables
    )
    assert rows.select("unit", "year", "indicator").is_unique().all()
    assert rows.height == 2 * 3 * 4
    assert set(rows["status"]) <= set(STATUSES)
    assert rows.filter(unit="浙江省杭州市上城区")["status"].unique().to_list() == ["no_report"]
    assert rows.filter(unit="浙江省杭州市上城区")["tier"].unique().to_list() == ["county"]


@pytest.mark.parametrize(
    ("asked", "said"), [({"indicators": "mediation.case"}, "no indicator"), ({"units": "云里雾里"}, "no unit")]
)
def test_what_nobody_knows_is_refused(tables, asked, said):
    with pytest.raises(ValueError, match=said):
        fz.statuses(**asked, tables=tables)


def test_balanced_leaves_the_units_with_a_value_in_each_year(tables):
    both = ["reconsideration.received", "mediation.cases"]
    rows = fz.statuses(both, None, [2022, 2023], balanced=True, tables=tables)
    assert rows.select("indicator", "unit", "year", "value").rows() == [
        ("reconsideration.received", JIANG, 2022, 7.0),
        ("reconsideration.received", JIANG, 2023, 12.0),
    ]


def test_disclosure_counts_the_units_own_reports_only(tables):
    rows = fz.statuses(
        ["litigation.cases", "mediation.cases", "mediation.success_rate"], None, [2023, 2024], tables=tables
    )
    rates = {(i, y): (n, k, r) for i, y, n, k, r in fz.disclosure(rows, ("indicator", "year")).iter_rows()}
    assert rates == {
        ("litigation.cases", 2023): (1, 0, 0.0),  # masked
        ("litigation.cases", 2024): (2, 0, 0.0),  # the court's figure is none of the district's report
        ("mediation.cases", 2023): (1, 1, 100.0),
        ("mediation.cases", 2024): (2, 0, 0.0),
        ("mediation.success_rate", 2023): (1, 0, 0.0),  # derived: it stands in no report
        ("mediation.success_rate", 2024): (2, 0, 0.0),
    }


@pytest.fixture(scope="module")
def invented(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    demo.write(folder, counties=6, years=4)
    fz.build(folder / "reports", folder / "tables")
    return fz.load(folder / "tables")


def test_values_are_those_of_the_panel(invented):
    rows = fz.statuses(tables=invented)
    assert rows.height == 7 * 4 * invented.codebook.height
    valued = rows.filter(pl.col("value").is_not_null())
    assert set(valued["status"]) <= set(VALUED)
    assert rows.filter(pl.col("value").is_null(), pl.col("status").is_in(VALUED)).is_empty()
    key = ["unit", "year", "indicator", "value", "scope", "basis", "doc"]
    preferred = invented.indicators.filter("preferred").filter(pl.col("year").is_in(rows["year"].unique().to_list()))
    assert valued.select(key).sort(key).equals(preferred.select(key).sort(key))


def test_masked_cells_are_those_whose_report_masks_and_gives_no_value(invented):
    rows = fz.statuses(tables=invented).filter(status="masked")
    assert rows.height
    redacted = invented.mentions.filter(qualifier="redacted").select("unit", "year", "indicator").unique()
    assert rows.join(redacted, on=["unit", "year", "indicator"], how="anti").is_empty()


def test_no_public_verb_has_the_name_of_a_module():
    """A module once imported would take its place: fz.cells was a function until somebody imported analysis.cells."""
    modules = {path.stem for path in Path(fz.__file__).parent.glob("*.py")}
    verbs = {name for name in fz.__all__ if callable(getattr(fz, name))}
    assert not verbs & modules
