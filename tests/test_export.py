"""The exported files hold what the tables hold, and read back as people's programs read them."""

import dataclasses
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import polars as pl
import pytest

import analysis
from analysis import absence, export
from analysis.formulas import restored
from analysis.table import TABLES

ROOT = Path(__file__).parents[1]
FORMULAS = ("=1+1", "+86", "-甲县", "@乙县")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """The tables of the committed reports, in which four units are called as formulas begin."""
    out = tmp_path_factory.mktemp("tables")
    analysis.build(ROOT / "data" / "raw", out, processes=1)
    read = analysis.load(out)
    units = read.indicators.filter(pl.col("preferred"))["unit"].unique().sort().head(len(FORMULAS)).to_list()
    renamed = pl.col("unit").replace(dict(zip(units, FORMULAS, strict=True)))
    return dataclasses.replace(read, indicators=read.indicators.with_columns(renamed))


@pytest.fixture(scope="module")
def workbook(tables, tmp_path_factory):
    path = export.export("xlsx", tmp_path_factory.mktemp("export") / "book.xlsx", tables)
    return openpyxl.load_workbook(path)


def cells(sheet):
    """The sheet below its heading, absent text as ""."""
    return [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]


SHEETS = {"指标表": "indicators", "核对": "checks", "来源": "documents", "说明": "codebook"}


def test_the_sheets_in_their_order(workbook):
    assert workbook.sheetnames == ["指标表", "宽表", "核对", "来源", "说明"]


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_holds_its_table(workbook, tables, name):
    frame = getattr(tables, SHEETS[name])
    sheet = workbook[name]
    assert [cell.value for cell in sheet[1]] == [export.HEADINGS[c] for c in frame.columns]
    back = {column: {zh: word for word, zh in words.items()} for column, words in export.WORDS.items()}
    found = cells(sheet)
    assert len(found) == frame.height
    for row, wanted in zip(found, frame.iter_rows(named=True), strict=True):
        for value, (column, want) in zip(row, wanted.items(), strict=True):
            if column in back and value is not None:
                value = "; ".join(back[column].get(word, word) for word in value.split("、"))
                want = str(want).replace("; ", ";").replace(";", "; ")
            assert (value if value is not None else "") == (want if want is not None else ""), (column, wanted)


def test_the_wide_sheet_holds_the_preferred_values(workbook, tables):
    preferred = tables.indicators.filter(pl.col("preferred")).select("unit", "year", "indicator", "value")
    sheet = workbook["宽表"]
    headings = [cell.value for cell in sheet[1]]
    codes = export.wide(tables).columns
    assert headings[:2] == ["单位", "年份"]
    assert "行政复议案件数（件）" in headings
    found = {
        (row[0], row[1], code, value)
        for row in cells(sheet)
        for code, value in zip(codes, row, strict=True)
        if "." in code and value is not None
    }
    assert found == set(preferred.rows())


