"""Who was expected to report and who did: on the demonstration's reports, some of them lost, spoilt or renamed."""

import re
from datetime import date

import polars as pl
import pytest
from typer.testing import CliRunner

import analysis as fz
from analysis import demo, roster
from analysis.__main__ import app
from analysis.places import meant
from analysis.roster import COLUMNS, Expected

REAL = """福建省福州市鼓楼区人民政府2024年法治政府建设年度报告
一、2024年推进法治政府建设的主要举措和成效
全年办理行政复议案件X件，办结12件。
二、存在的不足和原因
基层力量偏弱。
三、党政主要负责人履行推进法治建设第一责任人职责情况
区长每季度听取汇报。
四、2025年主要安排
继续努力。
五、其他需要报告的情况
（此处待填写）
2025年4月11日
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three years of six counties and their city; a broken file, a real place's report, a town's."""
    folder = tmp_path_factory.mktemp("spring")
    demo.write(folder, counties=6, years=3)
    reports = folder / "reports"
    lost = sorted(reports.glob("*县/2024-report.*"))[0]
    lost.unlink()
    lost.with_suffix(".doc").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1"))
    (reports / "福州鼓楼2024.txt").write_text(REAL, "utf-8")
    (reports / "南星2024.txt").write_text("南星街道2024年法治政府建设工作总结\n开展普法活动12场。\n", "utf-8")
    fz.build(reports, folder / "tables")
    return folder, lost.parent.name


@pytest.fixture(scope="module")
def tables(made):
    return fz.load(made[0] / "tables")


def one(tables, *line, year=2024):
    return fz.publication([Expected(*line)], year, tables).row(0, named=True)


def test_the_demonstrations_roster(made, tables):
    rows = fz.publication(made[0] / demo.ROSTER, tables=tables)
    assert list(rows.columns) == list(COLUMNS)
    assert rows["year"].unique().to_list() == [2024]
    assert dict(rows.group_by("found").len().iter_rows()) == {"found": 6, "unreadable": 1, "not_found": 1}
    assert rows.filter(found="unreadable")["unit"].to_list() == [made[1]]
    assert rows["found"][-1] == "not_found"
    documents = tables.documents
    for row in rows.filter(found="found").iter_rows(named=True):
        report = documents.row(by_predicate=pl.col("doc") == row["doc"], named=True)
        assert (report["unit"], report["year"]) == (row["unit"], 2024)
        assert row["published"] == report["published"]
        assert 0 < row["reused"] < 1
        if row["published"]:
            assert row["days_late"] == (date.fromisoformat(row["published"]) - date.fromisoformat(row["deadline"])).days
    assert set(rows.filter(tier="city")["deadline"]) == {"2025-03-01"}
    assert set(rows.filter(tier="county")["deadline"]) == {"2025-04-01"}


def test_the_first_year_has_no_year_before_to_take_text_from(made, tables):
    rows = fz.publication(made[0] / demo.ROSTER, 2022, tables).filter(found="found")
    assert rows.height == 7
    assert rows["reused"].null_count() == 7


def test_the_whole_of_a_report(tables):
    row = one(tables, "鼓楼区", "350102")
    assert row["unit"] == "福建省福州市鼓楼区"
    assert (row["found"], row["doc"], row["tier"]) == ("found", "福州鼓楼2024.txt", "county")
    assert (row["published"], row["deadline"], row["days_late"]) == ("2025-04-11", "2025-04-01", 10)
    assert all(row[part] for part in roster.PARTS)
    assert (row["masked"], row["unfilled"], row["reused"]) == (1, 1, None)


@pytest.mark.parametrize(
    ("line", "found", "note"),
    [
        (("福建省福州市鼓楼区",), "found", ""),
        (("福州市鼓楼区人民政府",), "found", ""),
        (("", "350102"), "found", ""),
        (("鼓楼区", "350102000000"), "found", ""),
        (("鼓楼区",), "ambiguous", "江苏省南京市鼓楼区"),  # four cities have one
        (("台江区", "350102"), "ambiguous", "do not agree"),
        (("台江区",), "not_found", ""),
        (("云里雾里",), "ambiguous", "in no list"),
        (("南星街道",), "found", ""),  # as the report calls itself
        (
            ("杭州市上城区南星街道",),
            "ambiguous",
            "may be the report of 南星街道",
        ),  # which 南星街道 it is, it does not say
        (("鼓楼区", "350102", "city"), "found", "the roster says city, the report county"),
    ],
)
def test_names_are_matched_and_never_guessed(tables, line, found, note):
    row = one(tables, *line)
    assert row["found"] == found
    assert note in row["note"]
    assert note or not row["note"]


