"""A panel with coded absence: every unit, year and indicator asked for is a row, and says why it has a value or none.

`statuses` gives the rows, `disclosure` counts them. STATUSES names every status in the order in which it is decided: the
first that holds is taken.

The unit's own report is one by a government or department on the whole year; a court's, yearbook's or newspaper's text
may give a value and is no report of the unit. `not_stated` is about the texts that were read: `data/raw`, whose texts
restate selected figures, says nothing about what the original leaves out.

`stated_without_number` (出庭应诉率显著提升) is judged for eleven indicators only, whose nouns name the figure by themselves
(`unnumbered`). Of the others, 普法全面推进 may praise the work and not the figure, and which of the two the rules cannot
tell: such a cell is `not_stated`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import polars as pl

from analysis.places import identify
from analysis.table import RANKS, Tables, load

__all__ = ["STATUSES", "VALUED", "Status", "disclosure", "own_reports", "statuses", "unreadable"]


class Status(NamedTuple):
    """`code`: its number in a Stata file."""

    code: int
    name_zh: str
    meaning: str


STATUSES: Mapping[str, Status] = {
    "reported": Status(1, "报告所写", "a number that a text states"),
    "implied": Status(2, "由文字推断", "fixed by the wording: 全覆盖 is 100"),
    "summed": Status(3, "由分项相加", "the sum of parts that one sentence gives as the whole list"),
    "derived": Status(4, "由其他指标算出", "a rate that no report states, from two counts that one report states"),
    "corrected": Status(5, "人工更正", "what a person put in place of what was read"),
    "disputed": Status(6, "来源不一致", "sources of equal rank differ: no value"),
    "masked": Status(7, "数字隐去", "stated with a masked number: X件"),
    "partial": Status(
        8, "只有部分数", "stated for some months, several years, places or components only: no total of the year"
    ),
    "stated_without_number": Status(9, "有话无数", "the unit's report speaks of the figure and gives no number"),
    "not_applicable": Status(10, "不适用", "the catalogue does not ask it of this tier"),
    "not_stated": Status(11, "未写明", "the unit's report was read and states no value"),
    "unreadable": Status(12, "读不了", "a file named after the unit and year could not be read"),
    "no_report": Status(13, "没有报告", "no report of the unit on the year was read"),
}
VALUED = ("reported", "implied", "summed", "derived", "corrected")
_STATED = ("reported", "implied", "summed", "corrected", "disputed")  # by the report: a derived rate stands in none

_OWN = RANKS[:2]  # a court, a yearbook or a newspaper publishes no report of the unit
_KEY = ("unit", "year", "indicator")
_PLACE = ("province", "city", "county", "adcode", "tier", "body")
_VALUE = ("value", "qualifier", "scope", "basis", "doc", "quote", "sentence", "flags")


def statuses(
    indicators: str | Iterable[str] | None = None,
    units: str | Iterable[str] | None = None,
    years: int | Iterable[int] | None = None,
    balanced: bool = False,
    tables: Tables | None = None,
) -> pl.DataFrame:
    """A row for every unit, year and indicator asked for, with its `status`; None takes all that the tables know,
    of years those that a report was read on.

    Columns: unit, province, city, county, adcode, tier, body, year, theme, indicator, name_zh, name_en, unit_of_measure,
    status, value and what goes with it (qualifier, scope, basis, doc, quote, sentence, flags), report (the unit's own
    reports on the year, joined by ;). Values are the preferred ones: look at scope and basis before you compare years.
    `balanced`: only the units with a value of the indicator in each of the years. A unit without a report may be asked
    for by its full name. `tables` are those of `data/processed` where not given. Raises ValueError for an unknown
    indicator, and for a unit that neither the tables nor the lists of divisions know.
    """
    tables = load() if tables is None else tables
    grid = _grid(tables, _listed(indicators), _listed(units), _listed(years))
    preferred = tables.indicators.filter("preferred").select(*_KEY, *_VALUE, "origin")
    rows = (
        grid.join(preferred, on=_KEY, how="left")
        .join(_disputed(tables), on=_KEY, how="left")
        .join(_stated(tables), on=_KEY, how="left")
        .join(_spoken_of(tables), on=_KEY, how="left")
        .join(own_reports(tables), on=("unit", "year"), how="left")
        .join(unreadable(tables).select("unit", "year", lost=pl.lit(True)), on=("unit", "year"), how="left")
        .with_columns(status=_status(), doc=pl.coalesce("doc", "disputed", "stated", "spoken").fill_null(""))
        .with_columns(pl.col("qualifier", "scope", "basis", "quote", "sentence", "flags", "report").fill_null(""))
    )
    rows = rows.select(
        "unit",
        *_PLACE,
        "year",
        "theme",
        "indicator",
        "name_zh",
        "name_en",
        "unit_of_measure",
        "status",
        *_VALUE,
        "report",
    )
    if balanced:
        rows = rows.filter(pl.col("value").is_not_null().all().over("unit", "indicator"))
    return rows.sort("indicator", "unit", "year")


def _listed(wanted: str | int | Iterable[str] | Iterable[int] | None) -> list | None:
    return wanted if wanted is None else [wanted] if isinstance(wanted, str | int) else list(dict.fromkeys(wanted))


def _grid(tables: Tables, indicators: list | None, units: list | None, years: list | None) -> pl.DataFrame:
    """Every unit, year and indicator, with what the unit and the indicator are."""
    known = tables.codebook.select(
        "theme", "indicator", "name_zh", "name_en", "unit_of_measure", applies=pl.col("tiers").str.split(";")
    )
    if indicators is not None:
        if strange := sorted(set(indicators) - set(known["indicator"])):
            raise ValueError(f"no indicator called {', '.join(strange)}")
        known = known.filter(pl.col("indicator").is_in(indicators))
    if years is None:
        years = tables.documents["year"].drop_nulls().unique().sort().to_list()
    calendar = pl.DataFrame({"year": years}, schema={"year": pl.Int64})
    return _units(tables, units).join(calendar, how="cross").join(known, how="cross")


def _units(tables: Tables, wanted: Sequence[str] | None) -> pl.DataFrame:
    """The units with where they are, as the latest text says."""
    both = [frame.select("unit", "year", *_PLACE) for frame in (tables.documents, tables.indicators)]
    known = pl.concat(both).filter(pl.col("unit") != "").sort("year", nulls_last=False, maintain_order=True)
    known = known.unique("unit", keep="last", maintain_order=True).drop("year")
    if wanted is None:
        return known.sort("unit")
    others = [_place(unit) for unit in wanted if unit not in set(known["unit"])]
    known = known.filter(pl.col("unit").is_in(list(wanted)))
    return pl.concat([known, pl.DataFrame(others, schema=known.schema)]).sort("unit")


def _place(unit: str) -> dict[str, str]:
    """Where a unit is of which no text was read. Raises ValueError where its name does not tell."""
    found = identify({"unit": unit}, "", "")
    if found.unit != unit or not found.tier:
        raise ValueError(f"no unit called {unit} in the tables; the lists of divisions know {found.unit or 'none'}")
    return {"unit": unit} | {name: getattr(found, name) for name in _PLACE}


def _disputed(tables: Tables) -> pl.DataFrame:
    """Unit, year and indicator on which sources of equal rank differ, for the whole year."""
    whole = pl.col("period") == pl.col("year").cast(pl.String)
    rows = tables.indicators.filter(whole, pl.col("value").is_null(), pl.col("flags").str.contains("disputed"))
    return rows.group_by(_KEY).agg(disputed=pl.col("doc").sort().first())


def _stated(tables: Tables) -> pl.DataFrame:
    """Unit, year and indicator that a text states masked or in parts; `stated`: the texts. A total without an
    observation is neither: a person dropped it."""
    redacted, whole = pl.col("qualifier") == "redacted", pl.col("period") == pl.col("year").cast(pl.String)
    rows = tables.mentions.filter(pl.col("unit") != "", redacted | ~whole | (pl.col("role") == "part"))
    return rows.group_by(_KEY).agg(masked=redacted.any(), stated=pl.col("doc").unique().sort().str.join("; "))


def _spoken_of(tables: Tables) -> pl.DataFrame:
    """Unit, year and indicator that the unit's own reports speak of without a number; `spoken`: the reports."""
    whole = pl.col("period") == pl.col("year").cast(pl.String)
    rows = tables.documents.filter(
        whole, pl.col("unnumbered") != "", pl.col("doc_type").is_in(_OWN), pl.col("unit") != ""
    )
    rows = rows.with_columns(indicator=pl.col("unnumbered").str.split(";")).explode("indicator")
    return rows.group_by(_KEY).agg(spoken=pl.col("doc").sort().str.join("; "))


