"""Layer lists: what a line takes, what it stands for, and what is said of a wrong one."""

import pytest
from problem_support import formula

from backpropcli.errors import ProblemError
from backpropcli.problem import problem_from_text
from backpropcli.problem.layers import catalogue
from backpropcli.solution import solve


def layers(*lines, data="x: [1, 2]", rest=""):
    listed = "".join(f"  - {line}\n" for line in lines)
    return problem_from_text(f"inputs: {{{data}}}\nnetwork:\n{listed}{rest}")


def equations(*lines, **more):
    solution = solve(layers(*lines, **more))
    return {e.name: formula(solution, e.name) for e in solution.program.forward}


def complaint(*lines, **more):
    with pytest.raises(ProblemError) as found:
        layers(*lines, **more)
    return str(found.value)


def test_each_file_is_a_kind_and_says_how_it_is_written():
    assert catalogue.names()[0] == "dense"
    for name in catalogue.names():
        kind = catalogue.load(name)
        assert kind.usage.partition("(")[0] == name
        written = kind.usage.partition("(")[2].rstrip(")")
        keys = [part.partition("=")[0] for part in written.split(", ") if part]
        assert tuple(keys) == kind.known


def test_arguments_by_position_and_by_name_are_the_same():
    by_position = equations("dense(3, leaky_relu, alpha=0.1)")
    assert by_position == equations("dense(activation=leaky_relu, alpha=0.1, units=3)")
    assert by_position["h1"] == "leaky_relu(z1, alpha=0.1)"


def test_activations_on_lines_of_their_own_are_named_apart():
    found = equations("relu", "dense(2, tanh)", "sigmoid")
    assert list(found) == ["h0", "z1", "h1", "h1_sigmoid"]
    assert found["h1_sigmoid"] == "sigmoid(h1)"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("dense(3, 3)", "no activation `3`"),
        ("dense(3, relu, tanh)", "one activation, found relu and tanh"),
        ("dense(3, relu, activation=tanh)", "one activation, found tanh and relu"),
        ("dense(3, units=3)", "units is given twice"),
        ("dense(3, alpha=2)", "no argument `alpha=`"),
        ("dense(3, bias=2)", "bias= is True or False"),
        ("relu(x)", "an activation is a line such as `relu`"),
        ("dense(3) + 1", "one call"),
        ("dens(3)", "did you mean dense"),
    ],
)
def test_wrong_lines_are_told(line, said):
    assert said in complaint(line)
