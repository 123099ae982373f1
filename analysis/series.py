"""Which rows of an indicator may be compared, and which of them a line may join.

Rows are those of the ``indicators`` table (polars; one row a unit, period, indicator, scope and basis). Only whole
years with a value count. A missing year is a gap; no line crosses a break of ``breaks.toml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from analysis.catalogue import breaks

Words = str | Sequence[str] | None


def _tuple(words: Words) -> tuple[str, ...] | None:
    return None if words is None else (words,) if isinstance(words, str) else tuple(words)


def like(table: pl.DataFrame, indicator: str, scope: Words = None, basis: Words = None) -> pl.DataFrame:
    """Rows of one indicator that may be compared: whole years, with a value, of one scope and one basis.

    ``scope`` and ``basis`` are a word, or several that the caller is willing to set side by side (``""`` is what the
    report does not state); where neither is given, the pair with the most rows. ``ValueError`` where nothing is left.
    """
    empty = [
        pl.col(c).fill_null("") for c in ("scope", "basis", "qualifier", "origin", "tier", "province", "city", "county")
    ]
    rows = table.with_columns(empty).filter(
        pl.col("indicator") == indicator,
        pl.col("value").is_not_null(),
        pl.col("period") == pl.col("year").cast(pl.String),
    )
    for column, words in (("scope", _tuple(scope)), ("basis", _tuple(basis))):
        if words is not None:
            rows = rows.filter(pl.col(column).is_in(words))
    undecided = [c for c, words in (("scope", scope), ("basis", basis)) if words is None]
    if undecided and rows.height:
        most = rows.group_by(undecided).len().sort(["len", *undecided], descending=[True, *[False] * len(undecided)])
        rows = rows.join(most.head(1).select(undecided), on=undecided, how="semi")
    if rows.is_empty():
        raise ValueError(f"{indicator}: no whole year with a value of this scope and basis")
    return rows.sort("unit", "scope", "basis", "year")


def left_out(table: pl.DataFrame, rows: pl.DataFrame, indicator: str) -> int:
    return table.filter(pl.col("indicator") == indicator, pl.col("value").is_not_null()).height - rows.height


def series(
    table: pl.DataFrame, indicator: str, units: Sequence[str] | None = None, scope: Words = None, basis: Words = None
) -> pl.DataFrame:
    """The rows that ``trend`` plots: ``like`` with like, of the units asked for; rows are unit-years."""
    if units is not None:
        table = table.filter(pl.col("unit").is_in(list(units)))
    return like(table, indicator, scope, basis)


def in_all(rows: pl.DataFrame, years: Sequence[int]) -> pl.DataFrame:
    """The rows of units that state a value of one scope and basis in every one of the years; one such line a unit."""
    key = ["unit", "scope", "basis"]
    rows = rows.filter(pl.col("year").is_in(list(years)))
    rows = rows.filter(pl.col("year").n_unique().over(key) == len(set(years)))
    lines = rows.select(key).unique().sort(key, descending=[False, True, True])  # a stated scope before an open one
    return rows.join(lines.unique("unit", keep="first", maintain_order=True), on=key, how="semi").sort("unit", "year")


def crossed(lines: Iterable[Sequence[Mapping[str, Any]]]) -> dict[int, dict[str, Any]]:
    """The breaks that lie between the first and the last row of any of the lines, by year."""
    return {
        b["year"]: b
        for line in lines
        for b in breaks(line[0]["indicator"], line[0]["unit"])
        if line[0]["year"] < b["year"] <= line[-1]["year"]
    }


def stretches(rows: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """One line's rows in years that may be compared: cut at each break."""
    if not rows:
        return []
    cuts = [b["year"] for b in breaks(rows[0]["indicator"], rows[0]["unit"])]
    found: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(sum(row["year"] >= cut for cut in cuts), []).append(row)
    return list(found.values())


def joined(rows: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """One line's rows in runs that a line may join: consecutive years, no break between; three years or no line."""
    if len(rows) < 3:
        return [[row] for row in rows]
    runs: list[list[Mapping[str, Any]]] = []
    for stretch in stretches(rows):
        for i, row in enumerate(stretch):
            if i and row["year"] == stretch[i - 1]["year"] + 1:
                runs[-1].append(row)
            else:
                runs.append([row])
    return runs


def as_lines(rows: pl.DataFrame) -> list[list[dict[str, Any]]]:
    """The rows of each line: one unit, scope and basis, by year; the longest line first."""
    found = [g.sort("year").to_dicts() for g in rows.partition_by("unit", "scope", "basis", maintain_order=True)]
    return sorted(found, key=lambda line: (-len(line), line[0]["unit"]))
