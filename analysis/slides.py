"""A briefing: the findings of the committed figures as slides whose charts PowerPoint and WPS can edit.

One finding a slide. Title, subtitle and footer are those of the figure of the same name (``charts.FIGURES``), the
chart is native with the plotted values in its workbook, the notes name every value's report. A missing year is a gap,
no line crosses a break, values that are no exact published numbers are hollow and shaped as in the figures. What the
slides say is computed from the tables; the same tables give the same bytes. A slide with an invented unit (``demo``)
says so above its title.
"""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import xlsxwriter
from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.dml.fill import FillFormat
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.slide import Slide
from pptx.util import Pt
from xlsxwriter.utility import xl_col_to_name

from analysis import charts, deck
from analysis.canvas import INVENTED_DATA
from analysis.captions import invented
from analysis.charts import FEW, FIGURES, INK, MARKS, NAMED, PALE, QUIET, SCOPES, TIERS, Caption, Plot
from analysis.table import Tables, load

ORDER = (
    "coverage", "appearance_rate", "appearance_rate_at_100", "loss_rate", "mediation_cases", "mediation_committees",
    "mediation_success_rate", "publicity_activities", "publicity_audience", "study_sessions",
)  # fmt: skip

NAMES = {"zh": "briefing.pptx", "en": "briefing_en.pptx"}
ABOVE, BELOW, LEFT, RIGHT = (getattr(XL_LABEL_POSITION, w) for w in ("ABOVE", "BELOW", "LEFT", "RIGHT"))
SIZE = 12  # points of whatever stands in a chart
Colour = int | str  # an accent of the theme, counted from 0, or a colour of our style

_MARKERS = {  # as in charts.MARKS, as far as the programs have them
    "over": (XL_MARKER_STYLE.TRIANGLE, "△"),
    "under": (XL_MARKER_STYLE.DASH, "–"),
    "about": (XL_MARKER_STYLE.CIRCLE, "○"),
    "summed": (XL_MARKER_STYLE.SQUARE, "□"),
    "derived": (XL_MARKER_STYLE.DIAMOND, "◇"),
    "corrected": (XL_MARKER_STYLE.PLUS, "＋"),
    "implied": (XL_MARKER_STYLE.X, "×"),
}
_QUALIFIED = {"over": ("逾", "over "), "under": ("近", "nearly "), "about": ("约", "about ")}


def slides(out: str | Path = "figures", tables: Tables | None = None, lang: str = "zh") -> dict[str, str]:
    """Writes ``briefing.pptx`` into ``out``; in English (``lang="en"``) ``briefing_en.pptx``.

    ``tables`` are ``analysis.load()`` where not given. Gives the slides that could not be made, each with the reason;
    the others are written all the same. ``ValueError`` where there is not one.
    """
    if lang not in NAMES:
        raise ValueError(f"lang is 'zh' or 'en', not {lang!r}")
    tables = load() if tables is None else tables
    findings: dict[str, Finding] = {}
    failures: dict[str, str] = {}
    for name in ORDER:
        try:
            findings[name] = finding(name, tables.indicators, lang)
        except ValueError as error:
            failures[name] = str(error)
    if not findings:
        raise ValueError("no finding: the tables hold no figure of any slide")
    made = deck.new()
    made.core_properties.title, made.core_properties.author = _title(lang), "fazhi-indicators"
    made.core_properties.language = _tag(lang)
    _cover(made, tables, lang)
    for found in findings.values():
        add(made, found, tables.indicators, lang)
    _distrust(made, tables, lang)
    deck.save(made, Path(out) / NAMES[lang])
    return failures


def _tag(lang: str) -> str:
    return _say(lang, "zh-CN", "en-GB")


def _say(lang: str, zh: str, en: str) -> str:
    return zh if lang == "zh" else en


# --- A finding -----------------------------------------------------------------------------------


class Finding(NamedTuple):
    """What a slide says. ``rows`` are unit-years with value and ``doc``, those that stand behind the chart."""

    plot: Plot
    caption: Caption
    rows: pl.DataFrame


def finding(name: str, table: pl.DataFrame, lang: str) -> Finding:
    """The words and the rows of a committed figure; ``ValueError`` where the table has nothing for it."""
    plot = FIGURES[name]
    if table.is_empty():
        raise ValueError("the table is empty")
    caption = plot.caption(table, lang=lang, **plot.options)
    if plot.draw is charts.coverage:
        words = (
            "每柱：该年有数的单位数；没有柱子即没有数",
            "Each column: units with a figure in that year; none, no column",
        )
        return Finding(plot, caption._replace(subtitle=_say(lang, *words)), table)
    if plot.draw is charts.share_at_hundred:
        rows = charts.like(table, plot.options["indicator"], tuple(SCOPES), plot.options["basis"])
        return Finding(plot, caption, rows)
    return Finding(plot, caption, plot.rows(table, **plot.options))


def a_year(table: pl.DataFrame) -> pl.DataFrame:
    """How many units have a row in each year from the first to the last: columns year, units (null where none)."""
    found = table.group_by("year").agg(units=pl.col("unit").n_unique())
    years = pl.DataFrame({"year": range(found["year"].min(), found["year"].max() + 1)}, schema={"year": pl.Int64})
    return years.join(found, on="year", how="left").sort("year")


def add(made: deck.Deck, found: Finding, table: pl.DataFrame, lang: str) -> None:
    """A slide of a finding with its native chart; `table`: what the finding was taken from."""
    slide = deck.add(made, deck.CHART, found.caption.title, found.caption.footer)
    holder = slide.placeholders[deck.CONTENT]
    frame, key = _NATIVE[found.plot.draw](holder.insert_chart, table, found, lang)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", found.caption.title)
    if found.plot.draw not in (charts.coverage, charts.share_at_hundred):  # these draw no single values
        key = [*_key(found.rows, lang), *key]
    text = [found.caption.subtitle] + (["　".join(key) if lang == "zh" else "   ".join(key)] if key else [])
    slide.placeholders[deck.SUBTITLE].text_frame.text = "\n".join(text)
    slide.notes_slide.notes_text_frame.text = "\n".join(_notes(found, lang))
    warn(slide, found.rows)


