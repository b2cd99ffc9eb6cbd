"""Jacobians and chain rules of vector functions; the formulas are worked by hand."""

import numpy as np
from chain_support import assert_true, chain, lines, result, solved, solved_text, worked

from backpropcli.derivation.chains import chains
from backpropcli.derivation.vectors import jacobian_derivations


def by_title(solution, name):
    return {d.title: d for d in jacobian_derivations(solution, name)}


def test_a_gradient_over_symbols():
    # d/dx (2x + 3y)^2 = 2*(2x + 3y)*2, d/dy = 2*(2x + 3y)*3
    solution = solved("gradient-of-two-variables")
    assert lines(chain(solution, "df/dx")) == ["4 * (2 * x + 3 * y)"]
    assert lines(chain(solution, "df/dy")) == ["6 * (2 * x + 3 * y)"]
    (gradient,) = jacobian_derivations(solution, "gradient")
    assert lines(gradient) == [
        "[df/dx, df/dy]",
        "[4 * (2 * x + 3 * y), 6 * (2 * x + 3 * y)]",
    ]
    assert gradient.lines[-1].value is None
    assert_true(chain(solution, "df/dx"), solution)


def test_a_jacobian_in_general():
    solution = solved("jacobian-general")
    (jacobian,) = jacobian_derivations(solution, "DF")
    assert lines(jacobian) == ["[dF/dx, dF/dy].T", "[[2 * x, 2], [3, 8 * y]]"]
    (column,) = jacobian_derivations(solution, "dF/dx")
    assert lines(column) == ["[dF[1]/dx, dF[2]/dx]", "[2 * x, 3]"]
    assert_true(column, solution)


def test_a_jacobian_at_a_point():
    solution = solved("jacobian")
    (jacobian,) = jacobian_derivations(solution, "dF/dp")
    assert lines(jacobian) == [
        "[[dF[1]/dp[1], dF[1]/dp[2]], [dF[2]/dp[1], dF[2]/dp[2]]]",
        "[[2 * p[1], 2], [3, 8 * p[2]]]",
    ]
    assert result(jacobian).tolist() == [[2, 2], [3, 16]]
    assert_true(jacobian, solution)


def test_a_definition_of_derivatives_at_a_point():
    solution = solved_text(
        "inputs: {x: 1, y: 2}\nnetwork:\n  F: [x^2 + 2y, 3x + 4y^2]\n"
        'define:\n  DF: "[dF/dx, dF/dy].T"\nfind: [DF]'
    )
    (jacobian,) = jacobian_derivations(solution, "DF")
    assert lines(jacobian)[-1] == "[[2 * x, 2], [3, 8 * y]]"
    assert result(jacobian).tolist() == [[2, 2], [3, 16]]


def test_the_chain_rule_as_a_product_of_jacobians():
    solution = solved("jacobian-chain")
    found = by_title(solution, "dF/dx")
    outer, inner = found["dF/dG"], found["dG/dx"]
    assert lines(outer)[-1] == "[[2 * G[1], 2], [3, 8 * G[2]]]"
    assert result(outer).tolist() == [[4, 2], [3, 32]]  # at G(2) = (2, 4)
    assert lines(inner)[-1] == "[1, 2 * x]"
    assert result(inner).tolist() == [1, 4]
    whole = found["dF/dx as a product of Jacobians"]
    assert lines(whole) == ["dF/dG @ dG/dx", "[[2 * G[1], 2], [3, 8 * G[2]]] @ [1, 2 * x]"]
    assert result(whole).tolist() == [12, 131]
    for derivation in (outer, inner, whole):
        assert_true(derivation, solution)


def test_one_function_put_into_the_other():
    solution = solved("jacobian-chain")
    found = by_title(solution, "dF/dx")
    composed = found["F as a function of x"]
    assert lines(composed) == [
        "[G[1]**2 + 2 * G[2], 3 * G[1] + 4 * G[2]**2]",
        "[x**2 + 2 * x**2, 3 * x + 4 * (x**2)**2]",
        "[3 * x**2, 3 * x + 4 * x**4]",
    ]
    slope = found["dF/dx from F as a function of x"]
    assert lines(slope) == ["[6 * x, 3 + 16 * x**3]"]
    assert result(slope).tolist() == [12, 131]
    for derivation in (composed, slope):
        assert_true(derivation, solution)


def test_both_ways_without_numbers():
    solution = solved("jacobian-chain-general")
    found = by_title(solution, "dF/dx")
    assert lines(found["dF/dx as a product of Jacobians"]) == [
        "dF/dG @ dG/dx",
        "[[2 * G[1], 2], [3, 8 * G[2]]] @ [1, 2 * x]",
        "[[2 * x, 2], [3, 8 * x**2]] @ [1, 2 * x]",
        "[6 * x, 3 + 16 * x**3]",
    ]
    assert lines(found["dF/dx from F as a function of x"]) == ["[6 * x, 3 + 16 * x**3]"]
    for derivation in found.values():
        assert_true(derivation, solution)


def test_the_jacobian_of_softmax():
    solution = solved_text("inputs: {S: {shape: [2]}}\nnetwork:\n  P: softmax(S)\nfind: [dP/dS]")
    (jacobian,) = jacobian_derivations(solution, "dP/dS")
    assert lines(jacobian)[-1] == (
        "[[P[1] * (1 - P[1]), -P[1] * P[2]], [-P[2] * P[1], P[2] * (1 - P[2])]]"
    )
    assert_true(jacobian, solution)


def test_two_paths_to_a_vector():
    # F = (x*s, x + s) with s = sin(x): (s + x*cos(x), 1 + cos(x))
    solution = solved_text(
        "inputs: {x: 2}\nnetwork:\n  s: sin(x)\n  F: [x*s, x + s]\nfind: [dF/dx]"
    )
    found = by_title(solution, "dF/dx")
    slope = found["dF/dx from F as a function of x"]
    np.testing.assert_allclose(
        result(slope), [np.sin(2) + 2 * np.cos(2), 1 + np.cos(2)], rtol=1e-12
    )
    for derivation in found.values():
        assert_true(derivation, solution)


def test_scalars_and_large_values_are_left_to_the_chain():
    assert jacobian_derivations(solved("three-layer-relu"), "dL/dW3") == []
    assert jacobian_derivations(solved("jacobian"), "F") == []
    assert chains(solved("jacobian"), "dF/dp", None) == []


def test_an_entry_of_a_jacobian_by_its_paths():
    solution = solved("jacobian-chain")
    derivation = chain(solution, "dF/dx[2]")
    assert lines(derivation) == [
        "dF[2]/dG[1] * dG[1]/dx + dF[2]/dG[2] * dG[2]/dx",
        "3 * 1 + 8 * G[2] * 2 * x",
        "3 + 16 * G[2] * x",
    ]
    assert worked(derivation)["dF[2]/dG[2]"] == "8 * G[2]"
    # 3 + 16 * 4 * 2
    assert result(derivation) == 131
    assert_true(derivation, solution)
