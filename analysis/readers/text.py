"""Plain text: bytes to characters, and the title among the first lines."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from analysis.readers import Reading, Unreadable

# --- What is no text -----------------------------------------------------------------------------

_BINARY = (  # signature, reason, name
    (b"%PDF-", "format", "a PDF document"),
    (b"{\\rtf", "format", "an RTF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "format", "a document of old Office or WPS (doc, xls, ppt, wps)"),
    (b"PK\x03\x04", "binary", "a ZIP archive"),
    (b"PK\x05\x06", "binary", "an empty ZIP archive"),
    (b"Rar!\x1a\x07", "binary", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "binary", "a 7z archive"),
    (b"\x1f\x8b\x08", "binary", "a gzip archive"),
    (b"\xfd7zXZ\x00", "binary", "an xz archive"),
    (b"\x89PNG\r\n\x1a\n", "binary", "a PNG picture"),
    (b"\xff\xd8\xff", "binary", "a JPEG picture"),
    (b"GIF87a", "binary", "a GIF picture"),
    (b"GIF89a", "binary", "a GIF picture"),
    (b"II*\x00", "binary", "a TIFF picture"),
    (b"MM\x00*", "binary", "a TIFF picture"),
    (b"\x7fELF", "binary", "a program"),
    (b"MZ\x90\x00", "binary", "a program"),
    (b"SQLite format 3\x00", "binary", "an SQLite database"),
    (b"PAR1", "binary", "a Parquet table"),
)
_INSIDE_ZIP = (  # the name of a file inside, what the archive then is
    (b"word/", "a Word document (docx)"),
    (b"xl/", "an Excel workbook (xlsx)"),
    (b"ppt/", "a PowerPoint file (pptx)"),
    (b"OFD.xml", "an OFD document"),
    (b"application/vnd.oasis", "an OpenDocument file"),
)
_MAIL = re.compile(rb"(?:From: <Saved by|MIME-Version:|Content-Type: multipart/related)", re.IGNORECASE)
_CONTROLS = bytes([*range(0x09), *range(0x0E, 0x1A), *range(0x1C, 0x20), 0x7F])


def other_format(data: bytes) -> tuple[str, str] | None:
    """(reason, name) of what the first bytes say that is no text, None if they say nothing."""
    for signature, reason, name in _BINARY:
        if data.startswith(signature):
            if signature == b"PK\x03\x04":
                for inside, document in _INSIDE_ZIP:
                    if inside in data[:4096] or inside in data[-65536:]:
                        return "format", document
            return reason, name
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "binary", "a WebP picture"
    if data.startswith(b"BM") and data[6:10] == b"\0\0\0\0":
        return "binary", "a BMP picture"
    if data[4:8] == b"ftyp":
        return "binary", "a film or sound"
    if _MAIL.match(data[:400].lstrip()):
        return "format", "a page saved as one file (mht) or a mail"
    return None


def _refuse_binary(data: bytes) -> None:
    if b"\0" in data:
        raise Unreadable("", "binary", "The file holds NUL bytes: it is no text.")
    sample = data[:65536]
    if len(sample) - len(sample.translate(None, _CONTROLS)) > 0.01 * len(sample):
        raise Unreadable("", "binary", "The file is full of control characters: it is no text.")


# --- Encodings -----------------------------------------------------------------------------------


class Decoded(NamedTuple):
    """The characters of a file, without the byte order mark."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


