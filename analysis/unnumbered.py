"""Figures that a report speaks of without a number: 行政机关负责人出庭应诉率显著提升.

Judged for the indicators of `unnumbered.toml` only, whose nouns name the figure by themselves: a clause names it, says
which way it went or how high it stands, aims at nothing, stands in no plan, and its sentence has no number of per cent
and the clause no numeral at all. Praise that may be about the work as well (普法全面推进) is nothing of the kind.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from analysis.passages import PLAN, Reading, Sentence

__all__ = ["unnumbered"]

_CLAUSE = re.compile(r"[^，。；;,：:！？\n]+")
_NUMERAL = re.compile(r"[0-9〇零一二三四五六七八九十百千万亿]")
_SHARE = re.compile(r"%|％|百分之|[一二三四五六七八九]成|个百分点")


@cache
def _words() -> tuple[Mapping[str, str], re.Pattern[str], re.Pattern[str]]:
    """Noun -> indicator; the noun with what is said of it; what aims at it."""
    known = tomllib.loads((files(__package__) / "unnumbered.toml").read_text("utf-8"))
    nouns = {noun: indicator for indicator, names in known["names"].items() for noun in names}
    longest_first = "|".join(sorted(map(re.escape, nouns), key=len, reverse=True))
    said = f"(?P<noun>{longest_first}){known['said']['degree']}{known['said']['verb']}"
    return nouns, re.compile(said), re.compile(known["said"]["aim"])


def unnumbered(reading: Reading, sentences: Sequence[Sentence]) -> tuple[str, ...]:
    """The indicators that a reading speaks of so, sorted."""
    nouns, said, aim = _words()
    found = set()
    for sentence in sentences:
        text = reading.text[sentence.start : sentence.end]
        if sentence.status == PLAN or not said.search(text) or _SHARE.search(text):
            continue
        for clause in _CLAUSE.findall(text):
            spoken = said.search(clause)
            if spoken and not _NUMERAL.search(clause) and not aim.search(clause):
                found.add(nouns[spoken["noun"]])
    return tuple(sorted(found))
