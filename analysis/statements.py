"""What kind of statement a number makes: an achieved figure, a change, an average, a remainder, a target, another body's.

Of a number that fits no indicator also whether it is an achieved quantity at all (``why_none``). The words stand in ``cues.toml``; how they decide: ``spec/annotation.md``, "What counts".
"""

from __future__ import annotations

import re

from analysis.lexicon import cues
from analysis.passages import PLAN, Sentence
from analysis.periods import rises
from analysis.quantities import Quantity
from analysis.scenes import Scene, Span, counts_bodies

_CHANGE = re.compile(
    "(?:"
    + "|".join(sorted(cues()["change"], key=len, reverse=True))
    + r")(?:了|约|近|超过?|达到?|逾|幅度|率|为|将近|均|分别|各|[一-龥]{0,2}达)*$"
)
_WEAK_CHANGE = re.compile("(?:" + "|".join(cues()["weak_change"]) + r")(?:了|约|近|超过?)?$")
_COMPARED = re.compile(r"[同环]比|[较比](?:上年|去年|上一?年|20\d\d年|同期|年初|全|上)|幅度|平均")
_LEVEL = re.compile(r"(?:至|到|为(?!止))[了约近]?$")
_EACH = re.compile(r"(?:每|[村人日年月户案场所]均|平均)[^，,；;。、]{0,20}$|均(?:实现|配备|配有|拥有|具备|有)?$")
_NOT_EACH = re.compile(r"平均(?:得?分|成绩|为)|均(?:为|达|超|分)|全年平均")
_AVERAGE = re.compile(r"(?:全[国省市州]|[省市]|同类|总体|行业)平均(?:水平|值|数)?[^，,；;。]{0,4}$")
_TARGET = re.compile("|".join(words for words in cues()["target"] if not words.endswith("$")))
_INTENDED = re.compile(cues()["intended"][0])
_TARGET_AT = re.compile("|".join(words for words in cues()["target"] if words.endswith("$")))
_DONE = re.compile(r"已|实际|截至|目前|完成|共|累计|今年以来|开展了|超额|全年实际|全年达")
_AIM = re.compile(r"(?:以上|以内)?的?(?:年度)?(?:目标|任务|要求|指标|标准)(?!管理|责任)")
_MET = re.compile(r"(?:达到|实现|完成|落实|满足)了")  # 达到了100%的要求
_STOCK = re.compile(r"[1-3]月|初")  # 截止2021年1月: a stock still counted for 2020
_OTHER = re.compile("[，,]?(?:" + "|".join(cues()["other_subject"]) + ")")
_REST = re.compile(
    r"(?:除|(?:上年|往年|去年|年初|历年)?(?:结转|旧存)|其余|剩余|余下|未结|尚有|尚未[一-龥]{0,4}|还有|未办结|(?<!含)(?<!含上年)结转)$"
)


def why_silent(scene: Scene, i: int) -> str:
    """Why the i-th number states no value of its own: change, average, double, bodies, threshold, rest; or nothing."""
    if scene.quantities[i].measure == "point" or is_change(scene, i):
        return "change"
    if is_each(scene, i):
        return "average"
    if is_double(scene, i):
        return "double"
    if is_rest(scene, i):
        return "rest"
    if counts_bodies(scene, scene.quantities[i]):
        return "bodies"
    return "threshold" if is_which(scene, i) else ""


def is_change(scene: Scene, i: int) -> bool:
    """Whether the number is a difference (增长12%, 较上年减少3件); what it rose or fell to is a level."""
    q = scene.quantities[i]
    clause = _before_aside(scene, scene.clauses[scene.home[i]][0])
    a = max(clause, q.start - 12)
    if _LEVEL.search(scene.text, a, q.start):
        return False
    if _CHANGE.search(scene.text, a, q.start):
        return True
    return bool(_WEAK_CHANGE.search(scene.text, a, q.start)) and bool(_COMPARED.search(scene.text, clause, q.start))


def _before_aside(scene: Scene, clause: int) -> int:
    """Where the words began that brackets interrupt: 比上年（38件）多7件."""
    if scene.text[clause - 1 : clause] not in ("）", ")"):
        return clause
    opening = max(scene.text.rfind(mark, scene.start, clause) for mark in "（(")
    return scene.clauses[scene.clause_index(opening - 1)][0] if opening > scene.start else clause


def is_each(scene: Scene, i: int) -> bool:
    """Whether the number is so much for each of many, or an average that is not the unit's."""
    q = scene.quantities[i]
    a = max(scene.clauses[scene.home[i]][0], q.start - 24)
    if q.measure in ("percent", "score", ""):
        return bool(_AVERAGE.search(scene.text, a, q.start))
    m = _EACH.search(scene.text, a, q.start)
    return m is not None and not _NOT_EACH.search(m.group())


