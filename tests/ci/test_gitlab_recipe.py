"""The job for GitLab: its file is sound, and its script is run."""

import xml.etree.ElementTree as ET

import pytest
import yaml
from recipe_support import BROKEN, CI, PYTHON, RIGHT, WRONG, course, environment, shell, tools

# ``git clone URL course`` copies the course of the test.
GIT = """\
[ "$1" = clone ] || exit 1
for last; do before=$url; url=$last; done
echo "$before" >> "$ASKED"
cp -r "$COURSE" "$url"
"""


def job():
    return yaml.safe_load((CI / "gitlab" / "check.gitlab-ci.yml").read_text())["check"]


def test_the_job_has_what_gitlab_asks_for():
    found = job()
    assert set(found) == {"image", "timeout", "rules", "script", "artifacts"}
    assert all(isinstance(line, str) for line in found["script"])
    assert found["artifacts"]["reports"]["junit"] == "report.xml"
    assert found["artifacts"]["when"] == "always"


@pytest.mark.parametrize(
    ("answers", "code", "counts"),
    [(RIGHT, 0, ("4", "0", "0")), (WRONG, 1, ("4", "1", "0")), (BROKEN, 3, ("1", "0", "1"))],
)
def test_the_script(tmp_path, answers, code, counts):
    work = tmp_path / "work"
    work.mkdir()
    (work / "answers.yaml").write_text(answers)
    env = environment(
        tools(tmp_path / "bin", python=PYTHON, git=GIT), ASKED=str(tmp_path / "asked"),
        COURSE=str(course(tmp_path / "c")), CI_JOB_TOKEN="t0ken", CI_SERVER_HOST="gitlab.example",
    )  # fmt: skip
    ran = shell("\n".join(job()["script"]), work, env)
    assert ran.code == code
    asked = (tmp_path / "asked").read_text()
    assert asked.startswith("https://gitlab-ci-token:t0ken@gitlab.example/")
    root = ET.parse(work / "report.xml").getroot()
    assert tuple(root.get(name) for name in ("tests", "failures", "errors")) == counts
    assert ("Cannot be graded" in (work / "report.md").read_text()) == (code == 3)
