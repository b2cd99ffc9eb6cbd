"""Reading indices: ``[2,1]``, ``[1:3]``, ``[:,2]``."""

from __future__ import annotations

from backpropcli.language.cursor import Cursor, shown


class IndexReader(Cursor):
    """A cursor that reads the positions in brackets."""

    def positions(self) -> tuple[int | tuple[int, int | None], ...]:
        """The positions in brackets, counted from 0; both ends of a slice are included."""
        self.expect("[", "before an index")
        items: list[int | tuple[int, int | None]] = []
        while self.here.kind != "]":
            first = self.position() if self.here.kind != ":" else 0
            if self.accept(":"):
                closes = self.here.kind in (",", "]")
                items.append((first, None if closes else self.position() + 1))
            else:
                items.append(first)
            if not self.accept(","):
                break
        if not items:
            raise self.error("an index names at least one position")
        self.expect("]", "to close the index")
        return tuple(items)

    def position(self) -> int:
        """One position, counted from 0."""
        token = self.take()
        start = self.words.index_from
        if token.kind != "number" or not token.text.isdigit() or len(token.text) > 9:
            raise self.error(
                f"an index is a whole number from {start} on, found {shown(token)}", token
            )
        if int(token.text) < start:
            raise self.error(
                f"indices count from {start} here, found {token.text}",
                token,
                "`index_from: 0` makes them count from 0" if start else "",
            )
        return int(token.text) - start
