"""Grading a class: the whole command, from the folder to the gradebook.

``python benchmarks/grading.py --submissions 20000 --large 50000`` measures the full size. The
classes are made by ``students.py``. The time on one core is the CPU time of the command and of
all its processes, held on one core; the parse beside it is held there too, in turns. The run on
a Dask cluster against the processes of one machine is ``cluster.py``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from statistics import median
from typing import NamedTuple

from students import PROBLEM, write_class
from timing import ROOT, Row, installed, line

SAMPLE = 3  # submissions that are judged by pytest, a process each
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
# Parses all files and prints the CPU time for that: nothing else is done with them.
PARSE = """\
import glob, sys, time, yaml
names = sorted(glob.glob(sys.argv[1] + "/*.yaml"))
start = time.process_time()
for name in names:
    with open(name, "rb") as file:
        yaml.load(file.read(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
print(time.process_time() - start)
"""
PYTEST = """\
import yaml
KEY = {"z1": [-1, 2, 3], "h1": [0, 2, 3], "z2": [9, 6, -4], "yhat": 5, "L": 6.125}
def test_answers():
    with open("answers.yaml") as file:
        found = yaml.safe_load(file)["answers"]
    assert {name: found.get(name) for name in KEY} == KEY
"""


class Ran(NamedTuple):
    """A run of the command: seconds of CPU and of the clock, peak memory in MB."""

    cpu: float
    wall: float
    parent: float
    worker: float


def rows(submissions: int = 2000, large: int = 0) -> Iterator[Row | str]:
    """Each row is time per submission."""
    with tempfile.TemporaryDirectory() as folder:
        write_class(Path(folder) / "first", 40)
        graded(Path(folder) / "first")  # what it imports is compiled now
        yield from _on_one_core(Path(folder), submissions)
        yield from _on_two_cores(Path(folder) / "usual", submissions)
        yield from _against_pytest(Path(folder))
        yield from _growth(Path(folder), submissions, large or 4 * submissions)


def _on_one_core(folder: Path, count: int) -> Iterator[Row | str]:
    for kind, size in (("usual", count), ("methods", count), ("different", count // 4)):
        different = write_class(folder / kind, size, kind)
        before = _parse(folder / kind)
        ran = graded(folder / kind, cores=CORES[:1])
        parse = (before + _parse(folder / kind)) / 2
        yield f"  {size} sheets, {kind}: {different} have answers that no other one has"
        yield Row("grade, one core", ran.cpu / size, "yaml CSafeLoader", parse / size, 1.0)


def _on_two_cores(folder: Path, count: int) -> Iterator[Row | str]:
    if len(CORES) < 2:
        yield "  one core only: nothing to share the work with"
        return
    one, two = (graded(folder, cores=CORES[:n], jobs=n) for n in (1, 2))
    yield Row("two workers, two cores", two.wall / count, "one, one core", one.wall / count, 0.59)


def _against_pytest(folder: Path) -> Iterator[Row]:
    few = folder / "few"
    write_class(few, 50)
    (folder / "test_answers.py").write_text(PYTEST)
    times = []
    for name in sorted(few.glob("*.yaml"))[:SAMPLE]:
        shutil.copy(name, folder / "answers.yaml")
        start = time.perf_counter()
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        subprocess.run([*command, "test_answers.py"], cwd=folder, capture_output=True, check=False)
        times.append(time.perf_counter() - start)
    ran = graded(few, jobs=1)
    yield Row("grade 50, start-up too", ran.wall / 50, "pytest, each one", median(times))


def _growth(folder: Path, small: int, large: int) -> Iterator[Row | str]:
    """Time and memory of a larger class against a smaller one of the same kind."""
    found = {}
    for size in (small, large):
        write_class(folder / str(size), size, seed=2)
        found[size] = graded(folder / str(size), cores=CORES[:1])
    few, many = found[small], found[large]
    yield Row(f"each of {large}", many.cpu / large, f"each of {small}", few.cpu / small, 1.15)
    for size, ran in found.items():
        yield f"  peak of {size}: parent {ran.parent:.0f} MB, worker {ran.worker:.0f} MB"
    grown = (many.parent - few.parent) * 1e6 / (large - small)
    yield f"  the parent grows by {grown:.0f} bytes a submission (goal: 1000)"


def _parse(folder: Path) -> float:
    """Seconds of CPU that the bare parse of the files of a folder takes."""
    ran = subprocess.run(
        _held([sys.executable, "-c", PARSE, str(folder)], CORES[:1]),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(ran.stdout)


def graded(folder: Path, cores: Sequence[int] = (), jobs: int = 1) -> Ran:
    """Grade a class with the command."""
    book = folder.parent / "grades.csv"
    command = [sys.executable, "-m", "backpropcli", "grade", str(folder), "-p", str(PROBLEM)]
    command += ["-o", str(book), "--quiet", "--jobs", str(jobs)]
    start = time.perf_counter()
    process = subprocess.Popen(_held(command, cores), cwd=ROOT, env=installed(_compiled().name))
    peaks: dict[int, float] = {}
    watched = threading.Thread(target=_watch, args=(process.pid, peaks))
    watched.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    watched.join()
    assert process.returncode == 0
    book.unlink()
    parent = peaks.pop(process.pid, 0.0)
    return Ran(usage.ru_utime + usage.ru_stime, wall, parent, max(peaks.values(), default=0.0))


@cache
def _compiled() -> tempfile.TemporaryDirectory[str]:
    """A folder for compiled modules, until this process ends."""
    return tempfile.TemporaryDirectory()


def _held(command: Sequence[str], cores: Sequence[int]) -> list[str]:
    """The command held on some cores, where the system can do that."""
    if not cores:
        return list(command)
    setting = f"os.sched_setaffinity(0, {set(cores)})"
    start = f"import os, sys; {setting}; os.execv(sys.executable, sys.argv[1:])"
    return [sys.executable, "-c", start, *command]


def _watch(parent: int, peaks: dict[int, float]) -> None:
    """Note the peak memory (MB) of a process and of those that it starts, while it lives."""
    while _peak(parent, peaks):
        for child in _children(parent):
            _peak(child, peaks)
        time.sleep(0.05)


def _peak(process: int, peaks: dict[int, float]) -> bool:
    try:
        told = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False
    peak = [told_.split()[1] for told_ in told.splitlines() if told_.startswith("VmHWM:")]
    if peak:
        peaks[process] = int(peak[0]) * 1024 / 1e6
    return bool(peak)


def _children(process: int) -> list[int]:
    try:
        told = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in told.split()]


def main() -> None:
    """Measure one size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=2000)
    parser.add_argument("--large", type=int, default=0, help="the larger class; 4 times as many")
    chosen = parser.parse_args()
    print(line(("", "ours", "against", "theirs", "ratio", "goal")))
    for row in rows(chosen.submissions, chosen.large):
        print(row, flush=True)


if __name__ == "__main__":
    main()
