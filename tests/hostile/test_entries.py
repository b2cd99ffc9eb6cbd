"""What is written in place of a number or a formula: judged beside the others, within limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.corpus import GOOD, INJECTIONS, LARGE, NAMES, NO_NUMBERS, answers, problem
from tests.hostile.support import Command, assert_tame

QUANTITIES = (
    *("z1", "h1", "yhat", "L", "dL/dyhat", "dL/dz1", "dL/dw2", "dL/dW1", "dyhat/dW1", "dL/dx"),
    *("z1[2]", "dL/dW1[2,1]"),
)
MANY = 60
SCALARS = problem(
    "\n".join(f"a{i}: {i}*w*x + 0.125" for i in range(MANY)),
    find="[" + ", ".join(f"a{i}" for i in range(MANY)) + "]",
)


def quoted(text: str) -> str:
    """A text as YAML."""
    return "'" + text.replace("'", "''") + "'"


def report(command: Command, folder: Path, text: str, *codes: int) -> dict[str, Any]:
    """The report on answers."""
    (folder / "answers.yaml").write_text(text, encoding="utf-8")
    found = command.run("check", "answers.yaml", "-f", "json", folder=folder)
    assert_tame(found, *codes)
    result: dict[str, Any] = json.loads(found.out)
    return result


@pytest.mark.parametrize("quotes", [True, False])
def test_what_is_no_number_is_unreadable(quotes: bool, command: Command, folder: Path) -> None:
    (folder / "problem.yaml").write_text(SCALARS, encoding="utf-8")
    lines = [f"a{i}: {quoted(t) if quotes else t}" for i, t in enumerate(NO_NUMBERS, 1)]
    found = report(command, folder, answers("a0: 0.125", *lines), 1)
    judged = {one["quantity"]: one for one in found["answers"]}
    assert judged["a0"]["status"] == "correct"
    for number, text in enumerate(NO_NUMBERS, 1):
        one = judged[f"a{number}"]
        assert one["status"] == "unreadable", (text, one)
        assert one["submitted"] is None, text
        assert one["points"] == 0
    assert found["score"] == 1


@pytest.mark.parametrize("texts", [INJECTIONS, NAMES], ids=["code", "names"])
def test_code_is_a_text_that_cannot_be_read(
    texts: tuple[str, ...], command: Command, folder: Path
) -> None:
    (folder / "problem.yaml").write_text(SCALARS, encoding="utf-8")
    lines = [f"a{i}: {quoted(t)}" for i, t in enumerate(texts, 1)]
    found = report(command, folder, answers("a0: 0.125", *lines), 1)
    statuses = {one["quantity"]: one["status"] for one in found["answers"]}
    assert statuses["a0"] == "correct"
    wrong = {t: s for i, t in enumerate(texts, 1) if (s := statuses[f"a{i}"]) != "unreadable"}
    assert wrong == {}
    assert not (folder / "pwned").exists()


@pytest.mark.parametrize("text", [*INJECTIONS, *LARGE], ids=lambda text: text[:24])
def test_in_a_problem(text: str, command: Command, folder: Path) -> None:
    changed = GOOD.replace("yhat: w2 @ h1", f"yhat: {quoted(text)}")
    (folder / "problem.yaml").write_text(changed, encoding="utf-8")
    found = command.run("solve", "-f", "plain", "problem.yaml", folder=folder)
    assert_tame(found, 0, 2) if text in LARGE else assert_tame(found, 2)
    assert not (folder / "pwned").exists()


@pytest.mark.parametrize("text", LARGE, ids=lambda text: text[:24])
def test_large_formulas(text: str, command: Command, folder: Path) -> None:
    """One of them for every quantity, as far as the file has room for them."""
    room = 250_000 // (len(quoted(text).encode()) + 20)
    lines = (f"{name}: {quoted(text)}" for name in QUANTITIES[: max(1, room)])
    found = report(command, folder, answers(*lines), 1)
    assert {one["status"] for one in found["answers"]} <= {
        "unreadable", "wrong", "missing", "correct", "carried"
    }  # fmt: skip
    assert found["score"] < found["max_score"]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_mean_something_elsewhere(name: str, command: Command, folder: Path) -> None:
    """A weight may have any plain name: 3 times 2 is 6, and the gradient of the square is 24."""
    text = f"inputs: {{x: 2}}\nweights: {{{name}: 3}}\nnetwork: {{v: {name}*x}}\nloss: v**2\n"
    (folder / "problem.yaml").write_text(text, encoding="utf-8")
    found = command.run("solve", "--symbolic", "-f", "json", "problem.yaml", folder=folder)
    assert_tame(found, 0, 2)
    if found.code == 2:
        assert "name" in found.err
        return
    quantities = json.loads(found.out)["quantities"]
    assert quantities["v"]["value"] == 6
    assert quantities[f"dL/d{name}"]["value"] == 24


def test_a_number_far_to_the_right(command: Command, folder: Path) -> None:
    text = "problem: problem.yaml\nanswers:\n" + " " * 200_000 + "yhat: -4\n"
    assert report(command, folder, text, 1)["answers"][1]["line"] == 3
