"""Slides without content: an empty 16:9 deck in our look, and writing one so that the same content gives the same bytes.

The look is python-pptx's own template with its layouts cut to three and moved to 16:9, our palette as the theme's
accents and an East Asian font in the theme and in every run, so that whoever edits the deck changes it in one place.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from lxml import etree
from matplotlib.colors import to_hex
from pptx import Presentation
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide, SlideLayout
from pptx.util import Inches, Pt

from analysis.canvas import INK, QUIET, palette
from analysis.staging import put

LATIN, EAST_ASIAN = "Arial", "微软雅黑"
COVER, TEXT, CHART = range(3)  # the layouts
TITLE, CONTENT, SUBTITLE, FOOTER = 0, 1, 2, 11  # idx of the placeholders
WIDTH, HEIGHT = 13.333, 7.5  # inches
NEVER = datetime(2000, 1, 1)  # stands for every date in a file, so that a deck changes only where its content does
_STAMP = (1980, 1, 1, 0, 0, 0)

_Box = tuple[float, float, float, float]
_MARGIN, _ROOM = 0.6, WIDTH - 2 * 0.6
_BOXES: dict[int, dict[int, _Box]] = {  # layout -> placeholder -> left, top, width, height in inches
    COVER: {0: (1.0, 1.9, 11.3, 1.6), 1: (1.0, 3.75, 11.3, 2.0)},
    CHART: {0: (_MARGIN, 0.35, _ROOM, 0.95), 2: (_MARGIN, 1.32, _ROOM, 0.75), 1: (_MARGIN, 2.1, _ROOM, 4.6)},
    TEXT: {0: (_MARGIN, 0.35, _ROOM, 0.95), 1: (_MARGIN, 1.5, _ROOM, 5.2)},
}
_SIZES: dict[int, dict[int, int]] = {  # layout -> placeholder -> points
    COVER: {0: 40, 1: 20},
    CHART: {0: 24, 2: 14, 1: 14},
    TEXT: {0: 24, 1: 17},
}
_ABOVE: _Box = (_MARGIN, 0.1, _ROOM, 0.3)
_NAMES = {COVER: "封面", CHART: "图", TEXT: "文字"}
_FOOT = {PP_PLACEHOLDER.FOOTER: (_MARGIN, 6.85, 11.2, 0.4), PP_PLACEHOLDER.SLIDE_NUMBER: (11.9, 6.85, 0.83, 0.4)}


def new() -> Deck:
    """An empty deck with the layouts ``COVER``, ``CHART`` (title, subtitle, chart) and ``TEXT`` (title, paragraphs)."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    layouts = list(deck.slide_layouts)
    kept = {COVER: layouts[0], TEXT: layouts[1], CHART: layouts[7]}
    for layout in layouts:
        if layout not in kept.values():
            deck.slide_layouts.remove(layout)
    for which, layout in kept.items():
        _arrange(layout, which)
    for layout in (kept[CHART], kept[TEXT]):
        layout.placeholders[0]._element.txBody.bodyPr.set("anchor", "b")
    content = next(p for p in kept[CHART].placeholders if p.placeholder_format.idx == CONTENT)
    content._element.ph.set("type", "chart")
    _plain_foot(deck)
    _without_relations(deck, "thumbnail", "printerSettings")
    for name in ("created", "modified"):
        setattr(deck.core_properties, name, NEVER)
    return deck


def _arrange(layout: SlideLayout, which: int) -> None:
    """Moves and sizes the placeholders of a layout."""
    layout.name = _NAMES[which]
    for holder in list(layout.placeholders):
        idx, kind = holder.placeholder_format.idx, holder.placeholder_format.type
        box = _BOXES[which].get(idx) or _FOOT.get(kind)
        if box is None or (which == COVER and kind in _FOOT):
            holder._element.getparent().remove(holder._element)
            continue
        holder.left, holder.top, holder.width, holder.height = map(Inches, box)
        if idx in _SIZES[which]:
            _first_level(holder._element.txBody, _SIZES[which][idx], bold=idx == TITLE, quiet=idx == SUBTITLE)
    if which == COVER:
        layout.shapes._spTree.append(_bar(0.6, 1.9, 0.09, 3.6))


def _first_level(body: etree._Element, size: int, bold: bool, quiet: bool) -> None:
    """Left-aligned first level of ``size`` points; a ``quiet`` one is grey."""
    colour = (QUIET if quiet else INK).removeprefix("#")
    bullet = "" if bold or quiet else '<a:spcAft><a:spcPts val="900"/></a:spcAft>'
    mark = "<a:buNone/>" if bold or quiet or size > 17 else ""
    style = body.find(qn("a:lstStyle"))
    for level in list(style):
        style.remove(level)
    hang = "" if not mark else ' marL="0" indent="0"'
    style.append(
        parse_xml(
            f'<a:lvl1pPr algn="l"{hang} {nsdecls("a")}>{bullet}{mark}<a:defRPr sz="{size * 100}" b="{bold:d}">'
            f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></a:defRPr></a:lvl1pPr>'
        )
    )
    props = body.find(qn("a:bodyPr"))
    for side in ("lIns", "rIns"):
        props.set(side, "0")
    for fit in list(props):  # text that shrinks by itself is laid out otherwise in every program
        props.remove(fit)


def _bar(left: float, top: float, width: float, height: float) -> etree._Element:
    """A bar in the first accent, in inches."""
    x, y, cx, cy = (int(Inches(v)) for v in (left, top, width, height))
    return parse_xml(
        f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="99" name="bar"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm>'
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:schemeClr val="accent1"/></a:solidFill>'
        f"<a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
    )


