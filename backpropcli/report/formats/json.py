"""JSON with all digits, for programs; ``schema`` grows when a key changes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from backpropcli.language.nodes import Apply, Name, is_op
from backpropcli.language.text import to_text
from backpropcli.ops.entry import Array
from backpropcli.ops.shaping import selector
from backpropcli.ops.sizes import Shape, Size
from backpropcli.problem.data import Asked, Equation, Given
from backpropcli.program import ahead_note
from backpropcli.report.options import Options
from backpropcli.report.updates import is_of_last, over_all
from backpropcli.solution import Run, Solution, StepRun
from backpropcli.verify import Comparison

if TYPE_CHECKING:
    from backpropcli.derivation.data import Derivation

SCHEMA = 1
WHOLE = 2.0**53


def render(solution: Solution, options: Options) -> str:
    """The solution as one JSON object."""
    return json.dumps(as_data(solution, options), allow_nan=False, ensure_ascii=True) + "\n"


def as_data(solution: Solution, options: Options) -> dict[str, Any]:
    """The solution as plain lists, mappings, numbers and strings."""
    writer = _Writer(solution, options)
    problem = solution.problem
    data: dict[str, Any] = {"schema": SCHEMA, "problem": problem.name, "title": problem.title}
    data["given"] = {g.name: _given(g) for g in writer.shared_given()}
    data["quantities"] = writer.total()
    data["asked"] = writer.asked(solution.total, 0)
    if solution.examples:
        data["examples"] = [
            {
                "given": {g.name: _given(g) for g in problem.examples[i].values()},
                "quantities": writer.one_pass(run, i + 1),
                "asked": writer.asked(run, i + 1),
            }
            for i, run in enumerate(solution.examples)
        ]
    if solution.steps:
        data["steps"] = [writer.step(step) for step in solution.steps]
    data["counts"] = writer.counts()
    if options.derivations:
        data["derivations"] = [
            _derivation(d, options, problem.index_from) for d in options.derivations
        ]
    return data


def _derivation(derivation: Derivation, options: Options, index_from: int) -> dict[str, Any]:
    from backpropcli.report.derived import board

    one = board(derivation, options, index_from)
    return {
        "of": derivation.title,
        "left": one.left,
        "shape": _shape(derivation.shape),
        "lines": [{"text": row.text, "why": row.why or None} for row in one.rows],
        "local": list(one.local),
        "notes": list(one.notes),
    }


def plain(value: Array) -> Any:
    """An array as nested lists; whole floats as integers, never -0."""
    value = np.asarray(value)
    if value.ndim:
        return [plain(part) for part in value]
    single = float(value)
    if single != single:
        return None  # an entry that was not compared
    return int(single) if single == int(single) and abs(single) < WHOLE else single


def fractions(value: Array | None) -> Any:
    """Exact values as nested lists of strings, or None."""
    if value is None:
        return None
    value = np.asarray(value, object)
    return [fractions(part) for part in value] if value.ndim else str(value[()])


def _size(size: Size) -> int | str:
    return size if isinstance(size, int) else str(size)


def _shape(shape: Shape) -> list[int | str]:
    return [_size(size) for size in shape]


def _given(given: Given) -> dict[str, Any]:
    return {
        "kind": given.kind,
        "shape": _shape(given.shape),
        "value": None if given.value is None else plain(given.value),
        "exact": fractions(given.exact),
    }


class _Writer:
    def __init__(self, solution: Solution, options: Options) -> None:
        self.solution, self.options = solution, options
        self.problem, self.program = solution.problem, solution.program
        self.only = {
            n.name for a in options.only for n in (a.expr, *a.expr.args) if isinstance(n, Name)
        }

    def shared_given(self) -> list[Given]:
        own = {name for example in self.problem.examples for name in example}
        found = [g for g in self.problem.given.values() if g.name not in own]
        return [*found, *self.problem.upstream.values()]

    def wanted(self, name: str) -> bool:
        return not self.only or name in self.only

    def one(self, equation: Equation, run: Run, number: int, reduced: str = "") -> dict[str, Any]:
        name = equation.name
        value = run.values.get(name)
        data: dict[str, Any] = {
            "kind": equation.kind,
            "shape": _shape(equation.shape),
            "value": None if value is None else plain(value),
            "exact": fractions(run.exact.get(name)),
            "equation": None if reduced else self.text(equation),
        }
        if reduced:
            data["reduce"] = reduced
        comparison = (self.options.comparisons or {}).get((number, name))
        if comparison is not None:
            data["differences"] = _compared(comparison)
        return data

    def text(self, equation: Equation) -> str:
        """The equation; of a gradient that is taken elsewhere, where that is."""
        told = ahead_note(self.program, equation) if equation.kind == "update" else ""
        return told or to_text(equation.expr, self.problem.index_from)

    def chosen(
        self, equations: Iterable[Equation], run: Run, number: int, reduced: str = ""
    ) -> dict[str, Any]:
        return {e.name: self.one(e, run, number, reduced) for e in equations if self.wanted(e.name)}

    def one_pass(self, run: Run, number: int) -> dict[str, Any]:
        definitions = [e for e in self.program.definitions if e.name in run.values]
        return self.chosen((*self.program.computed, *definitions), run, number)

    def total(self) -> dict[str, Any]:
        run = self.solution.total
        if self.solution.examples:
            reduced = [e for e in self.program.computed if e.name in run.values]
            found = self.chosen(reduced, run, 0, self.problem.reduce)
        else:
            found = self.chosen(self.program.computed, run, 0)
        found.update(self.over_steps(run))
        found.update(self.chosen([e for e in self.program.definitions if e.name in run.values],
                                 run, 0))  # fmt: skip
        for name in (f"{self.problem.upper}_new", f"{self.problem.upper}_steps"):
            if name in run.values and self.wanted(name):
                found[name] = {
                    "kind": "update",
                    "shape": list(run.values[name].shape),
                    "value": plain(run.values[name]),
                    "exact": fractions(run.exact.get(name)),
                    "equation": None,
                }
        return found

    def over_steps(self, run: Run) -> dict[str, Any]:
        """What an update leads to: the weights after all steps, the rest as the last leaves it."""
        update, found = self.problem.update, {}
        summed = "sum" if update is not None and update.steps > 1 else ""
        for equation in self.program.updates:
            if equation.name in run.values and self.wanted(equation.name):
                several = summed if equation.name.endswith("_change") else ""
                one = self.one(over_all(self.program, equation), run, 0, several)
                if update is not None and is_of_last(self.program, equation.name):
                    one["step"] = update.steps
                found[equation.name] = one
        return found

    def step(self, step: StepRun) -> dict[str, Any]:
        """What one step of an update starts from and leads to."""
        program, reduced = self.program, self.problem.reduce if step.examples else ""
        found = {}
        for equations, several in (
            (program.computed, reduced),
            ((*program.updates, *program.definitions), ""),
        ):
            worked_out = [e for e in equations if e.name in step.total.values]
            found.update(self.chosen(worked_out, step.total, 0, several))
        data: dict[str, Any] = {"quantities": found}
        update = self.problem.update
        own = {n: step.total for n in (update.own_givens if update else ()) if self.wanted(n)}
        data["given"] = {
            name: {"value": plain(run.values[name]), "exact": fractions(run.exact.get(name))}
            for name, run in own.items()
            if name in run.values
        }
        if step.batch:
            data["batch"] = [i + 1 for i in step.batch]
        if step.ahead is not None:
            data["ahead"] = self.step(step.ahead)
        if step.examples:
            runs = [{"quantities": self.one_pass(r, -1)} for r in step.examples]
            numbers = [{"example": i + 1} for i in step.batch] or [{} for _ in runs]
            data["examples"] = [{**n, **r} for n, r in zip(numbers, runs, strict=True)]
        return data

    def asked(self, run: Run, number: int) -> dict[str, Any]:
        """The entries of ``find`` as written, with their values where this run has them."""
        found = {}
        for asked in self.options.only or self.problem.find:
            data = self.one_asked(asked, run, number)
            if data is not None:
                found[asked.text] = data
        return found

    def one_asked(self, asked: Asked, run: Run, number: int) -> dict[str, Any] | None:
        inner = asked.expr.args[0] if asked.expr.args else asked.expr
        assert isinstance(inner, Name)
        points = float(asked.points)
        if is_op(asked.expr, "shape"):
            shape = _shape(self.program.shapes.get(inner.name, ()))
            return None if number else {"points": points, "value": shape, "exact": None}
        if inner.name not in run.values:
            size = self.program.counts.of(inner.name)
            elsewhere = number or (size is None and self.solution.examples)
            value = None if size is None else _size(size)
            return None if elsewhere else {"points": points, "value": value, "exact": None}
        found, exact = run.values[inner.name], run.exact.get(inner.name)
        if is_op(asked.expr, "index"):
            assert isinstance(asked.expr, Apply)
            at = selector(dict(asked.expr.params)["at"])
            found = found[at]
            exact = None if exact is None else np.asarray(exact[at], object)
        return {"points": points, "value": plain(found), "exact": fractions(exact)}

    def counts(self) -> dict[str, Any]:
        counts = self.program.counts
        parameters = {"total": _size(counts.total("parameters"))}
        parameters.update({name: _size(size) for name, size in counts.parameters.items()})
        layers = {
            name: {
                "parameters": _size(counts.parameters_of(name) or 0),
                "operations": _size(counts.cost_of(name).operations),
                "macs": _size(counts.cost_of(name).macs),
            }
            for name in counts.network
        }
        averages = {name: _size(size) for name, size in counts.averages.items()}
        kept = {"total": _size(counts.total("non_trainable")), **averages}
        return {
            "parameters": parameters,
            **({"non_trainable": kept} if averages else {}),
            "operations": {
                "network": _size(counts.total("operations")),
                "loss": _size(counts.loss.operations),
            },
            "macs": {"network": _size(counts.total("macs"))},
            "layers": layers,
        }


def _compared(comparison: Comparison) -> dict[str, Any]:
    return {
        "central": plain(comparison.differences),
        "agrees": comparison.agrees,
        "largest": comparison.largest,
        "compared": comparison.compared,
        "entries": comparison.entries,
        "kinks": comparison.kinks,
    }
