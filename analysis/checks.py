"""What does not add up: each check compares what reports state, and says where two statements disagree.

A check is a function from `Stated`, all that the reports of a build state, to `Finding`s; CHECKS names them all, and
a check is added there and nowhere else. `find` runs them, on all or on one part after the other, and gives the rows of the table `checks`.

A check never edits, and compares like with like only: one unit, period, indicator, scope, basis and kind of source,
no two years with a break between. Numbers are taken as loosely as they are written: 2.1万 stands for all that rounds
to it, 2.1万余 for all from 21000 to 22000.

How grave a finding is, see SEVERITIES: it is about the statements, and a statement may also have been read wrongly.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from analysis import catalogue

__all__ = [
    "CHECKS",
    "SEVERITIES",
    "Check",
    "Finding",
    "Stated",
    "Trace",
    "agree",
    "find",
    "from_last_year",
    "step",
    "trace",
    "whole_list",
]

Row = Mapping[str, Any]

SEVERITIES: Mapping[str, str] = {
    "error": "the two statements cannot both be right",
    "warning": "one of them is likely wrong, though an innocent reason is possible",
    "note": "nothing wrong as such, but worth knowing before the figure is used",
}

JUMP = 10  # a count that grows or shrinks so many times from one year to the next
JUMP_LEAST = 10  # unless the smaller of the two is below this: one case, then twelve, is no jump
SLIP = (5_000, 20_000)  # a jump of this order is a 万 too many or too few
SAME_WORDS = 6  # characters before a number, alike in two sentences, that make them one statement
ALIKE = 0.8  # share of a text's runs of characters that another has, too, from which on it is taken over
LONGEST = 100_000  # characters; what comes after them is not compared
SHORTEST = 100  # characters; a text with fewer is like others by chance


@cache
def _words() -> dict[str, list[str]]:
    return tomllib.loads((files(__package__) / "checks.toml").read_text("utf-8"))


# --- What is compared ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trace:
    """What the checks keep of a report's text: `sketch`, to tell texts that are alike; `blanks`, (what is not filled
    in, its line)."""

    sketch: bytes
    blanks: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Stated:
    """All that the reports of a build state: the tables `documents`, `mentions` and `indicators`; the `disputes` of
    equal sources, as pairs of mentions; the trace of each doc's text."""

    documents: pl.DataFrame
    mentions: pl.DataFrame
    indicators: pl.DataFrame
    disputes: Sequence[tuple[Row, Row]] = ()
    traces: Mapping[str, Trace] | None = None

    @cached_property
    def told(self) -> pl.DataFrame:
        """The mentions with a value, unit and year, in document order, with what tells one source from another:
        `doc_type`, `reported_on` (the report's year). A court's figures without a scope are its area's."""
        sources = self.documents.select("doc", "doc_type", pl.col("year").alias("reported_on"))
        court = (pl.col("scope") == "") & (pl.col("doc_type") == "court")
        known = pl.col("value").is_not_null() & pl.col("year").is_not_null() & (pl.col("unit") != "")
        return (
            self.mentions.filter(known & (pl.col("period") != ""))
            .join(sources, on="doc", how="left", maintain_order="left")
            .with_columns(pl.when(court).then(pl.lit("area")).otherwise("scope").alias("scope"))
        )


class Finding(NamedTuple):
    """A row of the table `checks`, less the check's name and severity; the columns' meaning stands in TABLES."""

    doc: str
    message: str
    other_doc: str = ""
    unit: str = ""
    year: int | None = None
    indicator: str = ""
    value: float | None = None
    other_value: float | None = None
    sentence: str = ""
    other_sentence: str = ""


def step(mention: Row) -> float:
    """The smallest difference that a mention's words can tell: 2.1万余 tells thousands, 20万 ten thousands, 98.70%
    hundredths."""
    exponent = Decimal(repr(mention["value"])).normalize().as_tuple().exponent
    quote = unicodedata.normalize("NFKC", mention["quote"])
    most = 8 if "亿" in quote else 4 if "万" in quote else 0
    if most:
        return float(10.0 ** min(exponent, most))
    if places := re.search(r"\.(\d+)", quote):
        return float(10.0 ** -len(places.group(1)))
    return float(10.0 ** (min(exponent, 0) if mention["qualifier"] == "exact" else exponent))


