"""Quantities and the words around them become mentions of indicators, or nothing.

How a figure is judged: ``spec/annotation.md``. The knowledge stands in the catalogue (which words mean an indicator)
and in ``cues.toml``; this module weighs it: which rule speaks most closely for a number, and what a number without
words of its own goes on with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from analysis.catalogue import load
from analysis.grids import Grid, find_grids
from analysis.lexicon import ANY, Lexicon, Wording, added_lexicon, cues, lexicon
from analysis.opinion import NONE, View, opinion, view
from analysis.opinion import wording as opinion_wording
from analysis.outline import parts
from analysis.passages import PLAN, Reading, Sentence, read, split
from analysis.periods import Period, period_of
from analysis.places import Identity
from analysis.quantities import Number, Quantity, measure_classes, refusals, scan
from analysis.reports import Report
from analysis.roles import LIMITED_THEMES, Draft, headline, sums
from analysis.scenes import (
    Context,
    Ordered,
    Scene,
    Span,
    context,
    head,
    rates,
    respectively,
    shares_right,
    stretches,
)
from analysis.shortcomings import Shortcoming, find_shortcomings
from analysis.statements import is_other_body, status_of, why_none, why_silent
from analysis.unnumbered import unnumbered

NEAR, CLAUSE, SENTENCE, TOPIC = 4.0, 2.5, 2.0, 1.0  # how much a word counts by where it stands
TIE = 0.05
BODIES = 6  # characters: the noun of bodies that stands between their number and the number of what they did
LENGTH = 0.3  # per character of the longest word: 调解成功率 says more than 调解

# a number, what the model sees of it and the indicator that the rules give it, or none -> the indicator that it is given
Ask = Callable[[Quantity, View, str], str]


@dataclass(frozen=True, slots=True)
class Mention:
    """A figure that a report states for an indicator: the columns of the table ``mentions``, less doc and unit.

    ``start``, ``end``: half-open span into the report's text, ``text[start:end] == quote``. ``value``: in the
    indicator's unit of measure, ``None`` where masked. ``rule``: the catalogue rule that made the row.
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


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An achieved quantity that fits no indicator, with its sentence; or one set aside, with the ``reason`` why it is none."""

    start: int
    end: int
    quote: str
    value: Number | None
    measure_word: str
    sentence: str
    section: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What reading a report yields. ``aside``: quantities that state nothing achieved and are in no table; ``parts``:
    the customary parts that the report has; ``unnumbered``: indicators that it speaks of without a number."""

    mentions: list[Mention]
    targets: list[Mention]
    unmatched: list[Unmatched]
    aside: list[Unmatched]
    shortcomings: list[Shortcoming]
    parts: tuple[str, ...] = ()
    unnumbered: tuple[str, ...] = ()


Aside = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Explained:
    """A reading with its reasons; all spans half-open, into the report's text, in its order.

    ``asides``: start, end and reason of every numeral that is neither mention nor target: of the unmatched ones too.
    A wording that fixes a value may hold one of them.
    ``shortcomings``: the sentences that tell of shortcomings.
    """

    found: Found
    asides: list[Aside]
    shortcomings: list[Span]


def find_mentions(report: Report) -> list[Mention]:
    """All achieved figures of catalogue indicators that a report states, in the order of the text. Raises nothing."""
    return find(report).mentions


def find(report: Report, ask: Ask | None = None) -> Found:
    """Mentions, targets set aside, and achieved quantities that fit no indicator.

    The core indicators read the whole report first, as if there were no others; the added ones read what is left.
    ``ask``: who gives a second opinion on the numbers of the core indicators; by default the package's model.
    """
    return _read(report, ask).found(report)


def explain(report: Report) -> Explained:
    """What `find` finds, and of all other numerals why they are no figures. It reads the report once more: slower."""
    reader = _read(report)
    found = reader.found(report)
    return Explained(found, sorted(reader.asides()), [(each.start, each.end) for each in found.shortcomings])


def _read(report: Report, ask: Ask | None = None) -> _Reader:
    words = lexicon()
    reading = read(report.text, report.skip, words.joins)
    ask = ask or opinion().answer
    year, told = report.identity.year, _told_a_year_later(reading.text, report.identity)
    core = _Reader(words, reading, year, told, ask)
    core.run()
    added = _Reader(added_lexicon(), reading, year, told, ask, core)
    added.run()
    core.take_over(added)
    return core


# 去年，全市法院受理…: an item of the press that opens so tells in a new year of the one before, which it is about
_LOOKS_BACK = re.compile(r"(?<![比较同超与和])去年(?!同期|相比|以来|的?水平|[底末]?的)")
OPENING = 160  # characters: the heading and the first sentence


def _told_a_year_later(text: str, identity: Identity) -> int:
    """1 where a text that did not appear in the year it is about opens with 去年 for that year, else 0."""
    if identity.year is None or identity.published[:4] == str(identity.year):
        return 0
    return int(_LOOKS_BACK.search(text, 0, OPENING) is not None and "今年" not in text[:OPENING])


