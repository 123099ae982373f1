"""核对清单.xlsx: the values for people to look at in Excel or WPS, and what they filled in as corrections.

``export`` writes a row a value, by unit, the doubtful first: value, sentence with the number in bold, what is doubtful
about it, where it stands, and four empty columns (核定值, 处理, 理由, 核定人). Of a value on which sources disagree each
source has a row. ``take`` reads the list back: what was filled in becomes entries of corrections.toml, what cannot be
taken for certain is named with its row. Hidden columns hold the key of each value and a checksum over it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import xlsxwriter
from pydantic import ValidationError

from analysis import catalogue, cells, corrections
from analysis.corrections import DISPUTED, Correction
from analysis.export import CELL, ROWS, TO_FILL_IN, display_width, said
from analysis.quantities import find_quantities
from analysis.staging import whole
from analysis.table import Tables, load

NAME = "核对清单.xlsx"
SHEET = "核对"
ACTIONS = {"改为核定值": "override", "删除": "drop", "存疑": "flag"}
_NEVER = datetime(2000, 1, 1)  # stands for the date of writing, so that the same tables give the same bytes

Row = dict[str, Any]


class _Column(NamedTuple):
    heading: str
    width: int


_SENTENCE, _LINE = 52, 13.5  # width of a sentence in characters, height of a line in points
SHOWN = (
    _Column("单位", 18),
    _Column("期间", 9),
    _Column("指标", 18),
    _Column("数值", 11),
    _Column("计量单位", 6),
    _Column("精确程度", 6),
    _Column("范围", 8),
    _Column("口径", 8),
    _Column("原句", _SENTENCE),
    _Column("存疑之处", 26),
    _Column("文件", 24),
    _Column("章节", 16),
    _Column("页", 5),
)
FILLED = (_Column("核定值", 12), _Column("处理", 12), _Column("理由", 22), _Column("核定人", 9))
KEY = ("unit", "period", "indicator", "scope", "basis", "doc", "start", "end", "shown", "read", "disputed")
_MARK, _SHOWN = "key", "数值"

INSTRUCTIONS = (
    "怎样填这份清单",
    "一、每行是从报告里读出的一个数。请对照“原句”（数字已加粗）和“存疑之处”，必要时查原报告，看“数值”对不对。",
    "二、对的不用填。要处理的，填黄色的四列：",
    "　　核定值：正确的数，按“计量单位”填，如 21000；也可以写 2.1万、98.6%。不要写公式。",
    "　　处理：“改为核定值”用核定值代替读出的数；“删除”这个数不该有，不再采用；“存疑”数照旧，加一个标记。填了核定值、没选处理的，按“改为核定值”。",
    "　　理由：必填，写清依据，如“附件2的表作88件”。",
    "　　核定人：必填。",
    "三、“来源不一致”的，每个来源一行：在其中一行填核定值，或把错的那行“删除”。两种办法只用一种。",
    "四、灰色各列和隐藏的列不要改，行不要自己添加；可以筛选、调列宽。工作表的保护没有密码，只防误改。",
    "五、填好后存成 xlsx，运行 python -m analysis review import 文件名，再运行 python -m analysis build。没有收下的行会写明行号和原因。",
    "六、核定值写进 corrections.toml，报告原文和 mentions 表不动；表中这一行的由来记为“人工更正”，标记里写理由。",
)


# --- Out -----------------------------------------------------------------------------------------


def export(out: str | Path | None = None, tables: Tables | None = None, every: bool = False) -> tuple[Path, int]:
    """Writes the list, of the doubtful values or of ``every`` one: (file, rows). The same tables give the same bytes.

    ``out`` is below ``data/processed/export`` by default. Raises ``ValueError`` where nothing is to be looked at, or
    there are more rows than a sheet of Excel holds.
    """
    tables = load() if tables is None else tables
    listed = _listed(tables, every)
    if not listed:
        raise ValueError("no value to look at" if every else "no doubtful value; --all lists every one")
    if len(listed) + 1 > ROWS:
        raise ValueError(f"{len(listed):,} rows, Excel holds {ROWS - 1:,} below the heading")
    path = Path("data/processed/export") / NAME if out is None else Path(out)
    with whole(path) as part:
        _write(listed, part)
    return path, len(listed)


@dataclass(frozen=True, slots=True)
class _Value:
    """A row of the list: an observation, or one of the statements that it could not decide between."""

    observation: Row
    statement: Row  # of mentions
    value: float
    doubts: tuple[str, ...]

    @property
    def shown(self) -> float:
        """The value in the table, which may have been corrected."""
        return float(self.value if self.observation["value"] is None else self.observation["value"])

    @property
    def key(self) -> dict[str, str]:
        """The hidden columns, as text: programs may not change the type of what they do not show."""
        about = {name: str(self.observation[name]) for name in ("unit", "period", "indicator", "scope", "basis")}
        disputed = DISPUTED if self.observation["value"] is None else ""
        where = {name: str(self.statement[name]) for name in ("doc", "start", "end")}
        return about | where | {"shown": repr(self.shown), "read": repr(float(self.value)), "disputed": disputed}


def _listed(tables: Tables, every: bool) -> list[_Value]:
    stated = _statements(tables)
    findings = _findings(tables)
    courts = set(tables.documents.filter(pl.col("doc_type") == "court")["doc"])
    listed: list[_Value] = []
    for row in tables.indicators.iter_rows(named=True):
        found = [each for each in stated[_about(row)] if each["doc"] in row["doc"].split("; ")]
        for each in _speaking(row, found, courts):
            doubts = tuple(_doubts(row, each, findings))
            if every or doubts:
                listed.append(_Value(row, each, row["value"] if row["origin"] == "summed" else each["value"], doubts))
    return sorted(listed, key=lambda v: (v.observation["unit"], _weight(v.doubts), *v.key.values()))


def _about(row: Row) -> tuple[str, ...]:
    return row["unit"], row["period"], row["indicator"], row["basis"]


def _statements(tables: Tables) -> Mapping[tuple[str, ...], list[Row]]:
    """What the reports state: unit, period, indicator and basis -> rows of mentions."""
    found: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in tables.mentions.iter_rows(named=True):
        found[_about(row)].append(row)
    return found


def _speaking(observation: Row, statements: list[Row], courts: set[str]) -> list[Row]:
    """The statement that an observation was taken from, of a sum its first part; all that it could not decide between."""
    quote = observation["quote"]
    if quote:
        same = [each for each in statements if each["sentence"] == observation["sentence"]]
        spoken = [each for each in same if each["quote"] == quote and _scope(each, courts) == observation["scope"]]
        return (spoken or [each for each in same if quote.startswith(each["quote"])])[:1]
    spoken = [each for each in statements if each["role"] == "headline" and each["value"] is not None]
    spoken = [each for each in spoken if _scope(each, courts) == observation["scope"]]
    return spoken if observation["value"] is None else spoken[:1]


def _scope(statement: Row, courts: set[str]) -> str:
    return statement["scope"] or ("area" if statement["doc"] in courts else "")


def _findings(tables: Tables) -> Mapping[tuple[str, int, str], list[Row]]:
    """Unit, year and indicator -> rows of checks, less disagreements, which the list shows row by row."""
    found: defaultdict[tuple[str, int, str], list[Row]] = defaultdict(list)
    for row in tables.checks.filter(pl.col("check") != DISPUTED).iter_rows(named=True):
        found[row["unit"], row["year"], row["indicator"]].append(row)
    return found


_GRAVEST = ("来源不一致", "扫描识别存疑", "核对", "模型改判", "由分项相加", "取自以后年度报告", "人工存疑", "人工更正")


def _weight(doubts: Sequence[str]) -> int:
    """Lower is shown first."""
    return min((at for at, words in enumerate(_GRAVEST) for doubt in doubts if doubt.startswith(words)), default=99)


def _doubts(observation: Row, statement: Row, findings: Mapping[tuple[str, int, str], list[Row]]) -> Iterator[str]:
    yield from (said("flags", flag) for flag in observation["flags"].split(";") if flag)
    for check in findings[observation["unit"], observation["year"], observation["indicator"]]:
        yield f"核对：{said('check', check['check'])}：{check['message']}"
    if "/opinion" in statement["rule"]:
        yield "模型改判：规则的结果由第二意见填补或替换"
    if observation["origin"] == "summed":
        yield f"由分项相加：{observation['quote']}"


def _write(listed: Sequence[_Value], path: Path) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"title": "核对清单", "created": _NEVER})
        _write_list(book, listed)
        _write_instructions(book)


def _write_list(book: xlsxwriter.Workbook, listed: Sequence[_Value]) -> None:
    looks = _Looks(book)
    sheet = book.add_worksheet(SHEET)
    columns = (*SHOWN, *FILLED)
    hidden = [*KEY, _MARK]
    last = len(columns) - 1
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, column.heading, looks.asked if column in FILLED else looks.head)
    sheet.set_column(last + 1, last + len(hidden), 8, None, {"hidden": True})
    for at, name in enumerate(hidden, last + 1):
        sheet.write_string(0, at, name, looks.head)
    for number, value in enumerate(listed, 1):
        _write_row(sheet, number, value, looks)
    sheet.data_validation(1, last - 2, len(listed), last - 2, {
        "validate": "list", "source": list(ACTIONS), "error_title": "处理", "error_message": "请从列表中选，或留空。",
    })  # fmt: skip
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, len(listed), last)
    sheet.protect("", {"autofilter": True, "format_columns": True, "format_rows": True})
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, len(listed), last)
    sheet.set_footer("&C&P / &N")


class _Looks:
    """The cell formats, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book, self._made = book, {}
        self.text = book.add_format(TO_FILL_IN)
        self.words = book.add_format({"font_name": "微软雅黑", "font_size": 9})
        self.bold = book.add_format({"font_name": "微软雅黑", "font_size": 9, "bold": True, "font_color": "#B02418"})
        self.doubt = book.add_format(TO_FILL_IN | {"font_color": "#8A4B00"})
        self.head = book.add_format(TO_FILL_IN | {"bold": True, "bg_color": "#E4E4E4"})
        self.asked = book.add_format(TO_FILL_IN | {"bold": True, "bg_color": "#FFE08A"})
        self.open = book.add_format(TO_FILL_IN | {"locked": False, "bg_color": "#FFF9E3"})

    def number(self, value: float) -> Any:
        """Its unit of measure stands beside it."""
        code = "#,##0" if value == int(value) else "#,##0.00"
        if code not in self._made:
            self._made[code] = self._book.add_format(TO_FILL_IN | {"num_format": code})
        return self._made[code]


