"""Office formats: one report in every format, what is hard in each, archives, and what is made to do harm."""

import io
import os
import struct
import time
import zipfile

import pytest
import xlsxwriter
from make_formats import BOX, CHINESE, FOLDER, OLD_BOX, TRACKED, docx, in_hex, lines, packed, paragraph, rtf, run, table

import analysis as fz
from analysis.mentions import find_mentions
from analysis.readers import archive, package, workbook
from analysis.readers import rtf as rtf_reader
from analysis.readers.numbering import numeral
from analysis.reports import Report, Unreadable, read_report, read_reports, report_from_text

TEXT = "\n".join(lines())


def refusal(path):
    with pytest.raises(Unreadable) as caught:
        read_report(path)
    assert caught.value.doc == path.name
    assert caught.value.detail.endswith(".")
    return caught.value


def facts(report):
    return [(m.indicator, m.value, m.year, m.role) for m in find_mentions(report)]


# --- One report in every format ------------------------------------------------------------------

FILES = {
    "report.txt": "text", "report.docx": "docx", "report.doc": "doc", "report.rtf": "rtf", "report.mht": "mht",
    "report.xlsx": "xlsx", "libreoffice.docx": "docx", "libreoffice.rtf": "rtf", "libreoffice.xlsx": "xlsx",
}  # fmt: skip
EXPECTED = facts(report_from_text(TEXT, doc="report.txt"))


@pytest.mark.parametrize("name", FILES)
def test_a_report_says_the_same_in_every_format(name):
    report = read_report(FOLDER / name, FOLDER)
    assert (report.doc, report.format) == (name, FILES[name])
    assert report.text == TEXT
    assert report.title == "天津市静海区静海镇2024年法治政府建设情况小结"
    assert (report.identity.county, report.identity.year, report.warnings) == ("静海区", 2024, ())
    assert facts(report) == EXPECTED
    assert len(EXPECTED) > 25


def test_a_wps_document_is_known_by_its_content(write):
    report = read_report(write((FOLDER / "report.doc").read_bytes(), "报告.wps"))
    assert (report.format, report.text) == ("doc", TEXT)


def test_every_file_has_a_case():
    others = {"report.zip", "changes.docx", "changes.doc", "changes.rtf"}
    assert {path.name for path in FOLDER.iterdir()} == set(FILES) | others


def test_the_script_writes_the_committed_files(monkeypatch, tmp_path):
    import make_formats

    (tmp_path / "report.doc").write_bytes((FOLDER / "report.doc").read_bytes())
    monkeypatch.setattr(make_formats, "FOLDER", tmp_path)
    make_formats.main()
    for path in tmp_path.iterdir():
        report = FOLDER / path.name
        same = _unpacked(path) == _unpacked(report)  # how far deflate packs differs between its libraries
        assert same, path.name


def _unpacked(path):
    data = path.read_bytes()
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return {
            name: len(opened.read(name)) if name.endswith(".zip") else opened.read(name) for name in opened.namelist()
        }


CHANGED = """某县2024年工作报告
一、主要做法
（一）立规矩。全年修规范性文件3件。
调解纠纷312件。
文本框在此段之后。
框内：普法讲座41场。
类别\t件数
外层
甲\t1
乙\t2
（二）二级标题之后
二、第二部分"""


@pytest.mark.parametrize("name", ["changes.docx", "changes.doc", "changes.rtf"])
def test_numbers_changes_text_box_and_nested_table_as_an_office_program_writes_them(name):
    report = read_report(FOLDER / name)
    lost = "a text box could not be read" in report.warnings
    assert report.text == (CHANGED.replace("框内：普法讲座41场。\n", "") if lost else CHANGED)
    assert lost == (name == "changes.doc")  # the converter refuses boxes as LibreOffice writes them, and says so


# --- Word ----------------------------------------------------------------------------------------

P = paragraph
DELETED = f"<w:del {TRACKED}><w:r><w:delText>旧</w:delText></w:r></w:del>"
INSERTED = f"<w:ins {TRACKED}>{run('新')}</w:ins>"
MARK_DELETED = f"<w:pPr><w:rPr><w:del {TRACKED}/></w:rPr></w:pPr>"
PLACEHOLDER = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
CONTENTS = (
    "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr>"
    "<w:sdtContent>{}</w:sdtContent></w:sdt>"
)
HIDDEN = "<w:r><w:rPr><w:vanish{}/></w:rPr><w:t>藏</w:t></w:r>"
FIELD = (
    "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>"
    "<w:r><w:fldChar w:fldCharType='separate'/></w:r><w:r><w:t>7</w:t></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r>"
)


def spanning(columns, *rest):
    cells = "".join(f"<w:tc>{P(text)}</w:tc>" for text in rest)
    first = f"<w:tc><w:tcPr><w:gridSpan w:val='{columns}'/></w:tcPr>{P('宽')}</w:tc>"
    return f"<w:tbl><w:tr>{first}{cells}</w:tr></w:tbl>"


