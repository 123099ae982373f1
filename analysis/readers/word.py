"""Word documents (docx): what one sees on the page, in the order of the document.

Numbers that Word counts itself are written out; tracked insertions stay, tracked deletions go; a text box stands
once, after the paragraph that holds it. Headers, footers, footnotes, comments, hidden text and tables of contents
are no part of the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analysis.readers import Reading
from analysis.readers.lines import clean_line, clean_lines, row_lines
from analysis.readers.numbering import Numbering, W, read_numbering
from analysis.readers.package import Package, kind
from analysis.readers.text import TITLE_WORD, find_title

if TYPE_CHECKING:
    from lxml.etree import _Element

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MOST_COLUMNS = 63  # Word's own limit

_OFF = frozenset(
    W + name
    for name in (
        "del", "moveFrom", "delText", "instrText", "delInstrText", "rt", "footnoteReference", "endnoteReference",
        "pPr", "rPr", "sdtPr", "sdtEndPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr", "pict", "drawing", "object",
    )
)  # fmt: skip
_WORDS = {W + "tab": " ", W + "ptab": " ", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-"}
_TEXTS = (W + "t", _MATH + "t")
_DRAWN = (W + "pict", W + "drawing", W + "object")


def is_word(data: bytes) -> bool:
    """Whether a ZIP file holds a Word document."""
    return kind(data) == "word"


def read(data: bytes) -> Reading:
    """Read a Word document. Raises Unreadable: damaged, encrypted, format, too_large, unsafe."""
    package = Package(data)
    main = package.main("word/document.xml")
    related = dict(package.related(main).values())
    numbering = read_numbering(package.tree(related.get("numbering", "")), package.tree(related.get("styles", "")))
    walk = _Walk(numbering)
    lines = walk.lines(package.tree(main))
    text = "\n".join(lines)
    title = clean_line("".join(walk.title))
    warnings = ("the document embeds another file, which was not read",) if "aFChunk" in related else ()
    return Reading(text, title if TITLE_WORD.search(title) else find_title(text) or title, warnings=warnings)


# --- The walk ------------------------------------------------------------------------------------


class _Walk:
    """Goes through a document in its order. Recursive: `Package` holds to 256 levels."""

    def __init__(self, numbering: Numbering) -> None:
        self.numbering = numbering
        self.title: list[str] = []  # the paragraphs in the style Title that stand together
        self.carried = ""  # of paragraphs whose mark was deleted: they run on into the next one

    def lines(self, parent: _Element) -> list[str]:
        """The lines of the body, of a cell, of a text box."""
        found: list[str] = []
        for block in _blocks(parent):
            if block.tag == W + "p":
                found += self._paragraph(block)
            else:
                for row in _rows(block):
                    found += self._row(row)
        if self.carried:  # nothing follows that it could run on into
            found += clean_lines(self.carried)
            self.carried = ""
        return found

    def _paragraph(self, paragraph: _Element) -> list[str]:
        style = self.numbering.style(paragraph)
        if style.name.startswith("toc ") or style.name == "toc heading":
            return []
        boxes: list[_Element] = []
        words = self.carried + "".join(_words(paragraph, boxes))
        self.carried = ""
        if paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None:
            self.carried = words
            lines = []
        else:
            prefix = self.numbering.prefix(paragraph)  # an empty paragraph counts, and shows its number alone
            lines = clean_lines(prefix + words) if words.strip() else []
            if style.name == "title" and len(self.title) < 3:
                self.title += lines
        kept, self.carried = self.carried, ""
        for box in boxes:
            lines += self.lines(box)
        self.carried = kept
        return lines

    def _row(self, row: _Element) -> list[str]:
        if row.find(f"{W}trPr/{W}del") is not None:
            return []
        cells: list[list[str]] = []
        own = [cell for cell in _inside(row) if cell.tag == W + "tc"]
        for cell in own:
            cells.append(self.lines(cell))
            if len(own) > 1:  # a cell over several columns keeps the rest of the row in its columns
                cells += [[]] * (_span(cell) - 1)
        return row_lines(cells)


def _span(cell: _Element) -> int:
    found = cell.find(f"{W}tcPr/{W}gridSpan")
    said = found.get(W + "val", "") if found is not None else ""
    return min(max(1, int(said)), _MOST_COLUMNS) if said.isdecimal() and len(said) < 9 else 1


def _inside(parent: _Element) -> Iterator[_Element]:
    """The children, with content controls and what was tracked or tagged opened up."""
    for child in parent:
        if child.tag == _CHOICE + "AlternateContent":
            yield from _inside(_chosen(child))
        elif child.tag == W + "sdt":
            if not _is_left_out(child):
                yield from (inner for content in child.iterfind(W + "sdtContent") for inner in _inside(content))
        elif child.tag in (W + "ins", W + "moveTo", W + "customXml", W + "smartTag"):
            yield from _inside(child)
        else:
            yield child


def _blocks(parent: _Element) -> Iterator[_Element]:
    for child in _inside(parent):
        if child.tag == W + "body":
            yield from _blocks(child)
        elif child.tag in (W + "p", W + "tbl"):
            yield child


def _rows(table: _Element) -> Iterator[_Element]:
    return (row for row in _inside(table) if row.tag == W + "tr")


def _chosen(alternate: _Element) -> _Element:
    """One of several ways to say the same: the first choice, which today's Word takes, never the fallback too."""
    choice = alternate.find(_CHOICE + "Choice")
    if choice is None:
        choice = alternate.find(_CHOICE + "Fallback")
    return choice if choice is not None else alternate


def _is_left_out(control: _Element) -> bool:
    """Whether a content control shows its prompt, not yet a content, or holds the table of contents."""
    said = control.find(W + "sdtPr")
    if said is None:
        return False
    gallery = said.find(f"{W}docPartObj/{W}docPartGallery")
    contents = gallery is not None and gallery.get(W + "val") == "Table of Contents"
    return contents or _is_on(said.find(W + "showingPlcHdr"))


def _is_on(switch: _Element | None) -> bool:
    return switch is not None and switch.get(W + "val", "1") not in ("0", "false", "off")


def _words(parent: _Element, boxes: list[_Element]) -> Iterator[str]:
    """The text of a paragraph; text boxes met on the way are put into `boxes`."""
    for child in _inside(parent):
        tag = child.tag
        if tag in _TEXTS:
            yield child.text or ""
        elif tag in _WORDS:
            yield _WORDS[tag]
        elif tag in _DRAWN:
            boxes += _text_boxes(child)
        elif tag == W + "r" and _is_on(child.find(f"{W}rPr/{W}vanish")):
            continue
        elif tag not in _OFF:
            yield from _words(child, boxes)


def _text_boxes(drawn: _Element) -> Iterator[_Element]:
    """The outermost text boxes of a drawing; the walk comes to those inside them by itself."""
    for child in drawn:
        if child.tag == W + "txbxContent":
            yield child
        else:
            yield from _text_boxes(_chosen(child) if child.tag == _CHOICE + "AlternateContent" else child)
