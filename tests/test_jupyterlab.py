"""A notebook in JupyterLab, as a person uses it: opened in a browser, Run > Run All Cells, its figures seen.

Where it fails, the page as it stood is kept as a picture; the last line of the failure says where.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import nbformat
import pytest
from browser import SLOW, tab

ROOT = Path(__file__).parents[1]
NOTEBOOK = "02_appearance_rate.ipynb"
# every cell in the page at once; by default JupyterLab leaves out what is not in sight
SETTINGS = {"@jupyterlab/notebook-extension/tracker.jupyterlab-settings": '{"windowingMode": "none"}'}


@pytest.fixture
def project(tmp_path):
    """The notebook without its outputs, and the tables above it."""
    shutil.copytree(
        ROOT / "data/processed", tmp_path / "data/processed", ignore=shutil.ignore_patterns("text", "export")
    )
    notebook = nbformat.read(ROOT / "notebooks" / NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    (tmp_path / "notebooks").mkdir()
    nbformat.write(notebook, tmp_path / "notebooks" / NOTEBOOK)
    return tmp_path


@contextmanager
def jupyterlab(folder: Path):
    """JupyterLab with settings of its own on a free port; its address with the token. It ends with the block."""
    for name, text in SETTINGS.items():
        path = folder / "settings" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex()
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--port-retries=0",
    ]
    command += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}", "--allow-root"]
    command += ["--LabApp.extension_manager=readonly", "--LabApp.news_url="]
    own = {name: str(folder / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
    own |= {
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
    }
    log = folder / "jupyterlab.log"
    with log.open("w") as out:
        server = subprocess.Popen(command, env=os.environ | own | {"PYTHONPATH": str(ROOT)}, stdout=out, stderr=out)
    try:
        _wait(f"http://127.0.0.1:{port}/api?token={token}", server, log)
        yield f"http://127.0.0.1:{port}/lab/tree/notebooks/{NOTEBOOK}?token={token}"
    finally:
        server.terminate()
        server.wait(SLOW)


def _wait(address: str, server: subprocess.Popen, log: Path) -> None:
    """Until the server answers."""
    end = time.monotonic() + SLOW
    while True:
        try:
            urlopen(address, timeout=SLOW).close()
            return
        except URLError:
            assert server.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < end, log.read_text("utf-8")
            time.sleep(0.1)


# The kernel listens to the page: before that, JupyterLab takes a command and does nothing.
READY = """fetch('/api/sessions').then(answer => answer.json()).then(sessions =>
    sessions.length == 1 && sessions[0].kernel.connections > 0 && sessions[0].kernel.execution_state == 'idle')"""
NUMBERS = "[...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')].map(each => each.innerText)"
PICTURES = """[...document.querySelectorAll('.jp-Notebook .jp-OutputArea-output img')].map(each =>
    [each.src.slice(0, 14), each.complete && each.naturalWidth])"""
ERRORS = """[...document.querySelectorAll('.jp-Notebook .jp-OutputArea-output')]
    .filter(each => /error|stderr/.test(each.dataset.mimeType)).map(each => each.innerText)"""


@pytest.mark.needs("chromium")
def test_run_all_shows_the_figures_and_no_error(project):
    notebook = nbformat.read(ROOT / "notebooks" / NOTEBOOK, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    pictures = sum("image/png" in output.get("data", {}) for cell in cells for output in cell.outputs)
    with jupyterlab(project) as address, tab(address, height=2400) as page, page.kept(project / "failure.png"):
        page.until("document.querySelector('.jp-Notebook .jp-CodeCell') != null")
        assert page.run(PICTURES) == []
        page.until(READY)
        page.click(".lm-MenuBar-item", "Run")
        page.click(".lm-Menu-itemLabel", "Run All Cells")
        page.until(f"{NUMBERS}.every(number => /^.[0-9]+.:$/.test(number)) && {READY}")
        assert page.run(ERRORS) == []
        assert page.run(NUMBERS) == [f"[{number}]:" for number in range(1, len(cells) + 1)]
        assert page.run(PICTURES) == [["data:image/png", 1024]] * pictures
        assert page.errors == []
