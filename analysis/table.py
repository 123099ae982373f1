"""Reports in, tables out: what each report states, and the one value that the table gives for each key.

`build` reads every report below a folder and writes the tables named in TABLES, as CSV and Parquet; `load` gives
them back as polars frames, `panel` the long table of the preferred values.

How an observation comes about. Its key is unit, period, indicator, scope, basis. Headline mentions speak for it:
1. A report on that year goes before a later report that looks back (flag `from later report`).
2. What a report states goes before what had to be summed from parts that one sentence calls the whole list
   (甲、乙分别为3件、4件; 其中…，其余…); such a sum is `over`. Other parts give no observation.
3. The higher source goes first: government, department, court, statistics, press.
4. Among equals the later published, where both dates are known.
5. Among the rest the most exact. Where another differs from it beyond the rounding of their words, there is no
   value: flag `disputed`, both in `checks`.
A rate that no report states but that follows from two exact counts of one report is `derived` (`ratios`).
A figure that OCR was not sure of keeps its value and bears the flag `read with doubt`.
What people decided in `corrections.toml` is applied here: dropped statements do not speak, overridden values are put
in once the rest has chosen (origin `corrected`); see `analysis.corrections`.
A masked number is no value. A court's figures are about its area: where the text leaves the scope open, the
observation of a court's figure has the scope `area`, so that it is never taken for one government's own.

`preferred` marks for each unit, whole year and indicator the first row with a value in this order: the year's own
report before a later one; reported before summed, and derived only where there is neither; the higher source; the unit's own figure or one without a named
scope, then `area`, then `part_of_area`; the basis words in the order of the catalogue, no basis after the first.
"""

from __future__ import annotations

import gc
import hashlib
import itertools
import json
import os
import re
import shutil
import sys
import unicodedata
import zlib
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from analysis import catalogue, checks, cluster, corrections, datapackage, promises, staging
from analysis.corrections import Corrections
from analysis.formulas import disarmed, restored
from analysis.mentions import Found, Mention, Unmatched, find
from analysis.outline import PARTS
from analysis.places import Identity
from analysis.pool import Lost, read_all
from analysis.ratios import ratios
from analysis.readers import scan
from analysis.reports import LARGEST, Report, Unreadable, find_reports, read_reports
from analysis.shortcomings import Shortcoming
from analysis.spool import Spool, once
from analysis.store import Store

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TABLES", "Failure", "Summary", "Tables", "build", "load", "panel"]

Row = dict[str, Any]

# --- The tables, as data -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """`type` is str, int, float or bool. Absent text is "", an absent number null. `words`: the only ones allowed.
    `unit`: what a number counts."""

    name: str
    type: type
    meaning: str
    words: tuple[str, ...] = ()
    required: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`key`: the columns that tell one row from another, and that the table is sorted by."""

    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def schema(self) -> dict[str, Any]:
        return {column.name: _POLARS[column.type] for column in self.columns}


_POLARS = {str: pl.String, int: pl.Int64, float: pl.Float64, bool: pl.Boolean}

RANKS = ("government", "department", "court", "statistics", "press")
SCOPES = ("own", "", "area", "part_of_area")
_LEVELS = ("national", "province", "city", "county", "town", "zone", "department", "")
_TIERS = ("national", "province", "city", "county", "town", "")
_ORIGINS = ("reported", "implied", "summed", "derived", "corrected")
_QUALIFIERS = ("exact", "over", "under", "about", "redacted")

_DOC = Column("doc", str, "the report: path below the folder of reports, with ending", required=True)
_UNIT = Column("unit", str, "the government or body the figures are for, with its parents; empty where unknown")
_YEAR = Column("year", int, "the year that the value is for")
_REPORT_YEAR = Column("year", int, "the year reported on")
_PERIOD = Column("period", str, "2021; 2021-H1; 2021-01/11; 2021-07; 2016/2020; empty: since an unknown start")
_INDICATOR = Column("indicator", str, "id of the indicator in the codebook", required=True)
_MEASURE = Column("unit_of_measure", str, "what is counted", required=True)
_SCOPE = Column("scope", str, "own, area, part_of_area; empty where the text does not say", SCOPES)
_BASIS = Column("basis", str, "what the text says was counted; empty where it does not say")
_SENTENCE = Column("sentence", str, "the sentence of the figure, line breaks joined")
_WHERE = (
    Column("start", int, "where the quote begins in the report's text", required=True, unit="characters"),
    Column("end", int, "where it ends: text[start:end] is the quote", required=True, unit="characters"),
    Column("quote", str, "the number with its measure word, or the wording that fixes the value", required=True),
    _SENTENCE,
    Column("section", str, "the headings above, joined by /"),
    Column("page", int, "the page, counted from 1, of formats that have pages"),
)
_PLACES = (
    Column("province", str, "province, full name; empty where the report does not let one know"),
    Column("city", str, "city, full name"),
    Column("county", str, "county, full name"),
    Column("adcode", str, "code of the smallest known division in that year"),
    Column("tier", str, "tier of the area", _TIERS),
    Column("body", str, "whose figures: government, department, zone, court, other"),
)
_STATED = (
    _DOC,
    _UNIT,
    _YEAR,
    _PERIOD,
    _INDICATOR,
    Column(
        "value", float, "in the unit of measure; null where the report masks the number", unit="as in unit_of_measure"
    ),
    _MEASURE,
    Column("qualifier", str, "how exact the report is", _QUALIFIERS, required=True),
)

