"""The grammar of Chinese administrative figures: where a number stands, what it is worth, what it counts.

A quantity is a number with its measure word and qualifier: ``2.1万余件`` is 21000, ``over``, of class ``case``.
Dates, ordinals, document numbers, names that hold a numeral (八五普法, 12345, “三项制度”) and floor areas are
none, by rule. Rules of reading: ``spec/annotation.md``; measure words and their classes: ``measures.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

Number = int | float


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number as written, at the half-open span ``start``, ``end`` (number and measure word).

    ``value``: int where whole, else float; percent for 成 and fractions; ``None`` where the report masks it.
    ``measure_word``: as written, ``""`` if none; ``measure``: its class in ``measures.toml``.
    ``qualifier``: exact, over, under, about or redacted.
    """

    start: int
    end: int
    value: Number | None
    measure_word: str
    measure: str
    qualifier: str


# chained one-to-one replacements: offsets hold, and a character table over the whole text costs thirty times as much
_PAIRS = tuple(zip("０１２３４５６７８９．％﹪", "0123456789.%%", strict=True))


def narrow(text: str) -> str:
    """The text with full-width digits, decimal point and percent sign made narrow, one to one: offsets hold."""
    for wide, thin in _PAIRS:
        if wide in text:
            text = text.replace(wide, thin)
    return text


@cache
def measure_classes() -> dict[str, str]:
    """Measure word -> its class; words that make a number no quantity -> ``-`` and their class."""
    table = tomllib.loads((files(__package__) / "measures.toml").read_text("utf-8"))
    classes = {word: name for name, words in table["class"].items() for word in words}
    return classes | {word: "-" + name for name, words in table["none"].items() for word in words}


# --- numerals ---------------------------------------------------------------------------------------------

_DIGIT = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "两": 2}
_POWER = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}
_TENS = {"廿": 20, "卅": 30}


def decimal(digits: str, power: int = 0) -> Number:
    """``digits`` (``2.1``, ``1,428``) times ten to the ``power``: exact int where whole, else the nearest float."""
    whole, _, part = digits.replace(",", "").replace(" ", "").partition(".")
    power -= len(part)
    number = int(whole + part)
    if power >= 0:
        return number * 10**power
    quotient, rest = divmod(number, 10**-power)
    return number / 10**-power if rest else quotient


def chinese_integer(numeral: str) -> int | None:
    """The value of a Chinese integer (三百六十, 一千零五, 二〇二四, 两万三, 百); ``None`` where it is no one number (三五, 二三百)."""
    if all(c in _DIGIT for c in numeral):
        if len(numeral) == 1 or (len(numeral) > 2 and len(set(numeral)) > 1):
            return int("".join(str(_DIGIT[c]) for c in numeral))
        return None
    high = middle = section = 0  # 亿, 万 and what is below
    digit: int | None = None
    scale = 0
    for i, c in enumerate(numeral):
        if c in _TENS:
            section, digit, scale = section + _TENS[c], None, 1
        elif c in _POWER:
            scale = _POWER[c]
            if scale == 8:
                high, middle, section = (high + middle + section + (digit or 0) or 1) * 10**8, 0, 0
            elif scale == 4:
                middle, section = (section + (digit or 0) or 1) * 10**4, 0
            else:
                section += (1 if digit is None else digit) * 10**scale
            digit = None
        elif c in "零〇○":
            digit, scale = None, 0
        elif digit is not None:
            return None
        else:
            digit = _DIGIT[c]
            if i == len(numeral) - 1 and scale > 1:
                digit *= 10 ** (scale - 1)  # 三百六 is 360, 两万三 is 23000
    return high + middle + section + (digit or 0)


def chinese_number(numeral: str) -> Number | None:
    """A Chinese integer or decimal (九十八点五); ``None`` where it is no number."""
    whole, point, part = numeral.partition("点")
    value = chinese_integer(whole)
    if not point or value is None:
        return value
    return decimal(f"{value}.{''.join(str(_DIGIT[c]) for c in part)}")


# --- the pattern ------------------------------------------------------------------------------------------

