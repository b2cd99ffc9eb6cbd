"""A whole class of hostile files: each is a line of the gradebook, and the good ones are graded."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest

from tests.hostile.corpus import LARGE, NO_YAML, RIGHT, answers
from tests.hostile.support import Answer, Command, assert_tame
from tests.hostile.test_files import BYTES, NO_ANSWERS

GRADED = ("good", "other", "formulas", "by-a-problem-of-their-own")


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of submissions with a file of each kind."""
    from tests.hostile.corpus import GOOD

    top = tmp_path_factory.mktemp("class")
    (top / "problem.yaml").write_text(GOOD, encoding="utf-8")
    (top / "secret.yaml").write_text("password: 5f4dcc3b\n", encoding="utf-8")
    folder = top / "in"
    folder.mkdir()
    files: dict[str, str | bytes] = {**NO_YAML, **BYTES, **NO_ANSWERS}
    files |= dict.fromkeys(("good", "other"), RIGHT)
    files["formulas"] = answers(
        *(f"z1[{i}]: '{text[:3000]}'" for i, text in enumerate(LARGE[:3], 1))
    )
    files["by-another"] = "problem: ../secret.yaml\nanswers: {yhat: 1}\n"
    files["by-passwd"] = "problem: /etc/passwd\nanswers: {yhat: 1}\n"
    files["by-a-problem-of-their-own"] = "problem: in/problem.yaml\nanswers: {yhat: -4}\n"
    files["student"] = "student: ../../out\nanswers: {yhat: -4}\n"
    for name, data in files.items():
        (folder / f"{name}.yaml").write_bytes(data if isinstance(data, bytes) else data.encode())
    (folder / "problem.yaml").write_text(GOOD, encoding="utf-8")
    os.symlink(top / "secret.yaml", folder / "link.yaml")
    os.symlink(top, folder / "linked")
    os.symlink(".", folder / "round")
    os.mkfifo(folder / "pipe.yaml")
    (folder / "bomb.zip").write_bytes(b"PK\x03\x04")
    (folder / ".hidden.yaml").write_text(RIGHT, encoding="utf-8")
    deep = folder.joinpath(*["d"] * 12)
    deep.mkdir(parents=True)
    (deep / "deep.yaml").write_text(RIGHT, encoding="utf-8")
    return top


@pytest.fixture(scope="module")
def graded(command: Command, handed_in: Path) -> Answer:
    reports = [f"--report={form}=out/" for form in ("json", "markdown", "plain")]
    summary = ("--summary=json=summary.json", "-o", "grades.csv", "--jobs", "2")
    arguments = ("grade", "in", "-p", "problem.yaml", *reports, *summary)
    return command.run(*arguments, folder=handed_in, seconds=60, mib=4096)


def rows(handed_in: Path) -> dict[str, dict[str, str]]:
    text = (handed_in / "grades.csv").read_text("utf-8")
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def test_the_run_ends_well(graded: Answer) -> None:
    assert_tame(graded, 0)
    assert "5f4dcc3b" not in graded.err + graded.out


def test_each_file_is_a_line(graded: Answer, handed_in: Path) -> None:
    found = rows(handed_in)
    assert {name: found[name]["status"] for name in GRADED} == dict.fromkeys(GRADED, "graded")
    assert found["good"]["score"] == "2" == found["other"]["score"]
    for name in (*NO_YAML, *BYTES, "by-another", "by-passwd"):
        assert found[name]["status"] == "ungradable", name
        assert found[name]["reason"], name
        assert found[name]["score"] in ("", "0"), name
    assert not {"link", "linked", "round", "pipe", "bomb", "hidden", "deep"} & set(found)
    assert not any(row["status"] == "error" for row in found.values())


def test_nothing_is_written_elsewhere(graded: Answer, handed_in: Path) -> None:
    assert sorted(path.name for path in handed_in.iterdir()) == [
        "grades.csv", "in", "out", "problem.yaml", "secret.yaml", "summary.json"
    ]  # fmt: skip
    assert not (handed_in.parent / "out.md").exists()
    for path in (handed_in / "out").iterdir():
        assert "5f4dcc3b" not in path.read_text("utf-8")
        assert path.is_file()
    json.loads((handed_in / "summary.json").read_text("utf-8"), parse_constant=pytest.fail)


def test_what_is_skipped_is_told(graded: Answer) -> None:
    for name in ("link.yaml", "linked", "round", "pipe.yaml", ".hidden.yaml", "problem.yaml"):
        assert f"skipped: {name}" in graded.err


@pytest.mark.parametrize("pattern", ["(a+)+$", "(x", "x", "(" * 200, "(?P<a>x)(?P<a>y)"])
def test_patterns(pattern: str, command: Command, folder: Path) -> None:
    """The pattern is the lecturer's; one that cannot be read is a usage error."""
    (folder / "in").mkdir()
    (folder / "in" / "aaaa.yaml").write_text(RIGHT, encoding="utf-8")
    arguments = ("grade", "in", "-p", "problem.yaml", "--id-pattern", pattern, "--jobs", "1")
    found = command.run(*arguments, folder=folder, seconds=20, mib=4096)
    assert_tame(found, 0 if pattern == "(a+)+$" else 2)


ROSTERS = {
    "formulas": "id,name\n=1+1,@SUM(1)\n+2,-3\n",
    "controls": "id,name\na\x1b[2J,b\n",
    "quotes": 'id,name\n"a\n',
    "a-long-field": "id,name\n" + "a" * 200_000 + ",b\n",
    "many-columns": "id," + "," * 100_000 + "\n",
    "binary": "\x00\x01",
    "empty": "",
}


@pytest.mark.parametrize("name", ROSTERS)
def test_rosters(name: str, command: Command, folder: Path) -> None:
    (folder / "in").mkdir()
    (folder / "in" / "a.yaml").write_text(RIGHT, encoding="utf-8")
    (folder / "r.csv").write_text(ROSTERS[name], encoding="utf-8")
    for book in ("plain", "moodle"):
        arguments = ("grade", "in", "-p", "problem.yaml", "--roster", "r.csv", "--csv", book)
        found = command.run(*arguments, "--jobs", "1", folder=folder, seconds=20, mib=4096)
        assert_tame(found, 0, 2)
        for row in csv.reader(io.StringIO(found.out, newline="")):
            assert not any(cell.startswith(("=", "+", "@", "-1+")) for cell in row)
