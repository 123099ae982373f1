"""Tables that were flattened into text: rows of cells parted by tabs, bars or gaps.

Each numeric cell is given the words of its row and column, the measure that its row, column or caption names, and
the year of its column, so that it can be judged like a number in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.quantities import Number, measure_classes, scan

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """A numeric cell: its half-open span, value, measure word and qualifier; ``row``, ``column``: their labels;
    ``caption``: the line above the table; ``year``: named by its column or row, -1 for 上一年; ``total``: a row of sums;
    ``kind``: its column names a kind of what the caption counts (案由: 土地, 治安 …), not something else."""

    start: int
    end: int
    value: Number | None
    measure_word: str
    qualifier: str
    row: str
    column: str
    caption: str
    year: int | None
    total: bool
    kind: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    start: int
    end: int
    cells: tuple[Cell, ...]


_SEPARATOR = re.compile(r"[ 　]*[\t|｜][ 　]*|[ 　]{2,}|　")
_LOOSE = re.compile(r"\s+")
_BRACKET = re.compile(r"[（(](?:单位[:：])?(万|亿|千|百)?(万|亿)?([^（）()\d]{0,4})[)）]")
_UNIT_LINE = re.compile(r"单位[:：]\s*(万|亿)?([^\s）)，。]{0,3})")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年?(?!\d)")
_YEAR_BEFORE = re.compile(r"上一?年|去年")
_BARE = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_POWER = {"百": 100, "千": 1000, "万": 10000, "亿": 100000000}
_TOTAL = re.compile(r"合计|总计|总数|合\s*计")
_SHARE = re.compile(
    r"占.{0,12}(?:比例?|比重|百分比|率)$|^(?:占比|比例|比重|百分比|(?:本年)?增[/／]?减|增幅|增长|同比.{0,4})(?:[（(]?[%％][)）]?)?$"
)
_KINDS = re.compile(r"(?:类别|类型|种类|事项|案由|领域|分类|原因|对象|案件类型|管理类别)$")
_AMOUNT = re.compile(r"(?:申请|受理|收案|案件)?(?:数量|件数|数)(?:[（(][件宗起][)）])?$")


def find_grids(text: str) -> list[Grid]:
    """The tables in a reading text, in order. A table has at least two rows of at least two cells and a numeric cell."""
    if (
        "\t" not in text
        and "|" not in text
        and "｜" not in text
        and "  " not in text
        and "　" not in text
        and " " not in text
    ):
        return []
    found: list[Grid] = []
    block: list[list[Span]] = []
    caption = previous = ""
    for start, end in _lines(text):
        row = _row(text, start, end)
        if row:
            if not block:
                caption = previous
            block.append(row)
            continue
        _close(text, block, caption, found)
        block = []
        previous = text[start:end]
    _close(text, block, caption, found)
    return found


def _lines(text: str) -> list[Span]:
    spans, at = [], 0
    for line in text.split("\n"):
        spans.append((at, at + len(line)))
        at += len(line) + 1
    return spans


def _row(text: str, start: int, end: int) -> list[Span]:
    """The cells of a line, or nothing where it is prose."""
    line = text[start:end]
    if any(c in line for c in "。；！？") or len(line) > 160:
        return []
    cells = _cells(text, start, end, _SEPARATOR)
    if len(cells) < 2:
        cells = _cells(text, start, end, _LOOSE)
        if len(cells) < 3:
            return []
    return cells if all(b - a <= 30 for a, b in cells) else []


def _cells(text: str, start: int, end: int, separator: re.Pattern[str]) -> list[Span]:
    cells, at = [], start
    for m in separator.finditer(text, start, end):
        if m.start() > at:
            cells.append((at, m.start()))
        at = m.end()
    if at < end:
        cells.append((at, end))
    return cells


def _close(text: str, block: Sequence[list[Span]], caption: str, found: list[Grid]) -> None:
    if len(block) < 2:
        return
    header = block[0] if not any(_number(text, cell) for cell in block[0][1:]) else None
    header = header if header is not None and not _is_data(text, block[0]) else None
    rows = block[1:] if header else block
    if [text[slice(*row[0])] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]:  # 序号
        rows = [row[1:] for row in rows]
        header = header[1:] if header else None
    cells = [cell for row in rows for cell in _read_row(text, header, row, caption)]
    if cells:
        found.append(Grid(block[0][0][0], block[-1][-1][1], tuple(cells)))


def _is_data(text: str, row: Sequence[Span]) -> bool:
    return any(_BARE.fullmatch(text[a:b]) and not _YEAR.fullmatch(text[a:b]) for a, b in row)


def _number(text: str, cell: Span) -> bool:
    words = text[cell[0] : cell[1]]
    return bool(_BARE.fullmatch(words)) and not _YEAR.fullmatch(words)


def _read_row(text: str, header: Sequence[Span] | None, row: Sequence[Span], caption: str) -> list[Cell]:
    names = [text[a:b] for a, b in row if not any(c.isdigit() for c in text[a:b])]
    unit = next((name for name in names[1:] if name.lstrip("万亿") in measure_classes()), "")
    label = " ".join(name for name in names if name != unit)
    if _SHARE.search(label):
        return []
    kind = bool(header and _KINDS.search(text[slice(*header[0])]) and _AMOUNT.fullmatch(label))
    found = []
    # a row of sums leaves the cells between its name and its numbers empty
    shift = len(header) - len(row) if header and (len(header) == len(row) or _TOTAL.search(label)) else -1
    for i, (a, b) in enumerate(row):
        if _YEAR.fullmatch(text[a:b]) and not i:
            label = text[a:b] + "年 " + label
            continue
        column = text[slice(*header[i + shift])] if header and shift >= 0 else ""
        if not _SHARE.search(column):
            found.extend(replace(cell, kind=kind) for cell in _read_cell(text, a, b, label, column, unit, caption))
    return found


def _read_cell(text: str, a: int, b: int, label: str, column: str, unit: str, caption: str) -> list[Cell]:
    """The cell's number, if it is one: bare, with its measure word, or with more behind it in brackets."""
    words = f"{label} {column}"
    row = label
    quantities = list(scan(text, a, b))
    if bare := _BARE.fullmatch(text, a, b):
        value, word, qualifier = _scaled(bare.group(), unit, words, caption)
        span = (a, b)
    elif quantities and quantities[0].start - a <= 12 and quantities[0].measure_word:
        first = quantities[0]
        row = f"{label} {text[a : first.start]}"
        value, word, qualifier, span = first.value, first.measure_word, first.qualifier, (first.start, first.end)
    elif m := re.match(r"[^\d]{2,12}[:：]?\s?(\d+(?:\.\d+)?)$", text[a:b]):
        row = text[a : a + m.start(1)]
        value, word, qualifier = _scaled(m[1], unit, words, caption)
        span = (a + m.start(1), b)
    else:
        return []
    year = _YEAR.search(column) or _YEAR.search(label)
    before = _YEAR_BEFORE.match(column) or _YEAR_BEFORE.match(label)
    return [
        Cell(
            *span,
            value,
            word,
            qualifier,
            row,
            column,
            caption,
            int(year[1]) if year else -1 if before else None,
            bool(_TOTAL.search(label)),
        )
    ]


def _scaled(number: str, unit: str, words: str, caption: str) -> tuple[Number, str, str]:
    """A bare cell's value with the power and measure word that its unit cell, its labels or the caption name."""
    power, word = 1, ""
    if unit:
        power, word = _POWER.get(unit[0], 1) if unit[0] in "万亿" else 1, unit.lstrip("万亿")
    elif m := _BRACKET.search(words):
        power, word = _POWER.get(m[1] or "", 1) * _POWER.get(m[2] or "", 1), m[3]
    elif m := _UNIT_LINE.search(caption) or _BRACKET.search(caption):
        groups = m.groups()
        power, word = _POWER.get(groups[0] or "", 1), groups[-1]
    value = float(number.replace(",", "")) * power
    value = round(value, 6)
    return int(value) if value == int(value) else value, word if word in measure_classes() else "", "exact"
