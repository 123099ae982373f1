"""Whose report a text is: unit, level, province, city, county, code, year, date of publication.

The one public verb is `identify`. What the metadata say wins, then the title, then the text;
of the text only the edges are read (heading, address line, labels of the page, signature,
footer), besides the titles of the documents it cites and the years it reports on: places named
in a body are places visited, compared with, or lent a court by, and seldom the report's own.

Sources of the rules: `divisions.csv` (year-end lists of 民政部 since 2000, frozen by
`benchmarks/freeze_divisions.py`) for every place that has a code; `aliases.toml` for zones and
short names that have none; suffixes (镇 乡 街道 管委会 新区 …) for all others; the word 示例 for
invented places (INVENTED), which are in no list. Of two places with
one name none is chosen unless a parent stands nearby: a wrong place is worse than none.

Importing this module reads no file; the first call reads both, once.
"""

from __future__ import annotations

import csv
import datetime
import functools
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from analysis.characters import simplified

__all__ = ["INVENTED", "Identity", "identify", "meant"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose report a text is, where and when. An empty string: the report does not let one know."""

    unit: str  # the body the figures are for, with its parents: 浙江省杭州市临平区塘栖镇
    level: str  # national province city county town zone department, or ""
    tier: str  # of the area: national province city county town, or ""
    body: str  # government department zone court other, or ""
    province: str
    city: str
    county: str
    adcode: str  # of the smallest known division that has a code in that year
    year: int | None  # reported on
    period: str  # 2021, 2021-H1, 2021-01/11, 2021-07, 2016/2020
    published: str  # ISO date
    warnings: tuple[str, ...]  # plain sentences


def identify(meta: Mapping[str, str], title: str, text: str, name: str = "") -> Identity:
    """Tell whose report `text` is.

    `meta` holds any of unit, level, province, city, county, year, period, published, publisher,
    source_title, doc_type; `text` may begin with navigation and labels; `name` is the file's stem
    and is asked for the year alone. Nothing raises: what cannot be known is empty and, where a
    reader should look, named in `warnings`.

    The unit is written in one way whatever the report calls itself (full names of the parents,
    no 人民政府, 街道 for 街道办事处), so that one unit has one name in every year. A court's figures
    are about its area, so the unit is the area and `body` says `court`.
    """
    read = simplified(title + text)
    title, text = read[: len(title)], read[len(title) :]
    stated = {key: _half_width(str(value).strip()[:300]) for key, value in meta.items() if value is not None}
    page = _Page.of(title, text)
    warnings: list[str] = []
    published = _published(stated.get("published", ""), page)
    year, period = _when(stated, page, text, published, name, warnings)
    if year and published and int(published[:4]) < year:
        warnings.append(f"published {published}, before the end of the year reported on, {year}")
    named, source = _named_unit(stated, page, year)
    place: Place = ()
    if source == "masked":
        said = _stated_places(stated, (), year)
        place = said[0] if len(said) == 1 else ()
        warnings.append("the report is masked: it names no place")
    elif source not in ("unit", "title"):
        warnings.append(f"the title names no unit: taken from the {source}" if source else "no unit")
    if named == Named():
        warnings.append("no place")  # what stands near is no place of nobody
    elif source != "masked" and named.kind not in ("national", "nation"):
        place = _where(stated, named, page, text, year, warnings)
    return _compose(stated, named, place, year, period, published, warnings)


def meant(name: str, code: str = "", year: int | None = None) -> tuple[str, ...]:
    """The units that a name on a list can mean in a year, written as `identify` writes them: 临平区, 余杭, 宁波市司法局.

    Several where it is ambiguous, none where it names no place of the lists. `code`: six digits of the place it is, or
    of the place it lies in; only what fits it is given. With a code and no name: the division of that code.
    """
    name, code = _half_width(simplified(name)).strip(), code.strip()[:6]
    coded = {"".join(d.name for d in _place(row, year)) for row in _nearest(gazetteer().by_code.get(code, ()), year)}
    if not name:
        return tuple(sorted(coded))
    named = _read_name(name, year) or Named()
    places = named.places or tuple(_place(row, year) for row in _nearest(gazetteer().by_bare.get(name, ()), year))
    if named == Named() and not places:
        return ()
    fitting = [place for place in places if not code or "".join(d.name for d in place) in coded]
    if not places:  # 南星街道: the list of divisions has no towns, the code says where it lies
        own = _unit(named, ())
        return tuple(f"{place}{own}" for place in sorted(coded)) or ((own,) if own and not code else ())
    return tuple(dict.fromkeys(_unit(named._replace(places=(place,)), place) for place in fitting))


# --- Divisions -----------------------------------------------------------------------------------


class Division(NamedTuple):
    """A line of divisions.csv: a place that has this code, name and parent from `first` to `last`."""

    code: str
    name: str
    parent: str
    first: int
    last: int

    @property
    def tier(self) -> str:
        if not self.parent:
            return "province"
        if not self.code:  # an invented place
            return "city" if self.parent.endswith("省") else "county"
        # In the municipalities and for 仙桃市 the parent is a province though the place is a county.
        return "city" if self.code.endswith("00") else "county"


Place = tuple[Division, ...]  # from the province down; a district of 北京市 has two members


class Alias(NamedTuple):
    """An entry of aliases.toml: a place without a code, or another name of one that has a code."""

    name: str
    unit: str  # the name to write; where it stands for a division, the division's name
    division: bool
    level: str
    tier: str
    within: tuple[str, ...]  # full names of its parents, from the province down
    alone: bool  # written without its parents
    first: int
    last: int


class Gazetteer(NamedTuple):
    """All that is known of places, ready to be asked by name."""

    by_name: dict[str, list[Division]]
    by_other: dict[str, list[Division]]  # 延边州, 金平县: other names in full
    by_bare: dict[str, list[Division]]  # 延边, 金平: names without the word for their kind
    by_code: dict[str, list[Division]]
    aliases: dict[str, list[Alias]]
    beginnings: frozenset[str]  # the first two characters of all names, and the last two of full names:
    endings: frozenset[str]  # sieves for running text
    longest: int
    newest: int


_HERE = Path(__file__).parent
_FOREVER = 9999
_PEOPLES = [
    "蒙古",
    "回",
    "藏",
    "维吾尔",
    "苗",
    "彝",
    "壮",
    "布依",
    "朝鲜",
    "满",
    "侗",
    "瑶",
    "白",
    "土家",
    "哈尼",
    "哈萨克",
    "傣",
    "黎",
    "傈僳",
    "佤",
    "畲",
    "高山",
    "拉祜",
    "水",
    "东乡",
    "纳西",
    "景颇",
    "柯尔克孜",
    "土",
    "达斡尔",
    "仫佬",
    "羌",
    "布朗",
    "撒拉",
    "毛南",
    "仡佬",
    "锡伯",
    "阿昌",
    "普米",
    "塔吉克",
    "怒",
    "乌孜别克",
    "俄罗斯",
    "鄂温克",
    "德昂",
    "保安",
    "裕固",
    "京",
    "塔塔尔",
    "独龙",
    "鄂伦春",
    "赫哲",
    "门巴",
    "珞巴",
    "基诺",
]
_PEOPLE_AT_END = re.compile(
    "(?:"
    + "|".join(sorted((f"{p}族" for p in _PEOPLES), key=len, reverse=True))
    + "|各族|蒙古|哈萨克|柯尔克孜|锡伯|塔吉克|维吾尔|壮)$"
)
# Names that say no more than a kind; they are places only right behind their parent.
_GENERIC = frozenset(["市区", "城区", "郊区", "矿区", "新区", "东区", "西区", "市郊区"])


def _without_people(name: str) -> str:
    """Strip the peoples from the end of a name: 金平苗族瑶族傣族 -> 金平; at least two characters stay."""
    while (found := _PEOPLE_AT_END.search(name)) and found.start() >= 2:
        name = name[: found.start()]
    return name


def _other_names(division: Division) -> tuple[str, str]:
    """(another full name, the bare name) of a division, each "" where there is none."""
    name = division.name
    for ending, short in (("自治州", "州"), ("自治县", "县"), ("自治旗", "旗")):
        if name.endswith(ending):
            bare = _without_people(name[: -len(ending)])
            if bare.endswith("族"):  # 东乡族自治县
                bare = bare[:-1]
            return bare + short, bare
    if name.endswith("特别行政区"):
        return "", name[:-5]
    if name.endswith("自治区"):
        return "", _without_people(name[:-3])
    if name.endswith("地区"):
        return "", name[:-2]
    if name.endswith("族区"):  # 管城回族区
        bare = _without_people(name[:-1])
        return bare + "区", bare
    bare = name[:-1]
    return "", bare if len(bare) > 1 else ""


@functools.cache
def gazetteer() -> Gazetteer:
    """Read divisions.csv and aliases.toml, once."""
    by_name: dict[str, list[Division]] = {}
    by_other: dict[str, list[Division]] = {}
    by_bare: dict[str, list[Division]] = {}
    by_code: dict[str, list[Division]] = {}
    with (_HERE / "divisions.csv").open(encoding="utf-8", newline="") as file:
        next(file)  # the comment with the source
        next(file)  # the heading
        for code, name, parent, first, last in csv.reader(file):
            division = Division(code, name, parent, int(first), int(last))
            by_name.setdefault(name, []).append(division)
            by_code.setdefault(code, []).append(division)
            other, bare = _other_names(division)
            if other:
                by_other.setdefault(other, []).append(division)
            if bare:
                by_bare.setdefault(bare, []).append(division)
    aliases: dict[str, list[Alias]] = {}
    for entry in tomllib.loads((_HERE / "aliases.toml").read_text(encoding="utf-8"))["alias"]:
        names = entry["names"]
        alias = Alias(
            names[0],
            entry.get("division", entry.get("written", names[0])),
            "division" in entry,
            entry.get("level", "zone"),
            entry.get("tier", ""),
            tuple(entry.get("within", ())),
            entry.get("alone", False),
            entry.get("first", 0),
            entry.get("last", _FOREVER),
        )
        for name in names:
            aliases.setdefault(name, []).append(alias)
    return Gazetteer(
        by_name,
        by_other,
        by_bare,
        by_code,
        aliases,
        frozenset(name[:2] for names in (by_name, by_other, by_bare, aliases) for name in names),
        frozenset(name[-2:] for names in (by_name, by_other, aliases) for name in names),
        max(map(len, (*by_name, *by_other, *aliases))),
        max(row.last for rows in by_name.values() for row in rows),
    )


def _nearest(rows: Iterable[Division], year: int | None) -> list[Division]:
    """Those of the rows that hold in a year, else those nearest to it; without a year the latest."""
    when = gazetteer().newest if year is None else min(year, gazetteer().newest)

    def distance(row: Division) -> int:
        return max(row.first - when, when - row.last, 0)

    rows = list(rows)
    least = min(map(distance, rows), default=0)
    return [row for row in rows if distance(row) == least]


def _place(division: Division, year: int | None) -> Place:
    """A division with its parents, as of the year (or the nearest year in which it existed)."""
    when = gazetteer().newest if year is None else year
    when = min(max(when, division.first), division.last)
    places: Place = (division,)
    while places[0].parent:
        places = (_nearest(gazetteer().by_code[places[0].parent], when)[0], *places)
    return places


def _valid(row: Division, year: int | None) -> bool:
    """Whether a name held at some time of the year: the lists are year-end lists."""
    when = gazetteer().newest if year is None else min(year, gazetteer().newest)
    return row.first <= when <= row.last + 1


@functools.lru_cache(maxsize=4096)
def _candidates(name: str, year: int | None) -> tuple[Place, ...]:
    """All places that a full name can mean in a year: those of its name, else those called so too."""
    known = gazetteer()
    exact, other = known.by_name.get(name, []), known.by_other.get(name, [])
    rows = exact if any(_valid(row, year) for row in exact) else [*exact, *other]
    return tuple(dict.fromkeys(_place(row, year) for row in _nearest(rows, year)))


# --- Names ---------------------------------------------------------------------------------------


class Named(NamedTuple):
    """What a name says: the places it can mean, and the body there."""

    places: tuple[Place, ...] = ()
    place_name: str = ""  # as written
    alias: Alias | None = None
    own: str = ""  # the town, zone or department itself
    kind: str = ""  # government town zone department court national area, or ""
    relative: str = ""  # 区 of 区司法局, 镇 of 我镇: what kind of place it is


_HAN = r"[\u4e00-\u9fff〇]"
_SUFFIX_OF_PLACE = re.compile("[省市县区旗盟州]")
# 住房和城乡建设局, 乡村振兴局, 城镇化 and 各乡镇 hold the words 乡 and 镇 and are no towns.
_TOWN = re.compile(
    rf"(?!(?:各|全|我|本|该|乡|城|特色小|小城)+[镇乡])(?:[一二三四五六七八九十百〇零\d]+团(?:镇)?|{_HAN}{{1,11}}?(?:街道|苏木|"
    r"[镇乡](?![镇乡村贤土化域]|街道|建设|规划|一体|统筹|融合|管理|和|居民)))"
)
_ZONE_WORD = (
    "高新技术产业开发区|高新技术产业园区|高新技术开发区|经济技术开发区|经济开发区|高新区|经开区|开发区|"
    "产业园区|工业园区|产业集聚区|产业集中区|工业集中区|工业区|园区|产业园|工业园|科技园|科学城|合作区|"
    "实验区|试验区|示范区|管理区|先行区|起步区|功能区|集聚区|旅游度假区|度假区|风景名胜区|风景区|景区|"
    "保税港区|综合保税区|保税区|综保区|自贸区|自由贸易区|港务区|商务区|新片区|片区|投资区|生态城|新城|新区|"
    "特区|林场|农场|垦区"
)
_ZONE = re.compile(
    rf"[\u4e00-\u9fffA-Za-z]{{0,14}}?(?:{_ZONE_WORD})(?:党工委)?(?:管理委员会|管委会)?|"
    rf"{_HAN}{{1,12}}?(?<!监督)(?:管理委员会|管委会)"
)
_ZONE_HEAD = re.compile("(?:开发建设|开发|建设)?(?:管委会|管理委员会|党工委)")
_DEPARTMENT_WORD = (
    "委员会办公室|指挥部办公室|领导小组办公室|委员会|办公室|政府办|管理局|"
    "组织部|宣传部|统战部|政法委|局|厅|委|(?<![即承主督协])办(?!事处|公|法|理|案|好|结)|中心|总队|支队|大队|执法队|海关|管理处|管理所|司法所|派出所|站|署"
)
_DEPARTMENT = re.compile(
    rf"({_HAN}{{0,20}}?(?:{_DEPARTMENT_WORD}))({_HAN}{{1,10}}?(?:分局|支队|大队|总队|执法队|分中心|管理所|办公室))?"
)
# Bodies that are neither government nor court.
_OTHER = re.compile(
    rf"{_HAN}{{0,12}}?(检察院|检察分院|人大常委会|人民代表大会|人大|政协|总工会|联合会|法学会|协会|集团|公司|医院|大学|"
    r"学院|中学|小学|学校|研究院)"
)
# Verbs and topics that no department has in its name: 积极推进公共法律服务中心 is none.
_NO_DEPARTMENT = re.compile("推进|开展|打造|召开|举办|深化|印发|着力|努力|积极|全力|坚持|聚焦|荣获|走进|成立|创建|的")
_COURT = re.compile(rf"{_HAN}{{0,6}}?(?:高级|中级)?(?:人民)?法院|高院|中院")
_GOVERNMENT = re.compile("人民政府|政府|人民委员会|行政公署|行署")
_PARTY = re.compile(r"[省市县区旗州盟镇乡]?(?:工委|委员会|委)(?=[和与及]|$)")
# 市场监管局, 市政管理局, 区域中心 and 乡村振兴局 begin with no word for a place.
_RELATIVE = re.compile(
    r"(?:我|本)?(街道|市(?![场民容]|政(?!府))|区(?![域块位])|乡(?!村)|[省县州旗盟镇])"
    rf"(?=人民政府|政府|$|{_HAN}{{0,12}}(?:{_DEPARTMENT_WORD}))|[全我本](省|市|县|区|州|旗|盟|镇|乡|街道)"
)
_OWN = re.compile(r"[我本](街道|[省县区州旗盟镇乡局厅委]|市(?!场))")
_NATIONAL = re.compile(
    rf"全国|国务院|最高人民法院|最高人民检察院|国家{_HAN}{{1,12}}?(?:总局|局|署|委员会|委|办公室)|"
    r"(?:司法|公安|教育|财政|水利|交通运输|农业农村|生态环境|自然资源|住房和城乡建设|人力资源和社会保障|应急管理|民政|商务|"
    r"文化和旅游|科学技术|科技|工业和信息化|退役军人事务|外交|国防)部(?!门)|"
    r"中国人民银行(?!.*行)|中国(?:证券|银行|保险|银行保险)监督管理委员会|中国(?:银?保|银|证)监会|国务院国有资产监督管理委员会|海关总署|(?:市场监管|税务|体育|广电)总局|中央依法治国办"
)
# What may stand behind a name without the word for its kind (海淀法院, 武侯年鉴) for it to be the place.
_BODY_AFTER_BARE = re.compile(
    r"年鉴|(?:两级|各级)?(?:铁路运输)?(?:中级|高级)?(?:人民)?法院|中院|高院|市?司法局|司法厅|法制办|法制局|公安局|检察院|"
    r"市场监管局|税务局|生态环境局|城管局|海关|高新区|高新技术产业|经开区|经济技术开发区|经济开发区|工业园区"
)
_TOPIC_AFTER_BARE = re.compile(r"$|发布|法律援助|人民调解|多地|市民|全[省市区县州]|开发区|综合保税区|行政")
_OF_A_CITY = re.compile("中院|中级|铁路运输|高新|经开|经济|开发|综合")
_PRESS = re.compile("日报|晚报|晨报|早报|法制报|法治报|新闻(?:网|社|客户端|$)|在线|广播|电视|(?<!政府)网$|网讯")


def _longest_at(text: str, start: int) -> str:
    """The longest full name that begins at `start`, "" if none."""
    known = gazetteer()
    if text[start : start + 2] not in known.beginnings:
        return ""
    for end in range(min(len(text), start + known.longest), start + 1, -1):
        name = text[start:end]
        if name in known.by_name or name in known.by_other or name in known.aliases:
            return name
    return ""


def _bare_at(text: str, start: int, year: int | None, parents: tuple[Place, ...]) -> tuple[str, tuple[Place, ...]]:
    """A name without the word for its kind, where what stands around shows that it is one.

    吉林 is the province before it is the city; 长沙 is the city, for 长沙县 lies in it; 朝阳 in 朝阳法院
    may be the city or any of the districts, and stays so.
    """
    known = gazetteer()
    if text[start : start + 2] not in known.beginnings:
        return "", ()
    for end in range(min(len(text), start + 9), start + 1, -1):
        rows = [row for row in known.by_bare.get(text[start:end], ()) if _valid(row, year)]
        if not rows or _PRESS.match(text, end):
            continue
        places = tuple(dict.fromkeys(_place(row, year) for row in rows))
        if parents:
            if not (places := _within(places, parents)):
                continue
        elif any(place[-1].tier == "province" for place in places):
            places = tuple(place for place in places if place[-1].tier == "province")
        cities = tuple(place for place in places if place[-1].tier == "city")
        places = cities + tuple(place for place in places if place not in cities and not _within([place], cities))
        if cities and _OF_A_CITY.match(text, end):
            places = cities
        if _stands_as_place(text, start, end, places, parents, year):
            return text[start:end], places
    return "", ()


def _stands_as_place(
    text: str, start: int, end: int, places: tuple[Place, ...], parents: tuple[Place, ...], year: int | None
) -> bool:
    """Whether a bare name is meant as a place: what follows is a body or a place that lies in it."""
    if _BODY_AFTER_BARE.match(text, end):
        return True
    tiers = {place[-1].tier for place in places}
    # 平安, 和平, 通道 are words as well as counties: alone they are no place, 阿克塞 is.
    if _TOPIC_AFTER_BARE.match(text, end) and (parents or "county" not in tiers or end - start > 2):
        return True
    below = _longest_at(text, end)
    if below and (below not in gazetteer().by_name or _within(_candidates(below, year), places)):
        return True
    if "county" not in tiers and _bare_at(text, end, year, places)[0]:
        return True
    # 河南岸街道 is a town and not in 河南.
    return tiers == {"province"} and start == 0 and not _TOWN.match(text) and not _ZONE.match(text, end)


def _within(below: Iterable[Place], above: Iterable[Place]) -> tuple[Place, ...]:
    """Those of `below` that lie in, or are, one of `above`."""
    tops = {place[-1].code: place[-1].name for place in above}
    return tuple(place for place in below if any(tops.get(d.code) == d.name for d in place))


def _alias_of(name: str, year: int | None) -> Alias | None:
    """The alias of that name in that year (or the nearest); None where two have the name."""
    found = gazetteer().aliases.get(name, [])
    if year is not None:
        found = [a for a in found if a.first <= year <= a.last + 1] or found
    return found[0] if len(found) == 1 else None


def _alias_places(alias: Alias, year: int | None) -> tuple[Place, ...]:
    """The places an alias stands for or lies in."""
    names = (*alias.within, alias.unit) if alias.division else alias.within
    places: tuple[Place, ...] = ()
    for name in names:
        here = _candidates(name, year)
        places = _within(here, places) if places else here
    return places


def _meanings(name: str, year: int | None) -> tuple[Place, ...]:
    """The places that a full name or an alias can mean."""
    if name not in gazetteer().by_name and (alias := _alias_of(name, year)):
        return _alias_places(alias, year) if alias.division else ()
    return _candidates(name, year)


class _Chain(NamedTuple):
    places: tuple[Place, ...]
    written: str
    alias: Alias | None
    end: int


# The places of `python -m analysis demo` stand in no list: their own word tells them from all that are real.
INVENTED = re.compile("示例[省市县区]")
_INVENTED_CHAIN = re.compile(rf"(示例省)({_HAN}{{2}}示例市)?({_HAN}{{2}}示例[市县区])?")


def _invented(text: str, start: int) -> _Chain | None:
    """The invented places that begin at `start`, from their province down."""
    found = _INVENTED_CHAIN.match(text, start)
    if not found:
        return None
    names = [name for name in found.groups() if name]
    place = tuple(Division("", name, parent, 0, _FOREVER) for parent, name in zip(["", *names], names, strict=False))
    return _Chain((place,), names[-1], None, found.end())


def _chain(text: str, start: int, year: int | None) -> _Chain:
    """Read the places that stand one behind another: 浙江省杭州市临平区, 天津静海区, 济南市中区."""
    if invented := _invented(text, start):
        return invented
    places: tuple[Place, ...] = ()
    written = ""
    at = start
    while at < len(text):
        name = _longest_at(text, at)
        if not name and places and text[at - 1] == "市":
            # 枣庄市中区 is 枣庄 and 市中区.
            name = _longest_at(text, at - 1)
            if name and _within(_candidates(name, year), places):
                at -= 1
            else:
                name = ""
        if name and name not in gazetteer().by_name and (alias := _alias_of(name, year)):
            here = _alias_places(alias, year)
            if not places or not here or _within(here, places) or _within(places, here):
                if not alias.division:
                    below = _longest_at(text, at + len(name))
                    if not below or not _within(_meanings(below, year), here):
                        return _Chain(here or places, name, alias, at + len(name))
                    # 雄安新区容城县, 兵团第八师: the smaller place is the one.
            else:
                break
        elif name:
            here = _candidates(name, year)
            if not places and name in _GENERIC:
                break
        else:
            name, here = _bare_at(text, at, year, places)
        if not name or not here:
            break
        if places and not (here := _within(here, places)):
            break
        places, written, at = here, name, at + len(name)
    return _Chain(places, written, None, at)


def _read_name(text: str, year: int | None) -> Named | None:
    """Read one name (a piece of a title, a publisher, a signature); None where it names no body."""
    if not _longest_at(text, 0):  # 和平区 begins with no 和
        text = re.sub(r"^(?:关于|中共|中国共产党|转发|附件\d?|对|在|的|和|与)+", "", text)
    if text.startswith("国家税务总局") and _longest_at(text, 6):
        text = text[6:]
    if found := _NATIONAL.match(text):
        whole = found.group() == "全国"
        return Named(own=found.group(), kind="nation" if whole else "national")
    if not text or _PRESS.search(text):
        return None
    chain = _chain(text, 0, year)
    if not (chain.places or chain.alias):
        town = _TOWN.match(text)
        for found in _SUFFIX_OF_PLACE.finditer(text, 1, 12):
            start = next((i for i in range(1, found.start()) if _longest_at(text, i) == text[i : found.end()]), 0)
            if start and not (town and town.end() < found.end()):
                chain = _chain(text, start, year)
                break
    if chain.places or chain.alias:
        return _body_in(text[chain.end :], chain, year)
    return _body_without_place(text)


def _body_in(rest: str, chain: _Chain, year: int | None) -> Named | None:
    """What body of the places of `chain` the rest of a name says."""
    kind = "area" if not chain.alias or chain.alias.level != "zone" else "zone"
    known = Named(chain.places, chain.written, chain.alias, kind=kind)
    if found := _PARTY.match(rest):
        if again := _read_name(rest[found.end() :], year):
            return again if again.places else known._replace(kind="government")
        return known._replace(kind="government")
    if found := _GOVERNMENT.match(rest):
        if rest[found.end() :].startswith(("办公室", "办公厅")):
            return known._replace(own=rest[: found.end() + 3], kind="department")
        return known if chain.alias else known._replace(kind="government")
    return _body(rest, known) or known


def _body(rest: str, known: Named) -> Named | None:
    """Read town, zone, court, department or other body from what stands behind the place."""
    if found := _TOWN.match(rest):
        own, after = found.group(), rest[found.end() :]
        if office := _office(after):
            return known._replace(own=own + office, kind="department")
        return known._replace(own=own, kind="town")
    if known.alias and _ZONE_HEAD.match(rest):
        return known
    if (found := _ZONE.match(rest)) and not _NO_DEPARTMENT.search(found.group()):
        own = re.sub("(?:党工委)?(?:管理委员会|管委会)?$", "", found.group())
        if office := _office(rest[found.end() :]):
            return known._replace(own=own + office, kind="department")
        return known._replace(own=own, kind="zone")
    if _COURT.match(rest):
        return known._replace(kind="court", own="")
    office = _office(rest)
    # 人大常委会 is no 委; 司法厅对省政协 is the 司法厅.
    if (found := _OTHER.match(rest)) and not (office and found.start(1) >= len(office)):
        return None if _NO_DEPARTMENT.search(found.group()) else known._replace(own=found.group(), kind="other")
    return known._replace(own=office, kind="department") if office else None


def _office(text: str) -> str:
    """The department that a text begins with; "" if none, or if it is the town's own head."""
    if text.startswith(("党委", "党工委", "人民政府", "政府", "办事处", "管委会", "管理委员会")):
        return ""
    if text.startswith("委") and (office := _office(text[1:])):  # 县委依法治县办
        return "委" + office
    found = _DEPARTMENT.match(text)
    return found.group() if found and not _NO_DEPARTMENT.search(found.group()) else ""


def _body_without_place(text: str) -> Named | None:
    """A name that gives no place: 静海镇, 区司法局, 我县, 产业园区."""
    if found := _RELATIVE.match(text):
        relative, rest = found.group(1) or found.group(2), text[found.end() :]
        if office := _office(rest):
            return Named(own=office, kind="department", relative=relative)
        if not rest or found.group(2) or _GOVERNMENT.fullmatch(rest):
            return Named(kind="court" if _COURT.match(rest) else "area", relative=relative)
    return _body(text, Named())


# --- The page ------------------------------------------------------------------------------------


class _Page(NamedTuple):
    """The edges of a text."""

    title: str
    heading: str  # of the text itself, "" if none was found or it is the title
    head: tuple[str, ...]  # lines
    tail: tuple[str, ...]

    @classmethod
    def of(cls, title: str, text: str) -> _Page:
        head = tuple(line for raw in _half_width(text[:3000]).splitlines()[:80] if (line := _tidy(raw)))
        tail = tuple(line for raw in _half_width(text[-1200:]).splitlines()[-40:] if (line := _tidy(raw)))
        heading = _heading(head)
        return cls(_tidy(_half_width(title[:300])) or heading, heading, head, tail)


_HALF = {ord(c): str(i) for i, c in enumerate("０１２３４５６７８９")}
_FULL_WIDTH = re.compile("[０-９]")
_SPREAD = re.compile(r"(?:\S[ \u3000]{1,3}){3,}\S")


def _half_width(text: str) -> str:
    return text.translate(_HALF) if _FULL_WIDTH.search(text) else text


def _tidy(line: str) -> str:
    """A line without its Markdown heading sign; 罗 源 县 人 民 政 府 is set wide and is one name."""
    line = line.lstrip("#").strip()
    return re.sub(r"\s", "", line) if len(line) <= 120 and _SPREAD.fullmatch(line) else line


_REPORT_WORD = re.compile("报告|总结|汇报|情况|白皮书|年报|年鉴|述法|公报|综述")
_NAVIGATION = re.compile("当前位置|您当前|所在位置|首页|上一篇|下一篇|相关推荐|附件|温馨提示")
_NO_TITLE = re.compile(
    rf"{_NAVIGATION.pattern}|[。，,；;：:]$|[。；]|[，,].*[，,]|^[一二三四五六七八九十]+[、.]|^[（(][一二三四五六七八九十]|^\d+[.、]"
)


def _heading(head: tuple[str, ...]) -> str:
    """The line of a text that is its title: above the body, no sentence, and named like a report."""
    best, best_score = "", 0
    for at, line in enumerate(head[:30]):
        if len(line) > 80:
            # A text without line breaks: the title runs into the first sentence.
            line = re.split(r"[。！]|\s(?=\S{40})", line, maxsplit=1)[0][:80]
            if not re.search("法治|依法行政", line):
                continue
        elif _NO_TITLE.search(line):
            continue
        if not _REPORT_WORD.search(line) or not (re.search("法治|依法行政|年", line) or at < 5):
            continue
        score = 1 + bool(_YEAR_WORDS.search(line)) + (len(line) >= 12)
        if score > best_score:
            above = head[at - 1] if at else ""
            named = (
                line.startswith("关于")
                and len(above) <= 30
                and re.search("政府$|局$|委$|厅$|办$|办公室$|办事处$", above)
            )
            best, best_score = above + line if named else line, score
    if not best and head and len(head[0]) <= 80 and not _NO_TITLE.search(head[0]) and not re.search("[:：]", head[0]):
        return head[0]
    return best


_TOPIC = re.compile(
    "(?<!依)法治(?!办|局)|依法行政|依法治理|行政复议(?!局|委|办|中心|应诉中心)|行政应诉|行政诉讼|行政审判|行政案件|"
    "行政执法(?=工作|情况|报告|年度|规范|统计)|政府信息公开|政务公开|工作(?=总结|报告|情况|汇报|要点|计划|推进|完成|开展)|"
    "年度|总结|情况|年报|述法|关于|贯彻|履行|推进|报告|统计|白皮书|上半年|下半年|前?[一二三四1-4]季度"
)
_SPLIT = re.compile(r"[\s|｜_—\-–·:：!！?？,，。；;、\"“”‘’'《》〈〉<>【】\[\]{}()（）〔〕…/\\]+")
_YEAR_WORDS = re.compile(
    r"(?:(?:19|20)\d\d|[一二][〇○零九][〇○零一二三四五六七八九]{2})(?:年度?)?(?=\D|$)|\d+(?:月份?|日)"
)
_ASIDE = re.compile(r"[(（][^()（）]*[)）]")


def _pieces(title: str) -> list[str]:
    """The pieces of a title that can hold a name, the likeliest first.

    A title of a web page may hold the site's name too (临平区人民政府 - 塘栖镇2024年度…); the part
    with the words of a report comes first.
    """
    parts = re.split(r"\s[-|–—]\s|[|｜_]", title)
    parts.sort(key=lambda part: not (_REPORT_WORD.search(part) or _TOPIC.search(part)))
    pieces: list[str] = []
    for part in parts:
        part = _TOPIC.sub(" ", _YEAR_WORDS.sub(" ", part))
        pieces.extend(piece for piece in _SPLIT.split(part) if piece)
    return pieces


def _named_in(title: str, year: int | None) -> Named | None:
    """The unit that a title names; None if none."""
    vague: Named | None = None  # a name that needs a place: 区司法局, 全市
    area: Named | None = None  # a place that may want its town: 句容市 | 下蜀镇
    asides = " ".join(found[1:-1] for found in _ASIDE.findall(title))
    pieces = [(piece, False) for piece in _pieces(_ASIDE.sub(" ", title))]
    for piece, aside in pieces + [(piece, True) for piece in _pieces(asides)]:
        named = _read_name(piece, year)
        # Behind a title stand reposters and offices: （法治日报）, （市司法局）; a town there is the unit.
        if named is None or (aside and named.kind not in ("town", "zone")):
            continue
        placed = bool(named.places) or named.alias is not None
        if area is None:
            if not placed and named.kind not in ("town", "national", "zone"):
                vague = vague or named
                continue
            if vague and vague.kind == "department" and named.kind in ("area", "government"):
                return vague._replace(places=named.places, place_name=named.place_name)
            if named.kind not in ("area", "government") or named.alias:
                return named
            area = named
        elif named.kind == "town" or (named.kind == "zone" and area.kind == "area"):
            if not placed:
                return named._replace(places=area.places, place_name=area.place_name)
            if _within(named.places, area.places):
                return named
    return area or vague


_OWN_LABELS = "责任部门|责任单位|发布机构|发布单位|发文机关|发文单位|制发机关|公开主体|公开单位|公开责任部门"
_LABEL = re.compile(
    rf"(?:({_OWN_LABELS})|主办单位|主办|承办单位|承办|信息来源|文章来源|来源|版权所有|制作单位|单位|作者)\s*[:：]\s*"
    rf"([^\s:：|｜()（）]{{2,30}})|(?:主办单位|承办单位|版权所有)\s+({_HAN}{{4,30}})"
)


def _labelled(page: _Page, own: bool = False) -> list[str]:
    """The names behind 主办单位：, 来源： and the like; with `own` only those that say who reports."""
    return [
        found.group(2) or found.group(3)
        for line in page.head + page.tail
        for found in _LABEL.finditer(line[:300])
        if found.group(1) or not own
    ]


def _signature(page: _Page) -> list[str]:
    """Short lines at the end that are but a name: 鹤岗市人民政府; 中共下蜀镇委员会  下蜀镇人民政府."""
    found: list[str] = []
    for line in page.tail[-12:]:
        line = re.sub(r"[\d〇○零一二三四五六七八九十]+\s*年.*$", "", line).strip()
        if 3 <= len(line) <= 40 and not re.search("[。，：:！？“”、|]", line):
            found.extend(
                piece
                for piece in line.split()
                if re.search("政府$|办事处$|局$|委$|委员会$|管委会$|办公室$|法院$", piece)
            )
    return found


def _named_unit(stated: Mapping[str, str], page: _Page, year: int | None) -> tuple[Named, str]:
    """What names the unit, and where it was found: unit title publisher label signature text masked, or ""."""
    if unit := stated.get("unit", ""):
        named = _read_name(re.sub(r"\s", "", unit), year)
        if _MASKED.match(unit):
            return Named(own=unit, kind=named.kind if named else ""), "masked"
        return named or Named(own=unit, kind="other"), "unit"
    vague: Named | None = None
    for heading in dict.fromkeys(filter(None, (page.title, stated.get("source_title", ""), page.heading))):
        named = _named_in(heading, year)
        if named and "年鉴" in heading and (section := _yearbook_section(page, year)):
            return section, "title"
        if named and (named.places or named.alias or named.kind in ("town", "national", "nation", "department")):
            return named, "title"
        vague = vague or named
    if masked := _masked(page):
        return Named(own=masked + vague.own if vague else "", kind=vague.kind if vague else ""), "masked"
    if vague and (vague.kind == "zone" or vague.relative):
        return vague, "title"
    own = _own_word(page)
    for source, names in (
        ("metadata", [stated.get("county") or stated.get("city") or stated.get("province", "")]),
        ("publisher", [stated.get("publisher", "")]),
        ("label of the page", _labelled(page, own=True)),
        ("signature", _signature(page)),
        ("footer", _labelled(page) if own in ("镇", "乡", "街道") else []),
        ("text", _first_words(page)),
    ):
        for name in filter(None, names):
            named = _read_name(name, year)
            if named and (named.places or named.alias or named.kind in ("town", "department")) and _is_own(named, own):
                return named, source
    return vague or Named(relative=own), "title" if vague else ""


def _is_own(named: Named, own: str) -> bool:
    """Whether a name can be that of a report that says 我镇, 我局: the site of a county is no town."""
    if own in ("镇", "乡", "街道"):
        return named.kind == "town"
    if own in ("局", "厅", "委"):
        return named.kind == "department"
    return True


def _yearbook_section(page: _Page, year: int | None) -> Named | None:
    """In a page of a yearbook, the line that is nothing but the name of a body."""
    for line in page.head:
        if 4 <= len(line) <= 25 and not _NAVIGATION.search(line) and "年鉴" not in line:
            named = _read_name(line, year)
            if named and named.places and named.kind in ("department", "court", "government"):
                return named
    return None


def _first_words(page: _Page) -> list[str]:
    """The subject of the first sentence: 2025年，陇西县以创促建 …"""
    found = []
    for line in page.head[:25]:
        if match := re.match(rf"(?:(?:19|20)\d\d年(?:度|以来)?[,，]?|现将)({_HAN}{{2,20}})", line):
            found.append(match.group(1))
    return found


def _own_word(page: _Page) -> str:
    """What the report calls itself: 镇 of 我镇; "" if nothing or two things alike."""
    counts = Counter(m.group(1) for line in page.head for m in _OWN.finditer(line))
    top = counts.most_common(2)
    return top[0][0] if top and (len(top) == 1 or top[0][1] > top[1][1]) else ""


_MASKED = re.compile(
    r"(?<![A-Za-z\d])([XxＸ×*＊某○]{1,3})(?:省|市(?![场民政级直])|县|区(?![域间])|镇|乡|街道|产业园区|园区|开发区|新区)"
)


def _masked(page: _Page) -> str:
    """The sign by which a report hides its place, "" if it does not."""
    for line in (page.title, *page.head[:6]):
        if found := _MASKED.search(line[:400]):
            return found.group(1)
    return ""


# --- Where ---------------------------------------------------------------------------------------


def _mentioned(text: str, year: int | None) -> Iterator[tuple[Place, ...]]:
    """The places named in full in a short text, chains read as one."""
    known = gazetteer()
    done = 0
    for found in _SUFFIX_OF_PLACE.finditer(text):
        end = found.end()
        if end <= done or text[end - 2 : end] not in known.endings:
            continue
        for start in range(max(done, end - known.longest), end - 1):
            name = text[start:end]
            if name in _GENERIC or not (name in known.by_name or name in known.by_other or name in known.aliases):
                continue
            chain = _chain(text, start, year)
            if chain.places:
                yield chain.places
            done = max(chain.end, end)
            break


def _address(page: _Page) -> list[str]:
    """The line a report is addressed with: 福州市人民政府："""
    return [
        line[:-1]
        for line in page.head[:15]
        if 4 <= len(line) <= 40 and line[-1] in ":：" and not re.search("[。,，]", line)
    ]


def _cited(text: str, year: int | None) -> list[tuple[Place, ...]]:
    """The places that the titles of cited documents begin with: 《静海区法治政府建设实施纲要》 tells 静海区."""
    beginnings: dict[str, None] = {}
    at = text.find("《")
    while at >= 0 and len(beginnings) < 100:
        beginnings[text[at + 1 : at + 21].partition("》")[0].removeprefix("中共")] = None
        at = text.find("《", at + 1)
    return [places for title in beginnings if (places := _chain(title, 0, year).places)]


def _evidence(stated: Mapping[str, str], page: _Page, text: str, year: int | None) -> Iterator[list[tuple[Place, ...]]]:
    """Places that stand near, the most telling first: metadata, page, documents cited, opening lines."""
    yield [
        places
        for near in (stated.get("publisher", ""), stated.get("source_title", ""), page.title)
        for places in _mentioned(near, year)
    ]
    names = [*_labelled(page), *_address(page), *_signature(page)]
    yield [places for name in names if not _PRESS.search(name) for places in _mentioned(name, year)]
    yield _cited(text, year)
    yield [places for line in dict.fromkeys(page.head[:40]) for places in _mentioned(line[:200], year)]


def _agreeing(groups: Iterable[tuple[Place, ...]]) -> tuple[Place, ...]:
    """The deepest place that all groups agree with; () where they do not agree."""
    best: tuple[Place, ...] = ()
    for places in groups:
        if not best:
            best = places
        elif below := _within(places, best):
            best = below
        elif above := _within(best, places):
            best = above
        else:
            return ()
    return best


def _common(places: tuple[Place, ...]) -> Place:
    """The parents that all the places share."""
    shared: list[Division] = []
    for members in zip(*places, strict=False):
        if len({(d.code, d.name) for d in members}) != 1:
            break
        shared.append(members[0])
    return tuple(shared)


def _where(
    stated: Mapping[str, str], named: Named, page: _Page, text: str, year: int | None, warnings: list[str]
) -> Place:
    """The smallest known place of the unit, with its parents; () where unknown."""
    places = _stated_places(stated, named.places, year) or named.places
    if len(places) > 1:
        places = _told_apart(places, _evidence(stated, page, text, year))
    if not places or (len(places) == 1 and _wants_county(named, places[0])):
        places = _filled(places, named, _evidence(stated, page, text, year))
    if len(places) > 1:
        where = ", ".join("".join(d.name for d in place[:-1]) for place in places[:6])
        warnings.append(f"{named.place_name or places[0][-1].name} is ambiguous: {where}")
        return _common(places)
    if not places:
        warnings.append("no place")
        return ()
    return places[0]


def _wants_county(named: Named, place: Place) -> bool:
    """Whether the county of a town or of a 区司法局 is still to be found."""
    if named.alias or place[-1].tier == "county":
        return False
    return named.kind == "town" or named.relative in ("区", "县", "旗", "镇", "乡", "街道")


def _told_apart(places: tuple[Place, ...], evidence: Iterable[list[tuple[Place, ...]]]) -> tuple[Place, ...]:
    """Of the meanings of one name those that have a parent nearby, or that a neighbour says outright."""
    for groups in evidence:
        telling = [kept for group in groups if len(kept := _within(places, group)) < len(places)]
        kept = tuple(dict.fromkeys(place for group in telling for place in group))
        if kept and len(kept) < len(places):
            places = kept
        if len(places) == 1:
            break
    return places


def _filled(places: tuple[Place, ...], named: Named, evidence: Iterable[list[tuple[Place, ...]]]) -> tuple[Place, ...]:
    """The place of a body that names none (or only its province or city), where what stands near agrees."""
    for rank, groups in enumerate(evidence):
        if named.kind == "zone" and rank > 1:
            # A zone borrows the courts of the district beside it: from a text take the city at most.
            groups = [tuple(dict.fromkeys(place[:2] for place in group)) for group in groups]
        found = _agreeing(group for group in groups if not places or _within(group, places))
        found = tuple(dict.fromkeys(fit for place in found if (fit := _fitting(place, named.relative))))
        if len(found) == 1:
            places = found
            if not _wants_county(named, places[0]):
                break
    return places


def _fitting(place: Place, relative: str) -> Place:
    """Of a place and its parents the smallest that 省, 市 or 县 can mean; a parent where it is smaller than all."""
    if relative in ("省", "州", "盟", "市"):
        while place and not place[-1].name.endswith(
            "自治区" if relative == "省" and "自治区" in place[-1].name else relative
        ):
            place = place[:-1]
    return place


def _stated_places(stated: Mapping[str, str], places: tuple[Place, ...], year: int | None) -> tuple[Place, ...]:
    """The places that the metadata give, joined with what the name says."""
    best: tuple[Place, ...] = ()
    for name in filter(None, (stated.get(key) for key in ("province", "city", "county"))):
        bare = [row for row in gazetteer().by_bare.get(name, ()) if _valid(row, year)]
        here = _candidates(name, year) or tuple(_place(row, year) for row in bare)
        best = (_within(here, best) or best) if best else here
    return _within(places, best) or best


# --- When ----------------------------------------------------------------------------------------

_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:\s?年\s?(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?日|"
    r"(?P<sign>[-/.])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})(?!\d))"
)
_DATE_IN_WORDS = re.compile(
    "([一二][〇○零九OＯ0][〇○零OＯ0一二三四五六七八九]{2})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十廿卅]{1,3})日"
)
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | dict.fromkeys("〇○OＯ0", 0)
_DATE_RUN_TOGETHER = re.compile(r"(?<!\d)((?:19|20)\d\d)([01]\d)([0-3]\d)(?!\d)")
_LABELS_OF_DATE = (
    re.compile(
        r"(?:发布|公开|发文|发表|上传|更新|信息|录入|添加)(?:日期|时间)[\s:：\[\]【】(（]{0,9}(?=[\d二])|发布于\s?(?=\d)"
    ),
    re.compile(rf"(?<!{_HAN})(?:日期|时间|来源|文章来源)\s*[:：]"),
    re.compile("(?:成文|印发|生成|制发|签发)(?:日期|时间)"),
)


def _small_number(words: str) -> int:
    """二十三 -> 23, 十一 -> 11, 三 -> 3."""
    tens, ten, ones = words.partition("十")
    if not ten:
        return int("".join(str(_DIGITS.get(c, 0)) for c in words))
    return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)


