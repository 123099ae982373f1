"""How well what was found agrees with reference answers, by the rules of ``spec/annotation.md``, "Scoring".

A found row matches a reference row when doc, indicator, value and year agree (a masked one: doc and indicator); each
reference row is matched once. Optional reference rows are counted neither as missed nor, where found, as wrong.
Role, qualifier, unit of measure and, where the reference has them, scope, basis and period are scored apart, on the
matched rows. A report's document row is right when year, level, province, city and county agree.
"""

from __future__ import annotations

import csv
import json
import random
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from analysis.formulas import restored_text

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "LabelledScore",
    "Score",
    "Tally",
    "WordingScore",
    "proportion_interval",
    "save",
    "score",
    "score_labelled",
    "score_wordings",
    "tallied",
]

ATTRIBUTES = ("role", "qualifier", "unit_of_measure", "scope", "basis", "period")
PLACE = ("year", "level", "province", "city", "county")


@dataclass(frozen=True, slots=True)
class Stated:
    """One row of an answer, found or reference. ``value`` is None where the report masks the number.

    ``attributes``: those of ATTRIBUTES that the answer has.
    """

    doc: str
    indicator: str
    value: float | None
    year: int | None
    attributes: Mapping[str, str]
    optional: bool = False
    quote: str = ""

    @property
    def key(self) -> tuple[str, str, float | str | None, int | None]:
        """What must agree for a match."""
        return (
            (self.doc, self.indicator, "redacted", None)
            if self.value is None
            else (self.doc, self.indicator, self.value, self.year)
        )

    def __str__(self) -> str:
        value = "redacted" if self.value is None else f"{self.value:.15g}"
        return f"{self.doc}  {self.indicator}  {value}  {self.year or ''}"


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows right, rows found, rows in the reference; optional ones are in none of them."""

    right: int
    found: int
    gold: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else float(not self.gold)

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.gold) if self.found + self.gold else 1.0


@dataclass(frozen=True, slots=True)
class Change:
    """Against an earlier score: reference rows now matched and no more matched, wrong rows new and gone."""

    gained: tuple[str, ...]
    lost: tuple[str, ...]
    newly_wrong: tuple[str, ...]
    no_more_wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """``layers``: value; value, indicator; value, indicator, year (the score proper). ``attributes``: how many of
    the matched rows agree, of how many. ``documents``: right, of all, or None. ``faults``: doc, column, found, reference."""

    layers: Mapping[str, Tally]
    attributes: Mapping[str, tuple[int, int]]
    indicators: Mapping[str, Tally]
    reports: Mapping[str, Tally]
    right: tuple[Stated, ...]
    missed: tuple[Stated, ...]
    wrong: tuple[Stated, ...]
    documents: tuple[int, int] | None = None
    faults: tuple[tuple[str, str, str, str], ...] = ()
    change: Change | None = None

    @property
    def total(self) -> Tally:
        return self.layers["value, indicator, year"]


def score(found: str | Path, gold: str | Path, former: str | Path | None = None) -> Score:
    """Score a mentions.csv, or a folder with one, against another; ``former`` is a file that ``save`` wrote.

    Reports that the reference does not list are left out, and the catalogue's added indicators on both sides. ``doc`` agrees as a whole, without its ending, or by the
    file's stem. Documents are scored where both folders have a documents.csv. Raises FileNotFoundError, and
    ValueError where a table lacks a column or two found reports bear the name of one in the reference.
    """
    found, gold = Path(found), Path(gold)
    reference = [row for row in _stated(_table(gold, "mentions")) if row.indicator not in _added()]
    places = _documents(gold)
    docs = {row.doc for row in reference} | places.keys()
    answers, stated = _documents(found), _stated(_table(found, "mentions"))
    names = _names({row.doc for row in stated} | answers.keys(), docs)
    known = _core() | {row.indicator for row in reference}
    rows = [replace(row, doc=names[row.doc]) for row in stated if row.doc in names and row.indicator in known]
    result = _score(rows, reference, docs)
    if places and answers:
        result = _with_documents(result, {names[doc]: row for doc, row in answers.items() if doc in names}, places)
    return result if former is None else _with_change(result, Path(former))


# --- Matching ------------------------------------------------------------------------------------


def _score(found: Sequence[Stated], gold: Sequence[Stated], docs: Iterable[str]) -> Score:
    pairs, missed, wrong = _match(found, gold)
    right = [reference for _, reference in pairs]
    layers = {
        "value": _layer(found, gold, lambda r: (r.doc, r.key[2])),
        "value, indicator": _layer(found, gold, lambda r: r.key[:3]),
        "value, indicator, year": Tally(len(right), len(right) + len(wrong), len(right) + len(missed)),
    }
    return Score(
        layers=layers,
        attributes=_agreement(pairs),
        indicators=_tallies(right, missed, wrong, lambda row: row.indicator, ()),
        reports=_tallies(right, missed, wrong, lambda row: row.doc, docs),
        right=tuple(right),
        missed=tuple(missed),
        wrong=tuple(wrong),
    )


def _match(
    found: Sequence[Stated], gold: Sequence[Stated]
) -> tuple[list[tuple[Stated, Stated]], list[Stated], list[Stated]]:
    """(pairs of found and reference, reference rows missed, found rows wrong); rows that may be left out are in none.

    Of several found rows with one key each reference row takes the one that agrees in most attributes.
    """
    open_rows: defaultdict[Hashable, list[Stated]] = defaultdict(list)
    for row in found:
        open_rows[row.key].append(row)
    pairs, missed = [], []
    for reference in sorted(gold, key=lambda row: row.optional):  # what is required goes first
        candidates = open_rows[reference.key]
        if candidates:
            best = max(candidates, key=lambda row: _agreeing(row, reference))
            candidates.remove(best)
            if not reference.optional:
                pairs.append((best, reference))
        elif not reference.optional:
            missed.append(reference)
    left = {id(row) for rows in open_rows.values() for row in rows}
    return pairs, missed, [row for row in found if id(row) in left]


def _agreeing(row: Stated, reference: Stated) -> int:
    return sum(row.attributes.get(name) == value for name, value in reference.attributes.items())


def _layer(found: Sequence[Stated], gold: Sequence[Stated], key: Callable[[Stated], Hashable]) -> Tally:
    """The tally where rows match by fewer columns."""
    there = Counter(map(key, found))
    required = Counter(key(row) for row in gold if not row.optional)
    optional = Counter(key(row) for row in gold if row.optional)
    right = (there & required).total()
    excused = ((there - required) & optional).total()
    return Tally(right, there.total() - excused, required.total())


def _agreement(pairs: Sequence[tuple[Stated, Stated]]) -> dict[str, tuple[int, int]]:
    agreement = {}
    for name in ATTRIBUTES:
        both = [(row.attributes.get(name), ref.attributes[name]) for row, ref in pairs if name in ref.attributes]
        if both:
            agreement[name] = sum(a == b for a, b in both), len(both)
    return agreement


def _tallies(
    right: Iterable[Stated],
    missed: Iterable[Stated],
    wrong: Iterable[Stated],
    name: Callable[[Stated], str],
    names: Iterable[str],
) -> dict[str, Tally]:
    """The tally of every indicator, or of every report."""
    hits, gaps, extras = (Counter(map(name, rows)) for rows in (right, missed, wrong))
    return {n: Tally(hits[n], hits[n] + extras[n], hits[n] + gaps[n]) for n in sorted({*names, *hits, *gaps, *extras})}


# --- Reading the answers -------------------------------------------------------------------------


def _table(path: Path, name: str) -> Path:
    return path / f"{name}.csv" if path.is_dir() else path


def _read(path: Path, columns: Iterable[str]) -> list[dict[str, str]]:
    """The rows of a CSV file that has at least these columns."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if lacking := [name for name in columns if name not in (reader.fieldnames or ())]:
            raise ValueError(f"{path} has no column {', '.join(lacking)}")
        return [{name: restored_text(cell or "") for name, cell in row.items() if name} for row in reader]


