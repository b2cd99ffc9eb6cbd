"""One server for all tests of this folder, and a folder with a problem for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.corpus import GOOD
from tests.hostile.support import Command


@pytest.fixture(scope="session")
def command() -> Iterator[Command]:
    found = Command()
    yield found
    found.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "problem.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path
