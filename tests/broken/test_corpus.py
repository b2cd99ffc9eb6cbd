"""Each broken file gets one message a user can act on: exit code 2, its place, what and why."""

import os
import subprocess
import sys
from collections import defaultdict

import pytest
from broken_support import FOLDER, answer, assert_refused

# Every anchor and alias of these is named, so they have more complaints than the table says.
BOMBS = {"billion-laughs", "merge-key-bomb"}
IN_A_PROCESS = (
    "merge-key-bomb",
    "object-tag",
    "duplicate-weight",
    "log-of-zero",
    "workflow-command-in-a-name",
)


def expectations():
    """By file: (line, column, fragments) of each complaint, 0 where it does not count."""
    found = defaultdict(list)
    for row in (FOLDER / "expected.txt").read_text("utf-8").splitlines():
        if row and not row.startswith("#"):
            place, *fragments = row.split(" | ")
            name, line, column, *_ = [*place.split(":"), "0", "0"]
            found[name].append((int(line), int(column), fragments))
    return found


EXPECTED = expectations()


@pytest.fixture(autouse=True)
def in_the_folder(monkeypatch):
    import numpy  # noqa: F401  (its import time is no part of reading a file)

    monkeypatch.chdir(FOLDER)


def holds(fragment, text):
    if fragment.startswith("NOT "):
        return fragment[4:].lower() not in text
    return any(part.lower() in text for part in fragment.split(" OR "))


def answered(expected, complaints):
    """The complaint that stands at the expected place, and the fragments it lacks."""
    line, column, fragments = expected
    at_line = [c for c in complaints if c[0] == line]
    here = [c for c in at_line if column in (0, c[1])]
    assert here, f"nothing at {line}:{column}, only {complaints}"
    text = "\n".join(c[2] for c in here).lower()
    return [fragment for fragment in fragments if not holds(fragment, text)]


def test_the_table_and_the_folder_name_the_same_files():
    assert set(EXPECTED) == {path.stem for path in FOLDER.glob("*.yaml")}
    assert len(EXPECTED) >= 80


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_broken_file(name, capsys):
    found = answer(f"{name}.yaml", capsys)
    assert_refused(found)
    complaints = found.complaints()
    for expected in EXPECTED[name]:
        assert not answered(expected, complaints), found.err
    assert not (FOLDER / "pwned").exists()


def test_nothing_is_said_that_only_follows_from_another_fault(capsys):
    needless = {}
    for name, rows in EXPECTED.items():
        if name in BOMBS:
            continue
        complaints = answer(f"{name}.yaml", capsys).complaints()
        lines = [line for line, _, _ in rows]
        more = [f"{c[0]}:{c[1]}: {c[2]}" for c in complaints if c[0] not in lines]
        if more or len(complaints) > len(rows):
            needless[name] = more or [c[2] for c in complaints]
    assert not needless, "\n".join(f"{n}: {m}" for n, m in needless.items())


def test_many_faults_are_reported_together_in_the_order_of_lines(capsys):
    found = answer("many-faults.yaml", capsys)
    lines = [line for line, _, _ in found.complaints()]
    assert lines == [line for line, _, _ in EXPECTED["many-faults"]] == sorted(lines)
    assert len(lines) == 9


@pytest.mark.parametrize("name", IN_A_PROCESS)
def test_a_broken_file_in_a_process_of_its_own(name):
    ran = subprocess.run(
        [sys.executable, "-m", "backpropcli", "solve", f"{name}.yaml"],
        capture_output=True,
        env={**os.environ, "LANG": "C", "LC_ALL": "C"},
        timeout=10,
        check=False,
    )
    line, column, _ = EXPECTED[name][0]
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert ran.stderr.startswith(f"{name}.yaml:{line}:{column or ''}".encode())
    assert b"Traceback" not in ran.stderr