def own_reports(tables: Tables) -> pl.DataFrame:
    """Unit, year and `report`: the docs of governments and departments on the whole year, joined by ;."""
    own = pl.col("doc_type").is_in(_OWN)
    whole = pl.col("period") == pl.col("year").cast(pl.String)
    rows = tables.documents.filter(own, whole, pl.col("unit") != "")
    return rows.group_by("unit", "year").agg(report=pl.col("doc").sort().str.join("; "))


_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


def unreadable(tables: Tables) -> pl.DataFrame:
    """Unit, year and doc of the files that could not be read, where the path names both: 临平区/2023.pdf,
    临平区2023年法治政府建设年度报告.pdf. The folder or file nearest to the end speaks."""
    found = []
    for doc in tables.failures["doc"]:
        path = PurePosixPath(doc)
        names = [path.stem, *reversed(path.parts[:-1])]
        years = [match for name in names if (match := _YEAR.search(name))]
        year = int(years[0].group(1)) if years else None
        titles = (re.sub(r"^20\d\d年?度?[-_ ]?", "", name) for name in names)
        unit = next((u for title in titles if (u := identify({"unit": title}, "", "")).tier), None)
        if year and unit:
            found.append((unit.unit, year, doc))
    schema = {"unit": pl.String, "year": pl.Int64, "doc": pl.String}
    return pl.DataFrame(found, schema=schema, orient="row").unique(["unit", "year"], keep="first", maintain_order=True)


