"""A long short-term memory layer: ``lstm(8)`` (Hochreiter and Schmidhuber 1997, with Gers' gate).

The gates in order are i (input), f (forget), g (candidate) and o (output):
i = sigmoid(x[t] @ Wi + h[t-1] @ Ui + bi), f and o likewise, g = tanh(...),
c[t] = f * c[t-1] + i * g and h[t] = o * tanh(c[t]). The weights are lstm1_Wi, lstm1_Ui, lstm1_bi,
lstm1_Wf and so on: 4*(units*(in + units) + units) parameters.
"""

from __future__ import annotations

from collections.abc import Iterable

from backpropcli.problem.layers.builder import Builder
from backpropcli.problem.layers.kind import Arguments, Kind
from backpropcli.problem.layers.recurrent import NAMED, Cell, Step, build

GATES = {"i": "sigmoid", "f": "sigmoid", "g": "tanh", "o": "sigmoid"}


def _write(step: Step) -> Iterable[tuple[str, str]]:
    for gate, activation in GATES.items():
        yield gate, f"{activation}({step.gate(gate)})"
    i, f, g, o = (step.value(gate) for gate in GATES)
    yield "c", f"{f} * {step.state('c')} + {i} * {g}"
    yield "h", f"{o} * tanh({step.value('c')})"


def _build(builder: Builder, arguments: Arguments) -> None:
    build(builder, arguments, Cell("lstm", tuple(GATES), _write))


LAYER = Kind("lstm(units, return_sequences=False, bidirectional=False, bias=True)", _build,
             ("units",), NAMED)  # fmt: skip
