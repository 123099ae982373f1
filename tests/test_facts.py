"""The restatements in data/raw against facts.csv: what the tables give back, what not, and how varied the wordings are.

``facts_missed.txt`` lists what the reader does not get right: it must hold neither more nor less than that, so that
no change hides a loss, or a gain, among 1,600 facts.
"""

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

from analysis.scores import score
from analysis.table import build

ROOT = Path(__file__).parent.parent
RAW = ROOT / "data" / "raw"
FACTS = RAW / "facts.csv"
MISSED = Path(__file__).parent / "facts_missed.txt"


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    build(RAW, folder)
    return folder


def test_every_restatement_has_its_facts():
    files = {path.relative_to(RAW).as_posix() for path in RAW.rglob("*") if path.suffix in (".md", ".html", ".txt")}
    assert {row["doc"] for row in rows(FACTS)} == files


def test_the_corpus_is_wide():
    facts = rows(FACTS)
    years = defaultdict(set)
    for row in facts:
        years[row["unit"], row["indicator"]].add(row["year"])
    assert sum(len(found) >= 3 for found in years.values()) >= 30
    assert len({(row["unit"], row["year"]) for row in facts}) >= 300


def test_the_tables_give_the_facts_back_but_for_those_listed(tables):
    result = score(tables, FACTS)
    found = sorted([*(f"missed  {row}" for row in result.missed), *(f"wrong  {row}" for row in result.wrong)])
    listed = sorted(MISSED.read_text("utf-8").splitlines())
    assert sorted(set(found) - set(listed)) == []  # new faults
    assert sorted(set(listed) - set(found)) == []  # mended: take them off the list
    assert found == listed


@pytest.mark.parametrize(
    ("attribute", "least"), [("unit_of_measure", 1.0), ("qualifier", 0.99), ("period", 0.94), ("basis", 0.91)]
)
def test_what_is_given_back_agrees_in(attribute, least, tables):
    agreeing, matched = score(tables, FACTS).attributes[attribute]
    assert agreeing / matched >= least


NUMBER = re.compile(r"[\d０-９．.%％,，‰一二三四五六七八九十百千万亿两零〇余多]+")
KIND_OF_PLACE = re.compile(r"(?:省|市|县|区|自治区|自治州|盟|旗|街道|镇|乡|司法局)$")


def frame(sentence, places):
    """A sentence without its digits and its places."""
    for place in sorted(places, key=len, reverse=True):
        sentence = sentence.replace(place, "")
    return re.sub(r"[^一-龥#]", "", NUMBER.sub("#", sentence))


def test_no_frame_serves_one_indicator_more_than_four_times(tables):
    places = {}
    for row in rows(tables / "documents.csv"):
        names = {row[column] for column in ("unit", "province", "city", "county")}
        names |= {KIND_OF_PLACE.sub("", name) for name in names}
        places[row["doc"]] = {name for name in names if len(name) > 1}
    docs = defaultdict(set)
    for row in rows(tables / "mentions.csv"):
        docs[row["indicator"], frame(row["sentence"], places[row["doc"]])].add(row["doc"])
    assert [key for key, found in docs.items() if len(found) > 4] == []


def test_a_frame_is_blind_to_numbers_and_places():
    one = frame("甲县全年调解纠纷312件，成功率98%。", {"甲县"})
    assert one == frame("乙市全年调解纠纷45件，成功率90.5%。", {"乙市"})
    assert one != frame("甲县全年调处纠纷312件，成功率98%。", {"甲县"})
