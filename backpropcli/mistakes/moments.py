"""Slips in the state of an update rule: velocities, moments, their corrections, their use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backpropcli.language.nodes import Expr, Name, is_op, names, substitute
from backpropcli.mistakes.entry import Edit
from backpropcli.mistakes.optimizers import Made, made, relined, rule_of
from backpropcli.mistakes.parts import replaced, summed, terms
from backpropcli.mistakes.world import World
from backpropcli.problem.data import Update

AVERAGES = {  # the setting by which a rule averages a quantity
    "adam": {"m": "beta1", "v": "beta2"},
    "adamw": {"m": "beta1", "v": "beta2"},
    "rmsprop": {"v": "beta"},
}

Form = tuple[str, Expr, str, str]  # kind, equation, what was done, what to do


def slips(world: World) -> Iterator[Edit]:
    """Every way to get the state of a rule wrong."""
    for one in made(world):
        for makers in (_of_average, _of_correction, _of_step, _of_lead):
            for kind, expr, used, mend in makers(world, one):
                facts = {"used": f"{one.equation.name} {used}", "mend": mend}
                if world.fits(one.equation.name, expr) and expr != one.equation.expr:
                    yield Edit(one.equation.name, {one.equation.name: expr}, facts, 0.0, kind)
    yield from _whole(world)


def _of_average(world: World, one: Made) -> Iterator[Form]:
    """The velocity, an average or a sum of squares."""
    if one.suffix not in ("v", "m", "G"):
        return
    expr, old = one.equation.expr, one.own(f"{one.suffix}_old")
    kept = [p for p in terms(expr) if old.name not in names(p.expr)]
    added = [p for p in terms(expr) if old.name in names(p.expr)]
    start = "Go on from the value of the step before"
    yield "lost", summed(kept), "forgets what the step before left", start
    if one.suffix != "G":
        told, mend = "takes nothing of the new gradient", "Add the new gradient's part"
        yield "only", summed(added), told, mend
    turned = summed([*added, *(p._replace(sign=-p.sign) for p in kept)])
    if one.suffix != "G":
        yield "sign", turned, "takes the gradient with the wrong sign", "Add the gradient's part"
    squared = replaced(expr, lambda n: n.args[0] if is_op(n, "pow") else None)
    yield "square", squared, "averages the gradient, not its square", "Square the gradient first"
    weight = {n: Name(one.weight) for n in names(expr) if "/" in n or n == f"{one.weight}_g"}
    taken = "is made of the weight, not of the gradient"
    yield "weight", substitute(expr, weight), taken, "Put the gradient in"
    yield from _shares(world, one, old)


def _shares(world: World, one: Made, old: Name) -> Iterator[Form]:
    """The shares of the old value and of the new one."""
    from backpropcli.optimizers.entry import rest_of

    update = world.problem.update
    assert update is not None
    share = AVERAGES.get(update.rule, {}).get(one.suffix, "mu" if update.form == "dampened" else "")
    new = [p.expr for p in terms(one.equation.expr) if old.name not in names(p.expr)]
    if share and len(new) == 1:
        keep = update.settings[share]
        rest = rest_of(keep)
        bare = _bare(new[0], rest)
        mend = f"The old value has the share {world.text(keep)}, the new one {world.text(rest)}"
        told = f"exchanges the shares {world.text(keep)} and {world.text(rest)}"
        yield "shares", rest * old + keep * bare, told, mend
        told = f"takes the new part whole, without {world.text(rest)}"
        yield "whole", keep * old + bare, told, mend
        yield "undamped", old + rest * bare, f"keeps the old value whole, not {share} of it", mend
    elif "mu" in update.settings:
        keep = update.settings["mu"]
        mend = f"The old velocity has the share {world.text(keep)}"
        parts = terms(one.equation.expr)
        whole = [p._replace(expr=old) if old.name in names(p.expr) else p for p in parts]
        yield "undamped", summed(whole), "keeps the old velocity whole, without mu", mend
        rest = rest_of(keep)
        part = [p._replace(expr=rest * old) if old.name in names(p.expr) else p for p in parts]
        yield "shares", summed(part), "takes 1 - mu of the old velocity, not mu", mend


def _bare(expr: Expr, rest: Expr) -> Expr:
    """The new part of an average without its share."""
    return expr.args[1] if is_op(expr, "mul") and expr.args[0] == rest else expr


def _of_correction(world: World, one: Made) -> Iterator[Form]:
    """The correction of a moment for its start at 0."""
    from backpropcli.optimizers.entry import rest_of

    update = world.problem.update
    if one.suffix not in ("mhat", "vhat") or update is None:
        return
    expr, bare = one.equation.expr, one.own(one.suffix[0])
    share = update.settings[AVERAGES[update.rule][one.suffix[0]]]
    mend = f"Divide by 1 - {world.text(share)}**{update.counter}"
    if update.made:
        made = f"{update.made} step{'' if update.made == 1 else 's'}"
        told = f"counts the steps from 1 again, though {made} came before"
        afresh = substitute(expr, {update.counter: Name(update.counter) - update.made})
        yield "afresh", afresh, told, f"Count on: {update.counter} is the number of all steps"
    yield "uncorrected", bare, "is not corrected for its start at 0", mend
    told = "leaves out the exponent of the bias correction"
    yield "power", bare / rest_of(share), told, mend
    for kind, shift, side in (("before", -1, "before"), ("after", 1, "after")):
        t = Name(update.counter)
        other = t - 1 if shift < 0 else t + 1
        told = f"is corrected as in the step {side} this one"
        yield kind, substitute(expr, {update.counter: other}), told, mend
    if is_op(expr, "div"):
        yield "product", expr.args[0] * expr.args[1], "multiplies by the bias correction", mend


def _of_step(world: World, one: Made) -> Iterator[Form]:
    """The new weight and the change."""
    update = world.problem.update
    if one.suffix not in ("new", "change") or update is None:
        return
    expr = one.equation.expr
    mend = f"Follow the rule: {one.equation.name} = {world.text(expr)}"
    rootless = replaced(expr, lambda n: n.args[0] if is_op(n, "sqrt") else None)
    yield "root", rootless, "divides by the squares themselves, not by their root", mend
    inside = replaced(expr, _eps_inside)
    yield "eps", inside, "has eps inside the root", mend
    hats = {f"{one.weight}_{s}hat": one.own(s) for s in ("m", "v")}
    if any(name in names(expr) for name in hats):
        told = "uses the moments without their bias correction"
        yield "moments", substitute(expr, hats), told, mend
    gradient = Name(f"{one.weight}_g" if f"{one.weight}_g" in world.equations
                    else f"d{world.upper}/d{one.weight}")  # fmt: skip
    plain = gradient if update.form != "classical" else update.lr * gradient
    for suffix, new, told in (
        ("v" if "mu" in update.settings else "mhat", plain, "uses this step's gradient alone"),
        ("m", gradient, "uses this step's gradient alone"),
        ("v", one.own("v_old"), "uses the v of the step before"),
    ):
        name = f"{one.weight}_{suffix}"
        fits = suffix == "mhat" or name in names(expr)
        if fits and name in names(expr):
            yield f"{suffix}-{told}", substitute(expr, {name: new}), told, mend


def _eps_inside(node: Expr) -> Expr | None:
    """``sqrt(v + eps)`` of ``sqrt(v) + eps``."""
    if is_op(node, "add") and is_op(node.args[0], "sqrt"):
        root = node.args[0]
        return type(root)("sqrt", (root.args[0] + node.args[1],))
    return None


def _of_lead(world: World, one: Made) -> Iterator[Form]:
    """Where the momentum leads, and the gradient there."""
    update = world.problem.update
    if update is None or not update.ahead:
        return
    weight, old = Name(one.weight), one.own("v_old")
    mend = f"Go to {world.text(world.equations[f'{one.weight}_ahead'].expr)} first"
    if one.suffix == "ahead":
        mu = update.settings["mu"]
        yield "lead-sign", weight + mu * old, "goes against the momentum", mend
        yield "lead-whole", weight - old, "leaves out mu", mend
        yield "lead-none", weight, "stays at the weight", mend


def _whole(world: World) -> Iterator[Edit]:
    """Slips that change several equations of a weight at once."""
    update = world.problem.update
    if update is None:
        return
    for weight in update.weights:
        for kind, changes, used, mend in _at_once(world, update, weight):
            if changes and all(world.fits(n, e) for n, e in changes.items()):
                at = next(iter(changes))
                yield Edit(at, changes, {"used": f"{at} {used}", "mend": mend}, 0.0, kind)


At_once = Iterator[tuple[str, Mapping[str, Expr], str, str]]


def _at_once(world: World, update: Update, weight: str) -> At_once:
    if "beta1" in update.settings:
        one, two = update.settings["beta1"], update.settings["beta2"]
        turned = update._replace(settings={**update.settings, "beta1": two, "beta2": one})
        told = f"exchanges beta1 and beta2, {world.text(one)} and {world.text(two)}"
        mend = "beta1 belongs to m, beta2 to v"
        yield "betas", relined(world, turned, weight), told, mend
    if update.corrected:
        both = {f"{weight}_{s}hat": Name(f"{weight}_{s}") for s in ("m", "v")}
        told, mend = (
            "is not corrected for its start at 0, and v neither",
            "Divide m and v by 1 - beta**t",
        )
        yield "uncorrected", both, told, mend
    for form in rule_of(update).forms:
        if form != update.form and not update.ahead and update.rule == "momentum":
            told = f"follows the {form} form of {update.rule}, not the {update.form} one"
            changes = relined(world, update._replace(form=form), weight)
            yield f"form-{form}", changes, told, "Take the form that the sheet gives"
    if update.ahead:
        told = "is the gradient at the weights themselves, not where the momentum leads"
        plain = {f"{weight}_g": world.equations[f"{weight}_g"].expr}
        yield (
            "no-lead",
            plain,
            told,
            f"Take it at {weight}_ahead",
        )
