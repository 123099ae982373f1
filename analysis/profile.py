"""One unit in one year, as the tables tell it: five years, the year before, its peers, promises, problems, silence.

`profile` computes what a briefing says; `memo` and `unit_slides` only lay it out. Every value keeps the number of its
source (a report and the page of it), so that no number is said without one. Compared is like with like: one indicator,
scope and basis, whole years, no break between. Few values are listed and not concluded from.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from analysis import catalogue, promises
from analysis.captions import SCOPES, SIGNS, THEMES, TIERS, mark, plain
from analysis.charts import FEW
from analysis.places import INVENTED
from analysis.readers.text import decode
from analysis.table import Tables

__all__ = ["Profile", "clean", "find_unit", "governments", "profile"]

YEARS = 5
NAME = 60  # characters of a unit's name; no real one has half as many
LONGEST = 300  # characters of a quoted sentence
LEAST = 3  # peers with a report, below which nothing is said of what "most" report

Row = Mapping[str, Any]

_UNWRITABLE = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DIVISION = re.compile(
    r"(?:示例)?(?:特别行政区|(?:[\u4e00-\u9fff]+族)?自治[区州县旗]|地区|林区|[省市县区旗盟镇乡]|街道)?(?:人民政府)?"
)


def clean(text: str, longest: int = 10**6) -> str:
    """The text without what XML cannot hold, on one line, cut where it is longer than `longest` characters."""
    text = " ".join(_UNWRITABLE.sub("", text).split())
    return text if len(text) <= longest else f"{text[:longest]}……（原句{len(text)}字）"


# --- Whose briefing ------------------------------------------------------------------------------


def _places(tables: Tables) -> pl.DataFrame:
    """A row a unit, as its latest report places it."""
    columns = ["unit", "province", "city", "county", "tier", "body", "year"]
    rows = pl.concat([tables.documents.select(columns), tables.indicators.select(columns)])
    rows = rows.filter(pl.col("unit") != "").sort("unit", "year", *columns[1:6], nulls_last=False)
    return rows.unique("unit", keep="last", maintain_order=True)


def find_unit(name: str, tables: Tables) -> str:
    """The unit of the tables that a name means: in full, without its parents, or short (云野 for 云野示例县).

    ``ValueError`` with the candidates where it means several or none.
    """
    wanted, places = clean(name).removesuffix("人民政府"), _places(tables)
    known = {row["unit"]: row for row in places.to_dicts()}
    joined = tables.units.filter(pl.col("name") == wanted)["unit"].to_list()
    groups = (
        [unit for unit in known if unit in (name, wanted)],
        [unit for unit in joined if unit in known],
        [unit for unit, row in known.items() if wanted in _names(row)],
        [unit for unit, row in known.items() if wanted and _is_short(wanted, _names(row)[-1])],
    )
    found = next((sorted(set(group)) for group in groups if group), [])
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(f"{wanted[:60]} means several units: {_listing(found)}")
    within = [unit for unit in known if wanted and wanted in unit]
    near = within[:8] or difflib.get_close_matches(wanted[:60], known, 8, 0.3)
    raise ValueError(f"no unit called {wanted[:60]} in the tables" + (f"; near: {_listing(near)}" if near else ""))


def _listing(units: Iterable[str]) -> str:
    return "、".join(clean(unit, NAME) for unit in units)


def _names(row: Row) -> list[str]:
    """A unit's name, and what is left of it without its province, and its city, from long to short."""
    names = [row["unit"]]
    for parent in (row["province"], row["city"], row["county"]):
        if parent and names[-1].startswith(parent) and len(names[-1]) - len(parent) >= 2:
            names.append(names[-1][len(parent) :])
    return names


def _is_short(name: str, full: str) -> bool:
    return len(name) >= 2 and full.startswith(name) and _DIVISION.fullmatch(full[len(name) :]) is not None