TABLES: Mapping[str, Table] = {
    "documents": Table(
        ("doc",),
        (
            _DOC,
            Column("sha256", str, "of the file's bytes", required=True),
            Column("format", str, "how the file was read", required=True),
            Column("title", str, "the report's title"),
            Column("doc_type", str, "who states the figures", RANKS, required=True),
            Column("publisher", str, "who published it, where the file says so"),
            Column("source_title", str, "title of the source, where the file says so"),
            Column("source_url", str, "address of the source, where the file says so"),
            _UNIT,
            Column("level", str, "level of the unit", _LEVELS),
            *(_PLACES[4:]),
            *(_PLACES[:4]),
            _REPORT_YEAR,
            Column("period", str, "the period reported on"),
            Column("published", str, "date of publication, ISO"),
            Column("characters", int, "length of the report's text", required=True, unit="characters"),
            Column("mentions", int, "rows in mentions", required=True, unit="rows of mentions"),
            Column("parts", str, f"which of the five customary parts it has, joined by ;: {', '.join(PARTS)}"),
            Column(
                "unnumbered", str, "indicators that it speaks of without a number (出庭应诉率显著提升), joined by ;"
            ),
            Column(
                "reused",
                float,
                "share of its runs of six characters, figures left out, that the unit's report of the year before by the "
                "same kind of publisher has in common with it (estimated); null where none was read or one is short",
                unit="share, 0 to 1",
            ),
            Column("warnings", str, "what a reader should look at, joined by ;"),
        ),
    ),
    "mentions": Table(
        ("doc", "start", "end", "indicator"),
        (
            *_STATED,
            Column(
                "role",
                str,
                "headline: the unit's total for the period; part: any other",
                ("headline", "part"),
                required=True,
            ),
            Column("implied", bool, "no number is written, the wording fixes the value", required=True),
            _SCOPE,
            _BASIS,
            *_WHERE,
            Column("rule", str, "the rule of the catalogue that made the row", required=True),
        ),
    ),
    "targets": Table(
        ("doc", "start", "end", "indicator"),
        (*_STATED, _SCOPE, _BASIS, *_WHERE, Column("rule", str, "the rule of the catalogue", required=True)),
    ),
    "promises": Table(
        ("doc", "start", "end", "indicator"),
        (
            _DOC,
            _UNIT,
            _REPORT_YEAR,
            Column("due", int, "the year that the target is for; null where its words name none"),
            _INDICATOR,
            Column("value", float, "the target; null where masked", unit="as in unit_of_measure"),
            _MEASURE,
            Column("qualifier", str, "over: at least; under: at most", _QUALIFIERS, required=True),
            _SCOPE,
            _BASIS,
            Column("verdict", str, "what became of it", promises.VERDICTS, required=True),
            Column("why", str, "why it does not compare, or what to know of the comparison"),
            Column("result_value", float, "the unit's value for that year", unit="as in unit_of_measure"),
            Column("result_qualifier", str, "how exact it is", ("", *_QUALIFIERS[:-1])),
            Column("result_scope", str, "its scope", SCOPES),
            Column("result_basis", str, "its basis"),
            Column("result_origin", str, "how it came about; empty where there is none", ("", *_ORIGINS)),
            Column("result_doc", str, "the report that states it; several, joined by ;, where they disagree"),
            Column("result_quote", str, "its words"),
            Column("result_sentence", str, "the sentence of the result, line breaks joined"),
            *_WHERE,
        ),
    ),
    "unmatched": Table(
        ("doc", "start", "end"),
        (
            _DOC,
            _UNIT,
            _REPORT_YEAR,
            Column("value", float, "of the number as written; null where masked", unit="as in measure_word"),
            Column("measure_word", str, "as written"),
            *_WHERE,
        ),
    ),
    "shortcomings": Table(
        ("doc", "start", "end"),
        (
            _DOC,
            _UNIT,
            _REPORT_YEAR,
            Column("topic", str, "the theme of the codebook that its words speak of most; empty where none does"),
            Column("quotes", str, "the numbers in the sentence as written, joined by ;"),
            Column("values", str, "what they are worth, in the same order, joined by ;; - where masked"),
            Column("start", int, "where the sentence begins in the report's text", required=True, unit="characters"),
            Column("end", int, "where it ends", required=True, unit="characters"),
            Column("sentence", str, "a sentence that states a problem, line breaks joined", required=True),
            *_WHERE[4:],
        ),
    ),
    "indicators": Table(
        ("unit", "period", "indicator", "scope", "basis"),
        (
            Column("unit", str, "the government or body the value is for", required=True),
            *_PLACES,
            Column("year", int, "the year of the value", required=True),
            Column("period", str, "2021; 2021-H1; 2021-01/11; 2021-07", required=True),
            Column("theme", str, "theme of the indicator", required=True),
            _INDICATOR,
            Column("name_zh", str, "its Chinese name", required=True),
            Column("name_en", str, "its English name", required=True),
            Column("value", float, "the value; null where equal sources disagree", unit="as in unit_of_measure"),
            _MEASURE,
            Column("qualifier", str, "exact, over, under, about; empty without a value", ("", *_QUALIFIERS[:-1])),
            _SCOPE,
            _BASIS,
            Column(
                "preferred", bool, "the one row of this unit, whole year and indicator for the wide view", required=True
            ),
            Column("origin", str, "how the value came about", _ORIGINS, required=True),
            Column("doc", str, "the report that speaks; several, joined by ;, where they disagree", required=True),
            Column("quote", str, "its words; empty without a value"),
            _SENTENCE,
            Column(
                "mentions",
                int,
                "rows of mentions with this key, of all reports and roles",
                required=True,
                unit="rows of mentions",
            ),
            Column(
                "flags", str, "disputed, from later report, read with doubt, corrected: why, flagged: why; joined by ;"
            ),
        ),
    ),
    "checks": Table(
        ("check", "doc", "other_doc", "unit", "year", "indicator", "sentence", "other_sentence"),
        (
            Column("check", str, "what does not add up", tuple(checks.CHECKS), required=True),
            Column("severity", str, "how grave it is", tuple(checks.SEVERITIES), required=True),
            _DOC,
            Column("other_doc", str, "the other report, if any; several joined by ;"),
            _UNIT,
            _YEAR,
            Column("indicator", str, "id of the indicator, if one"),
            Column("message", str, "what is wrong, in words", required=True),
            Column("value", float, "the value in doc", unit="the indicator's unit of measure"),
            Column(
                "other_value",
                float,
                "the value it does not agree with: stated in other_doc, or computed",
                unit="the indicator's unit of measure",
            ),
            _SENTENCE,
            Column("other_sentence", str, "the sentence of the other value"),
        ),
    ),
    "failures": Table(
        ("doc",),
        (
            _DOC,
            Column("reason", str, "empty, binary, encoding, format, too_large, unreadable, error …", required=True),
            Column("detail", str, "what happened, in words", required=True),
        ),
    ),
    "units": Table(
        ("unit", "name"),
        (
            Column("unit", str, "the name in the tables", required=True),
            Column("name", str, "a name that was joined to it", required=True),
            Column("reason", str, "why", required=True),
            Column("documents", int, "reports that bear the name", required=True, unit="reports"),
        ),
    ),
    "codebook": Table(
        ("indicator",),
        (
            _INDICATOR,
            Column("theme", str, "the theme", required=True),
            Column("core", bool, "one of the 84 of the specification, which alone are scored", required=True),
            Column("name_zh", str, "Chinese name", required=True),
            Column("name_en", str, "English name", required=True),
            _MEASURE,
            Column("kind", str, "count, rate, money or score", required=True),
            Column("definition", str, "what counts and what does not", required=True),
            Column("definition_en", str, "the same in English", required=True),
            Column("direction", str, "whether more is better: up, down, neutral", required=True),
            Column("lowest", float, "least plausible value", required=True, unit="as in unit_of_measure"),
            Column("highest", float, "greatest plausible value", required=True, unit="as in unit_of_measure"),
            Column("decimals", int, "decimals to show", required=True, unit="digits"),
            Column("framework", str, "the national plan that asks for it"),
            Column("task", int, "the plan's task"),
            Column("tiers", str, "tiers that it applies to, joined by ;", required=True),
            Column("basis", str, "what may have been counted, joined by ;, the preferred first"),
            Column("denominator", str, "what a rate is a share of"),
            Column("denominator_en", str, "the same in English"),
            Column("numerator_indicator", str, "the indicator that the rate's numerator is"),
            Column("denominator_indicator", str, "the indicator that its denominator is"),
            Column("example", str, "an official wording that states it", required=True),
        ),
    ),
}


_NAMES = {name: tuple(column.name for column in table.columns) for name, table in TABLES.items()}


def _checked(name: str, rows: list[Row]) -> list[Row]:
    """The rows, each within its table's schema; else a ValueError that names table, column and row."""
    table, seen = TABLES[name], set()
    for row in rows:
        if len(row) != len(table.columns):
            raise ValueError(f"table {name}, row {_key(table, row)}: columns {sorted(row)} are not the table's")
        for column in table.columns:
            fault = _fault(column, row[column.name]) if column.name in row else "is missing"
            if fault:
                raise ValueError(f"table {name}, column {column.name}, row {_key(table, row)}: {fault}")
        key = _key(table, row)
        if key in seen:
            raise ValueError(f"table {name}, columns {', '.join(table.key)}, row {key}: stands twice")
        seen.add(key)
    return rows


