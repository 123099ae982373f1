"""What kind of statement a number makes: an achieved figure, a change, an average, a remainder, a target, another body's.

The words stand in ``cues.toml``; how they decide: ``spec/annotation.md``, "What counts".
"""

from __future__ import annotations

import re

from analysis.lexicon import cues
from analysis.passages import PLAN, Sentence
from analysis.periods import rises
from analysis.quantities import Quantity
from analysis.scenes import Scene, Span

_CHANGE = re.compile(
    "(?:"
    + "|".join(sorted(cues()["change"], key=len, reverse=True))
    + r")(?:了|约|近|超过?|达到?|逾|幅度|率|为|将近|均|分别|各|[一-龥]{0,2}达)*$"
)
_WEAK_CHANGE = re.compile("(?:" + "|".join(cues()["weak_change"]) + r")(?:了|约|近|超过?)?$")
_COMPARED = re.compile(r"[同环]比|[较比](?:上年|去年|上一?年|20\d\d年|同期|年初|全|上)|幅度|平均")
_LEVEL = re.compile(r"(?:至|到|为(?!止))[了约近]?$")
_EACH = re.compile(r"(?:每|[村人日年月户案场所]均|平均)[^，,；;。、]{0,20}$|均$")
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
    """Why the i-th number states no value of its own: change, average, double, rest; or nothing."""
    if scene.quantities[i].measure == "point" or is_change(scene, i):
        return "change"
    if is_each(scene, i):
        return "average"
    if is_double(scene, i):
        return "double"
    return "rest" if is_rest(scene, i) else ""


def is_change(scene: Scene, i: int) -> bool:
    """Whether the number is a difference (增长12%, 较上年减少3件); what it rose or fell to is a level."""
    q = scene.quantities[i]
    clause = scene.clauses[scene.home[i]][0]
    a = max(clause, q.start - 12)
    if _LEVEL.search(scene.text, a, q.start):
        return False
    if _CHANGE.search(scene.text, a, q.start):
        return True
    return bool(_WEAK_CHANGE.search(scene.text, a, q.start)) and bool(_COMPARED.search(scene.text, clause, q.start))


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
