"""What the repository says of itself is true: README, lock files, versions, what is tracked, the committed tables."""

from __future__ import annotations

import csv
import doctest
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer.main
import yaml
from packaging.requirements import Requirement

import analysis
from analysis.__main__ import app
from analysis.checks import CHECKS
from analysis.table import TABLES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
LOCKS = sorted(ROOT.glob("*.lock"))
PAGES = [ROOT / name for name in ("README.md", "README.zh-CN.md", "data/processed/README.md")]


def tracked() -> list[Path]:
    """The files that git keeps or would keep, in a checkout."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        return []
    return sorted({Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()})


TRACKED = tracked()
in_a_checkout = pytest.mark.skipif(not TRACKED, reason="no git, or not a checkout")


def texts() -> dict[Path, str]:
    """The tracked files that are text."""
    found = {}
    for path in TRACKED:
        data = (ROOT / path).read_bytes()
        if b"\0" not in data:
            found[path] = data.decode("utf-8", "replace")
    return found


def section(page: str, heading: str) -> str:
    """What stands under a heading of the second level."""
    return re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL).group(1)


def first_cells(text: str) -> list[str]:
    """What is set as code in the first cells of the tables in a text."""
    rows = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    return [code for row in rows for code in re.findall(r"`([^`]+)`", row)]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A folder with the reports and with tables built from them anew."""
    folder = tmp_path_factory.mktemp("workspace")
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw")
    return folder, analysis.build(folder / "data" / "raw", folder / "data" / "processed")


# --- README --------------------------------------------------------------------------------------


@in_a_checkout
def test_the_map_names_every_top_level_entry_and_every_part_of_the_package():
    named = {entry.rstrip("/") for entry in first_cells(section(README, "Map of the files"))}
    top = {path.parts[0] for path in TRACKED}
    package = {"/".join(path.parts[:2]) for path in TRACKED if path.parts[0] == "analysis"}
    modules = {path.as_posix() for path in TRACKED if path.parts[0] == "analysis" and path.suffix == ".py"}
    assert sorted((top | package | modules) - named) == []


def test_everything_in_the_map_exists():
    entries = first_cells(section(README, "Map of the files"))
    assert entries
    for entry in entries:
        assert (ROOT / entry).is_dir() if entry.endswith("/") else (ROOT / entry).is_file(), entry


def test_the_verbs_in_the_readme_are_those_of_the_command_line():
    named = [cell.split()[0] for cell in first_cells(section(README, "The command line"))]
    assert sorted(named) == sorted(typer.main.get_command(app).commands)


def test_the_checks_in_the_readme_are_those_that_run():
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*) \|$", section(README, "What does not add up"), re.MULTILINE)
    assert rows == [(name, check.severity, check.meaning) for name, check in CHECKS.items()]


@pytest.mark.parametrize(
    ("page", "heading"),
    [("README.md", "The tables"), ("README.zh-CN.md", "有哪些表"), ("data/processed/README.md", None)],
)
def test_every_table_is_listed(page, heading):
    text = (ROOT / page).read_text("utf-8")
    assert sorted(first_cells(section(text, heading) if heading else text)) == sorted(TABLES)


def test_the_keys_in_the_tables_readme_are_the_tables_keys():
    text = (ROOT / "data/processed/README.md").read_text("utf-8")
    for name, key in re.findall(r"^\| `(\w+)` \| .* \| ([^|]+) \|$", text, re.MULTILINE):
        assert tuple(key.split(", ")) == TABLES[name].key, name


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_rows_shown_stand_in_the_table(page):
    lines = [line for line in (ROOT / page).read_text("utf-8").splitlines() if line.startswith("| ")]
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines[:7])
    columns = [name.split()[0] for name in head]
    with (ROOT / "data/processed/indicators.csv").open(encoding="utf-8-sig", newline="") as file:
        table = [[row[column] for column in columns] for row in csv.DictReader(file)]
    assert len(rows) == 5
    for row in rows:
        assert row in table


def test_what_make_prints_is_what_a_build_gives(workspace):
    _, done = workspace
    assert (
        f"{done.reports} reports read, {done.mentions} mentions, {done.observations} observations -> data/processed"
        in README
    )
    assert f"{done.disputed} observations without a value" in README
    assert f"{done.parts_only} figures known in parts alone" in README
    graves = ", ".join(f"{count} {name}s" for name, count in sorted(done.findings.items()))
    assert f"{sum(done.findings.values())} findings of what does not add up (checks.csv): {graves}\n" in README


