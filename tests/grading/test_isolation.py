"""Whatever one submission does to its worker, all others are graded as if it were not there."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from grading_support import RIGHT, class_of, small_problem, unable, wild

from backpropcli.grading.run import Plan, grade

PLAN = Plan(jobs=2, seconds=1.0, memory=256, factory=wild)


def graded(folder, problem, plan=PLAN):
    with grade(folder, problem, plan=plan) as grades:
        return {one.student: one for one in grades}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("crash", "SIGSEGV"),
        ("leave", "the code 7"),
        ("sleep", "more than 1 seconds"),
        ("deaf", "more than 1 seconds"),
        ("bomb", "more than 256 MiB"),
        ("fault", "internal error: ZeroDivisionError: a fault of ours"),
    ],
)
def test_one_bad_submission_is_one_line_and_the_rest_is_graded(tmp_path, name, why):
    names = ("a", "b", f"m-{name}", "x", "y", "z")
    folder = class_of(tmp_path / "class", **dict.fromkeys(names, RIGHT))
    found = graded(folder, small_problem(tmp_path))
    bad = found.pop(f"m-{name}")
    assert (bad.status, bad.score, bad.file) == ("error", 0.0, f"m-{name}.yaml")
    assert why in bad.reason
    assert [(o.status, o.score) for o in found.values()] == [("graded", 4.0)] * 5


def test_what_fails_once_is_tried_again(tmp_path):
    folder = class_of(tmp_path / "class", a=RIGHT, once=RIGHT, z=RIGHT)
    found = graded(folder, small_problem(tmp_path))
    assert {o.status for o in found.values()} == {"graded"}
    assert (folder / "once.yaml.tried").exists()


def test_workers_that_do_not_start_are_an_error_and_no_endless_loop(tmp_path):
    folder = class_of(tmp_path / "class", a=RIGHT)
    with pytest.raises(RuntimeError, match="no judge today"):
        grade(folder, small_problem(tmp_path), plan=Plan(jobs=1, factory=unable))


def test_a_program_without_a_guard_can_grade(tmp_path):
    class_of(tmp_path / "class", a=RIGHT)
    small_problem(tmp_path)
    script = tmp_path / "script.py"
    script.write_text(
        "from backpropcli import grade\n"
        "for one in grade('class', 'square.yaml'):\n"
        "    print(one.student, one.score)\n"
    )
    for arguments, text in (([str(script)], ""), (["-"], script.read_text())):
        ran = subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path, input=text, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        assert ran.stdout == "a 4.0\n"


def test_a_run_that_is_killed_and_resumed_writes_the_same_bytes(tmp_path):
    problem = small_problem(tmp_path)
    wrong = RIGHT.replace("4, dL/dw: 6", "2, dL/dw: 3")
    texts = {f"slow{n:02d}": (RIGHT, wrong, "answers: [")[n % 3] for n in range(12)}
    folder = class_of(tmp_path / "class", **texts)
    (tmp_path / "driver.py").write_text(DRIVER)
    whole, parts = tmp_path / "whole.csv", tmp_path / "parts.csv"
    command = [sys.executable, "driver.py", str(folder), str(problem)]
    assert driven([*command, str(whole)], tmp_path).wait(60) == 0
    for stop in (signal.SIGKILL, signal.SIGINT):
        running = driven([*command, str(parts)], tmp_path)
        wait_for_lines(Path(f"{parts}.journal"), 3 if stop == signal.SIGKILL else 6)
        running.send_signal(stop)
        assert running.wait(30) != 0
        assert not parts.exists()
    with open(f"{parts}.journal", "ab") as journal:
        journal.write(b'["slow11.yaml",1')  # a line that was cut off
    assert driven([*command, str(parts)], tmp_path).wait(60) == 0
    assert parts.read_bytes() == whole.read_bytes()
    assert parts.read_text().count('"graded"') == 8
    assert not Path(f"{parts}.journal").exists()


DRIVER = """
import sys
from grading_support import wild
import backpropcli.grading.run as run
from backpropcli.cli.main import run as command
run.Plan.__new__.__defaults__ = (*run.Plan.__new__.__defaults__[:-1], wild)
folder, problem, output = sys.argv[1:]
sys.exit(command(["grade", folder, "-p", problem, "-o", output, "--resume", "--jobs", "2"]))
"""


def driven(command, folder):
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for_lines(path, count):
    end = time.monotonic() + 30
    while not path.exists() or path.read_bytes().count(b"\n") < count:
        assert time.monotonic() < end, "nothing was noted down"
        time.sleep(0.02)
