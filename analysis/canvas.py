"""What every chart is drawn on: font, style, the caption's place, marks, axes, labels that find room, files.

Figures are 16:9 in the style of ``briefing.mplstyle``, drawn with the font that the project installs, whatever the
caller has set; the same figure gives the same bytes.
"""

from __future__ import annotations

import base64
import io
import itertools
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, wraps
from importlib.resources import files
from pathlib import Path
from typing import Any

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

from analysis.captions import MARKS, invented, mark, number, say
from analysis.formulas import disarmed
from analysis.staging import put

STYLE = str(files(__package__) / "briefing.mplstyle")
INK, QUIET, PALE = "#222222", "#6B6B6B", "#BDBDBD"
LABEL = 10  # points of the words beside dots and lines; on a slide a third larger
INVENTED_DATA = "虚构示例数据　Fictional demo data"

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

        select_figure_formats(shell, {"png"})
        shell.display_formatter.formatters["image/png"].for_type(Figure, _inline)


def _inline(fig: Figure) -> str:
    """The figure as PNG for a notebook, in base64: a notebook of ten charts stays below a megabyte."""
    return base64.b64encode(_png(fig, fig.dpi)).decode("ascii")


def style() -> None:
    """Sets our fonts, palette and proportions for a chart of your own; call it after ``seaborn.set_theme()``."""
    _font()
    mpl_style.use(STYLE)


def styled(chart: Callable[..., Figure]) -> Callable[..., Figure]:
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


def wrap(fig: Figure, text: str, size: float, share: float = 0.925) -> str:
    """The text in as few lines as fit at this size in points into a share of the figure's width, of about equal length."""
    room = share * fig.bbox.width
    lines = _filled(fig, text, size, room)
    for less in (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6):
        narrower = _filled(fig, text, size, less * room) if len(lines) > 1 else lines
        if len(narrower) > len(lines):
            break
        lines = narrower
    return "\n".join(lines)


def text_width(fig: Figure, text: str, size: float) -> float:
    """How wide a line of text is at this size in points, in pixels."""
    font = font_manager.FontProperties(size=size)
    return fig.canvas.get_renderer().get_text_width_height_descent(text, font, False)[0]


def _filled(fig: Figure, text: str, size: float, room: float) -> list[str]:
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and text_width(fig, lines[-1] + piece.rstrip(), size) > room:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


def new_figure(title: str, subtitle: str, footer: str, rows: pl.DataFrame) -> Figure:
    """An empty 16:9 figure with its words set; what is between them is laid out for the axes to come.

    Where a unit of ``rows`` is invented the picture says so above its title.
    """
    fig = Figure(layout="constrained")
    FigureCanvasAgg(fig)
    height = fig.get_figheight() * 72
    top = 0.955
    words = [(title, 17, INK), (subtitle, 10.5, QUIET)]
    if invented(rows):
        words.insert(0, (INVENTED_DATA, 13, palette()[1]))
    for text, size, colour in words:
        text = wrap(fig, text, size)
        fig.text(0.04, top, text, size=size, color=colour, va="top", linespacing=1.25).set_in_layout(False)
        top -= (text.count("\n") + 1) * size * 1.42 / height + 0.012
    footer = wrap(fig, footer, 8)
    fig.text(0.04, 0.03, footer, size=8, color=QUIET, va="bottom", linespacing=1.3).set_in_layout(False)
    bottom = 0.045 + (footer.count("\n") + 1) * 8 * 1.4 / height
    fig.get_layout_engine().set(rect=(0.035, bottom, 0.93, top - bottom - 0.01), h_pad=0.02, w_pad=0.02)
    return fig


def new_canvas(title: str, subtitle: str, footer: str, rows: pl.DataFrame) -> tuple[Figure, Axes]:
    """``new_figure`` with one pair of axes."""
    fig = new_figure(title, subtitle, footer, rows)
    return fig, fig.add_subplot()


# ---------------------------------------------------------------- drawing