def _status() -> pl.Expr:
    """The status of a row of the joined grid, in the order of STATUSES, a lost report before none."""
    return (
        pl.when(pl.col("value").is_not_null())
        .then("origin")
        .when(pl.col("disputed").is_not_null())
        .then(pl.lit("disputed"))
        .when(pl.col("masked"))
        .then(pl.lit("masked"))
        .when(pl.col("stated").is_not_null())
        .then(pl.lit("partial"))
        .when(pl.col("spoken").is_not_null())
        .then(pl.lit("stated_without_number"))
        .when((pl.col("tier") != "") & ~pl.col("applies").list.contains(pl.col("tier")))
        .then(pl.lit("not_applicable"))
        .when(pl.col("report").is_not_null())
        .then(pl.lit("not_stated"))
        .when(pl.col("lost"))
        .then(pl.lit("unreadable"))
        .otherwise(pl.lit("no_report"))
    )


def disclosure(rows: pl.DataFrame, by: str | Sequence[str] = ("indicator", "tier", "year")) -> pl.DataFrame:
    """How many reports state an indicator: of the rows of `statuses`, grouped by any of their columns.

    Columns: `by`, reports (cells whose unit published a report that was read, and that the catalogue asks of its tier),
    stated (those with a figure in it: reported, implied, summed, corrected or disputed; neither derived nor from a later
    report nor from others than the unit itself), rate in %.
    """
    by = [by] if isinstance(by, str) else list(by)
    own = pl.col("doc").str.split("; ").list.set_intersection(pl.col("report").str.split("; ")).list.len() > 0
    stated = pl.col("status").is_in(_STATED) & own & ~pl.col("flags").str.contains("from later report")
    asked = rows.filter(pl.col("report") != "", pl.col("status") != "not_applicable")
    counted = asked.group_by(by).agg(reports=pl.len().cast(pl.Int64), stated=stated.sum().cast(pl.Int64))
    return counted.with_columns(rate=(100 * pl.col("stated") / pl.col("reports")).round(1)).sort(by)
