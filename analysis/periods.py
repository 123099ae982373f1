"""Which year, and which part of a year, a figure is for. Rules: ``spec/annotation.md``, columns ``year`` and ``period``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analysis.quantities import Quantity
from analysis.scenes import Scene


@dataclass(frozen=True, slots=True)
class Period:
    """``year`` of the figure; ``period`` as in design (2021, 2021-H1, 2021-01/11, 2016/2020, empty: unknown start);
    ``several``: for several years together; ``own``: the number's own clause names the year."""

    year: int | None
    period: str
    several: bool
    own: bool


_ORIGIN = re.compile(r"[由从][^，,；;]{0,9}$")
_ROSE = re.compile(
    r"(?:大幅|逐步|稳步)?(?:跃升|攀升|回升|跃|扩大|压减|压|提高|上升|提升|增加|增长|增聘|增配|增补|增|升|下降|降低|降|减少|减|发展|扩充|拓宽|精简|梳理|调整|加密|归并|整合|一路走|扩)[为了]?(?:至|到|为|成)"
)


def rises(scene: Scene, q: Quantity) -> bool:
    """Whether the number is where a rise or fall began: 由64%提升至91%."""
    clause = scene.clauses[scene.clause_index(q.start)][0]
    return bool(_ORIGIN.search(scene.text, clause, q.start)) and bool(_ROSE.match(scene.text, q.end))


def _origin_year(scene: Scene, at: int, year: int | None) -> int | None:
    """The earlier year from which a rise is told: the last one named before the number, 与2020年相比 included."""
    for _, end, value, _ in reversed(scene.years):
        if end <= at and year is not None and (value < 0 or 0 < value < year):
            return year + value if value < 0 else value
    return None


_SINCE = ("以来", "起", "至今")
_SPAN = re.compile(
    r"近?[两二三四五六七八九十]年(?:来|间|累计|合计|合起来|总计|共计|共(?![同建享])|里|多来)|近[两二三四五六七八九十]年(?!级)|[两三四五六七八九十]个年头"
    r"|(?:近|几|多)年来(?=[^。；;]{0,30}累计)|“?十[一二三四]五”?(?:规划)?(?:期间|时期|以来)|“?[五六七八]五”?普法(?:期间|以来|启动以来)"
    r"|(?:成立|启用|运行|实施|试点|开展|启动|挂牌|改革|施行|建成|上线|组建|推行|设立|创建|开办|创办|开通|投用|运营)以来|(?:实施|启动|成立|开通|运行|施行)至今|从(?:19|20)\d\d年(?:算|计|统计)起|党的[十八九二]+大以来|过去[五三]年|本届政府(?:成立|任期)?以来|历年累计|五年累计|历年"
)
# 2018年至2020年, 2015年5月1日至2016年5月1日, 2021—2023年; 2018年、2019年两年合计
_RANGE = re.compile(
    r"((?:19|20)\d\d)年?(?:\d{1,2}月)?(?:\d{1,2}日|[底末初])?(?:至|到|[-—–－~～]{1,2})((?:19|20)\d\d)年(?:\d{1,2}月(?:\d{1,2}日|[底末])?|上半年)?"
    r"|((?:19|20)\d\d)年?[、和与及]((?:19|20)\d\d)年(?=[^；;。]{0,8}两年)"
)
_THIS_YEAR = re.compile(r"今年(?!以来)|本年|年内|当年|仅今年|其中20\d\d年")
_MONTHS = re.compile(
    r"上半年|(?<!\d)1月?(?:份)?[至到—–-]{1,2}([1-9]|1[0-2])月|(?<![目提此之以])前([1-9]|1[01]|[一二三四五六七八九十]|十一)个月|前三季度|第?一季度|下半年|7[至到—–-]{1,2}12月|10[至到—–-]{1,2}12月|第?四季度|截[至止](?:20\d\d年)?([4-9]|1[01])月(?:底|末|30日|31日)"
)
_WHOLE = re.compile(r"全年|今年以来|年内|本年度")
_RISEN = re.compile(
    r"(?:提高|上升|提升|增加|增长|增|升|下降|降低|降|减少|减|发展|扩充|转变)[为了]?(?:至|到|为)|到(?:今年|本年|如今)"
)
_REACHED = re.compile(r"(?:至|到|为)[了约近]?$")


def period_of(scene: Scene, i: int, year: int | None) -> Period:
    """The period of the i-th number of a sentence in a report on ``year``."""
    q = scene.quantities[i]
    if rises(scene, q) and (before := _origin_year(scene, q.start, year)) is not None:
        return Period(before, str(before), False, True)
    governed, own = _governing(scene, i, year)
    several = _several(scene, i)
    found = year
    if governed is not None:
        value, suffix, at = governed
        if (together := _range(scene, at)) is not None and (year is None or together[1] <= year):
            return Period(together[1], f"{together[0]}/{together[1]}", True, own)
        if value <= 0:
            found = None if year is None else year + value
        elif suffix in _SINCE and (year is None or value < year):
            several = not _THIS_YEAR.search(scene.text, scene.start, q.start) or several
        elif year is None or value <= year:
            found = value
    if several:
        return Period(year, _years_together(scene, q.start, year), True, own)
    return Period(found, _within(scene, q.start, found), False, own)


