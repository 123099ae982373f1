"""How large and how quick the evidence page of 5,000 reports is: python benchmarks/evidence.py [COUNT]

Makes invented reports of about 8,000 characters out of the texts of data/raw with their numbers redrawn, builds the
tables, writes the page and opens it in a headless Chromium. Prints a table; asserts nothing.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from pathlib import Path

import psutil

from analysis.evidence import link, write_page
from analysis.reports import find_reports, read_reports
from analysis.table import build, load

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from browser import CHROMIUM, Tab, tab  # noqa: E402

LENGTH = 8_000  # characters
YEARS = range(2020, 2025)
DIGITS = re.compile(r"[0-9]+")
STATE = "document.documentElement.dataset"


def invented(texts: list[str], draw: random.Random, unit: str, year: int) -> str:
    """A report of chosen passages; no number of two, three or more than four digits stays what it was."""
    body = ""
    while len(body) < LENGTH:
        body += "\n\n" + draw.choice(texts)
    body = DIGITS.sub(
        lambda m: m.group() if len(m.group()) in (1, 4) else "".join(draw.choices("123456789", k=len(m.group()))), body
    )
    return f"---\nunit: {unit}\nyear: {year}\n---\n# {unit}{year}年法治政府建设情况报告（虚构）\n{body}\n"


def make(raw: Path, count: int) -> None:
    draw = random.Random(1)
    texts = [report.text[report.skip[0][1] if report.skip else 0 :] for report in originals()]
    for number in range(count):
        unit, year = f"虚构省虚构市虚构{number // len(YEARS)}县", YEARS[number % len(YEARS)]
        folder = raw / unit
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{year}-report.md").write_text(invented(texts, draw, unit, year), "utf-8")


def originals():
    folder = ROOT / "data" / "raw"
    return [report for path in find_reports(folder) for report in read_reports(path, folder)]


def memory(page: Tab) -> float:
    """MB of the browser and its processes that no other process shares, or its part of what they share."""
    browser = psutil.Process(page.pid)
    found = 0
    for process in (browser, *browser.children(recursive=True)):
        try:
            info = process.memory_full_info()
            found += getattr(info, "pss", info.uss)
        except psutil.Error:
            continue
    return found / 1e6


def seconds(page: Tab, act: str, done: str) -> float:
    begun = time.perf_counter()
    page.run(act)
    page.until(done)
    return time.perf_counter() - begun


def opened(path: Path, doc: str, start: int) -> dict[str, str]:
    rows: dict[str, str] = {}
    with tab("data:text/html,empty") as page:
        rows["memory of the empty browser, MB"] = f"{memory(page):.0f}"
    begun = time.perf_counter()
    with tab(path.as_uri()) as page:
        page.until(f"{STATE}.state == 'table'")
        rows["from start of the page to its table, s"] = f"{int(page.run(f'{STATE}.shown')) / 1000:.2f}"
        page.until("document.readyState == 'complete'")
        rows["until the whole file is in, browser start included, s"] = f"{time.perf_counter() - begun:.2f}"
        rows["memory with the table, MB"] = f"{memory(page):.0f}"
        rows["heap of its script, MB"] = f"{page.run('performance.memory.usedJSHeapSize') / 1e6:.0f}"
        filtered = "document.querySelector('#sum').textContent.split('·').length == 3"
        typed = "words.value = '虚构7县'; document.getElementById('filters').dispatchEvent(new Event('input'))"
        rows["a filter, s"] = f"{seconds(page, typed, filtered):.3f}"
        page.key("Enter")
        taken = time.perf_counter()
        page.key("ArrowDown")
        page.key("Enter")
        page.until(f"{STATE}.candidates")
        rows["a report opened with its candidates, s"] = f"{time.perf_counter() - taken:.3f}"
        searched = "words.value = '没有这样的话'; deep.checked = true; searchTexts()"
        rows["all texts searched, s"] = f"{seconds(page, searched, 'deepHits !== null'):.1f}"
        rows["memory after that, MB"] = f"{memory(page):.0f}"
    begun = time.perf_counter()
    with tab(path.as_uri() + link(doc, start, page="")) as page:
        page.until(f"{STATE}.state == 'report'")
        rows["a link to a figure of the last report, browser start included, s"] = f"{time.perf_counter() - begun:.2f}"
    return rows


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    with tempfile.TemporaryDirectory() as folder:
        raw, out = Path(folder, "raw"), Path(folder, "out")
        make(raw, count)
        begun = time.perf_counter()
        build(raw, out)
        rows = {"tables built, s": f"{time.perf_counter() - begun:.0f}"}
        begun = time.perf_counter()
        page = write_page(raw, out)
        rows["page written, s"] = f"{time.perf_counter() - begun:.0f}"
        rows |= {"reports": f"{page.reports:,}", "values": f"{page.values:,}", "size, MB": f"{page.size / 1e6:.1f}"}
        last = load(out).mentions.row(-1, named=True)
        if CHROMIUM:
            rows |= opened(page.path, last["doc"], last["start"])
        else:
            print("no Chromium here: the page was not opened")
    for name, value in rows.items():
        print(f"{name:66}{value:>10}")


if __name__ == "__main__":
    main()