_CN = "〇零○一二三四五六七八九十百千万亿两廿卅"
_FORMAL = "壹贰叁肆伍陆柒捌玖拾佰仟"
_PLAIN = str.maketrans(_FORMAL, "一二三四五六七八九十百千")
_CN_DIGIT = "〇零○一二三四五六七八九"
_A = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|(?<![0-9.,])[0-9]{1,3}(?: [0-9]{3})+(?![0-9])|[0-9]+(?:\.[0-9]+)?)"
_MULTIPLIER = r"(?:[余多几]?(?:[百千](?![分克米瓦])[万亿]*|[万亿]+)(?:[1-9]千(?![0-9]))?)?"
_NUM = rf"{_A}{_MULTIPLIER}(?:[余多]|来(?=[件个人名份次家场户项]))?"
_DASH = r"[至到—–~～―－-]{1,2}"
_RUN = "{1,24}"  # characters of a Chinese numeral; the longest that makes sense has 20
_CHENG = r"成[一二三四五六七八九半]?(?![员立功效为果熟都绩因长型品交就体])"


# a measure word that ends in the first character of a noun: 228个人民调解组织 are not 228个人
_CUT_SHORT = {"个人": "民大社品才", "名单": "位"}


def _measure_alternatives() -> str:
    """A pattern for the longest measure word, shaped like a trie: an alternation of two hundred words is ten times slower."""
    guarded = "|".join(
        f"{re.escape(word)}(?![{after}])" for word, after in _CUT_SHORT.items() if word in measure_classes()
    )
    tree: dict = {}
    for word in measure_classes():
        if word in _CUT_SHORT:
            continue
        node = tree
        for character in word:
            node = node.setdefault(character, {})
        node[""] = {}
    first = "".join(re.escape(c) for c in sorted({word[0] for word in measure_classes()}))
    return f"(?=[{first}])(?:{guarded}|{_trie(tree)})"


def _trie(node: dict) -> str:
    branches = [re.escape(c) + _trie(below) for c, below in node.items() if c]
    if not branches:
        return ""
    inner = branches[0] if len(branches) == 1 else "|".join(branches)
    return f"(?:{inner})" + ("?" if "" in node else "")


@cache
def _scanner() -> re.Pattern[str]:
    """Every alternative begins with a plain character set, so that text without numerals is skipped fast.

    Every run that something must follow is bounded: else a long one without it is tried again from each of its places.
    """
    measures = _measure_alternatives()
    return re.compile(
        rf"{_NUM}(?:%?{_DASH}{_NUM})?(?: ?(?:{measures})|成(?![员立功效为果]))?"
        rf"|[{_CN}]{_RUN}(?:分之[{_CN}]{_RUN}(?:点[{_CN_DIGIT}]{_RUN})?|点[{_CN_DIGIT}]{_RUN}(?![{_CN}{_FORMAL}])(?!{measures}))"
        rf"|[{_FORMAL}零万亿]{{2,40}}元"
        rf"|[{_CN}]{_RUN}(?:点[{_CN_DIGIT}]{_RUN})?(?:[余多几来]?[万亿])?[余多几来]?(?:{_DASH}[{_CN}]{_RUN}[余多几来]?)?(?:{_CHENG}|(?:{measures}))"
        rf"|[XxＸ×*＊]{_RUN}[余多]?[百千]?[万亿]?[余多]?(?:{measures})"
    )


@cache
def _reader() -> re.Pattern[str]:
    """The same number taken apart; run once for each distinct spelling."""
    return re.compile(
        rf"(?P<a>{_A})(?P<h1>[余多几]?)(?P<m>(?:[百千](?![分克米瓦])[万亿]*|[万亿]+)?)(?P<tail>(?:[1-9]千)?)(?P<h2>[余多来]?)"
        rf"(?:%?(?P<dash>{_DASH})(?P<b>{_A})(?P<bh>[余多几]?)(?P<bm>(?:[百千][万亿]*|[万亿]+)?)[余多]?)? ?(?P<u>.*)"
    )


def _power(multiplier: str) -> int:
    return sum(_POWER[c] for c in multiplier)


_LONGEST = 120  # characters of a number with its measure word: what is longer is a line of digits
_LARGEST = 10**18  # no report counts as many of anything


@lru_cache(maxsize=65536)
def _spelling(written: str) -> tuple[Number | None, str, str, str] | None:
    """What one spelling says by itself: value, measure word, class, qualifier; ``None`` for no quantity."""
    said = _said(written) if len(written) <= _LONGEST else None
    return None if said is None or (said[0] or 0) >= _LARGEST else said


