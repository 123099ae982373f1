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
import itertools
import sys
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
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import Bbox

from analysis.places import INVENTED
from analysis.publication import put

STYLE = str(files(__package__) / "briefing.mplstyle")
INK, QUIET, PALE = "#222222", "#6B6B6B", "#BDBDBD"
FEW = 8  # fewer values than this and a title counts them instead of concluding from them
NAMED = 18  # up to so many dots or lines are all named, as far as there is room
LABELLED = 6  # as many lines as the palette has colours; further units are grey and unnamed

INVENTED_DATA = "虚构示例数据　Fictional demo data"

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
    "": ("未注明", "not stated"),
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
    "supervision": ("执法监督与法治督察", "Supervision"),
    "legislation": ("政府立法", "Legislation"),
    "arbitration": ("仲裁", "Arbitration"),
}
BASES = {
    "": "not stated", "宪法": "constitution", "学法": "law study", "执法资格": "enforcement licence", "年检": "yearly check",
    "进驻": "in the hall", "目录": "catalogue", "权力清单": "list of powers", "可办": "can be done online", "全程网办": "wholly online",
    "一网通办": "one portal", "电子化办结": "closed online", "收到": "received", "受理": "accepted", "答复": "answered",
    "本级政府": "own government", "部门": "departments", "本机关审核": "reviewed here", "送上级审核": "sent up for review",
    "上报": "sent up", "收备": "filed here", "列入清理": "listed", "评估": "assessed", "现有": "in place", "新聘": "newly engaged",
    "专职": "full-time", "兼职": "part-time", "执业": "practising", "总数": "all", "持证": "certified", "检查": "inspections",
    "双随机": "double-random checks", "巡查": "patrols", "立案": "opened", "查办": "investigated", "决定": "decided",
    "办理": "handled", "直接纠错": "directly corrected", "综合纠错": "corrected in all", "调解": "mediated", "和解": "settled",
    "撤回": "withdrawn", "一审": "first instance", "二审": "second instance", "全部审级": "all instances", "新收": "new",
    "含旧存": "with carried over", "件": "cases", "次": "times", "人次": "person-times", "负责人": "heads and deputies",
    "正职": "heads", "生效": "final", "判决": "judgments", "含委派": "with court-referred", "标的": "amount in dispute",
    "协议": "amount agreed", "重大": "major", "办结": "closed", "法律援助": "legal aid", "追薪": "wages recovered", "新增": "new in the year",
    "申报": "applied for", "在册": "registered", "接收": "taken over", "走访": "visited", "安置": "resettled", "回复": "answered",
    "采纳": "adopted", "取消": "cancelled", "下放": "delegated", "承接": "taken over", "按时": "on time", "提前": "ahead of time",
    "按时办结": "closed on time", "解决": "solved", "合格": "up to standard", "优秀": "excellent or good", "帮教": "assisted",
    "接送": "met on release", "安置帮教": "released persons",
}  # fmt: skip


# ---------------------------------------------------------------- look


@cache
def _font() -> None:
    """Registers Noto Sans SC with matplotlib, once."""
    from pylopdf_fonts_zh_cn import sans_path

    font_manager.fontManager.addfont(str(sans_path()))


def _shown() -> None:
    """Lets a notebook show figures as PNG, whole, where nothing (``%matplotlib``, say) has decided how yet."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        return
    try:
        shell.display_formatter.formatters["image/png"].lookup_by_type(Figure)
    except KeyError:
        from IPython.core.pylabtools import select_figure_formats

        select_figure_formats(shell, {"png"}, bbox_inches=None, metadata={"Software": None})


def style() -> None:
    """Sets our fonts, palette and proportions for a chart of your own; call it after ``seaborn.set_theme()``."""
    _font()
    mpl_style.use(STYLE)


def _styled(chart: Callable[..., Figure]) -> Callable[..., Figure]:
    """Draws under our style whatever the caller has set, and leaves the caller's settings alone."""

    @wraps(chart)
    def draw(*args: Any, **kwargs: Any) -> Figure:
        _font()
        _shown()
        with mpl_style.context(STYLE, after_reset=True):
            return chart(*args, **kwargs)

    return draw


@cache
def palette() -> list[str]:
    """The colours of our style in their order, whatever style is set."""
    return mpl.rc_params_from_file(STYLE, use_default_template=False)["axes.prop_cycle"].by_key()["color"]


def _say(lang: str, zh: str, en: str) -> str:
    if lang not in ("zh", "en"):
        raise ValueError(f"lang is 'zh' or 'en', not {lang!r}")
    return zh if lang == "zh" else en


def _pieces(text: str) -> Iterable[str]:
    """The text in pieces that may start a line: Latin words and numbers with their measure word whole, closing marks kept left."""
    piece = ""
    for char in text:
        wide = unicodedata.east_asian_width(char) in "WF"
        closing = char in "，。；：、）》”！？％"
        opened = piece.endswith(("（", "《", "“")) or (piece[-1:].isdigit() and wide)
        if (
            piece
            and not opened
            and not closing
            and (wide or piece[-1] == " " or unicodedata.east_asian_width(piece[-1]) in "WF")
        ):
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece


