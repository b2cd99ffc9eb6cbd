"""``examples:`` runs the network once for each mapping of inputs."""

from __future__ import annotations

from backpropcli.files.tree import Mapping, Node, Sequence
from backpropcli.ops.sizes import shape_text
from backpropcli.problem.data import Given
from backpropcli.problem.draft import Draft
from backpropcli.problem.given import given_value


def read_examples(draft: Draft, node: Node | None, seed: int) -> tuple[dict[str, Given], ...]:
    """The inputs of each example; all examples give the same names in the same shapes."""
    if node is None:
        return ()
    rule = "`examples` must be a list of mappings"
    sequence = draft.expect(Sequence, node, rule)
    draft.blind = draft.blind or sequence is None
    examples: list[dict[str, Given]] = []
    for number, item in enumerate(sequence.items if sequence else ()):
        what = f"example {number + 1} must be a mapping of names to values"
        mapping = draft.expect(Mapping, item, what)
        if mapping is not None:
            first = examples[0] if examples else None
            examples.append(_example(draft, mapping, first, seed, number + 1))
    if sequence is not None and not sequence.items:
        draft.complain("`examples` is an empty list", node)
    for given in examples[0].values() if examples else ():
        draft.given[given.name] = given._replace(value=None, exact=None)
    return tuple(examples)


def _example(
    draft: Draft, mapping: Mapping, first: dict[str, Given] | None, seed: int, number: int
) -> dict[str, Given]:
    found: dict[str, Given] = {}
    for key, node in mapping.entries:
        name = draft.name_of(key, "an input") if first is None else draft.own_name(key)
        if name is None:
            draft.failed.add(draft.own_name(key))
            continue
        if first is not None and name in draft.failed:
            continue
        if first is not None and name not in first:
            draft.complain(
                f"`{name}` is not in the first example: all examples have the same names", key
            )
            continue
        given = given_value(draft, name, node, "example", f"{seed}:example {number}")
        if given is None:
            continue
        if given.value is None:
            draft.complain(f"`{name}` needs numbers: an example is worked out", node)
            continue
        found[name] = given._replace(kind="input", place=key.place)
        if first is not None and given.shape != first[name].shape:
            draft.complain(
                f"`{name}` is {shape_text(given.shape)} here and "
                f"{shape_text(first[name].shape)} in the first example",
                node,
            )
    missing = [name for name in first or () if name not in found]
    if missing and len(found) == len(mapping.entries):
        draft.complain(f"`{missing[0]}` is missing in this example", mapping)
    return found