def warn(slide: Slide, rows: pl.DataFrame) -> None:
    """Says above the title, and first in the notes, that the data are invented, where a unit of the rows is."""
    if invented(rows):
        deck.put_above(slide, INVENTED_DATA, 1)
        notes = slide.notes_slide.notes_text_frame
        notes.text = f"{INVENTED_DATA}\n{notes.text}"


def _key(rows: pl.DataFrame, lang: str) -> list[str]:
    """What the pale marks among the rows mean."""
    found = {_mark(row) for row in rows.to_dicts()}
    return [f"{_MARKERS[k][1]} {_say(lang, m.zh, m.en)}" for k, m in MARKS.items() if k in found]


def _mark(row: Mapping[str, Any]) -> str:
    """As ``charts.mark``; where two numbers make one point, what is said of the other counts too."""
    return charts.mark(row["qualifier"], row["origin"]) or charts.mark(row.get("x_qualifier", ""), "")


def _notes(found: Finding, lang: str) -> list[str]:
    """Measure, source, caveat; then every value with its report, as far as the chart is one of single values."""
    rows, caption = found.rows, found.caption
    lines = [caption.subtitle, caption.footer, _say(lang, *_CAVEATS[found.plot.draw]), ""]
    if found.plot.draw is charts.coverage:
        return [*lines[:3], _say(lang, "出处：data/processed/documents.csv", "Reports: data/processed/documents.csv")]
    lines.append(
        _say(
            lang,
            f"逐值出处（n={rows.height}；路径在报告文件夹之下）：",
            f"Where each value stands (n={rows.height}; paths below the folder of reports):",
        )
    )
    for row in rows.sort("year", "unit", descending=[True, False]).to_dicts():
        value = charts.said(row, lang)
        docs = dict.fromkeys(row[c] for c in ("doc", "x_doc", "part_doc", "whole_doc") if c in row)
        lines.append(f"{row['unit']} {row['year']}{_say(lang, '：', ': ')}{value}　{'；'.join(docs)}")
    return lines


_CAVEATS: Mapping[Callable[..., Any], tuple[str, str]] = {
    charts.coverage: (
        "提醒：没有数不等于没有做，只是读到的文本没有写。单位是手头有其页面的单位，不是样本。",
        "Caveat: no figure does not mean that nothing was done; the text read does not state it. The units are those whose pages were at hand, no sample.",
    ),
    charts.trend: (
        "提醒：缺年不连线，口径断点前后不连线、不比较。范围或口径不同的线不可相比；未注明范围不等于本单位。",
        "Caveat: missing years are gaps; no line crosses a break. Lines of different scope or basis do not compare; scope not stated does not mean own body.",
    ),
    charts.share_at_hundred: (
        "提醒：写100%的单位可能只有一件案。不排名，只看达到100%的占多少。",
        "Caveat: a unit that writes 100% may have had one case. No ranking; only the share that reached 100.",
    ),
    charts.dumbbell: (
        "提醒：所报与所算之差多来自四舍五入，或来自件数按受理、结案等不同口径计。",
        "Caveat: reported and computed differ mostly by rounding or by what is counted (received, closed).",
    ),
    charts.distribution: (
        "提醒：各取最近一年，年份不一。单位大小不同，数大不等于做得多；单位不是样本，中位数不代表全国。",
        "Caveat: the latest year of each, so years differ. Units differ in size; they are no sample and the median says nothing about the country.",
    ),
    charts.together: (
        "提醒：受众人次多为“余”“多”的下限，且线上线下口径不一；每场人次只看数量级。",
        "Caveat: audiences are mostly lower bounds and count online and offline differently; read the ratio as an order of magnitude.",
    ),
}  # fmt: skip


# --- Native charts: each puts a chart into the slide and gives it with what its marks mean ------------


def _columns(insert: Callable[..., Any], table: pl.DataFrame, found: Finding, lang: str) -> tuple[Any, list[str]]:
    """Units a year, as columns."""
    rows = a_year(table)
    data = CategoryChartData(number_format="0")
    data.categories = rows["year"].to_list()
    data.add_series(_say(lang, "有数的单位数", "units with a figure"), rows["units"].to_list())
    frame = insert(XL_CHART_TYPE.COLUMN_CLUSTERED, data)
    chart = _plain(frame.chart)
    chart.plots[0].gap_width = 35
    series = chart.plots[0].series[0]
    _paint(series.format.fill, 0)
    labels = series.data_labels
    labels.show_value, labels.number_format, labels.number_format_is_linked = True, "0", False
    labels.position = XL_LABEL_POSITION.OUTSIDE_END
    labels.font.size = Pt(SIZE - 1)
    _upright(chart, rows.height)
    _silent(chart.value_axis)
    return frame, []