WORD = {
    "paragraphs": (P("甲") + P() + P("乙"), "甲\n乙"),
    "runs and tabs": (f"<w:p>{run('共')}{run('12')}<w:r><w:tab/></w:r>{run('件')}</w:p>", "共12 件"),
    "line and page breaks": (f"<w:p>{run('甲')}<w:r><w:br/></w:r>{run('乙')}<w:r><w:br w:type='page'/></w:r>{run('丙')}</w:p>", "甲\n乙\n丙"),
    "no-break hyphen": (f"<w:p>{run('1')}<w:r><w:noBreakHyphen/></w:r>{run('2')}</w:p>", "1-2"),
    "link and smart tag": (f"<w:p><w:hyperlink r:id='x'>{run('甲')}</w:hyperlink><w:smartTag>{run('乙')}</w:smartTag></w:p>", "甲乙"),
    "field": (f"<w:p>{run('第')}{FIELD}{run('页')}</w:p>", "第7页"),
    "ruby": (f"<w:p><w:r><w:ruby><w:rt>{run('fa')}</w:rt><w:rubyBase>{run('法')}</w:rubyBase></w:ruby></w:r></w:p>", "法"),
    "hidden": (f"<w:p>{run('显')}{HIDDEN.format('')}</w:p>", "显"),
    "hidden no more": (f"<w:p>{run('显')}{HIDDEN.format(' w:val=' + repr('0'))}</w:p>", "显藏"),
    "footnote mark": (f"<w:p>{run('甲')}<w:r><w:footnoteReference w:id='1'/></w:r></w:p>", "甲"),
    "insertion stays": (f"<w:p>{run('甲')}{INSERTED}{run('乙')}</w:p>", "甲新乙"),
    "deletion goes": (f"<w:p>{run('甲')}{DELETED}{run('乙')}</w:p>", "甲乙"),
    "moved": (f"<w:p><w:moveFrom {TRACKED}>{run('甲')}</w:moveFrom></w:p><w:p><w:moveTo {TRACKED}>{run('甲')}</w:moveTo></w:p>", "甲"),
    "deleted end of paragraph": (f"<w:p>{MARK_DELETED}{run('甲')}</w:p>{P('乙')}{P('丙')}", "甲乙\n丙"),
    "deleted paragraph": (f"<w:p>{MARK_DELETED}{DELETED}</w:p>{P('乙')}", "乙"),
    "deleted row": (f"<w:tbl><w:tr><w:trPr><w:del {TRACKED}/></w:trPr><w:tc>{P('甲')}</w:tc><w:tc>{P('1')}</w:tc></w:tr></w:tbl>{P('后')}", "后"),
    "content control": (f"<w:sdt><w:sdtContent>{P('甲')}</w:sdtContent></w:sdt><w:p><w:sdt><w:sdtContent>{run('乙')}</w:sdtContent></w:sdt></w:p>", "甲\n乙"),
    "prompt of a control": (PLACEHOLDER.format(P("单击此处输入文字。")) + P("甲"), "甲"),
    "table of contents": (CONTENTS.format(P("目录")) + P("一、做法 3", style="toc1") + P("甲"), "甲"),
    "text box, once": (P("甲", inside=BOX.format(P("框"))) + P("乙"), "甲\n框\n乙"),
    "text box of old Word": (P("甲", inside=OLD_BOX.format(P("框"))) + P("乙"), "甲\n框\n乙"),
    "text box inside a text box": (P("甲", inside=BOX.format(P("外", inside=BOX.format(P("内"))))), "甲\n外\n内"),
    "text box in a cell": (table([["一", P("甲", inside=BOX.format(P("框")))]]), "一\t甲 框"),
    "table": (table([["类别", "件"], ["调解", "1,318"], ["复议", ""]]), "类别\t件\n调解\t1,318\n复议\t"),
    "cell of two paragraphs": (table([[P("甲") + P("乙"), "1"]]), "甲 乙\t1"),
    "table of one cell": (table([[P("甲") + P("乙")]]), "甲\n乙"),
    "nested table": (table([["左", table([["甲", "1"], ["乙", "2"]]) + P()]]), "左\n甲\t1\n乙\t2"),
    "wide cell": (spanning(2, "右"), "宽\t\t右"),
    "wide cell alone": (spanning(3), "宽"),
    "cell of absurd width": (spanning(10**12, "右"), "宽\t右"),
    "row in a content control": (f"<w:tbl><w:sdt><w:sdtContent><w:tr><w:tc>{P('甲')}</w:tc><w:tc>{P('1')}</w:tc></w:tr></w:sdtContent></w:sdt></w:tbl>", "甲\t1"),
    "invisible characters": (P("1\u200b2\ufeff件\u00a0\u3000"), "12件"),
}  # fmt: skip


@pytest.mark.parametrize("case", WORD)
def test_word(write, case):
    body, text = WORD[case]
    assert read_report(write(docx(body))).text == text


def level(at, kind, text, more=""):
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbering(*levels, nums='<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'):
    return f'<w:abstractNum w:abstractNumId="1">{"".join(levels)}</w:abstractNum>{nums}'


