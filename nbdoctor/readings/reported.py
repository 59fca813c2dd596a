"""What `fit` reports against what the training step itself has returned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbdoctor.backend.keras_internals.compiled import state_of, trackers_of_model
from nbdoctor.capture.calls import FitCall
from nbdoctor.look.train_step import has_own_step
from nbdoctor.readings.given import StepTimes
from nbdoctor.readings.history import History
from nbdoctor.readings.missing import Missing
from nbdoctor.readings.reading import Moment, reading


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedValue:
    """One name of the training log.

    Attributes
    ----------
    name : str
    epochs : tuple of float
        What the log has, one value per epoch.
    returned : float or None
        What the first step returned by this name.
    tracker : str
        The class of the metric of this name that the model holds; "" where there is none.
    untouched : bool
        The state of each metric of this name is as it was made: nothing has updated it.
    """

    name: str
    epochs: tuple[float, ...]
    returned: float | None = None
    tracker: str = ""
    untouched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The log of a training step, name by name.

    Attributes
    ----------
    values : tuple of ReportedValue
    own_step : bool
        The step is the user's own.
    """

    values: tuple[ReportedValue, ...]
    own_step: bool = False


@reading(
    "what is reported",
    when=Moment.ENDED,
    missing=Missing(kind="too early", reason="no `fit` has ended"),
)
def reported_by_fit(call: FitCall, history: History, times: StepTimes) -> Reported | None:
    """Compare the log with the step and with the state of the model's metrics; nothing is run."""
    if call.model is None or not history.epochs:
        return None
    return read_reported(call.model, history.values, times.returned)


def read_reported(
    model: Any, log: Mapping[str, tuple[float, ...]], returned: Mapping[str, float]
) -> Reported:
    """The same of a model that has been trained.

    Parameters
    ----------
    model : keras.Model
    log : mapping of str to tuple of float
        Per name, one value per epoch.
    returned : mapping of str to float
        What the first step returned.
    """
    trackers: dict[str, list[Any]] = {}
    for one in trackers_of_model(model):
        trackers.setdefault(str(one.name), []).append(one)
    values = [
        ReportedValue(
            name=name,
            epochs=epochs,
            returned=returned.get(name),
            tracker=type(trackers[name][0]).__name__ if name in trackers else "",
            untouched=name in trackers and all(map(_is_untouched, trackers[name])),
        )
        for name, epochs in log.items()
        if not name.startswith("val_") and name != "learning_rate"
    ]
    return Reported(values=tuple(values), own_step=has_own_step(model))


def _is_untouched(metric: Any) -> bool:
    """Whether all of its variables are 0, as a metric is made; one without any tells nothing."""
    import keras

    try:
        arrays = [np.asarray(keras.ops.convert_to_numpy(one.value)) for one in state_of(metric)]
    except (TypeError, ValueError):  # a value on several devices
        return False
    return bool(arrays) and not any(values.any() for values in arrays)
