"""Pages of placed pieces of text become one text: columns, table rows, paragraphs; running heads and page numbers off.

PDF, OFD and OCR each give the pieces and where they stand; what belongs together is decided here, once. No length is
changed but at line breaks and by the spaces that typesetting puts around digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from analysis.readers import Reading
from analysis.readers.text import find_title

# --- Characters ----------------------------------------------------------------------------------

# Some fonts give a radical in place of the character it looks like. Unicode maps those of Kangxi; of the supplement
# these are characters of their own in simplified writing.
_SUPPLEMENT = (
    "⺁厂⺇几⺌小⺎兀⺏尣⺐尢⺑尢⺒巳⺓幺⺗心⺛旡⺝月⺟母⺠民⺢氺⺥爫⺩王⺫目⺮竹⺯糸⺱网⺳网⺶羊⺷羊⺸羊⺼月⺾艹⺿艹⻀艹⻁虎⻂衣⻃西⻄西⻅见⻆角"
    "⻉贝⻊足⻋车⻏阝⻐金⻑長⻒长⻓长⻔门⻕阝⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻟食⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻳龟"
)
_RADICALS = {ord(a): b for a, b in zip(_SUPPLEMENT[::2], _SUPPLEMENT[1::2], strict=True)} | {
    code: unicodedata.normalize("NFKC", chr(code)) for code in (0x2E9F, 0x2EF3, *range(0x2F00, 0x2FD6))
}
_PLAIN = _RADICALS | dict.fromkeys([0x00A0, 0x2002, 0x2003, 0x2009, 0x202F], " ") | {0x0002: "-", 0x00AD: "-"}
_WIDE = re.compile(r"[\u2e80-\u303f\u31c0-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef“”‘’—…·①-⓿]")
_SPACE = re.compile(r"(?<=[{0}])[ \u3000]+(?=\S)|(?<=\S)[ \u3000]+(?=[{0}])".format(_WIDE.pattern[1:-1]))
_BROKEN = re.compile(r"[\ufffd\ufffe\ue000-\uf8ff\x00-\x08\x0e-\x1f]")


def plain(text: str) -> str:
    """Radicals as the characters they stand for, one for one; no spaces beside a Chinese character (2023 年)."""
    return _SPACE.sub("", text.translate(_PLAIN)) if not text.isascii() else text.translate(_PLAIN)


def is_wide(mark: str) -> bool:
    """Whether a character is as wide as a Chinese one."""
    return bool(_WIDE.match(mark))


def broken(text: str) -> bool:
    """Whether a text layer is no text: its font does not say which characters it draws."""
    return len(_BROKEN.findall(text)) > 0.2 * len(text)


# --- What a page holds ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text in one line, a character or more; the box counts from the page's top left corner, y down.

    `score`: how sure OCR is of it, 0 to 1.
    """

    left: float
    top: float
    right: float
    bottom: float
    text: str
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table: its box, and its rows of cells, each cell the pieces inside it."""

    left: float
    top: float
    right: float
    bottom: float
    rows: Sequence[Sequence[Sequence[Piece]]]


@dataclass(frozen=True, slots=True)
class Page:
    """`pieces` in any order. `tables`: their pieces are not among the others. `bars`: vertical rules (x, top, bottom).

    `begins`: whether a document begins here, so that no paragraph goes on from the page before.
    """

    width: float
    height: float
    pieces: Sequence[Piece]
    tables: Sequence[Table] = ()
    bars: Sequence[tuple[float, float, float]] = ()
    begins: bool = False


@dataclass(slots=True)
class _Line:
    """A line of a page. `cells`: parted by wide gaps or rules. `indent`, `slack`: to the margins, in characters."""

    left: float
    top: float
    right: float
    bottom: float
    size: float  # width of a Chinese character
    cells: list[list[tuple[str, float]]]
    row: bool = False
    begins: bool = False
    indent: float = 0.0
    slack: float = 0.0
    text: str = field(init=False)

    def __post_init__(self) -> None:
        self.text = "\t".join("".join(text for text, _ in cell) for cell in self.cells)


# --- Lines ---------------------------------------------------------------------------------------

_GAP = 1.6  # characters: wider than any gap of justified text


def _size(pieces: Sequence[Piece]) -> float:
    """The width of a Chinese character among pieces."""
    widths = [(p.right - p.left) / n for p in pieces if (n := _units(p.text)) >= 1]
    return median(widths) if widths else 0.8 * median(p.bottom - p.top for p in pieces)


def _units(text: str) -> float:
    return len(text) if len(_WIDE.findall(text)) == len(text) else sum(1 if _WIDE.match(c) else 0.5 for c in text)


def _bands(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """The pieces that stand at one height, from left to right; bands from top to bottom."""
    band: list[Piece] = []
    middle = height = 0.0
    for piece in sorted(pieces, key=lambda p: (p.top + p.bottom, p.left)):
        at, tall = (piece.top + piece.bottom) / 2, piece.bottom - piece.top
        if band and at - middle > 0.5 * min(tall, height):
            yield sorted(band, key=lambda p: p.left)
            band = []
        band.append(piece)
        count = len(band)
        middle += (at - middle) / count
        height = tall if count == 1 else max(height, tall) if tall < 2 * height else height
    if band:
        yield sorted(band, key=lambda p: p.left)


def _line(band: Sequence[Piece], bars: Sequence[tuple[float, float, float]] = ()) -> _Line:
    """One line; its cells are parted where the gap is wide or a rule stands in it."""
    size = _size(band)
    cells: list[list[tuple[str, float]]] = [[]]
    right, before = band[0].left, ""
    for piece in band:
        gap = piece.left - right
        if before and (gap > _GAP * size or any(_parts(bar, right, piece, size) for bar in bars)):
            cells.append([])
        elif (
            before
            and gap > (0.6 if before[-1].isdigit() and piece.text[0].isdigit() else 0.2) * size
            and not _WIDE.match(before[-1])
            and not _WIDE.match(piece.text)
        ):
            cells[-1].append((" ", 1.0))
        cells[-1].append((piece.text, piece.score))
        right, before = max(right, piece.right), piece.text
    top, bottom = min(p.top for p in band), max(p.bottom for p in band)
    return _Line(band[0].left, top, right, bottom, size, [_spaced(cell) for cell in cells])


def _parts(bar: tuple[float, float, float], right: float, piece: Piece, size: float) -> bool:
    x, top, bottom = bar
    return right - 0.3 * size <= x <= piece.left + 0.3 * size and top <= (piece.top + piece.bottom) / 2 <= bottom


def _spaced(cell: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Neighbours of one score joined, each `plain`."""
    joined: list[tuple[str, float]] = []
    for text, score in cell:
        if joined and joined[-1][1] == score:
            joined[-1] = joined[-1][0] + text, score
        else:
            joined.append((text, score))
    return [(plain(text), score) for text, score in joined]