# --- words that decide what a number goes on with -----------------------------------------------------------

_PART = re.compile(r"其中|包括|含(?!旧存)")
_SHARE = re.compile(r"占[^，,；;]{0,14}$")
_SUM = re.compile(r"共计|总计|合计|总数|总人数|总量|总共")
_YEARLY = re.compile(r"共(?!同)|累计|全年(?!工作)")
_LIMITED = re.compile("|".join(cues()["limited"]))
_AWARD = re.compile(
    r"全[国省市](?:[“‘]?民主法治|法治|模范|优秀|先进|示范)|各级(?:人大|代表)"
)  # 全国民主法治示范村 tells who gave the title
_ATTENDED = ("参加", "召开", "获评", "荣获", "列", "居")  # 参加全县考试: whose event, not whose people
_ONE_OF_MANY = re.compile("|".join(cues()["one_of_many"]))
_CAMPAIGN = re.compile("|".join(cues()["campaign"]))

# words that may stand before a number that goes on with what was counted before; the longest first, since the
# pattern does not go back (a text of a thousand 共计 must not take for ever)
_FILL = "|".join([*sorted(cues()["fill"], key=len, reverse=True), *cues()["fill_pattern"]])
_FILLED = re.compile(rf"(?:{_FILL})*+")
_NAMED = re.compile(
    rf"(?:{_FILL})*+(?:涉及|属|由|给|来自|按|含|包括|包含|另有)?[“‘]?[一-龥、（）()]{{0,14}}(?:{_FILL})*+"
)


@lru_cache(maxsize=65536)
def _is_generic(words: str) -> bool:
    """Whether words say nothing of what is counted: 共, 全年开展了, 提高到今年的."""
    return bool(_FILLED.fullmatch(words))


@lru_cache(maxsize=65536)
def _is_kind(words: str) -> bool:
    """Whether words can name a kind of what was counted before: 乡镇, 民事, 其中公安系统; no verb of doing stands in them."""
    return bool(_NAMED.fullmatch(words)) and not _VERBS.search(words)


_SUBJECT = re.compile(r"(?:总?量|总数|方面|数|情况|中|案件|申请|组织|委员会|人员|对象)$")
_VERBS = re.compile(
    r"转送|告知|不予|结转|结案|撤回|终止的|保留|修改|继续有效|判决|裁定|准予|解除|解矫|防止|上报|移交|引导|转入|移送|表彰|评选|抓获|拆除|破获|整改|驳回|维持|终止|制止|避免|收缴|查扣|责令|吊销|约谈|劝|通报|开通|设立|建立|配备|发出|下达|出动|抽|培训|推送|受理|审|化解|调解|咨询|检查"
)
_FOLLOWS = re.compile(
    r"[，,（(]?(?:其中|从.{0,8}看|按.{0,12}(?:[，,：]|划分|统计)|分别|包括|拆开|上年|去年|20\d\d年为?)"
)
_CHANGED = re.compile(
    r"(?:大幅|明显|进一步|再|又|整整|有所|略有|均有)?(?:多|少|高|低|翻|降|增|改善|放大|好转|回落|压减|下降|上升|增长|增加|减少|提高|提升|增至|升至|降至|又|以上|左右|相比)"
)
_LISTED = re.compile(r"其中|包括|按.{0,10}[分看][，,：:]|从.{0,8}看")
_OPENED = re.compile(r"其中|包括|含|[：:（(]|看[，,]|分别|按")


class _Number(NamedTuple):
    """The i-th number of a scene as it is judged.

    ``year``: that of its headings or the report's; ``left``, ``right``: the stretches of text that are its own;
    ``last``: the statement before that it may go on with; ``parent``: the total that it is a part of by its sum,
    ``proven`` where a sum of several says so; ``status``: achieved, shortcoming or plan.
    """

    scene: Scene
    sentence: Sentence
    year: int | None
    i: int
    left: Span
    right: Span
    last: Draft | None
    parent: Draft | None
    proven: bool
    status: str

    @property
    def quantity(self) -> Quantity:
        return self.scene.quantities[self.i]


