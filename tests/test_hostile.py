"""Reports made to do harm: formulas, markup, archives, endless lines. And properties that hold for any text and any file."""

from __future__ import annotations

import dataclasses
import io
import random
import re
import subprocess
import sys
import time
import zipfile
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import faults
import payloads
import polars as pl
import pytest
from browser import tab
from hypothesis import given, settings
from hypothesis import strategies as st
from make_formats import FOLDER, docx, packed, paragraph
from test_formats import TEXT, with_document
from test_paged import CONTENT, PAGE, ofd

import analysis as fz
from analysis.evidence import html, link, write_page
from analysis.export import export
from analysis.formulas import disarmed, restored, restored_text
from analysis.mentions import explain, find_mentions
from analysis.reports import Report, Unreadable, read_report, read_reports, report_from_text

REPORT = "---\nunit: {unit}\nyear: 2024\ntitle: {word}\npublisher: {word}\nsource_title: {word}\nsource_url: {word}\n---\n# {word}\n\n## {word}\n\n{word}收到行政复议申请86件，{word}；调解纠纷90件。\n"


def reports_of(raw: Path, words, unit: str = "浙江省杭州市") -> Path:
    """A report for each word, which stands in every field of it and, as far as a file system takes it, in its name."""
    raw.mkdir()
    for number, word in enumerate(words):
        flat = word.replace("\r", " ").replace("\n", " ")
        name = re.sub(r"[/\0]", "", flat)[:60]
        (raw / f"{name}{number}.md").write_text(REPORT.format(unit=unit, word=flat), "utf-8", newline="")
    return raw


# --- Formulas ------------------------------------------------------------------------------------

NUMBERS = [-1.5, 86.0, None]
opened_by_an_office_program = pytest.mark.needs("libreoffice")


@pytest.fixture(scope="module")
def formulas(tmp_path_factory):
    """Tables of reports that hold formulas in every field."""
    folder = tmp_path_factory.mktemp("formulas")
    fz.build(reports_of(folder / "raw", payloads.FORMULAS), folder / "out", processes=1)
    return folder / "out"


def cells(path: Path, folder: Path) -> list[tuple[str, str, bool]]:
    """(type, text, whether a formula) of every cell, as LibreOffice reads the file."""
    command = ["soffice", "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    if path.suffix == ".csv":
        command.append("--infilter=CSV:44,34,76,1")  # comma, quotation mark, UTF-8
    ended = subprocess.run(
        [*command, "--convert-to", "fods", "--outdir", str(folder), str(path)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    opened = folder / f"{path.stem}.fods"
    assert opened.exists(), ended.stderr
    found = []
    for attributes, inside in re.findall(
        r"<table:table-cell([^>]*[^/])>(.*?)</table:table-cell>", opened.read_text("utf-8"), re.DOTALL
    ):
        kind = re.search(r'office:value-type="(\w+)"', attributes)
        text = re.sub(r"<[^>]*>", "", inside).strip()
        found.append((kind[1] if kind else "", text, "table:formula" in attributes))
    return found


@opened_by_an_office_program
@pytest.mark.parametrize("name", ["documents", "mentions", "indicators"])
def test_an_office_program_sees_no_formula_in_the_tables(formulas, tmp_path, name):
    found = cells(formulas / f"{name}.csv", tmp_path)
    assert len(found) > 50
    assert [cell for cell in found if cell[2]] == []


@opened_by_an_office_program
def test_an_office_program_sees_no_formula_in_the_workbook(formulas, tmp_path):
    found = cells(export("xlsx", tmp_path / "book.xlsx", fz.load(formulas)), tmp_path)
    assert any("=SUM(A:A)" in text for _, text, _ in found)
    assert [cell for cell in found if cell[2]] == []


@opened_by_an_office_program
def test_an_office_program_sees_negative_numbers_as_numbers_and_no_formula(tmp_path):
    rows = [(text, number) for text in payloads.FORMULAS for number in NUMBERS]
    frame = pl.DataFrame(rows, schema={"text": pl.String, "number": pl.Float64}, orient="row")
    disarmed(frame).write_csv(tmp_path / "a.csv", include_bom=True)
    found = cells(tmp_path / "a.csv", tmp_path)
    assert [cell for cell in found if cell[2]] == []
    kinds = Counter(kind for kind, text, _ in found if text in ("-1.5", "86"))
    assert kinds == {"float": 2 * len(payloads.FORMULAS)}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1", "'=1"), ("+1", "'+1"), ("-1", "'-1"), ("@甲", "'@甲"), ("\t=1", "'\t=1"), ("\r=1", "'\r=1"), ("\0=1", "'\0=1"), ("＝1", "'＝1"),
        ("'=1", "''=1"), ("''=1", "'''=1"), ("'甲'", "'甲'"), ("甲=1", "甲=1"), (" =1", " =1"), ("", ""), ("1-2", "1-2"), ("—", "—"),
    ],
)  # fmt: skip
def test_what_gets_an_apostrophe(text, written):
    assert disarmed(pl.DataFrame({"a": [text]}))["a"].to_list() == [written]
    assert restored_text(written) == text


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(st.sampled_from("'=+-@\t\r\n\0＝甲1 ,\""), max_size=6)))
def test_an_apostrophe_is_taken_off_again_where_it_was_put_and_nowhere_else(texts):
    frame = pl.DataFrame({"a": texts}, schema={"a": pl.String})
    written = disarmed(frame)
    assert not any(re.match(r"[=+\-@\t\r\0＝]", text) for text in written["a"])
    assert restored(written).equals(frame)
    assert [restored_text(text) for text in written["a"]] == texts


