"""A blind sample for coders, and what their answers show of the reader."""

import csv
import json
import random
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

import analysis as fz
from analysis import catalogue, cells, sample
from analysis.quantities import find_quantities
from analysis.reports import find_reports, read_reports
from analysis.sample import MASKED, Pair

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data/raw"
RECEIVED = "reconsideration.received"


def pair(part="found", found=(), size=1, stratum="", **given) -> Pair:
    known = {"doc": "a.md", "start": 0, "end": 5, "indicator": RECEIVED, "unit": "", "year": "", "heading": ""}
    around = {"before": "", "sentence": "", "after": ""}
    return Pair(**(known | around | given), part=part, stratum=stratum, found=found, size=size)


# --- The frame -----------------------------------------------------------------------------------


def parts(text: str, indicator: str) -> list[tuple[str, str, tuple]]:
    report = fz.report_from_text(text, unit="浙江省杭州市临平区", year="2023")
    return [(p.sentence, p.part, p.found) for p in sample.pairs(report, ("tier",)) if p.indicator == indicator]


FRAME = {
    "a value that was taken": ("全年收到行政复议申请86件。", [("全年收到行政复议申请86件。", "found", (86.0,))]),
    "two of them": (
        "全年收到行政复议申请86件，2022年为90件。",
        [("全年收到行政复议申请86件，2022年为90件。", "found", (86.0, 90.0))],
    ),
    "a masked one": ("收到行政复议申请X件。", [("收到行政复议申请X件。", "found", (MASKED,))]),
    "its word beside another number": (
        "召开行政复议工作会议2次。",
        [("召开行政复议工作会议2次。", "near", ())],
    ),
    "its word in the sentence before": (
        "行政复议工作得到加强。走访3户。",
        [("行政复议工作得到加强。", "wording", ()), ("走访3户。", "far", ())],
    ),
    "its word in a heading": (
        "标题\n一、行政复议\n共开展座谈3次。",
        [("一、行政复议", "wording", ()), ("共开展座谈3次。", "far", ())],
    ),
    "none of its words": ("植树3万棵。", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FRAME.values(), ids=FRAME)
def test_what_the_frame_holds_for_an_indicator(text, expected):
    assert parts(text, RECEIVED) == expected


def test_the_frame_holds_nearly_every_fact_of_the_committed_reports():
    """Recall is within the frame: this says how much lies outside."""
    with (RAW / "facts.csv").open(encoding="utf-8-sig", newline="") as file:
        facts = {(row["doc"], row["indicator"], float(row["value"])) for row in csv.DictReader(file) if row["value"]}
    held = set()
    for path in find_reports(RAW):
        for report in read_reports(path, RAW):
            for each in sample.pairs(report, ("tier",)):
                numbers = {float(q.value) for q in find_quantities(each.sentence) if q.value is not None}
                values = numbers | {value for value in each.found if value != MASKED}
                held |= {(each.doc, each.indicator, value) for value in values}
    assert len(facts & held) / len(facts) > 0.98


# --- Drawing -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return sample.draw(60, RAW / "重庆市", tmp_path_factory.mktemp("sample") / "s", ("theme", "tier"))


def read_key(drawn) -> dict:
    return json.loads(drawn.key.read_text("utf-8"))


def test_every_part_is_drawn_and_each_pair_once(drawn):
    drawn_pairs = read_key(drawn)["pairs"]
    assert sum(drawn.pairs.values()) == 60 == len({(p["doc"], p["start"], p["indicator"]) for p in drawn_pairs})
    assert all(0 < number <= drawn.frame[part] for part, number in drawn.pairs.items())


def test_the_same_seed_gives_the_same_bytes_and_another_another_sample(drawn, tmp_path):
    again = sample.draw(60, RAW / "重庆市", tmp_path / "again", ("theme", "tier"))
    other = sample.draw(60, RAW / "重庆市", tmp_path / "other", ("theme", "tier"), seed=2)
    for one, two in zip((*drawn.copies, drawn.key), (*again.copies, again.key), strict=True):
        assert one.read_bytes() == two.read_bytes()
    assert read_key(other)["token"] != read_key(drawn)["token"]


def test_coders_see_neither_the_readers_answer_nor_the_part(drawn):
    for path in drawn.copies:
        book = openpyxl.load_workbook(path)
        assert book.sheetnames == ["编码", "编码说明"]
        sheet = book["编码"]
        assert [cell.value for cell in sheet[1]] == list(sample._COLUMNS)
        assert not any(column.hidden for column in sheet.column_dimensions.values())
        for row, asked in zip(sheet.iter_rows(min_row=2), read_key(drawn)["pairs"], strict=True):
            values = {heading: cell.value for heading, cell in zip(sample._COLUMNS, row, strict=True)}
            assert (values["回答"], values["备注"]) == (None, None)
            assert (values["句子"], values["指标"]) == (
                asked["sentence"],
                catalogue.load()[asked["indicator"]].name_zh,
            )


def test_a_sample_is_not_written_over(drawn):
    with pytest.raises(FileExistsError, match="holds a sample already"):
        sample.draw(60, RAW / "重庆市", drawn.key.parent)


def test_one_indicator_may_be_asked_about(tmp_path):
    chosen = sample.draw(20, RAW / "重庆市", tmp_path / "s", ("tier",), [RECEIVED])
    assert {pair["indicator"] for pair in read_key(chosen)["pairs"]} == {RECEIVED}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"by": ("colour",)}, "no strata by colour: indicator, theme, tier, year"),
        ({"indicators": ["a.b"]}, "no indicator called a.b"),
    ],
)
def test_what_cannot_be_drawn_is_refused(tmp_path, given, why):
    with pytest.raises(ValueError, match=why):
        sample.draw(10, RAW / "重庆市", tmp_path / "s", **given)


