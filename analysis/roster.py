"""Who was expected to report, and who did: a list of units in, the table `publication` out.

A roster is a CSV with the columns `name`, `code`, `tier` and `deadline`, all but one of `name` and `code` optional:
临平区 or 浙江省杭州市临平区; the six digits of the place, or of the place that a town or department lies in; the tier of
the units (province, city, county, town); the day until which the report is due, `04-01` of the year after or a whole
date for one year only, 1 April where it says nothing. UTF-8 or GB18030, as Excel saves it.

Names are matched by the lists of divisions (`places.meant`) and by the names that reports bear (table `units`). What
may be several units, or is not surely the one that a report is of, is `ambiguous` and never guessed: a code or the full
name settles it.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from analysis.absence import unreadable
from analysis.outline import PARTS
from analysis.places import meant
from analysis.table import RANKS, Tables, load

__all__ = ["COLUMNS", "FOUND", "Expected", "publication", "read_roster", "write"]

DEADLINE = "04-01"
FOUND = ("found", "not_found", "unreadable", "ambiguous")
_OWN = RANKS[:2]  # a court, a yearbook or a newspaper publishes no report of the unit

COLUMNS: Mapping[str, tuple[Any, str]] = {
    "unit": (pl.String, "the unit, full name; empty where ambiguous"),
    "name": (pl.String, "as the roster writes it"),
    "code": (pl.String, "as the roster writes it"),
    "tier": (pl.String, "as the roster writes it, else of the report"),
    "year": (pl.Int64, "the year reported on"),
    "found": (pl.String, f"one of {', '.join(FOUND)}"),
    "doc": (pl.String, "its report; the file that could not be read"),
    "other_docs": (pl.String, "further reports of the unit on the year, joined by ;"),
    "title": (pl.String, "the report's title"),
    "published": (pl.String, "date of publication, ISO; empty where the report does not say"),
    "deadline": (pl.String, "the day until which it was due, ISO"),
    "days_late": (pl.Int64, "days from the deadline to the publication; below 0: before it"),
    **{part: (pl.Boolean, f"whether a heading or opening names the part {zh}") for part, zh in PARTS.items()},
    "figures": (pl.Int64, "places where it states a value of an indicator"),
    "masked": (pl.Int64, "of these, how many are masked: X件"),
    "unfilled": (pl.Int64, "blanks and placeholders of a template left standing"),
    "reused": (pl.Float64, "share of the text that the unit's report of the year before has too, 0 to 1"),
    "note": (pl.String, "why it is ambiguous; what else to look at"),
}


@dataclass(frozen=True, slots=True)
class Expected:
    """A line of a roster."""

    name: str
    code: str = ""
    tier: str = ""
    deadline: str = ""

    def due(self, year: int) -> date:
        """Until when the report on a year is due."""
        if len(self.deadline) == 10 and int(self.deadline[:4]) == year + 1:
            return date.fromisoformat(self.deadline)
        month_day = self.deadline if len(self.deadline) == 5 else DEADLINE
        return date.fromisoformat(f"{year + 1}-{month_day}")


_DEADLINE = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")
_TIERS = {"省": "province", "市": "city", "县": "county", "乡": "town"}
_HEADINGS = {
    "名称": "name",
    "单位": "name",
    "代码": "code",
    "区划代码": "code",
    "级别": "tier",
    "截止日期": "deadline",
    "期限": "deadline",
}


def read_roster(path: str | Path) -> list[Expected]:
    """The lines of a roster. Raises ValueError for a line at fault or one that stands twice, with its number."""
    data = Path(path).read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    names = {heading: _HEADINGS.get(heading.strip(), heading.strip()) for heading in rows.fieldnames or ()}
    if not {"name", "code"} & set(names.values()):
        raise ValueError(f"{path}: no column name or code; a roster has name, code, tier, deadline")
    found: dict[tuple[str, str], Expected] = {}
    for number, row in enumerate(rows, 2):
        cell = {names[h]: (v or "").strip() for h, v in row.items() if h in names and isinstance(v, str | None)}
        if not any(cell.values()):
            continue
        try:
            line = _expected(cell)
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: {error}") from error
        if (line.name, line.code) in found:
            raise ValueError(f"{path}, line {number}: {line.name or line.code} stands twice")
        found[line.name, line.code] = line
    return list(found.values())


def _expected(cell: Mapping[str, str]) -> Expected:
    name, code, tier, deadline = (cell.get(column, "") for column in ("name", "code", "tier", "deadline"))
    if not name and not code:
        raise ValueError("neither a name nor a code")
    if code and not re.fullmatch(r"\d{6}(?:\d{3}|\d{6})?", code):
        raise ValueError(f"code {code} has not six, nine or twelve digits")
    tier = next((word for zh, word in _TIERS.items() if tier.startswith(zh)), tier)
    if tier and tier not in _TIERS.values():
        raise ValueError(f"tier {tier} is none of {', '.join(_TIERS.values())}")
    return Expected(name, code, tier, _month_and_day(deadline))


def _month_and_day(deadline: str) -> str:
    """A deadline as MM-DD or YYYY-MM-DD, or empty."""
    if not deadline:
        return ""
    found = _DEADLINE.fullmatch(deadline)
    if not found:
        raise ValueError(f"deadline {deadline} is no day such as 04-01 or 2025-04-01")
    year, month, day = found.groups()
    whole = date(int(year or 2023), int(month), int(day)).isoformat()  # 2023: a year without a 29 February
    return whole if year else whole[5:]


# --- Roster and reports --------------------------------------------------------------------------


def publication(
    roster: str | Path | Iterable[Expected], years: int | Iterable[int] | None = None, tables: Tables | None = None
) -> pl.DataFrame:
    """For every unit of a roster and every year: whether its report was found, when it appeared, and what is in it.

    Columns: COLUMNS. `years`: the last that a report was read on, where not given; `tables` are `analysis.load()`.
    What the report does not let one know is null. Raises ValueError as `read_roster`, and where no report was read.
    """
    tables = load() if tables is None else tables
    lines = read_roster(roster) if isinstance(roster, str | Path) else list(roster)
    known = tables.documents["year"].drop_nulls()
    if not known.len():
        raise ValueError("the tables know no report with a year")
    years = [known.max()] if years is None else [years] if isinstance(years, int) else list(years)
    read = _Reports.of(tables)
    rows = [_row(line, year, read) for year in years for line in lines]
    schema = {name: kind for name, (kind, _) in COLUMNS.items()}
    return _told_apart(pl.DataFrame(rows, schema=schema)).sort("year", maintain_order=True)


@dataclass(frozen=True)
class _Reports:
    """What the tables say of the reports that units published: `by_unit`: (unit, year) -> rows of documents, the
    likeliest first; `names`: what a report calls its unit -> units; `lost`: (unit, year) -> doc."""

    by_unit: Mapping[tuple[str, int], Sequence[Mapping[str, Any]]]
    names: Mapping[str, set[str]]
    lost: Mapping[tuple[str, int], str]
    masked: Mapping[str, int]
    unfilled: Mapping[str, int]

    @classmethod
    def of(cls, tables: Tables) -> _Reports:
        whole = pl.col("period") == pl.col("year").cast(pl.String)
        rows = tables.documents.filter(whole, pl.col("doc_type").is_in(_OWN), pl.col("unit") != "")
        by_unit: defaultdict[tuple[str, int], list[Mapping[str, Any]]] = defaultdict(list)
        for row in sorted(rows.iter_rows(named=True), key=_likeliest):
            by_unit[row["unit"], row["year"]].append(row)
        names: defaultdict[str, set[str]] = defaultdict(set)
        for unit, name in tables.units.select("unit", "name").iter_rows():
            names[name].add(unit)
        redacted = tables.mentions.filter(pl.col("qualifier") == "redacted")
        blank = tables.checks.filter(pl.col("check") == "unfilled")
        lost = {(unit, year): doc for unit, year, doc in unreadable(tables).iter_rows()}
        return cls(by_unit, names, lost, _counted(redacted), _counted(blank))

    def __contains__(self, unit: str) -> bool:
        return any(known == unit for known, _ in self.by_unit)


def _counted(rows: pl.DataFrame) -> dict[str, int]:
    return dict(rows.group_by("doc").len().iter_rows())


def _likeliest(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Of a unit's texts on a year the annual report comes first: by its title, its rank, its date, its name."""
    named = re.search("法治政府|依法行政", row["title"] + row["source_title"]) is not None
    return not named, _OWN.index(row["doc_type"]), row["published"] or "9999", row["doc"]


