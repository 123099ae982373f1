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

import io
import os
import tempfile
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, wraps
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import polars as pl
from matplotlib import font_manager
from matplotlib import style as mpl_style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Bbox

STYLE = str(files(__package__) / "briefing.mplstyle")
INK, QUIET, PALE = "#222222", "#6B6B6B", "#BDBDBD"
FEW = 8  # fewer values than this and a title counts them instead of concluding from them
LABELLED = 6  # as many lines as the palette has colours; further units are grey and unnamed

Words = str | Sequence[str] | None


class Mark(NamedTuple):
    """How a value that is not an exact published number is drawn and named."""

    marker: str
    zh: str
    en: str


MARKS: Mapping[str, Mark] = {
    "over": Mark("^", "多于（余、多、超）", "more than"),
    "under": Mark("v", "不足（近、不到）", "just under"),
    "about": Mark("o", "约数", "about"),
    "summed": Mark("s", "由分项相加", "summed from parts"),
    "derived": Mark("D", "由其他指标算出", "derived"),
    "corrected": Mark("P", "人工更正", "corrected by hand"),
    "implied": Mark("X", "由文字推断", "implied by the wording"),
}

SCOPES = {
    "own": ("本单位", "own body"),
    "area": ("全辖区", "whole area"),
    "part_of_area": ("部分辖区", "part of the area"),
    "": ("范围未注明", "scope not stated"),
}
TIERS = {
    "national": ("全国", "nation"),
    "province": ("省级", "province"),
    "city": ("市级", "city"),
    "county": ("县级", "county"),
    "town": ("乡镇街道", "town"),
    "": ("级别不明", "tier unknown"),
}
THEMES = {
    "organisation": ("组织领导", "Organisation"),
    "training": ("学法培训", "Training"),
    "services": ("政务服务", "Services"),
    "business": ("营商环境", "Business"),
    "openness": ("政务公开", "Openness"),
    "rules": ("规范性文件", "Rules"),
    "review": ("合法性审查", "Legality review"),
    "counsel": ("法律顾问与律师", "Counsel"),
    "enforcement": ("行政执法", "Enforcement"),
    "reconsideration": ("行政复议", "Reconsideration"),
    "litigation": ("行政诉讼", "Litigation"),
    "mediation": ("人民调解", "Mediation"),
    "disputes": ("矛盾纠纷", "Disputes"),
    "petitions": ("信访与热线", "Petitions"),
    "legal_services": ("公共法律服务", "Legal services"),
    "publicity": ("普法宣传", "Publicity"),
    "correction": ("矫正与安置帮教", "Correction"),
    "oversight": ("监督", "Oversight"),
}


# ---------------------------------------------------------------- look


@cache
def _font() -> None:
    """Registers Noto Sans SC with matplotlib, once."""
    from pylopdf_fonts_zh_cn import sans_path

    font_manager.fontManager.addfont(str(sans_path()))


def style() -> None:
    """Sets our fonts, palette and proportions for a chart of your own; call it after ``seaborn.set_theme()``."""
    _font()
    mpl_style.use(STYLE)


def _styled(chart: Callable[..., Figure]) -> Callable[..., Figure]:
    """Draws under our style whatever the caller has set, and leaves the caller's settings alone."""

    @wraps(chart)
    def draw(*args: Any, **kwargs: Any) -> Figure:
        _font()
        with mpl_style.context(STYLE, after_reset=True):
            return chart(*args, **kwargs)

    return draw


def _palette() -> list[str]:
    return mpl.rcParams["axes.prop_cycle"].by_key()["color"]


def _say(lang: str, zh: str, en: str) -> str:
    if lang not in ("zh", "en"):
        raise ValueError(f"lang is 'zh' or 'en', not {lang!r}")
    return zh if lang == "zh" else en


