"""The numbers that Word counts itself: 一、（一）1. stand in no text, only in definitions of lists and styles."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS = 9
_LONGEST = 40  # characters of a number with what stands around it

# --- Numerals ------------------------------------------------------------------------------------

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def _chinese(n: int, digits: str = "〇一二三四五六七八九", powers: str = "十百千") -> str:
    """Up to 9999, as one counts: 十一, 二十, 一百〇五 (with the digits given)."""
    if n == 0:
        return digits[0]
    said, gap = "", False
    for power, place in ((3, 1000), (2, 100), (1, 10), (0, 1)):
        digit = n // place % 10
        if digit:
            said += (digits[0] if gap else "") + digits[digit] + (powers[power - 1] if power else "")
        gap = bool(said) and not digit
    return said.removeprefix(digits[1]) if 10 <= n < 20 and digits[1] == "一" else said


def _roman(n: int) -> str:
    said = ""
    for value, letters in _ROMAN:
        said += letters * (n // value)
        n %= value
    return said


def _letters(n: int) -> str:
    return chr(ord("a") + (n - 1) % 26) * min(1 + (n - 1) // 26, _LONGEST)


def _of(characters: str) -> Callable[[int], str]:
    return lambda n: characters[n - 1] if n <= len(characters) else str(n)


_CIRCLED = "".join(map(chr, [*range(0x2460, 0x2474), *range(0x3251, 0x3260), *range(0x32B1, 0x32C0)]))
_NUMERALS: Mapping[str, Callable[[int], str]] = {
    "chineseCounting": _chinese,
    "chineseCountingThousand": lambda n: _chinese(n, "零一二三四五六七八九"),
    "taiwaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "koreanCounting": _chinese,
    "ideographDigital": lambda n: str(n).translate(str.maketrans("0123456789", "〇一二三四五六七八九")),
    "japaneseDigitalTenThousand": lambda n: str(n).translate(str.maketrans("0123456789", "〇一二三四五六七八九")),
    "chineseLegalSimplified": lambda n: _chinese(n, "零壹贰叁肆伍陆柒捌玖", "拾佰仟"),
    "ideographLegalTraditional": lambda n: _chinese(n, "零壹貳參肆伍陸柒捌玖", "拾佰仟"),
    "ideographTraditional": _of("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _of("子丑寅卯辰巳午未申酉戌亥"),
    "decimalZero": lambda n: f"{n:02}",
    "decimalFullWidth": lambda n: str(n).translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    "decimalFullWidth2": lambda n: str(n).translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    "decimalEnclosedCircle": _of(_CIRCLED),
    "decimalEnclosedCircleChinese": _of(_CIRCLED),
    "decimalEnclosedParen": _of("".join(map(chr, range(0x2474, 0x2488)))),
    "decimalEnclosedFullstop": _of("".join(map(chr, range(0x2488, 0x249C)))),
    "ideographEnclosedCircle": _of("㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉"),
    "upperRoman": lambda n: _roman(n).upper(),
    "lowerRoman": _roman,
    "upperLetter": lambda n: _letters(n).upper(),
    "lowerLetter": _letters,
    "none": lambda n: "",
}


def numeral(n: int, kind: str) -> str:
    """A number as a kind of list writes it; in figures where the kind is unknown or does not reach so far."""
    return _NUMERALS.get(kind, str)(n) if 0 < n < 10_000 else str(n)


# --- Definitions ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of a list; `restart`: the level (from 1) after which it starts anew, 0 for never."""

    start: int = 1
    kind: str = "decimal"
    text: str = ""
    legal: bool = False
    spaced: bool = True
    restart: int | None = None
    style: str = ""