def _lines(insert: Callable[..., Any], table: pl.DataFrame, found: Finding, lang: str) -> tuple[Any, list[str]]:
    """Lines over the years: a series each comparable stretch of a unit, scope and basis; blank where a year is missing."""
    rows = found.rows
    lines = charts.as_lines(rows)
    named = charts.coloured(lines, "units" in found.plot.options)
    units = list(dict.fromkeys(line[0]["unit"] for line in named))
    names = charts.short_names(rows)
    years = list(range(rows["year"].min(), rows["year"].max() + 1))
    data = CategoryChartData(number_format="General")
    data.categories = years
    drawn: list[tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]] = []
    for line in [*named, *(line for line in lines if line not in named)]:
        for stretch in charts.stretches(line):
            values = {row["year"]: row["value"] for row in stretch}
            data.add_series(_series_name(names, rows, line, stretch, lang), [values.get(year) for year in years])
            drawn.append((line, stretch))
    frame = insert(XL_CHART_TYPE.LINE_MARKERS, data)
    chart = _plain(frame.chart)
    alone = rows["unit"].n_unique() == 1
    said: list[tuple[Any, Mapping[str, Any], Colour]] = []
    for i, (series, (line, stretch)) in enumerate(zip(chart.plots[0].series, drawn, strict=True)):
        shown = line in named
        colour = i % len(charts.palette()) if alone else units.index(line[0]["unit"]) if shown else PALE
        series.smooth = False
        _line(series, colour if len(line) >= 3 else None, 2.25 if shown else 1)
        points = {row["year"]: series.points[years.index(row["year"])] for row in stretch}
        _points(series, [(points[row["year"]], row) for row in stretch], colour, 8 if shown else 6)
        said += [(points[row["year"]], row, colour) for row in stretch if alone or (shown and row is stretch[-1])]
    low, high = _scale(chart.value_axis, rows, lang)
    place = partial(_place, years=years, low=low, high=high)
    taken = [p for _, stretch in drawn for p in [*map(place, stretch), *_between(charts.joined(stretch), place)]]
    bare = {"unit_of_measure": "%" if rows["unit_of_measure"][0] == "%" else ""}  # as _format writes it
    words = [charts.said({**row, **bare}, lang) for _, row, _ in said]
    for (point, row, colour), (side, _) in zip(
        said, _sides([place(row) for _, row, _ in said], words, taken), strict=True
    ):
        _label(point, side, _format(row, lang), colour)
    _upright(chart, len(years))
    if alone:
        _silent(chart.value_axis)
    if len(drawn) > 1:
        _legend(chart, [i for i, (line, _) in enumerate(drawn) if line not in named])
    grey = len({line[0]["unit"] for line in lines} - set(units))
    told = len(lines) > NAMED or not grey  # the subtitle says it, or there is nothing to say
    return frame, [] if told else [_say(lang, f"灰色：其余{grey}个单位", f"grey: {grey} more units")]


def _series_name(
    names: Mapping[str, str],
    rows: pl.DataFrame,
    line: Sequence[Mapping[str, Any]],
    stretch: Sequence[Mapping[str, Any]],
    lang: str,
) -> str:
    """The unit with what tells its lines apart: scope, basis, and the break that the stretch begins with."""
    name = names[line[0]["unit"]] + charts.which(rows, line, lang)
    if rows["scope"].n_unique() > 1 and not line[0]["scope"] and not line[0]["basis"]:
        name += _say(lang, "（范围未注明）", " (scope not stated)")
    begun = [b for b in charts.crossed([line]).values() if b["year"] <= stretch[0]["year"]]
    if begun:
        name += _say(lang, f"（{begun[-1]['reason_zh']}）", f" ({begun[-1]['reason_en']})")
    return name


def _place(row: Mapping[str, Any], years: Sequence[int], low: float, high: float) -> Place:
    """Where a value lies in the plot."""
    return (years.index(row["year"]) + 0.5) / len(years) * 11.4, _share(row["value"], low, high, False) * 3.6


def _between(runs: Iterable[Sequence[Mapping[str, Any]]], place: Callable[..., Place]) -> list[Place]:
    """Places along the drawn lines, so that a label keeps off them."""
    pairs = [tuple(map(place, pair)) for run in runs for pair in itertools.pairwise(run)]
    return [(a[0] + k / 6 * (b[0] - a[0]), a[1] + k / 6 * (b[1] - a[1])) for a, b in pairs for k in range(1, 6)]


def _shares(insert: Callable[..., Any], table: pl.DataFrame, found: Finding, lang: str) -> tuple[Any, list[str]]:
    """How many values reached 100 and how many did not, a bar each scope; groups of few values are pale."""
    groups = found.plot.rows(table, **found.plot.options).reverse()  # the first category of a bar chart stands lowest
    data = CategoryChartData(number_format="0")
    data.categories = [
        _say(lang, *SCOPES[g["scope"]]) + (f"\nn={g['n']}" if g["n"] >= FEW else _say(lang, f"\nn={g['n']}，值少", f"\nn={g['n']}, few"))
        for g in groups.to_dicts()
    ]  # fmt: skip
    data.add_series(_say(lang, "为100%", "at 100%"), groups["hundred"].to_list())
    data.add_series(_say(lang, "不到100%", "below 100%"), (groups["n"] - groups["hundred"]).to_list())
    frame = insert(XL_CHART_TYPE.BAR_STACKED_100, data)
    chart = _plain(frame.chart)
    chart.plots[0].gap_width, chart.plots[0].overlap = 60, 100
    for series, colour, ink in zip(chart.plots[0].series, (0, "#EDEDED"), ("#FFFFFF", INK), strict=True):
        _paint(series.format.fill, colour)
        labels = series.data_labels
        labels.show_value, labels.number_format, labels.number_format_is_linked = True, "0;;", False  # nought unsaid
        labels.font.size, labels.font.bold = Pt(SIZE + 2), True
        labels.font.color.rgb = _rgb(ink)
    for i, group in enumerate(groups.to_dicts()):
        if group["n"] < FEW and group["hundred"]:
            _paint(chart.plots[0].series[0].points[i].format.fill, PALE)
    axis = chart.value_axis
    axis.has_major_gridlines = False
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "0%", False
    _legend(chart)
    return frame, []


