"""Sentences and single lines that several formats share."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from backpropcli.language.text import to_text
from backpropcli.report.steps import Step
from backpropcli.writing import LONGEST_FRACTION, NumberStyle, listed, number, with_numbers

if TYPE_CHECKING:
    from backpropcli.verify import Comparison

MOST_EXACT = 6  # entries of a value whose fractions are told beside the decimals


def paragraphs(text: str) -> str:
    """A text with the lines of each paragraph joined, to be wrapped anew; lists stay."""
    blocks = text.split("\n\n")
    listed = ("-", "*", "1.", "|", "#", "  ")
    return "\n\n".join(
        block
        if any(line.startswith(listed) for line in block.splitlines())
        else " ".join(block.split())
        for block in blocks
    )


def folded(text: str, width: int) -> list[str]:
    """A long line broken at blanks into lines of at most that width, where it has blanks."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return lines


def through_words(step: Step) -> str:
    """Where a gradient comes from: "back through z2"."""
    *before, last = step.through
    return "back through " + (f"{', '.join(before)} and {last}" if before else last)


def verdict(comparison: Comparison) -> str:
    """Whether a gradient agrees with central differences, and how far it is off."""
    said = "agrees" if comparison.agrees else "DISAGREES"
    some = f" ({comparison.compared} of {comparison.entries} entries)"
    kinks = f", {comparison.kinks} at a kink" if comparison.kinks else ""
    partly = some if comparison.compared < comparison.entries else ""
    return f"{said}, off by {comparison.largest:.1e}{partly}{kinks}"


def comparison_words(comparison: Comparison, style: NumberStyle, most: int | None) -> str:
    """The derivative by central differences as one line."""
    shown = listed(comparison.differences, style, most)
    return f"by central differences {shown}: {verdict(comparison)}"


def exact_words(step: Step, style: NumberStyle) -> str:
    """The fractions behind rounded decimals: "exactly 1/3"; nothing where decimals are exact."""
    if step.exact is None or style.exact or step.exact.size > MOST_EXACT:
        return ""
    entries = [Fraction(e) for e in step.exact.flat]
    if all(_is_shown_exactly(e, style) for e in entries):
        return ""
    if any(len(str(e)) > LONGEST_FRACTION for e in entries):
        return ""
    return "exactly " + listed(step.exact, NumberStyle(exact=True))


def _is_shown_exactly(value: Fraction, style: NumberStyle) -> bool:
    return Fraction(number(value, style)) == value


def entry_line(entry: Step, index_from: int, style: NumberStyle) -> str:
    """An entry as notes write it: ``dL/dW2[1,2] = dL/dS3[2]*Y2[1] = 4*2 = 8``."""
    assert entry.expr is not None
    parts = [entry.name, to_text(entry.expr, index_from, tight=True)]
    if entry.value is not None and entry.values is not None:
        put_in = with_numbers(
            entry.expr, entry.values, index_from, lambda v: listed(v, style), tight=True
        )
        result = number(np.asarray(entry.shown)[()], style)
        parts += [put_in] if put_in != result else []
        parts.append(result)
    return " = ".join(parts)
