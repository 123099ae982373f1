"""The tables can be read, and are as they should be, by what the package beside them says alone."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from analysis import datapackage
from analysis.table import TABLES

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "data" / "processed"
PACKAGE = json.loads((FOLDER / datapackage.NAME).read_text("utf-8"))
RESOURCES = {resource["name"]: resource for resource in PACKAGE["resources"]}
README = (ROOT / "README.md").read_text("utf-8")

TYPES = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
}


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / RESOURCES[name]["path"]).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_it_is_what_the_schemas_give():
    assert (FOLDER / datapackage.NAME).read_text("utf-8") == datapackage.describe(TABLES)
    assert list(RESOURCES) == list(TABLES)


@pytest.mark.parametrize("name", RESOURCES)
def test_a_table_keeps_what_is_said_of_its_columns(name):
    schema = RESOURCES[name]["schema"]
    table = rows(name)
    with (FOLDER / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file)) == [field["name"] for field in schema["fields"]]
    for field in schema["fields"]:
        assert field["description"]
        said = field.get("constraints", {})
        for row in table:
            cell = row[field["name"]]
            if cell in schema["missingValues"]:
                assert not said.get("required"), (field["name"], row)
                continue
            TYPES[field["type"]](cell)
            assert cell in said.get("enum", [cell]), (field["name"], row)


@pytest.mark.parametrize("name", RESOURCES)
def test_a_row_is_told_by_its_key(name):
    key = RESOURCES[name]["schema"]["primaryKey"]
    found = [tuple(row[column] for column in key) for row in rows(name)]
    assert len(set(found)) == len(found)


def test_a_key_of_another_table_stands_there():
    followed = 0
    for name, resource in RESOURCES.items():
        for foreign in resource["schema"].get("foreignKeys", ()):
            (column,), (other,) = foreign["fields"], foreign["reference"]["fields"]
            there = {row[other] for row in rows(foreign["reference"]["resource"])}
            assert {row[column] for row in rows(name)} <= there, (name, column)
            followed += 1
    assert followed == 9


def test_every_number_says_what_it_counts():
    bare = {
        f"{name}.{field['name']}"
        for name, resource in RESOURCES.items()
        for field in resource["schema"]["fields"]
        if field["type"] in ("integer", "number") and "unit" not in field
    }
    assert {column.partition(".")[2] for column in bare} == {"year", "due", "page", "task"}  # a name, not an amount


def plain(text: str) -> str:
    return re.sub(r"\*\*|`", "", text)


def test_the_warnings_are_those_of_the_readme():
    stood = re.search(r"^## What to mind when reading the numbers\n(.*?)^## ", README, re.MULTILINE | re.DOTALL).group(
        1
    )
    assert PACKAGE["warnings"] == [plain(line.removeprefix("- ")) for line in stood.splitlines() if line]


def test_the_tables_are_described_as_in_the_readme():
    stood = re.search(r"^## The tables\n(.*?)^## ", README, re.MULTILINE | re.DOTALL).group(1)
    described = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", stood, re.MULTILINE))
    assert {name: resource["description"] for name, resource in RESOURCES.items()} == described
