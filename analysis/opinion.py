"""A second opinion on what a number states: a linear model over the words around it, beside the catalogue's rules.

The rules say why; the model has only seen how often (``training.py``: our own sentences, nothing else). So a rule's
answer stands unless the model is surer of another by a margin: then it fills what the rules left, replaces it or
drops it. A row that it made is named ``enforcement.inspections/opinion``. It reads nothing of the rules' answer, so
that what is learnt does not lean on rules that were written for the same sentences.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import log10, sqrt
from typing import BinaryIO

import numpy as np

from analysis.catalogue import load
from analysis.lexicon import Wording, lexicon
from analysis.quantities import Quantity
from analysis.roles import Draft
from analysis.scenes import Scene, Span

FILE = "opinion.npz"
# how much surer the model must be to drop or replace a rule's row, and to make one where the rules see none; scores
# reach from -1 to 1 or so. Found on real pages and whole reports that it had not learnt from
MARGIN, MARGIN_TO_FILL = 0.8, 1.1
NONE = ""  # the answer that a number states no indicator

# how much a feature of each kind weighs beside the others, in tenths: what stands close says more
WEIGHTS = {
    "measure": 20,
    "unit": 20,
    "size": 7,
    "after": 10,
    "left": 10,
    "right": 10,
    "beside": 5,
    "between": 7,
    "near": 7,
    "clause": 4,
    "sentence": 3,
}
LEFT, RIGHT = 30, 16  # characters left and right of a number that are looked at
REMEMBERED = 1 << 15  # pieces whose sums are kept, 16 MB at most
_DIGITS = re.compile(r"[0-9０-９.,，%％]+")

# A number as the model sees it, in pieces that come again with other numbers: what kind of piece, and what it holds
# (a text, the mask of the words of the core lexicon, or a tuple).
Piece = tuple[str, Hashable]
View = tuple[Piece, ...]


def view(scene: Scene, i: int, left: Span, right: Span, last: Draft | None) -> View:
    """What the model sees of the i-th number of a scene of the core lexicon.

    ``left``, ``right``: the stretches of the number; ``last``: the statement before that it may go on with.
    """
    quantities, text, at = scene.quantities, scene.text, scene.home[i]
    q = quantities[i]
    before = quantities[i - 1] if i else None
    after = quantities[i + 1].measure if i + 1 < len(quantities) else None
    near = before is not None and q.start - before.end < 8
    return (
        ("number", (q.measure, q.measure_word, _size(q.value), q.measure == "percent" and q.value == 100)),
        ("beside", (before and before.measure, after, _plain(text[before.end : q.start]) if near else None)),
        ("after", last and (last.indicator.id, last.quantity.end > scene.start, last.quantity.measure == q.measure)),
        ("left", _plain(text[max(left[0], left[1] - LEFT) : left[1]].strip())),
        ("right", _plain(text[right[0] : min(right[1], right[0] + RIGHT)].strip())),
        ("near", scene.mask(*left) | scene.mask(*right)),
        ("clause", scene.masks[at]),
        ("sentence", scene.up_to(at)),
    )


def _plain(text: str) -> str:
    return _DIGITS.sub("0", text)


def _size(value: float | None) -> str:
    """The number of digits; a masked number and naught have none."""
    return "masked" if value is None else str(int(log10(value))) if value > 0 else "naught"


def values(held: str | int) -> Iterable[str]:
    """The words of a mask; the characters of a text and each two that stand together."""
    return lexicon().named(held) if isinstance(held, int) else (*held, *map("".join, pairwise(held)))


def features(piece: Piece) -> set[str]:
    """The features of a piece, ``kind value`` each."""
    kind, held = piece
    if isinstance(held, str | int):
        return {f"{kind} {value}" for value in values(held)}
    if kind == "number":
        measure, word, size, whole = held
        return {f"measure {measure}", f"unit {word}", f"size {size}"} | ({"size whole"} if whole else set())
    if kind == "beside":
        before, after, between = held
        found = {f"beside before {before}", f"beside after {after}"}
        return found if between is None else found | {f"between {between}"}
    if held is None:
        return {"after nothing"}
    indicator, here, alike = held
    return {f"after {indicator}", f"after {indicator.partition('.')[0]}", f"after {here} {alike}"}


@dataclass(frozen=True, slots=True)
class Opinion:
    """A trained model. ``answers``: indicators and ``NONE``; ``index``: the row of each feature it knows;
    ``weights``: features x answers, whole numbers in steps of ``step``, so that their sum is the same on any machine;
    ``squares``: the squared weight of each feature; ``bias``: of each answer; ``trained_on``: digest of what it saw."""

    answers: tuple[str, ...]
    index: Mapping[str, int]
    weights: np.ndarray
    squares: tuple[int, ...]
    bias: np.ndarray
    step: float
    trained_on: str
    _parts: dict[Piece, tuple[np.ndarray, int]] = field(default_factory=dict, repr=False)
    _of_kind: dict[str, dict[str, int]] = field(default_factory=dict, repr=False)  # the index, by the kind of feature

    def __post_init__(self) -> None:
        for name, row in self.index.items():
            kind, _, value = name.partition(" ")
            self._of_kind.setdefault(kind, {})[value] = row

    def scores(self, seen: View) -> np.ndarray:
        """How strongly each answer is spoken for; what the model never saw says nothing."""
        whole, square = 0, 0
        for piece in seen:
            found = self._parts.get(piece)
            if found is None:
                found = self._part(piece)
            whole = whole + found[0]
            square += found[1]
        return whole * (self.step / (sqrt(square) or 1.0)) + self.bias

    def _part(self, piece: Piece) -> tuple[np.ndarray, int]:
        """What a piece adds to each answer, and to the length by which the sum is divided; remembered, since officials
        repeat themselves."""
        kind, held = piece
        if isinstance(held, str | int):
            known = self._of_kind.get(kind, {})
            rows = list({known[value] for value in values(held) if value in known})
        else:
            rows = [self.index[name] for name in features(piece) if name in self.index]
        if len(self._parts) >= REMEMBERED:
            self._parts.clear()
        found = self._parts[piece] = (
            np.add.reduce(self.weights.take(np.array(rows, np.intp), axis=0), axis=0, dtype=np.int32),
            sum([self.squares[row] for row in rows]),
        )
        return found

    def answer(self, q: Quantity, seen: View, rule: str) -> str:
        """The rule's answer to a number, or of those that can be counted so the model's where it is surer of it by the margin."""
        if rule not in self.answers:
            return rule
        scores = self.scores(seen)
        needed = scores[self.answers.index(rule)] + (MARGIN_TO_FILL if rule == NONE else MARGIN)
        if scores.max() < needed:
            return rule
        for best in scores.argsort()[::-1]:
            if scores[best] < needed:
                break
            if _counts(self.answers[best], q):
                return self.answers[best]
        return rule


def _counts(indicator: str, q: Quantity) -> bool:
    """Whether a catalogue rule of the indicator takes the number's measure."""
    return indicator == NONE or not _measures(indicator).isdisjoint((q.measure, f"={q.measure_word}"))