def agree(one: Row, other: Row) -> bool:
    """Whether two mentions may be one number, each rounded as its words say."""
    apart, coarser = abs(one["value"] - other["value"]), max(step(one), step(other))
    exact = one["qualifier"] == other["qualifier"] == "exact"
    return apart <= coarser / 2 + 1e-9 if exact else apart < coarser - 1e-9


def _least(mention: Row) -> float:
    """The smallest number that the words allow."""
    value, half = mention["value"], step(mention) / 2
    return {"exact": value - half, "over": value, "about": value - 2 * half, "under": 0.0}[mention["qualifier"]]


def _most(mention: Row) -> float:
    """The greatest number that the words allow."""
    value, half = mention["value"], step(mention) / 2
    return {"exact": value + half, "over": float("inf"), "about": value + 2 * half, "under": value}[
        mention["qualifier"]
    ]


def _counted_out(mention: Row) -> bool:
    """Whether the number is given to the last case."""
    return mention["qualifier"] == "exact" and step(mention) <= 1


def _of(one: Row, message: str, other: Row | None = None, **more: Any) -> Finding:
    """A finding on a mention or observation, and on another."""
    found = {name: one[name] for name in ("doc", "unit", "year", "indicator", "value", "sentence")}
    if other is not None:
        found |= {f"other_{name}": other[name] for name in ("doc", "value", "sentence")}
    return Finding(message=message, **found | more)


def _number(value: float) -> str:
    return f"{value:.15g}" if abs(value) < 1e15 else str(value)


def _name(indicator: str) -> str:
    return catalogue.load()[indicator].name_en.lower()


def _held(rows: pl.DataFrame, same: Sequence[str], *conditions: pl.Expr) -> pl.DataFrame:
    """The rows whose group of the same columns meets every condition: few, so that only these are looked at one by one."""
    return rows.filter(*(condition.over(same) for condition in conditions))


def _groups(rows: Iterable[Row], *columns: str) -> Iterator[list[Row]]:
    found: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[tuple(row[c] for c in columns)].append(row)
    yield from found.values()


