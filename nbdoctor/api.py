"""`nbdoctor.diagnose`: the whole way from a model to its report. The file to read first.

capture/   sees every `fit` or loop of a cell, and the batches that it is about to train on
look/      makes the step on copies, and passes; ends in numbers
readings/  what was measured, without judgement
rules/     judge readings
session/   one cell under examination: which readings at which moment, judged each time
report/    the result, as data
trials/    tries the treatments on copies of the model
view/      draws the report
notebook/  all that knows IPython
"""

from __future__ import annotations

import weakref
from dataclasses import replace
from typing import Any

from nbdoctor import backend
from nbdoctor.capture.batches import first_batches
from nbdoctor.capture.calls import FitCall, StopBeforeTrainingError, arguments_of_fit
from nbdoctor.cell.cell import Cell
from nbdoctor.report import Report
from nbdoctor.session.doctor import Doctor
from nbdoctor.session.options import Options


def diagnose(
    model: Any,
    x: Any = None,
    y: Any = None,
    *,
    options: Options | None = None,
    **fit_arguments: Any,
) -> Report:
    """Examine a compiled model on its data, without training it.

    Parameters
    ----------
    model : keras.Model
        Compiled. It is left exactly as it was.
    x, y : Any
        As for `model.fit`.
    options : Options, optional
    **fit_arguments
        Further arguments of `model.fit` (`epochs`, `batch_size`, `validation_data`, ...), so that
        what depends on them can be judged.

    Returns
    -------
    Report

    Raises
    ------
    TypeError
        `model` is not a Keras model.
    ValueError
        `model` is not compiled, or there is no data.
    BackendMissingError
        Keras is not installed.

    Examples
    --------
    >>> report = diagnose(model, x_train, y_train, epochs=5)  # doctest: +SKIP
    >>> print(report)  # doctest: +SKIP
    """
    backend.current()
    _refuse_what_cannot_be_examined(model, x)
    reports: list[Report] = []
    asked = replace(options or Options(), dry_run=True)

    def keep(report: Report, number: int, *, draw: bool) -> None:
        del number, draw
        reports.append(report)

    doctor = Doctor(Cell(""), {}, asked, keep)
    call = FitCall(weakref.ref(model), arguments_of_fit(model, x, y, fit_arguments))
    doctor.fit_called(call)
    batches = first_batches(call.arguments, asked.batches)
    doctor.first_step(call, batches[0] if batches else None, 0.0)
    for number, batch in enumerate(batches[1:], start=2):
        if doctor.wants_batches(call):
            doctor.step_due(call, number, batch)
    doctor.fit_ended(call, None, StopBeforeTrainingError())
    doctor.finish()
    return reports[-1]


def _refuse_what_cannot_be_examined(model: Any, x: Any) -> None:
    import keras

    if not isinstance(model, keras.Model):
        message = (
            f"nbdoctor examines Keras models, and this is a `{type(model).__name__}`. "
            "Pass the compiled model itself: diagnose(model, x, y)."
        )
        raise TypeError(message)
    if not model.compiled:
        message = (
            f"The model `{model.name}` has no loss yet. "
            "Call `model.compile(optimizer=..., loss=...)` first, then diagnose it."
        )
        raise ValueError(message)
    if x is None:
        message = (
            f"There is no data to examine. Pass what `{model.name}.fit` would get: "
            "diagnose(model, x, y)."
        )
        raise ValueError(message)
