"""Annotations and step summaries of GitHub Actions, read as its runner does."""

import re
from dataclasses import replace

import pytest
from check_support import FORMATS, LEVELS, REPORT, SYSTEMS, judged, place
from system_support import HOSTILE, RIGHT, UNREAD, UNSEEN, hostile, is_commandless, made, unread

from backpropcli.cli.output import guarded
from backpropcli.report.checks import kind, tells_ungraded

COMMAND = re.compile(r"::(?P<kind>\w[\w-]*)(?: (?P<told>.*?))?::(?P<text>.*)")
KEYS = {"file", "line", "endLine", "col", "endColumn", "title"}
TITLES = re.compile(
    r"(wrong|cannot be read|cannot be graded|not answered|backprop)"
    r"(: (possibly )?BP\d{3} [a-z-]+)?"
)


def unescaped(text: str, more: tuple[tuple[str, str], ...] = ()) -> str:
    """As the runner: the percent sign last."""
    for escape, char in (("%0D", "\r"), ("%0A", "\n"), *more, ("%25", "%")):
        text = text.replace(escape, char)
    return text


def annotations(text: str) -> list[dict[str, str]]:
    """The commands of a log, as ActionCommand.TryParseV2 of actions/runner reads them."""
    found = []
    assert text.endswith("\n")
    assert "##[" not in text
    assert "\r" not in text
    for line in text.rstrip("\n").split("\n"):
        if not line.lstrip().startswith("::"):
            continue
        command = COMMAND.fullmatch(line)
        assert command, line
        one = {"kind": command["kind"], "text": unescaped(command["text"])}
        for pair in (command["told"] or "").split(","):
            key, _, value = pair.partition("=")
            assert key in KEYS, line
            one[key] = unescaped(value, (("%3A", ":"), ("%2C", ",")))
        assert one["kind"] in ("error", "warning", "notice")
        found.append(one)
    return found


def test_the_first_wrong_step_comes_first() -> None:
    text = made("github", REPORT)
    assert text.startswith("backprop: answers.yaml: 3.33 of 9 points (37 %)\n")
    found = annotations(text)
    assert [(a["kind"], a["title"], a.get("line"), a.get("col")) for a in found] == [
        ("error", "wrong: BP301 square-factor-kept", "5", "14"),
        ("error", "wrong", "7", "11"),
        ("error", "wrong", "9", "6"),
        ("error", "wrong: BP301 square-factor-kept", "6", "12"),
        ("error", "cannot be read", "8", "9"),
        ("notice", "not answered", None, None),
    ]
    assert all(a["file"] == "answers.yaml" for a in found)
    assert found[0]["text"].startswith("dL/dW3[2]: wrong")
    assert (
        "What becomes of the 1/2" in annotations(made("github", REPORT, reveal="hint"))[0]["text"]
    )
    assert found[-1]["text"] == "1 answer is missing: dL/db3"


def test_at_most_ten_and_how_many_were_left_out() -> None:
    def of(count: int) -> list[dict[str, str]]:
        wrong = tuple(judged(f"q{i}", "wrong", text="1", place=place(i, 5)) for i in range(count))
        return annotations(made("github", replace(REPORT, answers=wrong, mistakes=())))

    assert len(of(10)) == 10
    assert all(a["kind"] == "error" for a in of(10))
    found = of(13)
    assert len(found) == 10
    assert found[-1]["kind"] == "notice"
    assert found[-1]["text"].startswith("4 more things are off")


def test_a_right_sheet_has_its_score_alone() -> None:
    assert made("github", RIGHT) == "backprop: right.yaml: 1 of 1 point (100 %)\n"


def test_a_submission_that_cannot_be_graded() -> None:
    found = annotations(made("github", REPORT, ungraded=[UNREAD._replace(after=1)]))
    assert found[0] == {
        "kind": "error", "title": "cannot be graded", "file": "broken.yaml", "line": "3",
        "col": "5", "text": "anchors are not allowed\n  hint: write it out",
    }  # fmt: skip
    assert (found[1]["title"], found[1]["text"]) == ("cannot be graded", "is not UTF-8")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("reveal", LEVELS)
def test_hostile_names_make_no_commands_and_no_titles(text: str, reveal: str) -> None:
    out = made("github", hostile(text), reveal=reveal, ungraded=[unread(text)])
    found = annotations(out)
    assert len(found) == 5  # two wrong, one unreadable, one missing, one that cannot be graded
    assert all(TITLES.fullmatch(one["title"]) for one in found)
    assert len(out.rstrip("\n").split("\n")) == 7
    assert is_commandless("\n".join(line for line in out.split("\n") if not COMMAND.match(line)))
    assert not any(UNSEEN.search(value) for one in found for value in one.values())


def test_commands_pass_unguarded_and_all_else_does_not() -> None:
    kinds = {name: kind(name) for name in (*FORMATS, *SYSTEMS)}
    assert {name for name, found in kinds.items() if found == "commands"} == {"github"}
    assert {name for name, found in kinds.items() if found == "json"} == {
        "json", "gradescope", "prairielearn",
    }  # fmt: skip
    assert {name for name in kinds if tells_ungraded(name)} == {"json", *SYSTEMS}


def test_the_summary_is_the_markdown_page_and_a_table_of_several() -> None:
    assert made("github_summary", REPORT) == made("markdown", REPORT)
    page = made("github_summary", REPORT, RIGHT, ungraded=[UNREAD])
    lines = page.split("\n")
    assert lines[2].startswith("| `broken.yaml` |")
    assert lines[3].startswith("| `answers.yaml` | `s123` | 3.33 of 9 points")
    assert lines[4].startswith("| `right.yaml` |")
    assert "# Cannot be graded: `broken.yaml`" in lines
    assert "broken.yaml:3:5: anchors are not allowed" in lines


def test_the_summary_is_below_a_mebibyte() -> None:
    long = replace(RIGHT, notes=("x" * 100_000,))
    page = made("github_summary", *[long] * 20)
    assert len(page.encode()) < 2**20
    assert "pages have no room" in page


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_in_the_summary(text: str) -> None:
    page = guarded(made("github_summary", hostile(text), RIGHT, ungraded=[unread(text)]))
    assert is_commandless(page)
    assert not UNSEEN.search(page)
    outside = re.sub(r"^(`{3,})text\n.*?^\1$", "", page, flags=re.MULTILINE | re.DOTALL)
    rows = [line for line in outside.splitlines() if line.startswith("|")]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows[:5]] == [4] * 5
    without_spans = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", outside)
    assert not re.search(r"(?<!\\)<script|(?<!\\)\[link|@\w", without_spans)