def is_rest(scene: Scene, i: int) -> bool:
    """Whether the number is a remainder or the undated start of a rise (由64%提升至91%)."""
    q = scene.quantities[i]
    clause = scene.clauses[scene.home[i]][0]
    if _REST.search(scene.text, clause, q.start):
        return True
    return rises(scene, q) and not any(end <= q.start and value != 0 for _, end, value, _ in scene.years)


_AT_LEAST = re.compile(r"(?:[（(]含[)）])?及?以[上下](?:[（(]含[)）])?的")
_MORE_THAN = re.compile(r"(?:超过|超|不足|不到|不满|低于|高于|少于|多于)$")


def is_which(scene: Scene, i: int) -> bool:
    """Whether the number says which ones are counted: 律师10人以下的律师事务所724家, 超过1000人的市有6个, 17个县级政府收到申请不足10件."""
    q = scene.quantities[i]
    if q.measure in ("percent", ""):
        return False
    if _AT_LEAST.match(scene.text, q.end):
        return True
    if not _MORE_THAN.search(scene.text, max(scene.start, q.start - 3), q.start):
        return False
    of_bodies = i and scene.home[i - 1] == scene.home[i] and counts_bodies(scene, scene.quantities[i - 1])
    return bool(of_bodies) or scene.text.startswith("的", q.end)


def is_double(scene: Scene, i: int) -> bool:
    """两个100%, 28种6000余份: the first number counts the rates or the kinds, not what the second counts."""
    q = scene.quantities[i]
    if i + 1 >= len(scene.quantities) or scene.quantities[i + 1].start > q.end + 1:
        return False
    return q.measure_word in ("种", "类", "款") or (
        q.measure == "item" and scene.quantities[i + 1].measure == "percent"
    )


def status_of(scene: Scene, sentence: Sentence, q: Quantity, year: int | None) -> str:
    """achieved, shortcoming or plan: by the section, or by the words of a target before the number in its run of clauses."""
    if sentence.status == PLAN:
        return PLAN
    if _AIM.match(scene.text, q.end) and not _MET.search(scene.text, max(scene.start, q.start - 12), q.start):
        return PLAN
    segment = scene.segment(scene.clause_index(q.start))
    if (span := _target_in(scene, segment, q.start)) and not _DONE.search(scene.text, span[1], q.start):
        return PLAN
    if year is not None and any(
        value > year and start < q.start and not _STOCK.match(scene.text, end) for start, end, value, _ in scene.years
    ):
        return PLAN
    return sentence.status


def _target_in(scene: Scene, start: int, end: int) -> Span | None:
    """The first words of a target in a span; 拟 speaks for the next number only."""
    for span in scene.matches(_INTENDED):
        if span[0] >= start and span[1] <= end and not any(span[1] <= q.start < end for q in scene.quantities):
            return span
    if m := _TARGET_AT.search(scene.text, max(start, end - 10), end):
        return m.span()
    return next((span for span in scene.matches(_TARGET) if span[0] >= start and span[1] <= end), None)


def is_other_body(scene: Scene, i: int) -> bool:
    """Whether the run of clauses begins with another body as its subject (市中级人民法院…, 区人大常委会…)."""
    segment = scene.segment(scene.clause_index(scene.quantities[i].start))
    m = _OTHER.match(scene.text, segment, scene.quantities[i].start)
    return m is not None


# --- numbers that fit no indicator --------------------------------------------------------------------------

