"""What moved, as a part of the tab "Gradients": shown where some weights did not."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.readings.handed_gradients import HandedGradients
from nbdoctor.readings.movement import Movement, WeightMovement
from nbdoctor.readings.step_account import LeftOut, StepCode
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Block, Table, Text

SAME = 0.99
"""A cosine from which on two gradients have the same direction to the reader."""


def moved(report: Report) -> Iterator[Block]:
    """Weights that stand still or are no weights of the model, and what changed the gradients."""
    handed: HandedGradients | None = report.readings.get("HandedGradients")
    if handed is not None and (says := _of_handing(handed)):
        yield Text(text=says)
    movement: Movement | None = report.readings.get("Movement")
    code: StepCode | None = report.readings.get("StepCode")
    weights = movement.weights if movement is not None else ()
    left = code.left_out if code is not None else ()
    still = [one for one in weights if not one.moved]
    if not still and not left:
        return
    outside = [one for one in left if one.path not in {weight.path for weight in weights}]
    yield Table(
        caption=f"What moved: {len(weights) - len(still)} of {len(weights)} trainable weights of "
        "the model in the first steps; the others are",
        header=("variable", "in the first steps", "in the whole training"),
        rows=(*map(_of_weight, still), *map(_of_variable, outside)),
    )


def _of_weight(one: WeightMovement) -> tuple[str, str, str]:
    return wording.code(one.path), "no", _word(known=one.moved_in_training)


def _of_variable(one: LeftOut) -> tuple[str, str, str]:
    return wording.code(one.path), "given to no optimizer", _word(known=one.moved)


def _word(*, known: bool | None) -> str:
    return "not known" if known is None else "yes" if known else "no"


def _of_handing(handed: HandedGradients) -> str:
    """What lies between the tape and the optimizer, "" where that is nothing."""
    parts = []
    if handed.ratio is not None and not math.isclose(handed.ratio, 1.0, rel_tol=0.01):
        parts.append(f"{wording.number(handed.ratio)} times as long")
    if math.isfinite(handed.cosine) and handed.cosine < SAME:
        parts.append(f"of another direction (cosine {wording.number(handed.cosine)})")
    if not parts:
        return ""
    of = f"the mean of {handed.passes} gradients" if handed.passes > 1 else "the gradient"
    return f"The optimizer gets {' and '.join(parts)}, compared with {of} that the tape computed."
