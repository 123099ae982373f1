"""Whose report a text is: a table of names, invented pages, the reference reports where they are present."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import places
from analysis.places import Identity, identify

HERE = Path(__file__).parent
FIELDS = ("level", "province", "city", "county", "adcode")
LEVELS = {"national", "province", "city", "county", "town", "zone", "department", ""}
TIERS = {"national", "province", "city", "county", "town", ""}
BODIES = {"government", "department", "zone", "court", "other", ""}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- Names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", table(HERE / "places.csv"), ids=lambda row: f"{row['title']} ({row['publisher']})")
def test_a_name_tells_level_place_code_and_year(row: dict[str, str]) -> None:
    found = identify({"publisher": row["publisher"]}, row["title"], "")
    assert {"year": str(found.year)} | {f: getattr(found, f) for f in FIELDS} == {
        f: row[f] for f in ("year", *FIELDS)
    }, row["note"]
    if row["note"].startswith("ambiguous"):
        assert any("is ambiguous" in warning for warning in found.warnings)


def test_the_table_of_names_is_large_and_says_nothing_twice() -> None:
    rows = table(HERE / "places.csv")
    assert len(rows) >= 300
    assert len({(row["title"], row["publisher"]) for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("苏州市人民政府关于2023年法治政府建设情况的报告", "江苏省苏州市"),
        ("北京市海淀区人民政府2021年法治政府建设情况报告", "北京市海淀区"),
        ("果园街道办事处2022年法治政府建设情况报告", "果园街道"),
        ("余杭区良渚街道2022年法治政府建设情况报告", "浙江省杭州市余杭区良渚街道"),
        ("延边州司法局2022年工作总结", "吉林省延边朝鲜族自治州司法局"),
        ("成都高新区管委会2021年法治政府建设年度报告", "四川省成都市高新区"),
        ("西湖区司法局2022年法治政府建设工作报告", "西湖区司法局"),
        ("区司法局2022年法治政府建设工作报告", "区司法局"),
        ("罗源县委依法治县办2022年工作总结", "福建省福州市罗源县委依法治县办"),
        ("住房和城乡建设局2022年工作总结", "住房和城乡建设局"),
        ("南阳中院2022年行政审判白皮书", "河南省南阳市"),
        ("西湖区灵隐街道2022年法治政府建设情况", "西湖区灵隐街道"),
        ("新疆生产建设兵团2022年法治政府建设情况", "新疆生产建设兵团"),
        ("2020年全国行政复议案件统计数据", "全国"),
    ],
)
def test_one_unit_has_one_name_whatever_it_calls_itself(title: str, unit: str) -> None:
    assert identify({}, title, "").unit == unit


@pytest.mark.parametrize(
    ("title", "tier", "body"),
    [
        ("云南省法制办2017年工作情况", "province", "department"),
        ("砀山县司法局2021年工作总结", "county", "department"),
        ("区司法局2021年工作总结", "county", "department"),
        ("司法部2021年法治政府建设报告", "national", "department"),
        ("罗源县2023年法治政府建设情况", "county", "government"),
        ("静海镇2023年法治政府建设情况", "town", "government"),
        ("两江新区2023年法治政府建设情况", "county", "zone"),
        ("苏州工业园区综合行政执法局2023年工作总结", "county", "department"),
        ("昆山市花桥经济开发区2023年法治政府建设情况", "town", "zone"),
        ("江津区法院2023年行政审判白皮书", "county", "court"),
        ("罗源县人大常委会2023年工作情况", "county", "other"),
        ("罗源县人民检察院2023年工作情况", "county", "other"),
        ("罗源县委依法治县办2022年工作总结", "county", "department"),
        ("高新区2023年法治政府建设情况", "", "zone"),
    ],
)
def test_tier_is_of_the_area_and_body_of_the_organ(title: str, tier: str, body: str) -> None:
    found = identify({}, title, "")
    assert (found.tier, found.body) == (tier, body)


@pytest.mark.parametrize(
    "title",
    [
        "2022年法治政府建设工作报告",
        "平安建设2022年工作情况",
        "乡镇2022年法治政府建设工作情况",
        "积极推进公共法律服务中心建设2022年情况",
        "人民日报2022年法治政府建设综述",
        "朝阳产业2022年发展情况",
    ],
)
def test_what_is_no_place_is_none(title: str) -> None:
    found = identify({}, title, "")
    assert (found.province, found.city, found.county, found.adcode) == ("", "", "", "")
    assert "no place" in found.warnings


def test_a_name_used_outside_its_years_gets_the_code_of_the_parent_that_has_one() -> None:
    found = identify({}, "临平区2015年法治政府建设情况", "")
    assert (found.county, found.adcode) == ("临平区", "330100")
    assert found.warnings == ("临平区 is in the lists of 2021 to 2024 only",)


# --- Pages ---------------------------------------------------------------------------------------


def test_the_footer_tells_the_parents_of_a_town() -> None:
    text = (
        "青禾镇2022年度法治政府建设情况报告\n\n我镇依法行政。\n主办：杭州市临平区人民政府  承办：临平区人民政府办公室"
    )
    found = identify({}, "", text)
    assert (found.unit, found.level) == ("浙江省杭州市临平区青禾镇", "town")


def test_the_titles_of_cited_documents_tell_the_parents_of_a_town() -> None:
    body = "一、工作情况\n对照《静海区法治政府建设实施纲要》，按照《天津市重大行政决策规定》，逐项落实。"
    found = identify({}, "青禾镇2022年度法治政府建设情况报告", body)
    assert (found.province, found.city, found.county) == ("天津市", "天津市", "静海区")


def test_cited_documents_that_do_not_agree_tell_nothing() -> None:
    body = "学习《静海区法治政府建设实施纲要》和《临平区法治政府建设实施纲要》。"
    found = identify({}, "青禾镇2022年度法治政府建设情况报告", body)
    assert (found.province, found.unit) == ("", "青禾镇")


def test_the_sign_of_a_document_number_tells_no_place() -> None:
    body = "废止1件（蜀政发〔2019〕26号）。"
    assert identify({}, "青禾镇2022年度法治政府建设情况报告", body).province == ""


def test_the_office_of_some_government_tells_no_place() -> None:
    assert identify({}, "青禾镇2022年法治政府建设情况报告", "来源：市政府办公室").province == ""


def test_the_address_line_tells_the_parent_of_an_ambiguous_district() -> None:
    text = "鼓楼区2022年法治政府建设情况报告\n\n福州市人民政府：\n\n现将情况报告如下。"
    found = identify({}, "", text)
    assert (found.unit, found.adcode) == ("福建省福州市鼓楼区", "350102")
    assert found.warnings == ()


def test_a_court_borrowed_from_the_district_beside_it_is_not_the_zone_s_place() -> None:
    body = "红花岗区人民法院入驻新区。《遵义市重大决策规定》印发。"
    found = identify({}, "青禾新区2022年法治政府建设情况报告", body)
    assert (found.province, found.city, found.county) == ("贵州省", "遵义市", "")


def test_a_town_in_a_zone_is_not_given_a_county() -> None:
    found = identify({}, "新蒲新区虾子镇2021年法治政府建设情况", "《红花岗区法治建设规划》")
    assert (found.city, found.county) == ("遵义市", "")


@pytest.mark.parametrize("sign", ["X", "XX", "×", "*"])
def test_a_masked_report_gives_no_place_and_says_so(sign: str) -> None:
    text = f"2022年产业园区法治政府建设情况汇报\n{sign}年，{sign}产业园区在{sign}市领导下，与黄骅市签约。《沧州市规定》"
    found = identify({}, "2022年产业园区法治政府建设情况汇报", text)
    assert (found.unit, found.level, found.province) == (f"{sign}产业园区", "zone", "")
    assert found.warnings == ("the report is masked: it names no place",)


def test_the_metadata_may_know_the_place_of_a_masked_report() -> None:
    found = identify({"county": "罗源县"}, "2022年产业园区法治政府建设情况", "X产业园区在X市领导下依法行政。")
    assert (found.city, found.adcode) == ("福州市", "350123")


def test_a_masked_number_does_not_mask_the_place() -> None:
    text = "罗源县2022年法治政府建设情况\n办理案件X件，*市场主体受益。"
    assert identify({}, "", text).county == "罗源县"


def test_a_heading_over_two_lines_is_joined() -> None:
    found = identify({}, "", "罗源县人民政府\n关于2022年度法治政府建设情况的报告\n\n正文。")
    assert (found.county, found.year) == ("罗源县", 2022)


def test_navigation_is_no_title() -> None:
    text = "当前位置：首页 > 政务公开 > 法治政府建设年报\n罗源县2022年法治政府建设情况\n发布时间：2023-02-01\n"
    assert identify({}, "", text).county == "罗源县"


def test_a_title_without_a_name_takes_it_from_the_signature_and_says_so() -> None:
    text = "2022年度法治政府建设情况报告\n\n我县依法行政。\n\n罗源县人民政府\n2023年1月18日"
    found = identify({}, "", text)
    assert (found.unit, found.level) == ("福建省福州市罗源县", "county")
    assert found.warnings == ("the title names no unit: taken from the signature",)


def test_the_site_of_a_county_is_the_parent_of_a_town_and_not_the_town() -> None:
    text = "2022年度法治政府建设情况报告\n我镇依法行政，我镇普法。"
    found = identify({"publisher": "罗源县人民政府"}, "", text)
    assert (found.unit, found.level, found.county) == ("", "town", "罗源县")


@pytest.mark.parametrize("line", ["主办：杭州市西湖区人民政府 承办：青禾街道办事处", "来源：青禾街道"])
def test_a_street_named_nowhere_else_is_taken_from_the_footer(line: str) -> None:
    found = identify({}, "", f"2022年法治政府建设工作报告\n2022年以来，我街道依法行政。\n{line}")
    assert found.unit.endswith("青禾街道")
    assert found.warnings[0] == "the title names no unit: taken from the footer"


def test_places_near_a_report_of_nobody_are_not_its_place() -> None:
    found = identify({}, "2022年法治政府建设情况", "按照《贵州省法治建设规划》，依法行政。\n主办：罗源县人民政府")
    assert (found.unit, found.level, found.province, found.adcode) == ("", "", "", "")
    assert found.warnings == ("no unit", "no place")


def test_a_place_that_the_metadata_give_is_the_unit_where_nothing_names_one() -> None:
    assert identify({"city": "福州市", "county": "罗源县"}, "2022年工作总结", "").unit == "福建省福州市罗源县"
    assert identify({"county": "雄安新区"}, "2022年工作总结", "").level == "zone"


def test_a_town_in_brackets_behind_the_title_is_the_unit_and_an_office_is_not() -> None:
    assert identify({}, "2022年法治政府建设情况报告（余姚市大岚镇）", "").county == "余姚市"
    found = identify({}, "全市2022年行政复议情况（温州市司法局）", "")
    assert (found.unit, found.level) == ("浙江省温州市", "city")


def test_a_name_set_wide_is_one_name() -> None:
    text = "罗 源 县 人 民 政 府\n关于2022年度法治政府建设情况的报告\n正文。"
    assert identify({}, "", text).county == "罗源县"


def test_the_title_of_a_web_page_holds_the_name_of_its_site() -> None:
    title = "塘栖镇2022年度法治政府建设情况报告_临平区人民政府门户网站"
    assert identify({}, title, "").unit == "浙江省杭州市临平区塘栖镇"


def test_the_first_sentence_names_a_unit_that_nothing_else_names() -> None:
    found = identify({}, "2022年法治政府建设情况", "2022年，罗源县坚持依法行政。")
    assert (found.county, found.warnings) == ("罗源县", ("the title names no unit: taken from the text",))


def test_in_a_yearbook_the_section_s_own_line_names_the_unit() -> None:
    text = "Page 7 - 武侯年鉴2022\n【审判】 区法院审案。\n\n成都市武侯区司法局\n\n【普法】 年内普法。"
    found = identify({}, "Page 7 - 武侯年鉴2022", text)
    assert (found.unit, found.level, found.year) == ("四川省成都市武侯区司法局", "department", 2021)


# --- Metadata ------------------------------------------------------------------------------------


def test_what_the_metadata_say_wins() -> None:
    meta = {
        "unit": "青禾镇人民政府",
        "level": "town",
        "province": "浙江",
        "city": "杭州市",
        "county": "临平区",
        "year": "2021",
        "period": "2021-H1",
        "published": "2021-07-03",
    }
    found = identify(meta, "静海区2019年法治政府建设情况", "发布时间：2020-01-01")
    assert found == Identity(
        unit="浙江省杭州市临平区青禾镇",
        level="town",
        tier="town",
        body="government",
        province="浙江省",
        city="杭州市",
        county="临平区",
        adcode="330113",
        year=2021,
        period="2021-H1",
        published="2021-07-03",
        warnings=(),
    )


def test_a_place_in_the_metadata_tells_an_ambiguous_name_apart() -> None:
    found = identify({"province": "江西省"}, "西湖区2022年法治政府建设情况", "")
    assert (found.city, found.warnings) == ("南昌市", ())


def test_a_level_that_is_none_is_not_taken_over() -> None:
    found = identify({"level": "县级"}, "罗源县2022年法治政府建设情况", "")
    assert found.level == "county"
    assert any("县级" in warning for warning in found.warnings)


def test_missing_and_empty_metadata_are_the_same() -> None:
    title = "罗源县2022年法治政府建设情况"
    empty = dict.fromkeys(("unit", "level", "province", "city", "county", "year", "period", "published"), "")
    assert identify(empty, title, "") == identify({}, title, "")


def test_a_masked_unit_in_the_metadata_is_masked() -> None:
    found = identify({"unit": "X县司法局"}, "2022年工作总结", "《罗源县规定》")
    assert (found.unit, found.province) == ("X县司法局", "")


# --- When ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "year", "period"),
    [
        ("罗源县2021年上半年法治政府建设情况", 2021, "2021-H1"),
        ("罗源县2021年度下半年工作总结", 2021, "2021-H2"),
        ("罗源县司法局2021年上半年工作总结及下半年安排", 2021, "2021-H1"),
        ("罗源县2021年1-11月法治政府建设情况", 2021, "2021-01/11"),
        ("罗源县2021年1月至9月行政复议情况", 2021, "2021-01/09"),
        ("罗源县2021年前11个月人民调解情况", 2021, "2021-01/11"),
        ("罗源县2021年前三季度法治建设情况", 2021, "2021-01/09"),
        ("罗源县2021年第二季度行政复议情况", 2021, "2021-04/06"),
        ("罗源县2021年1-12月行政复议情况", 2021, "2021"),
        ("罗源县2016—2020年法治政府建设情况", 2020, "2016/2020"),
        ("罗源县2016年至2020年法治政府建设情况", 2020, "2016/2020"),
        ("罗源县“十三五”时期法治政府建设情况", 2020, "2016/2020"),
        ("罗源县“十四五”以来法治建设情况", 2025, "2021/2025"),
        ("罗源县二〇二一年法治政府建设情况", 2021, "2021"),
        ("罗源县二○二一年度法治政府建设情况", 2021, "2021"),
        ("罗源县２０２１年法治政府建设情况", 2021, "2021"),
        ("罗源县2021 年度法治政府建设情况", 2021, "2021"),
        ("罗源县2023年工作总结和2024年工作计划", 2023, "2023"),
        ("罗源县关于2022年法治政府建设情况的报告（罗政〔2023〕3号）", 2022, "2022"),
        ("罗源县法治政府建设年度报告（2022）", 2022, "2022"),
        ("罗源县关于落实《法治政府建设实施纲要（2021—2025年）》2022年度情况的报告", 2022, "2022"),
        ("罗源县法治政府建设实施方案（2021—2025年）2022年落实情况", 2022, "2022"),
        ("武侯年鉴2021", 2020, "2020"),
        ("武侯年鉴（2021年）", 2021, "2021"),
        ("罗源县司法局对第20210416号提案的答复", None, ""),
    ],
)
def test_year_and_period_of_a_title(title: str, year: int | None, period: str) -> None:
    found = identify({}, title, "")
    assert (found.year, found.period) == (year, period)


@pytest.mark.parametrize(
    ("text", "year", "period"),
    [
        ("现将我县2022年度法治政府建设情况报告如下。2021年印发方案。", 2022, "2022"),
        ("现将2022年上半年法治政府建设情况报告如下。", 2022, "2022-H1"),
        ("2022年以来，我县依法行政。2022年，办案9件。到2025年基本建成。", 2022, "2022"),
        ("2021年，办案9件。2021年，调解3件。2020年为2件。2022年工作安排如下。", 2021, "2021"),
        ("2021年3月16日印发，2021年5月2日施行。2020年，办案9件。", 2020, "2020"),
        ("按照《法治政府建设实施纲要（2021－2025年）》办理。", None, ""),
        ("2021年办案9件，2020年办案8件。", None, ""),
    ],
)
def test_year_of_a_text_whose_title_has_none(text: str, year: int | None, period: str) -> None:
    found = identify({}, "罗源县法治政府建设情况", text)
    assert (found.year, found.period) == (year, period)


@pytest.mark.parametrize(
    ("published", "year"),
    [("2023-02-01", 2022), ("2023-06-30", 2022), ("2023-09-01", None)],
)
def test_the_first_half_of_a_year_publishes_the_year_before(published: str, year: int | None) -> None:
    assert identify({"published": published}, "罗源县法治政府建设情况", "").year == year


def test_half_a_year_without_its_year_is_the_last_that_was_over() -> None:
    title = "罗源县上半年法治政府建设工作总结"
    assert identify({"published": "2022-07-05"}, title, "").period == "2022-H1"
    assert identify({"published": "2022-03-05"}, title, "").period == "2021-H1"


def test_a_report_published_before_its_year_is_over_by_years_is_reported() -> None:
    found = identify({"published": "2019-03-01"}, "罗源县2020年法治政府建设情况", "")
    assert found.warnings == ("published 2019-03-01, before the end of the year reported on, 2020",)


def test_the_name_of_the_file_is_the_last_resort() -> None:
    found = identify({}, "罗源县法治政府建设情况", "", "2019-fazhi")
    assert (found.year, found.warnings) == (2019, ("the year is taken from the name of the file",))
    assert identify({}, "罗源县2020年法治政府建设情况", "", "2019-fazhi").year == 2020


def test_a_title_and_a_text_of_different_years_are_reported() -> None:
    text = "现将2020年度情况报告如下。2020年，办案9件。"
    found = identify({}, "罗源县2019年法治政府建设情况", text)
    assert found.year == 2019
    assert found.warnings == ("year in title 2019 and in text 2020",)


@pytest.mark.parametrize(
    "line",
    [
        "发布时间：2021-03-16 18:37:20",
        "发布日期: 2021年3月16日",
        "日期：2021-03-16    来源：罗源县人民政府",
        "来源：县政府办公室 2021/03/16",
        "时间:2021.3.16 作者:佚名",
        "发布时间：二〇二一年三月十六日",
        "发布时间：２０２１年３月１６日",
        "【发布时间】 2021-03-16",
        "信息来源：司法局 发布时间：[2021-03-16]",
        "发布日期：20210316",
        "2021-03-16 18:37",
        "2021-03-16 10:22 来源：罗源融媒",
        "[成文日期]2021-03-01 [发布日期]2021-03-16",
    ],
)
def test_a_line_of_the_page_tells_the_date_of_publication(line: str) -> None:
    text = f"罗源县2020年法治政府建设情况\n{line}\n\n正文。\n\n罗源县人民政府\n2021年1月8日"
    assert identify({}, "", text).published == "2021-03-16"


@pytest.mark.parametrize(
    "sentence",
    [
        "县政府于2021年3月16日召开会议。",
        "会议时间：2021年3月16日，地点在县政府。",
        "决定的发布时间为2021年3月16日，已经施行。",
        "今天是2021年3月16日 星期二",
        "发布时间：2021-02-30",
    ],
)
def test_a_date_in_a_sentence_is_no_date_of_publication(sentence: str) -> None:
    assert identify({}, "", f"罗源县2020年法治政府建设情况\n\n{sentence}\n正文。").published == ""


def test_the_signature_s_date_stands_in_where_there_is_no_other() -> None:
    text = "罗源县2020年法治政府建设情况\n\n正文。\n\n罗源县人民政府\n二〇二一年一月十八日"
    assert identify({}, "", text).published == "2021-01-18"


# --- The reference reports -----------------------------------------------------------------------


def shared() -> Path:
    folder = os.environ.get("FAZHI_SHARED", "")
    if not folder or not (Path(folder) / "reports" / "gold" / "documents.csv").is_file():
        pytest.skip("FAZHI_SHARED does not name the folder with reports/gold/documents.csv")
    return Path(folder) / "reports"


def bare(unit: str) -> str:
    """A unit's name without what the reference writes now and leaves out then."""
    return unit.removesuffix("人民政府").removesuffix("办事处")