def governments(tables: Tables, tier: str, year: int | None = None) -> list[str]:
    """The governments of a tier that report on a year, by default the latest of the tables."""
    rows = tables.documents.filter(pl.col("tier") == tier, pl.col("body") == "government", pl.col("unit") != "")
    year = rows["year"].max() if year is None else year
    return sorted(rows.filter(pl.col("year") == year)["unit"].unique())


class Group(NamedTuple):
    """Peers of a unit; `units` without the unit itself."""

    name: str
    units: tuple[str, ...]


def _groups(place: Row, tables: Tables, peers: str | None) -> list[Group]:
    """The peers asked for: `city`, `province`, a file that lists them; by default city and province, as far as there are any.

    ``ValueError`` for a file that names what is no unit; ``OSError`` where there is none.
    """
    if peers not in (None, "city", "province"):
        units = [find_unit(name, tables) for name in _listed(Path(peers))]
        return [Group("所列单位", tuple(sorted(set(units) - {place["unit"]})))]
    places = _places(tables).filter(
        pl.col("tier") == place["tier"], pl.col("body") == place["body"], pl.col("unit") != place["unit"]
    )
    tier = TIERS[place["tier"]][0]
    in_city = places.filter(pl.col("city") == place["city"], pl.col("province") == place["province"])
    in_province = places.filter(pl.col("province") == place["province"])
    nation = place["tier"] in ("province", "national")
    groups = {
        "city": Group(f"同市{tier}单位", tuple(in_city["unit"]) if place["city"] and place["tier"] in ("county", "town") else ()),
        "province": Group(f"全国{tier}单位" if nation else f"全省{tier}单位", tuple((places if nation else in_province)["unit"])),
    }  # fmt: skip
    return [group for name, group in groups.items() if peers in (None, name) and group.units]


def _listed(path: Path) -> list[str]:
    """The names of a list: a line each, or the first column of a CSV, with or without the heading `unit`."""
    lines = [line.split(",")[0].strip().strip('"') for line in decode(path.read_bytes()).text.splitlines()]
    names = [
        line for line in lines if line and not line.startswith("#") and line not in ("unit", "name", "单位", "名称")
    ]
    if not names:
        raise ValueError(f"{path}: no name of a unit")
    return names


# --- What is said --------------------------------------------------------------------------------


class Source(NamedTuple):
    """A report, or a page of it, under the number by which values cite it."""

    number: int
    doc: str
    page: int | None
    title: str
    publisher: str
    kind: str
    published: str
    url: str


class Said(NamedTuple):
    """Words with the numbers of their sources; `row`: the row of `indicators` that they say."""

    text: str
    sources: tuple[int, ...] = ()
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator of one scope and basis over the years; `cells`: year -> value."""

    indicator: str
    name: str
    theme: str
    core: bool
    measure: str
    scope: str
    basis: str
    cells: Mapping[int, Said]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.indicator, self.scope, self.basis

    @property
    def what(self) -> str:
        """Scope and basis in words: 范围未注明，口径收到."""
        return f"范围{SCOPES[self.scope][0]}" + (f"，口径{self.basis}" if self.basis else "")


class Change(NamedTuple):
    """A line in the year before and in the year; `direction`: 增, 减, 平, or empty where the words do not decide."""

    line: Line
    before: Said
    after: Said
    direction: str
    text: str


class Beside(NamedTuple):
    """A line in the year beside its peers: what each group's values come to, and the rows behind."""

    line: Line
    own: Said
    groups: tuple[str, ...]
    rows: pl.DataFrame  # of the first group with any, with the unit's own


class Promise(NamedTuple):
    name: str
    target: Said
    sentence: str
    result: Said
    verdict: str
    why: str


class Problem(NamedTuple):
    theme: str
    sentence: Said