def test_tables_from_csv_are_those_from_parquet(formulas):
    kept = fz.load(formulas)
    assert any(doc.startswith("=") for doc in kept.documents["doc"])
    parquet = {path: path.read_bytes() for path in formulas.glob("*.parquet")}
    for path in parquet:
        path.unlink()
    read = fz.load(formulas)
    for path, content in parquet.items():
        path.write_bytes(content)
    for field in dataclasses.fields(kept):
        assert getattr(read, field.name).equals(getattr(kept, field.name)), field.name


# --- Markup --------------------------------------------------------------------------------------

PLAIN = "甲乙丙"
SHAPE = (
    "[...document.querySelectorAll('body *')].map(each => [each.tagName, ...each.getAttributeNames()].join(' ')).sort()"
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """(page of hostile reports, page of plain ones), which differ in nothing but the word."""
    found = []
    for name, words in (("hostile", payloads.MARKUP), ("plain", [PLAIN + each for each in "子丑寅卯辰巳"])):
        folder = tmp_path_factory.mktemp(name)
        fz.build(reports_of(folder / "raw", words), folder / "out", processes=1)
        found.append(write_page(folder / "raw", folder / "out"))
    return found


def shapes(page) -> list[list[str]]:
    """The elements of the table and of each report, as they stand in a browser; nothing of a report may have run."""
    docs = [
        path.name
        for path in sorted(
            (page.path.parent.parent / "raw").iterdir(), key=lambda path: int(re.findall(r"\d+", path.name)[-1])
        )
    ]
    with tab(page.path.as_uri()) as browser:
        browser.until("document.documentElement.dataset.state == 'table'")
        title, found = browser.run("document.title"), [browser.run(SHAPE)]
        for doc in docs:
            browser.run(f"location.hash = {link(doc, page='')!r}")
            browser.until(
                f"document.documentElement.dataset.state == 'report' && document.body.innerText.includes({doc!r})"
            )
            found.append(browser.run(SHAPE))
            assert browser.run("[document.title, window.taken === undefined]") == [title, True]
            assert browser.run("[...document.links].filter(each => !/^https?:|^file:|^#/.test(each.href)).length") == 0
        assert browser.errors == []
    return found


@pytest.mark.needs("chromium")
def test_markup_in_every_field_leaves_the_pages_structure_as_it_is(pages):
    hostile, plain = pages
    for one, other in zip(shapes(hostile), shapes(plain), strict=True):
        assert Counter(one) == Counter(other)


class Elements(HTMLParser):
    """How often each element with its attributes stands in a piece of HTML."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: Counter[tuple[str, ...]] = Counter()
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found[tag, *(name for name, _ in attrs)] += 1


@pytest.mark.parametrize("word", payloads.MARKUP)
def test_markup_in_a_report_leaves_what_a_notebook_shows_as_it_is(word):
    shown = [
        html(report_from_text(REPORT.format(unit=each, word=each), doc=f"{each}.md", publisher=each))
        for each in (word, PLAIN)
    ]
    assert Elements(shown[0]).found == Elements(shown[1]).found


def test_control_characters_in_names_and_words_reach_no_terminal(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    name = f"{payloads.CONTROL}\n0 failures"
    (raw / f"{name}.md").write_text(REPORT.format(unit="浙江省杭州市", word=payloads.CONTROL), "utf-8")
    (raw / f"{name}.pdf").write_bytes(b"")
    ended = faults.run(faults.command(raw, tmp_path / "out"))
    assert ended.returncode == 1
    assert not set("\x1b\u202e\u2066\u200f\x85") & set(ended.stdout + ended.stderr)
    assert ended.stdout.splitlines().count("0 failures") == 0
    documents = fz.load(tmp_path / "out").documents
    assert documents["doc"].to_list() == [f"{name}.md"]
    shown = html(read_report(raw / f"{name}.md", raw))
    assert not set("\x1b\u202e\u2066\u200f\x85") & set(shown)


# --- Files that reach out, and bombs -------------------------------------------------------------


@pytest.mark.parametrize("kind", payloads.REACHING)
def test_no_document_reaches_beyond_itself(write, kind):
    secret = write("不该读到的话", "secret.txt")
    for address in (secret.as_uri(), str(secret)):
        for each in read_reports(write(payloads.reaching(kind, address))):
            assert (
                (each.reason == "unsafe")
                if isinstance(each, Unreadable)
                else ("不该读到" not in each.text and "3件" in each.text)
            )


def test_no_ofd_reaches_beyond_itself(write):
    secret = write("不该读到的话", "secret.txt")
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="{secret.as_uri()}"/>'
    data = ofd({PAGE: (CONTENT % (60, "法治")).replace("法治", f"法治{include}")})
    for each in read_reports(write(data)):
        assert isinstance(each, Unreadable) or "不该读到" not in each.text


def test_a_parameter_entity_is_refused(write):
    data = with_document('<!DOCTYPE w [<!ENTITY % a SYSTEM "http://127.0.0.1:9/a.dtd"> %a;]><w/>')
    assert [each.reason for each in read_reports(write(data))] == ["unsafe"]


NO_CONNECTION = """
import socket, sys
from pathlib import Path
def refused(*_, **__): raise SystemExit("a connection was tried")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refused
sys.addaudithook(lambda event, args: refused() if event in ("socket.connect", "socket.getaddrinfo", "urllib.Request") else None)
from analysis.reports import read_reports
for name in sys.argv[1:]:
    list(read_reports(Path(name)))
"""


def test_no_document_asks_for_a_connection_or_writes_anything(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    for number, kind in enumerate(payloads.REACHING):
        (folder / f"{number}").write_bytes(payloads.reaching(kind, "http://127.0.0.1:9/x"))
    (folder / "names.zip").write_bytes(packed(dict.fromkeys(payloads.NAMES, "甲")))
    before = faults.contents(tmp_path)
    ended = faults.run([sys.executable, "-c", NO_CONNECTION, *map(str, sorted(folder.iterdir()))])
    assert ended.returncode == 0, ended.stderr
    assert faults.contents(tmp_path) == before


@pytest.mark.parametrize("name", payloads.BOMBS)
def test_bombs_are_refused_within_seconds(write, name):
    path = write(payloads.BOMBS[name](), "a.zip")
    start, held = time.process_time(), 0
    for each in read_reports(path):
        held += len(each.text) if isinstance(each, Report) else 0
        assert isinstance(each, Report) or each.reason in ("too_large", "damaged", "format", "unsafe")
    assert time.process_time() - start < 10
    assert held < 1_000_000


@pytest.mark.parametrize("name", payloads.NAMES)
def test_names_in_an_archive_are_refused_or_kept_to_the_letter(write, name):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as opened:
        opened.writestr(zipfile.ZipInfo(name), "办件3件。")
    (each,) = read_reports(write(held.getvalue(), "a.zip"))
    assert (each.reason if isinstance(each, Unreadable) else "") == payloads.NAMES[name]
    assert each.doc == f"a.zip/{name}".replace("\\", "/")


# --- Long ----------------------------------------------------------------------------------------


def seconds(text: str) -> float:
    report = report_from_text("文" + text, year="2024")
    start = time.process_time()
    explain(report)
    return time.process_time() - start


@pytest.mark.parametrize("piece", payloads.TRIGGERS)
def test_time_is_in_proportion_to_the_length_of_a_text(piece):
    small = seconds(piece * (10_000 // len(piece)))
    assert seconds(piece * (50_000 // len(piece))) < 12 * small + 0.5


def test_a_line_of_ten_megabytes(write):
    line = "全面推进法治政府建设，依法行政水平不断提高。" * 152_000
    path = write(f"{line}收到行政复议申请86件。")
    assert path.stat().st_size > 10_000_000
    start = time.process_time()
    report = read_report(path)
    assert [(m.value, report.text[m.start : m.end]) for m in find_mentions(report)] == [(86, "86件")]
    assert time.process_time() - start < 60


def test_a_report_of_a_hundred_thousand_quantities(write):
    path = write("\n".join(f"收到行政复议申请{n}件，调解纠纷{n}件。" for n in range(10, 50_010)))
    start = time.process_time()
    found = explain(read_report(path)).found
    assert len(found.mentions) + len(found.unmatched) == 100_000
    assert time.process_time() - start < 100


@pytest.mark.parametrize(
    "text",
    ["9" * 5_000, "9" * 400, f"9{'亿' * 90}", "九" * 5_000, f"1.{'3' * 5_000}", f"百分之{'九' * 400}", f"{'9' * 400}年", "X" * 5_000],
)  # fmt: skip
def test_a_line_of_digits_is_no_number(tmp_path, text):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.md").write_text(f"收到行政复议申请{text}件，调解纠纷90件。", "utf-8")
    fz.build(tmp_path / "raw", tmp_path / "out", processes=1)
    tables = fz.load(tmp_path / "out")
    assert tables.failures.is_empty()
    assert tables.mentions.filter(pl.col("value").is_not_null())["value"].to_list() == [90]


# --- Any text ------------------------------------------------------------------------------------

TRADE = st.lists(st.sampled_from(payloads.TRADE), max_size=50).map("".join)
FEW = settings(max_examples=60, deadline=None)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), TRADE))
def test_any_text_is_explained_without_an_error_and_every_span_is_verbatim(text):
    report = report_from_text("文" + text, year="2024")
    explained = explain(report)
    found = explained.found
    for each in (*found.mentions, *found.targets, *found.unmatched):
        assert 0 <= each.start < each.end <= len(report.text)
        assert report.text[each.start : each.end] == each.quote
    for start, end, _ in explained.asides:
        assert 0 <= start < end <= len(report.text)
    html(report)


SENTENCES = (
    "全年收到行政复议申请{}件。",
    "共调解纠纷{}件。",
    "行政机关负责人出庭应诉率{}%。",
    "办结行政复议案件{}件。",
    "开展法治宣传活动{}场。",
    "举办法治讲座{}场次。",
)
FACTS = st.lists(st.tuples(st.sampled_from(SENTENCES), st.integers(2, 99)), min_size=1, max_size=5)
WIDE = str.maketrans("0123456789%", "０１２３４５６７８９％")


def stated(text: str) -> list[tuple[str, float | None, str]]:
    return [(m.indicator, m.value, m.unit_of_measure) for m in find_mentions(report_from_text(text, year="2024"))]


NOISE = {
    "wide digits": lambda text: text.translate(WIDE),
    "spaces around numbers": lambda text: re.sub(r"(\d+)", r" \1 ", text),
    "lines of navigation": lambda text: f"首页 > 政务公开\n字号：大 中 小\n{text}\n打印本页  关闭窗口\n上一篇：无\n",
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "empty lines": lambda text: text.replace("。", "。\n\n　　"),
    "a byte order mark": lambda text: "\ufeff" + text,
}


@pytest.mark.parametrize("noise", NOISE)
@FEW
@given(facts=FACTS)
def test_noise_changes_nothing(noise, facts):
    text = "一、主要工作\n" + "\n".join(sentence.format(number) for sentence, number in facts)
    assert stated(NOISE[noise](text)) == stated(text)


@FEW
@given(facts=FACTS, seed=st.integers(0, 10**6))
def test_line_breaks_inside_sentences_change_nothing(facts, seed):
    """Hard breaks at a width, as mails and PDF files have them; the first line is as wide as the others."""
    draw = random.Random(seed)
    width = draw.randint(24, 40)
    opening = "今年以来，全区上下坚持以人民为中心的发展思想，深入学习贯彻习近平法治思想，扎实推进法治政府建设各项工作任务落地见效，"
    text = opening + "".join(sentence.format(number) for sentence, number in facts)
    broken = "\n".join(text[at : at + width] for at in range(0, len(text), width))
    assert stated(broken) == stated(text)


SPELLINGS = (
    str,
    lambda n: f"{n:,}",
    lambda n: str(n).translate(WIDE),
    lambda n: f"{n / 10_000:.4f}万".replace(".0000", ""),
    lambda n: __import__("cn2an").an2cn(n),
)


@settings(max_examples=150, deadline=None)
@given(number=st.integers(20, 9_999_999), spelling=st.sampled_from(SPELLINGS))
def test_a_number_comes_back_however_it_is_spelt(number, spelling):
    assert stated(f"共调解纠纷{spelling(number)}件。") == [("mediation.cases", number, "件")]


# --- Any file ------------------------------------------------------------------------------------

SAMPLES = sorted(path for folder in ("formats", "paged") for path in (FOLDER.parent / folder).iterdir() if path.suffix not in (".jpg", ".zip") and "scan" not in path.name)  # fmt: skip


def figures(report: Report) -> list[str]:
    return [m.quote for m in find_mentions(report) if m.value is not None and not m.implied]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_a_damaged_file_gives_a_report_or_a_refusal_and_no_number_that_its_text_lacks(tmp_path_factory, path, seed):
    draw, data = random.Random(seed), path.read_bytes()
    zipped = data.startswith(b"PK") and draw.random() < 0.6
    damaged = tmp_path_factory.getbasetemp() / f"damaged{path.suffix}"
    damaged.write_bytes(payloads.repacked(data, draw) if zipped else payloads.mutated(data, draw))
    for each in read_reports(damaged):
        if isinstance(each, Unreadable):
            assert each.detail.endswith(".")
            continue
        assert all(quote in each.text for quote in figures(each))


@FEW
@given(facts=FACTS, name=st.sampled_from(["甲.txt", "乙县/2023年报告.txt", "a b/c.md"]))
def test_a_report_alone_is_the_report_in_an_archive(tmp_path_factory, facts, name):
    text = "# 2023年法治政府建设情况报告\n\n" + "\n".join(sentence.format(number) for sentence, number in facts)
    folder = tmp_path_factory.mktemp("archive")
    (folder / "a.zip").write_bytes(packed({name: text, "b.docx": docx(paragraph(TEXT))}))
    (folder / Path(name).name).write_text(text, "utf-8", newline="")
    alone = read_report(folder / Path(name).name)
    (packed_one,) = [each for each in read_reports(folder / "a.zip") if each.doc == f"a.zip/{name}"]
    same = ("text", "format", "title", "meta", "skip", "sha256", "identity", "warnings")
    assert {name: getattr(alone, name) for name in same} == {name: getattr(packed_one, name) for name in same}
    assert find_mentions(alone) == find_mentions(packed_one)
