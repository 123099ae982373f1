"""One file a format: a reader takes a file's bytes and gives a Reading, or raises Unreadable.

Which format a file has is decided in `analysis.reports`, in one list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# The keys a reader may set: those of our front matter, and `written`, the date a document bears (成文日期),
# which is not the date of its publication.
META_KEYS = frozenset(
    [
        "unit",
        "level",
        "province",
        "city",
        "county",
        "year",
        "period",
        "published",
        "publisher",
        "source_title",
        "source_url",
        "doc_type",
        "restatement",
        "written",
    ]
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found in a file.

    `text`: what spans refer to. `meta`: only keys of META_KEYS, and only those present.
    `skip`: half-open spans of `text` that are no part of the report. `warnings`: plain sentences.
    `pages`: where in `text` each page starts, for paged formats. `doubtful`: (start, end, score) of what OCR was not
    sure of, score from 0 to 1.
    """

    text: str
    title: str
    meta: Mapping[str, str] = field(default_factory=dict)
    skip: tuple[tuple[int, int], ...] = ()
    warnings: tuple[str, ...] = ()
    pages: tuple[int, ...] = ()
    doubtful: tuple[tuple[int, int, float], ...] = ()

    def outside_skip(self) -> str:
        """The text less the skipped spans."""
        kept, at = [], 0
        for start, end in self.skip:
            kept.append(self.text[at:start])
            at = end
        kept.append(self.text[at:])
        return "".join(kept)


class Unreadable(Exception):
    """A file that gives no report.

    `detail` is a plain sentence, `reason` one of
    - empty: no file content, no text in it, no report in an archive;
    - binary: a picture, a program, data; format: a document or archive of a kind that is not read;
    - encoding: a text in no known encoding; damaged: a document or archive that is broken or was cut off;
    - ocr: a scan, and the packages that read scans are not installed;
    - encrypted: locked with a password;
    - too_large: beyond what is read, or unpacking to that; unsafe: made to reach beyond itself;
    - unreadable: no such file, no right to open it, no way through it.
    A reader knows no file names: `read_report` fills in `doc`.
    """

    def __init__(self, doc: str, reason: str, detail: str) -> None:
        super().__init__(doc, reason, detail)  # all three, so that it survives pickling between processes
        self.doc = doc
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.doc}: {self.detail} ({self.reason})" if self.doc else f"{self.detail} ({self.reason})"
