"""Running the command in this process, and as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from backpropcli.cli.main import run as _run

PROBLEMS = Path(__file__).parents[2] / "problems"
RELU = str(PROBLEMS / "three-layer-relu.yaml")
LOSS = str(PROBLEMS / "loss-only.yaml")
FORMATS = ("table", "plain", "json", "markdown", "latex")

SMALL = """\
title: A square
inputs: {x: 1.5}
weights: {w: 2}
network:
  z: w*x
loss: (z - 1)**2
"""


class Ran(NamedTuple):
    code: int
    out: str
    err: str


def run(capsys, *arguments):
    """The command in this process."""
    code = _run([str(a) for a in arguments])
    captured = capsys.readouterr()
    return Ran(code, captured.out, captured.err)


def environment(**more):
    """A plain environment: what the machine of the tests has set does not count."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "TMPDIR", "SYSTEMROOT")}
    return {**kept, "PYTHONWARNINGS": "error", "LANG": "C.UTF-8", **more}


def process(*arguments, stdin=b"", **more):
    """The command as a process; stdout and stderr are bytes."""
    return subprocess.run(
        [sys.executable, "-m", "backpropcli", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        env=environment(**more),
        timeout=20,
        check=False,
    )


# z = 2*1.5 = 3, L = (3 - 1)**2 = 4, dL/dz = 2*2 = 4, dL/dw = 4*1.5 = 6
SQUARE = """\
inputs: {x: 1.5}
weights: {w: 2}
network:
  z: w*x
loss: (z - 1)**2
find: {z: 1, L: 1, dL/dz: 1, dL/dw: 1}
"""
RIGHT = "answers: {z: 3, L: 4, dL/dz: 4, dL/dw: 6}\n"


def class_of_three(folder, bob):
    """A small problem and a class: Ann is right, Cyd cannot be read."""
    (folder / "square.yaml").write_text(SQUARE)
    (folder / "class").mkdir()
    for name, text in (("ann", RIGHT), ("bob", bob), ("cyd", "answers: [\n")):
        (folder / "class" / f"{name}.yaml").write_text(text)
    return folder