def _year_in_words(words: str) -> int:
    return int("".join(str(_DIGITS[c]) for c in words))


def _dates(text: str, run_together: bool = False) -> list[str]:
    """All dates in a text, as ISO; those that no calendar has are left out."""
    found: list[tuple[int, int, int]] = [
        (int(date[1]), int(date["m"] or date["month"]), int(date["d"] or date["day"])) for date in _DATE.finditer(text)
    ]
    found += [(_year_in_words(y), _small_number(m), _small_number(d)) for y, m, d in _DATE_IN_WORDS.findall(text)]
    if run_together:
        found += [(int(y), int(m), int(d)) for y, m, d in _DATE_RUN_TOGETHER.findall(text)]
    dates = []
    for year, month, day in found:
        try:
            dates.append(datetime.date(year, month, day).isoformat())
        except ValueError:
            continue
    return dates


def _published(stated: str, page: _Page) -> str:
    """The date of publication: metadata, label, a line that is but a date, the date of signature."""
    if dates := _dates(stated, run_together=True):
        return dates[0]
    lines = [line for line in (*page.head[:30], *page.tail[-8:]) if len(line) <= 300 and "。" not in line]
    for label in _LABELS_OF_DATE:
        for line in lines:
            if found := label.search(line):
                # 2025-01-15 10:22 来源：… has the date before the label.
                dates = _dates(line[found.end() : found.end() + 45], run_together=True)
                if dates := dates or _dates(line[max(found.start() - 25, 0) : found.start()]):
                    return dates[0]
    for line in (*page.head[:12], *reversed(page.tail[-15:])):
        if len(line) <= 40 and (dates := _dates(line)) and _only_date(line):
            return dates[0]
    return ""