def _row(line: Expected, year: int, read: _Reports) -> dict[str, Any]:
    due = line.due(year)
    row = dict.fromkeys(COLUMNS) | {"name": line.name, "code": line.code, "tier": line.tier, "year": year}
    row |= {
        "deadline": due.isoformat(),
        "unit": "",
        "doc": "",
        "other_docs": "",
        "title": "",
        "published": "",
        "note": "",
    }
    units = _units(line, year, read)
    if len(units) != 1:
        may_be = f"may be {'、'.join(units)}: write the full name or the code" if units else "in no list of divisions"
        disagree = line.name and line.code and not units
        return row | {"found": "ambiguous", "note": "name and code do not agree" if disagree else may_be}
    (unit,) = units
    reports = read.by_unit.get((unit, year), ())
    if reports:
        return row | {"unit": unit, "found": "found"} | _described(reports, due, line, read)
    if doc := read.lost.get((unit, year)):
        return row | {"unit": unit, "found": "unreadable", "doc": doc}
    near = [] if unit in read else [u for u, y in read.by_unit if y == year and u != unit and _ends(u, unit)]
    if near:
        note = f"may be the report of {'、'.join(near)}: write the name so, or the code"
        return row | {"unit": unit, "found": "ambiguous", "note": note}
    return row | {"unit": unit, "found": "not_found"}


