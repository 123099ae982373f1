"""Every chart drawn from a small fixed table looks as it did: compared with a committed picture, pixel by pixel.

``python tests/test_pictures.py`` draws the committed pictures anew, after a change that is meant; look at them.
"""

from pathlib import Path

import matplotlib as mpl
import polars as pl
import pytest
from matplotlib.testing.compare import compare_images
from PIL import Image

from analysis import catalogue, charts
from analysis.places import identify

FOLDER = Path(__file__).parent / "pictures"
DIFFERENT = FOLDER / "different"  # what a failure leaves
LIKE = 1.0  # root of the mean square over all pixels, of 255; one value changed by 2% gives 2.3 and more

APPEARANCE, CASES = "litigation.appearance_rate", "mediation.cases"
ACTIVITIES, AUDIENCE = "publicity.activities", "publicity.audience"
RATE = ("mediation.success_rate", "mediation.succeeded", CASES)

PICTURES = {
    "trend": lambda table: charts.trend(table, CASES),
    "coverage": lambda table: charts.coverage(table),
    "distribution": lambda table: charts.distribution(table, ACTIVITIES),
    "distribution_marked": lambda table: charts.distribution(table, ACTIVITIES, unit="示例省清河示例市中洲示例区"),
    "share_at_hundred": lambda table: charts.share_at_hundred(table, APPEARANCE, by="tier"),
    "dumbbell": lambda table: charts.dumbbell(table, *RATE),
    "together": lambda table: charts.together(table, ACTIVITIES, AUDIENCE),
    "slope": lambda table: charts.slope(table, APPEARANCE, 2019, 2023),
    "slope_across_a_break": lambda table: charts.slope(table, CASES, 2021, 2023),
    "slope_english": lambda table: charts.slope(table, ACTIVITIES, 2020, 2023, lang="en"),
    "small_multiples": lambda table: charts.small_multiples(table, APPEARANCE),
    "small_multiples_with_a_break": lambda table: charts.small_multiples(table, CASES),
    "quartiles": lambda table: charts.quartiles(table, APPEARANCE),
    "quartiles_with_a_break": lambda table: charts.quartiles(table, CASES),
}


def fixed():
    """``pictures/table.csv`` with the columns that follow from unit and indicator."""
    rows = pl.read_csv(FOLDER / "table.csv", schema_overrides={"value": pl.Float64}).with_columns(
        pl.col("scope", "basis").fill_null("")
    )
    places = {unit: identify({}, f"{unit}人民政府2023年度法治政府建设情况报告", "") for unit in rows["unit"].unique()}
    assert all(place.unit == unit for unit, place in places.items())
    entries = catalogue.load()
    follow = [
        {
            "province": (place := places[row["unit"]]).province, "city": place.city, "county": place.county, "tier": place.tier,
            "theme": (entry := entries[row["indicator"]]).theme, "name_zh": entry.name_zh, "name_en": entry.name_en,
            "unit_of_measure": entry.unit_of_measure, "period": str(row["year"]), "doc": f"{row['unit']}/{row['year']}.md",
            "quote": str(row["value"]), "sentence": "",
        }
        for row in rows.to_dicts()
    ]  # fmt: skip
    return rows.hstack(pl.DataFrame(follow))


def drawn(name, table, path):
    """Draws a picture, small, with no more colours than it needs."""
    path.parent.mkdir(exist_ok=True)
    PICTURES[name](table).savefig(path, dpi=60, metadata={"Software": None})
    Image.open(path).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


def difference(name, table, folder):
    """How a picture differs from the committed one, in words; nothing where it does not."""
    return compare_images(FOLDER / f"{name}.png", drawn(name, table, folder / f"{name}.png"), LIKE)


@pytest.mark.parametrize("name", PICTURES)
def test_a_chart_looks_as_it_did(name):
    found = difference(name, fixed(), DIFFERENT)
    assert not found, (
        f"{found}\nThe difference is drawn in {DIFFERENT / name}-failed-diff.png (matplotlib {mpl.__version__}; the lock "
        "file says which one drew the committed picture). If it is meant: python tests/test_pictures.py"
    )
    (DIFFERENT / f"{name}.png").unlink()
    (DIFFERENT / f"{name}-failed-diff.png").unlink(missing_ok=True)


def test_one_value_more_or_less_is_seen(tmp_path):
    table = fixed()
    less = table.filter(~((pl.col("indicator") == APPEARANCE) & (pl.col("unit") == table["unit"][0])))
    for name in ("slope", "small_multiples", "quartiles", "share_at_hundred"):
        assert difference(name, less, tmp_path), name


def test_every_chart_is_among_the_pictures_and_no_picture_is_left_over():
    seen = {chart for chart in charts.__all__ if hasattr(charts, f"{chart}_caption")} | {"share_at_hundred"}
    assert seen <= set(PICTURES)
    assert {path.stem for path in FOLDER.glob("*.png")} == set(PICTURES)
    assert all(path.stat().st_size < 60_000 for path in FOLDER.glob("*.png"))


if __name__ == "__main__":
    for each in PICTURES:
        print(drawn(each, fixed(), FOLDER / f"{each}.png"))
