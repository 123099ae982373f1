"""What a hostile report may hold: markup, formulas, archives made to do harm, damaged files. Shared with the stress test."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable, Mapping

from make_formats import docx, packed

# --- Text ----------------------------------------------------------------------------------------

FORMULAS = (
    "=SUM(A:A)",
    "+SUM(A:A)",
    "-SUM(A:A)",
    "@SUM(A:A)",
    "\t=SUM(A:A)",
    '=HYPERLINK("http://x.invalid","甲")',
    "=cmd|'/C calc'!A",
    "'=SUM(A:A)",
    "''@甲",
    "＝SUM(A:A)",
)
MARKUP = (  # without digits, so that nothing is marked in it
    "<script>window.taken = true; document.title = 'taken'</script>",
    "</script><img src=x onerror=\"window.taken = true\">",
    "<svg onload=window.taken=true><iframe srcdoc='<script>parent.taken=true</script>'>",
    "\"><a href='javascript:window.taken=true'>甲</a><!--",
    "]]>--></title></style></textarea><base href=http://x.invalid/>",
    "&lt;b&gt;&amp;&quot;{{constructor.constructor('window.taken=true')()}}${taken}`",
)  # fmt: skip
CONTROL = "甲\u202e乙\u2066丙\u200f\x1b[31m\u0085\ufeff\u2028丁"
TRIGGERS = (  # what a pattern may stumble over when it stands there a hundred thousand times
    "1", "十", "（", "）", "其中", "、", "分别", "分别为", "年", "2023年", " ", "　", "|", "\t", "《", "“", "%", "，", "。", "\n",
    "共", "1、", "件", "12件、", "—", "至", "同比", "约", "-", "#", "一、", "全年收到行政复议申请86件。",
)  # fmt: skip
TRADE = (
    "全县 共 累计 调解 纠纷 受理 行政复议 申请 案件 出庭应诉率 其中 分别 由 提高到 力争 2023年 98% 3045件 1.2万余人次 X件 两次 百分之九十 "
    "三分之一 八五普法 12345 〔2023〕15号 一、 （一） 1. 一是 存在的问题 下一步 共计 同比 增长 较上年 ， 。 ； 、 ： （ ） \n \t 　 | “ ” 《 》 "
    "# --- <p> &nbsp; － ～ % ‰ ＋ ０９ 九 〇 廿 \ufeff \u200b \u202e \x00 \x1b \ud800 𬭎 é ﷺ"
).split(" ")


def random_text(draw: random.Random, length: int = 60) -> str:
    """Words of the trade in any order, or any characters at all."""
    if draw.random() < 0.7:
        return "".join(draw.choice(TRADE) for _ in range(draw.randint(1, length)))
    return "".join(chr(draw.choice((draw.randrange(0x250), draw.randrange(0x3000, 0xA000), draw.randrange(0x110000)))) for _ in range(draw.randint(1, length)))  # fmt: skip


def mutated_text(text: str, draw: random.Random) -> str:
    """The text with a few places cut out, doubled, moved, or something put in."""
    for _ in range(draw.randint(1, 6)):
        at, to = sorted((draw.randint(0, len(text)), draw.randint(0, len(text))))
        to = min(to, at + 40)
        piece = draw.choice(("", text[at:to] * 2, text[at:to][::-1], draw.choice(TRADE), random_text(draw, 5)))
        text = text[:at] + piece + text[to:]
    return text


# --- Files ---------------------------------------------------------------------------------------


def mutated(data: bytes, draw: random.Random) -> bytes:
    """The file with bits turned, bytes cut out, doubled, overwritten, or its end lost."""
    held = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 5, 20))):
        at = draw.randrange(len(held) + 1)
        kind = draw.randrange(6)
        if kind == 0 and at < len(held):
            held[at] ^= 1 << draw.randrange(8)
        elif kind == 1:
            held[at : at + draw.randint(1, 64)] = b""
        elif kind == 2:
            held[at:at] = held[at : at + draw.randint(1, 64)]
        elif kind == 3:
            held[at : at + 4] = draw.choice(
                (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f")
            )
        elif kind == 4:
            held[at : at + 8] = draw.randbytes(8)
        elif draw.random() < 0.2:
            del held[at:]
    return bytes(held)


def repacked(data: bytes, draw: random.Random) -> bytes:
    """A ZIP file with one of its members damaged inside, so that the damage is not stopped by a checksum."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    name = draw.choice(sorted(name for name in files if files[name]))
    return packed({**files, name: mutated(files[name], draw)})


