"""Charts on small hand-made frames: what is joined, marked, said and written."""

import warnings
from itertools import combinations, pairwise

import matplotlib as mpl
import polars as pl
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text
from PIL import Image

from analysis import canvas, catalogue, charts


def frame(*rows, **same):
    """Rows ``(unit, year, value)`` or ``(unit, year, value, {column: other})`` as a table of indicators."""
    made = []
    for unit, year, value, *other in rows:
        row = {
            "unit": unit, "province": "", "city": "", "county": "", "adcode": "", "tier": "province", "body": "government",
            "year": year, "period": str(year), "theme": "", "indicator": "litigation.loss_rate", "name_zh": "", "name_en": "",
            "value": value, "unit_of_measure": "", "qualifier": "exact", "scope": "area", "basis": "", "preferred": True,
            "origin": "reported", "doc": f"{unit}/{year}.md", "quote": f"{value}", "sentence": f"为{value}。", "mentions": 1, "flags": "",
        } | same | (other[0] if other else {})  # fmt: skip
        entry = catalogue.load()[row["indicator"]]
        row |= {
            "theme": entry.theme,
            "name_zh": entry.name_zh,
            "name_en": entry.name_en,
            "unit_of_measure": entry.unit_of_measure,
        }
        made.append(row)
    return pl.DataFrame(made, schema_overrides={"value": pl.Float64})


def line(unit, values, **same):
    """One unit's values by year."""
    return frame(*((unit, year, value) for year, value in values.items()), **same)


def joins(fig):
    """The pairs of years that a drawn line joins."""
    found = set()
    for drawn in fig.axes[0].lines:
        if drawn.get_linestyle() == "-" and len(drawn.get_xdata()) > 1:
            years = [int(x) for x in drawn.get_xdata()]
            found |= set(pairwise(years))
    return found


def dots(fig):
    """The drawn points (x, y), each once."""
    return sorted((d.get_xdata()[0], d.get_ydata()[0]) for d in fig.axes[0].lines if d.get_linestyle() == "None")


def words(fig):
    """All that is written in the figure."""
    legend = fig.axes[0].get_legend()
    inside = [t.get_text() for t in fig.axes[0].texts] + ([t.get_text() for t in legend.get_texts()] if legend else [])
    return [t.get_text() for t in fig.texts] + inside


def title(fig):
    return fig.texts[0].get_text().replace("\n", "")


# --- lines ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("indicator", "unit", "years", "joined"),
    [
        ("litigation.loss_rate", "甲省", [2018, 2019, 2020], {(2018, 2019), (2019, 2020)}),
        ("litigation.loss_rate", "甲省", [2018, 2019, 2021, 2022], {(2018, 2019), (2021, 2022)}),
        ("litigation.loss_rate", "甲省", [2018, 2020, 2022], set()),
        ("litigation.loss_rate", "甲省", [2018, 2019], set()),
        ("litigation.loss_rate", "甲省", [2018], set()),
        ("mediation.cases", "全国", [2020, 2021, 2022, 2023], {(2020, 2021), (2022, 2023)}),
        ("mediation.cases", "甲省", [2020, 2021, 2022, 2023], {(2020, 2021), (2022, 2023)}),
    ],
)
def test_only_consecutive_comparable_years_are_joined(indicator, unit, years, joined):
    table = line(unit, dict.fromkeys(years, 12), indicator=indicator)
    fig = charts.trend(table, indicator)
    assert joins(fig) == joined
    assert [x for x, _ in dots(fig)] == years


def test_a_break_is_named_and_the_title_does_not_cross_it():
    table = line("全国", {2019: 700, 2020: 800, 2021: 900, 2022: 1500}, indicator="mediation.cases")
    fig = charts.trend(table, "mediation.cases")
    assert title(fig) == "全国调解案件数由2019年的700件增至2021年的900件"
    assert any("2022年起含法院委派委托案件" in text for text in words(fig))


def test_scopes_and_bases_are_lines_of_their_own():
    table = pl.concat(
        [line("甲省", {2018: 1, 2020: 2, 2022: 3}), line("甲省", {2019: 1, 2021: 2, 2023: 3}, scope="own")]
    )
    fig = charts.trend(table, "litigation.loss_rate", scope=("own", "area"))
    assert joins(fig) == set()
    assert len(dots(fig)) == 6


