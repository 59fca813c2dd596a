"""The catalogue: one file per rule, found in the folder of its family."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path
from typing import Any

from nbdoctor.rules.rule import Rule

FAMILIES = ("data", "labels", "objective", "model", "training", "pipeline", "notebook")
"""The folders of the rules, in the order in which a reader meets them."""


@cache
def catalogue() -> tuple[Rule[Any], ...]:
    """Every rule, by name."""
    rules = []
    for family in FAMILIES:
        for module in pkgutil.iter_modules([str(Path(__path__[0]) / family)]):
            found = importlib.import_module(f"{__name__}.{family}.{module.name}")
            rules.append(getattr(found, module.name))
    return tuple(sorted(rules, key=lambda rule: rule.name))