def _said(written: str) -> tuple[Number | None, str, str, str] | None:
    first = written[0]
    if first in "XxＸ×*＊":
        rest = written.lstrip("XxＸ×*＊")
        word = next(rest[i:] for i in range(len(rest)) if rest[i:] in measure_classes())  # the longest: X百百分点
        return None, word, measure_classes()[word], "redacted"
    if "0" <= first <= "9":
        return _arabic(written)
    return _chinese(written)


def _arabic(written: str) -> tuple[Number | None, str, str, str] | None:
    m = _reader().fullmatch(written)
    if m is None:
        return None
    power = _power(m["m"])
    if m["dash"] and not m["m"] and m["bm"]:
        power = _power(m["bm"])  # 3-5万 is thirty to fifty thousand
    value = decimal(m["a"], power)
    if m["tail"]:
        value += int(m["tail"][0]) * 1000
    unit = m["u"]
    over = m["h1"] or m["h2"] or m["dash"] or m["bh"] or "多" in unit
    if m["h2"] == "来":
        return value, unit, measure_classes()[unit], "about"
    if unit == "成":
        return decimal(m["a"], 1), "成", "percent", "over" if over else "exact"
    return value, unit, measure_classes()[unit] if unit else "", "over" if over else "exact"


_CN_PERCENT = re.compile(rf"([百千])分之([{_CN}点]+)")
_CN_FRACTION = re.compile(rf"([{_CN}]+)分之([{_CN}]+)")
_CN_CHENG = re.compile(r"([一二两三四五六七八九十])([多余几]?)成([一二三四五六七八九半]?)")
_CN_COUNT = re.compile(
    rf"([{_CN}]+(?:点[{_CN_DIGIT}]+)?)([余多几来]?)([万亿]?)[余多几来]?((?:{_DASH}[{_CN}]+[余多几来]?)?)(.+)"
)


def _chinese(written: str) -> tuple[Number | None, str, str, str] | None:
    if m := _CN_PERCENT.fullmatch(written):
        value = chinese_number(m[2])
        if value is None:
            return None
        return (value, "", "percent", "exact") if m[1] == "百" else (value, "", "permille", "exact")
    if m := _CN_FRACTION.fullmatch(written):
        below, above = chinese_integer(m[1]), chinese_integer(m[2])
        if not below or above is None:
            return None
        share = round(100 * above / below, 2)
        return int(share) if share == int(share) else share, "", "percent", "exact"
    if m := _CN_CHENG.fullmatch(written):
        tenths = (chinese_integer(m[1]) or 0) * 10
        rest = 5 if m[3] == "半" else _DIGIT.get(m[3], 0)
        return tenths + rest, "成", "percent", "over" if m[2] else "exact"
    if written[0] in _FORMAL:
        value = chinese_integer(written[:-1].translate(_PLAIN))
        return None if value is None else (value, "元", "money", "exact")
    if "点" in written and written[-1] in _CN_DIGIT:
        value = chinese_number(written)
        return None if value is None else (value, "", "", "exact")
    return _chinese_count(written)


def _chinese_count(written: str) -> tuple[Number | None, str, str, str] | None:
    m = _CN_COUNT.fullmatch(written)
    if m is None or m[5] not in measure_classes():
        return None
    value = chinese_number(m[1])
    if value is None:
        return None
    if m[2] == "来" and not m[3]:
        return value, m[5], measure_classes()[m[5]], "about"
    hedged = bool(m[2]) or bool(m[4])
    if m[1] in ("百", "千", "万", "亿") and not hedged:
        return None  # 千家万户, 百场宣讲: a figure of speech unless hedged or 上百, 近千 (the caller looks left)
    if isinstance(value, float):
        value = decimal(repr(value), _POWER.get(m[3], 0))
    else:
        value *= 10 ** _POWER.get(m[3], 0)
    return value, m[5], measure_classes()[m[5]], "over" if hedged else "exact"


# --- surroundings -----------------------------------------------------------------------------------------

