"""Running ``backprop solve`` on a broken file, and what every answer to one must be like."""

import re
import signal
import time
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from backpropcli.cli.main import run as _run

FOLDER = Path(__file__).parent
SECONDS = 1.0
HEAD = re.compile(r"^(?P<file>[^\s:]+\.yaml|<stdin>)(?::(?P<line>\d+):(?P<column>\d+))?: ")
ECHO = re.compile(r"^ *\d* \| ")
RAW = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)


class Answer(NamedTuple):
    """What a run ended with."""

    code: int
    out: str
    err: str
    seconds: float

    def complaints(self):
        """(line, column, message with hint) of each complaint, without the echoed source."""
        found = []
        for line in self.err.splitlines():
            head = HEAD.match(line)
            if head:
                place = int(head["line"] or 0), int(head["column"] or 0)
                found.append((*place, line[head.end() :]))
            elif found and not ECHO.match(line):
                found[-1] = (*found[-1][:2], found[-1][2] + "\n" + line)
        return found


class TooSlow(BaseException):
    """Not an Exception, so that the command cannot take it for a fault of its own."""


@contextmanager
def stopped_after(seconds):
    def stop(_signal, _frame):
        raise TooSlow(f"still running after {seconds} seconds of work")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def answer(path, capsys, *options):
    """The answer to a file, in this process."""
    begin = time.process_time()
    with stopped_after(3 * SECONDS):
        code = _run(["solve", *options, "--", str(path)])
    seconds = time.process_time() - begin
    captured = capsys.readouterr()
    return Answer(code, captured.out, captured.err, seconds)


def assert_refused(found):
    """What holds for every broken file."""
    assert found.code == 2, found.err or found.out[:300]
    assert found.out == ""
    assert found.err
    assert "Traceback" not in found.err
    assert "internal error" not in found.err
    assert not RAW.search(found.err)
    assert not COMMAND.search(found.err)
    assert max(map(len, found.err.splitlines())) <= 600
    assert len(found.err.splitlines()) <= 200
    places = [(line, column) for line, column, _ in found.complaints()]
    assert places, found.err
    assert places == sorted(places)
    assert found.seconds < SECONDS
