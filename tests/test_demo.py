"""The invented province: its truth agrees with its texts and with itself, and nobody can take it for data."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

import polars as pl
import pytest
from PIL import Image
from typer.testing import CliRunner

import analysis
from analysis import catalogue, charts, demo, places, scores
from analysis.__main__ import app

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def texts():
    return list(demo.make(12, 6, 1))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A demonstration with the tables built from it."""
    folder = tmp_path_factory.mktemp("demo")
    demo.write(folder, 12, 6, 1)
    analysis.build(folder / "reports", folder / "tables")
    return folder


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def by_figure(text, year=None):
    """Figure -> the mention that states it for the report's own year, or another."""
    return {m.figure: m for m in text.mentions if m.year == (year or text.year)}


# --- What is written -----------------------------------------------------------------------------


def test_one_seed_gives_the_same_bytes_and_another_does_not(tmp_path):
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        demo.write(tmp_path / name, 3, 3, seed)
    assert files(tmp_path / "one") == files(tmp_path / "again")
    assert files(tmp_path / "one") != files(tmp_path / "other")


def test_a_report_for_each_county_and_city_and_year(texts):
    assert len(texts) == (12 + 2) * 6 == len({text.doc for text in texts})
    assert Counter(text.year for text in texts) == dict.fromkeys(range(2019, 2025), 14)
    assert Counter(text.unit.level for text in texts) == {"county": 72, "city": 12}


def test_the_truth_has_the_columns_of_reference_answers_and_is_what_was_made(made, texts):
    mentions, documents = read(made / "truth/mentions.csv"), read(made / "truth/documents.csv")
    assert tuple(mentions[0]) == demo.MENTIONS
    assert tuple(documents[0]) == demo.DOCUMENTS
    assert [row["doc"] for row in documents] == [text.doc for text in texts]
    assert len(mentions) == sum(len(text.mentions) for text in texts)
    for text in texts:
        assert (made / "reports" / text.doc).read_bytes().decode() == text.text


def test_reports_are_as_long_as_real_ones_and_not_alike(texts):
    assert all(demo.SHORTEST <= len(text.text) <= demo.LONGEST for text in texts)
    headings = {tuple(re.findall(r"^[ #　]*[一二三]、(.+)$", text.text, re.MULTILINE)) for text in texts}
    assert len(headings) > 10
    assert {Path(text.doc).suffix for text in texts} == {".md", ".txt"}
    told = sum(text.text.startswith("---") for text in texts)
    assert 0 < told < len(texts) / 2
    several = {text.doc: len({m.indicator for m in text.mentions}) for text in texts}
    assert 25 <= sum(several.values()) / len(texts) <= 40


def test_reports_come_one_after_another():
    """The first is there before the last is thought of."""
    assert next(iter(demo.make(10_000, 9))).year == 2016


@pytest.mark.parametrize(("counties", "years"), [(0, 6), (10**6, 6), (12, 0), (12, 10)])
def test_more_than_there_are_names_or_years_is_refused(counties, years):
    with pytest.raises(ValueError, match="counties are 1 to"):
        demo.make(counties, years)


# --- The folder ----------------------------------------------------------------------------------