def _wrap(fig: Figure, text: str, size: float) -> str:
    """The text in as few lines as fit between the figure's margins at this size in points, of about equal length."""
    room = 0.925 * fig.bbox.width
    lines = _filled(fig, text, size, room)
    for share in (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6):
        narrower = _filled(fig, text, size, share * room) if len(lines) > 1 else lines
        if len(narrower) > len(lines):
            break
        lines = narrower
    return "\n".join(lines)


def _filled(fig: Figure, text: str, size: float, room: float) -> list[str]:
    font, renderer = font_manager.FontProperties(size=size), fig.canvas.get_renderer()
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and renderer.get_text_width_height_descent(lines[-1] + piece.rstrip(), font, False)[0] > room:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


class Caption(NamedTuple):
    """The words around a chart, all computed from its rows: the finding; measure, scope and basis; source and n."""

    title: str
    subtitle: str
    footer: str


def _canvas(title: str, subtitle: str, footer: str, rows: pl.DataFrame) -> tuple[Figure, Axes]:
    """An empty 16:9 figure with its words set; what is between them is laid out for the axes.

    Where a unit of ``rows`` is invented the picture says so above its title.
    """
    fig = Figure(layout="constrained")
    FigureCanvasAgg(fig)
    height = fig.get_figheight() * 72
    top = 0.955
    words = [(title, 17, INK), (subtitle, 10.5, QUIET)]
    if _invented(rows):
        words.insert(0, (INVENTED_DATA, 13, palette()[1]))
    for text, size, colour in words:
        text = _wrap(fig, text, size)
        fig.text(0.04, top, text, size=size, color=colour, va="top", linespacing=1.25).set_in_layout(False)
        top -= (text.count("\n") + 1) * size * 1.42 / height + 0.012
    footer = _wrap(fig, footer, 8)
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


def said(row: Mapping[str, Any], lang: str) -> str:
    """A row's value with its qualifier: 逾84万个, about 8.8m."""
    words = {"over": ("逾", "over "), "under": ("近", "nearly "), "about": ("约", "about ")}
    zh, en = words.get(row["qualifier"], ("", ""))
    return _say(lang, zh, en) + number(row["value"], row["unit_of_measure"], lang)


def mark(qualifier: str, origin: str) -> str:
    """The key of ``MARKS`` for a value, or nothing where it is an exact published number."""
    return origin if origin in MARKS else qualifier if qualifier in MARKS else ""


def _short(row: Mapping[str, Any]) -> str:
    """A unit's name without its province, and of a county or town without its city too."""
    name = row["unit"]
    for parent in (row.get("province"), row.get("city") if row.get("county") else None):
        if parent and name.startswith(parent) and len(name) - len(parent) >= 2:
            name = name[len(parent) :]
    return name.removesuffix("人民政府") or row["unit"]


def short_names(rows: pl.DataFrame) -> dict[str, str]:
    """Each unit's label: short where that is not ambiguous among the rows."""
    found = {row["unit"]: _short(row) for row in rows.unique("unit").sort("unit").to_dicts()}
    taken = list(found.values())
    return {unit: unit if taken.count(short) > 1 else short for unit, short in found.items()}


def _name(rows: pl.DataFrame, lang: str) -> str:
    return rows[_say(lang, "name_zh", "name_en")][0]


def _each(words: Iterable[str], lang: str, names: Mapping[str, tuple[str, str]]) -> str:
    """Distinct words joined, translated where names are given: 本单位、全辖区."""
    seen = sorted(set(words), key=lambda w: (list(names).index(w) if w in names else -1, w))
    shown = [_say(lang, *names[w]) if w in names else w for w in seen]
    return _say(lang, "、", ", ").join(shown)


def _measured(rows: pl.DataFrame, lang: str) -> str:
    """The subtitle's words: indicator and unit of measure, scope, basis."""
    scope = _each(rows["scope"], lang, SCOPES)
    basis = _each(rows["basis"], lang, {zh: (zh or "未注明", en) for zh, en in BASES.items()})
    measure, name = rows["unit_of_measure"][0], _name(rows, lang)
    unit = {"%": " (%)", "元": " (yuan)"}.get(measure, "")
    return _say(
        lang, f"{name}（{measure}）　范围：{scope}　口径：{basis}", f"{name}{unit}   Scope: {scope}   Basis: {basis}"
    )


def _invented(rows: pl.DataFrame) -> bool:
    """Whether any row is of a unit of `python -m analysis demo`."""
    return rows["unit"].str.contains(INVENTED.pattern).any()


def _source(rows: pl.DataFrame, lang: str, left_out: int = 0) -> str:
    """The footer: how many reports, how many values, how many of other scope, basis or period are not drawn."""
    docs = rows["doc"].str.split(";").explode(empty_as_null=True).n_unique()
    kind = ("虚构报告", "fictional") if _invented(rows) else ("公开报告", "published")
    zh = f"数据来源：{docs}份{kind[0]}，见 documents 表；n={rows.height}"
    en = f"Source: {docs} {kind[1]} reports, see the documents table; n={rows.height}"
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
    empty = [
        pl.col(c).fill_null("") for c in ("scope", "basis", "qualifier", "origin", "tier", "province", "city", "county")
    ]
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