def _key(table: Table, row: Row) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in table.key)


def _fault(column: Column, value: object) -> str:
    """What is wrong with a cell, or nothing."""
    if value is None:
        return "is null" if column.required or column.type in (str, bool) else ""
    if type(value) is not column.type and not (column.type is float and type(value) is int):
        return f"{value!r} is no {column.type.__name__}"
    if column.words and value not in column.words:
        return f"{value!r} is none of {', '.join(map(repr, column.words))}"
    return "is empty" if column.required and value == "" else ""


# --- One report, in a worker process -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that gave no report: `reason` in a word, `detail` in a sentence."""

    doc: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Read:
    """What a report gave: rows for the tables, or a failure. `names`: what the report calls its unit.

    `doubtful`: (start, end) of the mentions that OCR was not sure of. `text`: of a format that is not text itself.
    `trace`: what the checks keep of its text.
    """

    document: Row | None = None
    mentions: list[Row] = field(default_factory=list)
    targets: list[Row] = field(default_factory=list)
    unmatched: list[Row] = field(default_factory=list)
    shortcomings: list[Row] = field(default_factory=list)
    names: tuple[str, ...] = ()
    doubtful: frozenset[tuple[int, int]] = frozenset()
    text: str | None = None
    trace: checks.Trace | None = None
    failure: Failure | None = None


_STORED = ("mentions", "targets", "unmatched", "shortcomings")  # the lists of rows in a _Read
_MOST_STORED = 256 << 20  # bytes that one file may give; a report of 2 MB gives 5 MB


def _read(path: Path, root: Path) -> tuple[bytes | None, bytes]:
    """(digest of the file's content, what its reports gave, packed). Raises nothing but MemoryError."""
    doc, name = _doc(path, root), _name(path, root)
    found: list[_Read] = []
    try:
        for report in read_reports(path, root if path != root else None):
            found.append(_read_one(report, doc + report.doc.removeprefix(name)))
    except MemoryError:
        raise
    except Exception as error:
        found.append(_failed(doc, error))
    packed = _packed(found)
    if packed is None:
        packed = _packed(
            [_Read(failure=Failure(doc, "too_large", "The file gives more rows or text than can be kept."))]
        )
    return _content(path), packed


def _read_one(report: Report | Unreadable, doc: str) -> _Read:
    """The rows of one report. Raises nothing but MemoryError."""
    if isinstance(report, Unreadable):
        return _Read(failure=Failure(doc, report.reason, _writable(report.detail)))
    try:
        return _rows(report, doc, find(report))
    except MemoryError:
        raise
    except Exception as error:
        return _failed(doc, error)


def _failed(doc: str, error: Exception) -> _Read:
    """One file never ends the run; its name and the error go into the table."""
    reason = "depth" if isinstance(error, RecursionError) else "error"
    return _Read(failure=Failure(doc, reason, _writable(f"{type(error).__name__}: {error}")))


def _packed(reads: list[_Read]) -> bytes | None:
    """As bytes that `_unpacked` gives back: JSON, which brings no code along; None for more than can be kept."""
    content = json.dumps(
        [
            [
                read.document and [read.document[column] for column in _NAMES["documents"]],
                *([[row[column] for column in _NAMES[name]] for row in getattr(read, name)] for name in _STORED),
                read.names,
                sorted(read.doubtful),
                read.text,
                read.trace and [read.trace.sketch.hex(), read.trace.blanks],
                read.failure and [read.failure.doc, read.failure.reason, read.failure.detail],
            ]
            for read in reads
        ],
        separators=(",", ":"),
    ).encode("ascii")
    return zlib.compress(content, 1) if len(content) <= _MOST_STORED else None


def _unpacked(packed: bytes) -> list[_Read]:
    return [
        _Read(
            dict(zip(_NAMES["documents"], document, strict=True)) if document else None,
            *(
                [dict(zip(_NAMES[name], row, strict=True)) for row in rows]
                for name, rows in zip(_STORED, lists, strict=True)
            ),
            tuple(names),
            frozenset((start, end) for start, end in doubtful),
            text,
            checks.Trace(bytes.fromhex(trace[0]), tuple(map(tuple, trace[1]))) if trace else None,
            Failure(*failure) if failure else None,
        )
        for document, *lists, names, doubtful, text, trace, failure in json.loads(zlib.decompress(packed))
    ]


def _name(path: Path, root: Path) -> str:
    """The path below the root."""
    return path.relative_to(root).as_posix() if path != root else path.name


def _doc(path: Path, root: Path) -> str:
    """The path below the root, whatever encoding the system takes its names to have."""
    return os.fsencode(_name(path, root)).decode("utf-8", "backslashreplace")


def _keep_text(path: Path, text: str) -> None:
    """The text as read, byte for byte: spans point into it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8", "replace"))


def _rows(report: Report, doc: str, found: Found) -> _Read:
    """The report's rows. Raises ValueError for a row outside its table."""
    unit = _one_name(report.identity.unit)
    stated = [_stated_row(report, doc, unit, m) | {"role": m.role, "implied": m.implied} for m in found.mentions]
    names = dict.fromkeys(name for name in (report.meta.get("unit", ""), report.identity.unit) if name and unit)
    return _Read(
        document=_checked("documents", [_document_row(report, doc, unit, len(stated), found)])[0],
        mentions=_checked("mentions", stated),
        targets=_checked("targets", _distinct("targets", [_stated_row(report, doc, unit, m) for m in found.targets])),
        unmatched=_checked(
            "unmatched", _distinct("unmatched", [_unmatched_row(report, doc, unit, u) for u in found.unmatched])
        ),
        shortcomings=_checked(
            "shortcomings",
            _distinct("shortcomings", [_shortcoming_row(report, doc, unit, s) for s in found.shortcomings]),
        ),
        names=tuple(map(_writable, names)),
        doubtful=frozenset(
            (m.start, m.end)
            for m in found.mentions
            if any(start < m.end and m.start < end for start, end, _ in report.doubtful)
        ),
        text=report.text if report.format not in ("text", "markdown") else None,
        trace=_trace(report),
    )


def _trace(report: Report) -> checks.Trace:
    """What the checks keep of the text, its half characters written as ?."""
    kept = checks.trace(report.text, report.skip)
    return checks.Trace(kept.sketch, tuple((_writable(blank), _writable(line)) for blank, line in kept.blanks))


def _document_row(report: Report, doc: str, unit: str, mentions: int, found: Found) -> Row:
    meta, identity = report.meta, report.identity
    warnings = [*report.warnings]
    if (said := meta.get("doc_type", "")) and said not in RANKS:
        warnings.append(f"doc_type {said} in the metadata is none of {' '.join(RANKS)}")
    if not mentions:
        warnings.append("no figure of an indicator")
    return {
        "doc": doc,
        "sha256": report.sha256,
        "format": report.format,
        "title": _writable(report.title),
        "doc_type": _doc_type(meta.get("doc_type", ""), identity),
        "publisher": _writable(meta.get("publisher", "")),
        "source_title": _writable(meta.get("source_title", "")),
        "source_url": _writable(meta.get("source_url", "")),
        "unit": unit,
        "level": identity.level,
        "tier": identity.tier,
        "body": identity.body,
        "province": _writable(identity.province),
        "city": _writable(identity.city),
        "county": _writable(identity.county),
        "adcode": identity.adcode,
        "year": identity.year,
        "period": identity.period,
        "published": identity.published,
        "characters": len(report.text),
        "mentions": mentions,
        "parts": ";".join(found.parts),
        "unnumbered": ";".join(found.unnumbered),
        "reused": None,  # known once all are read
        "warnings": _writable(_joined(warnings)),
    }


