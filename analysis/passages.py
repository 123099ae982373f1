"""From a report's text to sentences that know where they stand.

The reading text leaves out boilerplate, joins lines that break inside a sentence and drops spaces between
characters; every offset in it leads back to the report's own text. Sentences know the headings above them and
whether they tell of results, of shortcomings or of plans.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from analysis.characters import simplified
from analysis.quantities import narrow

ACHIEVED, SHORTCOMING, PLAN = "achieved", "shortcoming", "plan"


@dataclass(frozen=True, slots=True)
class Reading:
    """The text as it is to be read. ``starts``/``sources``: where each unbroken piece begins here and in the source."""

    text: str
    starts: Sequence[int]
    sources: Sequence[int]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The half-open span of the source for a half-open, non-empty span of the reading text."""
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, end - 1) - 1
        return self.sources[first] + start - self.starts[first], self.sources[last] + end - self.starts[last]


@dataclass(slots=True)
class Sentence:
    """A sentence of the reading text: its span, its headings from the highest to the lowest, and its status."""

    start: int
    end: int
    headings: tuple[str, ...]
    status: str
    paragraph: int
    title: bool = False


# --- lines ------------------------------------------------------------------------------------------------

_BOILERPLATE = re.compile(
    r"[\s　]*(?:(?:您?(?:现在|当前)(?:所在)?的?位置|首页|主页|上一[篇条]|下一[篇条]|扫一扫|打印|关闭|分享[到：:]?|【?字[体号]|视力保护|责任编辑|编辑[:：]|回到顶部|返回顶部"
    r"|发布(?:时间|日期)|日期\s*[:：]|时间\s*[:：]|来源\s*[:：]|文章来源|信息来源|浏览(?:次数|量)|阅读[:：]|点击[:：]|信息分类|索\s?引\s?号|责任部门|公开形式|公开时限|主题分类|发文机关|成文日期|文\s?号[:：]"
    r"|主办(?:单位)?[:：]|承办(?:单位)?[:：]|版权所有|技术支持|网站标识码|网站地图|联系我们|备案号|[^\s，。]{0,2}ICP备|[^\s，。]{0,3}公网安备|建议使用|附件(?:下载)?[:：]|下载文档|推荐访问|相关(?:推荐|阅读|链接|新闻)|温馨提示"
    r"|收藏|举报|用户登录|无障碍|繁體|长者助手|微信扫码|Page \d|P\. ?\d|无标题文档)[^。；]{0,120}|\d{1,4}|[—–-]+ ?\d+ ?[—–-]+|(?:\d{1,4} {1,8}){5,}\d{1,4}|\[?\s*(?:大|中|小)\s*(?:中|小)?\s*\]?)$"
)
_HEADING = re.compile(
    r"(?:(?P<h1>[一二三四五六七八九十]{1,3}[、．.]|第[一二三四五六七八九十]{1,2}部分[、：: ]?)"
    r"|(?P<h2>[（(][一二三四五六七八九十]{1,3}[)）]、?|【(?=[^】]{2,20}】))"
    r"|(?P<h3>[0-9]{1,2}[.、．](?![0-9])|[XxＸ][.．、](?![XxＸ]))|(?P<h4>[（(][0-9]{1,2}[)）]|[①-⑳])"
    r"|(?P<h5>(?:[一二三四五六七八九十]{1,2}是|[一二三四五六]要|首先|其次|再次|最后|其[一二三四五六][是、，,：:])))"
)
_MARK_LEVEL = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5}
_ENDS_SENTENCE = "。！？；：;:!?”…》】"
_GAP = re.compile(r"(?<=[　-鿿＀-￮0-9%”’)])[   　](?=[　-鿿＀-￮0-9“‘(*])")
_THOUSANDS = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?: [0-9]{3})+(?![0-9])")


