"""Print how fast backprop is, as ratios measured side by side in one run: ``make bench``.

Nothing is asserted: a busy machine may make any single figure worse.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter

ENVIRONMENT = dict(os.environ)
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # in this process; the command does the same
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import chain  # noqa: E402
import grading  # noqa: E402
import lenet  # noqa: E402
import nets  # noqa: E402
import numpy  # noqa: E402
import reading  # noqa: E402
import startup  # noqa: E402
from timing import Row, line  # noqa: E402

SECTIONS: tuple[tuple[str, Callable[[], Iterable[Row | str]]], ...] = (
    ("Start-up, whole processes", lambda: startup.rows(ENVIRONMENT)),
    ("Forward and backward pass, equations built once", nets.rows),
    ("Convolution", lenet.rows),
    ("Long chains, time for each node", chain.rows),
    ("Reading a file", reading.rows),
    ("Grading a class, each submission", grading.rows),
)


def main() -> None:
    """Measure and print one section after the other."""
    started = perf_counter()
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"Python {version}, NumPy {numpy.__version__}, {_torch()}, {os.cpu_count()} cores")
    print("Medians of runs in turns. A goal is the largest ratio wanted; ! is above it.")
    print()
    print(line(("", "ours", "against", "theirs", "ratio", "goal")))
    for title, rows in SECTIONS:
        print(f"{title}:")
        for row in rows():
            print(row, flush=True)
    print(f"\n{perf_counter() - started:.0f} s")


def _torch() -> str:
    try:
        import torch
    except ImportError:
        return "no torch"
    return f"torch {torch.__version__}"


if __name__ == "__main__":
    main()
