"""``python -m tests.docs.remake_mistakes`` writes docs/mistakes.md anew from the catalogue."""

from pathlib import Path

from backpropcli.report.mistakes_page import render

PAGE = Path(__file__).parents[2] / "docs" / "mistakes.md"


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