@dataclass(slots=True)
class _List:
    """A list of the document: the counters it shares, its levels, and where it starts its own count."""

    counters: list[int | None]
    levels: dict[int, _Level]
    starts: dict[int, int]


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style: its name in lower case, and the list and level that it (or one it is based on) names."""

    name: str = ""
    based_on: str = ""
    number: str | None = None
    level: int | None = None


@dataclass(slots=True)
class Numbering:
    """Counts through a document: `prefix` is asked for each paragraph, in their order."""

    lists: dict[str, _List] = field(default_factory=dict)
    styles: dict[str, Style] = field(default_factory=dict)

    def style(self, paragraph: _Element) -> Style:
        return self.styles.get(_value(paragraph, "pPr/pStyle"), Style())

    def prefix(self, paragraph: _Element) -> str:
        """What stands before the paragraph's own text: a number with its signs, or nothing."""
        number, at = self._number(paragraph)
        found = self.lists.get(number)
        if found is None or not 0 <= at < _LEVELS:
            return ""
        counters = found.counters
        start = found.starts.pop(at, None)
        before = counters[at]
        level = found.levels.get(at, _Level())
        counters[at] = start if start is not None else level.start if before is None else before + 1
        for deeper in range(at + 1, _LEVELS):
            restart = found.levels.get(deeper, _Level()).restart
            if restart is None or at < restart:
                counters[deeper] = None
        return _written(found, level)

    def _number(self, paragraph: _Element) -> tuple[str, int]:
        """(id of the list, level from 0) of a paragraph: its own, else its style's."""
        number, level = _value(paragraph, "pPr/numPr/numId"), _value(paragraph, "pPr/numPr/ilvl")
        if number:
            return number, _int(level, 0)
        name = _value(paragraph, "pPr/pStyle")
        for _ in range(20):  # a style may be based on itself
            style = self.styles.get(name)
            if style is None:
                break
            if style.number is not None:
                levels = self.lists[style.number].levels if style.number in self.lists else {}
                named = next((at for at, one in levels.items() if one.style == name), None)
                return style.number, _int(level, named if named is not None else style.level or 0)
            name = style.based_on
        return "", 0


def _written(found: _List, level: _Level) -> str:
    if level.kind == "bullet":
        return ""

    def counted(match: re.Match[str]) -> str:
        at = int(match.group(1)) - 1
        one = found.levels.get(at, _Level())
        count = found.counters[at]
        return numeral(one.start if count is None else count, "decimal" if level.legal else one.kind)

    text = re.sub(r"%([1-9])", counted, level.text)[:_LONGEST].strip()
    # 一、 and （一） stand close to the text; 1. must not run into a number that the text starts with.
    return text + " " if text and level.spaced and text[-1] not in "、）：。，" else text


def _value(element: _Element, path: str) -> str:
    """The w:val of what stands below, "" for none."""
    found = element.find("/".join(W + name for name in path.split("/")))
    return found.get(W + "val", "") if found is not None else ""


def _int(text: str, otherwise: int) -> int:
    try:
        return int(text)
    except ValueError:
        return otherwise


def _level(element: _Element) -> _Level:
    legal = element.find(W + "isLgl")
    restart = _value(element, "lvlRestart")
    custom = element.find(f".//{W}numFmt")  # within mc:AlternateContent where Word has no old name for the kind
    return _Level(
        start=_int(_value(element, "start"), 0),
        kind=custom.get(W + "val", "") if custom is not None else "decimal",
        text=_value(element, "lvlText")[:_LONGEST],
        legal=legal is not None and legal.get(W + "val", "1") not in ("0", "false"),
        spaced=_value(element, "suff") != "nothing",
        restart=_int(restart, 0) if restart else None,
        style=_value(element, "pStyle"),
    )


def _levels(element: _Element) -> dict[int, _Level]:
    return {_int(level.get(W + "ilvl", ""), 0): _level(level) for level in element.iterfind(W + "lvl")}


def _lists(tree: _Element) -> dict[str, _List]:
    levels, links, owners = {}, {}, {}
    for abstract in tree.iterfind(W + "abstractNum"):
        name = abstract.get(W + "abstractNumId", "")
        levels[name] = _levels(abstract)
        if link := _value(abstract, "numStyleLink"):
            links[name] = link
        if owned := _value(abstract, "styleLink"):
            owners[owned] = name
    counters: dict[str, list[int | None]] = {}
    found = {}
    for number in tree.iterfind(W + "num"):
        name = _value(number, "abstractNumId")
        name = owners.get(links.get(name, ""), name)
        own, starts = dict(levels.get(name, {})), {}
        for override in number.iterfind(W + "lvlOverride"):
            at = _int(override.get(W + "ilvl", ""), 0)
            own |= _levels(override)
            if start := _value(override, "startOverride"):
                starts[at] = _int(start, 1)
        shared = counters.setdefault(name, [None] * _LEVELS)
        found[number.get(W + "numId", "")] = _List(shared, own, starts)
    found.pop("0", None)  # the number of no list
    return found


def _styles(tree: _Element) -> dict[str, Style]:
    return {
        style.get(W + "styleId", ""): Style(
            name=_value(style, "name").lower(),
            based_on=_value(style, "basedOn"),
            number=_value(style, "pPr/numPr/numId") or None,
            level=_int(_value(style, "pPr/numPr/ilvl"), 0),
        )
        for style in tree.iterfind(W + "style")
    }


def read_numbering(numbering: _Element | None, styles: _Element | None) -> Numbering:
    """From the parts numbering.xml and styles.xml, where the document has them."""
    return Numbering(
        _lists(numbering) if numbering is not None else {},
        _styles(styles) if styles is not None else {},
    )
