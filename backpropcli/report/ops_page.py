"""The page of all operations for the documentation, made from the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from backpropcli.autodiff.vjp import Assignment, vjp
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Expr, Name, call
from backpropcli.language.text import to_text
from backpropcli.ops import FAMILIES, FUNCTIONS, OPS, SIGNS, SPELLINGS
from backpropcli.ops.entry import Op, Sample
from backpropcli.ops.shorthands import SHORTHANDS
from backpropcli.ops.sizes import shape_text

HEAD = """\
# Operations

Everything that equations can use, by family, with the rule by which its gradient is written. In
these rules `g` is the gradient that comes back to the result `out`, and x, y, z are the operands:
it is what `backprop solve` prints, with the names of the problem put in. A rule is given for
operands of the shapes that stand before it, since sums and products differ for vectors and
matrices. [expressions.md](expressions.md) says how functions are called; what belongs to gradients
alone is at the end.

This page is made from the files in `backpropcli/ops/` by `make ops`.
"""
LETTERS = "xyzuv"
SHOWN_AS = {"add": "x + y", "sub": "x - y", "mul": "x * y", "div": "x / y", "pow": "x**y",
            "neg": "-x", "matmul": "x @ y", "index": "x[1]", "array": "[x, y]"}  # fmt: skip


def render() -> str:
    """The page as Markdown."""
    lines, inner = HEAD.split("\n"), []
    for family in FAMILIES:
        title, *_ = str(family.__doc__).split(".")
        lines += [f"## {title.split(':')[0]}", ""]
        for op in family.OPS:
            if is_inner(op.name):
                inner.append(op)
            elif not op.name.endswith("'"):
                lines += _entry(op)
    lines += [
        "## Shorthands",
        "",
        "They stand for an expression, which is what equations show.",
        "",
    ]
    lines += [f"- `{one.name}`: {one.doc}" for one in SHORTHANDS.entries()]
    lines += ["", "## In gradients only", "", "A problem seldom writes these.", ""]
    for op in inner:
        lines += _entry(op)
    return "\n".join(lines).rstrip("\n") + "\n"


def is_inner(name: str) -> bool:
    """Whether an operation is there for the gradients of others."""
    return name in ("over", "place", "expand") or name.endswith(("_input", "_kernel", "_at"))


def _entry(op: Op) -> Iterator[str]:
    yield from (f"### {op.name}", "")
    yield from (op.doc.replace("|", "\\|"), "")
    others = [written for written, meant in SPELLINGS.items() if meant == op.name]
    if others and op.name in FUNCTIONS:
        yield f"- also written {', '.join(f'`{one}`' for one in others)}"
    if op.params and op.name not in SIGNS:
        yield f"- named arguments: {', '.join(f'`{one}=`' for one in op.params)}"
    if f"{op.name}'" in OPS:
        yield f"- its slope is `{op.name}'(x)`"
    yield from _rules(op)
    if op.exact is not None:
        yield "- fractions stay exact"
    if op.source:
        yield f"- source: {op.source}"
    yield ""


def _rules(op: Op) -> Iterator[str]:
    """The gradients, for the operands of one sample; of several where the rule depends on them."""
    samples = sorted(op.samples, key=_telling)
    for sample in op.samples[:4] if op.name == "matmul" else samples[:1]:
        names = [LETTERS[i] for i in range(len(sample.shapes))]
        used = call(op.name, *map(Name, names), **dict(sample.params))
        out = op.shape(sample.shapes, dict(sample.params))
        shapes = map(shape_text, sample.shapes)
        taken = ", ".join(f"{name} {shape}" for name, shape in zip(names, shapes, strict=True))
        yield f"- `{to_text(used)}` with {taken} gives {shape_text(out)}"
        found = _gradients(used, names, sample, out)
        for name in names:
            yield f"  - `dL/d{name} = {to_text(found[name]) if name in found else 0}`"


def _telling(sample: Sample) -> tuple[int, int, int]:
    """Samples with all operands first, matrices before vectors and stacks, few arguments."""
    return -len(sample.shapes), len(sample.params), abs(max(map(len, sample.shapes)) - 2)


def _gradients(used: Expr, names: list[str], sample: Sample, out: Any) -> Mapping[str, Expr]:
    shapes: dict[str, Any] = dict(zip(names, sample.shapes, strict=True))
    shapes.update(out=out, g=out)
    terms = vjp(Assignment("out", used), Name("g"), names, Shapes(shapes))
    return {term.name: term.expr for term in terms}
