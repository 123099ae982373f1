"""Quantities and the words around them become mentions of indicators, or nothing.

How a figure is judged: ``spec/annotation.md``. The knowledge is in the catalogue (which words mean an indicator)
and in ``cues.toml`` (which words make a figure a change, a target, a part); this module holds the machinery:
clauses, the stretch of words that belongs to a number, what is carried over commas and from headings.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

from ahocorasick_rs import AhoCorasick, MatchKind

from analysis.catalogue import Implied, Indicator, expand, load, shared_words
from analysis.passages import PLAN, Reading, Sentence, read, split
from analysis.quantities import Number, Quantity, scan
from analysis.reports import Report


@dataclass(frozen=True, slots=True)
class Mention:
    """A figure that a report states for an indicator; the columns of the table ``mentions`` but for doc and unit.

    ``start``/``end``: half-open span into the report's text, ``text[start:end] == quote``.
    ``value`` is in the indicator's unit of measure, ``None`` where masked. ``rule`` names the catalogue rule.
    """

    indicator: str
    value: Number | None
    unit_of_measure: str
    qualifier: str
    year: int | None
    period: str
    role: str
    implied: bool
    scope: str
    basis: str
    start: int
    end: int
    quote: str
    sentence: str
    section: str
    rule: str
    optional: bool = False


# --- the compiled catalogue -------------------------------------------------------------------------------

NEAR, CLAUSE, SENTENCE, TOPIC = 4.0, 2.5, 2.0, 1.0
_REACHES = (("clause", CLAUSE), ("sentence", SENTENCE), ("topic", TOPIC))
CUES = ("change", "target", "each", "span", "among", "campaign", "total", "own", "area", "part_of_area", "other")


@dataclass(frozen=True, slots=True)
class _Rule:
    """A catalogue rule with its words as bit masks. ``reach``: the groups beyond the number's own stretch."""

    name: str
    indicator: Indicator
    near: tuple[int, ...]
    reach: tuple[tuple[str, int], ...]
    no: int
    classes: frozenset[str]
    words: frozenset[str]
    role: str
    optional: bool


@dataclass(frozen=True, slots=True)
class _Wording:
    """An implied value: its triggers and the words that must stand around them."""

    name: str
    indicator: Indicator
    rule: Implied
    triggers: int
    reach: tuple[tuple[str, int], ...]
    no: int


@dataclass(frozen=True, slots=True)
class Matcher:
    """The catalogue and the cues, compiled. ``bits[i]`` and ``cues[i]``: mask and cue kinds of the i-th word."""

    automaton: AhoCorasick
    words: tuple[str, ...]
    cues: tuple[frozenset[str], ...]
    anchors: Mapping[int, tuple[_Rule, ...]]
    content: int
    implied: Mapping[int, tuple[_Wording, ...]]
    basis: Mapping[str, tuple[tuple[str, int], ...]]
    lengths: tuple[int, ...]


@cache
def matcher() -> Matcher:
    """The catalogue compiled, once a process."""
    return compile_catalogue(load().values())


def compile_catalogue(indicators: Iterable[Indicator]) -> Matcher:
    """Words to bits, rules to masks, one automaton for all."""
    shared = shared_words()
    index: dict[str, int] = {}

    def mask(words: Iterable[str]) -> int:
        bits = 0
        for word in expand(words, shared):
            bits |= 1 << index.setdefault(word, len(index))
        return bits

    rules: list[_Rule] = []
    wordings: list[_Wording] = []
    basis: dict[str, tuple[tuple[str, int], ...]] = {}
    for indicator in indicators:
        basis[indicator.id] = tuple((name, mask(words)) for name, words in indicator.basis.items())
        for number, rule in enumerate(indicator.rule, 1):
            measures = rule.measure or indicator.measure
            rules.append(
                _Rule(
                    f"{indicator.id}/{number}",
                    indicator,
                    tuple(mask(group) for group in (rule.near, rule.near2) if group),
                    tuple((name, mask(getattr(rule, name))) for name, _ in _REACHES if getattr(rule, name)),
                    mask(rule.no),
                    frozenset(m for m in measures if not m.startswith("=")),
                    frozenset(m[1:] for m in measures if m.startswith("=")),
                    rule.role,
                    rule.optional,
                )
            )
        for number, implied in enumerate(indicator.implied, 1):
            reach = tuple((name, mask(getattr(implied, name))) for name, _ in _REACHES if getattr(implied, name))
            wordings.append(_Wording(f"{indicator.id}/implied{number}", indicator, implied, mask(implied.trigger), reach, mask(implied.no)))
    table = tomllib.loads((files(__package__) / "cues.toml").read_text("utf-8"))
    for name in CUES:
        mask(table[name])
    words = tuple(index)
    kinds = {name: frozenset(table[name]) for name in CUES}
    return Matcher(
        AhoCorasick(words, matchkind=MatchKind.Standard),
        words,
        tuple(frozenset(name for name in CUES if word in kinds[name]) for word in words),
        _by_bit(rules, lambda rule: rule.near[0]),
        _union(rule.near[0] for rule in rules),
        _by_bit(wordings, lambda wording: wording.triggers),
        basis,
        tuple(map(len, words)),
    )


def _union(masks: Iterable[int]) -> int:
    found = 0
    for m in masks:
        found |= m
    return found


