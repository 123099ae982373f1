"""A rate that no report states is derived where its two counts are exact and alike, and nowhere else."""

from __future__ import annotations

import polars as pl
import pytest
from test_checks import OTHER, of, tables

import analysis as fz


def derived(made):
    rows = made.indicators.filter(pl.col("origin") == "derived").sort("indicator", "scope")
    return [(row["indicator"].partition(".")[2], row["value"]) for row in rows.to_dicts()]


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ([("调解纠纷3045件，调解成功2904件。",)], [("success_rate", 95.37)]),
        ([("审结行政复议案件200件，纠错30件。",)], [("corrected_rate", 15)]),
        # the rate is stated, be it only roughly
        ([("调解纠纷3045件，调解成功2904件，成功率95%以上。",)], []),
        # a count is not exact, or given in 万
        ([("调解纠纷3000余件，调解成功2904件。",)], []),
        ([("调解纠纷3.1万件，调解成功29040件。",)], []),
        # two reports
        ([("调解纠纷3045件。",), ("调解成功2904件。",)], []),
        # two units, two years, two scopes
        ([("调解纠纷3045件。",), ("调解成功2904件。", of(OTHER))], []),
        ([("2022年调解纠纷3045件，2023年调解成功2904件。",)], []),
        ([("全区调解纠纷3045件。\n\n区司法局本级调解成功2904件。",)], []),
        # a basis that the rate is not over
        ([("排查矛盾纠纷120次，化解矛盾纠纷98件。",)], []),
        # more than there can be
        ([("调解纠纷2045件，调解成功2904件。",)], []),
    ],
)
def test_when_a_rate_is_derived(reports, expected, tmp_path):
    made = tables(tmp_path, reports)
    assert made.mentions.height >= 2
    assert derived(made) == expected


def test_a_derived_row_leads_to_both_counts_and_is_preferred_where_nothing_is_reported(tmp_path):
    made = tables(tmp_path, [("全区调解纠纷3045件，当年成功调解2904件。",)])
    row = made.indicators.filter(pl.col("origin") == "derived").to_dicts()[0]
    assert (row["doc"], row["quote"], row["qualifier"]) == ("0.md", "2904件; 3045件", "exact")
    assert (row["sentence"], row["mentions"], row["preferred"]) == ("全区调解纠纷3045件，当年成功调解2904件。", 0, True)
    counts = made.indicators.filter(pl.col("origin") == "reported")
    assert row["scope"] == counts["scope"].unique().item()


def test_a_reported_rate_of_another_scope_stays_the_preferred_one(tmp_path):
    made = tables(
        tmp_path,
        [
            ("全区人民调解组织调解纠纷3045件，成功调解2904件。",),
            ("区司法局本级调解成功率99%。", of(doc_type="department")),
        ],
    )
    rows = made.indicators.filter(pl.col("indicator") == "mediation.success_rate").sort("origin")
    assert rows.select("origin", "value", "preferred").rows() == [("derived", 95.37, False), ("reported", 99, True)]


def test_derived_rows_are_not_covered_by_reports(tmp_path):
    made = tables(tmp_path, [("调解纠纷3045件，调解成功2904件。",)])
    assert made.indicators.height == 3
    assert set(fz.charts.counts(made.indicators, by="indicator")["indicator"]) == {
        "mediation.cases",
        "mediation.succeeded",
    }