_MARK = r"[，,]?(?:[一二三四五六七八九十]是|[（(][一二三四五六七八九十\d]{1,2}[）)]|\d{1,2}[.、．])?(?:同时|此外|另外|其中)?[，,]?"
_BODY = re.compile(
    _MARK
    + r"(?![同与和向配接收受由为对联协会邀请各]|[^，,。]{0,4}全[国省市县区州])(?:"
    + "|".join(cues()["other_body"])
    + ")"
)
_WITHIN = re.compile(r"以?内|之?前")
_SHORTER = re.compile(r"[压缩减降短]|控制|提速")  # 开办时间压缩到3个工作日以内 is a result
_LIMIT = re.compile(r"(?:时限|期限|规定|法定)[^，,。；]{0,3}$")
_REQUIRED = re.compile(r"(?:[需须应]|(?<![主重需])要)(?:达到?|实现|完成|控制在)[^，,。；]{0,2}$")
_OF_YEAR = re.compile(r"(20\d\d)年")
_OR_MORE = re.compile(r"(?:及?以[上下])(?:[的、]|群体)")  # 百万元以上的合同: which ones, not how many
_SPELL = re.compile(r"[里内来间]|期间|时间")
_RANKED = re.compile(r"(?:[位名]?居|[名位]列|排)[^，,。；]{0,6}[前第]$|(?<![会庭诉事年月日])前$|名前进了?$")
_WEIGHT = re.compile(r"(?:占|分值|权重|[加扣减]|赋)[^，,。；]{0,6}$")
_WEIGHT_AFTER = re.compile(r"的?(?:权重|分值)")
_GOVERNED = re.compile(r"辖(?!区|内)|托管")
_PLACES = re.compile("(?:" + "|".join(cues()["places"]) + ")")
_POPULATION = re.compile(r"人口[^，,。；]{0,3}$")
_MAKING = re.compile("|".join(cues()["making"]))
_ASPECT = re.compile(r"(?:突出|明显|主要|显著|共同|鲜明|大)?的?(?:" + "|".join(cues()["aspects"]) + ")")
_ANNOUNCED = re.compile(r"[^，,。；：:\d]{0,6}[：:]")
_AND_OTHERS = re.compile(r"等$")
_LIST_MARK = re.compile(r"、|以及|[和及与]")
LISTED = 12  # characters: no longer is an item of a list that a number sums up


def why_none(scene: Scene, sentence: Sentence, i: int, year: int | None) -> str:
    """Why a number that fits no indicator is no achieved quantity either, in a word; empty where it is one.

    ``year``: the year reported on. Raises nothing.
    """
    q, text = scene.quantities[i], scene.text
    clause = scene.clauses[scene.home[i]][0]
    if _is_other(scene, q):
        return "other_body"
    if status_of(scene, sentence, q, year) == PLAN:
        return "target"
    if _REQUIRED.search(text, clause, q.start) or any(
        year is not None and m is not None and int(m[1]) > year for m in map(_OF_YEAR.match, sentence.headings)
    ):
        return "target"
    if q.measure != "percent" and _OR_MORE.match(text, q.end):
        return "threshold"
    if q.measure == "duration":
        if q.measure_word in ("日内", "日前") or _WITHIN.match(text, q.end) or _LIMIT.search(text, clause, q.start):
            return "" if _SHORTER.search(text, clause, q.start) else "deadline"
        if q.measure_word == "个月" and (text[q.start - 1 : q.start] == "前" or _SPELL.match(text, q.end)):
            return "period"
    if text.startswith("年头", q.end):
        return "period"
    if text[q.start] == "二" and q.measure_word in ("期", "批", "轮"):
        return "ordinal"  # 公园二期; what is counted is 两期
    if q.measure_word in ("位", "名") and _RANKED.search(text, clause, q.start):
        return "rank"
    if q.measure == "score" and (_WEIGHT.search(text, clause, q.start) or _WEIGHT_AFTER.match(text, q.end)):
        return "weight"
    if _POPULATION.search(text, clause, q.start) or (
        _GOVERNED.search(text, clause, q.start) and (q.measure == "noun" or _PLACES.match(text, q.end))
    ):
        return "description"
    if text[q.start] >= "〇" and q.measure in ("item", "noun", "place") and _is_of_the_telling(scene, q, clause):
        return "enumeration"
    return ""


def _is_other(scene: Scene, q: Quantity) -> bool:
    """Whether the run of clauses or the number's own clause has another body as its subject, and tells of no 行政 case."""
    own = scene.clauses[scene.clause_index(q.start)][0]
    return any(
        _BODY.match(scene.text, at, q.start) and scene.text.find("行政", at, q.start) < 0
        for at in (scene.segment(scene.clause_index(q.start)), own)
    )


def _is_of_the_telling(scene: Scene, q: Quantity, clause: int) -> bool:
    """Whether a numeral in characters counts how the text is told: 三个特点, 主要有三条：, 甲、乙两个方案, 财政部等六部门."""
    text = scene.text
    if _ASPECT.match(text, q.end) or _AND_OTHERS.search(text, clause, q.start):
        return True
    if q.measure == "item" and _ANNOUNCED.match(text, q.end, scene.end):
        return True
    if q.measure_word not in ("个", "项", "条", "类", "种") or not q.value or _MAKING.search(text, clause, q.start):
        return False
    ends = [m.end() for m in _LIST_MARK.finditer(text, clause, q.start)][-(int(q.value) - 1) :]
    return len(ends) == q.value - 1 > 0 and all(
        b - a <= LISTED for a, b in zip(ends, [*ends[1:], q.start], strict=True)
    )
