"""``update:``, what is done with the gradients: a rule, its settings, its state, its steps."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from backpropcli.errors import nearest
from backpropcli.files.tree import Mapping, Node, Scalar, Sequence, describe
from backpropcli.language.nodes import Expr, Name, Number, names
from backpropcli.language.tokens import normal_name
from backpropcli.ops.sizes import shape_text
from backpropcli.optimizers import RULES
from backpropcli.optimizers.entry import Rule, Setting, Step
from backpropcli.problem.batching import KEYS as STEP_KEYS
from backpropcli.problem.batching import read_plan
from backpropcli.problem.data import Given, Update, UpdateLine
from backpropcli.problem.draft import Draft
from backpropcli.problem.given import given_value
from backpropcli.problem.rates import read_rate, read_setting
from backpropcli.problem.settings import choice, whole_number

CALLED = {
    "momentum": "mu", "velocity": "state", "eta": "lr", "learning_rate": "lr", "alpha": "lr",
    "epsilon": "eps", "rho": "beta", "betas": "beta1` and `beta2", "batch_size": "batch",
    "decay": "weight_decay", "schedule": "lr", "epoch": "epochs", "dampening": "form",
    "iterations": "steps", "lambda": "weight_decay", "nesterov": "rule",
}  # fmt: skip


class Known(NamedTuple):
    """What an update is read against: the names that are taken, the loss, the examples."""

    taken: Collection[str]
    upper: str
    examples: int


def read_update(draft: Draft, node: Node, known: Known) -> Update | None:
    """The update; its numbers may be expressions over given values."""
    mapping = draft.expect(Mapping, node, "`update` must be a mapping such as {rule: sgd, lr: 0.1}")
    if mapping is None:
        return None
    rule = _rule(draft, mapping)
    entries = _entries(draft, mapping, rule)
    rule = rule or RULES["sgd"]
    counter = "t_step" if "t" in known.taken else "t"
    rate = read_rate(draft, entries.get("lr"), mapping, counter)
    plan = read_plan(draft, entries, known.examples, len(rate.rates))
    weights = _only(draft, entries.get("only"))
    if not weights and "only" not in entries:
        draft.complain("update: there are no weights to update", node)
    scheduled = counter in names(rate.expr)
    name = ("rate_t" if "rate" in known.taken else "rate") if scheduled or rate.rates else ""
    form = choice(draft, entries.get("form"), "update: `form`", rule.forms) if rule.forms else ""
    words = ("true", "false")
    corrected = choice(draft, entries.get("bias_correction"), "update: `bias_correction`", words)
    made, start = _state(draft, entries.get("state"), rule, weights)
    update = Update(
        rule.name, Name(name) if name else rate.expr, plan.steps, weights, plan.counted,
        mapping.place, form,
        settings={s.name: read_setting(draft, entries.get(s.name), s) for s in rule.settings},
        decay=_decay(draft, entries.get("weight_decay"), rule, weights),
        corrected=rule.corrects and corrected == "true",
        start=start,
        counter=counter if scheduled or (rule.counts and corrected == "true") else "",
        made=made,
        rate=name,
        rates=rate.rates,
        ahead=weights if form in rule.ahead else (),
        batches=plan.batches,
    )  # fmt: skip
    first = (UpdateLine(name, "", rate.expr),) if scheduled else ()
    update = update._replace(lines=(*first, *lines_of(update, rule, known.upper)))
    _check_new_names(draft, update, known.taken, node)
    return update


def _rule(draft: Draft, mapping: Mapping) -> Rule | None:
    """The rule; nothing after a complaint: what it has and what it makes is not known then."""
    node = next((value for key, value in mapping.entries if key.text == "rule"), None)
    if node is None:
        return RULES["sgd"]
    text = node.text if isinstance(node, Scalar) else ""
    rule = RULES.get(text)
    if rule is None:
        said = f"update: `rule` is {', '.join(RULES)}; found {describe(node)}"
        draft.complain(said, node, nearest(text, RULES) if text else "")
        draft.blind = True
    return rule


def _entries(draft: Draft, mapping: Mapping, rule: Rule | None) -> dict[str, Node]:
    """The entries that this rule has; of others it is told where they belong.

    Where the rule is not known, what belongs to any rule is passed over.
    """
    known = ["rule", "lr", "only", "weight_decay", *STEP_KEYS, *(_own(rule) if rule else ())]
    kept = []
    for key, value in mapping.entries:
        owners = _owners(key.text)
        if key.text in known or not (owners or key.text in CALLED):
            kept.append((key, value))
        elif owners and rule:
            said = f"update: {rule.name} has no `{key.text}`"
            draft.complain(said, key, f"that belongs to {', '.join(owners)}")
        elif not owners:
            meant = CALLED[key.text]
            draft.complain(f"update: unknown key `{key.text}`", key, f"did you mean `{meant}`?")
    return draft.entries(mapping._replace(entries=tuple(kept)), known)


def _owners(key: str) -> list[str]:
    """The rules that have a setting."""
    return [rule.name for rule in RULES.entries() if key in _own(rule)]


def _own(rule: Rule) -> list[str]:
    """The keys that not every rule has."""
    own = [setting.name for setting in rule.settings]
    own += ["form"] if rule.forms else []
    own += ["state"] if rule.state else []
    return own + (["bias_correction"] if rule.corrects else [])


def _only(draft: Draft, node: Node | None) -> tuple[str, ...]:
    weights = draft.weights
    if node is None:
        return tuple(weights)
    items = node.items if isinstance(node, Sequence) else (node,)
    chosen = [name for item in items if (name := _weight(draft, item, "`only` names weights"))]
    return tuple(dict.fromkeys(chosen))


def _weight(draft: Draft, node: Node, rule: str) -> str:
    """The first name of a weight, or nothing after a complaint."""
    name = normal_name(node.text) if isinstance(node, Scalar) else ""
    name = draft.aliases.get(name, name)
    if name in draft.weights:
        return name
    hint = nearest(name, draft.weights)
    draft.complain(f"update: {rule}, found {describe(node)}", node, hint)
    return ""


def _decay(
    draft: Draft, node: Node | None, rule: Rule, weights: tuple[str, ...]
) -> dict[str, Expr]:
    """The share of each weight that is taken away: one for all, or one for each named weight."""
    setting = Setting("weight_decay", rule.weight_decay, "the share of a weight taken away")
    if not isinstance(node, Mapping):
        one = read_setting(draft, node, setting)
        return {} if one == Number(0) else dict.fromkeys(weights, one)
    found: dict[str, Expr] = {}
    for key, value in node.entries:
        name = _weight(draft, key, "`weight_decay` names weights")
        if name:
            found[name] = read_setting(draft, value, setting)
    return {name: one for name, one in found.items() if name in weights and one != Number(0)}


def _state(
    draft: Draft, node: Node | None, rule: Rule, weights: tuple[str, ...]
) -> tuple[int, dict[str, Given]]:
    """How many steps were made before, and what the first step finds: zeros if not given."""
    found = {
        f"{weight}_{suffix}_old": _zeros(draft.given[weight], f"{weight}_{suffix}_old")
        for weight in weights
        for suffix in rule.state
    }
    made = 0
    if node is None:
        return made, found
    mapping = draft.expect(Mapping, node, "update: `state` must be a mapping of weights")
    for key, value in mapping.entries if mapping else ():
        if key.text == "t" and not isinstance(value, Mapping):
            made = whole_number(draft, value, "update.state: `t`, the steps made before,", 0)
            continue
        weight = _weight(draft, key, "`state` names weights")
        if weight and weight not in weights:
            draft.complain(f"update.state: {weight} is not updated", key)
        elif weight:
            found.update(_of_weight(draft, weight, value, rule))
    return made, found


def _of_weight(draft: Draft, weight: str, node: Node, rule: Rule) -> Iterator[tuple[str, Given]]:
    """The given state of one weight."""
    shown = ", ".join(f"{suffix}: .." for suffix in rule.state)
    said = f"update.state: {weight} needs a mapping such as {{{shown}}}"
    mapping = draft.expect(Mapping, node, said)
    entries = draft.entries(mapping, rule.state) if mapping else {}
    shape = draft.given[weight].shape
    for suffix, value in entries.items():
        where = f"update.state.{weight}.{suffix}"
        given = given_value(draft, where, value, "upstream", "0")
        if given is None:
            continue
        if given.shape != shape:
            draft.complain(
                f"{where} needs the shape of {weight}, {shape_text(shape)}, "
                f"found {shape_text(given.shape)}",
                value,
            )
            continue
        if suffix == rule.squares:
            _check_squares(draft, where, given, value)
        name = f"{weight}_{suffix}_old"
        yield name, given._replace(name=name, kind="state", place=value.place)


def _check_squares(draft: Draft, where: str, given: Given, node: Node) -> None:
    """Averages of squares are not negative."""
    if given.value is not None and np.any(given.value < 0):
        draft.complain(f"{where} is an average or a sum of squares: it is not below 0", node)


def _zeros(weight: Given, name: str) -> Given:
    """The state at the start: zeros, where the weight has numbers."""
    if weight.value is None:
        return Given(name, "state", weight.shape)
    shape = np.shape(weight.value)
    exact = np.empty(shape, object)
    exact[...] = Fraction(0)
    return Given(name, "state", weight.shape, np.zeros(shape), exact)


def lines_of(update: Update, rule: Rule, upper: str) -> Iterator[UpdateLine]:
    """The equations of one step, weight by weight; where the momentum leads comes first."""
    for weight in update.ahead:
        moved = Name(weight) - update.settings["mu"] * Name(f"{weight}_v_old")
        yield UpdateLine(f"{weight}_ahead", weight, moved)
    for weight in update.weights:
        gradient: Expr = Name(f"d{upper}/d{weight}")
        decay = None
        if weight in update.decay:
            at = f"{weight}_ahead" if update.ahead else weight
            decay = update.decay[weight] * Name(at)
        coupled = decay is not None and not rule.decoupled
        if coupled or update.ahead:
            used = gradient + decay if coupled and decay is not None else gradient
            yield UpdateLine(f"{weight}_g", weight, used)
            gradient = Name(f"{weight}_g")
        step = Step(
            weight, gradient, update.lr, update.settings, Name(update.counter or "t"),
            update.form, update.corrected, decay,
        )  # fmt: skip
        *lines, (_, taken) = rule.lines(step)
        for name, expr in lines:
            yield UpdateLine(name, weight, expr)
        yield UpdateLine(f"{weight}_change", weight, -taken)
        yield UpdateLine(f"{weight}_new", weight, Name(weight) - taken)


def _check_new_names(draft: Draft, update: Update, taken: Collection[str], node: Node) -> None:
    own = [*(line.name for line in update.lines), *update.start]
    own += [f"{second}{name[len(first):]}" for second, first in draft.aliases.items()
            for name in own if name.startswith(f"{first}_")]  # fmt: skip
    for name in own:
        if name in taken:
            draft.complain(f"update: `{name}` is the name of a value already", node)
