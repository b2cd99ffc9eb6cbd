"""``python -m tests.docs.remake_pictures`` draws the terminal pictures of the README anew, as SVG.

Each picture is what a command prints in colour, exported by rich; no font is loaded from elsewhere.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from backpropcli.cli.main import run

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
RELU = "problems/three-layer-relu.yaml"
PICTURES = {
    "solve": ["solve", RELU, "--only", "dL/dz1", "--only", "dL/dW1"],
    "check": ["check", "problems/answers/linear-regression.yaml"],
}
WIDTH = 80
# The fonts of the reader's own system in place of those that rich would load from the net.
FORMAT = re.sub(r"\s*@font-face {{.*?}}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
FORMAT = FORMAT.replace("Fira Code, monospace", "'DejaVu Sans Mono', Menlo, Consolas, monospace")
FORMAT = FORMAT.replace("<g class=", '<g xml:space="preserve" class=')


def printed(words: list[str], color: str) -> list[str]:
    """The lines that a command prints, as in a terminal of 80 columns."""
    written = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    before = os.getcwd()
    os.chdir(ROOT)
    try:
        with contextlib.redirect_stdout(written):
            assert run([*words, "--color", color]) in (0, 1)
    finally:
        os.chdir(before)
    written.seek(0)
    return written.read().rstrip("\n").split("\n")


def title(words: list[str]) -> str:
    """The command as it is typed."""
    return "$ backprop " + " ".join(words)


def drawn(name: str) -> str:
    """A picture as SVG."""
    words = PICTURES[name]
    console = Console(record=True, width=WIDTH, file=io.StringIO(), color_system="truecolor")
    console.print(Text(title(words), style="bold"))
    for line in ["", *printed(words, "always")]:
        text = Text.from_ansi(line)
        text.rstrip()
        console.print(text)
    svg = console.export_svg(title="", theme=MONOKAI, code_format=FORMAT, unique_id=name)
    return "\n".join(line.rstrip() for line in svg.split("\n")) + "\n"


def main() -> None:
    """Draw all pictures."""
    FOLDER.mkdir(exist_ok=True)
    for name in PICTURES:
        (FOLDER / f"{name}.svg").write_text(drawn(name), encoding="utf-8")


if __name__ == "__main__":
    main()