def _pairs(insert: Callable[..., Any], table: pl.DataFrame, found: Finding, lang: str) -> tuple[Any, list[str]]:
    """Reported and computed rate of each unit-year, joined by high-low lines."""
    rows = charts.most_apart(found.rows).to_dicts()
    names = charts.short_names(found.rows)
    data = CategoryChartData(number_format="General")
    data.categories = [
        f"{names[r['unit']]}\n{r['year']}\n{charts.of_basis(r['whole_basis'], lang)}".strip() for r in rows
    ]
    data.add_series(_say(lang, "所报", "reported"), [r["value"] for r in rows])
    data.add_series(_say(lang, "由件数所算", "computed"), [r["computed"] for r in rows])
    frame = insert(XL_CHART_TYPE.LINE_MARKERS, data)
    chart = _plain(frame.chart)
    grey = f'<a:ln w="38100"><a:solidFill><a:srgbClr val="{PALE.removeprefix("#")}"/></a:solidFill></a:ln>'
    joins = parse_xml(f"<c:hiLowLines {nsdecls('c', 'a')}><c:spPr>{grey}</c:spPr></c:hiLowLines>")
    chart.plots[0]._element.find(qn("c:marker")).addprevious(joins)
    reported, computed = chart.plots[0].series
    for series in (reported, computed):
        series.smooth = False
        _line(series, None)
    _points(reported, [(reported.points[i], r) for i, r in enumerate(rows)], 0, 9)
    _marker(computed.marker, XL_MARKER_STYLE.DIAMOND, 1, 9, hollow=True)
    for i, row in enumerate(rows):
        up = row["value"] >= row["computed"]
        _label(reported.points[i], ABOVE if up else BELOW, _format(row, lang), 0)
        _label(computed.points[i], BELOW if up else ABOVE, 'General"%"', 1)
    low = min(min(r["value"], r["computed"]) for r in rows)
    axis = chart.value_axis
    axis.minimum_scale, axis.maximum_scale = max(math.floor(low) - 1, 0), 101
    axis.major_unit = max(1, math.ceil((101 - axis.minimum_scale) / 6))
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = '[<=100]General"%";', False
    _legend(chart)
    return frame, [_say(lang, "轴不从零起", "the axis does not start at nought")]


def _strip(insert: Callable[..., Any], table: pl.DataFrame, found: Finding, lang: str) -> tuple[Any, list[str]]:
    """A dot a unit, a row a tier; across the value, up only the row. The unit asked for stands out."""
    rows, unit = found.rows, found.plot.options.get("unit")
    low, high = rows["value"].min(), rows["value"].max()
    log = low > 0 and high / low >= 50
    names = charts.short_names(rows)
    tiers = [tier for tier in TIERS if tier in rows["tier"].to_list()]
    start = (10 ** math.floor(math.log10(low)) if low >= 1 else low / 2) if log else 0
    if rows["unit_of_measure"][0] == "%":
        start = max(math.floor(low - 5), 0)
    end = high * 1.6 if log else high * 1.08
    series: list[_Points] = []
    for i, tier in enumerate(tiers):
        part = rows.filter(pl.col("tier") == tier).sort("value", "unit").to_dicts()
        places = [_share(row["value"], start, end, log) * _PLOT_WIDTH for row in part]
        steps = charts.aside(places, 0.13)
        room = min(0.8 / (2 * max(map(abs, steps), default=0) + 1), 0.12)
        at = len(tiers) - i
        dots = [(row["value"], round(at + step * room, 2), f"{names[row['unit']]} {row['year']}", row) for row, step in zip(part, steps, strict=True)]  # fmt: skip
        series.append(_Points(_say(lang, *TIERS[tier]), dots))
    rates = rows["unit_of_measure"][0] == "%"
    for i, tier in enumerate(tiers):
        part = rows.filter(pl.col("tier") == tier)["value"]
        if len(part) >= FEW:
            middle, at = part.median(), len(tiers) - i
            name = _say(lang, f"{TIERS[tier][0]}中位数", f"median, {TIERS[tier][1]}")
            series.append(_Points(name, [(middle, round(at + reach, 2), "", None) for reach in (-0.36, 0.36)]))
    marks = [(start, len(tiers) - i, f"{_say(lang, *TIERS[t])}\nn={(rows['tier'] == t).sum()}", None) for i, t in enumerate(tiers)]  # fmt: skip
    series.append(_Points(_say(lang, "级别", "tier"), marks))
    made = _scatter(insert, series, _say(lang, rows["name_zh"][0], rows["name_en"][0]), lang)
    chart = made.chart
    _inside(chart, 0.1, 0.03, 0.88, 0.86)
    whole = rates and (rows["value"] == 100).sum() * 2 >= rows.height
    ends = [] if whole else [v for v in (low, high) if (rows["value"] == v).sum() == 1]
    said: list[tuple[Any, Place, Mapping[str, Any]]] = []
    for one, points, of in zip(made.series[: len(tiers)], made.points, series, strict=False):
        _line(one, None)
        pairs = [(point, row) for point, (*_, row) in zip(points, of.dots, strict=True)]
        _points(one, pairs, 0 if unit is None else PALE, 9)
        for point, row in pairs:
            if row["unit"] == unit:
                _marker(point.marker, XL_MARKER_STYLE.CIRCLE, 0, 14)
        said += [
            (point, (_share(x, start, end, log) * _PLOT_WIDTH, (y - 0.4) / (len(tiers) + 0.2) * 3.9), row)
            for (point, row), (x, y, *_) in zip(pairs, of.dots, strict=True)
        ]
    told = [(p, at, r) for p, at, r in said if r["value"] in ends or r["unit"] == unit]
    shown = [(point, at, f"{names[r['unit']]} {charts.said(r, lang)}") for point, at, r in told]
    sides = _sides([at for _, at, _ in shown], [text for *_, text in shown], [at for _, at, _ in said], 0)
    for (point, _, text), (side, met), (*_, row) in zip(shown, sides, told, strict=True):
        if not met or row["unit"] == unit:  # the title says both ends anyway
            _write(point, side, text, INK)
    for one, points, of in zip(
        made.series[len(tiers) : -1], made.points[len(tiers) : -1], series[len(tiers) : -1], strict=True
    ):
        one.marker.style = XL_MARKER_STYLE.NONE
        _line(one, 1, 2)
        text = _say(lang, "中位数 ", "median ") + charts.number(of.dots[0][0], rows["unit_of_measure"][0], lang)
        _write(points[1], ABOVE, text, 1)
    made.series[-1].marker.style = XL_MARKER_STYLE.NONE
    _line(made.series[-1], None)
    for point, (_, _, text, _) in zip(made.points[-1], marks, strict=True):
        _write(point, LEFT, "\n".join(f"{line}\u2003" for line in text.split("\n")), INK)  # off a dot on the axis
    _across(chart.category_axis, start, end, log)
    axis = chart.value_axis
    axis.minimum_scale, axis.maximum_scale = 0.4, len(tiers) + 0.6
    _silent(axis)
    chart.category_axis.has_major_gridlines = True
    _pale(chart.category_axis)
    measure = rows["unit_of_measure"][0]
    chart.category_axis.tick_labels.number_format = 'General"%"' if rates else "#,##0"
    chart.category_axis.tick_labels.number_format_is_linked = False
    across = [_say(lang, f"横轴：{measure}", f"across: {rows['name_en'][0].lower()}")]
    return made.frame, across + ([_say(lang, "对数刻度", "log scale")] if log else [])


