"""Graphs of models for tests of rules."""

from __future__ import annotations

from dataclasses import replace

from nbdoctor.readings.wiring import Step, Wiring


def chain(*steps: Step) -> Wiring:
    """The steps one after the other; the last one is the output."""
    before = [(), *((step.name,) for step in steps)]
    wired = [replace(step, takes=takes) for step, takes in zip(steps, before, strict=False)]
    return Wiring(steps=(*wired[:-1], replace(wired[-1], is_output=True)))


def dense(
    name: str, activation: str = "linear", width: int = 32, width_in: int = 32, line: int = 0
) -> Step:
    """A Dense layer."""
    return Step(
        name=name,
        kind="Dense",
        activation=activation,
        width=width,
        width_in=width_in,
        line=line or None,
    )