class Unstated(NamedTuple):
    """A core indicator that a report does not state: how many of how many peers do, and what stands in its place."""

    name: str
    stated: int
    peers: int
    instead: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What a briefing says of a unit. `values`: the rows of `indicators` behind it, the peers' too, with the `page`."""

    unit: str
    tier: str
    year: int
    invented: bool
    years: tuple[int, ...]
    reports: Mapping[int, int]
    groups: tuple[Group, ...]
    summary: tuple[Said, ...]
    lines: tuple[Line, ...]
    changes: tuple[Change, ...]
    besides: tuple[Beside, ...]
    kept: tuple[Promise, ...]
    coming: tuple[Promise, ...]
    problems: tuple[Problem, ...]
    topics: tuple[tuple[str, tuple[int | None, ...]], ...]
    unstated: tuple[Unstated, ...]
    signs: tuple[str, ...]
    sources: tuple[Source, ...]
    values: pl.DataFrame = field(repr=False)


VERDICTS = {
    "met": "达到", "not_met": "未达到", "not_reported": "报告未写", "not_comparable": "不可比", "no_report": "未读到该年报告",
}  # fmt: skip
_WHY = {
    "no year named": "没有写明是哪一年的目标",
    "scope differs": "范围不同",
    "basis differs": "口径不同",
    "sources of the result disagree": "结果有分歧",
    "the target is masked": "目标数字隐去",
    "a break lies between": "两年之间统计口径有断点",
    "the bound runs against the indicator's direction": "目标的方向与指标相反，请核对原句",
    "more is neither better nor worse": "结果与所写的数不同，该指标多少不等于好坏",
    "the result is known as a bound or rounded": "结果是约数或上下限，不能断定",
    "unit unknown": "单位不明",
}
_KINDS = {"government": "政府", "department": "部门", "court": "法院", "statistics": "统计", "press": "报刊"}
_BREAK = "、\u200b"  # LibreOffice breaks a line after a 、 between digits only where it is told that it may
_WORDS = {"over": "逾", "under": "近", "about": "约"}


def amount(value: float, measure: str) -> str:
    """A value in full: 98.78%, 1,287件; 亿 and 万 only where nothing is lost by them (1.2亿元)."""
    for size, least, word in ((1e8, 1e8, "亿"), (1e4, 1e5, "万")):
        if abs(value) >= least and value / size == round(value / size, 2):
            return f"{plain(value / size, 2)}{word}{'' if measure == '%' else measure}"
    return f"{plain(value, 6)}{measure}"


def said(row: Row, measure: bool = True) -> str:
    """A row's value with its qualifier, and with a sign where it is no number that the report writes: 逾1,287件, 95◇."""
    if row["value"] is None:
        return "有分歧"
    sign = SIGNS.get(mark("", row["origin"]), "")
    return f"{_WORDS.get(row['qualifier'], '')}{amount(row['value'], row['unit_of_measure'] if measure else '')}{sign}"


class _Sources:
    """Numbers for reports and pages, in the order in which they are cited."""

    def __init__(self, tables: Tables, unit: str) -> None:
        self.documents = {row["doc"]: row for row in tables.documents.iter_rows(named=True)}
        mine = tables.mentions.filter(pl.col("unit") == unit).select("doc", "indicator", "sentence", "page")
        self.pages = {row[:3]: row[3] for row in reversed(mine.rows())}
        self.found: dict[tuple[str, int | None], Source] = {}

    def of(self, doc: str, page: int | None) -> int:
        if (doc, page) not in self.found:
            row = self.documents.get(doc, {})
            stated = {
                name: clean(row.get(name) or "", 120) for name in ("source_title", "title", "publisher", "source_url")
            }
            self.found[doc, page] = Source(
                len(self.found) + 1,
                clean(doc, 200),
                page,
                stated["source_title"] or stated["title"],
                stated["publisher"],
                _KINDS.get(row.get("doc_type", ""), ""),
                row.get("published", ""),
                stated["source_url"],
            )
        return self.found[doc, page].number

    def page(self, row: Row, doc: str) -> int | None:
        return self.pages.get((doc, row["indicator"], row["sentence"]))

    def say(self, row: Row, measure: bool = True) -> Said:
        docs = row["doc"].split("; ")
        numbers = tuple(dict.fromkeys(self.of(doc, self.page(row, doc)) for doc in docs))
        return Said(said(row, measure), numbers, row)