class _Reader:
    """One pass over a reading: sentences with their quantities, carrying the last statement along.

    ``core``: the pass of the core indicators, where this is that of the added ones; it may take the numbers only that
    fit no core indicator (``free``), and of these not those that two core indicators claim equally (``tied``).
    """

    def __init__(
        self, words: Lexicon, reading: Reading, year: int | None, told: int, ask: Ask, core: _Reader | None = None
    ) -> None:
        self.words, self.reading, self.year, self.told, self.ask = words, reading, year, told, ask
        self.text = reading.text
        self.free = None if core is None else {q.start for q, _ in core.rest} - core.tied
        self.taken = [] if core is None else [(d.quantity.start, d.quantity.end) for d in core.drafts + core.targets]
        self.tied: set[int] = set()  # where numbers stand that two indicators claim equally
        self.others: set[int] = set()  # where numbers stand that tell of another body
        self.grids = find_grids(self.text) if core is None else core.grids
        self.quantities = list(scan(self.text)) if core is None else core.quantities
        self.sentences = split(reading, year) if core is None else core.sentences
        self.drafts: list[Draft] = []
        self.targets: list[Draft] = []
        self.rest: list[tuple[Quantity, Sentence]] = []
        self.headings: dict[tuple[str, ...], tuple[int, int | None]] = {}
        self.previous: _Previous | None = None
        self.title = 0  # the words of a title that names one topic (行政复议统计分析)
        self.totals: dict[tuple[str, Number], Draft] = {}  # what was stated so far, by measure and value
        self.several: tuple[Scene, int, Period] | None = None  # the last number, where it is for several years
        self.silent: dict[int, str] = {}  # where numbers stand that state nothing: changes, averages, remainders
        self.none: dict[int, str] = {}  # start of a number left over -> why it is no achieved quantity

    def run(self) -> None:
        grids, quantities = list(self.grids), self.quantities
        triggers = [start for _, start, _ in self.words.triggers.find_matches_as_indexes(self.text)]
        position = passed = 0
        for sentence in self.sentences:
            own: list[Quantity] = []
            while position < len(quantities) and quantities[position].start < sentence.end:
                if quantities[position].start >= sentence.start:
                    own.append(quantities[position])
                position += 1
            while grids and grids[0].end <= sentence.start:
                grids.pop(0)
            if grids and grids[0].start <= sentence.start:
                if grids[0].start == sentence.start:
                    self.grid(grids[0], sentence)
                continue
            while passed < len(triggers) and triggers[passed] < sentence.start:
                passed += 1
            self.sentence(sentence, own, passed < len(triggers) and triggers[passed] < sentence.end)

    # -- one sentence --

    def sentence(self, sentence: Sentence, own: list[Quantity], triggered: bool) -> None:
        """Read a sentence that holds numbers or a wording that may fix a value; any other is only passed by."""
        text = self.text
        if sentence.title and not _GENERAL_TITLE.search(text[sentence.start : sentence.end]):
            self.title = self.words.mask(text[sentence.start : sentence.end])
        if sentence.title or (not any(self.may_take(q) for q in own) and not triggered):
            self.previous = _Previous(sentence, None, None)
            return
        heading, year = self.heading(sentence.headings)
        before = 0
        last = None
        if self.previous is not None and self.previous.leads(sentence):
            before = self.previous.mask(self.words, text)
            if self.previous.draft and _FOLLOWS.match(text, sentence.start):
                last = self.previous.draft
        scene = Scene(self.words, text, sentence.start, sentence.end, own, before, heading | self.title, self.told)
        found = self.judge(scene, sentence, year, last)
        for draft in found:
            (self.targets if draft.status == PLAN else self.drafts).append(draft)
        self.previous = _Previous(sentence, scene, found[-1] if found else None)

    def may_take(self, q: Quantity) -> bool:
        """Whether a number is not a core indicator's, or this is the pass of the core indicators."""
        return self.free is None or q.start in self.free

    def heading(self, headings: tuple[str, ...]) -> tuple[int, int | None]:
        """The words of the headings above, and the earlier year that they give their sections."""
        known = self.headings.get(headings)
        if known is None:
            bits, year = 0, self.year
            for heading in headings:
                if not _TITLE.search(heading):
                    bits |= self.words.mask(heading)
                m = re.match(r"(20\d\d)年(?:度)?(?!以来)", heading)
                if m and self.year is not None and int(m[1]) < self.year and len(heading) < 20:
                    year = int(m[1])
            known = self.headings[headings] = bits, year
        return known

    def judge(self, scene: Scene, sentence: Sentence, year: int | None, last: Draft | None) -> list[Draft]:
        """The drafts of a sentence; what fits nothing is put by."""
        found: list[Draft] = []
        lefts: list[Span] = []
        parents = sums(scene)
        made: dict[int, Draft] = {}
        shares = self.shares_of_a_total(scene)
        latest: dict[str, Draft] = {}
        for i, q in enumerate(scene.quantities):
            left, right = stretches(scene, i)
            left = self.left(scene, i, left, right, lefts)
            lefts.append(left)
            if silence := why_silent(scene, i):
                self.silent[q.start] = silence
                if silence in ("threshold", "bodies"):  # quantities all the same, only of nothing that is looked for
                    self.leave(scene, sentence, i)
                continue
            if not self.may_take(q):  # what follows goes on with the core indicator's number, not with one before it
                last = None
                latest.pop(q.measure, None)
                continue
            status = status_of(scene, sentence, q, self.year)
            parent = made.get(parents.get(i, -1)) or shares.get(i)
            before = latest.get(q.measure, last)
            drafts = self.read_number(
                _Number(scene, sentence, year, i, left, right, before, parent, i in shares, status)
            )
            if not drafts:
                if q.measure == "percent" and _SHARE.search(scene.text, scene.clauses[scene.home[i]][0], q.start):
                    self.silent[q.start] = "share"
                if sentence.status != PLAN:
                    self.leave(scene, sentence, i)
                continue
            for draft in drafts:
                draft.status = status
                if draft.quantity.value is not None and not draft.part:
                    self.totals[q.measure, draft.quantity.value] = draft
            found.extend(drafts)
            last = made[i] = latest[q.measure] = drafts[-1]
        found.extend(self.implied(scene, sentence, year, {d.indicator.id for d in found}))
        return found

    def leave(self, scene: Scene, sentence: Sentence, i: int) -> None:
        """Put a number by that fits nothing; what is no achieved quantity stays open to the added indicators' targets."""
        q = scene.quantities[i]
        self.rest.append((q, sentence))
        if reason := why_none(scene, sentence, i, self.year):
            self.none[q.start] = reason

    def shares_of_a_total(self, scene: Scene) -> dict[int, Draft]:
        """For numbers of one measure that add up to a value stated before: that value, for each of them.

        Two numbers may add up to a small value by chance; to one of a hundred or more, or three of them, they do not.
        """
        found: dict[int, Draft] = {}
        for start, first in enumerate(scene.quantities):
            if start in found or first.measure in ("", "percent", "money"):
                continue
            whole, parts = 0, []
            for j, q in enumerate(scene.quantities[start:], start):
                if q.measure == "percent" and parts:
                    continue  # 公安类870件，占36.5%
                if q.measure != first.measure or q.value is None:
                    break
                whole, parts = whole + q.value, [*parts, j]
                total = self.totals.get((first.measure, whole))
                if total is not None and (len(parts) >= 3 or (len(parts) == 2 and whole >= 100)):
                    found.update(dict.fromkeys(parts, total))
        return found

    def left(self, scene: Scene, i: int, left: Span, right: Span, lefts: list[Span]) -> Span:
        """A number without words of its own that follows another takes that one's: 培训3场200余人次."""
        if lefts and self.silent.get(scene.quantities[i - 1].start) == "bodies" and left[1] - left[0] <= BODIES:
            return lefts[-1] if scene.home[i - 1] == scene.home[i] else left  # 取消5个单位6项行政权力
        if not lefts or not _is_generic(scene.text[slice(*left)]):
            return left
        between = scene.text[scene.quantities[i - 1].end : left[0]].strip()
        if between not in ("", "、", "，", ",", "和") or (
            scene.mask(*right) & self.words.content and not scene.mask(*left)
        ):
            return left
        return lefts[-1] if between != "，" and between != "," else left

    def read_number(self, number: _Number) -> list[Draft]:
        """The drafts of a number: by the rules, weighed against the second opinion, each with its year where years are listed."""
        if is_other_body(number.scene, number.i):
            self.others.add(number.quantity.start)
            return []
        ordered = respectively(number.scene, number.i, number.year)
        drafts = self.by_rules(number, ordered)
        if self.free is None and len(drafts) < 2:
            drafts = self.weighed(drafts, number)
        if ordered is not None and ordered.year is not None:
            for draft in drafts:
                draft.part &= not draft.period.several
                draft.period = Period(ordered.year, str(ordered.year), False, True)
        return drafts

    def weighed(self, drafts: list[Draft], number: _Number) -> list[Draft]:
        """The rules' draft, or that of the second opinion where it is surer of another indicator or of none."""
        scene, q = number.scene, number.quantity
        if number.status == PLAN or (not drafts and q.start in self.tied):
            return drafts  # what two indicators claim equally is not guessed
        rule = drafts[0].indicator.id if drafts else NONE
        answer = self.ask(q, view(scene, number.i, number.left, number.right, number.last), rule)
        if answer == rule:
            return drafts
        if answer == NONE:
            return []
        around = context(scene, number.i, scene.mask(*number.left) | scene.mask(*number.right))
        return [self.draft(number, opinion_wording(answer), around)]

    def by_rules(self, number: _Number, ordered: Ordered | None) -> list[Draft]:
        """What the catalogue says of a number: a draft, several where one number states several rates, or none."""
        if ordered is not None:
            return self.in_order(number, ordered)
        if drafts := self.of_several_rates(number):
            return drafts
        return self.by_own_words(number) or self.by_noun_before(number) or self.going_on(number)

    def in_order(self, number: _Number, ordered: Ordered) -> list[Draft]:
        """The draft of a number that stands in a list ordered by 分别."""
        scene, i, q = number.scene, number.i, number.quantity
        item, last_item, whole = scene.mask(*ordered.item), scene.mask(*ordered.last), scene.mask(*ordered.whole)
        named = q.measure == "percent" and scene.text.find("率", *ordered.item) >= 0
        for bits in (item,) if named else (item, item | last_item, whole):
            around = context(scene, i, bits)
            if wording := self.choose(around, q):
                return [self.draft(number, wording, around)]
        return [] if named else self.by_own_words(number) or self.by_noun_before(number) or self.going_on(number)

    def of_several_rates(self, number: _Number) -> list[Draft]:
        """及时受理率、办结率均为100%: a draft for each rate that is named."""
        scene, i, q = number.scene, number.i, number.quantity
        drafts: list[Draft] = []
        for span in rates(scene, number.left) if q.measure == "percent" else ():
            around = context(scene, i, scene.mask(*span))
            wording = self.choose(around, q)
            if wording and wording.indicator.id not in {d.indicator.id for d in drafts}:
                drafts.append(self.draft(number, wording, around))
        return drafts

    def by_own_words(self, number: _Number) -> list[Draft]:
        """The draft of a number by the words of its own stretches, several where its rule says so."""
        scene, i, q, right, parent = number.scene, number.i, number.quantity, number.right, number.parent
        tail = self.tail(number)
        theme = number.last.indicator.theme if number.last is not None else ""
        for bits in self.tries(number, tail):
            around = context(scene, i, bits)
            wording = self.choose(around, q, theme)
            if wording is None or (not shares_right(scene, i, right) and wording.no & tail):
                continue
            if (
                parent is not None
                and parent.indicator.theme in _BY_MATTER
                and wording.indicator.theme != parent.indicator.theme
            ):
                return []  # its sum shows it a part of the number before: 行政处罚类208件 of 532件复议申请
            draft = self.draft(number, wording, around)
            return [draft, *(replace(draft, indicator=load()[other]) for other in wording.also)]
        return []

    def tail(self, number: _Number) -> int:
        """The words right of a number that can name what it counts; 79名、46名人员: of two numbers with one noun the first's too."""
        scene, i, right = number.scene, number.i, number.right
        tail = scene.mask(*head(scene, i, right)) if right[1] > right[0] else 0
        if not tail and i + 1 < len(scene.quantities) and _shares_noun(scene, i):
            return scene.mask(*head(scene, i + 1, stretches(scene, i + 1)[1]))
        return tail

    def tries(self, number: _Number, tail: int) -> list[int]:
        """The words to judge a number by, the likeliest first."""
        scene, q, right = number.scene, number.quantity, number.right
        near = scene.mask(*number.left)
        shared = shares_right(scene, number.i, right)
        found = [near | tail]
        if near & self.words.content and tail:
            found = [near, near | tail] if shared else [near | tail, near]
        if q.measure == "time" and not near & self.words.content and shared:
            found.append(scene.masks[scene.home[number.i]])  # 两次对全区近百名执法人员进行培训
        cases = scene.text.find("案件", *right) + 2 if q.measure == "case" else 0
        if right[0] < cases < right[1]:
            found.append(near | scene.mask(right[0], cases))  # 11件行政诉讼案件行政机关负责人出庭应诉率达100%
        return found

    def by_noun_before(self, number: _Number) -> list[Draft]:
        """The draft of a number that hangs on a noun before: 应诉案件总量，市级52件."""
        scene, i, q = number.scene, number.i, number.quantity
        bits = self.noun_before(scene, i, number.left)
        if not bits:
            return []
        around = context(scene, i, bits | scene.mask(*number.left) | self.tail(number))
        wording, parent = self.choose(around, q), self.parent(number)
        if wording is None or (parent is not None and wording.indicator.theme != parent.indicator.theme):
            return []
        draft = self.draft(number, wording, around)
        draft.part |= not _is_generic(scene.text[slice(*number.left)])
        return [draft]

    def parent(self, number: _Number) -> Draft | None:
        """The total that a number is a part of; 接收3218名、解除2879名，在册339名: flows that add up are no parts."""
        parent, scene = number.parent, number.scene
        if parent is not None and (
            _VERBS.search(scene.text, *number.left) or (parent.no & scene.mask(*number.left) and not number.proven)
        ):
            return None
        return parent

    def going_on(self, number: _Number) -> list[Draft]:
        """The draft of a number without words of its own, by the one before or by its total."""
        scene, i, q, left, last = number.scene, number.i, number.quantity, number.left, number.last
        parent = self.parent(number)
        source = parent or (last if last is not None and self.goes_on(scene, i, left, number.right, last) else None)
        if source is None:
            return []
        draft = self.draft(number, None, context(scene, i, scene.mask(*left) | self.tail(number)), source)
        draft.part |= parent is not None or _part_of(scene, source, q, left)
        return [draft]

    def noun_before(self, scene: Scene, i: int, left: Span) -> int:
        """For 应诉案件总量，市级52件，县级341件: the words of the clause without a number that the sentence's numbers hang on."""
        words = scene.text[left[0] : left[1]]
        generic = _is_generic(words)
        if not generic and (not _is_kind(words) or "率" in words):
            return 0
        index = scene.home[i]
        first = scene.clause_index(scene.segment(index))
        for at in range(index - 1, first - 1, -1):
            start, end = scene.clauses[at]
            if any(
                home == at and p.start not in self.silent for home, p in zip(scene.home, scene.quantities, strict=True)
            ):
                return 0
            bits = scene.masks[at]
            if bits & self.words.content:
                return bits if generic or _SUBJECT.search(scene.text, start, end) else 0
        return 0

    def choose(self, around: Context, q: Quantity, theme: str = "") -> Wording | None:
        """The wording that speaks most closely for a number. Of two indicators that speak equally the one of ``theme``,
        which the number before was told of; else there is no answer."""
        best: list[tuple[float, Wording]] = []
        for wording in self.words.fitting(around.near, q.measure, q.measure_word):
            score = self.score(wording, around)
            if score and (not best or score >= best[0][0] - TIE):
                best = [(score, wording), *(pair for pair in best if pair[0] >= score - TIE)]
        if not best:
            return None
        tied = {wording.indicator.id: wording for _, wording in sorted(best, key=lambda pair: pair[0])}
        if len(tied) > 1:
            tied = {name: wording for name, wording in tied.items() if wording.indicator.theme == theme}
        if len(tied) != 1:
            self.tied.add(q.start)
            return None
        return next(iter(tied.values()))

    def score(self, wording: Wording, around: Context) -> float:
        """How closely the words of a wording that fits stand around a number; 0 where those farther off are missing."""
        if wording.no_sentence & around.sentence:
            return 0.0
        score = NEAR * len(wording.near)
        for reach, group in wording.reach:
            if reach == "then":
                if not group & around.then:
                    return 0.0
                score += CLAUSE
            elif group & around.near:
                score += NEAR
            elif group & around.clause:
                score += CLAUSE
            elif reach != "clause" and group & around.sentence:
                score += SENTENCE
            elif reach == "topic" and group & around.topic:
                score += TOPIC
            else:
                return 0.0
        return score + LENGTH * self.words.longest(wording.near[0] & around.near)

    def goes_on(self, scene: Scene, i: int, left: Span, right: Span, last: Draft) -> bool:
        """Whether a number without an indicator's words goes on with the one before: a part, another year's value, a total."""
        q, before = scene.quantities[i], last.quantity
        if q.measure != before.measure and not {q.measure, before.measure} <= {"case", "file"}:
            return False
        same = before.end > scene.start
        if not same and not _FOLLOWS.match(scene.text, scene.start):
            return False
        told = scene.text[right[0] : right[1]].strip()
        if (told and not _CHANGED.match(told)) or last.no & scene.mask(*left):
            return False  # a number that has a predicate of its own tells something else
        words = scene.text[left[0] : left[1]]
        if _is_generic(words):
            segment = scene.segment(scene.home[i])
            counted = any(segment <= p.start < q.start for p in scene.quantities)
            if before.end < segment and counted and scene.text.find("分别", segment, q.start) < 0:
                return False  # 援助537件；推出措施103项，办理5万件
            return same or bool(_FOLLOWS.match(scene.text, scene.start))
        if q.measure == "percent" or not _is_kind(words):
            return False
        smaller = last.quantity.value is None or q.value is None or q.value <= last.quantity.value or last.carried
        opened = last.carried or bool(_OPENED.search(scene.text, max(scene.start, min(before.end, q.start)), q.start))
        opened = opened or scene.last_match(_LISTED, scene.segment(scene.home[i]), q.start) is not None
        return smaller and opened

    # -- from a wording to a draft --

    def draft(self, number: _Number, wording: Wording | None, around: Context, source: Draft | None = None) -> Draft:
        """What is said of a number by a wording, or as of the statement that it goes on with."""
        scene, sentence, i, q, left = number.scene, number.sentence, number.i, number.quantity, number.left
        indicator = wording.indicator if wording else source.indicator
        period = self.period(scene, i, number.year)
        clause = scene.clauses[scene.home[i]]
        own_words = scene.text[min(left[0], clause[0]) : q.start]
        basis = self.basis(indicator.id, around)
        scope = self.scope(scene, q)
        if wording is None:
            basis, scope = basis or source.basis, scope or source.scope
        campaign = bool(
            scene.last_match(_CAMPAIGN, scene.segment(scene.home[i]), q.start)
            or scene.last_match(_ONE_OF_MANY, scene.start, q.start)
        )
        among = bool(_PART.search(own_words))
        part = period.several or bool(wording and wording.role) or campaign
        low = max(clause[0], left[0] - 6)
        total = 2 if _SUM.search(scene.text, low, q.start) else 1 if _YEARLY.search(scene.text, low, q.start) else 0
        limited = any(a >= clause[0] and b <= clause[1] for a, b in scene.matches(_LIMITED))
        if campaign or (limited and indicator.theme in LIMITED_THEMES and scope != "own"):
            scope = "part_of_area"
        rule = wording.name if wording else f"{indicator.id}/carried"
        return Draft(
            indicator,
            rule,
            q,
            period,
            scope,
            basis,
            sentence,
            part,
            total,
            limited,
            among,
            wording.no if wording else source.no,
            carried=wording is None,
        )

    def period(self, scene: Scene, i: int, year: int | None) -> Period:
        """The number's period; that of the number before it where that one is for several years: 五年来调解912件，成功903件."""
        q, period = scene.quantities[i], period_of(scene, i, year)
        if self.several is not None and not period.own and not period.several:
            at, end, before = self.several
            if at is scene and not scene.years_between(end, q.start) and scene.segment(scene.home[i]) <= end:
                period = before
        self.several = (scene, q.end, period) if period.several else None
        return period

    def scope(self, scene: Scene, q: Quantity) -> str:
        """own, area or part_of_area by the last scope word before the number; empty where there is none.

        A leading body (县委, 局党组) speaks for its own clause only; the others hold on until another replaces them.
        """
        found, best = "", -1
        clause = scene.clauses[scene.clause_index(q.start)][0]
        for word, start, end in scene.hits:
            scope = self.words.scopes[word]
            if not scope or end > q.start or start < best or _AWARD.match(scene.text, start):
                continue
            if scope == "area" and scene.text.endswith(_ATTENDED, scene.start, start):
                continue
            if scope == "leaders":
                if start < clause:
                    continue
                scope = "own"
            found, best = scope, start
        return found

    def basis(self, indicator: str, around: Context) -> str:
        """The basis word whose wordings stand nearest."""
        options = self.words.basis.get(indicator, ())
        for bits in (around.near, around.clause, around.sentence):
            said = [(self.words.longest(words & bits), name) for name, words in options if words & bits]
            if said:
                return max(said, key=lambda pair: pair[0])[1]
        return ""

    def implied(self, scene: Scene, sentence: Sentence, year: int | None, said: set[str]) -> Iterator[Draft]:
        """The values that a wording fixes without a number: 全覆盖, 无一败诉."""
        if sentence.status == PLAN:
            return
        for word, start, end in scene.hits:
            for wording in self.words.implied.get(word, ()):
                if wording.indicator.id in said or any(a < end and start < b for a, b in self.taken):
                    continue
                index = scene.clause_index(start)
                a, b = scene.clauses[index]
                near = scene.mask(a, b)
                around = Context(
                    near,
                    scene.mask(scene.clauses[index - 1][0], b) if index else near,
                    (s := scene.mask(scene.start, b)),
                    s | scene.before | scene.heading,
                )
                if wording.no & near or not all(group & around.at(reach) for reach, group in wording.reach):
                    continue
                if status_of(scene, sentence, Quantity(start, end, None, "", "", ""), self.year) == PLAN or any(
                    a <= q.start < start and q.measure == "percent" for q in scene.quantities
                ):
                    continue
                said.add(wording.indicator.id)
                value = int(wording.rule.value) if wording.rule.value == int(wording.rule.value) else wording.rule.value
                q = Quantity(start, end, value, "", "", "exact")
                period = Period(year, str(year) if year else "", False, False)
                yield Draft(
                    wording.indicator,
                    wording.name,
                    q,
                    period,
                    self.scope(scene, q),
                    self.basis(wording.indicator.id, around),
                    sentence,
                    implied=True,
                )

    # -- tables in the text --

    def grid(self, grid: Grid, sentence: Sentence) -> None:
        """The cells of a flattened table, each judged by the words of its row and column."""
        if sentence.status == PLAN and not any(
            cell.year and self.year and cell.year <= self.year for cell in grid.cells
        ):
            return
        heading, _ = self.heading(sentence.headings)
        summed = any(cell.total for cell in grid.cells)
        labels = self.words.mask("\n".join(cell.row + "\n" + cell.column for cell in grid.cells))
        for cell in grid.cells:
            if self.free is not None and cell.start not in self.free:
                continue
            caption = self.words.mask(cell.caption)
            measure = measure_classes().get(cell.measure_word, ANY) if cell.measure_word else ANY
            q = Quantity(cell.start, cell.end, cell.value, cell.measure_word, measure, cell.qualifier)
            column, row = self.words.mask(cell.column), self.words.mask(cell.row)
            wording = None
            for near in (caption | heading,) if cell.kind else (column, row, column | row, column | row | caption):
                around = Context(
                    near, near | column | row, near | column | row, near | column | row | caption | heading | labels
                )
                wording = wording or self.choose(around, q)
            if wording is None:
                self.rest.append((q, sentence))
                continue
            year = cell.year or self.year
            if cell.year is not None and cell.year < 0:
                year = self.year and self.year + cell.year
            period = Period(year, str(year) if year else "", False, False)
            basis = self.basis(wording.indicator.id, around)
            self.drafts.append(
                Draft(
                    wording.indicator,
                    wording.name,
                    q,
                    period,
                    "",
                    basis,
                    sentence,
                    cell.kind or (summed and not cell.total),
                    2 * cell.total,
                )
            )

    # -- why a number is no figure --

    def asides(self) -> Iterator[Aside]:
        """Start and end in the source, and the reason, of every numeral that became neither mention nor target."""
        taken = {d.quantity.start for d in self.drafts + self.targets}
        left = {q.start for q, _ in self.rest}
        sentences = iter(self.sentences)
        sentence = next(sentences, None)
        for q in self.quantities:
            while sentence is not None and sentence.end <= q.start:
                sentence = next(sentences, None)
            if q.start not in taken:
                yield *self.reading.source_span(q.start, q.end), self.reason(q, sentence, q.start in left)
        for start, end, reason in refusals(self.text):
            yield *self.reading.source_span(start, end), reason

    def reason(self, q: Quantity, sentence: Sentence | None, left: bool) -> str:
        """Why a quantity is no figure; ``left``: whether it counts as one that fits no indicator."""
        if reason := self.silent.get(q.start):
            return reason
        if left and (reason := self.none.get(q.start)):
            return reason
        if left:
            return "other_body" if q.start in self.others else "tied" if q.start in self.tied else "none"
        if sentence is None or sentence.title:
            return "heading"
        return "plan" if sentence.status == PLAN else "none"

    # -- the whole report --

    def take_over(self, added: _Reader) -> None:
        """The drafts of the added indicators beside one's own; what they took is no more left over."""
        self.drafts += added.drafts
        self.targets += added.targets
        taken = {draft.quantity.start for draft in added.drafts + added.targets}
        self.rest = [(q, sentence) for q, sentence in self.rest if q.start not in taken]

    def found(self, report: Report) -> Found:
        """Roles over the whole report; spans back in the report's own text."""
        groups: dict[tuple[str, int | None], list[Draft]] = {}
        for draft in self.drafts:
            groups.setdefault((draft.indicator.id, draft.period.year), []).append(draft)
        heads = {id(draft) for group in groups.values() if (draft := headline(group)) is not None}
        mentions = [self.mention(d, "headline" if id(d) in heads else "part", report) for d in self.drafts]
        mentions.sort(key=lambda m: (m.start, m.indicator))
        return Found(
            mentions,
            [self.mention(d, "part", report) for d in self.targets],
            [self.unmatched(q, s, report) for q, s in self.rest if q.start not in self.none],
            [self.unmatched(q, s, report, self.none[q.start]) for q, s in self.rest if q.start in self.none],
            find_shortcomings(self.reading, self.sentences, self.quantities, report.text),
            parts(self.reading, self.sentences),
            unnumbered(self.reading, self.sentences),
        )

    def mention(self, draft: Draft, role: str, report: Report) -> Mention:
        q, sentence = draft.quantity, draft.sentence
        start, end = self.reading.source_span(q.start, q.end)
        return Mention(
            draft.indicator.id,
            q.value,
            draft.indicator.unit_of_measure,
            q.qualifier,
            draft.period.year,
            _period(draft.period, self.text[sentence.start : sentence.end], report.identity),
            role,
            draft.implied,
            draft.scope,
            draft.basis,
            start,
            end,
            report.text[start:end],
            self.text[sentence.start : sentence.end].strip(),
            " / ".join(sentence.headings),
            draft.rule,
        )

    def unmatched(self, q: Quantity, sentence: Sentence, report: Report, reason: str = "") -> Unmatched:
        start, end = self.reading.source_span(q.start, q.end)
        return Unmatched(
            start,
            end,
            report.text[start:end],
            q.value,
            q.measure_word,
            self.text[sentence.start : sentence.end].strip(),
            " / ".join(sentence.headings),
            reason,
        )