def columns_of_units(insert: Callable[..., Any], rows: pl.DataFrame, unit: str) -> Any:
    """A column a unit, in the order of the rows, with its value; one unit stands out. Gives the frame of the chart."""
    names, listed = charts.short_names(rows), rows.to_dicts()
    data = CategoryChartData(number_format="General")
    data.categories = [names[row["unit"]] for row in listed]
    data.add_series(rows["name_zh"][0], rows["value"].to_list())
    frame = insert(XL_CHART_TYPE.COLUMN_CLUSTERED, data)
    chart = _plain(frame.chart)
    chart.plots[0].gap_width = 60
    series = chart.plots[0].series[0]
    for i, row in enumerate(listed):
        _paint(series.points[i].format.fill, 0 if row["unit"] == unit else PALE)
        _label(series.points[i], XL_LABEL_POSITION.OUTSIDE_END, _format(row, "zh"), INK)
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = 0, rows["value"].max() * 1.15 or 1
    chart.category_axis.tick_labels.font.size = Pt(SIZE)
    _silent(chart.value_axis)
    return frame


def _together(insert: Callable[..., Any], table: pl.DataFrame, found: Finding, lang: str) -> tuple[Any, list[str]]:
    """Two counts of each unit on logarithmic scales; grey lines join equal ratios."""
    rows = found.rows.to_dicts()
    names = charts.short_names(found.rows)
    labels = ("name_zh", "name_en")[lang == "en"]
    x_name = table.filter(pl.col("indicator") == found.plot.options["x"])[labels][0]
    x0, x1 = _decades([r["x_value"] for r in rows])
    y0, y1 = _decades([r["value"] for r in rows])
    dots = [(r["x_value"], r["value"], f"{names[r['unit']]} {r['year']}", r) for r in rows]
    series = [_Points(found.rows[labels][0], dots)]
    x_unit, y_unit = found.rows["x_unit_of_measure"][0], found.rows["unit_of_measure"][0]
    for ratio in (10**k for k in range(6)):
        left, right = max(x0, y0 / ratio), min(x1, y1 / ratio)
        if right / left >= 3:
            name = _say(lang, f"每{x_unit}{ratio:,}{y_unit}", f"{ratio:,} each")
            series.append(_Points(name, [(left, left * ratio, "", None), (right, right * ratio, "", None)]))
    made = _scatter(insert, series, x_name, lang)
    chart = made.chart
    _line(made.series[0], None)
    _points(made.series[0], [(p, r | {"qualifier": _mark(r)}) for p, r in zip(made.points[0], rows, strict=True)], 0, 9)
    at = [(_share(x, x0, x1, True) * 11.2, _share(y, y0, y1, True) * 4.0) for x, y, *_ in dots]
    words = [whose for *_, whose, _ in dots]
    named = _with_room(at, words)
    sides = _sides([at[i] for i in named], [words[i] for i in named], at)
    for i, (side, _) in zip(named, sides, strict=True):
        _write(made.points[0][i], side, words[i], INK, SIZE - 1)
    for one, points in zip(made.series[1:], made.points[1:], strict=True):
        one.marker.style = XL_MARKER_STYLE.NONE
        _line(one, "#E0E0E0", 1.25)
        _write(points[1], LEFT, one.name, QUIET, SIZE - 2)
    for axis, low, high in ((chart.category_axis, x0, x1), (chart.value_axis, y0, y1)):
        _across(axis, low, high, log=True)
        axis.has_major_gridlines = False
        axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "#,##0", False
    return made.frame, [_say(lang, "对数刻度", "log scales")]


_NATIVE: Mapping[Callable[..., Any], Callable[..., tuple[Any, list[str]]]] = {
    charts.coverage: _columns,
    charts.trend: _lines,
    charts.share_at_hundred: _shares,
    charts.dumbbell: _pairs,
    charts.distribution: _strip,
    charts.together: _together,
}


# --- Scatter charts ------------------------------------------------------------------------------

_PLOT_WIDTH = 10.8  # inches between the axes of a strip, about
Dot = tuple[float, float, str, Mapping[str, Any] | None]  # x, y, whose it is, its row


class _Points(NamedTuple):
    """A series of a scatter chart."""

    name: str
    dots: Sequence[Dot]


class _Scatter(NamedTuple):
    """A scatter chart in its frame; ``points`` are those of each series in the order of its dots."""

    frame: Any
    chart: Chart
    series: list[Any]
    points: list[list[Any]]


