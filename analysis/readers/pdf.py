"""PDF: the text layer as it is placed on the page, ruled tables cell by cell; pages without a text layer go to OCR.

A file of a few kilobytes can unfold without end inside PDFium, and nothing stops it there. So each PDF is read in a
process of its own that the system ends at a bound of memory and time (Windows knows no such bounds).
"""

from __future__ import annotations

import ctypes
import io
import json
import math
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import bounds
from analysis.readers import Reading, Unreadable, layout, scan
from analysis.readers.layout import Page, Piece, Table

if TYPE_CHECKING:  # pypdfium2 and pdfplumber are imported where a PDF is read: other formats pay nothing for them
    from PIL.Image import Image
    from pypdfium2 import PdfDocument, PdfPage

_SIGN = re.compile(rb"%PDF-[0-9]\.[0-9]")
_MOST_PAGES = 2000
_MOST_CHARACTERS = 200_000  # of one page
_MOST_IN_ALL = 2_000_000  # characters
_MOST_MEMORY = 2 << 30  # bytes; OCR may have eight times that: its threads reserve far more than they use
_SECONDS = 60  # and one more a page, of scans a minute: an ordinary page takes a hundredth
_FEWEST = 20  # characters of a page that is no scan


def is_pdf(data: bytes) -> bool:
    """Whether a file opens like a PDF; rubbish may stand before, as the standard allows."""
    return bool(_SIGN.search(data[:1024]))


def read(data: bytes) -> Reading:
    """Read a PDF. Raises Unreadable: encrypted, unreadable, too_large, ocr."""
    own = Path(__file__).parents[2]  # -P: nothing of the folder that the user stands in is imported
    command = [sys.executable, "-P", "-c", _ALONE, str(own), "ocr" if scan.ready() else "no ocr", str(os.getpid())]
    ended = subprocess.run(command, input=data, capture_output=True, check=False)
    try:
        found = json.loads(ended.stdout)
    except ValueError as error:
        detail = "The PDF unfolds to more than can be read: it took too much memory or time."
        raise Unreadable("", "too_large", detail) from error
    if "reason" in found:
        raise Unreadable("", found["reason"], found["detail"])
    return Reading(
        found["text"],
        found["title"],
        warnings=tuple(found["warnings"]),
        pages=tuple(found["pages"]),
        doubtful=tuple((start, end, score) for start, end, score in found["doubtful"]),
    )


_ALONE = "import sys; sys.path.insert(0, sys.argv[1]); from analysis.readers import pdf; pdf.alone(sys.argv[2] == 'ocr', int(sys.argv[3]))"


def alone(ocr: bool, parent: int) -> None:
    """What the process of its own does: the PDF from standard input, the reading or the refusal as JSON to output.

    `ocr`: whether scans are read. `parent`: the process that waits for the answer.
    """
    bounds.end_with_parent(parent)
    out = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no part of the answer
    bounds.bound("RLIMIT_CORE", 0)
    bounds.bound("RLIMIT_AS", _MOST_MEMORY)
    bounds.bound("RLIMIT_CPU", _SECONDS)
    try:
        found = _read(_open(sys.stdin.buffer.read()), ocr)
        answer = {name: getattr(found, name) for name in ("text", "title", "warnings", "pages", "doubtful")}
    except Unreadable as error:
        answer = {"reason": error.reason, "detail": error.detail}
    except MemoryError:
        os._exit(1)
    except ImportError as error:
        answer = {"reason": "unreadable", "detail": f"Reading PDF needs a package that is not there: {error.name}."}
    except Exception:
        answer = {"reason": "damaged", "detail": "The PDF is damaged in a way that its reader cannot make out."}
    with open(out, "w", encoding="ascii") as file:
        json.dump(answer, file)
    os._exit(0)  # PDFium may crash where a damaged document is closed


def _open(data: bytes) -> PdfDocument:
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise Unreadable("", "encrypted", "The PDF is locked with a password: save it without one.") from error
        raise Unreadable("", "damaged", "The PDF is damaged: it cannot be opened.") from error
    if len(document) > _MOST_PAGES:
        raise Unreadable(
            "", "too_large", f"The PDF has {len(document):,} pages; {_MOST_PAGES:,} is the most that is read."
        )
    return document


