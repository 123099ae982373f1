"""Evidence: a report's text with its figures marked, in the terminal, in a notebook and as one page for all reports.

`segments` says what the reading makes of each number of a report: a figure of an indicator, a target, a figure of a
passage on shortcomings, a quantity that fits no indicator, or no figure and why. `show` in the terminal, a report in
JupyterLab (`html`) and the page (`write_page`) all draw from it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from html import escape
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from analysis import catalogue
from analysis.checks import CHECKS
from analysis.mentions import Explained, Found, Mention, Unmatched, explain
from analysis.reports import Report, Unreadable, find_reports, read_reports
from analysis.staging import whole

if TYPE_CHECKING:
    from analysis.table import Tables

__all__ = ["KINDS", "REASONS", "Page", "Segment", "html", "link", "pieces", "segments", "write_page"]

Span = tuple[int, int]


class Words(NamedTuple):
    """What is said of a kind or a reason, in Chinese and in English."""

    zh: str
    en: str


KINDS: Mapping[str, Words] = {
    "matched": Words("指标数值", "figure of an indicator"),
    "target": Words("目标、要求", "target"),
    "shortcoming": Words("问题部分的数字", "in a passage on shortcomings"),
    "unmatched": Words("未归入指标", "fits no indicator"),
    "none": Words("不作统计数字", "no figure"),
}

REASONS: Mapping[str, Words] = {
    # by the number itself: quantities.refusals
    "date": Words("日期、年份", "date or year"),
    "document": Words("文号", "document number"),
    "code": Words("编号、时间、版本", "code, time or version"),
    "ordinal": Words("序号", "ordinal or list mark"),
    "hotline": Words("热线号码", "hotline"),
    "title": Words("书名号、引号内的名称", "inside a title or quoted name"),
    "programme": Words("规划、普法期的名称", "name of a plan"),
    "phrase": Words("固定说法", "set phrase"),
    "rank": Words("级别、岁数、届次", "rank, age or term"),
    "area": Words("面积", "floor or land area"),
    "length": Words("长度", "length"),
    "weight": Words("重量、用电量", "weight or energy"),
    "word": Words("后面不是量词", "no measure word follows"),
    "ratio": Words("比例关系", "ratio"),
    "bare": Words("没有量词", "no measure word"),
    # by what is said of it: statements.why_silent and mentions
    "change": Words("增减幅度", "change, not a level"),
    "average": Words("平均数、每个的数", "average, or so much for each"),
    "rest": Words("余数或变化的起点", "remainder, or where a change began"),
    "double": Words("说明后一个数的种类", "counts the kinds of the next number"),
    "share": Words("占比", "share of a whole"),
    "bodies": Words("单位、地方的个数", "counts bodies or places"),
    "other_body": Words("其他机关的数字", "another body's"),
    "target": Words("目标、要求，未归入指标", "aimed at or required, fits no indicator"),
    "threshold": Words("门槛、标准", "threshold or standard"),
    "deadline": Words("期限", "deadline"),
    "period": Words("期间", "length of time"),
    "description": Words("对单位的描述", "describes the unit"),
    "enumeration": Words("列举的个数", "how many are listed"),
    "tied": Words("两个指标同样贴近", "two indicators claim it equally"),
    "plan": Words("计划中的数字，未归入指标", "planned, fits no indicator"),
    "heading": Words("标题中的数字", "in a heading"),
    "outside": Words("正文以外", "outside the report's own text"),
    "none": Words("没有相符的指标", "no indicator's words stand near"),
}

ROLES = {"headline": Words("总数", "headline"), "part": Words("分项", "part")}
QUALIFIERS = {
    "exact": Words("", ""),
    "over": Words("多于", "more than"),
    "under": Words("不足", "just under"),
    "about": Words("约", "about"),
    "redacted": Words("原文隐去", "masked in the report"),
}


# --- Segments ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Segment:
    """A number, or a wording that fixes a value, at the half-open span `start`, `end` of the report's text.

    `kind`: a key of KINDS. `figures`: the mentions or targets that it states (indicator, value, year, role, rule …),
    more than one where a number counts for several indicators. `reason`: a key of REASONS where it states none.
    """

    start: int
    end: int
    kind: str
    figures: tuple[Mention, ...] = ()
    reason: str = ""


_Part = tuple[int, int, str, Mention | None, str]  # start, end, kind, figure, reason


def segments(report: Report, explained: Explained | None = None) -> list[Segment]:
    """The marked segments of a report, in the order of its text; no two share a character.

    `explained`: the reading, where it is at hand; else the report is read. Where two spans overlap, each is cut where
    the other begins or ends, and the common part states what both state.
    """
    explained = explained or explain(report)
    found, why = explained.found, {(start, end): reason for start, end, reason in explained.asides}
    parts: list[_Part] = []
    parts += [(m.start, m.end, "matched", m, "") for m in found.mentions]
    parts += [(m.start, m.end, "target", m, "") for m in found.targets]
    parts += [(u.start, u.end, "unmatched", None, why.get((u.start, u.end), "none")) for u in found.unmatched]
    told = _merged((start, end) for start, end, *_ in parts)
    asides = [
        *((a, b, why[a, b]) for a, b in why),
        *((a, b, "programme") for a, b in _matches(_PROGRAMME, report.text)),
    ]
    parts += [(a, b, "none", None, reason) for a, b, reason in asides if not _meets(told, a, b)]
    parts += _outside(report.text, _merged((start, end) for start, end, *_ in parts))
    return list(_cut(parts, _merged(explained.shortcomings)))


_PROGRAMME = re.compile(r"[“‘]?(?:十[一二三四五六]五|[三四五六七八九]五)[”’]?(?=规划|普法|期间|时期|以来|末|[”’])")
_DIGITS = re.compile(r"[0-9０-９][0-9０-９.,．]*")


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    return (m.span() for m in pattern.finditer(text))


def _outside(text: str, told: list[Span]) -> list[_Part]:
    """Numerals that the reading passed over: front matter, navigation, labels of tables."""
    return [(a, b, "none", None, "outside") for a, b in _matches(_DIGITS, text) if not _meets(told, a, b)]


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that overlap made one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _meets(spans: list[Span], start: int, end: int) -> bool:
    """Whether one of the spans, in order and apart, shares a character with the span."""
    at = bisect_left(spans, (end, 0))
    return at > 0 and spans[at - 1][1] > start


_ORDER = {kind: place for place, kind in enumerate(("matched", "target", "unmatched", "none"))}


def _cut(parts: list[_Part], shortcomings: list[Span]) -> Iterator[Segment]:
    """The parts as segments that do not overlap: run by run of parts that do."""
    parts.sort(key=lambda part: (part[0], part[1], _ORDER[part[2]]))
    run: list[_Part] = []
    reach = -1
    for part in parts:
        if part[0] >= reach and run:
            yield from _run(run, shortcomings)
            run = []
        run.append(part)
        reach = max(reach, part[1])
    if run:
        yield from _run(run, shortcomings)


def _run(run: list[_Part], shortcomings: list[Span]) -> Iterator[Segment]:
    edges = sorted({edge for start, end, *_ in run for edge in (start, end)})
    for start, end in pairwise(edges):
        here = [part for part in run if part[0] <= start and part[1] >= end]
        if not here:
            continue
        kind = min((part[2] for part in here), key=_ORDER.__getitem__)
        if kind in ("matched", "unmatched") and _meets(shortcomings, start, end):
            kind = "shortcoming"
        figures = tuple(part[3] for part in here if part[3] is not None)
        yield Segment(start, end, kind, figures, "" if figures else next(part[4] for part in here if part[4]))


def pieces(text: str, marked: Iterable[Segment], at: int = 0) -> Iterator[tuple[str, Segment | None]]:
    """The text from the offset `at` on, in pieces, each with its segment, or None between them."""
    for segment in marked:
        if segment.start > at:
            yield text[at : segment.start], None
        yield text[segment.start : segment.end], segment
        at = segment.end
    if at < len(text):
        yield text[at:], None


# control characters would steer a terminal, and those of writing direction turn a text around: shown, one for one
_CONTROL = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\r\t"} | {0x7F: 0x2421}
_CONTROL |= dict.fromkeys([*range(0x80, 0xA0), 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD)


def harmless(text: str) -> str:
    """The text with control characters shown instead of obeyed, one for one, so that offsets hold."""
    return text.translate(_CONTROL)


def described(segment: Segment, lang: str = "zh") -> str:
    """What a segment states, in a line: indicator, value, year, role and rule, or why it states nothing."""
    at = ("zh", "en").index(lang)
    said = [_figure(figure, at) for figure in segment.figures]
    if segment.reason:
        said.append(REASONS[segment.reason][at])
    return " | ".join([f"{KINDS[segment.kind][at]}: {said[0]}", *said[1:]])


def _figure(figure: Mention, at: int) -> str:
    entry = catalogue.load()[figure.indicator]
    words = [
        f"{(entry.name_zh, entry.name_en)[at]} ({figure.indicator})",
        f"{QUALIFIERS[figure.qualifier][at]} {_plain(figure.value)} {figure.unit_of_measure}".strip(),
        figure.period or str(figure.year or ""),
        ROLES[figure.role][at],
        figure.rule,
    ]
    return " · ".join(word for word in words if word)


def _plain(value: float | None) -> str:
    """The number as people write it, without exponent; a dash where the report masks it."""
    if value is None:
        return "—"
    return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")


# --- In a notebook -------------------------------------------------------------------------------

LONGEST = 60_000  # characters of a report that a notebook shows: an output is kept inside the notebook's file

# each kind has its own line as well as its colour; translucent, so that they stand on white and on black
_STYLES = {
    "matched": "background:rgba(0,114,178,.18);border-bottom:2px solid #2b8fd0;font-weight:600",
    "target": "background:rgba(230,159,0,.15);border-bottom:2px dashed #c98a00",
    "shortcoming": "text-decoration:underline wavy #c1653f;text-underline-offset:3px",
    "unmatched": "border-bottom:2px dotted #8a8a8a",
    "none": "opacity:.6;text-decoration:underline 1px solid rgba(128,128,128,.7);text-underline-offset:3px",
}
_BOX = (
    "font-family:system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;font-size:14px;"
    "line-height:1.9;max-width:50em;color:inherit"
)


def html(report: Report, lang: str = "zh") -> str:
    """The report as HTML of its own: inline styles, everything escaped, what a number states in its tooltip.

    Without front matter; of a report longer than LONGEST characters the beginning. `lang`: zh or en.
    """
    front = _front(report)
    marked = [segment for segment in segments(report) if segment.start >= front]
    text = harmless(report.text[: front + LONGEST])
    shown = [segment for segment in marked if segment.end <= len(text)]
    body = "".join(_marked(piece, segment, lang) for piece, segment in pieces(text, shown, front))
    cut = len(report.text) - len(text)
    note = {"zh": f"…… 其后 {cut} 字未显示", "en": f"… {cut} more characters are not shown"}[lang] if cut else ""
    identity = report.identity
    heading = " · ".join(harmless(word) for word in (identity.unit, str(identity.year or ""), report.doc) if word)
    body = body.lstrip("\r\n")
    return (
        f'<div style="{_BOX}"><div style="font-size:1.15em;font-weight:600">{escape(harmless(report.title))}</div>'
        f'<div style="opacity:.7">{escape(heading)}</div>'
        f'<div style="margin:.4em 0 .8em">{_legend(marked, lang)}</div>'
        f'<div style="white-space:pre-wrap;overflow-wrap:anywhere">{body}{note}</div></div>'
    )


def _front(report: Report) -> int:
    """Where the front matter ends."""
    return report.skip[0][1] if report.skip and report.skip[0][0] == 0 else 0


def _marked(piece: str, segment: Segment | None, lang: str) -> str:
    if segment is None:
        return escape(piece)
    title = escape(harmless(described(segment, lang)))
    return f'<span style="{_STYLES[segment.kind]}" title="{title}">{escape(piece)}</span>'


def _legend(marked: Sequence[Segment], lang: str) -> str:
    """Each kind as it is marked, with its count."""
    count = Counter(segment.kind for segment in marked)
    return " &ensp; ".join(
        f'<span style="{_STYLES[kind]}">{getattr(words, lang)}</span> {count[kind]}' for kind, words in KINDS.items()
    )


# --- The page ------------------------------------------------------------------------------------

NAME = "evidence.html"
DOC_TYPES = {
    "government": Words("政府", "government"),
    "department": Words("部门", "department"),
    "court": Words("法院", "court"),
    "statistics": Words("统计资料", "statistics"),
    "press": Words("新闻报道", "press"),
}
_DOC_COLUMNS = ("doc", "title", "doc_type", "publisher", "source_title", "source_url", "unit", "year", "published")
_CHECK_COLUMNS = ("check", "doc", "other_doc", "unit", "year", "indicator", "message")
_FIGURE = {field.name for field in fields(Mention)}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """What was written. `changed`: the reports whose file is gone or no longer the one that the tables were built
    from; of them the page has the sentences kept in the tables."""

    path: Path
    reports: int
    values: int
    size: int
    changed: tuple[str, ...]


def link(doc: str, start: int | None = None, page: str = NAME) -> str:
    """The address of a report in the page, or of the figure that begins at `start` of its text (`mentions`)."""
    return f"{page}#{urlencode({'doc': doc} | ({} if start is None else {'start': start}))}"


def write_page(raw: str | Path = "data/raw", out: str | Path = "data/processed") -> Page:
    """Write evidence.html beside the tables in `out`: every value with the text that it was read from, in one file.

    What the tables say is what the page marks; the reports are read once more for their texts and for the reasons
    why other numbers are no figures. The same tables and reports give the same bytes.
    Raises FileNotFoundError where there are no tables or no folder of reports, another OSError where the page cannot
    be written.
    """
    from analysis.table import load

    raw, out = Path(raw), Path(out)
    tables = load(out)
    path = out / NAME
    head, foot = _template().split(b"%REPORTS%")
    index = _index(tables)
    changed: list[str] = []
    with whole(path) as part, part.open("wb") as file:
        file.write(head.replace(b"%INDEX%", _packed(index)))
        for place, chunk in _chunks(raw, tables):
            if not chunk["whole"]:
                changed.append(index["docs"][place]["doc"])
            file.write(b'<script type="application/octet-stream" id="d%d">%s</script>\n' % (place, _packed(chunk)))
        file.write(foot)
    return Page(path, len(index["docs"]), tables.indicators.height, path.stat().st_size, tuple(sorted(changed)))


def _template() -> bytes:
    """The page without its data; its policy allows its own script and style by their hashes, and nothing else."""
    page = (files(__package__) / NAME).read_text("utf-8")
    script, style = (
        _hash(re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL).group(1)) for tag in ("script", "style")
    )
    policy = f"default-src 'none'; script-src {script}; style-src {style}; base-uri 'none'; form-action 'none'"
    return page.replace("%POLICY%", policy).encode()


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _packed(data: Any) -> bytes:
    """JSON, deflated, in base64: nothing that a report holds can end the element that it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode("utf-8", "replace"), 9))


