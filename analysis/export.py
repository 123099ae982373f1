"""The tables for other programs: a workbook for people, a wide CSV, a file for Stata.

``export("xlsx")`` writes the tidy table, the wide one, checks, sources and codebook as sheets with Chinese headings;
``csv-wide`` and ``dta`` write the wide table alone. The wide table has a row a unit and year and a column an
indicator, and holds the preferred values only: two years of one unit may differ in scope or basis, which the tidy
table says and the wide one does not. ``csv-panel`` and ``dta-panel`` write a row for every unit and every year that any
report was read on, and beside each value its status: why it is there or not (``absence``). The same tables give the
same bytes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import xlsxwriter

from analysis.absence import STATUSES, statuses
from analysis.checks import CHECKS
from analysis.formulas import disarmed
from analysis.outline import PARTS
from analysis.staging import whole
from analysis.table import Tables, load

# the cells of the sheets that people fill in
TO_FILL_IN = {
    "font_name": "微软雅黑",
    "font_size": 9,
    "valign": "top",
    "text_wrap": True,
    "border": 1,
    "border_color": "#D0D0D0",
}
ROWS = 1_048_576  # that a sheet of Excel holds, heading and all
CELL = 32_767  # characters that a cell holds
_NEVER = datetime(2000, 1, 1)  # stands for the date of writing, so that the same tables give the same bytes
_PLACE = ("unit", "year", "province", "city", "county", "adcode", "tier", "body")

HEADINGS = {
    "unit": "单位", "province": "省", "city": "市", "county": "县区", "adcode": "区划代码", "tier": "级别", "level": "单位层级",
    "body": "机构类别", "year": "年份", "period": "期间", "theme": "主题", "indicator": "指标代码", "name_zh": "指标", "name_en": "英文名",
    "value": "数值", "unit_of_measure": "计量单位", "qualifier": "精确程度", "scope": "范围", "basis": "口径", "preferred": "首选",
    "origin": "由来", "doc": "文件", "quote": "原文数字", "sentence": "原句", "mentions": "提及次数", "flags": "标记",
    "check": "核对项", "severity": "轻重", "other_doc": "另一文件", "message": "说明", "other_value": "另一数值", "other_sentence": "另一原句",
    "sha256": "校验码", "format": "格式", "title": "标题", "doc_type": "发布者类别", "publisher": "发布者", "source_title": "来源标题",
    "source_url": "来源网址", "published": "发布日期", "characters": "字数", "parts": "五部分", "unnumbered": "有话无数", "reused": "与上年雷同", "warnings": "须留意", "core": "核心指标", "kind": "类型",
    "definition": "定义", "definition_en": "英文定义", "direction": "方向", "lowest": "最小合理值", "highest": "最大合理值",
    "decimals": "小数位", "framework": "依据文件", "task": "任务序号", "tiers": "适用级别", "denominator": "分母",
    "denominator_en": "分母（英文）", "numerator_indicator": "分子指标", "denominator_indicator": "分母指标", "example": "例句",
}  # fmt: skip

_TIERS = {"national": "全国", "province": "省级", "city": "市级", "county": "县级", "town": "乡镇街道"}
_BODIES = {"government": "政府", "department": "部门", "zone": "功能区", "court": "法院", "other": "其他"}
_SOURCES = {"government": "政府", "department": "部门", "court": "法院", "statistics": "统计", "press": "报刊"}
WORDS: Mapping[str, Mapping[str, str]] = {  # column -> word of the tables -> word of the workbook
    "scope": {"own": "本单位", "area": "全辖区", "part_of_area": "部分辖区"},
    "qualifier": {"exact": "确数", "over": "多于", "under": "不足", "about": "约数"},
    "origin": {
        "reported": "报告所写",
        "implied": "由文字推断",
        "summed": "由分项相加",
        "derived": "由其他指标算出",
        "corrected": "人工更正",
    },
    "flags": {
        "disputed": "来源不一致",
        "from later report": "取自以后年度报告",
        "read with doubt": "扫描识别存疑",
        "corrected": "人工更正",
        "flagged": "人工存疑",
    },
    "tier": _TIERS,
    "tiers": _TIERS,
    "level": _TIERS | {"zone": "功能区", "department": "部门"},
    "body": _BODIES,
    "doc_type": _SOURCES,
    "parts": PARTS,
    "check": {name: check.name_zh for name, check in CHECKS.items()},
    "severity": {"error": "错误", "warning": "警告", "note": "提示"},
    "kind": {"count": "计数", "rate": "比率", "money": "金额", "score": "得分"},
    "direction": {"up": "越多越好", "down": "越少越好", "neutral": "中性"},
    "preferred": {"True": "是", "False": "否"},
    "core": {"True": "是", "False": "否"},
}


def export(form: str, out: str | Path | None = None, tables: Tables | None = None) -> Path:
    """Writes the tables in one of FORMATS whole or not at all; gives the file.

    ``out`` is in ``data/processed/export`` where not given, ``tables`` are ``analysis.load()``. Raises ``ValueError``
    for a format that is none of these, for no value at all, and where a sheet would hold more rows than Excel does.
    """
    if form not in FORMATS:
        raise ValueError(f"no format {form!r}: {', '.join(FORMATS)}")
    name, write = FORMATS[form]
    tables = load() if tables is None else tables
    path = Path("data/processed/export") / name if out is None else Path(out)
    with whole(path) as part:
        write(tables, part)
    return path


def wide(tables: Tables) -> pl.DataFrame:
    """The preferred values: a row a unit and year with where it is, a column an indicator in the codebook's order."""
    rows = tables.indicators.filter(pl.col("preferred"), pl.col("value").is_not_null())
    if rows.is_empty():
        raise ValueError("no preferred value in the tables")
    known = set(rows["indicator"])
    columns = [name for name in tables.codebook["indicator"] if name in known]
    places = rows.select(_PLACE).unique(["unit", "year"], keep="first", maintain_order=True)
    values = rows.pivot("indicator", index=["unit", "year"], values="value")
    return places.join(values, on=["unit", "year"]).sort("unit", "year").select(*_PLACE, *columns)