def draw_dots(
    ax: Axes, rows: Sequence[Mapping[str, Any]], colour: str, x: str = "year", y: str = "value", size: float = 6.5
) -> None:
    """The values as points: filled where exact, hollow and shaped by ``MARKS`` where not."""
    for row in rows:
        key = mark(row["qualifier"], row["origin"])
        face = "white" if key else colour
        ax.plot(
            row[x], row[y], marker=MARKS[key].marker if key else "o", mfc=face, mec=colour, ls="none", ms=size, zorder=3
        )


def _mark_handles(rows: pl.DataFrame, lang: str) -> list[Line2D]:
    """The marks that stand among the rows, with their names."""
    keys = {mark(q, o) for q, o in zip(rows["qualifier"], rows["origin"], strict=True)}
    grey = {"color": QUIET, "ls": "none", "mfc": "white"}
    return [Line2D([], [], marker=m.marker, label=say(lang, m.zh, m.en), **grey) for k, m in MARKS.items() if k in keys]


_IN_A_ROW = {"ncols": 7, "borderpad": 0.2, "handletextpad": 0.2, "columnspacing": 1.2}


def draw_legend(ax: Axes, rows: pl.DataFrame, lang: str, more: Sequence[Line2D] = ()) -> None:
    """Names the marks that stand in the chart, above the axes; nothing where all values are exact."""
    handles = _mark_handles(rows, lang)
    if handles or more:
        ax.legend(handles=[*more, *handles], loc="lower left", bbox_to_anchor=(0, 1), **_IN_A_ROW)


def draw_legend_over(fig: Figure, rows: pl.DataFrame, lang: str) -> None:
    """As ``draw_legend``, above all panels of a figure."""
    if handles := _mark_handles(rows, lang):
        engine = fig.get_layout_engine()
        left, bottom, width, height = engine.get()["rect"]
        made = fig.legend(handles=handles, loc="upper left", bbox_to_anchor=(left, bottom + height), **_IN_A_ROW)
        made.set_in_layout(False)
        engine.set(rect=(left, bottom, width, height - 0.05))


def settle(fig: Figure) -> None:
    """Lays the figure out once and fixes it, so that labels may be placed by where things are."""
    fig.draw_without_rendering()
    fig.set_layout_engine("none")


def along(runs: Iterable[Sequence[Mapping[str, Any]]]) -> list[tuple[float, float]]:
    """Points along the drawn lines, so that a label keeps off them."""
    steps = [i / 8 for i in range(9)]
    pairs = [pair for run in runs for pair in itertools.pairwise(run)]
    return [
        (a["year"] + s * (b["year"] - a["year"]), a["value"] + s * (b["value"] - a["value"]))
        for a, b in pairs
        for s in steps
    ]