# What the page shows at once: the table, its words and the list of reports.


def _index(tables: Tables) -> Row:
    from analysis.charts import BASES, MARKS, SCOPES, THEMES

    docs = list(tables.documents.select(_DOC_COLUMNS).iter_rows(named=True))
    codebook = list(tables.codebook.iter_rows(named=True))
    indicators = {entry["indicator"]: i for i, entry in enumerate(codebook)}
    rows: dict[str, list[Any]] = {
        "year": tables.indicators["year"].to_list(),
        "indicator": [indicators[name] for name in tables.indicators["indicator"]],
        "value": [None if value is None else _plain(value) for value in tables.indicators["value"]],
        "preferred": tables.indicators["preferred"].cast(int).to_list(),
        "origin": ["" if word == "reported" else word for word in tables.indicators["origin"]],
        "places": list(_places(tables, {doc["doc"]: i for i, doc in enumerate(docs)})),
    }
    words = {}
    for column, name in _CODED.items():
        words[name], rows[column] = _coded(tables.indicators[column])
    return {
        "docs": docs,
        "indicators": [
            [
                entry[column]
                for column in (
                    "indicator",
                    "theme",
                    "name_zh",
                    "name_en",
                    "unit_of_measure",
                    "definition",
                    "definition_en",
                )
            ]
            for entry in codebook
        ],
        "rows": rows,
        **words,
        "checks": [
            check | {"name": CHECKS[check["check"]].name_zh}
            for check in tables.checks.select(_CHECK_COLUMNS).iter_rows(named=True)
        ],
        "words": {
            "kinds": KINDS,
            "reasons": REASONS,
            "roles": ROLES,
            "qualifiers": QUALIFIERS,
            "doc_types": DOC_TYPES,
            "scopes": SCOPES,
            "bases": BASES,
            "themes": THEMES,
            "origins": {name: mark[1:] for name, mark in MARKS.items()},
        },
    }


