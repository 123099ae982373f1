"""The briefing says what the tables say: opened again, its charts, words and notes are compared with the plotted rows."""

import dataclasses
import io
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import openpyxl
import polars as pl
import pypdfium2
import pytest
from lxml import etree
from pptx import Presentation
from pptx.enum.chart import XL_MARKER_STYLE
from pptx.oxml.ns import qn

import analysis
from analysis import catalogue, charts, demo, slides
from analysis.canvas import INVENTED_DATA

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A folder with the tables of the committed reports."""
    folder = tmp_path_factory.mktemp("workspace")
    analysis.build(ROOT / "data" / "raw", folder / "data" / "processed", processes=1)
    return folder


@pytest.fixture(scope="module")
def tables(workspace):
    return analysis.load(workspace / "data" / "processed")


@pytest.fixture(scope="module", params=["zh", "en"])
def made(request, tables, tmp_path_factory):
    """Language, the deck opened again, its file."""
    out = tmp_path_factory.mktemp(request.param)
    assert slides.slides(out, tables, request.param) == {}
    path = out / slides.NAMES[request.param]
    return request.param, Presentation(path), path


def chart(slide):
    (found,) = [shape.chart for shape in slide.shapes if shape.has_chart]
    return found


def slide_texts(slide):
    """All that is written on a slide and in its notes."""
    shown = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    return [*shown, slide.notes_slide.notes_text_frame.text]


def by_name(deck):
    """Name of the figure -> its slide."""
    return dict(zip(slides.ORDER, list(deck.slides)[1:-1], strict=True))


def pairs(series):
    """The points of a scatter's series, (x, y), each once."""
    return Counter((x, y) for x, y in zip(series_x(series), series.values, strict=True) if y is not None)


def series_x(series):
    return [float(v.text) for v in series._element.xVal.iter(qn("c:v"))]


def line_points(found):
    """Every (year, value) of a line or column chart."""
    years = [int(label) for label in found.plots[0].categories]
    return Counter(
        (year, value)
        for series in found.plots[0].series
        for year, value in zip(years, series.values, strict=True)
        if value is not None
    )


# --- Numbers and words ---------------------------------------------------------------------------


def test_there_are_a_dozen_slides_of_16_to_9(made):
    _, deck, _ = made
    assert 8 <= len(deck.slides) <= 12
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, abs=0.001)


@pytest.mark.parametrize("name", slides.ORDER)
def test_the_words_are_those_of_the_figure(made, tables, name):
    lang, deck, _ = made
    slide, plot = by_name(deck)[name], charts.FIGURES[name]
    caption = plot.caption(tables.indicators, lang=lang, **plot.options)
    assert slide.shapes.title.text == caption.title
    assert slide.placeholders[11].text_frame.text == caption.footer
    if plot.draw is not charts.coverage:
        assert slide.placeholders[2].text_frame.text.split("\n")[0] == caption.subtitle
    (frame,) = [shape for shape in slide.shapes if shape.has_chart]
    assert frame._element.nvGraphicFramePr.cNvPr.get("descr") == caption.title


@pytest.mark.parametrize("name", [n for n in slides.ORDER if charts.FIGURES[n].draw is charts.trend])
def test_the_points_of_lines_are_the_plotted_rows(made, tables, name):
    _, deck, _ = made
    plot = charts.FIGURES[name]
    rows = plot.rows(tables.indicators, **plot.options)
    assert line_points(chart(by_name(deck)[name])) == Counter(rows.select("year", "value").rows())


def test_the_columns_are_units_a_year(made, tables):
    _, deck, _ = made
    units = tables.indicators.group_by("year").agg(pl.col("unit").n_unique())
    assert line_points(chart(by_name(deck)["coverage"])) == Counter(units.rows())


def test_the_bars_are_values_at_hundred_and_below(made, tables):
    _, deck, _ = made
    plot = charts.FIGURES["appearance_rate_at_100"]
    rows = plot.rows(tables.indicators, **plot.options).reverse()
    at, below = chart(by_name(deck)["appearance_rate_at_100"]).plots[0].series
    assert list(at.values) == rows["hundred"].to_list()
    assert list(below.values) == (rows["n"] - rows["hundred"]).to_list()