def _only_date(line: str) -> bool:
    """Whether a line is a date with, at most, a time or the name of who signs."""
    rest = _DATE_IN_WORDS.sub("", _DATE.sub("", line))
    rest = re.sub(r"日|\d{1,2}:\d\d(?::\d\d)?|[\s()（）]", "", rest)
    return not rest or bool(re.fullmatch(rf"{_HAN}{{2,20}}(?:政府|办事处|局|委|委员会|管委会|办公室)", rest))


_Y = r"((?:19|20)\d\d|[一二][〇○零九][〇○零一二三四五六七八九]{2})"
_SPAN = re.compile(rf"(?<!\d){_Y}\s?年?(?:度)?\s?[-—–－~～至到]+\s?{_Y}(?!\d)")
_PLAN = re.compile('([一二三四五六七八九十]+)五[”"’」]?(?:时期|期间|以来|规划期间)')
_SINGLE = re.compile(rf"(?<!\d){_Y}(?!\d)\s?(?:年度|年|)(?=(.{{0,14}}))")
_FORECAST = re.compile("(?:年度?)?(?:重点|主要|全年|度)?(?:工作)?(?:重点|计划|打算|思路|安排|要点|目标)")
_PART = re.compile(
    r"(?:(上半年)|(下半年)|第?([一二三四1-4])季度|前([二三])季度|前(\d{1,2}|十一?|[一二三四五六七八九])个月|"
    r"(\d{1,2})月?份?\s?[-—–－~～至到]+\s?(\d{1,2})月|"
    r"(\d{1,2})月份?(?!\s?\d{1,2}\s?日)(?=[^)）]*(?:情况|数据|通报|月报|统计|分析|报告|公示|总结)))"
)
_YEARBOOK = re.compile(r"年鉴\s?[(（]?((?:19|20)\d\d)(?!\d|年)|(?<!\d)((?:19|20)\d\d)年?\S{0,8}年鉴")
_NUMBERED = re.compile(r"[〔\[［【(（](?:19|20)\d\d[〕\]］】)）]\s?(?:第)?\d+号")

