"""A profile as a deck: what the briefing of one unit says, a matter a slide, with native charts.

The slides are `deck`'s, the charts those of `slides`. Sources bear the numbers that they bear in the Word document; the
notes of a chart name the report of every value.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from pptx.dml.color import RGBColor
from pptx.slide import Slide
from pptx.util import Inches, Pt

from analysis import charts, deck, slides
from analysis.charts import FEW
from analysis.memo import INVENTED_MARK, doubted, heading_of, note, signs
from analysis.profile import Beside, Line, Profile, Said

__all__ = ["write"]

TRENDS, PEERS = 4, 3  # slides at most
ROWS = 18  # of a table, on two slides or three
_HEIGHT = 20.0  # lines of a table's text on a slide
_LINES_OF_TEXT = 13  # lines of text on a slide
_SIZE = 12

Cell = Said | str


def write(path: Path, found: Profile) -> None:
    """Writes the deck whole or not at all; the same profile gives the same bytes."""
    made = deck.new()
    made.core_properties.title, made.core_properties.author = heading_of(found), "fazhi-indicators"
    made.core_properties.language = "zh-CN"
    _cover(made, found)
    _texts(made, found, "概要", [_cited(said) for said in found.summary])
    _five_years(made, found)
    _trends(made, found)
    _last_year(made, found)
    _peers(made, found)
    _promises(made, found)
    _problems(made, found)
    _unstated(made, found)
    _texts(made, found, "来源", [note(source) for source in found.sources], 12)
    deck.save(made, path)


def _cited(said: Said) -> str:
    return said.text + "".join(f"[{number}]" for number in said.sources)


def _mark(slide: Slide, found: Profile) -> None:
    if found.invented:
        deck.put_above(slide, INVENTED_MARK, 1)


def _cover(made: deck.Deck, found: Profile) -> None:
    slide = deck.add(made, deck.COVER, f"{found.unit}\n{heading_of(found).removeprefix(found.unit)}")
    lines = [f"{found.year}年度　对照{found.years[0]}—{found.years[-1]}年", "方括号里是来源的编号，与简报（Word）一致"]
    slide.placeholders[deck.CONTENT].text_frame.text = "\n".join(lines)
    _mark(slide, found)


# --- Text and tables -----------------------------------------------------------------------------


def _wide(text: str) -> int:
    """How many half-width places a text takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def _high(text: str, places: float) -> int:
    """How many lines a text takes where a line has so many half-width places."""
    return sum(max(1, -(-_wide(line) // max(int(places), 2))) for line in text.split("\n"))


def _parted(items: Sequence[Any], heights: Sequence[float], most: float) -> list[list[Any]]:
    """The items in as many groups as are needed for none to be higher than `most`, each about as high as the others."""
    parts = _filled(items, heights, most)
    even = _filled(items, heights, min(most, sum(heights) / max(len(parts), 1) + max(heights, default=0) / 2))
    return even if len(even) == len(parts) else parts


def _filled(items: Sequence[Any], heights: Sequence[float], most: float) -> list[list[Any]]:
    parts: list[list[Any]] = []
    filled = most + 1
    for item, height in zip(items, heights, strict=True):
        if filled + height > most:
            parts.append([])
            filled = 0.0
        parts[-1].append(item)
        filled += height
    return parts


def _titled(title: str, i: int, parts: int) -> str:
    return f"{title}（{i}/{parts}）" if parts > 1 else title


def _texts(made: deck.Deck, found: Profile, title: str, lines: Sequence[str], size: int = 16) -> None:
    """Paragraphs, on as many slides as they need."""
    heights = [_high(line, 12.1 * 72 * 2 / size) + 0.5 for line in lines]
    parts = _parted(lines, heights, _LINES_OF_TEXT * 16 / size)
    for i, part in enumerate(parts, 1):
        slide = deck.add(made, deck.TEXT, _titled(title, i, len(parts)))
        frame = slide.placeholders[deck.CONTENT].text_frame
        frame.text = "\n".join(part)
        for paragraph in frame.paragraphs:
            for run in paragraph.runs:
                run.font.size = Pt(size)
        _mark(slide, found)


def _table(
    made: deck.Deck, found: Profile, title: str, under: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[float]
) -> None:  # fmt: skip
    """A table, on as many slides as it needs; `widths` in inches, `under` stands below the title."""
    texts = [[_cited(cell) if isinstance(cell, Said) else cell for cell in row] for row in rows]
    places = [(width - 0.2) * 72 * 2 / _SIZE for width in widths]
    heights = [max(_high(text, n) for text, n in zip(row, places, strict=True)) + 0.35 for row in texts]
    parts = _parted(texts, heights, _HEIGHT)
    for i, part in enumerate(parts, 1):
        slide = deck.add(made, deck.CHART, _titled(title, i, len(parts)))
        slide.placeholders[deck.SUBTITLE].text_frame.text = under
        holder = slide.placeholders[deck.CONTENT]
        left, top = holder.left, holder.top
        holder._element.getparent().remove(holder._element)
        shape = slide.shapes.add_table(
            len(part) + 1, len(heads), left, top, Inches(sum(widths)), Inches(0.3 * (len(part) + 1))
        )
        shape._element.nvGraphicFramePr.cNvPr.set("descr", title)
        for column, width in zip(shape.table.columns, widths, strict=True):
            column.width = Inches(width)
        for line, row in zip([list(heads), *part], shape.table.rows, strict=True):
            row.height = Inches(0.28)
            for text, cell in zip(line, row.cells, strict=True):
                _fill(cell, text)
        _mark(slide, found)


def _fill(cell: Any, text: str) -> None:
    cell.margin_top = cell.margin_bottom = Inches(0.03)
    cell.margin_left = cell.margin_right = Inches(0.08)
    frame = cell.text_frame
    frame.text = text
    for i, paragraph in enumerate(frame.paragraphs):
        for run in paragraph.runs:
            run.font.size = Pt(_SIZE if i == 0 else _SIZE - 2)
            if i:
                run.font.color.rgb = RGBColor(0x66, 0x66, 0x66)


# --- The matters ---------------------------------------------------------------------------------


def _steady(lines: Iterable[Line], most: int) -> list[Line]:
    """Lines for charts, one a theme: core before others, long before short, rates of 100 throughout left out."""
    telling = [line for line in lines if {cell.row["value"] for cell in line.cells.values()} != {100.0}]
    ranked = sorted(telling, key=lambda line: (not line.core, -len(line.cells), line.key))
    return list({line.theme: line for line in reversed(ranked)}.values())[::-1][:most]


def _rest(items: Sequence[Any]) -> str:
    """That more of them stand in the Word document."""
    return f"另{len(items) - ROWS}项见简报（Word）。" if len(items) > ROWS else ""


def _five_years(made: deck.Deck, found: Profile) -> None:
    """The lines that reach the year, core and long ones first."""
    lines = [line for line in found.lines if found.year in line.cells] or list(found.lines)
    ranked = sorted(lines, key=lambda line: (not line.core, -len(line.cells)))
    chosen = {line.key for line in ranked[:ROWS]}
    rows = [
        (f"{line.name}（{line.measure}）\n{line.what}", *(line.cells.get(year, "") for year in found.years))
        for line in lines
        if line.key in chosen
    ]
    if rows:
        under = "空白即没有读到，不是零。" + signs(found) + _rest(found.lines)
        _table(made, found, "五年指标", under, ("指标", *map(str, found.years)), rows, (4.1, *[1.6] * 5))


def _is_exact(line: Line) -> bool:
    return all(cell.row["qualifier"] == "exact" for cell in line.cells.values())


def _trends(made: deck.Deck, found: Profile) -> None:
    """The unit's longest lines that reach the year, a chart each; exact numbers only, since a title compares the ends."""
    own = found.values.filter(pl.col("unit") == found.unit)
    long = [line for line in found.lines if found.year in line.cells and len(line.cells) >= 3 and _is_exact(line)]
    for line in _steady(long, TRENDS):
        options = {"indicator": line.indicator, "units": [found.unit], "scope": line.scope, "basis": line.basis}
        plot = charts.Plot(charts.trend, charts.series, charts.trend_caption, options)
        caption = plot.caption(own, lang="zh", **options)
        numbers = dict.fromkeys(number for cell in line.cells.values() for number in cell.sources)
        caption = caption._replace(footer=f"{caption.footer}；来源{''.join(f'[{number}]' for number in numbers)}")
        shown = slides.Finding(plot, caption, plot.rows(own, **options))
        slides.add(made, shown, own, "zh")


def _peers(made: deck.Deck, found: Profile) -> None:
    """The unit among its peers, a chart each; where there are few, a column each and no word on who is above whom."""
    if not found.besides:
        return
    byline = {beside.line.key: beside for beside in found.besides}
    most = sorted((b.line for b in found.besides), key=lambda line: -byline[line.key].rows.height)
    wide = [line for line in most if byline[line.key].rows.height >= 3 and not _is_near_hundred(byline[line.key])][:12]
    for line in _steady(wide, PEERS):
        _beside(made, found, byline[line.key])
    chosen = {line.key for line in sorted(most, key=lambda line: not line.core)[:ROWS]}
    rows = [
        (f"{b.line.name}（{b.line.measure}）\n{b.line.what}", b.own, *b.groups)
        for b in found.besides
        if b.line.key in chosen
    ]
    widths = (3.9, 1.7, *[6.5 / len(found.groups)] * len(found.groups))
    heads = ("指标", "本单位", *(group.name for group in found.groups))
    under = f"{found.year}年，范围和口径都相同的数；不足{FEW}家的逐一列出。{_rest(found.besides)}"
    _table(made, found, "与同类单位相比", under, heads, rows, widths)


def _is_near_hundred(beside: Beside) -> bool:
    """Such rates are not set above one another."""
    return beside.line.measure == "%" and beside.rows["value"].median() >= 90


def _beside(made: deck.Deck, found: Profile, beside: Beside) -> None:
    line, rows = beside.line, beside.rows
    options = {
        "indicator": line.indicator,
        "year": found.year,
        "scope": line.scope,
        "basis": line.basis,
        "unit": found.unit,
    }
    plot = charts.Plot(charts.distribution, charts.values, charts.distribution_caption, options)
    caption = plot.caption(rows, lang="zh", **options)
    if rows.height > FEW:
        slides.add(made, slides.Finding(plot, caption, rows), rows, "zh")
        return
    title = f"{line.name}：{found.year}年{found.unit}和{rows.height - 1}家同类单位的数"
    slide = deck.add(made, deck.CHART, title, caption.footer)
    slide.placeholders[deck.SUBTITLE].text_frame.text = f"{caption.subtitle}\n单位少，只列数，不下结论"
    frame = slides.columns_of_units(slide.placeholders[deck.CONTENT].insert_chart, rows, found.unit)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", title)
    told = [f"{row['unit']}：{charts.said(row, 'zh')}　{row['doc']}" for row in rows.to_dicts()]
    slide.notes_slide.notes_text_frame.text = "\n".join([caption.subtitle, "逐值出处：", *told])
    slides.warn(slide, rows)


def _last_year(made: deck.Deck, found: Profile) -> None:
    if not found.changes:
        return
    rows = [(f"{c.line.name}（{c.line.measure}）\n{c.line.what}", c.before, c.after, c.text) for c in found.changes]
    heads = ("指标", str(found.year - 1), str(found.year), "变化")
    under = "只比范围、口径都相同的数；增减只是数的变化，不等于好坏。" + doubted(found) + signs(found) + _rest(rows)
    _table(made, found, "与上年相比", under, heads, rows[:ROWS], (5.0, 2.3, 2.3, 2.5))


def _promises(made: deck.Deck, found: Profile) -> None:
    if found.kept:
        rows = [(f"{p.name}\n“{p.sentence}”", p.target, p.result, p.verdict + (f"\n{p.why}" if p.why else "")) for p in found.kept]  # fmt: skip
        heads = ("目标（原句）", "目标值", f"{found.year}年结果", "对照")
        _table(
            made, found, f"为{found.year}年定的目标", "结果只取范围、口径相同的数", heads, rows, (6.2, 1.9, 1.9, 2.1)
        )
    if found.coming:
        rows = [(f"{p.name}\n“{p.sentence}”", p.target) for p in found.coming]
        _table(made, found, "本年报告为以后定的目标", "明年对照用", ("目标（原句）", "目标值"), rows, (9.6, 2.5))


def _problems(made: deck.Deck, found: Profile) -> None:
    if found.problems:
        lines = [(f"【{p.theme}】" if p.theme else "") + f"“{p.sentence.text}”" + _cited(p.sentence._replace(text="")) for p in found.problems]  # fmt: skip
        _texts(made, found, f"{found.year}年度报告自述的问题", lines)
    if found.topics:
        rows = [(name, *("" if n is None else str(n) for n in counts)) for name, counts in found.topics]
        _table(
            made,
            found,
            "五年里各类问题各有几句",
            "空白即没有读到",
            ("主题", *map(str, found.years)),
            rows,
            (3.6, *[1.7] * 5),
        )


def _unstated(made: deck.Deck, found: Profile) -> None:
    if found.unstated:
        rows = [(u.name, f"{u.peers}家中{u.stated}家", u.instead or "没有读到") for u in found.unstated]
        under = "适用于本级、半数以上有报告的同类单位写了、本单位没有读到取值的核心指标；没有写不等于没有做"
        _table(made, found, "没有写明的核心指标", under, ("指标", "写了的同类单位", "本单位"), rows, (6.0, 3.0, 3.1))