@pytest.mark.parametrize("with_title", [True, False])
def test_the_reference_reports_are_all_identified(with_title: bool) -> None:
    folder = shared()
    rows = table(folder / "gold" / "documents.csv")
    assert rows
    for row in rows:
        text = (folder / "text" / f"{row['doc']}.txt").read_text(encoding="utf-8")
        found = identify({}, row["title"] if with_title else "", text)
        columns = ("level", "province", "city", "county", "published")
        assert {c: getattr(found, c) for c in columns} == {c: row[c] for c in columns}, row["doc"]
        assert found.year == int(row["year"]), row["doc"]
        # The reference names the parents that the report names; the table names all of them.
        assert (
            found.unit.endswith(bare(row["unit"]))
            or bare(row["unit"]).endswith(found.unit)
            or (
                found.province + found.city + found.county in found.unit and found.unit.endswith(bare(row["unit"])[-3:])
            )
        ), (found.unit, row["unit"])


# --- The data and the module ---------------------------------------------------------------------


def test_every_division_has_its_parent_in_each_of_its_years() -> None:
    known = places.gazetteer()
    for rows in known.by_code.values():
        for row in rows:
            years = range(row.first, row.last + 1)
            parents = known.by_code.get(row.parent, [])
            assert not row.parent or all(any(p.first <= y <= p.last for p in parents) for y in years), row


