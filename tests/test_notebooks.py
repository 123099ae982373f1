"""Notebooks: what they may hold, that they run from a fresh kernel, and how a failure is told."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest

import analysis as fz
from analysis import notebooks

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def written(folder, **sources):
    """Notebooks made of code cells, written into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, cells in sources.items():
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        nbformat.write(notebook, folder / f"{name}.ipynb")
    return folder


# --- ours ----------------------------------------------------------------------------------------


def test_there_are_notebooks():
    assert PATHS


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_a_notebook_asks_a_question_and_is_short_clean_and_small(path):
    assert path.stat().st_size < 1_000_000
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert re.match(r"# [^\n]*？ [A-Z][^\n]*\?\n", notebook.cells[0].source)
    assert notebook.metadata.kernelspec.name == "python3"
    assert code(notebook)[0].source.startswith("import analysis as fz\n")
    for cell in code(notebook):
        assert not re.search(r"^\s*(def|class) |lambda", cell.source, re.M)
        assert len(cell.source.splitlines()) <= 8
        assert cell.execution_count, "not executed"
        assert "execution" not in cell.metadata
        assert not [o for o in cell.outputs if o.output_type == "error" or o.get("name") == "stderr"]


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_no_output_differs_from_run_to_run(path):
    for cell in code(nbformat.read(path, as_version=4)):
        for output in cell.outputs:
            said = output.get("text", "") + "".join(output.get("data", {}).get("text/plain", ""))
            assert not re.search(r" at 0x[0-9a-f]+>|/tmp|\\Temp\\", said), said


def test_the_held_out_cases_are_counted_and_not_shown():
    shown = (FOLDER / "08_quality.ipynb").read_text("utf-8")
    names = [path.stem for path in (ROOT / "tests/wordings/heldout").glob("*.toml")]
    assert names
    assert [name for name in names if f"{name} #" in shown] == []


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_a_notebook_shows_figures_and_where_their_numbers_come_from(path):
    outputs = [output for cell in code(nbformat.read(path, as_version=4)) for output in cell.outputs]
    assert sum("image/png" in o.get("data", {}) for o in outputs) >= 2
    assert any("<th>doc</th>" in "".join(o.get("data", {}).get("text/html", "")) for o in outputs)
    assert any("原句：" in o.get("text", "") for o in outputs)


def test_our_notebooks_run_from_a_fresh_kernel(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "notebooks", ignore=shutil.ignore_patterns(".*"))
    for read in ("data/raw", "figures", "tests"):  # by notebooks that go back to the texts and to the reference answers
        shutil.copytree(ROOT / read, tmp_path / read, ignore=shutil.ignore_patterns("__pycache__"))
    tables = tmp_path / "data" / "processed"
    if (ROOT / "data/processed/indicators.csv").is_file():
        shutil.copytree(ROOT / "data/processed", tables, ignore=shutil.ignore_patterns("text"))
    else:
        fz.build(ROOT / "data/raw", tables)
    assert notebooks.run(tmp_path / "notebooks") == []
    for path in sorted((tmp_path / "notebooks").glob("*.ipynb")):
        assert path.stat().st_size < 1_000_000
        outputs = [output for cell in code(nbformat.read(path, as_version=4)) for output in cell.outputs]
        assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]


# --- how they are run ----------------------------------------------------------------------------


def test_a_failure_names_notebook_cell_and_error_and_the_others_go_on(tmp_path, capsys):
    folder = written(tmp_path, a_bad=["x = 1", "1 / 0", "x"], b_good=["import os", "os.getcwd()"], c_lost=["y"])
    before = (folder / "a_bad.ipynb").read_bytes()
    (folder / "d_torn.ipynb").write_text("{", encoding="utf-8")
    failures = notebooks.run(folder)
    assert [(f.notebook, f.cell) for f in failures] == [("a_bad.ipynb", 2), ("c_lost.ipynb", 1), ("d_torn.ipynb", 0)]
    assert str(failures[0]) == "a_bad.ipynb, cell 2: ZeroDivisionError: division by zero"
    assert "a_bad.ipynb, cell 2: ZeroDivisionError" in capsys.readouterr().err
    assert (folder / "a_bad.ipynb").read_bytes() == before
    good = nbformat.read(folder / "b_good.ipynb", as_version=4)
    assert good.cells[1].outputs[0].data["text/plain"] == repr(str(folder.resolve()))


def test_a_run_leaves_the_same_bytes_each_time_and_may_write_elsewhere(tmp_path):
    folder = written(
        tmp_path / "in", one=["import analysis as fz\nfz.charts.style()", "sorted({'甲', '乙'})", "hash('甲')"]
    )
    source = (folder / "one.ipynb").read_bytes()
    results = []
    for i in range(2):
        assert notebooks.run(folder, tmp_path / str(i)) == []
        results.append((tmp_path / str(i) / "one.ipynb").read_bytes())
    assert results[0] == results[1]
    assert (folder / "one.ipynb").read_bytes() == source


def test_what_a_cell_prints_is_one_output_however_long_it_takes(tmp_path):
    folder = written(tmp_path, one=["import time\nfor i in range(3):\n    print(i, flush=True)\n    time.sleep(0.3)"])
    assert notebooks.run(folder) == []
    (output,) = nbformat.read(folder / "one.ipynb", as_version=4).cells[0].outputs
    assert output.text == "0\n1\n2\n"


def test_a_cell_that_takes_too_long_and_outputs_that_are_too_large_are_failures(tmp_path):
    folder = written(tmp_path, big=["print('x' * 2_000_000)"], slow=["1", "import time\ntime.sleep(60)"])
    big, slow = notebooks.run(folder, timeout=5)
    assert "more than 1,000,000" in big.error
    assert (slow.notebook, slow.cell, slow.error) == ("slow.ipynb", 2, "ran longer than 5 s")
