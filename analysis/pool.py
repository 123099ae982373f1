"""Files read in worker processes: what one file does to its process is that file's failure and nobody else's.

Each worker is held to bounds of memory and each file to a time, outside every library. A worker that crashes, hangs
or blows up is replaced, and the rest goes on. A file that took its worker down is tried again in another one, since the blame may
lie elsewhere; the third time it is lost. Only a worker that said it was ready had begun a file: one that ended before
is no file's fault, and so many of them in a row end the run.

Workers share no lock and no pipe, so that none leaves anything behind that another waits for. (The pools of the
standard library and of Pebble share both: a worker killed at the wrong moment ends the run.)
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NamedTuple

from analysis import bounds
from analysis.readers import scan

__all__ = ["Lost", "read_all"]

MOST_MEMORY = 2 << 30  # bytes beyond what a worker holds before it reads
SECONDS = 60  # a file, and as many for each of its megabytes; an ordinary file takes a hundredth
SECONDS_OCR = 600  # a megabyte: a hundred scanned pages
_GIVEN = 8  # files that a worker has at once: it need not wait for us
_AHEAD = 2000  # files that may be back before the one that is waited for
_TRIES = 3
_TO_BEGIN = 120  # seconds until a worker is ready; a twentieth of a second on an idle machine
_UNREADY = 30  # workers in a row that ended before they were ready
_READY = None  # what a worker sends first
_NO_MEMORY = 71  # exit status of a worker that had no more memory


@dataclass(frozen=True, slots=True)
class Lost:
    """A file that did not come back: `reason` is crash, memory or timeout, `detail` a sentence."""

    reason: str
    detail: str


def read_all(paths: Sequence[Path], processes: int, read: Callable[[Path], Any]) -> Iterator[Any]:
    """`read` of every path, in order, or Lost.

    Below a script without `if __name__ == "__main__"` no worker can start: there all is read in the script's own
    process, and no bounds hold. Raises OSError where workers start and none gets ready.
    """
    if not paths:
        return
    if not _starts():
        yield from (_without_worker(read, path) for path in paths)
        return
    waiting = deque(enumerate(paths))
    with closing(_Workers(min(processes, len(paths)), read)) as workers:
        done: dict[int, Any] = {}
        for place in range(len(paths)):
            while place not in done:
                while waiting and waiting[0][0] < place + _AHEAD and workers.take(*waiting[0]):
                    waiting.popleft()
                again = workers.collect(done)
                waiting.extendleft(reversed(again))
            yield done.pop(place)


class _Workers:
    """So many workers, each replaced where it ends."""

    def __init__(self, count: int, read: Callable[[Path], Any]) -> None:
        self._read = read
        self._all = [_Worker(read) for _ in range(count)]
        self._tries: Counter[int] = Counter()
        self._unready = 0

    def take(self, place: int, path: Path) -> bool:
        """Give a file to the worker that has the fewest; False where all have enough."""
        worker = min(self._all, key=lambda worker: len(worker.given))
        if len(worker.given) >= _GIVEN:
            return False
        worker.give(place, path)
        return True

    def collect(self, done: dict[int, Any]) -> list[tuple[int, Path]]:
        """Wait, and put what came back into `done`. Gives the files that must be read again: their worker ended."""
        again: list[tuple[int, Path]] = []
        left = min(worker.left() for worker in self._all)
        wait([worker.pipe for worker in self._all], max(0.0, left))
        for at, worker in enumerate(self._all):
            ended = worker.collect(done)
            late = not ended and bool(worker.given) and worker.left() <= 0
            if worker.ready:
                self._unready = 0
            if not ended and not late:
                continue
            status = worker.end()
            if not worker.ready:
                self._count_unready(status)
            elif worker.given:
                self._blame(worker, status, late, done)
            again.extend((given.place, given.path) for given in worker.given)
            self._all[at] = _Worker(self._read)
        return again

    def _count_unready(self, status: int | None) -> None:
        self._unready += 1
        if self._unready == _UNREADY:
            raise OSError(f"no process that reads can be started: {_UNREADY} ended before they began, status {status}")

    def _blame(self, worker: _Worker, status: int | None, late: bool, done: dict[int, Any]) -> None:
        """Count the try of the file that the worker was at; the last one makes it lost."""
        at = worker.given[0]
        self._tries[at.place] += 1
        if late:
            done[at.place] = Lost("timeout", f"Reading took longer than {at.seconds:.0f} seconds and was broken off.")
        elif self._tries[at.place] == _TRIES:
            done[at.place] = _lost(status)
        else:
            return
        worker.given.popleft()

    def close(self) -> None:
        for worker in self._all:
            worker.end()


class _Given(NamedTuple):
    """A file that a worker has. `seconds`: how long it may take."""

    place: int
    path: Path
    seconds: float


class _Worker:
    """A process that reads what it is given, one file after the other.

    `given`: the first is under way once the worker is `ready`; its time counts from then on.
    """

    def __init__(self, read: Callable[[Path], Any]) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        self.given: deque[_Given] = deque()
        self.ready = False
        self._since = time.monotonic()
        self._cut_off = False
        self._process = _context().Process(target=_work, args=(theirs, read), daemon=True)
        self._process.start()
        theirs.close()  # else its end would not be seen

    def give(self, place: int, path: Path) -> None:
        if self.ready and not self.given:
            self._since = time.monotonic()
        self.given.append(_Given(place, path, _seconds(path)))
        try:
            self.pipe.send((place, path))
        except OSError:
            self._cut_off = True

    def collect(self, done: dict[int, Any]) -> bool:
        """Put what came back into `done`; whether the worker has ended, or cannot be spoken to."""
        try:
            while self.pipe.poll():
                came = self.pipe.recv()
                self._since = time.monotonic()
                if came is _READY:
                    self.ready = True
                    continue
                place, result = came
                if place != self.given[0].place:  # one before was never sent
                    return True
                done[self.given.popleft().place] = result
        except (EOFError, OSError):
            return True
        return self._cut_off

    def left(self) -> float:
        """Seconds that the file under way has left, or the start."""
        if not self.given:
            return SECONDS
        return self._since + (self.given[0].seconds if self.ready else _TO_BEGIN) - time.monotonic()

    def end(self) -> int | None:
        """End the process, where it has not ended itself; how it ended."""
        self.pipe.close()
        self._process.join(1 if not self.given else 0.2)
        self._process.kill()
        self._process.join()
        return self._process.exitcode


def _seconds(path: Path) -> float:
    try:
        size = path.stat().st_size
    except OSError:  # reading will say what is wrong with it
        size = 0
    return SECONDS + (SECONDS_OCR if _with_ocr() else SECONDS) * size / 1e6


_with_ocr = cache(scan.ready)


def _lost(status: int | None) -> Lost:
    if status == _NO_MEMORY:
        return Lost("memory", f"Reading took more than {MOST_MEMORY / (1 << 30):.2g} GB of memory and was broken off.")
    if status == -9:
        return Lost("memory", "The system ended the process that read the file, most likely for want of memory.")
    if status is not None and status < 0:
        with suppress(ValueError):
            return Lost("crash", f"The process that read the file crashed: {signal.Signals(-status).name}.")
    return Lost("crash", "The process that read the file ended without a word.")


# --- Workers -------------------------------------------------------------------------------------


def _work(pipe: Connection, read: Callable[[Path], Any]) -> None:
    """What a worker does until there is nothing left to read."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    bounds.end_with_parent(os.getppid())
    bounds.bound("RLIMIT_CORE", 0)
    bounds.bound("RLIMIT_AS", bounds.held() + MOST_MEMORY)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # what a library prints is no part of the answer, be it a flood
        os.dup2(nowhere, stream)
    with suppress(EOFError, OSError):
        pipe.send(_READY)
        while True:
            place, path = pipe.recv()
            try:
                pipe.send((place, read(path)))
            except MemoryError:
                os._exit(_NO_MEMORY)  # who knows what else is missing by now
    os._exit(0)  # a library may crash where it cleans up


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
    context.set_forkserver_preload(["analysis.warm"])
    from multiprocessing import forkserver

    # else it may import another analysis, or what lies in the folder that the user stands in
    ours = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONSAFEPATH": "1"}
    former = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        forkserver.ensure_running()
    finally:
        for name, value in former.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
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
