"""Local derivatives of entries, compared with sympy's derivatives of the equations."""

import numpy as np
import pytest
import sympy
from chain_support import solved_text

from backpropcli.derivation.locals import Locals
from backpropcli.evaluate.entries import entry_expressions, symbols
from backpropcli.evaluate.floats import evaluate
from backpropcli.language.nodes import Number, fold, is_op, names

ENTRIES = {
    "scalars": "inputs: {a: 2, b: 3}\nnetwork:\n  u: a**2*b - b/a + sqrt(a*b)\nfind: [du/da]",
    "sigmoid": "inputs: {a: [1, 2], b: 3}\nnetwork:\n  u: sigmoid(a*b)\nfind: [du/da]",
    "softmax": "inputs: {a: [1, 2, 0]}\nnetwork:\n  u: softmax(a)\nfind: [du/da]",
    "tanh": "inputs: {a: [1, 2], b: [1, 1]}\nnetwork:\n  u: dot(tanh(a), b)\nfind: [du/da]",
    "matrix": "inputs: {A: [[1, 2], [3, 4]], b: [1, 1]}\nnetwork:\n  u: A @ b\nfind: [du/db]",
    "log": "inputs: {a: [1, 2], b: [1, 1]}\nnetwork:\n  u: sum(b*log(a)) / 2\nfind: [du/da]",
}


@pytest.mark.parametrize("text", ENTRIES.values(), ids=ENTRIES)
def test_local_derivatives_agree_with_sympy(text):
    solution = solved_text(text)
    local = Locals(solution.program)
    equation = solution.program.forward[-1]
    outputs = entry_expressions(equation.expr, local.shapes)
    values = solution.total.values
    for lower in names(equation.expr):
        inputs = symbols(lower, local.shapes.names[lower])
        for at in np.ndindex(outputs.shape):
            for below in np.ndindex(inputs.shape):
                slope = sympy.diff(as_sympy(outputs[at]), as_sympy(inputs[below]))
                numbers = {
                    as_sympy(cell): float(value)
                    for name in names(equation.expr)
                    for cell, value in zip(
                        symbols(name, values[name].shape).flat, values[name].flat, strict=True
                    )
                }
                found = local.entry("u", at, lower, below)
                np.testing.assert_allclose(
                    float(evaluate(found, values)),
                    float(slope.subs(numbers)),
                    rtol=1e-12,
                    atol=1e-15,
                )


def as_sympy(expr):
    """A formula of entries for sympy; only the operations that are used here."""
    calls = {
        "add": lambda a, b: a + b,
        "sub": lambda a, b: a - b,
        "mul": lambda a, b: a * b,
        "div": lambda a, b: a / b,
        "pow": lambda a, b: a**b,
        "neg": lambda a: -a,
        "exp": sympy.exp,
        "log": sympy.log,
        "sqrt": sympy.sqrt,
        "tanh": sympy.tanh,
        "sigmoid": lambda a: 1 / (1 + sympy.exp(-a)),
    }

    def visit(node, args):
        if isinstance(node, Number):
            return sympy.Rational(node.value.numerator, node.value.denominator)
        if is_op(node, "index"):
            return sympy.Symbol(f"{args[0]}{dict(node.params)['at'].items}")
        if node.args:
            return calls[node.op](*args)
        return sympy.Symbol(node.name)

    return fold(expr, visit)
