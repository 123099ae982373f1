"""Rates that no report states but that follow from two of its counts: succeeded of mediated, corrected of closed.

The catalogue says which rate is made of which counts (`relation`). Such a rate is `derived`: it never stands beside a
reported one of the same unit, period and scope, and never takes part in a check.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis import catalogue
from analysis.checks import step

__all__ = ["ratios"]

Row = Mapping[str, Any]


def ratios(observations: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """The derived rows of the table `indicators`, none of them preferred.

    Both counts are reported by one document, exact to the last case, of one unit, period and scope; the denominator
    has a basis that the catalogue allows, and there is one such denominator only. `doc`, `quote` and `sentence` are
    those of numerator and denominator, joined by ;.
    """
    made_of = {entry.id: entry.relation for entry in catalogue.load().values() if entry.relation}
    known: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in observations:
        known[row["unit"], row["period"], row["scope"], row["indicator"]].append(row)
    for (*place, indicator), tops in known.items():
        for rate, relation in made_of.items():
            if relation.numerator != indicator or (*place, rate) in known:
                continue
            bottoms = [
                row
                for row in known.get((*place, relation.denominator), ())
                if row["basis"] in relation.basis or not relation.basis
            ]
            if len(tops) == len(bottoms) == 1 and _may_divide(tops[0], bottoms[0]):
                yield _divided(rate, tops[0], bottoms[0])


def _may_divide(top: Row, bottom: Row) -> bool:
    exact = all(
        row["origin"] == "reported" and row["qualifier"] == "exact" and row["value"] is not None and step(row) == 1
        for row in (top, bottom)
    )
    return exact and top["doc"] == bottom["doc"] and 0 < bottom["value"] >= top["value"]


def _divided(rate: str, top: Row, bottom: Row) -> dict[str, Any]:
    entry = catalogue.load()[rate]
    return {
        **top,
        "theme": entry.theme,
        "indicator": entry.id,
        "name_zh": entry.name_zh,
        "name_en": entry.name_en,
        "value": round(100 * top["value"] / bottom["value"], 2),
        "unit_of_measure": entry.unit_of_measure,
        "basis": "",
        "preferred": False,
        "origin": "derived",
        "mentions": 0,
        **{name: _both(top[name], bottom[name]) for name in ("doc", "quote", "sentence")},
        "flags": ";".join(dict.fromkeys(flag for row in (top, bottom) for flag in row["flags"].split(";") if flag)),
    }


def _both(one: str, other: str) -> str:
    return "; ".join(dict.fromkeys((one, other)))
