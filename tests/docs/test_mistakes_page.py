"""The page of mistakes is what the catalogue says now."""

import pytest

from backpropcli.mistakes import catalogue
from backpropcli.report.mistakes_page import render
from tests.docs.remake_mistakes import PAGE


@pytest.mark.skipif(not PAGE.exists(), reason="the page was not made yet")
def test_the_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == render()


def test_every_mistake_is_on_the_page():
    page = render()
    for mistake in catalogue().entries():
        assert f"\n### {mistake.code} {mistake.name}\n" in page
        assert f"| {mistake.code} | `{mistake.name}` |" in page
