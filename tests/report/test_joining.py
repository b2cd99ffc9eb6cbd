"""Reports of a class, made of those of its submissions."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from check_support import REPORT
from system_support import HOSTILE, RIGHT, UNREAD, hostile, made

from backpropcli.report.joining import join, joins


def joined(form: str) -> str:
    parts = [made(form, REPORT), made(form, ungraded=[UNREAD]), made(form, RIGHT, RIGHT)]
    return "".join(join(form, parts))


def test_json_is_one_list() -> None:
    data = json.loads(joined("json"))
    assert [one["submission"] for one in data] == [
        "answers.yaml", "broken.yaml", "right.yaml", "right.yaml",
    ]  # fmt: skip
    assert json.loads("".join(join("json", []))) == []


def test_junit_is_one_document() -> None:
    root = ET.fromstring(joined("junit").encode())
    assert root.tag == "testsuites"
    assert [s.attrib["name"] for s in root] == [
        "answers.yaml", "broken.yaml", "right.yaml", "right.yaml (2)",
    ]  # fmt: skip
    assert len(ET.fromstring("".join(join("junit", [made("junit")])))) == 0


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_in_a_joined_document(text: str) -> None:
    root = ET.fromstring("".join(join("junit", [made("junit", hostile(text))] * 2)).encode())
    assert [len(list(suite.iter("testcase"))) for suite in root] == [5, 5]


def test_pages_stand_below_each_other() -> None:
    text = joined("markdown")
    assert [line for line in text.split("\n") if line.startswith("# ")] == [
        next(line for line in made("markdown", report).split("\n"))
        for report in (REPORT, RIGHT, RIGHT)
    ]


def test_a_summary_has_room_for_a_mebibyte() -> None:
    long = made("github_summary", replace(RIGHT, notes=("x" * 100_000,)))
    text = "".join(join("github_summary", [long] * 20))
    assert len(text.encode()) < 2**20
    assert text.endswith("Left out for want of room: 11\n")


def test_formats_of_one_result_do_not_join() -> None:
    assert not any(map(joins, ("classroom", "github", "gradescope", "prairielearn")))
    assert all(map(joins, ("json", "junit", "markdown", "plain", "table", "github_summary")))
