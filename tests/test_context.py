"""Figures per head: what is divided by what, the words for it, and gaps where the context says nothing."""

import re

import polars as pl
import pytest

import analysis as fz
from analysis import charts, context, demo

CITY, COUNTY = "浙江省杭州市", "浙江省杭州市临平区"
TEXTS = {
    f"{CITY}2023.txt": f"{CITY}2023年法治政府建设年度报告\n全市共调解纠纷24000件，成功23520件，成功率98%。\n",
    f"{COUNTY}2023.txt": f"{COUNTY}2023年法治政府建设年度报告\n全区共调解纠纷5000余件。办理法律援助案件330件。\n",
    f"{COUNTY}2024.txt": f"{COUNTY}2024年法治政府建设年度报告\n全区共调解纠纷6000件。\n",
    "司法局2023.txt": f"{COUNTY}司法局2023年法治政府建设年度报告\n共调解纠纷44件。\n",
    "塘栖2023.txt": f"{COUNTY}塘栖镇2023年法治政府建设年度报告\n共调解纠纷300件。\n",
}
PEOPLE = "code,year,population\n330100,2023,12000000\n330113,2023,1100000\n"


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("context")
    (folder / "raw").mkdir()
    for name, text in TEXTS.items():
        (folder / "raw" / name).write_text(text, "utf-8")
    fz.build(folder / "raw", folder / "tables")
    return fz.load(folder / "tables").indicators


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "人口.csv"
    path.write_text(PEOPLE, "utf-8-sig")
    return path


def values(rows, indicator="mediation.cases"):
    return {(row["unit"], row["year"]): row["value"] for row in rows.filter(indicator=indicator).iter_rows(named=True)}


def test_a_code_is_joined_to_the_division_itself_and_what_it_does_not_know_is_a_gap(table, people):
    assert values(fz.per(table, people, "population", per=10_000)) == {
        (CITY, 2023): 20,
        (COUNTY, 2023): pytest.approx(45.454545),
        (COUNTY, 2024): None,
        (f"{COUNTY}司法局", 2023): None,
        (f"{COUNTY}塘栖镇", 2023): None,
    }


def test_what_is_said_of_such_a_value(table, people):
    rows = fz.per(table, people, "population", per=10_000).filter(indicator="mediation.cases", unit=COUNTY).sort("year")
    assert rows.columns == table.columns
    known, gap = rows.iter_rows(named=True)
    assert known["unit_of_measure"] == "件/万人"
    assert known["name_zh"] == "每万人调解案件数"
    assert known["name_en"].endswith(" per 10,000 people")
    assert (known["origin"], known["qualifier"], known["flags"]) == ("derived", "over", "")
    assert gap["flags"] == "no population"


def test_a_rate_has_no_value_per_head(table, people):
    assert "mediation.success_rate" not in set(fz.per(table, people, "population")["indicator"])
    with pytest.raises(ValueError, match="no count or amount"):
        fz.per(table.filter(indicator="mediation.success_rate"), people, "population")


def test_a_unit_is_joined_by_its_name(table):
    named = pl.DataFrame({"unit": [f"{COUNTY}塘栖镇"], "year": [2023], "村": [30]})
    rows = fz.per(table, named, "村", measure="村").drop_nulls("value")
    assert rows.select("value", "unit_of_measure", "name_zh").row(0) == (10, "件/村", "每村调解案件数")
    assert rows.height == 1


@pytest.mark.parametrize(
    ("text", "asked", "fault"),
    [
        ("name,year,population\nx,2023,1\n", {}, "year, and code or unit, are needed"),
        ("code,population\n330113,1\n", {}, "year, and code or unit, are needed"),
        ("code,year,population\n330113,2023,1\n330113,2023,2\n", {}, "code 330113 twice for 2023"),
        ("code,year,population\n330113,2023,110.5\n", {}, "persons are wanted"),
        ("code,year,people\n330113,2023,110\n", {}, "no column of numbers called population"),
        ("code,year,population\n330113,2023,many\n", {}, "no column of numbers called population"),
        (PEOPLE, {"per": 3}, "not 3"),
        ("code,year,lawyers\n330113,2023,110\n", {"column": "lawyers"}, "say what lawyers counts"),
    ],
)
def test_a_context_at_fault_is_refused(table, tmp_path, text, asked, fault):
    (tmp_path / "c.csv").write_text(text, "utf-8")
    with pytest.raises(ValueError, match=re.escape(fault)):
        fz.per(table, tmp_path / "c.csv", **{"column": "population"} | asked)


def test_a_context_as_excel_saves_it(tmp_path):
    (tmp_path / "c.csv").write_bytes("unit,year,population\n浙江省杭州市,2023,12000000\n".encode("gb18030"))
    assert context.read_context(tmp_path / "c.csv")["unit"].to_list() == [CITY]


def test_charts_take_such_rows(tmp_path):
    demo.write(tmp_path, counties=12, years=4)
    fz.build(tmp_path / "reports", tmp_path / "tables")
    table = fz.load(tmp_path / "tables").indicators
    units = table["unit"].unique().sort().to_list()
    people = pl.DataFrame(
        [(u, y, 200_000) for u in units for y in range(2021, 2025)], ["unit", "year", "population"], orient="row"
    )
    rows = fz.per(table, people, "population", per=10_000)
    plain, divided = (charts.by_quartile(each, "publicity.activities", [2023, 2024]) for each in (table, rows))
    assert divided["units"].to_list() == plain["units"].to_list()
    assert divided["median"].to_list() == pytest.approx((plain["median"] / 20).to_list(), abs=1e-6)
    caption = charts.quartiles_caption(rows, "publicity.activities", [2023, 2024])
    assert caption.title.startswith("每万人普法活动场次")
    assert "（场/万人）" in caption.subtitle
