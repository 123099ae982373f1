"""Paged formats: PDF, OFD, scans and pictures say what their text says; damaged and hostile files end in a refusal.

What needs OCR runs only where the optional packages are: pip install -r requirements-ocr.lock, or make ocr.
The files in tests/paged are made by tests/make_paged.py.
"""

from __future__ import annotations

import io
import re
import time
import unicodedata
import zipfile
import zlib
from pathlib import Path

import pypdfium2
import pytest

from analysis.mentions import find
from analysis.readers import layout, scan
from analysis.readers.layout import Page, Piece
from analysis.reports import Unreadable, read_report
from analysis.table import build, load

FORMATS = Path(__file__).with_name("paged")
ROOT = Path(__file__).parents[1]


reads_scans = pytest.mark.needs("ocr")


@pytest.fixture
def no_ocr(monkeypatch):
    monkeypatch.setattr(scan, "ready", lambda: False)


def stated(report):
    return [(m.indicator, m.value, m.year, m.role) for m in find(report).mentions]


def refusal(path):
    with pytest.raises(Unreadable) as caught:
        read_report(path)
    assert caught.value.detail.endswith(".")
    return caught.value


TRUTH = read_report(FORMATS / "paged.txt")

# --- One report in every format ------------------------------------------------------------------


@pytest.mark.parametrize("name", ["paged.pdf", "paged.ofd"])
def test_a_text_layer_reads_like_the_text_itself(name):
    report = read_report(FORMATS / name)
    assert report.text.splitlines() == TRUTH.text.splitlines()
    assert len(stated(TRUTH)) > 40
    assert stated(report) == stated(TRUTH)
    assert (report.format, report.title, report.warnings) == (name[-3:], TRUTH.text.splitlines()[0], TRUTH.warnings)
    assert [report.text[start:][:4] for start in report.pages] == ["遵义市新", "礼品1万"]
    assert report.doubtful == ()


@pytest.mark.parametrize(("name", "form"), [("scan.pdf", "pdf"), ("skewed.jpg", "scan")])
@reads_scans
def test_a_scan_reads_like_its_text(name, form):
    report = read_report(FORMATS / name)
    found, missing = stated(report), []
    for mention in stated(TRUTH):
        if mention in found:
            found.remove(mention)
        else:
            missing.append(mention)
    assert len(missing) <= 0.02 * len(stated(TRUTH)), missing
    assert len(found) <= 0.02 * len(stated(TRUTH)), found
    assert (report.format, report.title) == (form, TRUTH.text.splitlines()[0])
    assert len(report.pages) == (2 if form == "pdf" else 1)
    assert "委员会" not in report.text.splitlines()[-1]  # of the stamp
    assert "管理" not in report.text


@reads_scans
def test_a_scanned_ofd():
    report = read_report(FORMATS / "scan.ofd")
    assert report.format == "ofd"
    assert "全区调解纠纷3045件，成功2904件，成功率95%；经法院司法确认的有90件。" in report.text


@pytest.mark.parametrize("ending", ["png", "bmp", "tiff", "webp", "jpeg"])
@reads_scans
def test_pictures_are_known_by_their_content(write, ending):
    path = write(picture("全年调解纠纷312件，成功率98%。", ending), "no ending")
    assert read_report(path).text == "全年调解纠纷312件，成功率98%。"
    assert read_report(path).format == "scan"


@pytest.mark.parametrize("turn", [90, 180, 270])
@reads_scans
def test_a_page_on_its_side_or_head_is_turned(write, turn):
    text = "全年调解纠纷312件，成功率98%。"
    assert read_report(write(picture(text, "png", lines=6, turn=turn))).text.splitlines() == [text] * 6


@reads_scans
def test_a_long_screenshot_is_read_to_its_end(write):
    lines = read_report(write(picture("办理复议案件%d件。", "png", lines=90))).text.splitlines()
    assert lines == [f"办理复议案件{n}件。" for n in range(90)]


