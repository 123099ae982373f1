"""Charts: a table in, a figure out.

Every chart takes the ``indicators`` table (polars; one row a unit, period, indicator, scope and basis; counts in
the indicator's ``unit_of_measure``, rates in percent) and gives a ``matplotlib.figure.Figure`` of 16:9 whose title
states what the rows say, whose subtitle names measure, scope and basis, and whose footer counts the published
reports behind it. Beside each chart stands a function that gives the rows it plots, so that a picture is saved with
the numbers behind it::

    rows = series(table, "mediation.committees", units=["全国"])
    save(trend(table, "mediation.committees", units=["全国"]), rows, "figures/mediation_committees")

Only whole years with a value are drawn. A missing year is a gap; no line crosses a break of ``breaks.toml``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from analysis.canvas import (
    INK,
    LABEL,
    PALE,
    QUIET,
    along,
    aside,
    draw_dots,
    draw_legend,
    draw_legend_over,
    new_canvas,
    new_figure,
    palette,
    save,
    settle,
    span_of_values,
    style,
    styled,
    text_width,
    value_axis,
    wrap,
    write_beside,
    write_labels,
    year_axis,
)
from analysis.captions import (
    BASES,
    MARKS,
    SCOPES,
    THEMES,
    TIERS,
    Caption,
    each,
    mark,
    measured,
    name_of,
    number,
    of_basis,
    plain,
    said,
    say,
    short_names,
    source,
    which,
)
from analysis.series import Words, as_lines, breaks, crossed, in_all, joined, left_out, like, series, stretches

__all__ = [
    "BASES", "FIGURES", "INK", "MARKS", "PALE", "QUIET", "SCOPES", "THEMES", "TIERS", "Caption", "Plot", "as_lines",
    "aside", "at_hundred", "balanced", "breaks", "by_quartile", "coloured", "counts", "coverage", "coverage_caption",
    "crossed", "distribution", "distribution_caption", "dumbbell", "dumbbell_caption", "figures", "joined", "like",
    "longest", "mark", "most_apart", "number", "of_basis", "paired", "palette", "quartiles", "quartiles_caption",
    "reported_and_computed", "said", "save", "series", "share_at_hundred", "share_caption", "short_names", "slope",
    "slope_caption", "small_multiples", "small_multiples_caption", "stretches", "style", "together",
    "together_caption", "trend", "trend_caption", "two_years", "values", "which",
]  # fmt: skip

FEW = 8  # fewer values than this and a title counts them instead of concluding from them
NAMED = 18  # up to so many dots or lines are all named, as far as there is room
PAIRS = 20  # rows of a dumbbell; more would lie on one another
PANELS = 12  # more would be too small to read
QUARTERED = 5  # of fewer units quartiles are refused
BAND = "#D3E4F3"  # between the quartiles: the first colour of the palette, thinned
LABELLED = 6  # as many lines as the palette has colours; further units are grey and unnamed


def _moved(line: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """First and last row of the longest comparable stretch of a line, where that holds three years or more."""
    longest = max(stretches(line), key=len)
    return (longest[0], longest[-1]) if len(longest) >= 3 else None


def _change(name: str, rate: bool, first: Mapping[str, Any], last: Mapping[str, Any], lang: str) -> str:
    """One unit's change between two years, in words."""
    unit, rose, was, now = first["unit"], last["value"] - first["value"], said(first, lang), said(last, lang)
    if not rose:
        zh = f"{unit}{name}：{first['year']}年与{last['year']}年持平，均为{now}"
        return say(lang, zh, f"{unit}: {name.lower()} the same in {first['year']} and {last['year']}, {now}")
    word = ("升" if rate else "增") if rose > 0 else ("降" if rate else "减")
    zh = f"{unit}{name}由{first['year']}年的{was}{word}至{last['year']}年的{now}"
    verb = "rose" if rose > 0 else "fell"
    return say(lang, zh, f"{unit}: {name.lower()} {verb} from {was} in {first['year']} to {now} in {last['year']}")


def _trend_title(rows: pl.DataFrame, lines: Sequence[Sequence[Mapping[str, Any]]], lang: str) -> str:
    """What the lines say: one unit's change, how many of several units rose and fell, or merely how much there is.

    Each unit speaks by its longest line.
    """
    name, rate = name_of(rows, lang), rows["unit_of_measure"][0] == "%"
    longest = {line[0]["unit"]: line for line in reversed(lines)}
    moves = {unit: move for unit, line in longest.items() if (move := _moved(line))}
    if len(longest) == 1 and moves:
        (line,) = longest.values()
        return _change(name + which(rows, line, lang), rate, *_moved(line), lang)
    if len(moves) >= 3 or len(moves) == len(longest):
        up = sum(b["value"] > a["value"] for a, b in moves.values())
        down = sum(b["value"] < a["value"] for a, b in moves.values())
        zh = f"{name}：有三年以上数据的{len(moves)}个单位中，{up}个上升、{down}个下降（首末年相比）"
        en = f"{name}: of {len(moves)} units with three years or more, {up} rose and {down} fell from first to last"
        return say(lang, zh, en)
    years, units = rows["year"], rows["unit"].n_unique()
    span = f"{years.min()}" if years.min() == years.max() else f"{years.min()}–{years.max()}"
    whole = (rows["value"] == 100).sum() if rate else 0
    zh, en = f"{name}：{span}年{units}个单位{rows.height}个值", f"{name}: {rows.height} values of {units} units, {span}"
    return say(lang, zh + f"，其中{whole}个为100%" * bool(whole), en + f", {whole} of them 100%" * bool(whole))


def coloured(lines: Sequence[Sequence[Mapping[str, Any]]], asked: bool) -> list[Sequence[Mapping[str, Any]]]:
    """The lines to colour and name: those asked for, or else those of several years where there are any; at most six units."""
    several = [line for line in lines if len(line) > 1]
    chosen = list(lines) if asked or not several else several
    units = list(dict.fromkeys(line[0]["unit"] for line in chosen))[:LABELLED]
    return [line for line in chosen if line[0]["unit"] in units]


def _break_words(lines: Sequence[Sequence[Mapping[str, Any]]], lang: str) -> str:
    """What the subtitle says of the breaks that the lines lie across."""
    return "".join(
        say(lang, f"　{found['reason_zh']}，前后不可比", f"   Break: {found['reason_en']}")
        for found in crossed(lines).values()
    )


def trend_caption(
    table: pl.DataFrame,
    indicator: str,
    units: Sequence[str] | None = None,
    scope: Words = None,
    basis: Words = None,
    lang: str = "zh",
) -> Caption:
    """The words of ``trend``."""
    rows = series(table, indicator, units, scope, basis)
    lines = as_lines(rows)
    named = coloured(lines, units is not None)
    subtitle = measured(rows, lang)
    if len(named) < len(lines) and len(lines) > NAMED:
        count = len({line[0]["unit"] for line in lines if line not in named})
        subtitle += say(lang, f"　灰色：其余{count}个单位", f"   Grey: {count} more units")
    subtitle += _break_words(lines, lang)
    return Caption(_trend_title(rows, lines, lang), subtitle, source(rows, lang, left_out(table, rows, indicator)))


