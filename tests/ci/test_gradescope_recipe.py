"""The autograder for Gradescope: the archive is built, unpacked, set up and run in a folder."""

import json
import os
import stat
import subprocess
import sys
import zipfile

import pytest
from recipe_support import (
    BROKEN,
    CI,
    PROBLEM,
    RIGHT,
    ROOT,
    WHEEL,
    WRONG,
    environment,
    executable,
    tools,
)  # fmt: skip

BUILD = CI / "gradescope" / "build.py"


def built(folder, *more):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "square.yaml").write_text(PROBLEM)
    (folder / WHEEL).write_bytes(b"a wheel")
    command = [sys.executable, str(BUILD), "square.yaml", "--wheel", WHEEL, "-o", "out/a.zip"]
    return subprocess.run(
        [*command, *more], cwd=folder, env=environment(folder), capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture
def autograder(tmp_path):
    """What Gradescope unpacks, with a program where the set-up puts it."""
    assert built(tmp_path / "build", "--reveal", "hint").returncode == 0
    root = tmp_path / "autograder"
    with zipfile.ZipFile(tmp_path / "build" / "out" / "a.zip") as archive:
        archive.extractall(root / "source")
    for name in ("submission", "results"):
        (root / name).mkdir()
    tools(root / "backprop").rename(root / "bin")
    (root / "backprop").mkdir()
    (root / "bin").rename(root / "backprop" / "bin")
    return root


def run(root, **more):
    env = environment(root, AUTOGRADER_ROOT=str(root), **more)
    ran = subprocess.run(
        ["bash", str(root / "source" / "run_autograder")],
        cwd="/", env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    text = (root / "results" / "results.json").read_text()
    result = json.loads(text, parse_constant=lambda name: pytest.fail(name))
    assert isinstance(result["score"], (int, float))
    assert result["output_format"] == "text"  # the default is HTML
    assert result["stdout_visibility"] == "hidden"
    return result


def test_the_archive(tmp_path):
    ran = built(tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    with zipfile.ZipFile(tmp_path / "out" / "a.zip") as archive:
        modes = {one.filename: stat.S_IMODE(one.external_attr >> 16) for one in archive.infolist()}
        texts = {name: archive.read(name).decode() for name in modes}
    assert modes == {
        "setup.sh": 0o755, "run_autograder": 0o755, "settings.sh": 0o644,
        "requirements.txt": 0o644, "square.yaml": 0o644, WHEEL: 0o644,
    }  # fmt: skip
    assert "PROBLEM=square.yaml\nREVEAL=diagnosis\n" in texts["settings.sh"]
    pinned = dict(line.split("==") for line in texts["requirements.txt"].splitlines())
    # what backprop imports, and what that imports, but no tool of development
    assert {"click", "numpy", "pyyaml", "rich", "sympy", "mpmath"} <= set(pinned)
    assert not {"pytest", "mypy", "distributed", "backpropcli"} & set(pinned)
    assert built(tmp_path, "-o", "again.zip").returncode == 0
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "out" / "a.zip").read_bytes()


def test_a_problem_that_cannot_be_graded_is_refused_when_the_archive_is_built(tmp_path):
    built(tmp_path)
    (tmp_path / "bad.yaml").write_text(PROBLEM.replace("w*x", "w*q"))
    (tmp_path / "my problem$(id).yaml").write_text(PROBLEM)
    for name, said in (("bad.yaml", "bad.yaml:5"), ("my problem$(id).yaml", "use letters")):
        ran = subprocess.run(
            [sys.executable, str(BUILD), name, "--wheel", WHEEL],
            cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert ran.returncode == 2
        assert said in ran.stderr
    assert not list(tmp_path.glob("autograder-*"))


def test_the_set_up(autograder, tmp_path):
    """pip and uv are stand-ins that note their calls; all else of the script is real."""
    (autograder / "backprop").rename(autograder / "made")
    python = f"""\
case "$*" in
  "-m pip --version") ;;
  "-m uv venv"*) mv "{autograder}/made" "{autograder}/backprop"; echo "$@" >> "$ASKED" ;;
  *) echo "$@" >> "$ASKED"
     for file; do
       case $file in *.whl|*.txt) [ -f "$file" ] || exit 1 ;; esac
     done ;;
esac"""
    env = environment(
        tools(tmp_path / "bin", python3=python), AUTOGRADER_ROOT=str(autograder),
        ASKED=str(tmp_path / "asked"),
    )  # fmt: skip
    script = str(autograder / "source" / "setup.sh")
    ran = subprocess.run(["bash", script], env=env, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("backprop, version ")
    asked = (tmp_path / "asked").read_text().splitlines()
    version = "{}.{}".format(*sys.version_info)
    assert asked == [
        f"-m pip install --quiet --target {autograder}/uv uv",
        f"-m uv venv --quiet --python {version} {autograder}/backprop",
        f"-m uv pip install --quiet --python {autograder}/backprop/bin/python -r requirements.txt "
        f"./{WHEEL}",
    ]


@pytest.mark.parametrize("name", ["answers.yaml", "My Answers (1).YML", "-p.yaml", "$(id).yaml"])
def test_a_submission_is_judged_under_any_name(autograder, name):
    (autograder / "submission" / name).write_text(WRONG)
    (autograder / "submission" / "notes.txt").write_text("x")
    result = run(autograder)
    assert result["score"] == 3
    assert {test["name"]: test["score"] for test in result["tests"]} == {
        "z": 1, "L": 1, "dL/dz": 0, "dL/dw": 1,
    }  # fmt: skip
    assert "BP" not in json.dumps(result["tests"])  # a hint names no mistake


def test_right_answers_and_answers_that_cannot_be_read(autograder):
    (autograder / "submission" / "answers.yaml").write_text(RIGHT)
    assert run(autograder)["score"] == 4
    (autograder / "submission" / "answers.yaml").write_text(BROKEN)
    result = run(autograder)
    assert result["score"] == 0
    assert "cannot be graded" in result["output"]


def test_answers_yaml_goes_before_other_files(autograder):
    (autograder / "submission" / "other.yaml").write_text(BROKEN)
    (autograder / "submission" / "answers.yaml").write_text(RIGHT)
    assert run(autograder)["score"] == 4


def test_no_file_several_files_or_a_link_are_told(autograder):
    folder = autograder / "submission"
    assert "No file of answers was found" in run(autograder)["output"]
    (folder / "answers.yaml").symlink_to(autograder / "source" / "square.yaml")
    assert "No file of answers was found" in run(autograder)["output"]
    (folder / "a.yaml").write_text(RIGHT)
    (folder / "b.yml").write_text(RIGHT)
    assert "several YAML files" in run(autograder)["output"]


@pytest.mark.parametrize("program", ["exit 1", "kill -9 $$", "echo '{}' > /dev/null"])
def test_a_result_is_written_whatever_the_program_does(autograder, program):
    (autograder / "submission" / "answers.yaml").write_text(RIGHT)
    (autograder / "results" / "results.json").write_text("left from before")
    executable(autograder / "backprop" / "bin" / "backprop", f"#!/bin/sh\n{program}\n")
    result = run(autograder)
    assert result["score"] == 0
    assert "no fault of yours" in result["output"]


def test_the_target_of_make(tmp_path):
    """``make -n`` prints the command without running it."""
    ran = subprocess.run(
        [
            "make", "-n", "--no-print-directory", "autograder",
            "PROBLEM=hw1.yaml", "REVEAL=hint", f"VENV={tmp_path}",
        ],
        cwd=ROOT, env={**os.environ, "MAKEFLAGS": ""}, capture_output=True, text=True, timeout=30,
        check=True,
    )  # fmt: skip
    last = ran.stdout.strip().splitlines()[-1]
    assert last == f"{tmp_path}/bin/python ci/gradescope/build.py hw1.yaml --reveal hint"
