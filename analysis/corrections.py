"""What people decided about this corpus, as data: ``corrections.toml`` beside the folder of reports.

Each ``[[correction]]`` says what to do, where, why, who decided it and when, and which value the decision was about:

    action = "override"    the observation gets ``value``; its document, quote and sentence stay those that were read
             "drop"        what a report was read to say of this key speaks no more; another report may
             "flag"        ``reason`` is added to the observation's flags
             "join units"  what bears the unit ``name`` is filed under ``unit``

The first three name an observation: ``unit`` or ``doc`` or both, ``period``, ``indicator``, and ``scope`` and ``basis``
as the table has them (empty where left out). ``expected`` is the value that was there when the decision was made, or
"disputed" where the table gave none. Whatever a correction does, ``mentions`` still holds what was read.

An entry whose report is not among those built is passed over. Where it is among them and the entry matches nothing, or
the expected value is gone, the entry is not applied and the build says so: a correction that has outlived its reason
must be looked at, not carried along.
"""

from __future__ import annotations

import dataclasses
import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

import tomli_w
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from analysis import catalogue
from analysis.places import identify
from analysis.staging import whole

NAME = "corrections.toml"
DISPUTED = "disputed"

Row = dict[str, Any]
Key = tuple[str, ...]
_Report = TypeVar("_Report")  # what a report gave: a dataclass with document, names and lists of rows

_PERIOD = re.compile(r"\d{4}(?:-H[12]|-\d{2}(?:/\d{2})?|/\d{4})?")
_TWIN = "same content: "  # how a report's warnings name a file that was passed over for it
_ROWS = ("mentions", "targets", "unmatched", "shortcomings")
_PLACE = ("level", "tier", "body", "province", "city", "county", "adcode")


class Correction(BaseModel):
    """One entry. ``expected`` and ``value`` are in the indicator's unit of measure."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    action: Literal["override", "drop", "flag", "join units"]
    doc: str = ""
    unit: str = ""
    name: str = ""
    period: str = ""
    indicator: str = ""
    scope: Literal["", "own", "area", "part_of_area"] = ""
    basis: str = ""
    expected: float | Literal["disputed"] | None = None
    value: float | None = None
    qualifier: Literal["", "exact", "over", "under", "about"] = ""
    reason: str
    who: str
    when: date

    @field_validator("expected", "value", mode="before")
    @classmethod
    def _finite(cls, value: object) -> object:
        if isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError("is no finite number")
        return value

    @field_validator("reason", "who")
    @classmethod
    def _said(cls, text: str) -> str:
        if not text.strip():
            raise ValueError("is empty")
        return text

    @model_validator(mode="after")
    def _fits_its_action(self) -> Correction:
        faults = list(_faults(self))
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def target(self) -> tuple[object, ...]:
        """What it decides on: a file may hold one entry for each."""
        if self.action == "join units":
            return self.action, self.doc, self.name
        about = self.action, self.doc, *self.key
        return (*about, self.expected) if self.action == "drop" else about

    @property
    def key(self) -> Key:
        """The observation that it is about; the unit is empty where the document tells."""
        return self.unit, self.period, self.indicator, self.scope, self.basis

    @property
    def words(self) -> str:
        """The reason as it stands in a cell of flags, whose parts are joined by ;"""
        return " ".join(self.reason.split()).replace(";", "；")

    def __str__(self) -> str:
        where = " ".join(
            filter(None, (self.doc, self.name, self.unit, self.period, self.indicator, self.scope, self.basis))
        )
        return f"{self.action}: {where} ({self.who}, {self.when}: {self.words})"


def _faults(entry: Correction) -> Iterable[str]:
    """What an action lacks, or has no use for."""
    if entry.action == "join units":
        needed, useless = ("name", "unit"), ("period", "indicator", "scope", "basis", "expected", "value", "qualifier")
        if entry.name == entry.unit:
            yield "name and unit are the same"
    else:
        needed, useless = ("period", "indicator"), ("name",)
        if not entry.doc and not entry.unit:
            yield "unit or doc is missing"
        if entry.expected is None:
            yield "expected is missing"
        yield from _off_the_catalogue(entry)
    if entry.action == "override" and entry.value is None:
        yield "value is missing"
    if entry.action in ("drop", "flag"):
        useless += ("value", "qualifier")
    if entry.action == "drop" and entry.expected == DISPUTED:
        yield "expected must be the number that the report was read to state"
    yield from (f"{name} is missing" for name in needed if not getattr(entry, name))
    yield from (f"{name} has no use here" for name in useless if getattr(entry, name) not in ("", None))


def _off_the_catalogue(entry: Correction) -> Iterable[str]:
    indicator = catalogue.load().get(entry.indicator)
    if entry.indicator and indicator is None:
        yield f"indicator {entry.indicator} is not in the catalogue"
    if indicator and entry.basis and entry.basis not in indicator.basis:
        yield f"basis {entry.basis} is none of {', '.join(indicator.basis) or 'none'}"
    if entry.period and not _PERIOD.fullmatch(entry.period):
        yield f"period {entry.period} is none like 2021, 2021-H1, 2021-01/11"


def read(path: str | Path) -> tuple[Correction, ...]:
    """The entries of a file. Raises OSError, and ValueError that names every entry at fault with its reason."""
    path = Path(path)
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: no TOML: {error}") from error
    listed = table.pop("correction", [])
    if table or not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        raise ValueError(f"{path}: holds more than entries [[correction]]")
    entries: list[Correction] = []
    faults: list[str] = []
    for number, row in enumerate(listed, 1):
        try:
            entries.append(Correction(**row))
        except ValidationError as error:
            faults.append(f"entry {number} (reason: {row.get('reason', 'none')}): {_in_words(error)}")
    faults.extend(_contradictions(entries))
    if faults:
        raise ValueError(f"{path}: " + "\n".join(faults))
    return tuple(entries)


def append(path: str | Path, entries: Iterable[Correction]) -> None:
    """Adds entries at the end of a file, sorted; what stands there is left as it is. Whole or not at all.

    Raises OSError, and ValueError where the file would no longer be one that `read` takes.
    """
    path = Path(path)
    head = path.read_text("utf-8-sig") if path.is_file() else ""
    added = [_toml(entry) for entry in sorted(entries, key=lambda entry: (*entry.key, entry.doc, entry.action))]
    with whole(path) as part:
        part.write_text("\n".join(filter(None, [head.rstrip("\n") + "\n" if head.strip() else "", *added])), "utf-8")
        read(part)


def _toml(entry: Correction) -> str:
    fields = entry.model_dump(exclude_defaults=True)
    whole = {name: int(value) for name, value in fields.items() if isinstance(value, float) and value == int(value)}
    return "[[correction]]\n" + tomli_w.dumps(fields | whole)


def _in_words(error: ValidationError) -> str:
    """pydantic's findings as one line."""
    found = []
    for each in error.errors():
        column = ".".join(str(part) for part in each["loc"][:1])
        message = each["msg"].removeprefix("Value error, ")
        found.append(f"{column}: {message}" if column else message)
    return "; ".join(dict.fromkeys(found))


