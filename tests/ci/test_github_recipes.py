"""The workflows for GitHub: their files are sound, and their commands are run as a runner does."""

import base64
import csv
import json
import re
import xml.etree.ElementTree as ET

import pytest
import yaml
from recipe_support import (
    BROKEN,
    CI,
    PYTHON,
    RIGHT,
    WHEEL,
    WRONG,
    copied,
    course,
    environment,
    shell,
    tools,
)

NAMES = ("check", "grade", "classroom")


def workflow(name):
    return yaml.safe_load((CI / "github" / f"{name}.yml").read_text())


def steps(name):
    (job,) = workflow(name)["jobs"].values()
    return job["steps"]


class Runner:
    """Does the steps of a workflow: checkouts are copies, other actions are left out."""

    def __init__(self, folder, name, repository):
        self.folder, self.name = folder / "work", name
        self.repositories = {"": repository, "example-university/backprop-course": folder / "c"}
        course(folder / "c")
        self.files = {
            key: folder / key for key in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "ASKED")
        }
        for file in self.files.values():
            file.touch()
        self.env = environment(
            tools(folder / "bin", python=PYTHON),
            **{key: str(file) for key, file in self.files.items()},
            GITHUB_ACTIONS="true",
        )

    def run(self):
        """What the steps that run a command did, up to the first that fails."""
        ran = []
        for step in steps(self.name):
            if step.get("uses", "").startswith("actions/checkout@"):
                asked = step.get("with", {})
                source = self.repositories[asked.get("repository", "")]
                copied(source, self.folder / asked.get("path", "."))
            elif "run" in step:
                ran.append(shell(step["run"], self.folder, self.env))
                if ran[-1].code:
                    break
        return ran

    def text(self, key):
        return self.files[key].read_text()


def student(tmp_path, answers):
    (tmp_path / "student").mkdir()
    if answers is not None:
        (tmp_path / "student" / "answers.yaml").write_text(answers)
    return tmp_path / "student"


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_has_what_github_asks_for(name):
    found = workflow(name)
    assert {"name", True, "permissions", "jobs"} == set(found)  # `on` is a YAML 1.1 boolean
    (job,) = found["jobs"].values()
    assert job["runs-on"] == "ubuntu-latest"
    assert job["timeout-minutes"] <= 30
    for step in job["steps"]:
        assert ("run" in step) != ("uses" in step)
        assert step["name"]
        # Nothing that somebody else wrote is put into a command.
        assert "${{" not in step.get("run", "")
        assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "a/b@v1"))
    written = {value for value in found["permissions"].values() if value == "write"}
    assert (written == {"write"}) == (name == "classroom")


def test_check_of_right_answers(tmp_path):
    runner = Runner(tmp_path, "check", student(tmp_path, RIGHT))
    installed, checked = runner.run()
    assert (installed.code, checked.code) == (0, 0)
    assert checked.out == "backprop: answers.yaml: 4 of 4 points (100 %)\n"
    assert WHEEL in runner.text("ASKED")
    assert "4 of 4 points" in runner.text("GITHUB_STEP_SUMMARY")
    assert ET.parse(runner.folder / "report.xml").getroot().get("failures") == "0"


def test_check_of_wrong_answers_fails_with_a_note_at_the_line(tmp_path):
    runner = Runner(tmp_path, "check", student(tmp_path, WRONG))
    checked = runner.run()[-1]
    assert checked.code == 1
    notes = [line for line in checked.out.splitlines() if line.startswith("::")]
    assert [note.partition(",col")[0] for note in notes] == ["::error file=answers.yaml,line=4"]
    assert "3 of 4 points" in runner.text("GITHUB_STEP_SUMMARY")
    assert ET.parse(runner.folder / "report.xml").getroot().get("failures") == "1"


@pytest.mark.parametrize("answers", [BROKEN, None])
def test_check_of_what_cannot_be_read_fails_and_says_why(tmp_path, answers):
    runner = Runner(tmp_path, "check", student(tmp_path, answers))
    checked = runner.run()[-1]
    assert checked.code == 3
    assert "::error file=answers.yaml" in checked.out
    assert "cannot be graded" in checked.out


def test_grade(tmp_path):
    runner = Runner(tmp_path, "grade", course(tmp_path / "own"))
    folder = tmp_path / "own" / "hw1" / "submissions"
    folder.mkdir()
    for name, text in (("ann", RIGHT), ("bob", WRONG), ("cyd", BROKEN)):
        (folder / f"{name}.yaml").write_text(text)
    (tmp_path / "own" / "hw1" / "roster.csv").write_text(
        "Student,ID,SIS Login ID,Section\nAx A,1,ann,A\nBox B,2,bob,A\nCox C,3,cyd,A\n"
        "Dox D,4,dan,A\n"
    )
    assert [ran.code for ran in runner.run()] == [0, 0]
    out = runner.folder / "out"
    rows = list(csv.reader((out / "grades.csv").read_text().splitlines()))
    assert rows[0][-1] == "Homework 1 (4711)"
    assert [row[-1] for row in rows[2:]] == ["4", "3", "", ""]
    assert sorted(p.name for p in (out / "feedback").iterdir()) == ["ann.md", "bob.md", "cyd.md"]
    assert "2 graded, 1 ungradable" in runner.text("GITHUB_STEP_SUMMARY")


def test_classroom_has_the_names_that_it_looks_for():
    found = workflow("classroom")
    assert found["name"] == "Autograding Tests"
    assert list(found["jobs"]) == ["run-autograding-tests"]
    judging, reporting = steps("classroom")[-2:]
    runner = reporting["with"]["runners"]
    assert runner == judging["id"]
    output = f"${{{{ steps.{runner}.outputs.result }}}}"
    assert reporting["env"] == {f"{runner.upper()}_RESULTS": output}


def reported(output):
    """What the reporter makes of the output of the step: the points, and whether the job fails."""
    (value,) = re.findall(r"^result=(.*)$", output, re.MULTILINE)
    result = json.loads(base64.b64decode(value, validate=True))
    assert result["tests"]
    points = sum(test["score"] for test in result["tests"])
    return points, result["max_score"], result["status"] in ("fail", "error")


@pytest.mark.parametrize(
    ("answers", "code", "told"),
    [
        (RIGHT, 0, (4, 4, False)),
        (WRONG, 0, (3, 4, True)),
        (BROKEN, 3, (0, 0, True)),
        (None, 3, (0, 0, True)),
    ],
)
def test_classroom(tmp_path, answers, code, told):
    runner = Runner(tmp_path, "classroom", student(tmp_path, answers))
    assert runner.run()[-1].code == code
    assert reported(runner.text("GITHUB_OUTPUT")) == told