def _read(document: PdfDocument, ocr: bool) -> Reading:
    count = len(document)
    end = time.monotonic() + _SECONDS + count
    bounds.bound("RLIMIT_CPU", _SECONDS + count)
    characters = 0
    pages: list[Page] = []
    scans: list[int] = []
    ruled: list[int] = []
    lost = 0
    for number in range(count):
        if time.monotonic() > end:
            raise Unreadable("", "too_large", f"The PDF takes too long to read: {number} of {count} pages were read.")
        page = _page(document, number)
        if page is None:
            lost += 1
            pages.append(Page(1, 1, ()))
            continue
        found = _text(page)
        characters += len(found.pieces)
        if characters > _MOST_IN_ALL:
            raise Unreadable("", "too_large", f"The PDF has more than {_MOST_IN_ALL:,} characters.")
        if len(found.pieces) < _FEWEST and _has_image(page):
            scans.append(number)
        elif found.pieces and _has_rules(page):
            ruled.append(number)
        pages.append(found)
        page.close()
    if count == lost:
        raise Unreadable("", "damaged", "The PDF is damaged: none of its pages can be read.")
    for number, tables in _tables(document, ruled, end):
        pages[number] = _with_tables(pages[number], tables)
    warnings = [f"{lost} pages of the PDF are damaged and were left out"] if lost else []
    warnings += _scanned(document, pages, scans, ocr)
    return layout.reading(pages, tuple(warnings))


def _page(document: PdfDocument, number: int) -> PdfPage | None:
    from pypdfium2 import PdfiumError

    with suppress(PdfiumError):
        return document[number]
    return None


# --- Text ----------------------------------------------------------------------------------------


def _text(page: PdfPage) -> Page:
    """The page's characters and where they stand, turned upright. Text aslant (a watermark) is left out."""
    from pypdfium2 import raw

    text = page.get_textpage()
    count = min(text.count_chars(), _MOST_CHARACTERS)
    box, rect = raw.FPDFText_GetLooseCharBox, raw.FS_RECTF()
    at = ctypes.byref(rect)
    placed: list[tuple[str, int, float, float, float, float]] = []
    high = 0
    for index in range(count):
        code = raw.FPDFText_GetUnicode(text, index)
        if 0xD800 <= code < 0xDC00:  # Windows' halves of one character
            high = code
            continue
        if high and 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + code - 0xDC00
        high = 0
        if code in _NO_MARKS or code > 0x10FFFF or not box(text, index, at):
            continue
        angle = raw.FPDFText_GetCharAngle(text, index) / (math.pi / 2)
        if abs(angle - round(angle)) < 0.06:
            placed.append((chr(code), round(angle) % 4, rect.left, rect.bottom, rect.right, rect.top))
    text.close()
    turn = Counter(angle for _, angle, *_ in placed).most_common(1)[0][0] if placed else 0
    left, bottom, right, top = page.get_bbox()
    pieces = [
        piece
        for mark, angle, *corners in placed
        if angle == turn and (piece := _upright(mark, turn, corners, (left, bottom, right, top))) is not None
    ]
    if layout.broken("".join(mark for mark, *_ in placed)):
        pieces = []
    width, height = right - left, top - bottom
    return Page(*((height, width) if turn % 2 else (width, height)), pieces)


_NO_MARKS = frozenset([0, 0x9, 0xA, 0xD, 0x20, 0xA0, 0x3000, 0xFFFE, 0xFEFF, 0x200B])  # spaces are seen by the gap


def _upright(mark: str, turn: int, corners: Sequence[float], page: tuple[float, float, float, float]) -> Piece | None:
    """A character with its box from the top left corner of the page as it is read; None outside the page."""
    x0, y0, x1, y1 = corners
    left, bottom, right, top = page
    if not (left <= (x0 + x1) / 2 <= right and bottom <= (y0 + y1) / 2 <= top) or x1 <= x0 or y1 <= y0:
        return None
    if turn == 0:
        return Piece(x0 - left, top - y1, x1 - left, top - y0, mark)
    if turn == 2:
        return Piece(right - x1, y0 - bottom, right - x0, y1 - bottom, mark)
    if turn == 3:  # the text runs upwards: PDFium counts clockwise
        return Piece(y0 - bottom, x0 - left, y1 - bottom, x1 - left, mark)
    return Piece(top - y1, right - x1, top - y0, right - x0, mark)


