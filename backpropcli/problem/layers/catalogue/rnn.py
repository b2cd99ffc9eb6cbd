"""A simple recurrent layer (Elman 1990): ``rnn(16)``.

h[t] = tanh(x[t] @ W + h[t-1] @ U + b), with W (in, units), U (units, units) and b (units,), called
rnn1_W, rnn1_U, rnn1_b; another activation may be named.
"""

from __future__ import annotations

from collections.abc import Iterable

from backpropcli.language.text import param_text
from backpropcli.problem.layers.builder import Builder
from backpropcli.problem.layers.kind import Activation, Arguments, Kind
from backpropcli.problem.layers.recurrent import NAMED, Cell, Step, build


def _build(builder: Builder, arguments: Arguments) -> None:
    chosen = arguments.activation() if "activation" in arguments else Activation("tanh", {})
    named = "".join(f", {key}={param_text(value)}" for key, value in chosen.params.items())

    def write(step: Step) -> Iterable[tuple[str, str]]:
        yield "h", f"{chosen.name}({step.gate('')}{named})"

    build(builder, arguments, Cell("rnn", ("",), write))


LAYER = Kind("rnn(units, activation, return_sequences=False, bidirectional=False, bias=True)",
             _build, ("units", "activation"), NAMED)  # fmt: skip
