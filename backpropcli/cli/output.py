"""How results reach the terminal or a file."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from typing import NamedTuple

from backpropcli.errors import BackpropError, Complaint, Place

# Blanks and colours before it do not count: what a runner makes of them is its own affair.
_COMMAND = re.compile(r"^((?:[^\S\n]|\x1b\[[0-9;]*m)*)::", re.MULTILINE)


class Terminal(NamedTuple):
    """What the reader's screen can show."""

    width: int
    color: bool
    unicode: bool


def terminal(color: str, to_file: bool) -> Terminal:
    """The terminal behind stdout; 80 columns without colour in a pipe or a file.

    ``color`` is "auto", "always" or "never"; NO_COLOR turns "auto" off.
    """
    shown = sys.stdout.isatty() and not to_file
    width = _width() if shown else _columns()
    colored = color == "always" or (
        color == "auto"
        and shown
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )
    encoding = "utf-8" if to_file else sys.stdout.encoding or "ascii"
    return Terminal(width, colored, encoding.lower().replace("-", "").startswith("utf"))


def _width() -> int:
    from shutil import get_terminal_size  # which imports all kinds of compression

    return get_terminal_size((80, 24)).columns


def _columns() -> int:
    told = os.environ.get("COLUMNS", "")
    return int(told) if told.isdigit() and 0 < int(told) < 1000 else 80


def guarded(text: str) -> str:
    """The text without anything that a workflow runner takes for a command.

    A runner obeys ``::`` at the start of a line and ``##[`` anywhere in one.
    """
    return _COMMAND.sub(r"\1: :", text.replace("##[", "## ["))


def guarded_json(text: str) -> str:
    """JSON in which the same marks are written as escapes; its meaning is unchanged."""
    return text.replace("##[", "\\u0023#[").replace("::", "\\u003a:")


def same_file(output: str, inputs: Iterable[str]) -> bool:
    """Whether the output is one of the files that are read, under whatever name."""
    path = os.path.realpath(output)
    return any(path == os.path.realpath(name) for name in inputs if name != "-")


def is_yaml(output: str) -> bool:
    """Whether the output exists and is a YAML file, as problems and answers are."""
    path = os.path.realpath(output)
    return path.lower().endswith((".yaml", ".yml")) and os.path.exists(path)


def write(text: str, output: str | None) -> None:
    """Print a text, or write it to a file at once and whole."""
    if output is None or output == "-":
        encoding = sys.stdout.encoding or "utf-8"
        safe = text.encode(encoding, "backslashreplace").decode(encoding)
        try:
            sys.stdout.write(safe)
            sys.stdout.flush()
        except BrokenPipeError:  # the reader has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:  # the disk is full
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            said = f"cannot be written: {error.strerror}"
            raise BackpropError(Complaint(said, Place("standard output"))) from None
        return
    from backpropcli.files.whole import write_whole

    write_whole(output, (text,))
