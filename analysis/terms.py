"""Words of the field: what an unmatched quantity counts and what was done to it, and which like it many reports state.

jieba cuts the words, with a dictionary generated from the catalogue's and the cues' own words, so that there is no
second list to keep. ``suggest`` ranks the like ones by the number of reports that have them and drafts catalogue
entries. ``spoken`` and ``common_words`` say what whole reports speak of. Nothing of a build imports this module.
"""

from __future__ import annotations

import json
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

import jieba
import jieba.posseg
import polars as pl

from analysis.catalogue import expand, load, shared_words
from analysis.lexicon import Lexicon, Wording, added_lexicon, cues, lexicon
from analysis.quantities import Quantity, scan
from analysis.reports import Report
from analysis.scenes import Scene, stretches
from analysis.shortcomings import topic

Token = tuple[str, str]  # a word and jieba's tag for it

# --- the dictionary ---------------------------------------------------------------------------------------

_CHINESE = re.compile(r"[一-龥]{2,12}")
_NOUN = re.compile(r"n(?!r$)|vn|j|l|b|eng|ng|an|i$")  # tags of words that can stand in a noun phrase
_VERB = re.compile(r"v(?!n)")


@cache
def _word_groups() -> tuple[tuple[str, ...], ...]:
    """The alternatives that stand together in the catalogue's rules, each group once."""
    groups: dict[tuple[str, ...], None] = {}
    for entry in load().values():
        for rule in entry.rule:
            for words in (rule.near, rule.near2, rule.clause, rule.sentence, rule.topic):
                groups[expand(words, shared_words())] = None
        groups.update(dict.fromkeys(entry.basis.values()))
    return tuple(groups)


@cache
def field_words() -> tuple[str, ...]:
    """The words of the catalogue's rules and bases and the plain words of the cues, each once."""
    said = dict.fromkeys(word for group in (*_word_groups(), *cues().values()) for word in group)
    return tuple(word for word in said if _CHINESE.fullmatch(word))


MOST_ENDINGS = 2  # a word that ends more words of the field than this is a thing done, 行政复议, rather than doing


@cache
def field_verbs() -> frozenset[str]:
    """The verbs of doing: words of two characters whose alternatives in the catalogue are for the most part verbs."""
    known = jieba.posseg.POSTokenizer(_quiet())

    def is_verb(word: str) -> bool:
        parts = list(known.cut(word, HMM=False))
        return len(parts) == 1 and bool(_VERB.match(parts[0].flag))

    plain = {*cues()["making"], *cues()["doing"]}
    found: set[str] = set()
    for group in _word_groups():
        verbs = [word for word in group if len(word) == 2 and is_verb(word)]
        if len(group) >= 3 and 2 * len(verbs) > len(group):
            found.update(word for word in group if len(word) == 2)
    return frozenset(plain | {word for word in found if not _is_thing_done(word) and word not in _fillers()})


@cache
def _endings() -> Counter[str]:
    return Counter(word[-2:] for word in field_words() if len(word) > 2)


def _is_thing_done(word: str) -> bool:
    """Whether a verb stands for a thing done: 行政复议, 行政执法."""
    return _endings()[word] > MOST_ENDINGS


def _quiet() -> jieba.Tokenizer:
    jieba.setLogLevel("ERROR")
    return jieba.Tokenizer()


@cache
def _tagger() -> jieba.posseg.POSTokenizer:
    """jieba with the words of the field.

    Words that it knows keep its tag, but for the verbs of the field. Of the others the names of rates (办结率) and those
    that neither begin with a verb nor end in one (执法监督意见书, 司法所) become nouns; a verb with its object, 召开会议,
    stays two words.
    """
    tokenizer = _quiet()
    tagger = jieba.posseg.POSTokenizer(tokenizer)
    nouns = []
    for word in field_words():
        parts = [(part.word, part.flag) for part in tagger.cut(word, HMM=False)]
        if word.endswith("率") or (_ends_in_noun(*parts[-1], len(parts)) and not _begins_in_verb(*parts[0])):
            nouns.append(word)
    for word in nouns:
        tokenizer.add_word(word, tag="n")
    for word in field_verbs():
        tokenizer.add_word(word, tag="v")
    return tagger


