"""Found rows against reference rows, on tables small enough to count by hand."""

import csv
from pathlib import Path

import pytest

from analysis.scores import Tally, proportion_interval, save, score, score_wordings, tallied

COLUMNS = ("doc", "indicator", "value", "unit_of_measure", "qualifier", "year", "role", "optional")
RECEIVED, MEDIATED, RATE = "reconsideration.received", "mediation.cases", "litigation.appearance_rate"


def row(doc, indicator, value, year=2023, qualifier="exact", role="headline", optional=False, **more):
    """A row of mentions.csv; `value` None is a masked number."""
    qualifier = "redacted" if value is None else qualifier
    plain = {"doc": doc, "indicator": indicator, "value": "" if value is None else value, "unit_of_measure": "件"}
    return plain | {"qualifier": qualifier, "year": year, "role": role, "optional": str(optional).lower()} | more


def write(path: Path, rows, columns=COLUMNS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def compare(tmp_path):
    """Score found rows against reference rows."""

    def run(found, gold, columns=COLUMNS, former=None):
        return score(write(tmp_path / "found.csv", found, columns), write(tmp_path / "gold.csv", gold, columns), former)

    return run


def test_rows_match_by_report_indicator_value_and_year(compare):
    gold = [row("a", RECEIVED, 86), row("a", MEDIATED, 3045), row("b", RECEIVED, 12)]
    found = [row("x/a.md", RECEIVED, 86.0), row("x/a.md", MEDIATED, 3044), row("x/b.html", RECEIVED, 12, year=2022)]
    result = compare(found, gold)
    assert result.total == Tally(right=1, found=3, gold=3)
    assert result.layers["value"] == Tally(2, 3, 3)
    assert result.layers["value, indicator"] == Tally(2, 3, 3)
    assert [(r.doc, r.indicator) for r in result.missed] == [("a", MEDIATED), ("b", RECEIVED)]
    assert [r.value for r in result.wrong] == [3044, 12]


def test_a_right_value_under_another_indicator_is_right_in_value_alone(compare):
    result = compare([row("a", MEDIATED, 86)], [row("a", RECEIVED, 86)])
    assert [t.right for t in result.layers.values()] == [1, 0, 0]


def test_each_reference_row_is_matched_once(compare):
    assert compare([row("a", RECEIVED, 86)] * 2, [row("a", RECEIVED, 86)]).total == Tally(1, 2, 1)
    assert compare([row("a", RECEIVED, 86)], [row("a", RECEIVED, 86)] * 2).total == Tally(1, 1, 2)


def test_masked_rows_match_one_for_one_whatever_their_year(compare):
    found = [row("a", RECEIVED, None, year=2022), row("a", RECEIVED, None)]
    result = compare(found, [row("a", RECEIVED, None), row("a", RECEIVED, 5)])
    assert result.total == Tally(1, 2, 2)
    assert result.layers["value"] == Tally(1, 2, 2)


def test_optional_rows_are_left_out_on_both_sides(compare):
    gold = [row("a", RECEIVED, 86), row("a", MEDIATED, 5, optional=True)]
    assert compare([row("a", RECEIVED, 86)], gold).total == Tally(1, 1, 1)
    assert compare([row("a", RECEIVED, 86), row("a", MEDIATED, 5)], gold).total == Tally(1, 1, 1)
    assert all(
        t == Tally(1, 1, 1) for t in compare([row("a", RECEIVED, 86), row("a", MEDIATED, 5)], gold).layers.values()
    )


def test_a_required_row_goes_before_an_optional_one(compare):
    gold = [row("a", RECEIVED, 86, optional=True), row("a", RECEIVED, 86)]
    assert compare([row("a", RECEIVED, 86)], gold).total == Tally(1, 1, 1)


def test_role_and_qualifier_are_scored_on_the_matched_rows(compare):
    gold = [row("a", RECEIVED, 86), row("a", MEDIATED, 3000, qualifier="over", role="part"), row("a", RATE, 98.78)]
    found = [row("a", RECEIVED, 86, role="part"), row("a", MEDIATED, 3000, qualifier="over", role="part")]
    result = compare(found, gold)
    assert result.attributes == {"role": (1, 2), "qualifier": (2, 2), "unit_of_measure": (2, 2)}


def test_scope_basis_and_period_are_scored_where_the_reference_has_them(compare):
    columns = (*COLUMNS, "scope", "basis", "period")
    gold = [row("a", RECEIVED, 86, scope="own", basis="收到", period="2023")]
    found = [row("a", RECEIVED, 86, scope="", basis="收到", period="2023")]
    result = compare(found, gold, columns)
    assert {name: result.attributes[name] for name in ("scope", "basis", "period")} == {
        "scope": (0, 1),
        "basis": (1, 1),
        "period": (1, 1),
    }


def test_of_two_rows_alike_the_one_that_agrees_more_is_taken(compare):
    gold = [row("a", RECEIVED, 1, role="headline"), row("a", RECEIVED, 1, role="part")]
    assert compare([row("a", RECEIVED, 1, role="part"), row("a", RECEIVED, 1)], gold).attributes["role"] == (2, 2)


def test_tallies_of_each_indicator_and_report(compare):
    result = compare([row("a", RECEIVED, 86), row("b", MEDIATED, 1)], [row("a", RECEIVED, 86), row("b", MEDIATED, 2)])
    assert result.indicators == {MEDIATED: Tally(0, 1, 1), RECEIVED: Tally(1, 1, 1)}
    assert result.reports == {"a": Tally(1, 1, 1), "b": Tally(0, 1, 1)}


def test_reports_and_indicators_outside_the_reference_are_left_out(compare):
    found = [row("a", RECEIVED, 86), row("z", RECEIVED, 1), row("a", "weather.rain", 9)]
    assert compare(found, [row("a", RECEIVED, 86)]).total == Tally(1, 1, 1)


def test_added_indicators_are_left_out_on_both_sides(compare):
    found = [row("a", RECEIVED, 86), row("a", "disputes.rulings", 18), row("a", "oversight.audits", 7)]
    assert compare(found, [row("a", RECEIVED, 86), row("a", "oversight.audits", 9)]).total == Tally(1, 1, 1)


def test_two_found_reports_of_one_name_are_an_error(compare):
    with pytest.raises(ValueError, match=r"both x/a.md and y/a.md may be the report a"):
        compare([row("x/a.md", RECEIVED, 86), row("y/a.md", RECEIVED, 86)], [row("a", RECEIVED, 86)])


def test_numbers_of_the_tally():
    tally = Tally(right=3, found=4, gold=6)
    assert (tally.precision, tally.recall, tally.f1) == (0.75, 0.5, 0.6)
    assert (Tally(0, 0, 0).precision, Tally(0, 0, 0).recall, Tally(0, 0, 0).f1) == (1, 1, 1)
    assert (Tally(0, 0, 2).precision, Tally(0, 2, 0).precision) == (0, 0)


# --- Documents -----------------------------------------------------------------------------------

PLACE = ("doc", "year", "level", "province", "city", "county")


def test_a_document_is_right_when_year_level_and_places_agree(tmp_path):
    gold = [
        {"doc": "a", "year": 2023, "level": "county", "province": "浙江省", "city": "杭州市", "county": "临平区"},
        {"doc": "b", "year": 2023, "level": "city", "province": "浙江省", "city": "杭州市", "county": ""},
        {"doc": "c", "year": 2023, "level": "city", "province": "江苏省", "city": "苏州市", "county": ""},
    ]
    found = [gold[0] | {"doc": "x/a.md"}, gold[1] | {"doc": "b.txt", "year": 2022}]
    for name, places in (("found", found), ("gold", gold)):
        write(tmp_path / name / "documents.csv", places, PLACE)
        write(tmp_path / name / "mentions.csv", [])
    result = score(tmp_path / "found", tmp_path / "gold")
    assert result.documents == (1, 3)
    assert ("b", "year", "2022", "2023") in result.faults
    assert {doc for doc, *_ in result.faults} == {"b", "c"}


def test_a_report_without_a_reference_row_may_have_no_found_row(tmp_path):
    place = {"doc": "a", "year": 2023, "level": "county", "province": "", "city": "", "county": ""}
    write(tmp_path / "gold/documents.csv", [place], PLACE)
    write(tmp_path / "gold/mentions.csv", [])
    found = write(tmp_path / "found.csv", [row("a.md", RECEIVED, 86)])
    result = score(found, tmp_path / "gold")
    assert (result.total, result.documents) == (Tally(0, 1, 0), None)


# --- Against an earlier score --------------------------------------------------------------------


def test_rows_gained_and_lost(compare, tmp_path):
    gold = [row("a", RECEIVED, 86), row("a", MEDIATED, 3045)]
    save(compare([row("a", RECEIVED, 86), row("a", RATE, 1)], gold), tmp_path / "before.json")
    change = compare([row("a", MEDIATED, 3045), row("a", RATE, 2)], gold, former=tmp_path / "before.json").change
    assert change.gained == (f"a  {MEDIATED}  3045  2023",)
    assert change.lost == (f"a  {RECEIVED}  86  2023",)
    assert change.newly_wrong == (f"a  {RATE}  2  2023",)
    assert change.no_more_wrong == (f"a  {RATE}  1  2023",)


def test_a_file_that_is_no_score_is_said(compare, tmp_path):
    (tmp_path / "other.json").write_text("[]")
    with pytest.raises(ValueError, match="is no file that"):
        compare([], [], former=tmp_path / "other.json")


def test_faulty_tables_are_named(tmp_path, compare):
    write(tmp_path / "short.csv", [], ("doc", "value"))
    with pytest.raises(ValueError, match=r"short.csv has no column indicator, year"):
        score(tmp_path / "short.csv", tmp_path / "short.csv")
    with pytest.raises(ValueError, match=r"found.csv, line 2: could not convert"):
        compare([row("a", RECEIVED, "many")], [])


# --- Wordings ------------------------------------------------------------------------------------

CASES = """
[[case]]
kind = "plain"
text = "全年收到行政复议申请86件。"
year = 2023
rows = [{indicator = "reconsideration.received", value = 86, basis = "收到"}]

[[case]]
kind = "target"
text = "力争明年行政复议案件调解率达到98%。"
year = 2023
rows = []

[[case]]
kind = "masked"
text = "全年收到行政复议申请X件。"
year = 2023
rows = [{indicator = "reconsideration.received", qualifier = "redacted", basis = "收到"}]
"""


def test_wordings_are_scored_as_one_corpus(tmp_path):
    (tmp_path / "cases.toml").write_text(CASES, "utf-8")
    result = score_wordings(tmp_path)
    assert (result.cases, result.score.total) == (3, Tally(2, 2, 2))
    assert result.intervals == dict.fromkeys(("precision", "recall", "f1"), (1.0, 1.0))
    assert result.kinds == {"masked": Tally(1, 1, 1), "plain": Tally(1, 1, 1), "target": Tally(0, 0, 0)}
    assert result.score.attributes == dict.fromkeys(
        ("role", "qualifier", "unit_of_measure", "scope", "basis", "period"), (2, 2)
    )


def test_added_indicators_are_left_out_of_wordings(tmp_path):
    more = CASES.replace("申请86件。", "申请86件，行政裁决案件18件。")
    more = more.replace('basis = "收到"}]', 'basis = "收到"}, {indicator = "oversight.audits", value = 9}]', 1)
    (tmp_path / "cases.toml").write_text(more, "utf-8")
    assert score_wordings(tmp_path).score.total == Tally(2, 2, 2)


def test_the_intervals_hold_the_score_and_are_always_the_same(tmp_path):
    hard = CASES.replace("value = 86", "value = 85")
    (tmp_path / "a.toml").write_text(CASES, "utf-8")
    (tmp_path / "b.toml").write_text(hard, "utf-8")
    result = score_wordings(tmp_path)
    assert result.score.total == Tally(3, 4, 4)
    for name in ("precision", "recall", "f1"):
        low, high = result.intervals[name]
        assert 0 <= low < 0.75 < high <= 1
    assert score_wordings(tmp_path).intervals == result.intervals


def test_tallies_as_a_frame_the_weakest_first(compare):
    gold = [row("a", RECEIVED, 86), row("b", RECEIVED, 12), row("a", MEDIATED, 3045), row("a", RATE, 98)]
    found = [row("a", RECEIVED, 86), row("b", RECEIVED, 13), row("a", MEDIATED, 3045)]
    frame = tallied(compare(found, gold))
    assert frame.select("indicator", "gold", "found", "right", "precision", "recall", "f1").rows() == [
        (RATE, 1, 0, 0, None, 0, 0),
        (RECEIVED, 2, 2, 1, 0.5, 0.5, 0.5),
        (MEDIATED, 1, 1, 1, 1, 1, 1),
    ]
    assert frame["precision_low"].to_list()[0] is None
    themes = tallied(compare(found, gold), by="theme")
    assert themes.select("theme", "right").rows() == [("litigation", 0), ("reconsideration", 1), ("mediation", 1)]
    with pytest.raises(ValueError, match="by is"):
        tallied(compare(found, gold), by="report")


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [(0, 10, 0, 0.278), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1), (95, 100, 0.888, 0.978)],
)
def test_the_interval_of_a_share_is_wilsons(right, of, low, high):
    assert proportion_interval(right, of) == pytest.approx((low, high), abs=0.0005)


def test_a_case_of_an_unknown_indicator_is_named(tmp_path):
    (tmp_path / "a.toml").write_text(CASES.replace("reconsideration.received", "reconsideration.recieved"), "utf-8")
    with pytest.raises(ValueError, match=r"a #1: no indicator is called reconsideration\.recieved"):
        score_wordings(tmp_path)


def test_a_folder_without_cases_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="no cases"):
        score_wordings(tmp_path)