def overlapping(copies: int = 2000, size: int = 200_000) -> bytes:
    """An archive whose members all unpack the same bytes: a bomb without a bomb in it."""
    whole = packed({"a.txt": b"\xe7\x94\xb2" * (size // 3)})
    end = whole.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<I", whole, end + 16)[0]
    entry = whole[start:end]
    entries = b"".join(entry[:46] + f"{n:05}".encode() + entry[51:] for n in range(copies))
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, copies, copies, len(entries), start, 0)
    return whole[:start] + entries + tail


def nested(depth: int) -> bytes:
    """An archive in an archive, so many times."""
    data = packed({"a.txt": "甲"})
    for _ in range(depth):
        data = packed({"a.zip": data})
    return data


def sized(most: int) -> bytes:
    """An archive whose member declares other sizes, in either direction, than it has."""
    data = bytearray(packed({"a.txt": "甲" * 1000}))
    for at in (22, data.index(b"PK\x01\x02") + 24):
        struct.pack_into("<I", data, at, most)
    return bytes(data)


_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_INCLUDE = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="{}"/>'


def reaching(kind: str, address: str) -> bytes:
    """A Word, Excel, OFD or HTML file that asks for what stands at the address, by XInclude and by an entity."""
    include, doctype = _INCLUDE.format(address), f'<!DOCTYPE x [<!ENTITY x SYSTEM "{address}">]>'
    if kind == "docx by XInclude":
        return docx(f"<w:p><w:r><w:t>办件3件。{include}</w:t></w:r></w:p>")
    if kind == "docx by an entity":
        return docx("", extra={"word/document.xml": f'{doctype}<w:document xmlns:w="{_W}"><w:body><w:p><w:r><w:t>办件3件。&x;</w:t></w:r></w:p></w:body></w:document>'})  # fmt: skip
    if kind == "docx by a picture and a template":
        links = f'<Relationship Id="r1" Type="x/image" TargetMode="External" Target="{address}"/><Relationship Id="r2" Type="x/attachedTemplate" Target="{address}"/>'
        return docx("<w:p><w:r><w:t>办件3件。</w:t></w:r></w:p>", extra={"word/_rels/document.xml.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'})  # fmt: skip
    if kind == "xlsx by XInclude":
        sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>办件3件。{include}</t></is></c></row></sheetData></worksheet>'
        return with_sheet(sheet)
    if kind == "xlsx by an entity":
        sheet = f'{doctype}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>办件3件。&x;</t></is></c></row></sheetData></worksheet>'
        return with_sheet(sheet)
    if kind == "html by XInclude":
        return f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>甲</title></head><body><p>办件3件。</p>{include}<object data="{address}"></object><embed src="{address}"/></body></html>'.encode()
    raise ValueError(kind)


REACHING = (
    "docx by XInclude",
    "docx by an entity",
    "docx by a picture and a template",
    "xlsx by XInclude",
    "xlsx by an entity",
    "html by XInclude",
)


def with_sheet(sheet: str) -> bytes:
    """A workbook with this XML as its only sheet."""
    import xlsxwriter

    held = io.BytesIO()
    with xlsxwriter.Workbook(held) as book:
        book.add_worksheet().write_string("A1", "甲")
    with zipfile.ZipFile(held) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    return packed({**files, "xl/worksheets/sheet1.xml": sheet})


BOMBS: Mapping[str, Callable[[], bytes]] = {
    "members that overlap": overlapping,
    "20 archives deep": lambda: nested(20),
    "4 GB declared": lambda: sized(0xFFFFFFF0),
    "1 byte declared": lambda: sized(1),
    "100 bombs in one archive": lambda: packed({f"{n}.zip": packed({"a.txt": bytes(5_000_000)}) for n in range(100)}),
    "50,000 empty members": lambda: packed({f"{n}.txt": "" for n in range(50_000)}, 0),
    "a workbook of one bomb": lambda: with_sheet(" " * 60_000_000),
}
# inside an archive: name as it is written, reason of the refusal or "" where the file is read
NAMES = {
    "../../甲.txt": "unsafe",
    "甲/../../../乙.txt": "unsafe",
    "..\\..\\甲.txt": "unsafe",
    "/tmp/甲.txt": "unsafe",
    "\\\\server\\share\\甲.txt": "unsafe",
    "c:甲.txt": "unsafe",
    "甲/./乙.txt": "unsafe",
    "甲\n0 failures.txt": "unsafe",
    "甲\x1b[2J.txt": "unsafe",
    "．．/甲.txt": "",  # wide dots are no way out
    "e\u0301.txt": "",
    "\u00e9.txt": "",
    "甲\u202etxt.exe": "",
    "甲\u200b.txt": "",
    "=甲.txt": "",
    "con.txt": "",
    "甲<script>.txt": "",
    "𬭎🏛️.txt": "",
}
