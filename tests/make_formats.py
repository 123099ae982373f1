"""Writes the files of tests/formats: one restated report in every format a library or a few lines can make.

    python tests/make_formats.py

report.doc, changes.doc, changes.rtf and the three files called libreoffice.* were made once by LibreOffice 7.4 from
report.docx, changes.docx and report.xlsx:

    soffice --headless --convert-to doc:"MS Word 97" report.docx

`docx` and `rtf` serve the tests too, for documents of a few lines.
"""

from __future__ import annotations

import datetime
import email.encoders
import email.message
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

import xlsxwriter

FOLDER = Path(__file__).with_name("formats")
SOURCE = Path(__file__).parents[1] / "data/raw/天津市静海区静海镇人民政府/2024-report.md"
TABLE = [("指标", "2024年"), ("化解矛盾纠纷（件）", "80"), ("办理法律援助（件）", "8"), ("政务信息公开（条）", "148")]


def lines() -> list[str]:
    """The report, a line a paragraph, with a table of some of its figures at the end."""
    body = SOURCE.read_text("utf-8").split("---\n", 2)[2]
    return [line.lstrip("# ") for line in body.splitlines() if line.strip()] + ["\t".join(row) for row in TABLE]


# --- Word ----------------------------------------------------------------------------------------

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NAMES = (
    f'xmlns:w="{_W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
CHINESE = """<w:abstractNum w:abstractNumId="1"><w:multiLevelType w:val="multilevel"/>
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:suff w:val="nothing"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:suff w:val="nothing"/><w:lvlText w:val="（%2）"/></w:lvl>
</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>"""
STYLES = """<w:style w:type="paragraph" w:styleId="a5"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="toc1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="paragraph" w:styleId="h1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>"""


def packed(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), content, method)
    return buffer.getvalue()


TRACKED = "w:id='1' w:author='a' w:date='2025-01-01T00:00:00Z'"
BOX = """<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0"
simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>
<wp:positionH relativeFrom="column"><wp:posOffset>0</wp:posOffset></wp:positionH>
<wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV>
<wp:extent cx="2000000" cy="600000"/><wp:wrapSquare wrapText="bothSides"/><wp:docPr id="1" name="b"/>
<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>
<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2000000" cy="600000"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr><wps:txbx><w:txbxContent>{0}</w:txbxContent></wps:txbx>
<wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>
<w:txbxContent>{0}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"""
OLD_BOX = """<w:r><w:pict><v:shape><v:textbox><w:txbxContent>{0}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"""


def docx(body: str, numbering: str = CHINESE, styles: str = STYLES, extra: Mapping[str, str] = {}) -> bytes:
    """A Word document with this inside its body (and any further parts)."""
    parts = {"document": f"<w:body>{body}</w:body>", "styles": styles, "numbering": numbering}
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_TYPES}.{name if name != "document" else "document.main"}+xml"/>'
        for name in parts
    )
    files = {
        "[Content_Types].xml": '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{overrides}</Types>",
        "_rels/.rels": _relations({"officeDocument": "word/document.xml"}),
        "word/_rels/document.xml.rels": _relations({"styles": "styles.xml", "numbering": "numbering.xml"}),
    }
    for name, inside in parts.items():
        files[f"word/{name}.xml"] = f'<?xml version="1.0" encoding="UTF-8"?><w:{name} {_NAMES}>{inside}</w:{name}>'
    return packed({**files, **extra})