def _contradictions(entries: list[Correction]) -> Iterable[str]:
    seen: dict[tuple[object, ...], Correction] = {}
    joined = {entry.name for entry in entries if entry.action == "join units"}
    for entry in entries:
        if entry.target in seen:
            yield f"two entries for one target: {entry}"
        seen[entry.target] = entry
        if entry.action == "join units" and entry.unit in joined:
            yield f"{entry.unit} is itself joined to another unit: {entry}"


@dataclass(slots=True)
class Corrections:
    """The entries while a build applies them: `joined` with every report, `drop` before observations are chosen,
    `settle` after, for some units at a time; `close` at the end. ``unapplied``: a line for each entry that matches
    nothing or whose expected value is gone."""

    entries: tuple[Correction, ...] = ()
    unapplied: list[str] = field(default_factory=list)
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)  # (unit, a name it bore) -> why they are one
    _docs: set[str] = field(default_factory=set)
    _years: set[tuple[str, str]] = field(default_factory=set)
    _met: set[int] = field(default_factory=set)
    _present: defaultdict[int, list[float | None]] = field(default_factory=lambda: defaultdict(list))

    def joined(self, read: _Report) -> _Report:
        """What a report gave, under the unit that it was joined to; the rows given are not changed."""
        document = read.document
        twins = (each for each in document["warnings"].split("; ") if each.startswith(_TWIN))
        self._docs.update((document["doc"], *(each.removeprefix(_TWIN) for each in twins)))
        name = document["unit"]
        entry = self._joining(document["doc"], name)
        if entry is not None:
            rows = {table: [row | {"unit": entry.unit} for row in getattr(read, table)] for table in _ROWS}
            document = document | _places(entry.unit, document["year"]) | {"unit": entry.unit}
            read = dataclasses.replace(read, document=document, **rows)
            self.reasons.update(((entry.unit, each), f"joined: {entry.words}") for each in (*read.names, name))
        self._years.add((document["unit"], str(document["year"])))
        return read

    def _joining(self, doc: str, unit: str) -> Correction | None:
        for entry in self.entries:
            if entry.action != "join units" or entry.doc not in ("", doc):
                continue
            if entry.name == unit:
                return entry
            if entry.doc:
                self._report(entry, f"the report's unit is {unit or 'not known'}")
        return None

    def drop(self, sources: MutableMapping[Key, list[Any]]) -> None:
        """Takes out of ``sources`` (key of an observation -> what each report says) what is not to speak."""
        entries = self._of("drop")
        places = _by_place(sources) if entries else {}
        for entry in entries:
            keys = [key for key in places.get(entry.key[1:], ()) if entry.unit in ("", key[0]) and key in sources]
            said = [source for key in keys for source in sources[key] if entry.doc in ("", source.document["doc"])]
            gone = {id(source) for source in said if _is(source.mention["value"], entry.expected)}
            self._saw(entry, [source.mention["value"] for source in said], bool(gone))
            for key in keys:
                sources[key] = [source for source in sources[key] if id(source) not in gone]
                if not sources[key]:
                    del sources[key]

    def settle(self, observations: Iterable[Row]) -> None:
        """Changes the rows of ``indicators`` in place: values and flags."""
        rows = {_key(row): row for row in observations} if self.entries else {}
        places = _by_place(rows)
        met: list[tuple[Correction, Row]] = []
        for entry in (*self._of("flag"), *self._of("override")):
            keyed = (rows[key] for key in places.get(entry.key[1:], ()) if entry.unit in ("", key[0]))
            meant = [row for row in keyed if entry.doc in ("", *row["doc"].split("; "))]
            agreeing = [row for row in meant if _is(row["value"], entry.expected)]
            self._saw(entry, [row["value"] for row in meant], bool(agreeing))
            met.extend((entry, row) for row in agreeing)
        for entry, row in met:  # only now: a flag and a value may both be about what was read
            if entry.action == "flag":
                row["flags"] = _with(row["flags"], f"flagged: {entry.words}")
            elif row["origin"] == "corrected":
                self._report(entry, "another entry corrects the same observation")
            else:
                _override(row, entry)

    def _of(self, action: str) -> list[Correction]:
        return [entry for entry in self.entries if entry.action == action]

    def _saw(self, entry: Correction, present: list[float | None], met: bool) -> None:
        """Notes which values stand where an entry points to, and whether one of them is what it is about."""
        self._present[id(entry)].extend(present)
        if met:
            self._met.add(id(entry))

    def close(self) -> None:
        """Names each entry that met nothing, where its report is there: all units have been seen."""
        for entry in (*self._of("drop"), *self._of("flag"), *self._of("override")):
            if id(entry) in self._met:
                continue
            there = entry.doc in self._docs if entry.doc else (entry.unit, entry.period[:4]) in self._years
            if present := self._present[id(entry)]:
                now = ", ".join("no value" if value is None else f"{value:.15g}" for value in present)
                self._report(entry, f"expected {_number(entry.expected)}, there is now {now}")
            elif there:
                self._report(entry, "matches nothing")

    def _report(self, entry: Correction, why: str) -> None:
        self.unapplied.append(f"{entry}: {why}")