def _plain_foot(deck: Deck) -> None:
    """Footer and slide number of the master, small and grey; its date goes."""
    for holder in list(deck.slide_master.placeholders):
        kind = holder.placeholder_format.type
        if kind == PP_PLACEHOLDER.DATE:
            holder._element.getparent().remove(holder._element)
        elif kind in _FOOT:
            holder.left, holder.top, holder.width, holder.height = map(Inches, _FOOT[kind])
            _first_level(holder._element.txBody, 11, bold=False, quiet=True)
            if kind == PP_PLACEHOLDER.SLIDE_NUMBER:
                holder._element.txBody.find(qn("a:lstStyle"))[0].set("algn", "r")
        else:
            holder.left, holder.width = Inches(_MARGIN), Inches(_ROOM)


def _without_relations(deck: Deck, *kinds: str) -> None:
    """Drops what the template carries along: a picture of itself, a printer's settings."""
    for owner in (deck.part.package, deck.part):
        for rid, relation in list(owner._rels.items()):
            if relation.reltype.rsplit("/", 1)[-1] in kinds:
                owner._rels.pop(rid)


def add(deck: Deck, layout: int, title: str, footer: str = "") -> Slide:
    """A new slide of a layout with its title, its footer (which python-pptx leaves out by itself) and its number."""
    slide = deck.slides.add_slide(deck.slide_layouts[layout])
    slide.shapes.title.text = title
    for holder in deck.slide_layouts[layout].placeholders:
        kind = holder.placeholder_format.type
        if kind == PP_PLACEHOLDER.SLIDE_NUMBER or (kind == PP_PLACEHOLDER.FOOTER and footer):
            slide.shapes.clone_placeholder(holder)
            made = slide.placeholders[holder.placeholder_format.idx]
            if kind == PP_PLACEHOLDER.FOOTER:
                made.text_frame.text = footer
            else:
                made.text_frame.paragraphs[0]._p.append(
                    parse_xml(
                        f'<a:fld id="{{00000000-1234-1234-1234-123412341234}}" type="slidenum" {nsdecls("a")}>'
                        f"<a:rPr/><a:t>{len(deck.slides)}</a:t></a:fld>"
                    )
                )
    return slide


def put_above(slide: Slide, text: str, accent: int) -> None:
    """Words above the title, bold, in an accent of the theme (counted from 0)."""
    box = slide.shapes.add_textbox(*map(Inches, _ABOVE))
    box.name = text
    frame = box.text_frame
    frame.word_wrap = True  # else it is centred on its words
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    run = frame.paragraphs[0].add_run()
    run.text, run.font.size, run.font.bold = text, Pt(16), True
    run.font.color.theme_color = MSO_THEME_COLOR.ACCENT_1 + accent


# --- Writing -------------------------------------------------------------------------------------


def save(deck: Deck, path: Path) -> None:
    """Writes the deck whole or not at all, with our fonts and colours in every part; the same deck gives the same bytes."""
    raw = io.BytesIO()
    deck.save(raw)
    put(path, repacked(raw.getvalue(), _finished))


def repacked(package: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A zip package with every member changed and none of them dated."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            info.create_system = 0  # else the bytes tell on which system they were written
            made.writestr(info, change(name, old.read(name)))
    return packed.getvalue()


def _finished(name: str, content: bytes) -> bytes:
    if name.endswith(".xlsx"):
        return repacked(content, _undated)
    if re.match(r"ppt/theme/theme\d+\.xml$", name):
        return _themed(content)
    if re.match(r"ppt/(slides|slideLayouts|slideMasters|notesSlides|notesMasters|charts)/[^/]+\.xml$", name):
        return _fonted(content)
    return content


def _undated(name: str, content: bytes) -> bytes:
    """The embedded workbook of a chart says when it was made; ours do not."""
    if name != "docProps/core.xml":
        return content
    return re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", f"{NEVER:%Y-%m-%dT%H:%M:%SZ}".encode(), content)


def _themed(content: bytes) -> bytes:
    """A theme with our fonts and, as its accents, our palette."""
    theme = etree.fromstring(content)
    for font in theme.iter(qn("a:majorFont"), qn("a:minorFont")):
        font.find(qn("a:latin")).set("typeface", LATIN)
        font.find(qn("a:ea")).set("typeface", EAST_ASIAN)
        for other in font.iter(qn("a:font")):
            if other.get("script") == "Hans":
                other.set("typeface", EAST_ASIAN)
    for i, colour in enumerate(palette(), 1):
        accent = theme.find(f".//{qn(f'a:accent{i}')}")
        if accent is not None:
            accent[0].set("val", to_hex(colour).removeprefix("#").upper())
    return etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)


def _fonted(content: bytes) -> bytes:
    """A part in which every run, and every default for runs, names the theme's fonts, the East Asian one too."""
    root = etree.fromstring(content)
    for run in root.iter(qn("a:r"), qn("a:fld")):
        if run.find(qn("a:rPr")) is None:
            run.insert(0, etree.SubElement(run, qn("a:rPr")))
    for props in root.iter(qn("a:rPr"), qn("a:defRPr"), qn("a:endParaRPr")):
        if props.find(qn("a:ea")) is None:
            fonts = [props.makeelement(qn(f"a:{tag}"), typeface=f"+mn-{short}") for tag, short in _FONTS.items()]
            latin = props.find(qn("a:latin"))
            if latin is not None:
                props.remove(latin)
            at = sum(child.tag in _BEFORE_FONTS for child in props)
            props[at:at] = fonts
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


_FONTS = {"latin": "lt", "ea": "ea"}
_BEFORE_FONTS = {qn(f"a:{tag}") for tag in ("ln", "noFill", "solidFill", "gradFill", "effectLst", "highlight")}