def crossed(lines: Iterable[Sequence[Mapping[str, Any]]]) -> dict[int, dict[str, Any]]:
    """The breaks that lie between the first and the last row of any of the lines, by year."""
    return {
        b["year"]: b
        for line in lines
        for b in breaks(line[0]["indicator"], line[0]["unit"])
        if line[0]["year"] < b["year"] <= line[-1]["year"]
    }


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


def as_lines(rows: pl.DataFrame) -> list[list[dict[str, Any]]]:
    """The rows of each line: one unit, scope and basis, by year; the longest line first."""
    found = [g.sort("year").to_dicts() for g in rows.partition_by("unit", "scope", "basis", maintain_order=True)]
    return sorted(found, key=lambda line: (-len(line), line[0]["unit"]))


# ---------------------------------------------------------------- drawing


def _dots(
    ax: Axes, rows: Sequence[Mapping[str, Any]], colour: str, x: str = "year", y: str = "value", size: float = 6.5
) -> None:
    """The values as points: filled where exact, hollow and shaped by ``MARKS`` where not."""
    for row in rows:
        key = mark(row["qualifier"], row["origin"])
        face = "white" if key else colour
        ax.plot(
            row[x], row[y], marker=MARKS[key].marker if key else "o", mfc=face, mec=colour, ls="none", ms=size, zorder=3
        )


def _legend(ax: Axes, rows: pl.DataFrame, lang: str, more: Sequence[Line2D] = ()) -> None:
    """Names the marks that stand in the chart, above the axes; nothing where all values are exact."""
    keys = {mark(q, o) for q, o in zip(rows["qualifier"], rows["origin"], strict=True)}
    grey = {"color": QUIET, "ls": "none", "mfc": "white"}
    handles = [
        Line2D([], [], marker=m.marker, label=_say(lang, m.zh, m.en), **grey) for k, m in MARKS.items() if k in keys
    ]
    if handles or more:
        ax.legend(
            handles=[*more, *handles],
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=7,
            borderpad=0.2,
            handletextpad=0.2,
            columnspacing=1.2,
        )


def _settle(fig: Figure) -> None:
    """Lays the figure out once and fixes it, so that labels may be placed by where things are."""
    fig.draw_without_rendering()
    fig.set_layout_engine("none")


def _along(runs: Iterable[Sequence[Mapping[str, Any]]]) -> list[tuple[float, float]]:
    """Points along the drawn lines, so that a label keeps off them."""
    steps = [i / 8 for i in range(9)]
    pairs = [pair for run in runs for pair in itertools.pairwise(run)]
    return [
        (a["year"] + s * (b["year"] - a["year"]), a["value"] + s * (b["value"] - a["value"]))
        for a, b in pairs
        for s in steps
    ]


def _label(
    fig: Figure,
    ax: Axes,
    labels: Sequence[tuple[float, float, str, str]],
    points: Sequence[tuple[float, float]],
    needed: int | None = None,
) -> None:
    """Writes labels ``(x, y, text, colour)`` beside their points, each where it covers no point and no text before it.

    Labels after the first ``needed`` are left out where there is no such place.
    """
    _settle(fig)
    renderer = fig.canvas.get_renderer()
    scale = fig.dpi / 72
    pixels = ax.transData.transform(points) if len(points) else []
    taken = [text.get_window_extent(renderer) for text in ax.texts]
    taken += [Bbox.from_bounds(px - 5 * scale, py - 5 * scale, 10 * scale, 10 * scale) for px, py in pixels]
    frame = Bbox.from_extents(ax.bbox.x0 + 2, ax.bbox.y0 + 2, fig.bbox.x1 - 4, ax.bbox.y1 + 4)
    for i, (x, y, text, colour) in enumerate(labels):
        choices = []
        for dx, dy, ha, va in (
            (8, 0, "left", "center"), (-8, 0, "right", "center"), (0, 8, "center", "bottom"), (0, -8, "center", "top"),
            (7, 8, "left", "bottom"), (7, -8, "left", "top"), (-7, 8, "right", "bottom"), (-7, -8, "right", "top"),
            (0, 20, "center", "bottom"), (0, -20, "center", "top"), (12, 18, "left", "bottom"), (12, -18, "left", "top"),
            (0, 36, "center", "bottom"), (0, -36, "center", "top"), (16, 34, "left", "bottom"), (16, -34, "left", "top"),
            (-16, 34, "right", "bottom"), (-16, -34, "right", "top"),
        ):  # fmt: skip
            stem = {"arrowstyle": "-", "color": PALE, "lw": 0.7, "shrinkA": 0, "shrinkB": 4} if abs(dy) > 10 else None
            note = ax.annotate(
                text,
                (x, y),
                (dx, dy),
                textcoords="offset points",
                ha=ha,
                va=va,
                size=9,
                color=colour,
                zorder=4,
                arrowprops=stem,
            )
            note.set_in_layout(False)
            note.update_positions(renderer)
            box = Text.get_window_extent(note, renderer)  # of the words alone, without the stem
            inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
            choices.append(
                (sum(box.overlaps(other) for other in taken) + (0 if inside else 10), len(choices), note, box)
            )
        cost, _, best, box = min(choices, key=lambda c: c[:2])
        for _, _, note, _ in choices:
            if note is not best or (cost and needed is not None and i >= needed):
                note.remove()
        if best.axes:
            taken.append(box)