def _counts(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of indicators that add up: numbers and amounts, not rates and scores."""
    kinds = catalogue.load().values()
    return rows.filter(pl.col("indicator").is_in([e.id for e in kinds if e.kind in ("count", "money")]))


# --- Between sources -----------------------------------------------------------------------------


def disputed(stated: Stated) -> Iterator[Finding]:
    for one, other in stated.disputes:
        values = f"{_number(one['value'])} and {_number(other['value'])}"
        yield _of(one, f"Sources of equal rank state {values}: the table gives no value.", other)


def last_year(stated: Stated) -> Iterator[Finding]:
    """What a report says of an earlier year, against that year's own report by the same kind of source."""
    told = stated.told.filter(pl.col("role") == "headline", ~pl.col("implied"))
    same = ["unit", "period", "indicator", "scope", "basis", "doc_type"]
    back, differ = pl.col("year") < pl.col("reported_on"), pl.col("value").n_unique() > 1
    both = _held(told, same, back.any(), (pl.col("year") == pl.col("reported_on")).any(), differ)
    for group in _groups(both.iter_rows(named=True), *same):
        then = [row for row in group if row["year"] == row["reported_on"]]
        for later in (row for row in group if row["year"] < row["reported_on"]):
            if then and not any(agree(later, row) for row in then):
                values = f"{_number(then[0]['value'])}, a later one {_number(later['value'])}"
                yield _of(later, f"The report on {later['year']} gives {values} for that year.", then[0])


# --- Within a report -----------------------------------------------------------------------------


def rate(stated: Stated) -> Iterator[Finding]:
    """A stated rate against the two counts that it is made of, in the same sentence or as the report's totals."""
    made_of = {entry.id: entry.relation for entry in catalogue.load().values() if entry.relation}
    involved = {name for one, r in made_of.items() for name in (one, r.numerator, r.denominator)}
    told = stated.told.filter(pl.col("indicator").is_in(involved), pl.col("qualifier") == "exact", ~pl.col("implied"))
    same = ["doc", "period", "scope"]
    told = _held(told, same, pl.col("indicator").is_in(made_of).any(), pl.col("indicator").n_unique() > 2)
    for group in _groups(told.iter_rows(named=True), *same):
        for said in (row for row in group if row["indicator"] in made_of):
            relation = made_of[said["indicator"]]
            tops = [row for row in group if row["indicator"] == relation.numerator and _goes_with(row, said)]
            bottoms = [
                row
                for row in group
                if row["indicator"] == relation.denominator and _goes_with(row, said, relation.basis) and row["value"]
            ]
            if len(tops) == len(bottoms) == 1 and not _fits(said, tops[0], bottoms[0]):
                computed = round(100 * tops[0]["value"] / bottoms[0]["value"], 2)
                counts = f"{_number(tops[0]['value'])} of {_number(bottoms[0]['value'])}"
                message = f"{_number(said['value'])}% is stated; {counts} are {_number(computed)}%."
                where = {"other_doc": said["doc"], "other_value": computed, "other_sentence": bottoms[0]["sentence"]}
                yield _of(said, message, **where)


def _goes_with(count: Row, rate: Row, basis: Sequence[str] = ()) -> bool:
    """Whether a count may be what a rate is made of: told in the same sentence in the same role, or both totals."""
    near = count["section"] == rate["section"] and count["sentence"] == rate["sentence"]
    together = count["role"] == rate["role"] and (near or count["role"] == "headline")
    return together and (not basis or count["basis"] in basis) and rate["basis"] in ("", count["basis"])


def _fits(said: Row, top: Row, bottom: Row) -> bool:
    """Whether the rate is what the counts may give, rounded or cut off to as many places as it has."""
    if _counted_out(top) and _counted_out(bottom):
        least = most = 100 * top["value"] / bottom["value"]
    else:
        least, most = 100 * _least(top) / _most(bottom), 100 * _most(top) / _least(bottom)
    return most >= said["value"] - step(said) / 2 - 1e-9 and least < said["value"] + step(said) - 1e-9


def whole_list(rows: Sequence[Row]) -> bool:
    """Whether a sentence calls these parts disjoint and all there is: 分别为3件、4件, or 其中3件…，其余4件."""
    if len(rows) < 2 or any(row["value"] is None or row["implied"] for row in rows):
        return False
    sentence, quotes = rows[0]["sentence"], [re.escape(row["quote"]) for row in rows]
    respectively = "(?<!其中)分别[^，。；、]{0,8}?" + "[、，,和及与]".join(quotes)
    remainder = "其中[^。；]*?" + "[^。；]*?".join(quotes[:-1]) + "[^。；]*?其余[^。；，]*?" + quotes[-1]
    return bool(re.search(respectively, sentence) or re.search(remainder, sentence))


def parts(stated: Stated) -> Iterator[Finding]:
    """The parts that a sentence gives as the whole list, against the total that it gives.

    其中甲3件、其余4件, and 甲3件、乙4件，共计7件; a list with 分别 may leave out kinds where a total stands beside it.
    """
    for total, members in _with_parts(stated):
        listed = [row for row in members if (row["section"], row["sentence"]) == (total["section"], total["sentence"])]
        if not all(_counted_out(row) for row in (total, *listed)) or not _make_up(total, listed):
            continue
        added = sum(row["value"] for row in listed)
        if abs(added - total["value"]) > 1e-6:
            shown = " + ".join(_number(row["value"]) for row in listed)
            message = f"{_number(total['value'])} is the total; its parts {shown} make {_number(added)}."
            yield _of(total, message, other_doc=total["doc"], other_value=added, other_sentence=total["sentence"])


def _make_up(total: Row, listed: Sequence[Row]) -> bool:
    """Whether the sentence says that the parts make up the total, and no number among them was read as something else."""
    if len(listed) < 2:
        return False
    before, _, after = total["sentence"].partition(total["quote"])
    if listed[0]["start"] > total["start"]:
        stretch = after.partition("其中")[2]
        said = "其余" in stretch and whole_list(listed)
    else:
        stretch = re.sub(r"\d+年", "", re.split("[；;]", before)[-1])
        said = re.search(r"[，,；](?:共计|合计|总计|总共)[^，。；]{0,10}$", stretch)
        stretch = stretch if listed[-1]["start"] < total["start"] else ""
    return bool(said) and len(re.findall(r"\d+(?:\.\d+)?", stretch)) == len(listed)


def part_over_whole(stated: Stated) -> Iterator[Finding]:
    """A part that is more than its total; an earlier stage (收到94件，准予备案91件) is a part too, and may be more."""
    for total, members in _with_parts(stated):
        for part in members:
            if _least(part) > _most(total) + 1e-9 and not _stages(part) - _stages(total):
                values = f"{_number(part['value'])}, more than the total of {_number(total['value'])}"
                yield _of(part, f"A part is {values}.", total)


def _stages(row: Row) -> set[str]:
    """The words of an earlier stage that stand by the number, up to the next comma on either side."""
    before, quote, after = row["sentence"].partition(row["quote"])
    by = re.split("[，。；,;]", before)[-1] + quote + re.split("[，。；,;]", after)[0]
    return {word for word in _words()["stages"] if word in by}


def _with_parts(stated: Stated) -> Iterator[tuple[Row, list[Row]]]:
    """A report's total of an indicator with its parts of the same basis, scope and period."""
    told = _counts(stated.told.filter(pl.col("year") == pl.col("reported_on")))
    same = ["doc", "period", "indicator", "scope", "basis"]
    told = _held(told, same, (pl.col("role") == "headline").sum() == 1, pl.len() > 1)
    for group in _groups(told.iter_rows(named=True), *same):
        total = next(row for row in group if row["role"] == "headline")
        yield total, [row for row in group if row["role"] == "part"]


def exceeds(stated: Stated) -> Iterator[Finding]:
    """A total against another that it can never exceed: settled of closed, closed of handled."""
    told, same = stated.told.filter(pl.col("role") == "headline"), ["doc", "period", "scope"]
    for one, (other, basis) in _bounds():
        smaller, larger = (told.filter(pl.col("indicator") == name) for name in (one, other))
        if basis:
            larger = larger.filter(pl.col("basis").is_in(basis))
        both = smaller.join(larger, on=same, suffix="_of_larger", maintain_order="left_right")
        for row in both.filter(pl.col("value") > pl.col("value_of_larger")).iter_rows(named=True):
            bound = row | {name: row[f"{name}_of_larger"] for name in ("value", "qualifier", "quote", "sentence")}
            if _least(row) > _most(bound) + 1e-9:
                values = f"{_number(row['value'])}) exceeds {_name(other)} ({_number(bound['value'])}"
                yield _of(row, f"{_name(one).capitalize()} ({values}).", bound)


@cache
def _bounds() -> tuple[tuple[str, tuple[str, tuple[str, ...]]], ...]:
    """(indicator, (the one that it cannot exceed, what that must have counted)): of rates, and where the catalogue says so."""
    entries = catalogue.load().values()
    of_rates = {(e.relation.numerator, (e.relation.denominator, e.relation.basis)) for e in entries if e.relation}
    said = {(e.id, (e.at_most.indicator, e.at_most.basis)) for e in entries if e.at_most}
    return tuple(sorted(of_rates | said))


def out_of_range(stated: Stated) -> Iterator[Finding]:
    kinds = catalogue.load()
    ranges = pl.DataFrame(
        [(e.id, e.range[0], e.range[1]) for e in kinds.values()], ["indicator", "lowest", "highest"], orient="row"
    )
    told = stated.told.join(ranges, on="indicator", how="left", maintain_order="left")
    outside = (pl.col("value") < pl.col("lowest")) | (pl.col("value") > pl.col("highest"))
    for row in told.filter(outside).iter_rows(named=True):
        lowest, highest = (_number(row[name]) for name in ("lowest", "highest"))
        yield _of(row, f"{_number(row['value'])} lies outside {lowest} to {highest} {row['unit_of_measure']}.")


def twice(stated: Stated) -> Iterator[Finding]:
    """One statement, word for word up to the number, made twice in a report with two numbers."""
    told = stated.told.filter(pl.col("year") == pl.col("reported_on"), ~pl.col("implied"))
    same = ["doc", "period", "indicator", "scope", "basis"]
    several = pl.col("sentence").n_unique() > 1, pl.col("value").n_unique() > 1
    told = _held(told, same, (pl.col("role") == "headline").any(), *several)
    for group in _groups(told.iter_rows(named=True), *same):
        for alike in _groups(((row | {"words": _words_before(row)}) for row in group), "words"):
            first, *others = alike
            if len(first["words"]) < SAME_WORDS:
                continue
            for other in others:
                if other["sentence"] != first["sentence"] and not agree(first, other):
                    values = f"{_number(first['value'])} and {_number(other['value'])}"
                    yield _of(first, f"The report states {values} in the same words.", other)


def _words_before(row: Row) -> str:
    """What stands before the number in its clause, without figures."""
    before = row["sentence"].partition(row["quote"])[0]
    return re.sub(r"[\d.]", "", re.split(r"[，。；：、,;:（）()]", before)[-1])


# --- Between years and units ---------------------------------------------------------------------


def jump(stated: Stated) -> Iterator[Finding]:
    for before, after, times in _jumps(stated):
        if not _is_slip(times):
            yield _of(after, f"{_times(times)} the value of the year before, {_number(before['value'])}.", before)


def slip(stated: Stated) -> Iterator[Finding]:
    for before, after, times in _jumps(stated):
        if _is_slip(times):
            values = f"{_number(after['value'])} after {_number(before['value'])} the year before"
            yield _of(after, f"{values}: likely a 万 too {'many' if times > 1 else 'few'}, in one of the two.", before)


def _is_slip(times: float) -> bool:
    return SLIP[0] <= max(times, 1 / times) <= SLIP[1]


def _times(times: float) -> str:
    return f"{times:.3g} times" if times >= 1 else f"1/{1 / times:.3g} of"


def _jumps(stated: Stated) -> Iterator[tuple[Row, Row, float]]:
    """(observation, that of the next year, how many times it) where that is much; no break lies between."""
    same = ["unit", "indicator", "scope", "basis", "doc_type"]
    rows = _counts(
        stated.indicators.filter(pl.col("value") > 0, pl.col("period") == pl.col("year").cast(pl.String))
    ).join(stated.documents.select("doc", "doc_type"), on="doc", maintain_order="left")
    before = rows.with_columns(pl.col("year") + 1)
    pairs = rows.join(before, on=[*same, "year"], suffix="_before", maintain_order="left")
    times = pl.col("value") / pl.col("value_before")
    large = pl.min_horizontal("value", "value_before") >= JUMP_LEAST
    for row in pairs.filter(large & ((times >= JUMP) | (times <= 1 / JUMP))).iter_rows(named=True):
        if not any(cut["year"] == row["year"] for cut in catalogue.breaks(row["indicator"], row["unit"])):
            then = row | {name: row[f"{name}_before"] for name in ("doc", "value", "sentence")}
            yield then, row, row["value"] / then["value"]


_WITHIN = {"city": "county", "province": "city"}  # tier -> the tier right below it


def below(stated: Stated) -> Iterator[Finding]:
    """The counties of a city together, or the cities of a province, against the figure of its whole area.

    A place's figure, of whatever scope, is no larger than its area's, so those that are known cannot together exceed
    the area above. What courts, yearbooks and the press state is not compared: they draw other lines.
    """
    sources = stated.documents.select("doc", "doc_type")
    rows = _counts(
        stated.indicators.join(sources, on="doc", maintain_order="left").filter(
            pl.col("value").is_not_null(),
            pl.col("doc_type").is_in(["government", "department"]),
            pl.col("tier").is_in(["province", "city", "county"]),
        )
    )
    whole = (pl.col("scope") == "area") & pl.col("tier").is_in(_WITHIN)
    rows = _held(rows, ["period", "indicator", "basis", "province"], whole.any(), pl.col("tier").n_unique() > 1)
    place = ("period", "indicator", "basis", "province", "city", "county")
    parts: defaultdict[tuple[Any, ...], dict[str, Row]] = defaultdict(dict)
    wholes: list[tuple[tuple[Any, ...], Row]] = []
    for row in rows.iter_rows(named=True):
        period, indicator, basis, province, city, county = (row[c] for c in place)
        same = (period, indicator, basis)
        if row["scope"] == "area" and row["tier"] in _WITHIN:
            wholes.append(((*same, row["tier"], province, city if row["tier"] == "city" else ""), row))
        if row["tier"] == "county" and county:
            above = ("province", province, "") if city in ("", province) else ("city", province, city)
        elif row["tier"] == "city" and city:
            above = ("province", province, "")
        else:
            continue
        known = parts[(*same, *above)]
        each = county or city
        if each not in known or _least(known[each]) < _least(row):
            known[each] = row
    for key, whole in wholes:
        members = [row for row in parts.get(key, {}).values() if row["unit"] != whole["unit"]]
        together = sum(_least(row) for row in members)
        if members and together > _most(whole) + 1e-9:
            added = sum(row["value"] for row in members)
            named = "places" if len(members) > 1 else "place"
            yield _of(
                whole,
                f"{_number(whole['value'])} for the whole area; {len(members)} {named} in it state {_number(added)}.",
                other_doc="; ".join(dict.fromkeys(row["doc"] for row in members)),
                other_value=added,
                other_sentence="; ".join(dict.fromkeys(row["sentence"] for row in members)),
            )


# --- Texts ---------------------------------------------------------------------------------------

_RUN = 6  # characters in a row
_MARKS = 128  # numbers in a sketch
_BANDS = 32  # of it; two texts with one band alike are compared
_FIGURES = "〇零一二三四五六七八九十百千万亿两"


def trace(text: str, skip: Sequence[tuple[int, int]] = ()) -> Trace:
    """What the checks keep of a text; `skip`: spans that are no part of the report."""
    shown = []
    at = 0
    for start, end in sorted(skip):
        shown.append(text[at:start])
        at = max(at, end)
    text = "".join([*shown, text[at:]])
    return Trace(_sketch(text), tuple(_blanks(text)))


@cache
def _patterns() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in _words()["blanks"]))


