"""Gradients of shared weights whose factors are taken from the step before or after.

In dL/dWh = dL/dz[1]*h0 + dL/dz[2]*h[1] each step has the state that entered it; with h[1] and h[2]
the sum is one step off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backpropcli.language.nodes import Expr, Name, is_op
from backpropcli.mistakes.entry import Edit
from backpropcli.mistakes.layers import lower
from backpropcli.mistakes.over_time import step_of
from backpropcli.mistakes.parts import Path, Term, put, summed, terms, walk
from backpropcli.mistakes.world import World
from backpropcli.problem.data import Equation

PRODUCTS = ("mul", "div", "neg", "matmul", "outer", "transpose")


def shifted(world: World) -> Iterator[Edit]:
    """Each gradient of a weight over several steps, with a sequence one step off throughout."""
    time = world.problem.time
    if time is None:
        return
    for equation in world.gradients:
        parts = terms(equation.expr)
        if lower(equation) not in world.weights or len(parts) < 2:
            continue
        for stem in time.sequences:
            for shift in (1, -1):
                yield from _shifted(world, equation, parts, stem, shift)


def _shifted(
    world: World, equation: Equation, parts: list[Term], stem: str, shift: int
) -> Iterator[Edit]:
    time = world.problem.time
    assert time is not None
    met = {name: step for step, name in time.sequences[stem].items()}
    moved, offsets = [], set()
    for part in parts:
        own, found = step_of(world, part.expr, time), _factor(part.expr, met)
        if own is None or found is None:
            return
        path, step = found
        other = time.sequences[stem].get(step + shift)
        if other is None:
            return
        offsets.add(step - own)
        moved.append(part._replace(expr=put(part.expr, path, Name(other))))
    if len(offsets) == 1:
        offset = offsets.pop()
        used, meant = (f"{stem}[{_step_text(by)}]" for by in (offset + shift, offset))
        facts = {
            "how": f"takes {used} where {meant} belongs",
            "mend": f"In step t the weight met {meant} on the way forward: multiply by that",
        }
        yield from world.edit(equation.name, summed(moved), f"{stem}{shift:+}", 0.0, **facts)


def _factor(expr: Expr, met: Mapping[str, int]) -> tuple[Path, int] | None:
    """The only place of a product where the sequence stands, and at which step; or nothing."""
    found = [(path, met[n.name]) for path, n in walk(expr) if isinstance(n, Name) and n.name in met]
    # What stands in a slope too, as in h*(1 - h), is not what a weight multiplied.
    factors = [(path, step) for path, step in found if _is_factor(expr, path)]
    steps = [step for _, step in found]
    factors = [(path, step) for path, step in factors if steps.count(step) == 1]
    return factors[0] if len(factors) == 1 else None


def _is_factor(expr: Expr, path: Path) -> bool:
    """Whether only products lead to a place."""
    for position in path:
        if not is_op(expr, *PRODUCTS):
            return False
        expr = expr.args[position]
    return True


def _step_text(offset: int) -> str:
    return f"t{offset:+}" if offset else "t"
