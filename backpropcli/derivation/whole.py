"""One gradient derived as a whole: its lines, the shapes of the last one, what was assumed."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.derivation.closing import Closing
from backpropcli.derivation.data import Derivation
from backpropcli.derivation.shapes_line import shape_line
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Expr, Name


def derived(closing: Closing, name: str, title: str) -> Derivation:
    """One gradient line by line, with the shapes of the last line and what was assumed."""
    closing.targets.clear()
    lines = closing.lines(name)
    shapes = closing.setting.shapes
    notes = [_shape_note(lines[-1].expr, shapes), *_assumptions(closing)]
    left = closing.open(lines[-1].expr)
    if left:
        notes.append(f"{' and '.join(left)}: see there; put in, the line would be too long")
    return Derivation(
        title, Name(name), tuple(lines), shapes.names[name], tuple(filter(None, notes))
    )


def _shape_note(expr: Expr, shapes: Shapes) -> str:
    shown = shape_line(expr, shapes)
    return f"shapes: {shown}" if shown else ""


def _assumptions(closing: Closing) -> Iterator[str]:
    for target in closing.targets:
        if isinstance(target, Name) and not closing.setting.targets.values(target.name):
            what = closing.rows_of(target)
            yield f"{what} is taken to add up to 1, as one-hot targets do"