@reads_scans
def test_chinese_zeros_that_ocr_passes_over_are_put_back_and_flagged(write):
    report = read_report(write(picture("县政协提案一〇五件，由承办单位逐件答复，建议", "png", serif=True)))
    assert report.text == "县政协提案一〇五件，由承办单位逐件答复，建议"
    assert [report.text[start:end] for start, end, _ in report.doubtful] in ([], [report.text])


def picture(text, ending, lines=1, turn=0, serif=False):
    """A picture of lines of text; %d is the number of the line."""
    from PIL import Image, ImageDraw, ImageFont
    from pylopdf_fonts_zh_cn import sans_path, serif_path

    image = Image.new("RGB", (1200, 150 + 90 * lines), "white")
    font = ImageFont.truetype(str(serif_path() if serif else sans_path()), 44)
    for at in range(lines):
        ImageDraw.Draw(image).text((100, 60 + 90 * at), text % at if "%d" in text else text, fill="black", font=font)
    file = io.BytesIO()
    image.rotate(turn, expand=True).save(file, ending)
    return file.getvalue()


# --- Without the extra ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["scan.pdf", "skewed.jpg", "scan.ofd"])
def test_without_the_extra_the_refusal_names_the_way(no_ocr, name):
    refused = refusal(FORMATS / name)
    assert refused.reason == "ocr"
    assert refused.detail == (
        "This is a scan; reading it needs the optional OCR packages: "
        "pip install -r requirements-ocr.lock (with make: make ocr)."
    )
    assert (ROOT / "requirements-ocr.lock").is_file()
    assert re.search(r"^ocr: .*\n\t.*requirements-ocr\.lock$", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_without_the_extra_the_other_pages_are_read(no_ocr, write):
    report = read_report(write(joined(FORMATS / "paged.pdf", FORMATS / "scan.pdf")))
    assert stated(report) == stated(TRUTH)
    assert report.warnings[0].startswith("pages that are scans were left out (3, 4); reading them needs the optional")
    assert len(report.pages) == 4


def joined(*paths):
    whole = pypdfium2.PdfDocument.new()
    for path in paths:
        whole.import_pages(pypdfium2.PdfDocument(path))
    file = io.BytesIO()
    whole.save(file)
    return file.getvalue()


# --- What the tables say of it -------------------------------------------------------------------


def test_mentions_bear_pages_and_observations_doubt(tmp_path, monkeypatch):
    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    (raw / "a.pdf").write_bytes((FORMATS / "paged.pdf").read_bytes())
    from analysis import table

    def doubting(path, root=None):
        import dataclasses

        report = read_report(path, root)
        at = report.text.index("全区调解纠纷3045件，成功2904件")
        yield dataclasses.replace(report, doubtful=((at, at + 18, 0.7),))

    monkeypatch.setattr(table, "read_reports", doubting)
    monkeypatch.setattr(table, "read_all", lambda paths, processes, read: map(read, paths))  # a worker has the real one
    build(raw, out)
    tables = load(out)
    assert set(tables.mentions["page"]) == {1, 2}
    flagged = tables.indicators.filter(tables.indicators["flags"].str.contains("read with doubt"))
    assert {(row["quote"], row["flags"]) for row in flagged.to_dicts()} == {
        ("3045件", "read with doubt"),
        ("2904件", "read with doubt"),
    }
    assert (out / "text" / "a.pdf.txt").read_text("utf-8") == read_report(raw / "a.pdf").text


# --- Lines, paragraphs, columns ------------------------------------------------------------------


def page(*lines, height=800.0, numbered=""):
    """A page of lines (x, text) or (x, text, size), 20 apart from y = 150; `numbered` stands at its foot."""
    pieces = []
    for at, (x, text, *size) in enumerate(lines):
        pieces += placed(x, 150 + 20 * at, text, *size)
    return Page(600, height, pieces + placed(290, height - 30, numbered))


def placed(x, y, text, size=10.0):
    """One piece a character, as a PDF has them; a space leaves a gap."""
    pieces = []
    for mark in text:
        wide = size if layout.is_wide(mark) else size / 2
        if mark != " ":
            pieces.append(Piece(x, y, x + wide, y + size, mark))
        x += wide
    return pieces


FULL = "全县坚持把法治建设摆在突出位置抓好抓实抓细到位"  # a line of 23 characters, x from 100 to 330

LINES = {
    "a sentence goes on": ([(120, FULL[:21]), (100, FULL), (100, "办结12件。")], [FULL[:21] + FULL + "办结12件。"]),
    "a number goes on": ([(120, FULL[:19] + "13"), (100, "18件。")], [FULL[:19] + "1318件。"]),
    "a paragraph ends": ([(100, FULL), (100, "办结12件。"), (100, FULL[:9])], [FULL + "办结12件。", FULL[:9]]),
    "an indent begins one": ([(100, FULL), (120, FULL[:9])], [FULL, FULL[:9]]),
    "a heading begins one": ([(100, FULL), (100, "（二）人民调解")], [FULL, "（二）人民调解"]),
    "a mark of a heading inside": ([(100, FULL[:22] + "第"), (100, "（二）项")], [FULL[:22] + "第（二）项"]),
    "a short line is a heading": ([(100, "一、主要做法"), (100, FULL), (100, FULL)], ["一、主要做法", FULL + FULL]),
    "a full stop at the margin, paragraphs indented": (
        [(120, "一"), (120, "二"), (120, FULL[:20] + "。"), (100, FULL)], ["一", "二", FULL[:20] + "。" + FULL],
    ),
    "a full stop at the margin, none indented": ([(100, FULL[:22] + "。"), (100, FULL)], [FULL[:22] + "。", FULL]),
    "spaces around digits": ([(100, "截至 2023 年底 12 件")], ["截至2023年底12件"]),
    "words": ([(100, "Internet of Things 平台")], ["Internet of Things平台"]),
    "a title in spread letters": ([(200, "工    作    报    告", 14.0), (100, FULL), (100, FULL)], ["工作报告", FULL + FULL]),
    "a title on two lines": (
        [(120, FULL[:14], 14.0), (150, "情况的报告", 14.0), (100, FULL), (100, FULL)], [FULL[:14], "情况的报告", FULL + FULL],
    ),
    "a table without rules": (
        [(100, "类别        2022年        2023年"), (100, "复议          40            46")],
        ["类别\t2022年\t2023年", "复议\t40\t46"],
    ),
    "a lone gap is no table": ([(100, "某县司法局          2024年1月"), (100, FULL)], ["某县司法局 2024年1月", FULL]),
    "radicals": ([(100, "⼈⺠调解员⼗⼆名，⻓期坚守⻔店①㎡（")], ["人民调解员十二名，长期坚守门店①㎡（"]),
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_lines_become_paragraphs(name):
    lines, paragraphs = LINES[name]
    assert layout.reading([page(*lines)]).text.split("\n") == paragraphs


def test_all_radicals_map_to_one_character_that_is_none():
    for code in range(0x2E80, 0x2FE0):
        mapped = layout.plain("中" + chr(code))[1:]
        assert len(mapped) == 1
        if 0x2F00 <= code < 0x2FD6:
            assert mapped == unicodedata.normalize("NFKC", chr(code))


def test_heads_and_numbers_of_pages_are_left_out_and_paragraphs_go_on():
    head = placed(250, 40, "某县年度报告")
    pages = [
        page((120, FULL[:21]), (100, FULL), numbered="— 1 —"),
        page((100, "办结12件。"), (120, "3"), (120, "二、存在问题"), numbered="第2页 共2页"),
    ]
    pages = [Page(p.width, p.height, [*head, *p.pieces]) for p in pages]
    reading = layout.reading(pages)
    assert reading.text == FULL[:21] + FULL + "办结12件。\n3\n二、存在问题"
    assert reading.pages == (0, 44)


def test_what_stands_at_the_edge_of_one_page_stays():
    first, second = page((100, FULL)), page((100, FULL))
    first = Page(600, 800, [*placed(250, 40, "某县司法局"), *first.pieces])
    assert layout.reading([first, second]).text.startswith("某县司法局\n")


def test_two_columns_are_read_one_after_the_other():
    left = [line for at in range(8) for line in placed(60, 150 + 20 * at, f"左栏第{at}行办结案件若干件并归档")]
    right = [line for at in range(8) for line in placed(320, 150 + 20 * at, f"右栏第{at}行调解纠纷若干起并回访")]
    text = layout.reading([Page(600, 800, [*placed(200, 100, "某县年鉴", 14.0), *left, *right])]).text
    assert text.startswith("某县年鉴\n左栏第0行")
    assert text.index("左栏第7行") < text.index("右栏第0行")
    assert text.count("\t") == 0


def test_doubt_is_told_with_its_span():
    pieces = [Piece(100, 150, 300, 160, "办结案件12件，", 0.99), Piece(100, 170, 300, 180, "调解纠纷3O起", 0.62)]
    reading = layout.reading([Page(600, 800, pieces)])
    assert [(reading.text[start:end], score) for start, end, score in reading.doubtful] == [("调解纠纷3O起", 0.62)]
    assert reading.warnings == ("1 lines of the scan were read with doubt, least surely “调解纠纷3O起”: look at them",)


@pytest.mark.parametrize(
    ("text", "wide"),
    [
        ("办结12件,成功率95%;合计1,428件.", "办结12件，成功率95%；合计1,428件。"),
        ("(一)调解:共3.5万件(次)", "（一）调解：共3.5万件（次）"),
        ("1.一是12:30开会", "1.一是12:30开会"),
        ("e-mail, web", "e-mail, web"),
    ],
)
def test_half_width_marks_of_ocr(text, wide):
    assert scan.full_width(text) == wide


# --- Broken and hostile PDF ----------------------------------------------------------------------


def pdf(*objects):
    out, places = b"%PDF-1.7\n", []
    for number, thing in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, thing)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        size, table, size, len(out),
    )  # fmt: skip