_CODED = {
    "unit": "units",
    "period": "periods",
    "qualifier": "qualifiers",
    "scope": "scopes",
    "basis": "bases",
    "flags": "flags",
}


def _coded(column: Iterable[str]) -> tuple[list[str], list[int]]:
    """The distinct words of a column, and the column as places in them."""
    places: dict[str, int] = {}
    codes = [places.setdefault(word, len(places)) for word in column]
    return list(places), codes


def _places(tables: Tables, docs: Mapping[str, int]) -> Iterator[list[tuple[int, int]]]:
    """For each row of `indicators` where it was read: (report, start of the mention), the speaking one first."""
    kinds = tables.documents.select("doc", "doc_type").iter_rows()
    courts = {doc for doc, kind in kinds if kind == "court"}
    columns = ("doc", "indicator", "period", "basis", "scope", "role", "quote", "sentence", "start")
    stated: defaultdict[tuple[str, ...], list[_Said]] = defaultdict(list)
    for doc, indicator, period, basis, scope, *rest in tables.mentions.select(columns).iter_rows():
        scope = scope or ("area" if doc in courts else "")  # as the table of observations has it
        stated[doc, indicator, period, basis].append(_Said(scope, *rest))
    columns = ("doc", "indicator", "period", "basis", "scope", "origin", "quote", "sentence")
    for doc, indicator, period, basis, *rest in tables.indicators.select(columns).iter_rows():
        names = [doc] if doc in docs else doc.split("; ")
        if "derived" in rest:
            yield [(docs[doc], start) for start in _divided(stated, doc, indicator, period, *rest)]
            continue
        yield [
            (docs[name], said.start)
            for name in names
            for said in _speaking(stated[name, indicator, period, basis], *rest)
        ]


