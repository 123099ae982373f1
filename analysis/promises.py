"""Promise against result: what a report aims at, beside what the unit reports for the year it was aimed at.

A row for each row of `targets`. The year that a target is for (`due`) is read from its sentence, else from the
headings above; where neither names one, it is a standing requirement and no promise for a year. Only like is compared
with like: the unit's own row of that year, indicator and scope; where the target leaves the basis open, the unit's
only series of that scope stands for it, and `why` says so. Nothing is compared across a break.

不低于 and 不超过 are bounds by their qualifier; a plain number is one by the indicator's direction. Where more is
neither better nor worse, a plain number is met by that very number alone. A result known only as a bound (900余) or
rounded decides only what it can decide.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from analysis import catalogue
from analysis.checks import step

__all__ = ["VERDICTS", "bound_of", "by_topic", "due_year", "find", "verdict"]

Row = Mapping[str, Any]

VERDICTS = ("met", "not_met", "not_reported", "not_comparable", "no_report")

_YEAR = re.compile(r"(?<![\d〔（(\[—–-])(20\d\d)年(?!前|以来)")
_NEXT = re.compile(r"来年|明年|下一?年|新的一年|下一步|下步|今后|打算|(?:工作|任务)?(?:计划|安排|思路)|努力方向|对策")
_HEADING = re.compile(r"(20\d\d)年(?!以来)")
_PART = re.compile("下半年|上半年|季度")


def due_year(target: Row) -> int | None:
    """The year that a target is for; None where its words name none.

    A later year in the sentence, the last before the number first; else a later year in the headings; else the year
    after the report's where the words speak of what comes next.
    """
    year = target["year"]
    if year is None:
        return None
    sentence, section = (unicodedata.normalize("NFKC", target[c]) for c in ("sentence", "section"))
    before, quote, after = sentence.partition(unicodedata.normalize("NFKC", target["quote"]))
    for words, pattern in ((before, _YEAR), (after if quote else "", _YEAR), (section, _HEADING)):
        later = [int(found) for found in pattern.findall(words) if int(found) > year]
        if later:
            return later[-1]
    if _PART.search(sentence + section) or target["period"] != str(year):
        return None
    return year + 1 if _NEXT.search(f"{section}/{sentence}") else None


def find(targets: pl.DataFrame, indicators: pl.DataFrame, documents: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of the table `promises`, one for each row of `targets`.

    `indicators` and `documents` are the tables of the same build: a unit without a report on the year is told apart
    from one whose report does not state the figure.
    """
    known: dict[tuple[str, int, str], list[Row]] = {}
    for row in indicators.filter(pl.col("period") == pl.col("year").cast(pl.String)).iter_rows(named=True):
        known.setdefault((row["unit"], row["year"], row["indicator"]), []).append(row)
    reported = set(documents.select("unit", "year").rows()) | set(indicators.select("unit", "year").rows())
    return [_promise(target, known, reported) for target in targets.iter_rows(named=True)]


def _promise(
    target: Row, known: Mapping[tuple[str, int, str], list[Row]], reported: set[tuple[str, int]]
) -> dict[str, Any]:
    due = due_year(target)
    result: Row | None = None
    if due is None:
        answer, why = "not_comparable", "no year named"
    elif not target["unit"]:
        answer, why = "not_comparable", "unit unknown"
    else:
        rows = known.get((target["unit"], due, target["indicator"]), [])
        result, why = _like(target, rows)
        if result is not None:
            answer, reason = verdict(target, result, due)
            why = "; ".join(filter(None, (reason, why)))
        elif rows:
            answer = "not_comparable"
        else:
            answer = "not_reported" if (target["unit"], due) in reported else "no_report"
    kept = {name: target[name] for name in _OF_TARGET}
    return {**kept, "due": due, "verdict": answer, "why": why, **_result(result)}


_OF_TARGET = (
    "doc", "unit", "year", "indicator", "value", "unit_of_measure", "qualifier", "scope", "basis",
    "start", "end", "quote", "sentence", "section", "page",
)  # fmt: skip
_OF_RESULT = ("doc", "value", "qualifier", "scope", "basis", "origin", "quote", "sentence")


def _result(row: Row | None) -> dict[str, Any]:
    empty = {name: None if name == "value" else "" for name in _OF_RESULT}
    return {f"result_{name}": (row or empty)[name] for name in _OF_RESULT}


def _like(target: Row, rows: Iterable[Row]) -> tuple[Row | None, str]:
    """The result that may be set beside a target, and what to know of it; None with the reason where none may."""
    rows = list(rows)
    same = [row for row in rows if row["scope"] == target["scope"]]
    exact = [row for row in same if row["basis"] == target["basis"]]
    if exact:
        return exact[0], ""
    if not target["basis"] and len(same) == 1:
        return same[0], f"basis of the target not stated, of the result {same[0]['basis']}"
    if not rows:
        return None, ""
    return None, "basis differs" if same else "scope differs"


def verdict(target: Row, result: Row, due: int) -> tuple[str, str]:
    """Whether a result meets a target: a word of `VERDICTS`, and why where they do not compare."""
    if result["value"] is None:
        return "not_comparable", "sources of the result disagree"
    if target["value"] is None:
        return "not_comparable", "the target is masked"
    entry = catalogue.load()[target["indicator"]]
    if any(target["year"] < cut["year"] <= due for cut in catalogue.breaks(entry.id, target["unit"])):
        return "not_comparable", "a break lies between"
    bound = bound_of(target["qualifier"], entry.direction)
    if bound == "against":
        return "not_comparable", "the bound runs against the indicator's direction"
    least, most = _least(result), _most(result)
    aim = target["value"]
    if bound == "neither":
        return ("met", "") if least == most == aim else ("not_comparable", "more is neither better nor worse")
    met, missed = (least >= aim, most < aim) if bound == "at least" else (most <= aim, least > aim)
    if met or missed:
        return ("met" if met else "not_met"), ""
    return "not_comparable", "the result is known as a bound or rounded"


def bound_of(qualifier: str, direction: str) -> str:
    """What a target asks for: at least, at most, neither; `against` where its words and the direction do not agree."""
    said = {"over": "at least", "under": "at most"}.get(qualifier, "")
    meant = {"up": "at least", "down": "at most", "neutral": "neither"}[direction]
    if not said:
        return meant
    return said if meant in (said, "neither") else "against"


def _least(result: Row) -> float:
    value = result["value"]
    return {"under": float("-inf"), "about": value - step(result)}.get(result["qualifier"], value)


def _most(result: Row) -> float:
    value = result["value"]
    return {"over": float("inf"), "about": value + step(result)}.get(result["qualifier"], value)


def by_topic(shortcomings: pl.DataFrame, unit: str, years: Iterable[int]) -> pl.DataFrame:
    """How many sentences of a unit's reports state a problem, a row a topic, a column a year (null where none).

    Topics are themes of the codebook, `""` where the words speak of none; the most frequent first.
    """
    wanted = [str(year) for year in years]
    rows = shortcomings.filter(pl.col("unit") == unit, pl.col("year").cast(pl.String).is_in(wanted))
    counted = rows.group_by("topic", "year").len("n").with_columns(pl.col("n").cast(pl.Int64))
    totals = counted.group_by("topic").agg(total=pl.col("n").sum())
    for year in wanted:
        one = counted.filter(pl.col("year").cast(pl.String) == year).select("topic", pl.col("n").alias(year))
        totals = totals.join(one, on="topic", how="left")
    return totals.sort(["total", "topic"], descending=[True, False]).select("topic", *wanted, "total")
