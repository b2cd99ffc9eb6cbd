"""Recurrent layers: the equations of a cell, written out for every step of a sequence.

The data is a sequence (steps, in), or a batch of them (batch, steps, in). Each gate has weights of
its own: W (in, units) for the data, U (units, units) for the state, b (units,); in the column
convention, which takes a single sequence, W is (units, in). The states before the first step are
zeros unless they are given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from backpropcli.language.timeline import step_name
from backpropcli.ops.sizes import Size, shape_text
from backpropcli.problem.layers.builder import Builder
from backpropcli.problem.layers.kind import Arguments, LayerError
from backpropcli.problem.time import MAX_EQUATIONS, MAX_STEPS, RECURRENT

NAMED = ("return_sequences", "bidirectional", "bias")


class Cell(NamedTuple):
    """A kind of recurrent layer: its gates, and what one step computes.

    ``write`` returns the values of a step by their letters, in order, as texts; h comes last.
    """

    kind: str
    gates: tuple[str, ...]
    write: Callable[[Step], Iterable[tuple[str, str]]]


class Step(NamedTuple):
    """One step of a cell while it is written: what its values and weights are called."""

    prefix: str
    data: str
    now: int
    before: int
    bias: str  # "none", "single" or "double"
    column: bool
    states: dict[str, str]  # the states before the first step

    def value(self, letter: str) -> str:
        """A value of this step: ``lstm1_i[2]``."""
        return step_name(f"{self.prefix}_{letter}", self.now)

    def state(self, letter: str) -> str:
        """A state as the step before left it."""
        return self.states.get(letter) or step_name(f"{self.prefix}_{letter}", self.before)

    def product(self, weight: str, value: str) -> str:
        """A weight times a value, in the convention of the problem."""
        name = f"{self.prefix}_{weight}"
        return f"{name} @ {value}" if self.column else f"{value} @ {name}"

    def from_data(self, gate: str) -> str:
        """What the data adds to a gate, with its bias."""
        return self.product(f"W{gate}", self.data) + self.biases("b", gate)

    def from_state(self, gate: str, state: str) -> str:
        """What the state adds to a gate, with the second bias where there are two."""
        return self.product(f"U{gate}", state) + self.biases("bh", gate)

    def biases(self, letter: str, gate: str) -> str:
        """A bias to be added, or nothing."""
        there = self.bias == "double" or (self.bias == "single" and letter == "b")
        return f" + {self.prefix}_{letter}{gate}" if there else ""

    def gate(self, gate: str, state: str | None = None) -> str:
        """The weighted sum of a gate; ``state`` stands for the hidden state."""
        state = state or self.state("h")
        first = self.product(f"W{gate}", self.data) + " + " + self.product(f"U{gate}", state)
        return first + self.biases("b", gate) + self.biases("bh", gate)


def build(builder: Builder, arguments: Arguments, cell: Cell, bias: str = "") -> None:
    """Add a recurrent layer; ``bias`` says what a plain bias is, single where it is left out.

    Raises ``LayerError`` where the data is no sequence.
    """
    units = arguments.size("units", "the number of units", f"{cell.kind}(8)")
    sequences = arguments.flag("return_sequences", False)
    both = arguments.flag("bidirectional", False)
    layer = _Layer(builder, cell, units, _bias(arguments, bias or "single"))
    ways = [layer.run("", 1)] + ([layer.run("_back", -1)] if both else [])
    layer.close(ways, sequences)


def _bias(arguments: Arguments, plain: str) -> str:
    value = arguments.values.get("bias", True)
    if value == "double":
        return "double"
    if isinstance(value, bool):
        return plain if value else "none"
    raise LayerError("bias= is True, False or double")


class _Layer:
    def __init__(self, builder: Builder, cell: Cell, units: Size, bias: str) -> None:
        shape, data = builder.shape, builder.current
        if len(shape) not in ((2,) if builder.column else (2, 3)):
            rule = "(steps, in)" if builder.column else "(steps, in) or (batch, steps, in)"
            before = data.rstrip("0123456789") in RECURRENT
            hint = "the layer before gives all states with return_sequences=true" if before else ""
            said = f"{cell.kind} takes a sequence {rule}, {data} is {shape_text(shape)}"
            raise LayerError(said, hint)
        if not isinstance(shape[-2], int):
            said = f"{cell.kind} is written out step by step, and {data} has {shape[-2]} steps"
            raise LayerError(said, "give the number of steps as a number")
        self.builder, self.cell, self.units, self.bias = builder, cell, units, bias
        self.data, self.steps, self.features = data, shape[-2], shape[-1]
        self.batch = shape[:-2]
        if self.steps > MAX_STEPS or self.steps * (len(cell.gates) + 3) > MAX_EQUATIONS:
            raise LayerError(f"{self.steps} steps are too many to be written out")
        self.name = builder.whole(cell.kind)

    def run(self, side: str, way: int) -> list[str]:
        """The hidden states of one direction, from the first step on."""
        prefix, builder = self.name + side, self.builder
        self.weights(prefix)
        first = builder.draft.index_from
        last = first + self.steps - 1
        start = first - 1 if way > 0 else last + 1
        letters = RECURRENT[self.cell.kind]
        states = {}
        for letter in letters:
            stem, shape = f"{prefix}_{letter}", (*self.batch, self.units)
            states[letter] = builder.sequence(stem, self.steps, start, shape)
        for now in range(first, last + 1)[::way]:
            at = f"{self.data}[:,{now}]" if self.batch else f"{self.data}[{now}]"
            known = states if now - way == start else {}
            step = Step(prefix, at, now, now - way, self.bias, builder.column, known)
            for letter, text in self.cell.write(step):
                if now == range(first, last + 1)[::way][0] and letter not in letters:
                    builder.sequence(f"{prefix}_{letter}", self.steps)
                builder.value(step.value(letter), text)
        return [step_name(f"{prefix}_h", now) for now in range(first, last + 1)]

    def weights(self, prefix: str) -> None:
        """W and U of each gate, then the biases, gate by gate."""
        builder, units = self.builder, self.units
        wide = (units, self.features) if builder.column else (self.features, units)
        order = "(units, in)" if builder.column else "(in, units)"
        for gate in self.cell.gates:
            builder.weight(f"{prefix}_W{gate}", wide, order)
        for gate in self.cell.gates:
            builder.weight(f"{prefix}_U{gate}", (units, units))
        kinds = {"none": (), "single": ("b",), "double": ("b", "bh")}[self.bias]
        for letter in kinds:
            for gate in self.cell.gates:
                builder.weight(f"{prefix}_{letter}{gate}", (units,))

    def close(self, ways: list[list[str]], sequences: bool) -> None:
        """The value of the layer: the states of all steps, or those after the last one."""
        axis = ", axis=1" if self.batch else ""
        if sequences:
            joined = (
                [f"concat({a}, {b}{axis})" for a, b in zip(*ways, strict=True)]
                if (len(ways) > 1)
                else ways[0]
            )
            parts = ", ".join(joined)
            text = f"stack({parts}, axis=1)" if self.batch else f"[{parts}]"
        else:
            text = ways[0][-1]
            if len(ways) > 1:  # the backward direction ends at the first step
                text = f"concat({text}, {ways[1][0]}{axis})"
        self.builder.value(self.name, text)