@pytest.mark.parametrize(
    ("given", "years"),
    [
        ({}, [2018, 2019]),  # the commonest scope
        ({"scope": "own"}, [2020]),
        ({"scope": ("own", "area")}, [2018, 2019, 2020]),
        ({"units": ["乙省"], "scope": "area"}, [2019]),
    ],
)
def test_which_rows_a_series_takes(given, years):
    table = frame(
        ("甲省", 2018, 1),
        ("乙省", 2019, 2),
        ("甲省", 2020, 3, {"scope": "own"}),
        ("甲省", 2021, 4, {"period": "2021-H1"}),
        ("甲省", 2022, None),
    )
    assert sorted(charts.series(table, "litigation.loss_rate", **given)["year"]) == years


def test_nothing_to_draw_is_an_error_that_names_the_indicator():
    with pytest.raises(ValueError, match=r"mediation\.cases"):
        charts.trend(frame(("甲省", 2018, 1)), "mediation.cases")


# --- marks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("qualifier", "origin", "marker", "named"),
    [
        ("exact", "reported", "o", ""),
        ("over", "reported", "^", "多于（余、多、超）"),
        ("under", "reported", "v", "不足（近、不到）"),
        ("about", "reported", "o", "约数"),
        ("over", "summed", "s", "由分项相加"),
        ("exact", "derived", "D", "由其他指标算出"),
        ("exact", "corrected", "P", "人工更正"),
        ("exact", "implied", "X", "由文字推断"),
    ],
)
def test_values_that_are_not_exact_are_hollow_and_named(qualifier, origin, marker, named):
    table = frame(("甲省", 2018, 3), ("甲省", 2019, 4, {"qualifier": qualifier, "origin": origin}))
    fig = charts.trend(table, "litigation.loss_rate")
    (dot,) = [d for d in fig.axes[0].lines if d.get_linestyle() == "None" and d.get_xdata()[0] == 2019]
    assert dot.get_marker() == marker
    assert (to_hex(dot.get_markerfacecolor()) == "#ffffff") == bool(named)
    assert (named in words(fig)) if named else fig.axes[0].get_legend() is None


# --- titles --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("indicator", "values", "zh", "en"),
    [
        ("litigation.loss_rate", {2018: 16.4, 2019: 11, 2020: 9.75}, "甲省行政诉讼败诉率由2018年的16.4%降至2020年的9.75%", "fell from 16.4% in 2018 to 9.75% in 2020"),
        ("mediation.cases", {2018: 8000, 2019: 1, 2021: 12345}, "甲省调解案件数由2018年的8,000件增至2021年的1.2万件", "rose from 8,000 in 2018 to 12.3k in 2021"),
        ("mediation.cases", {2018: 5, 2019: 1, 2021: 5}, "甲省调解案件数：2018年与2021年持平，均为5件", "the same in 2018 and 2021, 5"),
        ("mediation.cases", {2018: 5, 2019: 9}, "调解案件数：2018–2019年1个单位2个值", "Disputes mediated: 2 values of 1 units, 2018–2019"),
        ("litigation.appearance_rate", {2018: 100, 2019: 90}, "行政机关负责人出庭应诉率：2018–2019年1个单位2个值，其中1个为100%", "1 of them 100%"),
    ],
)  # fmt: skip
def test_the_title_says_what_the_rows_say(indicator, values, zh, en):
    table = line("甲省", values, indicator=indicator)
    assert title(charts.trend(table, indicator)) == zh
    assert en in title(charts.trend(table, indicator, lang="en")).replace("  ", " ")


def test_several_units_are_counted():
    units = {"甲省": (1, 2, 3), "乙省": (3, 2, 1), "丙省": (1, 1, 4)}
    table = pl.concat(
        [line(unit, dict(zip((2018, 2019, 2020), values, strict=True))) for unit, values in units.items()]
    )
    assert (
        title(charts.trend(table, "litigation.loss_rate"))
        == "行政诉讼败诉率：有三年以上数据的3个单位中，2个上升、1个下降（首末年相比）"
    )


