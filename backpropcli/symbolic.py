"""The bridge to sympy, which is imported here alone, and only when it is asked for."""

from __future__ import annotations
