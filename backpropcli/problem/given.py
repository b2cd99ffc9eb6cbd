"""Given values: numbers, nested lists, expressions of numbers, or descriptions of them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from backpropcli.errors import nearest
from backpropcli.evaluate.exact import exact_values
from backpropcli.evaluate.floats import evaluate
from backpropcli.files.numbers import number_trouble, read_number
from backpropcli.files.tree import Mapping, Node, Scalar, Sequence, describe
from backpropcli.infer import Shapes
from backpropcli.language.nodes import names
from backpropcli.language.tokens import is_name, normal_name
from backpropcli.ops.sizes import Shape, Size, named, whole
from backpropcli.problem.data import Given
from backpropcli.problem.draft import Draft

MAX_SIZE = 100_000_000
MAX_AXES = 8
MAX_RANDOM, MAX_RANDOM_OF_ALL = 2_000_000, 6_000_000
MAX_EXACT = 20_000  # random whole numbers that are kept as fractions too
Numbers = tuple[Any, Any]  # a float and, where it is rational, a Fraction; or nested lists


def read_given(draft: Draft, section: Node, kind: str, seed: int) -> None:
    """Read ``inputs`` or ``weights`` into the draft."""
    rule = f"`{kind}s` must be a mapping of names to values"
    mapping = draft.expect(Mapping, section, rule)
    if mapping is None:
        draft.blind = True
        return
    later: list[tuple[str, Scalar]] = []
    for key, node in mapping.entries:
        name = draft.name_of(key, f"a {kind}" if kind == "weight" else "an input")
        if name is None:
            continue
        if kind == "weight" and isinstance(node, Scalar) and _could_be_alias(node):
            later.append((name, node))
            continue
        given = given_value(draft, name, node, kind, str(seed))
        if given is not None:
            draft.given[name] = given._replace(place=key.place)
    for name, node in later:
        _alias(draft, name, node)
    draft.failed = set(draft.places) - set(draft.given) - set(draft.aliases)


def _could_be_alias(node: Scalar) -> bool:
    return is_name(normal_name(node.text))


def _alias(draft: Draft, name: str, node: Scalar) -> None:
    """A weight that equals another: both are one parameter."""
    other = normal_name(node.text)
    other = draft.aliases.get(other, other)
    given = draft.given.get(other)
    if given is None or given.kind != "weight":
        weights = draft.weights
        hint = nearest(other, weights) or "a shared weight names another weight"
        draft.complain(
            f"weights.{name}: `{node.text}` is neither a number nor a weight", node, hint
        )
        return
    draft.aliases[name] = other


def given_value(draft: Draft, name: str, node: Node, kind: str, seed: str) -> Given | None:
    """One given value, or nothing after complaints."""
    where = name if kind == "upstream" else f"{kind}s.{name}"
    if isinstance(node, Mapping):
        return _described(draft, name, node, kind, seed, where)
    numbers = _numbers(draft, node, where)
    if numbers is None:
        return None
    floats, fractions = numbers
    value = np.asarray(floats, float)
    exact = None if fractions is None else np.asarray(fractions, object)
    return Given(name, kind, value.shape, value, exact)


def _numbers(draft: Draft, node: Node, where: str) -> Numbers | None:
    if isinstance(node, Scalar):
        return _number(draft, node, where)
    if isinstance(node, Mapping):
        draft.complain(f"{where}: a list holds numbers, found a mapping", node)
        return None
    if not node.items:
        draft.complain(f"{where}: an empty list has no values", node)
        return None
    if _has_thousands_comma(draft, node, where):
        return None
    parts = [_numbers(draft, item, where) for item in node.items]
    if any(part is None for part in parts):
        return None
    good = [part for part in parts if part is not None]
    shapes = [np.shape(part[0]) for part in good]
    for item, shape in zip(node.items, shapes, strict=True):
        if shape != shapes[0]:
            draft.complain(
                f"{where}: the rows of a list need one length, found "
                f"{_extent(shape)} after {_extent(shapes[0])}",
                item,
            )
            return None
    rational = all(part[1] is not None for part in good)
    return [part[0] for part in good], [part[1] for part in good] if rational else None


def _has_thousands_comma(draft: Draft, node: Sequence, where: str) -> bool:
    """Whether a list was cut at a thousands comma: nobody writes the item ``000``."""
    texts = [item.text if isinstance(item, Scalar) else "" for item in node.items]
    if "000" not in texts[1:]:
        return False
    at = texts.index("000", 1) - 1
    said = f"{where}: `{texts[at]},000` has signs between its digits"
    draft.complain(said, node.items[at], f"write {texts[at]}000")
    return True


def _extent(shape: tuple[int, ...]) -> str:
    return "a single number" if not shape else f"{shape[0]} entries"


def _number(draft: Draft, node: Scalar, where: str) -> Numbers | None:
    exact = read_number(node.text)
    if exact is not None:
        return float(exact), exact
    trouble = number_trouble(node.text)
    if trouble or not node.text.strip():
        draft.complain(f"{where}: {trouble or 'a number is missing here'}", node)
        return None
    return _expression(draft, node, where)


def _expression(draft: Draft, node: Scalar, where: str) -> Numbers | None:
    """An expression of numbers such as ``sqrt(2)/2``."""
    scope = draft.scope()._replace(shapes={}, sizes=frozenset(), aliases={})
    parsed = draft.parse(node, where, ())
    if parsed is not None and names(parsed):
        draft.complain(
            f"{where}: `{names(parsed)[0][:40]}` is no number: a given value is a "
            "number or an expression of numbers",
            node,
        )
        return None
    expr = draft.resolve(node, where, parsed, scope) if parsed is not None else None
    if expr is None:
        return None
    shape = Shapes({}).of(expr)
    if shape != ():
        draft.complain(f"{where}: `{node.text}` is not a single number", node)
        return None
    exact = exact_values([("value", expr)], {}, Shapes({})).get("value")
    if exact is not None:
        fraction = Fraction(exact[()])
        return float(fraction), fraction
    value = float(evaluate(expr, {}))
    if not np.isfinite(value):
        draft.complain(f"{where}: `{node.text}` is too large, or not a number at all", node)
        return None
    return value, None


def _described(
    draft: Draft, name: str, node: Mapping, kind: str, seed: str, where: str
) -> Given | None:
    entries = draft.entries(node, ("shape", "random"))
    if "shape" not in entries:
        draft.complain(f"{where}: a description needs `shape:`, such as {{shape: [3, 2]}}", node)
        return None
    shape = _shape(draft, entries["shape"], where)
    if shape is None:
        return None
    if "random" not in entries:
        return Given(name, kind, shape)
    return _random(draft, Given(name, kind, shape), entries["random"], f"{seed}:{name}", where)


def _shape(draft: Draft, node: Node, where: str) -> Shape | None:
    rule = f"{where}: `shape` must be a list of sizes"
    sequence = draft.expect(Sequence, node, rule)
    if sequence is None:
        return None
    if len(sequence.items) > MAX_AXES:
        draft.complain(f"{where}: at most {MAX_AXES} axes, found {len(sequence.items)}", node)
        return None
    sizes = [_size(draft, item, where) for item in sequence.items]
    if any(size is None for size in sizes):
        return None
    return tuple(size for size in sizes if size is not None)


def _size(draft: Draft, node: Node, where: str) -> Size | None:
    text = node.text if isinstance(node, Scalar) else ""
    if text.isascii() and text.isdigit() and 0 < int(text[:12]) <= MAX_SIZE:
        return int(text)
    if is_name(text) and text not in draft.places:
        draft.sizes.add(text)
        return named(text)
    taken = " (a size and a value cannot share a name)" if text in draft.places else ""
    rule = f"a size is a whole number from 1 to {MAX_SIZE} or a letter"
    draft.complain(f"{where}: {rule}, found {describe(node)}{taken}", node)
    return None


def _random(draft: Draft, given: Given, node: Node, seed: str, where: str) -> Given | None:
    rule = f"{where}: `random` must be a mapping such as {{low: -1, high: 1}}"
    mapping = draft.expect(Mapping, node, rule)
    if mapping is None:
        return None
    entries = draft.entries(mapping, ("low", "high", "integer"))
    low = _bound(draft, entries.get("low"), Fraction(-1), where)
    high = _bound(draft, entries.get("high"), Fraction(1), where)
    integer = flag(draft, entries.get("integer"), f"{where}: `integer`")
    if low is None or high is None:
        return None
    count = 1
    for size in given.shape:
        if not isinstance(size, int):
            draft.complain(f"{where}: random numbers need sizes that are numbers", node)
            return None
        count *= size
    if low > high or (integer and (low.denominator != 1 or high.denominator != 1)):
        wanted = "two whole numbers with low <= high" if integer else "low <= high"
        draft.complain(f"{where}: random numbers need {wanted}", node)
        return None
    if count > MAX_RANDOM:
        draft.complain(f"{where}: {count} random numbers are too many (at most {MAX_RANDOM})", node)
        return None
    draft.random += count
    if draft.random > MAX_RANDOM_OF_ALL:
        said = f"with these, more than {MAX_RANDOM_OF_ALL} random numbers are drawn"
        draft.complain(f"{where}: {said}", node)
        return None
    return _drawn(given, count, low, high, integer, seed)


def _drawn(
    given: Given, count: int, low: Fraction, high: Fraction, integer: bool, seed: str
) -> Given:
    """Uniform numbers of Python's generator, whose sequence for a seed is the same everywhere."""
    import random  # takes a while, and is seldom needed

    sizes = whole(given.shape)
    generator = random.Random(seed)  # noqa: S311  (homework numbers, not secrets)
    if integer:
        first, choices = int(low), int(high) - int(low) + 1
        drawn = [first + int(generator.random() * choices) for _ in range(count)]
        value = np.asarray(drawn, float).reshape(sizes)
        if count > MAX_EXACT:
            return given._replace(value=value)
        exact = np.asarray([Fraction(n) for n in drawn], object).reshape(sizes)
        return given._replace(value=value, exact=exact)
    width = float(high - low)
    floats = [float(low) + width * generator.random() for _ in range(count)]
    return given._replace(value=np.asarray(floats, float).reshape(sizes))


def _bound(draft: Draft, node: Node | None, default: Fraction, where: str) -> Fraction | None:
    if node is None:
        return default
    scalar = draft.expect(Scalar, node, f"{where}: a bound is a number")
    value = read_number(scalar.text) if scalar is not None else None
    if scalar is not None and value is None:
        draft.complain(f"{where}: a bound is a number, found {describe(scalar)}", scalar)
    return value


def flag(draft: Draft, node: Node | None, what: str) -> bool:
    """A yes or no; false where it is left out."""
    if node is None:
        return False
    text = node.text if isinstance(node, Scalar) else ""
    if text.lower() not in ("true", "false"):
        draft.complain(f"{what} is true or false, found {describe(node)}", node)
    return text.lower() == "true"