def _scatter(insert: Callable[..., Any], all_series: Sequence[_Points], x_name: str, lang: str) -> _Scatter:
    """A scatter chart over one sheet: whose, x, then a column a series, blank where a row is another's.

    python-pptx would give each series rows of its own without a word whose they are; LibreOffice loses series so
    laid out where their lengths differ.
    """
    data = XyChartData(number_format="General")
    for one in all_series:
        made = data.add_series(one.name)
        for other in all_series:
            for x, y, *_ in other.dots:
                made.add_data_point(x, y if other is one else None)
    frame = insert(XL_CHART_TYPE.XY_SCATTER, data)
    chart = _plain(frame.chart)
    last = sum(len(one.dots) for one in all_series) + 1
    raw = io.BytesIO()
    with xlsxwriter.Workbook(raw, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Sheet1")
        sheet.set_column(0, 0, 36)
        sheet.write_row(0, 0, [_say(lang, "单位", "unit"), x_name, *(one.name for one in all_series)])
        row = 0
        for column, one in enumerate(all_series, 2):
            for x, y, whose, _ in one.dots:
                row += 1
                sheet.write_row(row, 0, [whose, x])
                sheet.write_number(row, column, y)
    chart.part.chart_workbook.update_from_xlsx_blob(raw.getvalue())
    drawn, points, row = list(chart.plots[0].series), [], 0
    for column, (series, one) in enumerate(zip(drawn, all_series, strict=True), 2):
        letter = xl_col_to_name(column)
        for part, cells in (
            ("tx", f"${letter}$1"),
            ("xVal", f"$B$2:$B${last}"),
            ("yVal", f"${letter}$2:${letter}${last}"),
        ):
            series._element.find(qn(f"c:{part}")).find(f".//{qn('c:f')}").text = f"Sheet1!{cells}"
        points.append([series.points[row + i] for i in range(len(one.dots))])
        row += len(one.dots)
    return _Scatter(frame, chart, drawn, points)


def _share(value: float, low: float, high: float, log: bool) -> float:
    """How far along an axis a value lies, 0 to 1."""
    if log:
        value, low, high = math.log10(value), math.log10(low), math.log10(high)
    return (value - low) / (high - low)


def _decades(values: Sequence[float]) -> tuple[float, float]:
    """The powers of ten around the values, with room."""
    return 10.0 ** math.floor(math.log10(min(values) / 1.5)), 10.0 ** math.ceil(math.log10(max(values) * 1.5))


Place = tuple[float, float]  # inches from the lower left corner of a plot, about
Box = tuple[float, float, float, float]  # left, bottom, right, top


def _sides(
    at: Sequence[Place], words: Sequence[str], taken: Sequence[Place], left: float = -0.4
) -> list[tuple[XL_LABEL_POSITION, int]]:
    """The side of each place on which its words meet the fewest others and the fewest places taken, and what they meet.

    Words may begin ``left`` of the plot. Sizes are rough: each program sets type in its own way.
    """
    own, points = ([(x - 0.05, y - 0.05, x + 0.05, y + 0.05) for x, y in places] for places in (at, taken))
    written: dict[int, Box] = {}
    found: dict[int, tuple[XL_LABEL_POSITION, int]] = {}
    for i in [*range(len(at))] * 3:  # again, since the first ones did not know where the later would stand
        written.pop(i, None)
        sides = _around(*at[i], words[i])
        cost = {
            side: 20 * (box[0] < left or box[2] > 11.8 or box[1] < 0)
            + 6 * sum(_meet(box, other) for other in [*written.values(), *own])
            + sum(_meet(box, other) for other in points)
            for side, box in sides.items()
        }
        best = min(cost, key=cost.__getitem__)
        written[i], found[i] = sides[best], (best, cost[best])
    return [found[i] for i in range(len(at))]


def _with_room(at: Sequence[Place], words: Sequence[str]) -> list[int]:
    """Which of the places can be named without their words meeting one another; the notes name them all."""
    named = [*range(len(at))]
    while True:
        costs = [cost for _, cost in _sides([at[i] for i in named], [words[i] for i in named], ())]
        if not named or max(costs) < 6:
            return named
        named.pop(costs.index(max(costs)))


def _around(x: float, y: float, text: str) -> dict[XL_LABEL_POSITION, Box]:
    """Where words would stand on each side of a place."""
    wide = sum(0.165 if ord(char) > 255 else 0.09 for char in text)
    return {
        ABOVE: (x - wide / 2, y + 0.09, x + wide / 2, y + 0.31),
        RIGHT: (x + 0.1, y - 0.09, x + 0.1 + wide, y + 0.09),
        BELOW: (x - wide / 2, y - 0.31, x + wide / 2, y - 0.09),
        LEFT: (x - 0.1 - wide, y - 0.09, x - 0.1, y + 0.09),
    }


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _across(axis: Any, low: float, high: float, log: bool) -> None:
    """The range of an axis; a logarithmic one crosses the other at its lowest value."""
    axis.minimum_scale, axis.maximum_scale = low, high
    if log:
        scaling = axis._element.find(qn("c:scaling"))
        scaling.insert(0, scaling.makeelement(qn("c:logBase"), val="10"))
    axis._element.find(qn("c:crosses")).set("val", "min")


def _inside(chart: Chart, left: float, top: float, width: float, height: float) -> None:
    """Where the plot area lies, as shares of the chart, so that there is room for words beside it."""
    edges = "".join(
        f'<c:{tag} val="{value}"/>'
        for tag, value in (("layoutTarget", "inner"), ("xMode", "edge"), ("yMode", "edge"), ("x", left), ("y", top), ("w", width), ("h", height))
    )  # fmt: skip
    area = chart._chartSpace.chart.plotArea
    for old in area.findall(qn("c:layout")):
        area.remove(old)
    area.insert(0, parse_xml(f"<c:layout {nsdecls('c')}><c:manualLayout>{edges}</c:manualLayout></c:layout>"))


# --- Parts of a chart ----------------------------------------------------------------------------


def _plain(chart: Chart) -> Chart:
    """Without title and legend, with quiet axes and readable words."""
    chart.has_title = chart.has_legend = False
    chart.font.size = Pt(SIZE)
    chart.font.color.rgb = _rgb("#444444")
    chart.category_axis.has_major_gridlines = False
    chart.category_axis.format.line.color.rgb = _rgb("#888888")
    chart.value_axis.format.line.fill.background()
    chart.value_axis.has_major_gridlines = True
    _pale(chart.value_axis)
    chart._chartSpace.chart.find(qn("c:dispBlanksAs")).set("val", "gap")
    return chart


def _pale(axis: Any) -> None:
    axis.major_gridlines.format.line.color.rgb = _rgb("#E4E4E4")
    axis.major_gridlines.format.line.width = Pt(0.75)


def _silent(axis: Any) -> None:
    """An axis without numbers and grid: the values stand at their points."""
    axis.has_major_gridlines = False
    axis.tick_label_position = XL_TICK_LABEL_POSITION.NONE


def _upright(chart: Chart, years: int) -> None:
    """Years side by side as far as there is room, else on end: left alone, each program slants or skips as it likes."""
    chart.category_axis.tick_labels.font.size = Pt(SIZE)
    body = chart.category_axis._element.find(qn("c:txPr")).find(qn("a:bodyPr"))
    body.set("rot", "0" if years <= 26 else "-5400000")
    body.set("vert", "horz")


def _scale(axis: Any, rows: pl.DataFrame, lang: str) -> tuple[float, float]:
    """Counts start at nought; rates are shown where they lie, with no tick above 100. Gives the ends of the axis."""
    low, high = rows["value"].min(), rows["value"].max()
    if rows["unit_of_measure"][0] != "%":
        axis.minimum_scale, axis.maximum_scale = 0, high * 1.15 or 1
        axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = _steps("", lang), False
        return axis.minimum_scale, axis.maximum_scale
    unit = next(u for u in (0.5, 1, 2, 5, 10, 20) if (high - low) / u <= 6 or u == 20)
    bottom = max(math.floor((low - unit / 2) / unit) * unit, 0)
    axis.minimum_scale, axis.maximum_scale, axis.major_unit = bottom, high + 0.8 * unit, unit
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = '[<=100]General"%";', False
    return bottom, axis.maximum_scale


def _format(row: Mapping[str, Any], lang: str) -> str:
    """The number format that writes a value as ``charts.said`` does, so that a label follows its cell."""
    word = _QUALIFIED[row["qualifier"]][lang == "en"] if row["qualifier"] in _QUALIFIED else ""
    prefix = f'"{word}"' if word else ""
    if row["unit_of_measure"] == "%":
        return f'{prefix}General"%"'
    return _steps(prefix, lang)


def _steps(prefix: str, lang: str) -> str:
    """Counts as readers say them: 1,287, 74.6万, 1.17亿; in English 746.0k, 1.2m."""
    if lang == "en":
        return f'[>=1000000]{prefix}0.0,,"m";[>=10000]{prefix}0.0,"k";{prefix}#,##0'
    return f'[>=100000000]{prefix}0\\.00,,"亿";[>=10000]{prefix}0\\.0,"万";{prefix}#,##0'  # a comma is three digits


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour.removeprefix("#"))


