"""The grammar of quantities against its corpus of spellings, an outside oracle and two properties."""

import random
import re
import tomllib
from pathlib import Path

import cn2an
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.quantities import chinese_integer, find_quantities, narrow

CORPUS = tomllib.loads(Path(__file__).with_name("quantities.toml").read_text(encoding="utf-8"))
SPELLINGS = [
    (phrase, (group.get("value"), group["measure_word"], group["qualifier"]))
    for group in CORPUS["spelling"]
    for phrase in group["phrases"]
]
NEGATIVES = [(phrase, group["reason"]) for group in CORPUS["negative"] for phrase in group["phrases"]]
SEVERAL = [
    (
        entry["phrase"],
        [(None if value == "" else value, word, how) for value, word, how in entry["quantities"]],
    )
    for entry in CORPUS["several"]
]
NUMERALS = "0123456789０１２３４５６７８９〇零一二两三四五六七八九十百千万亿廿卅壹贰叁肆伍陆柒捌玖拾佰仟"
MASKS = "XxＸｘ×*＊"
QUALIFIERS = {"exact", "over", "under", "about", "redacted"}


def shape(phrase):
    """The phrase with every run of digits and Chinese numerals as one 0."""
    return re.sub(f"[{NUMERALS}]+", "0", phrase)


def read(phrase):
    return [(quantity.value, narrow(quantity.measure_word), quantity.qualifier) for quantity in find_quantities(phrase)]


def expected(quantities):
    return [
        (None if value is None else pytest.approx(value, abs=0.005), narrow(word), how)
        for value, word, how in quantities
    ]


def check_spans(phrase):
    """Spans are ordered, disjoint and in range; each begins with a numeral, and its measure word stands near."""
    end = 0
    for quantity in find_quantities(phrase):
        assert end <= quantity.start < quantity.end <= len(phrase)
        end = quantity.end
        assert phrase[quantity.start] in NUMERALS + MASKS
        near = iter(
            narrow(phrase[quantity.start : quantity.end + 12])
        )  # 2个多百分点: in order, not always in one piece
        assert all(character in near for character in narrow(quantity.measure_word))


@pytest.mark.parametrize(("phrase", "quantity"), SPELLINGS, ids=[phrase for phrase, _ in SPELLINGS])
def test_spelling(phrase, quantity):
    assert read(phrase) == expected([quantity])
    check_spans(phrase)


@pytest.mark.parametrize(("phrase", "reason"), NEGATIVES, ids=[phrase for phrase, _ in NEGATIVES])
def test_negative(phrase, reason):
    assert read(phrase) == [], reason


@pytest.mark.parametrize(("phrase", "quantities"), SEVERAL, ids=[phrase for phrase, _ in SEVERAL])
def test_several(phrase, quantities):
    assert read(phrase) == expected(quantities)
    check_spans(phrase)


@pytest.mark.parametrize(
    ("phrases", "least"),
    [
        ([phrase for phrase, _ in SPELLINGS], 430),
        ([phrase for phrase, _ in NEGATIVES], 160),
        ([p for p, _ in SEVERAL], 40),
    ],
    ids=["spellings", "negatives", "several"],
)
def test_corpus_is_large_and_varied(phrases, least):
    assert len(phrases) >= least
    assert len({shape(phrase) for phrase in phrases}) == len(phrases)


def test_corpus_is_well_formed():
    for _, (value, _, qualifier) in SPELLINGS:
        assert qualifier in QUALIFIERS
        assert (value is None) == (qualifier == "redacted")


def test_chinese_integer_agrees_with_cn2an():
    draw = random.Random(20240315)
    numbers = [draw.randrange(1, 10 ** draw.randint(1, 12)) for _ in range(3000)]
    wrong = [(number, text) for number in numbers if chinese_integer(text := cn2an.an2cn(number)) != number]
    assert wrong == []


# letters of the trade make accidents likelier than plain random text does
TRADE = st.lists(
    st.sampled_from(
        [
            *NUMERALS,
            *MASKS,
            *".．,，、%％‰余多近约超逾不足至－—～-~/（）()“”《》〔〕 \t\n第年月日成点分之半数几上来件次人家户场元个",
            *[
                "以上",
                "左右",
                "百分之",
                "百分点",
                "个百分点",
                "三分之一",
                "个工作日",
                "万元",
                "2024年",
                "第三条",
            ],
        ]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=600, deadline=None)
@given(st.one_of(st.text(), TRADE))
def test_any_text_gives_ordered_disjoint_spans(text):
    end = 0
    for quantity in find_quantities(text):
        assert end <= quantity.start < quantity.end <= len(text)
        assert quantity.qualifier in QUALIFIERS
        assert (quantity.value is None) == (quantity.qualifier == "redacted")
        end = quantity.end


@settings(max_examples=400, deadline=None)
@given(st.integers(1, 10**12))
def test_thousands_separators_come_back(number):
    assert read(f"共办理{number:,}件") == [(number, "件", "exact")]
