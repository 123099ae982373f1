"""What a report states as its own problems: the sentences, the figures in them, and what they are about.

A sentence counts where it stands in a section on problems, or where its own words own up to one (仍有差距, 还不够).
Its figures may be mentions all the same: what was achieved counts also where it stands under the problems.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from analysis.catalogue import expand, load, shared_words
from analysis.lexicon import cues
from analysis.passages import PLAN, SHORTCOMING, Reading, Sentence
from analysis.quantities import Number, Quantity


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """A sentence on a problem, with its half-open span in the report's text.

    ``topic``: the theme of the catalogue that its words speak of most, or empty. ``quotes``, ``values``: its numbers as
    written and what they are worth (``None`` where masked), in the order of the text.
    """

    start: int
    end: int
    topic: str
    quotes: tuple[str, ...]
    values: tuple[Number | None, ...]
    sentence: str
    section: str


# one of these stands in every sentence that owns up to a problem; most sentences are passed by for want of them
_TOLD = re.compile(r"[不短差薄弱欠困问缺]|需|待|偏|较")
_OWNED = re.compile("|".join(cues()["problem"]))
_SAID_BY_THE_WAY = re.compile("|".join(cues()["problem_weak"]))
_MADE_GOOD = re.compile("|".join(cues()["made_good"]))
# what only opens the list of problems tells none: 当前工作中还存在以下不足：
_OPENING = re.compile(
    r"(?:[：:]|(?:以下|如下|一些|一定|不少|许多|几个?方面的?)(?:的?(?:问题|不足|短板|困难|差距|薄弱环节|方面|和|与|及|、))+|主要(?:表现|体现)在[^，,。]{0,8})[。；：:，,]?$"
)
_ENDED = "。！？；;!?"


def find_shortcomings(
    reading: Reading, sentences: Sequence[Sentence], quantities: Sequence[Quantity], source: str
) -> list[Shortcoming]:
    """The sentences on problems, in the order of the text. ``quantities``: all of the reading; ``source``: the report's text."""
    found = []
    numbers = _shared_out(sentences, quantities)
    for sentence, own in zip(sentences, numbers, strict=True):
        text = reading.text[sentence.start : sentence.end]
        if not _is_problem(sentence, text):
            continue
        start, end = reading.source_span(sentence.start, sentence.end)
        spans = [reading.source_span(q.start, q.end) for q in own]
        found.append(
            Shortcoming(
                start,
                end,
                topic(text),
                tuple(source[a:b] for a, b in spans),
                tuple(q.value for q in own),
                text.strip(),
                " / ".join(sentence.headings),
            )
        )
    return found


def _shared_out(sentences: Sequence[Sentence], quantities: Sequence[Quantity]) -> Iterator[list[Quantity]]:
    """The quantities of each sentence."""
    at = 0
    for sentence in sentences:
        own = []
        while at < len(quantities) and quantities[at].start < sentence.end:
            if quantities[at].start >= sentence.start:
                own.append(quantities[at])
            at += 1
        yield own


def _is_problem(sentence: Sentence, text: str) -> bool:
    """Whether a sentence states a problem: a whole sentence that is no heading and more than the opening of a list."""
    if sentence.title or text[-1:] not in _ENDED:
        return False
    if sentence.status != SHORTCOMING and not _owns_up(sentence, text):
        return False
    return not _OPENING.search(text) and not _names_the_section(text)


def _owns_up(sentence: Sentence, text: str) -> bool:
    """Whether a sentence outside the sections on problems states one by its own words."""
    if not _TOLD.search(text):
        return False
    if _OWNED.search(text):
        return True
    return sentence.status != PLAN and any(
        not _MADE_GOOD.search(text, max(text.rfind(mark, 0, m.start()) for mark in "，；：") + 1, m.start())
        for m in _SAID_BY_THE_WAY.finditer(text)
    )


def _names_the_section(text: str) -> bool:
    """Whether the sentence only names the section: 四、存在的问题。"""
    return bool(_NAMES.fullmatch(text))


_NAME = r"(?:问题|不足|短板|困难|差距|薄弱环节|(?:下一?步|工作)?(?:打算|安排|展望|计划|思路)|原因)"
_NAMES = re.compile(
    r"[一二三四五六七八九十、（）()\d.．]{0,4}(?:目前|当前|工作中?|一年来|坚持)?(?:仍|还)?(?:存在|面临|主要|尚有|直面|查找|补齐|败诉)?(?:着|的|的?主要|的?突出)?"
    + _NAME
    + r"(?:[和与及、]"
    + _NAME
    + r")*[。；;]?"
)


@cache
def _themes() -> tuple[AhoCorasick, tuple[Mapping[str, float], ...]]:
    """An automaton over the words of the rules, and what each says for each theme: its length, shared among its themes."""
    said: dict[str, set[str]] = {}
    for entry in load().values():
        for rule in entry.rule:
            for word in expand((*rule.near, *rule.near2, *rule.clause, *rule.sentence, *rule.topic), shared_words()):
                if len(word) > 1:
                    said.setdefault(word, set()).add(entry.theme)
    words = sorted(said)
    weights = tuple({theme: len(word) / len(said[word]) ** 2 for theme in sorted(said[word])} for word in words)
    return AhoCorasick(words, matchkind=MatchKind.LeftmostLongest), weights


LEAST = 1.5  # a word of two characters that another theme shares is no topic


def topic(text: str) -> str:
    """The theme that the catalogue words of a text speak for most; empty where none does, or two do equally."""
    automaton, weights = _themes()
    votes: Counter[str] = Counter()
    for word in {word for word, _, _ in automaton.find_matches_as_indexes(text)}:
        votes.update(weights[word])
    best = votes.most_common(2)
    if not best or best[0][1] < LEAST or (len(best) > 1 and best[0][1] == best[1][1]):
        return ""
    return best[0][0]
