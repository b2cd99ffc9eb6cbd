"""What the fuzzers begin with: the files of this project, and words that these formats know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from fuzz.nets import PROBLEMS

ROOT = Path(__file__).parents[1]
FOLDERS = ("problems", "tests/broken", "tests/cases")
MOST_BYTES = 4096
ANSWERS = """\
problem: net.yaml
student: s1
answers:
  z1: [-1, 2, 3]
  h1: relu(W1 @ x + b1) = [0, 2, 3]
  yhat: -2*(1.5 - 5)*6 = 42
  dL/dw2: (yhat - y) * h1
  dL/dW1: [[0, 0], [14, 7], [-28, -14]]
  dL/dW1[2,1]: 11.0
  parameters: 12
"""
STEPS = """\
answers: {L: 0.55, w_new: 0.61}
examples:
  - {p: 0.622, "dL/dp": -1.6}
  - {p: 0.22}
steps:
  - {L: 0.55, examples: [{p: 0.62}]}
  - {L: .5}
"""
FORMULAS = """\
answers:
  Z: X W + b
  dL/dZ: (softmax(Z) - Y)/N
  dL/dW: X.T @ dL/dZ
  dL/db: sum(dL/dZ, axis=0) = sum(softmax(X@W + b) - Y, axis=0)/N
"""
IMAGES = """\
answers:
  z1: [[[3.5, -3.5], [3.5, 2.5]]]
  drop1: [7, 0, 7, 5]
  dL/dz1: [[[19, 0], [-19, 38]]]
  dL/dW1: [[[[1, 2], [3, 4]]]]
  operations: 52
"""
TIMES = """answers:
  h[1]: f1*h0 + i1*tanh(0.5) = 0.29
  h[2]: -0.2
  dL/dh[2]: (y2 - d2)*v
  dL/dWh: dL/dh[1]*h0 + dL/dh[2]*h[1]
"""
TRAINED = """steps:
  - {p: 0.5, L: 1.125, delta: 1.5, w_m: 0.12, w_v: 0.2, w_mhat: 0.44, w_vhat: 68, w_new: 0.495}
  - {"dL/dw": (w_new*2 - 3)*2, w_m: 0.9*0.12 + 0.1*(-4) = -0.29}
"""
SHEETS = (ANSWERS, STEPS, FORMULAS, IMAGES, TIMES, TRAINED)
# One in a line, in Python's spelling of escapes.
WORDS = tuple(
    line.encode("latin-1", "backslashreplace").decode("unicode_escape")
    for line in (ROOT / "fuzz/words.txt").read_text("utf-8").splitlines()
)


def texts(target: str) -> Iterator[str]:
    """The seeds of a target."""
    if target in ("reader", "check", "problem"):
        yield from (*SHEETS, *PROBLEMS)
        for folder in FOLDERS:
            for path in sorted((ROOT / folder).rglob("*.yaml")):
                data = path.read_bytes()
                if len(data) <= MOST_BYTES:
                    yield data.decode("utf-8", "replace")
        return
    values = [line for text in (*SHEETS, *PROBLEMS) for line in _values(text)]
    yield from values
    if target == "entries":
        yield "\n".join(values[:8])
        yield "\n".join(values[-8:])


def _values(text: str) -> list[str]:
    return [found[1] for found in re.finditer(r":\s+([^\n]+)", text)]
