"""The terminal pictures of the README show what the commands print now."""

import html
import re

import pytest

from tests.docs.remake_pictures import FOLDER, PICTURES, ROOT, printed, title


def lines_of(svg):
    """The lines of a picture, put together from its pieces of text by their place."""
    pieces = re.findall(r'<text[^>]*? x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>', svg)
    found = {}
    for x, y, text in pieces:
        found.setdefault(float(y), []).append((float(x), html.unescape(text).replace("\xa0", " ")))
    rows = []
    for y in sorted(found):
        row = ""
        for x, text in sorted(found[y]):
            row = row.ljust(round(x / 12.2)) + text.rstrip("\n")
        rows.append(row.rstrip())
    return rows


@pytest.mark.parametrize("name", PICTURES)
def test_picture_shows_what_is_printed(name):
    svg = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    shown = [line for line in lines_of(svg) if line]
    wanted = [title(PICTURES[name]), *printed(PICTURES[name], "never")]
    assert shown == [line.rstrip() for line in wanted if line.strip()], "run `make pictures`"


@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_small_and_loads_nothing(name):
    svg = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert len(svg) < 60_000
    assert "url(http" not in svg
    assert "@font-face" not in svg
    assert f"docs/pictures/{name}.svg" in (ROOT / "README.md").read_text(encoding="utf-8")
