"""Whole processes: the command against ``python -c "import numpy"``."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from timing import Row, in_turns

ROOT = Path(__file__).resolve().parents[1]
PROBLEM = ROOT / "problems" / "three-layer-relu.yaml"
ROUNDS = 15
GOALS = {
    "--version": 0.65,
    "--help": 0.65,
    "solve -f plain three-layer": 1.45,
    "solve -f table three-layer": 1.85,
}
NUMPY, ONE_THREAD = "import numpy", "same, one thread"
INLINE = """\
inputs: {x: [2, 1], y: 1.5}
weights:
  W1: [[0, 1], [1, 1], [1, 0]]
  b1: [-2, -1, 1]
  W2: [[0, 1, 2], [1, 1, 1], [2, -1, -1]]
  b2: [1, 1, 1]
  W3: [-1, 1, -2]
network:
  z1: W1 @ x + b1
  h1: relu(z1)
  z2: W2 @ h1 + b2
  yhat: W3 @ z2
loss: (y - yhat)**2 / 2
"""


def rows(environment: Mapping[str, str]) -> Iterator[Row]:
    """Start-up in the environment that the benchmark was started in."""
    with tempfile.TemporaryDirectory() as folder:
        problem = PROBLEM
        if not problem.exists():
            problem = Path(folder) / "three-layer.yaml"
            problem.write_text(INLINE)
        # As after an installation: what is imported has been compiled before.
        own = {**environment, "PYTHONPYCACHEPREFIX": folder, "PYTHONPATH": str(ROOT)}
        own.pop("PYTHONDONTWRITEBYTECODE", None)
        numpy = [sys.executable, "-c", "import numpy"]
        actions: dict[str, Callable[[], object]] = {
            NUMPY: partial(_run, numpy, own),
            ONE_THREAD: partial(_run, numpy, {**own, "OPENBLAS_NUM_THREADS": "1"}),
        }
        for call in GOALS:
            words = call.replace("three-layer", str(problem)).split(" ", 3)
            actions[call] = partial(_run, [*_command(), *words], own)
        times = in_turns(actions, ROUNDS)
    for call, goal in GOALS.items():
        yield Row(call, times[call], NUMPY, times[NUMPY], goal)
        yield Row("", times[call], ONE_THREAD, times[ONE_THREAD])


def _command() -> list[str]:
    installed = Path(sys.executable).with_name("backprop")
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "backpropcli"]


def _run(words: list[str], environment: Mapping[str, str]) -> None:
    subprocess.run(words, env=environment, stdout=subprocess.DEVNULL, check=True)
