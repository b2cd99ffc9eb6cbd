"""What `check` says of a submission that takes too much, which should never happen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import backpropcli.checking.check
import backpropcli.cli.check
from backpropcli.checking.check import check_file as real
from backpropcli.cli.main import run
from tests.hostile.corpus import RIGHT


def endless(*_: Any, **__: Any) -> None:
    while True:
        pass


def greedy(*_: Any, **__: Any) -> None:
    raise MemoryError


@pytest.mark.parametrize(
    ("work", "said"), [(endless, "more than 2.1 seconds"), (greedy, "more memory than there is")]
)
def test_a_result_is_written_all_the_same(
    work: Any,
    said: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    for name in ("bad.yaml", "good.yaml"):
        Path(name).write_text(RIGHT, encoding="utf-8")

    def check_file(path: str, *rest: Any, **more: Any) -> Any:
        return work() if path == "bad.yaml" else real(path, *rest, **more)

    monkeypatch.setattr(backpropcli.checking.check, "check_file", check_file)
    monkeypatch.setattr(backpropcli.cli.check, "MOST_SECONDS", 2.0)
    code = run(["check", "bad.yaml", "good.yaml", "--time", "0.1", "-f", "plain",
                "--report", "gradescope=result.json"])  # fmt: skip
    shown = capsys.readouterr()
    assert code == 4
    assert shown.err.startswith("bad.yaml: took ")
    assert said in shown.err
    assert "Two layers, good.yaml" in shown.out
    result = json.loads(Path("result.json").read_text("utf-8"))
    assert "bad.yaml: This submission cannot be graded" in result["output"]
