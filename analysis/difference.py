"""Two sets of tables compared: which observations came, went and changed, and why.

The cause is the first of these that holds for a difference:
- `correction`: one of the two values was corrected by hand (origin `corrected`, or a flag that says so);
- `report new`, `report gone`, `report changed`: a report that speaks in either of the two rows is in one set only, or
  its content is not the same;
- `other report`: so it is with another report of the same unit, which may have joined a dispute or given way;
- `catalogue`, `reader`: the sets were made by different versions; `version unknown` where a set does not say.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from analysis.staging import MANIFEST
from analysis.table import TABLES, Tables, load

__all__ = ["Difference", "compare", "frame"]

KEY = TABLES["indicators"].key
COMPARED = ("value", "unit_of_measure", "qualifier", "preferred", "origin", "doc", "quote", "flags")


@dataclass(frozen=True, slots=True)
class Difference:
    """An observation that is not the same. `kind`: came, went, changed; `old`, `new`: its rows, None where there is none.

    `columns`: of a changed one, those of COMPARED that differ. `reports`: the documents that are the cause, if any.
    """

    kind: str
    key: tuple[str, ...]
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None
    columns: tuple[str, ...]
    cause: str
    reports: tuple[str, ...]

    def __str__(self) -> str:
        sign = {"came": "+", "went": "-", "changed": "~"}[self.kind]
        old, new = _said(self.old), _said(self.new)
        value = f"{old} -> {new}" if self.kind == "changed" and old != new else new if self.new else old
        rest = f" [{', '.join(self.columns)}]" if self.kind == "changed" and old == new else ""
        why = f"{self.cause}: {'; '.join(self.reports)}" if self.reports else self.cause
        return f"{sign} {' | '.join(part for part in self.key if part)} | {value}{rest} ({why})"


def compare(old: str | Path, new: str | Path) -> list[Difference]:
    """The differences between the tables in two folders, in the order of the table `indicators`.

    Raises FileNotFoundError where a folder has no tables.
    """
    before, after = load(old), load(new)
    was, now = _rows(before), _rows(after)
    causes = _Causes(before, after, _versions(Path(old)), _versions(Path(new)))
    found = []
    for key in sorted(was.keys() | now.keys()):
        one, other = was.get(key), now.get(key)
        columns = tuple(name for name in COMPARED if one and other and one[name] != other[name])
        if one and other and not columns:
            continue
        kind = "changed" if one and other else "came" if other else "went"
        found.append(Difference(kind, key, one, other, columns, *causes.of(one, other)))
    return found


def frame(differences: Iterable[Difference]) -> pl.DataFrame:
    """A row a difference: kind, cause, reports, the key, and old and new of every column compared."""
    names = ("kind", "cause", "reports", "columns", *KEY)
    rows = [
        {
            **dict(zip(names, (d.kind, d.cause, "; ".join(d.reports), "; ".join(d.columns), *d.key), strict=True)),
            **{f"old_{name}": d.old and d.old[name] for name in COMPARED},
            **{f"new_{name}": d.new and d.new[name] for name in COMPARED},
        }
        for d in differences
    ]
    kinds = TABLES["indicators"].schema
    compared = {f"{side}_{name}": kinds[name] for side in ("old", "new") for name in COMPARED}
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String) | compared)


def _rows(tables: Tables) -> dict[tuple[str, ...], dict[str, Any]]:
    return {tuple(row[name] for name in KEY): row for row in tables.indicators.iter_rows(named=True)}


def _said(row: Mapping[str, Any] | None) -> str:
    """The value as people write it."""
    if row is None:
        return ""
    return "no value" if row["value"] is None else f"{row['value']:.15g}{row['unit_of_measure']}"


def _versions(folder: Path) -> dict[str, str]:
    """`reader` and `catalogue`, empty where the set does not say: of tables from git, the CSV files alone are kept."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        return {name: str(manifest[name]) for name in ("reader", "catalogue")}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


class _Causes:
    """Why two rows of one key differ."""

    def __init__(self, old: Tables, new: Tables, was: Mapping[str, str], now: Mapping[str, str]) -> None:
        contents = [dict(tables.documents.select("doc", "sha256").iter_rows()) for tables in (old, new)]
        self._changed: dict[str, str] = {}  # report -> what became of it
        for doc in contents[0].keys() | contents[1].keys():
            before, after = (content.get(doc) for content in contents)
            if before != after:
                self._changed[doc] = "changed" if before and after else "new" if after else "gone"
        self._of_unit: defaultdict[str, set[str]] = defaultdict(set)
        for tables in (old, new):
            for unit, doc in tables.documents.select("unit", "doc").iter_rows():
                if doc in self._changed:
                    self._of_unit[unit].add(doc)
        differing = [name for name in ("catalogue", "reader") if was.get(name) != now.get(name)]
        self._version = " and ".join(differing) if was and now else "version unknown"

    def of(self, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> tuple[str, tuple[str, ...]]:
        """(cause, the reports that it lies in)."""
        rows = [row for row in (old, new) if row]
        if any(row["origin"] == "corrected" or "corrected" in row["flags"] for row in rows):
            return "correction", ()
        speaking = {doc for row in rows for doc in row["doc"].split("; ") if doc in self._changed}
        for kind in ("new", "gone", "changed"):
            if docs := tuple(sorted(doc for doc in speaking if self._changed[doc] == kind)):
                return f"report {kind}", docs
        if others := tuple(sorted({doc for row in rows for doc in self._of_unit[row["unit"]]})):
            return "other report", others
        return self._version or "unknown", ()
