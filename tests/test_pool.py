"""A file may crash, hang or blow up its worker: it alone fails, and the others' rows are the same."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import faults
import psutil
import pytest

import analysis as fz
from analysis.pool import Lost, read_all


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory):
    """(tables of a folder of good files, tables of the same with a poison of each kind among them, what was printed)."""
    folder = tmp_path_factory.mktemp("poisoned")
    raw = faults.folder(folder / "raw", 20)
    fz.build(raw, folder / "good")
    for kind in faults.POISONS:
        (raw / f"0{kind}.txt").write_text(f"POISON {kind}", "utf-8")
    script = folder / "poisoned.py"
    script.write_text(faults.POISONED, "utf-8")
    ended = faults.run(
        [sys.executable, str(script), "build", str(raw), "--out", str(folder / "out"), "--processes", "2"]
    )
    return fz.load(folder / "good"), fz.load(folder / "out"), ended


def test_each_poison_is_one_failure_with_its_reason(poisoned):
    _, tables, ended = poisoned
    reasons = {row["doc"][1:-4]: row["reason"] for row in tables.failures.iter_rows(named=True)}
    assert reasons == faults.POISONS, ended.stderr
    assert ended.returncode == 1
    for kind in faults.POISONS:
        assert f"failed: 0{kind}.txt" in ended.stderr
    assert "flood flood" not in ended.stdout + ended.stderr


def test_the_other_files_rows_are_the_same(poisoned):
    good, tables, _ = poisoned
    for name in ("documents", "mentions", "indicators", "units", "unmatched"):
        assert getattr(good, name).equals(getattr(tables, name))


def or_die(path: Path) -> str:
    """Reads a name; one file takes its process down."""
    if path.name == "3":
        os._exit(1)
    return path.name


def once_down(path: Path) -> str:
    """The first try takes its process down, as a killed one is."""
    if not path.exists():
        path.touch()
        os._exit(1)
    return path.name


def no_memory(path: Path) -> str:
    raise MemoryError


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_order_and_a_lost_file_in_its_place(processes):
    results = list(read_all([Path(str(n)) for n in range(6)], processes, or_die))
    assert [result for result in results if isinstance(result, str)] == ["0", "1", "2", "4", "5"]
    assert isinstance(results[3], Lost)
    assert results[3].reason == "crash"


def test_a_file_that_was_not_to_blame_is_read_the_second_time(tmp_path):
    assert list(read_all([tmp_path / "a"], 1, once_down)) == ["a"]


class Unready:
    """What a worker cannot even take: the first so many end before they are ready."""

    def __init__(self, marks: Path, times: int) -> None:
        self.marks, self.times = marks, times

    def __reduce__(self):
        return end_or_read, (self.marks, self.times)

    def __call__(self, path: Path) -> str:
        raise AssertionError("read by no worker")


def end_or_read(marks: Path, times: int):
    with marks.open("a") as file:
        file.write("x")
    if marks.stat().st_size <= times:
        os._exit(1)
    return or_die


def test_workers_that_end_before_they_begin_are_no_files_fault(tmp_path):
    read = Unready(tmp_path / "marks", 7)  # more than a file has tries
    assert list(read_all([Path("1"), Path("2")], 1, read)) == ["1", "2"]


def test_workers_that_never_begin_end_the_run(tmp_path):
    with pytest.raises(OSError, match="no process that reads can be started"):
        list(read_all([Path("1")], 1, Unready(tmp_path / "marks", 1000)))


def test_want_of_memory_is_said(tmp_path):
    assert [lost.reason for lost in read_all([tmp_path / "a"], 1, no_memory)] == ["memory"]


def test_a_killed_worker_changes_nothing(tmp_path):
    raw = faults.folder(tmp_path / "raw", 300)
    fz.build(raw, tmp_path / "calm")
    process = subprocess.Popen(
        faults.command(raw, tmp_path / "out", "--processes", "2"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=faults.environment(),
    )
    kills = 0
    while process.poll() is None and kills < 4:
        time.sleep(0.3)
        below = psutil.Process(process.pid).children(recursive=True)
        workers = [each for each in below if each.ppid() != process.pid]  # those of the server that forks them off
        for worker in workers[:1]:
            worker.kill()
            kills += 1
    printed = process.communicate()[0].decode()
    assert process.returncode == 0, printed
    assert kills
    assert faults.contents(tmp_path / "out") == faults.contents(tmp_path / "calm")
