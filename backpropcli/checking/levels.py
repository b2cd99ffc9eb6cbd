"""At which level of a problem a quantity has its value: in the total, or in each example."""

from __future__ import annotations

from backpropcli.language.nodes import names
from backpropcli.problem.data import Problem
from backpropcli.problem.quantities import split_derivative


def only_in_examples(problem: Problem, name: str) -> bool:
    """Whether a quantity is another one in each example: it has no total.

    What examples share, the loss, and the gradients of the loss for what they share have one, and
    so has what is defined by these.
    """
    if not problem.examples:
        return False
    waiting, seen = [name], set[str]()
    while waiting:
        name = waiting.pop()
        if _varies(problem, name):
            return True
        seen.add(name)
        parts = [n for one in problem.definitions if one.name == name for n in names(one.expr)]
        waiting += [part for part in parts if part not in seen]
    return False


def _varies(problem: Problem, name: str) -> bool:
    parts = split_derivative(name)
    if parts is not None:
        upper, lower = parts
        return upper != problem.upper or not _is_shared(problem, lower)
    return name in problem.shapes and name != problem.upper and not _is_shared(problem, name)


def _is_shared(problem: Problem, name: str) -> bool:
    name = problem.aliases.get(name, name)
    return name in problem.given and name not in problem.examples[0]


def is_of_a_batch(problem: Problem, name: str) -> bool:
    """Whether a quantity belongs to a pass where each step sees examples of its own."""
    if problem.update is None or not problem.update.batches:
        return False
    return split_derivative(name) is not None or name in problem.values
