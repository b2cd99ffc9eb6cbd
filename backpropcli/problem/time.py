"""``time:`` holds equations that are written once and unrolled.

From ``h[t]: tanh(x[t]*Wx + h[t-1]*Wh)`` each step gets an equation of its own: ``h[1]``, ``h[2]``
and so on. The step is the first index of a sequence and counts as every index does. The state
before the first step, ``h[0]`` where counting starts at 1, is given under ``inputs`` or
``weights``, as ``h0`` or as ``h[0]``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from backpropcli.files.tree import Mapping as MappingNode
from backpropcli.files.tree import Node, Scalar, Sequence
from backpropcli.language.timeline import Timeline, read_step, step_name
from backpropcli.language.tokens import Token, tokenize
from backpropcli.problem.draft import Draft
from backpropcli.problem.settings import whole_number

MAX_STEPS = 500
MAX_EQUATIONS = 5000
RECURRENT = {"rnn": "h", "lstm": "hc", "gru": "h"}  # the states of recurrent layers


class Timed(NamedTuple):
    """An equation of ``time:``: the name of its sequence, and its text."""

    stem: str
    key: Scalar
    node: Node


def sequence_names(time: Node | None, network: Node | None) -> frozenset[str]:
    """The names of the sequences of equations and of layers, known before anything is read."""
    entries = time.entries if isinstance(time, MappingNode) else ()
    found = [read_step(key.text) for key, _ in entries]
    stems = {one[0] for one in found if one is not None}
    kinds: Counter[str] = Counter()
    for item in network.items if isinstance(network, Sequence) else ():
        kind = tokenize(item.text)[0].text if isinstance(item, Scalar) else ""
        kinds[kind] += 1
        layer = f"{kind}{kinds[kind]}"
        if kind in RECURRENT:
            stems |= {f"{layer}{back}_{s}" for back in ("", "_back") for s in RECURRENT[kind]}
    return frozenset(stems)


def read_time(draft: Draft, node: Node | None) -> list[Timed]:
    """The equations of ``time:``; the draft learns the steps and the names of each."""
    if node is None:
        return []
    mapping = draft.expect(MappingNode, node, "`time` must be a mapping such as `h[t]: ...`")
    if mapping is None:
        draft.blind = True
        return []
    steps: Node | None = None
    timed: list[Timed] = []
    for key, value in mapping.entries:
        if key.text == "steps":
            steps = value
            continue
        found = read_step(key.text)
        if found is None or found[1] != "t":
            said = f"time: `{key.text}` is no step of a sequence"
            draft.complain(said, key, "an equation of a sequence is written `h[t]: ...`")
        elif draft.name_of(key._replace(text=found[0]), "a sequence") is not None:
            timed.append(Timed(found[0], key, value))
    first, last = draft.index_from, draft.index_from + _count(draft, steps, timed, mapping) - 1
    if len(timed) * (last - first + 1) > MAX_EQUATIONS:
        draft.complain(f"time: more than {MAX_EQUATIONS} equations come of the steps", node)
        last = first
    sequences = {one.stem: _names(draft, one, first, last) for one in timed}
    indexed = [name for one in timed for name, axis in _indexed(one.node) if axis == 0]
    rows = frozenset(name for name in indexed if name in draft.given)
    draft.time = Timeline(first, last, sequences, rows=rows)
    return timed


def _names(draft: Draft, one: Timed, first: int, last: int) -> dict[int, str]:
    """What a sequence is called at each step, and at the steps beyond that are given."""
    found = {}
    for name in (*draft.given, *draft.aliases):
        written = read_step(name)
        if written is not None and written[0] == one.stem:
            found[int(written[1])] = name
    for step in (first - 1, last + 1):
        if f"{one.stem}{step}" in (*draft.given, *draft.aliases):
            found.setdefault(step, f"{one.stem}{step}")
    for step in range(first, last + 1):
        if step in found:
            said = f"time: `{found[step]}` is given, and it is a step that is computed"
            draft.complain(said, one.key)
        found[step] = step_name(one.stem, step)
        draft.places.setdefault(found[step], one.key.place)
    return found


def _count(draft: Draft, node: Node | None, timed: list[Timed], time: MappingNode) -> int:
    """The number of steps: as given, or the length of what is indexed by ``t``."""
    if node is not None:
        count = whole_number(draft, node, "time: `steps`", 1, least=1)
    else:
        count = _common_length(draft, timed, time)
    if count > MAX_STEPS:
        draft.complain(f"time: at most {MAX_STEPS} steps are unrolled, found {count}", node or time)
        return 1
    return count


def _common_length(draft: Draft, timed: list[Timed], time: MappingNode) -> int:
    lengths: dict[int, str] = {}
    unknown = ""
    for one in timed:
        for name, axis in _indexed(one.node):
            given = draft.given.get(name)
            if given is None or axis >= len(given.shape):
                continue
            size = given.shape[axis]
            if isinstance(size, int):
                lengths.setdefault(size, name)
            else:
                unknown = f"{name} has {size}, and unrolling needs a number"
    if len(lengths) == 1:
        return next(iter(lengths))
    counts = " and ".join(f"{name} has {size}" for size, name in lengths.items())
    if not draft.complaints:
        said = "time: how many steps are there? " + (counts or unknown or "no input has a [t]")
        draft.complain(said, time, "say it with `steps:` under `time:`, such as steps: 3")
        draft.failed.update(one.stem for one in timed)
    return max(lengths, default=1)


def _indexed(node: Node) -> Iterator[tuple[str, int]]:
    """Names with a plain ``t`` in their index, and at which axis: ``x[t]``, ``X[:,t]``."""
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _indexed(item)
    elif isinstance(node, Scalar):
        tokens = tokenize(node.text)
        for at, token in enumerate(tokens[:-1]):
            if token.kind == "name" and tokens[at + 1].kind == "[":
                axis = _axis_of_time(tokens[at + 2 :])
                if axis is not None:
                    yield token.text, axis


def _axis_of_time(tokens: list[Token]) -> int | None:
    item: list[str] = []
    axis = 0
    for token in tokens:
        if token.kind in (",", "]"):
            if item == ["t"]:
                return axis
            axis, item = axis + 1, []
        else:
            item.append(token.text)
        if token.kind in ("]", "end"):
            return None
    return None


def in_order(uses: Mapping[str, Collection[str]]) -> list[str]:
    """The names so that each stands after those it uses, otherwise in the order given.

    Where equations run in a circle the order does not matter: they are refused later.
    """
    order: list[str] = []
    seen: set[str] = set()
    for start in uses:
        stack = [(start, False)]
        while stack:
            name, ready = stack.pop()
            if ready:
                order.append(name)
            elif name not in seen:
                seen.add(name)
                stack.append((name, True))
                needed = [u for u in uses[name] if u in uses and u not in seen]
                stack.extend((u, False) for u in reversed(needed))
    return order
