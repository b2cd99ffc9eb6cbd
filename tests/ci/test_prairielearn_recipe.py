"""The question for PrairieLearn: its files are sound, and its grader is run in a folder."""

import json
import re
import subprocess
import uuid

import pytest
from recipe_support import BROKEN, CI, PROBLEM, RIGHT, WRONG, environment, executable, tools

HERE = CI / "prairielearn"
QUESTION = HERE / "questions" / "backprop-hw1"


@pytest.fixture
def job(tmp_path):
    """What a grading job finds under /grade."""
    for name in ("student", "tests", "data"):
        (tmp_path / "grade" / name).mkdir(parents=True)
    (tmp_path / "grade" / "tests" / "problem.yaml").write_text(PROBLEM)
    tools(tmp_path / "bin")
    return tmp_path


def run(job, answers=None, **more):
    if answers is not None:
        (job / "grade" / "student" / "answers.yaml").write_text(answers)
    script = HERE / "serverFilesCourse" / "backprop" / "run.sh"
    env = environment(job / "bin", GRADE_ROOT=str(job / "grade"), **more)
    ran = subprocess.run(
        ["sh", str(script)], cwd="/", env=env, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    result = json.loads((job / "grade" / "results" / "results.json").read_text())
    if result["gradable"]:
        assert 0 <= result["score"] <= 1
        assert all({"points", "max_points"} <= set(test) for test in result["tests"])
    else:
        assert result["format_errors"]
    return result


def test_the_score_is_a_share_of_the_points(job):
    assert run(job, RIGHT)["score"] == 1
    result = run(job, WRONG)
    assert result["score"] == 0.75
    assert "BP" not in json.dumps(result)  # a hint names no mistake
    assert "BP" in json.dumps(run(job, WRONG, REVEAL="diagnosis"))


def test_what_cannot_be_graded_costs_no_attempt(job):
    assert "answers.yaml was handed in" in run(job)["format_errors"][0]
    assert run(job, BROKEN)["gradable"] is False
    (job / "grade" / "student" / "answers.yaml").unlink()
    (job / "grade" / "student" / "answers.yaml").symlink_to(
        job / "grade" / "tests" / "problem.yaml"
    )
    assert "answers.yaml was handed in" in run(job)["format_errors"][0]
    (job / "grade" / "tests" / "second.yaml").write_text(PROBLEM)
    assert "not set up" in run(job)["format_errors"][0]


def test_a_result_is_written_if_the_program_fails(job):
    executable(job / "bin" / "backprop", "#!/bin/sh\nexit 4\n")
    assert "no fault of yours" in run(job, RIGHT)["format_errors"][0]


def test_the_files_of_the_question():
    info = json.loads((QUESTION / "info.json").read_text())
    assert uuid.UUID(info["uuid"]).version == 4
    assert info["gradingMethod"] == "External"
    options = info["externalGradingOptions"]
    assert options["enabled"] is True
    assert options["entrypoint"] == "/grade/serverFilesCourse/backprop/run.sh"
    for folder in options["serverFilesCourse"]:
        assert (HERE / "serverFilesCourse" / folder / "run.sh").is_file()
    script = (HERE / "serverFilesCourse" / "backprop" / "run.sh").read_text()
    (seconds,) = re.findall(r"^timeout (\d+) ", script, re.MULTILINE)
    assert int(seconds) < options["timeout"] <= 600
    page = (QUESTION / "question.html").read_text()
    assert 'file-name="answers.yaml"' in page
    for tag in re.findall(r"<(pl-[\w-]+)", page):
        assert f"</{tag}>" in page


def test_the_image():
    lines = (HERE / "Dockerfile").read_text().splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]
    assert [line.split()[0] for line in kept] == ["FROM", "COPY", "RUN"]
    assert re.fullmatch(r"FROM python:3\.1[1-9]-slim", kept[0])