def _ends(one: str, other: str) -> bool:
    """Whether two names may be one unit, written with and without its parents."""
    return one.endswith(other) or other.endswith(one)


def _units(line: Expected, year: int, read: _Reports) -> tuple[str, ...]:
    """The units that a line can mean."""
    name = re.sub(r"\s", "", line.name).removesuffix("人民政府")
    if not line.code and (name, year) in read.by_unit:
        return (name,)
    if units := meant(line.name, line.code, year):
        joined = read.names.get(units[0], set()) if len(units) == 1 and units[0] not in read else set()
        return tuple(sorted(joined)) or units
    called = read.names.get(line.name, set())  # as a report calls itself, or a person joined the names
    return tuple(sorted(called)) if not line.code else ()


def _described(reports: Sequence[Mapping[str, Any]], due: date, line: Expected, read: _Reports) -> dict[str, Any]:
    """What is known of the first of the reports."""
    report, *others = reports
    doc, published = report["doc"], report["published"]
    whole = len(published) == 10
    return {
        "doc": doc,
        "other_docs": "; ".join(other["doc"] for other in others),
        "tier": line.tier or report["tier"],
        "title": report["title"],
        "published": published,
        "days_late": (date.fromisoformat(published) - due).days if whole else None,
        **{part: part in report["parts"].split(";") for part in PARTS},
        "figures": report["mentions"],
        "masked": read.masked.get(doc, 0),
        "unfilled": read.unfilled.get(doc, 0),
        "reused": report["reused"],
        "note": f"the roster says {line.tier}, the report {report['tier']}"
        if line.tier not in ("", report["tier"])
        else "",
    }


def _told_apart(rows: pl.DataFrame) -> pl.DataFrame:
    """Two lines that mean one unit are noted."""
    twice = (pl.col("unit") != "") & (pl.len().over("unit", "year") > 1)
    note = pl.concat_str(pl.col("note"), pl.lit("another line of the roster is the same unit"), separator="; ")
    return rows.with_columns(note=pl.when(twice).then(note.str.strip_prefix("; ")).otherwise("note"))


def write(rows: pl.DataFrame, out: str | Path) -> Path:
    """The table as CSV, UTF-8 with a byte order mark."""
    out = Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    absent = pl.col(pl.String).replace("", None)  # else polars writes it as two quotation marks
    rows.with_columns(absent).write_csv(out, include_bom=True, line_terminator="\n")
    return out
