"""A class in a folder, and judges that crash, hang or take too much memory where a file says so."""

import os
import signal
import time
from pathlib import Path

from backpropcli.grading.judging import Judge

PROBLEMS = Path(__file__).parents[2] / "problems"
RELU = PROBLEMS / "three-layer-relu.yaml"

# z = 2*1.5 = 3, L = (3 - 1)**2 = 4, dL/dz = 2*2 = 4, dL/dw = 4*1.5 = 6
SMALL = """\
title: A square
inputs: {x: 1.5}
weights: {w: 2}
network:
  z: w*x
loss: (z - 1)**2
find: {z: 1, L: 1, dL/dz: 1, dL/dw: 1}
"""
RIGHT = "answers: {z: 3, L: 4, dL/dz: 4, dL/dw: 6}\n"


def small_problem(folder, name="square"):
    path = folder / f"{name}.yaml"
    path.write_text(SMALL)
    return path


def class_of(folder, **texts):
    """A folder with a file for each student."""
    folder.mkdir(parents=True, exist_ok=True)
    for student, text in texts.items():
        (folder / f"{student}.yaml").write_text(text)
    return folder


class Wild(Judge):
    """Does what the name of a file says before it judges it."""

    def __init__(self, setup):
        super().__init__(setup)
        self.quick = None  # every file is judged, whatever was judged before

    def outcomes(self, path):
        once = os.path.join(self.setup.folder, path + ".tried")
        if "once" in path and not os.path.exists(once):
            Path(once).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if "crash" in path:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "leave" in path:
            os._exit(7)
        if "sleep" in path:
            time.sleep(60)
        if "deaf" in path:
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
            time.sleep(60)
        if "bomb" in path:
            held = bytearray()
            while True:
                held += bytes(2**24)
        if "fault" in path:
            raise ZeroDivisionError("a fault of ours")
        if "slow" in path:
            time.sleep(0.3)
        return super().outcomes(path)


def wild(setup):
    made = Wild(setup)
    made.warm()
    return made


def unable(setup):
    raise RuntimeError("no judge today")