def test_the_pairs_are_reported_and_computed(made, tables):
    _, deck, _ = made
    plot = charts.FIGURES["mediation_success_rate"]
    rows = plot.rows(tables.indicators, **plot.options)
    reported, computed = chart(by_name(deck)["mediation_success_rate"]).plots[0].series
    assert list(reported.values) == rows["value"].to_list()
    assert list(computed.values) == rows["computed"].to_list()


@pytest.mark.parametrize("name", ["publicity_activities", "study_sessions"])
def test_the_dots_of_a_strip_are_the_units_of_each_tier(made, tables, name):
    lang, deck, _ = made
    plot = charts.FIGURES[name]
    rows = plot.rows(tables.indicators, **plot.options)
    found = {series.name: pairs(series) for series in chart(by_name(deck)[name]).plots[0].series}
    for tier in rows["tier"].unique():
        part = rows.filter(pl.col("tier") == tier)["value"]
        dots = found[charts.TIERS[tier][lang == "en"]]
        assert sorted(x for x, _ in dots.elements()) == sorted(part)
        assert len({round(y) for _, y in dots}) == 1
        middle = f"{charts.TIERS[tier][0]}中位数" if lang == "zh" else f"median, {charts.TIERS[tier][1]}"
        assert (middle in found) == (len(part) >= charts.FEW)
        if middle in found:
            assert {x for x, _ in found[middle]} == {part.median()}


def test_the_dots_of_two_counts(made, tables):
    _, deck, _ = made
    plot = charts.FIGURES["publicity_audience"]
    rows = plot.rows(tables.indicators, **plot.options)
    dots, *ratios = chart(by_name(deck)["publicity_audience"]).plots[0].series
    assert pairs(dots) == Counter(rows.select("x_value", "value").rows())
    for ratio in ratios:
        assert len({round(y / x, 6) for x, y in pairs(ratio)}) == 1


@pytest.mark.parametrize("name", slides.ORDER)
def test_the_workbook_of_a_chart_holds_what_it_shows(made, name):
    _, deck, _ = made
    found = chart(by_name(deck)[name])
    book = openpyxl.load_workbook(io.BytesIO(found.part.chart_workbook.xlsx_part.blob))
    references = list(found._chartSpace.iter(qn("c:f")))
    assert references
    for reference in references:
        sheet, _, where = reference.text.partition("!")
        block = book[sheet][where.replace("$", "")]
        cells = [cell.value for row in block for cell in row] if isinstance(block, tuple) else [block.value]
        shown = {int(pt.get("idx")): pt[0].text for pt in reference.getparent().iter(qn("c:pt"))}
        for i, value in enumerate(cells):
            want = shown.get(i)
            same = want == value if value is None or isinstance(value, str) else float(want) == float(value)
            assert same, (reference.text, i, value, want)


def test_scatters_say_in_their_workbook_whose_a_dot_is(made, tables):
    _, deck, _ = made
    book = openpyxl.load_workbook(io.BytesIO(chart(by_name(deck)["study_sessions"]).part.chart_workbook.xlsx_part.blob))
    column = {row[0] for row in book["Sheet1"].iter_rows(min_row=2, values_only=True)}
    plot = charts.FIGURES["study_sessions"]
    rows = plot.rows(tables.indicators, **plot.options)
    names = charts.short_names(rows)
    assert {f"{names[unit]} {year}" for unit, year in rows.select("unit", "year").rows()} <= column


@pytest.mark.parametrize("name", slides.ORDER)
def test_the_notes_name_the_source_and_the_report_of_every_value(made, tables, name):
    lang, deck, _ = made
    notes = by_name(deck)[name].notes_slide.notes_text_frame.text
    found = slides.finding(name, tables.indicators, lang)
    assert found.caption.footer in notes
    assert "n=" in notes
    assert ("提醒" if lang == "zh" else "Caveat") in notes
    if found.plot.draw is not charts.coverage:
        assert f"n={found.rows.height}" in notes
        for doc in found.rows["doc"]:
            assert doc in notes


def test_the_first_slide_counts_what_was_read(made, tables):
    _, deck, _ = made
    text = deck.slides[0].placeholders[1].text_frame.text
    rows = tables.indicators
    for count in (tables.documents.height, rows["unit"].n_unique(), rows["indicator"].n_unique(), rows.height):
        assert f"{count:,}" in text
    assert str(rows["year"].min()) in text
    assert str(rows["year"].max()) in text