def _columns(text: str) -> int:
    """Width of a text in half-width columns: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _pieces(text: str) -> Iterable[str]:
    """The text in pieces that may start a line: Latin words whole, Chinese by character, closing marks kept left."""
    piece = ""
    for char in text:
        wide = unicodedata.east_asian_width(char) in "WF"
        closing = char in "，。；：、）》”！？％"
        opened = piece.endswith(("（", "《", "“"))
        if piece and not opened and not closing and (wide or piece[-1] == " " or unicodedata.east_asian_width(piece[-1]) in "WF"):
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece


def _wrap(text: str, width: int) -> str:
    """The text broken into lines of at most ``width`` half-width columns."""
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and _columns(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return "\n".join(line.strip() for line in lines)


def _canvas(title: str, subtitle: str, footer: str) -> tuple[Figure, Axes]:
    """An empty 16:9 figure with its words set; what is between them is laid out for the axes."""
    fig = Figure(layout="constrained")
    FigureCanvasAgg(fig)
    height = fig.get_figheight() * 72
    top = 0.955
    for text, size, colour, width in ((title, 17, INK, 76), (subtitle, 10.5, QUIET, 122)):
        text = _wrap(text, width)
        fig.text(0.04, top, text, size=size, color=colour, va="top", linespacing=1.25).set_in_layout(False)
        top -= (text.count("\n") + 1) * size * 1.42 / height + 0.012
    footer = _wrap(footer, 156)
    fig.text(0.04, 0.03, footer, size=8, color=QUIET, va="bottom", linespacing=1.3).set_in_layout(False)
    bottom = 0.045 + (footer.count("\n") + 1) * 8 * 1.4 / height
    fig.get_layout_engine().set(rect=(0.035, bottom, 0.93, top - bottom - 0.01), h_pad=0.02, w_pad=0.02)
    return fig, fig.add_subplot()


# ---------------------------------------------------------------- words and numbers


def number(value: float, measure: str = "", lang: str = "zh") -> str:
    """A value as a reader says it: 98.5%, 1,287件, 74.6万件, 117.4亿元; in English 746k, 11.7bn."""
    if measure == "%":
        return f"{_plain(value, 2)}%"
    steps = ((1e8, "亿"), (1e4, "万")) if lang == "zh" else ((1e9, "bn"), (1e6, "m"), (1e4, "k"))
    tail = measure if lang == "zh" else ""
    for size, word in steps:
        if abs(value) >= size:
            divisor = 1e3 if word == "k" else size
            return f"{_plain(value / divisor, 1)}{word}{tail}"
    return f"{_plain(value, 1)}{tail}"


def _plain(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _said(row: Mapping[str, Any], lang: str) -> str:
    """A row's value with its qualifier: 逾84万个, about 8.8m."""
    words = {"over": ("逾", "over "), "under": ("近", "nearly "), "about": ("约", "about ")}
    zh, en = words.get(row["qualifier"], ("", ""))
    return _say(lang, zh, en) + number(row["value"], row["unit_of_measure"], lang)


def mark(qualifier: str, origin: str) -> str:
    """The key of ``MARKS`` for a value, or nothing where it is an exact published number."""
    return origin if origin in MARKS else qualifier if qualifier in MARKS else ""


def _short(row: Mapping[str, Any]) -> str:
    """A unit's name without the province and city that it starts with."""
    name = row["unit"]
    for parent in (row.get("province"), row.get("city")):
        if parent and name.startswith(parent) and len(name) - len(parent) >= 2:
            name = name[len(parent) :]
    return name.removesuffix("人民政府") or row["unit"]


def _names(rows: pl.DataFrame) -> dict[str, str]:
    """Each unit's label: short where that is not ambiguous among the rows."""
    found = {row["unit"]: _short(row) for row in rows.unique("unit").sort("unit").to_dicts()}
    taken = list(found.values())
    return {unit: unit if taken.count(short) > 1 else short for unit, short in found.items()}


def _name(rows: pl.DataFrame, lang: str) -> str:
    return rows[_say(lang, "name_zh", "name_en")][0]


def _each(words: Iterable[str], lang: str, names: Mapping[str, tuple[str, str]] | None = None) -> str:
    """Distinct words joined, translated where names are given: 本单位、全辖区."""
    seen = sorted(set(words))
    shown = [_say(lang, *names[w]) if names and w in names else w for w in seen]
    return _say(lang, "、", ", ").join(shown)


def _measured(rows: pl.DataFrame, lang: str) -> str:
    """The subtitle's words: indicator and unit of measure, scope, basis."""
    scope = _each(rows["scope"], lang, SCOPES)
    basis = _each(rows["basis"], lang, {"": ("口径未注明", "not stated")})
    measure = rows["unit_of_measure"][0]
    name = _name(rows, lang)
    return _say(lang, f"{name}（{measure}）　范围：{scope}　口径：{basis}", f"{name} ({measure})   Scope: {scope}   Basis: {basis}")


def _source(rows: pl.DataFrame, lang: str, left_out: int = 0) -> str:
    """The footer: how many reports, how many values, how many of other scope, basis or period are not drawn."""
    docs = rows["doc"].n_unique()
    zh = f"数据来源：{docs}份公开报告，见 documents 表；n={rows.height}"
    en = f"Source: {docs} published reports, see the documents table; n={rows.height}"
    if left_out:
        zh += f"。另有{left_out}个值因范围、口径、期间不同或不在所选单位年份内而未画"
        en += f". {left_out} more values of another scope, basis, period, unit or year are not drawn"
    return _say(lang, zh, en)


