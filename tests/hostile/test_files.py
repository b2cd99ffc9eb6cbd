"""Files that must not be read as YAML, or not at all: refused at once, whatever they are for."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.hostile.corpus import GOOD, NO_YAML, RIGHT
from tests.hostile.support import Answer, Command, assert_tame

BYTES = {
    "nul": b"answers: {yhat: 1\x00}\n",
    "escape": b"answers: {yhat: 1} # \x1b[2J\n",
    "c1": "answers: {yhat: 1} # \x9b2J\n".encode(),
    "separator": "answers: {yhat: 1} # \u2028::error::x\n".encode(),
    "latin-1": "student: Zoë\nanswers: {yhat: 1}\n".encode("latin-1"),
    "utf-16": "answers: {yhat: 1}\n".encode("utf-16"),
    "surrogate": b"answers: {yhat: 1} # \xed\xa0\x80\n",
    "overlong-slash": b"answers: {yhat: 1} # \xc0\xaf\n",
    "cut-in-a-character": "answers: {ŷ".encode()[:-1],
    "empty": b"",
    "blank": b" \n\n",
    "random": bytes(range(256)) * 16,
    "elf": b"\x7fELF\x02\x01\x01" + bytes(64),
    "zip": b"PK\x03\x04" + bytes(64),
    "too-large": b"answers: {yhat: 1}\n#" + b"x" * 262_144,
    "comments": b"#\n" * 131_000,
    "carriage-returns": b"\r" * 200_000,
}
NO_ANSWERS = {
    "a-list": "- 1\n- 2\n",
    "a-text": "answers\n",
    "a-number": "1\n",
    "unknown-keys": "problem: problem.yaml\nscore: 100\nanswers: {yhat: -4}\n",
    "max-score": "problem: problem.yaml\nmax_score: 0\nanswers: {yhat: -4}\n",
    "grading": "answers: {yhat: -4}\ngrading: {tolerance: {rtol: 1000}}\n",
    "points": "answers: {yhat: -4}\nfind: {yhat: 0}\n",
    "weights": "answers: {yhat: 0}\nweights: {W1: 0}\n",
    "unknown-quantity": "answers: {score: 100}\n",
    "quantity-of-a-grade": "answers: {max_score: 0, status: correct}\n",
    "answered-twice": "answers: {dL/dW1: 1, dL/dW₁: 2}\n",
    "examples-that-are-none": "answers: {}\nexamples: [{yhat: 1}]\n",
    "steps-that-are-none": "answers: {}\nsteps: [{yhat: 1}]\n",
    "answers-as-a-list": "answers: [1, 2]\n",
    "student-as-a-list": "student: [a]\nanswers: {yhat: 1}\n",
    "problem-as-a-mapping": "problem: {a: b}\nanswers: {yhat: 1}\n",
    "nested": "answers: {yhat: {value: 1, points: 100}}\n",
}


def checked(command: Command, folder: Path, data: str | bytes, pure: bool = False) -> Answer:
    """The answers judged for a problem of the lecturer's."""
    path = folder / "answers.yaml"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return command.run(
        "check", "answers.yaml", "-p", "problem.yaml", "-f", "plain", folder=folder, pure=pure
    )


@pytest.mark.parametrize("name", NO_YAML)
def test_yaml_that_is_refused_whole(name: str, command: Command, folder: Path) -> None:
    for pure in (False, True):
        found = checked(command, folder, NO_YAML[name], pure)
        assert_tame(found, 3)
        assert found.out == ""
        assert found.err.startswith("answers.yaml:")
    found = command.run("solve", "-f", "plain", "answers.yaml", folder=folder)
    assert_tame(found, 2)
    assert found.out == ""
    assert not (folder / "pwned").exists()


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_are_no_answers(name: str, command: Command, folder: Path) -> None:
    found = checked(command, folder, BYTES[name])
    assert_tame(found, 3)
    assert found.out == ""
    assert len(found.err) < 20_000
    assert_tame(command.run("solve", "answers.yaml", folder=folder), 2)
    assert_tame(command.run("solve", "-", folder=folder, given=BYTES[name]), 2)


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_answers_with_more_than_answers(name: str, command: Command, folder: Path) -> None:
    """The keys are closed: nobody awards points, tolerance or another problem to themselves."""
    found = checked(command, folder, NO_ANSWERS[name])
    if name in ("student-as-a-list", "nested"):
        assert_tame(found, 1, 3)
    else:
        assert_tame(found, 3)
        assert found.out == ""


