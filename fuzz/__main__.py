"""``python -m fuzz [TARGET...]``: fuzz the targets one after the other, each for some seconds.

With atheris (Python 3.11 to 3.13 on Linux and macOS) inputs are chosen by the code that they reach;
without it they are mutated blindly, which is said. Exit code 1 if a fault was found.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

NAMES = ("reader", "parser", "entries", "check", "problem")


def main() -> int:
    """Run the targets; the exit code."""
    said = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    said.add_argument(
        "targets", nargs="*", metavar="TARGET", help=f"{', '.join(NAMES)}; left out: all"
    )
    said.add_argument("--seconds", type=float, default=60.0, help="for each target")
    said.add_argument(
        "--found", type=Path, default=Path("fuzz/found"), help="where faults are kept"
    )
    said.add_argument("--blind", action="store_true", help="do not use atheris")
    given = said.parse_args()
    code = 0
    for target in given.targets or NAMES:
        with tempfile.TemporaryDirectory(prefix="fuzz") as corpus:
            # atheris cannot be ended and begun again, so that each target has its own process.
            child = os.fork()
            if not child:
                _one(target, given, Path(corpus))
            code = max(code, os.waitstatus_to_exitcode(os.wait()[1]))
    return 1 if code else 0


def _one(target: str, given: argparse.Namespace, corpus: Path) -> None:
    code = 2
    try:
        if given.blind or not _has_atheris():
            code = _blind(target, given.seconds, given.found)
        else:
            _guided(target, given.seconds, given.found, corpus)
    finally:
        sys.stderr.flush()
        os._exit(code)


def _has_atheris() -> bool:
    try:
        import atheris  # noqa: F401
    except ImportError:
        print("atheris is not installed: inputs are mutated without coverage", file=sys.stderr)
        return False
    return True


def _blind(target: str, seconds: float, folder: Path) -> int:
    from fuzz.finder import Finder
    from fuzz.mutation import fuzz
    from fuzz.seeds import texts
    from fuzz.targets import TARGETS

    finder = Finder(target, TARGETS[target], folder)
    fuzz(finder, list(texts(target)), seconds)
    finder.tell()
    return 1 if finder.found else 0


def _guided(target: str, seconds: float, folder: Path, corpus: Path) -> None:
    """Let atheris choose the inputs; ends the process."""
    import atheris

    with atheris.instrument_imports(include=["backpropcli"]):
        from fuzz.targets import TARGETS
    from fuzz.finder import Finder
    from fuzz.seeds import WORDS, texts

    finder = Finder(target, TARGETS[target], folder)
    end = time.monotonic() + seconds

    def one(data: bytes) -> None:
        finder(data)
        if time.monotonic() > end:
            finder.tell()
            sys.stderr.flush()
            os._exit(1 if finder.found else 0)

    words = corpus / "words"
    words.write_text("".join(map(_quoted, WORDS)), "utf-8")
    (corpus / "inputs").mkdir()
    for number, text in enumerate(texts(target)):
        (corpus / "inputs" / f"{number:04}").write_bytes(text.encode())
    limits = (
        f"-artifact_prefix={folder}/",
        "-timeout=600",
        "-rss_limit_mb=2048",
        "-max_len=6000",
        "-verbosity=0",
    )
    atheris.Setup([sys.argv[0], *limits, f"-dict={words}", str(corpus / "inputs")], one)
    atheris.Fuzz()


def _quoted(word: str) -> str:
    """A word as a line of libFuzzer's dictionary."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in word.encode()) + '"\n'


if __name__ == "__main__":
    sys.exit(main())