_OF_A_PLAN = re.compile(r"(?:纲要|方案|规划|计划|意见)\s?[(（][^()（）]{0,20}[)）]")


def _number_of_year(word: str) -> int:
    return int(word) if word.isdigit() else _year_in_words(word)


def _part_of_year(year: int, text: str) -> str:
    """The period of a year that stands at the beginning of `text`, the year itself if none."""
    found = _PART.match(text)
    if not found:
        return str(year)
    first_half, second_half, quarter, quarters, months, start, end, month = found.groups()
    if month:
        return f"{year}-{int(month):02}" if 1 <= int(month) <= 12 else str(year)
    if first_half or second_half:
        return f"{year}-H{1 if first_half else 2}"
    if quarter:
        last = 3 * (int(quarter) if quarter.isdigit() else _DIGITS[quarter])
        return f"{year}-{last - 2:02}/{last:02}"
    if quarters:
        return f"{year}-01/{3 * _DIGITS[quarters]:02}"
    first = 1 if months else int(start)
    last = (int(months) if months.isdigit() else _small_number(months)) if months else int(end)
    if not 1 <= first <= last <= 12 or (first, last) == (1, 12):
        return str(year)
    return f"{year}-{first:02}/{last:02}"


def _year_in_title(title: str) -> tuple[int | None, str]:
    """(year, period) that a title names; a yearbook of 2021 is about 2020."""
    title = _NUMBERED.sub(" ", _OF_A_PLAN.sub(" ", title))
    title = re.sub(r"《[^《》]*》", " ", title) if re.search(r"《[^《》]*》.*(?:报告|总结|汇报|情况)", title) else title
    title = _DATE.sub(" ", title)
    if found := _SPAN.search(title):
        first, last = map(_number_of_year, found.groups())
        if first < last:
            return last, f"{first}/{last}"
    single: tuple[int, str] | None = None
    for found in _SINGLE.finditer(title):
        word = found.group(1)
        if word.isdigit() and "年鉴" in title and (book := _YEARBOOK.search(title)) and word in book.groups():
            single = single or (int(word) - 1, str(int(word) - 1))
            continue
        if "年" not in found.group() and not word.isdigit():
            continue
        year, after = _number_of_year(word), found.group(2)
        if _FORECAST.match(after) and single:
            continue
        if not _FORECAST.match(after):
            return year, _part_of_year(year, after.removeprefix("度").lstrip())
        single = single or (year, str(year))
    if single:
        return single
    if (found := _PLAN.search(title)) and (number := _small_number(found.group(1))) >= 10:
        last = 2015 + 5 * (number - 12)
        return last, f"{last - 4}/{last}"
    return None, ""


