"""Work that is limited in time."""

import gc
import time
import weakref

from backpropcli.probes import time_limit


def test_an_alarm_that_is_lost_in_a_clean_up_rings_again():
    """What a callback of the garbage collector raises is printed and forgotten."""
    rung = []

    def linger(phase, _info):
        if phase == "start" and not rung:
            rung.append(True)
            end = time.monotonic() + 0.3
            while time.monotonic() < end:
                pass

    gc.callbacks.append(linger)
    start = time.monotonic()
    try:
        with time_limit(0.1):
            gc.collect()
            while time.monotonic() < start + 10:
                pass
    finally:
        gc.callbacks.remove(linger)
    assert rung
    assert time.monotonic() - start < 5


def test_an_alarm_that_is_lost_where_a_weak_link_ends_rings_again():
    """What the callback of a weak reference raises is printed and forgotten, too."""

    class Thing:
        """Goes as soon as nobody holds it."""

    def linger():
        end = time.monotonic() + 0.3
        while time.monotonic() < end:
            pass

    thing = Thing()
    weakref.finalize(thing, linger)
    start = time.monotonic()
    with time_limit(0.1):
        del thing
        while time.monotonic() < start + 10:
            pass
    assert 0.3 < time.monotonic() - start < 5


def test_a_block_in_time_is_left_alone():
    with time_limit(0.2):
        pass
    end = time.monotonic() + 0.6
    while time.monotonic() < end:
        pass