def _divided(
    stated: Mapping[tuple[str, ...], list[_Said]], doc: str, rate: str, period: str, scope: str, *words: str
) -> Iterator[int]:
    """Where the two counts stand that a rate was derived from, the numerator first."""
    _, quote, sentence = words
    relation = catalogue.load()[rate].relation
    for count in (relation.numerator, relation.denominator) if relation else ():
        for basis in ("", *catalogue.load()[count].basis):
            for said in stated.get((doc, count, period, basis), ()):
                if (
                    (said.scope, said.role) == (scope, "headline")
                    and said.quote in quote.split("; ")
                    and said.sentence in sentence
                ):
                    yield said.start


class _Said(NamedTuple):
    """Of a mention what tells whether an observation rests on it."""

    scope: str
    role: str
    quote: str
    sentence: str
    start: int


def _speaking(said: list[_Said], scope: str, origin: str, quote: str, sentence: str) -> list[_Said]:
    """Those that an observation rests on: all headlines of its key where sources disagree, and so no quote is chosen."""
    if origin == "summed" or (origin == "corrected" and " + " in quote):  # its scope is no longer that of the parts
        return [one for one in said if one.sentence == sentence and one.quote in quote.split(" + ")]
    heads = [one for one in said if one.scope == scope and one.role == "headline"]
    return [one for one in heads if (one.quote, one.sentence) == (quote, sentence)] or heads