def _by_bit(items, key) -> dict[int, tuple]:
    found: dict[int, list] = {}
    for item in items:
        bits = key(item)
        while bits:
            low = bits & -bits
            found.setdefault(low.bit_length() - 1, []).append(item)
            bits ^= low
    return {bit: tuple(group) for bit, group in found.items()}


# --- a sentence with its words ----------------------------------------------------------------------------

_CUT = re.compile(r"[，,；;：:（()）。！？\t|｜]")
_STRONG = "；;"


@dataclass(slots=True)
class _Scene:
    """A sentence taken apart: word hits, clause borders, quantities; and the words that its surroundings carry into it."""

    text: str
    start: int
    end: int
    hits: list[tuple[int, int, int]]
    cuts: list[tuple[int, int]]
    quantities: list[Quantity]
    before: int
    heading: int
    years: list[tuple[int, int, int, str]] = field(default_factory=list)

    def mask(self, a: int, b: int) -> int:
        """The words that stand wholly within a half-open span."""
        bits = 0
        for word, start, end in self.hits:
            if start >= a and end <= b:
                bits |= 1 << word
        return bits

    def clause(self, at: int) -> tuple[int, int]:
        """The clause that holds an offset."""
        a, b = self.start, self.end
        for start, end in self.cuts:
            if start <= at < end:
                return start, end
        return a, b

    def clause_index(self, at: int) -> int:
        for i, (start, end) in enumerate(self.cuts):
            if start <= at < end:
                return i
        return len(self.cuts) - 1


def _clauses(text: str, start: int, end: int, quantities: Sequence[Quantity]) -> list[tuple[int, int]]:
    """The half-open spans between separators; a separator inside a number is none."""
    cuts = []
    at = start
    for m in _CUT.finditer(text, start, end):
        if any(q.start <= m.start() < q.end for q in quantities):
            continue
        cuts.append((at, m.start()))
        at = m.end()
    if at < end:
        cuts.append((at, end))
    return cuts or [(start, end)]


@dataclass(slots=True)
class _Context:
    """What stands around one number, from its own stretch outwards, as masks; each holds the narrower ones."""

    near: int
    clause: int
    sentence: int
    topic: int
    adjacent: int = 0

    def at(self, reach: str) -> int:
        return {"clause": self.clause, "sentence": self.sentence, "topic": self.topic}[reach]


def _weight(context: _Context, group: int) -> float:
    if group & context.near:
        return NEAR
    if group & context.clause:
        return CLAUSE
    if group & context.sentence:
        return SENTENCE
    return TOPIC


# --- finding ----------------------------------------------------------------------------------------------


def find_mentions(report: Report) -> list[Mention]:
    """All achieved figures of catalogue indicators that a report states, in the order of the text.

    Pure; raises nothing for any text. ``role`` is judged over the whole report.
    """
    return read_mentions(report).mentions


@dataclass(frozen=True, slots=True)
class Found:
    """What reading a report yields: mentions, targets set aside, achieved quantities that fit no indicator."""

    reading: Reading
    mentions: list[Mention]
    targets: list[Mention]
    unmatched: list[tuple[Quantity, Sentence]]


def read_mentions(report: Report) -> Found:
    reading = read(report.text, report.skip)
    text = reading.text
    year = report.identity.year
    quantities = list(scan(text))
    position = 0
    drafts: list[_Draft] = []
    targets: list[_Draft] = []
    unmatched: list[tuple[Quantity, Sentence]] = []
    compiled = matcher()
    masks: dict[tuple[str, ...], int] = {}
    previous = _Previous()
    for sentence in split(reading, year):
        own: list[Quantity] = []
        while position < len(quantities) and quantities[position].start < sentence.end:
            if quantities[position].start >= sentence.start:
                own.append(quantities[position])
            position += 1
        body = text[sentence.start : sentence.end]
        if not own and not _TRIGGER.search(body):
            previous.pass_over(sentence, body)
            continue
        heading = masks.get(sentence.headings)
        if heading is None:
            heading = masks[sentence.headings] = _heading_mask(compiled, sentence.headings)
        scene = _scene(compiled, text, sentence, own, heading, previous)
        found, rest = _judge(compiled, scene, sentence, report, previous)
        for draft in found:
            (targets if draft.status == PLAN else drafts).append(draft)
        unmatched.extend((q, sentence) for q in rest if sentence.status != PLAN)
        previous.take(compiled, sentence, scene, found)
    return Found(
        reading,
        _finish(drafts, reading, report),
        [_mention(d, "part", reading, report) for d in targets],
        unmatched,
    )


_TRIGGER = re.compile(r"全覆盖|全部|人人|无一|无败|零败|败诉|[均都]|未[发出制收印新]|没有|全员|零复议|零诉讼|零纠错|无行政|无规范|无依申请|个个|无复议|应出尽出|全面覆盖|应进必进")


@dataclass(slots=True)
class _Draft:
    """A mention before its role is known."""

    indicator: Indicator
    rule: str
    quantity: Quantity
    value: Number | None
    qualifier: str
    year: int | None
    period: str
    scope: str
    basis: str
    implied: bool
    part: bool
    total: bool
    status: str
    sentence: Sentence
    optional: bool
    near: int = 0
    inherited: bool = False
    order: int = 0


