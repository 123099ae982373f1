"""What the reader makes of sentences: the constructions one by one, the wordings as a corpus, any text at all."""

import os
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.catalogue import Rule, load
from analysis.lexicon import compile_lexicon
from analysis.mentions import find, find_mentions
from analysis.reports import read_report, report_from_text
from analysis.scores import score, score_wordings
from analysis.table import build

WORDINGS = Path(__file__).parent / "wordings"


def rows(text: str, year: int = 2024):
    return [(m.indicator, m.value, m.year, m.role) for m in find_mentions(report_from_text(text, year=str(year)))]


PERIODS = [
    ("全市收到行政复议申请45件。", 2024, "2024"),
    ("2023年全市收到行政复议申请45件。", 2023, "2023"),
    ("1至11月，全市收到行政复议申请45件。", 2024, "2024-01/11"),
    ("2024年1月至10月，全市收到行政复议申请45件。", 2024, "2024-01/10"),
    ("前8个月，全市收到行政复议申请45件。", 2024, "2024-01/08"),
    ("目前六个月届满，全市收到行政复议申请45件。", 2024, "2024"),
    ("前六个月，全市收到行政复议申请45件。", 2024, "2024-H1"),
    ("三年来，全市收到行政复议申请45件。", 2024, "2022/2024"),
    ("近三年来，2022年全市收到行政复议申请45件。", 2022, "2022"),
    ("2021年至2023年，全市收到行政复议申请45件。", 2023, "2021/2023"),
    ("2022年5月1日至2023年4月30日，全市收到行政复议申请45件。", 2023, "2022/2023"),
    ("2022年、2023年两年合计，全市收到行政复议申请45件。", 2023, "2022/2023"),
    ("全市形势平稳，2022年：收到行政复议申请45件。", 2022, "2022"),
    ("“十三五”期间，即2016年至2020年，全市收到行政复议申请合计45件。", 2020, "2016/2020"),
    ("五年共收到行政复议申请45件。", 2024, "2020/2024"),
]


@pytest.mark.parametrize(("text", "year", "period"), PERIODS, ids=[text for text, _, _ in PERIODS])
def test_the_period_of_a_figure(text, year, period):
    found = find_mentions(report_from_text(text, year="2024"))
    assert [(m.value, m.year, m.period) for m in found] == [(45, year, period)]


ROLES = [
    ("全市开展普法活动320场。", ["headline"]),
    ("普法志愿者开展普法活动320场。", ["part"]),
    ("全市司法行政系统共开展普法活动900场，其中普法志愿者开展320场。", ["headline", "part"]),
    ("由18名基层法律服务工作者担任顾问，开展普法活动320场。", ["headline"]),
    ("五年来，全市开展普法活动320场。", ["part"]),
]


LISTS_OF_YEARS = [
    ("2022年以来败诉率分别为16%、11%、9%。", {2022: 16, 2023: 11, 2024: 9}),
    ("败诉率连续下降（2021年至2023年分别为18%、15%、11%）。", {2021: 18, 2022: 15, 2023: 11}),
    ("败诉率为7%，连续三年下降（2021年至2023年分别为18%、15%、11%）。", {2021: 18, 2022: 15, 2023: 11, 2024: 7}),
    ("近三年败诉率分别为16%、11%、9%。", {2022: 16, 2023: 11, 2024: 9}),
    ("败诉率为12%，较2022年（15%）下降3个百分点。", {2024: 12, 2022: 15}),
]


@pytest.mark.parametrize(("text", "values"), LISTS_OF_YEARS, ids=[text for text, _ in LISTS_OF_YEARS])
def test_each_number_of_a_list_of_years_has_its_year(text, values):
    assert {year: value for _, value, year, _ in rows("全市行政诉讼" + text)} == values


ROW_TABLE = """某区2024年度法治政府建设情况报告

序号 项目 单位 2023年 2024年
1 制定规范性文件 件 3 2
2 收到行政复议申请 件 96 214
3 一审行政诉讼败诉率 % 14.6 8.7
"""


def test_a_table_whose_cells_are_parted_by_single_spaces():
    assert {(indicator, value, year) for indicator, value, year, _ in rows(ROW_TABLE)} == {
        ("rules.issued", 3, 2023),
        ("rules.issued", 2, 2024),
        ("reconsideration.received", 96, 2023),
        ("reconsideration.received", 214, 2024),
        ("litigation.loss_rate", 14.6, 2023),
        ("litigation.loss_rate", 8.7, 2024),
    }


FOLLOWED = [
    ("制定规范性文件3件，均经司法局审核。", {"rules.issued", "rules.reviewed"}),
    ("制定规范性文件3件，均在15日内报备。", {"rules.issued", "rules.filed"}),
    ("制定规范性文件3件，均经司法局审核并报市政府备案。", {"rules.issued", "rules.reviewed", "rules.filed"}),
    ("签订招商合同57份，均经合法性审查。", {"review.contracts"}),
]


