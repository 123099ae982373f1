"""The briefing of a unit says what the tables say: opened again, its numbers, sources and charts are held against them."""

import io
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from docx import Document
from docx.oxml.ns import qn
from pptx import Presentation
from pptx.oxml.ns import qn as pptx_qn

import analysis
from analysis import briefs, demo
from analysis.captions import SCOPES
from analysis.memo import INVENTED_MARK
from analysis.profile import amount, find_unit, profile, said

ROOT = Path(__file__).parents[1]
UNIT = "示例省鹤麓示例市云野示例县"


REPORT = """---
unit: {unit}
year: {year}
---
# {unit}{year}年法治政府建设年度报告

一、主要成效

全年开展法治宣传活动{n}场，受理行政复议案件{m}件，罚没款金额1.2亿元。

二、存在的问题

{problem}

三、下一步打算

{next}年，力争开展法治宣传活动不少于{n}场。
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The tables of an invented province."""
    out = tmp_path_factory.mktemp("province")
    demo.write(out / "demo", counties=12, years=6)
    analysis.build(out / "demo" / "reports", out / "tables", processes=1)
    return out / "tables"


@pytest.fixture(scope="module")
def tables(folder):
    return analysis.load(folder)


@pytest.fixture(scope="module")
def made(tables, tmp_path_factory):
    return briefs.brief(UNIT, tables, tmp_path_factory.mktemp("briefs"))


@pytest.fixture(scope="module")
def word(made):
    return Document(made.files[0])


@pytest.fixture(scope="module")
def deck(made):
    return Presentation(made.files[1])


def own_rows(tables):
    rows = tables.indicators.filter(pl.col("unit") == UNIT, pl.col("period") == pl.col("year").cast(pl.String))
    return {(r["name_zh"], r["unit_of_measure"], r["scope"], r["basis"], r["year"]): r for r in rows.to_dicts()}


def cited(cell):
    """A cell's words and the numbers of its sources."""
    text, *numbers = re.split(r"\[(?=\d+\])", cell)
    return text, [int(number.rstrip("]")) for number in numbers]


def table_under(word, heads):
    """The rows of the table with this head, as texts."""
    for table in word.tables:
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        if rows[0][: len(heads)] == heads:
            return rows
    raise AssertionError(heads)


def key_of(cell):
    """Name, unit of measure, scope and basis from 信访件数（件）, below it 范围未注明，口径收到."""
    head, what = cell.split("\n")
    name, measure = re.fullmatch(r"(.+)（([^（）]+)）", head).groups()
    scope, _, basis = what.removeprefix("范围").partition("，口径")
    return name, measure, next(code for code, words in SCOPES.items() if words[0] == scope), basis


def notes_of(word):
    """Number of a source -> the doc that its note names."""
    found = {}
    for paragraph in word.paragraphs:
        if match := re.fullmatch(r"\[(\d+)\] .*文件 (.+)", paragraph.text):
            found[int(match[1])] = match[2]
    return found


def words_of(deck):
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                yield shape.text_frame.text
            elif shape.has_table:
                yield from (cell.text for row in shape.table.rows for cell in row.cells)


# --- Numbers and sources -------------------------------------------------------------------------


def test_every_value_of_five_years_stands_in_the_table_with_the_report_that_says_it(word, tables):
    known, notes = own_rows(tables), notes_of(word)
    rows = table_under(word, ["指标", "2020", "2021", "2022", "2023", "2024"])
    seen = 0
    for first, *cells in rows[1:]:
        if "\n" not in first:  # the name of a theme
            continue
        for year, cell in zip(range(2020, 2025), cells, strict=True):
            row = known.get((*key_of(first), year))
            if not cell:
                assert row is None
                continue
            text, numbers = cited(cell)
            assert text == said(row, measure=False)
            assert [notes[number] for number in numbers] == row["doc"].split("; ")
            seen += 1
    assert seen > 80


def test_what_is_left_out_of_the_five_years_is_counted(word, tables):
    known = {key for key in own_rows(tables) if key[-1] >= 2020}
    lines = {key[:4]: [k[4] for k in known if k[:4] == key[:4]] for key in known}
    left = sum(years != [2024] and len(years) == 1 for years in lines.values())
    assert f"另有{left}行只在2024年以前的一个年份有数" in "\n".join(p.text for p in word.paragraphs)


def test_the_year_before_is_compared_like_with_like(word, tables):
    known = own_rows(tables)
    rows = table_under(word, ["指标", "2023", "2024", "变化"])
    for first, was, now, change in rows[1:]:
        before, after = (known[(*key_of(first), year)] for year in (2023, 2024))
        assert (cited(was)[0], cited(now)[0]) == (said(before, measure=False), said(after, measure=False))
        apart = after["value"] - before["value"]
        if before["qualifier"] == after["qualifier"] == "exact":
            assert change[0] == ("增" if apart > 0 else "减" if apart < 0 else "持")
            if "个百分点" in change:
                assert float(change[1:].split("个")[0]) == pytest.approx(abs(apart))
    summary = next(p.text for p in word.paragraphs if p.text.startswith("与上年相比"))
    assert f"可比的{len(rows) - 1}项" in summary