def _stated(path: Path) -> list[Stated]:
    return [_row(path, n, row) for n, row in enumerate(_read(path, ("doc", "indicator", "value", "year")), 2)]


def _row(path: Path, number: int, row: Mapping[str, str]) -> Stated:
    try:
        value = round(float(row["value"]), 6) if row["value"] and row.get("qualifier") != "redacted" else None
        year = int(row["year"]) if row["year"] else None
    except ValueError as error:
        raise ValueError(f"{path}, line {number}: {error}") from error
    return Stated(
        doc=row["doc"],
        indicator=row["indicator"],
        value=value,
        year=year,
        attributes={name: row[name] for name in ATTRIBUTES if name in row},
        optional=row.get("optional", "").lower() == "true",
        quote=row.get("quote") or "",
    )


def _documents(path: Path) -> dict[str, Mapping[str, str]]:
    """The document rows by doc, where there are any."""
    table = path / "documents.csv"
    return {row["doc"]: row for row in _read(table, ("doc", *PLACE))} if path.is_dir() and table.is_file() else {}


def _names(found: Iterable[str], gold: Iterable[str]) -> dict[str, str]:
    """Found doc -> the reference's name for it; only those that the reference has."""
    wanted, names = set(gold), {}
    for doc in sorted(found):
        path = PurePosixPath(doc)
        name = next((n for n in (doc, str(path.with_suffix("")), path.stem) if n in wanted), None)
        if name is None:
            continue
        if name in names.values():
            other = next(d for d, n in names.items() if n == name)
            raise ValueError(f"both {other} and {doc} may be the report {name} of the reference")
        names[doc] = name
    return names