@cache
def _measures(indicator: str) -> frozenset[str]:
    entry = load()[indicator]
    return frozenset(measure for rule in entry.rule for measure in rule.measure or entry.measure)


@cache
def opinion() -> Opinion:
    """The model of the package, once a process."""
    with (files(__package__) / FILE).open("rb") as file:
        return unpacked(file)


@cache
def wording(indicator: str) -> Wording:
    """What stands in a draft where a catalogue rule would."""
    name = f"{indicator}/opinion"
    return Wording(name, load()[indicator], (), (), 0, 0, frozenset(), frozenset(), "", ())


# --- the file: the weights that are not naught, one after the other by feature -------------------------------


def packed(model: Opinion, file: BinaryIO) -> None:
    """Write a model."""
    rows, columns = np.nonzero(model.weights)
    np.savez_compressed(
        file,
        answers=_bytes("\n".join(model.answers)),
        features=_bytes(json.dumps(list(model.index), ensure_ascii=False)),
        counts=np.bincount(rows, minlength=len(model.index)).astype(np.uint8),
        columns=columns.astype(np.uint8),
        weights=model.weights[rows, columns],
        bias=model.bias,
        step=model.step,
        trained_on=_bytes(model.trained_on),
    )


def unpacked(file: BinaryIO) -> Opinion:
    """Read a model; a file that is none raises ``ValueError`` or ``KeyError``."""
    with np.load(file) as stored:
        answers = tuple(_text(stored["answers"]).split("\n"))
        names = json.loads(_text(stored["features"]))
        weights = np.zeros((len(names), len(answers)), np.int8)
        weights[np.repeat(np.arange(len(names)), stored["counts"]), stored["columns"]] = stored["weights"]
        return Opinion(
            answers,
            dict(zip(names, range(len(names)), strict=True)),
            weights,
            tuple(WEIGHTS[name.partition(" ")[0]] ** 2 for name in names),
            stored["bias"],
            float(stored["step"]),
            _text(stored["trained_on"]),
        )


def _bytes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)


def _text(stored: np.ndarray) -> str:
    return stored.tobytes().decode()