@styled
def trend(
    table: pl.DataFrame,
    indicator: str,
    units: Sequence[str] | None = None,
    scope: Words = None,
    basis: Words = None,
    lang: str = "zh",
) -> Figure:
    """An indicator over the years, one line a unit, scope and basis (rows: ``series``; in its unit of measure).

    Consecutive years are joined, others are not; a line of fewer than three values is points. Up to six units are
    coloured and named (those asked for, or those of several years); the rest is grey, and named where there is room.
    """
    rows = series(table, indicator, units, scope, basis)
    lines = as_lines(rows)
    named = coloured(lines, units is not None)
    rest = [line for line in lines if line not in named]
    colours = dict(zip(dict.fromkeys(line[0]["unit"] for line in named), palette(), strict=False))
    fig, ax = new_canvas(*trend_caption(table, indicator, units, scope, basis, lang), rows)
    for line in [*rest, *named]:
        colour = colours.get(line[0]["unit"], PALE)
        for run in joined(line):
            ax.plot([r["year"] for r in run], [r["value"] for r in run], color=colour, lw=1 if colour == PALE else 2)
        draw_dots(ax, line, colour, size=4.5 if colour == PALE else 6.5)
    for year in crossed(lines):
        ax.axvline(year - 0.5, color=QUIET, lw=1, ls=(0, (4, 3)))
    year_axis(ax, rows["year"])
    value_axis(ax.yaxis, rows["unit_of_measure"][0], lang)
    span_of_values(ax, rows)
    draw_legend(ax, rows, lang)
    names = short_names(rows)
    ends = [
        (line[-1], f"{names[line[-1]['unit']]}{which(rows, line, lang)} {said(line[-1], lang)}")
        for line in [*named, *rest]
    ]
    labels = [(end["year"], end["value"], text, colours.get(end["unit"], QUIET)) for end, text in ends]
    points = [*rows.select("year", "value").rows(), *along(run for line in lines for run in joined(line))]
    write_labels(fig, ax, labels if len(lines) <= NAMED else labels[: len(named)], points, len(named))
    return fig


def two_years(
    table: pl.DataFrame,
    indicator: str,
    first: int,
    last: int,
    units: Sequence[str] | None = None,
    scope: Words = None,
    basis: Words = None,
) -> pl.DataFrame:
    """The rows that ``slope`` plots: two a unit, of units that state both years with one scope and basis."""
    rows = in_all(series(table, indicator, units, scope, basis), (first, last))
    if first >= last or rows.is_empty():
        raise ValueError(f"{indicator}: no unit states both {first} and {last} with one scope and basis")
    return rows


def _slope_title(rows: pl.DataFrame, pairs: Sequence[Sequence[Mapping[str, Any]]], lang: str) -> str:
    """How many units rose and fell, of those whose two years compare."""
    name, first, last = name_of(rows, lang), rows["year"].min(), rows["year"].max()
    whole = [pair for pair in pairs if len(stretches(pair)) == 1]
    if not whole:
        zh = f"{name}：{len(pairs)}个单位{first}年与{last}年都有数，但前后不可比"
        return say(lang, zh, f"{name}: {len(pairs)} units state {first} and {last}, which do not compare")
    if len(pairs) == 1:
        return _change(name, rows["unit_of_measure"][0] == "%", *whole[0], lang)
    up, down = (sum(sign * (b["value"] - a["value"]) > 0 for a, b in whole) for sign in (1, -1))
    level = len(whole) - up - down
    zh = (
        f"{name}：{first}年与{last}年都有数的{len(whole)}个单位中，{up}个上升、{down}个下降"
        + f"、{level}个持平" * bool(level)
    )
    en = (
        f"{name}: of {len(whole)} units that state {first} and {last}, {up} rose and {down} fell"
        + f", {level} stayed" * bool(level)
    )
    return say(lang, zh, en)


def slope_caption(
    table: pl.DataFrame,
    indicator: str,
    first: int,
    last: int,
    units: Sequence[str] | None = None,
    scope: Words = None,
    basis: Words = None,
    lang: str = "zh",
) -> Caption:
    """The words of ``slope``."""
    rows = two_years(table, indicator, first, last, units, scope, basis)
    pairs = as_lines(rows)
    subtitle = measured(rows, lang)
    rough = sum(any(mark(row["qualifier"], row["origin"]) for row in pair) for pair in pairs)
    if rough:
        subtitle += say(lang, f"　{rough}个单位含非精确数，升降只作参考", f"   {rough} units with inexact values")
    if len(pairs) > NAMED:
        subtitle += say(
            lang, f"　只写出变化最大的{2 * LABELLED}个单位", f"   Only the {2 * LABELLED} largest changes are named"
        )
    if _wide(rows["value"]):
        subtitle += say(lang, "　纵轴为对数", "   Logarithmic scale")
    subtitle += _break_words(pairs, lang)
    return Caption(_slope_title(rows, pairs, lang), subtitle, source(rows, lang, left_out(table, rows, indicator)))


@styled
def slope(
    table: pl.DataFrame,
    indicator: str,
    first: int,
    last: int,
    units: Sequence[str] | None = None,
    scope: Words = None,
    basis: Words = None,
    lang: str = "zh",
) -> Figure:
    """Two years of the same units, a line each (rows: ``two_years``; in the indicator's unit of measure).

    Where a break lies between the years the two points stand unjoined. The scale is logarithmic where the largest is
    twenty times the smallest. Of more than eighteen units the twelve with the largest change are named.
    """
    rows = two_years(table, indicator, first, last, units, scope, basis)
    pairs = as_lines(rows)
    fig, ax = new_canvas(*slope_caption(table, indicator, first, last, units, scope, basis, lang), rows)
    log = _wide(rows["value"])
    named = (
        pairs if len(pairs) <= NAMED else sorted(pairs, key=lambda pair: -_size_of_change(pair, log))[: 2 * LABELLED]
    )
    for pair in pairs:
        colour, shown = _direction(pair), pair in named
        for run in stretches(pair):
            ax.plot(
                [r["year"] for r in run],
                [r["value"] for r in run],
                color=colour,
                lw=2 if shown else 1,
                alpha=1 if shown else 0.45,
            )
        draw_dots(ax, pair, colour, size=6.5 if shown else 4.5)
    ax.set_xticks([first, last])
    ax.tick_params(axis="x", labelsize=12, length=0)
    if log:
        ax.set_yscale("log")
        ax.yaxis.minorticks_off()
    else:
        span_of_values(ax, rows)
    value_axis(ax.yaxis, rows["unit_of_measure"][0], lang)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    draw_legend(ax, rows, lang, _directions(pairs, lang))
    names = short_names(rows)
    before = [(a["value"], f"{names[a['unit']]} {said(a, lang)}", _direction((a, b))) for a, b in named]
    after = [(b["value"], f"{said(b, lang)} {names[b['unit']]}", _direction((a, b))) for a, b in named]
    settle(fig)
    room = max(text_width(fig, text, LABEL) for _, text, _ in [*before, *after]) + 45 * fig.dpi / 72
    margin = max(room / (ax.bbox.width - 2 * room), 0.5) * (last - first)
    ax.set_xlim(first - margin, last + margin)
    write_beside(fig, ax, first, "left", before)
    write_beside(fig, ax, last, "right", after)
    return fig