def test_each_list_is_as_long_as_the_ministry_says() -> None:
    # Counts of 国家统计局 (分省年度数据, 行政区划): prefectures, and counties, at the end of the year.
    counts = {2000: (333, 2861), 2010: (333, 2856), 2015: (334, 2850), 2020: (333, 2844), 2024: (333, 2846)}
    rows = [row for group in places.gazetteer().by_code.values() for row in group]
    for year, expected in counts.items():
        tiers = [row.tier for row in rows if row.first <= year <= row.last]
        assert (tiers.count("city"), tiers.count("county")) == expected


def test_every_alias_lies_in_one_known_place_and_names_its_source() -> None:
    entries = tomllib.loads((Path(places.__file__).parent / "aliases.toml").read_text(encoding="utf-8"))["alias"]
    assert len(entries) >= 60
    keys = {"names", "written", "within", "division", "level", "tier", "alone", "first", "last", "source"}
    for entry in entries:
        assert set(entry) <= keys, entry
        assert entry["source"], entry
        assert entry["names"], entry
        for name in entry["names"]:
            years = {entry.get("first", 2024), min(entry.get("last", 2024), 2024)}
            for year in years:
                alias = places._alias_of(name, year)
                assert alias is not None, name
                assert len(places._alias_places(alias, year)) == 1, (name, year)