def _doc_type(stated: str, identity: Identity) -> str:
    """Who states the figures: what the file says; else by the unit, a government where nothing else is known."""
    if stated in RANKS:
        return stated
    if identity.body == "court":
        return "court"
    return "department" if "department" in (identity.level, identity.body) else "government"


def _stated_row(report: Report, doc: str, unit: str, mention: Mention) -> Row:
    """A mention or target as a row, less role and implied."""
    return {
        "doc": doc,
        "unit": unit,
        "year": mention.year,
        "period": mention.period,
        "indicator": mention.indicator,
        "value": _clean(mention.value),
        "unit_of_measure": mention.unit_of_measure,
        "qualifier": mention.qualifier,
        "scope": mention.scope,
        "basis": mention.basis,
        **_where(report, mention),
        "rule": mention.rule,
    }


def _unmatched_row(report: Report, doc: str, unit: str, left: Unmatched) -> Row:
    return {
        "doc": doc,
        "unit": unit,
        "year": report.identity.year,
        "value": _clean(left.value),
        "measure_word": left.measure_word,
        **_where(report, left),
    }


def _shortcoming_row(report: Report, doc: str, unit: str, stated: Shortcoming) -> Row:
    return {
        "doc": doc,
        "unit": unit,
        "year": report.identity.year,
        "topic": stated.topic,
        "quotes": _writable("; ".join(stated.quotes)),
        "values": "; ".join("-" if value is None else f"{_clean(value):.15g}" for value in stated.values),
        "start": stated.start,
        "end": stated.end,
        "sentence": _writable(stated.sentence),
        "section": _writable(stated.section),
        "page": _page(report, stated.start),
    }


def _where(report: Report, found: Mention | Unmatched) -> Row:
    return {
        "start": found.start,
        "end": found.end,
        "quote": _writable(found.quote),
        "sentence": _writable(found.sentence),
        "section": _writable(found.section),
        "page": _page(report, found.start),
    }


def _page(report: Report, start: int) -> int | None:
    """The page that an offset lies on, of formats that have pages."""
    return bisect_right(report.pages, start) or None if report.pages else None


def _distinct(name: str, rows: list[Row]) -> list[Row]:
    """The rows less those whose key stood before: a table's cell may be met twice on the way."""
    return list({_key(TABLES[name], row): row for row in reversed(rows)}.values())[::-1]


def _clean(value: float | None) -> float | None:
    """Less the noise of floating point: six decimals are more than any report gives."""
    return None if value is None else round(float(value), 6)


def _writable(text: str) -> str:
    """The text with what UTF-8 cannot hold (half characters of broken pages) as ?, one for one."""
    try:
        text.encode()
        return text
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()


def _joined(words: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(words))


# --- All reports ---------------------------------------------------------------------------------

_FILES_A_PROCESS = 200  # fewer are read before another worker is warm


def _processes(asked: int | None, count: int) -> int:
    """How many workers to use: as asked, else all cores as far as there is work for them."""
    if asked is not None:
        return max(1, asked)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, 1 + count // _FILES_A_PROCESS)


