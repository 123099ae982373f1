"""Scans and pictures: OCR by `rapidocr`, an optional extra. Its models come with the package: nothing is fetched.

Chosen by trial on pages of our own: the classifier of upside-down lines is off (it turns good lines, which then are
lost), the text is found on a picture of 960 pixels, one thread (two are slower). Red is left out before: stamps and
the red heads of official papers. A page that stands aslant is set upright by the slant of its lines.
"""

from __future__ import annotations

import io
import itertools
import math
import re
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from analysis import bounds
from analysis.readers import Reading, Unreadable, layout
from analysis.readers.layout import Page, Piece

if TYPE_CHECKING:  # pillow, numpy and rapidocr are imported where a picture is read
    import numpy as np
    from PIL.Image import Image

DPI = 200
MOST_PIXELS = 25_000_000  # of a picture as OCR gets it: A4 at 200 dpi has 4 million
_MOST_DECLARED = 150_000_000  # of a picture as the file has it
_MOST_PAGES = 100  # a page takes seconds
_MOST_MEMORY = 16 << 30  # bytes of address space: its threads reserve far more than they use
_SECONDS = 60.0  # a page at the most, on average
HOW = "the optional OCR packages: pip install -r requirements-ocr.lock (with make: make ocr)"


# --- Whether it can be done ----------------------------------------------------------------------


def ready() -> bool:
    """Whether the optional packages are there."""
    return all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "cv2", "PIL"))


def refusal() -> Unreadable:
    """What to raise without the optional packages; it says how to get them."""
    return Unreadable("", "ocr", f"This is a scan; reading it needs {HOW}.")


def require() -> None:
    """Raises Unreadable (ocr) without the optional packages."""
    if not ready():
        raise refusal()


def left_out(numbers: Sequence[int]) -> str:
    """The warning where only some pages, counted from 0, are scans and the optional packages are not there."""
    named = ", ".join(str(number + 1) for number in numbers)
    return f"pages that are scans were left out ({named}); reading them needs {HOW}"


@cache
def _engine() -> Any:
    bounds.widen("RLIMIT_AS", _MOST_MEMORY)
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": 960,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


# --- Files ---------------------------------------------------------------------------------------


def is_picture(data: bytes) -> bool:
    """Whether a file is a PNG, JPEG, TIFF, BMP or WebP picture."""
    return (
        data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*"))
        or (data.startswith(b"RIFF") and data[8:12] == b"WEBP")
        or (data.startswith(b"BM") and data[6:10] == b"\0\0\0\0")
    )


def read(data: bytes) -> Reading:
    """Read a picture, of TIFF all its pages. Raises Unreadable: ocr, unreadable, too_large."""
    require()
    count = _frames(data)
    return layout.reading(list(pages(_opened(data, count), count)))


