"""Figures per head, per case, per yuan: values divided by what a user's own table says of the same place and year.

The context table is a CSV (or a polars frame) with the columns `year`, `code` or `unit` or both, and any number of
columns of numbers: population (persons), cases, gdp (yuan) …. A code is joined to the figures of the division itself,
not to those of its departments and towns; a unit's name to that unit alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from analysis import catalogue

__all__ = ["COUNTED", "per", "read_context"]


class Counted(NamedTuple):
    """What a column of the context counts."""

    measure: str
    zh: str
    en: str


COUNTED = {
    "population": Counted("人", "人", "people"),
    "cases": Counted("件", "件案件", "cases"),
    "gdp": Counted("元", "元地区生产总值", "yuan of GDP"),
}
_POWERS = {
    1: "",
    10: "十",
    100: "百",
    1_000: "千",
    10_000: "万",
    100_000: "十万",
    1_000_000: "百万",
    10_000_000: "千万",
    100_000_000: "亿",
}
_TIER_OF_CODE = pl.when(pl.col("code").str.ends_with("0000")).then(pl.lit("province"))
_TIER_OF_CODE = _TIER_OF_CODE.when(pl.col("code").str.ends_with("00")).then(pl.lit("city")).otherwise(pl.lit("county"))


def read_context(path: str | Path) -> pl.DataFrame:
    """A context table from a CSV, UTF-8 or GB18030, a row a place and year. Raises ValueError where the columns by which
    it is joined are missing, or a place stands twice in a year."""
    data = Path(path).read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return _checked(
        pl.read_csv(text.encode(), schema_overrides={"code": pl.String, "unit": pl.String, "year": pl.Int64})
    )


def _checked(context: pl.DataFrame) -> pl.DataFrame:
    by = [column for column in ("code", "unit") if column in context.columns]
    if not by or "year" not in context.columns:
        raise ValueError(
            f"the context has the columns {', '.join(context.columns)}: year, and code or unit, are needed"
        )
    context = context.with_columns(pl.col(by).cast(pl.String).fill_null(""), pl.col("year").cast(pl.Int64))
    for column in by:
        twice = context.filter(pl.col(column) != "").filter(pl.struct(column, "year").is_duplicated())
        if twice.height:
            raise ValueError(f"the context gives {column} {twice[column][0]} twice for {twice['year'][0]}")
    return context


def per(
    table: pl.DataFrame,
    context: str | Path | pl.DataFrame,
    column: str,
    per: int = 1,
    measure: str = "",
) -> pl.DataFrame:
    """The counts and amounts of `table` (rows as in `indicators`) divided by a column of the context, times `per`.

    Mediations per 10,000 people: `per(rows, "context.csv", "population", per=10000)`; `unit_of_measure` then is 件/万人,
    `origin` derived, and the names say so. `measure`: what the column counts where COUNTED does not know it. Rates and
    scores are left out. Where the context says nothing, or nought, the value is null and `flags` says `no population`;
    such a row is a gap in every chart. Only whole years are divided. Raises ValueError for a column that is not there or
    is no number, a `per` that is no power of ten, a population with a fraction (persons are wanted, not ten thousands).
    """
    context = _checked(context) if isinstance(context, pl.DataFrame) else read_context(context)
    if column not in context.columns or not context[column].dtype.is_numeric():
        raise ValueError(f"the context has no column of numbers called {column}")
    if per not in _POWERS:
        raise ValueError(f"per is one of {', '.join(map(str, _POWERS))}, not {per}")
    if column not in COUNTED and not measure:
        raise ValueError(f"say what {column} counts: measure='人', say")
    if column == "population" and (context[column].drop_nulls() % 1 != 0).any():
        raise ValueError("population has fractions: persons are wanted, not ten thousands of them")
    counted = Counted(measure, measure, measure) if measure else COUNTED[column]
    rows = _divided(_joined(_countable(table), context, column), column, per)
    power = _POWERS[per]
    return rows.with_columns(
        unit_of_measure=pl.col("unit_of_measure") + f"/{power}{counted.measure}",
        name_zh=f"每{power}{counted.zh}" + pl.col("name_zh"),
        name_en=pl.col("name_en") + f" per {f'{per:,} ' if per > 1 else ''}{counted.en}",
        origin=pl.lit("derived"),
    )


def _countable(table: pl.DataFrame) -> pl.DataFrame:
    """The rows of counts and amounts for whole years."""
    ids = [entry.id for entry in catalogue.load().values() if entry.kind in ("count", "money")]
    rows = table.filter(pl.col("indicator").is_in(ids), pl.col("period") == pl.col("year").cast(pl.String))
    if rows.is_empty():
        raise ValueError("no count or amount for a whole year in the table: a rate has no value per head")
    return rows


def _joined(rows: pl.DataFrame, context: pl.DataFrame, column: str) -> pl.DataFrame:
    """The rows with `divisor`: what the context says of the unit by name, else of the division by code."""
    values: list[Any] = [pl.lit(None, dtype=pl.Float64)]
    number = pl.col(column).cast(pl.Float64)
    if "code" in context.columns:
        named = context.filter(pl.col("code") != "").with_columns(_TIER_OF_CODE.alias("tier"))
        named = named.select(pl.col("code").alias("adcode"), "tier", "year", number.alias("by_code"))
        rows = rows.join(named, on=["adcode", "tier", "year"], how="left", maintain_order="left")
        itself = ~pl.col("body").is_in(["department", "other"])
        values.insert(0, pl.when(itself).then("by_code"))
    if "unit" in context.columns:
        named = context.filter(pl.col("unit") != "").select("unit", "year", number.alias("by_unit"))
        rows = rows.join(named, on=["unit", "year"], how="left", maintain_order="left")
        values.insert(0, pl.col("by_unit"))
    return rows.with_columns(divisor=pl.coalesce(values)).drop("by_code", "by_unit", strict=False)


def _divided(rows: pl.DataFrame, column: str, per: int) -> pl.DataFrame:
    known = pl.col("divisor") > 0
    gap = pl.when(pl.col("flags") == "").then(pl.lit(f"no {column}")).otherwise(pl.col("flags") + f";no {column}")
    return rows.with_columns(
        value=pl.when(known).then((pl.col("value") * per / pl.col("divisor")).round(6)),
        flags=pl.when(known).then("flags").otherwise(gap),
    ).drop("divisor")