def _content(path: Path) -> bytes | None:
    """The digest of a file's bytes; None where it is none that can be read, and `read_reports` says why."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return None


def _twins(contents: Mapping[Path, bytes | None]) -> dict[Path, list[Path]]:
    """The first path of each content -> the others with the same."""
    first: dict[bytes, Path] = {}
    found: defaultdict[Path, list[Path]] = defaultdict(list)
    for path, content in contents.items():
        if content is not None and (before := first.setdefault(content, path)) != path:
            found[before].append(path)
    return found


def _with_twins(read: _Read, doc: str, twins: Sequence[str]) -> Iterator[_Read]:
    """The report with its twins noted; a file that failed fails under each of its names."""
    if read.failure is not None:
        for name in (doc, *twins):
            yield _Read(failure=Failure(name, read.failure.reason, read.failure.detail))
        return
    document = read.document
    if document is not None and twins:
        notes = [document["warnings"]] if document["warnings"] else []
        document["warnings"] = _joined([*notes, *(f"same content: {doc}" for doc in twins)])
    yield read


# --- Observations --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Source:
    """What one report says for one key: a headline mention's row, or several parts' summed."""

    document: Row
    mention: Row
    origin: str
    scope: str
    doubtful: bool

    @property
    def key(self) -> tuple[str, ...]:
        m = self.mention
        return m["unit"], m["period"], m["indicator"], self.scope, m["basis"]

    @property
    def later(self) -> bool:
        """Whether a report on a later year looks back."""
        return self.document["year"] is not None and self.mention["year"] < self.document["year"]

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """Lower speaks first."""
        return self.later, self.origin == "summed", RANKS.index(self.document["doc_type"])

    @property
    def exact(self) -> bool:
        return self.mention["qualifier"] == "exact"


@dataclass(slots=True)
class _Sources:
    """What all reports say for observations, gathered report by report."""

    headlines: defaultdict[tuple[str, ...], list[_Source]] = field(default_factory=lambda: defaultdict(list))
    mentions: Counter[tuple[str, ...]] = field(default_factory=Counter)
    parts: set[tuple[str, str, str]] = field(default_factory=set)

    def add(self, document: Row, mentions: list[Row], doubtful: frozenset[tuple[int, int]] = frozenset()) -> None:
        speaking = [row for row in mentions if row["unit"] and row["period"] and row["year"] is not None]
        for row in speaking:
            self.mentions[_source(document, row, doubtful).key] += 1
            if row["role"] == "part":
                self.parts.add((row["unit"], row["period"], row["indicator"]))
        headlines = [row for row in speaking if row["role"] == "headline"]
        said = {(row["indicator"], row["year"]) for row in headlines}
        sums = _sums([row for row in speaking if (row["indicator"], row["year"]) not in said])
        for row in headlines + sums:
            source = _source(document, row, doubtful, "summed" if row["role"] == "part" else "")
            if row["value"] is not None and (document["year"] is None or row["year"] <= document["year"]):
                self.headlines[source.key].append(source)

    def parts_only(self) -> int:
        """How many unit, period and indicator are known in parts alone."""
        return len(self.parts - {key[:3] for key in self.headlines})


def _source(document: Row, row: Row, doubtful: frozenset[tuple[int, int]], origin: str = "") -> _Source:
    scope = row["scope"] or ("area" if document["doc_type"] == "court" else "")
    unsure = any(row["start"] <= start < row["end"] for start, _ in doubtful)
    return _Source(document, row, origin or ("implied" if row["implied"] else "reported"), scope, unsure)


def _sums(parts: list[Row]) -> list[Row]:
    """One row for each indicator and year whose parts a single sentence lists as the whole."""
    kinds = catalogue.load()
    lists: defaultdict[tuple[str, int], list[Row]] = defaultdict(list)
    for _, group in itertools.groupby(parts, key=lambda row: row["sentence"]):
        own: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in group:
            own[row["indicator"], row["year"], row["period"], row["scope"], row["basis"]].append(row)
        for (indicator, year, *_), rows in own.items():
            if kinds[indicator].kind in ("count", "money") and checks.whole_list(rows):
                lists[indicator, year].append(_summed(rows))
    return [rows[0] for rows in lists.values() if len(rows) == 1]  # two lists may count the same thing twice


def _summed(rows: list[Row]) -> Row:
    """The whole of the parts; it is no longer a part of the area, even where each of them was."""
    return rows[0] | {
        "value": _clean(sum(row["value"] for row in rows)),
        "qualifier": "over",
        "scope": rows[0]["scope"].replace("part_of_area", ""),
        "quote": " + ".join(row["quote"] for row in rows),
        "end": rows[-1]["end"],
    }


def _observations(sources: _Sources, fixes: Corrections) -> tuple[list[Row], list[tuple[Row, Row]]]:
    """(rows of indicators, pairs of mentions of equal sources that disagree)."""
    fixes.drop(sources.headlines)
    chosen: list[tuple[_Source, Row]] = []
    disputes: list[tuple[Row, Row]] = []
    for key in sorted(sources.headlines):
        speaking = _speaking(sources.headlines[key])
        alone = len(speaking) == 1  # as nearly all are: no need to look how exact it is
        speaks = (
            speaking[0]
            if alone
            else min(speaking, key=lambda s: (not s.exact, checks.step(s.mention), s.document["doc"]))
        )
        against = [] if alone else [each for each in speaking if not checks.agree(each.mention, speaks.mention)]
        flags = ["from later report"] * speaks.later + ["disputed"] * bool(against)
        flags += ["read with doubt"] * speaks.doubtful
        disputes.extend((speaks.mention, other.mention) for other in against)
        chosen.append((speaks, _observation(speaks, against, sources.mentions[key], flags)))
    fixes.settle(row for _, row in chosen)
    _prefer(chosen)
    reported = [row for _, row in chosen]
    derived = list(ratios(reported))
    _prefer_derived(reported, derived)
    return reported + derived, disputes


def _speaking(sources: list[_Source]) -> list[_Source]:
    """Those of the highest rank, less those that one of them is known to be published after; in document order."""
    if len(sources) == 1:
        return sources
    best = min(source.rank for source in sources)
    equals = sorted((s for s in sources if s.rank == best), key=lambda s: s.document["doc"])
    latest = max(s.document["published"] for s in equals)
    return [s for s in equals if s.document["published"] in ("", latest)]


def _observation(source: _Source, against: list[_Source], mentions: int, flags: list[str]) -> Row:
    """A row of the tidy table; `against`: the reports that disagree, and then there is no value."""
    document, mention = source.document, source.mention
    indicator = catalogue.load()[mention["indicator"]]
    return {
        "unit": mention["unit"],
        **{column.name: document[column.name] for column in _PLACES},
        "year": mention["year"],
        "period": mention["period"],
        "theme": indicator.theme,
        "indicator": indicator.id,
        "name_zh": indicator.name_zh,
        "name_en": indicator.name_en,
        "value": None if against else mention["value"],
        "unit_of_measure": mention["unit_of_measure"],
        "qualifier": "" if against else mention["qualifier"],
        "scope": source.scope,
        "basis": mention["basis"],
        "preferred": False,
        "origin": source.origin,
        "doc": _joined(s.document["doc"] for s in (source, *against)),
        "quote": "" if against else mention["quote"],
        "sentence": "" if against else mention["sentence"],
        "mentions": mentions,
        "flags": ";".join(flags),
    }


_SCOPE_PLACE = {"own": 0, "": 0, "area": 1, "part_of_area": 2}


def _prefer(chosen: list[tuple[_Source, Row]]) -> None:
    """Mark the preferred row of each unit, whole year and indicator; the order stands in the module's docstring."""
    best: dict[tuple[Any, ...], tuple[tuple[Any, ...], Row]] = {}
    for source, row in chosen:
        if row["value"] is None or row["period"] != str(row["year"]):
            continue
        place = (*source.rank, _SCOPE_PLACE[row["scope"]], _basis_place(row), row["scope"], row["basis"])
        key = row["unit"], row["year"], row["indicator"]
        if key not in best or place < best[key][0]:
            best[key] = place, row
    for _, row in best.values():
        row["preferred"] = True


def _prefer_derived(reported: Sequence[Row], derived: Sequence[Row]) -> None:
    """Mark a derived row where the unit, whole year and indicator have no other; the scopes in the order of `_prefer`."""
    taken = {(row["unit"], row["year"], row["indicator"]) for row in reported if row["preferred"]}
    for row in sorted(derived, key=lambda row: (_SCOPE_PLACE[row["scope"]], row["scope"])):
        key = row["unit"], row["year"], row["indicator"]
        if row["period"] == str(row["year"]) and key not in taken:
            row["preferred"] = True
            taken.add(key)


def _basis_place(row: Row) -> float:
    words = list(catalogue.load()[row["indicator"]].basis)
    return words.index(row["basis"]) if row["basis"] in words else 0.5


# --- Units and codebook --------------------------------------------------------------------------


def _one_name(name: str) -> str:
    """The name without what tells no two bodies apart: full width, white space, 人民政府 at its end."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", _writable(name))).removesuffix("人民政府")


def _reason(name: str, unit: str) -> str:
    if name == unit:
        return "as written"
    if _one_name(name) == unit:
        return "the same but for width, spaces or 人民政府"
    return "full names of the parents, by the list of divisions"


def _unit_rows(names: Counter[tuple[str, str]], joined: Mapping[tuple[str, str], str]) -> list[Row]:
    """`joined`: (unit, name) -> why people joined the two."""
    return [
        {"unit": unit, "name": name, "reason": joined.get((unit, name)) or _reason(name, unit), "documents": count}
        for (unit, name), count in names.items()
    ]


def _codebook_rows() -> list[Row]:
    return [
        {
            "indicator": entry.id,
            "theme": entry.theme,
            "core": entry.core,
            "name_zh": entry.name_zh,
            "name_en": entry.name_en,
            "unit_of_measure": entry.unit_of_measure,
            "kind": entry.kind,
            "definition": entry.definition,
            "definition_en": entry.definition_en,
            "direction": entry.direction,
            "lowest": float(entry.range[0]),
            "highest": float(entry.range[1]),
            "decimals": entry.decimals,
            "framework": entry.framework,
            "task": entry.task,
            "tiers": ";".join(entry.tiers),
            "basis": ";".join(entry.basis),
            "denominator": entry.denominator,
            "denominator_en": entry.denominator_en,
            "numerator_indicator": entry.relation.numerator if entry.relation else "",
            "denominator_indicator": entry.relation.denominator if entry.relation else "",
            "example": entry.example[0].text if entry.example else "",
        }
        for entry in catalogue.load().values()
    ]


# --- Writing -------------------------------------------------------------------------------------


class _Columns:
    """A table's rows in memory, kept by column: a row kept as a dict takes ten times as much."""

    def __init__(self, name: str) -> None:
        self.name, self.table = name, TABLES[name]
        self.lists: dict[str, list[Any]] = {column.name: [] for column in self.table.columns}

    def add(self, rows: Sequence[Row]) -> None:
        """Rows that `_checked` has seen."""
        for name, values in self.lists.items():
            values.extend([row[name] for row in rows])

    def note_twin(self, at: int, doc: str) -> tuple[str, str]:
        """Warns, in a row of documents, of another with the same content: (doc of the row, warning)."""
        note, warnings = f"same content: {doc}", self.lists["warnings"]
        warnings[at] = _joined([warnings[at], note] if warnings[at] else [note])
        return self.lists["doc"][at], note

    def frame(self) -> pl.DataFrame:
        """Sorted. Raises ValueError where two reports gave one row."""
        frame = pl.DataFrame(self.lists, schema=self.table.schema, strict=True).sort(self.table.key)
        return once(self.name, frame, self.table.key)

    def __len__(self) -> int:
        return len(self.lists[self.table.key[0]])