_BEFORE = re.compile(
    r"(?P<over>(?:(?<!不)超过|(?<!不)超出|突破|不少于|不低于|不小于|(?<!不)(?:高于|大于|多于)|(?<![高赶治反不])超|逾)占?|至少[一-龥]{0,4})$"
    r"|(?P<under>(?:不足|不到|不超过|不高于|不大于|不多于|低于|少于|小于|将近|接近|(?<![最附就靠亲邻远迫])近)占?)$"
    r"|(?P<about>(?:大约|约为|约有|大概|(?<![节公契制违预集合签履婚解邀])约)占?)$"
)
_AFTER = re.compile(
    r"(?P<over>及?以上|之多|[余多](?![元样名人项种部措渠方])|余$)|(?P<about>左右|上下)|(?P<under>以内|以下)"
)
_POWER_ALONE = re.compile(r"[百千万亿]+")

# hotlines and emergency numbers: names of services, never counts
_HOTLINES = frozenset(
    "110 119 120 122 12305 12309 12312 12314 12315 12316 12318 12319 12320 12321 12328 12329 12331 12333 12337 12338 "
    "12345 12348 12349 12350 12355 12356 12358 12360 12363 12365 12366 12367 12368 12369 12371 12377 12378 12380 "
    "12381 12385 12388 12389 12393 12398 8890 95598".split()
)
# a numeral with one of these after it is a name or an aspect, not a count (四个意识, 三项制度, 五个方面)
_NAMED = re.compile(
    r"(?:制度|清单|规定|意识|自信|维护|确立|善作善成|方面|层面|环节|阶段|维度|转变|坚持|统筹|不出|必须|纳入|覆盖(?!率)|机制|全覆盖|到位|务必|作用"
    r"|专项|结合起来|关键|抓手|能力|体系|一(?:批|律|体)|“)"
)
_IDIOM_ONE = re.compile(
    r"(?:最多|只|仅|少|再|综合|每|任何|同|另|统|第|无|未|没有|唯|逐|跑|查|问|某|哪|这|那|有|成|进|是|为|了|和|与|在|的|、|“|”|，|。|；|：|^|一|办|整|多|从|另有|作为|各|人手)$"
)
_ONE_AFTER_VERB = re.compile(
    r"(?:召开|开展|举办|组织|举行|制定|出台|印发|修订|废止|办理|审结|受理|收到|聘请|配备|新增|增加|建成|成立|建立|创建|获评|评为|设立|培育|撤销|败诉|纠错"
    r"|出庭|出庭应诉|案件|会议|培训|讲座|学习|活动|共计?|合计|共有|现有|仅有|新建|增设|各|计|达|发生|案|法律顾问|检查|巡查|宣传|文件)(?:了|过)?$"
)
_SPEECH = frozenset("起批时场面遍")  # 一起, 一批, 一时, 一场, 一面: words before they are counts


def _year_like(written: str) -> bool:
    return len(written) == 4 and "1949" <= written <= "2099" and written.isdigit()


def _enclosed(text: str, start: int) -> bool:
    """Whether the number stands inside a title or a quoted name: 《…2021—2025年》, “15分钟公共法律服务圈”."""
    low = max(0, start - 60)
    for opening, closing in (("《", "》"), ("“", "”"), ("〔", "〕"), ("「", "」")):
        at = text.rfind(opening, low, start)
        if at >= 0 and text.find(closing, at, start) < 0:
            return not (opening == "“" and _HUNDRED.match(text, at))
    return False


_HUNDRED = re.compile(r"“(?:[两三双四]个?)?100%”")  # “三个100%” states its rate


