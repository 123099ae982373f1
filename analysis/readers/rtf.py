"""RTF: control words in ASCII around the bytes of an old encoding, with the characters beyond it written out.

Read here rather than by a library because those at hand lose text boxes and the rows of tables, keep deleted text,
and decode byte by byte what GBK writes in two.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field, replace

from analysis.readers import Reading, Unreadable
from analysis.readers.lines import clean_lines, row_lines
from analysis.readers.text import find_title

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n\0]+|([^\\{}\r\n\0]+)", re.DOTALL
)
_MOST_TOKENS = 2_000_000
_DEEPEST = 1_000  # groups within groups

_CHARSETS = {"128": "cp932", "129": "cp949", "134": "gb18030", "136": "big5hkscs"}  # of a font; others say little
_PAGES = {"936": "gb18030", "54936": "gb18030", "950": "big5hkscs", "65001": "utf-8"}
_CHARACTERS = {
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
    "emspace": " ", "enspace": " ", "qmspace": " ", "tab": " ", "line": "\n", "lbr": "\n", "softline": "\n",
}  # fmt: skip
_SYMBOLS = {b"~": " ", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n"}
_ENDS = frozenset(["par", "sect", "page", "column"])

# Groups that hold no text of the report. Those that a reader may pass over when it does not know them are marked
# \*; text boxes lie inside some of these, never inside the ones named here.
_OFF = frozenset(
    """annotation atnid atnauthor atntime atndate atnref atnparent author category colorschememapping colortbl comment
    company creatim datastore do doccomm file filetbl fonttbl footer footerf footerl footerr footnote ftncn ftnsep
    ftnsepc aftncn aftnsep aftnsepc generator header headerf headerl headerr hlinkbase info keywords latentstyles
    listtable listoverridetable manager nonesttables objdata operator pict printim private pntxta pntxtb revtbl
    revtim rsidtbl rxe shprslt stylesheet subject tc template themedata title txe upr userprops xe""".split()
)


def is_rtf(data: bytes) -> bool:
    return data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf")


@dataclass(slots=True)
class _Flow:
    """Lines as they come: of the document, or of a text box."""

    done: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)  # the lines of the cell under way
    row: list[list[str]] = field(default_factory=list)
    nested: list[list[str]] = field(default_factory=list)  # the cells of a row inside a cell
    boxes: list[str] = field(default_factory=list)

    def end_paragraph(self, in_table: bool) -> None:
        lines = clean_lines("".join(self.words)) + self.boxes
        self.words, self.boxes = [], []
        if in_table:
            self.cell += lines
        else:
            self.end_row()
            self.done += lines

    def end_cell(self) -> None:
        self.end_paragraph(True)
        self.row.append(self.cell)
        self.cell = []

    def end_nested_cell(self) -> None:
        """The text of a cell inside a cell: what came since the last one, its paragraphs included."""
        self.nested.append(clean_lines("".join(self.words)) + self.boxes)
        self.words, self.boxes = [], []

    def end_nested_row(self) -> None:
        self.cell += row_lines(self.nested)
        self.nested = []

    def end_row(self) -> None:
        if self.cell:  # a row without the end of its last cell
            self.row.append(self.cell)
        self.done += row_lines(self.row)
        self.cell, self.row, self.nested = [], [], []

    def end(self) -> list[str]:
        self.end_paragraph(bool(self.row or self.cell))
        self.end_row()
        return self.done


@dataclass(frozen=True, slots=True)
class _State:
    """What holds within a group. `off`: 0 text is read, 1 a group one may pass over, 2 no text of the report."""

    off: int = 0
    skip: int = 1  # how many characters stand in for one written out, for readers that do not know \u
    font: str = ""
    hidden: bool = False
    deleted: bool = False
    in_table: bool = False
    depth: int = 1  # of tables
    starred: bool = False  # just after \*
    fonts: bool = False  # inside the table of fonts
    number: bool = False  # the group is a list's number
    box: _Flow | None = None  # the flow to go back to when this group, a text box, ends


class _Document:
    def __init__(self) -> None:
        self.flow = _Flow()
        self.state = _State()
        self.stack: list[_State] = []
        self.page = "gb18030"
        self.charsets: dict[str, str] = {}
        self.bytes = bytearray()
        self.units = bytearray()  # UTF-16: a character beyond the first 65,536 is written as two
        self.to_skip = 0
        self.ended = False

    # --- Characters ---

    def add(self, text: str) -> None:
        if not (self.state.off or self.state.hidden or self.state.deleted):
            self.flow.words.append(text)

    def add_bytes(self, raw: bytes) -> None:
        if self.to_skip:
            skipped = min(self.to_skip, len(raw))
            self.to_skip -= skipped
            raw = raw[skipped:]
        if not raw:
            return
        if self.units:
            self.flush()
        if not self.state.off:
            self.bytes += raw

    def add_unit(self, number: int) -> None:
        if self.bytes:
            self.flush()
        self.units += (number & 0xFFFF).to_bytes(2, "little")
        self.to_skip = self.state.skip

    def flush(self) -> None:
        """What was gathered, decoded: bytes of one character may stand apart, and one of them may look like ASCII."""
        if self.bytes:
            self.add(bytes(self.bytes).decode(self._encoding(), "replace"))
            self.bytes.clear()
        if self.units:
            self.add(self.units.decode("utf-16-le", "replace"))
            self.units.clear()

    def _encoding(self) -> str:
        return _CHARSETS.get(self.charsets.get(self.state.font, ""), self.page)

    # --- Groups ---

    def open(self) -> None:
        self.flush()
        if len(self.stack) >= _DEEPEST:
            raise Unreadable("", "unreadable", "The document's groups are nested too deeply to be read.")
        self.stack.append(self.state)
        self.state = replace(self.state, starred=False, number=False, box=None)
        self.to_skip = 0

    def close(self) -> None:
        self.flush()
        if self.state.number:
            self._end_number()
        if self.state.box is not None:
            lines = self.flow.end()
            self.flow = self.state.box
            self.flow.boxes += lines
        self.state = self.stack.pop()
        self.to_skip = 0

    def _end_number(self) -> None:
        """一、 and （一） stand close to the text that they number."""
        words = "".join(self.flow.words).rstrip()
        self.flow.words = [words if words.endswith(("、", "）")) or not words else words + " "]

    # --- Control words ---

    def word(self, name: str, argument: str) -> None:
        self.to_skip = 0
        if name == "u":
            self.add_unit(int(argument or 0))
            return
        self.flush()
        state = self.state
        if state.starred:
            self.state = state = replace(state, starred=False, off=max(state.off, 1))
        if name in _OFF:
            self.state = replace(state, off=2, fonts=name == "fonttbl")
        elif state.off:
            self._word_in_off(name, argument)
        elif name in _ENDS:
            self._end_paragraph()
        elif name in _CHARACTERS:
            self.add(_CHARACTERS[name])
        else:
            self._word_in_text(name, argument)

    def _end_paragraph(self) -> None:
        if self.state.depth > 1:
            self.add("\n")
        else:
            self.flow.end_paragraph(self.state.in_table)

    def _word_in_off(self, name: str, argument: str) -> None:
        """The few words that count where no text is read."""
        state = self.state
        if state.fonts and name == "f":
            self.state = replace(state, font=argument)
        elif state.fonts and name == "fcharset":
            self.charsets[state.font] = argument
        elif name == "ud":  # {\upr{in the old encoding}{\*\ud{in Unicode}}}: the same text twice
            outer = next((one for one in reversed(self.stack) if one.off < 2), None)
            self.state = replace(state, off=outer.off if outer else 0)
        elif name == "shptxt" and state.off == 1:
            self._open_box()
        elif name == "nestrow" and state.off == 1:  # within {\*\nesttableprops ...}
            self.flow.end_nested_row()

    def _open_box(self) -> None:
        state = self.state
        self.state = replace(state, off=0, box=self.flow, in_table=False, depth=1, hidden=False, deleted=False)
        self.flow = _Flow()

    def _word_in_text(self, name: str, argument: str) -> None:
        state, flow = self.state, self.flow
        on = argument != "0"
        if name == "f":
            self.state = replace(state, font=argument)
        elif name == "uc":
            self.state = replace(state, skip=max(0, min(int(argument or 1), 100)))
        elif name == "ansicpg":
            self.page = _page(argument)
        elif name == "plain":
            self.state = replace(state, hidden=False, deleted=False)
        elif name == "v":
            self.state = replace(state, hidden=on)
        elif name == "deleted":
            self.state = replace(state, deleted=on)
        elif name == "pard":
            self.state = replace(state, in_table=False, depth=1)
        elif name == "intbl":
            self.state = replace(state, in_table=True)
        elif name == "itap":
            self.state = replace(state, depth=int(argument or 1), in_table=on)
        elif name in ("listtext", "pntext"):
            self.state = replace(state, number=True)
        elif name == "shptxt":
            self._open_box()
        elif name == "cell":
            flow.end_cell()
        elif name == "nestcell":
            flow.end_nested_cell()
        elif name == "row":
            flow.end_row()
        elif name == "nestrow":
            flow.end_nested_row()

    def symbol(self, sign: bytes) -> None:
        self.to_skip = 0
        if sign == b"*":
            self.state = replace(self.state, starred=True)
        elif sign in (b"\n", b"\r"):
            self.word("par", "")
        elif sign in _SYMBOLS:
            self.flush()
            self.add(_SYMBOLS[sign])


def _page(number: str) -> str:
    """The encoding of a code page; a Western or unknown one stands in Chinese files by mistake only."""
    if number in _PAGES:
        return _PAGES[number]
    try:
        return codecs.lookup(f"cp{number}").name if number in ("932", "949", "1361") else "gb18030"
    except LookupError:
        return "gb18030"


def _walk(data: bytes) -> _Document:
    document, at, tokens = _Document(), 0, 0
    while at < len(data):
        for token in _TOKEN.finditer(data, at):
            at = token.end()
            tokens += 1
            word, argument, byte, sign, brace, raw = token.groups()
            if raw:
                document.add_bytes(raw)
            elif word:
                if word == b"bin":  # so many bytes follow that are no RTF
                    at += max(0, int(argument or 0))
                    break
                document.word(word.decode(), (argument or b"").decode())
            elif byte:
                document.add_bytes(bytes.fromhex(byte.decode()))
            elif sign:
                document.symbol(sign)
            elif brace == b"{":
                document.open()
            elif brace:
                if len(document.stack) <= 1:
                    document.ended = True  # what follows is no part of it
                    return document
                document.close()
            if tokens > _MOST_TOKENS:
                raise Unreadable("", "too_large", f"The document has more than {_MOST_TOKENS:,} control words.")
        else:
            break
    return document


def read(data: bytes) -> Reading:
    """Read RTF. Raises Unreadable: too_large, unreadable."""
    document = _walk(data)
    document.flush()
    while len(document.stack) > 1:  # a file cut inside a text box
        document.close()
    text = "\n".join(document.flow.end())
    warnings = () if document.ended else ("the file ends early: what follows is missing",)
    return Reading(text, find_title(text), warnings=warnings)
