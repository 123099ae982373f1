"""Notebooks: executed from a fresh kernel, their outputs written back so that the same run gives the same bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from analysis.staging import put

LARGEST = 1_000_000  # bytes of an executed notebook
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


class Failure(NamedTuple):
    """A notebook that did not run through: which, in which cell (counted from 1, markdown too; 0 none), and why."""

    notebook: str
    cell: int
    error: str

    def __str__(self) -> str:
        return f"{self.notebook}, cell {self.cell}: {self.error}" if self.cell else f"{self.notebook}: {self.error}"


def run(folder: str | Path = "notebooks", out: str | Path | None = None, timeout: int = 300) -> list[Failure]:
    """Executes every notebook of a folder in the order of names, each from a fresh kernel with the folder as its cwd.

    The executed notebooks are written to ``out``, which is the folder itself where not given. One that fails stays
    as it was and the others go on; gives the failures, which are named on stderr too. ``timeout``: seconds a cell.
    """
    folder = Path(folder)
    out = Path(out) if out is not None else folder
    failures = []
    console = Console(stderr=True, highlight=False)
    for path in _shown(sorted(folder.glob("*.ipynb")), console):
        failure = _run(path, out / path.name, timeout)
        if failure:
            failures.append(failure)
            console.print(f"failed: {failure}", markup=False, soft_wrap=True)
    return failures


def _shown(paths: list[Path], console: Console) -> Iterator[Path]:
    """The paths one by one, with a bar on a terminal that names the one at work."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("notebooks", total=len(paths))
        for path in paths:
            progress.update(task, description=path.name)
            yield path
            progress.advance(task)


def _run(path: Path, target: Path, timeout: int) -> Failure | None:
    """Executes one notebook and writes it; gives the failure, if any."""
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        return Failure(path.name, 0, f"cannot be read: {error}")
    _clear(notebook)
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name=KERNEL["name"],
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent.resolve())}},
    )
    try:
        client.execute(
            env=os.environ | {"PYTHONHASHSEED": "0", "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
        )
    except CellExecutionError as error:
        return Failure(path.name, _cell(notebook), f"{error.ename}: {error.evalue}")
    except CellTimeoutError:
        return Failure(path.name, _cell(notebook), f"ran longer than {timeout} s")
    except (DeadKernelError, RuntimeError, OSError) as error:
        return Failure(path.name, _cell(notebook), f"{type(error).__name__}: {error}")
    _settle(notebook)
    content = nbformat.writes(notebook, version=4).encode("utf-8") + b"\n"
    if len(content) > LARGEST:
        return Failure(path.name, 0, f"{len(content):,} bytes with its outputs, more than {LARGEST:,}")
    put(target, content)
    return None


def _clear(notebook: NotebookNode) -> None:
    """Takes off what an earlier run left, so that a failure's cell can be told."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def _cell(notebook: NotebookNode) -> int:
    """The cell at which the run stopped, counted from 1: the last code cell that was begun."""
    begun = [
        i
        for i, cell in enumerate(notebook.cells, 1)
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count)
    ]
    first = [i for i, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]
    return max(begun, default=first[0] if first else 0)


def _settle(notebook: NotebookNode) -> None:
    """Makes what a run leaves the same each time: no times, no random ids, no patch version of Python."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = NotebookNode(kernelspec=NotebookNode(KERNEL), language_info=NotebookNode(name="python"))
    for i, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{i:02d}"
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """What a cell prints in one piece: where the kernel cuts it is a matter of time.

    nbclient's own coalesce_streams takes minutes over a line of two million characters.
    """
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last is not None and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined
