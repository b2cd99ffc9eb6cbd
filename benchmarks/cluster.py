"""Print how long a class takes on a Dask cluster, against the processes of this machine.

``make bench-cluster``: both have the same number of workers, and the cluster is on this machine
too, so that the ratio is what Dask costs. That both find the same is compared here as well.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from students import PROBLEM, write_class
from timing import Row

from backpropcli.grading.run import Plan, grade

ROUNDS = 3
WORKERS = 2


def rows(sizes: tuple[int, ...] = (500, 2_000)) -> Iterator[Row]:
    """A row for each size of the class, the sides in turns."""
    from distributed import LocalCluster

    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None) as cluster,
    ):
        plans = {
            "pool": Plan(jobs=WORKERS),
            "cluster": Plan(cluster=cluster.scheduler_address),
        }
        for size in sizes:
            where = Path(folder) / str(size)
            where.mkdir()
            write_class(where, size)
            times = _times(where, plans)
            yield Row(f"{size:,} submissions", times["cluster"], "the pool", times["pool"])


def _times(where: Path, plans: dict[str, Plan]) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in plans}
    found: set[float] = set()
    for _ in range(ROUNDS):
        for name, plan in plans.items():
            start = perf_counter()
            with grade(where, PROBLEM, plan=plan) as grades:
                times[name].append(perf_counter() - start)
                found.add(sum(one.score for one in grades))
    if len(found) != 1:
        raise SystemExit(f"the results differ: {sorted(found)}")
    return {name: median(taken) for name, taken in times.items()}


if __name__ == "__main__":
    print(f"{WORKERS} workers on {os.cpu_count()} cores, medians of {ROUNDS} runs in turns")
    for row in rows():
        print(row, flush=True)
