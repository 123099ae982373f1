"""How far the reader can be trusted on a user's own corpus: a blind sample for two coders, and what it shows.

What is drawn. The unit is a pair of a sentence and an indicator: does this sentence state a value of this indicator as
achieved, and which? The frame has four parts:

    found    the reader took a value of the indicator from the sentence
    near     it took none; the sentence holds a number and one of the catalogue's words that tell of the indicator
    far      it took none; the sentence holds a number, the sentence before it or a heading above such a word
    wording  it took none; the sentence holds no number but such a word (未发生行政诉讼)

SHARES says how much of the sample is from each. Within a part it is stratified by indicator, tier, theme or year as
asked: each stratum at least once, the rest by the square root of the strata's sizes (power allocation). Where there are
more strata than pairs to draw, the part is drawn in proportion, systematically through its strata in order. Within a
stratum a seeded hash draws without replacement. Coders see the sentence, what stands around it and the question, not
the part and not the reader's answer.

What is estimated. A pair is right where the reader's values and the coders' agreed values are the same set. In each part
the shares are weighted by w, the pairs of the stratum (of a part drawn in proportion: of the part) for each one judged,
and multiplied by the pairs that the frame has in the part, all told or for the indicator. With F found pairs, R of them
right, S not right although the sentence states the indicator, and M pairs of the other parts that state it,

    precision = R / F        recall = R / (R + S + M)

Recall is within the frame: a statement in none of the catalogue's words, or more than a sentence away from them, is
not in it, so the true recall is at most this. The 95% intervals are Jeffreys's: in each part the share has a beta
distribution on the effective number of judged pairs, (sum of w)^2 / sum of w^2 (Kish), with 1/2 added to either side;
recall is their ratio over 10,000 draws. Where the frame has pairs of an indicator in a part and none of them was judged,
no recall is given. A part in which no miss was seen thus still counts with what it may hide. For
the upper bound of recall the misses are drawn from Clopper and Pearson's lower beta distribution (nothing added): 1/2
added in each of three large parts would invent misses. Tried on data/raw with the facts for coders, 100 samples each:
the recall of the whole frame lay within the interval in 98% of samples of 300 pairs and of 800
(``benchmarks/coverage.py``).
Pairs that coders judge differently are left out until a third person has settled them; they are counted.

Agreement is Krippendorff's alpha at the nominal level: an answer (nothing, or exactly these values) is a category. It
is of the sample as drawn, in which found pairs are more frequent than in the reports.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xlsxwriter
from ahocorasick_rs import AhoCorasick

from analysis import catalogue, cells
from analysis.catalogue import expand, shared_words
from analysis.export import CELL, TO_FILL_IN, display_width
from analysis.lexicon import lexicon
from analysis.mentions import find_mentions
from analysis.passages import read, split
from analysis.quantities import find_quantities
from analysis.reports import Report, find_reports, read_reports
from analysis.staging import put, whole
from analysis.table import versions

SHARES = {"found": 0.35, "near": 0.45, "far": 0.1, "wording": 0.1}
BY = ("indicator", "theme", "tier", "year")
KEY = "key.json"
COPIES = ("编码表-甲.xlsx", "编码表-乙.xlsx")
SHEET = "编码"
NONE, MASKED = "无", "隐去"
_COLUMNS = {
    "编号": 12, "单位": 18, "年份": 6, "标题": 18, "前一句": 30, "句子": 46, "后一句": 30,
    "指标": 18, "计量单位": 6, "定义": 40, "回答": 16, "备注": 20,
}  # fmt: skip
_NEVER = datetime(2000, 1, 1)  # stands for the date of writing, so that the same sample gives the same bytes

INSTRUCTIONS = (
    "怎样编码",
    "一、每行问一件事：这个句子有没有写明这项指标已经取得的数值？写明的填数，没有的填“无”。",
    "二、只看“句子”一列里写的数；前后句和标题只帮助理解。目标、要求、计划、同比增减、别的单位的数，都不算，填“无”。",
    "三、按“计量单位”填，如 21000；也可以写 2.1万、98.6%。一句写了几个（如今年的和上年的），都填，用“；”隔开。",
    "四、没有写数字、但话已说死的也算：“全覆盖”是 100，“无一败诉”是 0。数字写成“X件”的，填“隐去”。",
    "五、两名编码员各填一份，互不商量，也不看程序的结果。每行都要填，拿不准的按自己的判断填，在“备注”里说明。",
    "六、行的先后是随机排的，请不要改编号，不要增删行。",
)

Value = float | str  # a number, or MASKED
Answer = tuple[Value, ...]  # sorted; empty: states nothing


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and an indicator. ``found``: what the reader took from it. ``size``: pairs of its stratum in the
    frame; where the part was drawn in proportion, ``stratum`` is empty and ``size`` is the part's."""

    doc: str
    start: int
    end: int
    indicator: str
    part: str
    stratum: str
    found: Answer
    unit: str
    year: str
    heading: str
    before: str
    sentence: str
    after: str
    size: int = 0


