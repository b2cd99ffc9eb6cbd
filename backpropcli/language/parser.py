"""The one parser, for problem files, answers and workings: a Pratt parser with positions.

It knows the grammar only. Which names are functions and which are values comes with the
vocabulary; what they mean is resolved later. It never evaluates anything.
"""

from __future__ import annotations

from typing import Any

from backpropcli.errors import nearest
from backpropcli.language.grammar import (
    BINARY,
    MAX_EXPONENT,
    POWER,
    PRODUCT,
    ExpressionError,
    Vocabulary,
)
from backpropcli.language.nodes import Apply, At, Expr, Name, Number, is_op
from backpropcli.language.steps import StepReader
from backpropcli.language.tokens import Token


def parse(text: str, vocabulary: Vocabulary) -> Expr:
    """The expression that a text writes; raises ``ExpressionError`` with its position."""
    return _Parser(text, vocabulary).whole()


class _Parser(StepReader):
    def whole(self) -> Expr:
        if self.here.kind == "end":
            raise self.error("an expression is expected, found nothing")
        expr = self.expression(0)
        if self.here.kind != "end":
            raise self.unexpected(self.here)
        return expr

    def expression(self, limit: int) -> Expr:
        """An expression whose operators all bind tighter than ``limit``."""
        left = self.operand(limit)
        while True:
            token = self.here
            if token.kind in BINARY:
                op, power = BINARY[token.kind]
                if power <= limit:
                    return left
                self.take()
                left = self.combine(op, left, self.expression(power))
            elif token.kind == "^":
                if limit > POWER or (limit == POWER - 1 and self.is_transpose_next()):
                    return left  # in W^2^T the square is transposed, not the 2
                left = self.power(left)
            elif token.kind in ("[", ".", "ᵀ", "superscript") and not self.is_list_after(left):
                left = self.postfix(left)
            elif self.starts_factor(token):
                if limit >= PRODUCT:
                    return left
                right = self.expression(PRODUCT)
                left = self.made(Apply("mul", (left, right), (), _join(left, right), True))
            else:
                return left

    def starts_factor(self, token: Token) -> bool:
        """Whether a product without a sign goes on here; two numbers in a row do not."""
        if token.kind == "number":
            return self.tokens[self.at - 1].kind != "number"
        return token.kind in ("name", "(", "[")

    def is_list_after(self, left: Expr) -> bool:
        """A number cannot be indexed: `-15.88 [1, 0.52]` is a product with a list."""
        return self.here.kind == "[" and isinstance(left, Number)

    def combine(self, op: str, left: Expr, right: Expr) -> Expr:
        return self.made(Apply(op, (left, right), span=_join(left, right)))

    def power(self, base: Expr) -> Expr:
        transposed = self.is_transpose_next()
        self.take()
        if transposed:
            return self.made(Apply("transpose", (base,), span=_to(base, self.take())))
        exponent = self.nested(lambda: self.expression(POWER - 1))
        size = exponent.args[0] if is_op(exponent, "neg") else exponent
        if isinstance(size, Number) and size.value > MAX_EXPONENT:
            raise _too_large(*(exponent.span or (0, 0)))
        return self.combine("pow", base, exponent)

    def raised(self, base: Expr, token: Token) -> Expr:
        """``x²``; the digits are read only where they are few."""
        if len(token.text) > len(str(MAX_EXPONENT)) or int(token.text) > MAX_EXPONENT:
            raise _too_large(token.start, token.stop)
        return self.combine("pow", base, Number(int(token.text), (token.start, token.stop)))

    def is_transpose_next(self) -> bool:
        """Whether `^T` stands here, where T is no value."""
        return self.tokens[self.at + 1].text == "T" and "T" not in self.words.values

    def postfix(self, left: Expr) -> Expr:
        token = self.here
        if token.kind == "[":
            return self.indexed(left)
        self.take()
        if token.kind == "superscript":
            return self.raised(left, token)
        if token.kind == ".":
            token = self.take()
            if token.text in self.words.functions:
                raise self.error("the only attribute is `.T`", token, f"write {token.text}(...)")
            if token.text != "T":
                raise self.error("the only attribute is `.T`", token)
        return self.made(Apply("transpose", (left,), span=_to(left, token)))

    def operand(self, limit: int) -> Expr:
        token = self.here
        if token.kind == "number":
            return self.number()
        if token.kind == "name":
            return self.name()
        if token.kind in ("-", "+"):
            return self.signed(limit)
        if token.kind == "(":
            self.take()
            inner = self.nested(lambda: self.expression(0))
            if self.here.kind == ",":
                raise self.error(
                    "a list stands in square brackets", token, "write [ and ] in place of ( and )"
                )
            closing = self.expect(")", "to close the parenthesis")
            inner.span = (token.start, closing.stop)
            return inner
        if token.kind == "[":
            return self.listed()
        raise self.unexpected(token)

    def signed(self, limit: int) -> Expr:
        sign = self.take()
        # A minus sign covers a whole product, -a*b is -(a*b), but only the base of no power.
        inner = self.nested(lambda: self.expression(max(limit, PRODUCT - 1)))
        if sign.kind == "+":
            return inner
        return self.made(
            Apply("neg", (inner,), span=(sign.start, (inner.span or (0, sign.stop))[1]))
        )

    def name(self) -> Expr:
        token = self.take()
        if self.is_differential(token):
            return self.derivative(token)
        self.refuse_unknown_upper(token)
        if self.here.kind == "'" and token.text in self.words.functions:
            self.take()
            if self.here.kind != "(":
                raise self.error(f"`{token.text}'` needs an argument: `{token.text}'(z)`", token)
            return self.called(token, token.text + "'")
        if self.here.kind == "(" and token.text in self.words.functions:
            return self.called(token, token.text)
        return self.made(self.timed(token))

    def refuse_unknown_upper(self, token: Token) -> None:
        """``dL/dW1`` where W1 is known but L is not."""
        lower, values = self.peek(), self.words.values
        if (
            token.text[0] == "d"
            and self.here.kind == "/"
            and lower.kind == "name"
            and lower.text[0] == "d"
            and lower.text[1:] in values
            and not {token.text, lower.text}.intersection(values)
        ):
            upper = token.text[1:]
            hint = nearest(upper, values) or "the upper name is the loss or a value"
            raise ExpressionError(
                f"`{token.text}/{lower.text}` is no derivative: there is no value `{upper}`",
                token.start, lower.stop, hint, upper,
            )  # fmt: skip

    def is_differential(self, token: Token) -> bool:
        return (
            token.text[0] == "d"
            and self.is_value(token.text[1:])
            and token.text not in self.words.values
            and self.here.kind in ("/", "[")
        )

    def derivative(self, upper: Token) -> Expr:
        """``dL/dW2[2,1]``: one quantity, indexed first by its upper, then by its lower."""
        top, items = self.differential(upper)
        slash = self.expect("/", f"after `{upper.text}`")
        lower = self.take()
        if lower.kind != "name" or lower.text[0] != "d" or not self.is_value(lower.text[1:]):
            raise self.not_a_derivative(upper, lower, slash)
        bottom, more = self.differential(lower)
        span = (upper.start, self.tokens[self.at - 1].stop)
        name = Name(f"d{top}/d{bottom}", span)
        if not items and not more:
            return self.made(name)
        return self.made(Apply("index", (name,), (("at", At(items + more)),), span))

    def not_a_derivative(self, upper: Token, lower: Token, slash: Token) -> ExpressionError:
        if lower.kind == "name" and lower.text[0] == "d":
            unknown = lower.text[1:]
            return ExpressionError(
                f"`{upper.text}/{lower.text}` is no derivative: there is no value `{unknown}`",
                upper.start,
                lower.stop,
                nearest(unknown, self.words.values),
                unknown,
            )
        return ExpressionError(
            f"`{upper.text}` stands only in a derivative such as `{upper.text}/dW1`",
            upper.start,
            slash.stop,
        )

    def called(self, name: Token, op: str) -> Expr:
        self.expect("(", f"after `{op}`")
        if op in ("sum", "mean") and self.runs_over_steps():
            return self.over_steps(name, op)
        args, params = self.arguments()
        stop = self.expect(")", f"to close `{op}(`")
        return self.made(Apply(op, tuple(args), tuple(params), (name.start, stop.stop)))

    def arguments(self) -> tuple[list[Expr], list[tuple[str, Any]]]:
        """The operands and the named arguments of a call."""
        args: list[Expr] = []
        params: list[tuple[str, Any]] = []
        while self.here.kind != ")":
            if self.here.kind == "name" and self.peek().kind == "=":
                key = self.take().text
                self.take()
                params.append((key, self.constant()))
            else:
                args.append(self.nested(lambda: self.expression(0)))
            if not self.accept(","):
                break
        return args, params

    def over_steps(self, name: Token, op: str) -> Expr:
        """What ``sum((y[t] - d[t])**2)`` adds up: the operand at each step."""
        time, words, begin = self.time, self.words, self.at
        parts: list[Expr] = []
        for step in range(time.first, time.last + 1):
            self.at, self.words = begin, words._replace(time=time._replace(now=step))
            parts.append(self.nested(lambda: self.expression(0)))
        self.words = words
        stop = self.expect(")", f"to close `{op}(`")
        return self.made(Apply(f"{op} over steps", tuple(parts), (), (name.start, stop.stop)))

    def listed(self) -> Expr:
        opening = self.take()
        items = []
        while self.here.kind != "]":
            items.append(self.nested(lambda: self.expression(0)))
            if not self.accept(","):
                break
        closing = self.expect("]", "to close the list")
        if not items:
            raise self.error("a list is not empty", opening)
        return self.made(Apply("array", tuple(items), span=(opening.start, closing.stop)))

    def indexed(self, value: Expr) -> Expr:
        items = self.positions()
        span = ((value.span or (0, 0))[0], self.tokens[self.at - 1].stop)
        return self.made(Apply("index", (value,), (("at", At(items)),), span))


def _too_large(start: int, stop: int) -> ExpressionError:
    return ExpressionError(f"an exponent is at most {MAX_EXPONENT}", start, stop)


def _join(left: Expr, right: Expr) -> tuple[int, int]:
    return ((left.span or (0, 0))[0], (right.span or (0, 0))[1])


def _to(left: Expr, token: Token) -> tuple[int, int]:
    return ((left.span or (0, 0))[0], token.stop)
