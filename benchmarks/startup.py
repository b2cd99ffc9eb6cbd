"""Whole processes: the command against ``python -c "import numpy"``.

The goals are ratios to that process as it is. On a machine with other work its BLAS threads wait
for a core, and the ratio looks too good; the row below each, against one thread, is steadier.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from timing import ROOT, Row, in_turns, installed

PROBLEM = ROOT / "problems" / "three-layer-relu.yaml"

ROUNDS = 15
GOALS = {
    "--version": 0.65,
    "--help": 0.65,
    "solve -f plain three-layer": 1.45,
    "solve -f table three-layer": 1.85,
    "solve -f table three-layer --symbolic": 5.0,
    "check -f plain all-right": 1.5,
    "check -f plain one-mistake": 1.5,
}
NUMPY, ONE_THREAD = "import numpy", "same, one thread"


def rows(environment: Mapping[str, str]) -> Iterator[Row]:
    """Start-up in the environment that the benchmark was started in."""
    with tempfile.TemporaryDirectory() as folder:
        own = installed(folder, environment)
        numpy = [sys.executable, "-c", "import numpy"]
        actions: dict[str, Callable[[], object]] = {
            NUMPY: partial(_run, numpy, own),
            ONE_THREAD: partial(_run, numpy, {**own, "OPENBLAS_NUM_THREADS": "1"}),
        }
        for call in GOALS:
            words = [str(PROBLEM) if w == "three-layer" else w for w in call.split(" ")]
            if words[0] == "check":
                words = [*words[:-1], _sheet(folder, words[-1]), "-p", str(PROBLEM), "--exit-zero"]
            actions[call] = partial(_run, [*_command(), *words], own)
        times = in_turns(actions, ROUNDS)
    for call, goal in GOALS.items():
        yield Row(call, times[call], NUMPY, times[NUMPY], goal)
        yield Row("", times[call], ONE_THREAD, times[ONE_THREAD])


def _sheet(folder: str, name: str) -> str:
    """An answers file for the three-layer problem; in one of them the 2 of the square is kept."""
    slope = "[63, 42, -28]" if name == "one-mistake" else "[31.5, 21, -14]"
    answers = {"z1": "[-1, 2, 3]", "h1": "[0, 2, 3]", "z2": "[9, 6, -4]", "yhat": "5", "L": "6.125"}
    lines = ["answers:", *(f"  {k}: {v}" for k, v in answers.items())]
    path = Path(folder) / f"{name}.yaml"
    path.write_text("\n".join([*lines, f"  dL/dW3: {slope}"]) + "\n", encoding="utf-8")
    return str(path)


def _command() -> list[str]:
    installed = Path(sys.executable).with_name("backprop")
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "backpropcli"]


def _run(words: list[str], environment: Mapping[str, str]) -> None:
    subprocess.run(words, env=environment, stdout=subprocess.DEVNULL, check=True)