def _joins(before: str, line: str, after: str, width: int, spanning: Callable[[str, str], bool]) -> bool:
    """Whether a line goes on in the next one: it broke inside a sentence and is no heading, cell or title.

    ``before``: all that was joined so far, ``line``: its last line. ``width``: the usual length of the text's
    lines where they are wrapped, else 0. ``spanning``: whether a word of
    the field stands across the break.
    """
    last, first = before[-1], after[0]
    if _CELLS.search(line) or _CELLS.search(after) or _HEADING.match(after):
        return False
    if last in "，,、（(“《":
        return True
    if last in _ENDS_SENTENCE or not (first >= "一" or first.isdigit() or first in "，。；、）)%”》"):
        return False
    if width:
        return len(line) >= 0.75 * width
    mark = _HEADING.match(before)
    if len(before) < 12:
        return spanning(before, after) or _broken_number(before, after)
    return not (mark and "。" not in before and len(before) < 45) and not _looks_like_title(before)


_CELLS = re.compile(
    r"\t|[|｜]|[^\s】] {2,}\S|[^\s】。，；]　[^\s]"
    r"| [0-9][0-9,.]*%? [0-9][0-9,.]*%?$|^[^\s，。；：、]{1,20}(?: [^\s，。；：、]{1,12}){3,}$"  # 收到申请 件 96 214
)


def _broken_number(before: str, after: str) -> bool:
    """Whether the break stands between a number and its measure word, or a label and its number."""
    if before[-1].isdigit() or (before[-1] in "万亿千百" and before[-2:-1].isdigit()):
        return bool(_MEASURED.match(after))
    return bool(_MEASURED.match(after.lstrip("0123456789,."))) and after[0].isdigit()


_MEASURED = re.compile(r"[余多]?[万亿]?[余多]?(?:件|起|宗|人|名|次|场|期|卷|份|个|家|条|项|处|元|册|台|%|[0-9])")

_TITLE_END = re.compile(r"(?:报告|总结|汇报|情况|安排|白皮书|公报|通知|要点|年报|计划|通报|综述|纪实)$")


def _looks_like_title(line: str) -> bool:
    return len(line) < 60 and "。" not in line and bool(_TITLE_END.search(line))


