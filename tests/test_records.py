"""Records are made faster than those of the standard library, and are the same."""

import dataclasses
import pickle
import typing
from dataclasses import FrozenInstanceError, field, replace
from functools import cached_property

import pytest

from backpropcli import records


def made(dataclass):
    """The same classes by either decorator."""

    @dataclass
    class Plain:
        """A record."""

        a: int
        b: list[int] = field(default_factory=list)
        name: str = "c"  # the constructor's own names are others

        @property
        def twice(self) -> int:
            """A property."""
            return 2 * self.a

    @dataclass(frozen=True)
    class Frozen:
        """A frozen record."""

        a: int
        b: tuple[int, ...] = ()
        hidden: str = field(repr=False, default="h")

    @dataclass(frozen=True, eq=False, repr=False)
    class Own:
        """A record compared by identity, which says itself what it is."""

        a: int

        def __repr__(self) -> str:
            return "own"

        @cached_property
        def more(self) -> int:
            """Worked out once."""
            return self.a + 1

    return Plain, Frozen, Own


OURS, STANDARD = made(records.dataclass), made(dataclasses.dataclass)
EACH = pytest.mark.parametrize(("plain", "frozen", "own"), [OURS, STANDARD])


@EACH
def test_a_record_is_made_by_position_by_name_and_with_defaults(plain, frozen, own):
    one = plain(1, name="x")
    assert (one.a, one.b, one.name, one.twice) == (1, [], "x", 2)
    assert plain(1).b is not plain(1).b
    with pytest.raises(TypeError, match=r"Plain.__init__.* 'a'"):
        plain()
    with pytest.raises(TypeError, match="'d'"):
        plain(1, d=2)
    with pytest.raises(TypeError, match="'a'"):
        plain(1, a=2)


@EACH
def test_records_are_compared_and_shown(plain, frozen, own):
    assert plain(1) == plain(1, [])
    assert plain(1) != plain(2)
    assert plain(1) != frozen(1)
    assert repr(plain(1, [2])).endswith("Plain(a=1, b=[2], name='c')")
    assert repr(frozen(1)).endswith("Frozen(a=1, b=())")
    assert repr(own(1)) == "own"
    assert own(1) != own(1)
    with pytest.raises(TypeError):
        hash(plain(1))
    assert hash(frozen(1)) == hash(frozen(1, ()))
    assert len({own(1), own(1)}) == 2


@EACH
def test_what_is_frozen_cannot_be_changed_but_can_be_worked_out(plain, frozen, own):
    one, other = frozen(1), own(1)
    for thing in (one, other):
        with pytest.raises(FrozenInstanceError):
            thing.a = 2
        with pytest.raises(FrozenInstanceError):
            del thing.a
    assert (one.a, other.more) == (1, 2)
    free = plain(1)
    free.a = 2
    assert free == plain(2)


@EACH
def test_a_record_is_one_for_the_standard_library_too(plain, frozen, own):
    assert dataclasses.is_dataclass(frozen)
    assert replace(frozen(1), b=(3,)) == frozen(1, (3,))
    assert [f.name for f in dataclasses.fields(plain)] == ["a", "b", "name"]
    assert dataclasses.asdict(plain(1)) == {"a": 1, "b": [], "name": "c"}
    match frozen(1, (2,)):
        case frozen(a, b):
            assert (a, b) == (1, (2,))


class Ours(records.NamedTuple):
    """A tuple."""

    a: int
    b: str = "b"

    @property
    def both(self) -> str:
        """A property."""
        return f"{self.a}{self.b}"


class Standard(typing.NamedTuple):
    """A tuple."""

    a: int
    b: str = "b"

    @property
    def both(self) -> str:
        """A property."""
        return f"{self.a}{self.b}"


@pytest.mark.parametrize("kind", [Ours, Standard])
def test_a_named_tuple_is_a_tuple_with_names(kind):
    one = kind(1)
    assert one == (1, "b")
    assert (one.a, one.b, one.both) == (1, "b", "1b")
    assert one._replace(b="c") == kind(1, "c")
    assert one._asdict() == {"a": 1, "b": "b"}
    assert (kind.__doc__, kind._fields) == ("A tuple.", ("a", "b"))
    assert kind._field_defaults == {"b": "b"}
    assert (kind.__module__, kind.__qualname__) == (__name__, kind.__name__)
    assert repr(one) == f"{kind.__name__}(a=1, b='b')"
    assert pickle.loads(pickle.dumps(one)) == one
    assert kind._make([1, "x"]) == kind(a=1, b="x")
    assert {one: 2}[1, "b"] == 2
    with pytest.raises(TypeError, match=f"{kind.__name__}.__new__.* 'a'"):
        kind()
    with pytest.raises(TypeError):
        kind._make([1])
    with pytest.raises(ValueError, match="'c'"):
        one._replace(c=2)
    with pytest.raises(AttributeError):
        one.a = 2
    with pytest.raises(AttributeError):
        one.c = 2


@records.dataclass(frozen=True)
class Sent:
    """A record that goes to another process."""

    a: int
    b: str = "b"


def test_a_frozen_record_goes_to_another_process():
    assert pickle.loads(pickle.dumps(Sent(1))) == Sent(1, "b")
