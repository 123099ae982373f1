"""Rows of one table put down on disk piece by piece while a build goes on, and taken up again in order.

So much of a table is in memory as one piece holds, however many rows there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

__all__ = ["Spool", "once"]

PIECE = 20_000  # rows


class _Piece(NamedTuple):
    """`bounds`: column -> its first and its last word."""

    path: Path
    bounds: Mapping[str, tuple[str, str]]


class Spool:
    """The rows of the table `name` with that schema and key; `sought`: further columns of text to ask `between` for."""

    def __init__(self, folder: Path, name: str, schema: Mapping[str, Any], key: Sequence[str], *sought: str) -> None:
        self._folder, self._name, self._schema, self._key = folder / name, name, schema, tuple(key)
        self._bounded = (self._key[0], *sought)
        self._lists: dict[str, list[Any]] = {
            name: [] for name in schema
        }  # a row kept as a dict takes ten times as much
        self._pieces: list[_Piece] = []
        self._rows = 0
        self._folder.mkdir(parents=True)

    def __len__(self) -> int:
        return self._rows

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows within the schema."""
        for name, values in self._lists.items():
            values.extend([row[name] for row in rows])
        self._rows += len(rows)
        if len(self._lists[self._key[0]]) >= PIECE:
            self._put_down()

    def _put_down(self) -> None:
        frame = pl.DataFrame(self._lists, schema=self._schema, strict=True)
        path = self._folder / f"{len(self._pieces):06}.parquet"
        frame.write_parquet(path, compression="lz4")
        self._pieces.append(_Piece(path, {name: (frame[name].min(), frame[name].max()) for name in self._bounded}))
        for values in self._lists.values():
            values.clear()

    def between(self, column: str, low: str, high: str | None) -> pl.DataFrame:
        """The rows with low <= column < high, as they came; None: to the last."""
        self._all_down()
        wanted = pl.col(column) >= low
        if high is not None:
            wanted &= pl.col(column) < high
        met = [
            piece.path
            for piece in self._pieces
            if piece.bounds[column][1] >= low and (high is None or piece.bounds[column][0] < high)
        ]
        return pl.concat([pl.DataFrame(schema=self._schema), *(pl.read_parquet(path).filter(wanted) for path in met)])

    def ordered(self) -> Iterator[pl.DataFrame]:
        """All rows sorted by the key, in frames of about a piece; one frame where there is none.

        Raises ValueError where a key stands twice.
        """
        self._all_down()
        column = self._key[0]
        starts = sorted({piece.bounds[column][0] for piece in self._pieces}) or [""]
        for low, high in zip(starts, [*starts[1:], None], strict=True):
            yield once(self._name, self.between(column, low, high).sort(self._key), self._key)

    def scan(self) -> pl.LazyFrame:
        """All rows as they came."""
        self._all_down()
        if not self._pieces:
            return pl.LazyFrame(schema=self._schema)
        return pl.scan_parquet([piece.path for piece in self._pieces])

    def _all_down(self) -> None:
        if self._lists[self._key[0]]:
            self._put_down()


def once(name: str, frame: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The frame of the table `name`, where no key stands twice in it; else a ValueError."""
    keys = frame.select(key)
    if keys.is_duplicated().any():
        row = keys.filter(keys.is_duplicated()).row(0)
        raise ValueError(f"table {name}, columns {', '.join(key)}, row {row}: stands twice")
    return frame
