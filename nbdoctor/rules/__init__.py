"""The catalogue: one file per rule, found in this folder."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

from nbdoctor.rules.rule import Rule


@cache
def catalogue() -> tuple[Rule[Any], ...]:
    """Every rule, by name."""
    rules = []
    for module in pkgutil.iter_modules(__path__):
        if module.ispkg or module.name in {"rule", "treatment"}:
            continue
        found = getattr(importlib.import_module(f"{__name__}.{module.name}"), module.name)
        rules.append(found)
    return tuple(sorted(rules, key=lambda rule: rule.name))