def test_a_submission_that_judges_itself_by_another_problem(command: Command, folder: Path) -> None:
    (folder / "easy.yaml").write_text(GOOD.replace("find: [", "find: [h1] #"), encoding="utf-8")
    found = checked(command, folder, "problem: easy.yaml\nanswers: {h1: [0, 2, 3], yhat: 7}\n")
    assert_tame(found, 1)
    assert "missing" in found.out


@pytest.fixture
def odd(folder: Path) -> Path:
    """A folder with files that are none."""
    os.mkfifo(folder / "pipe.yaml")
    (folder / "folder.yaml").mkdir()
    os.symlink("loop.yaml", folder / "loop.yaml")
    os.symlink("/dev/zero", folder / "zero.yaml")
    os.symlink("/dev/stdin", folder / "stdin.yaml")
    os.symlink("nothing", folder / "dangling.yaml")
    os.symlink("/proc/self/environ", folder / "environ.yaml")
    with (folder / "sparse.yaml").open("wb") as file:
        file.truncate(2**40)
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.open(".", os.O_RDONLY)
        os.chdir(folder)
        try:
            listening.bind("socket.yaml")
        finally:
            os.fchdir(here)
            os.close(here)
    return folder


ODD = ("pipe", "folder", "loop", "zero", "dangling", "sparse", "socket", "nothing-here")


@pytest.mark.parametrize("name", [*ODD, "x" * 300, "a/../../b", ""])
def test_files_that_are_none(name: str, command: Command, odd: Path) -> None:
    path = f"{name}.yaml"
    assert_tame(command.run("check", path, "-p", "problem.yaml", folder=odd), 3)
    assert_tame(command.run("solve", path, folder=odd), 2)
    (odd / "good.yaml").write_text(RIGHT, encoding="utf-8")
    assert_tame(command.run("check", "good.yaml", "-p", path, folder=odd), 2)
    assert_tame(command.run("template", path, folder=odd), 2)


SECRET = "password: 5f4dcc3b\nnext: [1\n"
NAMED = (
    "../secret.txt",
    "secret-link.yaml",
    "linked/secret.yaml",
    "linked/../problem.yaml",
    "environ.yaml",
    "zero.yaml",
    "pipe.yaml",
    "loop.yaml",
    "/etc/passwd",
    "/proc/self/environ",
    "file:///etc/passwd",
    "https://example.org/problem.yaml",
    "~root/.bashrc",
    "$HOME/problem.yaml",
    "problem.yaml\0.txt",
    "-",
    "..",
    ".",
    "\\\\server\\share\\problem.yaml",
    "x" * 5000 + ".yaml",
    "../" * 1500 + "etc/passwd.yaml",
    "answers.yaml",
)


@pytest.mark.parametrize("name", NAMED, ids=lambda name: name[:24])
def test_a_problem_that_only_a_submission_names(name: str, command: Command, odd: Path) -> None:
    """A student's file cannot make the command show what is in others."""
    (odd.parent / "secret.txt").write_text(SECRET, encoding="utf-8")
    outside = odd.parent / f"{odd.name}-outside"
    outside.mkdir()
    (outside / "secret.yaml").write_text(SECRET, encoding="utf-8")
    os.symlink(outside, odd / "linked")
    os.symlink(outside / "secret.yaml", odd / "secret-link.yaml")
    written = name.replace("\\", "\\\\").replace("\0", "\\0")
    (odd / "answers.yaml").write_text(f'problem: "{written}"\nanswers: {{yhat: -4}}\n', "utf-8")
    found = command.run("check", "answers.yaml", folder=odd, env={"SECRET": "5f4dcc3b"})
    assert_tame(found, 2)
    assert "5f4dcc3b" not in found.err + found.out
    assert "root:" not in found.err


def test_a_problem_beside_and_above_the_answers(command: Command, folder: Path) -> None:
    (folder / "sheets").mkdir()
    for path, name in (("a.yaml", "problem.yaml"), ("sheets/a.yaml", "../problem.yaml")):
        (folder / path).write_text(RIGHT.replace("problem.yaml", name), encoding="utf-8")
        assert_tame(command.run("check", path, folder=folder), 1)