@dataclass(slots=True)
class _Previous:
    """What a sentence leaves to the next one of its paragraph."""

    paragraph: int = -1
    headings: tuple[str, ...] = ()
    mask: int = 0
    body: str = ""
    draft: _Draft | None = None
    scope: str = ""

    def carries_to(self, sentence: Sentence) -> bool:
        return self.paragraph == sentence.paragraph and self.headings == sentence.headings

    def pass_over(self, sentence: Sentence, body: str) -> None:
        self.paragraph, self.headings, self.body, self.draft, self.mask = sentence.paragraph, sentence.headings, body, None, -1
        self.scope = ""

    def take(self, compiled: Matcher, sentence: Sentence, scene: _Scene, found: list[_Draft]) -> None:
        self.paragraph, self.headings, self.body = sentence.paragraph, sentence.headings, ""
        self.mask = scene.mask(scene.start, scene.end)
        self.draft = found[-1] if found else None
        self.scope = found[-1].scope if found else ""


def _words_mask(compiled: Matcher, text: str) -> int:
    bits = 0
    for word, _, _ in compiled.automaton.find_matches_as_indexes(text, overlapping=True):
        bits |= 1 << word
    return bits


def _heading_mask(compiled: Matcher, headings: Sequence[str]) -> int:
    bits = 0
    for heading in headings:
        if not _TITLE.search(heading):
            bits |= _words_mask(compiled, heading)
    return bits


_TITLE = re.compile(r"(?:19|20)\d\d年.*(?:报告|总结|汇报|情况|工作)$")


def _scene(compiled: Matcher, text: str, sentence: Sentence, own: list[Quantity], heading: int, previous: _Previous) -> _Scene:
    a = sentence.start
    hits = [(w, s + a, e + a) for w, s, e in compiled.automaton.find_matches_as_indexes(text[a : sentence.end], overlapping=True)]
    before = 0
    if previous.carries_to(sentence):
        if previous.mask == -1:
            previous.mask = _words_mask(compiled, previous.body)
        before = previous.mask
    scene = _Scene(text, a, sentence.end, hits, _clauses(text, a, sentence.end, own), own, before, heading)
    scene.years = _years(text, a, sentence.end)
    return scene


_YEAR = re.compile(r"((?:19|20)\d\d)年(?!以?前)(度|底|末|以来|起|初|至今)?|(去年|上年|上一年|上年度|上一年度|前一年|前年)(同期|末|底)?")


def _years(text: str, start: int, end: int) -> list[tuple[int, int, int, str]]:
    """Year expressions: start, end, year (or the offset -1, -2 from the report's own), suffix. Those in titles are none."""
    found = []
    if "年" not in text[start:end]:
        return found
    for m in _YEAR.finditer(text, start, end):
        low = max(start, m.start() - 60)
        if text.rfind("《", low, m.start()) > text.rfind("》", low, m.start()):
            continue
        if m[1]:
            found.append((m.start(), m.end(), int(m[1]), m[2] or ""))
        else:
            found.append((m.start(), m.end(), -2 if m[3] == "前年" else -1, m[4] or ""))
    return found


# --- one sentence's numbers -------------------------------------------------------------------------------

_LIST = re.compile(r"[、]|(?:以及|和|及|与|或)(?=[^，,；;]{0,12}$)")
_EMPTY = re.compile(
    r"[\s、“”\"（(]*(?:共计?|累计|总计|合计|达到?了?|为|有|是|约|近|超过?|逾|分别为?|均为?|均达|和|及|与|、|以上|余|等|的|了|已|各|计|全年|年内|今年以来|其中|又|另|再|人数|人员|共有|总共|之后|则|也|仅|只有|到|至|突破|高达|多达|升至|提升至|提高到|提高至|增至|增加到|上升到|上升至|下降到|下降至|降至|减少到|增长到|降为|变为|接近|将近|不少于|不低于|不足|不到|大约|大概|尚有|还有|还|从|由|年初的|去年的|上年的|今年的|上年度的|本年度的|上一年度的|保持在?|稳定在|维持在|实现|全部|\d|年|[:：=])*$"
)


def _stretch(scene: _Scene, i: int) -> tuple[int, int, int, int]:
    """The words that belong to the i-th number: (left start, left end, right start, right end)."""
    q = scene.quantities[i]
    a, b = scene.clause(q.start)
    left, right = a, b
    text = scene.text
    if i and scene.quantities[i - 1].end > a:
        left = scene.quantities[i - 1].end
        comma = text.find("、", left, q.start)
        if comma >= 0:
            left = comma + 1
        else:
            for joint in ("以及", "和", "及", "与"):
                at = text.find(joint, left, min(left + 2, q.start))
                if at == left:
                    left = at + len(joint)
                    break
    if i + 1 < len(scene.quantities) and scene.quantities[i + 1].start < b:
        after = scene.quantities[i + 1]
        comma = text.find("、", q.end, after.start)
        if comma >= 0:
            right = comma
        else:
            right = after.start
            for joint in ("以及", "和", "及", "与"):
                at = text.rfind(joint, q.end, after.start)
                if at >= 0 and at + len(joint) == after.start:
                    right = at
                    break
    return left, q.start, q.end, right


