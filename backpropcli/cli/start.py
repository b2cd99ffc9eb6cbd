"""Where the command starts: what has to be settled before anything else is imported."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    # One thread computes homework faster, starts faster, and always adds in the same order.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Collecting garbage in so short a process takes longer than what it frees.
    gc.disable()
    _open_what_is_closed()
    from backpropcli.cli.main import run

    code = run()
    _flush()
    os._exit(code)  # taking NumPy down piece by piece takes 10 ms, and nothing needs it


def _open_what_is_closed() -> None:
    """Without stdout or stderr (``>&-``) what would go there is dropped."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def _flush() -> None:
    """Write out what is still held; a reader that has gone away is no fault."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue
