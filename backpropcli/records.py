"""``NamedTuple`` and ``dataclass`` as in the standard library, made in a third of the time.

A command makes about a hundred classes of data before it does anything else. The standard ones
compile every annotation by itself, and up to six functions for each class: together a tenth of
the time of ``backprop check``. Here one constructor is compiled for a dataclass, and the rest of
it is shared; annotations stay text, as ``from __future__ import annotations`` leaves them. What
this package does not use is left out: inheritance, slots, ordering, ``InitVar``, generics.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

__all__ = ["NamedTuple", "dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
    from typing import NamedTuple
else:
    from collections import namedtuple
    from dataclasses import MISSING, Field, FrozenInstanceError, make_dataclass

    class _Tuples(type):
        """Makes a class with annotations a named tuple with the methods of its body."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            fields = body.get("__annotations__", {})
            defaults = [body.pop(field) for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])
            for key, value in body.items():
                setattr(made, key, value)
            return made

    _NAMED_TUPLE = type.__new__(_Tuples, "NamedTuple", (), {})

    class _Base:
        """Stands among the bases of a class for what makes it a named tuple."""

        def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
            return (_NAMED_TUPLE,)

    NamedTuple = _Base()

    def dataclass(
        cls: type | None = None,
        /,
        *,
        frozen: bool = False,
        eq: bool = True,
        repr: bool = True,
    ) -> Any:
        """The class with a constructor from its annotations, and what the options ask for."""
        if cls is None:
            return lambda cls: dataclass(cls, frozen=frozen, eq=eq, repr=repr)
        own = dict(vars(cls))
        defaults = {name: own.get(name, MISSING) for name in cls.__annotations__}
        shared = {"__match_args__": tuple(defaults), "__dataclass_fields__": _Fields(defaults)}
        shared["__init__"] = _constructor(defaults, frozen)
        if repr:
            shared["__repr__"] = _repr
        if eq:
            shared |= {"__eq__": _eq, "__hash__": _hash if frozen else None}
        if frozen:
            shared |= {"__setattr__": _refuse, "__delattr__": _refuse}
        for name, value in shared.items():
            if name not in own:
                setattr(cls, name, value)
        for name, default in defaults.items():
            if isinstance(default, Field):
                delattr(cls, name)
        return cls

    def _constructor(defaults: dict[str, Any], frozen: bool) -> Any:
        """The function ``__init__``; what is frozen is put past the refusal to set it."""
        known: dict[str, Any] = {"_MISSING": MISSING}
        takes, lines = ["self"], []
        for name, given in defaults.items():
            value, default, factory = name, given, MISSING
            if isinstance(given, Field):
                default, factory = given.default, given.default_factory
            if factory is not MISSING:
                known[f"_{name}"] = factory
                value = f"_{name}() if {name} is _MISSING else {name}"
                takes.append(f"{name}=_MISSING")
            elif default is not MISSING:
                known[f"_{name}"] = default
                takes.append(f"{name}=_{name}")
            else:
                takes.append(name)
            lines.append(f"_own[{name!r}] = {value}" if frozen else f"self.{name} = {value}")
        if frozen:
            lines.insert(0, "_own = self.__dict__")
        exec(f"def __init__({', '.join(takes)}):\n  " + "\n  ".join(lines), known)  # noqa: S102
        return known["__init__"]

    class _Fields:
        """The fields as ``dataclasses`` knows them, made when ``replace`` or ``fields`` asks."""

        def __init__(self, defaults: dict[str, Any]) -> None:
            self.defaults = defaults

        def __get__(self, one: object, owner: type) -> dict[str, Field]:
            fields = [(n, "Any", *([] if d is MISSING else [d])) for n, d in self.defaults.items()]
            alike = make_dataclass(
                owner.__name__, fields, namespace={"__doc__": owner.__doc__},
                init=False, repr=False, eq=False,
            )  # fmt: skip
            owner.__dataclass_fields__ = alike.__dataclass_fields__
            return owner.__dataclass_fields__

    def _values(one: Any) -> tuple[Any, ...]:
        return tuple(getattr(one, name) for name in one.__match_args__)

    def _repr(self: Any) -> str:
        shown = (field.name for field in dataclasses.fields(self) if field.repr)
        said = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__qualname__}({said})"

    def _eq(self: Any, other: object) -> Any:
        return _values(self) == _values(other) if type(other) is type(self) else NotImplemented

    def _hash(self: Any) -> int:
        return hash(_values(self))

    def _refuse(self: Any, name: str, *value: object) -> None:
        raise FrozenInstanceError(f"{name!r} of {type(self).__name__} cannot be changed")