def test_the_last_slide_counts_what_to_distrust(made, tables):
    lang, deck, _ = made
    text = deck.slides[-1].placeholders[1].text_frame.text
    rows = tables.indicators
    for name in ("coverage", "coverage_by_indicator"):
        plot = charts.FIGURES[name]
        assert plot.caption(rows, lang=lang, **plot.options).title in text
    unstated = rows.filter(pl.col("scope") == "").height
    assert f"{unstated:,}" in text
    assert f"{unstated / rows.height:.0%}" in text
    for count in tables.documents["doc_type"].value_counts()["count"]:
        assert str(count) in text
    assert all(
        cut["reason_zh" if lang == "zh" else "reason_en"] in text for cut in charts.breaks("mediation.cases", "全国")
    )


def test_no_slide_is_without_notes_and_number(made):
    _, deck, _ = made
    for i, slide in enumerate(deck.slides, 1):
        assert slide.notes_slide.notes_text_frame.text
        if i > 1:
            assert slide.placeholders[12].text_frame._txBody.find(f".//{qn('a:t')}").text == str(i)


# --- Invented data -------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_slide_of_the_demo_says_that_it_is_invented(tmp_path, lang):
    demo.write(tmp_path / "demo", counties=6, years=6)
    analysis.build(tmp_path / "demo" / "reports", tmp_path / "tables", processes=1)
    slides.slides(tmp_path, analysis.load(tmp_path / "tables"), lang)
    found = Presentation(tmp_path / slides.NAMES[lang]).slides
    assert len(found) >= 6
    for slide in found:
        (box,) = [shape for shape in slide.shapes if shape.has_text_frame and shape.text_frame.text == INVENTED_DATA]
        assert "虚构示例数据" in box.text_frame.text
        assert box.text_frame.paragraphs[0].runs[0].font.size.pt >= 16
        assert box.left >= 0
        assert 0 <= box.top < box.top + box.height < slide.shapes.title.top + slide.shapes.title.height / 4
        assert slide.notes_slide.notes_text_frame.text.startswith(INVENTED_DATA)
    told = found[0].placeholders[1].text_frame.text
    assert ("虚构报告" if lang == "zh" else "fictional reports") in told
    assert not any(word in told for word in ("公开报告", "published"))


def test_no_slide_of_published_reports_says_so(made):
    _, deck, _ = made
    assert not any("虚构" in text for slide in deck.slides for text in slide_texts(slide))


# --- Gaps, breaks, marks -------------------------------------------------------------------------


def line(unit, values, **other):
    """A table with one line of the national mediation cases."""
    entry = catalogue.load()["mediation.cases"]
    rows = [
        {
            "unit": unit, "province": "", "city": "", "county": "", "adcode": "", "tier": "national", "body": "government",
            "year": year, "period": str(year), "theme": entry.theme, "indicator": entry.id, "name_zh": entry.name_zh,
            "name_en": entry.name_en, "value": value, "unit_of_measure": entry.unit_of_measure, "qualifier": "exact",
            "scope": "area", "basis": "", "preferred": True, "origin": "reported", "doc": f"{unit}/{year}.md",
            "quote": "", "sentence": "", "mentions": 1, "flags": "",
        } | (other.get("at", {}).get(year, {}))
        for year, value in values.items()
    ]  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"value": pl.Float64})


@pytest.fixture
def drawn(tables, tmp_path):
    """The chart of a hand-made line."""

    def draw(values, **other):
        alone = dataclasses.replace(tables, indicators=line("全国", values, **other))
        failures = slides.slides(tmp_path, alone)
        assert set(failures) == set(slides.ORDER) - {"coverage", "mediation_cases"}
        return chart(Presentation(tmp_path / "briefing.pptx").slides[2])

    return draw


def test_a_missing_year_is_a_gap_and_a_break_parts_the_line(drawn):
    found = drawn({2017: 7e6, 2018: 8e6, 2020: 9e6, 2021: 9.5e6, 2022: 14e6, 2023: 15e6})
    assert [int(year) for year in found.plots[0].categories] == list(range(2017, 2024))
    before, after = found.plots[0].series
    assert before.values == (7e6, 8e6, None, 9e6, 9.5e6, None, None)
    assert after.values == (None, None, None, None, None, 14e6, 15e6)
    assert after.name == "全国（2022年起含法院委派委托案件）"
    assert found._chartSpace.chart.find(qn("c:dispBlanksAs")).get("val") == "gap"
    assert before.format.line.fill.type is not None
    assert before._element.find(f"{qn('c:spPr')}/{qn('a:ln')}/{qn('a:noFill')}") is None


