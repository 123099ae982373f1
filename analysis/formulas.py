"""Text that a spreadsheet would take for a formula, kept as text in CSV.

A program that opens a CSV file runs a cell that begins with =, +, - or @, and some do so behind a tab or a line break.
Such a text gets an apostrophe before it, as OWASP's verification standard asks (ASVS 5, 1.2.10), and so does one that
has apostrophes and then such a sign: so what was written can be told exactly. Numbers are left alone, negative ones too.
In a workbook text is text by its type; nothing is put before it there.
"""

from __future__ import annotations

import re
from typing import TypeVar

import polars as pl

__all__ = ["disarmed", "restored", "restored_text"]

_SIGNS = r"'*[=+\-@\t\r\x00＝＋－＠]"  # the wide ones too: Excel reads them so in some languages
_DISARMED = re.compile(f"'(?={_SIGNS})")
Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


def disarmed(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame as it is written to CSV: an apostrophe before each text that could be a formula."""
    return frame.with_columns(pl.col(pl.String).str.replace(f"^({_SIGNS})", "'$1"))


def restored(frame: Frame) -> Frame:
    """The frame as it was before `disarmed`."""
    return frame.with_columns(pl.col(pl.String).str.replace(f"^'({_SIGNS})", "$1"))


def restored_text(cell: str) -> str:
    """One cell as it was before `disarmed`."""
    return cell[1:] if _DISARMED.match(cell) else cell
