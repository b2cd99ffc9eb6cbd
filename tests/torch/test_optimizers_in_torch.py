"""The update rules beside torch.optim, step by step."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from backpropcli.problem import problem_from_text  # noqa: E402
from backpropcli.solution import solve  # noqa: E402

NET = """\
inputs: {x: [1.3, -0.7], y: 1.9}
weights: {w: [0.6, 0.9], b: 0.25}
network:
  p: w @ x + b
loss: (p - y)**2 / 2
update: {%s, lr: 0.1, steps: 6}
"""
CASES = {
    "rule: sgd": ("SGD", {}),
    "rule: sgd, weight_decay: 0.2": ("SGD", {"weight_decay": 0.2}),
    "rule: momentum, mu: 0.8": ("SGD", {"momentum": 0.8}),
    "rule: momentum, form: pytorch, mu: 0.8, weight_decay: 0.2":
        ("SGD", {"momentum": 0.8, "weight_decay": 0.2}),
    "rule: nesterov, form: pytorch, mu: 0.8": ("SGD", {"momentum": 0.8, "nesterov": True}),
    "rule: adagrad, eps: 1e-10": ("Adagrad", {}),
    "rule: rmsprop, beta: 0.99": ("RMSprop", {}),
    "rule: adam": ("Adam", {}),
    "rule: adam, beta1: 0.8, beta2: 0.95, eps: 1e-3, weight_decay: 0.3":
        ("Adam", {"betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.3}),
    "rule: adamw": ("AdamW", {}),
    "rule: adamw, weight_decay: 0.2": ("AdamW", {"weight_decay": 0.2}),
}  # fmt: skip


@pytest.mark.parametrize("update", CASES)
def test_weights_after_each_step(update):
    name, settings = CASES[update]
    w = torch.tensor([0.6, 0.9], dtype=torch.float64, requires_grad=True)
    b = torch.tensor(0.25, dtype=torch.float64, requires_grad=True)
    x = torch.tensor([1.3, -0.7], dtype=torch.float64)
    optimizer = getattr(torch.optim, name)([w, b], lr=0.1, **settings)
    for step in solve(problem_from_text(NET % update)).steps:
        optimizer.zero_grad()
        ((w @ x + b - 1.9) ** 2 / 2).backward()
        optimizer.step()
        got = [*step.total.values["w_new"], float(step.total.values["b_new"])]
        assert np.allclose(got, [*w.tolist(), b.item()], rtol=1e-9, atol=0)
