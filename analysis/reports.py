"""A file becomes a report: its text, its title, what it says of itself, and whose it is.

`find_reports` lists a folder, `read_report` reads a file of any known format, `report_from_text` takes text that
is in no file. The formats stand in one list, FORMATS: one line each.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from analysis.places import Identity, identify
from analysis.readers import Reading, Unreadable, markdown, ofd, page, pdf, scan
from analysis.readers import text as plain

__all__ = ["FORMATS", "Report", "Unreadable", "find_reports", "read_report", "report_from_text"]

LARGEST = 64 * 1024 * 1024  # bytes; the longest report known has 2 MB


class Format(NamedTuple):
    """`is_it` looks at the first bytes, never at the file's name; `read` raises Unreadable."""

    name: str
    is_it: Callable[[bytes], bool]
    read: Callable[[bytes], Reading]


FORMATS = (  # the first that fits reads; text takes what is left and refuses by name what is no text
    Format("pdf", pdf.is_pdf, pdf.read),
    Format("scan", scan.is_picture, scan.read),
    Format("ofd", ofd.is_ofd, ofd.read),
    Format("html", page.is_page, page.read),
    Format("markdown", markdown.is_markdown, markdown.read),
    Format("text", plain.is_text, plain.read),
)


@dataclass(frozen=True, slots=True)
class Report:
    """A report as read.

    `doc`: the path below the root folder, with its ending and "/" between names. `text`: what spans refer to:
    of text and Markdown the decoded file's own (front matter and line ends included, without a byte order mark),
    of other formats the text as read. `meta`: front matter or page metadata, only the keys present. `skip`:
    half-open spans of `text` that are no part of the report. `warnings`: of the reader and of the identity.
    `pages`: where each page starts, for paged formats. `doubtful`: (start, end, score) of what OCR was not sure of.
    """

    doc: str
    text: str
    format: str
    title: str
    meta: Mapping[str, str]
    skip: tuple[tuple[int, int], ...]
    identity: Identity
    sha256: str
    warnings: tuple[str, ...]
    pages: tuple[int, ...] = ()
    doubtful: tuple[tuple[int, int, float], ...] = ()


# --- Folders -------------------------------------------------------------------------------------

_PASSED_OVER = ("thumbs.db", "desktop.ini", "facts.csv", "facts-*.csv", "~$*", "*.tmp", ".*")


def find_reports(root: Path) -> list[Path]:
    """All files below a folder that may be reports, sorted by their path on every system alike.

    Passed over: what systems and editors leave behind, hidden files and folders, facts.csv. A file given in place
    of a folder is the only report. Raises FileNotFoundError where there is neither.
    """
    root = Path(root)
    if root.is_file():
        return [root]
    if not root.is_dir():
        raise FileNotFoundError(f"no folder {root}")
    return sorted(_files(root), key=Path.as_posix)


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):  # links to folders are not followed: they may lead back here
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not any(fnmatch.fnmatchcase(name.lower(), pattern) for pattern in _PASSED_OVER):
                yield Path(folder, name)


# --- Files ---------------------------------------------------------------------------------------


def read_report(path: Path, root: Path | None = None) -> Report:
    """Read one file; `root` is the folder that `doc` starts from (without it `doc` is the file's name).

    Raises Unreadable with `doc`, `reason` and `detail` for whatever gives no report; nothing else.
    """
    path = Path(path)
    doc = _doc(path, root)
    try:
        data = _bytes(path)
        found, reading = _reading(data)
        return _report(doc, found, reading, data)
    except Unreadable as error:
        raise Unreadable(doc, error.reason, error.detail) from error


def report_from_text(text: str, doc: str = "text", **meta: str) -> Report:
    """A report from text at hand; `meta` (unit, year, publisher …) goes before what the text's front matter says.

    Raises Unreadable (empty).
    """
    data = text.encode("utf-8", "surrogatepass")
    name, reader = ("markdown", markdown) if markdown.is_markdown(data) else ("text", plain)
    try:
        return _report(doc, name, reader.reading(text), data, meta)
    except Unreadable as error:
        raise Unreadable(doc, error.reason, error.detail) from error


def _doc(path: Path, root: Path | None) -> str:
    try:
        return path.relative_to(root).as_posix() if root is not None else path.name
    except ValueError:  # not below it
        return path.name


def _bytes(path: Path) -> bytes:
    """The file's bytes. Raises Unreadable: unreadable, too_large."""
    try:
        if not path.is_file():  # a folder, a pipe that would never end, nothing at all
            detail = "It is not a file." if path.exists() else "There is no such file."
            raise Unreadable("", "unreadable", detail)
        if (size := path.stat().st_size) > LARGEST:
            raise Unreadable("", "too_large", f"The file has {size / 1e6:.0f} MB; 64 MB is the most that is read.")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable("", "unreadable", f"The file cannot be opened: {error.strerror or error}.") from error


def _reading(data: bytes) -> tuple[str, Reading]:
    """(name of the format, what its reader found)."""
    if not data:
        raise Unreadable("", "empty", "The file is empty.")
    for form in FORMATS:
        if form.is_it(data):
            return form.name, form.read(data)
    raise AssertionError("text takes whatever is left")


def _report(doc: str, name: str, reading: Reading, data: bytes, meta: Mapping[str, str] | None = None) -> Report:
    body = reading.outside_skip()
    if not body.strip("\ufeff\u200b \t\r\n\x0b\x0c\u3000\xa0"):
        raise Unreadable("", "empty", "The file holds no text.")
    stated = {**reading.meta, **{key: str(value) for key, value in (meta or {}).items()}}
    identity = identify(stated, reading.title, body, Path(doc).stem)
    return Report(
        doc=doc,
        text=reading.text,
        format=name,
        title=reading.title,
        meta=stated,
        skip=reading.skip,
        identity=identity,
        sha256=hashlib.sha256(data).hexdigest(),
        warnings=reading.warnings + identity.warnings,
        pages=reading.pages,
        doubtful=reading.doubtful,
    )