def test_peers_are_of_the_same_tier_scope_and_basis(word, tables):
    rows = table_under(word, ["指标", "本单位", "同市县级单位", "全省县级单位"])
    place = {"同市县级单位": pl.col("city") == "鹤麓示例市", "全省县级单位": pl.col("province") == "示例省"}
    listed = medians = 0
    for first, _, *cells in rows[1:]:
        name, _, scope, basis = key_of(first)
        for where, cell in zip(place.values(), cells, strict=True):
            peers = tables.indicators.filter(
                where, pl.col("tier") == "county", pl.col("unit") != UNIT, pl.col("period") == "2024",
                pl.col("name_zh") == name, pl.col("scope") == scope, pl.col("basis") == basis,
            )  # fmt: skip
            if peers.is_empty():
                assert cell == "—"
            elif peers.height < 8:
                count, values = cell.replace("\u200b", "").split("家：")
                assert int(count) == peers.height
                assert sorted(values.split("、")) == sorted(said(row, measure=False) for row in peers.to_dicts())
                listed += 1
            else:
                assert cell.startswith(f"{peers.height}家")
                if median := re.search("中位数(.+?)（", cell):
                    assert median[1] == amount(round(peers["value"].median(), 2), "")
                    medians += 1
    assert listed > 20
    assert medians


def test_promises_are_those_of_the_table(tables):
    for unit in tables.promises["unit"].unique().sort()[:4]:
        found = profile(unit, tables, 2023)
        rows = tables.promises.filter(pl.col("unit") == unit, pl.col("due") == 2023)
        assert len(found.kept) == rows.height
        for promise, row in zip(found.kept, rows.to_dicts(), strict=True):
            assert promise.sentence == row["sentence"]
            assert (promise.verdict == "达到") == (row["verdict"] == "met")
            assert (promise.result.text == "—") == (row["result_doc"] == "")


def test_problems_are_in_the_reports_own_words(word, tables):
    rows = tables.shortcomings.filter(pl.col("unit") == UNIT, pl.col("year") == 2024)
    text = "\n".join(paragraph.text for paragraph in word.paragraphs)
    assert rows.height
    assert [s for s in rows["sentence"] if f"“{s}”" not in text] == []


def test_what_is_not_stated_is_stated_by_most_peers_and_not_by_the_unit(word, tables):
    rows = table_under(word, ["指标", "写了的同类单位", "本单位"])
    year = tables.indicators.filter(pl.col("period") == "2024")
    own = set(year.filter(pl.col("unit") == UNIT)["name_zh"])
    core = set(tables.codebook.filter(pl.col("core"), pl.col("tiers").str.contains("county"))["name_zh"])
    for name, stated, _ in rows[1:]:
        peers, those = map(int, re.findall(r"\d+", stated))
        assert name in core - own
        assert peers == 11
        assert those * 2 > peers


def test_the_workbook_lists_every_value_with_its_report(made, tables):
    sheet = openpyxl.load_workbook(made.files[2])["逐值出处"]
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    known = {(r["unit"], r["year"], r["name_zh"], r["value"], r["doc"]) for r in tables.indicators.to_dicts()}
    assert len(rows) > 200
    assert {(r[0], r[1], r[2], r[4], r[15]) for r in rows} <= known
    assert sheet["A1"].value == INVENTED_MARK


def test_what_the_checks_doubt_is_to_be_checked_first(tables):
    changes = profile("示例省鹤麓示例市", tables, 2024).changes
    assert [c.line.indicator for c in changes if "请核对" in c.text] == ["enforcement.officers"]  # 4467, then 18


def test_a_target_that_runs_against_its_direction_is_not_restated_as_a_bound(tmp_path):
    text = REPORT.format(unit="吉林省长春市南关区", year=2023, next=2024, n=23, m=7, problem="")
    path = tmp_path / "raw" / "南关区" / "2023-report.md"
    path.parent.mkdir(parents=True)
    path.write_text(text + "\n2024年，力争行政诉讼败诉率高于5%，网上可办率不低于95%。\n", "utf-8")
    analysis.build(tmp_path / "raw", tmp_path / "tables", processes=1)
    found = profile("吉林省长春市南关区", analysis.load(tmp_path / "tables"))
    assert [promise.target.text for promise in found.coming] == ["不低于23场", "请核对：5%", "不低于95%"]


