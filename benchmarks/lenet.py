"""LeNet-5 on a batch of 28 x 28 images, forward and backward, against torch on one core."""

from __future__ import annotations

from collections.abc import Iterator
from time import process_time
from typing import Any

import numpy as np
from nets import keep_memory
from timing import Row, in_turns

from backpropcli.evaluate.floats import Machine
from backpropcli.problem.load import problem_from_text
from backpropcli.program import build_program

Values = dict[str, Any]
BATCH = 8
PROBLEM = f"""
inputs:
  x: {{shape: [{BATCH}, 1, 28, 28]}}
  y: {{shape: [{BATCH}, 10]}}
network:
  - conv2d(6, 5, relu, padding=2)
  - maxpool2d(2)
  - conv2d(16, 5, relu)
  - maxpool2d(2)
  - flatten
  - dense(120, relu)
  - dense(84, relu)
  - dense(10)
loss: softmax_cross_entropy(z5, y)
"""


def rows() -> Iterator[Row | str]:
    """Our machine, its equations built once, against torch."""
    program = build_program(problem_from_text(PROBLEM))
    values = _values(program.problem.given)
    machine = Machine([(e.name, e.expr) for e in program.computed], list(values))
    try:
        theirs = _torch(values)
    except ImportError:
        yield "LeNet-5: torch is not installed"
        return
    ours, expected = machine.run(values), theirs()
    for name, gradient in expected.items():
        if not np.allclose(ours[name], gradient):
            raise SystemExit(f"torch computes another {name}: there is nothing to compare")
    keep_memory()
    times = in_turns(
        {"ours": lambda: machine.run(values), "torch": theirs}, 12, 5, True, process_time
    )
    yield Row(f"LeNet-5, batch {BATCH}", times["ours"], "torch", times["torch"], 2.0)


def _values(given: Any) -> Values:
    random = np.random.default_rng(0)
    values: Values = {}
    for name, one in given.items():
        fan_in = max(1, int(np.prod(one.shape[1:] if len(one.shape) == 4 else one.shape[:1])))
        values[name] = random.standard_normal(one.shape) * (2 / fan_in) ** 0.5
    values["x"] = random.standard_normal(given["x"].shape)
    values["y"] = np.eye(10)[random.integers(0, 10, BATCH)]
    return values


def _torch(values: Values) -> Any:
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    tensors = {k: torch.tensor(v, requires_grad=k[0] in "Wb") for k, v in values.items()}
    learned = [name for name in tensors if name[0] in "Wb"]

    def run() -> Values:
        for name in learned:
            tensors[name].grad = None
        h = tensors["x"]
        for i, padding in ((1, 2), (2, 0)):
            h = functional.conv2d(h, tensors[f"W{i}"], tensors[f"b{i}"], padding=padding)
            h = functional.max_pool2d(torch.relu(h), 2)
        h = h.flatten(1)
        for i in (3, 4, 5):
            h = h @ tensors[f"W{i}"] + tensors[f"b{i}"]
            h = torch.relu(h) if i < 5 else h
        functional.cross_entropy(h, tensors["y"]).backward()
        return {f"dL/d{name}": tensors[name].grad for name in learned}

    return run
