"""Decisions as data: what each action changes, that it changes nothing else, and what is refused by name."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

import analysis as fz
from analysis import corrections
from analysis.table import Summary

ROOT = Path(__file__).parents[1]
DISTRICT = "浙江省杭州市临平区"
RECEIVED = "reconsideration.received"

ENTRY = {
    "action": "override",
    "unit": DISTRICT,
    "period": "2023",
    "indicator": RECEIVED,
    "basis": "收到",
    "expected": 86,
    "value": 88,
    "reason": "附件中的表作88件",
    "who": "王五",
    "when": "2026-03-01",
}


def toml(*entries: dict) -> str:
    def value(key, given):
        return given if key == "when" or not isinstance(given, str) else '"' + given.replace('"', '\\"') + '"'

    return "\n".join(
        "[[correction]]\n"
        + "".join(f"{key} = {value(key, given)}\n" for key, given in entry.items() if given is not None)
        for entry in entries
    )


@pytest.fixture
def corpus(tmp_path):
    """A folder with two reports of one district, one of another; and a function that writes the corrections beside."""
    raw = tmp_path / "raw"
    raw.mkdir()
    for name, unit, year, text in (
        ("a.md", DISTRICT, 2023, "全年收到行政复议申请86件，行政机关负责人出庭应诉率98.78%。"),
        ("b.md", DISTRICT, 2024, "全年收到行政复议申请120件，2023年为90件。"),
        ("c.md", "浙江省杭州市西湖区", 2023, "全年收到行政复议申请45件。"),
    ):
        front = (
            f"---\nunit: {unit}\nyear: {year}\ndoc_type: government\n---\n# {year}年法治政府建设情况报告\n\n{text}\n"
        )
        (raw / name).write_text(front, "utf-8")
    return raw


def built(raw: Path, *entries: dict) -> tuple[Summary, list[dict]]:
    """Builds with these corrections: (summary, rows of indicators)."""
    (raw.parent / corrections.NAME).write_text(toml(*entries), "utf-8")
    done = fz.build(raw, raw.parent / "out")
    return done, fz.load(raw.parent / "out").indicators.to_dicts()


def changed(before: list[dict], after: list[dict]) -> tuple[list[dict], list[dict]]:
    """(rows gone, rows come)."""
    return [row for row in before if row not in after], [row for row in after if row not in before]


# --- What each action does -----------------------------------------------------------------------


def test_an_override_changes_its_cell_and_keeps_the_words_that_were_read(corpus):
    _, before = built(corpus)
    done, after = built(corpus, ENTRY)
    ((was,), (now,)) = changed(before, after)
    assert now == was | {"value": 88, "origin": "corrected", "flags": "corrected: 附件中的表作88件"}
    assert (now["quote"], now["doc"], done.corrected, done.unapplied) == ("86件", "a.md", 1, ())


def test_mentions_stay_what_the_report_was_read_to_state(corpus):
    built(corpus)
    before = (corpus.parent / "out/mentions.csv").read_bytes()
    built(corpus, ENTRY, ENTRY | {"action": "drop", "unit": "浙江省杭州市西湖区", "expected": 45, "value": None})
    assert (corpus.parent / "out/mentions.csv").read_bytes() == before


def test_where_a_statement_is_dropped_another_report_speaks(corpus):
    _, before = built(corpus)
    _, after = built(corpus, ENTRY | {"action": "drop", "doc": "a.md", "unit": None, "value": None})
    ((was,), (now,)) = changed(before, after)
    assert (was["value"], now["value"], now["doc"], now["flags"]) == (86, 90, "b.md", "from later report")


def test_where_nothing_else_speaks_the_row_goes(corpus):
    _, before = built(corpus)
    entry = ENTRY | {"action": "drop", "unit": "浙江省杭州市西湖区", "expected": 45, "value": None}
    ((was,), now) = changed(before, built(corpus, entry)[1])
    assert (was["value"], now) == (45, [])


def test_a_flag_is_added_and_the_value_stays(corpus):
    _, before = built(corpus)
    _, after = built(corpus, ENTRY | {"action": "flag", "value": None, "reason": "一审; 二审?"})
    ((was,), (now,)) = changed(before, after)
    assert now == was | {"flags": "flagged: 一审； 二审?"}


def test_a_flag_and_a_value_may_both_be_about_what_was_read(corpus):
    done, after = built(corpus, ENTRY, ENTRY | {"action": "flag", "value": None})
    (row,) = [row for row in after if row["value"] == 88]
    assert (row["flags"], done.unapplied) == ("flagged: 附件中的表作88件;corrected: 附件中的表作88件", ())


def test_of_two_reports_that_disagree_a_person_decides(corpus):
    (corpus / "a2.md").write_text((corpus / "a.md").read_text("utf-8").replace("86件", "96件"), "utf-8")
    _, before = built(corpus)
    done, after = built(corpus, ENTRY | {"expected": "disputed", "value": 96})
    ((was,), (now,)) = changed(before, after)
    assert (was["value"], was["preferred"], now["value"], now["preferred"]) == (None, False, 96, True)
    assert (now["qualifier"], now["flags"], done.disputed) == ("exact", "corrected: 附件中的表作88件", 0)
    done, after = built(corpus, ENTRY | {"action": "drop", "doc": "a2.md", "value": None, "expected": 96})
    assert [row["value"] for row in after if row["doc"] == "a.md" and row["indicator"] == RECEIVED] == [86]


def test_two_names_become_one_unit_in_every_table(corpus):
    join = {
        "action": "join units", "name": "浙江省杭州市西湖区", "unit": DISTRICT,
        "reason": "撤并", "who": "王五", "when": "2026-03-01",
    }  # fmt: skip
    done, after = built(corpus, join)
    tables = fz.load(corpus.parent / "out")
    assert done.unapplied == ()
    assert {row["unit"] for row in after} == set(tables.mentions["unit"]) == set(tables.documents["unit"]) == {DISTRICT}
    assert tables.documents.filter(doc="c.md")["county"].item() == "临平区"
    assert ("浙江省杭州市西湖区", "joined: 撤并") in tables.units.select("name", "reason").rows()


def test_the_same_corrections_give_the_same_bytes(corpus):
    folders = []
    for out in ("one", "two"):
        built(corpus, ENTRY)
        fz.build(corpus, corpus.parent / out)
        folders.append({path.name: path.read_bytes() for path in (corpus.parent / out).glob("*.csv")})
    assert folders[0] == folders[1]


# --- What is not applied -------------------------------------------------------------------------

GONE = {
    "the expected value is gone": (ENTRY | {"expected": 85}, "expected 85, there is now 86"),
    "no such basis was read": (ENTRY | {"basis": "受理"}, "matches nothing"),
    "no such statement to drop": (ENTRY | {"action": "drop", "doc": "a.md", "basis": "", "value": None}, "matches nothing"),
    "another value to drop": (ENTRY | {"action": "drop", "expected": 85, "value": None}, "expected 85, there is now 86, 90"),
    "not disputed": (ENTRY | {"expected": "disputed"}, "expected disputed, there is now 86"),
    "the report is another unit's": (
        {key: ENTRY[key] for key in ("reason", "who", "when")}
        | {"action": "join units", "doc": "a.md", "name": "甲县", "unit": "乙县"},
        f"the report's unit is {DISTRICT}",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("entry", "why"), GONE.values(), ids=GONE)
def test_an_entry_that_has_outlived_its_reason_is_named_and_not_applied(corpus, entry, why):
    _, before = built(corpus)
    done, after = built(corpus, entry)
    assert after == before
    assert len(done.unapplied) == 1
    assert done.unapplied[0].endswith(why)
    assert "王五, 2026-03-01: 附件中的表作88件" in done.unapplied[0]


ELSEWHERE = {
    "another file": ENTRY | {"doc": "z.md"},
    "another unit": ENTRY | {"unit": "浙江省宁波市"},
    "another year": ENTRY | {"period": "2021"},
}


@pytest.mark.parametrize("entry", ELSEWHERE.values(), ids=ELSEWHERE)
def test_an_entry_whose_report_is_not_here_is_passed_over(corpus, entry):
    _, before = built(corpus)
    done, after = built(corpus, entry)
    assert (done.unapplied, after) == ((), before)


def test_an_entry_for_a_file_that_was_passed_over_for_its_twin_is_named(corpus):
    (corpus / "z.md").write_bytes((corpus / "a.md").read_bytes())
    done, _ = built(corpus, ENTRY | {"doc": "z.md"})
    assert [line.rpartition(": ")[2] for line in done.unapplied] == ["matches nothing"]


def test_a_corrected_value_of_any_origin_still_leads_to_its_words_on_the_page(corpus):
    from analysis.evidence import _index

    front = "---\nunit: 浙江省宁波市\nyear: 2023\n---\n# 2023年法治政府建设情况报告\n\n"
    (corpus / "d.md").write_text(front + "镇、村分别开展法治宣传活动12场、30场。全年无一败诉。\n", "utf-8")
    _, before = built(corpus)
    assert {row["origin"] for row in before} == {"reported", "implied", "summed"}
    key = ("unit", "period", "indicator", "scope", "basis")
    decided = {"action": "override", "value": 50, "reason": "r", "who": "w", "when": "2026-03-01"}
    entries = [{name: row[name] for name in key} | {"expected": row["value"]} | decided for row in before]
    done, after = built(corpus, *entries)
    assert (done.unapplied, {row["origin"] for row in after}) == ((), {"corrected"})
    assert all(_index(fz.load(corpus.parent / "out"))["rows"]["places"])


def test_two_entries_for_one_cell_by_file_and_by_unit(corpus):
    done, _ = built(corpus, ENTRY, ENTRY | {"doc": "a.md", "value": 99})
    assert len(done.unapplied) == 1
    assert "another entry corrects the same observation" in done.unapplied[0]


# --- What is refused -----------------------------------------------------------------------------

REFUSED = {
    "no reason": (ENTRY | {"reason": None}, "reason: Field required"),
    "an empty reason": (ENTRY | {"reason": " "}, "reason: is empty"),
    "nobody": (ENTRY | {"who": ""}, "who: is empty"),
    "a date as text": (ENTRY | {"when": '"2026-03-01"'}, "when: Input should be a valid date"),
    "no such action": (ENTRY | {"action": "change"}, "action: Input should be 'override'"),
    "an unknown field": (ENTRY | {"vlaue": 3}, "vlaue: Extra inputs are not permitted"),
    "no value": (ENTRY | {"value": None}, "value is missing"),
    "a number as text": (ENTRY | {"value": "88件"}, "value: Input should be a valid number"),
    "no number at all": (ENTRY | {"value": "nan", "when": "2026-03-01"}, "value: Input should be a valid number"),
    "infinite": (ENTRY | {"value": float("inf")}, "value: is no finite number"),
    "nothing expected": (ENTRY | {"expected": None}, "expected is missing"),
    "neither unit nor doc": (ENTRY | {"unit": None}, "unit or doc is missing"),
    "no such indicator": (ENTRY | {"indicator": "a.b"}, "indicator a.b is not in the catalogue"),
    "no such basis": (ENTRY | {"basis": "听说"}, "basis 听说 is none of 收到"),
    "no such scope": (ENTRY | {"scope": "all"}, "scope: Input should be ''"),
    "no such period": (ENTRY | {"period": "去年"}, "period 去年 is none like 2021"),
    "a drop with a value": (ENTRY | {"action": "drop"}, "value has no use here"),
    "a unit joined to itself": (
        {"action": "join units", "name": "甲", "unit": "甲", "reason": "r", "who": "w", "when": "2026-03-01"},
        "name and unit are the same",
    ),
}


@pytest.mark.parametrize(("entry", "message"), REFUSED.values(), ids=REFUSED)
def test_an_entry_at_fault_is_refused_with_its_number_and_reason(tmp_path, entry, message):
    path = tmp_path / corrections.NAME
    path.write_text(toml(ENTRY | {"period": "2019"}, entry), "utf-8")
    with pytest.raises(ValueError, match=re.escape(message)) as refused:
        corrections.read(path)
    assert f"entry 2 (reason: {entry['reason'] or 'none'})" in str(refused.value)


def test_two_entries_for_one_target_are_refused(tmp_path):
    (tmp_path / corrections.NAME).write_text(toml(ENTRY, ENTRY | {"value": 89}), "utf-8")
    with pytest.raises(ValueError, match="two entries for one target: override"):
        corrections.read(tmp_path / corrections.NAME)


@pytest.mark.parametrize("text", ["[[correction]\n", "[correction]\na = 1\n", "title = 'x'\n", "correction = [1]\n"])
def test_what_is_no_list_of_entries_is_refused(tmp_path, text):
    (tmp_path / corrections.NAME).write_text(text, "utf-8")
    with pytest.raises(ValueError, match=r"corrections\.toml"):
        corrections.read(tmp_path / corrections.NAME)


# --- From the command line -----------------------------------------------------------------------


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "analysis", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_a_correction_that_is_not_applied_is_1_and_named(corpus, tmp_path):
    (tmp_path / "mine.toml").write_text(toml(ENTRY | {"expected": 85}), "utf-8")
    done = run("build", corpus, "--out", tmp_path / "out", "--corrections", tmp_path / "mine.toml")
    assert done.returncode == 1
    assert f"correction not applied: override: {DISTRICT} 2023 {RECEIVED}" in done.stderr


def test_a_file_at_fault_is_2_and_nothing_is_written(corpus, tmp_path):
    (corpus.parent / corrections.NAME).write_text(toml(ENTRY | {"who": ""}), "utf-8")
    done = run("build", corpus, "--out", tmp_path / "out")
    assert (done.returncode, "nothing done:" in done.stderr, (tmp_path / "out").exists()) == (2, True, False)


def test_the_entries_shown_in_the_file_are_entries(tmp_path):
    shown = (ROOT / "data/corrections.toml").read_text("utf-8").partition("#\n")[2]
    path = tmp_path / corrections.NAME
    path.write_text(re.sub(r"^# ?", "", shown, flags=re.MULTILINE), "utf-8")
    override, join = corrections.read(path)
    with (ROOT / "data/processed/indicators.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["doc"] == override.doc and row["basis"] == override.basis]
    assert [float(row["value"]) for row in rows if row["indicator"] == override.indicator] == [override.expected]
    with (ROOT / "data/processed/units.csv").open(encoding="utf-8-sig", newline="") as file:
        assert join.name in {row["unit"] for row in csv.DictReader(file)}