def _years(ax: Axes, years: Iterable[int]) -> None:
    """An axis of whole years that ends with the last one and leaves room for a label beside it."""
    first, last = min(years := list(years)), max(years)
    step = -(-(last - first + 1) // 14)
    ax.set_xticks(range(last, first - 1, -step))
    ax.set_xlim(first - 0.04 * (last - first) - 0.3, last + 0.16 * (last - first) + 0.3)


def _values(axis: Any, measure: str, lang: str) -> None:
    rate = measure == "%"
    axis.set_major_formatter(
        FuncFormatter(lambda v, _: "" if rate and v > 100 else number(v, "%" if rate else "", lang))
    )


# ---------------------------------------------------------------- charts


def _moved(line: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """First and last row of the longest comparable stretch of a line, where that holds three years or more."""
    longest = max(stretches(line), key=len)
    return (longest[0], longest[-1]) if len(longest) >= 3 else None


def _change(name: str, rate: bool, first: Mapping[str, Any], last: Mapping[str, Any], lang: str) -> str:
    """One unit's change between two years, in words."""
    unit, rose, was, now = first["unit"], last["value"] - first["value"], said(first, lang), said(last, lang)
    if not rose:
        zh = f"{unit}{name}：{first['year']}年与{last['year']}年持平，均为{now}"
        return _say(lang, zh, f"{unit}: {name.lower()} the same in {first['year']} and {last['year']}, {now}")
    word = ("升" if rate else "增") if rose > 0 else ("降" if rate else "减")
    zh = f"{unit}{name}由{first['year']}年的{was}{word}至{last['year']}年的{now}"
    verb = "rose" if rose > 0 else "fell"
    return _say(lang, zh, f"{unit}: {name.lower()} {verb} from {was} in {first['year']} to {now} in {last['year']}")


def _trend_title(rows: pl.DataFrame, lines: Sequence[Sequence[Mapping[str, Any]]], lang: str) -> str:
    """What the lines say: one unit's change, how many of several units rose and fell, or merely how much there is.

    Each unit speaks by its longest line.
    """
    name, rate = _name(rows, lang), rows["unit_of_measure"][0] == "%"
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
        return _say(lang, zh, en)
    years, units = rows["year"], rows["unit"].n_unique()
    span = f"{years.min()}" if years.min() == years.max() else f"{years.min()}–{years.max()}"
    whole = (rows["value"] == 100).sum() if rate else 0
    zh, en = f"{name}：{span}年{units}个单位{rows.height}个值", f"{name}: {rows.height} values of {units} units, {span}"
    return _say(lang, zh + f"，其中{whole}个为100%" * bool(whole), en + f", {whole} of them 100%" * bool(whole))


def coloured(lines: Sequence[Sequence[Mapping[str, Any]]], asked: bool) -> list[Sequence[Mapping[str, Any]]]:
    """The lines to colour and name: those asked for, or else those of several years where there are any; at most six units."""
    several = [line for line in lines if len(line) > 1]
    chosen = list(lines) if asked or not several else several
    units = list(dict.fromkeys(line[0]["unit"] for line in chosen))[:LABELLED]
    return [line for line in chosen if line[0]["unit"] in units]


def which(rows: pl.DataFrame, line: Sequence[Mapping[str, Any]], lang: str) -> str:
    """Scope and basis of a line in brackets, as far as they are stated and the lines of the chart differ in them."""
    scope, basis = line[0]["scope"], line[0]["basis"]
    words = [_say(lang, *SCOPES[scope])] if scope and rows["scope"].n_unique() > 1 else []
    words += [_say(lang, basis, BASES.get(basis, basis))] if basis and rows["basis"].n_unique() > 1 else []
    return _say(lang, f"（{'，'.join(words)}）", f" ({', '.join(words)})") if words else ""


def _span_of_values(ax: Axes, rows: pl.DataFrame) -> None:
    """Counts start at nought; rates are shown where they lie, with no tick above 100."""
    low, high = rows["value"].min(), rows["value"].max()
    if rows["unit_of_measure"][0] != "%":
        ax.set_ylim(0, high * 1.14 or 1)
        return
    pad = max((high - low) * 0.14, 1)
    bottom = max(low - pad, 0) if low else -pad
    ax.set_ylim(bottom, high + pad)
    ax.set_yticks([tick for tick in ax.get_yticks() if max(bottom, 0) <= tick <= min(high + pad, 100)])


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
    subtitle = _measured(rows, lang)
    if len(named) < len(lines) and len(lines) > NAMED:
        count = len({line[0]["unit"] for line in lines if line not in named})
        subtitle += _say(lang, f"　灰色：其余{count}个单位", f"   Grey: {count} more units")
    for found in crossed(lines).values():
        subtitle += _say(lang, f"　{found['reason_zh']}，前后不可比", f"   Break: {found['reason_en']}")
    return Caption(_trend_title(rows, lines, lang), subtitle, _source(rows, lang, _left_out(table, rows, indicator)))


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

    Consecutive years are joined, others are not; a line of fewer than three values is points. Up to six units are
    coloured and named (those asked for, or those of several years); the rest is grey, and named where there is room.
    """
    rows = series(table, indicator, units, scope, basis)
    lines = as_lines(rows)
    named = coloured(lines, units is not None)
    rest = [line for line in lines if line not in named]
    colours = dict(zip(dict.fromkeys(line[0]["unit"] for line in named), palette(), strict=False))
    fig, ax = _canvas(*trend_caption(table, indicator, units, scope, basis, lang), rows)
    for line in [*rest, *named]:
        colour = colours.get(line[0]["unit"], PALE)
        for run in joined(line):
            ax.plot([r["year"] for r in run], [r["value"] for r in run], color=colour, lw=1 if colour == PALE else 2)
        _dots(ax, line, colour, size=4.5 if colour == PALE else 6.5)
    for year in crossed(lines):
        ax.axvline(year - 0.5, color=QUIET, lw=1, ls=(0, (4, 3)))
    _years(ax, rows["year"])
    _values(ax.yaxis, rows["unit_of_measure"][0], lang)
    _span_of_values(ax, rows)
    _legend(ax, rows, lang)
    names = short_names(rows)
    ends = [
        (line[-1], f"{names[line[-1]['unit']]}{which(rows, line, lang)} {said(line[-1], lang)}")
        for line in [*named, *rest]
    ]
    labels = [(end["year"], end["value"], text, colours.get(end["unit"], QUIET)) for end, text in ends]
    points = [*rows.select("year", "value").rows(), *_along(run for line in lines for run in joined(line))]
    _label(fig, ax, labels if len(lines) <= NAMED else labels[: len(named)], points, len(named))
    return fig


def counts(table: pl.DataFrame, by: str = "theme") -> pl.DataFrame:
    """How many units have a row in each year, by ``theme`` or ``indicator``: columns ``by``, names, year, units, rows, docs."""
    labels = ["name_zh", "name_en"] if by == "indicator" else []
    found = table.group_by(by, *labels, "year").agg(
        units=pl.col("unit").n_unique(), rows=pl.len(), docs=pl.col("doc").n_unique()
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
        return _say(lang, zh, en)
    years = table.group_by("unit").agg(n=pl.col("year").n_unique())["n"]
    one, three, most = (
        (years == 1).sum(),
        (years >= 3).sum(),
        table.group_by("year").agg(n=pl.col("unit").n_unique()).sort("n", "year", descending=True),
    )
    zh = f"{len(years)}个单位中{one}个只有一年的数据，有三年以上的{three}个；{most['year'][0]}年最多，有{most['n'][0]}个单位"
    en = f"Of {len(years)} units {one} have a single year and {three} three or more; {most['year'][0]} has the most, {most['n'][0]} units"
    return _say(lang, zh, en)


def coverage_caption(table: pl.DataFrame, by: str = "theme", most: int = 22, lang: str = "zh") -> Caption:
    """The words of ``coverage``."""
    rows = counts(table, by)
    hidden = max(rows[by].n_unique() - most, 0)
    subtitle = _say(
        lang,
        "每格：该年有数的单位数；空白为没有数",
        "Each cell: units with a figure in that year; blank where there is none",
    )
    if hidden:
        subtitle += _say(
            lang,
            f"　只列最多的{most}项，另有{hidden}项",
            f"   The {most} best covered, {hidden} more not shown",
        )
    return Caption(_coverage_title(table, rows, by, lang), subtitle, _source(table, lang))


@_styled
def coverage(table: pl.DataFrame, by: str = "theme", most: int = 22, lang: str = "zh") -> Figure:
    """A heat map of where there is anything: units with a row, by year and theme or indicator (rows: ``counts``).

    White is no row at all. The ``most`` best covered themes or indicators are shown.
    """
    import seaborn as sns

    rows = counts(table, by)
    kept = rows[by].unique(maintain_order=True)[:most]
    label = _say(lang, "name_zh", "name_en")
    grid = rows.filter(pl.col(by).is_in(kept.to_list())).to_pandas().pivot(index=by, columns="year", values="units")
    first, last = table["year"].min(), table["year"].max()
    grid = grid.reindex(index=kept.to_list(), columns=range(first, last + 1))
    names = dict(rows.select(by, label).unique().rows())
    fig, ax = _canvas(*coverage_caption(table, by, most, lang), table)
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


def aside(positions: Sequence[float], width: float) -> list[float]:
    """How far each dot steps aside (in rows of a dot) so that dots closer than ``width`` do not cover each other."""
    placed: list[tuple[float, int]] = []
    for x in positions:
        step = next(
            s
            for s in itertools.chain([0], *((k, -k) for k in range(1, 1000)))
            if all(s != t or abs(x - p) >= width for p, t in placed)
        )
        placed.append((x, step))
    return [step for _, step in placed]


def _distribution_title(rows: pl.DataFrame, when: str, lang: str) -> str:
    name, measure, n = _name(rows, lang), rows["unit_of_measure"][0], rows.height
    whole = (rows["value"] == 100).sum()
    if measure == "%" and whole * 2 >= n:
        return _say(lang, f"{name}：{when}{n}个单位中{whole}个为100%", f"{name}: {whole} of {n} units at 100%, {when}")
    if n < FEW:
        return _say(lang, f"{name}：{when}只有{n}个单位的数", f"{name}: figures of only {n} units, {when}")
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
    return _say(lang, zh, en)


def distribution_caption(
    table: pl.DataFrame,
    indicator: str,
    year: int | None = None,
    scope: Words = None,
    basis: Words = None,
    lang: str = "zh",
) -> Caption:
    """The words of ``distribution``."""
    rows = values(table, indicator, year, scope, basis)
    when = _say(lang, f"{year}年", f"{year}") if year else _say(lang, "各取最近一年，", "latest year of each")
    return Caption(
        _distribution_title(rows, when, lang),
        _measured(rows, lang),
        _source(rows, lang, _left_out(table, rows, indicator)),
    )


@_styled
def distribution(
    table: pl.DataFrame,
    indicator: str,
    year: int | None = None,
    scope: Words = None,
    basis: Words = None,
    lang: str = "zh",
) -> Figure:
    """How units differ in one indicator, a dot each, by tier of government (rows: ``values``; in its unit of measure).

    Of one year, or of each unit's latest. The scale is logarithmic where the largest is fifty times the smallest.
    The median is drawn for a tier of eight units and more. Rates mostly at 100 are not named, since a rank would mean
    nothing.
    """
    rows = values(table, indicator, year, scope, basis)
    fig, ax = _canvas(*distribution_caption(table, indicator, year, scope, basis, lang), rows)
    low, high = rows["value"].min(), rows["value"].max()
    if low > 0 and high / low >= 50:
        ax.set_xscale("log")
        ax.set_xlim(low / 1.6, high * 2.2)
    elif rows["unit_of_measure"][0] == "%":
        ax.set_xlim(max(low - 5, 0), min(high + 5, 100.6))
    else:
        ax.set_xlim(0, high * 1.12 or 1)
    tiers = [t for t in TIERS if t in rows["tier"].to_list()]
    ax.set_yticks(range(len(tiers)), [_say(lang, *TIERS[t]) + f"\nn={(rows['tier'] == t).sum()}" for t in tiers])
    ax.set_ylim(len(tiers) - 0.5, -0.5)
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    _values(ax.xaxis, rows["unit_of_measure"][0], lang)
    ax.xaxis.minorticks_off()
    _legend(ax, rows, lang)
    fig.draw_without_rendering()
    points = _swarm(fig, ax, rows, tiers)
    middle = _median(ax, rows, tiers, lang)
    labels = [] if rows["unit_of_measure"][0] == "%" and (rows["value"] == 100).sum() * 2 >= rows.height else points
    labels = sorted(labels, key=lambda p: p["value"] not in (low, high))
    names = short_names(rows)
    texts = [
        (p["x"], p["y"], names[p["unit"]] + " " + said(p, lang), QUIET)
        for p in labels
        if rows.height <= NAMED or p["value"] in (low, high)
    ]
    _label(fig, ax, texts, [*((p["x"], p["y"]) for p in points), *middle], 0)
    return fig


def _swarm(fig: Figure, ax: Axes, rows: pl.DataFrame, tiers: Sequence[str]) -> list[dict[str, Any]]:
    """Draws the dots of each tier side by side; gives the rows with their places ``x`` and ``y``."""
    found = []
    for i, tier in enumerate(tiers):
        part = rows.filter(pl.col("tier") == tier).sort("value", "unit").to_dicts()
        places = [x for x, _ in ax.transData.transform([(row["value"], 0) for row in part])]
        steps = aside(places, 8.5 * fig.dpi / 72)
        room = 0.8 / (2 * max(map(abs, steps), default=0) + 1)
        found += [
            row | {"x": row["value"], "y": i + step * min(room, 0.13)} for row, step in zip(part, steps, strict=True)
        ]
    _dots(ax, found, palette()[0], "x", "y")
    return found


def _median(ax: Axes, rows: pl.DataFrame, tiers: Sequence[str], lang: str) -> list[tuple[float, float]]:
    """A quiet line at the median of each tier with units enough for one; gives points along it, for labels to keep off."""
    found = []
    for i, tier in enumerate(tiers):
        part = rows.filter(pl.col("tier") == tier)["value"]
        if len(part) >= FEW:
            ax.plot([part.median()] * 2, [i - 0.4, i + 0.4], color=palette()[1], lw=1.5, zorder=2)
            text = _say(lang, "中位数 ", "median ") + number(part.median(), rows["unit_of_measure"][0], lang)
            ax.annotate(
                text,
                (part.median(), i - 0.4),
                (0, 2),
                textcoords="offset points",
                ha="center",
                va="bottom",
                size=8.5,
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
    name = _name(rows, lang)
    zh = f"{name}：{n}个值中{whole}个为100%" + (f"（占{whole / n:.0%}）" if n >= FEW else "")
    en = f"{name}: {whole} of {n} values are 100%" + (f" ({whole / n:.0%})" if n >= FEW else "")
    what = _say(
        lang,
        f"　{rows['year'].min()}—{rows['year'].max()}年各单位年",
        f"   Unit-years {rows['year'].min()} to {rows['year'].max()}",
    )
    return Caption(
        _say(lang, zh, en), _measured(rows, lang) + what, _source(rows, lang, _left_out(table, rows, indicator))
    )


@_styled
def share_at_hundred(
    table: pl.DataFrame, indicator: str, by: str = "scope", basis: Words = None, lang: str = "zh"
) -> Figure:
    """For rates near 100: the share of unit-years that reached 100, by ``scope`` or ``tier`` (rows: ``at_hundred``).

    Groups of fewer than eight values are pale. No ranking: at 100 there is none.
    """
    groups = at_hundred(table, indicator, by, basis)
    fig, ax = _canvas(*share_caption(table, indicator, by, basis, lang), like(table, indicator, tuple(SCOPES), basis))
    names = SCOPES if by == "scope" else TIERS
    for i, row in enumerate(groups.to_dicts()):
        thin = row["n"] < FEW
        ax.barh(i, 1, color="#F3F3F3", height=0.55)
        ax.barh(i, row["share"], color=PALE if thin else palette()[0], height=0.55)
        few = _say(lang, "　值少，只作参考", "   few values") if thin else ""
        text = _say(lang, f"{row['n']}个值中{row['hundred']}个", f"{row['hundred']} of {row['n']}")
        ax.text(
            max(row["share"], 0) + 0.01 if row["share"] < 0.7 else 0.01,
            i,
            text + few,
            va="center",
            size=10,
            color=INK if thin or row["share"] < 0.7 else "white",
        )
    ax.set_yticks(range(groups.height), [_say(lang, *names[k]) for k in groups[by]])
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0%}"))
    ax.set_xlabel(_say(lang, "为100%的比重", "Share at 100%"))
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


def dumbbell_caption(table: pl.DataFrame, rate: str, part: str, whole: str, lang: str = "zh") -> Caption:
    """The words of ``dumbbell``."""
    rows = reported_and_computed(table, rate, part, whole)
    name, n = _name(rows, lang), rows.height
    near, far = (rows["difference"].abs() < 0.1).sum(), rows["difference"].abs().max()
    zh = f"{name}：{n}个可核算的单位年中{near}个所报与所算相差不到0.1个百分点"
    en = f"{name}: {near} of {n} reported rates within 0.1 points of their own counts"
    shares = [table.filter(pl.col("indicator") == i)[_say(lang, "name_zh", "name_en")][0] for i in (part, whole)]
    subtitle = _say(
        lang,
        f"{name}（%）：所报，与{shares[0]}÷{shares[1]}所算　范围：{_each(rows['scope'], lang, SCOPES)}　最大相差{_plain(far, 2)}个百分点",
        f"{name} (%): reported, and {shares[0].lower()} / {shares[1].lower()}   Scope: {_each(rows['scope'], lang, SCOPES)}   Largest difference {_plain(far, 2)} points",
    )
    docs = rows.select("unit", doc=pl.concat_list("doc", "part_doc", "whole_doc")).explode("doc", empty_as_null=True)
    footer = (
        _source(docs, lang).rsplit("n=", 1)[0]
        + f"n={n}"
        + _say(
            lang,
            "；两数差异多来自四舍五入或口径（受理数、结案数）不同",
            "; differences come mostly from rounding or from what is counted (received, closed)",
        )
    )
    return Caption(_say(lang, zh, en), subtitle, footer)


@_styled
def dumbbell(table: pl.DataFrame, rate: str, part: str, whole: str, lang: str = "zh") -> Figure:
    """A reported rate against the one its own counts give, a row each unit-year (rows: ``reported_and_computed``; percent)."""
    rows = reported_and_computed(table, rate, part, whole)
    n = rows.height
    fig, ax = _canvas(*dumbbell_caption(table, rate, part, whole, lang), rows)
    names, blue, red = short_names(rows), palette()[0], palette()[1]
    for i, row in enumerate(rows.to_dicts()):
        ax.plot([row["computed"], row["value"]], [i, i], color=PALE, lw=3, zorder=1, solid_capstyle="butt")
        ax.plot(row["computed"], i, marker="D", mfc="white", mec=red, ls="none", ms=7.5, zorder=3)
        _dots(ax, [row | {"y": i}], blue, "value", "y", 6)
        about = "*" if {row["part_qualifier"], row["whole_qualifier"]} & {"over", "under", "about"} else ""
        ax.annotate(
            f"{row['difference']:+.2f}{about}".replace("-", "−"),
            (1, i),
            (10, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="left",
            va="center",
            size=9,
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
    _values(ax.xaxis, "%", lang)
    starred = _say(
        lang, "右侧：所报减所算，百分点（*件数为概数）", "right: reported less computed, points (*counts rounded)"
    )
    ends = [
        Line2D([], [], marker="o", ls="none", color=blue, label=_say(lang, "所报", "reported")),
        Line2D([], [], marker="D", ls="none", mfc="white", color=red, label=_say(lang, "由件数所算", "computed")),
        Line2D([], [], ls="none", label=starred),
    ]
    _legend(ax, rows, lang, ends)
    return fig


def of_basis(basis: str, lang: str) -> str:
    return _say(lang, f"（{basis}）", f" ({BASES.get(basis, basis)})") if basis else ""


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
    label = _say(lang, "name_zh", "name_en")
    x_name, y_name = (table.filter(pl.col("indicator") == i)[label][0] for i in (x, y))
    x_unit, y_unit, n = rows["x_unit_of_measure"][0], rows["unit_of_measure"][0], rows.height
    low, middle, high = (
        _plain(v, 0 if v >= 10 else 1) for v in (rows["ratio"].min(), rows["ratio"].median(), rows["ratio"].max())
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
    when = _say(lang, f"{year}年" if year else "各取最近一年", f"{year}" if year else "latest year of each")
    subtitle = _say(
        lang,
        f"横轴：{x_name}（{x_unit}）　纵轴：{y_name}（{y_unit}）　{when}，同一单位同一年　范围：{_each(rows['scope'], lang, SCOPES)}",
        f"Across: {x_name}   Up: {y_name}   {when}, same unit and year   Scope: {_each(rows['scope'], lang, SCOPES)}",
    )
    docs = pl.concat([rows.select("unit", "doc"), rows.select("unit", doc="x_doc")])
    return Caption(_say(lang, zh, en), subtitle, _source(docs, lang).rsplit("n=", 1)[0] + f"n={n}")


@_styled
def together(table: pl.DataFrame, x: str, y: str, year: int | None = None, lang: str = "zh") -> Figure:
    """Two counts of the same unit and year against each other on logarithmic scales, a dot a unit (rows: ``paired``).

    Grey lines join equal ratios of y to x.
    """
    rows = paired(table, x, y, year)
    x_unit, y_unit = rows["x_unit_of_measure"][0], rows["unit_of_measure"][0]
    fig, ax = _canvas(*together_caption(table, x, y, year, lang), rows)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(rows["x_value"].min() / 2, rows["x_value"].max() * 4)
    ax.set_ylim(rows["value"].min() / 3, rows["value"].max() * 4)
    ax.grid(False)
    ax.spines["left"].set_visible(True)
    _values(ax.xaxis, "", lang)
    _values(ax.yaxis, "", lang)
    ax.minorticks_off()
    each = [_ratio_line(ax, 10**k, x_unit, y_unit, lang) for k in range(6)]
    points = [
        r | {"qualifier": r["qualifier"] if mark(r["qualifier"], r["origin"]) else r["x_qualifier"]}
        for r in rows.to_dicts()
    ]
    _dots(ax, points, palette()[0], "x_value", "value")
    _legend(ax, pl.DataFrame(points).select("qualifier", "origin"), lang)
    names = short_names(rows)
    texts = [(r["x_value"], r["value"], f"{names[r['unit']]} {r['year']}", INK) for r in rows.to_dicts()]
    _label(fig, ax, texts, [*rows.select("x_value", "value").rows(), *(p for p in each if p)])
    return fig


def _ratio_line(ax: Axes, ratio: float, x_unit: str, y_unit: str, lang: str) -> tuple[float, float] | None:
    """A grey line of equal ratio with its name at its upper end, which it gives; nothing where it misses the axes."""
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    start, end = max(x0, y0 / ratio), min(x1, y1 / ratio)
    if end / start < 3:
        return None
    ax.plot([start, end], [start * ratio, end * ratio], color="#E0E0E0", lw=1, zorder=1)
    text = _say(lang, f"每{x_unit}{ratio:,}{y_unit}", f"{ratio:,} each")
    at_top = y1 / ratio <= x1
    ax.annotate(
        text,
        (end, end * ratio),
        (-4, -4) if at_top else (-4, 6),
        textcoords="offset points",
        ha="right",
        va="top" if at_top else "bottom",
        size=8,
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


def save(fig: Figure, data: pl.DataFrame, path: str | Path) -> list[Path]:
    """Writes the figure as PNG and SVG and its rows as CSV (UTF-8 with BOM) side by side; gives the three paths.

    ``path`` is without ending, or with one that is passed over.
    """
    stem = Path(path).with_suffix("")
    stem.parent.mkdir(parents=True, exist_ok=True)
    with mpl_style.context(STYLE, after_reset=True):
        contents = {".png": _png(fig), ".svg": _svg(fig), ".csv": data.write_csv(include_bom=True).encode("utf-8")}
    for ending, content in contents.items():
        put(stem.with_suffix(ending), content)
    return [stem.with_suffix(ending) for ending in contents]
