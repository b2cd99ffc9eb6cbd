"""A course and a student's repository in a folder, and the steps of a recipe run there."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
CI = ROOT / "ci"
PROBLEM = """\
title: A square
inputs: {x: 1.5}
weights: {w: 2}
network:
  z: w*x
loss: (z - 1)**2
find: {z: 1, L: 1, dL/dz: 1, dL/dw: 1}
"""
# z = 2*1.5 = 3, L = (3 - 1)**2 = 4, dL/dz = 2*2 = 4, dL/dw = 4*1.5 = 6
RIGHT = "answers: {z: 3, L: 4, dL/dz: 4, dL/dw: 6}\n"
WRONG = "answers:\n  z: 3\n  L: 4\n  dL/dz: 2\n  dL/dw: 3\n"  # the 2 of the square is lost: 3 of 4
BROKEN = "answers: [\n"
WHEEL = "backpropcli-0.1.0-py3-none-any.whl"


class Ran(NamedTuple):
    code: int
    out: str
    err: str


def executable(path, text):
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def tools(folder, **scripts):
    """A folder for PATH with the real ``backprop`` and stand-ins for what a machine here lacks."""
    folder.mkdir(exist_ok=True)
    executable(folder / "backprop", f'#!/bin/sh\nexec "{sys.executable}" -m backpropcli "$@"\n')
    for name, text in scripts.items():
        executable(folder / name, f"#!/bin/sh\n{text}\n")
    return folder


# ``python -m pip`` notes what it is asked for, and that the wheel is there.
PYTHON = f"""\
if [ "$1 $2" = "-m pip" ]; then
  for last; do :; done
  [ -f "$last" ] || {{ echo "no file $last" >&2; exit 1; }}
  echo "$@" >> "$ASKED"; exit 0
fi
exec "{sys.executable}" "$@"
"""


def course(folder):
    """The course's own repository, as the recipes have it."""
    (folder / "wheels").mkdir(parents=True)
    (folder / "wheels" / WHEEL).touch()
    (folder / "hw1").mkdir()
    (folder / "hw1" / "problem.yaml").write_text(PROBLEM)
    return folder


def environment(path, **more):
    kept = {k: v for k, v in os.environ.items() if k in ("HOME", "TMPDIR", "PYTHONPATH")}
    there = os.pathsep.join([str(path), os.environ["PATH"]])
    return {**kept, "PATH": there, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **more}


def shell(command, folder, env):
    """A step as GitHub runs it: bash that ends at the first failure."""
    ran = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", command],
        cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def copied(source, target):
    shutil.copytree(source, target)
    return target
