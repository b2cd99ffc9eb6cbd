"""Random expressions over values of awkward shapes, (1,) beside (3,), lists of lists, keepdims.

Every derivative, Jacobians too, is compared with differences of the expression itself, which
are taken with the engine's forward pass but know nothing of its gradients.
"""

import random

import numpy as np
import pytest

from backpropcli.autodiff.tidy import tidy
from backpropcli.errors import BackpropError
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Apply, Name, Number, call, index
from backpropcli.language.text import to_text
from backpropcli.ops import OPS
from backpropcli.problem import problem_from_text
from backpropcli.solution import solve
from backpropcli.verify import verify

SHAPES = {"a": (), "s": (1,), "u": (3,), "v": (3,), "Q": (3, 3), "R": (1, 3)}
SEEDS = 700


def literal(shape: tuple[int, ...], draw: random.Random) -> str:
    if not shape:
        return f"{draw.uniform(0.3, 1.7):.3f}"
    return "[" + ", ".join(literal(shape[1:], draw) for _ in range(shape[0])) + "]"


def expression(draw: random.Random, depth: int) -> str:
    if depth == 0:
        return draw.choice([*SHAPES, "u", "v", "a"])

    def part() -> str:
        return expression(draw, depth - 1)

    along = draw.choice(["", "", ", axis=0", ", axis=0, keepdims=True", ", axis=1"])
    forms = [
        lambda: f"({part()} {draw.choice('+-')} {part()})",
        lambda: f"{part()} * {part()}",
        lambda: f"{part()} / ({part()}**2 + 1)",
        lambda: f"{part()} @ {part()}",
        lambda: f"{draw.choice(['sigmoid', 'tanh', 'softmax', 'exp', 'identity'])}({part()})",
        lambda: f"{draw.choice(['sum', 'mean', 'max', 'logsumexp'])}({part()}{along})",
        lambda: f"({part()}).T",
        lambda: f"({part()})[{draw.choice(['1', '1:2', '1,2', ':,1'])}]",
        lambda: f"[{part()}, {part()}]",
        lambda: f"concat({part()}, {part()})",
        lambda: f"outer({part()}, {part()})",
        lambda: f"flatten({part()})",
        lambda: f"onehot([2, 1], 3) @ {part()}",
    ]
    return draw.choice(forms)()


def test_random_expressions_have_the_right_derivatives() -> None:
    solved = 0
    for seed in range(SEEDS):
        draw = random.Random(seed)
        z = expression(draw, draw.choice([1, 2, 2, 3]))
        weights = "".join(f"  {name}: {literal(shape, draw)}\n" for name, shape in SHAPES.items())
        ending = "find: [" + ", ".join(f"dz/d{name}" for name in SHAPES) + "]\n"
        if draw.random() < 0.5:
            ending = "loss: sum(z)\n"
        try:
            solution = solve(
                problem_from_text(f'weights:\n{weights}network:\n  z: "{z}"\n{ending}')
            )
        except BackpropError:
            continue  # shapes that do not fit: refused, which other tests look at
        solved += 1
        for (_, name), found in verify(solution).items():
            equation = solution.program.equation(name)
            assert equation is not None
            assert found.agrees, (seed, z, name, to_text(equation.expr), found.largest)
    assert solved > SEEDS // 5


S, U, V, A = Name("s"), Name("u"), Name("v"), Name("a")
KNOWN = {"s": (1,), "u": (3,), "v": (3,), "a": (), "M": (3, 3)}


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (call("eye", n=3) * U, "diag(u)"),
        (call("eye", n=3) * S, "eye(n=3) * s"),  # one number for all columns, not a diagonal
        (call("eye", n=3) @ Name("M"), "M"),
        (call("sum", call("onehot", 2, n=3) * U), "u[2]"),
        (call("sum", call("onehot", 1, n=1) * U), "sum(onehot(1, n=1) * u)"),
        (call("sum", call("onehot", 2, n=3)), "1"),
        (call("sum", call("onehot", U, n=3)), "sum(onehot(u, n=3))"),
        (Apply("array", (A, A)) + Apply("array", (A, Number(1))), "[2 * a, a + 1]"),
        (
            Apply("array", (A, A)) + Apply("array", (Apply("array", (A, A)),) * 2),
            "[a, a] + [[a, a], [a, a]]",
        ),
        (-(A - index(U, 0)) * V, "(u[1] - a) * v"),
        (2 * U / 2, "u"),
        (1 * U, "u"),
        (U + 0, "u"),
        (U - U * 3, "-2 * u"),
        (call("expand", A, shape=(3,)) * U, "a * u"),
        (Name("M").T.T, "M"),
        ((Name("M").T @ Name("M")).T, "M.T @ M"),
    ],
)
def test_one_rule_of_tidying(expr, text: str) -> None:
    shapes = Shapes(KNOWN)
    result = tidy(expr, shapes)
    assert to_text(result) == text
    assert shapes.of(result) == shapes.of(expr)


@pytest.mark.parametrize("name", [op.name for op in OPS.entries() if op.elementwise])
def test_every_elementwise_op_over_a_named_size(name: str) -> None:
    if name in ("over",) or ("'" in name and name not in ("relu'", "sigmoid'")):
        return
    signs = {"add": "w + w", "sub": "w - 2*w", "mul": "w * w", "div": "w / w", "pow": "w**2",
             "neg": "-w", "maximum": "maximum(w, 0)", "minimum": "minimum(w, 0)"}  # fmt: skip
    text = signs.get(name, f"{name}(w)")
    problem = problem_from_text(f"weights: {{w: {{shape: [D]}}}}\nloss: sum({text})\n")
    solution = solve(problem)
    assert "dL/dw" not in solution
    assert [str(size) for size in solution.program.shapes["dL/dw"]] == ["D"]


@pytest.mark.parametrize(
    "text",
    ["sum(w)", "w[1]**2", "sum(w[1:2])", "mean(w)", "max(w)", "norm(w)", "w @ w", "logsumexp(w)",
     "sum(softmax(w)**2)", "sum(onehot(2, D) * w)", "mse(w, 2*w)", "sum(outer(w, w))",
     "sum(concat(w, 1))", "sum(concat(1, w)**2)", "sum(concat(w, 2*w)**2)",
     "sum(reshape(w, [D]))", "cross_entropy(w, 2)"],
)  # fmt: skip
def test_losses_over_a_named_size(text: str) -> None:
    solution = solve(problem_from_text(f"weights: {{w: {{shape: [D]}}}}\nloss: {text}\n"))
    assert "L" not in solution
    assert [str(size) for size in solution.program.shapes["dL/dw"]] == ["D"]
    assert np.ndim(solution.program.counts.total("macs")) == 0
