"""What rules call healthy: the thresholds that a chart may draw, never one of its own."""

from __future__ import annotations

from nbdoctor.rules import catalogue


def limit(rule: str, name: str) -> float | None:
    """The threshold `name` of `rule`, None when the catalogue has no such rule or threshold."""
    for known in catalogue():
        if known.name == rule:
            return known.thresholds.get(name)
    return None
