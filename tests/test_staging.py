"""A file or a set of tables is whole or not there, wherever the writing breaks off."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time

import faults
import pytest

import analysis as fz
from analysis import staging
from analysis.staging import alone, put, settle, staged, steadily, whole, write_manifest

# Publishes a set in argv[1], with a text, and kills itself at the n-th call that changes a name or flushes a file.
PUBLISH = """
import os, sys
from pathlib import Path
from analysis import staging as p
out, word, last = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
calls = 0
def deadly(real):
    def call(*args, **named):
        global calls
        if calls == last: os.kill(os.getpid(), 9)
        calls += 1
        return real(*args, **named)
    return call
for name in ("replace", "rename", "fsync", "rmdir", "unlink", "mkdir"):
    setattr(os, name, deadly(getattr(os, name)))
with p.alone(out), p.staged(out) as stage:
    for name in ("a.csv", "a.parquet", "b.csv"):
        (stage / name).write_text(word)
    (stage / "text").mkdir()
    (stage / "text" / word).write_text(word)
    p.write_manifest(stage, {"word": word})
"""


def publish(out, word, last=-1):
    out.mkdir(exist_ok=True)
    return faults.run([sys.executable, "-c", PUBLISH, str(out), word, str(last)]).returncode


def test_wherever_a_publication_is_killed_there_is_the_old_set_or_the_new_one(tmp_path):
    sets = {}
    for word in ("old", "new"):
        assert publish(tmp_path / word, word) == 0
        sets[word] = faults.contents(tmp_path / word)
    out, found = tmp_path / "out", []
    for last in range(100):
        for path in (out / ".publishing", *out.glob(".build-*")):  # the next one must do without our help
            assert not path.exists() or found
        assert publish(out, "old") == 0
        if publish(out, "new", last) == 0:
            break
        settle(out)
        found.append(next(word for word, contents in sets.items() if contents == faults.contents(out)))
    assert last > 10
    assert set(found) == {"old", "new"}
    assert found == sorted(found, reverse=True)  # the old one up to some moment, from then on the new one


def test_whoever_loads_ends_a_publication_first(tmp_path):
    raw, out = faults.folder(tmp_path / "raw", 3), tmp_path / "out"
    fz.build(raw, out)
    before = fz.load(out).documents.height
    pending = tmp_path / "pending"
    fz.build(faults.folder(tmp_path / "raw", 5), pending)
    pending.rename(out / ".publishing")
    assert (before, fz.load(out).documents.height) == (3, 5)
    assert not (out / ".publishing").exists()


def test_tables_that_are_not_there_yet_but_pending_are_found(tmp_path):
    out = tmp_path / "out"
    fz.build(faults.folder(tmp_path / "raw", 3), tmp_path / "pending")
    out.mkdir()
    (tmp_path / "pending").rename(out / ".publishing")
    assert fz.load(out).documents.height == 3


def test_who_reads_while_a_set_is_published_reads_again(tmp_path):
    publish(tmp_path, "old")
    seen = []

    def read():
        seen.append((tmp_path / "a.csv").read_text())
        if len(seen) == 1:
            publish(tmp_path, "new")
        return seen[-1], (tmp_path / "b.csv").read_text()

    assert steadily(tmp_path, read) == ("new", "new")
    assert seen == ["old", "new"]


def test_two_runs_at_once_are_refused_by_name(tmp_path):
    raw, out = faults.folder(tmp_path / "raw", 3), tmp_path / "out"
    out.mkdir()
    with alone(out):
        ended = faults.run(faults.command(raw, out))
    assert ended.returncode == 2
    assert f"another run is writing to {out}" in ended.stderr
    assert faults.run(faults.command(raw, out)).returncode == 0


def test_readers_wait_for_a_publication_under_way(tmp_path):
    publish(tmp_path, "old")
    (tmp_path / ".publishing").mkdir()
    (tmp_path / ".publishing" / "a.csv").write_text("new")
    holding, let_go = threading.Event(), threading.Event()

    def hold():
        with alone(tmp_path):
            holding.set()
            let_go.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait()
    threading.Timer(0.2, let_go.set).start()
    assert steadily(tmp_path, (tmp_path / "a.csv").read_text) == "new"
    thread.join()


# --- Writing that fails --------------------------------------------------------------------------


@pytest.mark.parametrize("most", [0, 5_000, 40_000])
def test_a_full_disk_is_said_and_leaves_the_former_set(tmp_path, most):
    raw, out = faults.folder(tmp_path / "raw", 60), tmp_path / "out"
    fz.build(faults.folder(tmp_path / "first", 3), out)
    former = faults.contents(out)
    ended = subprocess.run(
        faults.command(raw, out),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
        capture_output=True,
        text=True,
        check=False,
        env=faults.environment(),
    )
    assert ended.returncode == 2, ended.stderr
    assert "nothing done:" in ended.stderr
    assert str(out) in ended.stderr
    assert "Traceback" not in ended.stderr
    assert faults.contents(out) == former
    assert faults.run(faults.command(raw, out)).returncode == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    raw, out = faults.folder(tmp_path / "raw", 3), tmp_path / "out"
    out.mkdir(mode=0o500)
    ended = faults.run(faults.command(raw, out))
    assert ended.returncode == 2
    assert str(out) in ended.stderr


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    raw, out = faults.folder(tmp_path / "raw", 3), tmp_path / "out"
    out.write_text("mine")
    ended = faults.run(faults.command(raw, out))
    assert ended.returncode == 2
    assert str(out) in ended.stderr
    assert "Traceback" not in ended.stderr


def write_half(path):
    with whole(path) as part:
        part.write_bytes(b"sec")
        raise OSError(28, "full")


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "folder" / "page.html"
    put(path, b"first")
    with pytest.raises(OSError, match=r"full.*page\.html"):
        write_half(path)
    assert path.read_bytes() == b"first"
    assert [each.name for each in path.parent.iterdir()] == ["page.html"]


def test_a_file_that_is_the_same_is_left_alone(tmp_path):
    put(tmp_path / "a", b"same")
    before = (tmp_path / "a").stat()
    put(tmp_path / "a", b"same")
    assert (tmp_path / "a").stat().st_ino == before.st_ino


def test_an_error_names_the_file(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError, match=r"'.*/a'"):
        put(tmp_path / "a", b"content")


def test_the_manifest_knows_every_table(tmp_path):
    import hashlib
    import json

    out = tmp_path / "out"
    fz.build(faults.folder(tmp_path / "raw", 6), out)
    manifest = json.loads((out / staging.MANIFEST).read_text("utf-8"))
    found = {name: (entry["bytes"], entry["sha256"]) for name, entry in manifest["tables"].items()}
    tables = [path for path in out.iterdir() if path.is_file() and path.name not in (staging.MANIFEST, ".lock")]
    assert found == {path.name: (path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()) for path in tables}
    assert manifest["texts"] == len(list((out / "text").iterdir()))
    assert {"reader", "catalogue"} <= manifest.keys()


def begin_and_stop(out):
    with alone(out), staged(out) as stage:
        (stage / "a.csv").write_text("half")
        write_manifest(stage, {})
        raise KeyboardInterrupt


def test_a_set_that_is_not_finished_is_not_published(tmp_path):
    publish(tmp_path, "old")
    before = faults.contents(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        begin_and_stop(tmp_path)
    assert faults.contents(tmp_path) == before


# --- A writer that stands still ------------------------------------------------------------------


def test_a_writer_that_stands_still_is_an_error_with_the_files_name(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "_STANDSTILL", 0.1)
    path = tmp_path / "a.csv"

    def write():
        path.write_text("甲")
        threading.Event().wait()

    with pytest.raises(OSError, match=r"a\.csv: nothing more could be written"):
        staging.unstuck(write, path)


def test_a_writer_that_takes_its_time_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "_STANDSTILL", 0.2)
    path = tmp_path / "a.csv"

    def write():
        with path.open("w") as file:
            for _ in range(10):
                file.write("甲")
                file.flush()
                time.sleep(0.05)

    staging.unstuck(write, path)
    assert path.read_text() == "甲" * 10


@pytest.mark.parametrize(
    "raised", [OSError("no space"), OSError(28, "no space"), ValueError("no space"), SystemExit("no space")]
)
def test_whatever_a_writer_raises_is_an_error_with_the_files_name(tmp_path, raised):
    def write():
        raise raised

    with pytest.raises(OSError, match="no space") as caught:
        staging.unstuck(write, tmp_path / "a.csv")
    assert "a.csv" in str(caught.value)