@pytest.mark.parametrize(
    ("indicator", "values", "expected"),
    [
        ("publicity.activities", [3, 5, 8], "普法活动场次：2024年只有3个单位的数"),
        ("publicity.activities", range(1, 10), "普法活动场次：2024年9个单位从1场到9场，9个省级的中位数5场"),
        ("training.exam_pass_rate", [100, 100, 98], "学法考试合格率：2024年3个单位中2个为100%"),
    ],
)
def test_distribution_titles(indicator, values, expected):
    table = frame(*((f"单位{i}", 2024, v) for i, v in enumerate(values)), indicator=indicator)
    fig = charts.distribution(table, indicator, 2024)
    assert title(fig) == expected
    assert len(dots(fig)) == len(values)


def test_rates_mostly_at_hundred_are_not_ranked():
    table = frame(("甲县", 2024, 100), ("乙县", 2024, 100), ("丙县", 2024, 97), indicator="training.exam_pass_rate")
    assert not any("县 " in text for text in words(charts.distribution(table, "training.exam_pass_rate", 2024)))


@pytest.mark.parametrize(
    ("value", "measure", "zh", "en"),
    [
        (98.78, "%", "98.78%", "98.78%"),
        (100, "%", "100%", "100%"),
        (1287, "件", "1,287件", "1,287"),
        (984000, "个", "98.4万个", "984k"),
        (1.174e10, "元", "117.4亿元", "11.7bn"),
        (0, "件", "0件", "0"),
    ],
)
def test_numbers_are_said_as_readers_say_them(value, measure, zh, en):
    assert (charts.number(value, measure), charts.number(value, measure, "en")) == (zh, en)


# --- the other charts ----------------------------------------------------------------------------

RATE = ("mediation.success_rate", "mediation.succeeded", "mediation.cases")


def mediation():
    return frame(
        ("甲县", 2023, 98, {"indicator": RATE[0]}),
        ("甲县", 2023, 99, {"indicator": RATE[1]}),
        ("甲县", 2023, 100, {"indicator": RATE[2], "basis": "调解"}),
        ("乙县", 2023, 95, {"indicator": RATE[0]}),
        ("乙县", 2023, 200, {"indicator": RATE[2], "scope": "own"}),
        ("乙县", 2023, 190, {"indicator": RATE[1], "scope": "own"}),
        ("丙县", 2023, 95, {"indicator": RATE[0]}),
        ("丙县", 2023, 190, {"indicator": RATE[1], "qualifier": "over"}),
        ("丙县", 2023, 200, {"indicator": RATE[2]}),
        tier="county",
    )


def test_reported_and_computed_rates_of_one_scope():
    rows = charts.reported_and_computed(mediation(), *RATE)
    assert rows.select("unit", "value", "computed", "difference").rows() == [("丙县", 95, 95, 0), ("甲县", 98, 99, -1)]
    fig = charts.dumbbell(mediation(), *RATE)
    assert title(fig) == "调解成功率：2个可核算的单位年中1个所报与所算相差不到0.1个百分点"
    assert {"−1.00", "+0.00*"} <= set(words(fig))


def test_of_many_rates_those_with_the_largest_difference_are_drawn():
    table = pl.concat(
        [
            frame(
                (f"{i:02d}县", 2023, 90 + (-1) ** i * i / 10, {"indicator": RATE[0]}),
                (f"{i:02d}县", 2023, 90, {"indicator": RATE[1]}),
                (f"{i:02d}县", 2023, 100, {"indicator": RATE[2]}),
            )
            for i in range(24)
        ]
    )
    rows = charts.reported_and_computed(table, *RATE)
    assert set(rows["unit"]) - set(charts.most_apart(rows)["unit"]) == {"00县", "01县", "02县", "03县"}
    fig = charts.dumbbell(table, *RATE)
    assert len(fig.axes[0].get_yticks()) == 20
    assert title(fig).startswith("调解成功率：24个")
    assert "只画差得最多的20个" in fig.texts[1].get_text().replace("\n", "")


def test_paired_counts_take_the_latest_year_and_divide():
    activities, audience = {"indicator": "publicity.activities"}, {"indicator": "publicity.audience"}
    table = frame(
        ("甲镇", 2023, 10, activities),
        ("甲镇", 2023, 500, audience),
        ("甲镇", 2024, 20, activities),
        ("甲镇", 2024, 600, audience),
        ("乙镇", 2024, 9, activities),
    )
    assert charts.paired(table, "publicity.activities", "publicity.audience").select(
        "unit", "year", "ratio"
    ).rows() == [("甲镇", 2024, 30)]
    assert (
        title(charts.together(table, "publicity.activities", "publicity.audience"))
        == "1个单位同时公布普法活动场次与普法受众人次：每场30人次"
    )


