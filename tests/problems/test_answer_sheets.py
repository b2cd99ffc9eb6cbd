"""The sheets of answers that come with the problems."""

from pathlib import Path

import pytest

from backpropcli.checking.check import check_file

ANSWERS = Path(__file__).parents[2] / "problems" / "answers"
SHEETS = sorted(ANSWERS.glob("*.yaml"), key=lambda path: path.name)


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_sheet_can_be_read(path):
    (report,) = check_file(path)
    assert "unreadable" not in {answer.status for answer in report.answers}


def test_two_mistakes_of_the_sheet_of_the_demo():
    """The 2 of the square, carried into dL/dW3 and dL/dW2; then no mask for z1[1] = -1."""
    (report,) = check_file(ANSWERS / "three-layer-relu.yaml", time_budget=30)
    off = {a.quantity: a.status for a in report.answers if a.status != "correct"}
    assert off == {
        "dL/dyhat": "wrong",
        "dL/dW3": "carried",
        "dL/dW2": "carried",
        "dL/dW1": "wrong",
        "dL/db1": "wrong",
    }
    found = [(root.name, root.at) for root in report.mistakes]
    assert found == [("square-factor-kept", "dL/dyhat"), ("missing-relu-mask", "dL/dz1")]
    assert report.mistakes[1].explains == ("dL/dW1", "dL/db1")
