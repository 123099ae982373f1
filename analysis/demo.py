"""Invented reports with known answers: a fictional province whose figures are made first and then put into words.

    write("demo", counties=12, years=6, seed=1)

gives ``demo/reports`` (a text a unit and year: counties and their cities), ``demo/roster.csv`` (who should report: these
and one county that never does; the cities are due on 1 March), ``demo/truth/mentions.csv`` and ``documents.csv`` by the rules of ``spec/annotation.md``, with scope, basis and period. The reader is never asked: what
a report states is known because it was written from it. Names, figures and sentences stand in ``demo.toml``.

Every place bears the word 示例, no division of the country has such a name, and a chart of such a unit says so
(``places.INVENTED``). One seed gives the same bytes everywhere. City by city is made and written, so that memory does
not grow with the number of reports.
"""

from __future__ import annotations

import csv
import itertools
import math
import re
import shutil
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from random import Random

from analysis import catalogue
from analysis.places import gazetteer

__all__ = ["Made", "Mention", "Text", "make", "write"]

SHORTEST, LONGEST = 1200, 2500  # characters of a report
MOST_YEARS = 9  # before 2016 there was neither the plan nor the wording
MARKER = "虚构示例数据.txt"  # in a folder that `write` made; only such a folder is written over
ROSTER = "roster.csv"
MENTIONS = (
    "doc", "indicator", "value", "unit_of_measure", "qualifier", "year", "role", "implied", "optional", "quote", "scope",
    "basis", "period",
)  # fmt: skip
DOCUMENTS = ("doc", "unit", "province", "city", "county", "level", "year", "published", "title")


# --- What demo.toml holds ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """How a figure moves, as demo.toml describes; without an indicator it is none of the truth."""

    key: str
    unit_of_measure: str  # the indicator's
    indicator: str = ""
    basis: str = ""
    per: float = 0
    flat: float = 0
    grows: float = 0
    spread: float = 0
    noise: float = 0
    shock: float = 1
    least: int = 1
    of: str = ""
    share: tuple[float, float] | None = None
    rest: tuple[str, str] | None = None
    sum: tuple[str, str] | None = None
    rate: tuple[str, str] | None = None
    level: tuple[float, float] | None = None
    since: int = 0
    beside: str = ""
    loose: bool = False
    period: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a sentence. `kind`: "" this year's value, @ last year's, + difference, ^ which way, > rose, = words."""

    figure: str
    kind: str
    basis: str | None
    scope: str | None
    part: bool
    words: str


@dataclass(frozen=True, slots=True)
class Noise:
    """A number that is no figure, drawn from `low` to `high`."""

    low: int
    high: int
    measure: str


@dataclass(frozen=True, slots=True)
class From:
    """The sentence is for reports on this year and later ones."""

    year: int


Pieces = tuple[str | Slot | Noise | From, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sentence with its places; `scope` is own, area or "" (the wording does not say)."""

    scope: str
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Outline:
    """The order of a report: for each heading the kinds of statement below it."""

    sections: tuple[tuple[str, ...], ...]
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """demo.toml, parsed. `statements`: (section, patterns); `wording`: framing by name."""

    last_year: int
    province: str
    cities: int
    kinds: tuple[tuple[str, int], ...]
    names: tuple[str, ...]
    figures: Mapping[str, Figure]
    statements: tuple[tuple[str, tuple[Pattern, ...]], ...]
    outlines: tuple[Outline, ...]
    wording: Mapping[str, tuple[Pieces, ...]]


_PLACE_IN_SENTENCE = re.compile(
    r"\{>(?P<year>\d{4})\}|"
    r"\{\?(?P<low>\d+)-(?P<high>\d+)(?: (?P<noise>[^}]*))?\}|"
    r"\{(?P<figure>\w+)(?:/(?P<basis>[^:~@+^=>} ]+))?(?::(?P<scope>\w+))?(?P<kind>[@+^=>]?)(?P<part>~?) ?(?P<words>[^}]*)\}"
)