def test_a_slope_joins_the_same_units_and_counts_which_way_they_went():
    table = pl.concat(
        [
            line("甲县", {2020: 5, 2023: 9}),
            line("乙县", {2020: 8, 2021: 1, 2023: 2}),
            line("丙县", {2020: 4, 2023: 4}),
            line("丁县", {2020: 3}),
            frame(("戊县", 2020, 3), ("戊县", 2023, 7, {"scope": "own"})),  # two scopes do not make a pair
        ]
    )
    fig = charts.slope(table, "litigation.loss_rate", 2020, 2023, scope=("own", "area"))
    assert title(fig) == "行政诉讼败诉率：2020年与2023年都有数的3个单位中，1个上升、1个下降、1个持平"
    assert dots(fig) == [(2020, 4), (2020, 5), (2020, 8), (2023, 2), (2023, 4), (2023, 9)]
    assert joins(fig) == {(2020, 2023)}
    assert {"甲县 5%", "9% 甲县", "上升", "下降", "持平"} <= set(words(fig))


@pytest.mark.parametrize(
    ("years", "joined", "expected"),
    [
        ((2020, 2021), {(2020, 2021)}, "调解案件数：2020年与2021年都有数的2个单位中，2个上升、0个下降"),
        ((2021, 2022), set(), "调解案件数：2个单位2021年与2022年都有数，但前后不可比"),
    ],
)
def test_no_slope_crosses_a_break(years, joined, expected):
    table = pl.concat([line(u, {2020: 5, 2021: 6, 2022: 90}, indicator="mediation.cases") for u in ("甲县", "乙县")])
    fig = charts.slope(table, "mediation.cases", *years)
    assert (joins(fig), title(fig)) == (joined, expected)
    assert any("2022年起含法院委派委托案件" in text for text in words(fig)) == (not joined)


def test_a_slope_says_how_many_units_are_inexact():
    table = frame(("甲县", 2020, 5), ("甲县", 2021, 6, {"qualifier": "over"}), ("乙县", 2020, 5), ("乙县", 2021, 6))
    assert "1个单位含非精确数" in charts.slope_caption(table, "litigation.loss_rate", 2020, 2021).subtitle


@pytest.mark.parametrize("years", [(2019, 2020), (2020, 2020), (2021, 2020)])
def test_two_years_that_no_unit_states_are_refused(years):
    table = pl.concat([line("甲县", {2019: 1, 2021: 2}), line("乙县", {2020: 2, 2022: 3})])
    with pytest.raises(ValueError, match=r"litigation\.loss_rate: no unit states both"):
        charts.slope(table, "litigation.loss_rate", *years)


def test_panels_are_of_the_units_with_the_most_years_and_have_the_same_axes():
    lengths = {f"{chr(0x7532 + i)}县": 2 + i % 4 for i in range(14)} | {"独县": 1}
    table = pl.concat([line(u, {2018 + y: 5 + y for y in range(n)}) for u, n in lengths.items()])
    fig = charts.small_multiples(table, "litigation.loss_rate")
    panels = [ax for ax in fig.axes if ax.get_visible()]
    expected = sorted((u for u in lengths if u != "独县"), key=lambda u: (-lengths[u], u))[:12]
    assert [ax.get_title(loc="left") for ax in panels] == expected
    assert len({(*ax.get_xlim(), *ax.get_ylim()) for ax in panels}) == 1
    assert "年份最多的12个单位，共15个" in fig.texts[1].get_text()


def test_panels_keep_gaps_and_breaks():
    table = pl.concat(
        [line(u, {2018: 5, 2019: 6, 2021: 7, 2022: 9}, indicator="mediation.cases") for u in ("甲县", "乙县")]
    )
    fig = charts.small_multiples(table, "mediation.cases")
    assert joins(fig) == {(2018, 2019)}
    assert [x for x, _ in dots(fig)] == [2018, 2019, 2021, 2022]


def test_one_panel_is_refused():
    with pytest.raises(ValueError, match="fewer than two units"):
        charts.small_multiples(
            pl.concat([line("甲县", {2018: 1, 2019: 2}), line("乙县", {2018: 1})]), "litigation.loss_rate"
        )


