"""Which metric Keras really computes, and what a fitting one says of the same predictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.probes.head import HALF, Head, Output
from nbdoctor.probes.labels import Labels, Target

Array = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric of one output.

    Attributes
    ----------
    output : str
        As in `Output.name`.
    asked : str
        What the user wrote ("accuracy").
    resolved : str
        The class or function that Keras chose ("BinaryAccuracy").
    name : str
        Name in the training log ("accuracy", "val_" left out).
    is_accuracy : bool
        It counts hits.
    reported : float or None
        Its value on the rehearsed batch.
    fitting : str
        The metric that fits head and labels ("mean absolute error", "accuracy by argmax").
    fitting_value : float or None
        Its value on the same predictions.
    rows : int
        Rows of that batch.
    threshold : float or None
        Where a prediction begins to count as class 1; None for metrics without one threshold.
    """

    output: str
    asked: str
    resolved: str
    name: str = ""
    is_accuracy: bool = False
    reported: float | None = None
    fitting: str = ""
    fitting_value: float | None = None
    rows: int = 0
    threshold: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """All metrics that were asked for."""

    metrics: tuple[Metric, ...]


def read_metrics(
    model: Any,
    head: Head,
    labels: Labels,
    logs: Mapping[str, float],
    batch: Mapping[str, tuple[Array, Array]],
) -> Metrics:
    """Resolve the metrics and set a fitting one beside each.

    Parameters
    ----------
    model : keras.Model
        After a step: only then has Keras chosen.
    head, labels
        Outputs and targets.
    logs : mapping of str to float
        What the rehearsed step reported.
    batch : mapping of str to (array, array)
        Predictions and labels of that batch by output name.
    """
    targets = {target.name: target for target in labels.targets}
    found = []
    for output, metric in _resolved(model, head):
        name = metric.name if len(head.outputs) == 1 else f"{output.name}_{metric.name}"
        resolved = _class_of(metric)
        fitting, value = "", None
        if output.name in batch and output.name in targets:
            fitting, value = _fitting(output, targets[output.name], *batch[output.name])
        found.append(
            Metric(
                output=output.name,
                asked=metric.name,
                resolved=resolved,
                name=name,
                is_accuracy="accuracy" in resolved.lower(),
                reported=logs.get(name),
                fitting=fitting,
                fitting_value=value,
                rows=len(batch[output.name][0]) if output.name in batch else 0,
                threshold=_threshold(metric, resolved),
            ),
        )
    return Metrics(metrics=tuple(found))


def _resolved(model: Any, head: Head) -> Iterator[tuple[Output, Any]]:
    """Each metric of each output. Keras keeps them per output in the order of the outputs."""
    compiled = getattr(model, "_compile_metrics", None)
    if compiled is None or not compiled.built:
        return
    for kind in ("_flat_metrics", "_flat_weighted_metrics"):
        for output, group in zip(head.outputs, getattr(compiled, kind, []), strict=False):
            for metric in getattr(group, "metrics", []):
                if metric is not None:
                    yield output, metric


def _class_of(metric: Any) -> str:
    kind = type(metric).__name__
    function = getattr(metric, "_fn", None)
    if kind == "MeanMetricWrapper" and function is not None:
        return str(getattr(function, "__name__", kind))
    return kind


def _threshold(metric: Any, resolved: str) -> float | None:
    """Keras's own default of `binary_accuracy` is one half, as that of `Precision`."""
    if resolved in ("BinaryAccuracy", "binary_accuracy"):
        return float((getattr(metric, "_fn_kwargs", None) or {}).get("threshold", HALF))
    several = getattr(metric, "thresholds", None)
    if resolved in ("Precision", "Recall") and several is not None:
        alone = np.ravel(several)
        return float(alone[0]) if len(alone) == 1 else None
    return None


def _fitting(
    output: Output,
    target: Target,
    predictions: Array,
    labels: Array,
) -> tuple[str, float | None]:
    """The metric that fits head and labels, and its value."""
    try:
        if target.encoding == "continuous":
            error = np.abs(predictions.reshape(labels.shape) - labels)
            return "mean absolute error", float(np.mean(error))
        if target.encoding == "multi-hot":
            return "", None
        truth = _classes(labels, target)
        if output.width is not None and output.width > 1:
            hits = predictions.argmax(axis=-1).ravel() == truth
            return "accuracy by argmax", float(np.mean(hits))
        tip = 0.0 if output.from_logits else HALF
        hits = (predictions.ravel() > tip) == (truth > HALF)
        return f"accuracy at threshold {tip:g}", float(np.mean(hits))
    except ValueError:  # shapes that do not meet: another rule's business
        return "", None


def _classes(labels: Array, target: Target) -> Array:
    if target.encoding in ("one-hot", "soft"):
        classes: Array = labels.argmax(axis=-1).ravel()
        return classes
    return labels.ravel()
