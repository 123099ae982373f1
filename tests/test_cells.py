"""What people type into a cell, as Excel and WPS keep it: taken as meant, or refused with the reason."""

import datetime
import re
import zipfile

import openpyxl
import pytest

from analysis import catalogue, cells

COUNT, RATE, MONEY = "reconsideration.received", "litigation.appearance_rate", "mediation.amount"


@pytest.fixture
def typed(tmp_path):
    """Writes a value into a real workbook and gives the cell as it is read back."""

    def typed(value, form="General"):
        book = openpyxl.Workbook()
        book.active.title = "核对"
        book.active.append(["核定值"])
        book.active.append([value])
        book.active["A2"].number_format = form
        book.active["B2"] = "x"  # else an empty row is no row
        book.save(tmp_path / "book.xlsx")
        ((_, row),) = cells.rows(tmp_path / "book.xlsx", "核对", ["核定值"])
        return row["核定值"]

    return typed


TAKEN = [  # value, number format, indicator, what it is worth, how exact
    (88, "General", COUNT, 88, ""),
    (88.0, "#,##0", COUNT, 88, ""),
    ("88", "@", COUNT, 88, ""),
    (" ８８ 件 ", "@", COUNT, 88, "exact"),
    ("1,287", "@", COUNT, 1287, ""),
    ("21，000", "@", COUNT, 21000, ""),
    ("2.1万", "@", COUNT, 21000, "exact"),
    ("2.1万余件", "@", COUNT, 21000, "over"),
    ("约300", "@", COUNT, 300, "about"),
    ("三百二十", "@", COUNT, 320, "exact"),
    ("12起", "@", COUNT, 12, "exact"),
    ("0", "@", COUNT, 0, ""),
    (0, "General", COUNT, 0, ""),
    (98.6, "General", RATE, 98.6, ""),
    ("98.6%", "@", RATE, 98.6, "exact"),
    ("百分之九十", "@", RATE, 90, "exact"),
    (0.986, "0.0%", RATE, 98.6, ""),
    (1, "0%", RATE, 100, ""),
    (98.6, '0.##"%"', RATE, 98.6, ""),
    ("1000余万元", "@", MONEY, 10_000_000, "over"),
    (1e7, "General", MONEY, 10_000_000, ""),
]


@pytest.mark.parametrize(("value", "form", "indicator", "worth", "exact"), TAKEN)
def test_a_number_is_taken_as_it_was_meant(typed, value, form, indicator, worth, exact):
    assert cells.number(typed(value, form), catalogue.load()[indicator]) == (worth, exact)


@pytest.mark.parametrize("value", [None, "", "  "])
def test_an_empty_cell_is_no_number(typed, value):
    assert cells.number(typed(value), catalogue.load()[COUNT]) is None


REFUSED = [
    ("八十多件吧", "General", COUNT, "八十多件吧 is no number"),
    ("88或89", "General", COUNT, "88或89 is no number"),
    ("X件", "General", COUNT, "X件 is masked"),
    ("12人", "General", COUNT, "12人 counts 人, not 件"),
    (0.5, "0%", COUNT, "is a percentage, but what is counted is 件"),
    (True, "General", COUNT, "TRUE or FALSE is no number"),
    (datetime.date(2024, 3, 5), "m-d", COUNT, "took what was typed for a date"),
    (datetime.time(3, 5), "h:mm", COUNT, "took what was typed for a date"),
    ("=1+1", "General", COUNT, "holds a formula"),
    ('=HYPERLINK("http://example.org","88")', "General", COUNT, "holds a formula"),
    ("#REF!", "General", COUNT, "holds an error of the spreadsheet, #REF!"),
    ("-5", "@", COUNT, "-5 is no number"),
    ("1e5", "@", COUNT, "1e5 is no number"),
    ("9" * 18, "@", COUNT, "is too great a number"),
    ("9" * 400, "@", COUNT, "is no number"),
]


@pytest.mark.parametrize(("value", "form", "indicator", "why"), REFUSED)
def test_what_is_no_number_for_certain_is_refused(typed, value, form, indicator, why):
    with pytest.raises(ValueError, match=re.escape(why)):
        cells.number(typed(value, form), catalogue.load()[indicator])


WORDS = [
    ("附件2的表\n作88件", "附件2的表 作88件"),
    (2024.0, "2024"),
    ("王\u202e五\u200b", "王五"),
    ("'=1+1", "'=1+1"),
    (None, ""),
]


@pytest.mark.parametrize(("value", "words"), WORDS)
def test_words_stand_on_one_line_without_what_cannot_be_seen(typed, value, words):
    assert cells.text(typed(value)) == words


def test_words_are_no_formula(typed):
    with pytest.raises(ValueError, match="holds a formula"):
        cells.text(typed("=cmd|' /C calc'!A0"))


# --- Files ---------------------------------------------------------------------------------------


def book(path, rows, sheet="核对"):
    made = openpyxl.Workbook()
    made.active.title = sheet
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


def test_columns_are_found_by_their_headings(tmp_path):
    path = book(tmp_path / "a.xlsx", [["某县核对"], [], ["b", None, " a "], [1, 2, 3], [], [4]])
    read = [(number, row["a"].value, row["b"].value) for number, row in cells.rows(path, "核对", ["a", "b"])]
    assert read == [(4, 3, 1), (6, None, 4)]


def zipped(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name.replace("__", "/") + ".xml", content)
    return path


FILES = {
    "no such sheet": (lambda path: book(path, [["a"]], "其他"), "no sheet 核对"),
    "no such heading": (lambda path: book(path, [["b"]]), "lacks a heading of a"),
    "headings too far down": (lambda path: book(path, [["x"]] * 12 + [["a"]]), "lacks a heading of a"),
    "text": (lambda path: path.write_text("a\n1\n") and path, "no xlsx workbook"),
    "nothing": (lambda path: path.write_bytes(b"") or path, "no xlsx workbook"),
    "half a workbook": (
        lambda path: path.write_bytes(book(path, [["a"]]).read_bytes()[:900]) and path,
        "no xlsx workbook",
    ),
    "no parts": (lambda path: zipped(path, xl__workbook="<workbook/>"), "no workbook that can be read"),
    "a bomb": (lambda path: zipped(path, xl__workbook="<a/>", xl__b=b"0" * 50_000_000), "more than 200 times its size"),
    "entities": (
        lambda path: zipped(path, xl__workbook='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        "declares a DOCTYPE",
    ),
}


@pytest.mark.parametrize(("make", "why"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_such_list_is_refused_with_its_name(tmp_path, make, why):
    path = make(tmp_path / "list.xlsx")
    with pytest.raises(ValueError, match=why) as refused:
        list(cells.rows(path, "核对", ["a"]))
    assert str(path) in str(refused.value)
