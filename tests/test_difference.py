"""Two sets of tables: what came, went and changed, and why."""

from __future__ import annotations

import json

import faults
import polars as pl
import pytest

import analysis as fz
from analysis.difference import compare, frame
from analysis.staging import MANIFEST

DISTRICT = "浙江省杭州市临平区"


def write(raw, name, text, year=2023):
    raw.mkdir(exist_ok=True)
    (raw / name).write_text(f"---\nunit: {DISTRICT}\nyear: {year}\n---\n# 报告\n\n{text}\n", "utf-8")


@pytest.fixture
def raw(tmp_path):
    raw = tmp_path / "raw"
    write(raw, "a.md", "全年收到行政复议申请86件，开展法治宣传活动3场。")
    write(raw, "b.md", "共调解纠纷512件。", year=2022)
    fz.build(raw, tmp_path / "old")
    return raw


def said(tmp_path, raw):
    """The differences to the first build, in short."""
    fz.build(raw, tmp_path / "new")
    found = compare(tmp_path / "old", tmp_path / "new")
    return [(d.kind, d.key[2], d.old and d.old["value"], d.new and d.new["value"], d.cause, d.reports) for d in found]


def test_the_same_reports_give_no_difference(raw, tmp_path):
    assert said(tmp_path, raw) == []


def test_a_new_report_brings_observations(raw, tmp_path):
    write(raw, "c.md", "共调解纠纷600件。", year=2021)
    assert said(tmp_path, raw) == [("came", "mediation.cases", None, 600, "report new", ("c.md",))]


def test_what_a_report_stated_goes_with_it(raw, tmp_path):
    (raw / "b.md").unlink()
    assert said(tmp_path, raw) == [("went", "mediation.cases", 512, None, "report gone", ("b.md",))]


def test_a_changed_report_changes_its_values_alone(raw, tmp_path):
    write(raw, "a.md", "全年收到行政复议申请87件，开展法治宣传活动3场。")
    assert said(tmp_path, raw) == [("changed", "reconsideration.received", 86, 87, "report changed", ("a.md",))]


def test_a_dispute_that_a_new_report_brings_names_it(raw, tmp_path):
    write(raw, "c.md", "全年收到行政复议申请90件。")
    assert said(tmp_path, raw) == [("changed", "reconsideration.received", 86, None, "report new", ("c.md",))]


def test_a_report_that_gave_way_is_another_report_of_the_unit(raw, tmp_path):
    write(raw, "a.md", "全年收到行政复议申请86件，开展法治宣传活动3场。\n\n")
    old = tmp_path / "old" / "indicators.parquet"
    pl.read_parquet(old).with_columns(pl.when(year=2022).then(511.0).otherwise("value").alias("value")).write_parquet(
        old
    )
    kinds = {row[1]: row[4:] for row in said(tmp_path, raw)}
    assert kinds["mediation.cases"] == ("other report", ("a.md",))


@pytest.mark.parametrize(
    ("changed", "cause"),
    [({"reader": "0"}, "reader"), ({"catalogue": "0"}, "catalogue"), ({}, "unknown"), (None, "version unknown")],
)
def test_without_another_report_it_was_the_version(raw, tmp_path, changed, cause):
    old, manifest = tmp_path / "old" / "indicators.parquet", tmp_path / "old" / MANIFEST
    pl.read_parquet(old).filter(pl.col("year") == 2023).write_parquet(old)
    if changed is None:
        manifest.unlink()
    else:
        manifest.write_text(json.dumps(json.loads(manifest.read_text("utf-8")) | changed), "utf-8")
    assert said(tmp_path, raw) == [("came", "mediation.cases", None, 512, cause, ())]


def test_a_corrected_value_is_a_correction(raw, tmp_path):
    old = tmp_path / "old" / "indicators.parquet"
    corrected = pl.when(year=2022).then(pl.lit("corrected")).otherwise("origin").alias("origin")
    pl.read_parquet(old).with_columns(corrected).write_parquet(old)
    assert [row[4] for row in said(tmp_path, raw)] == ["correction"]


def test_the_command_lists_and_writes_them(raw, tmp_path):
    write(raw, "a.md", "全年收到行政复议申请87件。")
    fz.build(raw, tmp_path / "new")
    words = [*faults.command(raw, tmp_path)[:3], "diff", str(tmp_path / "old"), str(tmp_path / "new")]
    ended = faults.run([*words, "--csv", str(tmp_path / "diff.csv")])
    assert ended.returncode == 0
    assert (
        f"~ {DISTRICT} | 2023 | reconsideration.received | 收到 | 86件 -> 87件 (report changed: a.md)" in ended.stdout
    )
    assert "0 came, 1 went, 1 changed" in ended.stdout
    table = pl.read_csv(tmp_path / "diff.csv")
    assert table.select("kind", "old_value", "new_value").rows() == [("went", 3, None), ("changed", 86, 87)]
    assert faults.run([*words[:-1], str(tmp_path / "nowhere")]).returncode == 2


def test_no_difference_is_an_empty_frame_with_all_columns():
    assert "old_value" in frame([]).columns
    assert frame([]).height == 0
