"""A catalogue of alike things, each added once under a name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


def modules_beside(file: str, first: str = "") -> tuple[str, ...]:
    """The modules in the folder of an ``__init__.py``, one of them first; none is imported."""
    names = os.listdir(os.path.dirname(file))
    found = [name[:-3] for name in names if name.endswith(".py") and name[0] != "_"]
    return tuple(sorted(found, key=lambda name: (name != first, name)))


class Registry(Generic[T]):
    """Entries by name, in the order in which they were added."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._entries: dict[str, T] = {}

    def add(self, name: str, entry: T) -> T:
        """Add an entry; a name that is taken raises ``ValueError``."""
        if name in self._entries:
            raise ValueError(f"{self.what} {name!r} is already in the catalogue")
        self._entries[name] = entry
        return entry

    def __getitem__(self, name: str) -> T:
        return self._entries[name]

    def get(self, name: str) -> T | None:
        """The entry of that name, or nothing."""
        return self._entries.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def entries(self) -> Iterator[T]:
        """All entries, in order."""
        return iter(self._entries.values())