@pytest.mark.parametrize(("text", "indicators"), FOLLOWED, ids=[text for text, _ in FOLLOWED])
def test_what_the_wordless_clauses_after_a_number_say_of_it(text, indicators):
    assert {indicator for indicator, _, _, _ in rows(text)} == indicators


def test_half_width_punctuation_reads_like_full_width():
    text = "建成109个村（社区）公共法律服务工作室，提供法律咨询240余人次。"
    assert rows(text) == rows(text.translate(str.maketrans("（），。", "(),.")))


@pytest.mark.parametrize(("text", "roles"), ROLES, ids=[text for text, _ in ROLES])
def test_what_is_the_units_total(text, roles):
    assert [m.role for m in find_mentions(report_from_text(text, year="2024"))] == roles


STATEMENTS = [
    ("行政机关负责人出庭应诉率达到了100%的要求。", [100]),
    ("行政机关负责人出庭应诉率要达到100%的目标。", []),
    ("行政诉讼败诉案件占比6.2%。", [6.2]),
    ("省高级人民法院的通报显示，全省法院新收一审行政案件1200件。", [1200]),
    ("省高级人民法院审结各类案件1200件。", []),
    ("又有8个村荣获省级民主法治示范村称号。", [8]),
    ("8个村开展了民主法治示范村创建的宣传。", []),
]


@pytest.mark.parametrize(("text", "values"), STATEMENTS, ids=[text for text, _ in STATEMENTS])
def test_what_is_stated_as_achieved(text, values):
    assert [m.value for m in find_mentions(report_from_text(text, year="2024"))] == values


@pytest.mark.parametrize(
    ("construction", "text", "expected"),
    [
        (
            "ellipsis over commas",
            "全县共调解纠纷512件，成功503件，成功率98.2%，司法确认40件。",
            [
                ("mediation.cases", 512),
                ("mediation.succeeded", 503),
                ("mediation.success_rate", 98.2),
                ("mediation.confirmed", 40),
            ],
        ),
        (
            "subject in the heading",
            "1.行政复议。共收到申请63件，受理58件。",
            [("reconsideration.received", 63), ("reconsideration.received", 58)],
        ),
        (
            "parts that add up",
            "全县调委会60个，其中乡镇12个，村居44个，行业性4个。",
            [
                ("mediation.committees", 60),
                ("mediation.committees", 12),
                ("mediation.committees", 44),
                ("mediation.committees", 4),
            ],
        ),
        (
            "分别",
            "出庭应诉率与调解成功率分别为97%和98.5%。",
            [("litigation.appearance_rate", 97), ("mediation.success_rate", 98.5)],
        ),
        (
            "one number for two rates",
            "网上可办率、事项进驻率均为100%。",
            [("services.hall_rate", 100), ("services.online_rate", 100)],
        ),
        ("number before its noun", "4200名国家工作人员参加统一学法考试。", [("training.exam_participants", 4200)]),
        ("shared noun", "31项议题、64份合同全部经过合法性审查。", [("review.decisions", 31), ("review.contracts", 64)]),
        (
            "two numbers for one noun",
            "举办执法培训6期310余人次。",
            [("training.sessions", 6), ("training.participants", 310)],
        ),
        (
            "label before a colon",
            "普法活动：185场次；受众：6.8万人。",
            [("publicity.activities", 185), ("publicity.audience", 68000)],
        ),
        ("a change is no level", "行政处罚案件同比下降12%，较上年减少30件。", []),
        ("a target is no result", "力争调解成功率达到98%以上。", []),
        ("a requirement for each is no total", "每个村配备2名以上人民调解员。", []),
        ("a court's other cases", "县法院全年审结民商事案件3100件。", []),
        ("implied by the wording", "全体行政执法人员人人持证。", [("enforcement.certified_rate", 100)]),
        ("masked", "受理行政复议案件XX件。", [("reconsideration.received", None)]),
        (
            "a flattened table",
            "指标\t数量\n行政检查\t5620次\n行政处罚\t318件",
            [("enforcement.inspections", 5620), ("enforcement.penalties", 318)],
        ),
    ],
)
def test_construction(construction, text, expected):
    assert [(i, v) for i, v, _, _ in rows(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("败诉率4.2%（2023年为5.9%）。", [(4.2, 2024), (5.9, 2023)]),
        ("败诉率由上年的6.1%降至5.2%。", [(6.1, 2023), (5.2, 2024)]),
        ("截止2025年1月，全县共有律师事务所9家。", [(9, 2024)]),
        ("2022年、2023年全县律师事务所分别为6家、7家。", [(6, 2022), (7, 2023)]),
    ],
)
def test_year(text, expected):
    assert [(v, y) for _, v, y, _ in rows(text)] == expected


def test_targets_and_unmatched_quantities_are_kept_with_their_spans():
    report = report_from_text("新建会议室3间。\n三、2025年计划\n调解成功率达到98%。", year="2024")
    found = find(report)
    assert not found.mentions
    assert [(t.indicator, report.text[t.start : t.end]) for t in found.targets] == [("mediation.success_rate", "98%")]
    assert [u.quote for u in found.unmatched] == ["3间"]


