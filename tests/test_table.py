"""From a folder of reports to the tables: what is read, which value speaks, and what is written."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import polars as pl
import pytest

import analysis as fz
from analysis.table import TABLES, _checked, _plain

DISTRICT = "浙江省杭州市临平区"


def write(folder: Path, name: str, text: str, **meta: str) -> Path:
    """A report with front matter; unit, year and doc_type may be given, else they are a district's of 2023."""
    meta = {"unit": DISTRICT, "year": "2023"} | meta
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{key}: {value}" for key, value in meta.items()]
    path.write_text("\n".join(["---", *lines, "---", f"# {meta['year']}年法治政府建设情况报告", "", text, ""]), "utf-8")
    return path


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def observations(raw, out):
    """Build, and give the rows of the tidy table as dicts."""
    fz.build(raw, out)
    return fz.load(out).indicators.to_dicts()


def only(raw, out):
    rows = observations(raw, out)
    assert len(rows) == 1, rows
    return rows[0]


# --- One report ----------------------------------------------------------------------------------


def test_a_report_becomes_a_row_with_its_words(raw, out):
    write(raw, "linping/2023.md", "全年收到行政复议申请86件，行政机关负责人出庭应诉率98.78%。", doc_type="government")
    received, appeared = sorted(observations(raw, out), key=lambda row: row["value"])
    assert received == {
        "unit": DISTRICT,
        "province": "浙江省",
        "city": "杭州市",
        "county": "临平区",
        "adcode": "330113",
        "tier": "county",
        "body": "government",
        "year": 2023,
        "period": "2023",
        "theme": "reconsideration",
        "indicator": "reconsideration.received",
        "name_zh": received["name_zh"],
        "name_en": received["name_en"],
        "value": 86,
        "unit_of_measure": "件",
        "qualifier": "exact",
        "scope": "",
        "basis": "收到",
        "preferred": True,
        "origin": "reported",
        "doc": "linping/2023.md",
        "quote": "86件",
        "sentence": "全年收到行政复议申请86件，行政机关负责人出庭应诉率98.78%。",
        "mentions": 1,
        "flags": "",
    }
    assert appeared["value"] == 98.78


def test_spans_point_into_the_file(raw, out):
    path = write(raw, "a.md", "全年收到行政复议申请86件。力争明年调解成功率达到98%。慰问老党员12人。")
    fz.build(raw, out)
    tables, text = fz.load(out), path.read_text("utf-8")
    for frame, quotes in ((tables.mentions, ["86件"]), (tables.targets, ["98%"]), (tables.unmatched, ["12人"])):
        assert [text[row["start"] : row["end"]] for row in frame.to_dicts()] == frame["quote"].to_list() == quotes


def test_the_text_of_a_page_is_kept_and_spans_point_into_it(raw, out):
    sentence = "全年收到行政复议申请86件，办结80件，行政机关负责人出庭应诉率为98.78%，依法履行各项职责。"
    page = f"<html><head><title>临平区2023年法治政府建设报告</title></head><body><p>{sentence}</p><p>{sentence[:13]}。</p></body></html>"
    (raw / "page.html").write_text(page, "utf-8")
    fz.build(raw, out)
    text = (out / "text/page.html.txt").read_bytes().decode("utf-8")
    rows = fz.load(out).mentions.to_dicts()
    assert rows
    assert all(text[row["start"] : row["end"]] == row["quote"] for row in rows)


def test_a_masked_number_is_a_mention_and_no_value(raw, out):
    write(raw, "a.md", "全年收到行政复议申请X件。")
    assert observations(raw, out) == []
    assert fz.load(out).mentions.select("value", "qualifier").rows() == [(None, "redacted")]


def test_a_wording_that_fixes_a_value_is_implied(raw, out):
    write(raw, "a.md", "实现村（居）法律顾问全覆盖。")
    row = only(raw, out)
    assert (row["value"], row["origin"]) == (100, "implied")


