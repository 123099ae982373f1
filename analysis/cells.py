"""What people typed into a workbook that went round by mail: rows by heading, numbers and words, read without trust.

Excel and WPS give back what was typed, not what was meant: 98.6% as 0.986 with a format, 2.1万 as text, 3-5 as a date.
A cell that cannot be taken for certain raises ``ValueError`` with the reason, for the caller to name the row.
"""

from __future__ import annotations

import datetime
import io
import math
import re
import unicodedata
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from analysis.catalogue import Indicator
from analysis.quantities import find_quantities, measure_classes
from analysis.readers import Unreadable
from analysis.readers.package import kind, open_zip, unpack

if TYPE_CHECKING:
    from openpyxl.cell.read_only import ReadOnlyCell
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MOST_BYTES = 64_000_000  # of the file, and again of all that it unpacks to
_HEAD = 10  # rows in which the headings are sought: people put titles above them
_BARE = re.compile(r"\d{1,15}(?:\.\d+)?", re.ASCII)
_BEFORE = ("", "约", "大约", "近", "超", "超过", "逾", "不足", "至少")  # how a number may begin that is none yet
_MOST = 1e15  # Excel keeps fifteen digits
_LITERAL = re.compile(r'"[^"]*"|\\.|_.')  # in a number format, what is only shown


class Number(NamedTuple):
    """``value`` in the indicator's unit of measure; ``qualifier``: as worded (2.1万余 is over), "" where a bare number."""

    value: float
    qualifier: str


def rows(path: str | Path, sheet: str, headings: Sequence[str]) -> Iterator[tuple[int, Mapping[str, ReadOnlyCell]]]:
    """(number of the row, heading -> cell) of the rows below the headings, wherever people moved columns to.

    Raises OSError, and ValueError for a file that is no such workbook.
    """
    found = _sheet(Path(path), sheet)
    at: dict[str, int] = {}
    for number, row in enumerate(found.iter_rows(), 1):
        if not at:
            named = {str(cell.value).strip(): place for place, cell in enumerate(row) if cell.value is not None}
            if set(headings) <= named.keys():
                at = {heading: named[heading] for heading in headings}
            elif number == _HEAD:
                break
        elif any(cell.value is not None for cell in row):
            yield number, {heading: row[place] if place < len(row) else _EMPTY for heading, place in at.items()}
    if not at:
        raise ValueError(f"{path}: sheet {sheet} lacks a heading of {'、'.join(headings)}")


def _sheet(path: Path, name: str) -> ReadOnlyWorksheet:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    try:
        _harmless(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl leaves out: dropdowns, fonts
            book = load_workbook(io.BytesIO(data), read_only=True)
    except Unreadable as error:
        raise ValueError(f"{path}: {error.detail}") from error
    except (InvalidFileException, KeyError, ValueError, OSError, TypeError, AttributeError, SyntaxError) as error:
        raise ValueError(f"{path}: no workbook that can be read: {error}") from error
    if name not in book.sheetnames:
        raise ValueError(f"{path}: no sheet {name}")
    book[name].reset_dimensions()  # WPS may state too few rows
    return book[name]


def _harmless(data: bytes) -> None:
    """Raises Unreadable for what openpyxl must not be given: bombs and XML with declarations of its own."""
    if len(data) > MOST_BYTES:
        raise Unreadable("", "too_large", f"The file has more than {MOST_BYTES / 1e6:.0f} MB.")
    if kind(data) != "workbook":
        raise Unreadable("", "format", "It is no xlsx workbook; save it as .xlsx.")
    left, opened = MOST_BYTES, open_zip(data)
    for member in opened.infolist():
        content = unpack(opened, member, left)
        left -= len(content)
        if b"<!DOCTYPE" in content.replace(b"\0", b""):
            raise Unreadable("", "unsafe", "It declares a DOCTYPE, which no office program writes.")


class _Empty:
    value = None
    data_type = "n"
    number_format = "General"


_EMPTY: Any = _Empty()


def kept(cell: ReadOnlyCell) -> str:
    """The text that a program wrote into a cell and people were to leave alone, whatever a program takes it for."""
    return "" if cell.value is None else str(cell.value)


def text(cell: ReadOnlyCell) -> str:
    """The words of a cell on one line, "" where it is empty. Raises ValueError for a formula or an error of Excel's."""
    value = _plain(cell)
    if value is None:
        return ""
    if isinstance(value, float) and value == int(value):
        value = int(value)
    shown = "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in str(value))
    return " ".join("".join(char for char in shown if unicodedata.category(char) not in ("Cf", "Cs")).split())


def number(cell: ReadOnlyCell, indicator: Indicator) -> Number | None:
    """The number of a cell for an indicator, None where the cell is empty. Raises ValueError with the reason."""
    value = _plain(cell)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool):
        raise ValueError("TRUE or FALSE is no number")
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        raise ValueError("the program took what was typed for a date; format the cell as text and type it again")
    found = written(value, indicator) if isinstance(value, str) else _typed(float(value), cell.number_format, indicator)
    if not math.isfinite(found.value):
        raise ValueError(f"{value} is no finite number")
    return found


def _plain(cell: ReadOnlyCell) -> Any:
    if cell.data_type == "f":
        raise ValueError("holds a formula; type the number or the words themselves")
    if cell.data_type == "e":
        raise ValueError(f"holds an error of the spreadsheet, {cell.value}")
    return cell.value


def _typed(value: float, form: str | None, indicator: Indicator) -> Number:
    """A number typed as one; formatted as a percentage it is kept as a hundredth."""
    if "%" not in _LITERAL.sub("", form or ""):
        return Number(round(value, 6), "")
    if indicator.unit_of_measure != "%":
        raise ValueError(f"is a percentage, but what is counted is {indicator.unit_of_measure}")
    return Number(round(value * 100, 6), "")


def written(value: str, indicator: Indicator) -> Number:
    """A number in words or with its measure word: 2.1万, 2.1万余件, 98.6%, 1,287. Raises ValueError with the reason."""
    words = re.sub(r"\s|(?<=\d)[,，](?=\d{3}(?!\d))", "", unicodedata.normalize("NFKC", value))
    if _BARE.fullmatch(words):
        return Number(round(float(words), 6), "")
    for spelling in (words, words + indicator.unit_of_measure):
        quantities = find_quantities(spelling)
        if len(quantities) != 1 or spelling[: quantities[0].start] not in _BEFORE:
            continue
        (quantity,) = quantities
        if quantity.end != len(spelling):
            continue
        if quantity.value is not None and quantity.value > _MOST:
            raise ValueError(f"{value[:20]} is too great a number")
        if quantity.value is None:
            raise ValueError(f"{value} is masked")
        taken = {measure_classes().get(indicator.unit_of_measure), *indicator.measure}
        if quantity.measure not in taken and f"={quantity.measure_word}" not in taken:
            raise ValueError(f"{value} counts {quantity.measure_word}, not {indicator.unit_of_measure}")
        return Number(round(float(quantity.value), 6), quantity.qualifier)
    raise ValueError(f"{value} is no number")