def _context(scene: _Scene, i: int, near: int, a: int, b: int) -> _Context:
    """The masks around the i-th number whose clause is ``a``, ``b``."""
    q = scene.quantities[i]
    index = scene.clause_index(q.start)
    clause = near | scene.mask(a, b)
    if index + 1 < len(scene.cuts):
        c, d = scene.cuts[index + 1]
        if not any(c <= p.start < d for p in scene.quantities) and scene.text[b : b + 1] not in _STRONG:
            clause |= scene.mask(c, d)
    sentence = clause
    for c, d in reversed(scene.cuts[:index]):
        if scene.text[d : d + 1] in _STRONG:
            break
        sentence |= scene.mask(c, d)
    topic = sentence | scene.before | scene.heading | scene.mask(scene.start, b)
    return _Context(near, clause, sentence, topic)


def _candidates(compiled: Matcher, context: _Context, q: Quantity, extra: int = 0) -> list[tuple[float, _Rule]]:
    """The rules that hold around a number, the strongest first."""
    found: list[tuple[float, _Rule]] = []
    bits = context.near & compiled.content
    seen: set[str] = set()
    while bits:
        low = bits & -bits
        bits ^= low
        for rule in compiled.anchors[low.bit_length() - 1]:
            if rule.name in seen:
                continue
            seen.add(rule.name)
            if q.measure not in rule.classes and q.measure_word not in rule.words:
                continue
            if rule.no & (context.near | extra):
                continue
            if not all(group & context.near for group in rule.near):
                continue
            score = NEAR * len(rule.near)
            for reach, group in rule.reach:
                if not group & context.at(reach):
                    score = 0.0
                    break
                score += _weight(context, group)
            if score:
                found.append((score + _longest(compiled, rule.near[0] & context.near), rule))
    found.sort(key=lambda pair: -pair[0])
    return found


def _longest(compiled: Matcher, bits: int) -> float:
    """A tie is broken for the longer word: 调解成功率 over 调解."""
    longest = 0
    while bits:
        low = bits & -bits
        bits ^= low
        longest = max(longest, compiled.lengths[low.bit_length() - 1])
    return 0.3 * longest


def _choose(found: list[tuple[float, _Rule]]) -> _Rule | None:
    """The strongest rule; two indicators that are equally strong are no answer."""
    if not found:
        return None
    best, rule = found[0]
    for score, other in found[1:]:
        if score < best - 0.05:
            break
        if other.indicator.id != rule.indicator.id:
            return None
    return rule


_CHANGE_GAP = re.compile(r"(?:了|约|近|超过?|达到?|逾|幅度|率|为|超|将近|均|分别|各|比例|[一-龥]?达)*$")
_LEVEL = re.compile(r"(?:至|到|为|成)$")


def _judge(compiled: Matcher, scene: _Scene, sentence: Sentence, report: Report, previous: _Previous) -> tuple[list[_Draft], list[Quantity]]:
    """The drafts of a sentence and the quantities that fit nothing."""
    found: list[_Draft] = []
    rest: list[Quantity] = []
    lefts: list[tuple[int, int]] = []
    last: _Draft | None = previous.draft if previous.carries_to(sentence) and _FOLLOWS.match(scene.text, scene.start) else None
    for i, q in enumerate(scene.quantities):
        left, left_end, right_start, right = _stretch(scene, i)
        a, b = scene.clause(q.start)
        if _EMPTY.fullmatch(scene.text, left, left_end) and lefts and scene.quantities[i - 1].end >= left - 3 and not _has_words(compiled, scene, right_start, right):
            left_span = lefts[-1]
        else:
            left_span = (left, left_end)
        lefts.append(left_span)
        if _is_change(compiled, scene, q, a) or _is_each(scene, q, a):
            continue
        status = _status(compiled, scene, sentence, q, a, b)
        drafts = _read_number(compiled, scene, sentence, report, i, left_span, (right_start, right), (a, b), last)
        if not drafts:
            if status != PLAN:
                rest.append(q)
            continue
        for draft in drafts:
            draft.status = status
        found.extend(drafts)
        last = drafts[-1]
    found.extend(_implied(compiled, scene, sentence, report, found))
    return found, rest


_FOLLOWS = re.compile(r"[，,]?(?:其中|从.{0,8}看|按.{0,8}[，,]|分别|包括|拆开|上年|去年|20\d\d年)")


def _has_words(compiled: Matcher, scene: _Scene, a: int, b: int) -> bool:
    return bool(scene.mask(a, b) & compiled.content)


def _is_change(compiled: Matcher, scene: _Scene, q: Quantity, a: int) -> bool:
    """Whether the number is a difference: 增长12%, 较上年减少3件; 增至, 提高到 give a level."""
    if q.measure == "point":
        return True
    left = scene.text[max(a, q.start - 9) : q.start]
    gap = _CHANGE_GAP.search(left)
    stem = left[: gap.start()] if gap else left
    if left.endswith(("至", "到")) or stem.endswith(("至", "到")):
        return False
    for word in _change_words():
        if stem.endswith(word) or left.endswith(word):
            if len(word) == 1 and not _COMPARED.search(scene.text, a, q.start):
                continue
            return not (word in ("增加", "减少", "提升", "提高", "降低") and left.endswith("为"))
    return False