def test_nothing_is_written_below_data_raw(tmp_path):
    for folder in (tmp_path / "data/raw", tmp_path / "data/raw/province"):
        with pytest.raises(ValueError, match="data/raw"):
            demo.write(folder)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_others_is_refused_and_left_alone(tmp_path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/mine.txt").write_text("mine", "utf-8")
    with pytest.raises(ValueError, match="is not empty"):
        demo.write(tmp_path)
    assert files(tmp_path) == {Path("reports/mine.txt"): b"mine"}
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(ValueError, match="is no folder"):
        demo.write(tmp_path / "file")


def test_its_own_folder_is_written_anew_and_the_tables_beside_stay(tmp_path):
    demo.write(tmp_path, 2, 2, 1)
    (tmp_path / "tables").mkdir()
    demo.write(tmp_path, 1, 1, 1)
    assert len(read(tmp_path / "truth/documents.csv")) == 2 == len(list((tmp_path / "reports").glob("*/*")))
    assert (tmp_path / "tables").is_dir()


def test_the_command(tmp_path):
    run = CliRunner().invoke(app, ["demo", str(tmp_path / "d"), "--counties", "1", "--years", "1", "--seed", "3"])
    assert run.exit_code == 0, run.output
    assert run.output.startswith("2 invented reports, ")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/a").write_text("", "utf-8")
    refused = CliRunner().invoke(app, ["demo", str(tmp_path / "full")])
    assert refused.exit_code == 2
    assert "nothing done: " in refused.stderr


# --- The truth agrees with the texts -------------------------------------------------------------


def test_every_quote_stands_in_its_text_and_is_short(texts):
    for text in texts:
        for mention in text.mentions:
            assert mention.quote in text.text
            assert 0 < len(mention.quote) <= 40


def test_every_number_is_the_one_in_its_quote(texts):
    """Read back with no more than arithmetic: the number before the quote's last measure word."""
    seen = Counter()
    for mention in (m for text in texts for m in text.mentions if not m.implied):
        words = mention.quote.translate(str.maketrans("０１２３４５６７８９．", "0123456789."))
        found = re.search(r"([\d,]+(?:\.\d+)?)([万亿]?)([余多]?)[^\d]*$", words)
        if mention.value is None:
            assert re.search(r"(X|XX|\*)[^\dX*]*$", words)
        elif found:
            times = {"": 1, "万": 10**4, "亿": 10**8}[found[2]]
            assert float(found[1].replace(",", "")) * times == pytest.approx(mention.value), mention.quote
            assert (found[3] != "") <= (mention.qualifier == "over")
            seen["digits"] += 1
        else:
            assert re.search("[一二三四五六七八九十两][次场期]", words), mention.quote
            seen["words"] += 1
    assert seen["digits"] > 2000
    assert seen["words"] > 10


def test_an_implied_value_is_written_in_words_and_every_kind_of_qualifier_occurs(texts):
    mentions = [m for text in texts for m in text.mentions]
    assert {m.value for m in mentions if m.implied} == {100}
    assert {m.qualifier for m in mentions} == {"exact", "over", "under", "about", "redacted"}
    assert {m.role for m in mentions} == {"headline", "part"}
    assert {m.scope for m in mentions} == {"own", "area", ""}
    assert any(m.optional for m in mentions)
    assert any(m.year < text.year for text in texts for m in text.mentions)
    assert any("-" in m.period or "/" in m.period for m in mentions)


def test_the_truth_is_within_the_catalogue(texts):
    kinds = catalogue.load()
    for mention in (m for text in texts for m in text.mentions):
        entry = kinds[mention.indicator]
        assert entry.core
        assert mention.unit_of_measure == entry.unit_of_measure
        assert mention.basis in ("", *entry.basis), (mention.indicator, mention.basis)
        assert mention.value is None or entry.range[0] <= mention.value <= entry.range[1], mention


def test_one_headline_for_an_indicator_and_period(texts):
    for text in texts:
        heads = Counter((m.indicator, m.period) for m in text.mentions if m.role == "headline")
        assert max(heads.values()) == 1, heads.most_common(1)


def test_every_figure_and_every_sentence_is_used_and_has_five_wordings():
    known = demo.knowledge()
    assert all(len(patterns) >= 5 for _, patterns in known.statements)
    patterns = [p for _, several in known.statements for p in several]
    slots = [piece for pattern in patterns for piece in pattern.pieces if isinstance(piece, demo.Slot)]
    assert {slot.figure for slot in slots} <= set(known.figures)
    within = {key for f in known.figures.values() for key in (f.of, *(f.rest or f.sum or f.rate or ()))}
    assert set(known.figures) <= {slot.figure for slot in slots} | within
    sections = {section for section, _ in known.statements}
    for outline in known.outlines:
        assert sorted(name for names in outline.sections for name in names) == sorted(sections)
        assert len(outline.headings) == len(outline.sections)
    indicators = {f.indicator for f in known.figures.values()} - {""}
    assert len(indicators) >= 70


# --- The truth agrees with itself ----------------------------------------------------------------


def test_rates_agree_with_their_counts():
    checked = Counter()
    for text in demo.make(40, 6, 1):
        for year in (text.year, text.year - 1):
            stated = by_figure(text, year)
            for key, rate in stated.items():
                counts = [stated.get(k) for k in demo.knowledge().figures[key].rate or ()]
                if counts and all(c is not None and c.qualifier == "exact" for c in counts):
                    assert agrees(rate.value, counts[0].value, counts[1].value), (text.doc, key)
                    checked[key] += 1
    assert set(checked) == {"resolved_rate", "solved_rate", "corrected_rate", "success_rate", "certified_rate"}
    assert min(checked.values()) > 20


@pytest.mark.parametrize(
    "wording",
    [
        r"开庭审理([\d,]+)件，负责人出庭应诉([\d,]+)件，出庭应诉率([\d.]+)%",
        r"应出庭([\d,]+)件，实际出庭([\d,]+)件，负责人出庭应诉率([\d.]+)%",
        r"审结([\d,]+)件，行政机关败诉([\d,]+)件，败诉率([\d.]+)%",
        r"审结的([\d,]+)件行政案件中，行政机关败诉([\d,]+)件，败诉率([\d.]+)%",
    ],
)
def test_so_do_those_over_counts_that_are_no_indicator(wording):
    found = [m for text in demo.make(40, 6, 1) for m in re.findall(wording, text.text, re.ASCII)]
    assert len(found) > 5
    for words in found:
        whole, part, rate = (float(word.replace(",", "")) for word in words)
        assert agrees(rate, part, whole), words


def agrees(rate, part, whole):
    """Whether the rate is what the counts give, within half of its last place."""
    decimals = len(str(rate).rstrip("0").partition(".")[2])
    return abs(rate - 100 * part / whole) <= 0.5 * 10**-decimals + 1e-9


def test_parts_add_up_and_no_part_is_more_than_its_whole(texts):
    figures, added = demo.knowledge().figures, 0
    for text in texts:
        stated = {key: m.value for key, m in by_figure(text).items() if m.qualifier == "exact"}
        for key, value in stated.items():
            figure = figures[key]
            if figure.sum and set(figure.sum) <= set(stated):
                assert value == sum(stated[k] for k in figure.sum)
                added += 1
            if figure.rest and set(figure.rest) <= set(stated):
                assert value == stated[figure.rest[0]] - stated[figure.rest[1]]
                added += 1
            if figure.of in stated and not figure.since and figure.unit_of_measure != "元":
                assert value <= stated[figure.of], (text.doc, key)
    assert added > 10


def test_last_years_value_is_what_last_years_report_said(texts):
    said = {(t.unit, t.year, m.figure, m.scope): m for t in texts for m in t.mentions if m.year == t.year}
    pairs = [
        (m, said[t.unit, m.year, m.figure, m.scope])
        for t in texts
        for m in t.mentions
        if m.year < t.year and (t.unit, m.year, m.figure, m.scope) in said
    ]
    assert len(pairs) > 30
    for later, before in pairs:
        assert (later.value, later.qualifier) == (before.value, before.qualifier)


def test_a_citys_area_is_its_counties_and_more():
    city, *rest = _histories(6, 5)
    for at, values in enumerate(city):
        for key in ("mediated", "penalties", "received", "aid"):
            assert values[key] > sum(history[at][key] for history in rest) > 0


def test_a_shock_a_trend_and_rates_that_near_100():
    *_, city = _histories(6, 9)[:1]
    events, rate = [v["activities"] for v in city], [v["success_rate"] for v in city]
    falls = [at for at in range(1, 8) if events[at] < 0.75 * min(events[at - 1], events[at + 1])]
    assert len(falls) == 1
    assert 95 < rate[0] < rate[-1] < 100
    assert city[-1]["hotline"] > 1.5 * city[0]["hotline"]


def _histories(counties, years):
    """The figures behind the first city (its area) and its counties."""
    span = range(2025 - years, 2025)
    (unit, below), *_ = demo._cities(counties, 1)
    chance = demo.Random("1 figures 0")
    shocked = demo.Random("1 shock").choice(span[1:-1])
    own, *each = (demo._history(u, span, shocked, chance) for u in (unit, *below))
    return [demo._derived(demo._together(own, each), span), *each]


def test_gaps_there_are(texts):
    """No unit states every indicator every year, and what a unit states changes from year to year."""
    stated = defaultdict(set)
    for text in texts:
        stated[text.unit].add(frozenset(m.indicator for m in text.mentions if m.year == text.year))
    every = {m.indicator for text in texts for m in text.mentions}
    for kinds in stated.values():
        assert len(kinds) > 1
        assert every - frozenset.intersection(*kinds)


# --- Nobody takes it for data --------------------------------------------------------------------


def test_every_place_is_marked_and_none_is_real(texts):
    known = places.gazetteer()
    for name in demo.knowledge().names:
        assert name not in known.by_bare
        assert not any(name + kind in known.by_name for kind in "省市县区旗盟州")
    for text in texts:
        unit = text.unit
        for name in filter(None, (demo.knowledge().province, unit.city, unit.county)):
            assert re.search("示例[省市县区]$", name)
            assert name not in known.by_name
            assert name not in known.aliases
        assert list(places._mentioned(text.text, text.year)) == [], text.doc


def test_the_unit_is_known_by_its_mark_alone():
    name = "示例省潭塬示例市翠坡示例县"
    for title in (f"{name}人民政府2021年度法治政府建设情况报告", f"2021年{name}法治政府建设年度报告"):
        found = places.identify({}, title, f"{title}\n2021年，我县坚持依法行政。")
        assert (found.unit, found.level, found.tier, found.body) == (name, "county", "county", "government")
        assert (found.province, found.city, found.county) == ("示例省", "潭塬示例市", "翠坡示例县")
        assert (found.adcode, found.warnings) == ("", ())
    city = places.identify({}, "示例省潭塬示例市2021年法治政府建设工作总结", "")
    assert (city.unit, city.level, city.county) == ("示例省潭塬示例市", "city", "")


def test_no_invented_figure_stands_among_the_published():
    for path in (ROOT / "data/raw").rglob("*"):
        assert not places.INVENTED.search(path.as_posix())
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "replace")
            assert not places.INVENTED.search(text), path
            assert "虚构示例" not in text, path
    for path in (ROOT / "data/processed").glob("*.csv"):
        assert not places.INVENTED.search(path.read_text("utf-8")), path


