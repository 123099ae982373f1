"""The second opinion: what its file holds, when it speaks, and that training it anew gives the same answers."""

import io
from pathlib import Path

import numpy as np
import pytest

from analysis import training
from analysis.catalogue import load
from analysis.mentions import find, find_mentions
from analysis.opinion import NONE, REMEMBERED, opinion, packed, unpacked
from analysis.reports import report_from_text

WORDINGS = Path(__file__).parent / "wordings"
LARGEST = 400_000  # bytes; each training adds as much to the repository


def rules_alone(_, seen, rule):
    return rule


@pytest.fixture(scope="module")
def samples():
    return list(training.wording_samples(WORDINGS))


def test_it_belongs_to_this_catalogue_and_these_wordings():
    model = opinion()
    assert model.trained_on == training.digest(WORDINGS), "python -m analysis train"
    assert set(model.answers) == {NONE} | {entry.id for entry in load().values() if entry.core}


def test_training_anew_gives_the_same_answers(samples, tmp_path):
    path = tmp_path / "opinion.npz"
    training.train(WORDINGS, path)
    with path.open("rb") as file:
        anew = unpacked(file)
    known = opinion()
    same = [known.answer(s.quantity, s.seen, s.rule) == anew.answer(s.quantity, s.seen, s.rule) for s in samples]
    assert sum(same) / len(same) >= 0.998  # another machine adds in another order; a score just at the margin may tip


def test_nothing_of_the_held_out_texts_is_read():
    assert not [path for path in training._files(WORDINGS) if "heldout" in path.parts]


def test_its_file_is_small_and_holds_the_model():
    model, file = opinion(), io.BytesIO()
    packed(model, file)
    assert file.tell() < LARGEST
    file.seek(0)
    again = unpacked(file)
    assert (again.answers, dict(again.index), again.squares) == (model.answers, dict(model.index), model.squares)
    assert np.array_equal(again.weights, model.weights)
    assert (again.step, again.trained_on) == (model.step, model.trained_on)


OPINIONS = [
    ("fills what the rules leave", "一年来，审结行政应诉案件146件，其中败诉46件。", "litigation.cases", 146),
    ("replaces", "普法讲师团宣讲49场，普法答题参与3.7万人次。", "publicity.audience", 37000),
]


@pytest.mark.parametrize(("what", "text", "indicator", "value"), OPINIONS, ids=[o[0] for o in OPINIONS])
def test_a_row_of_its_own_is_named(what, text, indicator, value):
    report = report_from_text(text, year="2024")
    said = {(m.indicator, m.value): m.rule for m in find_mentions(report)}
    assert said[indicator, value] == f"{indicator}/opinion"
    assert (indicator, value) not in {(m.indicator, m.value) for m in find(report, rules_alone).mentions}


def test_it_drops_what_the_rules_mistake():
    report = report_from_text("2024年7月，河南省司法厅就“能动司法”提案作答，讲了三条。", year="2024")
    assert find(report, rules_alone).mentions
    assert not find_mentions(report)


def test_it_does_not_hang_on_what_was_read_before(samples, monkeypatch):
    model = opinion()
    asked = samples[:: max(1, len(samples) // 200)]
    once = [model.scores(s.seen).tolist() for s in asked]
    model._parts.clear()
    assert [model.scores(s.seen).tolist() for s in reversed(asked)] == once[::-1]
    assert len(model._parts) <= REMEMBERED


@pytest.mark.parametrize(
    "text",
    [
        "下一步，力争审结行政应诉案件146件。",
        "省高级人民法院审结各类案件1200件。",
        "行政应诉案件较上年减少30件。",
    ],
)
def test_targets_other_bodies_and_changes_stay_set_aside(text):
    assert not find_mentions(report_from_text(text, year="2024"))


def test_a_rate_is_never_a_number_of_cases(samples):
    for s in samples:
        answer = opinion().answer(s.quantity, s.seen, s.rule)
        if answer not in (NONE, s.rule) and s.quantity.measure == "percent":
            assert load()[answer].unit_of_measure == "%", s