def _ends_in_noun(word: str, tag: str, parts: int) -> bool:
    """Of the last part of a word of the field; a known word counts only where jieba takes it for a person's name (法律顾问)."""
    if parts == 1:
        return tag == "nr"
    return tag.startswith("n") or bool(_NOUN.match(tag)) or (len(word) == 1 and tag[0] in "cuqkm")  # 所 is tagged so


def _begins_in_verb(word: str, tag: str) -> bool:
    if word in field_verbs() or word in _fillers() or tag[0] in "pdcurfm":
        return True
    return bool(_VERB.match(tag)) and not _is_thing_done(word)


@lru_cache(maxsize=65536)
def tokens(text: str) -> tuple[Token, ...]:
    """The words of a text with jieba's tags."""
    return tuple((token.word, token.flag) for token in _tagger().cut(text))


# --- head noun and verb of a quantity -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    """What a number counts: the words of its noun phrase, the last of them the head; and the verb. Any may be empty."""

    words: tuple[str, ...]
    verb: str

    @property
    def noun(self) -> str:
        return "".join(self.words)


_CUT = re.compile(r"[，,；;。：:！!？?（(）)\n]")
_MARKS = "“”‘’\"'《》 　"
_PLACE = re.compile(
    r"(?:全|我|本|各|该|这|两)(?:[省市县区镇乡街旗州局]|街道|地|级|类|单位)?|其中|其他|其它|相关|有关|今年|全年|年内|累计|新增|实有|全部|部分|大部分|多数"
)
_RATE = re.compile(r"[率度]$|占比|比例")
_SHARES = ("比率", "比例", "占比")  # of what, their own word does not say
LONGEST_NOUN, MOST_WORDS = 12, 3


def term(sentence: str, q: Quantity, quantities: Sequence[Quantity] = ()) -> Term:
    """Head noun and verb of a number of a sentence. ``quantities``: all of the sentence, so that no word goes to two.

    A thing or person counted may follow its number (12名调解员); else it stands before it (设立服务站12个), after the
    verb, or as the subject where nothing stands between verb and number (周例会开到51期).
    """
    left, right = _around(sentence, q, quantities)
    before, after = tokens(left), tokens(right)
    if q.measure in ("percent", "permille"):
        return _rate(before)
    words = () if q.measure in ("money", "duration") else _following(after)
    if words:
        return Term(words, _last_verb(before) or _first_verb(after))
    words, verb = _preceding(before)
    if not words and q.measure == "money":
        words = _following(after) or ("资金",)
    return Term(words, verb or _first_verb(after))


def _around(sentence: str, q: Quantity, quantities: Sequence[Quantity]) -> tuple[str, str]:
    """The words left and right of a number in its clause, as far as the next number or 、."""
    low = max((m.end() for m in _CUT.finditer(sentence, 0, q.start)), default=0)
    low = max([low, *(p.end for p in quantities if p.end <= q.start)])
    after = _CUT.search(sentence, q.end)
    high = min([after.start() if after else len(sentence), *(p.start for p in quantities if p.start >= q.end)])
    right = sentence[q.end : high].split("、")[0]
    return sentence[low : q.start].lstrip("、和及与"), right


def _is_noun(token: Token) -> bool:
    return bool(_NOUN.match(token[1])) and not _PLACE.fullmatch(token[0])


def _is_filler(token: Token) -> bool:
    word, tag = token
    return (
        word in _fillers() or tag in ("d", "ul", "uz", "ud", "m", "q", "t", "x", "r", "p", "c", "f") or word in _MARKS
    )


@cache
def _fillers() -> frozenset[str]:
    return frozenset(cues()["fill"])


