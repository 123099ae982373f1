"""A file becomes a report: its text, its title, what it says of itself, and whose it is.

`find_reports` lists a folder, `read_reports` gives the reports of a file, of which an archive holds many,
`read_report` reads one, `report_from_text` takes text that is in no file. The formats stand in one list, FORMATS:
one line each.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from analysis.places import Identity, identify
from analysis.readers import (
    Reading,
    Unreadable,
    archive,
    markdown,
    mht,
    ofd,
    page,
    pdf,
    rtf,
    scan,
    word,
    workbook,
)
from analysis.readers import doc as old_word
from analysis.readers import text as plain

__all__ = ["FORMATS", "Report", "Unreadable", "find_reports", "read_report", "read_reports", "report_from_text"]

LARGEST = 64 * 1024 * 1024  # bytes; the longest report known has 2 MB


class Format(NamedTuple):
    """`is_it` looks at the bytes, never at the file's name; `read` raises Unreadable."""

    name: str
    is_it: Callable[[bytes], bool]
    read: Callable[[bytes], Reading]


FORMATS = (  # the first that fits reads; text takes what is left and refuses by name what is no text
    Format("pdf", pdf.is_pdf, pdf.read),
    Format("scan", scan.is_picture, scan.read),
    Format("ofd", ofd.is_ofd, ofd.read),
    Format("docx", word.is_word, word.read),
    Format("xlsx", workbook.is_workbook, workbook.read),
    Format("zip", archive.is_archive, archive.read),
    Format("doc", old_word.is_doc, old_word.read),
    Format("rtf", rtf.is_rtf, rtf.read),
    Format("mht", mht.is_mht, mht.read),
    Format("html", page.is_page, page.read),
    Format("markdown", markdown.is_markdown, markdown.read),
    Format("text", plain.is_text, plain.read),
)


@dataclass(frozen=True, slots=True)
class Report:
    """A report as read.

    `doc`: the path below the root folder, with its ending and "/" between names; inside an archive it goes on with
    the path there (archive.zip/inner/report.docx). `text`: what spans refer to:
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

    def _repr_html_(self) -> str:
        """How JupyterLab shows a report: its text with the figures marked."""
        from analysis.evidence import html  # which imports this module

        return html(self)


# --- Folders -------------------------------------------------------------------------------------

_PASSED_OVER = (
    "thumbs.db",
    "desktop.ini",
    "facts.csv",
    "facts-*.csv",
    "corrections.toml",
    "~$*",
    "*.tmp",
    ".*",
    "__macosx",
)


def find_reports(root: Path) -> list[Path]:
    """All files below a folder that may be reports, sorted by their path on every system alike.

    Passed over: what systems and editors leave behind, hidden files and folders, facts.csv, corrections.toml. A file given in place
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
            if not _is_passed_over(name):
                yield Path(folder, name)


def _is_passed_over(name: str) -> bool:
    return any(fnmatch.fnmatchcase(name.lower(), pattern) for pattern in _PASSED_OVER)


# --- Files ---------------------------------------------------------------------------------------


def read_reports(path: Path, root: Path | None = None) -> Iterator[Report | Unreadable]:
    """The reports of one file, in the order of their `doc`: its own or, of an archive, those of its files.

    What gives no report comes as Unreadable, with its `doc`; nothing is raised. `root` is the folder that `doc`
    starts from (without it `doc` starts with the file's name).
    """
    path = Path(path)
    for doc, content in _contents(path, _doc(path, root)):
        try:
            yield _read(doc, content)
        except Unreadable as error:
            yield error


def read_report(path: Path, root: Path | None = None) -> Report:
    """Read one file, which may lie in an archive (`archive.zip/inner/report.docx`); `root` as in `read_reports`.

    Raises Unreadable with `doc`, `reason` and `detail` for whatever gives no report, an archive itself included;
    nothing else.
    """
    path = Path(path)
    above = _archive_above(path)
    if above is None:
        return _read(_doc(path, root), _bytes(path))
    doc = f"{_doc(above, root)}/{path.relative_to(above).as_posix()}"
    missing = Unreadable("", "unreadable", "There is no such file in the archive.")
    contents = _contents(above, _doc(above, root))
    return _read(doc, next((content for name, content in contents if name == doc), missing))


def _archive_above(path: Path) -> Path | None:
    """The file that stands where a folder of the path should."""
    try:
        return next((above for above in path.parents if above.is_file()), None) if not path.exists() else None
    except (OSError, ValueError):
        return None


def _contents(path: Path, doc: str) -> Iterator[tuple[str, bytes | Unreadable]]:
    """(doc, bytes or refusal) of a file or, of an archive, of every file in it that may be a report."""
    data = _bytes(path)
    if isinstance(data, Unreadable) or not archive.is_archive(data):
        yield doc, data
        return
    empty = True
    try:
        for name, content in archive.members(data):
            if not any(_is_passed_over(part) for part in name.split("/") if part not in (".", "..")):
                empty = False
                yield f"{doc}/{name}", content
    except Unreadable as refused:
        yield doc, refused
        return
    if empty:
        yield doc, Unreadable("", "empty", "The archive holds no report.")


def _read(doc: str, content: bytes | Unreadable) -> Report:
    """The report in a file's bytes. Raises Unreadable, also where that is what came in place of the bytes."""
    try:
        if isinstance(content, Unreadable):
            raise content
        found, reading = _reading(content)
        return _report(doc, found, reading, content)
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


def _bytes(path: Path) -> bytes | Unreadable:
    """The file's bytes, or why there are none: unreadable, too_large."""
    try:
        if not path.is_file():  # a folder, a pipe that would never end, nothing at all
            return Unreadable("", "unreadable", "It is not a file." if path.exists() else "There is no such file.")
        if (size := path.stat().st_size) > LARGEST:
            return Unreadable("", "too_large", f"The file has {size / 1e6:.0f} MB; 64 MB is the most that is read.")
        return path.read_bytes()
    except OSError as error:
        return Unreadable("", "unreadable", f"The file cannot be opened: {error.strerror or error}.")


def _reading(data: bytes) -> tuple[str, Reading]:
    """(name of the format, what its reader found)."""
    if not data:
        raise Unreadable("", "empty", "The file is empty.")
    for form in FORMATS:
        if form.is_it(data):
            return form.name, form.read(data)
    raise AssertionError("text takes whatever is left")


def _report(doc: str, name: str, reading: Reading, data: bytes, meta: Mapping[str, str] | None = None) -> Report:
    reading = _of_whole_characters(reading)
    body = reading.outside_skip()
    if not body.strip("\ufeff\u200b \t\r\n\x0b\x0c\u3000\xa0"):
        raise Unreadable("", "empty", "The file holds no text.")
    stated = {**reading.meta, **{key: _whole_characters(str(value)) for key, value in (meta or {}).items()}}
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


def _of_whole_characters(reading: Reading) -> Reading:
    meta = {key: _whole_characters(value) for key, value in reading.meta.items()}
    return replace(reading, text=_whole_characters(reading.text), title=_whole_characters(reading.title), meta=meta)


def _whole_characters(text: str) -> str:
    """The text with half characters, which broken pages hold and no file can, as U+FFFD, one for one."""
    try:
        text.encode()
        return text
    except UnicodeEncodeError:
        return _HALF.sub("\ufffd", text)


_HALF = re.compile("[\ud800-\udfff]")