ALLOCATED = [  # sizes, how many, how many of each
    ({"a": 100, "b": 100}, 10, {"a": 5, "b": 5}),
    ({"a": 100, "b": 400}, 12, {"a": 4, "b": 8}),
    ({"a": 1, "b": 100}, 5, {"a": 1, "b": 4}),
    ({"a": 1, "b": 2}, 10, {"a": 1, "b": 2}),
    ({"a": 10_000, "b": 1, "c": 1}, 3, {"a": 1, "b": 1, "c": 1}),
]


@pytest.mark.parametrize(("sizes", "count", "given"), ALLOCATED)
def test_each_stratum_gets_one_and_the_rest_by_the_root_of_its_size(sizes, count, given):
    assert sample.allocated(sizes, count) == given


def test_in_proportion_every_pair_has_the_same_chance():
    sizes = {"a": 1, "b": 3, "c": 16}
    given = [sample.in_proportion(sizes, 5, seed) for seed in range(2000)]
    for name, size in sizes.items():
        assert sum(each.get(name, 0) for each in given) / 2000 == pytest.approx(5 * size / 20, abs=0.05)
    assert {sum(each.values()) for each in given} == {5}


def test_a_part_that_lacks_pairs_leaves_them_to_the_others():
    quotas = sample._quotas(100, {"found": 1000, "near": 1000, "far": 2, "wording": 0})
    assert (quotas["far"], quotas["wording"], sum(quotas.values())) == (2, 0, 100)
    assert sample._quotas(100, {"found": 3, "near": 4, "far": 0, "wording": 0})["near"] == 4


# --- Answers -------------------------------------------------------------------------------------

ANSWERS = [
    ("无", ()),
    (" 无 ", ()),
    (None, None),
    (86, (86.0,)),
    ("86", (86.0,)),
    ("2.1万件", (21000.0,)),
    ("90；86件", (86.0, 90.0)),
    ("86; 86", (86.0,)),
    ("隐去", (MASKED,)),
    ("86；隐去", (86.0, MASKED)),
]


def cell(value, folder):
    book = openpyxl.Workbook()
    book.active.title = "s"
    book.active.append(["a"])
    book.active.append([value, "x"])
    book.save(folder / "cell.xlsx")
    ((_, row),) = cells.rows(folder / "cell.xlsx", "s", ["a"])
    return row["a"]


