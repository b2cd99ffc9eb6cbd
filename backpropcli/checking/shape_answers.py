"""Shapes that are wrong: in answers to ``shape(...)``, and within formulas."""

from __future__ import annotations

from backpropcli.checking.data import Claim, Root
from backpropcli.checking.formulas import judge_formula
from backpropcli.checking.mending import Misfit, Way
from backpropcli.checking.repairs import Repair
from backpropcli.checking.telling import Facts
from backpropcli.language.nodes import names
from backpropcli.language.text import to_text
from backpropcli.mistakes import catalogue
from backpropcli.ops.sizes import Shape, shape_text
from backpropcli.problem.quantities import split_derivative
from backpropcli.program import Program

# The mistakes of taking another product than the one that is meant.
EXCHANGED = {"matmul": "elementwise-for-matmul", "mul": "matmul-for-elementwise"}


def shape_findings(claim: Claim, program: Program) -> tuple[str, Root | None]:
    """What is to be said of an answer to ``shape(...)``, and the mistake; nothing of a right one.

    The right shape is not told.
    """
    name = claim.name.removeprefix("shape(").removesuffix(")")
    shape, given = tuple(program.shapes.get(name, ())), tuple(claim.sizes or ())
    if given == shape:
        return "", None
    text = shape_text(given)
    said = f"{text} is not the shape of {name}"
    parts = split_derivative(name)
    lower = parts[1] if parts is not None and parts[0] == program.problem.upper else ""
    if len(shape) > 1 and given == shape[::-1]:
        if lower in program.problem.weights:
            return said, _named("transposed-outer-product", name, claim, program)
        return f"{said}: the axes are exchanged", None
    if lower:
        said += f": a gradient has the shape of its value, {lower}"
        others = _others(name, given, program)
        if others:
            said += f"; this is the shape of {others}"
    return said, None


def _others(name: str, given: Shape, program: Program) -> str:
    """The gradient for another value of the same kind that has this shape, if there is one."""
    upper, lower = split_derivative(name) or ("", "")
    problem = program.problem
    kind = problem.weights if lower in problem.weights else problem.values
    for other in kind:
        quantity = f"d{upper}/d{other}"
        if other not in (lower, problem.loss) and tuple(problem.shapes.get(other, ())) == given:
            return quantity
    return ""


def misfit_findings(one: Misfit, program: Program) -> tuple[list[str], Root | None]:
    """Why a formula does not fit together; the mistake, or what would be right, if it is seen."""
    claim = one.claim
    assert claim.trouble is not None
    said = [claim.trouble.message]
    for way in one.ways:
        if not judge_formula(way.formula, claim.name, claim.at, program).same:
            continue
        root = _of_way(way, claim, program)
        if root is None:
            place = f"with `{way.instead}` in place of `{way.part}`"
            said.append(f"it would be right {place if way.part else f'as `{way.instead}`'}")
        return said, root
    return said, None


def _of_way(way: Way, claim: Claim, program: Program) -> Root | None:
    """The known mistake that a way to mend a formula undoes."""
    if way.kind == "turned" and way.turned in program.problem.weights:
        return _named("weight-not-transposed", claim.name, claim, program, weight=way.turned)
    if way.kind in EXCHANGED:
        return _named(EXCHANGED[way.kind], claim.name, claim, program)
    return None


def root_of_repair(repair: Repair, claim: Claim, program: Program) -> Root | None:
    """The known mistake that a change which makes a formula right undoes, if it is one."""
    lower = (split_derivative(claim.name) or ("", ""))[1]
    if repair.turned in program.problem.weights:
        return _named("weight-not-transposed", claim.name, claim, program, weight=repair.turned)
    if repair.factor and repair.factor not in program.problem.weights:
        used = [names(e.expr) for e in program.forward if lower in names(e.expr)]
        if lower in program.problem.weights and any(repair.factor in one for one in used):
            facts = {"weight": lower, "input": repair.factor}
            return _named("missing-input-factor", claim.name, claim, program, **facts)
    return None


def _named(name: str, at: str, claim: Claim, program: Program, **facts: str) -> Root:
    """A mistake of the catalogue at a quantity, with its equation as what is right."""
    mistake, equation = catalogue()[name], program.equation(at)
    right = to_text(equation.expr, program.problem.index_from) if equation is not None else ""
    filled = Facts({"at": at, "right": right, **facts})
    return Root(
        code=mistake.code,
        name=mistake.name,
        at=at,
        message=mistake.message.format_map(filled),
        question=mistake.question.format_map(filled),
        remedy=mistake.remedy.format_map(filled),
        explains=(claim.quantity,),
        right=f"{at} = {right}" if right else "",
        did=f"{at} = {claim.text}" if claim.sizes is None else "",
        example=claim.example,
        step=claim.step,
    )