def _settle(lines: Sequence[_Line]) -> None:
    """Whether lines with gaps are rows: of a table there are two, or three cells; any other gap is a space."""
    for at, line in enumerate(lines):
        if line.row or len(line.cells) < 2:
            continue
        beside = any(len(other.cells) > 1 for other in (*lines[max(0, at - 1) : at], *lines[at + 1 : at + 2]))
        if all(len(text) <= 1 for text in line.text.split("\t")):  # 通　知
            _join_cells(line, "")
        elif beside or len(line.cells) > 2:
            line.row = True
        else:
            _join_cells(line, " ")


def _join_cells(line: _Line, between: str) -> None:
    joined = line.cells[0]
    for cell in line.cells[1:]:
        joined = [*joined, (between, 1.0), *cell] if between else joined + cell
    line.cells = [joined]
    line.__post_init__()


# --- Columns -------------------------------------------------------------------------------------

_MOST_PROSE = 9  # characters: cells of a table are shorter, lines of a column longer


def _segments(page: Page) -> list[list[Piece]]:
    """The page's bands, those of two columns parted: the left column down to its end, then the right one."""
    bands = list(_bands(page.pieces))
    out: list[list[Piece]] = []
    at = 0
    while at < len(bands):
        end, gutter = _two_columns(bands, at, page)
        if gutter is None:
            out.append(bands[at])
            at += 1
            continue
        block = [p for band in bands[at:end] for p in band]
        for side in ([p for p in block if p.right <= gutter], [p for p in block if p.right > gutter]):
            out.extend(_bands(side))
        at = end
    return out


def _two_columns(bands: Sequence[list[Piece]], at: int, page: Page) -> tuple[int, float | None]:
    """(end, gutter) of the bands from `at` on that one white gutter parts into two columns of prose."""
    for gutter in _gutters(bands[at], page):
        end, both, lengths = at, 0, []
        while end < len(bands):
            left = [p for p in bands[end] if p.right <= gutter]
            right = [p for p in bands[end] if p.left >= gutter]
            if len(left) + len(right) < len(bands[end]):
                break
            if left and right:
                both += 1
                lengths.append(min(sum(_units(p.text) for p in left), sum(_units(p.text) for p in right)))
            end += 1
        if both >= 6 and both >= 0.5 * (end - at) and median(lengths) >= _MOST_PROSE:
            return end, gutter
    return at, None


