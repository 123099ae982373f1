"""A sentence taken apart: clauses, the words that belong to each number, and what is carried over commas.

Nothing here knows an indicator; it is the structure that decides which words may speak for which number.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.lexicon import Lexicon
from analysis.quantities import Quantity

Span = tuple[int, int]

_CUT = re.compile(r"[，,；;：:（()）。！？】\t|｜]")
_ASIDE = re.compile(r"[（(][^（()），。；]{1,24}[)）]")
_STRONG = "；;"


class Scene:
    """A sentence (``start``, ``end`` in the reading text) with its word hits, clauses, quantities and years.

    ``home[i]``: the clause of the i-th quantity. ``before``: mask of the sentence before in the paragraph;
    ``heading``: mask of the headings above. ``years``: start, end, year and suffix of each year expression;
    0, -1, -2 count from the report's own year. ``told``: by how many years later than that it was written, where it
    says 去年 of its own year.
    """

    __slots__ = (
        "_ends",
        "_hits",
        "_matches",
        "_segments",
        "before",
        "clauses",
        "end",
        "heading",
        "hits",
        "home",
        "masks",
        "quantities",
        "start",
        "text",
        "years",
    )

    def __init__(
        self,
        lexicon: Lexicon,
        text: str,
        start: int,
        end: int,
        quantities: list[Quantity],
        before: int,
        heading: int,
        told: int = 0,
    ) -> None:
        self.text, self.start, self.end = text, start, end
        self.quantities, self.before, self.heading = quantities, before, heading
        self.hits = _outside_titles(lexicon.hits(text, start, end), text, start, end)
        self.clauses = _clauses(text, start, end, quantities)
        self._ends = [b for _, b in self.clauses]
        self.years = [
            (a, b, year + told if year < 0 else year, suffix) for a, b, year, suffix in _years(text, start, end)
        ]
        self._share_out()
        self.home = [self.clause_index(q.start) for q in quantities]
        self._matches: dict[re.Pattern[str], list[Span]] = {}

    def years_between(self, start: int, end: int) -> bool:
        """Whether a year is named between two offsets."""
        return any(start <= a and b <= end for a, b, _, _ in self.years)

    def _share_out(self) -> None:
        """Give each clause its words, and each its run of clauses between semicolons."""
        clauses, count = self.clauses, len(self.clauses)
        self._hits: list[list[tuple[int, int, int]]] = [[] for _ in clauses]
        at = 0
        for hit in sorted(self.hits, key=_by_start):
            while at < count - 1 and hit[1] >= clauses[at][1]:
                at += 1
            if hit[1] >= clauses[at][0] and hit[2] <= clauses[at][1]:
                self._hits[at].append(hit)
        self.masks = []
        for hits in self._hits:
            bits = 0
            for word, _, _ in hits:
                bits |= 1 << word
            self.masks.append(bits)
        self._segments: list[tuple[int, int, int, int]] = []  # first clause, last clause, start, end
        first, begin = 0, self.start
        for i, (_, end) in enumerate(clauses):
            if i == count - 1 or self.text[end : end + 1] in _STRONG:
                stop = end if i < count - 1 else self.end
                self._segments.extend([(first, i, begin, stop)] * (i + 1 - first))
                first, begin = i + 1, end + 1

    def mask(self, start: int, end: int) -> int:
        """The words that stand within a half-open span and within one clause."""
        bits = 0
        for index in range(self.clause_index(start), len(self.clauses)):
            first, last = self.clauses[index]
            if first >= end:
                break
            if start <= first and last <= end:
                bits |= self.masks[index]
                continue
            for word, a, b in self._hits[index]:
                if a >= start and b <= end:
                    bits |= 1 << word
        return bits

    def clause_index(self, at: int) -> int:
        """The clause that holds an offset, or the next one where it holds a separator."""
        return min(bisect_right(self._ends, at), len(self._ends) - 1)

    def segment(self, index: int) -> int:
        """Where the run of clauses between semicolons begins that holds the given clause."""
        return self._segments[index][2]

    def segment_end(self, index: int) -> int:
        """Where that run ends."""
        return self._segments[index][3]

    def up_to(self, index: int) -> int:
        """The words of the run of clauses as far as the given clause."""
        bits = 0
        for i in range(self._segments[index][0], index + 1):
            bits |= self.masks[i]
        return bits

    def through(self, index: int) -> int:
        """The words of the sentence as far as the end of the run that holds the given clause."""
        bits = 0
        for i in range(self._segments[index][1] + 1):
            bits |= self.masks[i]
        return bits

    def goes_on_after(self, index: int) -> bool:
        """Whether a clause without a number follows the given one in its run."""
        return index < self._segments[index][1] and index + 1 not in self.home

    def following(self, index: int) -> int:
        """The words of the clauses after the given one in its run, as far as the next clause that counts something."""
        counted = {home for home, q in zip(self.home, self.quantities, strict=True) if q.measure != "duration"}
        bits = 0
        for i in range(index + 1, self._segments[index][1] + 1):
            if i in counted:
                break
            bits |= self.masks[i]
        return bits

    def matches(self, pattern: re.Pattern[str]) -> list[Span]:
        """Where a pattern matches in the sentence; sought once."""
        found = self._matches.get(pattern)
        if found is None:
            found = self._matches[pattern] = [m.span() for m in pattern.finditer(self.text, self.start, self.end)]
        return found

    def last_match(self, pattern: re.Pattern[str], start: int, end: int) -> Span | None:
        """The last match of a pattern that lies within a half-open span."""
        for span in reversed(self.matches(pattern)):
            if span[1] <= end:
                return span if span[0] >= start else None
        return None


_TITLE = re.compile(r"《([^《》]{4,60})》")


def _outside_titles(hits: list[tuple[int, int, int]], text: str, start: int, end: int) -> list[tuple[int, int, int]]:
    """The hits less those within the title of a law or document: 《行政处罚法》专题测试2次 tells of no penalty."""
    if text.find("《", start, end) < 0:
        return hits
    titles = [m.span() for m in _TITLE.finditer(text, start, end)]
    return [hit for hit in hits if not any(a < hit[1] and hit[2] < b for a, b in titles)]


def _by_start(hit: tuple[int, int, int]) -> int:
    return hit[1]


@dataclass(frozen=True, slots=True)
class Context:
    """The words around a number as masks, from its own stretch outwards; each holds the narrower ones.

    ``then``: the words of the clauses after it, as far as the next number.
    """

    near: int
    clause: int
    sentence: int
    topic: int
    then: int = 0

    def at(self, reach: str) -> int:
        return self.clause if reach == "clause" else self.sentence if reach == "sentence" else self.topic


def _clauses(text: str, start: int, end: int, quantities: Sequence[Quantity]) -> list[Span]:
    """The half-open spans between separators; a comma inside a number and brackets without a number, 村（社区）, are none."""
    inside: set[int] = set()
    for q in quantities:
        if q.end - q.start > 4:
            inside.update(range(q.start, q.end))
    if text.find("（", start, end) >= 0 or text.find("(", start, end) >= 0:
        for m in _ASIDE.finditer(text, start, end):
            if not any(m.start() < q.start < m.end() for q in quantities):
                inside.update((m.start(), m.end() - 1))
    found, at = [], start
    for m in _CUT.finditer(text, start, end):
        if m.start() not in inside:
            found.append((at, m.start()))
            at = m.end()
    if at < end or not found:
        found.append((at, end))
    return found


_YEAR = re.compile(
    r"((?:19|20)\d\d)年(?!以?前)(度|底|末|以来|起|初|至今)?|(去年|上年度?|上一年度?|前一年|前年|今年|本年度?|如今|当年)(同期|末|底)?"
)
_OWN_YEAR = ("今年", "本年", "本年度", "如今", "当年")


def _years(text: str, start: int, end: int) -> list[tuple[int, int, int, str]]:
    found: list[tuple[int, int, int, str]] = []
    if text.find("年", start, end) < 0 and text.find("如今", start, end) < 0:
        return found
    for m in _YEAR.finditer(text, start, end):
        if text.rfind("《", start, m.start()) > text.rfind("》", start, m.start()):
            continue  # a year in a title is not the figure's
        if m[1]:
            found.append((m.start(), m.end(), int(m[1]), m[2] or ""))
        else:
            offset = 0 if m[3] in _OWN_YEAR else -2 if m[3] == "前年" else -1
            found.append((m.start(), m.end(), offset, m[4] or ""))
    return found


# --- the stretch of a number ------------------------------------------------------------------------------

_DOING = re.compile(r"审核|审查|开展|组织|办理|完成|受理|调解|化解|查处|评查")
_JOINTS = ("以及", "和", "及", "与")
# words that open what is told of the next number, not of this one: 43名调解员｜共调处318起
_ONWARD = re.compile(r"[，,]?(?:(?<!公)共(?![产青])|累计|合计|全年|年内|分别|均)")


def stretches(scene: Scene, i: int) -> tuple[Span, Span]:
    """The words left and right of the i-th number that no other number has a better claim to."""
    q = scene.quantities[i]
    text = scene.text
    index = scene.home[i]
    left, right = scene.clauses[index]
    right = max(right, q.end)
    if i and scene.quantities[i - 1].end > left:
        left = scene.quantities[i - 1].end
        comma = text.find("、", left, q.start)
        joint = next((len(j) for j in _JOINTS if text.startswith(j, left)), 0)
        if comma < 0 and text.endswith(_JOINTS, left, q.start):
            left = q.start  # 3000名“法律明白人”和1000名“带头人”: the words before 和 are the first number's
        elif comma < 0 or not _DOING.search(text, left, comma):  # 12个镇审核各类文件、合同860件
            left = comma + 1 if comma >= 0 else left + joint
    if i + 1 < len(scene.quantities) and scene.quantities[i + 1].start < right:
        after = scene.quantities[i + 1].start
        comma = text.find("、", q.end, after)
        right = (
            comma if comma >= 0 else next((after - len(j) for j in _JOINTS if text.endswith(j, q.end, after)), after)
        )
        onward = _ONWARD.search(text, q.end, right)
        if onward and onward.start() > q.end:
            right = onward.start()
    left = min(left, q.start)
    if text.startswith(("中", "里"), q.end):  # 已判决的6件中败诉1件: what follows is told of the next number
        right = q.end
    if (
        left == scene.clauses[index][0]
        and text[left - 1 : left] in ("：", ":")
        and index
        and not text[left : q.start].strip(" “约近超逾共计")
    ):
        label = scene.clauses[index - 1]  # 普法活动：185场次
        if label[1] - label[0] <= 18 and not any(label[0] <= p.start < label[1] for p in scene.quantities):
            left = label[0]
    if (
        text[q.start - 1 : q.start] in ("）", ")")
        and (opening := max(text.rfind(mark, left, q.start) for mark in "（(")) > left
    ):
        return (left, opening), (q.end, right)  # 结案（包括不予受理、受理后审结）86件
    if (
        left == scene.clauses[index][0]
        and text[left - 1 : left] in ("）", ")")
        and index
        and not text[left : q.start].strip(" 约近超逾共计为达")
    ):
        opening = max(text.rfind("（", scene.start, left), text.rfind("(", scene.start, left))
        if opening > scene.start:  # 审结（含上年结转3件）30件
            return (scene.clauses[scene.clause_index(opening - 1)][0], opening), (q.end, right)
    return (left, q.start), (q.end, right)


def shares_right(scene: Scene, i: int, right: Span) -> bool:
    """Whether the words right of a number run into the next number without a break."""
    return i + 1 < len(scene.quantities) and scene.quantities[i + 1].start == right[1]


# a noun of bodies or places right after the number: that is what it counts, whatever is told of them
_COUNTED = re.compile(
    r"[^，。、；的]{0,4}(?:部门|单位|委办局|执法主体)(?!公共法律|法律|调解|调委|示范|法治示范)|"
    r"[^，。、；的]{0,6}?(?:部门|单位|乡镇|镇街|街道|社区|村居?|镇|县|市|区|领域|方面|站所|学校|中小学|委办局|执法主体|环节|司法所|派出所|机构|政府|市州|州市|县市区)(?:（[^（）0-9]{1,8}）)?+"
    r"(?=[，,、；;。“和及与的都均全已共分对承开参完落签聘设建进纳被在获提列按发收新])"
)
_ABSTRACT = re.compile(r"(?:[一-龥]{2})?(?:领域|方面|环节|层面|维度|阶段)(?!调|人民|专业|行业)")
# villages that were given a title are what is counted: 8个村荣获…称号
_HONOURED = re.compile(
    r"[^，。、；的]{0,3}(?:村居?|社区|嘎查|村（社区）|村（居）)(?:荣?获|被(?:评|命名|授予|认定|确定)|入选|跻身|创成|达到|成功创建)"
)
HEAD_NOUN = 12  # characters right of the number within which the noun it counts must begin


def head(scene: Scene, i: int, right: Span) -> Span:
    """Of the words right of a number that counts things or places: those that can name what it counts."""
    q = scene.quantities[i]
    if q.measure not in ("item", "place", "device", "group", "noun") or _HONOURED.match(scene.text, q.end, scene.end):
        return right
    end = right[0] + HEAD_NOUN
    if aside := _ASIDE.search(scene.text, right[0], min(right[1], end)):
        end += aside.end() - aside.start()  # 41个区县（自治县）公共法律服务中心
    return right[0], min(right[1], end)


def counts_bodies(scene: Scene, q: Quantity) -> bool:
    """Whether what the number counts is bodies or places that do something (47个部门述法), which no indicator counts."""
    return (
        (q.measure_word == "个" or q.measure == "noun")
        and bool(
            _COUNTED.match(scene.text, q.end, min(scene.end, q.end + 12))
            or _ABSTRACT.match(scene.text, q.end, scene.end)
        )
        and not _HONOURED.match(scene.text, q.end, scene.end)
    )


def context(scene: Scene, i: int, near: int) -> Context:
    """The masks around the i-th number, given the mask of its own stretch."""
    index = scene.home[i]
    clause = near | scene.masks[index]
    if scene.quantities[i].measure == "time" and scene.goes_on_after(index):  # 召开会议2次，专题研究法治建设
        clause |= scene.masks[index + 1]
    sentence = clause | scene.up_to(index)
    topic = sentence | scene.before | scene.heading | scene.through(index)
    return Context(near, clause, sentence, topic, scene.following(index))


# --- one statement for several numbers, several names for one number ----------------------------------------

_JOINT = re.compile(r"、|以及|和(?!解)|及(?!时|格)|与(?!会)")


def items(text: str, start: int, end: int) -> list[Span]:
    """The spans between 、 和 及 与; brackets hold their joints."""
    found, at = [], start
    for m in _JOINT.finditer(text, start, end):
        if text.count("（", start, m.start()) > text.count("）", start, m.start()):
            continue
        found.append((at, m.start()))
        at = m.end()
    found.append((at, end))
    return found


@dataclass(frozen=True, slots=True)
class Ordered:
    """A、B分别为1件和2件, for one number: the item that it answers to, the last item, all before 分别, and its year if the items are years."""

    item: Span
    last: Span
    whole: Span
    year: int | None


def respectively(scene: Scene, i: int, year: int | None) -> Ordered | None:
    """How the i-th number stands in an enumeration ordered by 分别; None where it does not. ``year``: the report's."""
    q = scene.quantities[i]
    index = scene.home[i]
    low = scene.segment(index)
    mark = scene.text.rfind("分别", low, q.start)
    if mark < 0:
        return None
    values = [
        j
        for j, p in enumerate(scene.quantities)
        if p.start > mark and p.measure == q.measure and p.start < scene.segment_end(index)
    ]
    if i not in values:
        return None
    home = scene.clause_index(mark)
    begin = scene.clauses[home][0]
    if mark - begin < 2 and home:
        begin = scene.clauses[home - 1][0]
    whole = (begin, mark)
    first = _first_of_years(scene.text, low, mark, len(values), year)
    if first is not None:
        return Ordered(whole, whole, whole, first + values.index(i))
    names = items(scene.text, *whole)
    values = values[: len(names)]
    if i not in values or len(names) < 2 or len(names) < len(values):
        return None
    item = names[values.index(i) - len(values)]
    named = [value for start, end, value, _ in scene.years if item[0] <= start < item[1] and value > 0]
    return Ordered(item, names[-1], whole, named[0] if named else None)


