"""What was read is kept: a run after changes gives the bytes of a run from scratch, and trusts no damaged store."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import time

import faults
import psutil
import pytest

import analysis as fz
from analysis import table
from analysis.store import Store


@pytest.fixture
def raw(tmp_path):
    return faults.folder(tmp_path / "raw", 6)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def read(monkeypatch):
    """The files that builds of this test read, by name."""
    names = []

    def noting(paths, processes, reading):
        names.extend(path.name for path in paths)
        return map(reading, paths)

    monkeypatch.setattr(table, "read_all", noting)
    return names


def scratch(raw, folder):
    """The bytes of a run from scratch."""
    shutil.rmtree(folder, ignore_errors=True)
    fz.build(raw, folder)
    return faults.contents(folder)


def test_only_new_and_changed_files_are_read(raw, out, read):
    fz.build(raw, out)
    assert len(read) == 6
    read.clear()
    fz.build(raw, out)
    assert read == []
    changed = sorted(raw.iterdir())[2]
    changed.write_bytes(changed.read_bytes() + b"\n")
    (raw / "new.md").write_text("全年收到行政复议申请86件。", "utf-8")
    fz.build(raw, out)
    assert read == [changed.name, "new.md"]
    read.clear()
    fz.build(raw, out, anew=True)
    assert len(read) == 7


def test_a_file_of_another_name_is_read_again_and_the_former_is_forgotten(raw, out, read):
    fz.build(raw, out)
    path = sorted(raw.iterdir())[0]
    path.rename(raw / f"moved{path.suffix}")
    read.clear()
    fz.build(raw, out)
    (raw / f"moved{path.suffix}").rename(path)
    fz.build(raw, out)
    assert read == [f"moved{path.suffix}", path.name]


@pytest.mark.parametrize("seed", range(3))
def test_any_sequence_of_changes_gives_the_bytes_of_a_run_from_scratch(raw, out, tmp_path, seed):
    draw = random.Random(seed)
    fz.build(raw, out)
    for _ in range(4):
        said = [faults.change(raw, draw) for _ in range(draw.randint(1, 3))]
        fz.build(raw, out)
        assert faults.contents(out) == scratch(raw, tmp_path / "scratch"), said


def test_an_archive_that_changed_is_read_again(raw, out, tmp_path):
    for text in ("收到行政复议申请86件。", "收到行政复议申请87件。"):
        (tmp_path / "inner").mkdir(exist_ok=True)
        (tmp_path / "inner" / "a.txt").write_text(f"临平区2023年{text}", "utf-8")
        shutil.make_archive(str(raw / "all"), "zip", tmp_path / "inner")
        fz.build(raw, out)
        assert text[-4:-1] in "".join(fz.load(out).mentions.filter(doc="all.zip/a.txt")["quote"])
    assert faults.contents(out) == scratch(raw, tmp_path / "scratch")


def test_what_was_lost_is_tried_again(raw, out, monkeypatch):
    from analysis.pool import Lost

    monkeypatch.setattr(table, "read_all", lambda paths, *_: [Lost("crash", "It crashed.") for _ in paths])
    assert {failure.reason for failure in fz.build(raw, out).failures} == {"crash"}
    monkeypatch.undo()
    assert fz.build(raw, out).failures == ()


# --- The file of the store -----------------------------------------------------------------------


def spoil(path, kind):
    if kind == "cut":
        path.write_bytes(path.read_bytes()[:3000])
    elif kind == "rubbish":
        path.write_bytes(b"no store at all" * 1000)
    elif kind == "foreign":
        path.unlink()
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE entries (name TEXT)")
    else:
        with sqlite3.connect(path) as store:
            store.execute(
                {
                    "value": "UPDATE entries SET value = (SELECT value FROM entries ORDER BY name DESC LIMIT 1)",
                    "type": "UPDATE entries SET value = 1",
                    "version": "UPDATE version SET version = 'older'",
                }[kind]
            )


@pytest.mark.parametrize("kind", ["cut", "rubbish", "foreign", "value", "type", "version"])
def test_a_store_that_is_not_ours_or_not_whole_is_thrown_away_with_a_word(raw, out, kind, read):
    fz.build(raw, out)
    before = faults.contents(out)
    read.clear()
    spoil(out / ".store" / "read.sqlite", kind)
    summary = fz.build(raw, out)
    assert "all is read anew" in summary.note
    assert len(read) == 6
    assert faults.contents(out) == before
    assert fz.build(raw, out).note == ""


def test_entries_outlive_a_kill(tmp_path):
    store = Store(tmp_path / "store", "1")
    store.put(b"a", b"content", b"value")
    store.save()
    store.put(b"b", b"content", b"value")  # never saved
    again = Store(tmp_path / "store", "1")
    assert (again.holds(b"a", b"content"), again.get(b"a"), again.holds(b"b", b"content")) == (True, b"value", False)
    store.close()
    again.close()


def test_a_store_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "store").mkdir()
    with pytest.raises(OSError, match="store"):
        Store(tmp_path / "store", "1")


# --- Runs that break off -------------------------------------------------------------------------


def test_a_run_that_is_stopped_ends_with_130_and_the_next_goes_on(tmp_path, out):
    raw = faults.folder(tmp_path / "raw", 1500)
    process = subprocess.Popen(
        faults.command(raw, out, "--processes", "1"), stderr=subprocess.PIPE, env=faults.environment(), text=True
    )
    wal = out / ".store" / "read.sqlite-wal"
    while process.poll() is None and not (wal.exists() and wal.stat().st_size > 100_000):
        time.sleep(0.02)
    below = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1]
    assert process.returncode == 130
    assert "stopped" in said
    assert "Traceback" not in said
    assert psutil.wait_procs(below, timeout=5)[1] == []
    assert faults.contents(out) == {}
    with sqlite3.connect(out / ".store" / "read.sqlite") as store:
        assert store.execute("SELECT count(*) FROM entries").fetchone()[0] >= 200
    assert faults.run(faults.command(raw, out)).returncode == 0
    assert faults.contents(out) == scratch(raw, tmp_path / "scratch")


@pytest.mark.parametrize("seconds", [0.5, 1.0, 1.5])
def test_a_killed_run_leaves_the_former_set_and_no_orphan(raw, out, tmp_path, seconds):
    fz.build(raw, out)
    former = faults.contents(out)
    faults.folder(raw, 300, seed=2)
    new = scratch(raw, tmp_path / "scratch")
    assert faults.killed(faults.command(raw, out), seconds) == []
    fz.load(out)  # ends what was begun
    assert faults.contents(out) in (former, new)
    assert faults.run(faults.command(raw, out)).returncode == 0
    assert faults.contents(out) == new
    assert sorted(path.name for path in out.glob(".*")) == [".lock", ".store"]


@pytest.mark.parametrize(
    "surroundings",
    [
        {"PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8"},
        {"PYTHONHASHSEED": "8", "TZ": "America/New_York", "LC_ALL": "C", "POLARS_MAX_THREADS": "1"},
    ],
)
def test_the_same_bytes_whatever_the_surroundings(raw, out, tmp_path, surroundings):
    ended = faults.run(faults.command(raw, out, "--processes", "2"), **surroundings)
    assert ended.returncode == 0, ended.stderr
    assert faults.contents(out) == scratch(raw, tmp_path / "scratch")