def stream(data, more=b""):
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (more, len(data), data)


def one_page(content, more=b"", resources=b"", objects=(), box=b"595 842"):
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %s]/Contents 4 0 R/Resources<<%s>>>>" % (box, resources),
        stream(content, more),
        *objects,
    )


def nested_forms(depth):
    """Each form draws the next one twice."""
    for at in range(depth):
        below = b"/Resources<</XObject<</A %d 0 R>>>>" % (6 + at) if at < depth - 1 else b""
        yield stream(b"/A Do /A Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]" + below)


GOOD = (FORMATS / "paged.pdf").read_bytes()
FONT = b"/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
KIDS = b"<</Type/Catalog/Pages 2 0 R>>"
LEAF = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
HUGE = b"/Type/XObject/Subtype/Image/Width 100000/Height 100000/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode"
HOSTILE_PDF = {  # name: file, how it may end
    "truncated": (GOOD[:20_000], "damaged"),
    "its first bytes": (GOOD[:100], "damaged"),
    "rubbish": (b"%PDF-1.4\n" + bytes(range(256)) * 100, "damaged"),
    "no pages": (pdf(KIDS, b"<</Type/Pages/Kids[]/Count 0>>"), "damaged"),
    "locked": ((FORMATS / "encrypted.pdf").read_bytes(), "encrypted"),
    "10,000 pages": (pdf(KIDS, b"<</Type/Pages/Count 10000/Kids[%s]>>" % (b"3 0 R " * 10_000), LEAF), "too_large"),
    "a count that lies": (pdf(KIDS, b"<</Type/Pages/Count 1000000000/Kids[3 0 R]>>", LEAF), "empty|unreadable|too_large"),
    "a loop in the page tree": (
        pdf(KIDS, b"<</Type/Pages/Count 3/Kids[2 0 R 3 0 R]/Parent 3 0 R>>", b"<</Type/Pages/Count 3/Kids[2 0 R]>>"),
        "damaged",
    ),
    "a page of ten million points": (one_page(b"", box=b"9999999 9999999"), "empty"),
    "forms in forms, doubling": (one_page(b"/A Do", resources=b"/XObject<</A 5 0 R>>", objects=nested_forms(24)), "too_large"),
    "a huge picture declared": (
        one_page(b"q 595 0 0 842 0 0 cm /I Do Q", resources=b"/XObject<</I 5 0 R>>", objects=[stream(zlib.compress(bytes(1000)), HUGE)]),
        "empty|ocr|too_large",
    ),
    "a million characters": (one_page(b"BT /F 10 Tf %s ET" % (b"(abcdefghij) Tj " * 100_000), resources=FONT), "read"),
    "300,000 rules": (one_page(b"BT /F 10 Tf (abc) Tj ET " + b"0 0 m 9 9 l S " * 300_000, resources=FONT), "read"),
}  # fmt: skip


