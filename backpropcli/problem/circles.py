"""Equations that run in circles."""

from __future__ import annotations

from collections.abc import Mapping


def in_circles(uses: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Of the names that each equation uses, those of equations that wait for a circle."""
    waiting = {name: {u for u in used if u in uses} for name, used in uses.items()}
    needed_by: dict[str, list[str]] = {}
    for name, used in waiting.items():
        for one in used:
            needed_by.setdefault(one, []).append(name)
    free = [name for name, used in waiting.items() if not used]
    while free:
        done = free.pop()
        waiting.pop(done)
        for name in needed_by.get(done, ()):
            waiting[name].discard(done)
            if not waiting[name]:
                free.append(name)
    return {name: uses[name] for name in waiting}


def circle_through(start: str, uses: Mapping[str, list[str]]) -> str:
    """The circle of equations that leads back to this one, as text, or nothing."""
    came_from: dict[str, str] = {}
    stack = [start]
    while stack:
        name = stack.pop()
        for used in uses.get(name, ()):
            if used == start:
                path = [used, name]
                while path[-1] != start:
                    path.append(came_from[path[-1]])
                return _circle(path[::-1])
            if used in uses and used not in came_from:
                came_from[used] = name
                stack.append(used)
    return ""


def _circle(path: list[str]) -> str:
    if len(path) == 2:
        return f"{path[0]} uses itself"
    shown = path if len(path) <= 8 else [*path[:4], "...", *path[-2:]]
    return " -> ".join(shown)