def _wide(values: pl.Series) -> bool:
    """Whether the small ones would lie on one another on an even scale."""
    return values.min() > 0 and values.max() / values.min() >= 20


def _size_of_change(pair: Sequence[Mapping[str, Any]], ratio: bool) -> float:
    """How far apart the two values are drawn."""
    a, b = (row["value"] for row in pair)
    return max(a / b, b / a) if ratio else abs(b - a)


def _direction(pair: Sequence[Mapping[str, Any]]) -> str:
    """The colour of a pair: blue where it rose, orange where it fell, grey where it stayed or does not compare."""
    a, b = (row["value"] for row in pair)
    return QUIET if len(stretches(pair)) > 1 or a == b else palette()[0] if b > a else palette()[1]


def _directions(pairs: Sequence[Sequence[Mapping[str, Any]]], lang: str) -> list[Line2D]:
    """What the colours of the pairs mean, of those that occur."""
    found = {_direction(pair) for pair in pairs if len(stretches(pair)) == 1}
    words = {palette()[0]: ("上升", "rose"), palette()[1]: ("下降", "fell"), QUIET: ("持平", "unchanged")}
    return [
        Line2D([], [], color=colour, marker="o", ls="none", label=say(lang, *word))
        for colour, word in words.items()
        if colour in found
    ]


def longest(
    table: pl.DataFrame, indicator: str, units: Sequence[str] | None = None, scope: Words = None, basis: Words = None
) -> pl.DataFrame:
    """The rows that ``small_multiples`` plots: of each unit its longest line of two years or more, twelve units at most.

    Those with the most years come first, then by name. ``ValueError`` where fewer than two units have two years.
    """
    lines = [line for line in as_lines(series(table, indicator, units, scope, basis)) if len(line) > 1]
    chosen = {line[0]["unit"]: line for line in reversed(lines)}
    ordered = sorted(chosen.values(), key=lambda line: (-len(line), line[0]["unit"]))[:PANELS]
    if len(ordered) < 2:
        raise ValueError(f"{indicator}: fewer than two units state it for two years with one scope and basis")
    places = {(line[0]["unit"], line[0]["scope"], line[0]["basis"]): at for at, line in enumerate(ordered)}
    order = pl.DataFrame(
        [(*key, at) for key, at in places.items()], schema=["unit", "scope", "basis", "panel"], orient="row"
    )
    rows = series(table, indicator, units, scope, basis)
    return rows.join(order, on=["unit", "scope", "basis"]).sort("panel", "year")


def small_multiples_caption(
    table: pl.DataFrame,
    indicator: str,
    units: Sequence[str] | None = None,
    scope: Words = None,
    basis: Words = None,
    lang: str = "zh",
) -> Caption:
    """The words of ``small_multiples``."""
    rows = longest(table, indicator, units, scope, basis)
    lines, every = as_lines(rows), series(table, indicator, units, scope, basis)["unit"].n_unique()
    subtitle = measured(rows, lang)
    if len(lines) < every:
        subtitle += say(
            lang,
            f"　取有两年以上数据、年份最多的{len(lines)}个单位，共{every}个",
            f"   The {len(lines)} units with the most years, two or more, of {every}",
        )
    subtitle += _break_words(lines, lang)
    return Caption(_trend_title(rows, lines, lang), subtitle, source(rows, lang, left_out(table, rows, indicator)))


