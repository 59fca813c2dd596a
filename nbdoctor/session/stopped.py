"""A cell that came to no training: why it raised, or what to do."""

from __future__ import annotations

from collections.abc import Sequence

from nbdoctor.capture.uses import Use
from nbdoctor.cell.names import assigned_names
from nbdoctor.cell.namespace import models
from nbdoctor.errors.exceptions import type_name
from nbdoctor.readings import kinds
from nbdoctor.readings.given import Remembered
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment
from nbdoctor.session.context import CellContext
from nbdoctor.session.examination import Examination
from nbdoctor.session.memory import known_rows
from nbdoctor.session.subject import StoppedCell

COMPARED = (
    "The cell trains nothing. What it hands to the model was compared with the rows that the model "
    "was trained on in an earlier cell under `%%diagnose`."
)


def examine_stopped_cell(
    context: CellContext, error: BaseException | None, notes: Sequence[str] = ()
) -> Examination:
    """What can be said of a cell that trained no model.

    Parameters
    ----------
    context : CellContext
    error : BaseException or None
        What the cell raised.
    notes : sequence of str
        What is known beyond that.
    """
    examination = Examination(context, StoppedCell(error=error))
    readings, progress = examination.readings, examination.progress
    progress.stage, progress.stopped = "done", _headline(error, notes)
    used = any(map(_is_known, context.uses.passes))
    progress.notes += notes or ([] if error else [COMPARED if used else _what_to_do(context)])
    reason = "no `fit` was called" if error is None else "the cell stopped before `fit`"
    examination.take(Moment.CELL_STOPPED, {Remembered: Remembered(known_rows)})
    readings.lack(kinds().values(), does_not_apply(reason))
    return examination


def _headline(error: BaseException | None, notes: Sequence[str]) -> str:
    """Where nothing is found."""
    if error is not None:
        return f"The cell stopped before a model was trained: {type_name(error)}"
    if notes:
        return "The training could not be examined"
    return "No Keras model was trained in this cell"


def _what_to_do(context: CellContext) -> str:
    """For a cell that trains nothing; with the name of the model that it made."""
    known = dict(models(context.namespace))
    names = [name for name in assigned_names(context.cell) if name in known]
    model = names[-1] if names else "model"
    made = f"The cell creates `{model}` and does not train it. " if names else ""
    return (
        f"{made}nbdoctor examines Keras models when they are trained: by `fit`, "
        "`train_on_batch`, or a loop with `tf.GradientTape`. Put `%%diagnose` on the cell that "
        f"trains, or examine a compiled model with `%diagnose {model} x_train y_train`."
    )


def _is_known(use: Use) -> bool:
    """Whether a pass was made with a model whose training was examined."""
    model = use.model() if use.model is not None else None
    return model is not None and known_rows(model) is not None