def profile(unit: str, tables: Tables, year: int | None = None, peers: str | None = None) -> Profile:
    """What the tables say of a unit in a year, by default its latest, with the four years before.

    `unit` as it stands in the tables (`find_unit`). `peers`: see the verb `brief`. ``ValueError`` where the tables
    hold nothing of the unit in those years, or the peers cannot be told; ``OSError`` where their file cannot be read.
    """
    own = tables.indicators.filter(pl.col("unit") == unit, pl.col("period") == pl.col("year").cast(pl.String))
    reports = tables.documents.filter(pl.col("unit") == unit)
    had = sorted({*own["year"], *reports["year"].drop_nulls()})
    if not had:
        raise ValueError(f"{unit}: no report with a known year in the tables")
    year = had[-1] if year is None else year
    years = tuple(range(year - YEARS + 1, year + 1))
    if not set(years) & set(had):
        raise ValueError(
            f"{unit}: nothing from {years[0]} to {year} in the tables; there is {', '.join(map(str, had))}"
        )
    place = _places(tables).row(by_predicate=pl.col("unit") == unit, named=True)
    groups = _groups(place, tables, peers)
    sources = _Sources(tables, unit)
    counted = {y: (reports["year"] == y).sum() for y in years}
    cited = _of_reports(reports.filter(pl.col("year") == year), sources)
    lines = _lines(own.filter(pl.col("year").is_in(years)), tables, years, sources)
    doubtful = _doubtful(tables, unit, year)
    changes = [change for line in lines if (change := _change(line, unit, year, doubtful))]
    besides, values = _besides(lines, groups, tables, unit, year)
    kept, coming = _promises(tables, unit, year, sources)
    problems = _problems(tables, unit, year, sources)
    unstated = _unstated(tables, unit, place["tier"], year, groups) if counted[year] else []
    topics = promises.by_topic(tables.shortcomings, unit, years)
    rows = [cell.row for line in lines for cell in line.cells.values() if cell.row]
    signs = [key for key in SIGNS if any(row["origin"] == key for row in rows)]
    return Profile(
        unit=clean(unit, NAME),
        tier=place["tier"],
        year=year,
        invented=INVENTED.search(unit) is not None,
        years=years,
        reports=counted,
        groups=tuple(groups),
        summary=tuple(_summary(year, counted, cited, lines, changes, kept, problems, unstated)),
        lines=tuple(lines),
        changes=tuple(changes),
        besides=tuple(besides),
        kept=tuple(kept),
        coming=tuple(coming),
        problems=tuple(problems),
        topics=tuple((THEMES[t][0] if t else "未归类", tuple(counts)) for t, *counts, _ in topics.rows()),
        unstated=tuple(unstated),
        signs=tuple(signs),
        sources=tuple(sources.found.values()),
        values=_paged(
            _writable(pl.concat([own.filter(pl.col("year").is_in(years)), values]).unique(maintain_order=True)), tables
        ),
    )