def outcome(path):
    try:
        return "read" if read_report(path).text else "nothing"
    except Unreadable as refused:
        return refused.reason if refused.detail.endswith(".") else refused.detail


@pytest.mark.parametrize("name", HOSTILE_PDF)
def test_hostile_pdf_ends_in_a_refusal_within_bounds(write, name):
    data, ends = HOSTILE_PDF[name]
    start = time.monotonic()
    assert re.fullmatch(ends, outcome(write(data)))
    assert time.monotonic() - start < 60


def test_text_aslant_and_turned_pages(write):
    mark = b"BT 0.7 0.7 -0.7 0.7 100 100 Tm /F 40 Tf (DRAFT) Tj ET "
    upright = mark + b"BT /F 12 Tf 50 700 Td (mediation 312 cases) Tj ET"
    turned = mark + b"BT 0 1 -1 0 100 50 Tm /F 12 Tf (mediation 312 cases) Tj ET"
    for content in (upright, turned):
        assert read_report(write(one_page(content, resources=FONT))).text == "mediation 312 cases"


# --- Broken and hostile OFD ----------------------------------------------------------------------

SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
CONTENT = (
    f'<ofd:Page {SPACE}><ofd:Content><ofd:Layer ID="1"><ofd:TextObject ID="2" Boundary="20 %d 100 6" Size="5">'
    '<ofd:TextCode X="0" Y="5" DeltaX="g 8 5">%s</ofd:TextCode></ofd:TextObject></ofd:Layer></ofd:Content></ofd:Page>'
)
BODY = "<ofd:DocBody><ofd:DocRoot>%s</ofd:DocRoot></ofd:DocBody>"


