"""A blank answers file for a problem, with the layout of each answer in a comment."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator

from backpropcli.checking.levels import is_of_a_batch, only_in_examples
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Expr, is_op, names
from backpropcli.ops.sizes import Shape, is_known, shape_text
from backpropcli.problem.data import Asked, Problem, Update
from backpropcli.problem.definitions import all_quantities
from backpropcli.problem.quantities import COUNTS
from backpropcli.program import Program
from backpropcli.writing import number

MOST_STEPS = 20
_PLAIN_KEY = re.compile(r"[^\W\d_][\w/\[\]().,+-]*")
HOW = """\
# Write each answer after its colon: a number (-0.38, 1/3, sqrt(2)/2), a list ([1, 2, 3]),
# a formula ((yhat - y)*W3) or a working (2*(5 - 1.5) = 7). Leave blank what you have not got.
"""


def template(problem: Problem, program: Program) -> str:
    """The text of a blank answers file: it reads back as no answers at all."""
    title = " ".join((problem.title or problem.name).split())
    return "\n".join([f"# Answers to: {title}", HOW + _head(problem), *_body(problem, program), ""])


def _head(problem: Problem) -> str:
    name = "" if problem.file == "<stdin>" else os.path.basename(problem.file)
    return f"problem: {_quoted(name) if name else ''}".rstrip() + "\nstudent:"


def _body(problem: Problem, program: Program) -> Iterator[str]:
    asked = list({str(one.expr): one for one in problem.find}.values())
    batched = [one for one in asked if any(is_of_a_batch(problem, n) for n in names(one.expr))]
    each = [one for one in asked if _is_for_each(problem, one) and one not in batched]
    whole = [one for one in asked if one not in each and one not in batched]
    line = _Line(problem, program)
    if whole or not each:
        yield "answers:"
        yield from (f"  {line.of(one)}" for one in whole)
    if each:
        yield "examples:"
        lines = [line.of(one) for one in each]
        yield from _items("example", len(problem.examples), lines)
    update = problem.update
    if update is not None and update.counted:
        later = {f"{problem.upper}_new", f"{problem.upper}_steps"}
        kept = [one for one in asked if one in whole or one in batched]
        kept = [one for one in kept if _in_steps(one.expr, later)]
        if kept:
            yield "steps:"
            yield from _steps(problem, update, kept, line)


def _items(noun: str, count: int, lines: list[str]) -> Iterator[str]:
    for item in range(1, count + 1):
        yield f"  - # {noun} {item}"
        yield from (f"    {line}" for line in lines)


def _steps(problem: Problem, update: Update, asked: list[Asked], line: _Line) -> Iterator[str]:
    """An item for each step; of several examples in a batch each has an item of its own."""
    inner = [one for one in asked if _is_for_each(problem, one)]
    for item in range(min(update.steps, MOST_STEPS)):
        batch = update.batch(item)
        seen = ", ".join(str(i + 1) for i in batch)
        which = f", with example{'s' if len(batch) > 1 else ''} {seen}" if seen else ""
        yield f"  - # step {item + 1}{which}"
        single = len(batch) == 1
        yield from (f"    {line.of(one)}" for one in asked if single or one not in inner)
        if inner and not single:
            yield "    examples:"
            for number in range(max(batch) + 1):
                yield f"      -{' {}' if number not in batch else ''} # example {number + 1}"
                if number in batch:
                    yield from (f"        {line.of(one)}" for one in inner)


def _is_for_each(problem: Problem, asked: Asked) -> bool:
    if is_op(asked.expr, "shape"):
        return False
    return any(only_in_examples(problem, name) for name in names(asked.expr))


def _in_steps(expr: Expr, later: set[str]) -> bool:
    """Whether a quantity belongs to each step: counts, shapes and later losses do not."""
    if is_op(expr, "shape"):
        return False
    return not any(name in later or name.partition("(")[0] in COUNTS for name in names(expr))


class _Line:
    """Writes the line of a quantity: its key, and how the answer is laid out."""

    def __init__(self, problem: Problem, program: Program) -> None:
        self.counts = program.counts
        self.quantities = all_quantities(problem)
        self.points = any(one.points != 1 for one in problem.find)

    def of(self, asked: Asked) -> str:
        """``dL/dW3:  # (3,): a list of 3 numbers; 2 points``."""
        points = ""
        if self.points:
            points = f"; {number(asked.points)} point{'' if asked.points == 1 else 's'}"
        return f"{_quoted(asked.text)}:  # {self.layout(asked.expr)}{points}"

    def layout(self, expr: Expr) -> str:
        """How the answer to a quantity is written."""
        if is_op(expr, "shape"):
            return "a list of sizes, such as [3, 2]; [] for a single number"
        name = names(expr)[0]
        count = self.counts.of(name)
        if count is not None and name not in self.quantities.shapes:
            return "a whole number" if isinstance(count, int) else "a formula in the sizes"
        return _layout(Shapes({name: self.quantities.shape_of(name) or ()}).of(expr))


def _layout(shape: Shape) -> str:
    if not shape:
        return "a number"
    text = shape_text(shape)
    if not is_known(shape):
        return f"{text}: a formula"
    if len(shape) == 1:
        return f"{text}: a list of {_numbers(shape[0])}"
    if len(shape) == 2:
        rows = "1 row" if shape[0] == 1 else f"{shape[0]} rows"
        return f"{text}: {rows} of {_numbers(shape[1])}, such as [[..], [..]]"
    return f"{text}: lists in lists, the innermost of {_numbers(shape[-1])}"


def _numbers(count: object) -> str:
    return "1 number" if count == 1 else f"{count} numbers"


def _quoted(text: str) -> str:
    """A text as YAML reads it back."""
    return text if _PLAIN_KEY.fullmatch(text) else json.dumps(text, ensure_ascii=False)
