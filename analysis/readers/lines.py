"""Paragraphs and rows of documents become lines: a paragraph is one, a row of data is one with tabs between cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SPACE = re.compile(r"[ \t\r\n\x0b\x0c\xa0\u2002\u2003]+")
_NO_WIDTH = re.compile("[\u200b\u200c\u200d\u2060\ufeff\ufffc\xad]")


def clean_line(text: str) -> str:
    """One line: no line ends, single spaces, no invisible characters."""
    return _SPACE.sub(" ", _NO_WIDTH.sub("", text)).strip(" \u3000")


def clean_lines(text: str) -> list[str]:
    """The lines of a paragraph that breaks inside, less the empty ones."""
    return [line for part in text.split("\n") if (line := clean_line(part))]


def row_lines(cells: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table's row, given the lines of each cell.

    A row of data is one line. The row of a layout, which holds one cell, a table or paragraphs, gives them as they are.
    """
    if len(cells) == 1 or any(_is_layout(cell) for cell in cells):
        return [line for cell in cells for line in cell]
    return ["\t".join(" ".join(cell) for cell in cells)] if any(cells) else []


def _is_layout(cell: Sequence[str]) -> bool:
    return any("\t" in line for line in cell) or (len(cell) >= 3 and sum(map(len, cell)) > 300)