@contextmanager
def _trouble() -> Iterator[None]:
    """Whatever Pillow says of a damaged picture becomes a refusal."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Unreadable:
        raise
    except Image.DecompressionBombError as error:
        raise Unreadable(
            "", "too_large", f"The picture is too large: {_MOST_DECLARED // 1_000_000} million pixels is the most."
        ) from error
    except Exception as error:  # it raises OSError, SyntaxError, struct.error, ValueError, and others of its own
        raise Unreadable("", "damaged", "The picture is damaged: it cannot be opened.") from error


def _frames(data: bytes) -> int:
    with _trouble():
        return getattr(_image(data), "n_frames", 1)


def _image(data: bytes) -> Image:
    from PIL import Image

    image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF", "BMP", "WEBP"))
    _bounded(image)
    return image


def _bounded(image: Image) -> None:
    width, height = image.size
    if width * height > _MOST_DECLARED:
        raise Unreadable(
            "", "too_large", f"The picture has {width * height / 1e6:,.0f} million pixels; 150 is the most."
        )


def _opened(data: bytes, count: int) -> Iterator[Image]:
    from PIL import ImageOps

    with _trouble():
        image = _image(data)
        for frame in range(count):
            if count > 1:
                image.seek(frame)
                _bounded(image)
            yield ImageOps.exif_transpose(image)


def picture(data: bytes) -> Image:
    """A picture inside another file. Raises Unreadable: unreadable, too_large."""
    with _trouble():
        image = _image(data)
        image.load()
        return image


# --- Pages ---------------------------------------------------------------------------------------


def pages(images: Iterable[Image | None], count: int) -> Iterator[Page]:
    """Each picture as a page of pieces with scores, an empty one for None. Raises Unreadable: ocr, too_large."""
    require()
    if count > _MOST_PAGES:
        raise Unreadable("", "too_large", f"The scan has {count:,} pages; {_MOST_PAGES} is the most that is read.")
    end = time.monotonic() + _SECONDS * (count + 1)
    for number, image in enumerate(images):
        if time.monotonic() > end:
            raise Unreadable("", "too_large", f"The scan takes too long to read: {number} of {count} pages were read.")
        yield Page(1, 1, ()) if image is None else _page(image)


def _page(image: Image) -> Page:
    """The page as it is to be read: without red, the right way up, its lines level."""
    pixels = _pixels(image)
    found = _found(_without_red(pixels)) or _found(pixels)  # a page all in red
    if _is_turned(found):
        import numpy as np

        sides = (1, 3) if _on_its_side(found) else (2,)
        tried = [(found, pixels)]
        for side in sides:
            turned = np.ascontiguousarray(np.rot90(pixels, side))
            tried.append((_found(_without_red(turned)), turned))
        found, pixels = max(tried, key=lambda one: _worth(one[0]))
    slant = _slant(found)
    height, width = pixels.shape[:2]
    pieces = [_level(line, slant, width / 2, height / 2) for line in found]
    return Page(width, height, pieces, bars=_bars(pixels, slant))


def _pixels(image: Image) -> np.ndarray:
    """Blue, green, red, as OCR wants it; what is clear is white; no more than MOST_PIXELS."""
    import numpy as np
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    elif image.mode.startswith(("I", "F")):  # 16 bits a pixel
        wide = np.asarray(image, dtype=np.float32)
        image = Image.fromarray((wide * (255.0 / max(1.0, float(wide.max())))).astype(np.uint8))
    image = image.convert("RGB")
    if (count := image.width * image.height) > MOST_PIXELS:
        image = image.resize([max(1, int(side * math.sqrt(MOST_PIXELS / count))) for side in image.size])
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def _without_red(pixels: np.ndarray) -> np.ndarray:
    """Red pixels white: a stamp over the text, not the text under it, which is dark."""
    import numpy as np

    blue, green, red = (pixels[:, :, channel].astype(np.int16) for channel in range(3))
    strong = (red > 120) & (red - np.maximum(green, blue) > 40)
    if not strong.any():
        return pixels
    cleaned = pixels.copy()
    cleaned[strong] = 255
    return cleaned


# --- Lines ---------------------------------------------------------------------------------------

_STRIP = 1.6  # the height of a strip as a share of the width: about an A4 page


class _Found(NamedTuple):
    """A line that OCR found: its corners (x, y) from the top left one clockwise."""

    corners: Sequence[tuple[float, float]]
    text: str
    score: float

    @property
    def width(self) -> float:
        return math.dist(self.corners[0], self.corners[1])

    @property
    def height(self) -> float:
        return math.dist(self.corners[0], self.corners[3])


def _found(pixels: np.ndarray) -> list[_Found]:
    """The lines of a picture; a long one (of a telephone's screen) is read strip by strip."""
    height, width = pixels.shape[:2]
    strips = _strips(pixels) if height > 2.2 * width else [(0, height)]
    return [line for top, bottom in strips for line in _read_strip(pixels[top:bottom], top)]


def _strips(pixels: np.ndarray) -> Iterator[tuple[int, int]]:
    """(top, bottom) of strips cut where the picture is plain, so that no line is cut through."""
    import numpy as np

    height, width = pixels.shape[:2]
    busy = pixels[:, :, 1].std(axis=1)
    top, step = 0, max(1000, int(_STRIP * width))
    while height - top > 1.3 * step:
        window = busy[top + step // 2 : top + step]
        cut = top + step // 2 + int(np.flatnonzero(window <= window.min() + 1)[-1])
        yield top, cut
        top = cut
    yield top, height


def _read_strip(pixels: np.ndarray, top: int) -> Iterator[_Found]:
    engine = _engine()
    try:
        result = engine(pixels, use_cls=False, return_word_box=True, return_single_char_box=True)
    except Exception as error:  # it refuses pictures of odd shapes with errors of its own
        raise Unreadable("", "unreadable", f"OCR cannot read the picture: {type(error).__name__}.") from error
    if result.boxes is None or result.txts is None:
        return
    places = result.word_results or [()] * len(result.txts)
    for corners, text, score, marks in zip(result.boxes, result.txts, result.scores, places, strict=True):
        line = _Found([(float(x), float(y) + top) for x, y in corners], text.strip(), float(score))
        if line.text:
            text, sure = _with_zeros(line, [(mark, float(box[0][0] + box[1][0]) / 2) for mark, _, box in marks])
            yield line._replace(text=full_width(text), score=min(line.score, sure))


_NUMERAL = "一二三四五六七八九"
_RING = re.compile("(?<=[一二三四五六七八九十百千零〇])[○◯](?=[一二三四五六七八九零〇○◯年])")
_LOST = 0.5  # the score of a line that a character was put into


def _with_zeros(line: _Found, places: Sequence[tuple[str, float]]) -> tuple[str, float]:
    """(text, how sure) with each 〇 that OCR passed over between numerals: it takes 一〇五 for 一五 and is sure of it.

    `places`: the characters with the x of their middles. A gap as wide as a character shows where one is missing;
    the line is doubtful then. A ring is a 〇.
    """
    text = _RING.sub("〇", line.text)
    pairs = list(itertools.pairwise(places))
    steps = [b - a for (before, a), (after, b) in pairs if layout.is_wide(before) and layout.is_wide(after)]
    if len(steps) < 3 or "".join(mark for mark, _ in places) != line.text or line.height > line.width:
        return text, 1.0
    pitch = median(steps)
    left, right = line.corners[0][0], line.corners[1][0]
    before = [places[0][1] - left + 0.5 * pitch, *(b - a for (_, a), (_, b) in pairs)]
    after = [*before[1:], right - places[-1][1] + 0.5 * pitch]
    out, sure = [], 1.0
    for at, (mark, gap, gap_after) in enumerate(zip(text, before, after, strict=True)):
        if mark in _NUMERAL and gap > 1.6 * pitch and (at == 0 or text[at - 1] in _NUMERAL + "百千"):
            out.append("〇")
            sure = _LOST
        out.append(mark)
        if mark in _NUMERAL and gap_after > 1.6 * pitch and at + 1 == len(text):
            out.append("〇")
            sure = _LOST
    return "".join(out), sure


_WIDE = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）", ".": "。"}
_HALF = re.compile(r"(?<=[\u4e00-\u9fff”》）])[,;:?!().]|[,;:?!()](?=[\u4e00-\u9fff“《（])|(?<=[%0-9])[;)](?=$)")


def full_width(text: str) -> str:
    """Half-width marks beside a Chinese character as the wide ones they are in print, one for one."""
    return _HALF.sub(lambda mark: _WIDE[mark.group()], text)


def _is_turned(found: Sequence[_Found]) -> bool:
    """Whether the page seems to lie on its side or to stand on its head: little of it reads well, or long lines give
    few characters."""
    letters = sum(len(line.text) for line in found)
    sure = sum(len(line.text) * line.score for line in found)
    room = sum(line.width / max(1.0, line.height) for line in found)
    return letters > 0 and (_on_its_side(found) or sure < 0.75 * letters or letters < 0.5 * room)


def _on_its_side(found: Sequence[_Found]) -> bool:
    tall = sum(len(line.text) for line in found if line.height > 1.5 * line.width)
    return tall > 0.5 * sum(len(line.text) for line in found)


def _worth(found: Sequence[_Found]) -> float:
    """How much of a page was read, and how surely, as lines that lie."""
    return sum(len(line.text) * line.score**2 for line in found if line.height <= 1.5 * line.width)


# --- Slant ---------------------------------------------------------------------------------------


def _slant(found: Sequence[_Found]) -> float:
    """The slant of the page in radians: that of its long lines; 0 where it is too little to matter."""
    slants = [
        math.atan2(right[1] - left[1], right[0] - left[0])
        for line in found
        if line.width > 5 * line.height
        for left, right in [line.corners[:2]]
    ]
    slant = median(slants) if slants else 0.0
    return slant if abs(slant) > 0.002 else 0.0


def _level(line: _Found, slant: float, x: float, y: float) -> Piece:
    """The line with the page turned level about (x, y)."""
    cosine, sine = math.cos(slant), math.sin(slant)
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = (
        (x + (px - x) * cosine + (py - y) * sine, y + (py - y) * cosine - (px - x) * sine) for px, py in line.corners
    )
    return Piece((ax + dx) / 2, (ay + by) / 2, (bx + cx) / 2, (cy + dy) / 2, line.text, line.score)


def _bars(pixels: np.ndarray, slant: float) -> list[tuple[float, float, float]]:
    """The vertical rules of tables, (x, top, bottom), on the page turned level."""
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    dark = (pixels.max(axis=2) < 140).astype(np.uint8)
    if slant:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), math.degrees(slant), 1.0)
        dark = cv2.warpAffine(dark, turn, (width, height), flags=cv2.INTER_NEAREST)
    long = max(30, height // 50)
    dark = cv2.dilate(dark, np.ones((1, 3), np.uint8))  # a rule is seldom quite straight
    rules = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((long, 1), np.uint8))
    _, _, boxes, _ = cv2.connectedComponentsWithStats(rules)
    return [
        (x + w / 2, float(top), float(top + h))
        for x, top, w, h, _ in boxes[1:].tolist()
        if w <= max(12, width // 100) and h >= long
    ]