# ---------------------------------------------------------------- rows


def _tuple(words: Words) -> tuple[str, ...] | None:
    return None if words is None else (words,) if isinstance(words, str) else tuple(words)


def like(table: pl.DataFrame, indicator: str, scope: Words = None, basis: Words = None) -> pl.DataFrame:
    """Rows of one indicator that may be compared: whole years, with a value, of one scope and one basis.

    ``scope`` and ``basis`` are a word, or several that the caller is willing to set side by side (``""`` is what the
    report does not state); where neither is given, the pair with the most rows. ``ValueError`` where nothing is left.
    """
    empty = [pl.col(c).fill_null("") for c in ("scope", "basis", "qualifier", "origin", "tier", "province", "city", "county")]
    rows = table.with_columns(empty).filter(
        pl.col("indicator") == indicator,
        pl.col("value").is_not_null(),
        pl.col("period") == pl.col("year").cast(pl.String),
    )
    for column, words in (("scope", _tuple(scope)), ("basis", _tuple(basis))):
        if words is not None:
            rows = rows.filter(pl.col(column).is_in(words))
    undecided = [c for c, words in (("scope", scope), ("basis", basis)) if words is None]
    if undecided and rows.height:
        most = rows.group_by(undecided).len().sort(["len", *undecided], descending=[True, *[False] * len(undecided)])
        rows = rows.join(most.head(1).select(undecided), on=undecided, how="semi")
    if rows.is_empty():
        raise ValueError(f"{indicator}: no whole year with a value of this scope and basis")
    return rows.sort("unit", "scope", "basis", "year")


def _left_out(table: pl.DataFrame, rows: pl.DataFrame, indicator: str) -> int:
    return table.filter(pl.col("indicator") == indicator, pl.col("value").is_not_null()).height - rows.height


def series(
    table: pl.DataFrame, indicator: str, units: Sequence[str] | None = None, scope: Words = None, basis: Words = None
) -> pl.DataFrame:
    """The rows that ``trend`` plots: ``like`` with like, of the units asked for; rows are unit-years."""
    if units is not None:
        table = table.filter(pl.col("unit").is_in(list(units)))
    return like(table, indicator, scope, basis)


@cache
def _breaks() -> list[dict[str, Any]]:
    return tomllib.loads((files(__package__) / "breaks.toml").read_text("utf-8"))["break"]


def breaks(indicator: str, unit: str) -> list[dict[str, Any]]:
    """The breaks that hold for an indicator of a unit, by year: what is counted changes from ``year`` on."""
    found = [b for b in _breaks() if indicator in b["indicators"] and (not b["units"] or unit in b["units"])]
    return sorted(found, key=lambda b: b["year"])


