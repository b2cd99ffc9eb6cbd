"""Reading answers from text, for the tests of this folder."""

from backpropcli.checking.answers import raw_answers, submission
from backpropcli.files.source import Source
from backpropcli.problem import problem_from_text

NET = """\
inputs: {x: [1, 2], y: 1}
weights:
  W: [[1, 0], [1, 1], [0, 2]]
  b: [0.5, -1, 0]
  v: [1, -1, 2]
network:
  z: W @ x + b
  h: relu(z)
  yhat: v @ h
loss: (yhat - y)**2 / 2
find: [z, h, yhat, L, dL/dyhat, dL/dv, dL/dz, dL/dW, dL/db, "dL/dW[2,1]", shape(W), parameters]
"""
PROBLEM = problem_from_text(NET)


def submitted(text, problem=PROBLEM):
    """The claims of a whole file."""
    return submission(raw_answers(Source("a.yaml", text))[0], problem)


def claims(lines, problem=PROBLEM):
    """The claims of lines under `answers:`, by quantity."""
    body = "".join(f"  {line}\n" for line in lines.split("\n"))
    return {c.quantity: c for c in submitted("answers:\n" + body, problem).claims}


def claim(line, problem=PROBLEM):
    """The one claim of one line."""
    return next(iter(claims(line, problem).values()))
