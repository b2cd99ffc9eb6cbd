"""A gated recurrent unit: ``gru(8)`` (Cho et al. 2014).

The gates in order are z (update), r (reset) and n (candidate):
z = sigmoid(x[t] @ Wz + h[t-1] @ Uz + bz), r likewise,
n = tanh(x[t] @ Wn + (r * h[t-1]) @ Un + bn) and h[t] = z * h[t-1] + (1 - z) * n.
With reset_after=True, as in Keras and PyTorch, n = tanh(x[t] @ Wn + bn + r * (h[t-1] @ Un + bhn)),
and each gate has two biases: 3*(units*(in + units) + 2*units) parameters.
"""

from __future__ import annotations

from collections.abc import Iterable

from backpropcli.problem.layers.builder import Builder
from backpropcli.problem.layers.kind import Arguments, Kind
from backpropcli.problem.layers.recurrent import NAMED, Cell, Step, build

GATES = ("z", "r", "n")


def _build(builder: Builder, arguments: Arguments) -> None:
    after = arguments.flag("reset_after", False)

    def write(step: Step) -> Iterable[tuple[str, str]]:
        before = step.state("h")
        yield "z", f"sigmoid({step.gate('z')})"
        yield "r", f"sigmoid({step.gate('r')})"
        z, r, n = (step.value(gate) for gate in GATES)
        if after:
            yield "n", f"tanh({step.from_data('n')} + {r} * ({step.from_state('n', before)}))"
        else:
            yield "n", f"tanh({step.gate('n', f'({r} * {before})')})"
        yield "h", f"{z} * {before} + (1 - {z}) * {n}"

    build(builder, arguments, Cell("gru", GATES, write), "double" if after else "single")


LAYER = Kind("gru(units, reset_after=False, return_sequences=False, bidirectional=False, "
             "bias=True)", _build, ("units",), ("reset_after", *NAMED))  # fmt: skip