# --- Tables --------------------------------------------------------------------------------------

_MOST_OBJECTS = 5000  # of a page: more is a drawing


def _has_image(page: PdfPage) -> bool:
    from pypdfium2 import raw

    return next(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3), None) is not None


def _has_rules(page: PdfPage) -> bool:
    """Whether the page may have a ruled table: lines or boxes, but no drawing of thousands."""
    from pypdfium2 import raw

    count = 0
    for at, _ in enumerate(page.get_objects(max_depth=2)):
        if at > _MOST_OBJECTS:
            return False
        count += _.type == raw.FPDF_PAGEOBJ_PATH
    return count >= 4


def _tables(
    document: PdfDocument, numbers: Sequence[int], end: float
) -> Iterator[tuple[int, list[list[list[tuple[float, float, float, float] | None]]]]]:
    """(page, its tables as rows of boxes of cells). pdfplumber gets the pages as PDFium writes them anew: sound."""
    import pdfplumber

    for number in numbers:
        if time.monotonic() > end:
            return
        with suppress(Exception):  # whatever it stumbles over: the page stays as it is, without its rules
            with pdfplumber.open(io.BytesIO(_alone(document, number))) as plumbed:
                page = plumbed.pages[0]
                left, top = page.bbox[:2]
                found = [
                    [
                        [cell and (cell[0] - left, cell[1] - top, cell[2] - left, cell[3] - top) for cell in row.cells]
                        for row in table.rows
                    ]
                    for table in page.find_tables()
                ]
            yield number, found


def _alone(document: PdfDocument, number: int) -> bytes:
    import pypdfium2

    alone = pypdfium2.PdfDocument.new()
    alone.import_pages(document, [number])
    file = io.BytesIO()
    alone.save(file)
    alone.close()
    return file.getvalue()


def _with_tables(page: Page, tables: list[list[list[tuple[float, float, float, float] | None]]]) -> Page:
    """The page with its characters moved into the cells they stand in."""
    pieces, found = list(page.pieces), []
    for rows in tables:
        boxes = [cell for row in rows for cell in row if cell]
        if len(rows) < 2 or max(sum(cell is not None for cell in row) for row in rows) < 2:
            continue  # a frame around text
        left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
        right, bottom = max(b[2] for b in boxes), max(b[3] for b in boxes)
        inside = [p for p in pieces if _within(p, (left, top, right, bottom))]
        cells = [[[p for p in inside if cell and _within(p, cell)] for cell in row if cell] for row in rows]
        if sum(bool(cell) for row in cells for cell in row) < 4:
            continue
        held = {id(p) for row in cells for cell in row for p in cell}
        pieces = [p for p in pieces if id(p) not in held]
        found.append(Table(left, top, right, bottom, cells))
    return Page(page.width, page.height, pieces, found)


def _within(piece: Piece, box: tuple[float, float, float, float]) -> bool:
    x, y = (piece.left + piece.right) / 2, (piece.top + piece.bottom) / 2
    return box[0] <= x < box[2] and box[1] <= y < box[3]


# --- Scans ---------------------------------------------------------------------------------------


def _scanned(document: PdfDocument, pages: list[Page], numbers: Sequence[int], ocr: bool) -> list[str]:
    """Put what OCR reads in the place of the pages that are pictures; gives warnings. Raises Unreadable: ocr."""
    if not numbers:
        return []
    if not ocr:
        if not any(page.pieces for number, page in enumerate(pages) if number not in numbers):
            raise scan.refusal()
        return [scan.left_out(numbers)]
    bounds.bound("RLIMIT_AS", 8 * _MOST_MEMORY)
    bounds.bound("RLIMIT_CPU", _SECONDS * (len(numbers) + 2) + len(pages))
    for number, page in zip(numbers, scan.pages(_pictures(document, numbers), len(numbers)), strict=True):
        pages[number] = page
    return []


def _pictures(document: PdfDocument, numbers: Sequence[int]) -> Iterator[Image]:
    for number in numbers:
        page = document[number]
        width, height = page.get_size()
        scale = min(scan.DPI / 72, math.sqrt(scan.MOST_PIXELS / max(1.0, width * height)))
        yield page.render(scale=scale).to_pil()
        page.close()