def _first_of_years(text: str, start: int, end: int, count: int, year: int | None) -> int | None:
    """The year of the first of ``count`` numbers, where the words before 分别 name as many years: 近三年, 2019年以来, 2021年至2024年."""
    for m in _YEARS.finditer(text, start, end):
        if m["first"] and m["last"]:
            if int(m["last"]) - int(m["first"]) + 1 == count:
                return int(m["first"])
        elif year is not None:
            first = int(m["first"]) if m["first"] else year - _COUNT[m["back"]] + 1
            if year - first + 1 == count > 1:
                return first
    return None


_YEARS = re.compile(
    r"近(?P<back>[两二三四五六])年|(?P<first>20\d\d)年?(?:(?:以来|起)|(?:至|到|[-—–－~～]{1,2})(?P<last>20\d\d)年)"
)
_COUNT = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6}


_RATE = re.compile(
    r"(?:率|度|比例)(?:[”）)]|继续|均|都|双双|皆|全部|分别|已|保持|稳定|为|达|实现|[“三两双四]|个|$|[^、和及与率]{0,8}$)"
)


def rates(scene: Scene, left: Span) -> list[Span]:
    """For A率、B率均为100%: the spans of the rates, where there are at least two; else nothing."""
    names = items(scene.text, *left)
    found = [span for span in names if _RATE.search(scene.text, *span)]
    return names if len(found) >= 2 else []
