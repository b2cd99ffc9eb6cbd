"""The golden outputs are what the program prints now."""

import re

import pytest

from tests.cases.remake import PAGES, path, rendered

NOISE = re.compile(r"off by \d\.\de-\d\d")  # the last digits of a finite difference


@pytest.mark.parametrize(("case", "form"), PAGES, ids=lambda value: value)
def test_page(case: str, form: str) -> None:
    page = rendered(case, form)
    golden = path(case, form).read_text(encoding="utf-8")
    assert NOISE.sub("off by little", page) == NOISE.sub("off by little", golden)