def test_sources_name_the_page(tmp_path):
    raw = tmp_path / "raw" / "新蒲新区"
    raw.mkdir(parents=True)
    (raw / "2020.pdf").write_bytes((ROOT / "tests/paged/paged.pdf").read_bytes())
    analysis.build(tmp_path / "raw", tmp_path / "tables", processes=1)
    tables = analysis.load(tmp_path / "tables")
    found = profile("贵州省遵义市新蒲新区", tables)
    pages = {source.number: source.page for source in found.sources}
    (problem,) = [p.sentence for p in found.problems if "顾而不问" in p.sentence.text]
    assert [pages[number] for number in problem.sources] == [2]
    for line in found.lines:
        for said_there in line.cells.values():
            rows = tables.mentions.filter(pl.col("indicator") == line.indicator, pl.col("role") == "headline")
            assert {pages[number] for number in said_there.sources} <= set(rows["page"])
    made = briefs.brief("新蒲新区", tables, tmp_path / "out")
    assert re.search(
        r"\[\d+\] .*第2页，文件 新蒲新区/2020\.pdf", "\n".join(p.text for p in Document(made.files[0]).paragraphs)
    )


@pytest.mark.parametrize(
    ("value", "measure", "words"),
    [
        (98.78, "%", "98.78%"), (1287, "件", "1,287件"), (2_699_000, "元", "269.9万元"), (746_213, "件", "746,213件"),
        (120_000_000, "元", "1.2亿元"), (123_456_789, "元", "123,456,789元"), (0, "件", "0件"),
    ],
)  # fmt: skip
def test_amounts_lose_nothing(value, measure, words):
    assert amount(value, measure) == words


# --- The deck ------------------------------------------------------------------------------------


def test_the_charts_hold_values_of_the_tables(deck, tables):
    values = set(tables.indicators.filter(pl.col("year") >= 2020)["value"].drop_nulls())
    charts = [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]
    assert len(charts) >= 5
    for chart in charts:
        book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
        assert book.active.max_row > 1  # a native chart: it can be edited
        if chart._chartSpace.findall(f".//{pptx_qn('c:scatterChart')}"):
            continue  # its points are checked with the other decks'; it holds medians too
        drawn = [v for series in chart.plots[0].series for v in series.values if v is not None]
        assert set(drawn) <= values


def test_deck_and_document_say_the_same(deck, word):
    on_slides = set(words_of(deck))
    bullets = [p for p in word.paragraphs if p.style.name == "List Bullet"]
    slide = next(text for text in on_slides if text.startswith("依据："))
    assert slide.split("\n") == [p.text for p in bullets[: len(slide.split("\n"))]]
    changes = table_under(word, ["指标", "2023", "2024", "变化"])
    assert {cell for row in changes for cell in row} <= on_slides


def test_invented_units_are_marked_on_every_page_and_slide(word, deck):
    assert INVENTED_MARK in word.sections[0].header.paragraphs[0].text
    assert any(INVENTED_MARK in paragraph.text for paragraph in word.paragraphs[:4])
    for slide in deck.slides:
        assert any(s.has_text_frame and s.text_frame.text.startswith(INVENTED_MARK) for s in slide.shapes)


def test_no_table_runs_over_the_foot_of_a_slide(deck):
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_table:
                lines = [max(cell.text.count("\n") for cell in row.cells) + 1 for row in shape.table.rows]
                assert shape.top.inches + sum(0.06 + 0.18 * n for n in lines) < 6.85


def test_east_asian_fonts_are_named(word, deck):
    for style in word.styles.element.iter(qn("w:rFonts")):
        assert style.get(qn("w:eastAsia")) in ("宋体", "黑体")
    for slide in deck.slides:
        for run in slide._element.iter(pptx_qn("a:rPr")):
            assert run.find(pptx_qn("a:ea")) is not None


def test_the_same_tables_give_the_same_bytes(made, tables, tmp_path):
    again = briefs.brief(UNIT, tables, tmp_path)
    assert [path.read_bytes() for path in again.files] == [path.read_bytes() for path in made.files]