def _write(name: str, frames: Iterable[pl.DataFrame], folder: Path, metadata: Mapping[str, str]) -> None:
    """One table as NAME.csv and NAME.parquet, the frames one after the other."""
    pieces = folder / _PIECES / f"{name}-in-order"
    pieces.mkdir()
    path, parquet = folder / f"{name}.csv", folder / f"{name}.parquet"
    with path.open("wb") as text:
        for number, frame in enumerate(frames):
            as_text = partial(
                _readable(frame).write_csv,
                text,
                include_bom=not number,
                include_header=not number,
                line_terminator="\n",
            )
            staging.unstuck(as_text, path)
            staging.unstuck(partial(frame.write_parquet, pieces / f"{number:06}.parquet", compression="lz4"), parquet)
    joined = pl.scan_parquet(sorted(pieces.iterdir()))
    staging.unstuck(partial(joined.sink_parquet, parquet, metadata=dict(metadata), row_group_size=_ROW_GROUP), parquet)
    shutil.rmtree(pieces)


_ROW_GROUP = 100_000  # rows; stated, so that the bytes do not depend on who wrote how much at once


def _readable(frame: pl.DataFrame) -> pl.DataFrame:
    """As CSV shows it: numbers as people write them, absent text as nothing."""
    numbers = [column for column, kind in frame.schema.items() if kind == pl.Float64]
    plain = [pl.Series(column, [_plain(v) for v in frame[column]], dtype=pl.String) for column in numbers]
    absent = pl.col(pl.String).replace("", None)  # else polars writes it as two quotation marks
    return disarmed(frame).with_columns(plain).with_columns(absent)


def _plain(value: float | None) -> str | None:
    """The number as people write it: 98.78, 21000; no exponent, no 21000.0."""
    if value is None:
        return None
    return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")


def versions() -> dict[str, str]:
    """`reader` and `catalogue`: version and content of what reads, so that two tables can be told apart."""
    package = files(__package__)
    indicators = sorted(
        (e for e in package.joinpath("indicators").iterdir() if e.name.endswith(".toml")), key=lambda e: e.name
    )
    others = (*package.iterdir(), *package.joinpath("readers").iterdir())
    code = sorted((e for e in others if e.name.endswith((".py", ".toml", ".csv"))), key=str)
    return {"reader": f"{_version('fazhi-indicators')}+{_digest(code)}", "catalogue": _digest(indicators)}


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:  # run from a folder that was not installed
        return "0"


def _digest(entries: Iterable[Any]) -> str:
    content = hashlib.sha256()
    for entry in entries:
        content.update(entry.name.encode() + b"\0" + entry.read_bytes())
    return content.hexdigest()[:12]


# --- The verbs -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did. `warnings`: (doc, warning); `twins`: files passed over because their content was read
    already; `parts_only`: unit, period and indicator known in parts alone, and so without an observation; `findings`:
    rows of checks by severity; `corrected`: observations whose value people gave; `unapplied`: corrections that match
    nothing any more, in words; `note`: why files that had not changed were read again, or empty."""

    out: Path
    reports: int
    mentions: int
    observations: int
    disputed: int
    parts_only: int
    findings: Mapping[str, int]
    twins: int
    warnings: tuple[tuple[str, str], ...]
    failures: tuple[Failure, ...]
    unapplied: tuple[str, ...] = ()
    corrected: int = 0
    note: str = ""


def build(
    raw: str | Path = "data/raw",
    out: str | Path = "data/processed",
    processes: int | None = None,
    progress: bool = False,
    decided: str | Path | None = None,
    anew: bool = False,
    dask: str | None = None,
) -> Summary:
    """Read every report below `raw` and write the tables into `out`; the same input gives the same bytes.

    `processes`: workers, all cores by default. `progress`: a bar on stderr. `decided`: the file of corrections, by
    default corrections.toml beside the folder `raw`, if there is one. `anew`: read files that have not changed since
    the last run too. `dask`: the address of a scheduler whose workers read in place of processes here (see
    `analysis.cluster`). The tables change as a set (see `analysis.staging`); what a run read before it broke off is
    not read again. A file that cannot be read is a row in `failures`. A script needs `if __name__ == "__main__"`:
    without it all is read in its own process, and no bounds hold.
    Raises FileNotFoundError where there is no folder or no report in it, another OSError where `out` cannot be
    written or another run is at it, ValueError where it is the folder of reports itself or an entry of the corrections
    is at fault.
    """
    raw, out = Path(raw if dask is None else os.path.abspath(raw)), Path(out)  # workers stand in another folder
    paths = _outside(find_reports(raw), raw, out)
    if not paths:
        raise FileNotFoundError(f"no report in {raw}")
    fixes = _corrections(raw, decided)
    out.mkdir(parents=True, exist_ok=True)
    with staging.alone(out, patience=1), staging.staged(out) as stage:
        return _build(paths, raw, out, stage, _processes(processes, len(paths)), progress, fixes, anew, dask)


def _outside(paths: list[Path], raw: Path, out: Path) -> list[Path]:
    """The paths less the tables of an earlier run, where they stand below the folder of reports."""
    if out.resolve() == raw.resolve():
        raise ValueError(f"{out} holds the reports: the tables need a folder of their own")
    if raw.resolve() not in out.resolve().parents:
        return paths
    return [path for path in paths if out.resolve() not in path.resolve().parents]


def _corrections(raw: Path, decided: str | Path | None) -> Corrections:
    """What people decided about these reports. Raises as `corrections.read` does."""
    beside = raw.absolute().parent / corrections.NAME
    if decided is None and not beside.is_file():
        return Corrections()
    return Corrections(corrections.read(beside if decided is None else decided))


def _build(
    paths: Sequence[Path],
    raw: Path,
    out: Path,
    stage: Path,
    processes: int,
    progress: bool,
    fixes: Corrections,
    anew: bool,
    dask: str | None,
) -> Summary:
    metadata = versions()
    store = Store(out / ".store" / "read.sqlite", _reading_version(metadata), anew)
    with closing(store), _no_sweeping():
        reports = _reports(paths, raw, store, processes, dask, progress)
        gathered = _gathered(reports, stage / "text", stage / _PIECES, fixes)
        chosen = _chosen(gathered, stage / _PIECES, fixes, progress)
    failed = [{"doc": f.doc, "reason": f.reason, "detail": f.detail} for f in gathered.failures]
    few = {
        "promises": chosen.promises,
        "checks": chosen.findings,
        "failures": failed,
        "units": _unit_rows(gathered.names, fixes.reasons),
        "codebook": _codebook_rows(),
    }
    written: dict[str, Iterable[pl.DataFrame]] = {
        "documents": [gathered.documents],
        **{name: spool.ordered() for name, spool in (*gathered.spools.items(), ("indicators", chosen.indicators))},
        **{name: [_frame(name, _checked(name, rows))] for name, rows in few.items()},
    }
    for name in TABLES:
        _write(name, written[name], stage, metadata)
    shutil.rmtree(stage / _PIECES)
    (stage / datapackage.NAME).write_text(datapackage.describe(TABLES), "utf-8", newline="\n")
    staging.write_manifest(stage, metadata)
    return Summary(
        out=out,
        reports=gathered.documents.height,
        mentions=len(gathered.spools["mentions"]),
        observations=len(chosen.indicators),
        disputed=chosen.disputed,
        parts_only=chosen.parts_only,
        findings=Counter(row["severity"] for row in chosen.findings),
        twins=gathered.twins,
        warnings=tuple(gathered.warnings),
        failures=tuple(sorted(gathered.failures, key=lambda f: f.doc)),
        unapplied=tuple(fixes.unapplied),
        corrected=chosen.corrected,
        note=store.note,
    )


@contextmanager
def _no_sweeping() -> Iterator[None]:
    """Millions of rows are kept and none is garbage: looking for cycles among them takes a fifth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _reading_version(metadata: Mapping[str, str]) -> str:
    """Whatever a reading depends on beside the file: our own code and data, and the packages that open files."""
    packages = ("lxml", "pypdfium2", "pdfplumber", "msdoc2docx", "readability-lxml", "charset-normalizer", "rapidocr")
    needs = [f"{name} {_version(name)}" for name in (*packages, "numpy", "ahocorasick-rs")]
    return "; ".join([*metadata.values(), *needs, f"ocr {scan.ready()}", f"python {sys.version_info[:2]}"])


