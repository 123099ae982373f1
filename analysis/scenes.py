"""A sentence taken apart: clauses, the words that belong to each number, and what is carried over commas.

Nothing here knows an indicator; it is the structure that decides which words may speak for which number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.lexicon import Lexicon
from analysis.quantities import Quantity

Span = tuple[int, int]

_CUT = re.compile(r"[，,；;：:（()）。！？\t|｜]")
_ASIDE = re.compile(r"[（(][^（()），。；]{1,14}[)）]")
_STRONG = "；;"


@dataclass(slots=True)
class Scene:
    """A sentence (``start``, ``end`` in the reading text) with its word hits, clauses, quantities and years.

    ``before``: mask of the sentence before in the paragraph; ``heading``: mask of the headings above.
    ``years``: start, end, year and suffix of each year expression; 0, -1, -2 count from the report's own year.
    """

    text: str
    start: int
    end: int
    hits: list[tuple[int, int, int]]
    clauses: list[Span]
    quantities: list[Quantity]
    before: int
    heading: int
    years: list[tuple[int, int, int, str]]

    def mask(self, start: int, end: int) -> int:
        """The words that stand wholly within a half-open span."""
        bits = 0
        for word, a, b in self.hits:
            if a >= start and b <= end:
                bits |= 1 << word
        return bits

    def clause_index(self, at: int) -> int:
        for i, (start, end) in enumerate(self.clauses):
            if start <= at < end:
                return i
        return len(self.clauses) - 1

    def segment(self, index: int) -> int:
        """Where the run of clauses between semicolons begins that holds the given clause."""
        for start, end in reversed(self.clauses[:index]):
            if self.text[end : end + 1] in _STRONG:
                return end + 1
        return self.start


    def segment_end(self, index: int) -> int:
        """Where the run of clauses between semicolons ends that holds the given clause."""
        for start, end in self.clauses[index:]:
            if self.text[end : end + 1] in _STRONG:
                return end
        return self.end


@dataclass(frozen=True, slots=True)
class Context:
    """The words around a number as masks, from its own stretch outwards; each holds the narrower ones."""

    near: int
    clause: int
    sentence: int
    topic: int

    def at(self, reach: str) -> int:
        return self.clause if reach == "clause" else self.sentence if reach == "sentence" else self.topic


def make_scene(lexicon: Lexicon, text: str, start: int, end: int, quantities: list[Quantity], before: int, heading: int) -> Scene:
    return Scene(text, start, end, lexicon.hits(text, start, end), _clauses(text, start, end, quantities), quantities, before, heading, _years(text, start, end))


def _clauses(text: str, start: int, end: int, quantities: Sequence[Quantity]) -> list[Span]:
    """The half-open spans between separators; a comma inside a number and brackets without a number, 村（社区）, are none."""
    inside = {i for q in quantities for i in range(q.start, q.end)}
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


_YEAR = re.compile(r"((?:19|20)\d\d)年(?!以?前)(度|底|末|以来|起|初|至今)?|(去年|上年度?|上一年度?|前一年|前年|今年|本年度?|如今|当年)(同期|末|底)?")
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

_JOINTS = ("以及", "和", "及", "与")
# words that open what is told of the next number, not of this one: 43名调解员｜共调处318起
_ONWARD = re.compile(r"[，,]?(?:共|累计|合计|全年|年内|分别|均)")


def stretches(scene: Scene, i: int) -> tuple[Span, Span]:
    """The words left and right of the i-th number that no other number has a better claim to."""
    q = scene.quantities[i]
    text = scene.text
    index = scene.clause_index(q.start)
    left, right = scene.clauses[index]
    right = max(right, q.end)
    if i and scene.quantities[i - 1].end > left:
        left = scene.quantities[i - 1].end
        comma = text.find("、", left, q.start)
        if comma >= 0:
            left = comma + 1
        else:
            left = next((left + len(j) for j in _JOINTS if text.startswith(j, left)), left)
    if i + 1 < len(scene.quantities) and scene.quantities[i + 1].start < right:
        after = scene.quantities[i + 1].start
        comma = text.find("、", q.end, after)
        right = comma if comma >= 0 else next((after - len(j) for j in _JOINTS if text.endswith(j, q.end, after)), after)
        onward = _ONWARD.search(text, q.end, right)
        if onward and onward.start() > q.end:
            right = onward.start()
    left = min(left, q.start)
    if left == scene.clauses[index][0] and text[left - 1 : left] in ("：", ":") and index and not text[left : q.start].strip(" “约近超逾共计"):
        label = scene.clauses[index - 1]  # 普法活动：185场次
        if label[1] - label[0] <= 18 and not any(label[0] <= p.start < label[1] for p in scene.quantities):
            left = label[0]
    return (left, q.start), (q.end, right)


def shares_right(scene: Scene, i: int, right: Span) -> bool:
    """Whether the words right of a number run into the next number without a break."""
    return i + 1 < len(scene.quantities) and scene.quantities[i + 1].start == right[1]


# a noun of bodies or places right after the number: that is what it counts, whatever is told of them
_COUNTED = re.compile(
    r"[^，。、；的]{0,6}?(?:部门|单位|乡镇|镇街|街道|社区|村居?|镇|县|市|区|领域|方面|站所|学校|中小学|委办局|执法主体|环节|司法所|派出所|机构)"
    r"(?=[，,、；;。（(和及与的都均全已共分对承开参完落签聘设建进纳被在获提列按发])"
)
HEAD_NOUN = 12  # characters right of the number within which the noun it counts must begin


def head(scene: Scene, i: int, right: Span) -> Span:
    """Of the words right of a number that counts things or places: those that can name what it counts."""
    q = scene.quantities[i]
    if q.measure not in ("item", "place", "device", "group", "noun"):
        return right
    return right[0], min(right[1], right[0] + HEAD_NOUN)


def counts_bodies(scene: Scene, q: Quantity) -> bool:
    """Whether what the number counts is bodies or places that do something (47个部门述法), which no indicator counts."""
    return q.measure in ("item", "place", "noun") and bool(_COUNTED.match(scene.text, q.end, min(scene.end, q.end + 12)))


def context(scene: Scene, i: int, near: int) -> Context:
    """The masks around the i-th number, given the mask of its own stretch."""
    q = scene.quantities[i]
    index = scene.clause_index(q.start)
    a, b = scene.clauses[index]
    clause = near | scene.mask(a, b)
    if index + 1 < len(scene.clauses) and q.measure == "time":  # 召开会议2次，专题研究法治建设
        c, d = scene.clauses[index + 1]
        if scene.text[b : b + 1] not in _STRONG and not any(c <= p.start < d for p in scene.quantities):
            clause |= scene.mask(c, d)
    sentence = clause | scene.mask(scene.segment(index), b)
    topic = sentence | scene.before | scene.heading | scene.mask(scene.start, scene.segment_end(index))
    return Context(near, clause, sentence, topic)


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
    index = scene.clause_index(q.start)
    low = scene.segment(index)
    mark = scene.text.rfind("分别", low, q.start)
    if mark < 0:
        return None
    values = [j for j, p in enumerate(scene.quantities) if p.start > mark and p.measure == q.measure and p.start < scene.segment_end(index)]
    if i not in values:
        return None
    home = scene.clause_index(mark)
    begin = scene.clauses[home][0]
    if mark - begin < 2 and home:
        begin = scene.clauses[home - 1][0]
    whole = (begin, mark)
    back = _YEARS_BACK.search(scene.text, low, mark)
    if back and year is not None and len(values) == _COUNT[back[1]]:
        return Ordered(whole, whole, whole, year - len(values) + 1 + values.index(i))
    names = items(scene.text, *whole)
    values = values[: len(names)]
    if i not in values or len(names) < 2 or len(names) < len(values):
        return None
    item = names[values.index(i) - len(values)]
    named = [value for start, end, value, _ in scene.years if item[0] <= start < item[1] and value > 0]
    return Ordered(item, names[-1], whole, named[0] if named else None)


_YEARS_BACK = re.compile(r"近([两二三四五六])年")
_COUNT = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6}


_RATE = re.compile(r"(?:率|度|比例)(?:[”）)]|继续|均|都|双双|皆|全部|分别|已|保持|稳定|为|达|实现|[“三两双四]|个|$|[^、和及与率]{0,8}$)")


def rates(scene: Scene, left: Span) -> list[Span]:
    """For A率、B率均为100%: the spans of the rates, where there are at least two; else nothing."""
    names = items(scene.text, *left)
    found = [span for span in names if _RATE.search(scene.text, *span)]
    return names if len(found) >= 2 else []