@pytest.mark.parametrize(("value", "answer"), ANSWERS)
def test_an_answer_is_read_as_it_was_meant(tmp_path, value, answer):
    assert sample.answered(cell(value, tmp_path), catalogue.load()[RECEIVED]) == answer


@pytest.mark.parametrize("value", ["不清楚", "86人", "=86", "86或87", True])
def test_an_answer_that_is_none_is_refused(tmp_path, value):
    with pytest.raises(ValueError, match=r"is no number|counts 人|holds a formula"):
        sample.answered(cell(value, tmp_path), catalogue.load()[RECEIVED])


# --- Agreement -----------------------------------------------------------------------------------


def test_alpha_is_that_of_the_published_example():
    """Krippendorff's three coders and fifteen units, as in the library's documentation: nominal 0.691."""
    pytest.importorskip("krippendorff")
    table = "*****34121133*3", "1*213343*******", "**21344*21133*4"
    coders = [{n: (float(code),) for n, code in enumerate(row) if code != "*"} for row in table]
    assert sample.alpha(coders, range(15)) == pytest.approx(0.691358, abs=1e-6)


def test_alpha_is_not_defined_where_all_answers_are_the_same():
    pytest.importorskip("krippendorff")
    assert sample.alpha([{1: (), 2: ()}, {1: (), 2: ()}], [1, 2]) is None


def test_precision_and_recall_are_weighted_by_the_strata():
    judged = (
        [(pair(found=(1.0,)), (1.0,), 1.0)] * 8  # right
        + [(pair(found=(1.0,)), (2.0,), 1.0)]  # stated otherwise
        + [(pair(found=(1.0,)), (), 1.0)]  # not stated
        + [(pair("near"), (3.0,), 2.0)]  # missed: stands for two
        + [(pair("near"), (), 2.0)] * 9
    )
    precision, recall = sample.estimated(judged, {"found": 10, "near": 20})
    assert precision.value == pytest.approx(8 / 10)
    assert recall.value == pytest.approx(8 / (8 + 1 + 2))
    assert precision.low < 0.6 < 0.8 < precision.high < 0.97
    assert recall.low < 0.65 < recall.value < recall.high


def test_where_no_miss_was_seen_recall_is_still_not_certain():
    judged = [(pair(found=(1.0,)), (1.0,), 1.0)] * 50 + [(pair("near"), (), 100.0)] * 20
    _, recall = sample.estimated(judged, {"found": 50, "near": 2000})
    assert recall.value == recall.high == 1
    assert recall.low < 0.3  # one in fifty of two thousand pairs would be as many as were found


def test_where_a_part_was_not_looked_at_no_recall_is_claimed():
    judged = [(pair(found=(1.0,)), (1.0,), 1.0)] * 50
    precision, recall = sample.estimated(judged, {"found": 50, "far": 3})
    assert (precision.value, recall) == (1, sample.Estimate())
    assert sample.estimated(judged, {"found": 50})[1].value == 1


def test_without_a_found_pair_nothing_is_claimed():
    assert sample.estimated([(pair("near"), (1.0,), 1.0)], {"near": 1}) == (sample.Estimate(), sample.Estimate())


def test_the_intervals_cover_what_is_true():
    """200 samples of an invented frame whose precision is 90% and recall 75%: 95% intervals hold it nearly as often."""
    rng = random.Random(7)
    strata = {  # part, stratum -> pairs, share that is right (found) or missed (else)
        ("found", "a"): (800, 0.95), ("found", "b"): (200, 0.7), ("near", "a"): (4000, 0.06), ("near", "b"): (3000, 0.02),
    }  # fmt: skip
    hits = 800 * 0.95 + 200 * 0.7
    truth = hits / 1000, hits / (hits + 240 + 60)
    covered = [0, 0]
    for _ in range(200):
        judged = []
        for (part, stratum), (size, share) in strata.items():
            count = 60
            for _ in range(count):
                yes = rng.random() < share
                answer = ((1.0,) if yes else ()) if part == "found" else ((2.0,) if yes else ())
                judged.append((pair(part, (1.0,) if part == "found" else (), size, stratum), answer, size / count))
        for at, estimate in enumerate(sample.estimated(judged, {"found": 1000, "near": 7000})):
            covered[at] += estimate.low <= truth[at] <= estimate.high
    assert min(covered) >= 180


