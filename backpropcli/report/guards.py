"""What keeps a student's text from being more than text in CSV, XML and a workflow's log."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from backpropcli.files.visible import visible, visible_name

# Also in full width, which spreadsheets of East Asian locales take for the same signs.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
DECIMALS = 6

Cell = str | float | None


@lru_cache(4096)
def cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula, on one line; an apostrophe marks it.

    Source: OWASP, "CSV Injection"; CWE-1236.
    """
    shown = visible_name(text)
    return "'" + shown if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else shown


@lru_cache(4096)
def points(value: float, decimals: int = DECIMALS) -> Decimal | None:
    """A number without an exponent or needless zeros; nothing for what is no number."""
    if not math.isfinite(value):
        return None
    text = f"{round(value, decimals) + 0.0:.{decimals}f}"
    return Decimal(text.rstrip("0").rstrip("."))


def csv_lines(rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """Lines of CSV, one at a time: text is guarded and quoted, numbers are bare, None is empty.

    All text is quoted, as a spreadsheet may split a line at semicolons instead of commas.
    """
    line = _Line()
    writer = csv.writer(line, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    for row in rows:
        writer.writerow([_written(value) for value in row])
        yield line.text


class _Line:
    """Keeps the last line that a writer made."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


@lru_cache(4096, typed=True)
def _written(value: Cell) -> Any:
    if isinstance(value, (int, float)):
        value = points(value)  # type: ignore[assignment]
    return "" if value is None else cell(value) if isinstance(value, str) else value


def xml_text(text: str) -> str:
    """A text in which every character may stand in XML 1.0: controls are written as escapes."""
    return visible(text)


def commandless(text: str) -> str:
    """A text of several lines in which a workflow runner finds no command.

    A runner obeys ``::`` at the start of a line and ``##[`` anywhere in one.
    """
    lines = visible(text).replace("##[", "## [").split("\n")
    return "\n".join(line.replace("::", ": :") if _is_command(line) else line for line in lines)


def _is_command(line: str) -> bool:
    return line.lstrip().startswith("::")


def command(kind: str, message: str, **properties: str | int) -> str:
    """A workflow command on one line, such as ``::error file=a.yaml,line=3::text``.

    Empty and zero properties are left out. Source: GitHub Docs, "Workflow commands".
    """
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{kind}{' ' * bool(told)}{told}::{_data(visible(message))}"


def _property(value: str | int) -> str:
    return _data(visible_name(str(value))).replace(":", "%3A").replace(",", "%2C")


def _data(text: str) -> str:
    text = text.replace("##[", "## [")
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
