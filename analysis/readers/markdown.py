"""Markdown: front matter and the first heading. The marks stay in the text, so that spans fit the file."""

from __future__ import annotations

import re
from typing import NamedTuple

from analysis.readers import META_KEYS, Reading
from analysis.readers.text import decode, find_title, other_format

_SIGN = re.compile(rb"\A\s*(?:\xef\xbb\xbf)?\s*(?:---[ \t]*\r?\n|#{1,6} )|^#{1,6} \S", re.MULTILINE)
_FENCE = re.compile(r"\A\s*---[ \t]*\r?\n")
_CLOSE = re.compile(r"^---[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_LINE = re.compile(r"([A-Za-z_][\w-]*)[ \t]*[:：][ \t]*(.*)")
_HEADING = re.compile(r"^# +(.+?)(?: +#+)?[ \t]*\r?$", re.MULTILINE)
_LONGEST = 20_000  # characters of front matter; a rule far below is no end of it


class FrontMatter(NamedTuple):
    """The fields of a front matter that ends at `end`; `end` is 0 where there is none."""

    fields: dict[str, str]
    end: int
    warnings: tuple[str, ...] = ()


def _front_matter(text: str) -> FrontMatter:
    opening = _FENCE.match(text)
    if not opening:
        return FrontMatter({}, 0)
    closing = _CLOSE.search(text, opening.end(), opening.end() + _LONGEST)
    if not closing:
        return FrontMatter({}, 0, ("the front matter has no end: taken as text",))
    fields: dict[str, str] = {}
    for line in text[opening.end() : closing.start()].splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.rstrip())
        if not found:
            return FrontMatter({}, 0, (f"the front matter is broken at “{line.strip()[:40]}”: taken as text",))
        fields[found.group(1)] = _unquoted(found.group(2).strip())
    return FrontMatter(fields, closing.end())


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def reading(text: str, warnings: tuple[str, ...] = ()) -> Reading:
    """The reading of decoded Markdown; the span of the front matter is skipped."""
    front = _front_matter(text)
    body = text[front.end :]
    heading = _HEADING.search(body)
    title = (
        heading.group(1).strip()
        if heading
        else front.fields.get("title") or front.fields.get("source_title") or find_title(body)
    )
    meta = {key: value for key, value in front.fields.items() if key in META_KEYS and value}
    skip = ((0, front.end),) if front.end else ()
    return Reading(text, title, meta, skip, warnings + front.warnings)


def is_markdown(data: bytes) -> bool:
    """Whether a text opens with front matter or has a heading near its beginning, whatever its encoding."""
    head = data[:4096]
    if b"#" not in head and b"-" not in head:
        return False
    return not other_format(data) and bool(_SIGN.search(head.replace(b"\0", b"")))


def read(data: bytes) -> Reading:
    """Read Markdown. Raises Unreadable: empty, binary, encoding."""
    decoded = decode(data)
    return reading(decoded.text, decoded.warnings)