def many(n, years=(2019, 2020, 2021), **same):
    """``n`` units that state every year: 0, 1, 2, … in the first, one more in each later."""
    return pl.concat([line(f"{i:02d}县", {year: i + k for k, year in enumerate(years)}, **same) for i in range(n)])


def test_quartiles_are_of_the_units_that_state_every_year():
    table = pl.concat([many(9), line("高县", {2019: 90, 2021: 90}), line("新县", {2021: 99})])
    rows = charts.by_quartile(table, "litigation.loss_rate")
    assert rows.select("year", "units", "lower", "median", "upper").rows() == [
        (2019, 9, 2, 4, 6),
        (2020, 9, 3, 5, 7),
        (2021, 9, 4, 6, 8),
    ]
    caption = charts.quartiles_caption(table, "litigation.loss_rate")
    assert caption.title == "行政诉讼败诉率：同样9个单位的中位数由2019年的4%升至2021年的6%"
    assert "每年都有数的9个单位" in caption.subtitle
    assert "n=27" in caption.footer


@pytest.mark.parametrize(
    ("units", "years", "given", "refused"),
    [
        (5, (2019, 2020), None, None),
        (4, (2019, 2020), None, "4 units state every year from 2019 to 2020, quartiles need 5"),
        (9, (2019, 2021), None, "0 units state every year from 2019 to 2021"),
        (9, (2019, 2021), (2019, 2021), None),
        (9, (2019, 2021), (2019, 2020), "0 units state every year"),
    ],
)
def test_quartiles_of_fewer_than_five_units_are_refused(units, years, given, refused):
    table = many(units, years)
    if refused:
        with pytest.raises(ValueError, match=refused):
            charts.quartiles(table, "litigation.loss_rate", given)
    else:
        assert charts.balanced(table, "litigation.loss_rate", given)["unit"].n_unique() == units


def test_no_band_crosses_a_break_or_a_year_left_out():
    fig = charts.quartiles(
        many(8, (2018, 2019, 2021, 2022), indicator="mediation.cases"), "mediation.cases", (2018, 2019, 2021, 2022)
    )
    spans = [
        (min(x), max(x)) for drawn in fig.axes[0].lines if len(x := drawn.get_xdata()) and drawn.get_marker() == "o"
    ]
    assert spans == [(2018, 2019), (2021, 2021), (2022, 2022)]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("03县", "03县行政诉讼败诉率2021年为5%，高于其他8个省级单位中的3个"),
        ("08县", "08县行政诉讼败诉率2021年为10%，高于其他8个省级单位中的8个"),
    ],
)
def test_one_unit_is_marked_and_placed_among_the_others(unit, expected):
    fig = charts.distribution(many(9), "litigation.loss_rate", 2021, unit=unit)
    assert title(fig) == expected
    colours = [d.get_markerfacecolor() for d in fig.axes[0].lines if d.get_linestyle() == "None"]
    assert sorted(colours.count(c) for c in set(colours)) == [1, 8]
    assert any(text.startswith(f"{unit} ") for text in words(fig))


def test_a_unit_without_a_value_cannot_be_marked():
    with pytest.raises(ValueError, match="无县: no value"):
        charts.distribution(many(9), "litigation.loss_rate", unit="无县")


def test_among_rates_mostly_at_hundred_no_unit_is_placed():
    table = frame(("甲县", 2024, 100), ("乙县", 2024, 100), ("丙县", 2024, 97), indicator="training.exam_pass_rate")
    assert (
        title(charts.distribution(table, "training.exam_pass_rate", unit="甲县"))
        == "学法考试合格率：各取最近一年，3个单位中2个为100%"
    )


@pytest.mark.parametrize(
    ("places", "moved"),
    [
        ([0, 50, 100], [0, 50, 100]),
        ([50, 50], [45, 55]),
        ([52, 50, 48], [60, 50, 40]),
        ([0, 2], [0, 10]),
        ([99, 100], [90, 100]),
        ([20, 25, 80], [17.5, 27.5, 80]),
    ],
)
def test_labels_move_apart_as_little_as_may_be(places, moved):
    assert canvas.spread(places, 10, 0, 100) == pytest.approx(moved)


