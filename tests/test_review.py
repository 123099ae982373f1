"""The list of values to check: what stands in it, and what comes back from people, cell by cell."""

import csv
import datetime
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import polars as pl
import pytest

import analysis as fz
from analysis import corrections, review

DAY = datetime.date(2026, 3, 1)
DISTRICT = "浙江省杭州市临平区"
WEST = "浙江省杭州市西湖区"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Reports of two districts, two of which disagree, and the tables."""
    folder = tmp_path_factory.mktemp("corpus")
    raw = folder / "raw"
    raw.mkdir()
    for name, unit, text in (
        ("a.md", DISTRICT, "全年收到行政复议申请86件，行政机关负责人出庭应诉率98.78%。调解纠纷113件，成功13件。"),
        ("a2.md", DISTRICT, "全年收到行政复议申请96件。"),
        ("c.md", WEST, "全年收到行政复议申请45件。普法受众2.1万余人次。"),
        ("e.md", "=1+1区", "全年收到行政复议申请7件。"),
    ):
        front = f"---\nunit: {unit}\nyear: 2023\ndoc_type: government\n---\n# 2023年法治政府建设情况报告\n\n{text}\n"
        (raw / name).write_text(front, "utf-8")
    fz.build(raw, folder / "out")
    return folder


@pytest.fixture
def corpus(built, tmp_path):
    """A copy of it, and the list of every value."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    review.export(tmp_path / "list.xlsx", fz.load(tmp_path / "out"), every=True)
    return tmp_path


def cell(sheet, row: int, heading: str):
    for column in sheet[1]:
        if column.value == heading:
            return sheet.cell(row, column.column)
    raise KeyError(heading)


def row_of(sheet, doc: str, quote: str) -> int:
    return next(
        row
        for row in range(2, sheet.max_row + 1)
        if cell(sheet, row, "doc").value == doc and quote in cell(sheet, row, "原句").value
        and str(cell(sheet, row, "数值").value) in quote
    )  # fmt: skip


def fill(folder: Path, *decisions: tuple[str, str, dict]) -> list[int]:
    """Fills in the list as a person would: (doc, quote, heading -> value); the numbers of the rows."""
    book = openpyxl.load_workbook(folder / "list.xlsx")
    rows = []
    for doc, quote, values in decisions:
        rows.append(row_of(book["核对"], doc, quote))
        for heading, value in ({"理由": "依据附件", "核定人": "王五"} | values).items():
            cell(book["核对"], rows[-1], heading).value = value
    book.save(folder / "list.xlsx")
    return rows


def taken(folder: Path) -> review.Taken:
    return review.take(folder / "list.xlsx", folder / corrections.NAME, DAY)


# --- Out -----------------------------------------------------------------------------------------


def test_every_value_of_the_tables_has_a_row_and_a_dispute_one_each():
    tables = fz.load()
    listed = review._listed(tables, every=True)
    stated = tables.indicators.filter(pl.col("origin") != "derived")  # a derived one is checked by what it is made of
    disputed = [value for value in listed if value.observation["value"] is None]
    assert len(listed) - len(disputed) == stated["value"].count()
    assert len(disputed) >= 2 * tables.indicators["value"].null_count()
    for value in listed:
        if value.observation["value"] is not None:
            assert value.observation["quote"].startswith(value.statement["quote"])


def test_the_doubtful_alone_are_listed_unless_all_are_asked_for(corpus):
    path, rows = review.export(corpus / "doubtful.xlsx", fz.load(corpus / "out"))
    sheet = openpyxl.load_workbook(path)["核对"]
    assert rows == 2
    assert [cell(sheet, row, "数值").value for row in (2, 3)] == [86, 96]
    assert {cell(sheet, row, "存疑之处").value for row in (2, 3)} == {"来源不一致"}


def test_rows_stand_by_unit_the_doubtful_first(corpus):
    sheet = openpyxl.load_workbook(corpus / "list.xlsx")["核对"]
    rows = range(2, sheet.max_row + 1)
    units = [cell(sheet, row, "单位").value for row in rows]
    assert units == sorted(units)
    doubts = [cell(sheet, row, "存疑之处").value for row in rows if cell(sheet, row, "单位").value == DISTRICT]
    assert doubts == ["来源不一致"] * 2 + [None] * 3


