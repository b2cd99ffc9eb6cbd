"""Matrices and numbers in two dimensions."""

from fractions import Fraction

import numpy as np

from backpropcli.language.nodes import Name
from backpropcli.report.boxes import Box, Look, beside, numbers_box, text_box, value_box
from backpropcli.writing import NumberStyle, listed, number

A = np.array([[1.0, -2.0], [0.5, 10.0]])


def test_a_matrix_is_a_block_with_its_columns_aligned() -> None:
    assert value_box(A, Look()).lines == ("⎡  1  -2⎤", "⎣0.5  10⎦")
    assert value_box(A, Look(unicode=False)).lines == ("[  1  -2]", "[0.5  10]")


def test_a_vector_and_a_single_row_stand_in_one_line() -> None:
    assert value_box(A[0], Look()).lines == ("[1, -2]",)
    assert value_box(A[:1], Look()).lines == ("[[1, -2]]",)


def test_a_vector_that_is_too_long_is_broken_inside_its_brackets() -> None:
    box = value_box(np.array([1.0, 2.0, 3.0]), Look(width=7))
    assert [line.rstrip() for line in box.lines] == ["[1, 2,", " 3]"]


def test_boxes_stand_with_their_middles_on_one_line() -> None:
    three = Box(("a", "b", "c"))
    assert beside([text_box("x = "), three]).lines == ("    a", "x = b", "    c")


def test_negative_numbers_are_put_in_parentheses_within_products() -> None:
    expr = Name("a") * Name("b")
    lines = numbers_box(expr, {"a": np.array(2.0), "b": np.array(-3.0)}, Look())
    assert beside(lines).lines == ("2 * (-3)",)


def test_a_transpose_is_drawn_transposed() -> None:
    lines = numbers_box(Name("W").T @ Name("g"), {"W": A, "g": np.array([1.0, 2.0])}, Look())
    assert beside(lines).lines == ("⎡ 1  0.5⎤         ", "⎣-2   10⎦ @ [1, 2]")


def test_numbers() -> None:
    values = [5.0, -0.0, 0.1 + 0.2, 1 / 3, -15.88650182, 1.5e-7, 123456.789, 1e20, 2.5e-12]
    shown = ["5", "0", "0.3", "0.333333", "-15.8865", "1.5e-7", "123456.8", "1e20", "2.5e-12"]
    assert [number(v) for v in values] == shown
    assert number(-0.001, NumberStyle(decimals=2)) == "0.00"
    assert number(-1.005, NumberStyle(decimals=1)) == "-1.0"
    assert number(2.675, NumberStyle(decimals=2)) == "2.68"  # as on paper, half up
    assert number(Fraction(1, 8), NumberStyle(decimals=2)) == "0.13"
    assert number(0.5, NumberStyle(decimals=0)) == "1"
    assert number(Fraction(-19, 50)) == "-0.38"
    assert number(Fraction(-19, 50), NumberStyle(exact=True)) == "-19/50"
    assert number(float("nan")) == "-"


def test_lists_are_elided_in_the_middle() -> None:
    assert listed(np.arange(9.0), most=5) == "[0, 1, ..., 7, 8]"
    assert listed(np.zeros((0,))) == "[]"


def test_matrices_of_a_stack_stand_in_a_bracket_around_them() -> None:
    stack = np.array([[[1.0, 2], [3, 4]], [[5, 6], [7, 8]]])
    assert value_box(stack, Look()).lines == (
        "⎡ ⎡1  2⎤ ⎤", "⎢ ⎣3  4⎦ ⎥", "⎢ ⎡5  6⎤ ⎥", "⎣ ⎣7  8⎦ ⎦",
    )  # fmt: skip
    assert value_box(stack, Look(unicode=False)).lines[1] == "[ [3  4] ]"
    images = value_box(stack.reshape(2, 1, 2, 2), Look()).lines
    assert images[0] == "⎡ ⎡ ⎡1  2⎤ ⎤ ⎤"
    assert images[1] == "⎢ ⎣ ⎣3  4⎦ ⎦ ⎥"
