"""What several test modules share: writing a file, and what a test needs that may not be there.

A test marked ``needs("chromium")`` is left out where that is missing; the last lines of a run say which and why. Where
the environment variable FAZHI_ALL is set, as `.ci/run` does, it fails instead.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from typing import NamedTuple

import pytest
from browser import CHROMIUM

from analysis.readers import scan


class Need(NamedTuple):
    """Something that a test needs beside the locked packages: whether it is there, and what to say where it is not."""

    there: Callable[[], bool]
    name: str
    how: str


NEEDS = {
    "chromium": Need(lambda: CHROMIUM is not None, "Chromium", "apt-get install chromium"),
    "libreoffice": Need(lambda: shutil.which("soffice") is not None, "LibreOffice", "apt-get install libreoffice-calc libreoffice-impress"),
    "dask": Need(lambda: find_spec("distributed") is not None, "Dask", "make dask"),
    "ocr": Need(scan.ready, "the packages that read scans", "make ocr"),
}  # fmt: skip


def pytest_configure(config):
    config.addinivalue_line(
        "markers", f"needs(name): left out without one of {', '.join(NEEDS)}; fails where FAZHI_ALL is set"
    )


def pytest_runtest_setup(item):
    for mark in item.iter_markers("needs"):
        need = NEEDS[mark.args[0]]
        if not need.there():
            reason = f"{need.name} not found: {need.how}"
            if os.environ.get("FAZHI_ALL"):
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)


def pytest_terminal_summary(terminalreporter):
    """Says what was left out and why, each reason once with the files of its tests."""
    left_out: dict[str, Counter[str]] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        left_out.setdefault(reason.removeprefix("Skipped: "), Counter())[report.nodeid.split("::")[0]] += 1
    if not left_out:
        return
    terminalreporter.section("left out")
    for reason, tests in sorted(left_out.items()):
        places = ", ".join(f"{count} of {path}" for path, count in sorted(tests.items()))
        terminalreporter.line(f"{reason}  ({places})")


@pytest.fixture
def write(tmp_path):
    """Writes a file below the test's own folder: (content, name) -> path. The name says nothing of the format."""

    def write(content, name="report.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
