"""The catalogue of update rules; a rule is one entry of one family."""

from __future__ import annotations

from backpropcli.optimizers import adaptive, descent
from backpropcli.optimizers.entry import Rule
from backpropcli.registry import Registry

RULES: Registry[Rule] = Registry("update rule")
for family in (descent, adaptive):
    for rule in family.RULES:
        RULES.add(rule.name, rule)
