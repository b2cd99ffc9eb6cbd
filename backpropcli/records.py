"""``NamedTuple`` and ``dataclass`` as in the standard library, made in a third of the time.

A command makes about a hundred classes of data before it does anything else. The standard ones
compile every annotation by itself, and up to six functions for each class: together an eighth of
the time of ``backprop check``. Here one constructor is compiled for a dataclass, and for all named
tuples of so many fields, whose names each puts in. All else is shared; annotations stay text, as
``from __future__ import annotations`` leaves them. What this package does not use is left out:
inheritance, slots, ordering, ``InitVar``, generics.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

__all__ = ["NamedTuple", "dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
    from typing import NamedTuple
else:
    from collections.abc import Iterable
    from dataclasses import MISSING, Field, FrozenInstanceError, make_dataclass
    from functools import cache
    from operator import itemgetter
    from types import CodeType, FunctionType

    try:
        from collections import _tuplegetter as _getter
    except ImportError:  # as the standard library does without it

        def _getter(position: int, doc: str) -> property:
            return property(itemgetter(position), doc=doc)

    class _Tuple(tuple):
        """What all named tuples have in common."""

        __slots__ = ()
        _fields: tuple[str, ...] = ()

        @classmethod
        def _make(cls, values: Iterable[Any]) -> _Tuple:
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"{cls.__name__} has {len(cls._fields)} fields, found {len(made)}")
            return made

        def _replace(self, /, **changes: Any) -> _Tuple:
            made = self._make(map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"{type(self).__name__} has no fields {list(changes)}")
            return made

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            said = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({said})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

    @cache
    def _new(count: int) -> CodeType:
        """The code of ``__new__`` for so many fields; each class puts in its own names."""
        names = ", ".join(f"a{i}" for i in range(count))
        return eval(f"lambda _cls, {names}: new(_cls, ({names},))").__code__  # noqa: S307

    class _Tuples(type):
        """Makes a class with annotations a named tuple with the methods of its body."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            fields = tuple(body["__annotations__"])
            defaults = {field: body[field] for field in fields if field in body}
            code = _new(len(fields)).replace(
                co_varnames=("_cls", *fields), co_name="__new__", co_qualname=f"{name}.__new__"
            )
            new = FunctionType(code, {"new": tuple.__new__}, "__new__", tuple(defaults.values()))
            getters = {field: _getter(i, "") for i, field in enumerate(fields)}
            shared = {"_fields": fields, "_field_defaults": defaults, "__match_args__": fields}
            return type(
                name, (_Tuple,), {**body, **getters, **shared, "__new__": new, "__slots__": ()}
            )

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
        shared["__init__"] = _constructor(cls.__name__, defaults)
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

    def _constructor(of: str, defaults: dict[str, Any]) -> FunctionType:
        """The function ``__init__``; it puts the values past the refusal of a frozen record."""
        known: dict[str, Any] = {"_MISSING": MISSING}
        takes, lines = ["_self"], ["_own = _self.__dict__"]
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
            lines.append(f"_own[{name!r}] = {value}")
        exec("\n  ".join([f"def __init__({', '.join(takes)}):", *lines]), known)  # noqa: S102
        made = known["__init__"]
        made.__qualname__ = f"{of}.__init__"
        return made

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
