"""Which of the five customary parts a report has: results, shortcomings, responsibility, plans, other.

A part is there where a heading names it, whatever its level, or a paragraph opens with its words (`outline.toml`). The
results are there, too, where none of the first-level headings names them but one tells of what was done (加强党的领导,
规范执法): many reports set one such chapter beside the other.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from analysis.passages import ACHIEVED, Reading, Sentence

__all__ = ["PARTS", "parts"]

PARTS: Mapping[str, str] = {
    "results": "主要举措和成效",
    "shortcomings": "存在的不足和原因",
    "responsibility": "党政主要负责人履行推进法治建设第一责任人职责情况",
    "plans": "下一年度主要安排",
    "other": "其他需要报告的情况",
}


@cache
def _words(kind: str) -> Mapping[str, re.Pattern[str]]:
    known = tomllib.loads((files(__package__) / "outline.toml").read_text("utf-8"))
    return {part: re.compile("|".join(f"(?:{p})" for p in known[part][kind])) for part in PARTS if known[part][kind]}


def parts(reading: Reading, sentences: Sequence[Sentence]) -> tuple[str, ...]:
    """The parts that a reading has, in the order of PARTS; `sentences`: all of it."""
    headings = {heading for sentence in sentences if not sentence.title for heading in sentence.headings}
    found = {part for part, words in _words("headings").items() if any(map(words.search, headings))}
    openings = _openings(reading, sentences)
    found |= {part for part, words in _words("opens").items() if any(map(words.search, openings))}
    if any(_tells_of_results(sentence) for sentence in sentences):
        found.add("results")
    return tuple(part for part in PARTS if part in found)


def _openings(reading: Reading, sentences: Sequence[Sentence]) -> list[str]:
    """The first sentence of every paragraph."""
    first = {sentence.paragraph: sentence for sentence in reversed(sentences) if not sentence.title}
    return [reading.text[s.start : s.end] for s in first.values()]


def _tells_of_results(sentence: Sentence) -> bool:
    """Whether a sentence on what was achieved stands below a chapter that is none of the other parts."""
    if sentence.title or sentence.status != ACHIEVED or not sentence.headings:
        return False
    chapter = sentence.headings[0]
    return not any(words.search(chapter) for part, words in _words("headings").items() if part != "results")