@cache
def _core() -> frozenset[str]:
    """The indicators that are scored."""
    from analysis.catalogue import load

    return frozenset(entry.id for entry in load().values() if entry.core)


@cache
def _added() -> frozenset[str]:
    from analysis.catalogue import load

    return frozenset(load()) - _core()


def _with_documents(
    result: Score, found: Mapping[str, Mapping[str, str]], gold: Mapping[str, Mapping[str, str]]
) -> Score:
    faults = [
        (doc, name, found.get(doc, {}).get(name, ""), place[name])
        for doc, place in gold.items()
        for name in PLACE
        if doc not in found or found[doc][name] != place[name]
    ]
    right = len(gold) - len({doc for doc, *_ in faults})
    return replace(result, documents=(right, len(gold)), faults=tuple(faults))


# --- Keeping a score, and comparing with it ------------------------------------------------------


def save(result: Score, path: str | Path) -> None:
    """Write a score as JSON, rows and all, for a later ``score(..., former=path)``."""
    tallies = {
        name: {key: [t.right, t.found, t.gold] for key, t in getattr(result, name).items()}
        for name in ("layers", "indicators", "reports")
    }
    rows = {name: sorted(str(row) for row in getattr(result, name)) for name in ("right", "missed", "wrong")}
    content = {"documents": result.documents, "attributes": dict(result.attributes), **tallies, **rows}
    Path(path).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _with_change(result: Score, former: Path) -> Score:
    """Raises FileNotFoundError, and ValueError where the file is no score."""
    try:
        before = json.loads(former.read_text("utf-8"))
        right, wrong = Counter(before["right"]), Counter(before["wrong"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{former} is no file that `score --save` wrote") from error
    now_right, now_wrong = Counter(map(str, result.right)), Counter(map(str, result.wrong))
    differences = (now_right - right, right - now_right, now_wrong - wrong, wrong - now_wrong)
    return replace(result, change=Change(*(tuple(sorted(d.elements())) for d in differences)))


# --- Wordings ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WordingScore:
    """The cases of a folder as one corpus. ``intervals``: of precision, recall and f1, 95%, by drawing the cases anew
    1,000 times.

    ``kinds``: the tally of each kind of case. In ``score`` a report is a case: ``d1-01 #3``.
    """

    score: Score
    intervals: Mapping[str, tuple[float, float]]
    kinds: Mapping[str, Tally]
    cases: int


def score_wordings(folder: str | Path) -> WordingScore:
    """Read every case of the TOML files in a folder and score the mentions found. Raises ValueError with the case's name."""
    paths = sorted(Path(folder).glob("*.toml"))
    if not paths:
        raise FileNotFoundError(f"no cases in {folder}")
    cases = {
        f"{path.stem} #{number}": case
        for path in paths
        for number, case in enumerate(tomllib.loads(path.read_text("utf-8"))["case"], 1)
    }
    found = [row for name, case in cases.items() for row in _found_in(name, case)]
    gold = [row for name, case in cases.items() for row in _expected(name, case)]
    result = _score(found, gold, cases)
    kinds = {
        kind: _sum(result.reports[name] for name, case in cases.items() if case["kind"] == kind)
        for kind in sorted({case["kind"] for case in cases.values()})
    }
    return WordingScore(result, _intervals(list(result.reports.values())), kinds, len(cases))


def _found_in(name: str, case: Mapping) -> list[Stated]:
    from analysis.mentions import find_mentions
    from analysis.reports import report_from_text

    return [
        Stated(
            doc=name,
            indicator=mention.indicator,
            value=None if mention.value is None else round(float(mention.value), 6),
            year=mention.year,
            attributes={attribute: getattr(mention, attribute) for attribute in ATTRIBUTES},
            quote=mention.quote,
        )
        for mention in find_mentions(report_from_text(case["text"], doc=name, year=str(case["year"])))
        if mention.indicator in _core()
    ]


def _expected(name: str, case: Mapping) -> list[Stated]:
    """The case's rows with the defaults that the files leave unsaid."""
    from analysis.catalogue import load

    rows = []
    for row in case["rows"]:
        if row["indicator"] not in load():
            raise ValueError(f"{name}: no indicator is called {row['indicator']}")
        if row["indicator"] in _added():
            continue
        year = row.get("year", case["year"])
        defaults = {"qualifier": "exact", "role": "headline", "period": str(year), "scope": "", "basis": ""}
        attributes = {key: row.get(key, value) for key, value in defaults.items()}
        attributes["unit_of_measure"] = load()[row["indicator"]].unit_of_measure
        masked = attributes["qualifier"] == "redacted"
        value = None if masked else round(float(row["value"]), 6)
        rows.append(Stated(name, row["indicator"], value, year, attributes, row.get("optional", False)))
    return rows


def _sum(tallies: Iterable[Tally]) -> Tally:
    rows = list(tallies)
    return Tally(sum(t.right for t in rows), sum(t.found for t in rows), sum(t.gold for t in rows))


MEASURES = ("precision", "recall", "f1")


def _intervals(tallies: Sequence[Tally], draws: int = 1000) -> dict[str, tuple[float, float]]:
    """The middle 95% over corpora drawn from the cases with replacement; always the same draws.

    Whole cases are drawn, not rows: the rows of one report stand or fall together.
    """
    chance = random.Random(20261124)
    drawn = [_sum(chance.choices(tallies, k=len(tallies))) for _ in range(draws)]
    intervals = {}
    for name in MEASURES:
        values = sorted(getattr(tally, name) for tally in drawn)
        intervals[name] = values[int(draws * 0.025)], values[int(draws * 0.975) - 1]
    return intervals


# --- Where the reading is weak ---------------------------------------------------------------------


def tallied(result: Score, by: str = "indicator") -> pl.DataFrame:
    """The tallies as a frame, a row an indicator or a theme (``by``), the lowest F1 first.

    Columns: theme and, by indicator, indicator, name_zh, name_en; gold, found, right (rows); precision, recall, f1 (of
    1), and of the first two the 95% interval by Wilson (``precision_low`` …), which holds for few rows too. It takes
    rows for independent, which those of one report are not quite: read it as the least doubt there is. Null where
    nothing was found, or nothing was there to find. Raises ValueError for another ``by``.
    """
    import polars as pl

    if by not in ("indicator", "theme"):
        raise ValueError(f"by is 'indicator' or 'theme', not {by!r}")
    rows = []
    for words, tally in _named_tallies(result, by):
        row = words | {"gold": tally.gold, "found": tally.found, "right": tally.right}
        for name, of in (("precision", tally.found), ("recall", tally.gold)):
            low, high = proportion_interval(tally.right, of) if of else (None, None)
            row |= {name: tally.right / of if of else None, f"{name}_low": low, f"{name}_high": high}
        rows.append(row | {"f1": tally.f1})
    return pl.DataFrame(rows, infer_schema_length=None).sort("f1", "gold", by, descending=[False, True, False])


def _named_tallies(result: Score, by: str) -> list[tuple[dict[str, str], Tally]]:
    """The tallies, each with the names of its indicator or theme."""
    from analysis.catalogue import load

    entries = {name: load()[name] for name in result.indicators}
    if by == "theme":
        themes = sorted({entry.theme for entry in entries.values()})
        return [
            ({"theme": theme}, _sum(t for name, t in result.indicators.items() if entries[name].theme == theme))
            for theme in themes
        ]
    return [
        (
            {
                "theme": entry.theme,
                "indicator": name,
                "name_zh": entry.name_zh,
                "name_en": entry.name_en,
            },
            result.indicators[name],
        )
        for name, entry in entries.items()
    ]


def proportion_interval(right: int, of: int) -> tuple[float, float]:
    """The 95% interval of a share by Wilson."""
    from scipy.stats import binomtest

    interval = binomtest(right, of).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


# --- Reports in which every quantity is labelled ---------------------------------------------------

LABELS = ("mention", "earlier", "other", "target", "change", "none")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A labelled quantity and what became of it.

    ``label``: one of LABELS. ``found``: the ids of the indicators that it was read as, ``unmatched`` where it stands
    among the quantities that fit none, ``target``, or empty where it was passed over. ``added``: an added indicator took it.
    """

    doc: str
    quote: str
    label: str
    indicator: str
    found: tuple[str, ...]
    added: bool

    @property
    def right(self) -> bool:
        """A mention (an earlier year's too) is read as its indicator; another achieved quantity is unmatched or an
        added indicator's; a target, a change or no quantity is neither."""
        if self.label in ("mention", "earlier"):
            return self.indicator in self.found
        if self.label == "other":
            return self.found == ("unmatched",) or self.added
        return self.found in ((), ("target",))

    @property
    def matched(self) -> bool:
        """Whether an achieved quantity came into the tidy table under an indicator that is right for it."""
        return self.right and self.found != ("unmatched",)


@dataclass(frozen=True, slots=True)
class LabelledScore:
    """``quantities``: the labelled ones. ``strange``: doc and quote of what was found where no label stands."""

    quantities: tuple[Labelled, ...]
    strange: tuple[tuple[str, str], ...]

    def right(self, *labels: str, doc: str = "") -> tuple[int, int]:
        """How many quantities of these labels came out right, of how many; of one report, or of all."""
        rows = [q for q in self.quantities if q.label in labels and doc in ("", q.doc)]
        return sum(q.right for q in rows), len(rows)

    def matched(self, doc: str = "") -> tuple[int, int]:
        """How many achieved quantities came under an indicator, of how many."""
        rows = [q for q in self.quantities if q.label in ("mention", "earlier", "other") and doc in ("", q.doc)]
        return sum(q.matched for q in rows), len(rows)

    @property
    def wrong(self) -> tuple[Labelled, ...]:
        return tuple(q for q in self.quantities if not q.right)

    def __str__(self) -> str:
        lines = [f"{'report':8}{'mentions':>12}{'others':>12}{'set aside':>12}{'matched':>18}"]
        for doc in [*dict.fromkeys(q.doc for q in self.quantities), ""]:
            counts = (
                self.right("mention", "earlier", doc=doc),
                self.right("other", doc=doc),
                self.right("target", "change", "none", doc=doc),
            )
            share = self.matched(doc)
            lines.append(
                f"{doc or 'all':8}"
                + "".join(f"{f'{a} of {b}':>12}" for a, b in counts)
                + f"{f'{share[0]} of {share[1]}':>12}{share[0] / (share[1] or 1):6.0%}"
            )
        return "\n".join(lines)


def score_labelled(folder: str | Path) -> LabelledScore:
    """Read the reports of the TOML files in a folder and compare with the label of each of their quantities.

    Raises FileNotFoundError where there is none, ValueError for a label that its report does not hold.
    """
    paths = sorted(Path(folder).glob("*.toml"))
    if not paths:
        raise FileNotFoundError(f"no labelled reports in {folder}")
    results = [
        _labelled(path.stem, case) for path in paths for case in tomllib.loads(path.read_text("utf-8"))["report"]
    ]
    return LabelledScore(
        tuple(q for quantities, _ in results for q in quantities),
        tuple(each for _, strange in results for each in strange),
    )


def _labelled(doc: str, case: Mapping) -> tuple[list[Labelled], list[tuple[str, str]]]:
    """The labelled quantities of a report; what was found beside them. A label covers what its span touches."""
    from analysis.mentions import find
    from analysis.reports import report_from_text

    text = case["text"]
    read = find(report_from_text(text, doc=doc, year=str(case["year"]), unit=case["unit"]))
    found = [(u.start, u.end, "unmatched", u.quote) for u in read.unmatched]
    found += [(t.start, t.end, "target", t.quote) for t in read.targets]
    found += [(m.start, m.end, m.indicator, m.quote) for m in read.mentions if not m.implied]
    rows, covered = [], set()
    for label in case["quantities"]:
        start, end = _nth(doc, text, label["quote"], label["nth"])
        names = dict.fromkeys(name for a, b, name, _ in found if a < end and start < b)
        covered |= {(a, b) for a, b, _, _ in found if a < end and start < b}
        if label["kind"] not in LABELS:
            raise ValueError(f"{doc}, {label['quote']}: no label is called {label['kind']}")
        indicator = label.get("indicator", "")
        rows.append(
            Labelled(doc, label["quote"], label["kind"], indicator, tuple(names), bool(names.keys() & _added()))
        )
    return rows, [(doc, quote) for a, b, _, quote in sorted(found) if (a, b) not in covered]


def _nth(doc: str, text: str, quote: str, nth: int) -> tuple[int, int]:
    """The half-open span of the n-th occurrence, counted from 1."""
    at = -1
    for _ in range(nth):
        at = text.find(quote, at + 1)
        if at < 0:
            raise ValueError(f"{doc}: {quote} does not stand there {nth} times")
    return at, at + len(quote)
