"""The catalogue of indicators: read from ``indicators/*.toml``, checked, and made ready for matching.

A theme's file holds entries; an entry says what the indicator is, how officials word it (rules), and proves
itself by examples and counterexamples. ``words.toml`` holds vocabularies that rules share (``@name``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from analysis.quantities import measure_classes

SHARED = "words.toml"
Words = tuple[str, ...]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Data):
    """One way of saying: which words must stand where around a number for the indicator to be meant.

    ``near``, ``near2``: in the number's own stretch; ``clause``: in its clause or the wordless clause after it;
    ``sentence``: also earlier in the sentence; ``topic``: also in the sentence before or a heading above; ``then``: in
    the wordless clauses that follow (制定3件，均报市政府备案).
    ``no``: must not stand in the number's own stretch; ``no_sentence``: nor anywhere before it in the sentence. ``measure``: classes of measure words, or single words
    as ``=件``; empty takes the entry's. ``also``: other indicators that the same number states (排查整改隐患60处).
    """

    near: Words
    near2: Words = ()
    clause: Words = ()
    sentence: Words = ()
    topic: Words = ()
    then: Words = ()
    no: Words = ()
    no_sentence: Words = ()
    measure: Words = ()
    role: Literal["", "part"] = ""
    also: Words = ()


class Implied(_Data):
    """A wording that fixes a value without a number (全覆盖, 无一败诉)."""

    trigger: Words
    value: float
    clause: Words = ()
    sentence: Words = ()
    topic: Words = ()
    no: Words = ()


class Example(_Data):
    text: str
    value: float
    year: int = 2024


class Relation(_Data):
    """What a rate is made of. ``basis``: what the denominator may have counted; empty takes any."""

    numerator: str
    denominator: str
    basis: Words = ()


class AtMost(_Data):
    """Another indicator that this one can never exceed. ``basis``: what that one must have counted; empty takes any."""

    indicator: str
    basis: Words = ()


class Indicator(_Data):
    """One indicator: its meaning (after ``spec/indicators.csv``), its place in the frameworks, its wordings and proofs.

    ``basis``: the words of the column ``basis`` and the wordings that say each; ``no_basis``: wordings that name
    several at once, or none (专兼职, 调解和解). ``headline_basis``: which of them is the unit's total where a report gives
    several, the first that it gives once; an empty word is a value without basis. ``core``: one of the 84 of
    ``spec/indicators.csv``, which alone are scored; the others are added and never take a number from one of them.
    """

    id: str
    core: bool = True
    name_zh: str
    name_en: str
    unit_of_measure: str
    kind: Literal["count", "rate", "money", "score"]
    definition: str
    definition_en: str
    direction: Literal["up", "down", "neutral"]
    range: tuple[float, float]
    decimals: int
    framework: str = ""
    task: int | None = None
    tiers: Words
    denominator: str = ""
    denominator_en: str = ""
    relation: Relation | None = None
    at_most: AtMost | None = None
    basis: Mapping[str, Words] = {}
    headline_basis: Words = ()
    no_basis: Words = ()
    measure: Words
    rule: tuple[Rule, ...]
    implied: tuple[Implied, ...] = ()
    example: tuple[Example, ...]
    counterexample: Words

    @property
    def theme(self) -> str:
        return self.id.split(".")[0]

    @model_validator(mode="after")
    def _consistent(self) -> Indicator:
        if self.range[0] > self.range[1]:
            raise ValueError(f"{self.id}: range runs backwards")
        if unknown := set(self.headline_basis) - {*self.basis, ""}:
            raise ValueError(f"{self.id}: headline_basis names what basis does not: {', '.join(sorted(unknown))}")
        known = set(measure_classes().values()) | {""}
        for rule in (self, *self.rule):
            for measure in rule.measure:
                if not measure.startswith("=") and measure not in known:
                    raise ValueError(f"{self.id}: no class of measure words is called {measure!r}")
        return self


def expand(words: Iterable[str], shared: Mapping[str, Words]) -> Words:
    """The words with every ``@name`` replaced by its vocabulary; an unknown name is a ``KeyError`` that names it."""
    found: dict[str, None] = {}
    for word in words:
        if word.startswith("@"):
            found.update(dict.fromkeys(expand(shared[word[1:]], shared)))
        else:
            found[word] = None
    return tuple(found)


@cache
def shared_words() -> Mapping[str, Words]:
    return {
        name: tuple(words)
        for name, words in tomllib.loads((files(__package__) / "indicators" / SHARED).read_text("utf-8")).items()
    }


@cache
def load() -> Mapping[str, Indicator]:
    """All indicators by id, in the order of the files. A fault is a ``ValueError`` that names file and entry."""
    found: dict[str, Indicator] = {}
    folder = files(__package__) / "indicators"
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if not entry.name.endswith(".toml") or entry.name == SHARED:
            continue
        for data in tomllib.loads(entry.read_text("utf-8"))["indicator"]:
            try:
                indicator = Indicator.model_validate(data)
            except ValueError as error:
                raise ValueError(
                    f"indicators/{entry.name}, {data.get('id', 'an entry without id')}: {error}"
                ) from error
            if indicator.id in found:
                raise ValueError(f"indicators/{entry.name}: {indicator.id} stands twice")
            found[indicator.id] = indicator
    for indicator in found.values():
        for other in (other for rule in indicator.rule for other in rule.also):
            if other not in found:
                raise ValueError(f"{indicator.id}: a rule says also {other!r}, which no file has")
            if found[other].core != indicator.core:
                raise ValueError(f"{indicator.id}: a rule says also {other!r}; only one of the two is core")
        for other, basis in _compared(indicator):
            if other not in found:
                raise ValueError(f"{indicator.id}: compared with {other!r}, which no file has")
            if unknown := set(basis) - {*found[other].basis, ""}:
                raise ValueError(f"{indicator.id}: {other} has no basis {', '.join(sorted(unknown))}")
    return found


def _compared(indicator: Indicator) -> Iterator[tuple[str, Words]]:
    """The indicators that this one is said to be related to, with their basis words."""
    if indicator.relation:
        yield indicator.relation.numerator, ()
        yield indicator.relation.denominator, indicator.relation.basis
    if indicator.at_most:
        yield indicator.at_most.indicator, indicator.at_most.basis


@cache
def all_breaks() -> list[dict[str, Any]]:
    """Every break of ``breaks.toml``."""
    return tomllib.loads((files(__package__) / "breaks.toml").read_text("utf-8"))["break"]


def breaks(indicator: str, unit: str) -> list[dict[str, Any]]:
    """The breaks that hold for an indicator of a unit, by year: what is counted changes from ``year`` on."""
    found = [b for b in all_breaks() if indicator in b["indicators"] and (not b["units"] or unit in b["units"])]
    return sorted(found, key=lambda b: b["year"])
