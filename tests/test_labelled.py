"""Reports in which every quantity was labelled by hand: what of it is read, kept, set aside.

The reports restate published ones in our own words; q01 to q10 are the ten by which the share is measured.
"""

from pathlib import Path

import pytest

from analysis.scores import LabelledScore, score_labelled

LABELLED = Path(__file__).parent / "labelled"
TEN = tuple(f"q{number:02}" for number in range(1, 11))


@pytest.fixture(scope="module")
def result() -> LabelledScore:
    return score_labelled(LABELLED)


@pytest.fixture(scope="module")
def ten(result) -> LabelledScore:
    return LabelledScore(
        tuple(q for q in result.quantities if q.doc in TEN), tuple(s for s in result.strange if s[0] in TEN)
    )


def share(counts: tuple[int, int]) -> float:
    return counts[0] / counts[1]


def test_ten_reports_and_two_more_with_every_quantity_labelled(result):
    assert {q.doc for q in result.quantities} == {*TEN, "q11", "q12"}
    assert result.strange == (), "found where no label stands"


FLOORS = [
    (("mention", "earlier"), 0.88),
    (("other",), 0.78),
    (("target", "change", "none"), 0.98),
]


@pytest.mark.parametrize(("labels", "floor"), FLOORS, ids=[labels[0] for labels, _ in FLOORS])
def test_what_becomes_of_a_labelled_quantity(ten, labels, floor):
    wrong = [f"{q.doc} {q.quote}: {q.label} {q.indicator}, read as {q.found}" for q in ten.wrong if q.label in labels]
    assert share(ten.right(*labels)) >= floor, "\n".join([str(ten), *wrong])


def test_the_share_of_achieved_quantities_that_come_under_an_indicator(ten):
    assert share(ten.matched()) >= 0.44, f"\n{ten}"


def test_a_label_that_its_report_does_not_hold_is_named(tmp_path):
    report = 'unit = "甲县"\nlevel = "county"\nyear = 2024\ntext = "调解纠纷5件。"\n'
    labels = '[{quote = "5件", nth = 2, kind = "mention", indicator = "mediation.cases"}]'
    (tmp_path / "x01.toml").write_text(f"[[report]]\n{report}quantities = {labels}\n", "utf-8")
    with pytest.raises(ValueError, match="x01: 5件 does not stand there 2 times"):
        score_labelled(tmp_path)


def test_a_folder_without_reports_is_no_score(tmp_path):
    with pytest.raises(FileNotFoundError):
        score_labelled(tmp_path)