def _bare(text: str, start: int, end: int, written: str) -> bool:
    """Whether a number without a measure word may be a figure: at the end of a clause or cell, and no label, code or mark."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if _year_like(written) or written in _HOTLINES or len(written) > 9 or after not in _CLAUSE_END:
        return False
    if (written[0] == "0" and len(written) > 1 and written[1] != ".") or written.endswith(".0"):
        return False
    if after and after in _AFTER_MARK and (not before or before in "\n。；;（(【[ 　\t"):
        return False  # a list mark: 1.  2、 （3）
    if _CODE.search(text, max(0, start - 6), start):
        return False
    return bool(before) and ("一" <= before <= "\u9fff" or before in "：:\t ，,|｜")


_CLAUSE_END = "，。；、,;）)\t\n |｜！（("
_CODE = re.compile(r"(?:电话|传真|邮编|邮政编码|编码|账号|代码|附件|附表|[表图例类](?=$)|页|No|编号|邮箱)[:：\s]?$")


_GLUED = re.compile(r"(?:[A-Za-z0-9._/@#&=+-]|[0-9]:)$")


_SESSION = re.compile(
    r"届(?:[一二三四五六七八九十\d]{1,3}次?[至到、和及—-])*$"
)  # 十一届三次至六次全会: ordinals of sessions
_RATIO_LEFT = re.compile(r"：\d")
_RATIO_RIGHT = re.compile(r"(?<!\d)[\d.]{1,3}：$")


def _refused(text: str, start: int, end: int, written: str, word: str, measure: str) -> str:
    """The rule that makes a spelling in its surroundings no quantity (named as in `refusals`), or nothing."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if measure.startswith("-"):
        return measure[1:]
    if _GLUED.search(text, max(0, start - 2), start):
        return "code"  # part of a code, a date, a time, a version: v2.0, 10:30, 2024-03
    if before in ("第", "·", "•", "×", "〔", "［", "﹝", "/", "∶") or text[start - 2 : start] in (
        "总第",
        "编号",
        "文号",
    ):
        return "ordinal" if before in ("第", "·", "•") else "document"
    if word == "次" and _SESSION.search(text, max(0, start - 16), start):
        return "ordinal"
    if (after and after in "·•×〕/") or (after == ":" and text[end + 1 : end + 2].isdigit()):
        return "document" if after == "〕" else "code"
    if not word and (_RATIO_LEFT.match(text, end) or _RATIO_RIGHT.search(text, max(0, start - 4), start)):
        return "ratio"  # 比为2.1：1
    if after and after.isascii() and after.isalpha():
        return "code"
    if after in ("-", ".") and text[end + 1 : end + 2].isdigit():
        return "code"
    if not word and measure not in ("percent", "permille", "person") and not _bare(text, start, end, written):
        return "bare"
    return "title" if _enclosed(text, start) else ""


def _refused_chinese(text: str, start: int, end: int, written: str, word: str, measure: str) -> bool:
    before = text[max(0, start - 6) : start]
    if (
        before[-1:] in ("数", "几", "第", "好", "成")
        and written[0] in "十百千万亿"
        and before[-2:] not in ("人数", "次数", "件数", "总数", "户数", "场数")
    ):
        return True
    if word == "类" or _IDIOM.search(text, max(0, start - 2), end + 3):
        return True
    if before[-1:] == "第" or before[-1:] in ("之", "初", "星", "周", "礼"):
        return True
    if measure == "percent":
        return written[0] in "十" and "成" in written and len(written) > 2
    if _NAMED.match(text, end) and len(written) <= 3:
        return True
    if written[0] == "一" and len(written) == 1 + len(word):
        return _refused_one(text, end, before, word)
    return not word and measure != "permille" and before[-1:] not in ("分", "为", "达", "率", "至", "到", "约")


_IDIOM = re.compile(
    r"[一每][人车户]一|十分(?![，。；、])|[一二三四五六七八九]面[一二三四五六七八九]方|[一二三四]番[五六]次|四个全面|五位一体|三个代表|[两三四五]个一|一分为二|七[上嘴]八|两[面手]|千[家方]万|四个?[意自]|[一两三]头|二十四节气|三言两语"
)


def _refused_one(text: str, end: int, before: str, word: str) -> bool:
    """一 is a numeral only after a verb of doing or a noun that is counted (召开会议一次); 最多跑一次, 一件事 are none."""
    at_end = text[end : end + 1] in _CLAUSE_END
    if word in ("遍", "案") or (word in _SPEECH and not at_end):
        return True
    if _ONE_AFTER_VERB.search(before):
        return False
    return not at_end or bool(_IDIOM_ONE.search(before))


def _qualifier(text: str, start: int, end: int, own: str) -> str:
    before = _BEFORE.search(text[max(0, start - 6) : start])
    after = _AFTER.match(text, end)
    said = {own} - {"exact"}
    if before:
        said.add(before.lastgroup or "")
    if after:
        said.add(after.lastgroup or "")
    if len(said) == 1:
        return said.pop()
    return "about" if said else "exact"