# --- The frame -----------------------------------------------------------------------------------


@cache
def _words() -> tuple[AhoCorasick, tuple[frozenset[str], ...]]:
    """An automaton over the words that tell of an indicator, and the indicators of each word.

    Of a rule that asks for words farther off these tell (受理 alone tells of nothing), else those at the number.
    """
    shared = shared_words()
    told: defaultdict[str, set[str]] = defaultdict(set)
    for indicator in catalogue.load().values():
        for rule in (*indicator.rule, *indicator.implied):
            farther = [group for name in ("topic", "sentence", "clause") if (group := getattr(rule, name))]
            near = rule.near if isinstance(rule, catalogue.Rule) else rule.trigger
            for word in expand(farther[0] if farther else near, shared):
                told[word].add(indicator.id)
    return AhoCorasick(list(told)), tuple(map(frozenset, told.values()))


def _told(text: str) -> frozenset[str]:
    """The indicators that words of a text tell of."""
    automaton, indicators = _words()
    found = {word for word, _, _ in automaton.find_matches_as_indexes(text, overlapping=True)}
    return frozenset().union(*(indicators[word] for word in found))


def pairs(report: Report, by: Sequence[str]) -> Iterator[Pair]:
    """The frame's pairs of a report, in the order of its text."""
    reading = read(report.text, report.skip, lexicon().joins)
    sentences = [each for each in split(reading, report.identity.year) if not each.title]
    texts = [reading.text[each.start : each.end] for each in sentences]
    spans = [reading.source_span(each.start, each.end) for each in sentences]
    stated: defaultdict[tuple[int, str], set[Value]] = defaultdict(set)
    starts = [start for start, _ in spans]
    for mention in find_mentions(report):
        at = max(0, int(np.searchsorted(starts, mention.start, "right")) - 1)
        stated[at, mention.indicator].add(MASKED if mention.value is None else round(float(mention.value), 6))
    told = [_told(text) for text in texts]
    heads: dict[tuple[str, ...], frozenset[str]] = {}
    for at, (sentence, text) in enumerate(zip(sentences, texts, strict=True)):
        if sentence.headings not in heads:
            heads[sentence.headings] = _told("\n".join(sentence.headings))
        numbered = bool(find_quantities(text))
        around = (told[at - 1] if at else frozenset()) | heads[sentence.headings] if numbered else frozenset()
        taken = {indicator for place, indicator in stated if place == at} if stated else set()
        for indicator in sorted(taken | told[at] | around):
            own = "near" if indicator in told[at] else "far"
            part = "found" if indicator in taken else own if numbered else "wording"
            yield Pair(
                doc=report.doc,
                start=spans[at][0],
                end=spans[at][1],
                indicator=indicator,
                part=part,
                stratum=_stratum(report, indicator, by),
                found=_sorted(stated[at, indicator]) if indicator in taken else (),
                unit=report.identity.unit,
                year=str(report.identity.year or ""),
                heading=" / ".join(sentence.headings),
                before=texts[at - 1] if at else "",
                sentence=text,
                after=texts[at + 1] if at + 1 < len(texts) else "",
            )


def _sorted(values: Iterable[Value]) -> Answer:
    return tuple(sorted(values, key=lambda value: (isinstance(value, str), value)))


def _stratum(report: Report, indicator: str, by: Sequence[str]) -> str:
    known = {
        "indicator": indicator,
        "theme": indicator.split(".")[0],
        "tier": report.identity.tier,
        "year": str(report.identity.year or ""),
    }
    return "/".join(known[name] for name in by)


