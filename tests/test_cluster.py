"""A Dask cluster of two worker processes reads to the byte what this machine reads, also where a worker is killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import faults
import pytest

import analysis as fz
from analysis import cluster
from analysis.pool import Lost

pytestmark = pytest.mark.needs("dask")


@pytest.fixture(scope="module")
def workers():
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as started:
        yield started


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """(reports, what a run on this machine writes)."""
    folder = tmp_path_factory.mktemp("local")
    raw = faults.folder(folder / "raw", 120)
    fz.build(raw, folder / "out")
    return raw, faults.contents(folder / "out")


def test_the_tables_are_those_of_a_local_run(workers, local, tmp_path):
    raw, expected = local
    fz.build(raw, tmp_path / "out", dask=workers.scheduler_address)
    assert faults.contents(tmp_path / "out") == expected


def test_a_worker_killed_in_the_middle_loses_nothing(workers, local, tmp_path, monkeypatch):
    raw, expected = local
    real, killed = cluster.read_all, []

    def killing(paths, address, read):
        for number, result in enumerate(real(paths, address, read)):
            if number == 5:
                victim = next(iter(workers.workers.values()))
                killed.append(victim.pid)
                os.kill(victim.pid, signal.SIGKILL)
            yield result

    monkeypatch.setattr(cluster, "_BATCH", 10)
    monkeypatch.setattr(cluster, "_AHEAD", 2)
    monkeypatch.setattr(cluster, "read_all", killing)
    fz.build(raw, tmp_path / "out", dask=workers.scheduler_address)
    assert killed
    assert faults.contents(tmp_path / "out") == expected


def or_die(path: Path) -> str:
    if path.name == "3":
        os._exit(1)
    return path.name


def test_a_file_that_takes_worker_after_worker_down_is_lost_alone(workers):
    results = list(cluster.read_all([Path(str(n)) for n in range(6)], workers.scheduler_address, or_die))
    assert [result for result in results if isinstance(result, str)] == ["0", "1", "2", "4", "5"]
    assert isinstance(results[3], Lost)