def _paint(fill: FillFormat, colour: Colour) -> None:
    fill.solid()
    if isinstance(colour, str):
        fill.fore_color.rgb = _rgb(colour)
    else:
        fill.fore_color.theme_color = MSO_THEME_COLOR.ACCENT_1 + colour


def _line(series: Any, colour: Colour | None, width: float = 2.25) -> None:
    """The line of a series; None for points alone."""
    if colour is None:
        series.format.line.fill.background()
        return
    _paint(series.format.line.fill, colour)
    series.format.line.width = Pt(width)


def _points(series: Any, points: Sequence[tuple[Any, Mapping[str, Any]]], colour: Colour, size: int) -> None:
    """The marks of a series: filled where the value is an exact published number, hollow and shaped where not."""
    _marker(series.marker, XL_MARKER_STYLE.CIRCLE, colour, size)
    for point, row in points:
        key = charts.mark(row["qualifier"], row["origin"])
        if key:
            _marker(point.marker, _MARKERS[key][0], colour, size + 1, hollow=True)


def _marker(marker: Any, style: XL_MARKER_STYLE, colour: Colour, size: int, hollow: bool = False) -> None:
    marker.style, marker.size = style, size
    _paint(marker.format.fill, colour)
    if hollow and isinstance(
        colour, int
    ):  # pale and not white: LibreOffice draws no edge, and a white mark would be none
        marker.format.fill.fore_color.brightness = 0.6
    _paint(marker.format.line.fill, colour)
    marker.format.line.width = Pt(1.5)


def _label(point: Any, position: XL_LABEL_POSITION, form: str, colour: Colour) -> None:
    """The value beside its point, written by a number format."""
    label = point.data_label
    label.font.size = Pt(SIZE)
    _ink(label.font, colour)
    label.position = position
    made = label._dLbl
    code = made.makeelement(qn("c:numFmt"), formatCode=form, sourceLinked="0")
    made.find(qn("c:txPr")).addprevious(code)


def _write(point: Any, position: XL_LABEL_POSITION, text: str, colour: Colour, size: int = SIZE) -> None:
    """Words beside a point."""
    label = point.data_label
    label.text_frame.text = text
    for paragraph in label.text_frame.paragraphs:
        for run in paragraph.runs:
            run.font.size = Pt(size)
            _ink(run.font, colour)
    label.text_frame._txBody.find(qn("a:bodyPr")).set("wrap", "none")
    label.position = position


def _ink(font: Any, colour: Colour) -> None:
    if isinstance(colour, str):
        font.color.rgb = _rgb(colour)
    else:
        font.color.theme_color = MSO_THEME_COLOR.ACCENT_1 + colour


def _legend(chart: Chart, without: Sequence[int] = ()) -> None:
    """A legend above the plot, without the series at these places."""
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    chart.legend.font.size = Pt(SIZE)
    place = chart.legend._element.find(qn("c:legendPos"))
    for i in reversed(without):
        place.addnext(parse_xml(f'<c:legendEntry {nsdecls("c")}><c:idx val="{i}"/><c:delete val="1"/></c:legendEntry>'))


# --- First and last ------------------------------------------------------------------------------


def _title(lang: str) -> str:
    return _say(lang, "法治政府建设指标简报", "Rule-of-law indicators: a briefing")


