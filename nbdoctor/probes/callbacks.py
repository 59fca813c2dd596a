"""The callbacks that `fit` was given, as far as they steer training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SETTING_RATES = frozenset({"LearningRateScheduler", "ReduceLROnPlateau"})
"""Keras's callbacks that change the learning rate, and log it."""


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
    floor : float or None
        `min_lr` of ReduceLROnPlateau.
    keeps_best : bool or None
        EarlyStopping goes back to the best weights; None for others.
    """

    kind: str
    own: bool = False
    monitor: str = ""
    mode: str = ""
    floor: float | None = None
    keeps_best: bool | None = None


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

    given = arguments.get("callbacks") or []
    if isinstance(given, keras.callbacks.CallbackList):
        given = given.callbacks
    listed = given if isinstance(given, (list, tuple)) else [given]
    callbacks = tuple(_callback(one) for one in listed)
    own_step = any(
        getattr(type(model), name) is not getattr(keras.Model, name)
        for name in ("train_step", "test_step", "compute_metrics", "get_metrics_result")
    )
    return Callbacks(callbacks=callbacks, own_names=own_step or any(one.own for one in callbacks))


def _callback(callback: Any) -> Callback:
    kind = type(callback).__name__
    waits = isinstance(getattr(callback, "monitor", None), str) and _uses_monitor(callback)
    return Callback(
        kind=kind,
        own=not type(callback).__module__.startswith("keras."),
        monitor=callback.monitor if waits else "",
        mode=str(getattr(callback, "mode", "auto")) if waits else "",
        floor=float(callback.min_lr) if kind == "ReduceLROnPlateau" else None,
        keeps_best=bool(callback.restore_best_weights) if kind == "EarlyStopping" else None,
    )


def _uses_monitor(callback: Any) -> bool:
    """A checkpoint that saves every epoch waits for nothing."""
    return bool(getattr(callback, "save_best_only", True))