def stretches(rows: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """One line's rows in years that may be compared: cut at each break."""
    if not rows:
        return []
    cuts = [b["year"] for b in breaks(rows[0]["indicator"], rows[0]["unit"])]
    found: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(sum(row["year"] >= cut for cut in cuts), []).append(row)
    return list(found.values())


def joined(rows: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """One line's rows in runs that a line may join: consecutive years, no break between; three years or no line."""
    if len(rows) < 3:
        return [[row] for row in rows]
    runs: list[list[Mapping[str, Any]]] = []
    for stretch in stretches(rows):
        for i, row in enumerate(stretch):
            if i and row["year"] == stretch[i - 1]["year"] + 1:
                runs[-1].append(row)
            else:
                runs.append([row])
    return runs


def _lines(rows: pl.DataFrame) -> list[list[dict[str, Any]]]:
    """The rows of each line: one unit, scope and basis, by year; the longest line first."""
    found = [g.sort("year").to_dicts() for g in rows.partition_by("unit", "scope", "basis", maintain_order=True)]
    return sorted(found, key=lambda line: (-len(line), line[0]["unit"]))


# ---------------------------------------------------------------- drawing


def _dots(ax: Axes, rows: Sequence[Mapping[str, Any]], colour: str, x: str = "year", y: str = "value", size: float = 6.5) -> None:
    """The values as points: filled where exact, hollow and shaped by ``MARKS`` where not."""
    for row in rows:
        key = mark(row["qualifier"], row["origin"])
        face = "white" if key else colour
        ax.plot(row[x], row[y], marker=MARKS[key].marker if key else "o", mfc=face, mec=colour, ls="none", ms=size, zorder=3)


def _legend(ax: Axes, rows: pl.DataFrame, lang: str, more: Sequence[Line2D] = ()) -> None:
    """Names the marks that stand in the chart, above the axes; nothing where all values are exact."""
    keys = {mark(q, o) for q, o in zip(rows["qualifier"], rows["origin"], strict=True)}
    grey = {"color": QUIET, "ls": "none", "mfc": "white"}
    handles = [Line2D([], [], marker=m.marker, label=_say(lang, m.zh, m.en), **grey) for k, m in MARKS.items() if k in keys]
    if handles or more:
        ax.legend(handles=[*more, *handles], loc="lower left", bbox_to_anchor=(0, 1), ncols=7, borderpad=0.2, handletextpad=0.2, columnspacing=1.2)


def _settle(fig: Figure) -> None:
    """Lays the figure out once and fixes it, so that labels may be placed by where things are."""
    fig.draw_without_rendering()
    fig.set_layout_engine("none")


def _label(fig: Figure, ax: Axes, labels: Sequence[tuple[float, float, str, str]], points: Sequence[tuple[float, float]]) -> None:
    """Writes labels ``(x, y, text, colour)`` beside their points, each where it covers no point and no label before it."""
    _settle(fig)
    renderer = fig.canvas.get_renderer()
    scale = fig.dpi / 72
    pixels = ax.transData.transform(points) if len(points) else []
    taken = [Bbox.from_bounds(px - 5 * scale, py - 5 * scale, 10 * scale, 10 * scale) for px, py in pixels]
    frame = Bbox.from_bounds(0, ax.bbox.y0 - 2, fig.bbox.width - 4, ax.bbox.height + 6)
    for x, y, text, colour in labels:
        choices = []
        for dx, dy, ha, va in (
            (8, 0, "left", "center"), (-8, 0, "right", "center"), (0, 8, "center", "bottom"), (0, -8, "center", "top"),
            (7, 8, "left", "bottom"), (7, -8, "left", "top"), (-7, 8, "right", "bottom"), (-7, -8, "right", "top"),
            (0, 20, "center", "bottom"), (0, -20, "center", "top"), (12, 18, "left", "bottom"), (12, -18, "left", "top"),
        ):  # fmt: skip
            note = ax.annotate(text, (x, y), (dx, dy), textcoords="offset points", ha=ha, va=va, size=9, color=colour, zorder=4)
            note.set_in_layout(False)
            box = note.get_window_extent(renderer)
            inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
            choices.append((sum(box.overlaps(other) for other in taken) + (0 if inside else 10), len(choices), note, box))
        cost, _, best, box = min(choices, key=lambda c: c[:2])
        for _, _, note, _ in choices:
            if note is not best:
                note.remove()
        taken.append(box)


def _years(ax: Axes, years: Iterable[int]) -> None:
    first, last = min(years := list(years)), max(years)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=12, integer=True, min_n_ticks=1))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0f}" if v == int(v) else ""))
    span = max(last - first, 1)
    ax.set_xlim(first - 0.04 * span - 0.3, last + 0.14 * span + 0.3)


def _values(axis: Any, measure: str, lang: str) -> None:
    axis.set_major_formatter(FuncFormatter(lambda v, _: number(v, "%" if measure == "%" else "", lang)))


# ---------------------------------------------------------------- charts