DECIMALS = [level(0, "decimal", "%1."), level(1, "decimal", "%1.%2"), level(2, "decimal", "（%3）")]
TWO_NUMS = (
    '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/>{}</w:num>'
)
RESTART = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
OTHER = f'<w:lvlOverride w:ilvl="0">{level(0, "upperLetter", "%1)")}</w:lvlOverride>'
LEGAL = level(1, "decimal", "%1.%2", "<w:isLgl/>")
NUMBERED = {
    "levels of Chinese": (CHINESE, [P("甲", 0), P("乙", 1), P("丙", 1), P("丁", 0), P("戊", 1)], "一、甲|（一）乙|（二）丙|二、丁|（一）戊"),
    "text between": (CHINESE, [P("甲", 0), P("话"), P("乙", 0)], "一、甲|话|二、乙"),
    "by style": (CHINESE, [P("甲", style="h1"), P("乙", 1), P("丙", style="h1")], "一、甲|（一）乙|二、丙"),
    "no number after all": (CHINESE, [P("甲", 0, "h1", "0"), P("乙", style="h1")], "甲|一、乙"),
    "no such list": (CHINESE, [P("甲", 0, number="77")], "甲"),
    "absurd level": (CHINESE, [P("甲", 99)], "甲"),
    "decimals": (numbering(*DECIMALS), [P("甲", 0), P("乙", 1), P("丙", 1), P("丁", 2), P("戊", 0), P("己", 1)], "1. 甲|1.1 乙|1.2 丙|（1）丁|2. 戊|2.1 己"),
    "a year after a number": (numbering(*DECIMALS), [P("2024年", 0)], "1. 2024年"),
    "a level that has not begun": (numbering(*DECIMALS), [P("甲", 1)], "1.1 甲"),
    "empty paragraphs count": (numbering(*DECIMALS), [P("甲", 0), P("", 0), P("乙", 0)], "1. 甲|3. 乙"),
    "bullets": (numbering(level(0, "bullet", "\uf0b7")), [P("甲", 0)], "甲"),
    "two lists share their count": (numbering(*DECIMALS, nums=TWO_NUMS.format("")), [P("甲", 0), P("乙", 0, number="2")], "1. 甲|2. 乙"),
    "one starts anew": (numbering(*DECIMALS, nums=TWO_NUMS.format(RESTART)), [P("甲", 0), P("乙", 0, number="2"), P("丙", 0, number="2")], "1. 甲|1. 乙|2. 丙"),
    "one writes otherwise": (numbering(*DECIMALS, nums=TWO_NUMS.format(OTHER)), [P("甲", 0), P("乙", 0, number="2")], "1. 甲|B) 乙"),
    "legal": (numbering(level(0, "chineseCounting", "第%1章"), LEGAL), [P("甲", 0), P("乙", 1)], "第一章 甲|1.1 乙"),
    "never restarts": (numbering(DECIMALS[0], level(1, "decimal", "%2)", '<w:lvlRestart w:val="0"/>')), [P("甲", 0), P("乙", 1), P("丙", 0), P("丁", 1)], "1. 甲|1) 乙|2. 丙|2) 丁"),
    "a deleted paragraph does not count": (CHINESE, [P("甲", 0), f"<w:p>{MARK_DELETED}{DELETED}</w:p>", P("乙", 0)], "一、甲|二、乙"),
    "a text that never ends": (numbering(level(0, "decimal", "%1" * 50_000)), [P("甲", 0)], "1" * 20 + " 甲"),
}  # fmt: skip


@pytest.mark.parametrize("case", NUMBERED)
def test_automatic_numbers(write, case):
    definitions, paragraphs, text = NUMBERED[case]
    assert read_report(write(docx("".join(paragraphs), definitions))).text.split("\n") == text.split("|")


@pytest.mark.parametrize(
    ("kind", "numbers", "written"),
    [
        ("decimal", [1, 12], "1 12"),
        ("decimalZero", [1, 12], "01 12"),
        ("chineseCounting", [1, 10, 11, 20, 21, 99, 105], "一 十 十一 二十 二十一 九十九 一百〇五"),
        ("chineseCountingThousand", [10, 19, 105, 110, 1024], "十 十九 一百零五 一百一十 一千零二十四"),
        ("japaneseCounting", [3, 15], "三 十五"),
        ("ideographDigital", [3, 10], "三 一〇"),
        ("chineseLegalSimplified", [1, 11, 20], "壹 壹拾壹 贰拾"),
        ("ideographTraditional", [1, 10, 11], "甲 癸 11"),
        ("decimalEnclosedCircle", [1, 20, 21, 51], "① ⑳ ㉑ 51"),
        ("decimalEnclosedCircleChinese", [2], "②"),
        ("decimalEnclosedParen", [3], "⑶"),
        ("decimalFullWidth", [12], "１２"),
        ("upperRoman", [4, 9, 14], "IV IX XIV"),
        ("lowerLetter", [1, 26, 27], "a z aa"),
        ("no such kind", [7], "7"),
        ("chineseCounting", [0, 10_000, -3], "0 10000 -3"),
    ],
)
def test_numerals(kind, numbers, written):
    assert " ".join(numeral(n, kind) for n in numbers) == written


