"""Reading a file of 0.8 KB: our reader of events, and a whole problem, against PyYAML."""

from __future__ import annotations

from collections.abc import Iterator

import yaml
from timing import Row, in_turns

from backpropcli.files.reader import read_documents
from backpropcli.files.source import Source
from backpropcli.problem.load import problem_from_text

TEXT = """\
# A file of the size of a homework problem.
title: Three layers and half a squared error
statement: |
  A column vector goes through a relu layer, a linear layer and a linear unit.
  Compute the forward pass, the loss and the gradients of the weights W3, W2 and W1.
inputs:
  x: [2, 1]
  y: 1.5
weights:
  W1: [[0, 1], [1, 1], [1, 0]]
  b1: [-2, -1, 1]
  W2: [[0, 1, 2], [1, 1, 1], [2, -1, -1]]
  b2: [1, 1, 1]
  W3: [-1, 1, -2]
network:
  z1: W1 @ x + b1
  h1: relu(z1)  # the first unit is off
  z2: W2 @ h1 + b2
  yhat: W3 @ z2
loss: (y - yhat)**2 / 2
find:
  z1: 1
  h1: 1
  z2: 1
  yhat: 1
  L: 1/2
  dL/dyhat: 1/2
  dL/dW3: 2
  dL/dW2: 2
  dL/dW1: 2
  dL/db1: 1
  dL/dW3[2]: 1
  dL/dW2[2,2]: 1
  dL/dW1[2,1]: 1
notation:
  W1: W^{(1)}
  W2: W^{(2)}
  W3: w^{(3)}
  b1: b^{(1)}
  b2: b^{(2)}
"""


def rows() -> Iterator[Row]:
    """PyYAML's loaders convert scalars; ours keeps each as text with its place."""
    fast = getattr(yaml, "CSafeLoader", None)
    name = "yaml CSafeLoader" if fast else "yaml SafeLoader"
    times = in_turns(
        {
            name: lambda: yaml.load(TEXT, Loader=fast or yaml.SafeLoader),
            "reader": lambda: read_documents(Source("a.yaml", TEXT)),
            "problem": lambda: problem_from_text(TEXT),
        },
        rounds=15,
        calls=10,
    )
    size = f"{len(TEXT) / 1000:.1f} KB"
    yield Row(f"reader of events, {size}", times["reader"], name, times[name])
    yield Row(f"whole problem, {size}", times["problem"], name, times[name])
