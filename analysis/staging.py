"""Files that are whole or not there: one file, or the tables as a set.

A set is written into a folder of its own, flushed to disk, and then renamed to `.publishing`: from that moment on the
new set holds. Its files are moved into their places one by one, the manifest last; where that breaks off, `settle`
ends it, and whoever reads the tables calls it first. So there is the former set or the new one, never a mixture.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

__all__ = ["MANIFEST", "alone", "put", "settle", "staged", "steadily", "unstuck", "whole", "write_manifest"]

MANIFEST = "manifest.json"
_LOCK = ".lock"
_PENDING = ".publishing"
_STAGE = ".build-"
_PATIENCE = 60  # seconds that a reader waits for the end of a publication, which takes milliseconds
_STANDSTILL = 60  # seconds without a byte after which a writer will write no more
Found = TypeVar("Found")

# --- One file ------------------------------------------------------------------------------------


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to: it takes its place when all is written and on disk, or goes.

    Raises OSError with the name of `path`, where that cannot be.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        _flush(part)
        os.replace(part, path)
    except OSError as error:
        raise _about(error, path) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def unstuck(write: Callable[[], object], path: Path) -> None:
    """Call `write`, which writes the file `path`. Raises OSError with its name for whatever goes wrong, MemoryError
    apart, and where nothing more is written for a minute.

    polars names no file, and hands the bytes to threads of its own: where one of these dies of a system call that failed, its caller
    waits for ever. A thread that is stuck is left behind; it ends with the process.
    """
    raised: list[BaseException] = []

    def called() -> None:
        try:
            write()
        except BaseException as error:  # polars' panics are no Exception
            raised.append(error)

    thread = threading.Thread(target=called, daemon=True)
    thread.start()
    size = 0
    while thread.is_alive():
        thread.join(_STANDSTILL)
        before, size = size, path.stat().st_size if path.exists() else 0
        if thread.is_alive() and size == before:
            raise OSError(f"{path}: nothing more could be written")
    for error in raised:
        if isinstance(error, MemoryError):
            raise error
        raise _about(error if isinstance(error, OSError) else OSError(str(error)), path) from error


def put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; one that is the same already is left alone. Raises OSError with its name."""
    with suppress(OSError):
        if path.stat().st_size == len(content) and path.read_bytes() == content:
            return
    with whole(path) as part:
        part.write_bytes(content)


def _about(error: OSError, path: Path) -> OSError:
    """The error with the name of the file that it is about, and what to do where that is known."""
    reason = error.strerror or str(error)
    if isinstance(error, PermissionError) and path.exists() and os.name == "nt":
        reason += " (close it in the program that has it open)"
    return type(error)(error.errno, reason, str(path)) if error.errno else OSError(f"{path}: {reason}")


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(path: Path) -> None:
    """Names and places too are on disk; Windows knows no such thing."""
    with suppress(OSError):
        folder = os.open(path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


# --- The tables as a set -------------------------------------------------------------------------


@contextmanager
def alone(out: Path, patience: float = 0) -> Iterator[None]:
    """Nobody else writes into `out` meanwhile. Raises OSError where somebody does, or where it cannot be written."""
    from filelock import FileLock, Timeout

    lock = FileLock(out / _LOCK)
    try:
        lock.acquire(timeout=patience)
    except Timeout as error:
        raise OSError(
            f"another run is writing to {out}: wait for its end, or give another folder with --out"
        ) from error
    except OSError as error:
        raise _about(error, out) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A folder to write a set into, inside `out`; it is published when all is written. Only inside `alone`.

    Whatever breaks off before leaves the former set as it is. Raises OSError.
    """
    for left in out.glob(f"{_STAGE}*"):  # of a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    _settle(out)
    stage = Path(tempfile.mkdtemp(prefix=_STAGE, dir=out))
    try:
        yield stage
        _flush_all(stage)
        os.rename(stage, out / _PENDING)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    _flush_folder(out)
    _settle(out)


def settle(out: Path) -> None:
    """End a publication that broke off, if there is one. Raises OSError where it cannot be ended."""
    if _is_pending(out):
        with alone(out, _PATIENCE):
            _settle(out)


def steadily(out: Path, read: Callable[[], Found]) -> Found:
    """What `read` gives of the tables in `out`, once no publication came in between. Raises OSError."""
    while True:
        settle(out)
        before = _manifest(out)
        try:
            found = read()
        except FileNotFoundError:
            if not _is_pending(out) and before == _manifest(out):
                raise
            continue
        if not _is_pending(out) and before == _manifest(out):
            return found


def write_manifest(stage: Path, versions: Mapping[str, str]) -> None:
    """What the set in `stage` holds: versions, and name, size and sha256 of every table. Of texts, how many."""
    tables = {path.name: _described(path) for path in sorted(stage.iterdir()) if path.is_file()}
    texts = sum(len(names) for _, _, names in os.walk(stage / "text"))
    content = {**versions, "texts": texts, "tables": tables}
    (stage / MANIFEST).write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", "utf-8")


def _described(path: Path) -> dict[str, int | str]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _manifest(out: Path) -> tuple[int, int] | None:
    """What changes with every publication."""
    with suppress(OSError):
        status = (out / MANIFEST).stat()
        return status.st_ino, status.st_mtime_ns
    return None


def _is_pending(out: Path) -> bool:
    return (out / _PENDING).is_dir()


def _flush_all(stage: Path) -> None:
    for path in stage.iterdir():
        if path.is_file():
            _flush(path)
    if (stage / "text").is_dir() and hasattr(os, "sync"):
        os.sync()  # one call for thousands of texts
    _flush_folder(stage)


def _settle(out: Path) -> None:
    """Each step may be the last one that a kill allows: it is passed over the next time, and the rest is done."""
    pending = out / _PENDING
    if not pending.is_dir():
        return
    names = sorted(path.name for path in pending.iterdir() if path.is_file())  # a .csv before its .parquet: see load()
    for name in sorted(names, key=lambda name: name == MANIFEST):
        if name == MANIFEST:
            _settle_texts(pending, out)
        try:
            os.replace(pending / name, out / name)
        except OSError as error:
            raise _about(error, out / name) from error
    _flush_folder(out)
    shutil.rmtree(pending)


def _settle_texts(pending: Path, out: Path) -> None:
    """text/ changes as a whole."""
    new, place, former = pending / "text", out / "text", pending / "former-text"
    if not new.is_dir():
        return
    if place.exists():
        os.rename(place, former)
    os.rename(new, place)
    with suppress(OSError):
        place.rmdir()  # no format of this set has texts of its own
    _flush_folder(out)