# A year that is reported on: not 到2020年, not (2021-2025年), not a date, not 2022年工作安排. (The sign before the
# year is looked at from behind its first digit: so the search can leap from 2 to 2.)
_REPORTED = re.compile(
    r"([2２](?<![\d到至自比较与〔\[(（—\-–－~～].)[0０]\d\d)\s?年"
    r"(?!\s?\d{1,2}\s?月\s?\d{1,2}\s?日|[的为底前将\-—–－~～]|度?(?:工作|重点)?[计打安思要目])"
)
_NOW = re.compile(r"现将[^。\n]{0,25}?([2２][0０]\d\d)\s?年(?:度)?([^。\n]{0,12})")


def _years_in_text(text: str, until: int | None) -> Counter[int]:
    """How often a text reports on each year; 现将2024年度 … weighs five times."""
    counts: Counter[int] = Counter()
    for word in _REPORTED.findall(text):
        counts[int(word)] += 1
    for found in _NOW.finditer(text, 0, 6000):
        counts[int(found.group(1))] += 5
    return Counter({year: n for year, n in counts.items() if until is None or year <= until})


def _when(
    stated: Mapping[str, str], page: _Page, text: str, published: str, name: str, warnings: list[str]
) -> tuple[int | None, str]:
    """(year, period): metadata, title, text, date of publication, name of the file."""
    year, period = None, stated.get("period", "")
    if said := re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", stated.get("year", "")):
        year, period = int(said[-1]), period or ("/".join(said) if len(said) == 2 else "")
    elif said := re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", period):
        year = int(said[-1])
    titled: tuple[int | None, str] = (None, "")
    for title in (page.title, stated.get("source_title", ""), page.heading):
        titled = _year_in_title(title)
        if titled[0]:
            break
    if year and not period and titled[0] == year:
        period = titled[1]
    if year:
        return year, period or str(year)
    counts = _years_in_text(text, int(published[:4]) if published else None)
    top = counts.most_common(2)
    reported = top[0][0] if top and (len(top) == 1 or top[0][1] > top[1][1]) else None
    if titled[0]:
        if reported and reported != titled[0] and not counts[titled[0]] and "/" not in titled[1] and top[0][1] >= 3:
            warnings.append(f"year in title {titled[0]} and in text {reported}")
        return titled
    part = _PART.search(page.title)
    before = _year_before(published, part.group() if part else "")
    if reported and (counts[reported] > 1 or before is None or reported == before):
        return reported, _part_of_year(reported, part.group()) if part else _period_in_text(reported, text)
    if before:
        return before, _part_of_year(before, part.group() if part else "")
    if found := re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", name):
        warnings.append("the year is taken from the name of the file")
        return int(found.group()), found.group()
    warnings.append("no year")
    return None, ""