def _write_row(sheet: Any, number: int, value: _Value, looks: _Looks) -> None:
    row, statement = value.observation, value.statement
    qualifier = row["qualifier"] or statement["qualifier"]
    texts = {
        "单位": row["unit"], "期间": row["period"], "指标": row["name_zh"], "计量单位": row["unit_of_measure"],
        "精确程度": said("qualifier", qualifier), "范围": said("scope", row["scope"]), "口径": row["basis"],
        "存疑之处": "\n".join(value.doubts), "文件": statement["doc"], "章节": statement["section"],
        "页": "" if statement["page"] is None else str(statement["page"]),
    }  # fmt: skip
    lines = [
        -(-display_width(words) // (column.width - 1))
        for column in SHOWN
        for words in texts.get(column.heading, "").split("\n")
    ]
    sentence = -(-display_width(statement["sentence"]) // (_SENTENCE - 1))
    sheet.set_row(number, min(_LINE * max(1, sentence, *lines), 400))  # no program fits rows to rich text
    for at, column in enumerate(SHOWN):
        if column.heading == _SHOWN:
            sheet.write_number(number, at, value.shown, looks.number(value.shown))
        elif column.heading == "原句":
            _write_sentence(sheet, number, at, statement, looks)
        else:
            look = looks.doubt if column.heading == "存疑之处" else looks.text
            _write_text(sheet, number, at, texts[column.heading], look)
    for at in range(len(SHOWN), len(SHOWN) + len(FILLED)):
        sheet.write_blank(number, at, None, looks.open)
    key = value.key
    for at, words in enumerate((*key.values(), _checksum(key.values())), len(SHOWN) + len(FILLED)):
        _write_text(sheet, number, at, words, looks.text)


def _write_text(sheet: Any, row: int, at: int, words: str, look: Any) -> None:
    if words:
        sheet.write_string(row, at, words[:CELL], look)
    else:
        sheet.write_blank(row, at, None, look)


def _write_sentence(sheet: Any, row: int, at: int, statement: Row, looks: _Looks) -> None:
    """The sentence with its number in bold, where the number is found in it."""
    sentence, quote = statement["sentence"], statement["quote"]
    start = _found(sentence, quote)
    before, after = sentence[:start], sentence[start + len(quote) :]
    pieces = [part for words in (before, after) for part in ((looks.words, words) if words else ())]
    pieces[2 if before else 0 : 0] = [looks.bold, quote]
    if start < 0 or not (before or after) or len(sentence) > CELL:
        _write_text(sheet, row, at, sentence, looks.text)
    else:
        sheet.write_rich_string(row, at, *pieces, looks.text)


def _found(sentence: str, quote: str) -> int:
    """Where the quote stands as a number of its own: 3件 is not the end of 13件."""
    whole = [q.start for q in find_quantities(sentence) if sentence[q.start : q.end] == quote]
    return whole[0] if whole else sentence.find(quote) if quote else -1


_PAGE = 70  # characters


def _write_instructions(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("填写说明")
    look = {"font_name": "微软雅黑", "font_size": 11, "valign": "top", "text_wrap": True}
    sheet.set_column(0, 0, _PAGE, book.add_format(look))
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, INSTRUCTIONS[0], book.add_format(look | {"bold": True, "font_size": 14}))
    for at, line in enumerate(INSTRUCTIONS[1:], 1):
        sheet.set_row(at, 18 * -(-display_width(line) // (_PAGE - 6)))
        sheet.write_string(at, 0, line, book.add_format(look))
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def _checksum(words: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(words).encode()).hexdigest()[:16]


# --- Back ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Taken:
    """What a filled-in list gave. ``refused``: (number of the row in the sheet, why); ``known``: rows whose entry
    stands in the file already; ``confirmed``: rows whose 核定值 is the value read, for which there is nothing to do."""

    path: Path
    entries: tuple[Correction, ...]
    refused: tuple[tuple[int, str], ...]
    known: int
    confirmed: int


def take(filled: str | Path, path: str | Path = Path("data") / corrections.NAME, when: date | None = None) -> Taken:
    """Turns what people filled in into entries at the end of ``path``; ``when`` is today by default.

    Raises OSError, and ValueError where the workbook is no such list or the file of corrections is at fault.
    """
    path, when = Path(path), when or date.today()
    standing = {entry.target: entry for entry in (corrections.read(path) if path.is_file() else ())}
    decided: list[tuple[int, Correction]] = []
    refused: list[tuple[int, str]] = []
    known = confirmed = 0
    for number, row in cells.rows(filled, SHEET, [*(c.heading for c in (*SHOWN, *FILLED)), *KEY, _MARK]):
        try:
            entry = _entry(row, when)
            if entry is None:
                continue
            if entry.value is not None and entry.value == entry.expected:
                confirmed += 1
            elif (former := standing.get(entry.target)) is None:
                decided.append((number, entry))
            elif _decision(former) == _decision(entry):
                known += 1
            else:
                raise ValueError(f"another correction stands in {path.name}; change it there: {former}")
        except ValidationError as error:
            refused.append((number, "; ".join(each["msg"].removeprefix("Value error, ") for each in error.errors())))
        except ValueError as error:
            refused.append((number, str(error)))
    taken, conflicting = _reconciled(decided)
    if taken:
        corrections.append(path, taken)
    return Taken(path, tuple(taken), tuple(sorted([*refused, *conflicting])), known, confirmed)


def _entry(row: Mapping[str, Any], when: date) -> Correction | None:
    """What a row decides, None where nothing is filled in. Raises ValueError with the reason."""
    key = {name: cells.kept(row[name]) for name in KEY}
    mark = cells.kept(row[_MARK])
    filled = any(row[column.heading].value not in (None, "") for column in FILLED)
    if not mark and not any(key.values()):
        if filled:
            raise ValueError("the row has no key in the hidden columns: rows cannot be added by hand")
        return None
    if mark != _checksum(key.values()):
        raise ValueError("the hidden columns were changed: export the list anew and fill in this row there")
    indicator = catalogue.load().get(key["indicator"])
    if indicator is None:
        raise ValueError(f"the catalogue has no indicator {key['indicator']}: export the list anew")
    if not _is(row[_SHOWN], float(key["shown"])):
        raise ValueError("数值 was overwritten: leave it, and write the right number into 核定值")
    if not filled:
        return None
    value = _in_column("核定值", cells.number, row, indicator)
    word, reason, who = (_in_column(name, cells.text, row) for name in ("处理", "理由", "核定人"))
    word = word or ("改为核定值" if value is not None else "")
    _require(word, value, reason, who)
    if value is not None and not indicator.range[0] <= value.value <= indicator.range[1]:
        low, high = (f"{bound:.15g}" for bound in indicator.range)
        raise ValueError(
            f"核定值 {value.value:.15g} lies outside {low} to {high} {indicator.unit_of_measure}, the plausible range"
        )
    read = float(key["read"])
    action = ACTIONS[word]
    return Correction(
        action=action,
        **{name: key[name] for name in ("doc", "unit", "period", "indicator", "scope", "basis")},
        expected=DISPUTED if key["disputed"] and action != "drop" else read,
        value=value.value if value else None,
        qualifier=value.qualifier if value else "",
        reason=reason,
        who=who,
        when=when,
    )


def _is(cell: Any, value: float) -> bool:
    """Whether a cell still holds the number that was written into it."""
    try:
        return float(cells.kept(cell).replace(",", "")) == value
    except ValueError:
        return False


def _in_column(name: str, taken: Any, row: Mapping[str, Any], *more: Any) -> Any:
    """The cell as ``taken`` reads it, its fault with the column's name."""
    try:
        return taken(row[name], *more)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _require(word: str, value: cells.Number | None, reason: str, who: str) -> None:
    if word not in ACTIONS:
        raise ValueError(f"处理: {word} is none of {'、'.join(ACTIONS)}" if word else "处理 and 核定值 are empty")
    if word == "改为核定值" and value is None:
        raise ValueError("核定值 is empty")
    if word != "改为核定值" and value is not None:
        raise ValueError(f"处理 says {word}, but a 核定值 is given: leave one of them out")
    if missing := [name for name, said in (("理由", reason), ("核定人", who)) if not said]:
        raise ValueError(f"{'、'.join(missing)} is empty")


def _decision(entry: Correction) -> tuple[object, ...]:
    return entry.value, entry.expected, entry.qualifier


def _reconciled(decided: Sequence[tuple[int, Correction]]) -> tuple[list[Correction], list[tuple[int, str]]]:
    """(entries, rows refused): of rows about one observation one may give a value, or some be dropped, not both."""
    groups: defaultdict[tuple[str, ...], list[tuple[int, Correction]]] = defaultdict(list)
    for number, entry in decided:
        groups[entry.unit, entry.period, entry.indicator, entry.scope, entry.basis].append((number, entry))
    taken: list[Correction] = []
    refused: list[tuple[int, str]] = []
    for group in groups.values():
        overrides = [(number, entry) for number, entry in group if entry.action == "override"]
        drops = [(number, entry) for number, entry in group if entry.action == "drop"]
        if len({_decision(entry) for _, entry in overrides}) > 1 or (overrides and drops):
            numbers = "、".join(str(number) for number, _ in overrides + drops)
            refused += [(number, f"rows {numbers} decide differently on one value") for number, _ in overrides + drops]
            overrides, drops = [], []
        flags = [(number, entry) for number, entry in group if entry.action == "flag"]
        once = {entry.target: entry for _, entry in chain(flags, drops)}
        taken += [*once.values(), *(entry for _, entry in overrides[:1])]
    return taken, refused