def test_fewer_than_three_values_are_no_line(drawn):
    (series,) = drawn({2018: 8e6, 2019: 9e6}).plots[0].series
    assert series._element.find(f"{qn('c:spPr')}/{qn('a:ln')}/{qn('a:noFill')}") is not None


@pytest.mark.parametrize(
    ("qualifier", "origin", "marker", "word"),
    [
        ("over", "reported", XL_MARKER_STYLE.TRIANGLE, "逾"),
        ("under", "reported", XL_MARKER_STYLE.DASH, "近"),
        ("about", "reported", XL_MARKER_STYLE.CIRCLE, "约"),
        ("over", "summed", XL_MARKER_STYLE.SQUARE, "逾"),
        ("exact", "implied", XL_MARKER_STYLE.X, ""),
    ],
)
def test_values_that_are_not_exact_are_marked_and_named(drawn, tables, tmp_path, qualifier, origin, marker, word):
    found = drawn({2017: 7e6, 2018: 8e6, 2019: 9e6}, at={2018: {"qualifier": qualifier, "origin": origin}})
    (series,) = found.plots[0].series
    assert series.points[1].marker.style == marker
    assert series.points[1].marker.format.fill.fore_color.brightness > 0
    assert series.points[0].marker.style is None  # as the series' own
    forms = [form.get("formatCode") for form in series._element.iter(qn("c:numFmt")) if "万" in form.get("formatCode")]
    assert [word in form for form in forms] == [not word, True, not word] if word else all("逾" not in f for f in forms)
    key = Presentation(tmp_path / "briefing.pptx").slides[2].placeholders[2].text_frame.text.split("\n")[1]
    assert charts.MARKS[charts.mark(qualifier, origin)].zh in key


# --- The file ------------------------------------------------------------------------------------


def test_an_east_asian_font_is_set_in_every_theme_and_run(made):
    _, _, path = made
    runs = 0
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        for name in names:
            if re.match(r"ppt/theme/.*\.xml$", name):
                fonts = [node.get("typeface") for node in etree.fromstring(package.read(name)).iter(qn("a:ea"))]
                assert fonts[:2] == ["微软雅黑"] * 2, name
            if re.match(r"ppt/(slides|notesSlides|charts)/[^/]+\.xml$", name):
                for run in etree.fromstring(package.read(name)).iter(qn("a:r"), qn("a:fld")):
                    assert run.find(qn("a:rPr")).find(qn("a:ea")).get("typeface") == "+mn-ea", name
                    runs += 1
    assert runs > 100
    assert not any("thumbnail" in name or "printerSettings" in name for name in names)


def test_the_same_tables_give_the_same_bytes(workspace):
    decks = []
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "analysis", "slides", "--out", f"figures-{seed}"]
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=workspace, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        decks.append((workspace / f"figures-{seed}" / "briefing.pptx").read_bytes())
    assert decks[0] == decks[1]


def test_nothing_in_the_file_is_dated(made):
    _, deck, path = made
    with zipfile.ZipFile(path) as package:
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name in package.namelist():
            if name.endswith(".xlsx"):
                with zipfile.ZipFile(io.BytesIO(package.read(name))) as book:
                    assert {info.date_time for info in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
                    assert b"2000-01-01T00:00:00Z" in book.read("docProps/core.xml")
    assert deck.core_properties.created.year == deck.core_properties.modified.year == 2000


def test_without_a_finding_there_is_no_deck(tables, tmp_path):
    empty = dataclasses.replace(tables, indicators=tables.indicators.clear())
    with pytest.raises(ValueError, match="no finding"):
        slides.slides(tmp_path, empty)
    with pytest.raises(ValueError, match="lang is 'zh' or 'en', not 'fr'"):
        slides.slides(tmp_path, tables, "fr")
    assert list(tmp_path.iterdir()) == []


# --- In another program --------------------------------------------------------------------------


@pytest.mark.needs("libreoffice")
def test_libreoffice_opens_the_deck_and_shows_every_slide(made, tmp_path):
    _, deck, path = made
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    pages = pypdfium2.PdfDocument(tmp_path / f"{path.stem}.pdf")
    assert len(pages) == len(deck.slides)
    for page, slide in zip(pages, deck.slides, strict=True):
        shown = "".join(page.get_textpage().get_text_range().split())
        assert "".join(slide.shapes.title.text.split()) in shown
