"""YAML's events of a text, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def events(text: str) -> Iterator[Any]:
    """The events; raises ``yaml.YAMLError`` where the text is no YAML."""
    import yaml

    # Both loaders give the same events; libyaml's is ten times as fast but not always there.
    return yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