@dataclass(slots=True)
class _Previous:
    """What a sentence leaves to the next."""

    sentence: Sentence
    scene: Scene | None
    draft: Draft | None

    def leads(self, sentence: Sentence) -> bool:
        return self.sentence.paragraph == sentence.paragraph and self.sentence.headings == sentence.headings

    def mask(self, words: Lexicon, text: str) -> int:
        if self.scene is not None:
            return self.scene.mask(self.scene.start, self.scene.end)
        return words.mask(text[self.sentence.start : self.sentence.end])


# a title that names no one topic; 行政复议工作总结 names one
_GENERAL_TITLE = re.compile(
    r"法治政府|法治建设|依法行政|司法局|^(?!.*(?:复议|诉讼|应诉|调解|法律援助|信访|普法|公证)).*(?:总结|年鉴|工作报告|统计公报)"
)
_TITLE = re.compile(r"(?:19|20)\d\d年.*(?:报告|总结|汇报|情况|工作)$")


def _shares_noun(scene: Scene, i: int) -> bool:
    """79名、46名人员参加: two numbers of one measure, side by side, with one noun."""
    q, after = scene.quantities[i], scene.quantities[i + 1]
    return q.measure == after.measure and scene.text[q.end : after.start] in ("、", "和", "及", "与")


def _part_of(scene: Scene, source: Draft, q: Quantity, left: Span) -> bool:
    """Whether a number that goes on with another is a part of it rather than another year's or stage's value."""
    if _is_generic(scene.text[slice(*left)]):
        return bool(_PART.search(scene.text, max(scene.start, min(source.quantity.end, q.start)), q.start))
    return True


# cases are told apart by what they are about: 复议申请532件, 行政处罚类208件
_BY_MATTER = frozenset({"reconsideration", "litigation", "mediation", "disputes", "petitions", "legal_services"})


def _period(period: Period, sentence: str, identity: Identity) -> str:
    """The mention's period. A figure without words of its own is for the period the report is on.

    In a report over several years a sentence that names the last of them speaks of that year alone.
    """
    year = str(identity.year)
    if period.year != identity.year or period.period != year or not identity.period:
        return period.period
    return period.period if "/" in identity.period and f"{year}年" in sentence else identity.period
