"""Every update rule beside ``torch.optim``: the weights after five steps, the loss before each."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch_support import close, forward  # noqa: E402

from backpropcli.optimizers import RULES  # noqa: E402
from backpropcli.problem import problem_from_text  # noqa: E402
from backpropcli.solution import solve  # noqa: E402

STEPS = 5
PROBLEM = """\
inputs:
  X: [[1, 2], [-1, 0.5], [0.25, -2], [3, 1]]
  y: [1, -1, 0.5, 2]
weights:
  W: [[0.5, -0.25, 1], [1, 0.75, -0.5]]
  b: [0.1, -0.2, 0.3]
  v: [1, -1, 0.5]
network:
  h: tanh(X @ W + b)
  yhat: h @ v
loss: mse(yhat, y)
update: {%s, steps: 5}
"""
SGD, ADAM = torch.optim.SGD, torch.optim.Adam
# The rule as a problem says it, and the optimizer that does the same.
CASES = {
    "rule: sgd, lr: 0.1": (SGD, {"lr": 0.1}),
    "rule: sgd, lr: 0.1, weight_decay: 0.2": (SGD, {"lr": 0.1, "weight_decay": 0.2}),
    "rule: momentum, lr: 0.1, mu: 0.8": (SGD, {"lr": 0.1, "momentum": 0.8}),
    "rule: momentum, form: pytorch, lr: 0.1": (SGD, {"lr": 0.1, "momentum": 0.9}),
    "rule: momentum, form: dampened, lr: 0.1": (
        SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.9}
    ),
    "rule: nesterov, form: pytorch, lr: 0.1": (
        SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}
    ),
    "rule: adagrad, lr: 0.1": (torch.optim.Adagrad, {"lr": 0.1, "eps": 1e-8}),
    "rule: rmsprop, lr: 0.01": (torch.optim.RMSprop, {"lr": 0.01, "alpha": 0.9, "eps": 1e-8}),
    "rule: adam, lr: 0.05": (ADAM, {"lr": 0.05, "betas": (0.9, 0.999), "eps": 1e-8}),
    "rule: adam, lr: 0.05, beta1: 0.8, beta2: 0.9, weight_decay: 0.1": (
        ADAM, {"lr": 0.05, "betas": (0.8, 0.9), "eps": 1e-8, "weight_decay": 0.1}
    ),
    "rule: adamw, lr: 0.05, weight_decay: 0.1": (
        torch.optim.AdamW, {"lr": 0.05, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.1}
    ),
    "rule: nesterov, lr: 0.1, mu: 0.7": (None, {"lr": 0.1, "mu": 0.7}),
}  # fmt: skip


def given(solution):
    problem = solution.program.problem
    return {
        name: torch.tensor(np.array(solution[name], float), requires_grad=name in problem.weights)
        for name in problem.given
    }


def by_optimizer(solution, make, settings):
    """The weights after all steps, and the loss before each of them."""
    known, losses = given(solution), []
    weights = [known[name] for name in solution.program.problem.weights]
    optimizer = make(weights, **settings)
    if settings.get(
        "dampening"
    ):  # torch does not dampen the first gradient unless there is a velocity
        for weight in weights:
            optimizer.state[weight]["momentum_buffer"] = torch.zeros_like(weight)
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = forward(solution.program.forward, known)["L"]
        losses.append(float(loss.detach()))
        loss.backward()
        optimizer.step()
    return known, losses


def by_look_ahead(solution, lr, mu):
    """Nesterov's rule in its first form: the gradient is taken where the velocity leads."""
    known, losses = given(solution), []
    names = list(solution.program.problem.weights)
    velocity = {name: torch.zeros_like(known[name]) for name in names}
    for _ in range(STEPS):
        losses.append(float(forward(solution.program.forward, known)["L"].detach()))
        ahead = {n: (known[n] - mu * velocity[n]).detach().requires_grad_() for n in names}
        loss = forward(solution.program.forward, {**known, **ahead})["L"]
        gradients = torch.autograd.grad(loss, [ahead[n] for n in names])
        for name, g in zip(names, gradients, strict=True):
            velocity[name] = mu * velocity[name] + lr * g
            known[name] = (known[name] - velocity[name]).detach()
    return known, losses


def test_every_rule_is_here():
    assert {case.split(",")[0].removeprefix("rule: ") for case in CASES} == set(RULES)


@pytest.mark.parametrize("case", CASES)
def test_rule(case):
    make, settings = CASES[case]
    solution = solve(problem_from_text(PROBLEM % case))
    done = by_optimizer(solution, make, settings) if make else by_look_ahead(solution, **settings)
    known, losses = done
    close(solution["L_steps"], losses, "L_steps")
    for name in solution.program.problem.weights:
        close(solution[f"{name}_new"], known[name].detach(), name)
