"""Makes tests/paged: one restated report as PDF, OFD, scan and picture, and its text.

Run from the repository: python tests/make_paged.py. Needs fpdf2 (only here) beside the locked packages. The text is
that of data/raw with a table at its end, laid out like an official paper: 三号 characters, 28 a line, running head,
page numbers; no file holds the date or a name of a machine.
"""

from __future__ import annotations

import datetime
import io
import math
import random
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from fpdf import FPDF
from fpdf.enums import AccessPermission
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from pylopdf_fonts_zh_cn import sans_path, serif_path

HERE = Path(__file__).parent
OUT = HERE / "paged"
SOURCE = HERE.parent / "data" / "raw" / "贵州省遵义市新蒲新区" / "2020-report.md"
TABLE = [
    ["事项", "2019年", "2020年"],
    ["行政复议案件（件）", "9", "12"],
    ["行政应诉案件（件）", "15", "18"],
    ["法律援助案件（件）", "163", "180"],
    ["开展普法宣传活动（场）", "1,740", "1,860"],
]
HEAD = "新蒲新区法治政府建设年度报告"

# --- The text and where it stands ----------------------------------------------------------------

WIDTH, HEIGHT = 595.0, 842.0  # points, A4
LEFT, TOP = 74.0, 110.0
RIGHT = WIDTH - LEFT


def paragraphs() -> list[str]:
    """Title first; the last is followed by the table."""
    body = SOURCE.read_text("utf-8").split("---\n", 2)[2]
    return [line.lstrip("# ").strip() for line in body.splitlines() if line.strip()]


def text() -> str:
    return "\n".join([*paragraphs(), "附：近两年办件情况", *("\t".join(row) for row in TABLE)]) + "\n"


@dataclass(frozen=True)
class Words:
    x: float
    y: float  # of the base line
    size: float
    text: str


@dataclass
class Sheet:
    words: list[Words]
    rules: list[tuple[float, float, float, float]]


def measured(words: str, size: float) -> float:
    return ImageFont.truetype(str(sans_path()), 100).getlength(words) * size / 100


def wrapped(words: str, size: float, first: float) -> list[str]:
    """Lines no wider than the page; a number is not broken, a closing mark hangs over."""
    lines, line, width = [], "", first
    for part in re.findall(r"[0-9.,%]+|.", words):
        wide = measured(part, size)
        if width + wide > RIGHT - LEFT + 0.5 and part not in "，。；：、）”》":
            lines.append(line)
            line, width = "", 0.0
        line, width = line + part, width + wide
    return [*lines, line]


def sheets(size: float = 16.0, pitch: float = 29.0) -> list[Sheet]:
    """The report laid out, in characters of `size` points and lines `pitch` apart."""
    rows = int((HEIGHT - TOP - 70) / pitch)
    out = [Sheet([], [])]
    row = 0

    def place(words: str, high: float, x: float) -> None:
        nonlocal row
        if row >= rows:
            out.append(Sheet([], []))
            row = 0
        out[-1].words.append(Words(x, TOP + row * pitch, high, words))
        row += 1

    title, *rest = paragraphs()
    for line in (title[:12], title[12:]):
        place(line, 1.4 * size, (WIDTH - measured(line, 1.4 * size)) / 2)
    row += 1
    for paragraph in [*rest, "附：近两年办件情况"]:
        for at, line in enumerate(wrapped(paragraph, size, 2 * size)):
            place(line, size, LEFT + 2 * size * (not at))
    if row + len(TABLE) > rows:
        out.append(Sheet([], []))
        row = 0
    columns = [LEFT, LEFT + 220, LEFT + 320, RIGHT]
    top = TOP + row * pitch - 0.7 * pitch
    for at, cells in enumerate(TABLE):
        for x, cell in zip(columns, cells, strict=False):
            out[-1].words.append(Words(x + 6, top + at * pitch + 0.7 * pitch, 0.9 * size, cell))
    bottom = top + len(TABLE) * pitch
    out[-1].rules += [(LEFT, top + at * pitch, RIGHT, top + at * pitch) for at in range(len(TABLE) + 1)]
    out[-1].rules += [(x, top, x, bottom) for x in columns]
    for number, sheet in enumerate(out, 1):
        sheet.words.insert(0, Words((WIDTH - measured(HEAD, 9)) / 2, 50, 9, HEAD))
        sheet.words.append(Words(WIDTH / 2 - 16, HEIGHT - 45, 12, f"— {number} —"))
    return out


# --- PDF -----------------------------------------------------------------------------------------