def _governing(scene: Scene, i: int, year: int | None) -> tuple[tuple[int, str, int] | None, bool]:
    """The year expression that governs a number and whether it stands in the number's own words."""
    q = scene.quantities[i]
    a = scene.clauses[scene.clause_index(q.start)][0]
    low = a if not i else max(a, scene.quantities[i - 1].end)
    for start, end, value, suffix in reversed(scene.years):
        if low <= start and end <= q.start and not _ATTRIBUTE.match(scene.text, end):
            return (value, suffix, start), True
    for start, end, value, suffix in reversed(scene.years):
        if end == a - 1 and scene.text[end] in "（(：:":
            return (value, suffix, start), True  # 较2021年（187件）, 罚款94.5万元（2023年：88.2万元）
    if low > a and (_RISEN.search(scene.text, low, q.start) or _REACHED.search(scene.text, low, q.start)):
        return None, False  # 由上年的76%提高到85%: what it rose to is this year's
    for start, end, value, suffix in reversed(scene.years):
        if end > a:
            if a <= start and end <= q.start and not _ATTRIBUTE.match(scene.text, end):
                return (value, suffix, start), False
        elif _opens(scene, start, end, scene.segment(scene.clause_index(q.start))):
            return (value, suffix, start), False
    return None, False


def _range(scene: Scene, at: int) -> tuple[int, int] | None:
    """First and last year of the range that an offset lies in."""
    for start, end in scene.matches(_RANGE):
        if start <= at < end and (m := _RANGE.match(scene.text, start)):
            first, last = int(m[1] or m[3]), int(m[2] or m[4])
            return (first, last) if first < last else None
    return None


# a year that tells of a document, a start, a comparison: not the figure's own
_ATTRIBUTE = re.compile(
    r"(?:\d{1,2}月)?(?:\d{1,2}日)?(?:印发|出台|修订|制定|成立|启动|开始|施行|实施|颁布|机构改革|以前|前|发布)|(?:\d{1,2}月)?以来[^，,。；]{1,8}的|相比"
)


# a clause that holds nothing but its year: 前一时段，2005年至2008年上半年：…; 仅2010年一年，…
_ALONE = re.compile(r"(?:的?[一两二三四五六七八九十]年多?(?:里|间|来|时间)?|全年|这一年|[上下]半年|期间|间)?[，,：:]")


def _opens(scene: Scene, start: int, end: int, segment: int) -> bool:
    """Whether a year at the head of the sentence, of its segment or of a clause of its own governs what follows: 2023年，全市…"""
    for head in (scene.start, segment):
        if start >= head and not scene.text[head:start].strip(
            "（(一二三四五六七八九十、）)是0123456789. 截至止到在与，,：:"
        ):
            return not _ATTRIBUTE.match(scene.text, end) and not scene.text.startswith("为", end)
    for a, b in scene.matches(_RANGE):
        if a <= start < b:
            start, end = a, b
    return start >= segment and bool(_ALONE.match(scene.text, end)) and scene.text[start - 1] in "，,：:仅即自从"


def _several(scene: Scene, i: int) -> bool:
    q = scene.quantities[i]
    last = None
    for m in _SPAN.finditer(scene.text, scene.segment(scene.clause_index(q.start)), q.start):
        last = m
    if last is None or _THIS_YEAR.search(scene.text, last.end(), q.start):
        return False
    # 近三年分别为2020年35件: a single year named since is the number's own
    return not any(
        last.end() <= start and end <= q.start and not suffix and _range(scene, start) is None
        for start, end, _, suffix in scene.years
    )


def _within(scene: Scene, at: int, year: int | None) -> str:
    """The part of the year that the words before an offset name; the whole year where they name none."""
    if year is None:
        return ""
    last = None
    for m in _MONTHS.finditer(scene.text, scene.start, at):
        last = m
    if last is None or _WHOLE.search(scene.text, last.end(), at):
        return str(year)
    word = last.group()
    if "季度" in word:
        return f"{year}-{'01/09' if '三' in word else '10/12' if '四' in word else '01/03'}"
    if word.startswith("前"):
        months = int(last[2]) if last[2].isdigit() else _MONTH_COUNT.index(last[2]) + 1
        return f"{year}-H1" if months == 6 else f"{year}-01/{months:02d}"
    if word.startswith("上半年"):
        return f"{year}-H1"
    if word.startswith(("下半年", "7")):
        return f"{year}-H2"
    if word.startswith("10"):
        return f"{year}-10/12"
    month = int(last[1] or last[3])
    return f"{year}-H1" if month == 6 else str(year) if month == 12 else f"{year}-01/{month:02d}"


_MONTH_COUNT = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一")
_PLANS = {"十一五": (2006, 2010), "十二五": (2011, 2015), "十三五": (2016, 2020), "十四五": (2021, 2025)}
_COUNT = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_YEARS_BACK = re.compile(
    r"(?<![到至])([两二三四五六七八九十])(?:年(?:来|间|累计|合计|合起来|总计|共计|共|里)|个年头)|近([两二三四五六七八九十])年"
)


def _years_together(scene: Scene, at: int, year: int | None) -> str:
    """2016/2020 where the words tell the first year; empty where they do not."""
    text = scene.text[scene.start : at]
    for name, (first, last) in _PLANS.items():
        if name in text:
            return f"{first}/{min(last, year) if year and '以来' in text else last}"
    if year is None:
        return ""
    if m := _YEARS_BACK.search(text):
        return f"{year - _COUNT[m[1] or m[2]] + 1}/{year}"
    for _, _, value, suffix in scene.years:
        if suffix in _SINCE and 0 < value < year:
            return f"{value}/{year}"
    return ""