def _blanks(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if hit := _patterns().search(line):
            yield hit.group().strip(), line.strip()


@cache
def _mixers() -> tuple[Any, Any]:
    """Odd factors and summands that give as many orders of the runs of a text as a sketch has numbers."""
    seed, numbers = 0x9E3779B97F4A7C15, []
    for _ in range(2 * _MARKS):  # splitmix64, the same on every system
        seed = (seed + 0x9E3779B97F4A7C15) % 2**64
        mixed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB % 2**64
        numbers.append(mixed ^ (mixed >> 31))
    drawn = np.array(numbers, dtype=np.uint64)
    return drawn[:_MARKS, None] | np.uint64(1), drawn[_MARKS:, None]


def _sketch(text: str) -> bytes:
    """The least number of the text's runs in each of many orders (MinHash); nothing of a short text.

    Two sketches have as large a share of their numbers in common as the texts have of their runs. Figures,
    punctuation and Latin letters are left out.
    """
    letters = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)
    kept = (letters >= 0x4E00) & (letters <= 0x9FFF) & ~np.isin(letters, [ord(c) for c in _FIGURES])
    letters = letters[kept][:LONGEST].astype(np.uint64)
    if len(letters) < SHORTEST:
        return b""
    runs = np.zeros(len(letters) - _RUN + 1, dtype=np.uint64)
    for at in range(_RUN):
        runs = runs * np.uint64(0x100000001B3) + letters[at : at + len(runs)]
    runs = np.unique(runs)
    factors, summands = _mixers()
    least = [((runs * f + s) >> np.uint64(32)).min() for f, s in zip(factors[:, 0], summands[:, 0], strict=True)]
    return np.array(least, dtype=np.uint32).tobytes()


