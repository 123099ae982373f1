"""A report in traditional characters is read like one in simplified characters, and its spans are those of its own text."""

import pytest

from analysis.characters import simplified
from analysis.mentions import find_mentions
from analysis.reports import report_from_text

TRADITIONAL = """某縣2022年法治政府建設工作報告

一、化解矛盾糾紛。全縣各級人民調解組織共調解案件512件，調解成功503件，成功率98.2%。
二、行政復議與應訴。全縣共收到行政復議申請35件，審結31件；行政機關負責人出庭應訴率達100%。
"""


@pytest.mark.parametrize(
    ("indicator", "value", "quote"),
    [
        ("mediation.cases", 512, "512件"),
        ("mediation.succeeded", 503, "503件"),
        ("mediation.success_rate", 98.2, "98.2%"),
        ("reconsideration.received", 35, "35件"),
        ("reconsideration.closed", 31, "31件"),
        ("litigation.appearance_rate", 100, "100%"),
    ],
)
def test_traditional_report(indicator, value, quote):
    report = report_from_text(TRADITIONAL)
    assert report.identity.year == 2022
    found = {mention.indicator: mention for mention in find_mentions(report)}
    assert (found[indicator].value, found[indicator].quote) == (value, quote)
    assert report.text[found[indicator].start : found[indicator].end] == quote


@pytest.mark.parametrize("text", ["成效显著，于某县乾县调研。", "“調解”二字", ""])
def test_simplified_text_stays(text):
    assert simplified(text) == text


def test_as_long_as_before():
    assert len(simplified(TRADITIONAL)) == len(TRADITIONAL)
    assert "行政复议与应诉" in simplified(TRADITIONAL)