def ofd(changes, documents=1):
    """An OFD with a page for each document; `changes` replaces files, None removes one."""
    parts = {
        "OFD.xml": f"<ofd:OFD {SPACE}>"
        + "".join(BODY % f"/Doc_{n}/Document.xml" for n in range(documents))
        + "</ofd:OFD>"
    }
    for n in range(documents):
        parts[f"Doc_{n}/Document.xml"] = (
            f'<ofd:Document {SPACE}><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>'
        )
        parts[f"Doc_{n}/Pages/Page_0/Content.xml"] = CONTENT % (60, f"全县调解纠纷31{n}件")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**parts, **changes}.items():
            if part is not None:
                archive.writestr(name, part)
    return file.getvalue()


def test_two_documents_in_one_ofd(write):
    report = read_report(write(ofd({}, documents=2)))
    assert report.text == "全县调解纠纷310件\n全县调解纠纷311件"
    assert report.warnings[0] == "the OFD holds 2 documents: they stand one after the other"
    assert report.pages == (0, 11)


ENTITY = f'<!DOCTYPE x [<!ENTITY a "法治">]><ofd:Page {SPACE}><ofd:Content/></ofd:Page>'
PAGE = "Doc_0/Pages/Page_0/Content.xml"
TWICE = '<ofd:Page ID="1" BaseLoc="%s"/>'
HOSTILE_OFD = {
    "cut off": (ofd({})[:-100], "damaged"),
    "no OFD.xml that reads": (ofd({"OFD.xml": "<ofd"}), "damaged"),
    "no document": (ofd({"Doc_0/Document.xml": None}), "damaged"),
    "no page": (ofd({PAGE: None}), "damaged"),
    "a page that is no XML": (ofd({PAGE: b"\0\1\2"}), "damaged"),
    "an entity of its own": (ofd({PAGE: ENTITY}), "unsafe"),
    "the same in UTF-16": (ofd({PAGE: ENTITY.encode("utf-16")}), "unsafe"),
    "100 MB of spaces": (ofd({PAGE: b"<a>" + b" " * 100_000_000 + b"</a>"}), "too_large"),
    "10,000 pages": (ofd({"Doc_0/Document.xml": f"<ofd:Document {SPACE}><ofd:Pages>" + TWICE % PAGE * 10_000 + "</ofd:Pages></ofd:Document>"}), "too_large"),
    "a path that leads out": (ofd({"Doc_0/Document.xml": f"<ofd:Document {SPACE}><ofd:Pages>{TWICE % '../../../etc/passwd'}</ofd:Pages></ofd:Document>"}), "damaged"),
    "steps without end": (ofd({PAGE: (CONTENT % (60, "法治")).replace("g 8 5", "g 999999999999 5 g 1 nan g")}), "read"),
    "numbers that are none": (ofd({PAGE: (CONTENT % (60, "法治")).replace('Size="5"', 'Size="x"')}), "empty"),
    "infinite numbers": (ofd({PAGE: (CONTENT % (60, "法治")).replace('"20 60', '"1e999 60')}), "empty"),
    "encrypted": (ofd({"Encryptions.xml": "<x/>"}), "encrypted"),
    "deep": (ofd({PAGE: f"<ofd:Page {SPACE}>" + "<a>" * 100_000}), "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_OFD)
def test_hostile_ofd_ends_in_a_refusal(write, name):
    data, ends = HOSTILE_OFD[name]
    start = time.monotonic()
    assert outcome(write(data)) == ends
    assert time.monotonic() - start < 20


# --- Broken and hostile pictures -----------------------------------------------------------------


def png(width, height):
    head = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\0\0\0\0"
    chunks = ((13, head), (1000, b"IDAT"))  # and there it ends
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        n.to_bytes(4, "big") + c + zlib.crc32(c).to_bytes(4, "big") for n, c in chunks
    )


@pytest.mark.parametrize(
    ("data", "ends"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "damaged"),
        (b"\xff\xd8\xff\xe0" + bytes(200), "damaged"),
        (b"II*\0" + bytes(200), "damaged"),
        (b"RIFF\0\0\0\0WEBP" + bytes(200), "damaged"),
        ((FORMATS / "skewed.jpg").read_bytes()[:30_000], "damaged"),
        (png(100_000, 100_000), "too_large"),
        (png(100, 100), "damaged"),
    ],
)
@reads_scans
def test_hostile_pictures_end_in_a_refusal(write, data, ends):
    assert outcome(write(data)) == ends


@pytest.mark.parametrize(
    ("mode", "size", "ends"),
    [
        ("RGB", (1200, 900), "empty"),
        ("1", (1, 1), "empty"),
        ("I;16", (300, 300), "empty"),
        ("RGBA", (3, 20_000), "empty"),
        ("L", (20_000, 3), "empty|unreadable"),
    ],
)
@reads_scans
def test_pictures_without_text_of_odd_shapes(write, mode, size, ends):
    from PIL import Image

    file = io.BytesIO()
    Image.new(mode, size).save(file, "png")
    assert re.fullmatch(ends, outcome(write(file.getvalue())))
