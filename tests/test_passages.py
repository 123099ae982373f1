"""From text to sentences: joined lines, boilerplate, headings and what they say of the text below."""

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis.lexicon import lexicon
from analysis.passages import ACHIEVED, PLAN, SHORTCOMING, one_width, read, split


def reading(text: str) -> str:
    return read(text, (), lexicon().joins).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "组织清理。列入清理范围的现行有 \n效文件48件，废止5件。",
            "组织清理。列入清理范围的现行有效文件48件，废止5件。",
        ),
        ("全乡共排查各类矛盾\n纠纷94件，成功化\n解91件。", "全乡共排查各类矛盾纠纷94件，成功化解91件。"),
        ("抽取案卷120\n卷开展评查。", "抽取案卷120卷开展评查。"),
        ("办活动 82 场，印发 2000 余份。", "办活动82场，印发2000余份。"),
        ("在册人员4 386人。", "在册人员4386人。"),
        ("发放１２．５万份，合格率９８％。", "发放12.5万份，合格率98%。"),
        ("**（一）人民调解。** 受理纠纷30件。", "（一）人民调解。受理纠纷30件。"),
        ("## 三、抓宣传\n全年开展普法活动30场。", "三、抓宣传\n全年开展普法活动30场。"),
        ("类别\t受理\t成功\n村级\t10\t9", "类别\t受理\t成功\n村级\t10\t9"),
        ("当前位置：首页 > 政务公开\n全年调解纠纷30件。\n上一篇：没有了", "全年调解纠纷30件。"),
        ("全年调解纠纷30件。\n12\n其中成功29件。", "全年调解纠纷30件。\n其中成功29件。"),
    ],
)
def test_reading_text(text, expected):
    assert reading(text) == expected


@pytest.mark.parametrize(
    ("heading", "status"),
    [
        ("一、主要做法和成效", ACHIEVED),
        ("二、存在的问题和不足", SHORTCOMING),
        ("二、存在问题", SHORTCOMING),
        ("三、2025年工作打算", PLAN),
        ("四、下一步工作安排", PLAN),
        ("（五）着力解决群众反映的突出问题", ACHIEVED),
        ("五、不足与下一步安排", SHORTCOMING),
        ("三、补齐短板，提升执法水平", ACHIEVED),
        ("问题不容回避", SHORTCOMING),
        ("今后怎么干", PLAN),
    ],
)
def test_heading_tells_what_the_text_below_is(heading, status):
    sentences = split(read(f"某县报告\n一、工作情况\n做了一些事。\n{heading}\n全县共有30件。"), 2024)
    assert sentences[-1].status == status


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("开展检查30次。下一步，将开展检查40次。", [ACHIEVED, PLAN]),
        ("2024年开展检查30次。2025年，计划开展40次。", [ACHIEVED, PLAN]),
        ("一是强化领导。下一步要抓好落实。二是强化调度。全年召开会议3次。", [ACHIEVED, PLAN, ACHIEVED, ACHIEVED]),
        ("截止2025年1月，共有律师8名。", [ACHIEVED]),
    ],
)
def test_plans_inside_a_text(text, statuses):
    assert [s.status for s in split(read(text), 2024)] == statuses


@given(
    st.text(
        alphabet=st.sampled_from("一二三、（）()。；，：:\n\t 　 1234０１.%件年【】是*#|X报告问题下一步"), max_size=200
    )
)
@example(":\n**")
def test_every_character_leads_back_to_its_source(text):
    found = read(text, (), lexicon().joins)
    source = one_width(text)
    for i, character in enumerate(found.text):
        start, end = found.source_span(i, i + 1)
        assert character == "\n" or source[start:end] == character
    for sentence in split(found, 2024):
        assert 0 <= sentence.start < sentence.end <= len(found.text)


def test_every_character_of_the_real_reports_leads_back():
    shared = os.environ.get("FAZHI_SHARED")
    if not shared:
        pytest.skip("FAZHI_SHARED does not name the folder with reports/text")
    for path in sorted((Path(shared) / "reports" / "text").glob("*.txt")):
        text = path.read_text("utf-8")
        found = read(text, (), lexicon().joins)
        for i, character in enumerate(found.text):
            start, end = found.source_span(i, i + 1)
            assert character == "\n" or one_width(text)[start:end] == character, (path.name, i)