def pdf(path: Path, password: str = "") -> None:
    document = FPDF(unit="pt", format="A4")
    document.set_creation_date(datetime.datetime(2021, 3, 16, tzinfo=datetime.UTC))
    document.add_font("han", "", str(sans_path()))
    if password:
        document.set_encryption(
            owner_password="o" + password, user_password=password, permissions=AccessPermission.none()
        )
    for sheet in sheets():
        document.add_page()
        for words in sheet.words:
            document.set_font("han", size=words.size)
            document.text(words.x, words.y, words.text)
        for rule in sheet.rules:
            document.line(*rule)
    document.output(str(path))


# --- OFD -----------------------------------------------------------------------------------------

SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
MM = 25.4 / 72


def text_object(number: int, words: Words) -> str:
    steps = " ".join(f"{measured(mark, words.size) * MM:.3f}" for mark in words.text[:-1])
    x, y, high = words.x * MM, (words.y - words.size) * MM, words.size * MM
    wide = measured(words.text, words.size) * MM
    return (
        f'<ofd:TextObject ID="{number}" Boundary="{x:.3f} {y:.3f} {wide:.3f} {1.3 * high:.3f}" Font="2" Size="{high:.3f}">'
        f'<ofd:TextCode X="0" Y="{high:.3f}" DeltaX="{steps}">{words.text}</ofd:TextCode></ofd:TextObject>'
    )


