"""Faults by the hundred: python benchmarks/stress.py [SHARE [NAME ...]]

Does what tests/test_pool.py, test_store.py and test_staging.py do once, as often as COUNTS says times SHARE (1 by
default, which takes some hours on two cores; 0.02 takes minutes), and prints what was tried and what held. Exit status
1 where anything did not.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import faults  # noqa: E402
import psutil  # noqa: E402

import analysis as fz  # noqa: E402
from analysis import demo  # noqa: E402

Outcome = Iterator[str]  # of each try what did not hold; empty where all did


def rebuilt(raw: Path, out: Path) -> dict[str, bytes]:
    fz.build(raw, out)
    return faults.contents(out)


def scratch(raw: Path, folder: Path) -> dict[str, bytes]:
    shutil.rmtree(folder, ignore_errors=True)
    return rebuilt(raw, folder)


def kills_of_the_run(folder: Path, draw: random.Random, count: int) -> Outcome:
    """Killed at a random moment: the old set or the new one, no orphan, the next run as one from scratch."""
    raw, out = folder / "raw", folder / "out"
    former = rebuilt(faults.folder(raw, 30), out)
    for number in range(count):
        new = scratch(faults.folder(raw, 60, seed=number + 2), folder / "scratch")
        orphans = faults.killed(faults.command(raw, out), draw.uniform(0.2, 2.0))
        fz.load(out)
        fault = f"{len(orphans)} orphans " if orphans else ""
        fault += "" if faults.contents(out) in (former, new) else "neither the old set nor the new one "
        former = rebuilt(raw, out)
        yield fault + ("" if former == new else "the next run differs")


def kills_of_workers(folder: Path, draw: random.Random, count: int) -> Outcome:
    """A worker is killed now and then: the same bytes."""
    raw, out = faults.folder(folder / "raw", 200), folder / "out"
    calm = scratch(raw, folder / "scratch")
    for _ in range(count):
        shutil.rmtree(out, ignore_errors=True)
        process = subprocess.Popen(
            faults.command(raw, out, "--processes", "2"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=faults.environment(),
        )
        while process.poll() is None:
            time.sleep(draw.uniform(0.3, 0.6))
            try:
                below = psutil.Process(process.pid).children(recursive=True)
                draw.choice([each for each in below if each.ppid() != process.pid]).kill()
            except (psutil.NoSuchProcess, IndexError):
                continue
        yield "" if process.returncode == 0 and faults.contents(out) == calm else f"status {process.returncode}"


def poisons(folder: Path, draw: random.Random, count: int) -> Outcome:
    """Poison files at random places among good ones: one failure each, with its reason, the rest the same."""
    script = folder / "poisoned.py"
    script.write_text(faults.POISONED, "utf-8")
    for number in range(count):
        raw = faults.folder(folder / f"raw{number}", 30, seed=number)
        good = scratch(raw, folder / "scratch")
        planted = {f"{draw.randint(0, 30):03}{kind}.txt": kind for kind in draw.sample(sorted(faults.POISONS), 3)}
        for name, kind in planted.items():
            (raw / name).write_text(f"POISON {kind}", "utf-8")
        out = folder / f"out{number}"
        faults.run([sys.executable, str(script), "build", str(raw), "--out", str(out), "--processes", "2"])
        found = dict(fz.load(out).failures.select("doc", "reason").iter_rows())
        wanted = {name: faults.POISONS[kind] for name, kind in planted.items()}
        same = faults.contents(out)["mentions.csv"] == good["mentions.csv"]
        yield "" if found == wanted and same else f"{found} for {wanted}, the rest {'the same' if same else 'differs'}"


def changes(folder: Path, draw: random.Random, count: int) -> Outcome:
    """Files are added, edited, renamed, copied, deleted and spoilt: a run after it as one from scratch."""
    raw, out = faults.folder(folder / "raw", 12), folder / "out"
    fz.build(raw, out)
    for _ in range(count):
        done = [faults.change(raw, draw) for _ in range(draw.randint(1, 6))]
        yield "" if rebuilt(raw, out) == scratch(raw, folder / "scratch") else "; ".join(done)


def failing_calls(folder: Path, draw: random.Random, count: int) -> Outcome:
    """The n-th write, open, rename or flush of a thread fails, in native writers too: no traceback, the old
    set or the new one, the next run as one from scratch."""
    if not shutil.which("strace"):
        return
    raw, out = faults.folder(folder / "raw", 5), folder / "out"
    rebuilt(raw, out)
    sites = {call: call_sites(faults.command(raw, out, "--anew"), out, folder / "calls", call) for call in ERRORS}
    for _ in range(count):
        former = rebuilt(raw, out)
        faults.change(raw, draw)
        call = draw.choice(sorted(call for call in sites if sites[call]))
        first = draw.choice(sites[call])
        inject = ["-e", f"trace={call}", "-e", f"inject={call}:error={ERRORS[call]}:when={first}"]
        ended = faults.run(["strace", "-f", "-qq", "-o", "/dev/null", *inject, *faults.command(raw, out)])
        fz.load(out)
        found, new = faults.contents(out), scratch(raw, folder / "scratch")
        fault = "" if found in (former, new) else "neither the old set nor the new one "
        fault += "a traceback " if "Traceback" in ended.stderr else ""
        fault += "" if rebuilt(raw, out) == new else "the next run differs "
        yield fault and f"{fault}(the {first}. {call}: {ERRORS[call]}, status {ended.returncode})"


ERRORS = {"write": "ENOSPC", "openat": "EACCES", "rename": "EACCES", "fsync": "EIO", "pwrite64": "ENOSPC"}


def call_sites(words: list[str], out: Path, log: Path, call: str) -> list[int]:
    """The places, counted in its thread, of a system call that names or writes something in `out`."""
    faults.run(["strace", "-f", "-qq", "-y", "-o", str(log), "-e", f"trace={call}", *words])
    counts, places = Counter[str](), []
    for line in log.read_text("utf-8", "replace").splitlines():
        thread, _, rest = line.partition(" ")
        if rest.lstrip().startswith(f"{call}("):
            counts[thread] += 1
            if str(out) in rest:
                places.append(counts[thread])
    return places


def surroundings(folder: Path, draw: random.Random, count: int) -> Outcome:
    """Hash seed, time zone, locale, threads and processes: the same bytes."""
    raw, out = faults.folder(folder / "raw", 40), folder / "out"
    calm = scratch(raw, folder / "scratch")
    for _ in range(count):
        shutil.rmtree(out, ignore_errors=True)
        around = {
            "PYTHONHASHSEED": str(draw.randint(0, 10**6)),
            "TZ": draw.choice(["Asia/Shanghai", "America/New_York", "UTC"]),
            "LC_ALL": draw.choice(["C", "C.UTF-8", "POSIX"]),
            "POLARS_MAX_THREADS": draw.choice(["1", "2", "5"]),
        }
        faults.run(faults.command(raw, out, "--processes", draw.choice("12")), **around)
        yield "" if faults.contents(out) == calm else str(around)


def one_change_among_many(folder: Path, draw: random.Random, count: int) -> Outcome:
    """The time of a run after one change among 10,000 reports of an invented province is printed, not judged."""
    demo.write(folder / "demo", 950 if count >= 5 else 95, 9)
    raw, out = folder / "demo" / "reports", folder / "out"
    fz.build(raw, out)
    for _ in range(min(count, 5)):
        path = draw.choice(sorted(path for path in raw.rglob("*") if path.is_file()))
        path.write_bytes(path.read_bytes() + "\n全年收到行政复议申请86件。\n".encode())
        start = time.perf_counter()
        summary = fz.build(raw, out)
        print(f"    one change among {summary.reports:,} reports: {time.perf_counter() - start:.1f} s")
        yield ""


COUNTS = {
    kills_of_the_run: 250,
    kills_of_workers: 250,
    poisons: 100,
    changes: 200,
    failing_calls: 300,
    surroundings: 10,
    one_change_among_many: 5,
}


def main() -> int:
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    failed = 0
    wanted = set(sys.argv[2:])
    for trial, most in COUNTS.items():
        if wanted and trial.__name__ not in wanted:
            continue
        count, start = max(1, round(most * share)), time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            outcomes = list(trial(Path(folder), random.Random(1), count))
        held = outcomes.count("")
        failed += held < len(outcomes)
        print(
            f"{trial.__name__:24} tried {len(outcomes):4}  held {held:4}  {time.perf_counter() - start:6.0f} s",
            flush=True,
        )
        for outcome in filter(None, outcomes):
            print(f"    {outcome}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