# --- Drawing -------------------------------------------------------------------------------------


class Drawn(NamedTuple):
    """What ``draw`` wrote: the two copies, the key, how many pairs of each part, and how many the frame has."""

    copies: tuple[Path, ...]
    key: Path
    pairs: Mapping[str, int]
    frame: Mapping[str, int]


def draw(
    count: int,
    raw: str | Path = "data/raw",
    out: str | Path = "data/processed/sample",
    by: Sequence[str] = ("indicator", "tier"),
    indicators: Sequence[str] = (),
    seed: int = 1,
) -> Drawn:
    """Draws ``count`` pairs of the reports below ``raw`` and writes two copies for coders and, apart, the key.

    ``indicators``: of these alone. The same reports and seed give the same sample. Raises FileNotFoundError without
    reports, FileExistsError where a sample stands already (coders may have begun), and ValueError for an unknown
    indicator or stratum.
    """
    if strange := [name for name in by if name not in BY]:
        raise ValueError(f"no strata by {', '.join(strange)}: {', '.join(BY)}")
    if strange := [name for name in indicators if name not in catalogue.load()]:
        raise ValueError(f"no indicator called {', '.join(strange)}")
    folder = Path(out)
    if (folder / KEY).exists():
        raise FileExistsError(f"{folder} holds a sample already: name another folder")
    drawn, sizes = chosen(frame(Path(raw), by, frozenset(indicators)), count, seed)
    if not drawn:
        raise FileNotFoundError(f"no sentence to ask about in {raw}")
    token = hashlib.sha256("".join(map(repr, drawn)).encode()).hexdigest()[:6]
    folder.mkdir(parents=True, exist_ok=True)
    for name in COPIES:
        _write_copy(folder / name, token, drawn)
    about = {"token": token, "seed": seed, "by": list(by), **versions(), "frame": sizes}
    made = about | {"pairs": [asdict(pair) for pair in drawn]}
    put(folder / KEY, (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace"))
    parts = Counter(pair.part for pair in drawn)
    copies = tuple(folder / name for name in COPIES)
    return Drawn(copies, folder / KEY, {part: parts[part] for part in SHARES}, together(sizes.values()))


def frame(raw: Path, by: Sequence[str], indicators: frozenset[str] = frozenset()) -> Iterator[Pair]:
    """The pairs of all reports, each content once; of these indicators alone, where any are named."""
    seen: set[str] = set()
    for path in find_reports(raw):
        for report in read_reports(path, raw if raw.is_dir() else None):
            if isinstance(report, Report) and report.sha256 not in seen:
                seen.add(report.sha256)
                yield from (each for each in pairs(report, by) if not indicators or each.indicator in indicators)


Sizes = Mapping[str, int]  # part -> pairs


def chosen(pairs: Iterable[Pair], count: int, seed: int) -> tuple[list[Pair], Mapping[str, Sizes]]:
    """(the sample in an order that tells nothing, indicator -> how many pairs the frame has in each part).

    Of each stratum those pairs are kept whose hash is least: a random sample whatever the order of the reports.
    """
    strata: dict[str, Counter[str]] = {part: Counter() for part in SHARES}
    sizes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    least: defaultdict[tuple[str, str], list[tuple[int, int, Pair]]] = defaultdict(list)
    for number, pair in enumerate(pairs):
        strata[pair.part][pair.stratum] += 1
        sizes[pair.indicator][pair.part] += 1
        heap = least[pair.part, pair.stratum]
        entry = -_hash(seed, pair), number, pair  # a heap gives up its least: the greatest hash
        (heapq.heappush if len(heap) < count else heapq.heappushpop)(heap, entry)
    drawn: list[Pair] = []
    for part, quota in _quotas(count, {part: each.total() for part, each in strata.items()}).items():
        thin = quota < len(strata[part])
        given = in_proportion(strata[part], quota, seed) if thin else allocated(strata[part], quota)
        for stratum, number in given.items():
            kept = sorted(least[part, stratum], key=lambda each: -each[0])[:number]
            known = {"stratum": "", "size": strata[part].total()} if thin else {"size": strata[part][stratum]}
            drawn += [replace(pair, **known) for _, _, pair in kept]
    drawn.sort(key=lambda pair: _hash(seed + 1, pair))
    return drawn, {name: dict(sizes[name]) for name in sorted(sizes)}


def together(sizes: Iterable[Sizes]) -> dict[str, int]:
    found: Counter[str] = Counter(dict.fromkeys(SHARES, 0))
    for each in sizes:
        found.update(each)
    return dict(found)


def _hash(seed: int, pair: Pair) -> int:
    words = f"{seed}\x1f{pair.doc}\x1f{pair.start}\x1f{pair.indicator}"
    return int.from_bytes(hashlib.sha256(words.encode("utf-8", "replace")).digest()[:8])


def _quotas(count: int, sizes: Mapping[str, int]) -> dict[str, int]:
    """How many pairs each part gets, by SHARES; what a part does not have goes to the others."""
    quotas = dict.fromkeys(sizes, 0)
    for _ in range(min(count, sum(sizes.values()))):
        room = [part for part, size in sizes.items() if quotas[part] < size]
        quotas[min(room, key=lambda part: (quotas[part] + 0.5) / SHARES[part])] += 1
    return quotas


def allocated(sizes: Mapping[str, int], count: int) -> dict[str, int]:
    """Stratum -> how many of it: one each, then one by one to where the root of its size is greatest for what it has."""
    given = dict.fromkeys(sizes, 1)
    heap = [(-math.sqrt(size) / 1.5, name) for name, size in sizes.items() if size > 1]
    heapq.heapify(heap)
    for _ in range(count - len(sizes)):
        if not heap:
            break
        _, name = heapq.heappop(heap)
        given[name] += 1
        if given[name] < sizes[name]:
            heapq.heappush(heap, (-math.sqrt(sizes[name]) / (given[name] + 0.5), name))
    return given


def in_proportion(sizes: Mapping[str, int], count: int, seed: int) -> dict[str, int]:
    """Stratum -> how many of it: every so many-th pair from a random one on, counted through the strata in order."""
    ends = np.cumsum([sizes[name] for name in sorted(sizes)])
    points = (
        (np.arange(count) + np.random.default_rng(seed).random()) * float(ends[-1]) / count if count else np.array([])
    )
    return dict(Counter(sorted(sizes)[int(at)] for at in np.searchsorted(ends, points, "right")))


def _number(token: str, at: int) -> str:
    return f"{token}-{at:04}"


def _write_copy(path: Path, token: str, drawn: Sequence[Pair]) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with whole(path) as part, xlsxwriter.Workbook(part, options) as book:
        book.set_properties({"title": "编码表", "created": _NEVER})
        _write_questions(book, token, drawn)
        _write_instructions(book)


def _write_questions(book: xlsxwriter.Workbook, token: str, drawn: Sequence[Pair]) -> None:
    look, grey = book.add_format(TO_FILL_IN), book.add_format(TO_FILL_IN | {"font_color": "#707070"})
    head = book.add_format(TO_FILL_IN | {"bold": True, "bg_color": "#E4E4E4"})
    asked = book.add_format(TO_FILL_IN | {"locked": False, "bg_color": "#FFF9E3"})
    sheet = book.add_worksheet(SHEET)
    for at, (heading, width) in enumerate(_COLUMNS.items()):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, heading, head)
    for number, pair in enumerate(drawn, 1):
        indicator = catalogue.load()[pair.indicator]
        texts = (
            _number(token, number), pair.unit, pair.year, pair.heading, pair.before, pair.sentence, pair.after,
            indicator.name_zh, indicator.unit_of_measure, indicator.definition,
        )  # fmt: skip
        widths = zip(texts, _COLUMNS.values(), strict=False)
        sheet.set_row(number, min(13.5 * max(-(-display_width(words) // (width - 1)) for words, width in widths), 400))
        for at, words in enumerate(texts):
            context = at in (3, 4, 6)
            sheet.write_string(number, at, words[:CELL], grey if context else look)
        for at in range(len(texts), len(_COLUMNS)):
            sheet.write_blank(number, at, None, asked)
    sheet.freeze_panes(1, 1)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write_instructions(book: xlsxwriter.Workbook) -> None:
    look = book.add_format({"font_name": "微软雅黑", "font_size": 11, "valign": "top", "text_wrap": True})
    sheet = book.add_worksheet("编码说明")
    sheet.set_column(0, 0, 70, look)
    for at, line in enumerate(INSTRUCTIONS):
        sheet.set_row(at, 18 * -(-display_width(line) // 64))
        sheet.write_string(at, 0, line, look)


# --- What the coders say -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share with its 95% interval; all None where nothing was judged that it could rest on."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """Of one indicator or of all. ``coded``: pairs that two coders or more answered; ``agreed``: of these alike;
    ``alpha``: None where all answers are the same; ``judged``: pairs with an agreed or settled answer."""

    coded: int
    agreed: int
    alpha: float | None
    judged: int
    precision: Estimate
    recall: Estimate


@dataclass(frozen=True, slots=True)
class Agreement:
    """``refused``: (file, row, why) of answers that cannot be taken; they count as not given."""

    total: Result
    indicators: Mapping[str, Result]
    refused: tuple[tuple[str, int, str], ...]
    sample: Mapping[str, Any] = field(repr=False)


def agreement(
    files: Sequence[str | Path], key: str | Path | None = None, settled: str | Path | None = None
) -> Agreement:
    """Reads the coders' copies against the key, by default the one beside the first of them.

    ``settled``: a copy in which a third person answered what the coders judged differently. Raises OSError, and
    ValueError with fewer than two copies, for a copy of another sample, and for a file that is none.
    """
    if len(files) < 2:
        raise ValueError("two coders' workbooks are needed, or more")
    path = Path(files[0]).parent / KEY if key is None else Path(key)
    sample = _sample(path)
    drawn: list[Pair] = sample["pairs"]
    refused: list[tuple[str, int, str]] = []
    coders = [_answers(file, sample, refused) for file in files]
    last = _answers(settled, sample, refused) if settled is not None else {}
    answered = {n: tuple(coder[n] for coder in coders if n in coder) for n in range(1, len(drawn) + 1)}
    agreed = {n: said[0] for n, said in answered.items() if len(said) > 1 and len(set(said)) == 1}
    judged = {n: last.get(n, agreed.get(n)) for n in {*agreed, *last}}
    weight = weights(drawn, judged)

    def result(numbers: Sequence[int], sizes: Sizes) -> Result:
        coded = [n for n in numbers if len(answered[n]) > 1]
        told = [n for n in numbers if n in judged]
        precision, recall = estimated([(drawn[n - 1], judged[n], weight[n]) for n in told], sizes)
        same = sum(n in agreed for n in coded)
        return Result(len(coded), same, alpha(coders, coded), len(told), precision, recall)

    groups: defaultdict[str, list[int]] = defaultdict(list)
    for n, pair in enumerate(drawn, 1):
        groups[pair.indicator].append(n)
    indicators = {name: result(groups[name], sample["frame"][name]) for name in catalogue.load() if name in groups}
    total = result(list(answered), together(sample["frame"].values()))
    return Agreement(total, indicators, tuple(refused), sample)


def _sample(path: Path) -> Mapping[str, Any]:
    try:
        made = json.loads(path.read_text("utf-8"))
        return made | {"pairs": [Pair(**(row | {"found": tuple(row["found"])})) for row in made["pairs"]]}
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: no key of a sample: {error}") from error


def _answers(file: str | Path, sample: Mapping[str, Any], refused: list[tuple[str, int, str]]) -> dict[int, Answer]:
    """Number of the pair -> answer; what is empty is left out, what cannot be taken is added to ``refused``."""
    drawn: list[Pair] = sample["pairs"]
    numbers = {_number(sample["token"], at): at for at in range(1, len(drawn) + 1)}
    found: dict[int, Answer] = {}
    for row, values in cells.rows(file, SHEET, ["编号", "回答"]):
        name = cells.kept(values["编号"])
        if not re.fullmatch(rf"{re.escape(sample['token'])}-\d+", name) or name not in numbers:
            raise ValueError(f"{file}, row {row}: {name or 'no number'} is not of this sample")
        try:
            answer = answered(values["回答"], catalogue.load()[drawn[numbers[name] - 1].indicator])
            if answer is not None:
                if numbers[name] in found:
                    raise ValueError(f"{name} stands twice")
                found[numbers[name]] = answer
        except ValueError as error:
            refused.append((str(file), row, str(error)))
    return found


def answered(cell: Any, indicator: catalogue.Indicator) -> Answer | None:
    """A coder's answer, None where the cell is empty. Raises ValueError with the reason."""
    words = cells.text(cell) if isinstance(cell.value, str) else ""
    if words == NONE:
        return ()
    if not words:
        number = cells.number(cell, indicator)
        return None if number is None else (number.value,)
    parts = [part for part in re.split(r"[；;]\s*", words) if part]
    return _sorted({MASKED if part == MASKED else cells.written(part, indicator).value for part in parts})


def alpha(coders: Sequence[Mapping[int, Answer]], numbers: Sequence[int]) -> float | None:
    """Krippendorff's alpha of the coders' answers at the nominal level; None where it is not defined.

    Raises ImportError where the library krippendorff is not installed.
    """
    import krippendorff

    codes: dict[Answer, int] = {}
    table = [[codes.setdefault(c[n], len(codes)) if n in c else math.nan for n in numbers] for c in coders]
    if len(codes) < 2:
        return None
    return float(krippendorff.alpha(reliability_data=table, level_of_measurement="nominal"))


def weights(drawn: Sequence[Pair], judged: Mapping[int, Answer]) -> dict[int, float]:
    """Number of a judged pair -> pairs of its stratum for each one judged."""
    counts = Counter((drawn[n - 1].part, drawn[n - 1].stratum) for n in judged)
    return {n: drawn[n - 1].size / counts[drawn[n - 1].part, drawn[n - 1].stratum] for n in judged}


_DRAWS = 10_000


def estimated(judged: Sequence[tuple[Pair, Answer, float]], sizes: Sizes) -> tuple[Estimate, Estimate]:
    """(precision, recall) from pairs with the true answer and the weight, as the module's docstring says.

    ``sizes``: how many pairs the frame has in each part.
    """
    rng, unseen = np.random.default_rng(1), False
    found = [(pair.found == answer, bool(answer), weight) for pair, answer, weight in judged if pair.part == "found"]
    if not found:
        return Estimate(), Estimate()
    right = _Share([(is_right, weight) for is_right, _, weight in found], sizes["found"], rng)
    stated = _Share([(is_stated, weight) for is_right, is_stated, weight in found if not is_right], 0, rng)
    rest: list[_Share] = []
    for part in (part for part in SHARES if part != "found" and sizes.get(part)):
        seen = [(bool(answer), weight) for pair, answer, weight in judged if pair.part == part]
        rest += [_Share(seen, sizes[part], rng)] if seen else []
        unseen = unseen or not seen
    other = right.size * (1 - right.value) * stated.value
    hit, missed = right.size * right.value, other + sum(part.size * part.value for part in rest)
    precision = _estimate(right.value, right.draws, right.draws)
    if unseen or not hit + missed:
        return precision, Estimate()
    hits = right.size * right.draws
    others = right.size * (1 - right.draws) * stated.draws
    most = others + sum(part.size * part.draws for part in rest)
    fewest = others + sum(part.size * part.lower for part in rest)
    return precision, _estimate(hit / (hit + missed), hits / (hits + most), hits / (hits + fewest))


class _Share:
    """A weighted share of ``size`` pairs, and draws of what it may be, on Kish's effective number: ``draws`` from
    Jeffreys's beta, ``lower`` from Clopper and Pearson's lower one."""

    def __init__(self, seen: Sequence[tuple[bool, float]], size: int, rng: np.random.Generator) -> None:
        weights = np.array([weight for _, weight in seen])
        yes = float(weights[[is_so for is_so, _ in seen]].sum()) if seen else 0.0
        self.size = size
        self.value = yes / float(weights.sum()) if seen else 0.0
        effective = float(weights.sum()) ** 2 / float((weights**2).sum()) if seen else 0.0
        yes = self.value * effective
        self.draws = rng.beta(yes + 0.5, effective - yes + 0.5, _DRAWS)
        self.lower = rng.beta(yes, effective - yes + 1, _DRAWS) if yes else np.zeros(_DRAWS)


def _estimate(value: float, low: np.ndarray, high: np.ndarray) -> Estimate:
    """The 2.5% and 97.5% points of draws, never on the wrong side of the value itself."""
    return Estimate(value, min(float(np.quantile(low, 0.025)), value), max(float(np.quantile(high, 0.975)), value))