def _key(row: Row) -> Key:
    return row["unit"], row["period"], row["indicator"], row["scope"], row["basis"]


def _by_place(keys: Iterable[Key]) -> Mapping[Key, list[Key]]:
    """Period, indicator, scope and basis -> the keys that have them."""
    found: defaultdict[Key, list[Key]] = defaultdict(list)
    for key in keys:
        found[key[1:]].append(key)
    return found


def _is(value: float | None, expected: float | str | None) -> bool:
    if value is None or isinstance(expected, str):
        return value is None and expected == DISPUTED
    return expected is not None and math.isclose(value, expected, rel_tol=1e-9, abs_tol=1e-9)


def _number(value: float | str | None) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _override(row: Row, entry: Correction) -> None:
    kept = [flag for flag in row["flags"].split(";") if flag not in ("", DISPUTED)]
    row["value"] = entry.value
    row["qualifier"] = entry.qualifier or row["qualifier"] or "exact"
    row["origin"] = "corrected"
    row["flags"] = ";".join([*kept, f"corrected: {entry.words}"])


def _with(flags: str, flag: str) -> str:
    return f"{flags};{flag}" if flags else flag


def _places(unit: str, year: int | None) -> Mapping[str, str]:
    """Where a unit is, by its name; nothing where the name does not tell."""
    identity = identify({"unit": unit, "year": str(year or "")}, "", "")
    return {name: getattr(identity, name) for name in _PLACE} if identity.province else {}
