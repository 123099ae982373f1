"""Briefings of units: for each a Word document, a deck, and a workbook that lists every value with its source."""

from __future__ import annotations

import multiprocessing
import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from analysis import memo, unit_slides
from analysis.captions import SCOPES
from analysis.deck import NEVER
from analysis.profile import Profile, find_unit, governments, profile, said
from analysis.staging import whole
from analysis.table import Tables, load

__all__ = ["Brief", "brief", "briefs"]

_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\s]+')


@dataclass(frozen=True, slots=True)
class Brief:
    """What was written for a unit; `failure`: why nothing was."""

    unit: str
    year: int | None = None
    files: tuple[Path, ...] = ()
    failure: str = ""


def brief(name: str, tables: Tables, out: str | Path, year: int | None = None, peers: str | None = None) -> Brief:
    """Writes the briefing of one unit into `out`: NAME-YEAR-简报.docx, …-幻灯片.pptx and …-逐值出处.xlsx.

    `name`: in full, or short where that is not ambiguous. `year`: the unit's latest by default. `peers`: `city`,
    `province` or the path of a list, city and province by default. The same tables give the same bytes.
    Raises ValueError for a name of several units or of none, a year without anything, a list with a strange name;
    OSError where files cannot be read or written.
    """
    unit = find_unit(name, tables)
    found = profile(unit, tables, year, peers)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{_UNSAFE.sub('_', found.unit).strip('._') or '单位'}-{found.year}"
    document, slides, values = (folder / f"{stem}-{kind}" for kind in ("简报.docx", "幻灯片.pptx", "逐值出处.xlsx"))
    memo.write(document, found, values.name)
    unit_slides.write(slides, found)
    _list_values(values, found, tables)
    return Brief(unit, found.year, (document, slides, values))


def briefs(
    out: str | Path,
    year: int | None = None,
    tier: str = "county",
    peers: str | None = None,
    folder: str | Path = "data/processed",
    processes: int | None = None,
) -> Iterator[Brief]:
    """Writes a briefing for each government of a tier that reports on the year (by default the latest), in their order.

    One that cannot be written bears its `failure`, the rest goes on. Raises ValueError where there is no such
    government, FileNotFoundError where there are no tables in `folder`.
    """
    tables = load(folder)
    units = governments(tables, tier, year)
    if not units:
        raise ValueError(f"no report of a government of tier {tier}" + (f" on {year}" if year else ""))
    year = tables.documents.filter(pl.col("unit").is_in(units))["year"].max() if year is None else year
    tasks = [(unit, str(out), year, peers) for unit in units]
    processes = min(processes or os.cpu_count() or 1, -(-len(units) // 4))
    if processes <= 1:
        _begin(folder)
        yield from map(_one, tasks)
        return
    context = multiprocessing.get_context("spawn")  # polars' threads do not survive a fork
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(folder,)) as pool:
        yield from pool.map(_one, tasks)


_tables: Tables  # of a process that writes briefings


def _begin(folder: str | Path) -> None:
    global _tables
    _tables = load(folder)


def _one(task: tuple[str, str, int | None, str | None]) -> Brief:
    unit, out, year, peers = task
    try:
        return brief(unit, _tables, out, year, peers)
    except (OSError, ValueError) as error:
        return Brief(unit, year, failure=str(error))


# --- Every value with its source -----------------------------------------------------------------

_HEADS = (
    ("单位", 28), ("年度", 7), ("指标", 22), ("取值", 14), ("数值", 12), ("计量单位", 8), ("范围", 10), ("口径", 10),
    ("注号", 6), ("原句", 60), ("报告标题", 36), ("发布者", 18), ("日期", 11), ("地址", 30), ("页", 5), ("文件", 36),
)  # fmt: skip


def _list_values(path: Path, found: Profile, tables: Tables) -> None:
    """A workbook with a row a value behind the briefing, the unit's own first; words stay words, whatever they begin with."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with whole(path) as part, xlsxwriter.Workbook(part, options) as book:
        book.set_properties({"title": memo.heading_of(found), "created": NEVER})
        sheet = book.add_worksheet("逐值出处")
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        marked = [memo.INVENTED_MARK] if found.invented else []
        sheet.write_row(0, 0, [*marked, memo.heading_of(found)], bold)
        sheet.write_row(1, 0, [head for head, _ in _HEADS], bold)
        for i, (_, width) in enumerate(_HEADS):
            sheet.set_column(i, i, width)
        for at, row in enumerate(_listed(found, tables), 2):
            for i, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(at, i, cell[:32_000], wrapped)
                elif cell is not None:
                    sheet.write_number(at, i, cell)
        sheet.freeze_panes(2, 1)


def _listed(found: Profile, tables: Tables) -> Iterator[Sequence[Any]]:
    numbers = {(source.doc, source.page): source.number for source in found.sources}
    order = pl.col("unit") != found.unit
    documents = tables.documents.select("doc", "title", "source_title", "publisher", "published", "source_url")
    rows = found.values.sort(order, "unit", "theme", "indicator", "scope", "basis", "year")
    for row in rows.join(documents, on="doc", how="left", maintain_order="left").iter_rows(named=True):
        number = numbers.get((row["doc"], row["page"])) if row["unit"] == found.unit else None
        yield (
            row["unit"], row["year"], row["name_zh"], said(row), row["value"], row["unit_of_measure"],
            SCOPES[row["scope"]][0], row["basis"], number, row["sentence"], row["source_title"] or row["title"] or "",
            row["publisher"] or "", row["published"] or "", row["source_url"] or "", row["page"], row["doc"],
        )  # fmt: skip
