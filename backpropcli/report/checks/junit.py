"""JUnit XML, for GitLab, Jenkins and others: a submission is a suite, an answer is a test.

``wrong`` is a failure whose type is the code of the mistake, ``unreadable`` an error, ``missing``
skipped; all else passes, with what there is to say in ``system-out``. The points are properties of
the suite and in the text, as JUnit has no score. Times are 0: the same input gives the same bytes.
Source: the XSD of the xUnit plugin of Jenkins (junit-10.xsd); GitLab, ``parsers/test/junit.rb``.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import PurePath

from backpropcli.checking.data import CheckReport
from backpropcli.files.visible import visible_name
from backpropcli.report.guards import points, xml_text
from backpropcli.report.options import CheckOptions
from backpropcli.report.results import Result, Suite, error_text, suites, unique

TELLS_UNGRADED = True
ELEMENTS = {"fail": "failure", "error": "error", "skip": "skipped"}
COUNTS = {"failures": "failure", "errors": "error", "skipped": "skipped"}
UNGRADED = "ungraded"


def render(reports: Sequence[CheckReport], options: CheckOptions) -> str:
    """All submissions as one XML document."""
    found = suites(reports, options)
    top = ET.Element("testsuites", name="backprop")
    classes = unique(_class_name(suite) for suite in found)
    for suite, name in zip(found, classes, strict=True):
        top.append(_suite(suite, name))
    _count(top)
    ET.indent(top)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(top, encoding="unicode")}\n'


def _class_name(suite: Suite) -> str:
    """The student, or the file without its ending."""
    return visible_name(suite.student or PurePath(suite.name).stem or "submission")


def _suite(suite: Suite, class_name: str) -> ET.Element:
    element = ET.Element("testsuite", name=visible_name(suite.name))
    told = {"problem": suite.problem, "student": suite.student}
    if suite.is_graded:
        told |= {"score": str(points(suite.score)), "max_score": str(points(suite.max_score))}
    properties = ET.Element("properties")
    for name, value in told.items():
        if value:
            ET.SubElement(properties, "property", name=name, value=visible_name(value))
    if len(properties):
        element.append(properties)
    for result in suite.results:
        element.append(_case(result, class_name))
    if not suite.is_graded:
        element.append(_ungraded(suite, class_name))
    if suite.notes:
        ET.SubElement(element, "system-out").text = xml_text("\n".join(suite.notes))
    _count(element)
    return element


def _case(result: Result, class_name: str) -> ET.Element:
    case = ET.Element("testcase", name=visible_name(result.name), classname=class_name, time="0")
    if result.place is not None:
        case.set("file", visible_name(result.place.file))
        case.set("line", str(result.place.line))
    tag = ELEMENTS.get(result.outcome)
    if tag is None:
        ET.SubElement(case, "system-out").text = xml_text(result.text)
        return case
    verdict = ET.SubElement(case, tag, message=visible_name(result.headline))
    if tag != "skipped":
        verdict.set("type", visible_name(next(iter(result.codes), result.status)))
    verdict.text = xml_text(result.text)
    return case


def _ungraded(suite: Suite, class_name: str) -> ET.Element:
    case = ET.Element("testcase", name="submission", classname=class_name, time="0")
    case.set("file", visible_name(suite.name))
    said = visible_name(suite.errors[0].message)
    error = ET.SubElement(case, "error", message=f"{suite.summary}: {said}", type=UNGRADED)
    error.text = xml_text(error_text(suite.errors))
    return case


def _count(element: ET.Element) -> None:
    """Write how many tests there are below an element, and how they fare."""
    element.set("tests", str(sum(1 for _ in element.iter("testcase"))))
    for attribute, tag in COUNTS.items():
        element.set(attribute, str(sum(1 for _ in element.iter(tag))))
    element.set("time", "0")
