"""Equal findings as one: twelve layers that one line of a loop makes are one thing to read."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

from nbdoctor.report import Diagnosis, Treatment
from nbdoctor.report.merging import ranges
from nbdoctor.rules.figures import listed

MANY = 3
"""Findings from which on they are told together where nothing but their rule makes them equal."""

SEVERAL = 2
"""... and where one line makes what they are about, so that one change resolves all."""


LIKEWISE = "Do the same with the others."
"""Added to what is to be done with the layer that stands for all."""


def together(findings: Sequence[Diagnosis]) -> tuple[Diagnosis, ...]:
    """Equal findings as one, in the place of the first.

    Consequences of one cause by one rule, and causes of one rule in layers that have the same line
    and the same treatments.
    """
    groups: dict[Hashable, list[Diagnosis]] = {}
    for one in findings:
        groups.setdefault(_key(one), []).append(one)
    told: list[Diagnosis] = []
    for one in findings:
        alike = groups[_key(one)]
        if len(alike) < _fewest(one):
            told.append(one)
        elif one is alike[0]:
            told.append(_as_one(one, alike[1:]))
    return tuple(told)


def _key(one: Diagnosis) -> Hashable:
    if one.because_of:
        return (one.rule, one.because_of)
    if not one.where.layer:
        return id(one)
    changes = tuple((each.patched, _unnamed(each.text, one)) for each in one.treatments)
    return (one.rule, one.severity, one.kind, one.standing, one.where.line, changes)


def _unnamed(text: str, of: Diagnosis) -> str:
    """What a treatment says, without the layer that it says it of."""
    return text.replace(f"`{of.where.layer}`", "")


def _fewest(one: Diagnosis) -> int:
    return SEVERAL if not one.because_of and one.where.line is not None else MANY


def _as_one(first: Diagnosis, others: Sequence[Diagnosis]) -> Diagnosis:
    layers = tuple(one.where.layer for one in others if one.where.layer)
    are_layers, where = len(layers) == len(others), f": {listed(layers)}" if layers else ""
    what = "layer" if are_layers else "place"
    more = f"{len(others)} more {what}{'' if len(others) == 1 else 's'}"
    return replace(
        first,
        title=f"{first.title} (and {more})" if are_layers else first.title,
        says=f"{first.says} The same was found in {more}{where}.",
        where=replace(first.where, more_layers=layers),
        measured=ranges([one.measured for one in (first, *others)]),
        treatments=tuple(_of_all(one, first) for one in first.treatments),
    )


def _of_all(treatment: Treatment, first: Diagnosis) -> Treatment:
    """A treatment of the first layer as one of all of them."""
    is_of_first = first.where.layer and f"`{first.where.layer}`" in treatment.text
    return replace(treatment, text=f"{treatment.text} {LIKEWISE}") if is_of_first else treatment