@pytest.fixture
def coded(drawn, tmp_path):
    """Fills in copies: (answers of each coder by number; a function of the pair's row in the key) -> the files."""

    def coded(*coders) -> list[Path]:
        files = []
        (tmp_path / "s").mkdir(exist_ok=True)
        (tmp_path / "s/key.json").write_bytes(drawn.key.read_bytes())
        for at, answer in enumerate(coders):
            book = openpyxl.load_workbook(drawn.copies[0])
            column = list(sample._COLUMNS).index("回答") + 1
            for row, asked in enumerate(read_key(drawn)["pairs"], 2):
                book["编码"].cell(row, column).value = answer(row - 1, asked)
            files.append(tmp_path / "s" / f"{at}.xlsx")
            book.save(files[-1])
        return files

    return coded


def as_read(n, asked):
    """A coder who says what the reader said."""
    return "；".join(f"{value:.15g}" if value != MASKED else MASKED for value in asked["found"]) or "无"


def test_coders_who_say_what_the_reader_said(coded):
    pytest.importorskip("krippendorff")
    done = sample.agreement(coded(as_read, as_read))
    assert (done.total.coded, done.total.agreed, done.total.judged, done.refused) == (60, 60, 60, ())
    assert done.total.alpha == 1
    assert (done.total.precision.value, done.total.recall.value) == (1, 1)
    assert done.total.precision.low < 1
    assert sum(each.coded for each in done.indicators.values()) == 60


def test_where_coders_differ_the_pair_is_left_out_until_it_is_settled(coded, drawn):
    pytest.importorskip("krippendorff")
    first = next(n for n, asked in enumerate(read_key(drawn)["pairs"], 1) if asked["part"] == "found")

    def other(n, asked):
        return 987654 if n == first else as_read(n, asked)

    def third(n, asked):
        return "无" if n == first else None

    one, two, settled = coded(as_read, other, third)
    done = sample.agreement([one, two])
    assert (done.total.coded, done.total.agreed, done.total.judged) == (60, 59, 59)
    assert done.total.alpha < 1
    assert done.total.precision.value == 1
    done = sample.agreement([one, two], settled=settled)
    assert done.total.judged == 60
    assert done.total.precision.value < 1


def test_an_answer_that_cannot_be_taken_is_named_and_counts_as_not_given(coded):
    pytest.importorskip("krippendorff")
    one, two = coded(as_read, lambda n, asked: "也许" if n == 1 else as_read(n, asked))
    done = sample.agreement([one, two])
    assert done.refused == ((str(two), 2, "也许 is no number"),)
    assert done.total.coded == 59


def test_a_copy_of_another_sample_is_refused(coded, tmp_path):
    other = sample.draw(10, RAW / "重庆市", tmp_path / "other", ("tier",))
    (one,) = coded(as_read)
    with pytest.raises(ValueError, match="is not of this sample"):
        sample.agreement([one, other.copies[0]])


def test_one_coder_is_not_enough(coded):
    with pytest.raises(ValueError, match="two coders' workbooks are needed"):
        sample.agreement(coded(as_read))


# --- From the command line -----------------------------------------------------------------------


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "analysis", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_a_sample_and_its_agreement_from_the_command_line(coded, tmp_path):
    pytest.importorskip("krippendorff")
    made = run("sample", 20, RAW / "重庆市", "--by", "tier", "--out", tmp_path / "new")
    assert made.returncode == 0
    assert f"not for the coders -> {tmp_path / 'new/key.json'}" in made.stdout
    done = run("agreement", *coded(as_read, as_read))
    assert done.returncode == 0
    assert "To cite: precision 100.0% [" in done.stdout
    assert "60 pairs of sentence and indicator, stratified by theme, tier (seed 1)" in done.stdout
    assert "alpha 1.000, nominal, n = 60" in done.stdout


def test_a_sample_that_cannot_be_drawn_is_2(tmp_path):
    done = run("sample", 20, tmp_path, "--out", tmp_path / "s")
    assert (done.returncode, "nothing done: no sentence to ask about" in done.stderr) == (2, True)
