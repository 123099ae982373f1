"""Faults that a build must stand: poison files, kills, changed folders. The tests try each once, the stress test often."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
POISONS = {  # kind -> the reason that stands in failures
    "crash": "crash",
    "abort": "crash",
    "exit": "crash",
    "hang": "timeout",
    "sleep": "timeout",
    "flood": "timeout",
    "recursion": "depth",
    "memory": "memory",
    "blow_up": "memory",
}

# A reader that a file drives mad. Every worker runs this file's head, as it does any script's.
POISONED = """
import ctypes, os, re, sys, time
from analysis import pool, reports

def poison(data):
    kind = data.split()[1]
    if kind == b"crash": ctypes.string_at(0)
    if kind == b"abort": os.abort()
    if kind == b"exit": os._exit(0)
    if kind == b"hang": re.match("(a|a)*b", "a" * 60)
    if kind == b"sleep": time.sleep(1000)
    if kind == b"flood":
        while True: os.write(1, b"flood " * 1000); os.write(2, b"flood " * 1000)
    if kind == b"recursion": poison_again(data)
    if kind == b"memory": bytearray(1 << 40)
    if kind == b"blow_up":
        held = []
        while True: held.append(bytearray(1 << 24))

def poison_again(data): poison_again(data)

reports.FORMATS = (reports.Format("poison", lambda data: data.startswith(b"POISON"), poison), *reports.FORMATS)
pool.SECONDS, pool.MOST_MEMORY = 5, 1 << 28

if __name__ == "__main__":
    from analysis.__main__ import app
    app(sys.argv[1:])
"""


def sentence(draw: random.Random) -> str:
    """A figure or two, in words that the catalogue knows."""
    return draw.choice(
        [
            f"全年收到行政复议申请{draw.randint(2, 900)}件。",
            f"行政机关负责人出庭应诉率{draw.randint(700, 999) / 10}%。",
            f"开展法治宣传活动{draw.randint(2, 90)}场，共调解纠纷{draw.randint(100, 9000)}件。",
        ]
    )


def report(draw: random.Random) -> tuple[str, bytes]:
    """(ending, content) of a report in a random district and year: Markdown, or a page, whose text is kept apart."""
    unit = draw.choice(["浙江省杭州市临平区", "浙江省杭州市西湖区", "江苏省", "上海市"])
    year, text = draw.randint(2015, 2024), "".join(sentence(draw) for _ in range(draw.randint(1, 4)))
    if draw.random() < 0.3:
        page = f"<html><head><title>{unit}{year}年法治政府建设情况报告</title></head><body><p>{text}</p></body></html>"
        return ".html", page.encode()
    return ".md", f"---\nunit: {unit}\nyear: {year}\n---\n# {year}年法治政府建设情况报告\n\n{text}\n".encode()


def folder(raw: Path, count: int, seed: int = 1) -> Path:
    """A folder of so many random reports."""
    draw = random.Random(seed)
    raw.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        ending, content = report(draw)
        (raw / f"{number:03}{ending}").write_bytes(content)
    return raw


def change(raw: Path, draw: random.Random) -> str:
    """Adds, edits, renames, copies, deletes or spoils one file; says what."""
    files = sorted(path for path in raw.rglob("*") if path.is_file())
    kind = draw.choice(["add", "edit", "rename", "copy", "delete", "spoil"]) if len(files) > 2 else "add"
    path, name = draw.choice(files) if files else raw / "first", f"{draw.randint(0, 10**6)}"
    ending, content = report(draw)
    if kind == "add":
        (raw / f"{name}{ending}").write_bytes(content)
    elif kind == "edit":
        path.write_bytes(content)
    elif kind == "rename":
        path.rename(raw / f"{name}{path.suffix}")
    elif kind == "copy":
        (raw / f"{name}{path.suffix}").write_bytes(path.read_bytes())
    elif kind == "delete":
        path.unlink()
    else:
        path.write_bytes(draw.choice([b"", b"\x89PNG\r\n\x1a\n" + bytes(99), b"PK\x03\x04" + bytes(40)]))
    return f"{kind} {path.name}"


def contents(out: Path) -> dict[str, bytes]:
    """Name -> bytes of what a build gives; what it keeps for itself is hidden."""
    names = [path.relative_to(out) for path in sorted(out.rglob("*")) if path.is_file()]
    return {name.as_posix(): (out / name).read_bytes() for name in names if not name.parts[0].startswith(".")}


def command(raw: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "analysis", "build", str(raw), "--out", str(out), *more]


def environment(**more: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)} | more


def run(words: list[str], **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False, env=environment(**more), timeout=300)


def killed(words: list[str], seconds: float) -> list[psutil.Process]:
    """Starts a command, kills it after so many seconds, and gives what of its processes is alive 5 seconds later."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
    time.sleep(seconds)
    below = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.kill()
    process.wait()
    return [each for each in psutil.wait_procs(below, timeout=5)[1] if each.status() != psutil.STATUS_ZOMBIE]