def write_labels(
    fig: Figure,
    ax: Axes,
    labels: Sequence[tuple[float, float, str, str]],
    points: Sequence[tuple[float, float]],
    needed: int | None = None,
    right: float | None = None,
) -> None:
    """Writes labels ``(x, y, text, colour)`` beside their points, each where it covers no point and no text before it.

    Labels after the first ``needed`` are left out where there is no such place. They end before ``right`` (pixels),
    the figure's edge where not given.
    """
    settle(fig)
    renderer = fig.canvas.get_renderer()
    scale = fig.dpi / 72
    pixels = ax.transData.transform(points) if len(points) else []
    taken = [text.get_window_extent(renderer) for text in ax.texts]
    taken += [Bbox.from_bounds(px - 5 * scale, py - 5 * scale, 10 * scale, 10 * scale) for px, py in pixels]
    frame = Bbox.from_extents(
        ax.bbox.x0 + 2, ax.bbox.y0 + 2, fig.bbox.x1 - 4 if right is None else right, ax.bbox.y1 + 4
    )
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
                size=LABEL,
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


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """The places moved apart to ``gap`` or more, as little as may be, within ``low`` to ``high`` as far as they fit."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    blocks: list[list[float]] = []  # centre, how many
    for i in order:
        blocks.append([places[i], 1])
        while len(blocks) > 1 and blocks[-1][0] - blocks[-2][0] < gap * (blocks[-1][1] + blocks[-2][1]) / 2:
            (b, m), (a, n) = blocks.pop(), blocks.pop()
            blocks.append([(a * n + b * m) / (n + m), n + m])
    moved = [centre + gap * (k - (n - 1) / 2) for centre, n in blocks for k in range(int(n))]
    for k in range(len(moved)):  # off the lower end, then off the upper
        moved[k] = max(moved[k], low + k * gap)
    for k in range(len(moved)):
        moved[-1 - k] = min(moved[-1 - k], high - k * gap)
    return [place for _, place in sorted(zip(order, moved, strict=True))]


def write_beside(fig: Figure, ax: Axes, x: float, side: str, labels: Sequence[tuple[float, str, str]]) -> None:
    """Writes labels ``(y, text, colour)`` in a column at ``x``, on its ``left`` or ``right``, none over another.

    Where one has to leave its height the whole column steps back and every label is tied to its point.
    """
    settle(fig)
    scale = fig.dpi / 72
    places = [ax.transData.transform((x, y))[1] for y, _, _ in labels]
    moved = spread(places, 1.35 * LABEL * scale, ax.bbox.y0 + 6 * scale, ax.bbox.y1 - 6 * scale)
    apart = any(abs(now - was) > 3 * scale for was, now in zip(places, moved, strict=True))
    sign, near, align = (1, 0, "left") if side == "right" else (-1, 1, "right")
    stem = {"arrowstyle": "-", "color": PALE, "lw": 0.7, "shrinkA": 1, "shrinkB": 5, "relpos": (near, 0.5)}
    for (y, text, colour), was, now in zip(labels, places, moved, strict=True):
        ax.annotate(
            text,
            (x, y),
            (sign * (26 if apart else 9), (now - was) / scale),
            textcoords="offset points",
            ha=align,
            va="center",
            size=LABEL,
            color=colour,
            arrowprops=stem if apart else None,
        ).set_in_layout(False)


def year_axis(ax: Axes, years: Iterable[int]) -> None:
    """An axis of whole years that ends with the last one and leaves room for a label beside it."""
    first, last = min(years := list(years)), max(years)
    step = -(-(last - first + 1) // 14)
    ax.set_xticks(range(last, first - 1, -step))
    ax.set_xlim(first - 0.04 * (last - first) - 0.3, last + 0.16 * (last - first) + 0.3)


def value_axis(axis: Any, measure: str, lang: str) -> None:
    rate = measure == "%"
    axis.set_major_formatter(
        FuncFormatter(lambda v, _: "" if rate and v > 100 else number(v, "%" if rate else "", lang))
    )


def span_of_values(ax: Axes, rows: pl.DataFrame) -> None:
    """Counts start at nought; rates are shown where they lie, with no tick above 100."""
    low, high = rows["value"].min(), rows["value"].max()
    if rows["unit_of_measure"][0] != "%":
        ax.set_ylim(0, high * 1.14 or 1)
        return
    pad = max((high - low) * 0.14, 1)
    bottom = max(low - pad, 0) if low else -pad
    ax.set_ylim(bottom, high + pad)
    ax.set_yticks([tick for tick in ax.get_yticks() if max(bottom, 0) <= tick <= min(high + pad, 100)])


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


# ---------------------------------------------------------------- files


MANY = 5000  # colours: a chart with smoothed edges has fewer, a picture or a fine heat map more


def _png(fig: Figure, dpi: float = 300) -> bytes:
    """The figure as PNG, in 256 colours unless it has very many; the same figure gives the same bytes."""
    from PIL import Image

    raw, packed = io.BytesIO(), io.BytesIO()
    fig.savefig(raw, format="png", dpi=dpi, metadata={"Software": None})
    picture = Image.open(raw).convert("RGB")
    if picture.getcolors(MANY):
        picture = picture.quantize(256, dither=Image.Dither.NONE)
    picture.save(packed, format="png", optimize=True, dpi=(dpi, dpi))
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
        contents = {
            ".png": _png(fig),
            ".svg": _svg(fig),
            ".csv": disarmed(data).write_csv(include_bom=True).encode("utf-8"),
        }
    for ending, content in contents.items():
        put(stem.with_suffix(ending), content)
    return [stem.with_suffix(ending) for ending in contents]