def test_importing_reads_no_file_and_loading_is_quick() -> None:
    code = (
        "import time, analysis.places as p\n"
        "assert p.gazetteer.cache_info().currsize == 0\n"
        "start = time.perf_counter(); p.gazetteer(); print(time.perf_counter() - start)"
    )
    root = Path(places.__file__).parents[1]
    seconds = [
        float(subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    ]
    assert min(seconds) < 0.06


@pytest.mark.parametrize(
    "title",
    ["罗源县2022年法治政府建设情况", "青禾镇2022年法治政府建设情况", "西湖区司法局2022年工作总结", ""],
)
def test_a_long_text_takes_less_than_a_millisecond(title: str) -> None:
    line = "（一）2022年，按照《贵州省法治建设规划》《遵义市规定》，全县调解纠纷3045件，成功率95%，县政府、乡镇、区司法局参加。"
    text = ("\n".join([line] * 400))[:15000]
    identify({}, title, text)
    best = 1.0
    for _ in range(20):
        start = time.perf_counter()
        identify({}, title, text)
        best = min(best, time.perf_counter() - start)
    assert best < 0.001


WORDS = st.sampled_from(
    [
        "北京市",
        "海淀区",
        "朝阳区",
        "朝阳",
        "吉林",
        "静海镇",
        "新蒲新区",
        "市中区",
        "市",
        "区",
        "县",
        "镇",
        "乡",
        "街道",
        "人民政府",
        "司法局",
        "法院",
        "年鉴",
        "2021",
        "2021年",
        "年",
        "月",
        "日",
        "上半年",
        "十三五时期",
        "发布时间：",
        "《",
        "》",
        "（",
        "）",
        "〔2021〕3号",
        "X市",
        "X",
        "我镇",
        "全",
        "中共",
        "国家税务总局",
        "第八师",
        "二〇二一年三月十六日",
        "2021-13-45",
        "九九五时期",
        "五五时期",
        "现将",
        "关于",
        "\n",
        "：",
        ":",
        "。",
        "、",
        "\u3000",
        "\x00",
        "１",
        "來",
        "😀",
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=40).map("".join))
META = st.dictionaries(
    st.sampled_from(
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
            "doc_type",
            "other",
        ]
    ),
    TEXTS,
    max_size=6,
)


@settings(max_examples=400, deadline=None)
@given(META, TEXTS, TEXTS, TEXTS)
def test_no_text_raises_and_every_answer_is_of_its_kind(meta: dict[str, str], title: str, text: str, name: str) -> None:
    found = identify(meta, title, text, name)
    assert found.level in LEVELS
    assert found.tier in TIERS
    assert found.body in BODIES
    assert found.adcode == "" or (len(found.adcode) == 6 and found.adcode in places.gazetteer().by_code)
    assert found.published == "" or len(found.published) == 10
    assert identify(meta, title, text, name) == found


@pytest.mark.parametrize(
    "piece", ["某", "市", "一", "2", "局", "《", "镇政府", "国家", "管理", " ", "区人民", "年2021", "现将"]
)
def test_no_monotonous_text_takes_long(piece: str) -> None:
    long = piece * (30000 // len(piece))
    start = time.perf_counter()
    identify({"unit": long, "publisher": long, "published": long}, long, long, long)
    assert time.perf_counter() - start < 0.5