def reused(stated: Stated) -> Iterator[Finding]:
    """A text that for the most part is one of an earlier year or of another unit.

    Only the first and the last text with a band alike are looked at, so that the work grows with the number of texts
    and not with its square.
    """
    rows = stated.documents.select("doc", "unit", "year").sort("year", "doc").iter_rows(named=True)
    traces = stated.traces or {}
    texts = [(row, traces[row["doc"]].sketch) for row in rows if row["doc"] in traces and traces[row["doc"]].sketch]
    for at, ((row, sketch), near) in enumerate(zip(texts, _near([sketch for _, sketch in texts]), strict=True)):
        alike, source = max(((_alike(sketch, texts[i][1]), -i) for i in near if i != at), default=(0.0, 0))
        if alike >= ALIKE:
            other = texts[-source][0]
            whose = "another report of the unit" if other["unit"] == row["unit"] else f"a report of {other['unit']}"
            message = f"About {alike:.0%} of the text, figures left out, stands in {whose}."
            yield Finding(row["doc"], message, other["doc"], row["unit"], row["year"])


def _near(sketches: Sequence[bytes]) -> Iterator[set[int]]:
    """Of each text the first one and the last one before it that have a band alike; itself where there is none."""
    if not sketches:
        return
    marks = np.frombuffer(b"".join(sketches), np.uint32).reshape(len(sketches), _BANDS, -1)
    places = np.arange(len(sketches))
    found = np.empty((2 * _BANDS, len(sketches)), np.int32)
    for band in range(_BANDS):
        columns = marks[:, band].T
        order = np.lexsort(columns)  # texts with one band alike stand together, in their order
        begins = np.r_[True, (columns[:, order[1:]] != columns[:, order[:-1]]).any(axis=0)]
        found[band, order] = order[np.maximum.accumulate(np.where(begins, places, 0))]
        found[_BANDS + band, order] = order[np.where(begins, places, places - 1)]
    yield from (set(column.tolist()) for column in found.T)


