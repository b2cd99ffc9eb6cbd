"""Long chains: the time for a node must not grow with their length, and nothing may recurse."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter

from timing import Row

from backpropcli.autodiff import Assignment, gradients
from backpropcli.evaluate.floats import Machine
from backpropcli.language.nodes import Expr, Name, call

SHORT, LONG = 200, 200_000
PARTS = ("gradient equations", "compiling", "evaluating")
GOAL = 1.6
Chain = Callable[[int], list[Assignment]]


def equations(length: int) -> list[Assignment]:
    """x1 = sin(x0), x2 = sin(x1), ..."""
    return [Assignment(f"x{i}", call("sin", Name(f"x{i - 1}"))) for i in range(1, length + 1)]


def one_expression(length: int) -> list[Assignment]:
    """sin(sin(sin(... x0)))."""
    expr: Expr = Name("x0")
    for _ in range(length):
        expr = call("sin", expr)
    return [Assignment(f"x{length}", expr)]


def rows() -> Iterator[Row]:
    """The time a node in a long chain against that in a short one, for each part and in all."""
    for what, chain in (("equations", equations), ("nodes", one_expression)):
        # Short ones before and after, as the speed of the machine may change meanwhile.
        before = _short(chain)
        long = _parts(chain, LONG)
        short = [median(part) for part in zip(*before, *_short(chain), strict=True)]
        yield Row(f"{LONG:,} {what}", sum(long), f"{SHORT} {what}", sum(short), GOAL)
        for part, ours, theirs in zip(PARTS, long, short, strict=True):
            yield Row(f"  {part}", ours, "", theirs)


def _short(chain: Chain) -> list[list[float]]:
    return [_parts(chain, SHORT) for _ in range(40)]


def _parts(chain: Chain, length: int) -> list[float]:
    """Seconds a node: to build the gradient equations, to compile, to evaluate."""
    forward = chain(length)
    upper = forward[-1].name
    shapes = {"x0": (), **{e.name: () for e in forward}}
    gc.collect()
    start = perf_counter()
    backward = gradients(forward, upper, ["x0"], shapes)
    built = perf_counter()
    machine = Machine([*forward, *((g.name, g.expr) for g in backward)], ["x0"])
    compiled = perf_counter()
    machine.run({"x0": 0.5})
    done = perf_counter()
    return [t / length for t in (built - start, compiled - built, done - compiled)]