_PIECES = "pieces"  # a folder of the stage, gone when the tables are written


@dataclass(slots=True)
class _Gathered:
    """What all reports gave: `documents` in memory, the tables with many rows a report in `spools`.

    `doubtful`: doc -> (start, end) of the mentions that OCR was not sure of. `names`: (unit, a name) -> reports.
    """

    documents: pl.DataFrame
    spools: Mapping[str, Spool]
    doubtful: Mapping[str, frozenset[tuple[int, int]]]
    traces: Mapping[str, checks.Trace]
    names: Counter[tuple[str, str]]
    warnings: list[tuple[str, str]]
    failures: list[Failure]
    twins: int


def _gathered(
    reports: Iterable[tuple[_Read, str, list[str]]], texts: Path, pieces: Path, fixes: Corrections
) -> _Gathered:
    """What the reports gave; the texts of formats that are not text are written below `texts`."""
    documents = _Columns("documents")
    spools = {name: _spool(name, pieces) for name in _STORED}
    doubtful: dict[str, frozenset[tuple[int, int]]] = {}
    traces: dict[str, checks.Trace] = {}
    names = Counter[tuple[str, str]]()
    warnings: list[tuple[str, str]] = []
    failures: list[Failure] = []
    first: dict[bytes, int] = {}  # content -> its row in documents
    twins = 0
    texts.mkdir()
    for read, doc, others in reports:
        twins += len(others)
        for each in _with_twins(read, doc, others):
            if each.failure is not None:
                failures.append(each.failure)
                continue
            document = each.document
            at = first.setdefault(bytes.fromhex(document["sha256"]), len(documents))
            if at < len(documents):  # known only now: one of them came out of an archive
                twins += 1
                warnings.append(documents.note_twin(at, document["doc"]))
                continue
            each = fixes.joined(each)
            document = each.document
            if each.text is not None:
                _keep_text(texts / os.fsdecode(f"{document['doc']}.txt".encode()), each.text)
            documents.add([document])
            for name, spool in spools.items():
                spool.add(getattr(each, name))
            traces[document["doc"]] = each.trace
            if each.doubtful:
                doubtful[document["doc"]] = each.doubtful
            names.update((document["unit"], name) for name in each.names)
            warnings.extend((document["doc"], warning) for warning in document["warnings"].split("; ") if warning)
    documents.lists["reused"] = checks.from_last_year(documents.lists, traces)
    return _Gathered(documents.frame(), spools, doubtful, traces, names, warnings, failures, twins)


def _spool(name: str, folder: Path) -> Spool:
    return Spool(folder, name, TABLES[name].schema, TABLES[name].key, "unit")


def _frame(name: str, rows: Sequence[Row]) -> pl.DataFrame:
    columns = _Columns(name)
    columns.add(rows)
    return columns.frame()


_REPORTS_AT_ONCE = 1000  # reports whose units are looked at together
_ROWS_AT_ONCE = 200_000  # observations whose indicators are looked at together


@dataclass(slots=True)
class _Chosen:
    """The observations, the rows of checks and of promises."""

    indicators: Spool
    findings: list[Row]
    promises: list[Row]
    disputed: int = 0
    corrected: int = 0
    parts_only: int = 0


def _chosen(gathered: _Gathered, pieces: Path, fixes: Corrections, progress: bool) -> _Chosen:
    """What is chosen among all that was gathered, some units at a time."""
    chosen = _Chosen(_spool("indicators", pieces), [], [])
    ranges = _ranges(gathered.documents["unit"])
    for low, high in _tracked(ranges, "choosing", len(ranges)) if progress else ranges:
        _choose(low, high, gathered, chosen, fixes)
    fixes.close()
    nobodys = gathered.spools["targets"].between("unit", "", "\0")
    chosen.promises += promises.find(nobodys, pl.DataFrame(schema=TABLES["indicators"].schema), gathered.documents)
    mentions, documents = pl.DataFrame(schema=TABLES["mentions"].schema), gathered.documents
    for indicators in _by_indicator(chosen.indicators):
        chosen.findings += checks.find(checks.Stated(documents, mentions, indicators), "indicator")
    none = pl.DataFrame(schema=TABLES["indicators"].schema)
    chosen.findings += checks.find(checks.Stated(documents, mentions, none, traces=gathered.traces), "corpus")
    return chosen


def _ranges(units: Iterable[str]) -> list[tuple[str, str | None]]:
    """Stretches [low, high) of the units in order, each of some reports or one unit; None: to the last."""
    starts: list[str] = []
    together = _REPORTS_AT_ONCE
    for unit, reports in sorted(Counter(unit for unit in units if unit).items()):
        if together >= _REPORTS_AT_ONCE:
            starts.append(unit)
            together = 0
        together += reports
    return list(zip(starts, [*starts[1:], None], strict=True)) if starts else []


def _choose(low: str, high: str | None, gathered: _Gathered, chosen: _Chosen, fixes: Corrections) -> None:
    """Adds the observations of the units in low <= unit < high, and what does not add up within one of them."""
    mentions = gathered.spools["mentions"].between("unit", low, high)
    of_units = (pl.col("unit") >= low) if high is None else (pl.col("unit") >= low) & (pl.col("unit") < high)
    documents = gathered.documents.filter(of_units)
    whose = {row["doc"]: row for row in documents.iter_rows(named=True)}
    sources = _Sources()
    for doc, rows in itertools.groupby(mentions.iter_rows(named=True), key=lambda row: row["doc"]):
        sources.add(whose[doc], list(rows), gathered.doubtful.get(doc, frozenset()))
    observations, disputes = _observations(sources, fixes)
    chosen.indicators.add(_checked("indicators", observations))
    chosen.disputed += sum("disputed" in row["flags"] for row in observations)
    chosen.corrected += sum(row["origin"] == "corrected" for row in observations)
    chosen.parts_only += sources.parts_only()
    indicators = chosen.indicators.between("unit", low, high).sort(TABLES["indicators"].key)
    targets = gathered.spools["targets"].between("unit", low, high)
    chosen.promises += promises.find(targets, indicators, documents)
    stated = checks.Stated(
        documents,
        mentions.sort(TABLES["mentions"].key),
        indicators,
        disputes,
    )
    chosen.findings += checks.find(stated, "unit")