def _headings(tables: Tables) -> dict[str, str]:
    """Indicator -> 行政复议案件数（件）; two of one name and measure are told apart by their code."""
    named = {row["indicator"]: f"{row['name_zh']}（{row['unit_of_measure']}）" for row in tables.codebook.to_dicts()}
    said = list(named.values())
    return {code: text if said.count(text) == 1 else f"{text} {code}" for code, text in named.items()}


_MIXED = "首选值：同一单位两年的数，范围或口径可能不同，比较前先查“指标表”。空白即报告没有写，不是零。"

# --- Workbook ------------------------------------------------------------------------------------


class _Sheet(NamedTuple):
    """A sheet: ``headings`` name the columns, ``measure`` gives the unit of measure of a cell by column and row."""

    name: str
    frame: pl.DataFrame
    headings: Sequence[str]
    frozen: int  # columns that stay in sight
    measure: Callable[[str, Mapping[str, Any]], str | None]
    note: str = ""  # a comment on the first heading


def _sheets(tables: Tables) -> list[_Sheet]:
    measures = dict(tables.codebook.select("indicator", "unit_of_measure").rows())
    names = _headings(tables)

    def of_row(column: str, row: Mapping[str, Any]) -> str | None:
        return row["unit_of_measure"] if column in ("value", "lowest", "highest") else None

    def of_check(column: str, row: Mapping[str, Any]) -> str | None:
        return measures.get(row["indicator"]) if column in ("value", "other_value") else None

    def of_column(column: str, _: Mapping[str, Any]) -> str | None:
        return measures.get(column)

    spread = wide(tables)
    return [
        _Sheet("指标表", tables.indicators, [HEADINGS[c] for c in tables.indicators.columns], 1, of_row),
        _Sheet("宽表", spread, [HEADINGS.get(c) or names[c] for c in spread.columns], 2, of_column, _MIXED),
        _Sheet("核对", tables.checks, [HEADINGS[c] for c in tables.checks.columns], 1, of_check),
        _Sheet("来源", tables.documents, [HEADINGS[c] for c in tables.documents.columns], 1, of_check),
        _Sheet("说明", tables.codebook, [HEADINGS[c] for c in tables.codebook.columns], 1, of_row),
    ]


def _xlsx(tables: Tables, path: Path) -> None:
    sheets = _sheets(tables)
    for sheet in sheets:
        if sheet.frame.height + 1 > ROWS:
            raise ValueError(
                f"sheet {sheet.name}: {sheet.frame.height:,} rows, Excel holds {ROWS - 1:,} below the heading; "
                "use csv-wide, or the tables as CSV or Parquet"
            )
    options = {  # a name that begins with = or looks like an address stays the text that it is
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"title": "法治政府建设指标", "created": _NEVER})
        formats = _Formats(book)
        for sheet in sheets:
            _write(book, sheet, formats)