def _cover(made: deck.Deck, tables: Tables, lang: str) -> None:
    """What was read, and how much of it."""
    rows, documents = tables.indicators, tables.documents
    with_values = rows["doc"].str.split(";").explode(empty_as_null=True).n_unique()
    units, indicators = rows["unit"].n_unique(), rows["indicator"].n_unique()
    first, last = rows["year"].min(), rows["year"].max()
    kind = ("虚构", "fictional") if invented(rows) else ("公开", "published")
    zh = (
        f"读入{documents.height:,}份{kind[0]}报告，其中{with_values:,}份有指标数据",
        f"{units:,}个单位，{first}—{last}年，{indicators}项指标，{rows.height:,}个观测值",
        "图可直接编辑；每页备注写明口径、提醒和逐值出处",
    )
    en = (
        f"{documents.height:,} {kind[1]} reports read, {with_values:,} of them with figures of indicators",
        f"{units:,} units, {first} to {last}, {indicators} indicators, {rows.height:,} observations",
        "Charts can be edited; the notes give measure, caveat and the report behind every value",
    )
    lines = zh if lang == "zh" else en
    slide = deck.add(made, deck.COVER, _title(lang))
    slide.placeholders[deck.CONTENT].text_frame.text = "\n".join(lines)
    slide.notes_slide.notes_text_frame.text = "\n".join(
        [*lines, _say(lang, "数据来源：data/processed 各表", "Source: the tables in data/processed")]
    )
    warn(slide, rows)


def _distrust(made: deck.Deck, tables: Tables, lang: str) -> None:
    """What to distrust, counted."""
    lines = [line for line in _doubts(tables, lang) if line]
    slide = deck.add(made, deck.TEXT, _say(lang, "哪些地方不可尽信", "What to distrust"))
    frame = slide.placeholders[deck.CONTENT].text_frame
    frame.text = "\n".join(lines)
    for paragraph in frame.paragraphs:
        head, colon, rest = paragraph.text.partition(_say(lang, "：", ": "))
        paragraph.text = head + colon
        paragraph.runs[0].font.bold = True
        paragraph.add_run().text = rest
    source = _say(
        lang,
        "数据来源：indicators、documents、checks、failures、codebook 各表",
        "Source: the tables indicators, documents, checks, failures, codebook",
    )
    slide.notes_slide.notes_text_frame.text = "\n".join([*lines, source])
    warn(slide, tables.indicators)


def _doubts(tables: Tables, lang: str) -> list[str]:
    """Coverage, scope, exactness, disagreement, sources, breaks, reading: a sentence each, counted from the tables."""
    rows, n = tables.indicators, tables.indicators.height
    coverage = [FIGURES[name].caption(rows, lang=lang, **FIGURES[name].options).title for name in ("coverage", "coverage_by_indicator")]  # fmt: skip
    unstated = (rows["scope"] == "").sum()
    inexact = rows["qualifier"].is_in(["over", "under", "about"]).sum()
    worded = rows["origin"].is_in(["implied", "summed"]).sum()
    disputed = rows["flags"].str.contains("disputed").sum()
    failed = tables.failures.height
    types = dict(tables.documents.group_by("doc_type").len().rows())
    sources = [f"{_say(lang, *_PUBLISHERS[t])}{_say(lang, '', ' ')}{types[t]}" for t in _PUBLISHERS if t in types]
    points = [
        _say(lang, f"覆盖：{coverage[0]}。{coverage[1]}。没有数不等于没有做", f"Coverage: {coverage[0]}. {coverage[1]}. No figure does not mean that nothing was done"),
        _say(lang, f"范围：{n:,}个值中{unstated:,}个（{unstated / n:.0%}）未注明范围；未注明不等于本单位", f"Scope: {unstated:,} of {n:,} values ({unstated / n:.0%}) do not state it; that does not mean own body"),
        _say(lang, f"精确：{inexact:,}个是约数或只知上下限（余、近、约），{worded:,}个由文字推断或由分项相加", f"Exactness: {inexact:,} are rounded or bounds (over, nearly, about); {worded:,} are implied by wording or summed from parts"),
        _say(lang, f"分歧：{disputed:,}个值因同级来源不一致而空缺（见 checks 表）；{failed:,}份文件未能读出", f"Disagreement: {disputed:,} values are left empty since equal sources differ (table checks); {failed:,} files could not be read"),
        _say(lang, f"来源：报告按发布者分为{'、'.join(sources)}份；法院、统计、报刊的数不是政府自报", f"Sources: reports by publisher: {', '.join(sources)}; figures of courts, statistics and press are no self-reports"),
        *_breaks(tables, lang),
        _say(lang, "读取：由规则自动读取，会有差错；引用前按 doc、quote 两列核对原文", "Reading: done by rules, which err; before citing, check the source by the columns doc and quote"),
    ]  # fmt: skip
    return points


_PUBLISHERS = {
    "government": ("政府", "government"),
    "department": ("部门", "department"),
    "court": ("法院", "court"),
    "statistics": ("统计", "statistics"),
    "press": ("报刊", "press"),
}


def _breaks(tables: Tables, lang: str) -> list[str]:
    """The breaks that hold for something in the table, a sentence each."""
    names = dict(tables.indicators.select("indicator", ("name_zh", "name_en")[lang == "en"]).unique().rows())
    found: dict[str, list[str]] = {}
    for row in tables.indicators.select("indicator", "unit").unique().sort("indicator", "unit").to_dicts():
        for cut in charts.breaks(row["indicator"], row["unit"]):
            found.setdefault(cut[_say(lang, "reason_zh", "reason_en")], []).append(names[row["indicator"]])
    return [
        _say(lang, f"断点：{reason}，{'、'.join(dict.fromkeys(which))}前后不可比", f"Break: {reason}; before and after do not compare ({', '.join(dict.fromkeys(which)).lower()})")
        for reason, which in itertools.islice(found.items(), 3)
    ]  # fmt: skip