def _relations(targets: Mapping[str, str]) -> str:
    inside = "".join(
        f'<Relationship Id="r{at}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets.items())
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(text: str = "", level: int | None = None, style: str = "", number: str = "1", inside: str = "") -> str:
    """A paragraph; `level`: of automatic numbering; `inside`: what stands before its text."""
    counted = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>' if level is not None else ""
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{styled}{counted}</w:pPr>{inside}{run(text) if text else ''}</w:p>"


def table(rows: Iterable[Iterable[str]]) -> str:
    """A table; a cell is text, or blocks where it starts with a tag."""
    inside = ""
    for row in rows:
        cells = "".join(f"<w:tc>{cell if cell.startswith('<') else paragraph(cell)}</w:tc>" for cell in row)
        inside += f"<w:tr>{cells}</w:tr>"
    return f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid><w:gridCol/><w:gridCol/></w:tblGrid>{inside}</w:tbl>'


def _word_report() -> bytes:
    """With 一、 and （一） as automatic numbers, which stand in no text."""
    body = ""
    for line in lines():
        if "\t" in line:
            continue
        found = re.match("[一二三四五六]、|（[一二三]）", line)
        level = None if not found else int(line.startswith("（"))
        body += paragraph(line[found.end() :] if found else line, level, "" if body else "a5")
    return docx(body + table(TABLE) + paragraph())


def _changed_word() -> bytes:
    """What is hard to read: numbers, tracked changes, a text box, a table within a table."""
    changed = (
        f"{run('调解纠纷')}<w:ins {TRACKED}>{run('312')}</w:ins>"
        f"<w:del {TRACKED}><w:r><w:delText>298</w:delText></w:r></w:del>{run('件。')}"
    )
    return docx(
        paragraph("某县2024年工作报告", style="a5")
        + paragraph("主要做法", 0)
        + paragraph("立规矩。全年修规范性文件3件。", 1)
        + f"<w:p>{changed}</w:p>"
        + paragraph("文本框在此段之后。", inside=BOX.format(paragraph("框内：普法讲座41场。")))
        + table([["类别", "件数"], ["外层", table([["甲", "1"], ["乙", "2"]]) + paragraph()]])
        + paragraph("二级标题之后", 1)
        + paragraph("第二部分", 0)
    )


# --- The other formats ---------------------------------------------------------------------------


def rtf(inside: str, fonts: str = r"{\f0\fcharset134 SimSun;}") -> bytes:
    """RTF as Chinese Word writes it: `inside` in code page 936, control words as they stand."""
    return rf"{{\rtf1\ansi\ansicpg936\deff0{{\fonttbl{fonts}}}\uc1 {inside}}}".encode("gb18030")


def in_hex(text: str) -> str:
    """What stands beyond ASCII as \\'xx in GBK; what GBK does not have as \\uN."""
    out = ""
    for character in text:
        if character < "\x80":
            out += character
        else:
            try:
                out += "".join(f"\\'{byte:02x}" for byte in character.encode("gbk"))
            except UnicodeEncodeError:
                units = character.encode("utf-16-le")
                out += "".join(
                    f"\\u{int.from_bytes(units[at : at + 2], 'little', signed=True)}?" for at in range(0, len(units), 2)
                )
    return out


def _rtf_report() -> bytes:
    inside = ""
    for line in lines():
        if "\t" in line:
            cells = "".join(f"\\intbl {in_hex(cell)}\\cell " for cell in line.split("\t"))
            inside += rf"\trowd\cellx4000\cellx8000 \pard {cells}\row "
        else:
            inside += rf"\pard\f0 {in_hex(line)}\par" + "\n"
    return rtf(inside)


def _page() -> str:
    rows = "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in TABLE)
    title, *rest = (line for line in lines() if "\t" not in line)
    body = "".join(f"<p>{escape(line)}</p>" for line in rest)
    return (
        f'<html><head><meta charset="gb2312"><title>{title}</title></head>'
        f'<body><div id="zoom"><p>{title}</p>{body}<table>{rows}</table></div></body></html>'
    )


def _mht_report() -> bytes:
    message = email.message.Message()
    message["From"] = "<Saved by Blink>"
    message["Snapshot-Content-Location"] = "https://www.example.gov.cn/2025/report.html"
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = 'multipart/related; type="text/html"; boundary="----part"'
    page = email.message.Message()
    page["Content-Type"] = "text/html"
    page.set_payload(_page().encode("gb18030"))
    email.encoders.encode_quopri(page)
    style = email.message.Message()
    style["Content-Type"] = "text/css"
    style.set_payload("p { color: black }")
    for part in (page, style):
        message.attach(part)
    return message.as_bytes()


def _workbook_report() -> bytes:
    """Each paragraph a row of one cell, the table as such."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.set_properties({"created": datetime.datetime(2025, 1, 1)})
        sheet = book.add_worksheet()
        for at, line in enumerate(lines()):
            for column, cell in enumerate(line.split("\t")):
                if cell.isdecimal():
                    sheet.write_number(at, column, int(cell))
                else:
                    sheet.write_string(at, column, cell)
    return buffer.getvalue()


def main() -> None:
    word, text = _word_report(), "\n".join(lines())
    files = {
        "report.txt": text.encode(),
        "report.docx": word,
        "changes.docx": _changed_word(),
        "report.rtf": _rtf_report(),
        "report.mht": _mht_report(),
        "report.xlsx": _workbook_report(),
    }
    old = FOLDER / "report.doc"
    inner = {"报告.docx": word, **({"报告.doc": old.read_bytes()} if old.exists() else {})}
    files["report.zip"] = packed({"静海镇/报告.txt": text, "静海镇/inner.zip": packed(inner, zipfile.ZIP_STORED)})
    for name, content in files.items():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