def test_a_report_without_a_year_or_unit_gives_no_observation(raw, out):
    (raw / "a.txt").write_text("收到行政复议申请86件。", "utf-8")
    assert observations(raw, out) == []
    assert fz.load(out).mentions.height == 1


def test_figures_of_half_a_year_are_for_half_a_year_and_not_preferred(raw, out):
    write(raw, "a.md", "收到行政复议申请86件。", period="2023-H1")
    row = only(raw, out)
    assert (row["period"], row["year"], row["preferred"]) == ("2023-H1", 2023, False)


# --- Parts ---------------------------------------------------------------------------------------


def test_parts_that_a_sentence_lists_as_all_are_summed(raw, out):
    write(raw, "a.md", "镇、村分别开展法治宣传活动12场、30场。")
    row = only(raw, out)
    assert (row["value"], row["qualifier"], row["origin"], row["quote"]) == (42, "over", "summed", "12场 + 30场")


def test_other_parts_are_never_summed_but_counted(raw, out):
    write(raw, "a.md", "开展法治宣传进校园活动12场，开展法治宣传进企业活动30场。")
    summary = fz.build(raw, out)
    assert fz.load(out).mentions["role"].to_list() == ["part", "part"]
    assert (summary.observations, summary.parts_only) == (0, 1)


# --- Several sources -----------------------------------------------------------------------------


def test_the_higher_source_speaks(raw, out):
    write(raw, "gov.md", "全年收到行政复议申请86件。", doc_type="government", published="2024-01-10")
    write(raw, "press.md", "全年收到行政复议申请90件。", doc_type="press", published="2024-03-10")
    row = only(raw, out)
    assert (row["value"], row["doc"], row["flags"], row["mentions"]) == (86, "gov.md", "", 2)
    assert fz.load(out).checks.height == 0


def test_a_report_that_does_not_say_who_speaks_is_its_units(raw, out):
    write(raw, "a.md", "全年收到行政复议申请86件。")
    write(raw, "b.md", "全年收到行政复议申请86件。 ", unit=f"{DISTRICT}司法局")
    fz.build(raw, out)
    assert fz.load(out).documents["doc_type"].to_list() == ["government", "department"]


def test_among_equals_the_later_speaks(raw, out):
    write(raw, "early.md", "全年收到行政复议申请86件。", published="2024-01-10")
    write(raw, "late.md", "全年收到行政复议申请90件。", published="2024-03-10")
    assert only(raw, out)["value"] == 90


def test_equals_that_disagree_give_no_value_and_both_stand_in_checks(raw, out):
    write(raw, "a.md", "全年收到行政复议申请86件。", published="2024-01-10")
    write(raw, "b.md", "全年收到行政复议申请90件。", published="2024-01-10")
    row = only(raw, out)
    assert (row["value"], row["qualifier"], row["flags"], row["preferred"]) == (None, "", "disputed", False)
    assert row["doc"] == "a.md; b.md"
    check = fz.load(out).checks.to_dicts()[0]
    assert (check["check"], check["doc"], check["value"]) == ("disputed", "a.md", 86)
    assert (check["other_doc"], check["other_value"]) == ("b.md", 90)
    assert "90件" in check["other_sentence"]


def test_a_report_without_a_date_is_no_earlier_than_another(raw, out):
    write(raw, "a.md", "全年收到行政复议申请86件。")
    write(raw, "b.md", "全年收到行政复议申请90件。", published="2024-01-10")
    assert only(raw, out)["flags"] == "disputed"


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [
        ("21345件", "2.1万余件", 21345),
        ("2.1万件", "21345件", 21345),
        ("20万件", "160000件", None),
        ("1300余件", "1342件", 1342),
        ("20余件", "30件", None),
        ("20件", "19件", None),
    ],
)
def test_one_number_rounded_is_no_dispute(raw, out, one, other, value):
    write(raw, "a.md", f"全年收到行政复议申请{one}。")
    write(raw, "b.md", f"全年收到行政复议申请{other}。")
    assert only(raw, out)["value"] == value