@cache
def knowledge() -> Knowledge:
    """Read demo.toml, once."""
    data = tomllib.loads((files(__package__) / "demo.toml").read_text("utf-8"))
    kinds = catalogue.load()
    figures = {
        key: Figure(key, kinds[entry["indicator"]].unit_of_measure if "indicator" in entry else "", **_tuples(entry))
        for key, entry in data["figure"].items()
    }
    return Knowledge(
        last_year=data["last_year"],
        province=data["province"],
        cities=data["cities"],
        kinds=tuple((kind, weight) for kind, weight in data["kinds"]),
        names=tuple(name for name in _names(data["first"], data["second"]) if not _is_real(name)),
        figures=figures,
        statements=tuple((entry["section"], _patterns(entry)) for entry in data["statement"]),
        outlines=tuple(Outline(tuple(map(tuple, o["sections"])), tuple(o["headings"])) for o in data["outline"]),
        wording={name: tuple(map(_pieces, sentences)) for name, sentences in data["wording"].items()},
    )


def _tuples(entry: Mapping[str, object]) -> dict[str, object]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}


def _names(first: str, second: str) -> Iterator[str]:
    return (a + b for a in dict.fromkeys(first) for b in dict.fromkeys(second) if a != b)


def _is_real(name: str) -> bool:
    """Whether a division of any year has this name, whatever kind it is of."""
    known = gazetteer()
    whole = (name + kind for kind in "省市县区旗盟州镇乡")
    return (
        name in known.by_bare or name in known.aliases or any(n in known.by_name or n in known.by_other for n in whole)
    )


def _patterns(entry: Mapping[str, object]) -> tuple[Pattern, ...]:
    scopes = (("own", "own"), ("area", "area"), ("open", ""))
    return tuple(Pattern(scope, _pieces(text)) for name, scope in scopes for text in entry.get(name, ()))


def _pieces(sentence: str) -> Pieces:
    found: list[str | Slot | Noise | From] = []
    at = 0
    for place in _PLACE_IN_SENTENCE.finditer(sentence):
        found.append(sentence[at : place.start()])
        at = place.end()
        if place["year"]:
            found.append(From(int(place["year"])))
        elif place["figure"]:
            basis = "" if place["basis"] == "-" else place["basis"]
            found.append(
                Slot(place["figure"], place["kind"], basis, place["scope"], bool(place["part"]), place["words"])
            )
        else:
            found.append(Noise(int(place["low"]), int(place["high"]), place["noise"] or ""))
    found.append(sentence[at:])
    return tuple(piece for piece in found if piece)


# --- Units ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unit:
    """A county, or a city (`county` empty). `people`: in ten thousands."""

    city: str
    county: str
    people: float

    @property
    def name(self) -> str:
        return self.county or self.city

    @property
    def full_name(self) -> str:
        return f"{knowledge().province}{self.city}{self.county}"

    @property
    def level(self) -> str:
        return "county" if self.county else "city"


