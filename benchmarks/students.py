"""A made-up class that hands in the three-layer network: students with habits and mistakes.

The numbers are worked out here by plain formulas, the mistakes are made in them, and the sheets
are written as people write them; nothing of the program under test is used. Half of the students
have everything right. Of the others 65 % make one mistake of method, 30 % one slip of the pen at
a random number, 5 % one of each; a mistake of method is carried on, a slip in half of the sheets.
Seven of ten fill in the template of ``backprop template``, two write the file by hand, one
writes lists line by line. Some leave questions out, some spell numbers in ways of their own.

That is the ``usual`` class. In the one of ``methods`` all questions are answered, and each wrong
sheet has one mistake of method; in the ``different`` one no two sheets have the same answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

PROBLEM = Path(__file__).parents[1] / "problems" / "three-layer-relu.yaml"
X, Y = [2.0, 1.0], 1.5
GIVEN: dict[str, Any] = {
    "W1": [[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]],
    "b1": [-2.0, -1.0, 1.0],
    "W2": [[0.0, 1.0, 2.0], [1.0, 1.0, 1.0], [2.0, -1.0, -1.0]],
    "b2": [1.0, 1.0, 1.0],
    "W3": [-1.0, 1.0, -2.0],
}
# What is done otherwise, and how often beside the others.
METHODS = {
    "mask": 12, "reversed": 8, "factor": 8, "transpose": 7, "outer1": 3, "outer2": 4, "half": 6,
    "relu": 5, "pre": 5, "bias1": 4, "bias2": 4, "step": 3, "square": 2, "input": 3, "sign": 10,
    "other": 4, "weight": 3,
}  # fmt: skip
SLIPS = {"sign": 5, "decimal": 3, "digit": 5, "swapped": 2}
TEMPLATE = """\
# Answers to: Three-layer network with one half squared error
# Write each answer after its colon: a number (-0.38, 1/3, sqrt(2)/2), a list ([1, 2, 3]),
# a formula ((yhat - y)*W3) or a working (2*(5 - 1.5) = 7). Leave blank what you have not got.
problem: three-layer-relu.yaml
student:{student}
answers:
"""
SHAPES = {
    "z1": "(3,): a list of 3 numbers", "h1": "(3,): a list of 3 numbers",
    "z2": "(3,): a list of 3 numbers", "dL/dW3": "(3,): a list of 3 numbers",
    "dL/dW2": "(3, 3): 3 rows of 3 numbers, such as [[..], [..]]",
    "dL/dW1": "(3, 2): 3 rows of 2 numbers, such as [[..], [..]]",
    "dL/db1": "(3,): a list of 3 numbers",
}  # fmt: skip


class Habit(NamedTuple):
    """How a student writes."""

    layout: str = "template"
    number: Callable[[float], str] = lambda value: f"{value:g}"
    comma: str = ", "
    named: bool = False
    entries: bool = True  # the entries asked for by themselves are answered too
    left_out: tuple[str, ...] = ()


KINDS = ("usual", "methods", "different")


def sheets(count: int, kind: str = "usual", seed: int = 1, wrong: float = 0.5) -> Iterator[str]:
    """The texts of so many answers files of a kind of class."""
    random = Random(seed)
    seen: set[str] = set()
    for number in range(count):
        habit = _habit(random)
        if kind == "methods":
            habit = habit._replace(left_out=(), number=Habit().number)
        is_wrong = random.random() < wrong
        found = _values(random, kind == "methods") if is_wrong else worked()
        while kind == "different":
            mark = said(written(found, habit._replace(layout="hand"), 0))
            if mark not in seen:
                seen.add(mark)
                break
            habit = _various(random, habit)
        yield written(found, habit, number)


def _habit(random: Random) -> Habit:
    layout = random.choices(("template", "hand", "block"), (7, 2, 1))[0]
    number = random.choices((Habit().number, lambda v: f"{v:.1f}", _fraction), (90, 7, 3))[0]
    out = tuple(q for q in QUANTITIES if random.random() < 0.3) if random.random() < 0.1 else ()
    comma = random.choices((", ", ","), (8, 2))[0]
    return Habit(layout, number, comma, random.random() < 0.5, random.random() < 0.7, out)


def _various(random: Random, habit: Habit) -> Habit:
    """Another choice of questions, and numbers that are spelled in other ways."""
    chosen = [random.choice((0, 0, 0, 1, 2)) for _ in range(40)]

    def number(value: float) -> str:
        return f"{value:.{chosen[int(abs(value * 2)) % 40]}f}" if value % 1 == 0 else f"{value:g}"

    out = tuple(q for q in QUANTITIES if random.random() < 0.25)
    return habit._replace(number=number, left_out=out, entries=random.random() < 0.5)


def _fraction(value: float) -> str:
    return (
        f"{value:g}" if value % 1 == 0 else f"{value * 8:g}/8" if value * 8 % 1 == 0 else f"{value}"
    )


def _values(random: Random, is_method: bool) -> dict[str, Any]:
    """A sheet with a mistake; one that does not show is made again."""
    right = worked()
    while True:
        kind = random.choices(("method", "slip", "both"), (65, 30, 5))[0]
        kind = "method" if is_method else kind
        method = _drawn(random, METHODS) if kind != "slip" else ""
        slip = _slip(random) if kind != "method" else None
        found = worked(method, random, slip)
        if found != right:
            return found


def _drawn(random: Random, weights: dict[str, int]) -> str:
    return random.choices(list(weights), list(weights.values()))[0]


class Slip(NamedTuple):
    """A slip of the pen: at which quantity, what it makes of it, whether it is carried on."""

    quantity: str
    change: Callable[[Any], Any]
    carried: bool


def _slip(random: Random) -> Slip:
    kind, seed = _drawn(random, SLIPS), random.random()
    return Slip(
        random.choice(QUANTITIES), lambda v: _slipped(v, kind, Random(seed)), random.random() < 0.5
    )


def _slipped(value: Any, kind: str, random: Random) -> Any:
    """A value with one number changed, or two exchanged."""
    if isinstance(value, float):
        return _one_slipped(value, kind, random)
    flat = [n for row in value for n in (row if isinstance(row, list) else [row])]
    at = random.randrange(len(flat))
    if kind == "swapped":
        other = random.randrange(len(flat))
        flat[at], flat[other] = flat[other], flat[at]
    else:
        flat[at] = _one_slipped(flat[at], kind, random)
    if isinstance(value[0], list):
        width = len(value[0])
        return [flat[i : i + width] for i in range(0, len(flat), width)]
    return flat


def _one_slipped(value: float, kind: str, random: Random) -> float:
    if kind == "sign":
        return -value + 0.0
    if kind == "decimal":
        return value * random.choice((0.1, 10.0))
    text = f"{abs(value):g}"
    at = random.choice([i for i, char in enumerate(text) if char.isdigit()])
    text = text[:at] + random.choice("123456789") + text[at + 1 :]
    return float(text) * (-1 if value < 0 else 1)


def worked(
    method: str = "", random: Random | None = None, slip: Slip | None = None
) -> dict[str, Any]:
    """All quantities of the sheet; ``method`` is what is done otherwise."""
    random = random or Random(0)
    found: dict[str, Any] = {}
    given = dict(GIVEN)
    if method in ("sign", "other"):
        name = random.choice([n for n in given if method == "sign" or n in ("W1", "W2", "b1")])
        given[name] = _slipped(given[name], "sign" if method == "sign" else "digit", random)

    def note(name: str, value: Any) -> Any:
        """The value that is used further on."""
        found[name] = slip.change(value) if slip and slip.quantity == name else value
        return found[name] if slip and slip.carried else value

    zero = [0.0, 0.0, 0.0]
    z1 = note("z1", _plus(_times(given["W1"], X), zero if method == "bias1" else given["b1"]))
    mask = [float(z > 0) for z in z1]
    h1 = note("h1", z1 if method == "relu" else [z * m for z, m in zip(z1, mask, strict=True)])
    z2 = note("z2", _plus(_times(given["W2"], h1), zero if method == "bias2" else given["b2"]))
    yhat = note("yhat", sum(w * z for w, z in zip(given["W3"], z2, strict=True)))
    off = yhat - Y
    note("L", abs(off) if method == "square" else off * off / (1 if method == "half" else 2))
    r = note("dL/dyhat", -off if method == "reversed" else 2 * off if method == "factor" else off)
    note("dL/dW3", [r * (1.0 if method == "input" else z) for z in z2])
    dz2 = [r * (1.0 if method == "weight" else w) for w in GIVEN["W3"]]
    dw2 = _outer(dz2, z1 if method == "pre" else h1)
    note("dL/dW2", _turned(dw2) if method == "outer2" else dw2)
    dh1 = _times(GIVEN["W2"] if method == "transpose" else _turned(GIVEN["W2"]), dz2)
    slopes = {"mask": [1.0] * 3, "step": [float(g > 0) for g in dh1]}.get(method, mask)
    dz1 = [g * m for g, m in zip(dh1, slopes, strict=True)]
    dw1 = _outer(dz1, X)
    note("dL/dW1", [[row[1], row[0]] for row in dw1] if method == "outer1" else dw1)
    note("dL/db1", dz1)
    return found


QUANTITIES = (
    "z1", "h1", "z2", "yhat", "L", "dL/dyhat", "dL/dW3", "dL/dW2", "dL/dW1", "dL/db1",
)  # fmt: skip
ENTRIES = {"dL/dW3[2]": (1,), "dL/dW2[2,2]": (1, 1), "dL/dW1[2,1]": (1, 0)}


def _times(matrix: list[list[float]], vector: list[float]) -> list[float]:
    return [sum(w * v for w, v in zip(row, vector, strict=True)) for row in matrix]


def _plus(one: list[float], other: list[float]) -> list[float]:
    return [a + b for a, b in zip(one, other, strict=True)]


def _outer(one: list[float], other: list[float]) -> list[list[float]]:
    return [[a * b for b in other] for a in one]


def _turned(matrix: list[list[float]]) -> list[list[float]]:
    return [list(row) for row in zip(*matrix, strict=True)]


def written(found: dict[str, Any], habit: Habit, number: int) -> str:
    """The answers file."""
    student = f" s{number:06d}" if habit.named else ""
    filled = habit.layout == "template"
    lines = []
    if not filled:
        lines.append(f"problem: {PROBLEM.name}\n" + (f"student:{student}\n" if student else ""))
        lines.append("answers:\n")
    for name in QUANTITIES:
        if name in habit.left_out and not filled:
            continue
        value = "" if name in habit.left_out else " " + _spelled(found[name], habit)
        told = f"  # {SHAPES.get(name, 'a number')}" if filled else ""
        if habit.layout == "block" and isinstance(found[name], list):
            items = (f"    - {_spelled(item, habit)}\n" for item in found[name])
            lines.append(f"  {name}:\n{''.join(items)}")
        else:
            lines.append(f"  {name}:{value}{told}\n")
    for name, at in ENTRIES.items() if habit.entries else ():
        whole = name.partition("[")[0]
        if whole not in habit.left_out:
            entry = found[whole]
            for i in at:
                entry = entry[i]
            lines.append(
                f"  {name}: {_spelled(entry, habit)}" + ("  # a number\n" * filled or "\n")
            )
    return (TEMPLATE.format(student=student) if filled else "") + "".join(lines)


def _spelled(value: Any, habit: Habit) -> str:
    if isinstance(value, list):
        return "[" + habit.comma.join(_spelled(one, habit) for one in value) + "]"
    return habit.number(value + 0.0)


def write_class(folder: Path, count: int, kind: str = "usual", seed: int = 1) -> int:
    """Write the files of a class; how many have answers that no file before them has."""
    folder.mkdir(parents=True, exist_ok=True)
    different = set()
    for number, text in enumerate(sheets(count, kind, seed)):
        (folder / f"s{number:06d}.yaml").write_text(text)
        different.add(said(text))
    return len(different)


def said(text: str) -> str:
    """The answers of a file, however they are laid out."""
    lines = re.sub(r"#.*| |'|\"", "", text.partition("answers:")[2]).split("\n")
    return "\n".join(line for line in lines if line and not line.endswith(":"))
