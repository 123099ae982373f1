"""How fast the reader is, as ratios on one core: python benchmarks/speed.py

Reads the reports of data/raw with their numbers redrawn, three medians of five: jieba.lcut (cutting the words only),
one pass of re over the digits, and the reader (text to mentions, whole catalogue). Prints a table, and how long a build
of data/raw takes the first time and once more, when nothing has changed (all cores).
"""

from __future__ import annotations

import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import jieba

from analysis.mentions import find_mentions
from analysis.reports import find_reports, read_report, report_from_text

ROOT = Path(__file__).parent.parent
DIGITS = re.compile(r"[0-9]+")
ROUNDS = 5


def redrawn(text: str, draw: random.Random) -> str:
    """The text with the digits of every longer number drawn anew, years kept, so that no number stands twice."""
    return DIGITS.sub(
        lambda m: m.group() if len(m.group()) in (1, 4) else "".join(draw.choices("123456789", k=len(m.group()))), text
    )


def seconds(work: Callable[[], object]) -> float:
    """The median CPU time of five runs after one to warm up."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def builds() -> list[float]:
    """Seconds of the first build of data/raw, and of another, each in a Python of its own."""
    times = []
    with tempfile.TemporaryDirectory() as out:
        for _ in range(2):
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "analysis", "build", "--out", out],
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                check=True,
            )
            times.append(time.perf_counter() - start)
    return times


def main() -> None:
    print("build of data/raw: {:.1f} s, once more {:.1f} s".format(*builds()))
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    jieba.initialize()
    draw = random.Random(1)
    raw = ROOT / "data" / "raw"
    reports = [read_report(path, raw) for path in find_reports(raw)]
    texts = [redrawn(report.text, draw) for report in reports]
    redone = [
        report_from_text(text, year=str(report.identity.year or 2024))
        for text, report in zip(texts, reports, strict=True)
    ]
    characters = sum(map(len, texts))
    print(f"{len(texts)} reports, {characters:,} characters, one core, median of {ROUNDS}")
    rows = {
        "jieba.lcut, words only": seconds(lambda: [jieba.lcut(text) for text in texts]),
        "re, digits only": seconds(lambda: [DIGITS.findall(text) for text in texts]),
        "reader, text to mentions": seconds(lambda: [find_mentions(report) for report in redone]),
    }
    base, digits = rows["jieba.lcut, words only"], rows["re, digits only"]
    print(f"{'':28}{'M char/s':>10}{'x jieba':>10}{'/ digit pass':>14}")
    for name, taken in rows.items():
        print(f"{name:28}{characters / taken / 1e6:10.2f}{base / taken:10.1f}{taken / digits:14.1f}")


if __name__ == "__main__":
    main()