_COMPARED = re.compile(r"[同环]比|[较比](?:上年|去年|上一?年|20\d\d年|同期|年初|全)|多开|多办|比上年|幅度|平均")


@cache
def _change_words() -> tuple[str, ...]:
    table = tomllib.loads((files(__package__) / "cues.toml").read_text("utf-8"))
    return tuple(sorted(table["change"], key=len, reverse=True))


_EACH = re.compile(r"(?:每|[村人日年月户案场所]均|平均)[^，,；;。、]{0,14}$|均$")
_NOT_EACH = re.compile(r"平均(?:得?分|成绩|为)|每[一]?[次场]|均(?:为|达|超|分)|全年平均")
_AVERAGE = re.compile(r"(?:全[国省市县区]|[省市]|同类|总体|行业)平均(?:水平|值|数)?[^，,；;。]{0,4}$")


def _is_each(scene: _Scene, q: Quantity, a: int) -> bool:
    """Whether the number is so much for each of many, or another's average."""
    left = scene.text[max(a, q.start - 18) : q.start]
    if q.measure in ("percent", "score"):
        return bool(_AVERAGE.search(left))
    m = _EACH.search(left)
    return bool(m) and not _NOT_EACH.search(m.group())


_TARGET = re.compile(
    r"力争|争取|拟(?!定|制|出台|提交|上会|任|提任)|预计|目标(?!责任|管理|考核|任务|绩效)|要求(?=[^，,。；]{0,16}(?:不|达|配|至少|每))|应当|必须(?!纳入)|须|不得[少低]于|全年任务|任务(?:数|指标)?$|计划(?=[开举培组新创建走到完在]|于|用)|原则上|扣$|(?<![责])任务[^，。；]{0,4}$|应不少于|(?:规定|提出|明确)[，,：:]?(?:到|每|全年|的?不)|将(?=(?:新增|开展|举办|组织|培训|建成|打造|实现|达到|提升|推动|完成|走访|创建))|到20\d\d年|考核(?:标准|要求|细则)|争创|确保到|标准为"
)


def _status(compiled: Matcher, scene: _Scene, sentence: Sentence, q: Quantity, a: int, b: int) -> str:
    """achieved, shortcoming or plan: by the section, or by the words of a target before the number."""
    if sentence.status == PLAN:
        return PLAN
    segment = scene.start
    for c, d in scene.cuts:
        if d <= q.start and scene.text[d : d + 1] in _STRONG:
            segment = d + 1
    m = _TARGET.search(scene.text, segment, q.start)
    if m and not _DONE.search(scene.text, m.end(), q.start) and not (report_year_word(scene, m)):
        return PLAN
    return sentence.status


_DONE = re.compile(r"(?:已|实际|截至|目前|完成|共计?|累计|全年(?!任务|计划)|今年以来|开展了|超额)")


def report_year_word(scene: _Scene, m: re.Match[str]) -> bool:
    return False


def _read_number(
    compiled: Matcher,
    scene: _Scene,
    sentence: Sentence,
    report: Report,
    i: int,
    left: tuple[int, int],
    right: tuple[int, int],
    clause: tuple[int, int],
    last: _Draft | None,
) -> list[_Draft]:
    """The draft (or, for one number of several rates, the drafts) that a number yields."""
    q = scene.quantities[i]
    if items := _respectively(scene, i, clause):
        left = items
    elif q.measure in ("percent", "permille") and (several := _several(scene, left)):
        drafts = []
        for span in several:
            context = _context(scene, i, scene.mask(*span), *clause)
            rule = _choose(_candidates(compiled, context, q))
            if rule and rule.indicator.id not in {d.indicator.id for d in drafts}:
                drafts.append(_draft(compiled, scene, sentence, report, i, rule, context, span, clause))
        if drafts:
            return drafts
    near = scene.mask(*left)
    tail = scene.mask(*right) if right[1] > right[0] else 0
    shared = i + 1 < len(scene.quantities) and scene.quantities[i + 1].start == right[1]
    tries = [near | tail] if not shared else ([near, near | tail] if near & compiled.content else [near | tail])
    if not shared and tail and near & compiled.content:
        tries = [near | tail, near]
    for words in tries:
        context = _context(scene, i, words, *clause)
        rule = _choose(_candidates(compiled, context, q))
        if rule:
            return [_draft(compiled, scene, sentence, report, i, rule, context, left, clause)]
    if last is not None and _inherits(compiled, scene, i, left, right, clause, last):
        context = _context(scene, i, near | tail, *clause)
        draft = _draft(compiled, scene, sentence, report, i, None, context, left, clause, last)
        return [draft]
    return []


_RESPECTIVELY = re.compile(r"分别(?:为|是|达到?了?|有|增至|升至|占|办理|开展|受理|建成|完成|提升至|保持在)?")
_JOINT = re.compile(r"、|以及|和|及(?!时|格)|与")