def test_the_number_of_indicators_is_that_of_the_catalogue():
    from analysis import catalogue

    assert f"{len(catalogue.load())} indicators" in README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_pictures_lead_to_files(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
        assert (page.parent / target).is_file(), target


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_python_in_the_readme_runs(page, workspace, monkeypatch):
    folder, _ = workspace
    monkeypatch.chdir(folder)
    names: dict[str, object] = {}
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        if ">>>" in block:
            example = doctest.DocTestParser().get_doctest(block, names, page, page, 0)
            assert doctest.DocTestRunner().run(example, clear_globs=False).failed == 0
            names.update(example.globs)
        else:
            exec(compile(block, page, "exec"), names)


# --- What the project needs ----------------------------------------------------------------------


def test_conda_gets_the_bounds_of_pyproject():
    wanted = {(need := Requirement(text)).name: need.specifier for text in PROJECT["dependencies"]}
    wanted["python"] = Requirement("python" + PROJECT["requires-python"]).specifier
    listed = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    named = {(need := Requirement(text)).name: need.specifier for text in listed if isinstance(text, str)}
    for name in ("python", "pandas", "polars", "matplotlib", "seaborn", "jupyterlab", "jieba"):
        assert named[name] == wanted[name], name


def locked(path: Path) -> dict[str, tuple[str, str]]:
    """Name -> version and the rest of the entry. An entry may stand twice, for two systems: the last is given."""
    joined = path.read_text("utf-8").replace("\\\n", " ")
    entries = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)(.*)$", joined, re.MULTILINE)
    assert len(entries) == len([line for line in joined.splitlines() if line and not line.startswith("#")])
    return {name: (version, rest) for name, version, rest in entries}


@pytest.mark.parametrize("extra", [None, *PROJECT["optional-dependencies"]])
def test_every_dependency_is_locked_within_its_bounds(extra):
    lock = locked(ROOT / (f"requirements-{extra}.lock" if extra else "requirements.lock"))
    extras = PROJECT["optional-dependencies"][extra] if extra else []
    for text in (*PROJECT["dependencies"], *PYPROJECT["dependency-groups"]["dev"], *extras):
        need = Requirement(text)
        name = re.sub(r"[-_.]+", "-", need.name).lower()
        assert name in lock
        assert need.specifier.contains(lock[name][0], prereleases=True), text


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_its_hashes(path):
    for name, (_, rest) in locked(path).items():
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", rest), name


@pytest.mark.parametrize("path", [*LOCKS, ROOT / "environment.yml"], ids=lambda path: path.name)
def test_what_is_installed_names_no_address(path):
    assert "://" not in path.read_text("utf-8")


def test_one_version_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    newest = re.search(r"^## (\S+) \((\S+)\)", (ROOT / "CHANGES.md").read_text("utf-8"), re.MULTILINE)
    assert citation["version"] == PROJECT["version"] == newest.group(1)
    assert str(citation["date-released"]) == newest.group(2)


# --- What is tracked -----------------------------------------------------------------------------

# In brackets what would else make this line one of those that it looks for.
MACHINE = re.compile(
    r"/wor[k]/|/far[m]/|/tm[p]/[a-z]+/|/roo[t]/|pyp[i]\.org|pythonhoste[d]|registry\.npmj[s]|deb\.debia[n]"
)


@in_a_checkout
def test_no_file_names_a_machine_or_a_registry():
    found = [
        f"{path}: {hit.group()}"
        for path, text in texts().items()
        if path.suffix != ".svg"
        for hit in MACHINE.finditer(text)
    ]
    assert found == []


@in_a_checkout
@pytest.mark.parametrize(("ending", "most"), [(".ipynb", 1_000_000), (".png", 400_000)])
def test_what_is_large_stays_small(ending, most):
    paths = [path for path in TRACKED if path.suffix == ending]
    assert paths
    assert [f"{path}: {size}" for path in paths if (size := (ROOT / path).stat().st_size) >= most] == []


def test_the_committed_tables_are_those_of_a_fresh_build(workspace):
    folder, _ = workspace
    committed, fresh = (
        {
            path.name: path.read_bytes()
            for path in (at / "data" / "processed").iterdir()
            if path.suffix == ".csv" or path.name == "datapackage.json"
        }
        for at in (ROOT, folder)
    )
    assert sorted(committed) == sorted(fresh)
    assert [name for name in fresh if committed[name] != fresh[name]] == []


@in_a_checkout
def test_of_the_tables_only_csv_and_their_description_are_kept():
    kept = [path.name for path in TRACKED if path.parts[:2] == ("data", "processed")]
    assert sorted(kept) == sorted(["README.md", "datapackage.json", *(f"{name}.csv" for name in TABLES)])


RUN = 26  # so many characters alike are a sentence taken over


def runs(text: str) -> list[str]:
    """Every run of Chinese characters and digits of that length, whatever stands between them."""
    bare = re.sub(r"[^一-鿿0-9]", "", text)
    return [bare[at : at + RUN] for at in range(len(bare) - RUN + 1)]


@in_a_checkout
def test_facts_are_restated_and_sentences_are_not_taken_over():
    shared = os.environ.get("FAZHI_SHARED")
    if not shared:
        pytest.skip("FAZHI_SHARED does not name the folder with reports/text")
    published = {
        run: path.stem
        for path in Path(shared, "reports", "text").glob("*.txt")
        for run in runs(path.read_text("utf-8"))
    }
    assert published
    copied = []
    for path, text in texts().items():
        taken = next((run for run in runs(text) if run in published), None)
        if taken:
            copied.append(f"{path}: {taken} (in {published[taken]})")
    assert copied == []