def _year_before(published: str, part: str) -> int | None:
    """The year that a page without any year is about: the one before, if published by June.

    A report of a part of the year (上半年) is about the last such part that was over.
    """
    if not published:
        return None
    year, month = int(published[:4]), int(published[5:7])
    if part and (found := re.search(r"-(?:H(\d)|\d\d/(\d\d))$", _part_of_year(year, part))):
        end = 6 * int(found.group(1)) if found.group(1) else int(found.group(2))
        return year if month > end else year - 1
    return year - 1 if month <= 6 else None


def _period_in_text(year: int, text: str) -> str:
    """The part of the year that 现将2021年上半年 … names, else the whole year."""
    for found in _NOW.finditer(text, 0, 6000):
        if int(found.group(1)) == year:
            return _part_of_year(year, found.group(2).lstrip())
    return str(year)


# --- All together --------------------------------------------------------------------------------


def _compose(
    stated: Mapping[str, str],
    named: Named,
    place: Place,
    year: int | None,
    period: str,
    published: str,
    warnings: list[str],
) -> Identity:
    """Join what was found to an Identity."""
    names = {division.tier: division.name for division in place}
    if "county" in names and names.get("province", "").endswith("市"):
        names.setdefault("city", names["province"])
    level, tier, body = _kinds(named, _tier_of_area(named, place))
    if level == "zone" and tier == "city" and names.get("province", "").endswith("市"):
        tier = "county"  # 两江新区 stands beside the districts of 重庆市
    if (said := stated.get("level", "")) in _LEVELS:
        level, tier = said, tier or (said if said in _TIERS else "")
    elif said:
        warnings.append(f"level {said} in the metadata is none of {' '.join(_LEVELS)}")
    code = next((d.code for d in reversed(place) if _has_code(d.code, year)), "")
    if place and code != place[-1].code:
        warnings.append(f"{place[-1].name} is in the lists of {place[-1].first} to {place[-1].last} only")
    if stated.get("doc_type") == "court":
        body = "court"
    return Identity(
        unit=_unit(named, place),
        level=level,
        tier=tier,
        body=body,
        province=names.get("province") or stated.get("province", ""),
        city=names.get("city") or ("" if place else stated.get("city", "")),
        county=names.get("county") or ("" if place else stated.get("county", "")),
        adcode=code,
        year=year,
        period=period,
        published=published,
        warnings=tuple(dict.fromkeys(warnings)),
    )