def find_quantities(text: str) -> list[Quantity]:
    """All quantities of a text, in order, spans into ``text``. Any string is allowed; nothing is raised."""
    return list(scan(narrow(text)))


def scan(text: str, start: int = 0, end: int | None = None) -> Iterator[Quantity]:
    """The quantities between two offsets of a text whose digits are narrow already (:func:`narrow`)."""
    for m in _scanner().finditer(text, start, len(text) if end is None else end):
        quantity = _quantity(text, m.start(), m.end(), m.group())
        if not isinstance(quantity, str):
            yield quantity


_PERSONS = frozenset(
    "群众 农民 师生 学生 居民 党员 干部 职工 学员 市民 村民 网民 青少 公众 人民 公民 工人 牧民 游客".split()
)


def refusals(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and rule of each numeral that is no quantity, in a text whose digits are narrow already.

    The rules: a key of ``[none]`` in ``measures.toml``; ``code`` (a time or version too), ``ordinal``, ``document``
    (its number), ``ratio``, ``bare`` (no measure word), ``title`` (inside a title or quoted name), ``phrase``.
    """
    for m in _scanner().finditer(text):
        read = _quantity(text, m.start(), m.end(), m.group())
        if isinstance(read, str) and m.group()[0] not in "XxＸ×*＊":
            yield m.start(), m.end(), _bare_kind(text, m.start(), m.end(), m.group()) if read == "bare" else read


def _bare_kind(text: str, start: int, end: int, written: str) -> str:
    """What a number without a measure word is, as far as its looks tell."""
    if _year_like(written):
        return "date"
    if written in _HOTLINES:
        return "hotline"
    return "ordinal" if _LIST_MARK.match(text, max(0, start - 1)) and text[end : end + 1] in _AFTER_MARK else "bare"


_LIST_MARK = re.compile(r"[\s。；;（(【\[]?[0-9]")
_AFTER_MARK = ".、．）)]】"


def _quantity(text: str, start: int, end: int, written: str) -> Quantity | str:
    """The quantity, or the rule by which there is none."""
    said = _spelling(written)
    if said is None:
        said = _hedged_power(text, start, written)
        if said is None:
            return "phrase"
    value, word, measure, own = said
    if not word and not measure and text[end : end + 2] in _PERSONS and written[-1] in "余多万亿千百":
        measure = "person"  # 近15万农民, 3万余群众: the noun itself is counted
    if rule := _refused(text, start, end, written, word, measure):
        return rule
    if written[0] > "9" and value is not None and _refused_chinese(text, start, end, written, word, measure):
        return "phrase"
    if own == "redacted":
        return Quantity(start, end, None, word, measure, own)
    if not word and not measure and (noun := _COUNTING_NOUN.search(text, max(0, start - 12), start)):
        measure = measure_classes()[_COUNTED_BY[noun[1]]]  # 观看人次超1232万
    if written[0] in _POWER and text[start - 1 : start] == "上":
        own = "over"  # 上百场, 上千万元
    return Quantity(start, end, value, word, measure, _qualifier(text, start, end, own))


# a noun that says in what its number is counted
_COUNTED_BY = {
    "人次": "人次",
    "人数": "人",
    "场次": "场",
    "场数": "场",
    "件数": "件",
    "起数": "起",
    "份数": "份",
    "册数": "册",
    "户数": "户",
    "条数": "条",
    "项数": "项",
}
_COUNTING_NOUN = re.compile(
    f"({'|'.join(_COUNTED_BY)})(?:已|共|累计|总计|合计)?(?:超过|突破|接近|高达|多达|达到|超|达|为|有|约|近|逾|是)*[:：]?$"
)

_HEDGED = re.compile(r"(?:[上近逾超约过]|不足|不到|将近|突破)$")


def _hedged_power(text: str, start: int, written: str) -> tuple[Number | None, str, str, str] | None:
    """上百场, 近千名, 逾万人: a power of ten without a digit counts where it is hedged from the left."""
    m = _POWER_ALONE.match(written)
    if m is None or written[m.end() :] not in measure_classes() or not _HEDGED.search(text, max(0, start - 2), start):
        return None
    word = written[m.end() :]
    own = "over" if text[start - 1 : start] in ("上", "过") else "exact"
    return chinese_integer(m.group()), word, measure_classes()[word], own
