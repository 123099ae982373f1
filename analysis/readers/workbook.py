"""Workbooks (xlsx): tables of figures as one sees them, a line a row with tabs between cells.

Above each sheet stands its name, unless it is one that Excel gave. Numbers stand as their format shows them: 0.963
in a cell of percents is 96.3%. Formulas have the value stored when the file was saved. Hidden sheets, rows and
columns are no part of the text.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING

from analysis.readers import Reading, Unreadable
from analysis.readers.lines import clean_line
from analysis.readers.package import Package, kind
from analysis.readers.text import find_title

if TYPE_CHECKING:
    from lxml.etree import _Element

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MOST_CELLS = 2_000_000  # the empty ones between others included
_GIVEN = re.compile(r"(?:sheet|工作表|表)\s*\d*", re.IGNORECASE)


def is_workbook(data: bytes) -> bool:
    """Whether a ZIP file holds a workbook."""
    return kind(data) == "workbook"


def read(data: bytes) -> Reading:
    """Read a workbook. Raises Unreadable: damaged, encrypted, format, too_large, unsafe."""
    package = Package(data)
    main = package.main("xl/workbook.xml")
    if main.endswith(".bin"):
        raise Unreadable("", "format", "The file is a binary Excel workbook (xlsb).")
    book, related = package.tree(main), package.related(main)
    parts = dict(related.values())
    styles = package.tree(parts.get("styles", ""))
    values = _Values(_strings(package.tree(parts.get("sharedStrings", ""))), _formats(styles), _epoch(book))
    lines: list[str] = []
    for name, part in _sheets(book, related):
        sheet = package.tree(part)
        rows = list(_rows(sheet, values)) if sheet is not None else []
        if rows and not _GIVEN.fullmatch(name):
            lines.append(name)
        lines += rows
    text = "\n".join(lines)
    return Reading(text, find_title(text), warnings=values.warnings())


def _sheets(book: _Element, related: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """(name, part) of each sheet that is shown."""
    for sheet in book.iter(_S + "sheet"):
        found, part = related.get(sheet.get(_ID, ""), ("", ""))
        if found == "worksheet" and sheet.get("state", "visible") == "visible":
            yield clean_line(sheet.get("name", "")), part


def _epoch(book: _Element) -> datetime.datetime:
    said = book.find(_S + "workbookPr")
    if said is not None and said.get("date1904") in ("1", "true"):
        return datetime.datetime(1904, 1, 1)
    return datetime.datetime(1899, 12, 30)  # a day early: Excel knows a 29 February 1900


def _strings(tree: _Element | None) -> list[str]:
    return [_rich(item) for item in tree.iterfind(_S + "si")] if tree is not None else []


def _rich(item: _Element) -> str:
    """The text of a cell or string, without the reading of its characters (phonetic)."""
    runs = (child if child.tag == _S + "t" else child.find(_S + "t") for child in item if child.tag != _S + "rPh")
    return "".join(run.text or "" for run in runs if run is not None)


# --- Rows ----------------------------------------------------------------------------------------


def _rows(sheet: _Element, values: _Values) -> Iterator[str]:
    hidden = _hidden_columns(sheet)
    for row in sheet.iterfind(f"{_S}sheetData/{_S}row"):
        if row.get("hidden") in ("1", "true"):
            continue
        cells: list[str] = []
        for cell in row.iterfind(_S + "c"):
            at = _column(cell.get("r", ""), len(cells))
            values.count(max(1, at + 1 - len(cells)))
            cells += [""] * (at + 1 - len(cells))
            cells[at] = "" if any(first <= at <= last for first, last in hidden) else values.shown(cell)
        filled = [cell for cell in cells if cell]
        if len(filled) == 1:  # a title or remark over the whole width
            yield filled[0]
        elif filled:
            yield "\t".join(cells).rstrip("\t")


def _hidden_columns(sheet: _Element) -> list[tuple[int, int]]:
    columns = (column for column in sheet.iterfind(f"{_S}cols/{_S}col") if column.get("hidden") in ("1", "true"))
    return [(_int(column.get("min")) - 1, _int(column.get("max")) - 1) for column in columns][:1000]


def _column(reference: str, after: int) -> int:
    """The column, from 0, of a cell named B7; the next one where it has no name."""
    at = 0
    for letter in reference.rstrip("0123456789").upper()[:3]:
        at = at * 26 + ord(letter) - ord("A") + 1
    return at - 1 if 0 < at <= 16_384 else after


def _int(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


# --- Values --------------------------------------------------------------------------------------


class _Values:
    """What the cells of a workbook show; counts what is met on the way."""

    def __init__(self, strings: Sequence[str], formats: Sequence[str], epoch: datetime.datetime) -> None:
        self.strings, self.formats, self.epoch = strings, formats, epoch
        self.cells = self.without = 0

    def count(self, cells: int) -> None:
        self.cells += cells
        if self.cells > _MOST_CELLS:
            raise Unreadable("", "too_large", f"The workbook has more than {_MOST_CELLS:,} cells.")

    def warnings(self) -> tuple[str, ...]:
        return (f"{self.without} formulas have no stored value: their cells stand empty",) if self.without else ()

    def shown(self, cell: _Element) -> str:
        written = cell.get("t", "n")
        if written == "inlineStr":
            inline = cell.find(_S + "is")
            return clean_line(_rich(inline)) if inline is not None else ""
        value = cell.findtext(_S + "v") or ""
        if not value:
            self.without += cell.find(_S + "f") is not None and written != "str"
            return ""
        if written == "s":
            at = int(value) if value.isdecimal() and len(value) < 10 else -1
            return clean_line(self.strings[at]) if 0 <= at < len(self.strings) else ""
        if written == "e":  # #DIV/0!
            return ""
        if written == "b":
            return "是" if value == "1" else "否"
        if written == "str":
            return clean_line(value)
        if written == "d":
            return value[:10]
        at = _int(cell.get("s"))
        return show_number(value, self.formats[at] if at < len(self.formats) else "General", self.epoch)


_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 37: "#,##0", 38: "#,##0", 39: "#,##0.00",
    40: "#,##0.00", 41: "#,##0", 43: "#,##0.00", **dict.fromkeys([14, 15, 16, 17, 22, *range(27, 32), 36], "yyyy-mm-dd"),
    57: 'yyyy"年"m"月"', 58: 'm"月"d"日"', **dict.fromkeys(range(50, 57), "yyyy-mm-dd"),
}  # fmt: skip


def _formats(styles: _Element | None) -> list[str]:
    """The format of each style of cells."""
    if styles is None:
        return []
    own = {
        _int(one.get("numFmtId")): one.get("formatCode", "")[:200] for one in styles.iterfind(f"{_S}numFmts/{_S}numFmt")
    }
    numbers = (_int(style.get("numFmtId")) for style in styles.iterfind(f"{_S}cellXfs/{_S}xf"))
    return [own.get(number) or _BUILT_IN.get(number, "General") for number in numbers]


@dataclass(frozen=True, slots=True)
class _Format:
    """A number's format: words before and after, digits after the point, whether in percent or thousands."""

    before: str
    after: str
    decimals: int
    percent: bool
    thousands: bool
    scale: int  # how many times it is divided by a thousand


