"""Reports of a class: each submission's own is made where it was judged, a file holds one or all.

A worker makes the texts with a ``Renderer``; here they are put into files.
"""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import category
from urllib.parse import quote

from backpropcli.errors import Complaint
from backpropcli.report.checks import kind, load, refused
from backpropcli.report.options import CheckOptions, Ungraded
from backpropcli.report.results import unique

if TYPE_CHECKING:
    from backpropcli.checking.data import CheckReport
    from backpropcli.grading.data import Outcome

STUDENT, PROBLEM = "{student}", "{problem}"
SUFFIXES = {"markdown": ".md", "github_summary": ".md", "junit": ".xml"}
JOINED = ("json", "junit", "markdown", "plain", "table")
UNKNOWN = "unknown"
LONGEST = 100  # bytes of an id in a file name; a system may allow 255 bytes for all of it


@dataclass(frozen=True)
class Renderer:
    """Makes the reports of one submission by format; a worker is given it when it starts."""

    forms: tuple[str, ...]
    reveal: str = "diagnosis"

    def __call__(
        self, outcome: Outcome, report: CheckReport | None, complaints: Sequence[Complaint]
    ) -> dict[str, str]:
        """The text of each format; for a submission that cannot be graded, why."""
        if report is not None:
            options = CheckOptions(self.reveal)
            return {form: load(form)([report], options) for form in self.forms}
        one = Ungraded(outcome.file, tuple(complaints), 0, outcome.student, outcome.problem)
        return {form: refused(form, one, CheckOptions(self.reveal)) for form in self.forms}


class Files(NamedTuple):
    """A format, and the file of each submission (with ``{student}`` in its name) or of all."""

    form: str
    path: str

    @property
    def is_single(self) -> bool:
        """Whether one file holds the reports of all."""
        return STUDENT not in self.path

    def path_of(self, outcome: Outcome) -> str:
        """The file of a submission; what a student wrote cannot lead out of the folder."""
        problem = safe_name(outcome.problem or UNKNOWN)
        return self.path.replace(PROBLEM, problem).replace(STUDENT, safe_name(outcome.student))


def files_for(form: str, path: str, several: bool) -> Files:
    """Where the reports of a format go; a folder gets a file for each student."""
    if STUDENT not in path and (path.endswith(("/", os.sep)) or os.path.isdir(path)):
        suffix = SUFFIXES.get(form, ".json" if kind(form) == "json" else ".txt")
        path = os.path.join(path, f"{STUDENT}-{PROBLEM}{suffix}" if several else STUDENT + suffix)
    return Files(form, path)


def safe_name(text: str) -> str:
    """A text as the name of a file: a long one is cut, no two are the same.

    Letters and digits of all languages are kept, with their marks; other characters are %XX.
    """
    name = "".join(c if category(c)[0] in "LMN" else quote(c, safe="@+ ,") for c in text)
    if len(name.encode()) > LONGEST:
        kept = name.encode()[:LONGEST].decode(errors="ignore")
        name = f"{kept}-{sha256(text.encode()).hexdigest()[:16]}"
    return "%2E" + name[1:] if name.startswith(".") else name or UNKNOWN


def joined(form: str, texts: Callable[[], Iterable[str]]) -> Iterator[str]:
    """The reports of all submissions as one file; ``texts`` gives them anew at each call."""
    if form == "json":
        return _json_list(texts())
    if form == "junit":
        return _suites(texts)
    return _one_after_the_other(texts())


def _json_list(texts: Iterable[str]) -> Iterator[str]:
    before = "["
    for text in texts:
        yield before + "\n" + text.rstrip("\n")
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def _one_after_the_other(texts: Iterable[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        yield ("\n" if number else "") + text


def _suites(texts: Callable[[], Iterable[str]]) -> Iterator[str]:
    """The suites of all documents below one element, which counts them.

    A student who answers two problems, or a file that does, gets a number behind the second name:
    of two tests with the same names GitLab shows one.
    """
    counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    files: list[str] = []
    classes: list[str] = []
    for text in texts():
        document = ET.fromstring(text)  # noqa: S314  (our own text)
        for count in counts:
            counts[count] += int(document.attrib[count])
        for suite in document:
            files.append(suite.attrib["name"])
            classes.append(next((c.attrib["classname"] for c in suite.iter("testcase")), ""))
    names = zip(unique(files), unique(classes), strict=True)
    told = "".join(f' {name}="{value}"' for name, value in counts.items())
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="backprop"{told} time="0">\n'
    for text in texts():
        for suite in ET.fromstring(text):  # noqa: S314
            suite.attrib["name"], student = next(names)
            for case in suite.iter("testcase"):
                case.attrib["classname"] = student
            yield "  " + ET.tostring(suite, encoding="unicode").strip() + "\n"
    yield "</testsuites>\n"
