"""OFD, the Chinese standard for fixed pages (GB/T 33190): a ZIP of XML that places text, and pictures for scans.

Pages are read in the order of Document.xml; what comes from a template (running heads, frames) is no text of the
report. Where a file inside names another, the name is looked up in the archive and never leads out of it.
"""

from __future__ import annotations

import io
import math
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from analysis.readers import Reading, Unreadable, layout, scan
from analysis.readers.layout import Page, Piece

if TYPE_CHECKING:  # lxml is imported where an OFD is read
    from lxml.etree import _Element as Element
    from PIL.Image import Image

_MOST_PAGES = 2000
_MOST_FILES = 50_000
_MOST_BYTES = 64 * 1024 * 1024  # of one file inside, unpacked
_MOST_IN_ALL = 512 * 1024 * 1024
_MOST_CHARACTERS = 200_000  # of one page
_MOST_CHARACTERS_IN_ALL = 2_000_000
_FEWEST = 20  # characters of a page that is no scan


def is_ofd(data: bytes) -> bool:
    """Whether a file is a ZIP that names OFD.xml; of one that was cut off its beginning shows it."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.lower() == "ofd.xml" for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return b"OFD.xml" in data[:65536]


def read(data: bytes) -> Reading:
    """Read an OFD. Raises Unreadable: encrypted, unreadable, too_large, ocr."""
    package = _open(data)
    root = package.xml("OFD.xml")
    if root is None:
        raise Unreadable("", "damaged", "The OFD is damaged: its OFD.xml cannot be read.")
    roots = [place for body in root.iterfind("{*}DocBody") if (place := _text_of(body, "DocRoot"))]
    warnings = [f"the OFD holds {len(roots)} documents: they stand one after the other"] if len(roots) > 1 else []
    pages: list[_Drawn] = []
    characters = 0
    for place in dict.fromkeys(roots):
        for page in _document(package, package.path("", place), _MOST_PAGES - len(pages)):
            pages.append(page)
            characters += len(page.page.pieces)
            if characters > _MOST_CHARACTERS_IN_ALL:
                raise Unreadable("", "too_large", f"The OFD has more than {_MOST_CHARACTERS_IN_ALL:,} characters.")
    if not pages or all(page.lost for page in pages):
        raise Unreadable("", "damaged", "The OFD is damaged: no page of it can be read.")
    if lost := sum(page.lost for page in pages):
        warnings.append(f"{lost} pages of the OFD are missing or damaged and were left out")
    warnings += _scanned(package, pages)
    return layout.reading([page.page for page in pages], tuple(warnings))


# --- The archive ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Package:
    """The files inside, by their lower-case paths; `left`: how many bytes may still be unpacked."""

    archive: zipfile.ZipFile
    names: dict[str, zipfile.ZipInfo]
    left: int = _MOST_IN_ALL

    def path(self, beside: str, place: str) -> str:
        """The path that `place` means in the file `beside`; ".." ends at the root of the archive."""
        place = place.strip().replace("\\", "/")
        return posixpath.normpath(place if place.startswith("/") else f"/{posixpath.dirname(beside)}/{place}").lstrip(
            "/"
        )

    def bytes(self, path: str) -> bytes | None:
        """A file's bytes, None where there is none or it is damaged. Raises Unreadable: too_large, encrypted."""
        entry = self.names.get(path.lower())
        if entry is None:
            return None
        if entry.flag_bits & 1:
            raise Unreadable("", "encrypted", "The OFD is locked with a password: save it without one.")
        try:
            with self.archive.open(entry) as file:
                data = file.read(min(_MOST_BYTES, self.left) + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
            return None
        self.left -= len(data)
        if len(data) > _MOST_BYTES or self.left < 0:
            raise Unreadable("", "too_large", "The OFD unpacks to more than is read (64 MB a file, 512 MB in all).")
        return data

    def xml(self, path: str) -> Element | None:
        """A file as a tree, None where there is none or it is no XML. Raises Unreadable: unreadable (entities)."""
        from lxml import etree

        data = self.bytes(path)
        if data is None:
            return None
        if b"<!DOCTYPE" in data.replace(b"\0", b""):
            raise Unreadable("", "unsafe", "The OFD defines entities of its own: that is not allowed in OFD.")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        with suppress(etree.XMLSyntaxError, ValueError):
            return etree.fromstring(data, parser)
        return None


def _open(data: bytes) -> _Package:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Unreadable("", "damaged", "The OFD is damaged or was cut off: it cannot be unpacked.") from error
    if len(entries) > _MOST_FILES:
        raise Unreadable("", "too_large", f"The OFD holds {len(entries):,} files; {_MOST_FILES:,} is the most.")
    names = {entry.filename.replace("\\", "/").lstrip("/").lower(): entry for entry in entries}
    if any(posixpath.basename(name) in ("encryptions.xml", "decryptseed.dat") for name in names):
        raise Unreadable("", "encrypted", "The OFD is encrypted: save it without a password.")
    return _Package(archive, names)


def _text_of(element: Element, name: str) -> str:
    return (element.findtext(f"{{*}}{name}") or "").strip()


def _numbers(words: str | None) -> list[float]:
    """The numbers of an attribute; what is none ends them."""
    found: list[float] = []
    with suppress(ValueError):
        for word in (words or "").split():
            number = float(word)
            if not math.isfinite(number):
                break
            found.append(number)
    return found


# --- Documents -----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Drawn:
    """A page, and the path of the picture that fills a fair part of it."""

    page: Page
    picture: str = ""
    lost: bool = False


def _document(package: _Package, path: str, most: int) -> Iterator[_Drawn]:
    root = package.xml(path)
    if root is None:
        return
    common = root.find("{*}CommonData")
    box = _numbers(common.findtext("{*}PageArea/{*}PhysicalBox") if common is not None else "") or [0, 0, 210, 297]
    media = dict(_media(package, path, common))
    listed = root.findall("{*}Pages/{*}Page")
    if len(listed) > most:
        raise Unreadable(
            "", "too_large", f"The OFD has {len(listed):,} pages; {_MOST_PAGES:,} is the most that is read."
        )
    for at, page in enumerate(listed):
        place = package.path(path, page.get("BaseLoc", ""))
        content = package.xml(place)
        drawn = _Drawn(Page(1, 1, ()), lost=True) if content is None else _drawn(package, place, content, box, media)
        drawn.page = replace(drawn.page, begins=not at)
        yield drawn


def _media(package: _Package, path: str, element: Element | None) -> Iterator[tuple[str, str]]:
    """(id, path) of the pictures that the resources of a document or page name."""
    for kind in ("PublicRes", "DocumentRes", "PageRes"):
        for place in element.findall(f"{{*}}{kind}") if element is not None else ():
            at = package.path(path, place.text or "")
            resources = package.xml(at)
            if resources is None:
                continue
            folder = posixpath.join(package.path(at, resources.get("BaseLoc", ".")), "_")
            for one in resources.iterfind(".//{*}MultiMedia"):
                yield one.get("ID", ""), package.path(folder, _text_of(one, "MediaFile"))


def _drawn(package: _Package, path: str, root: Element, box: Sequence[float], media: dict[str, str]) -> _Drawn:
    """A page's text, rules and pictures; lengths in millimetres."""
    own = _numbers(root.findtext("{*}Area/{*}PhysicalBox"))
    box = own if len(own) == 4 else box
    width, height = (box[2], box[3]) if len(box) == 4 and min(box[2:]) > 0 else (210.0, 297.0)
    placed = (piece for element in root.iter("{*}TextObject") for piece in _text_object(element))
    pieces = list(islice(placed, _MOST_CHARACTERS))
    if layout.broken("".join(piece.text for piece in pieces)):
        pieces = []
    bars = [bar for element in root.iter("{*}PathObject") for bar in _rules(element)]
    media = {**media, **dict(_media(package, path, root))}
    area, picture = max(_pictures(root, media), default=(0.0, ""))
    return _Drawn(Page(width, height, pieces, bars=bars[:1000]), picture if area > 0.2 * width * height else "")


# --- What is on a page ---------------------------------------------------------------------------


def _text_object(element: Element) -> Iterator[Piece]:
    """Its characters; nothing of text that is hidden or aslant (a watermark)."""
    boundary = _numbers(element.get("Boundary"))
    size = (_numbers(element.get("Size")) or [0.0])[0]
    matrix = _numbers(element.get("CTM"))
    if len(boundary) != 4 or size <= 0 or element.get("Visible", "").lower() == "false":
        return
    a, b, c, d, e, f = matrix if len(matrix) == 6 else (1, 0, 0, 1, 0, 0)
    if abs(b) > 0.1 * abs(a):
        return
    high, stretch = size * math.hypot(c, d), abs(a) * (_numbers(element.get("HScale")) or [1.0])[0]
    x = y = 0.0
    for code in element.iterfind("{*}TextCode"):
        x, y = (_numbers(code.get("X")) or [x])[0], (_numbers(code.get("Y")) or [y])[0]
        marks = (code.text or "").strip("\r\n")
        along, down = _steps(code.get("DeltaX"), len(marks)), _steps(code.get("DeltaY"), len(marks))
        for at, mark in enumerate(marks):
            if not mark.isspace():
                wide = size if layout.is_wide(mark) else size / 2
                left, base = boundary[0] + a * x + c * y + e, boundary[1] + b * x + d * y + f
                yield Piece(left, base - 0.88 * high, left + stretch * wide, base + 0.12 * high, mark)
            x += along[at] if at < len(along) else 0.0 if down else size if layout.is_wide(mark) else size / 2
            y += down[at] if at < len(down) else 0.0


def _steps(words: str | None, most: int) -> list[float]:
    """The steps from one character to the next; "g 3 4.5" says 4.5 three times."""
    steps: list[float] = []
    parts = (words or "").split()
    at = 0
    with suppress(ValueError, IndexError):
        while at < len(parts) and len(steps) < most:
            if parts[at] == "g":
                steps += [float(parts[at + 2])] * max(0, min(int(parts[at + 1]), most))
                at += 3
            else:
                steps.append(float(parts[at]))
                at += 1
    return steps if all(map(math.isfinite, steps)) else []


_STROKE = re.compile(r"M\s+(\S+)\s+(\S+)\s+L\s+(\S+)\s+(\S+)")


def _rules(element: Element) -> Iterator[tuple[float, float, float]]:
    """The vertical rules of a path: upright lines, the sides of boxes, bars."""
    boundary = _numbers(element.get("Boundary"))
    if len(boundary) != 4:
        return
    left, top, width, height = boundary
    if width < 1 < height:
        yield left + width / 2, top, top + height
    elif width >= 1 and height >= 1:
        for points in _STROKE.findall(_text_of(element, "AbbreviatedData")[:20_000]):
            ends = _numbers(" ".join(points))
            if len(ends) == 4 and abs(ends[0] - ends[2]) < 0.3 and abs(ends[1] - ends[3]) > 1:
                yield left + ends[0], top + min(ends[1::2]), top + max(ends[1::2])
        yield from ((left, top, top + height), (left + width, top, top + height))


def _pictures(root: Element, media: dict[str, str]) -> Iterator[tuple[float, str]]:
    """(area, path) of the pictures."""
    for element in root.iter("{*}ImageObject"):
        box = _numbers(element.get("Boundary"))
        if len(box) == 4 and (place := media.get(element.get("ResourceID", ""))):
            yield box[2] * box[3], place


# --- Scans ---------------------------------------------------------------------------------------


def _scanned(package: _Package, pages: list[_Drawn]) -> list[str]:
    """Put what OCR reads in the place of pages that are pictures; gives warnings. Raises Unreadable: ocr."""
    scans = [at for at, page in enumerate(pages) if len(page.page.pieces) < _FEWEST and page.picture]
    if not scans:
        return []
    if len(scans) == sum(not page.lost for page in pages):
        scan.require()
    elif not scan.ready():
        return [scan.left_out(scans)]
    lost: list[int] = []

    def images() -> Iterator[Image | None]:
        for at in scans:
            image = None
            try:
                image = scan.picture(package.bytes(pages[at].picture) or b"")
            except Unreadable as error:
                if error.reason == "too_large":
                    raise
                lost.append(at)
            yield image

    for at, page in zip(scans, scan.pages(images(), len(scans)), strict=True):
        pages[at].page = page
    if lost:
        named = ", ".join(str(at + 1) for at in lost)
        return [f"the pictures of pages {named} are damaged or of a kind that is not read (JBIG2)"]
    return []