_TIERS = ("national", "province", "city", "county", "town")
_LEVELS = (*_TIERS, "zone", "department")
_TIER_OF_WORD = {"省": "province", "州": "city", "盟": "city", "县": "county", "区": "county", "旗": "county"}
_TIER_OF_WORD |= dict.fromkeys(("镇", "乡", "街道"), "town")
_BELOW = {"province": "city", "city": "county", "county": "town"}


def _has_code(code: str, year: int | None) -> bool:
    """Whether the lists of a year have a code, under whatever name."""
    return any(_valid(row, year) for row in gazetteer().by_code.get(code, ()))


def _meant(named: Named, place: Place) -> bool:
    """Whether `place` is the place named and not merely a parent shared by several of the name."""
    return bool(place) and (len(named.places) < 2 or place[-1] in {p[-1] for p in named.places})


def _tier_of_area(named: Named, place: Place) -> str:
    """The tier of the area of a government, department or court, known even where its parents are not."""
    if named.relative in _TIER_OF_WORD:
        return _TIER_OF_WORD[named.relative]
    if place and _meant(named, place):
        return place[-1].tier
    tiers = {meaning[-1].tier for meaning in named.places}
    return tiers.pop() if len(tiers) == 1 else ""


def _unit(named: Named, place: Place) -> str:
    """The name of the unit with its parents."""
    own = "全国" if named.kind == "nation" else named.own
    if named.alias and not named.alias.division:
        own = named.alias.unit + own
        if named.alias.alone:
            return own
    if len(named.places) > 1 and not _meant(named, place):
        own = named.place_name + own
    if named.relative:
        last = place[-1].name if place else ""
        if not last.endswith(named.relative) and not (named.relative == "省" and last.endswith("自治区")):
            # Its own place is not known: 区司法局 without its 区; 我镇 has no name at all.
            if not own:
                return ""
            own = named.relative + own
    return "".join(division.name for division in place) + own


def _kinds(named: Named, tier: str) -> tuple[str, str, str]:
    """(level, tier, body) of a name whose area is of a tier."""
    if named.kind == "national":
        body = {"国务院": "government", "最高人民法院": "court", "最高人民检察院": "other"}.get(named.own, "department")
        return "national", "national", body
    if named.kind == "nation":
        return "national", "national", "government"
    if named.kind == "town":
        return "town", "town", "government"
    if named.alias and not named.alias.division:
        tier = named.alias.tier or _BELOW.get(tier, "")
        level, body = named.alias.level, "zone" if named.alias.level == "zone" else "government"
    elif named.kind == "zone":
        level, tier, body = "zone", _BELOW.get(tier, ""), "zone"
    else:
        level, body = tier, "government" if tier else ""
    if named.kind == "department" or named.relative in ("局", "厅", "委"):
        return "department", tier, "department"
    if named.kind == "other":
        return "", tier, "other"
    return level, tier, "court" if named.kind == "court" else body