def _moved(line: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """First and last row of the longest comparable stretch of a line, where that holds three years or more."""
    longest = max(stretches(line), key=len)
    return (longest[0], longest[-1]) if len(longest) >= 3 else None


def _trend_title(rows: pl.DataFrame, lines: Sequence[Sequence[Mapping[str, Any]]], lang: str) -> str:
    """What the lines say: one unit's change, how many rose and fell among several, or merely how much there is."""
    name, rate = _name(rows, lang), rows["unit_of_measure"][0] == "%"
    moves = [m for m in map(_moved, lines) if m]
    if len(moves) == 1 and len(lines) == 1:
        first, last = moves[0]
        unit, rose = first["unit"], last["value"] - first["value"]
        was, now = _said(first, lang), _said(last, lang)
        word = "持平" if not rose else ("升至" if rate else "增至") if rose > 0 else ("降至" if rate else "减至")
        if not rose:
            return _say(lang, f"{unit}{name}：{first['year']}年与{last['year']}年持平，均为{now}", f"{unit}: {name.lower()} the same in {first['year']} and {last['year']}, {now}")
        verb = "rose" if rose > 0 else "fell"
        return _say(lang, f"{unit}{name}由{first['year']}年的{was}{word}{last['year']}年的{now}", f"{unit}: {name.lower()} {verb} from {was} in {first['year']} to {now} in {last['year']}")
    if len(moves) >= 3:
        up = sum(b["value"] > a["value"] for a, b in moves)
        down = sum(b["value"] < a["value"] for a, b in moves)
        zh = f"{name}：有三年以上数据的{len(moves)}个单位中，{up}个上升、{down}个下降（首末年相比）"
        en = f"{name}: of {len(moves)} units with three years or more, {up} rose and {down} fell from first to last"
        return _say(lang, zh, en)
    years, units = rows["year"], rows["unit"].n_unique()
    span = f"{years.min()}" if years.min() == years.max() else f"{years.min()}–{years.max()}"
    return _say(lang, f"{name}：{span}年，{units}个单位、{rows.height}个值", f"{name}: {rows.height} values of {units} units, {span}")


@_styled
def trend(
    table: pl.DataFrame,
    indicator: str,
    units: Sequence[str] | None = None,
    scope: Words = None,
    basis: Words = None,
    lang: str = "zh",
) -> Figure:
    """An indicator over the years, one line a unit, scope and basis (rows: ``series``; in its unit of measure).

    Consecutive years are joined, others are not; fewer than three values are points. The six longest lines are
    coloured and named, the rest grey.
    """
    rows = series(table, indicator, units, scope, basis)
    lines = _lines(rows)
    named, rest = lines[:LABELLED], lines[LABELLED:]
    subtitle = _measured(rows, lang)
    if rest:
        subtitle += _say(lang, f"　灰点：其余{len(rest)}条", f"   Grey: {len(rest)} more")
    broken = {b["year"]: b for line in lines for b in breaks(indicator, line[0]["unit"]) if line[0]["year"] < b["year"] <= line[-1]["year"]}
    for found in broken.values():
        subtitle += _say(lang, f"　{found['reason_zh']}，前后不可比", f"   Break: {found['reason_en']}")
    fig, ax = _canvas(_trend_title(rows, lines, lang), subtitle, _source(rows, lang, _left_out(table, rows, indicator)))
    for line in rest:
        for run in joined(line):
            ax.plot([r["year"] for r in run], [r["value"] for r in run], color=PALE, lw=1)
        _dots(ax, line, PALE, size=4.5)
    for line, colour in zip(named, _palette(), strict=False):
        for run in joined(line):
            ax.plot([r["year"] for r in run], [r["value"] for r in run], color=colour)
        _dots(ax, line, colour)
    for year in broken:
        ax.axvline(year - 0.5, color=QUIET, lw=1, ls=(0, (4, 3)))
    _years(ax, rows["year"])
    _values(ax.yaxis, rows["unit_of_measure"][0], lang)
    if rows["unit_of_measure"][0] != "%":
        ax.set_ylim(bottom=0)
    ax.margins(y=0.12)
    _legend(ax, rows, lang)
    names = _names(rows)
    labels = [
        (line[-1]["year"], line[-1]["value"], f"{names[line[-1]['unit']]} {_said(line[-1], lang)}", colour)
        for line, colour in zip(named, _palette(), strict=False)
    ]
    _label(fig, ax, labels, rows.select("year", "value").rows())
    return fig


# ---------------------------------------------------------------- files


def _png(fig: Figure) -> bytes:
    """The figure as PNG at 300 dpi with a palette of at most 256 colours; the same figure gives the same bytes."""
    from PIL import Image

    raw, packed = io.BytesIO(), io.BytesIO()
    fig.savefig(raw, format="png", dpi=300, metadata={"Software": None})
    picture = Image.open(raw).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(packed, format="png", optimize=True, dpi=(300, 300))
    return packed.getvalue()


def _svg(fig: Figure) -> bytes:
    raw = io.BytesIO()
    fig.savefig(raw, format="svg", metadata={"Date": None, "Creator": None})
    return raw.getvalue()


def _put(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def save(fig: Figure, data: pl.DataFrame, path: str | Path) -> list[Path]:
    """Writes the figure as PNG and SVG and its rows as CSV (UTF-8 with BOM) side by side; gives the three paths.

    ``path`` is without ending, or with one that is passed over.
    """
    stem = Path(path).with_suffix("")
    stem.parent.mkdir(parents=True, exist_ok=True)
    with mpl_style.context(STYLE, after_reset=True):
        contents = {".png": _png(fig), ".svg": _svg(fig), ".csv": data.write_csv(include_bom=True).encode("utf-8")}
    for ending, content in contents.items():
        _put(stem.with_suffix(ending), content)
    return [stem.with_suffix(ending) for ending in contents]