def _following(after: Sequence[Token]) -> tuple[str, ...]:
    """The noun phrase that begins right of the number."""
    words: list[Token] = []
    for token in after:
        if token[0] in _MARKS and words:
            continue
        if not (_is_noun(token) or (token[1] in ("a", "ns") and not words)):
            break
        words.append(token)
    while words and not words[-1][1].startswith(("n", "vn", "j", "l", "eng")):
        words.pop()
    return _short([word for word, _ in words])


def _preceding(before: Sequence[Token]) -> tuple[tuple[str, ...], str]:
    """The noun phrase left of the number and the verb before it."""
    rest = _trimmed(before)
    at = max((i for i, (word, _) in enumerate(rest) if word in field_verbs()), default=None)
    if at is not None and (object_ := _tail(rest[at + 1 :], _is_noun, lambda token: bool(_VERB.match(token[1])))):
        return _short(object_), rest[at][0]
    words = _tail(rest, _is_noun)
    if len(words) > 1 and dict(rest[len(rest) - len(words) :])[words[0]] == "vn" and not _is_thing_done(words[0]):
        return _short(words[1:]), words[0]  # 培育法律明白人
    rest = _trimmed(rest[: len(rest) - len(words)]) if words else rest
    if words or not rest or not _VERB.match(rest[-1][1]):
        return _short(words), _last_verb(rest)
    last, rest = rest[-1][0], _trimmed(rest[:-1])
    if rest and _VERB.match(rest[-1][1]) and last not in field_verbs():  # 启动应急响应27次: what was done is the thing
        return _short([last]), rest[-1][0]
    return _short(_tail(rest, _is_noun)), last if len(last) > 1 else ""


def _trimmed(tokens_: Sequence[Token]) -> list[Token]:
    """Less the words at the end that name nothing."""
    rest = list(tokens_)
    while rest and _is_filler(rest[-1]):
        rest.pop()
    return rest


def _tail(rest: Sequence[Token], *allowed: Callable[[Token], bool]) -> list[str]:
    """The words at the end that may stand in a noun phrase, quotation marks among them."""
    words: list[str] = []
    for token in reversed(rest):
        if token[0] not in _MARKS and not any(test(token) for test in allowed):
            break
        words.insert(0, token[0])
    return words


def _rate(before: Sequence[Token]) -> Term:
    """The name of a rate: as far back as its words belong together."""
    rest = list(before)
    while rest and not _RATE.search(rest[-1][0]):
        if not _is_filler(rest[-1]) and not _VERB.match(rest[-1][1]):
            return Term((), "")
        rest.pop()
    if rest and rest[-1][0] in _SHARES:
        return Term((), "")
    words: list[str] = []
    while (
        rest
        and len(words) < MOST_WORDS + 1
        and (_is_noun(rest[-1]) or _VERB.match(rest[-1][1]))
        and rest[-1][0] not in _fillers()
    ):
        words.insert(0, rest.pop()[0])
    return Term(_short(words), "")


def _short(words: Sequence[str]) -> tuple[str, ...]:
    """The last words of a phrase; a single character says nothing by itself and leans on the word before it."""
    kept = [word for word in words if word not in _MARKS and not _PLACE.fullmatch(word)][-MOST_WORDS - 1 :]
    merged: list[str] = []
    for word in kept:
        if merged and (len(word) == 1 or len(merged[-1]) == 1):
            merged[-1] += word
        else:
            merged.append(word)
    merged = merged[-MOST_WORDS:]
    while len(merged) > 1 and len("".join(merged)) > LONGEST_NOUN:
        merged.pop(0)
    return () if len("".join(merged)) < 2 else tuple(merged)


def _last_verb(before: Iterable[Token]) -> str:
    """The last verb of doing; where there is none, the last verb."""
    verbs = [word for word, tag in before if _VERB.match(tag) and len(word) > 1]
    doing = [word for word in verbs if word in field_verbs()]
    return (doing or [word for word in verbs if word not in _fillers()] or [""])[-1]