@pytest.mark.parametrize(
    ("paragraphs", "title"),
    [
        ([P("某县文件"), P("某县2020年工作报告", style="a5"), P("甲")], "某县2020年工作报告"),
        ([P("某县人民政府", style="a5"), P("关于2020年法治建设情况的报告", style="a5")], "某县人民政府关于2020年法治建设情况的报告"),
        ([P("某县2020年工作总结"), P("甲")], "某县2020年工作总结"),
        ([P("某县文件", style="a5"), P("某县2020年工作总结"), P("甲")], "某县2020年工作总结"),
    ],
)  # fmt: skip
def test_titles_of_word_documents(write, paragraphs, title):
    assert read_report(write(docx("".join(paragraphs)))).title == title


def test_the_strict_variant_and_another_name_for_the_main_part(write):
    with zipfile.ZipFile(io.BytesIO(docx(P("甲")))) as opened:
        files = {name.replace("document.xml", "document2.xml"): opened.read(name) for name in opened.namelist()}
    files = {
        name: data.replace(b"document.xml", b"document2.xml")
        .replace(b"http://schemas.openxmlformats.org/wordprocessingml/2006/", b"http://purl.oclc.org/ooxml/wordprocessingml/")
        .replace(b"http://schemas.openxmlformats.org/officeDocument/2006/", b"http://purl.oclc.org/ooxml/officeDocument/")
        for name, data in files.items()
    }  # fmt: skip
    assert read_report(write(packed(files))).text == "甲"


# --- RTF -----------------------------------------------------------------------------------------

BACKSLASH = "誠"  # its second byte in GBK is that of a backslash
RTF = {
    "bytes of GBK": (in_hex("全年办件12件。"), "全年办件12件。"),
    "raw bytes": ("全年办件12件。", "全年办件12件。"),
    "half of a character is ASCII": (r"\'d5P", "誔".encode("gbk").decode("gbk")),
    "half of a character is a backslash": (in_hex(BACKSLASH), BACKSLASH),
    "pairs apart": (r"\'c8" + "\n" + r"\'ab", "全"),
    "characters with a stand-in": (r"\u27861?\u24459?\uc0\u25919", "法律政"),
    "stand-in of two bytes": (r"{\uc2\u20840\'c8\'ab}\u27861?", "全法"),
    "negative": (r"\u-27700?", "\u93cc"),
    "beyond the first 65,536": (in_hex("𫖯某"), "𫖯某"),
    "unicode and bytes": (r"{\upr{\'b7\'a8}{\*\ud{\u27861?}}}", "法"),
    "paragraphs": (r"a\par b\line c\page d\sect e", "a\nb\nc\nd\ne"),
    "signs": (r"\{a\}\~b\_c\-d\\ \emdash\ldblquote e\rdblquote", "{a} b-cd\\ —“e”"),
    "deleted and inserted": (r"a{\deleted b}{\revised c}\deleted d\deleted0 e", "ace"),
    "hidden": (r"a{\v b}c\v d\plain e", "ace"),
    "headers, notes, pictures": (r"a{\header b}{\footnote c}{\*\shppict{\pict 0a0b}}{\info{\title t}}d", "ad"),
    "unknown but marked": (r"a{\*\whatever b}c", "ac"),
    "number of a list": (r"{\listtext\pard\plain " + in_hex("一、") + r"\tab}a\par{\listtext 1.\tab}2024", "一、a\n1. 2024"),
    "field": (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt b}}", "b"),
    "text box": (r"a{\shp{\*\shpinst{\sp{\sn x}{\sv y}}{\shptxt b\par}}{\shprslt{\do b}}}c\par d", "ac\nb\nd"),
    "text box in a header": (r"a{\header{\shp{\*\shpinst{\shptxt b\par}}}}c", "ac"),
    "table": (r"\trowd\intbl a\cell\intbl 1\cell\row\trowd\intbl b\cell 2\cell\row\pard c", "a\t1\nb\t2\nc"),
    "cell of two paragraphs": (r"\trowd\pard\intbl a\par b\cell 1\cell\row", "a b\t1"),
    "nested table": (
        r"\trowd\pard\intbl l\cell\pard\intbl\itap2 a\nestcell 1\nestcell{\*\nesttableprops\trowd\nestrow}{\nonesttables\par}"
        r"\pard\intbl\cell\row\pard z", "l\na\t1\nz",
    ),
    "bytes of a picture": (r"a\bin5 }}}}}b", "ab"),
}  # fmt: skip


@pytest.mark.parametrize("case", RTF)
def test_rtf(write, case):
    inside, text = RTF[case]
    report = read_report(write(rtf(inside)))
    assert (report.format, report.text) == ("rtf", text)


def test_rtf_in_the_code_page_of_a_font(write):
    fonts = r"{\f0\fcharset0 Arial;}{\f1\fcharset136 MingLiU;}"
    assert read_report(write(rtf(r"{\f1 \'aa\'6b}", fonts))).text == "法"