def test_the_number_is_bold_where_it_stands_by_itself(corpus):
    sheet = openpyxl.load_workbook(corpus / "list.xlsx", rich_text=True)["核对"]
    row = next(row for row in range(2, sheet.max_row + 1) if cell(sheet, row, "数值").value == 13)
    before, number, after = cell(sheet, row, "原句").value
    assert [str(part) for part in (before, number, after)] == ["调解纠纷113件，成功", "13件", "。"]
    assert number.font.b


def test_only_the_four_columns_are_open_and_the_key_is_hidden(corpus):
    sheet = openpyxl.load_workbook(corpus / "list.xlsx")["核对"]
    assert sheet.protection.sheet
    open_columns = [column.value for column in sheet[1] if not sheet.cell(2, column.column).protection.locked]
    assert open_columns == ["核定值", "处理", "理由", "核定人"]
    (group,) = [column for column in sheet.column_dimensions.values() if column.hidden]  # the hidden ones, as one
    keys = [column.value for column in sheet[1] if group.min <= column.column <= group.max]
    assert keys == [*review.KEY, "key"]
    (choice,) = sheet.data_validations.dataValidation
    assert choice.formula1 == '"改为核定值,删除,存疑"'
    assert openpyxl.load_workbook(corpus / "list.xlsx").sheetnames == ["核对", "填写说明"]


def test_no_cell_is_a_formula(corpus):
    sheet = openpyxl.load_workbook(corpus / "list.xlsx")["核对"]
    with zipfile.ZipFile(corpus / "list.xlsx") as package:
        assert not any(b"<f>" in package.read(name) for name in package.namelist() if "sheet" in name)
    assert "=1+1区" in {cell(sheet, row, "单位").value for row in range(2, sheet.max_row + 1)}


def test_the_same_tables_give_the_same_bytes(corpus):
    tables = fz.load(corpus / "out")
    one, two = (review.export(corpus / name, tables)[0].read_bytes() for name in ("one.xlsx", "two.xlsx"))
    assert one == two


# --- Back ----------------------------------------------------------------------------------------


def test_what_people_filled_in_changes_just_those_cells(corpus):
    with (corpus / "out/indicators.csv").open(encoding="utf-8-sig", newline="") as file:
        before = list(csv.DictReader(file))
    fill(
        corpus,
        ("a.md", "98.78%", {"核定值": "98.87%", "处理": "改为核定值"}),
        ("c.md", "45件", {"处理": "删除"}),
        ("e.md", "7件", {"处理": "存疑"}),
        ("a2.md", "96件", {"核定值": 96}),
    )
    done = taken(corpus)
    assert (len(done.entries), done.refused, done.known, done.confirmed) == (4, (), 0, 0)
    summary = fz.build(corpus / "raw", corpus / "out")
    assert summary.unapplied == ()
    with (corpus / "out/indicators.csv").open(encoding="utf-8-sig", newline="") as file:
        after = list(csv.DictReader(file))
    gone = {(row["unit"], row["indicator"]): row for row in before if row not in after}
    come = {(row["unit"], row["indicator"]): row for row in after if row not in before}
    assert sorted(gone) == [
        ("'=1+1区", "reconsideration.received"),  # as a CSV file holds it
        (DISTRICT, "litigation.appearance_rate"),
        (DISTRICT, "reconsideration.received"),
        (WEST, "reconsideration.received"),
    ]
    rate = come[DISTRICT, "litigation.appearance_rate"]
    was = gone[DISTRICT, "litigation.appearance_rate"]
    assert rate == was | {"value": "98.87", "origin": "corrected", "flags": "corrected: 依据附件"}
    assert come["'=1+1区", "reconsideration.received"]["flags"] == "flagged: 依据附件"
    assert come[DISTRICT, "reconsideration.received"]["value"] == "96"
    assert (WEST, "reconsideration.received") not in come


def test_the_entries_say_who_and_when_and_what_was_there(corpus):
    fill(corpus, ("a.md", "98.78%", {"核定值": 98.87}))
    taken(corpus)
    (entry,) = corrections.read(corpus / corrections.NAME)
    assert (entry.action, entry.doc, entry.unit, entry.expected, entry.value) == (
        "override", "a.md", DISTRICT, 98.78, 98.87,
    )  # fmt: skip
    assert (entry.reason, entry.who, entry.when) == ("依据附件", "王五", DAY)


