"""How the second opinion is trained: on the project's own sentences, in seconds, nothing downloaded.

``tests/wordings/dev`` and ``tests/wordings/reports`` say what each number states; so do the catalogue's examples and
counterexamples. ``tests/wordings/heldout`` is never read here.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import numpy as np

from analysis.catalogue import load
from analysis.mentions import find
from analysis.opinion import FILE, NONE, WEIGHTS, Opinion, View, features, packed
from analysis.quantities import Quantity
from analysis.reports import report_from_text
from analysis.staging import whole

PARTS = ("dev", "reports")
PENALTY = 1.0  # C of the support vector machine: .5 and 2 do no better on reports left out
TRIES = 5
RARE = 2  # a feature that fewer numbers have is not learnt


@dataclass(frozen=True, slots=True)
class Sample:
    """A number with what the model sees of it, what the rules say and what it states; ``source``: the file or entry."""

    source: str
    quantity: Quantity
    seen: View
    rule: str
    states: str


def train(wordings: Path, out: Path | None = None) -> Opinion:
    """Train the model and write it, into the package by default. Raises OSError, and ImportError without scikit-learn."""
    model = proven(list(wording_samples(wordings)), list(catalogue_samples()), digest(wordings))
    path = out or Path(str(files(__package__) / FILE))
    with whole(Path(path)) as part, part.open("wb") as file:
        packed(model, file)
    return model


def digest(wordings: Path) -> str:
    """What the model is trained on, as a number: another catalogue or other wordings ask for another model."""
    found = hashlib.sha256()
    folder = Path(str(files(__package__) / "indicators"))
    for path in [*sorted(folder.glob("*.toml")), *_files(wordings)]:
        found.update(path.name.encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()


def _files(wordings: Path) -> Iterator[Path]:
    for part in PARTS:
        yield from sorted((wordings / part).glob("*.toml"))


# --- samples ------------------------------------------------------------------------------------------------


def wording_samples(wordings: Path) -> Iterator[Sample]:
    """The numbers of the texts below a folder; those that careful readers differ on are left out."""
    for path in _files(wordings):
        for case in tomllib.loads(path.read_text("utf-8"))["case"]:
            yield from _labelled(path.name, case["text"], case["year"], case["rows"])


def catalogue_samples() -> Iterator[Sample]:
    """The numbers of examples and counterexamples: an example's own number states its entry where that is a core one,
    and of all others the rules are believed."""
    for entry in load().values():
        for example in entry.example:
            rows = [{"indicator": entry.id, "value": example.value}] if entry.core else []
            yield from map(_believed, _labelled(entry.id, example.text, example.year, rows))
        for text in entry.counterexample:
            yield from map(_believed, _labelled(entry.id, text, 2024, []))


def _believed(sample: Sample) -> Sample:
    return replace(sample, states=sample.rule) if sample.states == NONE else sample


def _labelled(source: str, text: str, year: int, rows: Iterable[Mapping]) -> list[Sample]:
    """Each judged number with the row that it stands for: of those of its value the one that the rules found, else the first."""
    judged: list[tuple[Quantity, View, str]] = []

    def ask(q: Quantity, seen: View, rule: str) -> str:
        judged.append((q, seen, rule))
        return rule

    find(report_from_text(text, year=str(year)), ask)
    left: dict[float | None, list[Mapping]] = defaultdict(list)
    for row in rows:
        if not row.get("implied"):
            left[_value(row.get("value"))].append(row)
    rows_of: dict[int, Mapping] = {}
    for agreeing in (True, False):
        for number, (q, _, rule) in enumerate(judged):
            same = left[_value(q.value)]
            fitting = [row for row in same if row["indicator"] == rule] if agreeing else same
            if number not in rows_of and fitting:
                rows_of[number] = fitting[0]
                same.remove(fitting[0])
    return [
        Sample(source, q, seen, rule, row["indicator"] if row else NONE)
        for number, (q, seen, rule) in enumerate(judged)
        if not (row := rows_of.get(number, {})).get("optional")
    ]


def _value(value: object) -> float | None:
    return None if value in (None, "") else round(float(value), 2)


# --- the model ----------------------------------------------------------------------------------------------


def proven(samples: list[Sample], proofs: list[Sample], trained_on: str = "") -> Opinion:
    """A model that no example of the catalogue speaks against: those that it fails weigh more at the next try."""
    samples = [*samples, *proofs, *proofs]
    for _ in range(TRIES):
        model = fitted(samples, trained_on)
        failed = [s for s in proofs if s.rule == s.states != model.answer(s.quantity, s.seen, s.rule)]
        if not failed:
            break
        samples += failed * 2
    return model


def fitted(samples: Iterable[Sample], trained_on: str = "") -> Opinion:
    """A linear support vector machine over the samples, its weights rounded to whole numbers, which changes no answer."""
    from scipy.sparse import csr_matrix
    from sklearn.preprocessing import normalize
    from sklearn.svm import LinearSVC

    samples = list(samples)
    counts: dict[str, int] = defaultdict(int)
    seen = [frozenset().union(*map(features, sample.seen)) for sample in samples]
    for found in seen:
        for name in found:
            counts[name] += 1
    names = sorted(name for name, count in counts.items() if count >= RARE)
    index = {name: row for row, name in enumerate(names)}
    scale = np.array([WEIGHTS[name.partition(" ")[0]] for name in names], float)
    columns = [sorted(index[name] for name in found if name in index) for found in seen]
    ends = np.cumsum([0, *map(len, columns)])
    flat = np.concatenate([np.array(row, int) for row in columns])
    table = normalize(csr_matrix((scale[flat], flat, ends), shape=(len(samples), len(names))))
    machine = LinearSVC(C=PENALTY, random_state=0).fit(table, [sample.states for sample in samples])
    weights = machine.coef_.T * scale[:, None]
    step = float(np.abs(weights).max() / 127)
    whole = np.rint(weights / step)
    kept = np.flatnonzero(whole.any(axis=1))
    return Opinion(
        tuple(map(str, machine.classes_)),
        {names[row]: at for at, row in enumerate(kept)},
        whole[kept].astype(np.int8),
        tuple(int(scale[row]) ** 2 for row in kept),
        machine.intercept_.astype(np.float32),
        step,
        trained_on,
    )