def from_last_year(documents: Mapping[str, Sequence[Any]], traces: Mapping[str, Trace]) -> list[float | None]:
    """For each document how much of its text the unit's report of the year before has, 0 to 1: the most of any by the
    same kind of publisher. `documents`: the columns of the table. None without such a report, or where one is short."""
    whose = list(zip(*(documents[name] for name in ("unit", "doc_type", "period", "doc")), strict=True))
    sketches: defaultdict[tuple[str, ...], list[bytes]] = defaultdict(list)
    for unit, doc_type, period, doc in whose:
        if traces[doc].sketch and unit:
            sketches[unit, doc_type, period].append(traces[doc].sketch)
    found: list[float | None] = []
    for unit, doc_type, period, doc in whose:
        before = sketches.get((unit, doc_type, str(int(period) - 1)), ()) if period.isdecimal() else ()
        own = traces[doc].sketch
        found.append(round(max(_alike(own, other) for other in before), 2) if own and before else None)
    return found


def _alike(one: bytes, other: bytes) -> float:
    return float((np.frombuffer(one, np.uint32) == np.frombuffer(other, np.uint32)).mean())


def unfilled(stated: Stated) -> Iterator[Finding]:
    whose = {row["doc"]: row for row in stated.documents.select("doc", "unit", "year").iter_rows(named=True)}
    for doc, kept in sorted((stated.traces or {}).items()):
        for blank, line in kept.blanks:
            where = {"unit": whose[doc]["unit"], "year": whose[doc]["year"], "sentence": line}
            yield Finding(doc, f"Not filled in: {blank}", **where)


