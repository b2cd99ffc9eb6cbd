"""Runs the command over and over, each time in a fresh process that is forked from this one.

One line of JSON in, one line out; the process is warm, so that a run takes a few milliseconds.
A run has limits of its own on time and memory, and its end is told as the system tells it.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
import threading
import time
from typing import Any

MIB = 2**20


def main() -> None:
    """Answer requests until standard input ends."""
    _warm()
    for line in sys.stdin:
        print(json.dumps(_forked(json.loads(line))), flush=True)


def _warm() -> None:
    import numpy  # noqa: F401
    import sympy  # noqa: F401
    import yaml  # noqa: F401

    from backpropcli.checking import check  # noqa: F401
    from backpropcli.cli.main import run  # noqa: F401
    from backpropcli.derivation import all  # noqa: F401
    from backpropcli.report import boxes  # noqa: F401
    from backpropcli.verify import verify  # noqa: F401

    gc.freeze()


def _forked(request: dict[str, Any]) -> dict[str, Any]:
    begin = time.monotonic()
    child = os.fork()
    if not child:
        _run(request)
    _, status, used = os.wait4(child, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": time.monotonic() - begin,
        "mib": used.ru_maxrss / 1024,
    }


def _run(request: dict[str, Any]) -> None:
    code = 99
    try:
        os.chdir(request["folder"])
        for number, name in enumerate(("in", "out", "err")):
            flags = os.O_RDONLY if not number else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            os.dup2(os.open(request[name], flags), number)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        os.environ.update(request["env"])
        if request["pure"]:
            _without_libyaml()
        _limit(request["seconds"], request["wall"], request["mib"])
        from backpropcli.cli.main import run

        code = run(request["arguments"])
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _without_libyaml() -> None:
    import yaml

    del yaml.CSafeLoader


def _limit(seconds: float, wall: float, mib: int) -> None:
    """What is left of this process after any of these is killed by the system."""
    # The command has timers of its own, so that the clock is watched from outside.
    most = int(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    threading.Thread(target=_end_after, args=(wall,), daemon=True).start()
    with open("/proc/self/statm", encoding="ascii") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + mib * MIB, used + mib * MIB))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * MIB, 64 * MIB))


def _end_after(seconds: float) -> None:
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
