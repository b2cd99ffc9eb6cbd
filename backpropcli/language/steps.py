"""Reading sequences: ``h[t-1]``, ``h[T]``, ``dL/dh[2]``, ``sum(y[t])``."""

from __future__ import annotations

from backpropcli.language.constants import ConstantReader
from backpropcli.language.nodes import Expr, Name, Number, Positions, array, index
from backpropcli.language.timeline import Timeline, step_name
from backpropcli.language.tokens import Token


class StepReader(ConstantReader):
    """A cursor that knows which names have a step of time as their first index."""

    @property
    def time(self) -> Timeline:
        """The sequences; none where the problem has no time."""
        return self.words.time or Timeline(1, 0, {})

    def first_name(self, text: str) -> str:
        """A value by its first name: ``h2`` is ``h[2]`` where h is a sequence."""
        if not self.words.time or text in self.words.values:
            return text
        return self.words.time.spelled(text) or text

    def is_value(self, text: str) -> bool:
        """Whether a value goes by that name, under any spelling."""
        return text in self.words.values or self.first_name(text) != text

    def timed(self, token: Token) -> Expr:
        """What a plain name means: a step of a sequence, all of its steps, this step, a value."""
        span = (token.start, token.stop)
        if token.text in self.time.sequences:
            return self.sequence(token)
        now = self.time.now
        if token.text == "t" and now is not None and "t" not in self.words.values:
            return Number(now, span)
        row = self.time.row(token.text) if token.text not in self.words.values else None
        if row is not None:
            return index(Name(row[0], span), row[1] - self.words.index_from)
        return Name(self.first_name(token.text), span)

    def sequence(self, token: Token) -> Expr:
        """A sequence with its index; without one it is the list of all steps."""
        if self.here.kind != "[":
            return _listed(self.time.steps(token.text), (token.start, token.stop))
        items = self.positions(sequence=True)
        span = (token.start, self.tokens[self.at - 1].stop)
        if isinstance(items[0], int):
            value: Expr = Name(self.step_of(token, items[0], ""), span)
            rest: Positions = items[1:]
        else:
            first, stop = items[0]
            end = self.time.range_of(token.text).stop - self.words.index_from
            steps = range(first, end if stop is None else stop)
            value = _listed([self.step_of(token, step, "") for step in steps], span)
            rest = ((0, None), *items[1:]) if items[1:] else ()
        result = index(value, *rest) if rest else value
        result.span = span
        return result

    def step_of(self, token: Token, position: int, prefix: str) -> str:
        """The name of a sequence at a step, which is counted from 0 here."""
        stem, step = token.text.removeprefix(prefix), position + self.words.index_from
        known = self.time.sequences[stem]
        if step in known:
            return known[step]
        first, last = self.time.first, self.time.range_of(stem)[-1]
        if not first <= step <= last and self.time.now is not None:
            said = f"`{step_name(stem, step)}` is not given, which step {self.time.now} uses"
            hint = f"give the state {'before the first' if step < first else 'after the last'} step"
            key = f"{stem}{step}" if step >= 0 else step_name(stem, step)
            raise self.error(said, token, f"{hint} under inputs, such as {key}: 0")
        raise self.error(f"{stem} has the steps {first} to {last}, there is no step {step}", token)

    def differential(self, token: Token) -> tuple[str, Positions]:
        """The value below the d of ``dh[2,1]`` by its name, and the rest of its index."""
        stem = token.text[1:]
        if stem not in self.time.sequences:
            return self.first_name(stem), self.positions() if self.here.kind == "[" else ()
        said = f"`{token.text}` needs a step, as in {token.text}[{self.time.first}]"
        if self.here.kind != "[":
            raise self.error(said, token)
        items = self.positions(sequence=True)
        if not isinstance(items[0], int):
            raise self.error(said, token)
        return self.step_of(token, items[0], "d"), items[1:]

    def runs_over_steps(self) -> bool:
        """Whether ``t`` stands in an index before the parenthesis that is open here closes."""
        if self.words.time is None or self.time.now is not None:
            return False
        depth, brackets = 1, 0
        for token in self.tokens[self.at :]:
            depth += (token.kind == "(") - (token.kind == ")")
            brackets += (token.kind == "[") - (token.kind == "]")
            if not depth:
                return False
            if token.text == "t" and brackets:
                return True
        return False


def _listed(steps: list[str], span: tuple[int, int]) -> Expr:
    result = array(Name(step, span) for step in steps)
    result.span = span
    return result