def _cities(counties: int, seed: int) -> Iterator[tuple[Unit, list[Unit]]]:
    """Every city with its counties."""
    known = knowledge()
    names, kinds = list(known.names), [kind for kind, weight in known.kinds for _ in range(weight)]
    Random(f"{seed} names").shuffle(names)
    for at in range(-(-counties // known.cities)):
        chance = Random(f"{seed} places {at}")
        count = min(known.cities, counties - at * known.cities)
        city = f"{names[at]}示例市"
        # Counties take names from the other end; those of a large province come again in another city.
        own = [names[-1 - (at * known.cities + k) % (len(names) - 1)] for k in range(count)]
        below = [
            Unit(city, f"{name}示例{chance.choice(kinds)}", round(40 * math.exp(0.5 * chance.gauss(0, 1)), 1))
            for name in own
        ]
        yield Unit(city, "", round(0.15 * sum(unit.people for unit in below), 1)), below


# --- Figures over the years ----------------------------------------------------------------------

Years = list[dict[str, float]]  # for each year the value of every figure that has one


def _history(unit: Unit, years: Sequence[int], shocked: int | None, chance: Random) -> Years:
    """The unit's own counts and levels; rates and sums over years come after the counties were added to a city."""
    found: Years = [{} for _ in years]
    for figure in knowledge().figures.values():
        unlike = chance.gauss(0, 1)
        for step, (year, values) in enumerate(zip(years, found, strict=True)):
            value = _value(figure, values, step, unlike, chance.gauss(0, 1), unit.people, year == shocked)
            if value is not None:
                values[figure.key] = value
    return found


def _value(
    figure: Figure, values: Mapping[str, float], step: int, unlike: float, change: float, people: float, shocked: bool
) -> float | None:
    """A figure in the year `step` years after the first; `unlike` tells units apart, `change` years."""
    nearing = 0.62**step
    if figure.level:
        first, last = figure.level
        level = last - (last - first) * nearing
        return round(min(level + (100 - level) * 0.12 * (unlike + 0.3 * change), 100), 2)
    if figure.share:
        first, last = figure.share
        share = last - (last - first) * nearing
        share += min(share, 1 - share) * (0.15 * unlike + 0.1 * change)
        return _whole(figure, values[figure.of] * min(max(share, 0), 1), 0)
    if figure.rest:
        return values[figure.rest[0]] - values[figure.rest[1]]
    if figure.sum:
        return sum(values[key] for key in figure.sum)
    if figure.rate or figure.since:
        return None
    base = (figure.per * people if figure.per else figure.flat) * math.exp(figure.spread * unlike)
    return _whole(
        figure,
        base * (1 + figure.grows) ** step * math.exp(figure.noise * change) * (figure.shock if shocked else 1),
        figure.least,
    )


def _whole(figure: Figure, value: float, least: int) -> float:
    """Counts are whole, money is in thousands of yuan: 235.6万元 loses nothing."""
    return max(round(value, -3), 1000) if figure.unit_of_measure == "元" else max(round(value), least)


@cache
def _pooled(key: str) -> bool:
    """Whether a city's figure is the sum of its counties' and its own: whatever follows the population."""
    figure = knowledge().figures[key]
    above = figure.of or (figure.rest or figure.sum or ("",))[0]
    return bool(figure.per) or bool(above and _pooled(above))


def _together(own: Years, below: Iterable[Years]) -> Years:
    """The figures of a city's whole area."""
    found = [dict(values) for values in own]
    for years in below:
        for values, more in zip(found, years, strict=True):
            for key in values:
                if _pooled(key):
                    values[key] += more[key]
    return found


def _derived(history: Years, years: Sequence[int]) -> Years:
    """The history with its rates, unrounded, and sums since a year."""
    for figure in knowledge().figures.values():
        for at, (year, values) in enumerate(zip(years, history, strict=True)):
            if figure.rate and values[figure.rate[1]]:
                values[figure.key] = 100 * values[figure.rate[0]] / values[figure.rate[1]]
            if figure.since and years[0] <= figure.since < year:
                values[figure.key] = sum(history[k][figure.of] for k in range(years.index(figure.since), at + 1))
    return history


# --- Numbers in words ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """A value as a report writes it: `before`, the number, `after`, then the measure word. `value`: what that says."""

    before: str
    number: str
    after: str
    value: float
    qualifier: str


@dataclass(frozen=True, slots=True)
class Habits:
    """How the officials of one unit write."""

    commas: bool
    decimals: int
    words: bool  # 两次, 十二场
    wide: bool  # １２件
    outline: Outline
    layout: str
    markdown: bool
    masks: float
    likely: tuple[float, ...]  # for each statement, how often it is made
    liked: tuple[tuple[Pattern, ...], ...]  # for each statement its patterns, the dearest first


def _habits(chance: Random) -> Habits:
    known = knowledge()
    return Habits(
        commas=chance.random() < 0.15,
        decimals=chance.choice((1, 1, 2, 2, 2)),
        words=chance.random() < 0.25,
        wide=chance.random() < 0.06,
        outline=chance.choice(known.outlines),
        layout=chance.choice(("parts", "parts", "flat", "counted")),
        markdown=chance.random() < 0.4,
        masks=0.3 if chance.random() < 0.1 else 0,
        likely=tuple(chance.choice((0.97, 0.9, 0.75, 0.5, 0.15)) for _ in known.statements),
        liked=tuple(tuple(chance.sample(patterns, len(patterns))) for _, patterns in known.statements),
    )


def _say(figure: Figure, value: float, habits: Habits, mask: bool, chance: Random) -> Said:
    if figure.unit_of_measure == "%":
        return _say_rate(value, habits)
    if mask:
        return Said("", chance.choice(("X", "XX", "*")), "", 0, "redacted")
    if figure.unit_of_measure == "元":
        return _say_money(value)
    if figure.loose and value >= 1000 and chance.random() < 0.45:
        return _say_loosely(int(value), chance)
    return Said("", f"{value:,.0f}" if habits.commas else f"{value:.0f}", "", value, "exact")


def _say_money(value: float) -> Said:
    """In 万元, which loses nothing, or in 亿元 with two decimals."""
    if value < 1e8:
        return Said("", _short(value / 1e4), "", value, "exact")
    return Said("", _short(value / 1e8), "亿", round(round(value / 1e8, 2) * 1e8), "exact")


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _say_rate(value: float, habits: Habits) -> Said:
    """As many decimals as the unit likes, and more where it would else round up to 100."""
    decimals = habits.decimals
    while round(value, decimals) == 100 > value and decimals < 4:
        decimals += 1
    number = f"{value:.{decimals}f}"
    number = number.rstrip("0").rstrip(".") if float(number) == int(float(number)) else number
    return Said("", number, "", float(number), "exact")


def _say_loosely(value: int, chance: Random) -> Said:
    """Two figures of it, with the word that makes them true: 1200余, 近1300, 约1.2万."""
    step = 10 ** (len(str(value)) - 2)
    low = value // step * step
    if low == value:
        return Said("", str(value), "", value, "exact")
    kind = chance.choice(("余", "多", "超", "近", "约"))
    if kind == "约":
        low = round(value / step) * step
    if kind == "近":
        low += step
    number = f"{low / 1e4:.4f}".rstrip("0").rstrip(".") + "万" if low >= 10000 else str(low)
    if kind in "余多":
        return Said("", number, kind, low, "over")
    return Said(kind, number, "", low, {"超": "over", "近": "under", "约": "about"}[kind])


_DIGITS = "零一二三四五六七八九"
_WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")


def _written(said: Said, measure: str, habits: Habits) -> str:
    """The words of a value with its measure word."""
    number = said.number
    if habits.words and number.isdigit() and 0 < int(number) < 20 and measure[:1] in ("次", "场", "期"):
        number = _in_words(int(number))
    elif habits.wide:
        number = number.translate(_WIDE)
    return f"{said.before}{number}{said.after}{measure.removeprefix('万') if said.after == '亿' else measure}"


def _in_words(number: int) -> str:
    if number == 2:
        return "两"
    return _DIGITS[number] if number < 10 else "十" + (_DIGITS[number - 10] if number > 10 else "")


# --- Sentences -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mention:
    """A row of truth/mentions.csv, less doc. `value` is None where masked; `figure` is the name in demo.toml."""

    figure: str
    indicator: str
    value: float | None
    unit_of_measure: str
    qualifier: str
    year: int
    role: str
    implied: bool
    optional: bool
    quote: str
    scope: str
    basis: str
    period: str


@dataclass(slots=True)
class _Author:
    """Who writes a unit's reports: its figures, how it writes, and what it has said of each figure.

    `figures`: by the pattern's scope; what was said of a year once is said so again a year later.
    """

    unit: Unit
    years: Sequence[int]
    figures: Mapping[str, Years]
    habits: Habits
    chance: Random
    said: dict[tuple[int, int, str], Said | None] = field(default_factory=dict)

    def says(self, scope: str, at: int, key: str) -> Said | None:
        """How the year number `at` is put; None where there is no value."""
        place = (id(self.figures[scope]), at, key)  # a county has one set of figures for all scopes
        if place not in self.said:
            value = self.figures[scope][at].get(key) if at >= 0 else None
            mask = self.habits.masks > 0 and self.chance.random() < self.habits.masks
            figure = knowledge().figures[key]
            self.said[place] = None if value is None else _say(figure, value, self.habits, mask, self.chance)
        return self.said[place]


def _holds(author: _Author, pattern: Pattern, at: int) -> bool:
    """Whether all that a sentence says is true and known in the year number `at`."""
    for slot in pattern.pieces:
        if isinstance(slot, From) and author.years[at] < slot.year:
            return False
        if not isinstance(slot, Slot):
            continue
        now = author.says(pattern.scope, at, slot.figure)
        if now is None or (slot.kind == "=" and now.value not in (0, 100)):
            return False
        if slot.kind in ("@", "+", "^", ">"):
            before = author.says(pattern.scope, at - 1, slot.figure)
            if before is None or before.qualifier == "redacted":
                return False
            if slot.kind != "@" and not _moved(now, before, slot.kind):
                return False
    return True


def _moved(now: Said, before: Said, kind: str) -> bool:
    """Whether two exact values differ, and enough for a change in percent; `>`: whether it rose."""
    exact = now.qualifier == before.qualifier == "exact" and before.value > 0
    rose = now.value - before.value
    return exact and (rose > 0 if kind == ">" else abs(rose) >= max(0.001 * before.value, 0.01))


def _sentence(author: _Author, pattern: Pattern, at: int) -> tuple[str, list[Mention]]:
    """The sentence of a year, and what it states."""
    text, mentions = "", []
    for piece in pattern.pieces:
        if isinstance(piece, str):
            text += _named(piece, author.unit, author.years[at])
        elif isinstance(piece, Noise):
            text += _noise(piece, author)
        elif isinstance(piece, Slot):
            text += (words := _filled(author, pattern, piece, at))
            if piece.kind in ("", "@", "=") and knowledge().figures[piece.figure].indicator:
                mentions.append(_mention(author, pattern, piece, at, _quote(text, words)))
    return text, mentions


def _named(words: str, unit: Unit, year: int) -> str:
    if "<" not in words:
        return words
    names = {
        "县": unit.name[-1],
        "名": unit.name,
        "全名": unit.full_name,
        "年": year,
        "明年": year + 1,
        "普法": "七五" if year <= 2020 else "八五",
        "纲要": "2015—2020年" if year <= 2020 else "2021—2025年",
    }
    return re.sub("<(.+?)>", lambda found: str(names[found[1]]), words)


def _noise(noise: Noise, author: _Author) -> str:
    number = str(author.chance.randint(noise.low, noise.high))
    return (number.translate(_WIDE) if author.habits.wide else number) + noise.measure


def _filled(author: _Author, pattern: Pattern, slot: Slot, at: int) -> str:
    now = author.says(pattern.scope, at, slot.figure)
    if slot.kind == "=":
        return slot.words
    if slot.kind == ">":
        return ""
    rate = knowledge().figures[slot.figure].unit_of_measure == "%"
    measure = "%" if rate and not slot.words else slot.words
    if slot.kind == "":
        return _written(now, measure, author.habits)
    before = author.says(pattern.scope, at - 1, slot.figure)
    if slot.kind == "@":
        return _written(before, measure, author.habits)
    if slot.kind == "^":
        return slot.words.split("|")[now.value < before.value]
    return _difference(now.value, before.value, slot.words)


def _difference(now: float, before: float, measure: str) -> str:
    """How far apart: 3件, 0.7个百分点, 1.5万元 or, in percent, 12.5%."""
    apart = abs(now - before)
    if measure == "%":
        return f"{100 * apart / before:.1f}%"
    return _short(apart / (1e4 if measure == "万元" else 1)) + measure


def _quote(text: str, words: str) -> str:
    """At most 40 characters that end with the number: its clause."""
    start = max(text.rfind(mark, 0, len(text) - len(words)) for mark in "。，；：、") + 1
    return text[max(start, len(text) - 40) :]


def _mention(author: _Author, pattern: Pattern, slot: Slot, at: int, quote: str) -> Mention:
    figure, last = knowledge().figures[slot.figure], slot.kind == "@"
    said = author.says(pattern.scope, at - last, slot.figure)
    year = author.years[at - last]
    return Mention(
        figure=figure.key,
        indicator=figure.indicator,
        value=None if said.qualifier == "redacted" else said.value,
        unit_of_measure=figure.unit_of_measure,
        qualifier=said.qualifier,
        year=year,
        role="part" if slot.part else "headline",
        implied=slot.kind == "=",
        optional=figure.optional,
        quote=quote,
        scope=pattern.scope if slot.scope is None else slot.scope,
        basis=figure.basis if slot.basis is None else slot.basis,
        period=f"{year}-{figure.period}" if figure.period else f"{figure.since}/{year}" if figure.since else str(year),
    )


def _with_stages(mentions: Sequence[Mention]) -> list[Mention]:
    """A stage (受理) is a part where the report gives the whole (收到) of the year too."""
    there = {(mention.figure, mention.year) for mention in mentions}
    figures = knowledge().figures
    return [
        replace(mention, role="part") if (figures[mention.figure].beside, mention.year) in there else mention
        for mention in mentions
    ]


# --- Reports -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """A report: where it goes below the folder of reports, its words, and what is true of it."""

    doc: str
    text: str
    unit: Unit
    year: int
    published: str
    title: str
    mentions: tuple[Mention, ...]


def _report(author: _Author, at: int) -> Text:
    """The unit's report on the year number `at`."""
    habits, chance, unit, year = author.habits, author.chance, author.unit, author.years[at]
    made = _statements(author, at)
    framing = _framing(author, at)
    sections = _sections(author, at, made, sum(map(len, framing.values())))
    title, published = framing["titles"], _published(year, chance)
    body = _laid_out(habits, sections, framing)
    header, footer = _edges(author, at, title, published)
    text = f"{header}{framing['openings']}\n{body}{footer}"
    if not habits.markdown:
        text = re.sub(r"\n(?=[^\n\s#])", "\n　　", text)
    stated = [mention for sentences in made.values() for _, mentions in sentences for mention in mentions]
    ending = "md" if habits.markdown else "txt"
    return Text(
        f"{unit.full_name}/{year}-report.{ending}", text, unit, year, published, title, tuple(_with_stages(stated))
    )


Sentences = list[tuple[str, list[Mention]]]


def _statements(author: _Author, at: int) -> dict[str, Sentences]:
    """The sentences of a year by the section they belong to; some are dropped where there are too many."""
    chance, habits, found = author.chance, author.habits, []
    for (section, _), likely, liked in zip(knowledge().statements, habits.likely, habits.liked, strict=True):
        if chance.random() >= likely:
            continue
        order = liked if chance.random() < 0.6 else chance.sample(liked, len(liked))
        pattern = next((pattern for pattern in order if _holds(author, pattern, at)), None)
        if pattern is not None:
            found.append((section, _sentence(author, pattern, at)))
    while sum(len(text) for _, (text, _) in found) > LONGEST - 950:  # what is left is for the framing
        found.pop(chance.randrange(len(found)))
    made: dict[str, Sentences] = {}
    for section, sentence in found:
        made.setdefault(section, []).append(sentence)
    return made


def _framing(author: _Author, at: int) -> dict[str, str]:
    """One of each of the words around the statements."""
    wording = knowledge().wording
    names = ("titles", "openings", "problems", "plans", "problem_headings", "plan_headings", "whole_headings")
    return {name: _some(author, wording[name], at, 1)[0] for name in names}


def _some(author: _Author, sentences: Sequence[Pieces], at: int, count: int) -> list[str]:
    """Some of the sentences that state no figure, as may be said in the year."""
    fit = [pattern for pieces in sentences if _holds(author, pattern := Pattern("", pieces), at)]
    return [_sentence(author, pattern, at)[0] for pattern in author.chance.sample(fit, count)]


def _sections(author: _Author, at: int, made: Mapping[str, Sentences], framing: int) -> list[tuple[str, list[str]]]:
    """(heading, sentences) in the unit's order, with words that state no figure among them."""
    chance, outline, wording = author.chance, author.habits.outline, knowledge().wording
    found = []
    for heading, names in zip(outline.headings, outline.sections, strict=True):
        sentences = [text for name in names for text, _ in made.get(name, ())]
        (lead,) = _some(author, wording["leads"], at, 1)
        if sentences:
            found.append((heading, [lead, *sentences] if lead else sentences))
    length = framing + sum(len(text) for _, sentences in found for text in sentences)
    wanted = chance.randint(SHORTEST + 60, LONGEST - 350)  # without headings and edges
    for count, words in enumerate(_some(author, wording["asides"], at, 4) + _some(author, wording["fillers"], at, 16)):
        if length < wanted or count < 2:
            sentences = chance.choice(found)[1]
            sentences.insert(chance.randint(1, len(sentences)), words)
            length += len(words)
    return found


_COUNTED = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")


def _laid_out(habits: Habits, sections: Sequence[tuple[str, list[str]]], framing: Mapping[str, str]) -> str:
    """Headings and paragraphs. `parts`: 一、 with （一） below; `flat`: 一、 each; `counted`: 一是 in each paragraph."""
    sign = "## " if habits.markdown else ""
    last = ((framing["problem_headings"], framing["problems"]), (framing["plan_headings"], framing["plans"]))
    paragraphs = []
    if habits.layout == "parts":
        paragraphs.append(f"{sign}一、{framing['whole_headings']}")
        for number, (heading, sentences) in zip(_COUNTED, sections, strict=False):
            paragraphs.append(f"（{number}）{heading}。{''.join(sentences)}")
        heads = _COUNTED[1:]
    else:
        for number, (heading, sentences) in zip(_COUNTED, sections, strict=False):
            paragraphs.append(f"{sign}{number}、{heading}")
            paragraphs.append(_one_by_one(sentences) if habits.layout == "counted" else "".join(sentences))
        heads = _COUNTED[len(sections) :]
    for number, (heading, words) in zip(heads, last, strict=False):
        paragraphs += [f"{sign}{number}、{heading}", words]
    return "".join(f"\n{paragraph}\n" if habits.markdown else f"{paragraph}\n" for paragraph in paragraphs)


def _one_by_one(sentences: Sequence[str]) -> str:
    return "".join(f"{number}是{sentence}" for number, sentence in zip(_COUNTED, sentences, strict=False)) + "".join(
        sentences[len(_COUNTED) :]
    )


def _published(year: int, chance: Random) -> str:
    """A day of the next January to March, ISO; sometimes none is given."""
    day = date(year + 1, chance.randint(1, 3), chance.randint(1, 28))
    return day.isoformat() if chance.random() < 0.9 else ""


def _edges(author: _Author, at: int, title: str, published: str) -> tuple[str, str]:
    """(what stands above the opening, what below the plan): front matter in some, date and signature."""
    unit, chance = author.unit, author.chance
    header = ""
    if author.habits.markdown and chance.random() < 0.35:
        dated = f"published: {published}\n" if published else ""
        header = f"---\nunit: {unit.full_name}\nyear: {author.years[at]}\n{dated}doc_type: government\n---\n"
    header += f"# {title}\n\n" if author.habits.markdown else f"{title}\n"
    place = chance.choice(("above", "below", "both")) if published else ""
    if place in ("above", "both"):
        header += f"发布日期：{published}　来源：{unit.name}人民政府办公室\n\n"
    footer = f"\n{unit.name}人民政府\n"
    if place in ("below", "both"):
        day = date.fromisoformat(published)
        footer += f"{day.year}年{day.month}月{day.day}日\n"
    return header, footer


def make(counties: int = 12, years: int = 6, seed: int = 1) -> Iterator[Text]:
    """The reports of a province, one after another: each city's own, then its counties', by year.

    Raises ValueError where there are not names or years enough.
    """
    known = knowledge()
    most = len(known.names) * known.cities
    if not (1 <= counties <= most and 1 <= years <= MOST_YEARS):
        raise ValueError(f"counties are 1 to {most}, years 1 to {MOST_YEARS}")
    span = range(known.last_year - years + 1, known.last_year + 1)
    shocked = Random(f"{seed} shock").choice(span[1:-1]) if years > 2 else None
    return _make(counties, span, shocked, seed)


def _make(counties: int, span: range, shocked: int | None, seed: int) -> Iterator[Text]:
    for number, (city, below) in enumerate(_cities(counties, seed)):
        chance = Random(f"{seed} figures {number}")
        own = _history(city, span, shocked, chance)
        each = [_history(unit, span, shocked, chance) for unit in below]
        area = _derived(_together(own, each), span)
        yield from _reports(city, span, {"own": _derived(own, span), "area": area, "": area}, seed)
        for unit, history in zip(below, each, strict=True):
            yield from _reports(unit, span, dict.fromkeys(("own", "area", ""), _derived(history, span)), seed)


def _reports(unit: Unit, span: range, figures: Mapping[str, Years], seed: int) -> Iterator[Text]:
    chance = Random(f"{seed} {unit.full_name}")
    author = _Author(unit, span, figures, _habits(chance), chance)
    return (_report(author, at) for at in range(len(span)))


# --- Writing -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Made:
    """What `write` wrote."""

    out: Path
    reports: int
    mentions: int


def write(out: str | Path, counties: int = 12, years: int = 6, seed: int = 1) -> Made:
    """Write the reports and their truth below `out`; an earlier demonstration there is replaced.

    Raises ValueError where `out` lies in data/raw, where it holds what no demonstration wrote, and as `make`.
    """
    out = Path(out)
    texts = make(counties, years, seed)
    _claim(out, f"counties {counties}, years {years}, seed {seed}")
    reports = mentions = 0
    with (
        (out / "truth" / "mentions.csv").open("w", encoding="utf-8", newline="") as stated,
        (out / "truth" / "documents.csv").open("w", encoding="utf-8", newline="") as documents,
    ):
        rows, places = csv.writer(stated, lineterminator="\n"), csv.writer(documents, lineterminator="\n")
        rows.writerow(MENTIONS)
        places.writerow(DOCUMENTS)
        for folder, group in itertools.groupby(texts, key=lambda text: text.doc.partition("/")[0]):
            (out / "reports" / folder).mkdir(parents=True)
            for text in group:
                (out / "reports" / text.doc).write_bytes(text.text.encode())
                places.writerow(_document(text))
                rows.writerows(_row(text, mention) for mention in text.mentions)
                reports, mentions = reports + 1, mentions + len(text.mentions)
    _write_roster(out / ROSTER, counties, seed)
    return Made(out, reports, mentions)


def _write_roster(path: Path, counties: int, seed: int) -> None:
    """The units expected to report: each that does, and at the end one that never does."""
    units = [unit for city, below in _cities(counties, seed) for unit in (city, *below)]
    used = {unit.name[:2] for unit in units if unit.city == units[0].city}
    silent = next(name for name in knowledge().names if name not in used)
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # with its mark, so that Excel opens it
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("name", "code", "tier", "deadline"))
        rows.writerows((unit.full_name, "", unit.level, "" if unit.county else "03-01") for unit in units)
        rows.writerow((f"{knowledge().province}{units[0].city}{silent}示例县", "", "county", ""))


def _claim(out: Path, words: str) -> None:
    """Makes the folder empty and marks it; refuses a folder that is not ours to empty."""
    parts = out.resolve().parts
    if any(pair == ("data", "raw") for pair in itertools.pairwise(parts)):
        raise ValueError(f"{out} lies in data/raw, where only published figures may stand: choose another folder")
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out} is no folder")
    if out.is_dir() and any(out.iterdir()) and not (out / MARKER).is_file():
        raise ValueError(f"{out} is not empty and no demonstration made it: choose a new or empty folder")
    out.mkdir(parents=True, exist_ok=True)
    about = "虚构示例数据：地名、数字和文字都是编造的。\nFictional demo data: places, figures and texts are invented.\n"
    (out / MARKER).write_text(f"{about}{words}\n", "utf-8")
    (out / ROSTER).unlink(missing_ok=True)
    for name in ("reports", "truth"):
        if (out / name).exists():
            shutil.rmtree(out / name)
        (out / name).mkdir()


def _document(text: Text) -> tuple[object, ...]:
    unit = text.unit
    places = (knowledge().province, unit.city, unit.county)
    return (text.doc, unit.full_name, *places, unit.level, text.year, text.published, text.title)


def _row(text: Text, mention: Mention) -> tuple[object, ...]:
    value = "" if mention.value is None else f"{mention.value:.10g}"
    words = (str(mention.implied).lower(), str(mention.optional).lower())
    m = mention
    return (
        text.doc, m.indicator, value, m.unit_of_measure, m.qualifier, m.year, m.role, *words, m.quote, m.scope, m.basis,
        m.period,
    )  # fmt: skip
