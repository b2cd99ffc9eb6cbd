"""Every op of the catalogue beside PyTorch: its value, and its vjps beside autograd."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from random_networks import SPECIAL, drawn  # noqa: E402
from torch_ops import OPS as TABLE  # noqa: E402
from torch_support import close, derivative, value_of  # noqa: E402

from backpropcli.autodiff.vjp import Assignment, vjp  # noqa: E402
from backpropcli.evaluate.floats import evaluate  # noqa: E402
from backpropcli.infer import Shapes  # noqa: E402
from backpropcli.language.nodes import Name, call  # noqa: E402
from backpropcli.ops import OPS  # noqa: E402

CASES = [(op.name, number) for op in OPS.entries() for number in range(len(op.samples))]


def test_every_op_has_an_entry():
    assert set(OPS) == set(TABLE)


def test_every_op_is_tried():
    assert {op.name for op in OPS.entries() if not op.samples} <= set(SPECIAL)


@pytest.mark.parametrize(("name", "number"), CASES, ids=str)
def test_value_and_vjps(name, number):
    sample = OPS[name].samples[number]
    generator = np.random.default_rng(number)
    values = {f"x{i}": drawn(generator, name, i, s, sample) for i, s in enumerate(sample.shapes)}
    expr = call(name, *map(Name, values), **dict(sample.params))
    leaves = {n: torch.tensor(v, requires_grad=True) for n, v in values.items()}
    result = value_of(expr, leaves)
    found = np.asarray(evaluate(expr, values), float)
    close(found, result.detach(), name)
    g = generator.normal(size=found.shape)
    shapes = {leaf: np.shape(value) for leaf, value in values.items()}
    shapes |= {"out": found.shape, "g": found.shape}
    terms = vjp(Assignment("out", expr), Name("g"), list(values), Shapes(shapes))
    ours = {term.name: evaluate(term.expr, {**values, "out": found, "g": g}) for term in terms}
    for leaf, at in leaves.items():
        wanted = derivative((result * torch.tensor(g)).sum(), at)
        close(ours.get(leaf, np.zeros(shapes[leaf])), wanted, f"{name} by {leaf}")
