"""A profile as a Word document: the 简报 of one unit.

Made with python-docx from its own template, with East Asian fonts in every style; tables are written as XML, since
python-docx needs seconds for a hundred rows. The same profile gives the same bytes.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from analysis.captions import MARKS, SIGNS
from analysis.deck import NEVER, repacked
from analysis.profile import DOUBT, Line, Profile, Promise, Said, Source
from analysis.staging import put

__all__ = ["INVENTED_MARK", "doubted", "heading_of", "note", "signs", "write"]

INVENTED_MARK = "虚构示例数据"
LATIN, SONG, HEI = "Times New Roman", "宋体", "黑体"
_GREY, _SHADE, _RULE = "666666", "EEF2F6", "B8C2CC"
_WIDE = 17.0  # centimetres of a page's text


def write(path: Path, found: Profile, beside: str) -> None:
    """Writes the document whole or not at all. `beside`: name of the workbook that lists every value with its source."""
    word = _empty(found)
    _head(word, found)
    _five_years(word, found)
    _last_year(word, found)
    _peers(word, found, beside)
    _promises(word, found)
    _problems(word, found)
    _unstated(word, found)
    _reading(word, found)
    _sources(word, found, beside)
    raw = io.BytesIO()
    word.save(raw)
    put(path, repacked(raw.getvalue(), lambda _, content: content))


def heading_of(found: Profile) -> str:
    return f"{found.unit}法治政府建设指标简报"


# --- The empty document --------------------------------------------------------------------------


def _empty(found: Profile) -> Word:
    """A4 with our styles, header and footer."""
    word = Document()
    title = heading_of(found)
    properties = word.core_properties
    properties.title, properties.author, properties.language = title, "fazhi-indicators", "zh-CN"
    properties.created = properties.modified = NEVER
    properties.comments = properties.last_modified_by = ""
    page = word.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm((21 - _WIDE) / 2)
    page.top_margin = page.bottom_margin = Cm(2.2)
    _styles(word)
    mark = f"{INVENTED_MARK}　" if found.invented else ""
    _small(page.header.paragraphs[0], f"{mark}{title}（{found.year}年度）")
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for piece in ('<w:fldChar w:fldCharType="begin"/>', '<w:instrText xml:space="preserve"> PAGE </w:instrText>', '<w:fldChar w:fldCharType="separate"/>', "<w:t>1</w:t>", '<w:fldChar w:fldCharType="end"/>'):  # fmt: skip
        foot._p.append(parse_xml(f'<w:r {nsdecls("w")}><w:rPr><w:sz w:val="18"/></w:rPr>{piece}</w:r>'))
    return word


def _styles(word: Word) -> None:
    """Every style names a Latin and an East Asian font, and no theme that would overrule them."""
    fonts: dict[str, tuple[str, float, bool]] = {
        "Normal": (SONG, 11, False), "Title": (HEI, 20, False), "Heading 1": (HEI, 15, False),
        "Heading 2": (HEI, 12, False), "List Bullet": (SONG, 11, False), "Header": (SONG, 9, False),
    }  # fmt: skip
    for name, (east, size, bold) in fonts.items():
        style = word.styles[name]
        style.font.name, style.font.size, style.font.bold = LATIN, Pt(size), bold
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.space_after = Pt(4)
        style.paragraph_format.line_spacing = 1.25
        style.element.rPr.rFonts.set(qn("w:eastAsia"), east)
    for name, before in (("Heading 1", 14), ("Heading 2", 8)):
        word.styles[name].paragraph_format.space_before = Pt(before)
    for fonts_of in word.styles.element.iter(qn("w:rFonts")):
        for name in list(fonts_of.attrib):
            if "Theme" in name or name.endswith("hint"):
                del fonts_of.attrib[name]
        for side, font in (("ascii", LATIN), ("hAnsi", LATIN), ("eastAsia", SONG)):
            if fonts_of.get(qn(f"w:{side}")) is None:
                fonts_of.set(qn(f"w:{side}"), font)
    for language in word.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    border = word.styles["Title"].element.pPr.find(qn("w:pBdr"))
    if border is not None:
        word.styles["Title"].element.pPr.remove(border)


def _small(paragraph: Any, text: str) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.color.rgb = Pt(9), RGBColor.from_string(_GREY)


def _write(paragraph: Any, said: Said) -> None:
    """Words with the numbers of their sources raised behind them."""
    paragraph.add_run(said.text)
    if said.sources:
        paragraph.add_run(_numbers(said.sources)).font.superscript = True


def _numbers(sources: Iterable[int]) -> str:
    return "".join(f"[{number}]" for number in sources)


def _note(word: Word, text: str) -> None:
    _small(word.add_paragraph(), text)


# --- Tables --------------------------------------------------------------------------------------

Cell = Said | str


def _table(word: Word, heads: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[float]) -> None:
    """A ruled table; its head stands again on each page, no row is cut by a page's end. `widths` in centimetres.

    A row of one cell goes over all columns. In a cell, what follows a line break is small and grey.
    """
    twips = [round(width * 567) for width in widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in twips)
    rule = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{_RULE}"/>' for side in ("top", "bottom", "insideH"))  # fmt: skip
    body = "".join(_row(row, twips) for row in rows)
    word.element.body.insert_element_before(
        parse_xml(
            f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(twips)}" w:type="dxa"/><w:tblBorders>{rule}</w:tblBorders>'
            f'<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>'
            f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{_row(heads, twips, head=True)}{body}</w:tbl>"
        ),
        "w:sectPr",
    )
    after = word.add_paragraph()  # else two tables grow together, and the last row touches what follows
    after.paragraph_format.space_after, after.paragraph_format.line_spacing = Pt(0), Pt(8)


def _row(cells: Sequence[Cell], twips: Sequence[int], head: bool = False) -> str:
    again = "<w:tblHeader/>" if head else ""
    if len(cells) == 1:
        made = _cell(cells[0], sum(twips), len(twips), shaded=True)
    else:
        made = "".join(_cell(cell, width, 1, shaded=head, bold=head) for cell, width in zip(cells, twips, strict=True))
    return f"<w:tr><w:trPr><w:cantSplit/>{again}</w:trPr>{made}</w:tr>"


def _cell(cell: Cell, width: int, span: int, shaded: bool = False, bold: bool = False) -> str:
    said = Said(cell) if isinstance(cell, str) else cell
    first, *small = said.text.split("\n")
    over = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{_SHADE}"/>' if shaded else ""
    runs = _run(first, 18, "<w:b/>" if bold else "")
    stays = "<w:keepNext/>" if shaded else ""  # a head or a theme does not end a page
    if said.sources:
        runs += _run(_numbers(said.sources), 18, '<w:vertAlign w:val="superscript"/>')
    for line in small:
        runs += "<w:r><w:br/></w:r>" + _run(line, 15, f'<w:color w:val="{_GREY}"/>')
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{over}{shade}</w:tcPr><w:p><w:pPr>{stays}'
        f'<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/></w:pPr>{runs}</w:p></w:tc>'
    )


def _run(text: str, half_points: int, props: str) -> str:
    before, after = ("", props) if "vertAlign" in props else (props, "")  # the schema's order
    return (
        f'<w:r><w:rPr>{before}<w:sz w:val="{half_points}"/>{after}</w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    )


# --- The parts -----------------------------------------------------------------------------------


def _head(word: Word, found: Profile) -> None:
    word.add_paragraph(heading_of(found), style="Title")
    word.add_paragraph(f"{found.year}年度　对照{found.years[0]}—{found.years[-1]}年")
    if found.invented:
        run = word.add_paragraph().add_run(f"{INVENTED_MARK}：本文单位、报告和数字均为虚构，只供试用。")
        run.font.bold, run.font.color.rgb = True, RGBColor(0xC0, 0x39, 0x2B)
    word.add_heading("一、概要", 1)
    for said in found.summary:
        _write(word.add_paragraph(style="List Bullet"), said)


def _named(line: Line) -> str:
    return f"{line.name}（{line.measure}）\n{line.what}"


def _five_years(word: Word, found: Profile) -> None:
    word.add_heading("二、五年指标", 1)
    shown = [line for line in found.lines if found.year in line.cells or len(line.cells) > 1]
    if not shown:
        word.add_paragraph("没有可列的指标。")
        return
    _note(word, "空白即没有读到，不是零。同一指标范围、口径不同的，分行列出，不可相比。" + signs(found))
    rows: list[Sequence[Cell]] = []
    for theme, lines in itertools.groupby(shown, key=lambda line: line.theme):
        rows.append((theme,))
        rows += [(_named(line), *(line.cells.get(year, "") for year in found.years)) for line in lines]
    _table(word, ("指标", *map(str, found.years)), rows, (5.5, *[2.3] * 5))
    if left := len(found.lines) - len(shown):
        _note(word, f"另有{left}行只在{found.year}年以前的一个年份有数，见逐值出处。")


def signs(found: Profile) -> str:
    """What the signs beside numbers mean, as far as there are any."""
    return "".join(f"{SIGNS[key]} {MARKS[key].zh}。" for key in found.signs)


def doubted(found: Profile) -> str:
    """What is meant by the values to be checked first, where there are any."""
    return f"“{DOUBT}”：核对表（checks）对这个数有提示。" if any(DOUBT in c.text for c in found.changes) else ""


def _last_year(word: Word, found: Profile) -> None:
    word.add_heading("三、与上年相比", 1)
    if not found.changes:
        word.add_paragraph("没有范围、口径都相同、中间没有统计断点的两年数。")
        return
    _note(word, f"只比范围、口径都相同的数。增减只是数的变化，不等于好坏。{doubted(found)}")
    rows = [(_named(c.line), c.before, c.after, c.text) for c in found.changes]
    _table(word, ("指标", str(found.year - 1), str(found.year), "变化"), rows, (6.6, 3.2, 3.2, 4.0))


def _peers(word: Word, found: Profile, beside: str) -> None:
    word.add_heading("四、与同类单位相比", 1)
    if not found.besides:
        word.add_paragraph("没有范围、口径都相同的同类单位数。" if found.groups else "表中没有同类单位。")
        return
    groups = "；".join(f"{group.name}{len(group.units)}家" for group in found.groups)
    _note(word, f"同类单位：{groups}（不含本单位）。只比{found.year}年、范围和口径都相同的数；不足8家的逐一列出，不下结论；接近100的比率不排名。逐家的数和出处见《{beside}》。")  # fmt: skip
    rows = [(_named(b.line), b.own, *b.groups) for b in found.besides]
    widths = (5.2, 2.8, *[9.0 / len(found.groups)] * len(found.groups))
    _table(word, ("指标", "本单位", *(group.name for group in found.groups)), rows, widths)


def _promises(word: Word, found: Profile) -> None:
    word.add_heading("五、承诺与结果", 1)
    if found.kept:
        _table(word, ("目标（原句）", "目标值", f"{found.year}年结果", "对照"), [_promise(p) for p in found.kept], (8.2, 2.8, 2.8, 3.2))  # fmt: skip
    else:
        word.add_paragraph(f"以前的报告里没有读到为{found.year}年定的、带数字的目标。")
    if found.coming:
        word.add_heading("本年报告为以后定的目标", 2)
        rows = [(f"{p.name}\n“{p.sentence}”", p.target) for p in found.coming]
        _table(word, ("目标（原句）", "目标值"), rows, (13.2, 3.8))


def _promise(one: Promise) -> tuple[Cell, ...]:
    return f"{one.name}\n“{one.sentence}”", one.target, one.result, one.verdict + (f"\n{one.why}" if one.why else "")


def _problems(word: Word, found: Profile) -> None:
    word.add_heading("六、自述的问题", 1)
    if not found.problems:
        word.add_paragraph(f"没有读到{found.year}年度报告自述问题的句子。")
    for problem in found.problems:
        said = problem.sentence
        theme = f"【{problem.theme}】" if problem.theme else ""
        _write(word.add_paragraph(style="List Bullet"), said._replace(text=f"{theme}“{said.text}”"))
    if found.topics:
        word.add_heading("五年里各类问题各有几句", 2)
        rows = [(name, *("" if n is None else str(n) for n in counts)) for name, counts in found.topics]
        _table(word, ("主题", *map(str, found.years)), rows, (5.5, *[2.3] * 5))
        _note(word, "每句按其用词最多的主题归类。空白即没有读到。")


def _unstated(word: Word, found: Profile) -> None:
    word.add_heading("七、没有写明的", 1)
    if not found.reports[found.year]:
        word.add_paragraph(f"没有读到{found.year}年度报告，无从说起。")
        return
    if not found.unstated:
        word.add_paragraph("同类单位多数写了的核心指标，本单位都写了，或同类单位太少，不作比较。")
        return
    _note(word, "适用于本级、半数以上有报告的同类单位写了，而本单位没有读到取值的核心指标。没有写不等于没有做。")
    rows = [(one.name, f"{one.peers}家中{one.stated}家", one.instead or "没有读到") for one in found.unstated]
    _table(word, ("指标", "写了的同类单位", "本单位"), rows, (8.0, 4.5, 4.5))


def _reading(word: Word, found: Profile) -> None:
    word.add_heading("八、怎么读这些数", 1)
    for text in (
        "范围：本单位、全辖区、部分辖区不可相比；“未注明”是报告没有说，不等于本单位。口径说的是数的是什么（收到、受理等），不同口径不可相比。",
        "“逾”是下限（余、多、以上），“近”是上限（近、不足），“约”是约数。" + signs(found),
        "数由程序从报告中读出，会有差错；引用前请按来源核对原文。",
    ):
        word.add_paragraph(text, style="List Bullet")


def _sources(word: Word, found: Profile, beside: str) -> None:
    word.add_heading("九、来源", 1)
    for source in found.sources:
        paragraph = word.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        _small(paragraph, note(source))
    _note(word, f"同类单位的数和每个数的原句、来源：《{beside}》。")


def note(source: Source) -> str:
    """A numbered note: title, publisher, date, address, page, file."""
    page = f"第{source.page}页" if source.page else ""
    parts = (source.title, source.publisher or source.kind, source.published, source.url, page, f"文件 {source.doc}")
    return f"[{source.number}] " + "，".join(part for part in parts if part)
