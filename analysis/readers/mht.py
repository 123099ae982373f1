"""Web pages saved as one file (mht, mhtml): the page inside is read as any page."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.readers import Reading, Unreadable, page

if TYPE_CHECKING:  # imported where it is needed: 25 ms that other files need not pay
    from email.message import Message

_SIGN = re.compile(
    rb"\A\s*(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,40}?"
    rb"(?:MIME-Version:|From: ?<Saved by|Content-Type: ?multipart/related)",
    re.IGNORECASE,
)
_NESTED = re.compile(rb"^Content-Type:\s*multipart/", re.IGNORECASE | re.MULTILINE)
_MOST_PARTS = 5_000
_MOST_NESTED = 5  # each asks of every line whether it is its end; a saved page has one or two
_MOST_LINES = 2_000_000


def is_mht(data: bytes) -> bool:
    """Whether a file opens with the headers of a saved page, or of a mail."""
    return bool(_SIGN.match(data[:8192]))


def read(data: bytes) -> Reading:
    """Read a page saved as one file. Raises Unreadable: binary, damaged, empty, encoding, format, too_large."""
    import email
    import email.errors

    if data.count(b"\n--") > _MOST_PARTS or len(_NESTED.findall(data)) > _MOST_NESTED:
        raise Unreadable("", "too_large", f"The saved page has more than {_MOST_PARTS:,} parts, or many within others.")
    if data.count(b"\n") + data.count(b"\r") > 2 * _MOST_LINES:
        raise Unreadable("", "too_large", f"The saved page has more than {_MOST_LINES:,} lines.")
    try:
        message = email.message_from_bytes(data)
        found = _page(message)
        body = found.get_payload(decode=True) if found is not None else None
    except (email.errors.MessageError, ValueError, LookupError, RecursionError) as error:
        raise Unreadable("", "damaged", "The saved page is damaged: its parts cannot be told apart.") from error
    if found is None or not isinstance(body, bytes):
        raise Unreadable("", "format", "The file is a mail or a saved page without a web page in it.")
    reading = page.read(body)
    address = str(message.get("Snapshot-Content-Location") or found.get("Content-Location") or "").strip()
    if address.startswith(("http://", "https://")) and "source_url" not in reading.meta:
        reading = replace(reading, meta={**reading.meta, "source_url": address})
    return reading


def _page(message: Message) -> Message | None:
    """The part that the others belong to: the one that is named as the start, else the first page."""
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    start = message.get_param("start")
    named = (part for part in pages if start and str(part.get("Content-ID", "")).strip() == start)
    return next(named, pages[0] if pages else None)