def _gutters(band: Sequence[Piece], page: Page) -> Iterator[float]:
    size, right = _size(band), band[0].right
    for piece in band[1:]:
        middle = (right + piece.left) / 2
        if piece.left - right > 0.9 * size and 0.3 * page.width < middle < 0.7 * page.width:
            yield middle
        right = max(right, piece.right)


# --- A page's lines ------------------------------------------------------------------------------


def _lines(page: Page) -> list[_Line]:
    """The lines in reading order; tables in place."""
    lines = [_line(band, page.bars) for band in _segments(page)]
    lines = [line for line in lines if line.text.strip()]
    _settle(lines)
    for table in page.tables:
        at = next((i for i, line in enumerate(lines) if line.top >= table.top and not line.row), len(lines))
        lines[at:at] = list(_rows(table))
    return lines


def _rows(table: Table) -> Iterator[_Line]:
    for row in table.rows:
        cells: list[list[tuple[str, float]]] = []
        for cell in row:
            inside = [_line(band) for band in _bands(cell)]
            cells.append([part for line in inside for parts in line.cells for part in parts])
        pieces = [piece for cell in row for piece in cell]
        if pieces:
            yield _Line(table.left, table.top, table.right, table.bottom, _size(pieces), cells, row=True)


_OUTER = 0.12  # of the page's height: running heads and page numbers stand there
_NUMBER = r"(?:[0-9０-９]{1,4}|[ivxlcIVXLC]{1,7})"
_PAGE_NUMBER = re.compile(
    rf"[\s\-—–―－_·•.~]*(?:第\s*)?(?:Page\s*|P\.?\s*)?{_NUMBER}\s*页?(?:\s*(?:[/／]|of|,?，?\s*共)\s*{_NUMBER}\s*页?)?[\s\-—–―－_·•.~]*"
)
_DIGITS = re.compile("[0-9０-９]+")


def _running(pages: Sequence[Page], lines: Sequence[list[_Line]]) -> set[int]:
    """The ids of lines that are no part of the text: page numbers, and what repeats at the edge of most pages."""
    edges: list[tuple[str, _Line]] = []
    numbers: set[int] = set()
    for page, own in zip(pages, lines, strict=True):
        high, low = _OUTER * page.height, (1 - _OUTER) * page.height
        ordered = sorted((line for line in own if not line.row), key=lambda line: line.top)
        for line in [line for line in ordered[:2] if line.bottom < high] + [
            line for line in ordered[-2:] if line.top > low
        ]:
            if _PAGE_NUMBER.fullmatch(line.text):
                numbers.add(id(line))
            elif line.text[-1] not in "。；，、":
                side = "top" if line.bottom < high else "bottom"
                edges.append((side + _DIGITS.sub("#", line.text.replace(" ", "")), line))
    counts = Counter(key for key, _ in {(key, id(line)) for key, line in edges})
    often = max(2, 0.4 * sum(bool(own) for own in lines))
    return numbers | {id(line) for key, line in edges if counts[key] >= often}


def _margins(lines: Sequence[_Line]) -> None:
    """Set each line's distance to the margins of its page, as far as lines of prose show them."""
    prose = [line for line in lines if not line.row]
    if not prose:
        return
    size = median(line.size for line in prose)
    middle = (min(line.left for line in prose) + max(line.right for line in prose)) / 2
    narrow = [line for line in prose if line.right < middle + size or line.left > middle - size]
    columns = len(narrow) > 0.8 * len(prose) > 6
    groups = [[x for x in prose if x.right < middle + size], [x for x in prose if x.right >= middle + size]]
    for group in groups if columns else [prose]:
        if not group:
            continue
        lefts = sorted(line.left for line in group)
        # what alone stands far out (a number in the margin) makes no margin
        left = lefts[1] if len(lefts) > 1 and lefts[1] - lefts[0] > 3 * size else lefts[0]
        right = max(line.right for line in group)
        for line in group:
            line.indent, line.slack = (line.left - left) / line.size, (right - line.right) / line.size


# --- Paragraphs ----------------------------------------------------------------------------------