def test_share_at_hundred_counts_by_scope():
    table = frame(
        ("甲镇", 2023, 100, {"scope": "own"}),
        ("乙镇", 2023, 100, {"scope": "own"}),
        ("甲省", 2023, 94),
        ("乙省", 2023, 100),
    )
    rows = charts.at_hundred(table, "litigation.loss_rate")
    assert rows.select("scope", "hundred", "n", "share").rows() == [("own", 2, 2, 1), ("area", 1, 2, 0.5)]
    assert title(charts.share_at_hundred(table, "litigation.loss_rate")) == "行政诉讼败诉率：4个值中3个为100%"


def test_coverage_counts_units_and_leaves_blank_what_is_not_there():
    table = pl.concat(
        [
            line("甲省", {2018: 1, 2020: None}),
            line("乙省", {2020: 3}),
            line("乙省", {2020: 3}, indicator="mediation.cases"),
        ]
    )
    assert charts.counts(table).select("theme", "year", "units").rows() == [
        ("litigation", 2018, 1),
        ("litigation", 2020, 2),
        ("mediation", 2020, 1),
    ]
    fig = charts.coverage(table)
    assert title(fig) == "2个单位中1个只有一年的数据，有三年以上的0个；2020年最多，有2个单位"
    assert sorted(t.get_text() for t in fig.axes[0].texts) == ["1", "1", "2"]


# --- looks ---------------------------------------------------------------------------------------


def busy():
    """Many long-named units close together, marks and all."""
    names = [f"贵州省黔西南布依族苗族自治州普安县第{i}乡镇" for i in range(12)]
    rows = [
        (n, 2018 + j, 90 + (i * 7 + j * 3) % 11, {"qualifier": "over"} if j else {})
        for i, n in enumerate(names)
        for j in range(i % 4 + 1)
    ]
    return frame(*rows, tier="town", indicator="litigation.appearance_rate")


ALL = {
    "trend": lambda lang: charts.trend(busy(), "litigation.appearance_rate", lang=lang),
    "distribution": lambda lang: charts.distribution(busy(), "litigation.appearance_rate", lang=lang),
    "share_at_hundred": lambda lang: charts.share_at_hundred(busy(), "litigation.appearance_rate", lang=lang),
    "coverage": lambda lang: charts.coverage(busy(), lang=lang),
    "coverage by indicator": lambda lang: charts.coverage(busy(), "indicator", lang=lang),
    "distribution with one marked": lambda lang: charts.distribution(
        busy(), "litigation.appearance_rate", unit=busy()["unit"][-1], lang=lang
    ),
    "slope": lambda lang: charts.slope(busy(), "litigation.appearance_rate", 2018, 2019, lang=lang),
    "small multiples": lambda lang: charts.small_multiples(busy(), "litigation.appearance_rate", lang=lang),
    "quartiles": lambda lang: charts.quartiles(busy(), "litigation.appearance_rate", (2018, 2019), lang=lang),
    "dumbbell": lambda lang: charts.dumbbell(mediation(), *RATE, lang=lang),
    "together": lambda lang: charts.together(mediation(), RATE[2], RATE[1], lang=lang),
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ALL)
def test_nothing_is_clipped_and_no_glyph_is_missing(name, lang):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fig = ALL[name](lang)
        fig.draw_without_rendering()
    renderer = fig.canvas.get_renderer()
    shown = list(fig.texts)
    for ax in fig.axes:
        low, high = sorted(ax.get_ylim())
        titles = [t for t in ax.get_children() if isinstance(t, Text)]
        shown += [*ax.texts, *titles, *(t for t in ax.get_yticklabels() if low <= t.get_position()[1] <= high)]
    boxes = [t.get_window_extent(renderer) for t in shown if t.get_text()]
    assert all(b.x0 >= 0 and b.y0 >= 0 and b.x1 <= fig.bbox.x1 and b.y1 <= fig.bbox.y1 for b in boxes)
    assert not any(a.overlaps(b) for a, b in combinations([t.get_window_extent(renderer) for t in fig.texts], 2))
    assert any("数据来源" in t or "Source" in t for t in words(fig))
    assert any("n=" in t for t in words(fig))