# What it shows of one report, packed apart.


def _chunks(raw: Path, tables: Tables) -> Iterator[tuple[int, Row]]:
    """(place of the report in the index, its text in pieces with what each marked one states)."""
    rows = list(tables.documents.select("doc", "sha256").iter_rows())
    waiting = {sha256: (place, doc) for place, (doc, sha256) in enumerate(rows)}
    stated = {name: getattr(tables, name).partition_by("doc", as_dict=True) for name in _STATED}
    indicators = {name: i for i, name in enumerate(tables.codebook["indicator"])}
    for path in find_reports(raw):
        for report in read_reports(path, raw):
            if isinstance(report, Unreadable) or report.sha256 not in waiting:
                continue
            place, doc = waiting[report.sha256]
            found = _stated(stated, doc)
            if _fits(report, found):
                del waiting[report.sha256]
                yield place, _chunk(report, found, indicators)
    for place, doc in waiting.values():
        yield place, _kept_sentences(_stated(stated, doc), indicators)


_STATED = ("mentions", "targets", "unmatched")


def _stated(tables: Mapping[str, Mapping[tuple[str], Any]], doc: str) -> Found:
    """What the tables say that a report states."""
    rows = {name: [*tables[name][(doc,)].iter_rows(named=True)] if (doc,) in tables[name] else [] for name in _STATED}
    return Found(
        [_mention(row) for row in rows["mentions"]],
        [_mention(row | {"role": "part", "implied": False}) for row in rows["targets"]],
        [Unmatched(**{f.name: row[f.name] for f in fields(Unmatched) if f.name in row}) for row in rows["unmatched"]],
        [],
        [],
    )