def _first_verb(after: Iterable[Token]) -> str:
    return next((word for word, tag in after if _VERB.match(tag) and word not in _fillers() and len(word) > 1), "")


# --- what reports speak of ------------------------------------------------------------------------------------


@cache
def theme_words() -> Mapping[str, str]:
    """Words by which a theme is known, with it: those of its rules that also stand in the names of its indicators.

    None stands in the names of two themes (案件), and one of two characters stands in no rule of another (办理).
    """
    names: defaultdict[str, list[str]] = defaultdict(list)
    rules: defaultdict[str, set[str]] = defaultdict(set)
    for entry in load().values():
        names[entry.theme].append(entry.name_zh)
        for rule in entry.rule:
            words = (*rule.near, *rule.near2, *rule.clause, *rule.sentence, *rule.topic)
            for word in filter(_CHINESE.fullmatch, expand(words, shared_words())):
                rules[word].add(entry.theme)
    found = {}
    for word, themes in sorted(rules.items()):
        named = [theme for theme in names if any(word in name for name in names[theme])]
        if len(named) == 1 and named[0] in themes and (len(word) > 2 or len(themes) == 1):
            found[word] = named[0]
    return found


def spoken(reports: Iterable[Report]) -> pl.DataFrame:
    """What reports speak of: a row a report and theme whose words it uses, sorted so.

    Columns: doc, theme, times (how often words of the theme stand there), words (the commonest three, joined by 、).
    A report that speaks of a theme need not state a figure of it, nor the other way round.
    """
    rows = []
    for report in reports:
        said: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for word in _words(report):
            if word in theme_words():
                said[theme_words()[word]][word] += 1
        for theme, words in said.items():
            few = sorted(words, key=lambda word: (-words[word], word))[:3]
            rows.append((report.doc, theme, words.total(), "、".join(few)))
    schema = {"doc": pl.String, "theme": pl.String, "times": pl.Int64, "words": pl.String}
    return pl.DataFrame(rows, schema, orient="row").sort("doc", "theme")


def common_words(reports: Iterable[Report]) -> pl.DataFrame:
    """The nouns of reports, those of most reports first: word, reports, times, and theme (of ``theme_words``), or empty."""
    docs: Counter[str] = Counter()
    times: Counter[str] = Counter()
    for report in reports:
        said = Counter(
            word
            for word, tag in _tokens(report)
            if len(word) > 1 and _is_noun((word, tag)) and _CHINESE.fullmatch(word)
        )
        docs.update(said.keys())
        times.update(said)
    rows = [(word, docs[word], times[word], theme_words().get(word, "")) for word in docs]
    schema = {"word": pl.String, "reports": pl.Int64, "times": pl.Int64, "theme": pl.String}
    return pl.DataFrame(rows, schema, orient="row").sort("reports", "times", "word", descending=[True, True, False])


def _words(report: Report) -> Iterator[str]:
    return (word for word, _ in _tokens(report))


def _tokens(report: Report) -> Iterator[Token]:
    """The words of a report, without its front matter and what else is no text of it."""
    at = 0
    for start, end in (*report.skip, (len(report.text), len(report.text))):
        for line in report.text[at:start].splitlines():
            yield from tokens(line)
        at = end


