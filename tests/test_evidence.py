"""Evidence: what is said of each number, and that no report can harm what shows it, in a real browser too."""

from __future__ import annotations

import base64
import json
import re
import zlib
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from browser import dump, tab

from analysis.evidence import KINDS, LONGEST, REASONS, harmless, html, link, pieces, segments, write_page
from analysis.mentions import explain
from analysis.reports import read_report, report_from_text
from analysis.table import build, load

in_a_browser = pytest.mark.needs("chromium")

HOSTILE = (
    "<script>document.title='taken'</script></script><img src=x onerror=alert(1)>]]>-->\"'&lt;\u2028\u202e\x1b[2J\x00"
)


def said(text: str, year: int = 2024) -> list[tuple[str, str, str]]:
    """(quote, kind, indicators or reason) of every marked segment."""
    report = report_from_text(text, year=str(year))
    return [
        (report.text[s.start : s.end], s.kind, "/".join(f.indicator for f in s.figures) or s.reason)
        for s in segments(report)
    ]


# --- Segments ------------------------------------------------------------------------------------

SEGMENTS = [
    ("全县调解纠纷512件。", [("512件", "matched", "mediation.cases")]),
    ("慰问老党员12人。", [("12人", "unmatched", "none")]),
    ("力争明年调解成功率达到98%。", [("98%", "target", "mediation.success_rate")]),
    ("全年无一败诉，收到行政复议申请8件。", [("无一败诉", "matched", "litigation.lost"), ("8件", "matched", "reconsideration.received")]),
    ("2024年3月1日起施行。", [("2024年", "none", "date"), ("3月", "none", "date"), ("1日", "none", "date")]),
    ("依照国发〔2010〕33号文件。", [("2010", "none", "document"), ("33号", "none", "date")]),
    ("宣传《法治政府建设实施纲要（2021—2025年）》。", [("2021—2025年", "none", "date")]),
    ("打造“15分钟”服务圈。", [("15分钟", "none", "title")]),
    ("第二条经验是务实。", [("二条", "none", "ordinal")]),
    ("“十四五”规划实施以来，“八五”普法有序推进。", [("“十四五”", "none", "programme"), ("“八五”", "none", "programme")]),
    ("拨打12348热线。", [("12348", "none", "hotline")]),
    ("建成法治公园800平方米。", [("800平方米", "none", "area")]),
    ("一件事一次办。", [("一件事", "none", "word"), ("一次", "none", "phrase")]),
    ("收到行政复议申请45件，同比增长12%。", [("45件", "matched", "reconsideration.received"), ("12%", "none", "change")]),
    ("每村配备1名法律顾问。", [("1名", "none", "average")]),
    ("收到行政复议申请45件，结转3件。", [("45件", "matched", "reconsideration.received"), ("3件", "none", "rest")]),
    ("47个部门述法。", [("47个", "unmatched", "bodies")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), SEGMENTS, ids=[text for text, _ in SEGMENTS])
def test_what_is_said_of_each_number(text, wanted):
    assert said(text) == wanted


def test_a_number_in_a_passage_on_shortcomings_is_said_to_be_in_one():
    text = "一、主要工作\n全年收到行政复议申请45件。\n二、存在的问题\n全年收到行政复议申请46件，慰问党员12人。"
    assert [(quote, kind) for quote, kind, _ in said(text)] == [
        ("45件", "matched"),
        ("46件", "shortcoming"),
        ("12人", "shortcoming"),
    ]


def test_numbers_outside_the_text_are_said_to_be_outside():
    text = "---\nunit: 杭州市\nyear: 2024\n---\n收到行政复议申请45件。\n"
    assert said(text) == [("2024", "none", "outside"), ("45件", "matched", "reconsideration.received")]


def test_a_figure_brings_its_value_year_role_and_rule():
    report = report_from_text("2023年收到行政复议申请2.1万余件。", year="2024")
    (figure,) = segments(report)[1].figures
    assert (figure.value, figure.year, figure.role, figure.rule) == (
        21000,
        2023,
        "headline",
        "reconsideration.received/1",
    )
    assert 'title="指标数值: 行政复议案件数 (reconsideration.received) · 多于 21000 件 · 2023 · 总数' in html(report)


def reports():
    folder = Path(__file__).parent
    return [read_report(path) for path in sorted((folder / "pages").glob("*.html"))] + [
        report_from_text(path.read_text("utf-8"), year="2024")
        for path in sorted((folder / "wordings").rglob("*.toml"))[::9]
    ]


def test_segments_are_in_order_and_apart_and_leave_the_text_whole():
    for report in reports():
        marked = segments(report)
        assert all(a.end <= b.start and a.start < a.end for a, b in pairwise(marked))
        assert "".join(piece for piece, _ in pieces(report.text, marked)) == report.text
        found = explain(report).found
        assert {(s.start, s.end) for s in marked if s.figures} >= {
            (m.start, m.end) for m in found.mentions if not m.implied
        }
        assert {s.reason for s in marked} <= {*REASONS, ""}
        assert {s.kind for s in marked} <= {*KINDS}


# --- In a notebook -------------------------------------------------------------------------------


class Elements(HTMLParser):
    """The elements and the text of a piece of HTML."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.text = set(), set(), ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


def test_a_notebook_gets_the_text_escaped_and_nothing_of_its_markup():
    report = report_from_text(f"# {HOSTILE}\n{HOSTILE}收到行政复议申请45件。", year="2024", unit=HOSTILE)
    shown = Elements(report._repr_html_())
    assert shown.tags == {"div", "span"}
    assert shown.attributes == {"style", "title"}
    assert harmless(report.text) in shown.text
    assert not set("\x1b\x00\u202e") & set(shown.text)


def test_a_notebook_gets_no_front_matter():
    report = report_from_text("---\nunit: 浙江省杭州市\nyear: 2024\n---\n收到行政复议申请45件。\n")
    assert "year:" not in html(report)
    assert "收到行政复议申请<span" in html(report)


def test_a_notebook_gets_the_beginning_of_a_long_report_and_is_told_so():
    report = report_from_text("收到行政复议申请45件。" * 10_000, year="2024")
    assert f"其后 {len(report.text) - LONGEST} 字未显示" in html(report)
    assert len(html(report)) < 40 * LONGEST


# --- The page ------------------------------------------------------------------------------------

REPORT = "---\nunit: {}\nyear: {}\ntitle: 法治政府建设情况报告\n---\n# {}年法治政府建设情况报告\n\n{}\n"
FIGURES = "2024年全市收到行政复议申请86件，同比增长12%，其中涉企19件；慰问老党员12人。力争明年调解成功率达到98%。"


LISTED = "\n\n".join(f"{month}月，收到行政复议申请{month + 50}件。" for month in range(1, 13))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """(raw, out) of reports: one that says everything, two that disagree, a hostile, a long one, one with rare characters."""
    folder = tmp_path_factory.mktemp("evidence")
    raw, out = folder / "raw", folder / "out"
    raw.mkdir()
    for name, unit, year, text in (
        ("all.md", "浙江省杭州市", 2024, FIGURES),
        ("one.md", "浙江省宁波市", 2023, "全市收到行政复议申请40件。"),
        ("two.md", "浙江省宁波市", 2023, "全市收到行政复议申请50件。"),
        ("hostile.md", "浙江省温州市", 2024, HOSTILE.strip("\0") + "收到行政复议申请77件。" + "长" * 20_000),
        (
            "long.md",
            "浙江省嘉兴市",
            2024,
            ("持续推进。" * 40 + "\n\n") * 20 + LISTED + ("\n\n" + "持续推进。" * 40) * 20,
        ),
        ("rare.md", "浙江省台州市", 2024, "𬭎𠮷全市收到行政复议申请33件。"),
    ):
        (raw / name).write_text(REPORT.format(unit, year, year, text), "utf-8")
    build(raw, out)
    return raw, out


@pytest.fixture(scope="module")
def page(made):
    raw, out = made
    return write_page(raw, out)


def start(out: Path, doc: str, quote: str) -> int:
    rows = load(out).mentions.filter((pl.col("doc") == doc) & (pl.col("quote") == quote))
    return rows["start"][0]


def address(page, doc: str, at: int | None = None, more: str = "") -> str:
    return f"{page.path.as_uri()}{link(doc, at, page='')}{more}"


def unpacked(page, name: str) -> dict:
    packed = re.search(rf'id="{name}">([^<]*)</script>', page.path.read_text("utf-8")).group(1)
    return json.loads(zlib.decompress(base64.b64decode(packed)))


def test_the_same_tables_give_the_same_bytes(made, page):
    before = page.path.read_bytes()
    assert write_page(*made).path.read_bytes() == before


def test_the_page_holds_nothing_of_a_report_but_packed_and_asks_for_nothing(page):
    text = page.path.read_text("utf-8")
    assert "onerror=alert" not in text
    assert "杭州" not in text
    assert not re.search(r"(?:src|href)=|@import|url\(|https?://(?!\S*\$/)", text.replace(r"/^https?:\/\//", ""))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy


def test_what_the_tables_say_is_what_the_page_marks(made, page):
    _, out = made
    index = unpacked(page, "index")
    doc = [entry["doc"] for entry in index["docs"]].index("all.md")
    chunk = unpacked(page, f"d{doc}")
    marked = dict(zip(chunk["pieces"][1::2], chunk["marks"], strict=True))
    assert {quote: mark[1:3] for quote, mark in marked.items()} == {
        "2024年": ["none", "date"],
        "86件": ["matched", ""],
        "12%": ["none", "change"],
        "19件": ["matched", ""],
        "12人": ["unmatched", "none"],
        "98%": ["target", ""],
    }
    assert marked["86件"][0] == start(out, "all.md", "86件")
    assert (page.reports, page.values, page.changed) == (6, load(out).indicators.height, ())


def test_of_a_file_that_changed_the_sentences_in_the_tables_are_shown(made, tmp_path):
    raw, _ = made
    (tmp_path / "raw").mkdir()
    for path in raw.iterdir():
        (tmp_path / "raw" / path.name).write_bytes(path.read_bytes())
    build(tmp_path / "raw", tmp_path / "out")
    (tmp_path / "raw/all.md").write_text("另一份文件。", "utf-8")
    (tmp_path / "raw/rare.md").unlink()
    page = write_page(tmp_path / "raw", tmp_path / "out")
    assert page.changed == ("all.md", "rare.md")
    chunk = unpacked(page, "d0")
    assert (chunk["whole"], chunk["pieces"][1::2]) == (False, ["86件", "19件", "98%"])
    assert "".join(chunk["pieces"]) == FIGURES.replace("慰问老党员12人。力", "慰问老党员12人。\n\n力")


# --- The page in a browser -----------------------------------------------------------------------


def here(dom: str) -> list[str]:
    """The marked number that is looked at."""
    return re.findall(r'<mark class="[^"]*\bhere"[^>]*>([^<]*)</mark>', dom)


@in_a_browser
def test_a_link_opens_the_report_with_its_number_marked(made, page):
    _, out = made
    dom = dump(address(page, "all.md", start(out, "all.md", "86件")))
    assert "data-error" not in dom
    assert 'data-state="report"' in dom
    assert here(dom) == ["86件"]
    assert "reconsideration.received/1" in dom
    assert re.search(r"各处说法 · 2.*86.*19", dom, re.DOTALL)


@in_a_browser
def test_hostile_text_is_shown_and_harmless(made, page):
    _, out = made
    dom = dump(address(page, "hostile.md", start(out, "hostile.md", "77件")))
    assert "data-error" not in dom
    assert "<title>法治政府指标：原文依据</title>" in dom
    assert "<img" not in dom
    assert "&lt;script&gt;document.title='taken'&lt;/script&gt;" in dom
    assert here(dom) == ["77件"]


@in_a_browser
def test_a_number_behind_rare_characters_is_the_one_that_is_marked(made, page):
    _, out = made
    dom = dump(address(page, "rare.md", start(out, "rare.md", "33件")))
    assert here(dom) == ["33件"]


@in_a_browser
def test_a_report_that_is_not_there_is_said_to_be_missing(page):
    assert "这里没有这份报告：nowhere.md" in dump(address(page, "nowhere.md"))


HERE = "document.querySelector('mark.here')?.textContent"
STATE = "document.documentElement.dataset"


@in_a_browser
def test_keys_filters_and_languages(page):
    with tab(page.path.as_uri()) as browser:
        browser.until(f"{STATE}.state == 'table'")
        browser.key("/")
        browser.write("宁波")
        assert browser.run("document.querySelectorAll('.row').length") == 1
        assert "来源不一" in browser.run("document.querySelector('.row').textContent")
        browser.key("Enter")
        browser.key("Enter")
        browser.until(f"{STATE}.candidates == '2'")
        assert browser.run(HERE) in ("40件", "50件")
        assert "Sources of equal rank" in browser.run("document.querySelector('#checks').textContent")
        browser.run("document.querySelectorAll('#others tr:not(.here)')[0].click()")
        browser.until(f"document.querySelectorAll('#others tr').length == 2 && {HERE} == '50件'")
        browser.run("document.querySelector('#language').click()")
        assert "disputed" in browser.run("document.querySelector('.row').textContent")
        assert "lang=en" in browser.run("location.hash")
        browser.key("Escape")
        assert browser.run("document.querySelector('#detail').hidden")
        browser.run("document.querySelector('#clear').click()")
        browser.until("document.querySelectorAll('.row').length > 3")
        assert browser.errors == []


def in_sight(browser) -> bool:
    return browser.run(
        """(() => { const number = document.querySelector("mark.here").getBoundingClientRect();
        const text = document.querySelector("#text").getBoundingClientRect();
        return number.top >= text.top && number.bottom <= Math.min(text.bottom, innerHeight); })()"""
    )


@in_a_browser
def test_the_number_is_in_sight_and_the_next_one_a_key_away(made, page):
    _, out = made
    with tab(address(page, "long.md", start(out, "long.md", "57件")), height=600) as browser:
        browser.until(f"{STATE}.candidates == '12'")
        assert browser.run(HERE) == "57件"
        assert in_sight(browser)
        browser.key("n")
        assert in_sight(browser)
    with tab(address(page, "all.md", start(out, "all.md", "86件"))) as browser:
        browser.until(f"{HERE} == '86件'")
        for quote in ("19件", "12人", "98%"):
            browser.key("n")
            assert browser.run(HERE) == quote
        assert "慰问" not in browser.run("document.querySelector('#facts').textContent")
        assert browser.errors == []


@in_a_browser
def test_the_texts_are_searched_on_demand(page):
    with tab(page.path.as_uri()) as browser:
        browser.until(f"{STATE}.state == 'table'")
        browser.key("/")
        browser.write("老党员")
        assert browser.run("document.querySelectorAll('.row').length") == 0
        browser.run("document.querySelector('#deep').click()")
        browser.until("document.querySelectorAll('.row').length == 1")
        assert browser.errors == []


@in_a_browser
def test_the_policy_refuses_what_is_not_the_pages_own(page):
    with tab(page.path.as_uri()) as browser:
        browser.until(f"{STATE}.state == 'table'")
        browser.run(
            "document.body.append(Object.assign(document.createElement('script'), {textContent: 'document.title = \"taken\"'}))"
        )
        browser.run(
            "document.body.insertAdjacentHTML('beforeend', '<img src=\"x.png\" onerror=\"document.title = 1\">')"
        )
        browser.until("new Promise(done => setTimeout(() => done(true), 100))")
        assert browser.run("document.title") == "法治政府指标：原文依据"
        assert len([error for error in browser.errors if "Content Security Policy" in error]) >= 2


@in_a_browser
def test_a_report_and_the_table_are_printed(made, page, tmp_path):
    _, out = made
    with tab(address(page, "all.md", start(out, "all.md", "86件"))) as browser:
        browser.until(f"{HERE} == '86件'")
        browser.pdf(tmp_path / "report.pdf")
        browser.key("Escape")
        browser.pdf(tmp_path / "table.pdf")
        assert all((tmp_path / name).read_bytes().startswith(b"%PDF") for name in ("report.pdf", "table.pdf"))
        assert browser.errors == []
