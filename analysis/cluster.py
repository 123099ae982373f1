"""Files read by the workers of a Dask cluster, in place of the processes of `pool`.

Every worker sees the folder of reports under the same path, and has the same version of this package. A worker that is
lost is Dask's matter: what it had is read by another. A file that takes down one worker after the other is lost; no
bounds but Dask's own (`--memory-limit`) hold, so that one that never ends holds its worker.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.pool import Lost

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["read_all"]

_BATCH = 50  # files sent at once
_AHEAD = 200  # batches that may be back before the one that is waited for


def read_all(paths: Sequence[Path], address: str, read: Callable[[Path], Any]) -> Iterator[Any]:
    """`read` of every path, in order, or Lost. Raises OSError where no cluster with our version answers at `address`."""
    if not paths:
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise OSError("Dask is not installed: pip install -r requirements-dask.lock") from error
    with Client(address, set_as_default=False) as client:
        _same_version(client)
        waiting = deque(paths[at : at + _BATCH] for at in range(0, len(paths), _BATCH))
        sent: deque[tuple[Sequence[Path], Future]] = deque()
        while waiting or sent:
            while waiting and len(sent) < _AHEAD:
                batch = waiting.popleft()
                sent.append((batch, client.submit(_batch, batch, read, pure=False)))
            yield from _results(client, read, *sent.popleft())


def _batch(paths: Sequence[Path], read: Callable[[Path], Any]) -> list[Any]:
    return [_one(path, read) for path in paths]


def _one(path: Path, read: Callable[[Path], Any]) -> Any:
    try:
        return read(path)
    except MemoryError:
        return Lost("memory", "Reading took more memory than there is.")


def _results(client: Client, read: Callable[[Path], Any], batch: Sequence[Path], sent: Future) -> Iterator[Any]:
    """What a batch gave; where it took worker after worker down, its files are read one by one."""
    from distributed.scheduler import KilledWorker

    try:
        yield from sent.result()
    except KilledWorker:
        if len(batch) == 1:
            yield Lost("crash", "The processes that read the file ended without a word.")
            return
        for path in batch:
            yield from _results(client, read, [path], client.submit(_batch, [path], read, pure=False))


def _same_version(client: Client) -> None:
    from analysis.table import versions

    ours = versions()
    for worker, theirs in client.run(versions).items():
        if theirs != ours:
            raise OSError(f"{worker} has another version of the reader: {theirs}, here {ours}")