# --- Whose briefing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [UNIT, "鹤麓示例市云野示例县", "云野示例县", "云野", f"{UNIT}人民政府", " 云野示例县 "]
)
def test_names_of_a_unit(name, tables):
    assert find_unit(name, tables) == UNIT


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("示例县", "near: .*云野示例县"),
        ("山东省济南市历下区", "no unit called"),
        ("", "no unit called"),
        ("\x00<script>alert(1)</script>", "no unit called"),
        ("=1+1", "no unit called"),
        ("县" * 5000, "no unit called 县{60} in the tables"),
    ],
)
def test_a_name_of_no_unit_is_refused(name, message, tables):
    with pytest.raises(ValueError, match=message) as refused:
        find_unit(name, tables)
    assert len(str(refused.value)) < 500


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """The tables of three counties, two of one name, written by hand: with hostile words, and years missing."""
    raw = tmp_path_factory.mktemp("real") / "raw"
    problem = {
        2021: "=HYPERLINK(\"http://x\")执法队伍力量不足，<script>alert('短板')</script>问题突出。",
        2023: "普法工作存在\x01\x0b短板和不足，" + "执法能力还不强，" * 80 + "问题突出。",
    }
    for unit, years in {
        "北京市朝阳区": (2021, 2023),
        "吉林省长春市朝阳区": (2023,),
        "吉林省长春市南关区": (2022, 2023),
    }.items():
        for year in years:
            path = raw / unit / f"{year}-report.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            text = REPORT.format(unit=unit, year=year, next=year + 1, n=year - 2000, m=7, problem=problem.get(year, ""))
            path.write_text(text, "utf-8")
    analysis.build(raw, raw.parent / "tables", processes=1)
    return raw.parent / "tables"


def run(*arguments):
    command = [sys.executable, "-m", "analysis", "brief", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)


def test_a_name_of_several_units_is_refused_with_the_candidates(real, tmp_path):
    done = run("--unit", "朝阳", "--tables", real, "--out", tmp_path)
    assert done.returncode == 2
    assert "北京市朝阳区、吉林省长春市朝阳区" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_unit_without_a_report_on_the_year_is_told_so(real, tmp_path):
    done = run("--unit", "北京市朝阳区", "--year", "2022", "--tables", real, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    word = Document(next(tmp_path.glob("*.docx")))
    text = "\n".join(paragraph.text for paragraph in word.paragraphs)
    assert "没有读到2022年度报告" in text
    assert "没有读到不等于没有公布" in text
    assert "虚构" not in text


def test_a_year_without_anything_is_refused(real, tmp_path):
    done = run("--unit", "北京市朝阳区", "--year", "2009", "--tables", real, "--out", tmp_path)
    assert done.returncode == 2
    assert "there is 2021, 2023" in done.stderr


def test_hostile_sentences_are_words(real, tmp_path):
    tables = analysis.load(real)
    for year in (2021, 2023):
        made = briefs.brief("北京市朝阳区", tables, tmp_path, year)
        word, deck = Document(made.files[0]), Presentation(made.files[1])
        sheet = openpyxl.load_workbook(made.files[2])["逐值出处"]
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}  # no formula
        text = "\n".join(paragraph.text for paragraph in word.paragraphs)
        slides = "\n".join(words_of(deck))
        for found in (text, slides):
            if year == 2021:
                assert "<script>alert('短板')</script>" in found
            else:
                assert re.search(r"……（原句\d{3}字）", found)


def test_peers_from_a_list(real, tmp_path):
    listed = tmp_path / "peers.csv"
    listed.write_text("unit,tier\n南关区,county\n吉林省长春市朝阳区,county\n", "utf-8")
    done = run("--unit", "北京市朝阳区", "--peers", listed, "--tables", real, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    rows = table_under(Document(next((tmp_path / "out").glob("*.docx"))), ["指标", "本单位", "所列单位"])
    assert [row[2] for row in rows[1:] if row[0].startswith("普法活动场次")] == ["2家：23、\u200b23"]
    listed.write_text("南关区\n无名县\n", "utf-8")
    done = run("--unit", "北京市朝阳区", "--peers", listed, "--tables", real, "--out", tmp_path / "none")
    assert done.returncode == 2
    assert "无名县" in done.stderr


def test_a_hostile_name_makes_a_harmless_file(real, tmp_path):
    tables = analysis.load(real)
    name = "../<b>县\x01" + "长" * 300
    changed = {
        table: getattr(tables, table).with_columns(pl.col("unit").replace("北京市朝阳区", name))
        for table in ("documents", "indicators", "mentions", "targets", "promises", "shortcomings")
    }
    made = briefs.brief(name, type(tables)(**{**vars_of(tables), **changed}), tmp_path / "out")
    assert {path.parent for path in made.files} == {tmp_path / "out"}
    assert Document(made.files[0]).core_properties.title.startswith("../<b>县长长")
    assert len(Presentation(made.files[1]).slides) > 3


def vars_of(tables):
    return {name: getattr(tables, name) for name in tables.__dataclass_fields__}


def test_a_briefing_for_each_county(folder, tmp_path):
    done = run("--all", "county", "--tables", folder, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"12 briefings -> {tmp_path}" in done.stdout
    assert len(list(tmp_path.glob("*-2024-简报.docx"))) == len(list(tmp_path.glob("*.pptx"))) == 12


def test_one_of_unit_and_all_is_needed(folder, tmp_path):
    for arguments in ((), ("--unit", "云野", "--all", "county")):
        assert run(*arguments, "--tables", folder, "--out", tmp_path).returncode == 2
