"""Experiments made by hand: what came of replacing parts of a program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbdoctor.readings.tried_parts import PartRun, TriedPart, TriedParts

PARTS = {
    "inputs": TriedPart("inputs", "the scale of the inputs", "mean 0 and spread 1 per column", 3),
    "optimizer": TriedPart(
        "optimizer",
        "the optimizer and its learning rate",
        "Adam with a rate of 0.001",
        9,
        own="SGD with a rate of 1e-6",
    ),
    "regularisation": TriedPart(
        "regularisation", "dropout, noise, augmentation and penalties", "none"
    ),
    "loop": TriedPart("loop", "the training step or loop", "the step of Keras's own `fit`", 19),
    "length": TriedPart("length", "the number of steps", "1,200 steps"),
    "pipeline": TriedPart("pipeline", "how rows and labels are prepared and paired", "`x` and `y`"),
}


def run(replaced: str, score: float, seed: int = 0, **more: Any) -> PartRun:
    """A training; the names of the parts are separated by blanks."""
    names = tuple(sorted(replaced.split()))
    curve = tuple(score * quarter / 4 for quarter in (1, 2, 3, 4))
    return PartRun(**{
        "replaced": names, "seed": seed, "score": score, "curve": curve, "steps": 400,
        "seconds": 0.5, **more,
    })  # fmt: skip


def experiment(scores: Mapping[str, float], **more: Any) -> TriedParts:
    """What scores of sets of parts come to; their names are separated by blanks."""
    return TriedParts(**{
        "outcome": "nothing wrong", "recorded": 0.1, "ceiling": 0.9, "parts": PARTS,
        "runs": tuple(run(*one) for one in scores.items()), "rows": 300, "seconds": 6.2, **more,
    })  # fmt: skip


OPTIMIZER = experiment(
    {"": 0.12, "inputs optimizer regularisation": 0.98, "inputs": 0.13, "optimizer": 0.95},
    outcome="part",
    blamed=("optimizer",),
    control=0.12,
    reference=0.98,
    reached=0.95,
)
"""A rate that is far too low, beside inputs that are unusual and do no harm."""

BOTH = experiment(
    {
        "": 0.0,
        "inputs optimizer regularisation": 0.95,
        "inputs": 0.02,
        "optimizer": 0.34,
        "regularisation": 0.0,
        "optimizer regularisation": 0.95,
    },
    outcome="together",
    blamed=("optimizer", "regularisation"),
    control=0.0,
    recorded=None,
    reference=0.95,
    reached=0.95,
    without={"optimizer": 0.0, "regularisation": 0.34},
)

OWN_LOOP = experiment(
    {"inputs loop": 1.0, "loop": 1.0},
    outcome="part",
    blamed=("loop",),
    control=0.07,
    recorded=0.07,
    reference=1.0,
    reached=1.0,
    loop_stood_aside=True,
)