def path_object(number: int, rule: tuple[float, float, float, float]) -> str:
    x0, y0, x1, y1 = (place * MM for place in rule)
    return (
        f'<ofd:PathObject ID="{number}" Boundary="{x0:.3f} {y0:.3f} {x1 - x0 + 0.2:.3f} {y1 - y0 + 0.2:.3f}" LineWidth="0.2">'
        f"<ofd:AbbreviatedData>M 0 0 L {x1 - x0:.3f} {y1 - y0:.3f}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def ofd_parts(laid: list[Sheet]) -> dict[str, str | bytes]:
    """An OFD's files. The running head is a template's, the objects of a page stand in no order, nor do the pages."""
    laid = [Sheet([w for w in sheet.words if w.text != HEAD], sheet.rules) for sheet in laid]
    head = Words((WIDTH - measured(HEAD, 9)) / 2, 50, 9, HEAD)
    parts: dict[str, str | bytes] = {
        "OFD.xml": f'<ofd:OFD {SPACE} DocType="OFD" Version="1.0"><ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID></ofd:DocInfo>'
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {SPACE}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
        '<ofd:TemplatePage ID="3" BaseLoc="Tpls/Tpl_0/Content.xml"/></ofd:CommonData><ofd:Pages>'
        + "".join(
            f'<ofd:Page ID="{10 + n}" BaseLoc="Pages/Page_{len(laid) - 1 - n}/Content.xml"/>' for n in range(len(laid))
        )
        + "</ofd:Pages></ofd:Document>",
        "Doc_0/Tpls/Tpl_0/Content.xml": f'<ofd:Page {SPACE}><ofd:Content><ofd:Layer ID="4">{text_object(5, head)}</ofd:Layer></ofd:Content></ofd:Page>',
    }
    for number, sheet in enumerate(laid):
        objects = [text_object(100 + at, words) for at, words in enumerate(sheet.words)]
        objects += [path_object(500 + at, rule) for at, rule in enumerate(sheet.rules)]
        random.Random(number).shuffle(objects)
        parts[f"Doc_0/Pages/Page_{len(laid) - 1 - number}/Content.xml"] = (
            f'<ofd:Page {SPACE}><ofd:Template TemplateID="3"/><ofd:Content><ofd:Layer ID="9"><ofd:PageBlock ID="8">'
            + "".join(objects)
            + "</ofd:PageBlock></ofd:Layer></ofd:Content></ofd:Page>"
        )
    return parts


def packed(parts: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name, (2021, 3, 16, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(
                entry, part if isinstance(part, bytes) else '<?xml version="1.0" encoding="UTF-8"?>' + part
            )
    return file.getvalue()


def scanned_ofd_parts(pictures: list[bytes]) -> dict[str, str | bytes]:
    """An OFD whose pages are pictures and nothing else."""
    parts = ofd_parts([Sheet([], []) for _ in pictures])
    parts["Doc_0/Document.xml"] = str(parts["Doc_0/Document.xml"]).replace(
        "</ofd:CommonData>", "<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes></ofd:CommonData>"
    )
    parts["Doc_0/DocumentRes.xml"] = (
        f'<ofd:Res {SPACE} BaseLoc="Res"><ofd:MultiMedias>'
        + "".join(
            f'<ofd:MultiMedia ID="{50 + n}" Type="Image" Format="PNG"><ofd:MediaFile>image_{n}.png</ofd:MediaFile></ofd:MultiMedia>'
            for n in range(len(pictures))
        )
        + "</ofd:MultiMedias></ofd:Res>"
    )
    for number, picture in enumerate(pictures):
        parts[f"Doc_0/Res/image_{number}.png"] = picture
        parts[f"Doc_0/Pages/Page_{len(pictures) - 1 - number}/Content.xml"] = (
            f'<ofd:Page {SPACE}><ofd:Content><ofd:Layer ID="9"><ofd:ImageObject ID="8" Boundary="0 0 210 297" CTM="210 0 0 297 0 0" '
            f'ResourceID="{50 + number}"/></ofd:Layer></ofd:Content></ofd:Page>'
        )
    return parts


# --- Scans ---------------------------------------------------------------------------------------


def drawn(sheet: Sheet, dpi: int, font: str) -> Image.Image:
    scale = dpi / 72
    image = Image.new("RGB", (round(WIDTH * scale), round(HEIGHT * scale)), "white")
    draw = ImageDraw.Draw(image)
    for words in sheet.words:
        shape = ImageFont.truetype(font, words.size * scale)
        draw.text((words.x * scale, words.y * scale), words.text, fill=(20, 20, 20), font=shape, anchor="ls")
    for rule in sheet.rules:
        draw.line([place * scale for place in rule], fill=(20, 20, 20), width=max(1, round(scale / 2)))
    return image


def stamped(image: Image.Image, dpi: int) -> Image.Image:
    """With a round red stamp over the last lines, as ink is: it darkens what is below."""
    ink = Image.new("RGB", image.size, "white")
    draw = ImageDraw.Draw(ink)
    x, y, radius = 0.62 * image.width, 0.42 * image.height, 0.85 * dpi
    for inner in range(round(0.05 * dpi)):
        draw.ellipse(
            [x - radius + inner, y - radius + inner, x + radius - inner, y + radius - inner], outline=(226, 40, 44)
        )
    star = [
        (
            x + math.sin(at * math.pi / 5) * radius * (0.32 if at % 2 == 0 else 0.13),
            y - math.cos(at * math.pi / 5) * radius * (0.32 if at % 2 == 0 else 0.13),
        )
        for at in range(10)
    ]
    draw.polygon(star, fill=(226, 40, 44))
    shape = ImageFont.truetype(str(sans_path()), 0.22 * dpi)
    for at, mark in enumerate("新蒲新区管理委员会"):
        angle = (at - 4) * 0.42
        draw.text(
            (x + math.sin(angle) * 0.75 * radius, y - math.cos(angle) * 0.75 * radius),
            mark,
            fill=(226, 40, 44),
            font=shape,
            anchor="mm",
        )
    return Image.fromarray(np.minimum(np.asarray(image), np.asarray(ink)))


def worn(image: Image.Image, degrees: float, noise: float, seed: int) -> Image.Image:
    """Aslant, out of focus, grainy, on paper that is not white."""
    image = image.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor="white")
    image = image.filter(ImageFilter.GaussianBlur(0.7))
    grain = np.random.default_rng(seed).normal(0, noise, (image.height, image.width, 1))
    return Image.fromarray(np.clip(np.asarray(image, dtype=float) * 0.93 + grain, 0, 255).astype(np.uint8))


def main() -> None:
    OUT.mkdir(exist_ok=True)
    laid = sheets()
    (OUT / "paged.txt").write_text(text(), "utf-8", newline="\n")
    pdf(OUT / "paged.pdf")
    pdf(OUT / "encrypted.pdf", password="12345")
    (OUT / "paged.ofd").write_bytes(packed(ofd_parts(laid)))
    moment = datetime.datetime(2021, 3, 16).timetuple()
    clean = [
        worn(drawn(sheet, 200, str(serif_path())), 0.2, 10, n)
        .convert("L")
        .point(lambda v: 255 * (v > 150))
        .convert("1")
        for n, sheet in enumerate(laid)
    ]
    clean[0].save(
        OUT / "scan.pdf", save_all=True, append_images=clean[1:], resolution=200, creationDate=moment, modDate=moment
    )
    files = []
    for image in clean[:1]:
        file = io.BytesIO()
        image.save(file, "PNG", optimize=True)
        files.append(file.getvalue())
    (OUT / "scan.ofd").write_bytes(packed(scanned_ofd_parts(files)))
    small = sheets(12.0, 15.5)
    assert len(small) == 1
    bad = worn(stamped(drawn(small[0], 150, str(sans_path())), 150), 1.8, 14, 1)
    bad.save(OUT / "skewed.jpg", quality=38, dpi=(150, 150))
    for path in sorted(OUT.iterdir()):
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