def _respectively(scene: _Scene, i: int, clause: tuple[int, int]) -> tuple[int, int] | None:
    """For A、B分别为1件和2件: the words of the item that the i-th number answers to."""
    a, b = clause
    m = _RESPECTIVELY.search(scene.text, a, scene.quantities[i].start)
    if m is None:
        return None
    index = scene.clause_index(a)
    end = b
    if index + 1 < len(scene.cuts) and scene.cuts[index + 1][1] - scene.cuts[index + 1][0] < 12:
        end = scene.cuts[index + 1][1]
    values = [j for j, q in enumerate(scene.quantities) if m.end() <= q.start < b]
    begin = a
    if m.start() - a < 2 and index:  # 分别 opens the clause: the items stand in the clause before
        begin = scene.cuts[index - 1][0]
    items = _items(scene.text, begin, m.start())
    if len(values) < 2 or len(items) < len(values) or i not in values:
        return None
    place = values.index(i) - len(values)
    start, stop = items[place]
    if not scene.mask(start, stop) and items[-1][1] > stop:
        return start, items[-1][1]
    return start, stop


def _items(text: str, a: int, b: int) -> list[tuple[int, int]]:
    """The spans between 、 和 及 与."""
    found, at = [], a
    for m in _JOINT.finditer(text, a, b):
        found.append((at, m.start()))
        at = m.end()
    found.append((at, b))
    return found


_RATE = re.compile(r"(?:率|度|比例|比)(?:[”）)]|继续|均|都|双双|皆|全部|分别|已|保持|稳定|为|达|实现|[“三两双四]|个|$|[^、和及与，,；;]{0,4}$)")


def _several(scene: _Scene, left: tuple[int, int]) -> list[tuple[int, int]]:
    """For A率、B率均为100%: the spans of the rates, where there are at least two."""
    items = _items(scene.text, *left)
    if len(items) < 2:
        return []
    rates = [span for span in items if _RATE.search(scene.text, *span)]
    return items if len(rates) >= 2 else []


_SHORT = re.compile(
    r"[\s“”（(]*(?:其中|包括|包含|含|有|另有|又|以及|和|及)?[，,：:]?(?:涉及|属|为|由|给|来自|按)?(?:国家级|省级|市级|区级|县级|镇级|村级|州级|乡级|自治区级|全国|民事|刑事|行政类?|街道|社区|乡镇|镇街?|村|村居|村（社区）|企事业单位|行业性|专业性|行业性、专业性|行业专业性?|专业性、行业性|"
    r"[一-龥]{1,3}级(?:干部|领导)?|[一-龥、]{1,12}(?:类|系统|局|部门|办|院|领域|对象|罪犯|程序|案件|人员|户|民|工|人|级|镇|村|街道|妇女|儿童|企业|纠纷|方式|性|站|点|室|中心|律师|专家|学者|干部|事项))?(?:的|各|共|有|为|达|占)?$"
)


def _inherits(compiled: Matcher, scene: _Scene, i: int, left: tuple[int, int], right: tuple[int, int], clause: tuple[int, int], last: _Draft) -> bool:
    """Whether a number without words of its own goes on with the indicator before it: parts after 其中, an earlier year's value."""
    q = scene.quantities[i]
    before = last.quantity
    if q.measure != before.measure and not {q.measure, before.measure} <= {"case", "file"}:
        return False
    text = scene.text
    if _year_of_number(scene, i, clause) is not None and not scene.mask(*left) & compiled.content:
        return True
    words = text[left[0] : left[1]].strip()
    if _EMPTY.fullmatch(words) and before.end >= scene.start and text[before.end : left[0]].strip("，,、 （(和及与") == "" and _TO.search(words):
        return True
    if before.end < scene.start and not _FOLLOWS.match(text, scene.start):
        return False
    smaller = last.value is None or q.value is None or q.value <= (last.value if not last.inherited else 10**15)
    if q.measure == "percent":
        return False
    opened = _AMONG.search(text, max(scene.start, min(before.end, q.start)), q.start) or last.inherited
    return bool(opened) and smaller and bool(_SHORT.fullmatch(words)) and not scene.mask(*right) & compiled.content


_TO = re.compile(r"至|到|降为|变为|上升|提高|提升")
_AMONG = re.compile(r"其中|包括|含|[：:（(]|看[，,]|分别")


# --- year, scope, basis -----------------------------------------------------------------------------------


def _year_of_number(scene: _Scene, i: int, clause: tuple[int, int]) -> tuple[int, str] | None:
    """The year expression that governs a number: the last one before it in its clause."""
    q = scene.quantities[i]
    a, b = clause
    low = a if i == 0 else max(a, scene.quantities[i - 1].end)
    for start, end, year, suffix in reversed(scene.years):
        if low <= start and end <= q.start:
            return year, suffix
    return None


def _period(scene: _Scene, i: int, clause: tuple[int, int], year: int | None) -> tuple[int | None, str, bool]:
    """Year, period and whether the figure is for several years."""
    own = _year_of_number(scene, i, clause)
    governed = own
    q = scene.quantities[i]
    if governed is None:
        for start, end, value, suffix in reversed(scene.years):
            if end <= clause[0] and _opens(scene, start, end):
                governed = (value, suffix)
                break
            if clause[0] <= start and end <= q.start:
                governed = (value, suffix)
                break
    several = bool(_SPAN.search(scene.text, scene.start, q.start)) and not _THIS_YEAR.search(scene.text, max(scene.start, q.start - 40), q.start)
    found = year
    if governed is not None:
        value, suffix = governed
        if suffix in ("以来", "起", "至今") and (year is None or 0 < value < year):
            several = True
        elif value < 0:
            found = None if year is None else year + value
        elif year is None or value <= year:
            found = value
        elif value == year + 1:
            found = year
    if several:
        return year, _several_period(scene, q, year), True
    return found, _within(scene, q, found), False


