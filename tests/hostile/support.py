"""Running the command on hostile input, and what has to hold whatever comes in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from fuzz.tame import wildness

ROOT = Path(__file__).parents[2]
# Of processor time; by the clock a run may take longer, as the machine may have other work.
SECONDS, SLACK, MIB = 6.0, 10.0, 512


class Answer(NamedTuple):
    """What a run ended with; a negative code is a signal."""

    code: int
    out: str
    err: str
    seconds: float
    mib: float


class Command:
    """The command, run in processes of its own with limits on time and memory."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hostile"))
        self.server = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.server"],
            cwd=ROOT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        *arguments: str,
        folder: Path,
        given: bytes = b"",
        pure: bool = False,
        env: Mapping[str, str] | None = None,
        seconds: float = SECONDS,
        mib: int = MIB,
    ) -> Answer:
        """Run the command in a folder; ``pure`` leaves libyaml out."""
        files = {name: self.folder / name for name in ("in", "out", "err")}
        files["in"].write_bytes(given)
        request = {
            "arguments": arguments, "folder": str(folder), "pure": pure, "env": dict(env or {}),
            "seconds": seconds, "wall": SLACK * seconds, "mib": mib,
            **{name: str(path) for name, path in files.items()},
        }  # fmt: skip
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        print(json.dumps(request), file=self.server.stdin, flush=True)
        found = json.loads(self.server.stdout.readline())
        out, err = (files[name].read_text("utf-8") for name in ("out", "err"))
        return Answer(found["code"], out, err, found["seconds"], found["mib"])

    def close(self) -> None:
        """End the server."""
        assert self.server.stdin is not None
        self.server.stdin.close()
        self.server.wait(10)
        assert self.server.stdout is not None
        self.server.stdout.close()


def assert_tame(found: Answer, *codes: int) -> None:
    """What holds of every run on hostile input."""
    said = f"exit {found.code} after {found.seconds:.1f} s\n{found.err[:2000]}\n{found.out[:2000]}"
    assert found.code in codes, said
    for text in (found.out, found.err):
        assert not wildness(text), wildness(text) + said
        assert "internal error" not in text, said
