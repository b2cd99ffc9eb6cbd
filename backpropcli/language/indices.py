"""Reading indices: ``[2,1]``, ``[1:3]``, ``[:,2]``."""

from __future__ import annotations

from backpropcli.language.cursor import Cursor, shown
from backpropcli.language.tokens import Token


class IndexReader(Cursor):
    """A cursor that reads the positions in brackets."""

    def positions(self, sequence: bool = False) -> tuple[int | tuple[int, int | None], ...]:
        """The positions in brackets, counted from 0; both ends of a slice are included.

        The first position of a sequence is a step, which may lie before the first one.
        """
        self.expect("[", "before an index")
        items: list[int | tuple[int, int | None]] = []
        while self.here.kind != "]":
            step = sequence and not items
            first = self.position(step) if self.here.kind != ":" else 0
            if self.accept(":"):
                closes = self.here.kind in (",", "]")
                items.append((first, None if closes else self.position(step) + 1))
            else:
                items.append(first)
            if not self.accept(","):
                break
        if not items:
            raise self.error("an index names at least one position")
        self.expect("]", "to close the index")
        return tuple(items)

    def position(self, step: bool = False) -> int:
        """One position, counted from 0."""
        start = self.words.index_from
        sign = -1 if step and self.accept("-") else 1
        token = self.take()
        clock = self.clock(token)
        if clock is None and not _is_short(token):
            raise self.error(
                f"an index is a whole number from {start} on, found {shown(token)}", token
            )
        found = clock if clock is not None else sign * int(token.text)
        if found < start and not step:
            raise self.error(
                f"indices count from {start} here, found {found}",
                token,
                "`index_from: 0` makes them count from 0" if start else "",
            )
        return found - start

    def clock(self, token: Token) -> int | None:
        """The number that ``t``, ``t-1`` or ``T`` means; nothing of other tokens."""
        time = self.words.time
        if token.kind != "name" or time is None:
            return None
        found = time.clock(token.text)
        if found is None and token.text == "t":
            hint = "sum(...) and mean(...) run over all steps; another index is a number or T"
            raise self.error("`t` stands in the equations of `time:`", token, hint)
        if found is not None and self.here.kind in ("+", "-") and _is_short(self.peek()):
            sign = 1 if self.take().kind == "+" else -1
            found += sign * int(self.take().text)
        return found


def _is_short(token: Token) -> bool:
    return token.kind == "number" and token.text.isdigit() and len(token.text) <= 9