def test_a_court_without_a_scope_speaks_for_the_area_beside_the_government(raw, out):
    write(raw, "court.md", "全年收到行政复议申请186件。", doc_type="court")
    write(raw, "gov.md", "区政府全年收到行政复议申请86件。", doc_type="government")
    rows = {row["scope"]: row for row in observations(raw, out)}
    assert (rows["area"]["value"], rows["area"]["preferred"]) == (186, False)
    assert (rows["own"]["value"], rows["own"]["preferred"]) == (86, True)


def test_the_first_basis_is_preferred(raw, out):
    write(raw, "a.md", "区政府办理行政复议案件95件。")
    write(raw, "b.md", "区政府共收到行政复议申请86件。")
    rows = {row["basis"]: row["preferred"] for row in observations(raw, out)}
    assert rows == {"办理": False, "收到": True}


# --- Earlier years -------------------------------------------------------------------------------


def test_a_later_report_fills_a_year_that_no_report_states(raw, out):
    write(raw, "2023.md", "全年收到行政复议申请86件，2022年为45件。")
    rows = {row["year"]: row for row in observations(raw, out)}
    assert (rows[2022]["value"], rows[2022]["flags"], rows[2022]["preferred"]) == (45, "from later report", True)
    assert (rows[2023]["value"], rows[2023]["flags"]) == (86, "")


def test_a_later_report_never_beats_the_years_own(raw, out):
    write(raw, "2022.md", "全年收到行政复议申请47件。", year="2022", doc_type="press")
    write(raw, "2023.md", "全年收到行政复议申请86件，2022年为45件。", doc_type="government")
    rows = {row["year"]: row for row in observations(raw, out)}
    assert (rows[2022]["value"], rows[2022]["doc"], rows[2022]["flags"]) == (47, "2022.md", "")


# --- The folder ----------------------------------------------------------------------------------


