"""``python -m tests.docs.remake_ops`` writes docs/ops.md anew from the catalogue."""

from pathlib import Path

from backpropcli.report.ops_page import render

PAGE = Path(__file__).parents[2] / "docs" / "ops.md"


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
