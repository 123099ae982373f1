"""Files read in worker processes: what one file does to its process is that file's failure and nobody else's.

Each worker is held to bounds of memory and each file to a time, outside every library. A worker that crashes, hangs
or blows up is replaced, and the rest goes on. A file that took its worker down is tried once more in another one,
since the blame may lie elsewhere; a second time it is lost.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from analysis import bounds
from analysis.readers import scan

__all__ = ["Lost", "read_all"]

MOST_MEMORY = 2 << 30  # bytes beyond what a worker holds before it reads; OCR reserves far more than it uses
MOST_MEMORY_OCR = 16 << 30
SECONDS = 60  # a file, and as many for each of its megabytes; an ordinary file takes a hundredth
SECONDS_OCR = 600  # a megabyte: a hundred scanned pages
_AHEAD = 500  # files that are given out before the first of them is back
_NO_MEMORY = 71  # exit status of a worker that had no more memory


@dataclass(frozen=True, slots=True)
class Lost:
    """A file that did not come back: `reason` is crash, memory or timeout, `detail` a sentence."""

    reason: str
    detail: str


def read_all(paths: Sequence[Path], processes: int, read: Callable[[Path], Any]) -> Iterator[Any]:
    """`read` of every path, in order, or Lost.

    Below a script without `if __name__ == "__main__"` no worker can start: there all is read in the script's own
    process, and no bounds hold.
    """
    if not paths:
        return
    if not _starts():
        yield from (_without_worker(read, path) for path in paths)
        return
    pool = ProcessPool(processes, context=_context(), initializer=_confined)
    try:
        under_way: deque[tuple[Callable[[], ProcessFuture], ProcessFuture]] = deque()
        for path in paths:
            give = partial(pool.schedule, _in_worker, args=(read, path), timeout=_seconds(path))
            under_way.append((give, give()))
            if len(under_way) >= _AHEAD:
                yield _result(*under_way.popleft())
        while under_way:
            yield _result(*under_way.popleft())
    finally:
        pool.stop()
        pool.join()


def _result(give: Callable[[], ProcessFuture], first: ProcessFuture) -> Any:
    """What came back of the first try or, where it took its worker down, of another."""
    ended = None
    for future in (first, None):
        try:
            return (future or give()).result()
        except TimeoutError as error:
            return Lost("timeout", f"Reading took longer than {error.args[1]:.0f} seconds and was broken off.")
        except ProcessExpired as error:
            ended = error
    return _lost(ended.exitcode)


def _lost(status: int | None) -> Lost:
    if status == _NO_MEMORY:
        return Lost("memory", f"Reading took more than {_memory() >> 30} GB of memory and was broken off.")
    if status == -9:
        return Lost("memory", "The system ended the process that read the file, most likely for want of memory.")
    if status is not None and status < 0:
        with suppress(ValueError):
            return Lost("crash", f"The process that read the file crashed: {signal.Signals(-status).name}.")
    return Lost("crash", "The process that read the file ended without a word.")


def _seconds(path: Path) -> float:
    try:
        size = path.stat().st_size
    except OSError:  # reading will say what is wrong with it
        size = 0
    return SECONDS + (SECONDS_OCR if scan.ready() else SECONDS) * size / 1e6


def _memory() -> int:
    return MOST_MEMORY_OCR if scan.ready() else MOST_MEMORY


# --- Workers -------------------------------------------------------------------------------------


def _confined() -> None:
    """What a worker does first."""
    bounds.end_with_parent(os.getppid())
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # one that hangs outside Python ends at once
    bounds.bound("RLIMIT_CORE", 0)
    bounds.bound("RLIMIT_AS", bounds.held() + _memory())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # what a library prints is no part of the answer, be it a flood
        os.dup2(nowhere, stream)


def _in_worker(read: Callable[[Path], Any], path: Path) -> Any:
    try:
        return read(path)
    except MemoryError:
        os._exit(_NO_MEMORY)  # who knows what else is missing by now


def _without_worker(read: Callable[[Path], Any], path: Path) -> Any:
    try:
        return read(path)
    except MemoryError:
        return Lost("memory", "Reading took more memory than there is.")


@cache
def _context() -> Any:
    """How workers start: forked off a process that has everything imported and no threads of ours, where there is fork."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["analysis.mentions"])
    from multiprocessing import forkserver

    former = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))  # else it may import another analysis
    try:
        forkserver.ensure_running()
    finally:
        if former is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = former
    return context


@cache
def _starts() -> bool:
    """Whether a worker starts at all: not where it would run the user's script once more, or look for it in vain."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):  # this is that second run
        sys.exit(1)
    script = getattr(sys.modules["__main__"], "__file__", None)
    if script and not Path(script).exists():  # typed into `python -`
        return False
    started = _context().Process(target=bool)
    started.start()
    started.join()
    return started.exitcode == 0
