"""What the tests of the problem files share: solving a file, exact comparison, differences."""

from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np

from backpropcli.language.text import to_text
from backpropcli.solution import solve

PROBLEMS = Path(__file__).parents[2] / "problems"


@cache
def solved(name):
    return solve(str(PROBLEMS / f"{name}.yaml"))


def fractions(expected):
    """Nested lists of numbers, or of texts such as "1/3", as Fractions."""
    if isinstance(expected, list):
        return [fractions(item) for item in expected]
    return Fraction(str(expected))


def exactly(run, **expected):
    """Each value is this very rational; its float is the nearest, and no zero has a minus sign."""
    for name, value in expected.items():
        wanted = fractions(value)
        quantity = name.replace("_by_", "/")
        assert run.exact[quantity].tolist() == wanted, quantity
        floats = run.values[quantity]
        assert np.array_equal(floats, np.array(wanted, dtype=object).astype(float)), quantity
        assert not np.signbit(floats[floats == 0]).any(), f"{quantity} shows -0"


def to_digits(value, expected, digits):
    """The value rounds to these decimals (half a unit of the last one)."""
    np.testing.assert_allclose(value, expected, rtol=0, atol=0.5000001 * 10.0**-digits)


def close(value, expected):
    """Equal but for float64 rounding, and of one shape."""
    assert np.shape(value) == np.shape(expected)
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-14)


def differences(f, at, h=1e-6):
    """Central differences of a plain function of one array, entry by entry."""
    at = np.array(at, float)
    found = np.zeros_like(at)
    for position in np.ndindex(at.shape):
        step = np.zeros_like(at)
        step[position] = h
        found[position] = (f(at + step) - f(at - step)) / (2 * h)
    return found


def near_differences(value, f, at):
    np.testing.assert_allclose(value, differences(f, at), rtol=1e-7, atol=1e-9)


def formula(solution, name):
    """The equation of a quantity as text."""
    return to_text(solution.program.equation(name).expr)


def shape(solution, name):
    """The shape as texts, so that named sizes compare too."""
    return tuple(str(size) for size in solution.program.shapes[name])


def terms(size):
    """The terms of a size such as D*H + H, in any order."""
    return sorted("*".join(sorted(term.split("*"))) for term in str(size).split(" + "))