def test_what_looks_like_a_formula_stays_text(workbook):
    for name in ("指标表", "宽表"):
        column = [cell for (cell,) in workbook[name].iter_rows(min_row=2, max_col=1)]
        assert set(FORMULAS) <= {cell.value for cell in column}
        assert {cell.data_type for cell in column} <= {"s", "inlineStr"}
    kinds = {cell.data_type for sheet in workbook for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_sheets_can_be_filtered_and_keep_their_heading_in_sight(workbook):
    for sheet in workbook:
        assert sheet.freeze_panes in ("B2", "C2")
        assert sheet.auto_filter.ref


def test_numbers_are_shown_by_their_unit_of_measure(workbook, tables):
    sheet = workbook["指标表"]
    at = {column: i for i, column in enumerate(tables.indicators.columns)}
    shown = {}
    for row in sheet.iter_rows(min_row=2):
        measure, value = row[at["unit_of_measure"]].value, row[at["value"]]
        assert row[at["year"]].number_format == "0"
        if value.value is not None:
            shown.setdefault(measure == "%", set()).add(value.number_format)
    assert shown[True] == {'0.00"%"'}
    assert shown[False] <= {"#,##0", "#,##0.00"}


def test_every_column_and_every_word_has_a_chinese_one():
    for name in SHEETS.values():
        for column in TABLES[name].columns:
            assert column.name in export.HEADINGS, column.name
            for word in column.words:
                if column.name in export.WORDS and word:
                    assert word in export.WORDS[column.name], (column.name, word)
    headings = list(export.HEADINGS.values())
    assert len(headings) == len(set(headings))


def test_more_rows_than_excel_holds_are_refused_and_nothing_is_left(tables, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "ROWS", tables.indicators.height)
    with pytest.raises(ValueError, match=rf"sheet 指标表: {tables.indicators.height:,} rows, Excel holds .* csv-wide"):
        export.export("xlsx", tmp_path / "book.xlsx", tables)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(export, "ROWS", max(tables.indicators.height, tables.documents.height) + 1)
    assert export.export("xlsx", tmp_path / "book.xlsx", tables).exists()


def test_the_wide_csv_reads_back(tables, tmp_path):
    path = export.export("csv-wide", tmp_path / "wide.csv", tables)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    frame = export.wide(tables)
    found = pl.read_csv(path, schema=frame.schema).with_columns(pl.col(pl.String).fill_null(""))
    assert restored(found).equals(frame)
    assert ".0," not in path.read_text("utf-8-sig").splitlines()[1]


def test_the_stata_file_reads_back_with_chinese_labels(tables, tmp_path):
    path = export.export("dta", tmp_path / "wide.dta", tables)
    assert path.read_bytes().startswith(b"<stata_dta><header><release>118<")
    frame = export.wide(tables)
    names = export.stata_names(frame.columns)
    found = pd.read_stata(path)
    assert list(found.columns) == list(names.values())
    for column, name in names.items():
        wanted = frame[column].to_pandas()
        assert (found[name].isna() == wanted.isna()).all()
        assert (found[name].dropna().to_numpy() == wanted.dropna().to_numpy()).all(), column
    with pd.read_stata(path, iterator=True) as reader:
        labels = reader.variable_labels()
    assert labels["litigation_appearance_rate"] == "行政机关负责人出庭应诉率（%）"
    assert labels["unit"] == "单位"
    assert all(labels.values())


def test_the_panel_has_every_unit_and_year_and_says_why_a_value_is_not_there(tables, tmp_path):
    frame = export.panel(tables)
    cells = absence.statuses(tables=tables)
    assert frame.height == cells["unit"].n_unique() * cells["year"].n_unique()
    found = pl.read_csv(export.export("csv-panel", tmp_path / "panel.csv", tables), schema=frame.schema)
    assert restored(found.with_columns(pl.col(pl.String).fill_null(""))).equals(frame)
    for row in cells.filter(indicator="litigation.cases").sort("unit", "year").iter_rows(named=True):
        where = (pl.col("unit") == row["unit"]) & (pl.col("year") == row["year"])
        if row["status"] != "no_report":
            shown = frame.filter(where).select("litigation.cases", "litigation.cases_status").row(0)
            assert shown == (row["value"], row["status"])


def test_the_stata_panel_labels_its_statuses(tables, tmp_path):
    path = export.export("dta-panel", tmp_path / "panel.dta", tables)
    frame = export.panel(tables)
    names = export.stata_names(frame.columns)
    found = pd.read_stata(path)
    assert all(len(name) <= 32 for name in found.columns)
    said = frame["litigation.cases_status"].replace_strict({k: s.name_zh for k, s in absence.STATUSES.items()})
    assert found[names["litigation.cases_status"]].astype(str).to_list() == said.to_list()
    with pd.read_stata(path, iterator=True) as reader:
        assert reader.variable_labels()[names["litigation.cases_status"]].endswith("：状态")


def test_names_for_stata():
    long = "arbitration.labour_mediation_rate_of"
    names = export.stata_names(["unit", "a.b", "a_b", long, long + "_all"])
    made = list(names.values())
    assert made[:3] == ["unit", "a_b", "a_b_2"]
    assert len(set(made)) == len(made)
    assert all(len(name) <= 32 and name.isidentifier() for name in made)


@pytest.mark.parametrize("form", export.FORMATS)
def test_the_same_tables_give_the_same_bytes(tables, tmp_path, form):
    one, two = (export.export(form, tmp_path / name, tables).read_bytes() for name in ("one", "two"))
    assert one == two
    if form == "xlsx":
        with zipfile.ZipFile(tmp_path / "one") as package:
            assert {info.date_time[0] for info in package.infolist()} == {1980}
            assert b"2000-01-01T00:00:00Z" in package.read("docProps/core.xml")


def test_no_such_format_and_no_value(tables, tmp_path):
    with pytest.raises(ValueError, match="no format 'ods': xlsx, csv-wide, dta"):
        export.export("ods", tmp_path / "book.ods", tables)
    empty = dataclasses.replace(tables, indicators=tables.indicators.clear())
    with pytest.raises(ValueError, match="no preferred value"):
        export.export("csv-wide", tmp_path / "wide.csv", empty)
    assert list(tmp_path.iterdir()) == []
