"""A test whose program is missing is left out and named at the end of a run, or fails where everything is demanded."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = """
import pytest

@pytest.mark.needs("chromium")
def test_a_page():
    pass

def test_the_rest():
    pass

def test_of_reports():
    pytest.skip("no reports here")
"""


@pytest.fixture
def run(tmp_path):
    """Runs TESTS with our conftest and no program in reach."""
    for name in ("conftest.py", "browser.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path)
    (tmp_path / "test_some.py").write_text(TESTS, "utf-8")

    def run(**environment):
        plain = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "FAZHI"))}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"],
            cwd=tmp_path,
            env=plain | {"PATH": str(tmp_path), "PYTHONPATH": str(ROOT)} | environment,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout

    return run


def test_what_was_left_out_is_said_with_the_reason(run):
    status, said = run()
    assert status == 0
    assert "1 passed, 2 skipped" in said
    assert "Chromium not found: apt-get install chromium  (1 of test_some.py)" in said
    assert "no reports here  (1 of test_some.py)" in said


def test_where_everything_is_demanded_a_missing_program_fails(run):
    status, said = run(FAZHI_ALL="1")
    assert status == 1
    assert "1 passed, 1 skipped, 1 error" in said
    assert "Chromium not found: apt-get install chromium" in said