_MARKS = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]|([0#?][0#?,]*)(?:\.([0#?]*))?(,*)([eE][+-]0+)?|(.)', re.DOTALL)
_SHOWN = "%％¥$ -/()（）:"  # signs that need no quotation marks
_DATE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


def show_number(value: str, code: str, epoch: datetime.datetime = datetime.datetime(1899, 12, 30)) -> str:
    """A number as its format shows it: percents, decimals, dates and words; in full where the format says nothing."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return ""
    if not number.is_finite() or abs(number.adjusted()) > 30:
        return value
    if re.search("[ymd]", _DATE.sub("", code.lower().replace("general", ""))):
        return _date(number, code, epoch)
    found = _format(_section(code, number))
    if found is None:
        return _plain(number)
    number = number * 100 if found.percent else number / 1000**found.scale
    rounded = number.quantize(Decimal(1).scaleb(-found.decimals), ROUND_HALF_UP)
    return f"{found.before}{rounded:{',' if found.thousands else ''}f}{found.after}"


def _section(code: str, number: Decimal) -> str:
    """The part of a format that is for such a number; the sign stays, though a format for negatives may hide it."""
    sections = re.findall(r'(?:"[^"]*"|\\.|[^;])+', code) or [code]
    return sections[2] if number == 0 and len(sections) > 2 else sections[0]


def _format(code: str) -> _Format | None:
    """None for General, text and what shows no digits."""
    before, after, found = "", "", None
    for match in _MARKS.finditer(code):
        quoted, escaped, digits, _, _, power, sign = match.groups()
        if power:
            return None
        if digits and found is None:
            found = match
        elif (words := quoted or escaped or (sign if sign and sign in _SHOWN else "")) and not digits:
            if found is None:
                before += words
            else:
                after += words
    if found is None:
        return None
    digits, decimals = found.group(3), len(found.group(4) or "")
    scale = len(digits) - len(digits.rstrip(",")) + len(found.group(5))
    percent = "%" in after or "％" in after
    return _Format(before.strip(), after.strip(), decimals, percent, "," in digits.rstrip(","), min(scale, 3))


def _date(number: Decimal, code: str, epoch: datetime.datetime) -> str:
    try:
        day = epoch + datetime.timedelta(days=float(number))
    except (OverflowError, ValueError):
        return _plain(number)
    bare = _DATE.sub("", code.lower())
    parts = [
        one for one, mark in ((f"{day.year}年", "y"), (f"{day.month}月", "m"), (f"{day.day}日", "d")) if mark in bare
    ]
    return "".join(parts)


def _plain(number: Decimal) -> str:
    """With the 15 digits that Excel keeps: 0.1 + 0.2 is stored with 17."""
    shown = f"{float(number):.15g}"
    return f"{Decimal(shown):f}" if "e" in shown else shown