_ENDS = "。；：！？;:!?…"
_HEADING = re.compile(
    r"[一二三四五六七八九十]{1,3}[、．.]|第[一二三四五六七八九十]{1,3}[章节部编]|[（(][一二三四五六七八九十]{1,3}[)）]|[0-9]{1,2}[.、．](?![0-9])|[（(][0-9]{1,2}[)）]|[①-⑳]"
)
_TITLE_END = re.compile(r"(?:报告|总结|汇报|文件|通知|白皮书|情况|公报)$")


def _joins(line: _Line, after: _Line, body: float, indented: bool) -> bool:
    """Whether a line goes on in the next one.

    `body`: the size of the text's characters. `indented`: whether its paragraphs begin with an indent.
    """
    if line.row or after.row or after.begins or not 0.8 < line.size / after.size < 1.25:
        return False
    full = indented and line.slack < 1.5 and after.indent < 0.6
    if not full and (line.text[-1] in _ENDS or (line.text[-1] in "”）》" and line.text[-2:-1] in tuple(_ENDS))):
        return False
    if _HEADING.match(after.text) and line.text[-1] not in "第，、（《":
        return False
    if after.indent >= 1.2:
        return (  # a title on several lines
            min(line.size, after.size) > 1.15 * body
            and abs(line.indent - line.slack) < 2.5 > abs(after.indent - after.slack)
            and not _TITLE_END.search(line.text)
        )
    return line.slack < 3


def _body(lines: Sequence[_Line]) -> float:
    """The size of the text's characters."""
    prose = [line.size for line in lines if not line.row]
    return median(prose) if prose else 0.0


def _paragraphs(lines: Sequence[_Line]) -> Iterator[tuple[_Line, str]]:
    """Each line with what stands before it: a line break, or nothing, or a space between words."""
    body = _body(lines)
    indents = sum(1.2 <= line.indent <= 2.8 for line in lines if not line.row)
    indented = indents >= 3 and indents >= 0.1 * sum(not line.row for line in lines)
    before: _Line | None = None
    for line in lines:
        if before is None:
            yield line, ""
        elif _joins(before, line, body, indented):
            words = not _WIDE.match(before.text[-1]) and not _WIDE.match(line.text) and before.text[-1].isalpha()
            yield line, " " if words and line.text[0].isalpha() else ""
        else:
            yield line, "\n"
        before = line


def _title(paragraphs: Sequence[tuple[_Line, str]], text: str) -> str:
    """What is printed larger than the text at its beginning, the red head of the paper apart; else as of any text."""
    body = _body([line for line, _ in paragraphs])
    large: list[str] = []
    for line, before in paragraphs[:8]:
        if line.row or line.size < 1.15 * body:
            continue
        if before == "\n" or not large:
            large.append("")
        large[-1] += before.strip("\n") + line.text
    return find_title("\n".join(line for line in large if len(line) > 5 and not line.endswith("文件"))) or find_title(
        text
    )


SURE = 0.9  # the score of OCR below which a line is doubtful


def reading(pages: Sequence[Page], warnings: tuple[str, ...] = ()) -> Reading:
    """The pages as one text, with where each page starts and which spans OCR was not sure of."""
    found = [_lines(page) for page in pages]
    off = _running(pages, found)
    found = [[line for line in lines if id(line) not in off] for lines in found]
    for page, lines in zip(pages, found, strict=True):
        _margins(lines)
        if lines:
            lines[0].begins = page.begins
    page_of = [number for number, lines in enumerate(found) for _ in lines]
    out: list[str] = []
    at, starts, doubtful = 0, [], []
    paragraphs = list(_paragraphs([line for own in found for line in own]))
    for number, (line, before) in zip(page_of, paragraphs, strict=True):
        out.append(before)
        at += len(before)
        starts += [at] * (number + 1 - len(starts))
        for place, cell in enumerate(line.cells):
            if place:
                out.append("\t")
                at += 1
            for text, score in cell:
                if score < SURE and text:
                    doubtful.append((at, at + len(text), score))
                out.append(text)
                at += len(text)
    starts += [at] * (len(pages) - len(starts))
    text = "".join(out)
    if doubtful:
        sample = text[slice(*min(doubtful, key=lambda span: span[2])[:2])]
        warnings = (
            *warnings,
            f"{len(doubtful)} lines of the scan were read with doubt, least surely “{sample[:40]}”: look at them",
        )
    return Reading(text, _title(paragraphs, text), warnings=warnings, pages=tuple(starts), doubtful=tuple(doubtful))
