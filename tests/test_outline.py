"""Which of the customary parts a report has, by its headings and the openings of its paragraphs."""

import pytest

import analysis as fz
from analysis.mentions import find
from analysis.outline import PARTS

RESULTS, SHORT, DUTY, PLANS, OTHER = PARTS

HEADINGS = [
    ("2024年度推进法治政府建设的主要举措和成效", {RESULTS}),
    ("主要工作及成效", {RESULTS}),
    ("法治政府建设工作开展情况", {RESULTS}),
    ("加强党的领导，压实法治建设责任", {RESULTS}),  # a chapter on what was done
    ("存在的不足和原因", {SHORT}),
    ("存在问题", {SHORT}),
    ("短板在哪里", {SHORT}),
    ("问题不容回避", {SHORT}),
    ("不足与下一步安排", {SHORT, PLANS}),
    ("存在的不足和今后打算", {SHORT, PLANS}),
    ("区长履行法治建设第一责任人职责的情况", {DUTY}),
    ("第一责任人职责履行情况", {DUTY}),
    ("区政府主要负责同志履行推进法治建设第一责任人职责情况", {DUTY}),
    ("2025年工作计划", {PLANS}),
    ("2025年度推进法治政府建设的主要安排", {PLANS}),
    ("下步打算", {PLANS}),
    ("明年怎么干", {PLANS}),
    ("2025年工作重点", {PLANS}),
    ("其他需要报告的情况", {OTHER}),
    ("其他情况", {OTHER}),
    ("其他需要说明的事项", {OTHER}),
]


def parts(text):
    return set(find(fz.report_from_text(text, year="2024")).parts)


@pytest.mark.parametrize(("heading", "wanted"), HEADINGS)
def test_a_heading_names_its_part(heading, wanted):
    told = "县政府常务会议研究有关工作，各部门抓好落实。"
    assert parts(f"某县2024年法治政府建设年度报告\n一、{heading}\n{told}\n") - ({RESULTS} - wanted) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("某县法治政府建设报告\n县政府认真履职。\n下一步，我县将加强培训。\n", {PLANS}),
        ("某县法治政府建设报告\n县政府认真履职。\n同时，工作中还存在一些不足，基层力量偏弱。\n", {SHORT}),
        ("某县法治政府建设报告\n一、化解突出问题成效明显\n化解了一批纠纷。\n", {RESULTS}),  # a result, no shortcoming
        ("某县关于召开座谈会的通知\n请各科室准时参加。\n", set()),
    ],
)
def test_parts_without_a_heading_of_their_own(text, wanted):
    assert parts(text) == wanted