def _by_indicator(indicators: Spool) -> Iterator[pl.DataFrame]:
    """The observations of some indicators at a time, sorted."""
    together: list[str] = []
    rows = 0
    counts = indicators.scan().group_by("indicator").len().sort("indicator").collect()
    for place, (indicator, count) in enumerate(counts.iter_rows(), 1):
        together.append(indicator)
        rows += count
        if rows >= _ROWS_AT_ONCE or place == counts.height:
            yield indicators.scan().filter(pl.col("indicator").is_in(together)).collect().sort(TABLES["indicators"].key)
            together, rows = [], 0


def _reports(
    paths: Sequence[Path], raw: Path, store: Store, processes: int, dask: str | None, progress: bool
) -> Iterator[tuple[_Read, str, list[str]]]:
    """(what a report gave, its doc, the docs of its twins) for every content, in document order."""
    contents = {path: _content(path) for path in paths}
    twins = _twins(contents)
    again = {path for others in twins.values() for path in others}
    paths = [path for path in paths if path not in again]
    results = _stored(paths, raw, contents, store, processes, dask)
    for path, result in _tracked(results, "reading", len(paths)) if progress else results:
        doc, others = _doc(path, raw), [_doc(other, raw) for other in twins.get(path, ())]
        for read in result:
            inside = (read.failure.doc if read.failure else read.document["doc"]).removeprefix(doc)
            yield read, doc + inside, [other + inside for other in others]


def _stored(
    paths: Sequence[Path],
    raw: Path,
    contents: Mapping[Path, bytes | None],
    store: Store,
    processes: int,
    dask: str | None,
) -> Iterator[tuple[Path, list[_Read]]]:
    """What each file gave: out of the store, or read now and put there. What was lost is tried again in every run."""
    names = {path: os.fsencode(_name(path, raw)) for path in paths}
    new = [path for path in paths if contents[path] is None or not store.holds(names[path], contents[path])]
    read = partial(_read, root=raw)
    fresh = zip(new, read_all(new, processes, read) if dask is None else cluster.read_all(new, dask, read), strict=True)
    waiting = iter([*new, None])
    following = next(waiting)
    for path in paths:
        if path != following:
            yield path, _unpacked(store.get(names[path]))
            continue
        following = next(waiting)
        _, result = next(fresh)
        if isinstance(result, Lost):
            yield path, [_Read(failure=Failure(_doc(path, raw), result.reason, result.detail))]
            continue
        content, packed = result
        if content is not None and content == contents[path]:  # else it changed while it was read
            store.put(names[path], content, packed)
        yield path, _unpacked(packed)
    store.keep_only(names.values())


def _tracked(results: Iterable[Any], what: str, total: int) -> Iterator[Any]:
    """The results, with a bar on stderr that shows how much is done and how long the rest will take."""
    from rich.console import Console
    from rich.progress import track

    yield from track(results, what, total=total, console=Console(file=sys.stderr), transient=True)


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables as polars frames (lazy ones on demand); columns and their meaning stand in TABLES."""

    documents: Any
    mentions: Any
    targets: Any
    promises: Any
    unmatched: Any
    shortcomings: Any
    indicators: Any
    checks: Any
    failures: Any
    units: Any
    codebook: Any

    def to_pandas(self) -> pd.DataFrame:
        """The tidy table `indicators` as a pandas frame, a row an observation: what seaborn draws from.

        Any other table: `tables.mentions.to_pandas()`. A missing value is NaN.
        """
        return self.indicators.lazy().collect().to_pandas()

    def _repr_html_(self) -> str:
        """In a notebook: which tables there are, how many rows each has and what tells them apart."""
        rows = []
        for name, table in TABLES.items():
            frame = getattr(self, name)
            height = f"{frame.height:,}" if isinstance(frame, pl.DataFrame) else "…"
            rows.append(f"<tr><td>{name}</td><td>{height}</td><td>{', '.join(table.key)}</td></tr>")
        heading = "<tr><th>table</th><th>rows</th><th>key</th></tr>"
        return f"<table><thead>{heading}</thead><tbody>{''.join(rows)}</tbody></table>"


def load(out: str | Path = "data/processed", lazy: bool = False) -> Tables:
    """The tables in `out`, which may also lie in a folder above this one (a notebook's, say).

    Parquet is read where it is no older than the CSV beside it, else the CSV: only that one is kept in git.
    A publication that broke off is ended first. Raises FileNotFoundError where there are no tables, or one is missing.
    """
    folder = _found(Path(out))
    return staging.steadily(folder, lambda: Tables(**{f.name: _load(f.name, folder, lazy) for f in fields(Tables)}))


def _found(out: Path) -> Path:
    for above in (Path(), *Path.cwd().parents):
        staging.settle(above / out)
        if (above / out / "indicators.csv").is_file():
            return above / out
    raise FileNotFoundError(f"no tables in {out}: `python -m analysis build` writes them")


def _load(name: str, folder: Path, lazy: bool) -> pl.DataFrame | pl.LazyFrame:
    text, parquet = folder / f"{name}.csv", folder / f"{name}.parquet"
    if parquet.is_file() and (not text.is_file() or parquet.stat().st_mtime_ns >= text.stat().st_mtime_ns):
        return pl.scan_parquet(parquet) if lazy else pl.read_parquet(parquet)
    if not text.is_file():
        raise FileNotFoundError(
            f"no {text}: an earlier version wrote these tables, `python -m analysis build` writes all"
        )
    frame = restored(pl.scan_csv(text, schema=TABLES[name].schema).with_columns(pl.col(pl.String).fill_null("")))
    return frame if lazy else frame.collect()


def panel(
    indicators: str | Iterable[str] | None = None,
    units: str | Iterable[str] | None = None,
    years: int | Iterable[int] | None = None,
    out: str | Path = "data/processed",
) -> pl.DataFrame:
    """The preferred values, one row a unit, year and indicator, sorted so; None takes all.

    Columns as in the table `indicators`. A missing value has no row. Raises ValueError for an indicator or unit
    that the tables do not know.
    """
    tables = load(out)
    frame = tables.indicators.filter(pl.col("preferred"))
    for column, wanted, known in (
        ("indicator", indicators, tables.codebook["indicator"]),
        ("unit", units, tables.indicators["unit"]),
        ("year", years, None),
    ):
        if wanted is None:
            continue
        wanted = [wanted] if isinstance(wanted, str | int) else list(wanted)
        if known is not None and (strange := sorted(set(wanted) - set(known))):
            raise ValueError(f"no {column} called {', '.join(strange)}")
        frame = frame.filter(pl.col(column).is_in(wanted))
    return frame.sort("indicator", "unit", "year")
