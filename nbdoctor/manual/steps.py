"""What is not known of a step that was not run on copies, and which rules judge without it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from nbdoctor.readings import catalogue
from nbdoctor.readings.activations import Activations
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.batch_averages import BatchAverages
from nbdoctor.readings.gradients import Gradients
from nbdoctor.readings.logs import Logs
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.loss_parts import LossParts
from nbdoctor.readings.metrics import Metrics
from nbdoctor.readings.modes import Modes
from nbdoctor.readings.other_forms import OtherForms
from nbdoctor.readings.other_rows import OtherRows
from nbdoctor.readings.trained import Trained
from nbdoctor.rules.rule import Rule

LOST: Mapping[str, tuple[type[Any], ...]] = {
    "Run on copies, in a model with code of your own": (Modes, OtherRows, BatchAverages),
    "Run op by op and observed, in a model with code of your own": (
        *(Modes, OtherRows, BatchAverages, Trained, Attained, OtherForms, LossParts),
    ),
    "Only run, because it acts on what no copy can stand for": (
        *(Modes, OtherRows, BatchAverages, Trained, Attained, OtherForms),
        *(Gradients, Activations, LossAtInit, LossParts, Metrics, Logs),
    ),
}
"""Readings that are missing of a model which has them all where its step is run on copies, by what
becomes of the step. tests/manual/test_steps.py compares them with what is missing."""

INTRODUCTION = """\
## Where less is known of the step

Code of your own is not run a second time, and a step that acts on more than variables is not run
on copies. What is then not known, a rule does without, or it is not run. The report says so.

| the step is | not known | rules that are not run | rules that judge by less (by what) |
|---|---|---|---|
"""


def section(rules: Sequence[Rule[Any]]) -> str:
    """The table of the rules that judge by less, from what the rules declare that they read."""
    return INTRODUCTION + "\n".join(_row(what, kinds, rules) for what, kinds in LOST.items())


def _row(what: str, kinds: Collection[type[Any]], rules: Sequence[Rule[Any]]) -> str:
    concerned = [rule for rule in rules if not set(rule.needs).isdisjoint(kinds)]
    not_run = [rule for rule in concerned if not set(rule.requires).isdisjoint(kinds)]
    by_less = [rule for rule in concerned if rule not in not_run]
    left = [f"{_link(rule)} ({_words(_others(rule, kinds))})" for rule in by_less]
    words = (what, _words(kinds), ", ".join(map(_link, not_run)), ", ".join(left) or "none")
    return f"| {' | '.join(words)} |"


def _others(rule: Rule[Any], kinds: Collection[type[Any]]) -> list[type[Any]]:
    return [kind for kind in rule.needs if kind not in kinds]


def _words(kinds: Iterable[type[Any]]) -> str:
    parts = {one.kind: one.part for one in reversed(catalogue())}
    return ", ".join(parts.get(kind, "the cell") for kind in kinds)


def _link(rule: Rule[Any]) -> str:
    return f"[`{rule.name}`]({rule.name}.md)"