# --- like ones over many reports ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counted:
    """An unmatched quantity with its term. ``start``, ``end``: half-open span into the sentence."""

    doc: str
    unit: str
    year: int | None
    value: float | None
    measure_word: str
    measure: str
    sentence: str
    start: int
    end: int
    term: Term

    @property
    def marked(self) -> str:
        """The sentence with its number marked, cut short around it."""
        a, b = max(0, self.start - 44), min(len(self.sentence), self.end + 24)
        cut = (
            self.sentence[a : self.start]
            + "【"
            + self.sentence[self.start : self.end]
            + "】"
            + self.sentence[self.end : b]
        )
        return ("…" if a else "") + cut + ("…" if b < len(self.sentence) else "")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Like quantities of several reports.

    ``noun``: its normal form. ``verbs``: what was done, the commonest three; or the one verb by which a noun that says
    little by itself was told apart (``told_by_verb``). ``nearest``: an indicator that nearly matched, ``why_not``: what
    stood in the way; both may be empty.
    """

    noun: str
    verbs: tuple[str, ...]
    told_by_verb: bool
    rows: tuple[Counted, ...]
    nearest: str = ""
    why_not: str = ""

    @property
    def reports(self) -> int:
        return len({row.doc for row in self.rows})

    @property
    def units(self) -> int:
        return len({row.unit for row in self.rows if row.unit})

    @property
    def measure_word(self) -> str:
        return _commonest(row.measure_word for row in self.rows)

    @property
    def measures(self) -> list[str]:
        """The classes of the measure words, the commonest first."""
        return [measure for measure, _ in Counter(row.measure for row in self.rows).most_common()]

    @property
    def median(self) -> float | None:
        values = [row.value for row in self.rows if row.value is not None]
        return statistics.median(values) if values else None

    @property
    def examples(self) -> list[Counted]:
        """One row of each report, the plainest first: worded like the noun, with a value, in a short sentence."""

        def plainness(row: Counted) -> tuple[bool, bool, bool]:
            return row.value is None, row.term.noun != self.noun, len(row.sentence) > 120

        first = {row.doc: row for row in sorted(self.rows, key=plainness, reverse=True)}
        return sorted(first.values(), key=lambda row: (*plainness(row), row.doc))


def suggest(tables: Any, least: int = 2) -> list[Suggestion]:
    """Like unmatched quantities that at least ``least`` reports have, those of most reports first. ``tables``: of ``load()``."""
    counted = counted_in(tables)
    found = [_suggestion(key, rows) for key, rows in _grouped(counted).items()]
    kept = [each for each in found if each.reports >= least]
    kept.sort(key=lambda each: (-each.reports, -each.units, -len(each.rows), each.noun, each.verbs, each.measure_word))
    return [_with_nearest(each) for each in kept]


def counted_in(tables: Any) -> list[Counted]:
    """The unmatched quantities of sentences, with their terms; cells of flattened tables have no words around them."""
    columns = ("doc", "start", "quote", "sentence")
    known: defaultdict[tuple[str, str, str], set[int]] = defaultdict(set)
    for frame in (tables.mentions, tables.targets, tables.unmatched):
        for doc, start, quote, sentence in frame.select(columns).iter_rows():
            known[doc, sentence, quote].add(start)
    found: list[Counted] = []
    for row in tables.unmatched.sort("doc", "start").iter_rows(named=True):
        sentence = row["sentence"]
        if "\t" in sentence or "|" in sentence:
            continue
        nth = sorted(known[row["doc"], sentence, row["quote"]]).index(row["start"])
        quantities = _quantities(sentence)
        q = _the(quantities, sentence, row["quote"], nth)
        if q is None:
            continue
        told = term(sentence, q, quantities)
        before = found[-1] if found and found[-1].doc == row["doc"] and found[-1].sentence == sentence else None
        if not told.words and before is not None and before.measure == q.measure != "percent":
            told = replace(told, words=before.term.words)  # 受理312件，不予受理47件
        if told.words:
            found.append(
                Counted(
                    row["doc"],
                    row["unit"],
                    row["year"],
                    row["value"],
                    row["measure_word"],
                    q.measure,
                    sentence,
                    q.start,
                    q.end,
                    told,
                )
            )
    return found


@lru_cache(maxsize=4096)
def _quantities(sentence: str) -> tuple[Quantity, ...]:
    return tuple(scan(sentence))


def _the(quantities: Sequence[Quantity], sentence: str, quote: str, nth: int) -> Quantity | None:
    """The n-th quantity, from 0, that is written as in the quote (white space aside); None where there is none."""
    written = "".join(quote.split())
    alike = [q for q in quantities if "".join(sentence[q.start : q.end].split()) == written]
    return alike[min(nth, len(alike) - 1)] if alike else None


Key = tuple[str, str, str]  # noun, verb where it is part of the name, kind of measure
GENERIC = 6  # a noun with so many different words before it, or verbs, says little by itself: 案件, 人员, 部门
# one noun is counted in several of these: 12家单位, 12个单位; 意见书8份, 意见书8件
_ALIKE = {"place": "item", "noun": "item", "group": "item", "device": "item", "file": "case"}


def _grouped(counted: Sequence[Counted]) -> dict[Key, list[Counted]]:
    """Like ones together: the longest form of the noun that two reports share; a noun that says little goes by its
    verb, and by nothing where it has none."""
    reports: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    beside: defaultdict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for row in counted:
        for form in _forms(row.term):
            reports[form, _kind(row)].add(row.doc)
        words, verbs = beside[row.term.words[-1]]
        words.update(row.term.words[-2:-1])
        verbs.update(filter(None, [row.term.verb]))
    groups: defaultdict[Key, list[Counted]] = defaultdict(list)
    for row in counted:
        head, kind = row.term.words[-1], _kind(row)
        forms = _forms(row.term)
        shared = next((form for form in forms if len(reports[form, kind]) > 1), forms[0])
        by_verb = shared == head and max(map(len, beside[head])) >= GENERIC
        if not by_verb or row.term.verb:
            groups[shared, row.term.verb if by_verb else "", kind].append(row)
    return groups


def _kind(row: Counted) -> str:
    return _ALIKE.get(row.measure, row.measure)


def _forms(told: Term) -> list[str]:
    """The noun phrase and its shorter forms, the head last."""
    return ["".join(told.words[at:]) for at in range(len(told.words))]


def _commonest(words: Iterable[str]) -> str:
    counts = Counter(word for word in words if word)
    return min(counts, key=lambda word: (-counts[word], word)) if counts else ""


def _suggestion(key: Key, rows: Sequence[Counted]) -> Suggestion:
    noun, verb, _ = key
    return Suggestion(noun, (verb,) if verb else _verbs(rows), bool(verb), tuple(rows))


def _verbs(rows: Iterable[Counted]) -> tuple[str, ...]:
    """The three commonest verbs."""
    counts = Counter(row.term.verb for row in rows if row.term.verb)
    return tuple(sorted(counts, key=lambda verb: (-counts[verb], verb))[:3])


# --- the indicator that nearly matched ------------------------------------------------------------------------


def _with_nearest(each: Suggestion) -> Suggestion:
    """The indicator that most of the first examples nearly matched, and what stood in the way."""
    said = [near for row in each.examples[:3] if (near := nearest(row.sentence, row.start)) is not None]
    if not said:
        return each
    name = _commonest(indicator for indicator, _ in said)
    return replace(each, nearest=name, why_not=next(why for indicator, why in said if indicator == name))


def nearest(sentence: str, start: int) -> tuple[str, str] | None:
    """The indicator whose rule comes closest to the number at ``start``, and why it does not hold; None where none does."""
    best: tuple[tuple[int, int], str, str] | None = None
    for words in (lexicon(), added_lexicon()):
        quantities = list(_quantities(sentence))
        i = next((i for i, q in enumerate(quantities) if q.start == start), None)
        if i is None:
            return None
        scene = Scene(words, sentence, 0, len(sentence), quantities, 0, 0)
        left, right = stretches(scene, i)
        near = scene.mask(*left) | scene.mask(*right)
        whole = scene.mask(0, len(sentence))
        wordings = {w.name: w for bit in _bits(near & words.content) for w in words.anchors[bit]}
        for wording in wordings.values():
            faults = _faults(words, wording, quantities[i], near, whole)
            rank = (-len(faults), words.longest(wording.near[0] & near))
            if best is None or rank > best[0]:
                best = rank, wording.indicator.id, "; ".join(faults)
    return None if best is None else (best[1], best[2])


def _faults(words: Lexicon, wording: Wording, q: Quantity, near: int, whole: int) -> list[str]:
    faults = []
    if q.measure not in wording.classes and q.measure_word not in wording.words:
        faults.append(f"counts {_first([*wording.classes, *wording.words])}, not {q.measure_word or q.measure}")
    faults += [f"no {_named(words, group)} beside it" for group in wording.near if not group & near]
    faults += [f"no {_named(words, group)} in reach" for _, group in wording.reach if not group & whole]
    if blocked := (wording.no & near) | (wording.no_sentence & whole):
        faults.append(f"{_named(words, blocked)} stands there")
    return faults


def _named(words: Lexicon, bits: int) -> str:
    """The first words of a mask."""
    return _first(words.words[bit] for bit in _bits(bits))


def _first(words: Iterable[str]) -> str:
    few = sorted(words, key=lambda word: (len(word), word))
    return "/".join(few[:3]) + ("…" if len(few) > 3 else "")


def _bits(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        bits ^= low
        yield low.bit_length() - 1


# --- drafts of catalogue entries --------------------------------------------------------------------------------

_NOTE = """\
# Drafts of catalogue entries, ranked by how many reports state the like.
#
# The sentences under `example` are the reports' own: reword every one of them in your own words before an entry goes
# into analysis/indicators/. What is marked TO BE WRITTEN is to be written: names, definitions, denominators, at least
# three counterexamples; the id and its theme are to be chosen, the rule words to be pruned. An entry then proves
# itself by its examples: pytest tests/test_catalogue.py
"""
_OPEN = "TO BE WRITTEN"
_KINDS = {"percent": ("rate", "%", "率"), "money": ("money", "元", "金额"), "score": ("score", "分", "得分")}
EXAMPLES = 8


def drafts(suggestions: Sequence[Suggestion]) -> str:
    """The suggestions as entries in the catalogue's form (TOML), with a note at the head that they are drafts."""
    return "\n".join([_NOTE, *(_draft(number, each) for number, each in enumerate(suggestions, 1))])


