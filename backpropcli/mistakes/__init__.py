"""The catalogue of mistakes: each is one file of ``catalogue/``, found by the folder."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module

import backpropcli.mistakes.catalogue as folder  # before the function takes its name
from backpropcli.mistakes.entry import Mistake
from backpropcli.registry import Registry


@cache
def catalogue() -> Registry[Mistake]:
    """All mistakes by their names, in the order of their codes."""
    found: list[Mistake] = []
    for file in os.listdir(folder.__path__[0]):
        if file.endswith(".py") and file[0] != "_":
            module = f"{folder.__name__}.{file[:-3]}"
            mistake: Mistake = import_module(module).MISTAKE
            found.append(mistake._replace(module=module))
    entries: Registry[Mistake] = Registry("mistake")
    for mistake in sorted(found, key=lambda m: m.code):
        entries.add(mistake.name, mistake)
    codes = [mistake.code for mistake in found]
    if len(set(codes)) < len(codes):
        raise ValueError("two mistakes have one code")
    return entries


def explanation(mistake: Mistake) -> str:
    """What its file says about it: a title line, then four sections."""
    return (import_module(mistake.module).__doc__ or "").strip()
