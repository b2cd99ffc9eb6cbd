"""What the exercises of a course have in common: their text, their lines, their last layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from benchmarks.diagnosis import backward, forward, losses
from benchmarks.diagnosis.mlp import Net
from benchmarks.diagnosis.pen import Pen
from benchmarks.diagnosis.writing import array

DENSITIES = ("full", "usual", "sparse", "final")


def text_of(title: str, parts: Mapping[str, Mapping[str, object]], *rest: str) -> str:
    """A problem: sections such as inputs and network, then whole lines such as the loss."""
    lines = [f"title: {title}"]
    for section, entries in parts.items():
        lines.append(f"{section}:")
        for name, value in entries.items():
            lines.append(f"  {name}: {value if isinstance(value, str) else array(value)}")
    return "\n".join([*lines, *rest]) + "\n"


def exercise(
    title: str,
    text: str,
    run: Callable,
    unasked: tuple[str, ...] = (),
    kept: Callable[[str], bool] = bool,
    **more,
) -> Net:
    """An exercise; ``kept`` says which lines stand on a sparse sheet besides the final ones."""
    pen = Pen()
    run(pen)
    lines = tuple(n for n in pen.order if n not in unasked)
    asked = "find:\n" + "".join(f"  - {name}\n" for name in dict.fromkeys(map(stem, lines)))
    final = tuple(n for n in lines if is_final(n, pen))
    sparse = tuple(n for n in lines if n in final or kept(n))
    picks = dict(zip(DENSITIES, (lines, lines, sparse, final), strict=True))
    return Net(title, text + asked, run, lines, picks, **more)


def stem(line: str) -> str:
    """The quantity of a line of some step."""
    return line.partition("#")[0]


def is_final(name: str, pen: Pen) -> bool:
    """The loss, the gradients of what is given, the new weights."""
    name = stem(name)
    lower = name.removeprefix("dL/d")
    return name == "L" or name.endswith("_new") or (lower != name and pen.kinds.get(lower) in KINDS)


KINDS = ("weight", "bias", "data")


def last_layer(pen: Pen, h: str, layout: str, loss: str) -> None:
    """``yhat = h @ v + c`` and the loss, forward and backward down to dL/dh."""
    pen.line("yhat", forward.affine(pen, "yhat", h, "v", "c", layout))
    pen.line("L", losses.loss_value(pen, "L", "yhat", "y", loss))
    g = "dL/dyhat"
    pen.line(g, losses.loss_slope(pen, g, "yhat", "y", loss))
    names = (g, h, "v")
    pen.line("dL/dv", backward.weight_gradient(pen, "dL/dv", names, layout))
    pen.line("dL/dc", backward.bias_gradient(pen, "dL/dc", (g, h, "c"), layout))
    pen.line(f"dL/d{h}", backward.input_gradient(pen, f"dL/d{h}", g, "v", layout))


def through_relu(pen: Pen, at: str, gradient: str, z: str, h: str) -> np.ndarray:
    """dL/dz = dL/dh * [z > 0], with the mistakes in the mask."""
    g, below, above = (pen.values[name] for name in (gradient, z, h))
    return g * backward.slope_of(pen, at, below, above, g, "relu")
