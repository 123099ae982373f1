"""Which sentences a report states as its problems, what they are about, and the figures in them."""

import pytest

import analysis as fz
from analysis.mentions import find
from analysis.reports import report_from_text
from analysis.table import TABLES

STATED = [
    "一些干部学法不够深入，与岗位要求相比仍有差距。",
    "但工作中也存在一些不足：基层执法力量薄弱。",
    "法治宣传的形式有待进一步提高。",
    "村级调解员年龄偏大，调解能力不足。",
    "执法全过程记录仍是短板，更新较慢。",
    "成绩之外，我镇法治建设还存在短板。",
]

OTHER = [
    "参训人数不足50人。",
    "针对督察反馈的不足，逐项整改到位。",
    "补短板、强弱项，打响攻坚战。",
    "补齐公共法律服务短板，建成工作室8个。",
    "全年解决群众反映的突出问题135个。",
    "当前工作中还存在以下不足：",
    "调解成功率较高，群众满意。",
]

TOPICS = [
    ("行政机关负责人出庭应诉率偏低。", "litigation"),
    ("行政复议办案力量不足。", "reconsideration"),
    ("人民调解员补贴偏低。", "mediation"),
    ("规范性文件备案不及时。", "rules"),
    ("少数同志精神状态不佳。", ""),
]

REPORT = """某区2024年度法治政府建设情况报告

一、主要成效
全年调解纠纷45件。

四、存在的问题
一年来，仍存在以下问题：
（一）执法力量薄弱。
执法队里学法律的只有3人，案卷合格率81.5%，
还有X件未结。
（二）普法形式
普法形式不够新颖。

五、下一步打算
建强执法队伍，补上不足，配备12人。
对照要求，我区工作仍有薄弱之处。
"""


def stated(text: str):
    return find(report_from_text(text, year="2024")).shortcomings


@pytest.mark.parametrize("text", STATED)
def test_a_sentence_that_owns_up_to_a_problem_counts_wherever_it_stands(text):
    assert [s.sentence for s in stated(f"全年工作平稳推进。\n{text}")] == [text]


@pytest.mark.parametrize("text", OTHER)
def test_what_was_made_good_and_what_is_less_than_a_number_is_no_problem(text):
    assert stated(f"全年工作平稳推进。\n{text}") == []


@pytest.mark.parametrize(("text", "topic"), TOPICS)
def test_the_topic_is_the_theme_that_the_words_speak_of(text, topic):
    assert [s.topic for s in stated(f"四、存在的问题\n{text}")] == [topic]


def test_a_section_on_problems_gives_its_sentences_with_spans_and_figures():
    report = report_from_text(REPORT, year="2024")
    found = find(report).shortcomings
    assert [(s.sentence, s.quotes, s.values) for s in found] == [
        ("（一）执法力量薄弱。", (), ()),
        (
            "执法队里学法律的只有3人，案卷合格率81.5%，还有X件未结。",
            ("3人", "81.5%", "X件"),
            (3, 81.5, None),
        ),
        ("普法形式不够新颖。", (), ()),
        ("对照要求，我区工作仍有薄弱之处。", (), ()),
    ]
    for each in found:
        assert report.text[each.start : each.end].replace("\n", "") == each.sentence
    assert found[1].section == "存在的问题 / 执法力量薄弱"


def test_what_was_achieved_stays_a_mention_under_the_problems():
    report = report_from_text("四、存在的问题\n行政机关负责人出庭应诉率仅为38.6%，偏低。", year="2024")
    found = find(report)
    assert [(m.indicator, m.value) for m in found.mentions] == [("litigation.appearance_rate", 38.6)]
    assert [s.quotes for s in found.shortcomings] == [("38.6%",)]


def test_the_table_of_shortcomings(tmp_path):
    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    (raw / "a.md").write_text("---\nunit: 浙江省杭州市临平区\nyear: 2024\n---\n" + REPORT, "utf-8")
    fz.build(raw, out)
    rows = fz.load(out).shortcomings
    assert rows.schema == TABLES["shortcomings"].schema
    assert rows.select("doc", "unit", "year", "topic", "quotes", "values").rows()[1] == (
        "a.md",
        "浙江省杭州市临平区",
        2024,
        "enforcement",
        "3人; 81.5%; X件",
        "3; 81.5; -",
    )


def test_tables_of_an_earlier_version_say_what_to_do(tmp_path):
    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    (raw / "a.md").write_text(REPORT, "utf-8")
    fz.build(raw, out)
    for path in out.glob("shortcomings.*"):
        path.unlink()
    with pytest.raises(FileNotFoundError, match=r"no .*shortcomings\.csv: an earlier version"):
        fz.load(out)
