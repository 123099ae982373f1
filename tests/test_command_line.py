"""The command line as a user meets it: what is printed, where, and with which exit status."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPORT = "---\nunit: 浙江省杭州市临平区\nyear: 2023\n---\n# 2023年法治政府建设情况报告\n\n{}\n"


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "analysis", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env=os.environ | environment, check=False
    )


@pytest.fixture
def raw(tmp_path):
    """A folder with one good report."""
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "good.md").write_text(
        REPORT.format("全年收到行政复议申请86件，慰问老党员12人。力争明年调解成功率达到98%。"), "utf-8"
    )
    return folder


# --- build ---------------------------------------------------------------------------------------


def test_all_well_is_0(raw, tmp_path):
    done = run("build", raw, "--out", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 reports read, 1 mentions, 1 observations" in done.stdout
    assert "0 failures" in done.stdout


def test_a_failed_file_is_1_and_named_with_its_reason(raw, tmp_path):
    (raw / "empty.txt").write_bytes(b"")
    done = run("build", raw, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "failed: empty.txt: empty: " in done.stderr
    assert (tmp_path / "out/indicators.csv").exists()


def test_a_report_without_a_figure_is_a_warning_and_0(raw, tmp_path):
    (raw / "quiet.md").write_text(REPORT.format("我们持续努力。"), "utf-8")
    done = run("build", raw, "--out", tmp_path / "out")
    assert done.returncode == 0
    assert "quiet.md: no figure of an indicator" in done.stdout


def test_no_folder_is_2(tmp_path):
    done = run("build", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "nothing done: no folder" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_without_a_report_is_2(tmp_path):
    (tmp_path / "raw").mkdir()
    done = run("build", tmp_path / "raw", "--out", tmp_path / "out")
    assert (done.returncode, "no report in" in done.stderr) == (2, True)


def test_no_report_that_can_be_read_is_2_and_still_named(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/empty.txt").write_bytes(b"")
    done = run("build", tmp_path / "raw", "--out", tmp_path / "out")
    assert (done.returncode, "failed: empty.txt: empty: " in done.stderr) == (2, True)
    assert "empty.txt,empty," in (tmp_path / "out/failures.csv").read_text("utf-8-sig")


def test_an_out_that_is_a_file_is_2(raw, tmp_path):
    (tmp_path / "out").write_text("mine")
    done = run("build", raw, "--out", tmp_path / "out")
    assert (done.returncode, "nothing done" in done.stderr) == (2, True)
    assert (tmp_path / "out").read_text() == "mine"


def test_chinese_is_printed_under_any_locale(raw, tmp_path):
    (raw / "空.txt").write_bytes(b"")
    done = run("build", raw, "--out", tmp_path / "out", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert "failed: 空.txt: empty" in done.stderr


# --- score ---------------------------------------------------------------------------------------


@pytest.fixture
def tables(raw, tmp_path):
    run("build", raw, "--out", tmp_path / "out")
    return tmp_path / "out"


def gold(folder: Path, value: int) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "mentions.csv").write_text(
        f"doc,indicator,value,year\ngood,reconsideration.received,{value},2023\n", "utf-8"
    )
    return folder


def test_a_score_is_printed(tables, tmp_path):
    done = run("score", tables, gold(tmp_path / "gold", 86))
    assert done.returncode == 0
    assert "value, indicator, year  precision 100.0%  recall 100.0%" in done.stdout


def test_rows_missed_and_wrong_are_listed_on_demand(tables, tmp_path):
    done = run("score", tables, gold(tmp_path / "gold", 85), "--missed")
    assert "missed: 1\n  good  reconsideration.received  85  2023" in done.stdout
    assert "wrong: 1\n  good  reconsideration.received  86  2023  86件" in done.stdout


def test_a_score_is_compared_with_an_earlier_one(tables, tmp_path):
    before = tmp_path / "before.json"
    run("score", tables, gold(tmp_path / "gold", 85), "--save", before)
    done = run("score", tables, gold(tmp_path / "gold", 86), "--former", before)
    assert "gained since then: 1" in done.stdout
    assert "no more wrong: 1" in done.stdout


def test_a_reference_that_is_not_there_is_2(tables, tmp_path):
    done = run("score", tables, tmp_path / "nowhere")
    assert (done.returncode, "nothing done" in done.stderr) == (2, True)


# --- show ----------------------------------------------------------------------------------------


def test_a_report_is_shown_with_its_figures_marked(raw):
    done = run("show", raw / "good.md")
    assert done.returncode == 0
    assert "收到行政复议申请86件[reconsideration.received]，慰问老党员12人[?]。" in done.stdout
    assert "98%[target: mediation.success_rate]" in done.stdout
    assert "# 2023年法治政府建设情况报告" in done.stdout


def test_a_report_may_not_steer_the_terminal(raw):
    (raw / "odd.md").write_text(REPORT.format("收到\x1b[2J行政复议申请86件。"), "utf-8")
    assert "\x1b" not in run("show", raw / "odd.md").stdout


def test_what_is_no_figure_is_shown_with_its_reason_and_a_legend(raw):
    (raw / "odd.md").write_text(REPORT.format("收到行政复议申请86件，同比增长12%，结转3件。"), "utf-8")
    shown = run("show", raw / "odd.md").stdout
    assert "86件[reconsideration.received]，同比增长12%[-change]，结转3件[-rest]。" in shown
    assert "figure of an indicator 1" in shown
    assert "1  change      change, not a level" in shown


def test_a_file_that_is_no_report_is_2(raw):
    (raw / "empty.txt").write_bytes(b"")
    done = run("show", raw / "empty.txt")
    assert (done.returncode, "empty.txt" in done.stderr) == (2, True)


# --- evidence ------------------------------------------------------------------------------------


def test_the_page_is_written_beside_the_tables(raw, tables):
    done = run("evidence", raw, "--out", tables)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 values of 1 reports" in done.stdout
    assert (tables / "evidence.html").exists()


def test_a_report_that_changed_since_the_tables_were_built_is_1_and_named(raw, tables):
    (raw / "good.md").write_text("换了。", "utf-8")
    done = run("evidence", raw, "--out", tables)
    assert (done.returncode, "changed: good.md: " in done.stderr) == (1, True)


def test_a_page_without_tables_is_2(raw, tmp_path):
    done = run("evidence", raw, "--out", tmp_path / "nowhere")
    assert (done.returncode, "nothing done: no tables in" in done.stderr) == (2, True)


# --- help ----------------------------------------------------------------------------------------


def test_help_names_the_verbs_and_imports_nothing_heavy():
    code = (
        "import sys, runpy\n"
        "sys.argv = ['analysis', '--help']\n"
        "try: runpy.run_module('analysis', run_name='__main__')\n"
        "except SystemExit as end: print('status', end.code)\n"
        "print(sorted({'polars', 'pydantic', 'lxml', 'analysis.table'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    for verb in ("build", "score", "show"):
        assert verb in done.stdout
    assert "status 0\n[]" in done.stdout


def test_an_unknown_verb_is_2():
    assert run("biuld").returncode == 2


# --- suggest -------------------------------------------------------------------------------------


def test_suggest_prints_what_many_reports_count_and_writes_drafts(raw, tmp_path):
    (raw / "other.md").write_text(REPORT.format("慰问老党员30人。").replace("临平", "西湖"), "utf-8")
    run("build", raw, "--out", tmp_path / "out")
    done = run("suggest", "--out", tmp_path / "out", "--write", tmp_path / "drafts.toml")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1. 慰问 | 党员 | 人    2 reports, 2 units, median 21" in done.stdout
    assert "慰问老党员【30人】。  (other.md)" in done.stdout
    assert "[[indicator]]" in (tmp_path / "drafts.toml").read_text("utf-8")
    assert "0 kinds" in run("suggest", "--out", tmp_path / "out", "--least", "3").stdout


def test_suggest_without_tables_is_2(tmp_path):
    done = run("suggest", "--out", tmp_path / "nowhere")
    assert (done.returncode, "nothing done: no tables" in done.stderr) == (2, True)


def test_show_marks_what_is_set_aside_with_its_reason(tmp_path):
    (tmp_path / "a.md").write_text(REPORT.format("一般诉求5个工作日内答复。"), "utf-8")
    assert "5个工作日[-deadline]" in run("show", tmp_path / "a.md").stdout