_SPAN = re.compile(
    r"(?:近)?[两二三四五六七八九十]年(?:来|间|累计)|“?十[一二三四]五”?(?:期间|时期|以来)|“?[五六七八]五”?普法(?:期间|以来)|(?:成立|启用|运行|实施|试点|开展|启动|挂牌|改革|施行|建成|上线|组建|推行|设立|创建)以来|党的[十八九二]+大以来|过去五年|本届政府(?:成立|任期)?以来|历年累计|五年累计"
)
_THIS_YEAR = re.compile(r"(?:今年|本年|年内|当年|全年|仅今年)(?!以来累计)")
_MONTHS = re.compile(r"上半年|1[至到—–-]([1-9]|1[0-2])月|前三季度|一季度|第一季度|下半年|7[至到—–-]12月|截[至止](?:20\d\d年)?(1[01]|[2-9])月底")


def _within(scene: _Scene, q: Quantity, year: int | None) -> str:
    """The period inside a year: 2021-H1, 2021-01/11; the whole year where nothing says otherwise."""
    if year is None:
        return ""
    last = None
    for m in _MONTHS.finditer(scene.text, scene.start, q.start):
        last = m
    if last is None or _THIS_YEAR.search(scene.text, last.end(), q.start):
        return str(year)
    word = last.group()
    if word == "上半年":
        return f"{year}-H1"
    if word == "下半年" or word.startswith("7"):
        return f"{year}-H2"
    if "季度" in word:
        return f"{year}-01/09" if "前三" in word else f"{year}-01/03"
    months = last[1] or last[2]
    return f"{year}-H1" if months == "6" else str(year) if months == "12" else f"{year}-01/{int(months):02d}"


_PLANS = {"十一五": (2006, 2010), "十二五": (2011, 2015), "十三五": (2016, 2020), "十四五": (2021, 2025)}
_COUNT = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}


def _several_period(scene: _Scene, q: Quantity, year: int | None) -> str:
    """2016/2020 where the words name the years; empty where the start is unknown."""
    text = scene.text[scene.start : q.start]
    for name, (first, last) in _PLANS.items():
        if name in text:
            return f"{first}/{min(last, year) if year and '以来' in text else last}"
    if year is None:
        return ""
    if m := re.search(r"(?:近)?([两二三四五六七八九十])年(?:来|间|累计)", text):
        return f"{year - _COUNT[m[1]] + 1}/{year}"
    for _, _, value, suffix in scene.years:
        if suffix in ("以来", "起", "至今") and 0 < value < year:
            return f"{value}/{year}"
    return ""


def _opens(scene: _Scene, start: int, end: int) -> bool:
    """Whether a year at the head of the sentence or of its segment governs all that follows: 2023年，全市…"""
    head = scene.text[scene.start : start]
    return len(head.strip("（(一二三四五六七八九十、）)是0123456789. 截至止到在 ，,")) == 0 and not _YEAR_OF.match(scene.text, end)


_YEAR_OF = re.compile(r"(?:\d+月)?(?:\d+日)?(?:印发|出台|修订|制定|成立|启动|开始|的|施行|实施|颁布|机构改革)")


def _scope(compiled: Matcher, scene: _Scene, q: Quantity, clause: tuple[int, int]) -> str:
    """own, area or part_of_area by the last scope word before the number, else by one after it in its clause."""
    segment = scene.start
    found = ""
    best = -1
    for word, start, end in scene.hits:
        kinds = compiled.cues[word]
        if end > q.start and start < q.end:
            continue
        if "own" not in kinds and "area" not in kinds and "part_of_area" not in kinds:
            continue
        if end <= q.start and start >= segment and start >= best:
            found, best = ("part_of_area" if "part_of_area" in kinds else "own" if "own" in kinds else "area"), start
    return found


def _basis(compiled: Matcher, indicator: str, context: _Context, near: int) -> str:
    """The basis word whose wordings stand nearest."""
    options = compiled.basis.get(indicator, ())
    for bits in (near, context.clause, context.sentence):
        said = [name for name, words in options if words & bits]
        if said:
            return said[0] if len(said) == 1 else _longer(compiled, options, said, bits)
    return ""


def _longer(compiled: Matcher, options, said: list[str], bits: int) -> str:
    lengths = {name: _longest(compiled, words & bits) for name, words in options if name in said}
    best = max(lengths.values())
    winners = [name for name in said if lengths[name] == best]
    return winners[0]


def _draft(
    compiled: Matcher,
    scene: _Scene,
    sentence: Sentence,
    report: Report,
    i: int,
    rule: _Rule | None,
    context: _Context,
    left: tuple[int, int],
    clause: tuple[int, int],
    last: _Draft | None = None,
) -> _Draft:
    q = scene.quantities[i]
    indicator = rule.indicator if rule else last.indicator
    year, period, several = _period(scene, i, clause, report.identity.year)
    scope = _scope(compiled, scene, q, clause)
    own_words = scene.text[left[0] : left[1]]
    among = bool(_PART.search(own_words)) or bool(_PART.search(scene.text[clause[0] : q.start]))
    inherited = rule is None and (year == report.identity.year)
    return _Draft(
        indicator,
        rule.name if rule else f"{indicator.id}/carried",
        q,
        q.value,
        q.qualifier,
        year,
        period,
        scope or (last.scope if last is not None and rule is None else ""),
        _basis(compiled, indicator.id, context, context.near) or (last.basis if rule is None and last else ""),
        False,
        several or among or inherited or bool(rule and rule.role) or _campaign(scene, q),
        bool(_TOTAL.search(scene.text[max(clause[0], left[0] - 6) : q.start])),
        sentence.status,
        sentence,
        bool(rule and rule.optional),
        context.near,
        rule is None,
    )