def test_what_stands_in_the_file_stays_and_nothing_is_added_twice(corpus):
    (corpus / corrections.NAME).write_text("# 我们的决定\n", "utf-8")
    fill(corpus, ("a.md", "98.78%", {"核定值": 98.87}))
    taken(corpus)
    once = (corpus / corrections.NAME).read_bytes()
    again = taken(corpus)
    assert (again.entries, again.known, again.refused) == ((), 1, ())
    assert (corpus / corrections.NAME).read_bytes() == once
    assert once.decode().startswith("# 我们的决定\n\n[[correction]]\n")


def test_another_decision_on_a_corrected_value_is_refused(corpus):
    fill(corpus, ("a.md", "98.78%", {"核定值": 98.87}))
    taken(corpus)
    (row,) = fill(corpus, ("a.md", "98.78%", {"核定值": 99.87}))
    ((number, why),) = taken(corpus).refused
    assert number == row
    assert why.startswith("another correction stands in corrections.toml; change it there: override: a.md")


def test_a_value_that_confirms_the_reading_needs_no_entry(corpus):
    fill(corpus, ("a.md", "98.78%", {"核定值": 98.78}))
    done = taken(corpus)
    assert (done.entries, done.confirmed, (corpus / corrections.NAME).exists()) == ((), 1, False)


def test_a_list_without_anything_filled_in_gives_nothing(corpus):
    done = taken(corpus)
    assert (done.entries, done.refused, (corpus / corrections.NAME).exists()) == ((), (), False)


def test_a_corrected_value_stands_in_the_next_list_and_may_not_be_decided_on_twice(corpus):
    fill(corpus, ("a2.md", "96件", {"核定值": 90}))
    taken(corpus)
    fz.build(corpus / "raw", corpus / "out")
    path, rows = review.export(corpus / "list.xlsx", fz.load(corpus / "out"))
    sheet = openpyxl.load_workbook(path)["核对"]
    assert rows == 1
    assert (cell(sheet, 2, "数值").value, cell(sheet, 2, "存疑之处").value) == (90, "人工更正：依据附件")


REFUSED = {  # what is filled in the row of 98.78% (and of other rows) -> why it is not taken
    "no number": ({"核定值": "很高"}, "核定值: 很高 is no number"),
    "a formula": ({"核定值": "=98+1"}, "核定值: holds a formula"),
    "a formula for a reason": ({"核定值": 99, "理由": "=A1"}, "理由: holds a formula"),
    "another unit of measure": ({"核定值": "99件"}, "核定值: 99件 counts 件, not %"),
    "beyond what can be": ({"核定值": 9887}, "核定值 9887 lies outside 0 to 100 %"),
    "no reason": ({"核定值": 99, "理由": None}, "理由 is empty"),
    "nobody": ({"核定值": 99, "核定人": " "}, "核定人 is empty"),
    "neither value nor action": ({}, "处理 and 核定值 are empty"),
    "an action of one's own": ({"处理": "改"}, "处理: 改 is none of 改为核定值、删除、存疑"),
    "an action without its value": ({"处理": "改为核定值"}, "核定值 is empty"),
    "dropped, and a value": ({"核定值": 99, "处理": "删除"}, "处理 says 删除, but a 核定值 is given"),
    "the key changed": ({"核定值": 99, "unit": WEST}, "the hidden columns were changed"),
    "the key emptied": ({"核定值": 99} | dict.fromkeys([*review.KEY, "key"]), "rows cannot be added by hand"),
    "the value read overwritten": ({"数值": 99}, "数值 was overwritten"),
}  # fmt: skip


@pytest.mark.parametrize(("values", "why"), REFUSED.values(), ids=REFUSED)
def test_a_row_that_cannot_be_taken_is_named_and_the_others_are_taken(corpus, values, why):
    rows = fill(corpus, ("c.md", "45件", {"核定值": 46}), ("a.md", "98.78%", values))
    done = taken(corpus)
    assert [entry.value for entry in done.entries] == [46]
    ((number, said),) = done.refused
    assert number == rows[1]
    assert why in said


CONFLICTS = {
    "two values": ({"核定值": 88}, {"核定值": 89}),
    "a value, and one dropped": ({"核定值": 88}, {"处理": "删除"}),
}