@pytest.fixture
def mixed(raw):
    """Good, figure-less, empty, binary and cut files, as folders have them."""
    write(raw, "good/2023.md", "全年收到行政复议申请86件。")
    write(raw, "quiet/2023.md", "我们持续努力，不断进步。", unit="浙江省杭州市西湖区")
    (raw / "empty.txt").write_bytes(b"")
    (raw / "picture.docx").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    (raw / "cut.docx").write_bytes(b"PK\x03\x04\x14\x00\x06\x00\x08\x00" + bytes(40))
    (raw / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
    return raw


def test_what_cannot_be_read_is_a_failure_and_the_rest_is_read(mixed, out):
    summary = fz.build(mixed, out)
    assert summary.reports == 2
    assert [f.doc for f in summary.failures] == ["cut.docx", "empty.txt", "picture.docx"]
    assert fz.load(out).failures.filter(doc="empty.txt")["reason"].item() == "empty"
    assert all(detail for detail in fz.load(out).failures["detail"])


def test_a_report_without_a_figure_is_a_warning(mixed, out):
    assert ("quiet/2023.md", "no figure of an indicator") in fz.build(mixed, out).warnings
    assert "no figure" in fz.load(out).documents.filter(doc="quiet/2023.md")["warnings"].item()


def test_the_same_content_is_read_once(raw, out):
    path = write(raw, "a/2023.md", "全年收到行政复议申请86件。")
    (raw / "b").mkdir()
    (raw / "b/copy.md").write_bytes(path.read_bytes())
    summary = fz.build(raw, out)
    assert (summary.reports, summary.twins) == (1, 1)
    assert fz.load(out).documents["warnings"].to_list() == ["same content: b/copy.md"]


def test_an_empty_file_fails_under_each_of_its_names(raw, out):
    for name in ("a.txt", "b.txt"):
        (raw / name).write_bytes(b"")
    assert [f.doc for f in fz.build(raw, out).failures] == ["a.txt", "b.txt"]


def test_names_that_utf8_cannot_hold_end_no_run(raw, out):
    write(raw, "good.md", "全年收到行政复议申请86件。")
    (raw / os.fsdecode(b"\xb1\xa8\xb8\xe6.txt")).write_text("没有数字。", "utf-8")
    fz.build(raw, out)
    assert fz.load(out).documents["doc"].to_list() == [r"\xb1\xa8\xb8\xe6.txt", "good.md"]


def test_chinese_names_are_read_and_written_under_any_locale(raw, out):
    write(raw, "临平/报告.md", "全年收到行政复议申请86件。")
    (raw / "网页.html").write_text("<html><body><p>临平区2023年收到行政复议申请87件。</p></body></html>", "utf-8")
    command = [sys.executable, "-m", "analysis", "build", str(raw), "--out", str(out)]
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert subprocess.run(command, env=environment, check=False, capture_output=True).returncode == 0
    assert fz.load(out).documents["doc"].to_list() == ["临平/报告.md", "网页.html"]
    assert (out / "text/网页.html.txt").exists()


def test_tables_below_the_reports_are_not_read_as_reports(raw):
    write(raw, "a.md", "全年收到行政复议申请86件。")
    for _ in range(2):
        assert fz.build(raw, raw / "tables").reports == 1
    with pytest.raises(ValueError, match="folder of their own"):
        fz.build(raw, raw)


def test_one_file_may_stand_for_the_folder(raw, out):
    assert fz.build(write(raw, "a.md", "全年收到行政复议申请86件。"), out).reports == 1
    assert fz.load(out).documents["doc"].to_list() == ["a.md"]


def test_nothing_to_read_is_said(raw, out):
    with pytest.raises(FileNotFoundError, match="no report in"):
        fz.build(raw, out)
    with pytest.raises(FileNotFoundError, match="no folder"):
        fz.build(raw / "nowhere", out)
    assert not out.exists()


# --- The tables as files -------------------------------------------------------------------------


def test_csv_is_for_excel_and_people(mixed, out):
    write(mixed, "more.md", "全年收到行政复议申请2.1万余件，行政机关负责人出庭应诉率98.78%。", unit="江苏省")
    fz.build(mixed, out)
    for name in TABLES:
        content = (out / f"{name}.csv").read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in content
        assert content.decode("utf-8-sig").splitlines()[0].split(",") == [c.name for c in TABLES[name].columns]
    text = (out / "mentions.csv").read_text("utf-8-sig")
    assert ",21000,件,over," in text
    assert ",98.78,%,exact," in text


@pytest.mark.parametrize(
    ("value", "text"),
    [(21000.0, "21000"), (98.78, "98.78"), (1e-05, "0.00001"), (1.2e22, "12" + "0" * 21), (None, None)],
)
def test_numbers_are_written_plainly(value, text):
    assert _plain(value) == text


def test_parquet_bears_the_versions_of_reader_and_catalogue(mixed, out):
    fz.build(mixed, out)
    for name in TABLES:
        metadata = pl.read_parquet_metadata(out / f"{name}.parquet")
        assert metadata["reader"]
        assert metadata["catalogue"]


def test_csv_and_parquet_give_the_same_tables(mixed, out):
    fz.build(mixed, out)
    parquet = fz.load(out)
    for path in out.glob("*.parquet"):
        path.unlink()
    csv, lazy = fz.load(out), fz.load(out, lazy=True)
    for name in TABLES:
        assert getattr(csv, name).equals(getattr(parquet, name))
        assert getattr(lazy, name).collect().equals(getattr(parquet, name))


def test_a_csv_newer_than_its_parquet_is_what_is_loaded(mixed, out):
    fz.build(mixed, out)
    path = out / "indicators.csv"
    path.write_text(path.read_text("utf-8").replace(",86,", ",87,"), "utf-8")
    assert fz.load(out).indicators["value"].to_list() == [87]


def test_one_row_of_the_codebook_for_each_indicator(mixed, out):
    fz.build(mixed, out)
    book = fz.load(out).codebook
    row = book.filter(indicator="reconsideration.received").to_dicts()[0]
    assert (row["unit_of_measure"], row["kind"], row["basis"]) == ("件", "count", "收到;受理;办理")
    assert row["name_zh"]
    assert row["name_en"]


def test_names_of_one_unit_are_joined_and_the_reason_is_given(raw, out):
    write(raw, "a.md", "全年收到行政复议申请86件。", unit=DISTRICT)
    write(raw, "b.md", "全年收到行政复议申请47件。", unit=f"{DISTRICT}人民政府", year="2022")
    fz.build(raw, out)
    tables = fz.load(out)
    assert tables.indicators["unit"].unique().to_list() == [DISTRICT]
    assert tables.units.select("name", "reason").rows() == [
        (DISTRICT, "as written"),
        (f"{DISTRICT}人民政府", "the same but for width, spaces or 人民政府"),
    ]


def test_a_row_outside_its_schema_is_named():
    row = {"doc": "a.md", "reason": "empty", "detail": "The file is empty."}
    assert _checked("failures", [row]) == [row]
    with pytest.raises(ValueError, match=r"table failures, column reason, row \('a.md',\): is empty"):
        _checked("failures", [row | {"reason": ""}])
    with pytest.raises(ValueError, match=r"column detail.*1 is no str"):
        _checked("failures", [row | {"detail": 1}])
    with pytest.raises(ValueError, match="stands twice"):
        _checked("failures", [row, row])
    with pytest.raises(ValueError, match="are not the table's"):
        _checked("failures", [row | {"more": ""}])


def test_a_run_that_breaks_off_leaves_the_tables_as_they_were(mixed, out, monkeypatch):
    fz.build(mixed, out)
    before = contents(out)
    write(mixed, "more.md", "全年收到行政复议申请12件。", unit="江苏省")
    monkeypatch.setattr("analysis.table._write", partial(full_disk, left=[5]))
    with pytest.raises(OSError, match="no space left"):
        fz.build(mixed, out)
    assert contents(out) == before


def full_disk(name, frame, folder, metadata, left):
    """Writes some bytes of each table, until the disk is full."""
    (folder / f"{name}.csv").write_text("half a ta", "utf-8")
    left[0] -= 1
    if not left[0]:
        raise OSError("no space left")


def contents(folder: Path) -> dict[str, bytes]:
    """Name -> bytes of what a build gives; what it keeps for itself is hidden."""
    names = [p.relative_to(folder) for p in sorted(folder.rglob("*")) if p.is_file()]
    return {str(name): (folder / name).read_bytes() for name in names if not name.parts[0].startswith(".")}


def test_what_is_gone_from_the_folder_is_gone_from_text(raw, out):
    for name in ("a", "b"):
        (raw / f"{name}.html").write_text(f"<html><body><p>{name}区收到行政复议申请86件。</p></body></html>", "utf-8")
    fz.build(raw, out)
    (raw / "b.html").unlink()
    fz.build(raw, out)
    assert [p.name for p in (out / "text").iterdir()] == ["a.html.txt"]


def test_the_same_bytes_whatever_the_processes_and_the_hash_seed(mixed, tmp_path):
    for n in range(12):
        write(mixed, f"towns/{n}.md", f"全年收到行政复议申请{n + 2}件，开展法治宣传活动{n + 3}场。", year=str(2010 + n))
    results = []
    for processes, seed in (("1", "0"), ("2", "1"), ("2", "12345")):
        out = tmp_path / f"out-{processes}-{seed}"
        command = [sys.executable, "-m", "analysis", "build", str(mixed), "--out", str(out), "--processes", processes]
        subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": seed}, check=False, capture_output=True)
        results.append(contents(out))
    assert results[0].keys() >= {"indicators.csv", "indicators.parquet"}
    assert results[0] == results[1] == results[2]


# --- From Python ---------------------------------------------------------------------------------


def test_the_panel_is_the_preferred_rows(raw, out):
    write(raw, "2022.md", "收到行政复议申请47件，开展法治宣传活动3场。", year="2022")
    write(raw, "2023.md", "收到行政复议申请86件，开展法治宣传活动5场。")
    fz.build(raw, out)
    assert fz.panel(out=out).select("indicator", "year", "value").rows() == [
        ("publicity.activities", 2022, 3),
        ("publicity.activities", 2023, 5),
        ("reconsideration.received", 2022, 47),
        ("reconsideration.received", 2023, 86),
    ]
    assert fz.panel("reconsideration.received", DISTRICT, 2023, out=out)["value"].to_list() == [86]
    assert fz.panel(years=range(2020, 2023), out=out)["year"].unique().to_list() == [2022]
    with pytest.raises(ValueError, match=r"no indicator called mediation\.case"):
        fz.panel("mediation.case", out=out)


def test_the_tidy_table_goes_into_pandas_and_seaborn(raw, out):
    import seaborn as sns

    write(raw, "2022.md", "收到行政复议申请47件，开展法治宣传活动3场。", year="2022")
    write(raw, "2023.md", "收到行政复议申请86件。")
    fz.build(raw, out)
    for lazy in (False, True):
        table = fz.load(out, lazy=lazy).to_pandas()
        assert list(table.columns) == list(TABLES["indicators"].schema)
        assert sorted(zip(table["indicator"], table["year"], table["value"], strict=True)) == [
            ("publicity.activities", 2022, 3),
            ("reconsideration.received", 2022, 47),
            ("reconsideration.received", 2023, 86),
        ]
    axes = sns.lineplot(table, x="year", y="value", hue="indicator")
    assert sorted(map(len, (line.get_xdata() for line in axes.lines if len(line.get_xdata())))) == [1, 2]


def test_a_notebook_shows_which_tables_there_are(raw, out):
    write(raw, "2023.md", "收到行政复议申请86件。")
    fz.build(raw, out)
    shown = fz.load(out)._repr_html_()
    assert "<td>indicators</td><td>1</td><td>unit, period, indicator, scope, basis</td>" in shown
    assert [name for name in TABLES if f"<td>{name}</td>" not in shown] == []
    assert "<td>indicators</td><td>…</td>" in fz.load(out, lazy=True)._repr_html_()


def test_tables_are_found_from_a_folder_below(raw, tmp_path, monkeypatch):
    write(raw, "a.md", "全年收到行政复议申请86件。")
    fz.build(raw, tmp_path / "data/processed")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert fz.load().indicators.height == 1


def test_no_tables_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="python -m analysis build"):
        fz.load(tmp_path)


def test_building_imports_no_library_for_charts_or_words(raw, out):
    write(raw, "a.md", "全年收到行政复议申请86件。")
    code = (
        "import sys, analysis as fz\n"
        "assert 'polars' not in sys.modules and 'analysis.table' not in sys.modules\n"
        f"fz.build({str(raw)!r}, {str(out)!r})\n"
        "print(sorted({'pandas', 'matplotlib', 'seaborn', 'jieba', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_script_typed_into_python_builds_too(raw, out):
    write(raw, "a.md", "全年收到行政复议申请86件。")
    code = f"import analysis as fz\nprint(fz.build({str(raw)!r}, {str(out)!r}, processes=2).reports)"
    done = subprocess.run([sys.executable, "-"], input=code, capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("1", "")


def test_a_script_without_a_guard_builds_too(raw, out, tmp_path):
    write(raw, "a.md", "全年收到行政复议申请86件。")
    write(raw, "b.md", "全年收到行政复议申请87件。", year="2022")
    script = tmp_path / "mine.py"
    script.write_text(
        f"import analysis as fz\nprint(fz.build({str(raw)!r}, {str(out)!r}, processes=2).reports)", "utf-8"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "2"
