"""ZIP archives of reports: their members, one after the other, with the names that they have inside.

Archives packed by Chinese Windows write names in GBK without saying so. One archive inside another is opened; one
inside that is not. Nothing is written to disk, so a name that points elsewhere does no harm, but it is refused.
"""

from __future__ import annotations

import re
import stat
import zipfile
from bisect import bisect
from collections.abc import Iterator
from typing import NamedTuple

from analysis.readers import Reading, Unreadable
from analysis.readers.package import MOST_MEMBERS, kind, open_zip, unpack

_LARGEST_MEMBER = 64 * 1024 * 1024  # bytes, as of any file
_MOST = 512 * 1024 * 1024  # bytes that all members, those of inner archives included, unpack to
_UTF_8 = 0x800  # the flag of a member whose name is in UTF-8
_LONGEST_NAME = 200  # bytes of a name between slashes: with what is added to it a file system takes 255


class Member(NamedTuple):
    """A file of an archive: its name inside with "/" between folders, and its bytes or why there are none."""

    name: str
    content: bytes | Unreadable


def is_archive(data: bytes) -> bool:
    """Whether a file is a ZIP archive, or so damaged a ZIP file that nobody can tell of what kind."""
    return kind(data) in ("archive", "damaged")


def read(data: bytes) -> Reading:
    """Never: an archive is no report, its members may be. Raises Unreadable: format, damaged, too_large."""
    open_zip(data)
    raise Unreadable("", "format", "The file is an archive: each file in it is a report of its own.")


def members(data: bytes) -> Iterator[Member]:
    """The files of an archive and of those right inside it, in the order of their names.

    Each member that cannot be read comes as a refusal: encrypted, format, too_large, damaged, unsafe.
    Raises Unreadable (damaged, too_large) for the archive as a whole.
    """
    return _members(data, "", _Budget(MOST_MEMBERS, _MOST))


class _Budget:
    """What an archive and those inside it may still unpack to."""

    def __init__(self, members: int, size: int) -> None:
        self.members, self.size = members, size

    def take(self, opened: zipfile.ZipFile) -> None:
        """Before anything is unpacked: zipfile unpacks no more of a member than it declares."""
        self.members -= len(opened.infolist())
        self.size -= sum(member.file_size for member in opened.infolist())
        if self.members < 0:
            raise Unreadable("", "too_large", f"The archive holds more than {MOST_MEMBERS:,} files.")
        if self.size < 0:
            raise Unreadable("", "too_large", f"The archive unpacks to more than {_MOST // 1024**2} MB.")


def _members(data: bytes, above: str, budget: _Budget) -> Iterator[Member]:
    """`above`: the name of the archive, with a slash, where it lies inside another."""
    opened = open_zip(data)
    budget.take(opened)
    named = {_name(member): member for member in opened.infolist() if not member.is_dir()}  # a later one replaces
    names = sorted(named)
    for name in names:
        try:
            _refuse_unsafe(name, named[name])
            content = unpack(opened, named[name], _LARGEST_MEMBER)
            if kind(content) != "archive":
                yield Member(above + name, content)
            elif above:
                raise Unreadable("", "format", "The file is an archive inside an archive inside an archive.")
            elif _has_folder(names, name):
                raise Unreadable("", "unsafe", "The archive holds a folder of the same name as this archive.")
            else:
                yield from _members(content, f"{name}/", budget)
        except Unreadable as refused:
            yield Member(above + name, refused)


def _has_folder(names: list[str], name: str) -> bool:
    """Whether something in the sorted names lies below a folder of this name."""
    at = bisect(names, f"{name}/")
    return at < len(names) and names[at].startswith(f"{name}/")


def _name(member: zipfile.ZipInfo) -> str:
    """The name as it was meant, with "/" between folders."""
    name = member.orig_filename
    if not member.flag_bits & _UTF_8:  # zipfile took the bytes for cp437
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _refuse_unsafe(name: str, member: zipfile.ZipInfo) -> None:
    parts = name.split("/")
    if name.startswith("/") or re.match("[A-Za-z]:", name):
        detail = "The file's name inside the archive starts at the root of a disk."
    elif ".." in parts:
        detail = "The file's name inside the archive leads out of it."
    elif "" in parts or "." in parts or any(c < " " or c == "\x7f" for c in name):
        detail = "The file's name inside the archive is none that a file can have."
    elif any(len(part.encode("utf-8", "replace")) > _LONGEST_NAME for part in parts) or len(name) > 1000:
        detail = "The file's name inside the archive is too long."
    elif stat.S_ISLNK(member.external_attr >> 16):
        detail = "The file is a link to another one."
    else:
        return
    raise Unreadable("", "unsafe", detail)