_MARKS = (  # the longer mark first: that of UTF-32 begins like that of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CUT_REASONS = ("unexpected end of data", "incomplete multibyte sequence", "truncated data")
_CUT_WARNING = "the file ends inside a character: its last bytes were left off"
# The most frequent characters of such reports, simplified and, where they differ, traditional: more than half
# of any real text, next to nothing of a wrong decoding.
_FREQUENT = frozenset(
    "法政的年行人件治字市一区议数文省为案公建全上府民写解作设复不工律诉依调理审部中会务度据有改县来在次司报布办所学"
    "员列镇执情和出开关源况均对编原合实外告述要制新重三到级进是化以机院事查题业率国规成力等委动大发地东分主个争项专提"
    "计推应与责各面我他这了时们生于就也能下过前后你之家多经么去"
    "區議數為寫設復訴調審會務據縣來報辦員鎮執開關況對編實級進機題業國規動發東個爭項專計應與責這時們過後經麼總處說"
)
_PLAIN = re.compile(r"[\t\n\r\x0c -~\u2000-\u206f\u2460-\u24ff\u3000-\u303f\uff00-\uffef\u4e00-\u9fff]")
_SAMPLE = 20_000


def likeness(text: str) -> float:
    """The share of frequent characters among those beyond ASCII that are no punctuation, 0 if there are none."""
    wide = [c for c in text[:_SAMPLE] if c > "~" and not "\u2000" <= c <= "\u303f" and not "\uff00" <= c <= "\uffef"]
    return sum(c in _FREQUENT for c in wide) / len(wide) if wide else 0.0


def strict(data: bytes, encoding: str) -> Decoded | None:
    """The strict decoding; a file cut inside its last character loses that character. None if it is not that."""
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        cut = error.start
        if len(data) - cut > 3 or not any(reason in error.reason for reason in _CUT_REASONS):
            return None
    try:
        text = data[:cut].decode(encoding)
    except UnicodeDecodeError:
        return None
    # Without any wide character before it, the cut one is no evidence: such a file is of another encoding.
    return Decoded(text, encoding, (_CUT_WARNING,)) if not text.isascii() else None


def _utf_16(data: bytes) -> Decoded | None:
    """UTF-16 without a mark: nearly all plain characters, some of them frequent."""
    best: Decoded | None = None
    even = data if len(data) % 2 == 0 else data[:-1]
    for encoding in ("utf-16-le", "utf-16-be"):
        head = even[: 2 * _SAMPLE].decode(encoding, "replace")
        plain = len(_PLAIN.findall(head))
        if not head or plain <= 0.95 * len(head) or (likeness(head) <= 0.05 and not head.isascii()):
            continue
        found = strict(data, encoding)
        if found and (best is None or likeness(found.text) > likeness(best.text)):
            best = found
    return best


def _damaged(data: bytes) -> Decoded | None:
    """A text with a few broken bytes: they stand as U+FFFD, counted in a warning; None where they are many."""
    for encoding in ("utf-8", "gb18030"):
        text = data.decode(encoding, "replace")
        broken = text.count("\ufffd")
        if broken <= max(3, len(text) // 500) and likeness(text) > 0.05:
            return Decoded(text, encoding, (f"{broken} broken characters of {encoding} stand as \ufffd",))
    return None


def _guessed(data: bytes) -> Decoded | None:
    import charset_normalizer  # 30 ms that no ordinary file needs

    best = charset_normalizer.from_bytes(data[:200_000]).best()
    return strict(data, best.encoding) if best else None


def decode(data: bytes) -> Decoded:
    """The characters of a text file of any encoding that Chinese offices use.

    Byte order mark; UTF-16 without one; UTF-8; GB18030, unless Big5 or another encoding reads more like Chinese;
    a text with a few broken bytes. Raises Unreadable: empty, binary, format, encoding.
    """
    if not data.strip(b" \t\r\n\x0b\x0c\0"):
        raise Unreadable("", "empty", "The file is empty.")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            found = strict(data[len(mark) :], encoding)
            if found or encoding != "utf-8":
                return found or _unknown()
            data = data[len(mark) :]  # a broken byte somewhere: judged below
    if other := other_format(data):
        raise Unreadable("", other[0], f"The file is {other[1]}.")
    zeros = b"\0" in data
    found = None if zeros else strict(data, "utf-8")
    if found:
        _refuse_binary(data)
        return found
    if found := _utf_16(data):
        return found
    _refuse_binary(data)
    return _two_byte(data) or _damaged(data) or _guessed(data) or _unknown()


def _unknown() -> Decoded:
    raise Unreadable("", "encoding", "The file is in no known encoding of Chinese, or its bytes are damaged.")


def _two_byte(data: bytes) -> Decoded | None:
    """GB18030, Big5 or, where neither reads like Chinese, what charset-normalizer says if that does."""
    gb = strict(data, "gb18030")
    if gb and likeness(gb.text) >= 0.05:
        return gb
    found = [one for one in (gb, strict(data, "big5hkscs")) if one]
    best = max(found, key=lambda one: likeness(one.text), default=None)
    if best is None or likeness(best.text) < 0.05:
        guess = _guessed(data)
        # Of a short text the guess is wrong more often than right: it has to read like Chinese.
        if guess and likeness(guess.text) >= 0.05:
            return guess
    return best


# --- Titles --------------------------------------------------------------------------------------

TITLE_WORD = re.compile("报告|总结|汇报|情况|白皮书|年鉴|年报|述法|公报|通报|综述|要点|報告|總結")
_NAVIGATION = re.compile(
    r"当前位置|当前所在|所在的?位置|首页|上一[篇条]|下一[篇条]|温馨提示|字体|字号|分享|打印|来源\s*[:：]|日期\s*[:：]|时间\s*[:：]"
    r"|浏览|责任部门|索\s*引\s*号|信息分类|Page \d|P\. ?\d"
)
_NOT_A_TITLE = ("。", "；", "：", ":", "，", ",", "、")


def find_title(text: str) -> str:
    """The first of the first lines that is named like a report, else the first that is no navigation; "" if none."""
    lines = [line for raw in text[:4000].splitlines() if (line := raw.strip())][:20]
    candidates = [line for line in lines if len(line) <= 80 and not _NAVIGATION.search(line)]
    for at, line in enumerate(candidates):
        if TITLE_WORD.search(line) and not line.endswith(_NOT_A_TITLE) and "。" not in line:
            above = candidates[at - 1] if at else ""
            # 鹤岗市人民政府 / 关于2018年法治政府建设情况的报告: one title on two lines.
            if line.startswith("关于") and re.fullmatch(
                r"[\u4e00-\u9fff]{2,28}(?:政府|局|委|厅|办|办事处|委员会|法院)", above
            ):
                return above + line
            return line
    return candidates[0] if candidates else ""


# --- The reader ----------------------------------------------------------------------------------


def reading(text: str, warnings: tuple[str, ...] = ()) -> Reading:
    """The reading of decoded text: all of it is the report."""
    return Reading(text, find_title(text), warnings=warnings)


def is_text(data: bytes) -> bool:
    """Always: it stands last in the list of formats, and `read` refuses by name what is no text."""
    return True


def read(data: bytes) -> Reading:
    """Read plain text; line ends stay as they are. Raises Unreadable: empty, binary, format, encoding."""
    decoded = decode(data)
    return reading(decoded.text, decoded.warnings)
