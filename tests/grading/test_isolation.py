"""Whatever one submission does to its worker, all others are graded as if it were not there."""

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from grading_support import RIGHT, class_of, small_problem, unable, wild

from backpropcli.grading.run import Plan, grade

# The package that is tested here, whichever is installed.
PATHS = os.pathsep.join(str(Path(__file__).parents[up]) for up in (0, 2))
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


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are not told here")
@pytest.mark.parametrize(("threads", "found"), [(1, "copied"), (2, "new")])
def test_only_a_process_with_one_thread_is_copied(tmp_path, threads, found):
    (tmp_path / "script.py").write_text(COPIED)
    ran = subprocess.run(
        [sys.executable, "script.py", str(threads)],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
        env={**os.environ, "PYTHONPATH": PATHS},
    )  # fmt: skip
    assert ran.stdout == f"{found}\n"


COPIED = """
import os, sys, threading
os.environ["OPENBLAS_NUM_THREADS"] = "1"
from pathlib import Path
from grading_support import RIGHT, class_of, small_problem, wild
from backpropcli.grading import run
threading.Thread(target=threading.Event().wait, daemon=True).start() if sys.argv[1] == "2" else None
made = []
def marked(setup):
    made.append(os.getpid())
    return wild(setup)
run.judge = marked
folder = class_of(Path("class"), a=RIGHT, b=RIGHT)
try:
    with run.grade(folder, small_problem(Path()), plan=run.Plan(jobs=2, factory=marked)) as grades:
        print("copied" if [one.score for one in grades] == [4, 4] and len(made) == 1 else "?")
except Exception:  # a new process cannot find what stands in this script
    print("new")
"""


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


@pytest.mark.parametrize("seed", [1, 2])
def test_a_run_that_is_killed_at_random_moments_writes_the_same_bytes(tmp_path, seed):
    problem = small_problem(tmp_path)
    texts = {f"slow{n:02d}": (RIGHT, "answers: {z: 7}\n", "answers: [")[n % 3] for n in range(12)}
    folder = class_of(tmp_path / "class", **texts)
    (tmp_path / "driver.py").write_text(DRIVER)
    outputs = {}
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
        outputs[name] = [tmp_path / name / file for file in ("g.csv", "all.json", "sum.json")]
    command = [sys.executable, "driver.py", str(folder), str(problem)]
    extra = {
        name: ["--report", f"json={files[1]}", "--summary", f"json={files[2]}"]
        for name, files in outputs.items()
    }
    whole = driven([*command, str(outputs["whole"][0]), *extra["whole"]], tmp_path)
    assert whole.wait(60) == 0
    chance = random.Random(seed)
    for _ in range(5):
        running = driven([*command, str(outputs["parts"][0]), *extra["parts"]], tmp_path)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(chance.uniform(0.2, 2.5))
        children = descendants(running.pid)
        running.kill()
        running.wait(30)
        wait_until(lambda: not any(map(alive, children)))  # noqa: B023
    last = driven([*command, str(outputs["parts"][0]), *extra["parts"]], tmp_path)
    assert last.wait(60) == 0
    for one, other in zip(*outputs.values(), strict=True):
        assert one.read_bytes() == other.read_bytes()
    # No journal is left; a hidden file may be, if the kill came while an output was written.
    left = {path.name for path in (tmp_path / "parts").iterdir() if path.name[0] != "."}
    assert left == {path.name for path in outputs["parts"]}


def descendants(pid):
    """The processes that a process has started, where the system tells."""
    try:
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    except OSError:
        return []


def alive(pid):
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_an_interrupt_says_how_to_go_on(tmp_path):
    folder = class_of(tmp_path / "class", **{f"slow{n:02d}": RIGHT for n in range(12)})
    (tmp_path / "driver.py").write_text(DRIVER)
    output = tmp_path / "g.csv"
    command = [sys.executable, "driver.py", str(folder), str(small_problem(tmp_path)), str(output)]
    running = driven(command, tmp_path, stderr=subprocess.PIPE)
    wait_for_lines(Path(f"{output}.journal"), 3)
    running.send_signal(signal.SIGINT)
    told = running.communicate(timeout=30)[1].decode()
    assert running.returncode == 130
    assert re.search(r"^\d+ of 12 files are judged; --resume goes on from there\n", told)
    assert "Traceback" not in told


DRIVER = """
import os
import sys
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # one thread, so that workers are copies of this process
from grading_support import wild
import backpropcli.grading.run as run
from backpropcli.cli.main import run as command
run.judge = wild
run.Plan.__new__.__defaults__ = (*run.Plan.__new__.__defaults__[:-1], wild)
folder, problem, output, *more = sys.argv[1:]
resumed = ["-o", output, "--resume", "--jobs", "2", *more]
sys.exit(command(["grade", folder, "-p", problem, *resumed]))
"""


def driven(command, folder, stderr=subprocess.DEVNULL):
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": PATHS},
        stdout=subprocess.DEVNULL,
        stderr=stderr,
    )


def wait_for_lines(path, count):
    wait_until(lambda: path.exists() and path.read_bytes().count(b"\n") >= count)


def wait_until(true):
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "nothing has happened"
        time.sleep(0.02)