@pytest.mark.parametrize(
    ("name", "code", "units"),
    [
        ("临平区", "", ["浙江省杭州市临平区"]),
        ("余杭", "", ["浙江省杭州市余杭区"]),
        ("宁波", "", ["浙江省宁波市"]),
        ("恩施州", "", ["湖北省恩施土家族苗族自治州"]),
        ("鄞州区司法局", "", ["浙江省宁波市鄞州区司法局"]),
        ("南星街道", "330102", ["浙江省杭州市上城区南星街道"]),
        ("朝阳", "110105", ["北京市朝阳区"]),
        ("", "330113", ["浙江省杭州市临平区"]),
        ("临平区", "330110", []),
        ("云里雾里", "", []),
        ("示例省云岭示例市", "", ["示例省云岭示例市"]),
    ],
)
def test_the_units_that_a_name_can_mean(name, code, units):
    assert list(meant(name, code, 2023)) == units


def test_two_lines_for_one_unit_are_noted(tables):
    rows = fz.publication([Expected("", "350102"), Expected("福州市鼓楼区")], 2024, tables)
    assert set(rows["note"]) == {"another line of the roster is the same unit"}


@pytest.mark.parametrize(
    ("deadline", "year", "due"),
    [
        ("", 2024, "2025-04-01"),
        ("03-01", 2024, "2025-03-01"),
        ("2025-03-31", 2024, "2025-03-31"),
        ("2025-03-31", 2023, "2024-04-01"),
    ],
)
def test_until_when_a_report_is_due(deadline, year, due):
    assert Expected("甲县", deadline=deadline).due(year) == date.fromisoformat(due)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_roster_as_excel_saves_it(tmp_path, encoding):
    path = tmp_path / "名单.csv"
    path.write_bytes(
        "单位,代码,级别,期限\r\n临平区,330113,县级,3月1日\r\n杭州市,,市,2025/3/31\r\n,,,\r\n".encode(encoding)
    )
    assert roster.read_roster(path) == [
        Expected("临平区", "330113", "county", "03-01"),
        Expected("杭州市", "", "city", "2025-03-31"),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("county\n临平区\n", "no column name or code"),
        ("name,code\n临平区,3301\n", "line 2: code 3301"),
        ("name,tier\n临平区,big\n", "line 2: tier big"),
        ("name,deadline\n临平区,04-31\n", "line 2"),
        ("name,deadline\n临平区,spring\n", "line 2: deadline spring"),
        ("name\n临平区\n临平区\n", "line 3: 临平区 stands twice"),
        ("name,tier\n,county\n", "line 2: neither"),
    ],
)
def test_a_line_at_fault_is_named(tmp_path, text, fault):
    (tmp_path / "roster.csv").write_text(text, "utf-8")
    with pytest.raises(ValueError, match=re.escape(fault)):
        roster.read_roster(tmp_path / "roster.csv")


def test_the_verb(made, tmp_path):
    folder, _ = made
    out = tmp_path / "new" / "publication.csv"
    words = [
        "publication",
        str(folder / demo.ROSTER),
        "--year",
        "2024",
        "--tables",
        str(folder / "tables"),
        "--out",
        str(out),
    ]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "8 expected: 6 found, 1 not found, 1 unreadable" in done.output
    first = out.read_bytes()
    CliRunner().invoke(app, words)
    assert out.read_bytes() == first
    assert first.startswith(b"\xef\xbb\xbf")
    (tmp_path / "roster.csv").write_text("name\n鼓楼区\n", "utf-8")
    done = CliRunner().invoke(app, [words[0], str(tmp_path / "roster.csv"), *words[2:]])
    assert done.exit_code == 1
    assert "ambiguous: 鼓楼区 2024" in done.output
    assert CliRunner().invoke(app, [words[0], str(tmp_path / "none.csv"), *words[2:]]).exit_code == 2
