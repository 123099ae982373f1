"""The catalogue compiled for matching: every word a bit, every rule a few masks, one automaton for all words."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TypeVar

from ahocorasick_rs import AhoCorasick, MatchKind

from analysis.catalogue import Implied, Indicator, expand, load, shared_words

ANY = "?"  # the measure of a table cell that names none: every wording takes it
REACHES = ("clause", "sentence", "topic", "then")
SCOPES = ("own", "leaders", "area", "part_of_area")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Wording:
    """A catalogue rule with its words as masks. ``near``: groups that must stand in the number's own stretch;
    ``reach``: groups that may stand farther off; ``classes`` and ``words``: the measures it takes."""

    name: str
    indicator: Indicator
    near: tuple[int, ...]
    reach: tuple[tuple[str, int], ...]
    no: int
    no_sentence: int
    classes: frozenset[str]
    words: frozenset[str]
    role: str
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImpliedWording:
    """A wording that fixes a value without a number, as masks."""

    name: str
    indicator: Indicator
    rule: Implied
    triggers: int
    reach: tuple[tuple[str, int], ...]
    no: int


@dataclass(frozen=True, slots=True)
class Lexicon:
    """``anchors[i]``: the wordings that the i-th word may begin; ``content``: the mask of all such words.
    ``triggers``: the wordings that may fix a value without a number, to be sought in a whole text at once."""

    automaton: AhoCorasick
    words: tuple[str, ...]
    anchors: Mapping[int, tuple[Wording, ...]]
    content: int
    implied: Mapping[int, tuple[ImpliedWording, ...]]
    basis: Mapping[str, tuple[tuple[str, int], ...]]
    scopes: tuple[str, ...]
    triggers: AhoCorasick
    _fitting: dict[tuple[int, str, str], tuple[Wording, ...]] = field(default_factory=dict, repr=False)
    _named: dict[int, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def fitting(self, near: int, measure: str, measure_word: str) -> tuple[Wording, ...]:
        """The wordings that a number's own words and measure allow; the words farther off are still to be asked.

        Remembered, since officials repeat themselves: the same words and measure stand around most numbers.
        """
        key = (near, measure, measure_word)
        found = self._fitting.get(key)
        if found is None:
            if len(self._fitting) > 200_000:
                self._fitting.clear()
            found = self._fitting[key] = tuple(self._fit(near, measure, measure_word))
        return found

    def _fit(self, near: int, measure: str, measure_word: str) -> list[Wording]:
        found: dict[str, Wording] = {}
        bits = near & self.content
        while bits:
            low = bits & -bits
            bits ^= low
            for wording in self.anchors[low.bit_length() - 1]:
                if wording.name in found or wording.no & near:
                    continue
                if measure != ANY and measure not in wording.classes and measure_word not in wording.words:
                    continue
                if all(group & near for group in wording.near):
                    found[wording.name] = wording
        return list(found.values())

    def mask(self, text: str) -> int:
        """The words of the lexicon that a text holds."""
        bits = 0
        for word, _, _ in self.automaton.find_matches_as_indexes(text, overlapping=True):
            bits |= 1 << word
        return bits

    def hits(self, text: str, start: int, end: int) -> list[tuple[int, int, int]]:
        """Word, start and end of all words between two offsets; overlapping words all count."""
        found = self.automaton.find_matches_as_indexes(text[start:end], overlapping=True)
        return [(word, a + start, b + start) for word, a, b in found]

    def named(self, bits: int) -> tuple[str, ...]:
        """The words of a mask; remembered like what fits."""
        found = self._named.get(bits)
        if found is None:
            if len(self._named) > 200_000:
                self._named.clear()
            words, rest = [], bits
            while rest:
                low = rest & -rest
                rest ^= low
                words.append(self.words[low.bit_length() - 1])
            found = self._named[bits] = tuple(words)
        return found

    def longest(self, bits: int) -> int:
        """The length of the longest word of a mask."""
        longest = 0
        while bits:
            low = bits & -bits
            bits ^= low
            longest = max(longest, len(self.words[low.bit_length() - 1]))
        return longest

    def joins(self, before: str, after: str) -> bool:
        """Whether a word of the lexicon stands across the border of two pieces of text."""
        tail, head = before[-6:], after[:6]
        border = len(tail)
        return any(a < border < b for _, a, b in self.automaton.find_matches_as_indexes(tail + head, overlapping=True))


@cache
def cues() -> Mapping[str, tuple[str, ...]]:
    """The word lists of ``cues.toml`` by name."""
    return {
        name: tuple(words)
        for name, words in tomllib.loads((files(__package__) / "cues.toml").read_text("utf-8")).items()
    }


@cache
def lexicon() -> Lexicon:
    """The core indicators compiled, once a process."""
    return compile_lexicon(entry for entry in load().values() if entry.core)


@cache
def added_lexicon() -> Lexicon:
    """The added indicators compiled by themselves, so that no word of theirs can weigh on a core one."""
    return compile_lexicon(entry for entry in load().values() if not entry.core)


def compile_lexicon(indicators: Iterable[Indicator]) -> Lexicon:
    """Words to bits, rules to masks. Any set of indicators will do, so that a single entry can be tried."""
    indicators = list(indicators)
    shared = shared_words()
    index: dict[str, int] = {}

    def mask(words: Iterable[str]) -> int:
        bits = 0
        for word in expand(words, shared):
            bits |= 1 << index.setdefault(word, len(index))
        return bits

    def reach(rule) -> tuple[tuple[str, int], ...]:
        return tuple((name, mask(getattr(rule, name))) for name in REACHES if getattr(rule, name, ()))

    wordings: list[Wording] = []
    implied: list[ImpliedWording] = []
    basis: dict[str, tuple[tuple[str, int], ...]] = {}
    for entry in indicators:
        basis[entry.id] = tuple(
            (name, mask(words)) for name, words in [*entry.basis.items(), ("", entry.no_basis)] if words
        )
        for number, rule in enumerate(entry.rule, 1):
            measures = rule.measure or entry.measure
            wordings.append(
                Wording(
                    name=f"{entry.id}/{number}",
                    indicator=entry,
                    near=tuple(mask(group) for group in (rule.near, rule.near2) if group),
                    reach=reach(rule),
                    no=mask(rule.no),
                    no_sentence=mask(rule.no_sentence),
                    classes=frozenset(m for m in measures if not m.startswith("=")),
                    words=frozenset(m[1:] for m in measures if m.startswith("=")),
                    role=rule.role,
                    also=rule.also,
                )
            )
        for number, rule in enumerate(entry.implied, 1):
            implied.append(
                ImpliedWording(
                    f"{entry.id}/implied{number}", entry, rule, mask(rule.trigger), reach(rule), mask(rule.no)
                )
            )
    scope_of = {word: scope for scope in SCOPES for word in cues()[scope]}
    mask(scope_of)
    return Lexicon(
        automaton=AhoCorasick(list(index), matchkind=MatchKind.Standard),
        words=tuple(index),
        anchors=_by_bit(wordings, lambda wording: wording.near[0]),
        content=_union(wording.near[0] for wording in wordings),
        implied=_by_bit(implied, lambda wording: wording.triggers),
        basis=basis,
        scopes=tuple(scope_of.get(word, "") for word in index),
        triggers=AhoCorasick(
            sorted({word for entry in indicators for rule in entry.implied for word in expand(rule.trigger, shared)})
        ),
    )


def _union(masks: Iterable[int]) -> int:
    found = 0
    for bits in masks:
        found |= bits
    return found


def _by_bit(items: Iterable[_T], bits_of: Callable[[_T], int]) -> dict[int, tuple[_T, ...]]:
    found: dict[int, list[_T]] = {}
    for item in items:
        bits = bits_of(item)
        while bits:
            low = bits & -bits
            found.setdefault(low.bit_length() - 1, []).append(item)
            bits ^= low
    return {bit: tuple(group) for bit, group in found.items()}