# --- added indicators: they take only what the core ones leave ---

RAW = Path(__file__).parent.parent / "data" / "raw"


def texts(source):
    if source == "raw":
        yield from (read_report(path) for path in sorted(RAW.rglob("*")) if path.suffix in (".md", ".html", ".txt"))
        return
    for path in sorted((WORDINGS / source).glob("*.toml")):
        for case in tomllib.loads(path.read_text("utf-8"))["case"]:
            yield report_from_text(case["text"], year=str(case["year"]))


@pytest.mark.parametrize("source", ["dev", "reports", "raw"])
def test_core_mentions_are_the_same_without_the_added_indicators(source, monkeypatch):
    reports = list(texts(source))
    every = [find(report) for report in reports]
    monkeypatch.setattr("analysis.mentions.added_lexicon", lambda: compile_lexicon([]))
    for report, found in zip(reports, every, strict=True):
        alone = find(report)
        assert [m for m in found.mentions if load()[m.indicator].core] == alone.mentions
        assert [t for t in found.targets if load()[t.indicator].core] == alone.targets
        left = {(u.start, u.end) for u in alone.unmatched + alone.aside}
        added = [m for m in found.mentions + found.targets if not load()[m.indicator].core]
        assert {(m.start, m.end) for m in added} <= left
        assert {(u.start, u.end) for u in found.unmatched + found.aside} == left - {(m.start, m.end) for m in added}


def test_a_number_that_two_core_indicators_claim_is_not_handed_over(monkeypatch):
    rule = Rule(near=("法治讲座", "书画展"), measure=("time",))
    greedy = load()["disputes.rulings"].model_copy(update={"rule": (rule,)})
    monkeypatch.setattr("analysis.mentions.added_lexicon", lambda: compile_lexicon([greedy]))
    tied = "组织干部法治讲座10场。"
    assert rows(tied) == []
    assert [u.quote for u in find(report_from_text(tied, year="2024")).unmatched] == ["10场"]
    free = find(report_from_text("举办书画展10场。", year="2024"), lambda q, seen, rule: rule)
    assert [m.indicator for m in free.mentions] == ["disputes.rulings"]
    assert [i for i, *_ in rows("举办法治讲座10场。")] == ["publicity.activities"]


def test_what_follows_a_core_number_does_not_go_on_with_the_added_one_before_it():
    text = "行政裁决案件18件，受理行政复议案件86件，其中甲区12件。"
    assert [(i, v) for i, v, _, _ in rows(text)] == [
        ("disputes.rulings", 18),
        ("reconsideration.received", 86),
        ("reconsideration.received", 12),
    ]


@pytest.mark.parametrize(("part", "at_least"), [("dev", 0.95), ("reports", 0.95), ("heldout", 0.92)])
def test_wordings(part, at_least):
    assert score_wordings(WORDINGS / part).score.total.f1 >= at_least


_PIECES = "全县 共 累计 调解 纠纷 受理 复议 案件 出庭应诉率 其中 分别 由 提高到 力争 2023年 98% 3045件 12场 X件 两次 ， 。 ； 、 ： （ ） \n \t 一、 （一） 一是 问题 下一步 共计 “ ” 《 》".split(
    " "
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=60))
def test_any_text_is_read_and_every_quote_is_verbatim(pieces):
    report = report_from_text("文" + "".join(pieces), year="2024")
    found = find(report)
    for mention in [*found.mentions, *found.targets]:
        assert report.text[mention.start : mention.end] == mention.quote
    for quantity in found.unmatched:
        assert report.text[quantity.start : quantity.end] == quantity.quote


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_arbitrary_text_raises_nothing(text):
    find_mentions(report_from_text("文" + text, year="2024"))


@pytest.mark.parametrize(
    "piece", ["共计", "全年共调解纠纷30件，", "由上年的", "分别为", "（", "1、", "“", "年", "　", "其中12件、"]
)
def test_time_grows_with_the_text_and_no_faster(piece):
    def seconds(times: int) -> float:
        report = report_from_text("文" + piece * times, year="2024")
        start = time.process_time()
        find_mentions(report)
        return time.process_time() - start

    seconds(200)
    small, large = seconds(500), seconds(4000)
    assert large < 40 * small + 0.5


def test_reference_reports(tmp_path):
    shared = os.environ.get("FAZHI_SHARED")
    if not shared:
        pytest.skip("FAZHI_SHARED does not name the folder with reports/gold")
    build(Path(shared) / "reports" / "text", tmp_path, processes=1)
    result = score(tmp_path, Path(shared) / "reports" / "gold")
    assert result.total.f1 >= 0.97
    assert result.total.precision >= 0.97
    assert result.documents == (15, 15)
    for name in ("role", "qualifier"):
        right, of = result.attributes[name]
        assert right / of >= 0.95, name