def _wrapped_width(lines: Sequence[str]) -> int:
    """The usual line length of a text whose lines break inside sentences (yearbook pages, PDF text); 0 for any other."""
    long = [line for line in lines if len(line) >= 14 and not _looks_like_title(line) and not _HEADING.match(line)]
    broken = [len(line) for line in long if line[-1] not in _ENDS_SENTENCE]
    if len(broken) < 6 or len(broken) < 0.5 * len(long):
        return 0
    width = sorted(broken)[len(broken) // 2]
    return width if sum(abs(n - width) <= 6 for n in broken) >= 0.7 * len(broken) else 0


def read(
    text: str, skip: Sequence[tuple[int, int]] = (), spanning: Callable[[str, str], bool] = lambda before, after: False
) -> Reading:
    """The reading text of ``text`` less the half-open spans in ``skip`` (front matter, navigation).

    ``spanning(before, after)``: whether a word of the field stands across the end of one line and the start of the next.
    """
    text = one_width(text)
    lines = [(a, text[a:b]) for a, b in _lines(text, skip)]
    width = _wrapped_width([line for _, line in lines])
    pieces: list[str] = []
    starts: list[int] = [0]
    sources: list[int] = [0]
    length = 0
    previous, last, dropped = "", "", True
    for start, line in lines:
        bare = line.replace("**", "") if "**" in line else line
        if not bare or (len(line) < 200 and _BOILERPLATE.match(bare)):
            dropped = dropped or not width
            continue
        joiner = "\n"
        if previous:
            joiner = "" if not dropped and _joins(previous, last, bare, width, spanning) else "\n"
            pieces.append(joiner)
            length += len(joiner)
        blank = "\n\n" in text[start + len(line) : start + len(line) + 6].replace("\r", "").replace(" ", "").replace(
            "　", ""
        )
        dropped = not previous and (_looks_like_title(line) or (blank and len(line) < 60))  # a first line is a title
        previous = previous + bare if not joiner else bare
        last = bare
        for a, b in _unspaced(line):
            if start + a != sources[-1] + length - starts[-1] or length == 0:
                starts.append(length)
                sources.append(start + a)
            pieces.append(line[a:b])
            length += b - a
    return Reading("".join(pieces), starts, sources)


# 村(社区)服务站,共12个: pages that mix widths; one character for one, so that offsets stay
_HALF_WIDTH = re.compile(
    r"(?<=[一-龥”》])[,;:()!?]|[,;:()!?](?=[一-龥“《])|(?<=[%0-9])[,;)](?=[一-龥“《（(])|(?<=[%0-9])\((?=[一-龥])"
)
_FULL_WIDTH = dict(zip(",;:()!?", "，；：（）！？", strict=True))


def one_width(text: str) -> str:
    """The text with narrow figures, wide punctuation and simplified characters, character for character."""
    return _HALF_WIDTH.sub(lambda m: _FULL_WIDTH[m.group()], narrow(simplified(text)))


def _lines(text: str, skip: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The trimmed, non-empty lines outside the skipped spans."""
    at = 0
    for line in text.splitlines(keepends=True):
        start, at = at, at + len(line)
        bare = line.strip().lstrip("#>").strip()
        if not bare or any(a <= start < b for a, b in skip):
            continue
        start += line.index(bare)
        yield start, start + len(bare)


def _unspaced(line: str) -> Iterator[tuple[int, int]]:
    """The stretches of a line between single spaces that stand inside a phrase or a number (4 386人, 82 场)."""
    if "**" in line:
        yield from _unmarked(line)
        return
    if " " not in line and "　" not in line and " " not in line:
        yield 0, len(line)
        return
    if not any(c in line for c in "，。；,") and len(line.split()) > 2:
        yield 0, len(line)  # cells of a row
        return
    grouped = {m.start() + i for m in _THOUSANDS.finditer(line) for i, c in enumerate(m.group()) if c == " "}
    start = 0
    for m in _GAP.finditer(line):
        at = m.start()
        if line[at - 1].isdigit() and line[at + 1].isdigit() and at not in grouped:
            continue
        yield start, at
        start = at + 1
    yield start, len(line)


def _unmarked(line: str) -> Iterator[tuple[int, int]]:
    """The stretches between Markdown's marks of emphasis."""
    start = 0
    for m in _EMPHASIS.finditer(line):
        if m.start() > start:
            yield start, m.start()
        start = m.end()
    if start < len(line):
        yield start, len(line)


# not where a report masks its number: 受理案件**件
_EMPHASIS = re.compile(r"\*\*(?![余多万千百]*[件起宗例名人次场期份册条项个家处台卷元部%])[ ]?")


# --- sentences --------------------------------------------------------------------------------------------

_BREAK = re.compile(r"[。！？\n]|[；;，,：:](?=[一二三四五六七八九]是[^否]|[（(][一二三四五六七八九][)）])")
_WORDS_PLAN = re.compile(
    r"下一?步|下一?年|下半年(?:工作)?(?:安排|计划|打算|思路|重点)|明年|工作(?:计划|打算|安排|思路|重点|设想|展望|谋划|目标)|(?:主要|重点)?(?:计划|打算|安排)$|今后|展望|努力方向|改进措施|整改措施|怎么干|打算|未来|年(?:度)?(?:主要|重点)?目标$|(?:工作|对策|意见|几点)建议$"
)
_WORDS_SHORT = re.compile(r"问题|不足|短板|困难|差距|薄弱|欠缺|原因|挑战|不容回避")
_PLAN_START = re.compile(
    r"[，,　 ]*(?:(?:下步|工作|下一步)?打算[：:]|下一?步|新的一年|接下来|下一阶段|今后|明年|下一?年度?|下半年[，,]?(?:我|将|拟|计划|要|继续)|下来[，,]|未来[，,一]|(?P<year>20[0-9]{2})年(?:度)?[，,]?(?:我[市县区镇省局街乡州旗园校]+|全[市县区镇省局乡街]+|[市县区镇省街]+)?[，,]?(?P<will>拟|将|要|计划|打算|力争|继续|重点|预计)?)"
)


def _heading_status(heading: str, above: str) -> str:
    """What a heading says of the text below it: results, shortcomings, plans; what it does not say it takes from above."""
    short, plan = _WORDS_SHORT.search(heading), _WORDS_PLAN.search(heading)
    if short and _SHORT_SECTION.search(heading) and not (plan and plan.start() < short.start()):
        return SHORTCOMING
    return PLAN if plan else above


# whether the word names the section rather than what was done: 解决突出问题 tells of a result
_SHORT_SECTION = re.compile(
    r"存在|不足|面临|不容回避|主要(?:问题|困难|短板|差距)|(?:问题|困难|短板|差距|薄弱环节)(?:和|与|及|、)|(?:和|与|及|、)(?:问题|困难|短板)|^.{0,6}(?:问题|困难|短板|差距|原因)[:：]?$"
)


def split(reading: Reading, year: int | None = None) -> list[Sentence]:
    """The sentences of a reading, each with its headings and status. ``year``: the year reported on, to know next year's plans."""
    text = reading.text
    sentences: list[Sentence] = []
    stack = [""] * 6
    chapter = section = status = listed = ACHIEVED
    paragraph = 0
    for start, end in _spans(text):
        line_start = start == 0 or text[start - 1] == "\n"
        paragraph += line_start
        mark = _HEADING.match(text, start, end)
        level = _MARK_LEVEL[mark.lastgroup or "h5"] if mark else 0
        if (
            not level
            and line_start
            and end - start <= 28
            and text[end : end + 1] in ("", "\n")
            and _is_bare_heading(text[start:end])
        ):
            level = 1 if _heading_status(text[start:end], "") else 2
        if start == 0 and not mark and text[end : end + 1] == "\n" and end < 60 and text[end - 1] not in "。！；;":
            sentences.append(Sentence(start, end, (), ACHIEVED, paragraph, True))
            continue
        if level:
            heading = _heading_text(text[mark.end() if mark else start : end])
            stack[level:] = [heading] + [""] * (5 - level)
            if level == 1:
                chapter = section = status = _heading_status(heading, ACHIEVED)
            elif level == 2:
                section = status = _heading_status(heading, ACHIEVED) if chapter == ACHIEVED else chapter
            elif _FIRST_MARK.match(text, start):
                listed = (
                    section if line_start else status
                )  # 2025年打算：一是…；二是…: the list belongs to what opened it
            else:
                status = listed if not line_start else section  # 下一步… inside an item ends with the item
        if _opens_plan(text, start, end, year):
            status = PLAN
            if line_start and not level:
                section = PLAN
        sentences.append(Sentence(start, end, tuple(filter(None, stack)), status, paragraph))
    return sentences


_FIRST_MARK = re.compile(r"一是|[（(]?[一1][)）、.．]|首先|①")


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """The half-open spans of the sentences, closing mark included."""
    start = 0
    for m in _BREAK.finditer(text):
        end = m.start() if text[m.start()] == "\n" else m.end()
        yield from _bounded(text, start, end)
        start = m.end()
    yield from _bounded(text, start, len(text))


LONGEST = 800  # characters: no official writes a longer sentence; a bound keeps the time per sentence bounded


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span itself, or cut at commas where it is longer than any sentence."""
    while end - start > LONGEST:
        cut = max(text.rfind(mark, start + 1, start + LONGEST) for mark in "；，,、 ") + 1 or start + LONGEST
        yield start, cut
        start = cut
    if end > start:
        yield start, end


def _is_bare_heading(line: str) -> bool:
    return (
        line[-1] not in "。！？；;，,、"
        and not _CELLS.search(line)
        and "，" not in line[:-1]
        and not any(c.isdigit() for c in line[5:])
    )


def _heading_text(heading: str) -> str:
    """The words of a heading: up to the closing bracket, or of a long run-in sentence its first clause."""
    if "】" in heading[:24]:
        return heading[: heading.index("】")]
    heading = heading.rstrip("。：:；;")
    return heading if len(heading) <= 40 else re.split(r"[，,：:；;]", heading, maxsplit=1)[0][:40]


def _opens_plan(text: str, start: int, end: int, year: int | None) -> bool:
    """Whether a sentence begins with 下一步 and the like, or with a year after the one reported on."""
    m = _PLAN_START.match(text, start, end)
    if m is None:
        return False
    return not m["year"] or (year is not None and int(m["year"]) > year and not _STOCK_AFTER.match(text, start))


# 截止 and the like: a stock dated in the first three months of the next year is still the year's own
_STOCK_AFTER = re.compile(r"20[0-9]{2}年(?:[1-3]月|初)")
