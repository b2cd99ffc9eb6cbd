"""The claims of a mapping of quantities to values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, NamedTuple

from backpropcli.checking.data import Claim
from backpropcli.checking.levels import only_in_examples
from backpropcli.checking.sides import is_label
from backpropcli.checking.sizes import read_sizes
from backpropcli.checking.values import ValueReader
from backpropcli.checking.written import Unreadable, is_left_open, piece_of
from backpropcli.errors import Complaint, Place
from backpropcli.files.schema import complain
from backpropcli.files.source import Source
from backpropcli.files.tree import Mapping, Node, Scalar, Sequence, describe, quoted
from backpropcli.files.visible import visible
from backpropcli.language.grammar import ExpressionError
from backpropcli.language.nodes import Apply, At, Expr, Name, is_op
from backpropcli.problem.asked import each_step, quantity_expr
from backpropcli.problem.data import Problem

MOST_KEPT = 2000


class Target(NamedTuple):
    """The quantity of a claim: as parsed, the whole one by name, and the entry that is meant."""

    expr: Expr
    name: str
    at: tuple[Any, ...] | None


class Known:
    """What is known of one problem's quantities; kept, since a class answers the same ones."""

    def __init__(self, problem: Problem) -> None:
        self.values = ValueReader(problem)
        self.targets: dict[str, Target] = {}

    def target(self, text: str) -> Target:
        """The quantity of that text; raises ``ExpressionError``."""
        found = self.targets.get(text)
        if found is None:
            found = _target(quantity_expr(text, self.values.quantities))
            if len(self.targets) < MOST_KEPT:
                self.targets[text] = found
        return found


@lru_cache(4)
def known_of(problem: Problem) -> Known:
    """What is known of a problem's quantities; the last few problems are kept."""
    return Known(problem)


def _target(expr: Expr) -> Target:
    if isinstance(expr, Name):
        return Target(expr, expr.name, None)
    inner = expr.args[0]
    assert isinstance(expr, Apply)
    assert isinstance(inner, Name)
    if expr.op == "shape":
        return Target(expr, f"shape({inner.name})", None)
    at: At = dict(expr.params)["at"]
    return Target(expr, inner.name, at.items)


class ClaimReader:
    """Reads claims about one problem's quantities; unknown and repeated ones are complaints."""

    def __init__(self, source: Source, problem: Problem, complaints: list[Complaint]) -> None:
        self.source, self.problem, self.complaints = source, problem, complaints
        self.known = known_of(problem)
        self.seen: dict[Any, Place] = {}

    def claims(self, mapping: Mapping, example: int | None, step: int | None) -> Iterator[Claim]:
        """A claim for each entry that was filled in; a step's only example is the step itself."""
        if self.batch(step) == (example,):
            example = None
        for key, node in self.by_steps(mapping):
            target = self.target(key)
            if target is None or not self.is_new(key, target, example, step):
                continue
            if example is None and self.is_of_an_example(target.name, step):
                said = f"`{target.name}` is different in each example"
                self.complain(said, key, "it stands under `examples:`, in the item of its example")
                continue
            batch = self.batch(step)
            if example is not None and batch and example not in batch:
                said = f"step {step} does not see example {example}"
                seen = " and ".join(map(str, batch))
                self.complain(said, key, f"it sees example{'s' if len(batch) > 1 else ''} {seen}")
                continue
            if not is_left_open(node):
                yield self.claim(key, node, target, example, step)

    def by_steps(self, mapping: Mapping) -> Iterator[tuple[Scalar, Node]]:
        """The entries; a sequence whose steps are answered by one list, step by step."""
        for key, node in mapping.entries:
            steps = each_step(key.text, self.problem.time)
            if not steps or is_left_open(node):
                yield from () if steps else ((key, node),)
            elif isinstance(node, Sequence) and len(node.items) == len(steps):
                for text, item in zip(steps, node.items, strict=True):
                    yield key._replace(text=text), item
            else:
                said = f"{quoted(key.text)} has {len(steps)} steps: a list of {len(steps)} answers"
                self.complain(said, key, f"or answer each by itself, {steps[0]}: ...")

    def batch(self, step: int | None) -> tuple[int, ...]:
        """The examples of a step, from 1, where it does not see all."""
        update = self.problem.update
        found = update.batch(step - 1) if update is not None and step is not None else ()
        return tuple(i + 1 for i in found)

    def is_of_an_example(self, name: str, step: int | None) -> bool:
        """Whether a quantity has no value by itself here: a step over one example has all."""
        return len(self.batch(step)) != 1 and only_in_examples(self.problem, name)

    def target(self, key: Scalar) -> Target | None:
        """The quantity that a key names; nothing after a complaint."""
        try:
            return self.known.target(key.text)
        except ExpressionError as error:
            self.complain(visible(error.message), key, error.hint)
            return None

    def is_new(self, key: Scalar, target: Target, example: int | None, step: int | None) -> bool:
        """Whether this quantity, or this entry, has not been answered yet."""
        known = (target.name, target.at, example, step)
        first = self.seen.setdefault(known, key.place)
        if first == key.place:
            return True
        where = f"in line {first.line} and in line {key.place.line}"
        if first.line == key.place.line:
            where = f"in line {first.line}"
        said = f"{quoted(key.text)} is answered twice, {where}"
        self.complain(said, key, "keep one of the two")
        return False

    def claim(
        self, key: Scalar, node: Node, target: Target, example: int | None, step: int | None
    ) -> Claim:
        """What is said of one quantity; what cannot be read says why."""
        text, place, width = _shown(node, self.source)
        claim = Claim(
            key.text, target.expr, target.name, target.at, example, step, place, text, width
        )
        try:
            if is_op(target.expr, "shape"):
                return replace(claim, sizes=read_sizes(node, self.problem.sizes))
            values = self.known.values
            label = partial(is_label, target=target.name, quantities=values.quantities)
            value = values.value(node, label)
        except Unreadable as why:
            told = self.source.complaint(visible(why.message), why.place, why.hint, why.width)
            return replace(claim, trouble=told)
        return replace(
            claim,
            written=value.written,
            formula=value.formula,
            links=value.links,
            other=value.other,
        )

    def complain(self, message: str, key: Scalar, hint: str = "") -> None:
        """Add a complaint about a key."""
        complain(message, key, self.source, self.complaints, hint)


def _shown(node: Node, source: Source) -> tuple[str, Place, int]:
    """The text of a value on one line, where it begins, and how wide it is there."""
    if isinstance(node, Scalar):
        piece = piece_of(node)
        return piece.text, piece.place, piece.width
    line = source.lines[node.place.line - 1]
    end = len(line.rstrip())
    if node.flow and isinstance(node, Sequence):
        end = _end_of_list(node, line) or end
    return _joined(node), node.place, max(1, end + 1 - node.place.column)


def _end_of_list(node: Sequence, line: str) -> int:
    """How far a list in brackets reaches in its line, or 0 where it goes on in the next."""
    last: Node = node
    depth = 0
    while isinstance(last, Sequence):
        if not last.items:
            return 0
        last, depth = last.items[-1], depth + 1
    if not isinstance(last, Scalar) or last.place.line != node.place.line:
        return 0
    at = last.place.column - 1 + last.source_width
    while depth and at < len(line):
        depth -= line[at] == "]"
        at += 1
    return 0 if depth else at


def _joined(node: Node) -> str:
    if isinstance(node, Scalar):
        return piece_of(node).text
    if isinstance(node, Sequence):
        return "[" + ", ".join(_joined(item) for item in node.items) + "]"
    return describe(node)
