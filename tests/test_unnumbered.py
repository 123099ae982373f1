"""Figures spoken of without a number, and clauses that only look so."""

import pytest

import analysis as fz
from analysis import catalogue
from analysis.mentions import find
from analysis.unnumbered import _words

APPEARANCE = "litigation.appearance_rate"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("行政机关负责人出庭应诉率显著提升。", (APPEARANCE,)),
        (
            "严格落实出庭应诉制度，行政机关负责人出庭应诉率逐年提高，败诉率明显下降。",
            (APPEARANCE, "litigation.loss_rate"),
        ),
        ("行政机关负责人出庭应诉率位居全省前列。", (APPEARANCE,)),
        ("全县行政复议案件数量大幅增长。", ("reconsideration.received",)),
        ("矛盾纠纷化解率稳步提升，群众更加满意。", ("disputes.resolved_rate",)),
        ("负责人出庭率虽逐年提高，出声的还不多。", (APPEARANCE,)),
        ("行政机关负责人出庭应诉率显著提升，达到98.5%。", ()),  # a number
        ("行政机关负责人出庭应诉率提高2.3个百分点。", ()),  # a change in numbers
        ("网上可办率由六成提升到九成五。", ()),
        ("着力推动行政机关负责人出庭应诉率提升。", ()),  # an aim
        ("行政机关负责人出庭应诉率有待提高。", ()),  # asked for
        ("不断提升行政机关负责人出庭应诉率。", ()),  # what was worked at, not how it stands
        ("普法宣传全面推进，群众法治意识显著提升。", ()),  # the work, not a figure
        ("劳动争议案件办结率显著提升。", ()),  # a noun that does not name one indicator
        ("行政机关负责人认真出庭应诉。", ()),
    ],
)
def test_a_figure_without_a_number(text, wanted):
    report = fz.report_from_text(f"某县2024年法治政府建设年度报告\n一、工作情况\n{text}\n", year="2024")
    assert find(report).unnumbered == wanted


def test_a_plan_states_nothing():
    text = "某县2024年法治政府建设年度报告\n一、2025年打算\n行政机关负责人出庭应诉率显著提升。\n"
    assert find(fz.report_from_text(text, year="2024")).unnumbered == ()


def test_every_noun_names_an_indicator_of_the_catalogue_and_one_only():
    nouns, _, _ = _words()
    assert set(nouns.values()) <= set(catalogue.load())
    assert all(other == noun or noun not in other or nouns[other] == nouns[noun] for noun in nouns for other in nouns)
