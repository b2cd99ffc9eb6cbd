"""The equations of a layer list while they are built, layer by layer."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from backpropcli.files.tree import Scalar
from backpropcli.language.grammar import ExpressionError, Vocabulary
from backpropcli.language.nodes import Expr
from backpropcli.language.parser import parse
from backpropcli.language.text import param_text
from backpropcli.language.timeline import Timeline, step_name
from backpropcli.ops import FUNCTIONS
from backpropcli.ops.sizes import Shape, Size, is_known, shape_text, whole
from backpropcli.problem.data import Given, Layer
from backpropcli.problem.draft import Draft
from backpropcli.problem.layers.kind import Activation, LayerError
from backpropcli.resolve import Scope, resolve

Shapes = tuple[Shape, ...]


class Written(NamedTuple):
    """An equation of a layer, with the place of its layer; its names are not resolved yet."""

    name: str
    expr: Expr
    node: Scalar


class Builder:
    """What the layers so far have built; a kind adds weights, inputs and equations to it.

    ``data`` enters the first layer; ``current`` is the value that enters the next layer, ``shape``
    its shape.
    """

    def __init__(self, draft: Draft, data: str, column: bool) -> None:
        self.draft, self.column = draft, column
        self.data = self.current = data
        self.numbers: Counter[str] = Counter()  # the highest number that a name has so far
        self.shapes: dict[str, Shape] = {n: given.shape for n, given in draft.given.items()}
        self.planes = 0  # of images 2, of what conv1d gives 1: how many axes hold positions
        self.averages: Size = 0  # numbers of this layer that are not trained
        self.equations: list[Written] = []
        self.layers: list[Layer] = []
        self._node: Scalar
        self._weights: list[str] = []
        self._spoiled = False  # a given weight of this layer has another shape
        self._name = ""

    def start(self, node: Scalar) -> None:
        """A new layer begins, on that line."""
        self._node, self._weights, self._spoiled, self._name = node, [], False, ""
        self._before, self.averages = len(self.equations), 0

    def finish(self) -> None:
        """The layer is complete."""
        values = tuple(written.name for written in self.equations[self._before :])
        weights = tuple(self._weights)
        self.layers.append(Layer(self._node.text, values, weights, self._name, self.averages))

    def whole(self, kind: str) -> str:
        """The name of a layer of several equations, under which it is counted: lstm1, gru2."""
        self._name = f"{kind}{self.next(kind)}"
        return self._name

    @property
    def shape(self) -> Shape:
        """The shape of the value that enters the next layer."""
        return self.shapes[self.current]

    @property
    def is_batch(self) -> bool:
        """Whether what enters has a batch axis: images of four axes have, and rows of vectors."""
        return len(self.shape) > (self.planes + 1 if self.planes else 1)

    @property
    def columns(self) -> bool:
        """Whether the columns of a matrix are the examples."""
        return self.column and len(self.shape) == 2

    def next(self, stem: str) -> int:
        """The next number of names that begin with ``stem``: z1, z2 ..., gru1, gru2 ..."""
        self.numbers[stem] += 1
        return self.numbers[stem]

    def weight(self, name: str, shape: Shape, order: str = "", also: Shapes = ()) -> str:
        """A weight of the layer; one that is not given is added with its shape only.

        One that is given must have that shape, or one of ``also``; ``order`` says in a complaint
        what its axes are.
        """
        if name not in self._weights:
            self._weights.append(name)
        given = self.draft.given.get(self.draft.aliases.get(name, name))
        if given is not None and given.shape in also:
            shape = given.shape
        self._given(name, "weight", shape, order)
        return name

    def input(self, name: str, shape: Shape) -> str:
        """A known value that the layer needs beside the data, such as a mask."""
        self._given(name, "input", shape, "")
        return name

    def sequence(self, stem: str, steps: int, start: int = 0, shape: Shape | None = None) -> str:
        """Add values with a step of time as their first index, such as lstm1_h.

        A sequence with a ``shape`` has a state at the step ``start``, before its first step or
        after its last, which is zero unless it is given. Returns the name of that state.
        """
        time = self.draft.time or Timeline(self.draft.index_from, self.draft.index_from, {})
        last = time.first + steps - 1
        names = {step: step_name(stem, step) for step in range(time.first, last + 1)}
        if shape is not None:
            names[start] = self._zeros(stem, start, shape)
        self.draft.time = time._replace(
            last=max(last, time.last),
            sequences={**time.sequences, stem: names},
            lasts={**time.lasts, stem: last},
        )
        self.draft.places.setdefault(stem, self._node.place)
        return names.get(start, "")

    def _zeros(self, stem: str, step: int, shape: Shape) -> str:
        """A state that is zero unless it is given, as ``lstm1_h[0]`` or ``lstm1_h0``."""
        for name in (f"{stem}{step}", step_name(stem, step)):
            if name in self.draft.given:
                self._given(name, self.draft.given[name].kind, shape, "")
                return name
        name = step_name(stem, step)
        self._given(name, "input", shape, "")
        if is_known(shape):
            exact = np.full(whole(shape), Fraction(0), object)
            zeros = Given(name, "input", shape, np.zeros(whole(shape)), exact)
            self.draft.given[name] = zeros
        return name

    def _given(self, name: str, kind: str, shape: Shape, order: str) -> None:
        given = self.draft.given.get(self.draft.aliases.get(name, name))
        if given is None:
            self.draft.given[name] = Given(name, kind, shape)
        elif given.shape != shape:
            meant = f"{order} = {shape_text(shape)}" if order else shape_text(shape)
            self._refuse(name, f"{name} is {shape_text(given.shape)}", meant)
        self.shapes[name] = shape

    def _refuse(self, name: str, found: str, meant: str) -> None:
        """Complain about what is given, where it is given: that is what has to be changed."""
        node, source = self._node, self.draft.source
        place = self.draft.places.get(name, node.place)
        said = f"{found}, `{node.text}` in line {node.place.line} needs {meant}"
        self.draft.complaints.append(source.complaint(said, place, width=len(name)))
        self._spoiled = True

    def value(self, name: str, text: str) -> str:
        """An equation of the layer; its value enters what follows.

        Raises ``LayerError`` where the name is taken or the shapes do not fit.
        """
        taken = self.draft.places.get(name)
        if taken is not None:
            raise LayerError(
                f"this layer gives {name}, which is already defined in line {taken.line}"
            )
        try:
            words = Vocabulary(FUNCTIONS, self.shapes, self.draft.index_from, time=self.draft.time)
            expr = parse(text, words)
            shape = resolve(expr, self._scope())[1]
        except ExpressionError as error:
            raise LayerError(error.message, error.hint) from None
        if self._spoiled:
            self.draft.failed.add(name)
        self.equations.append(Written(name, expr, self._node))
        self.shapes[name], self.current = shape, name
        return name

    def _scope(self) -> Scope:
        return self.draft.scope()._replace(shapes=self.shapes)

    def activate(self, activation: Activation) -> None:
        """Apply an activation to the current value: h1 of z1; identity is none."""
        name = activation.name
        if name == "identity":
            return
        target = f"h{self.numbers['z']}"
        if target in self.shapes:
            target += "_" + name
        named = "".join(f", {key}={param_text(v)}" for key, v in activation.params.items())
        text = f"{name}({self.current}{named})"
        if self.columns and name in ("softmax", "log_softmax"):
            text = f"{name}({self.current}.T).T"  # softmax runs along the last axis
        self.value(target, text)
