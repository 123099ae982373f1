"""What an unmatched quantity counts, what many reports count alike, and the catalogue entries drafted from it."""

import tomllib

import pytest

import analysis as fz
from analysis.catalogue import Indicator, load
from analysis.lexicon import compile_lexicon
from analysis.mentions import find
from analysis.quantities import find_quantities
from analysis.reports import report_from_text
from analysis.terms import (
    common_words,
    drafts,
    field_verbs,
    field_words,
    nearest,
    spoken,
    suggest,
    term,
    theme_words,
    tokens,
)

TERMS = [
    ("设立行政复议服务站12个。", "12个", "设立", "行政复议服务站"),
    ("为农民工追回工资47.8万元。", "47.8万元", "追回", "工资"),
    ("配套制定3个办法。", "3个", "制定", "办法"),
    ("对57名主要负责人实施经济责任审计。", "57名", "审计", "主要负责人"),
    ("启动应急响应27次。", "27次", "启动", "应急响应"),
    ("接受专题询问1项。", "1项", "接受", "专题询问"),
    ("聘请常年法律顾问2家律所。", "2家", "聘请", "律所"),
    ("投入156万元购置执法记录仪。", "156万元", "投入", "资金"),
    ("抽查结果公示率100%。", "100%", "", "公示率"),
    ("按期办结率为98.4%。", "98.4%", "", "按期办结率"),
    ("县司法局下辖司法所18个。", "18个", "下辖", "司法所"),
    ("走访企业17家、商户30户。", "30户", "", "商户"),
    ("品牌活动共举办17场，覆盖企业1500余家次。", "1500余家次", "覆盖", "企业"),
    ("占全区的15.6%。", "15.6%", "", ""),
]


@pytest.mark.parametrize(("sentence", "quote", "verb", "noun"), TERMS, ids=[sentence for sentence, *_ in TERMS])
def test_head_noun_and_verb(sentence, quote, verb, noun):
    quantities = find_quantities(sentence)
    told = next(term(sentence, q, quantities) for q in quantities if sentence[q.start : q.end] == quote)
    assert (told.verb, told.noun) == (verb, noun)


@pytest.mark.parametrize("word", ["法律明白人", "行政复议", "司法所", "人民调解委员会", "败诉率", "监督意见书"])
def test_words_of_the_catalogue_stay_whole(word):
    assert word in field_words()
    assert word in [token for token, _ in tokens(f"全县{word}")]


@pytest.mark.parametrize("phrase", ["召开会议", "发放资料", "开展培训"])
def test_a_verb_with_its_object_is_two_words(phrase):
    assert [word for word, _ in tokens(phrase)] == [phrase[:2], phrase[2:]]
    assert phrase[:2] in field_verbs()


NEAR = [
    ("组织案卷评查2次。", "enforcement.case_files_reviewed", "not 次"),
    ("检察机关提起行政公益诉讼218件。", "litigation.cases", "stands there"),
    ("发现问题213个。", "enforcement.hazards_found", "in reach"),
]


@pytest.mark.parametrize(("said", "indicator", "why"), NEAR, ids=[said for said, *_ in NEAR])
def test_the_indicator_that_nearly_matched_and_why_it_did_not(said, indicator, why):
    near, reason = nearest(said, find_quantities(said)[0].start)
    assert near == indicator
    assert why in reason


def test_where_no_word_of_the_catalogue_stands_nothing_is_near():
    assert nearest("植树18间。", 2) is None


# --- over reports ----------------------------------------------------------------------------------

REPORTS = {
    "临平区": "慰问老党员12人。设立爱心驿站16个，新添户外长椅30把。",
    "西湖区": "全区爱心驿站9个，慰问老党员40人。",
    "萧山区": "建成爱心驿站12处。",
}


@pytest.fixture
def tables(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for unit, text in REPORTS.items():
        head = f"---\nunit: 浙江省杭州市{unit}\nyear: 2023\n---\n# 2023年法治政府建设情况报告\n\n"
        (raw / f"{unit}.md").write_text(head + text + "\n", "utf-8")
    fz.build(raw, tmp_path / "out")
    return fz.load(tmp_path / "out")


def test_like_quantities_are_ranked_by_the_number_of_reports(tables):
    found = [(each.noun, each.reports, each.units, each.median) for each in suggest(tables)]
    assert found == [("爱心驿站", 3, 3, 12), ("党员", 2, 2, 26)]
    assert [each.noun for each in suggest(tables, least=3)] == ["爱心驿站"]
    assert "长椅" in [each.noun for each in suggest(tables, least=1)]


def test_one_noun_in_two_measure_words_is_one_kind(tables):
    first = suggest(tables)[0]
    assert first.measures == ["item", "place"]
    assert first.measure_word == "个"
    assert first.examples[0].marked == "设立爱心驿站【16个】，新添户外长椅30把。"


def test_a_draft_is_an_entry_that_proves_itself_by_its_examples(tables, monkeypatch):
    text = drafts(suggest(tables))
    assert "reword every one" in text
    entries = [Indicator.model_validate(data) for data in tomllib.loads(text)["indicator"]]
    assert [(entry.core, entry.name_zh) for entry in entries] == [(False, "建成爱心驿站数"), (False, "慰问党员数")]
    monkeypatch.setattr("analysis.mentions.added_lexicon", lambda: compile_lexicon(entries))
    monkeypatch.setattr("analysis.mentions.load", lambda: {entry.id: entry for entry in entries})
    for entry in entries:
        for example in entry.example:
            found = find(report_from_text(example.text, year=str(example.year))).mentions
            assert (entry.id, example.value) in [(m.indicator, m.value) for m in found]


# --- What reports speak of ------------------------------------------------------------------------


def report(text, doc="a.md", **meta):
    front = "".join(f"{key}: {value}\n" for key, value in meta.items())
    return report_from_text(f"---\n{front}---\n{text}" if meta else text, doc=doc)


SPOKEN = [
    ("收到行政复议申请45件，行政复议案件全部办结。", [("reconsideration", 2, "行政复议、行政复议案件")]),
    ("开展普法活动。", [("publicity", 1, "普法活动")]),
    ("办理案件，做好工作。", []),
]


@pytest.mark.parametrize(("text", "themes"), SPOKEN, ids=[text for text, _ in SPOKEN])
def test_a_report_speaks_of_the_themes_whose_words_it_uses(text, themes):
    assert spoken([report(text)]).select("theme", "times", "words").rows() == themes


def test_front_matter_is_not_what_a_report_speaks_of():
    assert spoken([report("开展普法活动。", source_title="行政诉讼白皮书")])["theme"].to_list() == ["publicity"]


@pytest.mark.parametrize("word", ["案件", "办理", "全年", "人员"])
def test_a_word_of_many_themes_is_no_topic(word):
    assert word not in theme_words()


def test_every_theme_has_words():
    assert set(theme_words().values()) == {entry.theme for entry in load().values()}


def test_nouns_are_ranked_by_the_number_of_reports():
    found = common_words([report("普法活动。普法活动。群众。", "a.md"), report("群众。", "b.md")])
    assert found.rows() == [("群众", 2, 2, ""), ("普法活动", 1, 2, "publicity")]
