"""How fast each format is read, on one core: python benchmarks/formats.py

Reads the samples of the tests, one report in each format; scans only where the OCR packages are there (`make ocr`).
Prints a table: characters of the report, files a second (text alone, and with its figures), and the ratio to text.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from analysis.mentions import find_mentions
from analysis.reports import Report, read_reports

TESTS = Path(__file__).parent.parent / "tests"
ENOUGH = 0.6  # seconds of reading a format, at least three rounds


def rate(path: Path) -> tuple[list[Report], float]:
    """The reports of a file and how often a second it is read (wall clock: PDF is read in a process of its own)."""
    times: list[float] = []
    while len(times) < 3 or sum(times) < ENOUGH:
        start = time.perf_counter()
        reports = [report for report in read_reports(path) if isinstance(report, Report)]
        times.append(time.perf_counter() - start)
    return reports, 1 / statistics.median(times)


def main() -> None:
    samples = [path for folder in ("formats", "paged", "pages") for path in sorted((TESTS / folder).iterdir())]
    base = 0.0
    print(f"{'file':<28} {'format':<9} {'characters':>10} {'files/s':>9} {'of text':>8}")
    for path in sorted(samples, key=lambda path: (path.name != "report.txt", path.parent.name, path.name)):
        reports, found = rate(path)
        if not reports:
            continue
        base = base or found
        characters = sum(len(report.text) for report in reports)
        kinds = ",".join(sorted({report.format for report in reports}))
        print(f"{path.parent.name}/{path.name:<20} {kinds:<9} {characters:>10,} {found:>9.1f} {found / base:>8.3f}")
    start = time.perf_counter()
    find_mentions(next(read_reports(TESTS / "formats" / "report.txt")))
    print(
        f"finding the figures of report.txt: {1000 * (time.perf_counter() - start):.1f} ms, the catalogue read included"
    )


if __name__ == "__main__":
    main()