def _draft(number: int, each: Suggestion) -> str:
    kind, unit, suffix = _KINDS.get(each.measures[0], ("count", each.measure_word, "数"))
    examples = [row for row in each.examples if row.value is not None][:EXAMPLES]
    theme = each.nearest.split(".")[0] or topic("".join(row.sentence for row in examples)) or "draft"
    name = each.noun if each.noun.endswith(suffix) else f"{''.join(each.verbs[:1])}{each.noun}{suffix}"
    nouns = list(dict.fromkeys([each.noun, *(row.term.noun for row in each.rows)]))[:6]
    fields = {
        "id": f"{theme}.draft_{number}",
        "core": False,
        "name_zh": name,
        "name_en": _OPEN,
        "unit_of_measure": unit,
        "kind": kind,
        "definition": f"{name}（{_OPEN}）",
        "definition_en": _OPEN,
        "direction": "neutral",
        "range": [0, 100] if kind in ("rate", "score") else [0, 1000000000],
        "decimals": 1 if kind == "rate" else 0,
        "tiers": ["province", "city", "county", "town"],
        **({"denominator": _OPEN, "denominator_en": _OPEN} if kind == "rate" else {}),
        "measure": each.measures,
    }
    near2 = f", near2 = {_toml(each.verbs)}" if each.told_by_verb else ""
    lines = [f"# in {each.reports} reports of {each.units} units", "[[indicator]]"]
    lines += [f"{key} = {_toml(value)}" for key, value in fields.items()]
    lines += ["rule = [", f"  {{ near = {_toml(nouns)}{near2} }},", "]", "example = ["]
    for row in examples:
        year = "" if row.year in (None, 2024) else f", year = {row.year}"
        lines.append(f"  {{ text = {_toml(row.sentence)}, value = {row.value:.15g}{year} }},")
    return "\n".join([*lines, "]", "counterexample = []", ""])


def _toml(value: object) -> str:
    """A string, number, boolean or list of strings, which JSON writes as TOML does."""
    return json.dumps(value, ensure_ascii=False)