# --- All checks ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Check:
    """`find` gives its findings; `meaning` says what it compares. `within`: what all that it compares has in common,
    a unit or an indicator, or nothing but the corpus."""

    severity: str
    name_zh: str
    meaning: str
    find: Callable[[Stated], Iterable[Finding]]
    within: str = "unit"


CHECKS: Mapping[str, Check] = {
    "disputed": Check("error", "来源不一致", "sources of equal rank differ; the table gives no value", disputed),
    "rate": Check("warning", "比率与件数不符", "a stated rate is not what its two counts give", rate),
    "parts": Check("error", "分项之和不等于总数", "parts called the whole list do not make the total", parts),
    "part_over_whole": Check("warning", "分项大于总数", "a part is more than its total", part_over_whole),
    "exceeds": Check("warning", "超过应有上限", "succeeded of cases, fixed of found: more than there can be", exceeds),
    "out_of_range": Check(
        "error", "超出合理范围", "outside the range of the codebook, such as a rate over 100", out_of_range
    ),
    "last_year": Check(
        "warning", "与上年报告不符", "a later report gives another value than the year's own", last_year
    ),
    "twice": Check("warning", "同一报告前后不一", "a report says one thing twice with two numbers", twice),
    "jump": Check("note", "较上年骤变", f"{JUMP} times or more, or a {JUMP}th or less, of the year before", jump),
    "slip": Check(
        "warning", "疑有“万”字之误", "some ten thousand times, or a ten thousandth, of the year before", slip
    ),
    "below": Check(
        "warning",
        "下级之和大于全域",
        "places together exceed the figure of the whole area above them",
        below,
        "indicator",
    ),
    "reused": Check(
        "note", "文字雷同", "most of the text stands in a report of another year or unit", reused, "corpus"
    ),
    "unfilled": Check("warning", "模板未填", "a blank or placeholder was left standing", unfilled, "corpus"),
}


_KEY = ("doc", "other_doc", "unit", "year", "indicator", "sentence", "other_sentence")


def find(stated: Stated, within: str) -> list[dict[str, Any]]:
    """The rows of the table `checks` by the checks that look within a `unit`, an `indicator` or the whole `corpus`; of
    findings with one key the first. What is stated may be that of some units, or of some indicators, alone."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for name, check in CHECKS.items():
        if check.within != within:
            continue
        for finding in check.find(stated):
            key = (name, *(getattr(finding, part) for part in _KEY))
            found.setdefault(key, {"check": name, "severity": check.severity, **finding._asdict()})
    return list(found.values())
