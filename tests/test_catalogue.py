"""Every entry of the catalogue proves itself by its own examples and counterexamples."""

import csv
import os
from pathlib import Path

import pytest

from analysis.catalogue import Indicator, load
from analysis.mentions import find_mentions
from analysis.reports import report_from_text

ENTRIES = load()
EXAMPLES = [(entry.id, example) for entry in ENTRIES.values() for example in entry.example]
COUNTEREXAMPLES = [(entry.id, text) for entry in ENTRIES.values() for text in entry.counterexample]


def read(text: str, year: int = 2024):
    return find_mentions(report_from_text(text, year=str(year)))


@pytest.mark.parametrize(("indicator", "example"), EXAMPLES, ids=[f"{i}-{e.text}" for i, e in EXAMPLES])
def test_example(indicator, example):
    found = [(m.indicator, m.value) for m in read(example.text, example.year)]
    assert (indicator, example.value) in [(i, float(v)) for i, v in found], found


@pytest.mark.parametrize(("indicator", "text"), COUNTEREXAMPLES, ids=[f"{i}-{t}" for i, t in COUNTEREXAMPLES])
def test_counterexample(indicator, text):
    assert indicator not in [m.indicator for m in read(text)]


def test_all_84_core_indicators_are_there_and_every_entry_has_six_examples_and_three_counterexamples():
    assert sum(entry.core for entry in ENTRIES.values()) == 84
    for entry in ENTRIES.values():
        assert len({example.text for example in entry.example}) >= 6, entry.id
        assert len(set(entry.counterexample)) >= 3, entry.id


def test_every_rate_says_what_it_is_a_share_of_in_both_languages():
    for entry in ENTRIES.values():
        if entry.kind == "rate":
            assert entry.denominator, entry.id
        assert bool(entry.denominator) == bool(entry.denominator_en), entry.id


def test_entries_agree_with_the_list_of_indicators_where_it_is_at_hand():
    shared = os.environ.get("FAZHI_SHARED")
    if not shared:
        pytest.skip("FAZHI_SHARED does not name the folder with spec/indicators.csv")
    with (Path(shared) / "spec" / "indicators.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
        assert {row["indicator"] for row in rows} == {entry.id for entry in ENTRIES.values() if entry.core}
        for row in rows:
            entry = ENTRIES[row["indicator"]]
            given = (entry.theme, entry.name_zh, entry.name_en, entry.unit_of_measure, entry.kind, entry.definition)
            assert given == (
                row["theme"],
                row["name_zh"],
                row["name_en"],
                row["unit_of_measure"],
                row["kind"],
                row["definition"],
            )
            assert ";".join(entry.basis) == row["basis"]


def test_no_rule_of_an_added_indicator_makes_a_row_of_a_core_one_or_the_other_way_round():
    for entry in ENTRIES.values():
        assert all(ENTRIES[other].core == entry.core for rule in entry.rule for other in rule.also), entry.id
    assert Indicator.model_fields["core"].default is True


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.id)
def test_relations_name_entries_of_the_same_theme(entry):
    if entry.relation is None:
        return
    for other in (entry.relation.numerator, entry.relation.denominator):
        assert ENTRIES[other].theme == entry.theme
