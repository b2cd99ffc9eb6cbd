"""Equations worked out by torch, with all gradients by autograd."""

from __future__ import annotations

import numpy as np
import torch
from torch_ops import OPS, tensor

from backpropcli.language.nodes import Apply, Expr, Name, Number, postorder

RELATIVE = 1e-9


def value_of(root: Expr, known: dict[str, torch.Tensor]) -> torch.Tensor:
    """An expression over tensors."""
    found: dict[int, torch.Tensor] = {}
    for node in postorder(root):
        if isinstance(node, Name):
            found[id(node)] = known[node.name]
        elif isinstance(node, Number):
            found[id(node)] = tensor(float(node.value))
        else:
            assert isinstance(node, Apply)
            operands = [found[id(arg)] for arg in node.args]
            found[id(node)] = OPS[node.op](*operands, **dict(node.params))
    return found[id(root)]


def forward(equations, given: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """All values of a pass; each keeps its gradient."""
    known = dict(given)
    for equation in equations:
        value = value_of(equation.expr, known)
        # a value that is another under a second name gets a gradient of its own, a constant too
        known[equation.name] = value * 1.0 if value.requires_grad else value.requires_grad_()
    return known


def derivative(upper: torch.Tensor, lower: torch.Tensor) -> np.ndarray:
    """All derivatives of one value by another; the axes of the upper one come first."""
    rows = []
    for one in upper.reshape(-1):
        g = None
        if one.requires_grad:
            (g,) = torch.autograd.grad(one, lower, retain_graph=True, allow_unused=True)
        rows.append(torch.zeros_like(lower) if g is None else g)
    return torch.stack(rows).reshape((*upper.shape, *lower.shape)).detach().numpy()


def close(found, wanted, what: str, cancelled: float = 1e-14) -> None:
    """Equal to 1e-9, relative to the entry, or to a thousandth of the largest one.

    ``cancelled`` is what may be left of numbers that cancel, such as the mean of a batchnorm.
    """
    found, wanted = np.asarray(found, float), np.asarray(wanted, float)
    assert found.shape == wanted.shape, f"{what}: {found.shape} and {wanted.shape}"
    size = np.maximum(np.abs(wanted), np.abs(wanted).max(initial=0.0) * 1e-3)
    off = np.abs(found - wanted)
    assert (off <= RELATIVE * size + cancelled).all(), f"{what}\n{found}\n{wanted}"
