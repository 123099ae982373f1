"""The tables described for other programs: a Frictionless Data Package (version 2) beside them.

It says of every column what it means, its type, unit and allowed words, of every table its key, and it carries the
licence, the sources and the warnings, so that the tables keep them when they are passed on. It depends on the tables'
schemas alone and on no value, version or date: the same schemas give the same bytes.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.table import Column, Table

__all__ = ["NAME", "describe"]

NAME = "datapackage.json"
_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
# A value in such a column stands in the table named, whose key it is. `doc` of indicators and checks may hold several.
_REFERS = {"doc": "documents", "indicator": "codebook"}
_REFERRING = {
    "doc": ("mentions", "targets", "promises", "unmatched", "shortcomings"),
    "indicator": ("mentions", "targets", "promises", "indicators"),
}


def describe(tables: Mapping[str, Table]) -> str:
    """The package as JSON, two spaces deep, with a line break at its end."""
    words = _words()
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        **words["package"],
        "licenses": words["licenses"],
        "sources": words["sources"],
        "warnings": words["warnings"],
        "resources": [_resource(name, table, words["tables"][name]) for name, table in tables.items()],
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "datapackage.toml").read_text("utf-8"))


def _resource(name: str, table: Table, description: str) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.key),
    }
    keys = [
        {"fields": [column], "reference": {"resource": other, "fields": [column]}}
        for column, other in _REFERS.items()
        if name in _REFERRING[column]
    ]
    return {
        "name": name,
        "type": "table",
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "description": description,
        "schema": schema | ({"foreignKeys": keys} if keys else {}),
    }


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if words := [word for word in column.words if word]:  # an empty cell is no word but absence
        constraints["enum"] = words
    return {
        "name": column.name,
        "type": _TYPES[column.type],
        "description": column.meaning,
        **({"unit": column.unit} if column.unit else {}),
        **({"constraints": constraints} if constraints else {}),
    }
