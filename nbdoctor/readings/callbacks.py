"""The callbacks that `fit` was given, as far as they steer training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbdoctor.backend.keras_internals.compiled import chosen_metrics
from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.strangers import callbacks_of
from nbdoctor.cell.namespace import kept_by
from nbdoctor.readings.reading import Moment, reading

SETTING_RATES = frozenset({"LearningRateScheduler", "ReduceLROnPlateau"})
"""Keras's callbacks that change the learning rate, and log it."""

WAITING = frozenset({"EarlyStopping", "ReduceLROnPlateau"})
"""Keras's callbacks that act when their monitor has not improved for a number of epochs."""

LARGER = frozenset(
    {
        *("Accuracy", "BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy"),
        *("TopKCategoricalAccuracy", "SparseTopKCategoricalAccuracy", "AUC", "Precision", "Recall"),
        *("PrecisionAtRecall", "RecallAtPrecision", "SensitivityAtSpecificity"),
        *("SpecificityAtSensitivity", "FBetaScore", "F1Score", "IoU", "MeanIoU", "BinaryIoU"),
        *("OneHotIoU", "OneHotMeanIoU", "R2Score", "CosineSimilarity", "PearsonCorrelation"),
    }
)
SMALLER = frozenset(
    {
        *("MeanSquaredError", "RootMeanSquaredError", "MeanAbsoluteError", "LogCoshError"),
        *("MeanAbsolutePercentageError", "MeanSquaredLogarithmicError", "KLDivergence", "Poisson"),
        *("BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"),
        *("Hinge", "SquaredHinge", "CategoricalHinge", "FalsePositives", "FalseNegatives"),
    }
)
"""Metrics of Keras by the direction in which they improve, as its documentation has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One callback.

    Attributes
    ----------
    kind : str
        Class name ("EarlyStopping").
    own : bool
        Its class, or one that it is derived from, is not Keras's.
    monitor : str
        Name in the training log that it waits for, "" when it waits for none.
    mode : str
        "min", "max" or "auto"; "" without a monitor.
    better : str
        "min" or "max": how the metric of the model that it monitors improves, by Keras itself; ""
        where Keras does not say.
    floor : float or None
        `min_lr` of ReduceLROnPlateau.
    keeps_best : bool or None
        EarlyStopping goes back to the best weights; None for others.
    waits : int or None
        Epochs without an improvement before it acts; those that it lets pass first are counted.
    least : float
        What its monitor has to improve by so that it counts as an improvement (`min_delta`).
    saves_after : int or None
        Steps after which a checkpoint is saved; None where it is saved after each epoch.
    """

    kind: str
    own: bool = False
    monitor: str = ""
    mode: str = ""
    better: str = ""
    floor: float | None = None
    keeps_best: bool | None = None
    waits: int | None = None
    least: float = 0.0
    saves_after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """All callbacks of one `fit`.

    Attributes
    ----------
    callbacks : tuple of Callback
        In the order given.
    own_names : bool
        The user's code may put further names into the log: a callback or a step of their own.
    """

    callbacks: tuple[Callback, ...] = ()
    own_names: bool = False

    @property
    def may_set_rates(self) -> bool:
        """Whether one of them may change the learning rate while it trains."""
        return any(one.own or one.kind in SETTING_RATES for one in self.callbacks)


def read_callbacks(model: Any, arguments: Mapping[str, Any]) -> Callbacks:
    """Read the attributes of the callbacks; none of them is called.

    Parameters
    ----------
    model : keras.Model
    arguments : mapping of str
        Of `fit`.
    """
    import keras

    callbacks = callbacks_in(arguments, _modes(model))
    own_step = any(
        getattr(type(model), name) is not getattr(keras.Model, name)
        for name in ("train_step", "test_step", "compute_metrics", "get_metrics_result")
    )
    return Callbacks(callbacks=callbacks, own_names=own_step or any(one.own for one in callbacks))


def callbacks_in(arguments: Mapping[str, Any], modes: Mapping[str, str]) -> tuple[Callback, ...]:
    """The callbacks that `fit` was given, with how each metric improves by its name."""
    return tuple(_callback(one, modes) for one in callbacks_of(arguments.get("callbacks")))


@reading(
    "the callbacks",
    when=Moment.FIT_CALLED | Moment.LOOP_SEEN | Moment.BATCHES | Moment.FIRST_STEP | Moment.ENDED,
)
def callbacks_of_fit(call: FitCall) -> Callbacks | None:
    """The callbacks of the call; metrics are known once the first step was built."""
    return None if call.model is None else read_callbacks(call.model, call.arguments)


def _modes(model: Any) -> dict[str, str]:
    """How each metric improves, by its name."""
    outputs = max(1, len(getattr(model, "outputs", None) or []))
    found = {str(metric.name): _mode(metric) for _, metric in chosen_metrics(model, outputs)}
    return {name: mode for name, mode in found.items() if mode}


def _mode(metric: Any) -> str:
    """Whether a metric of Keras should become smaller or larger, "" for others."""
    import keras

    above = {kind.__name__ for kind in type(metric).__mro__ if kind.__module__.startswith("keras.")}
    if not isinstance(metric, keras.metrics.Metric):
        return ""
    return "max" if above & LARGER else "min" if above & SMALLER else ""


def _better(monitor: str, modes: Mapping[str, str]) -> str:
    """By the metric's name, before which that of an output may stand."""
    name = monitor.removeprefix("val_")
    named = (mode for known, mode in modes.items() if name == known or name.endswith(f"_{known}"))
    return next(named, "")


def _callback(callback: Any, modes: Mapping[str, str]) -> Callback:
    kind = type(callback).__name__
    monitor = kept_by(callback, "monitor")
    waits = isinstance(monitor, str) and _uses_monitor(callback)
    floor, keeps_best = kept_by(callback, "min_lr"), kept_by(callback, "restore_best_weights")
    return Callback(
        kind=kind,
        own=not type(callback).__module__.startswith("keras."),
        monitor=monitor if waits else "",
        mode=str(kept_by(callback, "mode", "auto")) if waits else "",
        better=_better(monitor, modes) if waits else "",
        floor=float(floor) if kind == "ReduceLROnPlateau" and floor is not None else None,
        keeps_best=bool(keeps_best) if kind == "EarlyStopping" else None,
        waits=_waits(kind, callback),
        least=_least(kind, callback),
        saves_after=_saves_after(kind, callback),
    )


def _waits(kind: str, callback: Any) -> int | None:
    if kind not in WAITING:
        return None
    known = vars(callback)
    return int(known.get("patience") or 0) + int(known.get("start_from_epoch") or 0)


def _least(kind: str, callback: Any) -> float:
    """Keras keeps it below 0 for what should become smaller."""
    least = vars(callback).get("min_delta") if kind in WAITING else None
    return abs(float(least)) if isinstance(least, int | float) else 0.0


def _saves_after(kind: str, callback: Any) -> int | None:
    found = vars(callback).get("save_freq") if kind == "ModelCheckpoint" else None
    return found if type(found) is int else None


def _uses_monitor(callback: Any) -> bool:
    """A checkpoint that saves every epoch waits for nothing."""
    return bool(kept_by(callback, "save_best_only", default=True))