@pytest.mark.parametrize("name", ALL)
def test_english_charts_have_english_titles(name):
    said = title(ALL[name]("en"))
    for unit in busy()["unit"].unique():  # names of places stay Chinese
        said = said.replace(unit, "")
    assert said.replace("–", "-").isascii()


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="lang"):
        charts.trend(busy(), "litigation.appearance_rate", lang="fr")


def test_a_chart_leaves_the_callers_settings_alone_and_is_left_alone_by_them():
    with mpl.rc_context({"font.family": ["monospace"], "axes.grid": False}):
        before = dict(mpl.rcParams)
        fig = ALL["trend"]("zh")
        assert dict(mpl.rcParams) == before
    assert fig.texts[0].get_fontfamily()[0] == "Noto Sans SC"


def test_style_is_for_charts_of_ones_own():
    with mpl.rc_context():
        charts.style()
        assert mpl.rcParams["font.family"][0] == "Noto Sans SC"
        assert mpl.rcParams["figure.figsize"][0] / mpl.rcParams["figure.figsize"][1] == pytest.approx(16 / 9)


def test_a_chart_of_seaborn_has_our_font_and_colours_after_style():
    import matplotlib.pyplot as plt
    import seaborn as sns

    rows = pl.concat([line("甲市", {2020: 9.0, 2021: 8.0}), line("乙市", {2020: 7.0, 2021: 6.0})]).to_pandas()
    with mpl.rc_context():
        sns.set_theme()
        charts.style()
        axes = sns.lineplot(rows, x="year", y="value", hue="unit")
        axes.set_title("败诉率")
        axes.figure.canvas.draw()  # a missing glyph is an error here
        assert axes.title.get_fontname() == "Noto Sans SC"
        drawn = [to_hex(each.get_color()).upper() for each in axes.lines if len(each.get_xdata())]
        plt.close(axes.figure)
    assert drawn == [colour.upper() for colour in charts.palette()[:2]]


# --- files ---------------------------------------------------------------------------------------


def test_picture_and_numbers_lie_side_by_side(tmp_path):
    rows = charts.series(busy(), "litigation.appearance_rate")
    paths = charts.save(
        charts.trend(busy(), "litigation.appearance_rate"), rows, tmp_path / "figures" / "appearance_rate"
    )
    assert sorted(p.name for p in (tmp_path / "figures").iterdir()) == [
        "appearance_rate.csv",
        "appearance_rate.png",
        "appearance_rate.svg",
    ]
    assert paths[0].stat().st_size < 400_000
    with Image.open(paths[0]) as picture:
        assert picture.size == (3072, 1728)
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    written = pl.read_csv(paths[2])
    assert paths[2].read_bytes().startswith(b"\xef\xbb\xbf")
    assert sorted(written.select("year", "value").rows()) == dots(charts.trend(busy(), "litigation.appearance_rate"))
    assert {"doc", "quote", "sentence"} <= set(written.columns)


@pytest.mark.parametrize("name", ["trend", "coverage"])
def test_the_same_table_gives_the_same_bytes(name, tmp_path):
    files = [charts.save(ALL[name]("zh"), busy(), tmp_path / str(i) / "x") for i in range(2)]
    assert [p.read_bytes() for p in files[0]] == [p.read_bytes() for p in files[1]]


def test_figures_are_drawn_as_far_as_the_table_goes(tmp_path):
    failures = charts.figures(tmp_path, pl.concat([busy(), mediation()]))
    assert {"coverage.png", "coverage.csv", "appearance_rate.svg", "mediation_success_rate.png"} <= {
        p.name for p in tmp_path.iterdir()
    }
    assert set(failures) == {
        "loss_rate",
        "mediation_cases",
        "mediation_committees",
        "publicity_activities",
        "publicity_audience",
        "reconsideration_received",
        "study_sessions",
    }


# --- data ----------------------------------------------------------------------------------------


def test_every_break_is_of_known_indicators_and_says_where_it_is_known_from():
    for found in catalogue.all_breaks():
        assert set(found) == {"indicators", "units", "year", "reason_zh", "reason_en", "source"}
        assert set(found["indicators"]) <= set(catalogue.load())
        assert found["source"]


def test_every_theme_has_a_name():
    assert set(charts.THEMES) == {entry.theme for entry in catalogue.load().values()}


def test_every_basis_has_an_english_name():
    assert {basis for entry in catalogue.load().values() for basis in entry.basis} <= set(charts.BASES)