@pytest.mark.parametrize(("one", "two"), CONFLICTS.values(), ids=CONFLICTS)
def test_two_decisions_on_one_value_are_both_refused(corpus, one, two):
    rows = fill(corpus, ("a.md", "86件", one), ("a2.md", "96件", two))
    done = taken(corpus)
    assert done.entries == ()
    words = f"rows {rows[0]}、{rows[1]} decide differently on one value"
    assert done.refused == ((rows[0], words), (rows[1], words))


def test_the_same_value_in_both_rows_of_a_dispute_is_one_correction(corpus):
    fill(corpus, ("a.md", "86件", {"核定值": 88}), ("a2.md", "96件", {"核定值": 88}))
    done = taken(corpus)
    assert (len(done.entries), done.refused) == (1, ())
    assert fz.build(corpus / "raw", corpus / "out").unapplied == ()


def test_moved_columns_and_a_title_above_do_no_harm(corpus):
    fill(corpus, ("a.md", "98.78%", {"核定值": 98.87}))
    book = openpyxl.load_workbook(corpus / "list.xlsx")
    book["核对"].insert_cols(3)
    book["核对"].insert_rows(1)
    book["核对"]["A1"] = "某区核对清单"
    book.save(corpus / "list.xlsx")
    assert [entry.value for entry in taken(corpus).entries] == [98.87]


# --- From the command line -----------------------------------------------------------------------


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "analysis", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_out_and_back_from_the_command_line(corpus):
    out = run("review", "export", "--tables", corpus / "out", "--out", corpus / "list.xlsx", "--all")
    assert (out.returncode, out.stdout) == (0, f"8 values to check -> {corpus / 'list.xlsx'}\n")
    (_, row) = fill(corpus, ("a.md", "98.78%", {"核定值": 98.87}), ("c.md", "45件", {"核定值": "多"}))
    path = corpus / corrections.NAME
    back = run("review", "import", corpus / "list.xlsx", "--corrections", path, "--when", "2026-03-01")
    assert (back.returncode, back.stdout) == (1, f"1 corrections added -> {path}; `build` applies them\n")
    assert re.fullmatch(rf"row {row} not taken: 核定值: 多 is no number\n", back.stderr)
    assert run("build", corpus / "raw", "--out", corpus / "out").returncode == 0


def test_a_workbook_that_is_no_list_is_2(tmp_path):
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    done = run("review", "import", tmp_path / "other.xlsx", "--corrections", tmp_path / "c.toml")
    assert (done.returncode, "no sheet 核对" in done.stderr, (tmp_path / "c.toml").exists()) == (2, True, False)


def test_tables_without_a_doubt_are_2(corpus):
    (corpus / "raw/a2.md").unlink()
    fz.build(corpus / "raw", corpus / "out")
    done = run("review", "export", "--tables", corpus / "out")
    assert (done.returncode, "no doubtful value; --all lists every one" in done.stderr) == (2, True)


# --- On the committed reports --------------------------------------------------------------------


def test_every_value_of_the_committed_tables_can_be_corrected(tmp_path):
    tables = fz.load()
    review.export(tmp_path / "list.xlsx", tables, every=True)
    book = openpyxl.load_workbook(tmp_path / "list.xlsx")
    sheet = book["核对"]
    at = {column.value: column.column for column in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        value = sheet.cell(row, at["数值"]).value
        disputed = sheet.cell(row, at["disputed"]).value
        decided = {"核定值": 7 if disputed else 1 if value == 0 else value / 2, "理由": "试", "核定人": "王五"}
        for heading, words in decided.items():
            sheet.cell(row, at[heading]).value = words
    book.save(tmp_path / "list.xlsx")
    done = review.take(tmp_path / "list.xlsx", tmp_path / corrections.NAME, DAY)
    stated = tables.indicators.filter(pl.col("origin") != "derived")
    assert (len(done.entries), done.refused) == (stated.height, ())
    summary = fz.build(Path("data/raw"), tmp_path / "out", decided=tmp_path / corrections.NAME)
    assert summary.unapplied == ()
    after = fz.load(tmp_path / "out").indicators
    assert set(after["origin"]) == {"corrected"}
    kept = ["unit", "period", "indicator", "scope", "basis", "doc", "quote", "sentence", "mentions"]
    assert after.select(kept).equals(stated.select(kept))