DRAWN = {
    "trend": (charts.trend, ("mediation.success_rate",)),
    "distribution": (charts.distribution, ("publicity.activities",)),
    "share_at_hundred": (charts.share_at_hundred, ("oversight.reply_rate",)),
    "slope": (charts.slope, ("publicity.activities", 2021, 2024)),
    "small_multiples": (charts.small_multiples, ("mediation.success_rate",)),
    "quartiles": (charts.quartiles, ("training.exam_pass_rate",)),
    "coverage": (charts.coverage, ()),
    "dumbbell": (charts.dumbbell, ("mediation.success_rate", "mediation.succeeded", "mediation.cases")),
    "together": (charts.together, ("publicity.activities", "publicity.audience")),
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_of_it_says_so(made, name, lang):
    chart, args = DRAWN[name]
    figure = chart(analysis.load(made / "tables").indicators, *args, lang=lang)
    written = [text.get_text() for text in figure.texts]
    assert "虚构示例数据　Fictional demo data" in written
    assert any(("虚构报告" if lang == "zh" else "fictional reports") in words for words in written)
    assert not any("公开报告" in words or "published reports" in words for words in written)


def test_one_invented_unit_among_others_is_enough_and_none_is_silent(made):
    table = analysis.load(made / "tables").indicators
    real = table.with_columns(unit=pl.lit("虚省甲市"))
    figure = charts.trend(pl.concat([real, table.head(0)]), "mediation.success_rate")
    assert not any("虚构" in text.get_text() for text in figure.texts)
    both = pl.concat([real, table.filter(pl.col("indicator") == "mediation.success_rate").head(1)])
    figure = charts.trend(both, "mediation.success_rate", scope=("own", "area", ""))
    assert any("虚构示例数据" in text.get_text() for text in figure.texts)


def test_the_saved_picture_holds_the_words(made, tmp_path):
    """In the SVG the words are shapes, so the picture is looked at: their colour stands above the title."""
    table = analysis.load(made / "tables").indicators
    figure, rows = charts.trend(table, "mediation.success_rate"), charts.series(table, "mediation.success_rate")
    png, *_ = charts.save(figure, rows, tmp_path / "figure")
    picture = Image.open(png).convert("RGB")
    above = picture.crop((0, 0, picture.width // 2, picture.height // 10))
    assert sum(above.convert("HSV").getchannel("S").histogram()[100:]) > 500


# --- The reader on it ----------------------------------------------------------------------------


def test_the_score_command_scores_it_and_all_documents_are_right(made):
    run = CliRunner().invoke(app, ["score", str(made / "tables"), str(made / "truth")])
    assert run.exit_code == 0, run.output
    assert "documents right: 84 of 84" in run.output
    assert re.search(r"value, indicator, year +precision .* F1 ", run.output)
    result = scores.score(made / "tables", made / "truth")
    assert set(result.attributes) == set(scores.ATTRIBUTES)
    assert len(result.reports) == 84
    assert result.layers["value"].f1 > 0.8  # the two speak of the same figures; how well is for `score` to say
