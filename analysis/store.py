"""What was read of each file, kept from run to run: only new and changed files are read again.

An entry belongs to a name and a content, the store as a whole to one version of the reader. Its checksum tells an
entry that is damaged; a store that is damaged, or was written by another version, is thrown away and never trusted.
Nothing but bytes is kept, so that a foreign store cannot bring code along.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

__all__ = ["Store"]

_SCHEMA = """
CREATE TABLE version (version TEXT NOT NULL);
CREATE TABLE entries (name BLOB PRIMARY KEY, content BLOB NOT NULL, value BLOB NOT NULL, sum BLOB NOT NULL);
"""
_AT_ONCE = 200  # entries kept by one write to disk: what a kill loses


class Store:
    """The entries in a file, which is made where there is none. `note`: why a former one was thrown away, or empty.

    Every method raises OSError, which names the file, where it cannot be written.
    """

    def __init__(self, path: Path, version: str, anew: bool = False) -> None:
        """`anew`: begin with an empty one."""
        self.path, self.note = path, ""
        self._unsaved = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not path.exists()
        try:
            if anew:
                raise _Unfit("as asked")
            self._entries, self._contents = _opened(path, version)
        except (sqlite3.DatabaseError, _Unfit) as why:
            if isinstance(why, sqlite3.OperationalError):  # no fault of the store: a folder, a full disk, no permission
                raise OSError(f"{path}: {why}") from why
            self.note = "" if is_new or anew else f"all is read anew: {_reason(why)} ({path})"
            self._entries, self._contents = _renewed(path, version)

    def holds(self, name: bytes, content: bytes) -> bool:
        """Whether the file of that name had that content when it was read."""
        return self._contents.get(name) == content

    def get(self, name: bytes) -> bytes:
        """What was read of the file."""
        return self._entries.execute("SELECT value FROM entries WHERE name = ?", (name,)).fetchone()[0]

    def put(self, name: bytes, content: bytes, value: bytes) -> None:
        """Keep what was read; it outlives a kill from the next `save` on, or a few hundred later."""
        with _named(self.path):
            self._entries.execute(
                "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", (name, content, value, _sum(name, content, value))
            )
        self._contents[name] = content
        self._unsaved += 1
        if self._unsaved >= _AT_ONCE:
            self.save()

    def save(self) -> None:
        with _named(self.path):
            self._entries.commit()
        self._unsaved = 0

    def keep_only(self, names: Iterable[bytes]) -> None:
        """Drop the entries of files that are gone."""
        gone = [(name,) for name in self._contents.keys() - set(names)]
        with _named(self.path):
            self._entries.executemany("DELETE FROM entries WHERE name = ?", gone)
        self.save()

    def close(self) -> None:
        self.save()
        self._entries.close()


class _Unfit(Exception):
    """Why a store is not used."""


class _named:
    """Turns SQLite's errors into OSError with the file's name."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, sqlite3.Error):
            raise OSError(f"{self.path}: {error}") from error


def _opened(path: Path, version: str) -> tuple[sqlite3.Connection, dict[bytes, bytes]]:
    """(connection, name -> content) of a store in which every entry is whole."""
    entries = _connected(path)
    try:
        found = entries.execute("SELECT version FROM version").fetchall()
        if found != [(version,)]:
            raise _Unfit("the reader, the catalogue or what they need has changed")
        contents = {}
        for name, content, value, total in entries.execute("SELECT name, content, value, sum FROM entries"):
            if not all(isinstance(cell, bytes) for cell in (name, content, value)):
                raise _Unfit("the store is damaged")
            if _sum(name, content, value) != total:
                raise _Unfit("the store is damaged")
            contents[name] = content
        return entries, contents
    except BaseException as error:
        entries.close()
        if isinstance(error, sqlite3.OperationalError) and "no such" in str(error):
            raise _Unfit("the store is none of ours") from error
        raise


def _renewed(path: Path, version: str) -> tuple[sqlite3.Connection, dict[bytes, bytes]]:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    with _named(path):
        entries = _connected(path)
        entries.executescript(_SCHEMA)
        entries.execute("INSERT INTO version VALUES (?)", (version,))
        entries.commit()
    return entries, {}


def _connected(path: Path) -> sqlite3.Connection:
    entries = sqlite3.connect(path, timeout=10)
    try:
        entries.execute("PRAGMA journal_mode = WAL")
        entries.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        entries.close()
        raise
    return entries


def _sum(name: bytes, content: bytes, value: bytes) -> bytes:
    return blake2b(b"%d %d " % (len(name), len(content)) + name + content + value, digest_size=16).digest()


def _reason(why: Exception) -> str:
    return str(why) if isinstance(why, _Unfit) else "the store is damaged"
