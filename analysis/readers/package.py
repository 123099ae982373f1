"""ZIP files opened without trust: the container of docx and xlsx, and of archives.

What a file declares is checked before it is unpacked; `zipfile` itself never unpacks more of a member than declared.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from typing import TYPE_CHECKING

from analysis.readers import Unreadable

if TYPE_CHECKING:  # lxml is imported where a part is parsed: plain text pays nothing for it
    from lxml.etree import _Element

MOST_MEMBERS = 10_000
MOST_RATIO = 200  # times that a member unpacks to; XML of Word reaches 30
_SMALL = 1_000_000  # bytes unpacked; below it no ratio is suspicious
_LARGEST_PART = 32 * 1024 * 1024  # bytes of XML; the longest report known has 2 MB
_MOST_TAGS = 2_000_000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # LZMA may ask for 4 GB before it unpacks a byte

_KINDS = (  # folder, its main file by the usual name, what the archive is
    ("word/", "word/document.xml", "word"),
    ("xl/", "xl/workbook.xml", "workbook"),
    ("ppt/", "ppt/presentation.xml", "slides"),
)


def kind(data: bytes) -> str:
    """word, workbook, slides, ofd, opendocument, archive (of anything else), damaged; "" for what is no ZIP file."""
    if not data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ""
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError):
        return "damaged"
    for folder, main, found in _KINDS:
        if main in names or ("[Content_Types].xml" in names and any(name.startswith(folder) for name in names)):
            return found
    if "OFD.xml" in names:
        return "ofd"
    return "opendocument" if names[:1] == ["mimetype"] and "content.xml" in names else "archive"


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The opened file. Raises Unreadable: damaged, too_large."""
    try:
        opened = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError) as error:
        raise Unreadable("", "damaged", "The ZIP file is damaged or was cut off: it cannot be opened.") from error
    if len(opened.infolist()) > MOST_MEMBERS:
        raise Unreadable("", "too_large", f"The ZIP file holds more than {MOST_MEMBERS:,} files.")
    return opened


def unpack(opened: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """The bytes of a member, `most` at most. Raises Unreadable: encrypted, format, too_large, damaged."""
    if member.flag_bits & 1:
        raise Unreadable("", "encrypted", "The file is locked with a password.")
    if member.compress_type not in _METHODS:
        raise Unreadable("", "format", "The file is packed in a way that is not read; deflate is.")
    if member.file_size > most:
        raise Unreadable(
            "",
            "too_large",
            f"The file unpacks to {member.file_size / 1e6:.0f} MB; {most / 1e6:.0f} MB is the most that is read.",
        )
    if member.file_size > _SMALL and member.file_size > MOST_RATIO * member.compress_size:
        raise Unreadable("", "too_large", f"The file unpacks to more than {MOST_RATIO} times its size.")
    try:
        return opened.read(member)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError) as error:
        raise Unreadable("", "damaged", "The file is damaged inside the ZIP file: it cannot be unpacked.") from error


# --- Office documents ----------------------------------------------------------------------------

_STRICT = (  # the namespaces of ISO's strict variant -> those that everyone writes
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)  # fmt: skip
_PART = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


class Package:
    """The parts of a docx or xlsx file, by name."""

    def __init__(self, data: bytes) -> None:
        self._zip = open_zip(data)
        self._members = {name.lower().lstrip("/"): self._zip.getinfo(name) for name in self._zip.namelist()}
        self._left = 2 * _LARGEST_PART

    def tree(self, name: str) -> _Element | None:
        """The root of an XML part, or None where there is no such part.

        Raises Unreadable as `unpack` does, and unsafe.
        """
        from lxml import etree

        member = self._members.get(name.lower().lstrip("/"))
        if member is None:
            return None
        data = unpack(self._zip, member, min(_LARGEST_PART, self._left))
        self._left -= len(data)
        if data.count(b"<") > _MOST_TAGS:
            raise Unreadable("", "too_large", f"The document has more than {_MOST_TAGS:,} tags.")
        if b"<!DOCTYPE" in data.replace(b"\0", b""):  # in UTF-16 every other byte is 0
            raise Unreadable("", "unsafe", "The document declares a DOCTYPE, which no office program writes.")
        for strict, usual in _STRICT:
            data = data.replace(strict, usual)
        # Without huge_tree libxml2 holds to 256 levels and 10 MB a text, so that a walk may be recursive.
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
        )  # fmt: skip
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise Unreadable("", "damaged", "The document's XML is damaged: it cannot be parsed.") from error
        return root

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """The parts that a part refers to: id -> (the last word of the kind, name); nothing outside the file."""
        folder, file = posixpath.split(name)
        tree = self.tree(posixpath.join(folder, "_rels", f"{file}.rels"))
        if tree is None:
            return {}
        return {
            part.get("Id", ""): (
                part.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, part.get("Target", ""))).lstrip("/"),
            )
            for part in tree.iter(_PART)
            if part.get("TargetMode") != "External"
        }

    def main(self, usual: str) -> str:
        """The name of the main part, `usual` where the file does not say. Raises Unreadable (damaged) for none."""
        said = [name for found, name in self.related("").values() if found == "officeDocument"]
        for name in [*said, usual]:
            if name.lower() in self._members:
                return name
        raise Unreadable("", "damaged", "The document has no main part: it is damaged or was cut off.")