def test_rtf_that_was_cut_off_is_read_and_says_so(write):
    data = (FOLDER / "report.rtf").read_bytes()
    report = read_report(write(data[: len(data) // 2]))
    assert TEXT.startswith(report.text[:-2])
    assert "the file ends early: what follows is missing" in report.warnings


# --- Saved pages ---------------------------------------------------------------------------------

MHT = """From: <Saved by Blink>\r
Subject: x\r
MIME-Version: 1.0\r
Content-Type: multipart/related; boundary="b"{start}\r
\r
--b\r
Content-Type: text/html; charset=utf-8\r
Content-Transfer-Encoding: 8bit\r
Content-ID: <one>\r
Content-Location: https://www.example.gov.cn/1.html\r
\r
<html><body><div id=zoom><p>全县办理案件12件。</p></div></body></html>\r
--b\r
Content-Type: text/html; charset=utf-8\r
Content-ID: <two>\r
\r
<html><body><div id=zoom><p>另一页写的是34件。</p></div></body></html>\r
--b--\r
"""


@pytest.mark.parametrize(
    ("start", "text"), [("", "全县办理案件12件。"), ('; start="<two>"', "另一页写的是34件。")], ids=["first", "start"]
)
def test_saved_pages(write, start, text):
    report = read_report(write(MHT.format(start=start)))
    assert (report.format, report.text) == ("mht", text)
    assert report.meta == ({"source_url": "https://www.example.gov.cn/1.html"} if not start else {})


def test_a_mail_without_a_page_is_refused(write):
    refused = refusal(write(b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nhello"))
    assert refused.reason == "format"


# --- Workbooks -----------------------------------------------------------------------------------


def xlsx(fill):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        fill(book)
    return buffer.getvalue()


def test_a_workbook_of_figures(write):
    def fill(book):
        percent, counted = book.add_format({"num_format": "0.0%"}), book.add_format({"num_format": "#,##0"})
        sheet = book.add_worksheet("调解情况")
        sheet.merge_range("A1:C1", "2023年人民调解情况表")
        sheet.write_row("A2", ["类别", "件数", "成功率"])
        sheet.write_row("A3", ["人民调解"])
        sheet.write_number("B3", 1318, counted)
        sheet.write_number("C3", 0.98333, percent)
        sheet.write_string("A4", "行政\n调解")
        sheet.write_formula("B4", "=20+1", None, 21)
        sheet.write_rich_string("A5", "合", book.add_format({"bold": True}), "计")
        sheet.write_formula("C5", "=1/0", None, "#DIV/0!")
        hidden = book.add_worksheet("底稿")
        hidden.write("A1", "不该读到")
        hidden.hide()
        book.add_worksheet("空表")
        book.add_worksheet("Sheet4").write_row(5, 2, ["甲", 2])

    report = read_report(write(xlsx(fill)))
    assert report.format == "xlsx"
    assert report.text.split("\n") == [
        "调解情况", "2023年人民调解情况表", "类别\t件数\t成功率", "人民调解\t1,318\t98.3%", "行政 调解\t21", "合计",
        "\t\t甲\t2",
    ]  # fmt: skip


def test_hidden_rows_and_columns_are_off(write):
    def fill(book):
        sheet = book.add_worksheet()
        for row in range(3):
            sheet.write_row(row, 0, [f"行{row}", 10 + row, 20 + row])
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})

    assert read_report(write(xlsx(fill))).text == "行0\t\t20\n行2\t\t22"


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("12", "General", "12"),
        ("12.5", "General", "12.5"),
        ("0.30000000000000004", "General", "0.3"),
        ("1E-05", "General", "0.00001"),
        ("150000000000", "General", "150000000000"),
        ("12345.678", "0.00", "12345.68"),
        ("0.5", "0", "1"),
        ("1318", "#,##0", "1,318"),
        ("0.963", "0%", "96%"),
        ("0.963", "0.0%", "96.3%"),
        ("1", "0.00%", "100.00%"),
        ("12", '0"件"', "12件"),
        ("12", "0\\件", "12件"),
        ("-3", "#,##0_);(#,##0)", "-3"),
        ("0", '0;-0;"—"', "0"),
        ("25000", "0.0,", "25.0"),
        ("12", "@", "12"),
        ("1234.5", '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "1,234.50"),
        ("45366", "yyyy/m/d", "2024年3月15日"),
        ("45366", 'yyyy"年"', "2024年"),
        ("45366", '[$-804]yyyy"年"m"月"', "2024年3月"),
        ("1e999999", "0", "1e999999"),
        ("x", "0", ""),
    ],
)  # fmt: skip
def test_numbers_as_their_format_shows_them(value, code, shown):
    assert workbook.show_number(value, code) == shown


def test_formulas_without_a_value_are_counted(write):
    data = xlsx(lambda book: book.add_worksheet().write_row("A1", ["合计", "=1+1"]))
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        files = {name: opened.read(name).replace(b"<v>0</v></c></row>", b"</c></row>") for name in opened.namelist()}
    report = read_report(write(packed(files)))
    assert report.text == "合计"
    assert "1 formulas have no stored value: their cells stand empty" in report.warnings


# --- Archives ------------------------------------------------------------------------------------


class Gbk(zipfile.ZipInfo):
    """A member named as Chinese Windows does: in GBK, with nothing said of it."""

    def _encodeFilenameFlags(self):
        return self.filename.encode("gbk"), self.flag_bits


def archive_of(*members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for info, content in members:
            opened.writestr(info, content)
    return buffer.getvalue()


def outcome(path, root=None):
    """doc -> text of the report, or the reason of the refusal."""
    found = {each.doc: each.text if isinstance(each, Report) else each.reason for each in read_reports(path, root)}
    assert all(each.detail.endswith(".") for each in read_reports(path, root) if isinstance(each, Unreadable))
    return found


def test_each_file_of_an_archive_is_a_report():
    assert outcome(FOLDER / "report.zip", FOLDER.parent) == {
        "formats/report.zip/静海镇/inner.zip/报告.doc": TEXT,
        "formats/report.zip/静海镇/inner.zip/报告.docx": TEXT,
        "formats/report.zip/静海镇/报告.txt": TEXT,
    }
    for report in read_reports(FOLDER / "report.zip"):
        assert facts(report) == EXPECTED


def test_a_file_that_is_no_archive_gives_one(write):
    assert outcome(write("甲办件3件。", "a.txt")) == {"a.txt": "甲办件3件。"}
    assert outcome(write("", "b.txt")) == {"b.txt": "empty"}
    assert outcome(write("", "b.txt").with_name("none.txt")) == {"none.txt": "unreadable"}


def test_one_file_of_an_archive_is_read_by_its_path():
    inside = FOLDER / "report.zip" / "静海镇" / "inner.zip" / "报告.docx"
    assert read_report(inside, FOLDER).doc == "report.zip/静海镇/inner.zip/报告.docx"
    assert read_report(inside).text == TEXT
    with pytest.raises(Unreadable) as caught:
        read_report(FOLDER / "report.zip" / "none.docx")
    assert (caught.value.doc, caught.value.reason) == ("report.zip/none.docx", "unreadable")
    assert refusal(FOLDER / "report.zip").reason == "format"


def test_names_in_an_archive(write):
    data = archive_of(
        (Gbk("甲县\\报告.txt"), "反斜杠。"),
        (Gbk("乙县/2023年报告.txt"), "国标码。"),
        (zipfile.ZipInfo("丙县/报告.txt"), "统一码。"),
        (zipfile.ZipInfo("丙县/"), ""),
        (zipfile.ZipInfo("__MACOSX/丙县/._报告.txt"), "x"),
        (zipfile.ZipInfo("Thumbs.db"), "x"),
        (zipfile.ZipInfo(".hidden/a.txt"), "x"),
        (zipfile.ZipInfo("丙县/~$报告.docx"), "x"),
    )
    assert outcome(write(data, "a.zip")) == {
        "a.zip/甲县/报告.txt": "反斜杠。",
        "a.zip/乙县/2023年报告.txt": "国标码。",
        "a.zip/丙县/报告.txt": "统一码。",
    }


def link(name):
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info


def test_an_archive_reaches_nowhere_and_says_what_it_cannot_read(write):
    data = archive_of(
        (zipfile.ZipInfo("../a.txt"), "x"),
        (zipfile.ZipInfo("b/../../c.txt"), "x"),
        (zipfile.ZipInfo("/etc/passwd"), "x"),
        (zipfile.ZipInfo("C:\\a.txt"), "x"),
        (zipfile.ZipInfo("a//b.txt"), "x"),
        (zipfile.ZipInfo("a\x1bb.txt"), "x"),
        (zipfile.ZipInfo("长" * 100), "x"),
        (link("link.txt"), "/etc/passwd"),
        (zipfile.ZipInfo("empty.txt"), ""),
        (zipfile.ZipInfo("picture.docx"), b"GIF89a" + bytes(20)),
        (zipfile.ZipInfo("cut.docx"), docx(P("甲"))[:300]),
        (zipfile.ZipInfo("good.txt"), "甲"),
        (zipfile.ZipInfo("deep.zip"), packed({"in.zip": packed({"x.txt": "x"}), "y.txt": "乙"})),
        (zipfile.ZipInfo("twice.zip"), packed({"x.txt": "x"})),
        (zipfile.ZipInfo("twice.zip/x.txt"), "丙"),
    )
    found = outcome(write(data, "a.zip"))
    assert {doc.removeprefix("a.zip/"): said for doc, said in found.items()} == {
        "../a.txt": "unsafe", "b/../../c.txt": "unsafe", "/etc/passwd": "unsafe", "C:/a.txt": "unsafe", "a//b.txt": "unsafe",
        "a\x1bb.txt": "unsafe", "长" * 100: "unsafe", "link.txt": "unsafe", "empty.txt": "empty", "picture.docx": "binary",
        "cut.docx": "damaged", "good.txt": "甲", "deep.zip/in.zip": "format", "deep.zip/y.txt": "乙", "twice.zip": "unsafe",
        "twice.zip/x.txt": "丙",
    }  # fmt: skip


def test_an_archive_without_reports_is_empty(write):
    assert outcome(write(packed({}), "a.zip")) == {"a.zip": "empty"}
    assert outcome(write(packed({"Thumbs.db": "x", "__MACOSX/x": "x"}), "a.zip")) == {"a.zip": "empty"}


def test_a_word_document_by_name_alone_is_what_it_is(write):
    assert outcome(write(packed({"a.txt": "甲"}), "report.docx")) == {"report.docx/a.txt": "甲"}
    assert outcome(write("甲办件3件。", "report.docx")) == {"report.docx": "甲办件3件。"}


def test_archives_in_the_tables(write, tmp_path):
    write(packed({"a/甲.txt": "杭州市临平区2023年收到行政复议申请86件。", "b.txt": ""}), "raw/one.zip")
    write(packed({"a/甲.docx": docx(P("杭州市余杭区2023年收到行政复议申请87件。"))}), "raw/two.zip")
    write(packed({"a/甲.docx": docx(P("杭州市余杭区2023年收到行政复议申请87件。"))}), "raw/twin.zip")
    write("杭州市临平区2023年收到行政复议申请86件。", "raw/z.txt")
    out = tmp_path / "tables"
    summary = fz.build(tmp_path / "raw", out, processes=1)
    documents = fz.load(out).documents
    assert documents["doc"].to_list() == ["one.zip/a/甲.txt", "twin.zip/a/甲.docx"]
    assert documents["warnings"].to_list()[0].endswith("same content: z.txt")
    assert documents["warnings"].to_list()[1].endswith("same content: two.zip/a/甲.docx")
    assert (summary.reports, summary.twins) == (2, 2)
    assert [(f.doc, f.reason) for f in summary.failures] == [("one.zip/b.txt", "empty")]
    assert fz.load(out).indicators["value"].to_list() == [86, 87]
    assert [path.relative_to(out).as_posix() for path in out.rglob("*.docx.txt")] == ["text/twin.zip/a/甲.docx.txt"]


# --- What is no report, or made to do harm -------------------------------------------------------

WORD_XML = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'


def with_document(xml):
    return docx("", extra={"word/document.xml": xml})


def renamed(data, old, new):
    """A file in the container of old Office with a stream under another name."""
    at = data.index(old.encode("utf-16-le") + b"\0\0")
    entry = new.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(new) + 2)
    return data[:at] + entry + data[at + 66 :]


def locked_doc():
    data = bytearray((FOLDER / "report.doc").read_bytes())
    data[data.index(b"\xec\xa5") + 11] |= 1  # fEncrypted of the first block of WordDocument
    return bytes(data)


def too_long_doc():
    data = bytearray((FOLDER / "report.doc").read_bytes())
    struct.pack_into("<i", data, data.index(b"\xec\xa5") + 76, 2_000_000_000)
    return bytes(data)


def locked_zip():
    data = bytearray(packed({"a.txt": "甲"}, zipfile.ZIP_STORED))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def lying_zip():
    """A member that declares a tenth of its size."""
    data = bytearray(packed({"a.txt": "x" * 1000}))
    for at in (22, data.index(b"PK\x01\x02") + 24):
        data[at : at + 4] = struct.pack("<I", 100)
    return bytes(data)


OLD = (FOLDER / "report.doc").read_bytes()
LAUGHS = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghij", "bcdefghijk", strict=True))
DOCTYPE = f'<!DOCTYPE w [<!ENTITY a "法治">{LAUGHS}]>' + WORD_XML.format("<w:p><w:r><w:t>&k;</w:t></w:r></w:p>")
SHEET = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def with_sheet(inside):
    with zipfile.ZipFile(io.BytesIO(xlsx(lambda book: book.add_worksheet().write("A1", "甲")))) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    return packed({**files, "xl/worksheets/sheet1.xml": SHEET.format(inside)})


HOSTILE = {  # what, how it ends, a word of the reason given
    "a PowerPoint file": (lambda: packed({"[Content_Types].xml": "x", "ppt/presentation.xml": "x"}), "format", "PowerPoint"),
    "an OpenDocument text": (lambda: packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "x"}, 0), "format", "OpenDocument"),
    "docx without a document": (lambda: packed({"[Content_Types].xml": "x", "word/styles.xml": "x"}), "damaged", "no main part"),
    "docx cut off": (lambda: (FOLDER / "report.docx").read_bytes()[:2000], "damaged", "cut off"),
    "docx without its end": (lambda: (FOLDER / "report.docx").read_bytes()[:-30], "damaged", "cut off"),
    "docx of broken XML": (lambda: with_document("<w:document"), "damaged", "XML"),
    "docx of no XML": (lambda: with_document("\0\1\2"), "damaged", "XML"),
    "docx with entities": (lambda: with_document(DOCTYPE), "unsafe", "DOCTYPE"),
    "the same in UTF-16": (lambda: with_document(f'<?xml version="1.0" encoding="utf-16"?>{DOCTYPE}'.encode("utf-16")), "unsafe", "DOCTYPE"),
    "docx nested deeply": (lambda: with_document(WORD_XML.format("<w:p>" * 100_000)), "damaged", "XML"),
    "docx of 40 MB": (lambda: with_document(WORD_XML.format("<w:p/>" + " " * 40_000_000)), "too_large", "40 MB"),
    "docx that unpacks to 1,000 times its size": (lambda: with_document(WORD_XML.format(" " * 9_000_000)), "too_large", "times its size"),
    "docx of 2,400,000 tags": (lambda: with_document(WORD_XML.format("".join(f"<w:p a='{n * 7919 % 9973}'/>" for n in range(800_000)) + "<a/>" * 1_600_000)), "too_large", "tags"),
    "docx with a password": (lambda: renamed(OLD, "WordDocument", "EncryptedPackage"), "encrypted", "password"),
    "doc with a password": (locked_doc, "encrypted", "password"),
    "old Excel": (lambda: renamed(OLD, "WordDocument", "Workbook"), "format", "Excel"),
    "old PowerPoint": (lambda: renamed(OLD, "WordDocument", "PowerPoint Document"), "format", "PowerPoint"),
    "some other old file": (lambda: renamed(OLD, "WordDocument", "Whatever"), "format", "no document"),
    "doc cut off": (lambda: OLD[:3000], "damaged", "cannot be read"),
    "doc of two thousand million characters": (too_long_doc, "too_large", "characters"),
    "doc of nothing": (lambda: OLD[:8] + bytes(2000), "damaged", "cannot be read"),
    "xlsb": (lambda: packed({"[Content_Types].xml": "x", "xl/workbook.bin": "x", "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>'}), "format", "xlsb"),
    "xlsx of far cells": (lambda: with_sheet('<row><c r="XFD1"><v>1</v></c></row>' * 200), "too_large", "cells"),
    "xlsx with entities": (lambda: packed({"[Content_Types].xml": "x", "xl/workbook.xml": DOCTYPE}), "unsafe", "DOCTYPE"),
    "RTF nested deeply": (lambda: b"{\\rtf1 " + b"{" * 100_000, "unreadable", "nested too deeply"),
    "RTF of nothing": (lambda: b"{\\rtf1}", "empty", "no text"),
    "RTF that counts bytes it does not have": (lambda: b"{\\rtf1 \\bin999999999 x}", "empty", "no text"),
    "mht of 100,000 parts": (lambda: MHT.format(start="").encode() + b"\n--b\n\nx" * 100_000, "too_large", "parts"),
    "mht nested deeply": (lambda: b"MIME-Version: 1.0\n" + b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(4_000)), "too_large", "parts"),
    "mht of 5,000,000 lines": (lambda: MHT.format(start="").encode() + b"\n" * 5_000_000, "too_large", "lines"),
    "mht as slow as it may be": (lambda: b"MIME-Version: 1.0\n" + b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(5)) + b"\n-\n" * 1_900_000, None, ""),
    "mht with a header of 20 MB": (lambda: b"MIME-Version: 1.0\nX: " + b"a" * 20_000_000 + b"\n" + MHT.format(start="").encode(), None, ""),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused_by_name_within_seconds(write, case):
    make, reason, says = HOSTILE[case]
    path = write(make())
    start = time.process_time()
    (each,) = read_reports(path)
    assert time.process_time() - start < 10
    if reason is not None:  # else any outcome will do that is not an error
        assert (each.reason, says in each.detail) == (reason, True), each


HOSTILE_ARCHIVES = {
    "locked": (locked_zip, {"a.txt": "encrypted"}),
    "a size that lies": (lying_zip, {"a.txt": "damaged"}),
    "a bomb": (lambda: packed({"bomb.txt": bytes(20_000_000), "good.txt": "甲"}), {"bomb.txt": "too_large", "good.txt": "甲"}),
    "10,001 files": (lambda: packed({f"{n}.txt": "" for n in range(10_001)}, 0), {"": "too_large"}),
    "cut off": (lambda: packed({"a.txt": "甲" * 100})[:60], {"": "damaged"}),
    "LZMA": (lambda: packed({"a.txt": "甲"}, zipfile.ZIP_LZMA), {"a.txt": "format"}),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE_ARCHIVES)
def test_hostile_archives(write, case):
    make, expected = HOSTILE_ARCHIVES[case]
    path = write(make(), "a.zip")
    start = time.process_time()
    found = outcome(path)
    assert {doc.removeprefix("a.zip").removeprefix("/"): said for doc, said in found.items()} == expected
    assert time.process_time() - start < 10


def test_all_files_of_an_archive_and_those_inside_it_share_one_limit(write, monkeypatch):
    monkeypatch.setattr(archive, "_MOST", 5_000)
    inner = packed({"b.txt": os.urandom(3_000)})
    path = write(packed({"a.txt": "甲" * 300, "b.zip": inner, "c.txt": "乙"}), "a.zip")
    assert outcome(path) == {"a.zip/a.txt": "甲" * 300, "a.zip/b.zip": "too_large", "a.zip/c.txt": "乙"}
    assert outcome(write(packed({"a.txt": "x" * 6_000}), "b.zip")) == {"b.zip": "too_large"}


def test_an_rtf_of_too_many_words(write, monkeypatch):
    monkeypatch.setattr(rtf_reader, "_MOST_TOKENS", 1_000)
    assert refusal(write(rtf("\\par" * 1_001))).reason == "too_large"


def test_every_sample_cut_anywhere_ends_in_a_report_or_a_refusal(write):
    for path in sorted(FOLDER.iterdir()):
        data = path.read_bytes()
        for part in range(1, 16):
            for each in read_reports(write(data[: len(data) * part // 16])):
                assert isinstance(each, Report) or each.detail.endswith(".")


def test_kinds_of_zip_files():
    assert package.kind(docx("")) == "word"
    assert package.kind(packed({"word/document.xml": "x"})) == "word"
    assert package.kind(packed({"word/a.txt": "x"})) == "archive"  # a folder called word
    assert package.kind(packed({"OFD.xml": "x"})) == "ofd"
    assert package.kind(b"PK\x03\x04") == "damaged"
    assert package.kind(b"text") == ""