def _mention(row: Row) -> Mention:
    return Mention(**{name: row[name] for name in _FIGURE})


def _fits(report: Report, found: Found) -> bool:
    """Whether the spans of the tables lead to their words in this text."""
    text = report.text.encode("utf-8", "replace").decode() if not report.text.isascii() else report.text
    return all(text[one.start : one.end] == one.quote for one in (*found.mentions, *found.targets, *found.unmatched))


def _chunk(report: Report, found: Found, indicators: Mapping[str, int]) -> Row:
    front = _front(report)
    explained = explain(report)
    marked = [s for s in segments(report, replace(explained, found=found)) if s.start >= front]
    return {
        "front": _shown(report.text[:front]).strip().strip("-").strip(),
        "pieces": _alternating(report.text, front, marked),
        "marks": [_mark(segment, report.pages, indicators) for segment in marked],
        "whole": True,
    }


def _alternating(text: str, at: int, marked: Iterable[Segment]) -> list[str]:
    """Plain, marked, plain, marked … plain: the browser need not count characters, which it does otherwise."""
    found = []
    for segment in marked:
        found += [text[at : segment.start], text[segment.start : segment.end]]
        at = segment.end
    return [_shown(piece) for piece in (*found, text[at:])]


def _shown(text: str) -> str:
    return harmless(text.replace("\r\n", "\n"))


def _mark(segment: Segment, pages: Sequence[int], indicators: Mapping[str, int]) -> list[Any]:
    page = bisect_right(pages, segment.start) or None if pages else None
    figures = [_figure_row(figure, indicators) for figure in segment.figures]
    return [segment.start, segment.kind, segment.reason, figures, page]


def _figure_row(figure: Mention, indicators: Mapping[str, int]) -> Row:
    names = ("qualifier", "year", "period", "role", "implied", "scope", "basis", "rule", "section")
    value = None if figure.value is None else _plain(figure.value)
    return {"indicator": indicators[figure.indicator], "value": value} | {name: getattr(figure, name) for name in names}


def _kept_sentences(found: Found, indicators: Mapping[str, int]) -> Row:
    """In place of a text that is not at hand: the sentences of its figures as the tables keep them."""
    parts, marks, rest = [""], [], ""
    figures = sorted((*found.mentions, *found.targets), key=lambda one: one.start)
    for before, figure in zip((None, *figures), figures, strict=False):
        if before is None or before.sentence != figure.sentence:
            parts[-1] += f"{rest}\n\n" if before else ""
            rest = figure.sentence
        left, quote, after = rest.partition(figure.quote)
        if quote:  # a quote that runs over a line's end stands otherwise in the sentence
            parts[-1] += left
            parts += [quote, ""]
            rest = after
            kind = "target" if figure in found.targets else "matched"
            marks.append(_mark(Segment(figure.start, figure.end, kind, (figure,)), (), indicators))
    parts[-1] += rest
    return {"front": "", "pieces": [_shown(part) for part in parts], "marks": marks, "whole": False}
