"""What `compile` has made of the loss and the metrics, and the building that `fit` does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nbdoctor.backend.keras_internals.names import (
    PrivateName,
    attribute,
    declared,
    entry,
    missing,
    note_missing,
)
from nbdoctor.backend.keras_internals.structure import all_layers

MODEL = "keras.Model"

LOSS_TRACKER = PrivateName(MODEL, "_loss_tracker", "which metric holds the loss that is shown")
HELD = PrivateName("keras.Layer", "_metrics", "which metrics a layer or model holds")
STATE = PrivateName("keras.metrics.Metric", "_variables", "what a metric has added up")
LOSS = PrivateName(MODEL, "_compile_loss", "whether the model has a loss")
METRICS = PrivateName(MODEL, "_compile_metrics", "which metrics Keras has chosen")
CONFIG = PrivateName(MODEL, "_compile_config", "what `compile` was given")
BUILD = PrivateName(MODEL, "_symbolic_build", "how `fit` builds metrics before its first step")
STRATEGY = PrivateName(
    MODEL, "_distribute_strategy", "whether the model is trained on several devices"
)
COMPILED = "keras.src.trainers.compile_utils.CompileMetrics"

FLAT = PrivateName(COMPILED, "_flat_metrics", "which metrics Keras has chosen")
FLAT_WEIGHTED = PrivateName(
    COMPILED, "_flat_weighted_metrics", "which weighted metrics Keras has chosen"
)
FUNCTION = PrivateName("keras.metrics.MeanMetricWrapper", "_fn", "which function a metric computes")
OPTIONS = "_fn_kwargs"
"""Of losses and metrics that wrap a function: also in their config, which is read without it."""


def compiled_loss(model: Any) -> Any:
    """The loss as `compile` has wrapped it, None where it was given none: `_compile_loss`.

    Raises
    ------
    MissingNameError
        A model would pass for one without a loss.
    """
    return attribute(model, LOSS)


def compiled_parts(model: Any) -> list[Any]:
    """The optimizer, the wrapped loss and the wrapped metrics; None for each that is not there.

    Raises
    ------
    MissingNameError
    """
    return [vars(model).get("optimizer"), entry(model, LOSS), entry(model, METRICS)]


def chosen_metrics(model: Any, outputs: int) -> Iterator[tuple[int, Any]]:
    """The metrics that Keras has chosen, each with the number of its output.

    Keras keeps them for each output in the order of the outputs, once the first step is built.

    Raises
    ------
    MissingNameError
    """
    compiled = attribute(model, METRICS)
    if compiled is None or not compiled.built:
        return
    for kind in (FLAT, FLAT_WEIGHTED):
        for number, group in zip(range(outputs), attribute(compiled, kind), strict=False):
            for metric in getattr(group, "metrics", []):
                if metric is not None:
                    yield number, metric


def trackers_of_model(model: Any) -> list[Any]:
    """The metrics that a model and its layers hold, with that of its loss; no property is asked.

    Raises
    ------
    MissingNameError
    """
    held = [one for layer in all_layers(model) for one in entry(layer, HELD)]
    tracker = entry(model, LOSS_TRACKER) if vars(model).get("compiled") else None
    return held if tracker is None else [tracker, *held]


def state_of(metric: Any) -> list[Any]:
    """The variables in which a metric adds up.

    Raises
    ------
    MissingNameError
    """
    return list(entry(metric, STATE))


def function_of(metric: Any) -> Any:
    """The function that a metric of the kind `MeanMetricWrapper` computes, None for other kinds.

    Raises
    ------
    MissingNameError
    """
    import keras

    if type(metric) is not keras.metrics.MeanMetricWrapper:
        return None
    return attribute(metric, FUNCTION)


def options_of(wrapped: Any) -> Mapping[str, Any]:
    """What a loss or a metric of Keras hands to the function it wraps (`from_logits`, ...).

    Where Keras keeps it under another name its config tells the same. {} for other objects.
    """
    options = declared(wrapped, OPTIONS)
    if options is None and _is_of_keras(wrapped):
        options = wrapped.get_config()
    return options or {}


def _is_of_keras(wrapped: Any) -> bool:
    import keras

    kinds = (keras.losses.Loss, keras.metrics.Metric)
    return isinstance(wrapped, kinds) and type(wrapped).__module__.startswith("keras.")


def arguments_of_compile(model: Any) -> dict[str, Any]:
    """What `compile` was given, as it was given; {} for a model that was not compiled.

    Raises
    ------
    MissingNameError
        A compiled model does not keep it: `_compile_config`.
    """
    kept = vars(model).get(CONFIG.name)
    if kept is not None:
        return dict(kept.config)
    if vars(model).get("compiled"):
        raise missing(CONFIG)
    return {}


def build_as_fit(model: Any, batch: Any) -> None:
    """Build what `fit` builds before it makes a step, metrics among it: `_symbolic_build`.

    Raises
    ------
    MissingNameError
        The step would have to be traced twice; it is watched instead.
    """
    attribute(model, BUILD)(data_batch=batch)


def is_distributed(model: Any) -> bool:
    """Whether `model` was made under a distribution strategy of TensorFlow: `_distribute_strategy`.

    True where this Keras keeps it elsewhere: its steps are then left alone.
    """
    if not hasattr(model, STRATEGY.name):
        note_missing(STRATEGY)
        return True
    return getattr(model, STRATEGY.name) is not None