def _writable(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with words that every format can hold, and names as they are shown."""
    shown = {unit: clean(unit, NAME) for unit in rows["unit"].unique()}
    return rows.with_columns(
        pl.col(pl.String).str.replace_all(r"[\x00-\x08\x0b-\x1f\x7f]|\u{fffe}|\u{ffff}", "")
    ).with_columns(pl.Series("unit", [shown[unit] for unit in rows["unit"]], dtype=pl.String))


def _paged(rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The rows with the page that each was read from."""
    key = ["doc", "indicator", "sentence"]
    pages = (
        tables.mentions.filter(pl.col("page").is_not_null())
        .select(*key, "page")
        .unique(key, keep="first", maintain_order=True)
    )
    return rows.join(pages, on=key, how="left", maintain_order="left")


def _of_reports(reports: pl.DataFrame, sources: _Sources) -> tuple[int, ...]:
    """The unit's reports on the year come first among the sources."""
    return tuple(sources.of(doc, None) for doc in reports.sort("doc_type", "doc")["doc"])


def _lines(own: pl.DataFrame, tables: Tables, years: Sequence[int], sources: _Sources) -> list[Line]:
    """The unit's lines in the order of the codebook."""
    core = dict(tables.codebook.select("indicator", "core").rows())
    order = {name: i for i, name in enumerate(THEMES)}
    found: dict[tuple[str, str, str], dict[int, Row]] = {}
    for row in own.iter_rows(named=True):
        found.setdefault((row["indicator"], row["scope"], row["basis"]), {})[row["year"]] = row
    lines = []
    for (indicator, scope, basis), rows in sorted(
        found.items(), key=lambda pair: (order.get(next(iter(pair[1].values()))["theme"], 99), pair[0])
    ):
        one = next(iter(rows.values()))
        cells = {year: sources.say(rows[year], measure=False) for year in years if year in rows}
        lines.append(
            Line(indicator, one["name_zh"], THEMES[one["theme"]][0], core.get(indicator, False), one["unit_of_measure"], scope, basis, cells)
        )  # fmt: skip
    return lines


DOUBT = "请核对"


def _doubtful(tables: Tables, unit: str, year: int) -> set[str]:
    """The indicators of which something does not add up in the year or the year before."""
    rows = tables.checks.filter(
        pl.col("unit") == unit, pl.col("year").is_in([year - 1, year]), pl.col("indicator") != ""
    )
    return set(rows["indicator"])


def _change(line: Line, unit: str, year: int, doubtful: Collection[str]) -> Change | None:
    """The year beside the year before; None where either is missing or a break lies between."""
    before, after = line.cells.get(year - 1), line.cells.get(year)
    if not before or not after or before.row["value"] is None or after.row["value"] is None:
        return None
    if any(cut["year"] == year for cut in catalogue.breaks(line.indicator, unit)):
        return None
    was, now = before.row, after.row
    doubt = f"，{DOUBT}" if line.indicator in doubtful else ""
    if was["qualifier"] != "exact" or now["qualifier"] != "exact":
        return Change(line, before, after, "", f"约数或上下限，不算差{doubt}")
    apart = round(now["value"] - was["value"], 6)
    if not apart:
        return Change(line, before, after, "平", f"持平{doubt}")
    word = "增" if apart > 0 else "减"
    unit_of_change = "个百分点" if line.measure == "%" else line.measure
    return Change(line, before, after, word, f"{word}{amount(abs(apart), '')}{unit_of_change}{doubt}")


def _besides(
    lines: Sequence[Line], groups: Sequence[Group], tables: Tables, unit: str, year: int
) -> tuple[list[Beside], pl.DataFrame]:
    """The unit's values of the year beside its peers' of the same indicator, scope and basis; and the peers' rows."""
    everyone = {name for group in groups for name in group.units}
    rows = tables.indicators.filter(
        pl.col("year") == year,
        pl.col("period") == str(year),
        pl.col("unit").is_in(sorted(everyone | {unit})),
        pl.col("value").is_not_null(),
    )
    at = {
        (part["indicator"][0], part["scope"][0], part["basis"][0]): part
        for part in rows.partition_by("indicator", "scope", "basis", maintain_order=True)
    }
    found: list[Beside] = []
    used: list[pl.DataFrame] = [rows.clear()]
    for line in lines:
        cell = line.cells.get(year)
        if cell is None or cell.row["value"] is None:
            continue
        part = at[line.key]
        theirs = [part.filter(pl.col("unit").is_in(group.units)) for group in groups]
        if not any(frame.height for frame in theirs):
            continue
        largest = max(theirs, key=lambda frame: frame.height)
        found.append(
            Beside(
                line,
                cell,
                tuple(map(_among, theirs)),
                _writable(pl.concat([part.filter(pl.col("unit") == unit), largest])),
            )
        )
        used += theirs
    return found, pl.concat(used)


def _among(rows: pl.DataFrame) -> str:
    """What peers' values come to: few are listed, more have a median and quartiles; rates mostly at 100 are counted."""
    n = rows.height
    if not n:
        return "—"
    if n < FEW:
        listed = [said(row, measure=False) for row in rows.sort("value", "unit").iter_rows(named=True)]
        return f"{n}家：{_BREAK.join(listed)}"
    values, measure = rows["value"], rows["unit_of_measure"][0]
    whole = (values == 100).sum()
    if measure == "%" and whole * 2 >= n:
        return f"{n}家，其中{whole}家为100"
    low, middle, high = (amount(round(values.quantile(q, "linear"), 2), "") for q in (0.25, 0.5, 0.75))
    inexact = (rows["qualifier"] != "exact").sum()
    return f"{n}家，中位数{middle}（四分位{low}—{high}）" + (f"，含约数等{inexact}个" if inexact else "")


def _promises(tables: Tables, unit: str, year: int, sources: _Sources) -> tuple[list[Promise], list[Promise]]:
    """Targets for the year with what became of them, and those that its report sets for later.

    Of the unit's own reports: what a court or a newspaper asks for is no promise.
    """
    speakers = tables.documents.filter(pl.col("doc_type").is_in(["government", "department"]))["doc"]
    rows = tables.promises.filter(pl.col("unit") == unit, pl.col("doc").is_in(speakers.implode()))
    due, later = pl.col("due") == year, (pl.col("due") > year) & (pl.col("year") == year)
    kept, coming = ([_promise(r, sources) for r in rows.filter(w).iter_rows(named=True)] for w in (due, later))
    return kept, coming


def _promise(row: Row, sources: _Sources) -> Promise:
    entry = catalogue.load()[row["indicator"]]
    bound = {"over": "不低于", "under": "不高于", "about": "约"}.get(row["qualifier"], "")
    if promises.bound_of(row["qualifier"], entry.direction) == "against":
        bound = f"{DOUBT}："
    aim = "数字隐去" if row["value"] is None else f"{bound}{amount(row['value'], row['unit_of_measure'])}"
    name = entry.name_zh + (f"（{row['basis']}）" if row["basis"] else "")
    target = Said(aim, (sources.of(row["doc"], row["page"]),))
    result = Said("—")
    if row["result_doc"]:
        like = {key: row[f"result_{key}"] for key in ("doc", "value", "qualifier", "origin", "sentence")}
        result = sources.say({**like, "indicator": row["indicator"], "unit_of_measure": row["unit_of_measure"]})
    return Promise(name, target, clean(row["sentence"], LONGEST), result, VERDICTS[row["verdict"]], _reason(row["why"]))


def _reason(why: str) -> str:
    """Why a target and a result do not compare, or what to know of it, in Chinese."""
    basis = re.fullmatch("basis of the target not stated, of the result (.*)", why.split("; ")[-1])
    words = [_WHY[part] for part in why.split("; ") if part in _WHY]
    return "；".join([*words, f"目标未写口径，结果口径为{basis[1]}"] if basis else words)


def _problems(tables: Tables, unit: str, year: int, sources: _Sources) -> list[Problem]:
    rows = tables.shortcomings.filter(pl.col("unit") == unit, pl.col("year") == year)
    return [
        Problem(
            THEMES[row["topic"]][0] if row["topic"] else "",
            Said(clean(row["sentence"], LONGEST), (sources.of(row["doc"], row["page"]),)),
        )
        for row in rows.iter_rows(named=True)
    ]


def _unstated(tables: Tables, unit: str, tier: str, year: int, groups: Sequence[Group]) -> list[Unstated]:
    """Core indicators of the unit's tier that more than half of the peers with a report state and the unit does not."""
    if not groups:
        return []
    largest = max(groups, key=lambda group: len(group.units))
    of_year = tables.documents.filter(pl.col("year") == year)
    reporting = set(of_year["unit"]) & set(largest.units)
    if len(reporting) < LEAST:
        return []
    said_of: dict[str, set[str]] = {}
    masked, part = set(), set()
    for row in tables.mentions.filter(pl.col("year") == year).select("unit", "indicator", "qualifier").iter_rows():
        said_of.setdefault(row[1], set()).add(row[0])
        if row[0] == unit:
            (masked if row[2] == "redacted" else part).add(row[1])
    valued = set(
        tables.indicators.filter(
            pl.col("unit") == unit, pl.col("year") == year, pl.col("period") == pl.col("year").cast(pl.String)
        )["indicator"]
    )
    found = []
    for row in tables.codebook.filter(pl.col("core")).select("indicator", "name_zh", "tiers").iter_rows(named=True):
        if row["indicator"] in valued or tier not in row["tiers"].replace(" ", "").split(";"):
            continue
        count = len(said_of.get(row["indicator"], set()) & reporting)
        if count * 2 > len(reporting):
            name = row["indicator"]
            instead = "写到而数字隐去" if name in masked else "只写分项或部分时段" if name in part else ""
            found.append(Unstated(row["name_zh"], count, len(reporting), instead))
    return sorted(found, key=lambda one: (-one.stated, one.name))


def _summary(
    year: int,
    counted: Mapping[int, int],
    cited: tuple[int, ...],
    lines: Sequence[Line],
    changes: Sequence[Change],
    kept: Sequence[Promise],
    problems: Sequence[Problem],
    unstated: Sequence[Unstated],
) -> Iterable[Said]:
    """A sentence a section, counted."""
    had = [y for y, n in counted.items() if n]
    if counted[year]:
        yield Said(
            f"依据：读到{year}年度报告{counted[year]}份；五年（{min(counted)}—{year}）中有{len(had)}年读到报告。", cited
        )
    else:
        yield Said(
            f"没有读到{year}年度报告；五年（{min(counted)}—{year}）中有{len(had)}年读到报告。没有读到不等于没有公布。"
        )
    now = {line.indicator for line in lines if year in line.cells}
    core = {line.indicator for line in lines if year in line.cells and line.core}
    yield Said(f"指标：{year}年有数的指标{len(now)}项，其中核心指标{len(core)}项。")
    ways = {word: sum(change.direction == word for change in changes) for word in ("增", "减", "平")}
    if changes:
        told = "、".join(f"{word}{n}项" for word, n in ways.items() if n) or "都是约数或上下限，不算差"
        left = len(changes) - sum(ways.values())
        rest = f"，另{left}项是约数或上下限，不算差" if left and left < len(changes) else ""
        yield Said(f"与上年相比：可比的{len(changes)}项中，{told}{rest}。增减只是数的变化，不等于好坏。")
    else:
        yield Said("与上年相比：没有范围、口径都相同的两年数。")
    if kept:
        verdicts = [(word, sum(one.verdict == word for one in kept)) for word in VERDICTS.values()]
        yield Said(f"承诺：为{year}年定的目标{len(kept)}项，" + "，".join(f"{w}{n}项" for w, n in verdicts if n) + "。")
    else:
        yield Said(f"承诺：没有读到为{year}年定的、带数字的目标。")
    yield Said(
        f"问题：{year}年度报告自述问题{len(problems)}句。"
        if problems
        else f"问题：没有读到{year}年度报告自述问题的句子。"
    )
    if counted[year] and unstated:
        yield Said(f"没有写明：半数以上同类单位写了、本单位没有写的核心指标{len(unstated)}项。没有写不等于没有做。")