_PART = re.compile(r"其中|包括|含(?!旧存)")
_TOTAL = re.compile(r"共(?!同)|累计|总计|合计|总数|总人数|全年")
_CAMPAIGN = re.compile(r"专项(?:行动|活动|整治)|(?:活动|行动|整治)(?:中|期间)|宣传[周月日]|宪法日|试点|攻坚(?:行动|期)|百日|敏感时期|疫情|春节|节假日")


def _campaign(scene: _Scene, q: Quantity) -> bool:
    m = None
    for m in _CAMPAIGN.finditer(scene.text, scene.start, q.start):
        pass
    return m is not None and "；" not in scene.text[m.end() : q.start]


def _implied(compiled: Matcher, scene: _Scene, sentence: Sentence, report: Report, found: list[_Draft]) -> Iterator[_Draft]:
    """The values that a wording fixes without a number."""
    if sentence.status == PLAN:
        return
    said = {d.indicator.id for d in found}
    for word, start, end in scene.hits:
        for wording in compiled.implied.get(word, ()):
            if wording.indicator.id in said:
                continue
            a, b = scene.clause(start)
            index = scene.clause_index(start)
            near = scene.mask(a, b)
            before = scene.mask(scene.cuts[index - 1][0], b) if index else near
            sentence_mask = scene.mask(scene.start, b)
            context = _Context(near, before, sentence_mask, sentence_mask | scene.before | scene.heading)
            if wording.no & near or not all(group & context.at(reach) for reach, group in wording.reach):
                continue
            if _TARGET.search(scene.text, a, start) or any(a <= q.start < start and q.measure == "percent" for q in scene.quantities):
                continue
            said.add(wording.indicator.id)
            q = Quantity(start, end, wording.rule.value, "", "", "exact")
            value = int(wording.rule.value) if wording.rule.value == int(wording.rule.value) else wording.rule.value
            year = report.identity.year
            yield _Draft(
                wording.indicator, wording.name, q, value, "exact", year, str(year) if year else "", _scope(compiled, scene, q, (a, b)),
                _basis(compiled, wording.indicator.id, context, near), True, False, False, sentence.status, sentence, wording.rule.optional,
            )


# --- the whole report -------------------------------------------------------------------------------------


def _finish(drafts: list[_Draft], reading: Reading, report: Report) -> list[Mention]:
    """Roles over the whole report, then mentions in the order of the text."""
    groups: dict[tuple[str, int | None], list[_Draft]] = {}
    for draft in drafts:
        groups.setdefault((draft.indicator.id, draft.year), []).append(draft)
    heads = {id(head) for group in groups.values() if (head := _headline(group)) is not None}
    mentions = [_mention(d, "headline" if id(d) in heads else "part", reading, report) for d in drafts]
    return sorted(mentions, key=lambda m: (m.start, m.indicator))


_FIRST_BASIS = {
    "reconsideration.received": ("收到", "受理"),
    "services.online_rate": ("可办", "一网通办", "全程网办"),
    "publicity.law_literate": ("现有", ""),
    "correction.subjects": ("在册",),
    "correction.resettled": ("在册",),
    "counsel.advisers": ("现有", ""),
}


def _headline(group: list[_Draft]) -> _Draft | None:
    """The one value that is the unit's total for the year, or none: annotation.md, "What counts"."""
    whole = [d for d in group if not d.part]
    if len(whole) == 1:
        return whole[0]
    if not whole:
        return None
    for basis in _FIRST_BASIS.get(whole[0].indicator.id, ()):
        said = [d for d in whole if d.basis == basis]
        if len(said) == 1:
            return said[0]
    totals = [d for d in whole if d.total]
    if len(totals) == 1:
        return totals[0]
    values = [d.value for d in whole if d.value is not None]
    if len(values) == len(whole) and whole[0].indicator.kind != "rate":
        largest = max(whole, key=lambda d: d.value)
        others = [d.value for d in whole if d is not largest]
        if abs(largest.value - sum(others)) < 1e-9 and len(others) > 1:
            return largest
    return None


def _mention(draft: _Draft, role: str, reading: Reading, report: Report) -> Mention:
    start, end = reading.source_span(draft.quantity.start, draft.quantity.end)
    sentence = draft.sentence
    return Mention(
        draft.indicator.id,
        draft.value,
        draft.indicator.unit_of_measure,
        draft.qualifier,
        draft.year,
        draft.period,
        role,
        draft.implied,
        draft.scope,
        draft.basis,
        start,
        end,
        report.text[start:end],
        reading.text[sentence.start : sentence.end].strip(),
        " / ".join(sentence.headings),
        draft.rule,
        draft.optional,
    )