class _Formats:
    """The cell formats of a workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        plain = {"font_name": "微软雅黑", "font_size": 10, "valign": "top"}
        self.text = book.add_format(plain)
        self.head = book.add_format(plain | {"bold": True, "bg_color": "#EAF2FA", "bottom": 1, "text_wrap": True})
        self._plain, self._book, self._made = plain, book, {}

    def number(self, value: float, measure: str | None) -> Any:
        """A year or code bare; a rate with two decimals and its sign; counts with thousands, decimals where there are any."""
        whole = value == int(value)
        code = "0" if measure is None else '0.00"%"' if measure == "%" else "#,##0" if whole else "#,##0.00"
        if code not in self._made:
            self._made[code] = self._book.add_format(self._plain | {"num_format": code})
        return self._made[code]


def _write(book: xlsxwriter.Workbook, sheet: _Sheet, formats: _Formats) -> None:
    made = book.add_worksheet(sheet.name)
    made.freeze_panes(1, sheet.frozen)
    made.autofilter(0, 0, max(sheet.frame.height, 1), len(sheet.headings) - 1)
    for at, (column, heading) in enumerate(zip(sheet.frame.columns, sheet.headings, strict=True)):
        made.set_column(at, at, _width(heading, sheet.frame[column].head(200)))
        made.write_string(0, at, heading, formats.head)
    if sheet.note:
        made.write_comment(0, 0, sheet.note, {"author": "fazhi-indicators", "x_scale": 2})
    for at, row in enumerate(sheet.frame.iter_rows(named=True), 1):
        for column, (name, value) in enumerate(row.items()):
            if isinstance(value, str | bool):
                text = said(name, str(value))
                if text:
                    made.write_string(at, column, text[:CELL], formats.text)
            elif value is not None:
                made.write_number(at, column, value, formats.number(value, sheet.measure(name, row)))


def said(column: str, word: str) -> str:
    """A word of the tables as people say it; several are joined by ; in the tables and by 、 here."""
    if column not in WORDS:
        return word
    parts = (one.strip().partition(": ") for one in word.split(";"))  # corrected: why
    return "、".join(WORDS[column].get(name, name) + ("：" + why if why else "") for name, _, why in parts)


def _width(heading: str, values: pl.Series) -> float:
    """Of a column, in characters: Excel's own fit counts a Chinese character as one, though it takes two."""
    longest = max((display_width(str(value)) for value in values if value is not None), default=0)
    return min(max(longest, min(display_width(heading), 16), 6) + 2, 44)


def display_width(text: str) -> int:
    """In characters of a half width: a Chinese one takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


# --- Wide files ----------------------------------------------------------------------------------


_STATUS = "_status"  # the column of an indicator's status: litigation.cases_status


def panel(tables: Tables) -> pl.DataFrame:
    """A row for every unit and year, a column an indicator of which there is any value, its status beside it."""
    known = [column for column in wide(tables).columns if column not in _PLACE]
    rows = statuses(known, tables=tables)
    spread = rows.pivot("indicator", index=_PLACE, values=["value", "status"])
    columns = [column for name in known for column in (f"value_{name}", f"status_{name}")]
    renamed = {f"value_{name}": name for name in known} | {f"status_{name}": name + _STATUS for name in known}
    return spread.sort("unit", "year").select(*_PLACE, *columns).rename(renamed)


def _csv_wide(tables: Tables, path: Path) -> None:
    _csv(wide(tables), path)


def _csv_panel(tables: Tables, path: Path) -> None:
    _csv(panel(tables), path)


def _csv(frame: pl.DataFrame, path: Path) -> None:
    """UTF-8 with BOM; columns of whole numbers are written without a point."""
    whole = [c for c, kind in frame.schema.items() if kind == pl.Float64 and (frame[c].drop_nulls() % 1 == 0).all()]
    absent = pl.col(pl.String).replace("", None)  # else polars writes it as two quotation marks
    disarmed(frame).with_columns(pl.col(whole).cast(pl.Int64), absent).write_csv(
        path, include_bom=True, line_terminator="\n"
    )


def _dta_wide(tables: Tables, path: Path) -> None:
    _dta(wide(tables), tables, path)


def _dta_panel(tables: Tables, path: Path) -> None:
    _dta(panel(tables), tables, path)


def _dta(frame: pl.DataFrame, tables: Tables, path: Path) -> None:
    """Stata 14 and later (format 118), with the Chinese names as labels of the variables and of the statuses."""
    names = stata_names(frame.columns)
    labels = HEADINGS | _headings(tables)
    said = {column: labels.get(column) or f"{labels[column.removesuffix(_STATUS)]}：状态" for column in frame.columns}
    coded_columns = [column for column in frame.columns if column.endswith(_STATUS)]
    codes = {name: status.code for name, status in STATUSES.items()}
    coded = frame.with_columns(pl.col(coded_columns).replace_strict(codes, return_dtype=pl.Int8))
    coded.rename(names).to_pandas().to_stata(
        path,
        version=118,
        write_index=False,
        time_stamp=_NEVER,
        data_label="法治政府建设指标，首选值，一行一个单位年",
        variable_labels={names[column]: said[column][:80] for column in frame.columns},
        value_labels={names[column]: {s.code: s.name_zh for s in STATUSES.values()} for column in coded_columns},
    )


def stata_names(columns: Sequence[str]) -> dict[str, str]:
    """Column -> a name that Stata takes: no dots, at most 32 characters, none twice."""
    found: dict[str, str] = {}
    for column in columns:
        name = column.replace(".", "_")
        short, n = name[:32], 1
        while short in found.values():
            n += 1
            short = f"{name[: 31 - len(str(n))]}_{n}"
        found[column] = short
    return found


FORMATS: Mapping[str, tuple[str, Callable[[Tables, Path], None]]] = {
    "xlsx": ("indicators.xlsx", _xlsx),
    "csv-wide": ("indicators_wide.csv", _csv_wide),
    "dta": ("indicators_wide.dta", _dta_wide),
    "csv-panel": ("panel.csv", _csv_panel),
    "dta-panel": ("panel.dta", _dta_panel),
}