@styled
def small_multiples(
    table: pl.DataFrame,
    indicator: str,
    units: Sequence[str] | None = None,
    scope: Words = None,
    basis: Words = None,
    lang: str = "zh",
) -> Figure:
    """An indicator over the years, one panel a unit, all with the same axes (rows: ``longest``; in its unit of measure).

    At most twelve panels, of the units with the most years. Gaps and breaks as in ``trend``; the last value is written.
    """
    rows = longest(table, indicator, units, scope, basis)
    lines, names = as_lines(rows), short_names(rows)
    fig = new_figure(*small_multiples_caption(table, indicator, units, scope, basis, lang), rows)
    across = 2 if len(lines) <= 4 else 3 if len(lines) in (5, 6, 9) else 4
    down = -(-len(lines) // across)
    grid = fig.subplots(down, across, sharex=True, sharey=True, squeeze=False).flatten().tolist()
    for ax, line in zip(grid, lines, strict=False):
        for run in joined(line):
            ax.plot([r["year"] for r in run], [r["value"] for r in run], color=palette()[0])
        draw_dots(ax, line, palette()[0], size=5)
        for year in crossed([line]):
            ax.axvline(year - 0.5, color=QUIET, lw=1, ls=(0, (4, 3)))
        ax.set_title(
            wrap(fig, names[line[0]["unit"]] + which(rows, line, lang), 10, 0.85 / across), size=10, color=INK, pad=3
        )
        ax.tick_params(labelsize=8.5)
    for ax in grid[len(lines) :]:
        ax.set_visible(False)
    first, last = rows["year"].min(), rows["year"].max()
    step = max(-(-(last - first + 1) * across // 16), 1)
    for at, ax in enumerate(grid[: len(lines)]):  # the lowest panel of each column bears the years
        ax.tick_params(axis="x", labelbottom=at + across >= len(lines))
        ax.set_xticks(range(last, first - 1, -step))
        value_axis(ax.yaxis, rows["unit_of_measure"][0], lang)
    grid[0].set_xlim(first - 0.06 * (last - first) - 0.3, last + 0.45 * (last - first) + 0.3)
    span_of_values(grid[0], rows)
    draw_legend_over(fig, rows, lang)
    for ax, line in zip(grid, lines, strict=False):
        bare = "%" if line[-1]["unit_of_measure"] == "%" else ""  # the subtitle names the unit of measure
        end = (line[-1]["year"], line[-1]["value"], said(line[-1] | {"unit_of_measure": bare}, lang), palette()[0])
        write_labels(fig, ax, [end], [*((r["year"], r["value"]) for r in line), *along(joined(line))], 1, ax.bbox.x1)
    return fig


def balanced(
    table: pl.DataFrame,
    indicator: str,
    years: Sequence[int] | None = None,
    scope: Words = None,
    basis: Words = None,
) -> pl.DataFrame:
    """Unit-years of the units that state every one of the years, each with one scope and basis.

    ``years`` are all from the first to the last with a value where not given. ``ValueError`` where fewer than five
    units are left: of so few a quartile is no more than one of them.
    """
    rows = like(table, indicator, scope, basis)
    years = range(rows["year"].min(), rows["year"].max() + 1) if years is None else sorted(set(years))
    rows = in_all(rows, years)
    if (n := rows["unit"].n_unique()) < QUARTERED:
        raise ValueError(
            f"{indicator}: {n} units state every year from {years[0]} to {years[-1]}, quartiles need {QUARTERED}"
        )
    return rows


def by_quartile(
    table: pl.DataFrame,
    indicator: str,
    years: Sequence[int] | None = None,
    scope: Words = None,
    basis: Words = None,
) -> pl.DataFrame:
    """The rows that ``quartiles`` plots, one a year: year, units, lower, median, upper (in the indicator's unit of
    measure), inexact (how many values are no exact published numbers), docs."""
    inexact = pl.col("qualifier").is_in(list(MARKS)) | pl.col("origin").is_in(list(MARKS))
    return (
        balanced(table, indicator, years, scope, basis)
        .group_by("indicator", "name_zh", "name_en", "unit_of_measure", "year")
        .agg(
            units=pl.len(),
            lower=pl.col("value").quantile(0.25, "linear"),
            median=pl.col("value").median(),
            upper=pl.col("value").quantile(0.75, "linear"),
            inexact=inexact.sum(),
            docs=pl.col("doc").unique().sort().str.join(" "),
        )
        .sort("year")
    )


def _parted(rows: Sequence[Mapping[str, Any]], cuts: Mapping[int, Any]) -> list[list[Mapping[str, Any]]]:
    """Rows a year in runs of consecutive years without a break between."""
    runs: list[list[Mapping[str, Any]]] = []
    for row in rows:
        if runs and row["year"] == runs[-1][-1]["year"] + 1 and row["year"] not in cuts:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def quartiles_caption(
    table: pl.DataFrame,
    indicator: str,
    years: Sequence[int] | None = None,
    scope: Words = None,
    basis: Words = None,
    lang: str = "zh",
) -> Caption:
    """The words of ``quartiles``."""
    rows, each_year = (
        balanced(table, indicator, years, scope, basis),
        by_quartile(table, indicator, years, scope, basis),
    )
    name, measure, n = name_of(rows, lang), rows["unit_of_measure"][0], each_year["units"][0]
    lines = as_lines(rows)
    run = max(_parted(each_year.to_dicts(), crossed(lines)), key=len)
    first, last = run[0], run[-1]
    was, now = (number(row["median"], measure, lang) for row in (first, last))
    if n < FEW or len(run) < 3:
        zh = f"{name}：{rows['year'].min()}–{rows['year'].max()}年每年都有数的有{n}个单位"
        en = f"{name}: {n} units state every year, {rows['year'].min()}–{rows['year'].max()}"
    elif was == now:
        zh = f"{name}：{n}个单位的中位数{first['year']}年与{last['year']}年均为{now}"
        en = f"{name}: median of {n} units {now} in both {first['year']} and {last['year']}"
    else:
        rose = last["median"] > first["median"]
        word = ("升" if measure == "%" else "增") if rose else ("降" if measure == "%" else "减")
        zh = f"{name}：同样{n}个单位的中位数由{first['year']}年的{was}{word}至{last['year']}年的{now}"
        en = f"{name}: median of the same {n} units {'rose' if rose else 'fell'} from {was} in {first['year']} to {now} in {last['year']}"
    subtitle = measured(rows, lang) + say(lang, f"　每年都有数的{n}个单位", f"   The {n} units that state every year")
    if rough := each_year["inexact"].sum():
        subtitle += say(lang, f"　{rough}个值非精确数", f"   {rough} values inexact")
    subtitle += _break_words(lines, lang)
    return Caption(say(lang, zh, en), subtitle, source(rows, lang, left_out(table, rows, indicator)))


@styled
def quartiles(
    table: pl.DataFrame,
    indicator: str,
    years: Sequence[int] | None = None,
    scope: Words = None,
    basis: Words = None,
    lang: str = "zh",
) -> Figure:
    """Median and quartiles over the years, of the same units in every year (rows: ``by_quartile``).

    Between the quartiles lies half of the units. Missing years and breaks part the band. ``ValueError`` where fewer
    than five units state every one of the years (see ``balanced``).
    """
    rows, each_year = (
        balanced(table, indicator, years, scope, basis),
        by_quartile(table, indicator, years, scope, basis),
    )
    lines, measure = as_lines(rows), rows["unit_of_measure"][0]
    fig, ax = new_canvas(*quartiles_caption(table, indicator, years, scope, basis, lang), rows)
    blue, orange = palette()[:2]
    for run in _parted(each_year.to_dicts(), crossed(lines)):
        at, lower, middle, upper = ([row[c] for row in run] for c in ("year", "lower", "median", "upper"))
        ax.fill_between(at, lower, upper, color=BAND, lw=0, zorder=1)
        ax.vlines(at, lower, upper, color=blue, lw=1, zorder=2)  # a year without neighbours has no band
        ax.plot(at, middle, color=orange, lw=2.5, marker="o", zorder=3)
    for year in crossed(lines):
        ax.axvline(year - 0.5, color=QUIET, lw=1, ls=(0, (4, 3)))
    year_axis(ax, each_year["year"])
    ax.set_xlim(
        right=each_year["year"].max() + 0.3 * (len(each_year) - 1) + 0.3
    )  # room for three words in either language
    value_axis(ax.yaxis, measure, lang)
    span_of_values(ax, each_year.select("unit_of_measure", value=pl.concat_list("lower", "upper")).explode("value"))
    end = each_year.row(-1, named=True)
    words = (
        ("upper", "上四分位 ", "upper quartile ", blue),
        ("median", "中位数 ", "median ", orange),
        ("lower", "下四分位 ", "lower quartile ", blue),
    )
    labels = [(end[c], say(lang, zh, en) + number(end[c], measure, lang), colour) for c, zh, en, colour in words]
    write_beside(fig, ax, end["year"], "right", labels)
    return fig


def _stated(table: pl.DataFrame) -> pl.DataFrame:
    """The rows that reports state: what is derived from them adds nothing to what is covered."""
    return table.filter(pl.col("origin").fill_null("") != "derived")


def counts(table: pl.DataFrame, by: str = "theme") -> pl.DataFrame:
    """How many units have a row in each year, by ``theme`` or ``indicator``: columns ``by``, names, year, units, rows, docs."""
    labels = ["name_zh", "name_en"] if by == "indicator" else []
    found = (
        _stated(table)
        .group_by(by, *labels, "year")
        .agg(units=pl.col("unit").n_unique(), rows=pl.len(), docs=pl.col("doc").n_unique())
    )
    if by == "theme":
        zh, en = ({k: v[i] for k, v in THEMES.items()} for i in (0, 1))
        found = found.with_columns(name_zh=pl.col("theme").replace(zh), name_en=pl.col("theme").replace(en))
    total = pl.col("units").sum().over(by)
    return found.sort([total, pl.col(by), pl.col("year")], descending=[True, False, False]).select(
        by, "name_zh", "name_en", "year", "units", "rows", "docs"
    )


def _coverage_title(table: pl.DataFrame, rows: pl.DataFrame, by: str, lang: str) -> str:
    """How many units have one year only; of indicators, how many have hardly any unit-year."""
    if by == "indicator":
        sums = (
            rows.group_by("indicator", "name_zh", "name_en")
            .agg(n=pl.col("units").sum())
            .sort(["n", "indicator"], descending=[True, False])
        )
        thin, top = (sums["n"] < 3).sum(), sums.row(0, named=True)
        zh = f"{sums.height}项指标有数，其中{thin}项不到3个单位年；最多的是{top['name_zh']}，{top['n']}个单位年"
        en = f"{sums.height} indicators have figures, {thin} of them fewer than 3 unit-years; most: {top['name_en'].lower()}, {top['n']}"
        return say(lang, zh, en)
    years = table.group_by("unit").agg(n=pl.col("year").n_unique())["n"]
    one, three, most = (
        (years == 1).sum(),
        (years >= 3).sum(),
        table.group_by("year").agg(n=pl.col("unit").n_unique()).sort("n", "year", descending=True),
    )
    zh = f"{len(years)}个单位中{one}个只有一年的数据，有三年以上的{three}个；{most['year'][0]}年最多，有{most['n'][0]}个单位"
    en = f"Of {len(years)} units {one} have a single year and {three} three or more; {most['year'][0]} has the most, {most['n'][0]} units"
    return say(lang, zh, en)


def coverage_caption(table: pl.DataFrame, by: str = "theme", most: int = 22, lang: str = "zh") -> Caption:
    """The words of ``coverage``."""
    rows = counts(table, by)
    hidden = max(rows[by].n_unique() - most, 0)
    subtitle = say(
        lang,
        "每格：该年有数的单位数；空白为没有数",
        "Each cell: units with a figure in that year; blank where there is none",
    )
    if hidden:
        subtitle += say(
            lang,
            f"　只列最多的{most}项，另有{hidden}项",
            f"   The {most} best covered, {hidden} more not shown",
        )
    return Caption(_coverage_title(table, rows, by, lang), subtitle, source(_stated(table), lang))


@styled
def coverage(table: pl.DataFrame, by: str = "theme", most: int = 22, lang: str = "zh") -> Figure:
    """A heat map of where there is anything: units with a row, by year and theme or indicator (rows: ``counts``).

    White is no row at all. The ``most`` best covered themes or indicators are shown.
    """
    import seaborn as sns

    rows = counts(table, by)
    kept = rows[by].unique(maintain_order=True)[:most]
    label = say(lang, "name_zh", "name_en")
    grid = rows.filter(pl.col(by).is_in(kept.to_list())).to_pandas().pivot(index=by, columns="year", values="units")
    first, last = table["year"].min(), table["year"].max()
    grid = grid.reindex(index=kept.to_list(), columns=range(first, last + 1))
    names = dict(rows.select(by, label).unique().rows())
    fig, ax = new_canvas(*coverage_caption(table, by, most, lang), table)
    scale = mpl.colors.PowerNorm(0.5, 1, max(rows["units"].max(), 2))
    shades = sns.blend_palette(["#EAF2FA", palette()[0]], as_cmap=True)
    sns.heatmap(
        grid,
        ax=ax,
        cmap=shades,
        norm=scale,
        annot=True,
        fmt=".0f",
        annot_kws={"size": 8, "color": INK},
        cbar=False,
        linewidths=1,
        linecolor="white",
    )
    for text in ax.texts:
        text.set_color("white" if scale(float(text.get_text())) > 0.6 else INK)
    ax.grid(False)
    ax.set(xlabel="", ylabel="")
    ax.set_yticks([i + 0.5 for i in range(len(kept))], [names[k] for k in kept], rotation=0, size=9)
    step = -(-(last - first + 1) // 22)  # twenty-two times four digits find room side by side
    shown = range(last, first - 1, -step)
    ax.set_xticks([year - first + 0.5 for year in shown], [str(year) for year in shown], rotation=0, size=9)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return fig


def values(
    table: pl.DataFrame, indicator: str, year: int | None = None, scope: Words = None, basis: Words = None
) -> pl.DataFrame:
    """The rows that ``distribution`` plots: one a unit, of the year asked for or else each unit's latest."""
    rows = like(table if year is None else table.filter(pl.col("year") == year), indicator, scope, basis)
    return rows.sort("unit", "year", "scope", "basis", descending=[False, True, True, True]).unique(
        "unit", keep="first", maintain_order=True
    )


def _place_title(rows: pl.DataFrame, unit: str, lang: str) -> str:
    """Where one unit stands among those of its tier: how many of them it is above."""
    one = rows.row(by_predicate=pl.col("unit") == unit, named=True)
    others = rows.filter(pl.col("tier") == one["tier"], pl.col("unit") != unit)["value"]
    name, tier, below = name_of(rows, lang), TIERS[one["tier"]], (others < one["value"]).sum()
    zh = f"{unit}{name}{one['year']}年为{said(one, lang)}，高于其他{len(others)}个{tier[0]}单位中的{below}个"
    en = f"{unit}: {name.lower()} {said(one, lang)} in {one['year']}, above {below} of the {len(others)} others of tier {tier[1]}"
    return say(lang, zh, en)


def _distribution_title(rows: pl.DataFrame, when: str, unit: str | None, lang: str) -> str:
    name, measure, n = name_of(rows, lang), rows["unit_of_measure"][0], rows.height
    whole = (rows["value"] == 100).sum()
    if unit is not None and not (measure == "%" and whole * 2 >= n):
        return _place_title(rows, unit, lang)
    if measure == "%" and whole * 2 >= n:
        return say(lang, f"{name}：{when}{n}个单位中{whole}个为100%", f"{name}: {whole} of {n} units at 100%, {when}")
    if n < FEW:
        return say(lang, f"{name}：{when}只有{n}个单位的数", f"{name}: figures of only {n} units, {when}")
    low, high = (number(v, measure, lang) for v in (rows["value"].min(), rows["value"].max()))
    zh, en = f"{name}：{when}{n}个单位从{low}到{high}", f"{name}: from {low} to {high} in {n} units, {when}"
    tier, part = max(
        ((t, rows.filter(pl.col("tier") == t)["value"]) for t in sorted(rows["tier"].unique())),
        key=lambda group: len(group[1]),
    )
    if len(part) >= FEW:
        middle = number(part.median(), measure, lang)
        zh += f"，{len(part)}个{TIERS[tier][0]}的中位数{middle}"
        en += f"; median {middle} in {len(part)} of tier {TIERS[tier][1]}"
    return say(lang, zh, en)


def distribution_caption(
    table: pl.DataFrame,
    indicator: str,
    year: int | None = None,
    scope: Words = None,
    basis: Words = None,
    unit: str | None = None,
    lang: str = "zh",
) -> Caption:
    """The words of ``distribution``."""
    rows = values(table, indicator, year, scope, basis)
    if unit is not None and unit not in rows["unit"]:
        raise ValueError(f"{unit}: no value of {indicator} among those that are drawn")
    when = say(lang, f"{year}年", f"{year}") if year else say(lang, "各取最近一年，", "latest year of each")
    return Caption(
        _distribution_title(rows, when, unit, lang),
        measured(rows, lang),
        source(rows, lang, left_out(table, rows, indicator)),
    )


@styled
def distribution(
    table: pl.DataFrame,
    indicator: str,
    year: int | None = None,
    scope: Words = None,
    basis: Words = None,
    unit: str | None = None,
    lang: str = "zh",
) -> Figure:
    """How units differ in one indicator, a dot each, by tier of government (rows: ``values``; in its unit of measure).

    Of one year, or of each unit's latest. ``unit`` is marked and named among the others, which turn grey;
    ``ValueError`` where it has no value. The scale is logarithmic where the largest is fifty times the smallest.
    The median is drawn for a tier of eight units and more. Rates mostly at 100 are not named, since a rank would mean
    nothing.
    """
    rows = values(table, indicator, year, scope, basis)
    fig, ax = new_canvas(*distribution_caption(table, indicator, year, scope, basis, unit, lang), rows)
    low, high = rows["value"].min(), rows["value"].max()
    if low > 0 and high / low >= 50:
        ax.set_xscale("log")
        ax.set_xlim(low / 1.6, high * 2.2)
    elif rows["unit_of_measure"][0] == "%":
        ax.set_xlim(max(low - 5, 0), min(high + 5, 100.6))
    else:
        ax.set_xlim(0, high * 1.12 or 1)
    tiers = [t for t in TIERS if t in rows["tier"].to_list()]
    ax.set_yticks(range(len(tiers)), [say(lang, *TIERS[t]) + f"\nn={(rows['tier'] == t).sum()}" for t in tiers])
    ax.set_ylim(len(tiers) - 0.5, -0.5)
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    value_axis(ax.xaxis, rows["unit_of_measure"][0], lang)
    ax.xaxis.minorticks_off()
    draw_legend(ax, rows, lang)
    fig.draw_without_rendering()
    points = _swarm(fig, ax, rows, tiers, unit)
    middle = _median(ax, rows, tiers, lang)
    labels = [] if rows["unit_of_measure"][0] == "%" and (rows["value"] == 100).sum() * 2 >= rows.height else points
    labels = sorted(labels, key=lambda p: p["value"] not in (low, high))
    names = short_names(rows)
    marked = [p for p in points if p["unit"] == unit]
    shown = [p for p in labels if p not in marked and (rows.height <= NAMED or p["value"] in (low, high))]
    texts = [
        (p["x"], p["y"], names[p["unit"]] + " " + said(p, lang), palette()[0] if p in marked else QUIET)
        for p in [*marked, *shown]
    ]
    write_labels(fig, ax, texts, [*((p["x"], p["y"]) for p in points), *middle], len(marked))
    return fig


def _swarm(fig: Figure, ax: Axes, rows: pl.DataFrame, tiers: Sequence[str], unit: str | None) -> list[dict[str, Any]]:
    """Draws the dots of each tier side by side, one unit larger; gives the rows with their places ``x`` and ``y``."""
    found = []
    for i, tier in enumerate(tiers):
        part = rows.filter(pl.col("tier") == tier).sort("value", "unit").to_dicts()
        places = [x for x, _ in ax.transData.transform([(row["value"], 0) for row in part])]
        steps = aside(places, 8.5 * fig.dpi / 72)
        room = 0.8 / (2 * max(map(abs, steps), default=0) + 1)
        found += [
            row | {"x": row["value"], "y": i + step * min(room, 0.13)} for row, step in zip(part, steps, strict=True)
        ]
    draw_dots(ax, [p for p in found if p["unit"] != unit], palette()[0] if unit is None else PALE, "x", "y")
    draw_dots(ax, [p for p in found if p["unit"] == unit], palette()[0], "x", "y", 10)
    return found


def _median(ax: Axes, rows: pl.DataFrame, tiers: Sequence[str], lang: str) -> list[tuple[float, float]]:
    """A quiet line at the median of each tier with units enough for one; gives points along it, for labels to keep off."""
    found = []
    for i, tier in enumerate(tiers):
        part = rows.filter(pl.col("tier") == tier)["value"]
        if len(part) >= FEW:
            ax.plot([part.median()] * 2, [i - 0.4, i + 0.4], color=palette()[1], lw=1.5, zorder=2)
            text = say(lang, "中位数 ", "median ") + number(part.median(), rows["unit_of_measure"][0], lang)
            ax.annotate(
                text,
                (part.median(), i - 0.4),
                (0, 2),
                textcoords="offset points",
                ha="center",
                va="bottom",
                size=LABEL,
                color=palette()[1],
            )
            found += [(part.median(), i - 0.48 + k * 0.08) for k in range(12)]
    return found


def at_hundred(table: pl.DataFrame, indicator: str, by: str = "scope", basis: Words = None) -> pl.DataFrame:
    """How many values of a rate are 100, by ``scope`` or ``tier``: columns ``by``, hundred, n, share (of 1), first and last year.

    ``basis`` as in ``like``.
    """
    order = SCOPES if by == "scope" else TIERS
    found = (
        like(table, indicator, tuple(SCOPES), basis)
        .group_by(by)
        .agg(
            hundred=(pl.col("value") == 100).sum(),
            n=pl.len(),
            first=pl.col("year").min(),
            last=pl.col("year").max(),
            docs=pl.col("doc").unique().sort().str.join(" "),
        )
    )
    return found.with_columns(share=pl.col("hundred") / pl.col("n")).sort(
        pl.col(by).replace_strict({k: i for i, k in enumerate(order)})
    )


def share_caption(
    table: pl.DataFrame, indicator: str, by: str = "scope", basis: Words = None, lang: str = "zh"
) -> Caption:
    """The words of ``share_at_hundred``; they are the same whatever the rows are grouped ``by``."""
    rows = like(table, indicator, tuple(SCOPES), basis)
    n, whole = rows.height, (rows["value"] == 100).sum()
    name = name_of(rows, lang)
    zh = f"{name}：{n}个值中{whole}个为100%" + (f"（占{whole / n:.0%}）" if n >= FEW else "")
    en = f"{name}: {whole} of {n} values are 100%" + (f" ({whole / n:.0%})" if n >= FEW else "")
    what = say(
        lang,
        f"　{rows['year'].min()}—{rows['year'].max()}年各单位年",
        f"   Unit-years {rows['year'].min()} to {rows['year'].max()}",
    )
    return Caption(say(lang, zh, en), measured(rows, lang) + what, source(rows, lang, left_out(table, rows, indicator)))


@styled
def share_at_hundred(
    table: pl.DataFrame, indicator: str, by: str = "scope", basis: Words = None, lang: str = "zh"
) -> Figure:
    """For rates near 100: the share of unit-years that reached 100, by ``scope`` or ``tier`` (rows: ``at_hundred``).

    Groups of fewer than eight values are pale. No ranking: at 100 there is none.
    """
    groups = at_hundred(table, indicator, by, basis)
    fig, ax = new_canvas(
        *share_caption(table, indicator, by, basis, lang), like(table, indicator, tuple(SCOPES), basis)
    )
    names = SCOPES if by == "scope" else TIERS
    for i, row in enumerate(groups.to_dicts()):
        thin = row["n"] < FEW
        ax.barh(i, 1, color="#F3F3F3", height=0.55)
        ax.barh(i, row["share"], color=PALE if thin else palette()[0], height=0.55)
        few = say(lang, "　值少，只作参考", "   few values") if thin else ""
        text = say(lang, f"{row['n']}个值中{row['hundred']}个", f"{row['hundred']} of {row['n']}")
        ax.text(
            max(row["share"], 0) + 0.01 if row["share"] < 0.7 else 0.01,
            i,
            text + few,
            va="center",
            size=10,
            color=INK if thin or row["share"] < 0.7 else "white",
        )
    ax.set_yticks(range(groups.height), [say(lang, *names[k]) for k in groups[by]])
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0%}"))
    ax.set_xlabel(say(lang, "为100%的比重", "Share at 100%"))
    ax.grid(False)
    return fig


def reported_and_computed(table: pl.DataFrame, rate: str, part: str, whole: str) -> pl.DataFrame:
    """A reported rate beside the one its own counts give: rows are unit-years of one scope in which all three are stated.

    Columns of the reported rate's row, with ``computed`` (100 · part / whole, percent), ``difference`` (reported less
    computed, percentage points), the counts ``part_value``, ``whole_value`` with their ``_qualifier``, ``_basis``,
    ``_doc`` and ``_quote``.
    """
    own = table.with_columns(pl.col("scope", "basis", "qualifier").fill_null("")).filter(
        pl.col("value").is_not_null(),
        pl.col("period") == pl.col("year").cast(pl.String),
        pl.col("origin").is_in(["reported", "corrected"]),
    )
    key = ["unit", "period", "scope"]
    rows = own.filter(pl.col("indicator") == rate)
    for name, indicator in (("part", part), ("whole", whole)):
        side = own.filter(pl.col("indicator") == indicator).select(
            *key, pl.col("value", "qualifier", "basis", "doc", "quote").name.prefix(f"{name}_")
        )
        rows = rows.join(side, on=key)
    rows = rows.filter(pl.col("whole_value") > 0, pl.col("part_value") <= pl.col("whole_value"))
    if rows.is_empty():
        raise ValueError(f"{rate}: no unit states the rate, {part} and {whole} for one year")
    computed = (100 * pl.col("part_value") / pl.col("whole_value")).round(2)
    return rows.with_columns(computed=computed, difference=(pl.col("value") - computed).round(2)).sort(
        "difference", "unit", "year", descending=[True, False, False]
    )


def most_apart(rows: pl.DataFrame) -> pl.DataFrame:
    """Of the rows of ``reported_and_computed`` those that find room in one picture: the twenty with the largest difference."""
    order = rows.with_columns(apart=pl.col("difference").abs()).sort("apart", descending=True, maintain_order=True)
    return rows.join(
        order.head(PAIRS).select("unit", "period", "scope", "basis", "whole_basis"),
        on=["unit", "period", "scope", "basis", "whole_basis"],
        how="semi",
    )


def dumbbell_caption(table: pl.DataFrame, rate: str, part: str, whole: str, lang: str = "zh") -> Caption:
    """The words of ``dumbbell``."""
    rows = reported_and_computed(table, rate, part, whole)
    name, n = name_of(rows, lang), rows.height
    near, far = (rows["difference"].abs() < 0.1).sum(), rows["difference"].abs().max()
    zh = f"{name}：{n}个可核算的单位年中{near}个所报与所算相差不到0.1个百分点"
    en = f"{name}: {near} of {n} reported rates within 0.1 points of their own counts"
    shares = [table.filter(pl.col("indicator") == i)[say(lang, "name_zh", "name_en")][0] for i in (part, whole)]
    subtitle = say(
        lang,
        f"{name}（%）：所报，与{shares[0]}÷{shares[1]}所算　范围：{each(rows['scope'], lang, SCOPES)}　最大相差{plain(far, 2)}个百分点",
        f"{name} (%): reported, and {shares[0].lower()} / {shares[1].lower()}   Scope: {each(rows['scope'], lang, SCOPES)}   Largest difference {plain(far, 2)} points",
    )
    if n > PAIRS:
        subtitle += say(lang, f"　只画差得最多的{PAIRS}个", f"   Only the {PAIRS} largest are drawn")
    docs = rows.select("unit", doc=pl.concat_list("doc", "part_doc", "whole_doc")).explode("doc", empty_as_null=True)
    footer = (
        source(docs, lang).rsplit("n=", 1)[0]
        + f"n={n}"
        + say(
            lang,
            "；两数差异多来自四舍五入或口径（受理数、结案数）不同",
            "; differences come mostly from rounding or from what is counted (received, closed)",
        )
    )
    return Caption(say(lang, zh, en), subtitle, footer)


@styled
def dumbbell(table: pl.DataFrame, rate: str, part: str, whole: str, lang: str = "zh") -> Figure:
    """A reported rate against the one its own counts give, a row each unit-year (rows: ``reported_and_computed``; percent).

    Of more than twenty those with the largest difference are drawn.
    """
    rows = most_apart(reported_and_computed(table, rate, part, whole))
    n = rows.height
    fig, ax = new_canvas(*dumbbell_caption(table, rate, part, whole, lang), rows)
    names, blue, red = short_names(rows), palette()[0], palette()[1]
    for i, row in enumerate(rows.to_dicts()):
        ax.plot([row["computed"], row["value"]], [i, i], color=PALE, lw=3, zorder=1, solid_capstyle="butt")
        ax.plot(row["computed"], i, marker="D", mfc="white", mec=red, ls="none", ms=7.5, zorder=3)
        draw_dots(ax, [row | {"y": i}], blue, "value", "y", 6)
        about = "*" if {row["part_qualifier"], row["whole_qualifier"]} & {"over", "under", "about"} else ""
        ax.annotate(
            f"{row['difference']:+.2f}{about}".replace("-", "−"),
            (1, i),
            (10, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="left",
            va="center",
            size=LABEL,
            color=QUIET,
        )
    ax.set_yticks(
        range(n), [f"{names[r['unit']]} {r['year']}" + of_basis(r["whole_basis"], lang) for r in rows.to_dicts()]
    )
    ax.set_ylim(n - 0.5, -0.5)
    low, high = min(rows["value"].min(), rows["computed"].min()), max(rows["value"].max(), rows["computed"].max())
    ax.set_xlim(low - 0.3, high + 0.3)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    value_axis(ax.xaxis, "%", lang)
    starred = say(
        lang, "右侧：所报减所算，百分点（*件数为概数）", "right: reported less computed, points (*counts rounded)"
    )
    ends = [
        Line2D([], [], marker="o", ls="none", color=blue, label=say(lang, "所报", "reported")),
        Line2D([], [], marker="D", ls="none", mfc="white", color=red, label=say(lang, "由件数所算", "computed")),
        Line2D([], [], ls="none", label=starred),
    ]
    draw_legend(ax, rows, lang, ends)
    return fig


def paired(table: pl.DataFrame, x: str, y: str, year: int | None = None) -> pl.DataFrame:
    """Two counts of one unit, year and scope side by side: columns of ``y``'s row, with ``x_value``, ``x_qualifier``,
    ``x_doc``, ``x_quote`` and ``ratio`` (y for each x). Of one year, or of each unit's latest; both above nought."""
    whole = table.with_columns(
        pl.col("scope", "basis", "qualifier", "origin", "province", "city").fill_null("")
    ).filter(
        pl.col("value") > 0,
        pl.col("period") == pl.col("year").cast(pl.String),
        True if year is None else pl.col("year") == year,
    )
    key = ["unit", "period", "scope"]
    left = whole.filter(pl.col("indicator") == x).select(
        *key, pl.col("value", "unit_of_measure", "qualifier", "origin", "doc", "quote").name.prefix("x_")
    )
    rows = (
        whole.filter(pl.col("indicator") == y)
        .join(left, on=key)
        .sort("unit", "year", "scope", "basis", descending=[False, True, True, True])
    )
    if rows.is_empty():
        raise ValueError(f"no unit states {x} and {y} for one year")
    return rows.unique("unit", keep="first", maintain_order=True).with_columns(
        ratio=(pl.col("value") / pl.col("x_value")).round(1)
    )


def together_caption(table: pl.DataFrame, x: str, y: str, year: int | None = None, lang: str = "zh") -> Caption:
    """The words of ``together``."""
    rows = paired(table, x, y, year)
    label = say(lang, "name_zh", "name_en")
    x_name, y_name = (table.filter(pl.col("indicator") == i)[label][0] for i in (x, y))
    x_unit, y_unit, n = rows["x_unit_of_measure"][0], rows["unit_of_measure"][0], rows.height
    low, middle, high = (
        plain(v, 0 if v >= 10 else 1) for v in (rows["ratio"].min(), rows["ratio"].median(), rows["ratio"].max())
    )
    zh = (
        f"{n}个单位同时公布{x_name}与{y_name}：每{x_unit}"
        + (f"从{low}到{high}{y_unit}" if n > 1 else f"{low}{y_unit}")
        + f"，中位数{middle}" * (n >= FEW)
    )
    en = (
        f"{n} units publish both {x_name.lower()} and {y_name.lower()}: "
        + (f"{low} to {high} each" if n > 1 else f"{low} each")
        + f", median {middle}" * (n >= FEW)
    )
    when = say(lang, f"{year}年" if year else "各取最近一年", f"{year}" if year else "latest year of each")
    subtitle = say(
        lang,
        f"横轴：{x_name}（{x_unit}）　纵轴：{y_name}（{y_unit}）　{when}，同一单位同一年　范围：{each(rows['scope'], lang, SCOPES)}",
        f"Across: {x_name}   Up: {y_name}   {when}, same unit and year   Scope: {each(rows['scope'], lang, SCOPES)}",
    )
    docs = pl.concat([rows.select("unit", "doc"), rows.select("unit", doc="x_doc")])
    return Caption(say(lang, zh, en), subtitle, source(docs, lang).rsplit("n=", 1)[0] + f"n={n}")


@styled
def together(table: pl.DataFrame, x: str, y: str, year: int | None = None, lang: str = "zh") -> Figure:
    """Two counts of the same unit and year against each other on logarithmic scales, a dot a unit (rows: ``paired``).

    Grey lines join equal ratios of y to x.
    """
    rows = paired(table, x, y, year)
    x_unit, y_unit = rows["x_unit_of_measure"][0], rows["unit_of_measure"][0]
    fig, ax = new_canvas(*together_caption(table, x, y, year, lang), rows)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(rows["x_value"].min() / 2, rows["x_value"].max() * 4)
    ax.set_ylim(rows["value"].min() / 3, rows["value"].max() * 4)
    ax.grid(False)
    ax.spines["left"].set_visible(True)
    value_axis(ax.xaxis, "", lang)
    value_axis(ax.yaxis, "", lang)
    ax.minorticks_off()
    each = [_ratio_line(ax, 10**k, x_unit, y_unit, lang) for k in range(6)]
    points = [
        r | {"qualifier": r["qualifier"] if mark(r["qualifier"], r["origin"]) else r["x_qualifier"]}
        for r in rows.to_dicts()
    ]
    draw_dots(ax, points, palette()[0], "x_value", "value")
    draw_legend(ax, pl.DataFrame(points).select("qualifier", "origin"), lang)
    names = short_names(rows)
    texts = [(r["x_value"], r["value"], f"{names[r['unit']]} {r['year']}", INK) for r in rows.to_dicts()]
    write_labels(fig, ax, texts, [*rows.select("x_value", "value").rows(), *(p for p in each if p)])
    return fig


def _ratio_line(ax: Axes, ratio: float, x_unit: str, y_unit: str, lang: str) -> tuple[float, float] | None:
    """A grey line of equal ratio with its name at its upper end, which it gives; nothing where it misses the axes."""
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    start, end = max(x0, y0 / ratio), min(x1, y1 / ratio)
    if end / start < 3:
        return None
    ax.plot([start, end], [start * ratio, end * ratio], color="#E0E0E0", lw=1, zorder=1)
    text = say(lang, f"每{x_unit}{ratio:,}{y_unit}", f"{ratio:,} each")
    at_top = y1 / ratio <= x1
    ax.annotate(
        text,
        (end, end * ratio),
        (-4, -4) if at_top else (-4, 6),
        textcoords="offset points",
        ha="right",
        va="top" if at_top else "bottom",
        size=9,
        color="#8A8A8A",
    )
    return end, end * ratio


# ---------------------------------------------------------------- the committed figures


class Plot(NamedTuple):
    """A chart of the table: the functions that draw it, give its rows and its words, and what they are called with."""

    draw: Callable[..., Figure]
    rows: Callable[..., pl.DataFrame]
    caption: Callable[..., Caption]
    options: Mapping[str, Any] = {}


_APPEARANCE = {"indicator": "litigation.appearance_rate", "basis": ("负责人", "")}
_SUCCESS = {"rate": "mediation.success_rate", "part": "mediation.succeeded", "whole": "mediation.cases"}
_NATION = {"units": ["全国"], "scope": ("area", "")}
_OWN = {"scope": ("own", "")}

FIGURES: Mapping[str, Plot] = {
    "coverage": Plot(coverage, counts, coverage_caption),
    "coverage_by_indicator": Plot(coverage, counts, coverage_caption, {"by": "indicator"}),
    "appearance_rate": Plot(trend, series, trend_caption, _APPEARANCE | {"scope": ("own", "area", "")}),
    "appearance_rate_at_100": Plot(share_at_hundred, at_hundred, share_caption, _APPEARANCE),
    "loss_rate": Plot(trend, series, trend_caption, {"indicator": "litigation.loss_rate"}),
    "mediation_cases": Plot(trend, series, trend_caption, _NATION | {"indicator": "mediation.cases"}),
    "mediation_committees": Plot(trend, series, trend_caption, _NATION | {"indicator": "mediation.committees"}),
    "mediation_success_rate": Plot(dumbbell, reported_and_computed, dumbbell_caption, _SUCCESS),
    "publicity_activities": Plot(
        distribution, values, distribution_caption, _OWN | {"indicator": "publicity.activities"}
    ),
    "publicity_audience": Plot(
        together, paired, together_caption, {"x": "publicity.activities", "y": "publicity.audience"}
    ),
    "reconsideration_received": Plot(
        distribution,
        values,
        distribution_caption,
        _OWN | {"indicator": "reconsideration.received", "basis": "受理", "year": 2019},
    ),
    "study_sessions": Plot(
        distribution, values, distribution_caption, _OWN | {"indicator": "organisation.study_sessions"}
    ),
}


def figures(out: str | Path = "figures", table: pl.DataFrame | None = None, lang: str = "zh") -> dict[str, str]:
    """Draws every committed figure into ``out`` as PNG, SVG and CSV; ``table`` is ``analysis.load().indicators`` where not given.

    Gives the figures that could not be drawn, each with the reason; the others are written all the same.
    """
    if table is None:
        from analysis.table import load

        table = load().indicators
    failures = {}
    for name, plot in FIGURES.items():
        try:
            fig = plot.draw(table, lang=lang, **plot.options)
            save(fig, plot.rows(table, **plot.options), Path(out) / name)
        except ValueError as error:
            failures[name] = str(error)
    return failures
