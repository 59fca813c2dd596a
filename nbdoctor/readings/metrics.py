"""Which metric Keras really computes, and what a fitting one says of the same predictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.keras_internals.compiled import chosen_metrics, function_of, options_of
from nbdoctor.look.look import Look
from nbdoctor.look.passes import Passes
from nbdoctor.look.train_step import ONLY_PARTS, has_call
from nbdoctor.readings.batch import batch_arrays
from nbdoctor.readings.head import HALF, PAIR, Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.missing import NotTakenError, not_measured
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[np.floating[Any]]


Misread = Literal["", "ids", "always"]


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
    misread : str
        "ids" where the metric takes what it is given for class numbers and that holds others,
        "always" where it counts every row of one column as class 1; "" for all others.
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
    misread: Misread = ""


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
        fitting, value, misread = "", None, _misread(metric, None)
        if output.name in batch and output.name in targets:
            fitting, value = _fitting(output, targets[output.name], *batch[output.name])
            misread = _misread(metric, batch[output.name][0])
        if misread == "ids":
            fitting, value = _overlap(metric, *batch[output.name])
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
                misread=misread,
            ),
        )
    return Metrics(metrics=tuple(found))


@reading("the metrics", when=Moment.FIRST_STEP)
def metrics_of_step(
    look: Look, passes: Passes, head: Head | None, labels: Labels | None
) -> Metrics | None:
    """On the predictions of the first step itself: those that Keras's metrics have seen."""
    import keras

    if not has_call(look.model):
        raise NotTakenError(not_measured(ONLY_PARTS))
    _, y, _ = keras.utils.unpack_x_y_sample_weight(look.batches[0])
    if head is None or labels is None or y is None or passes.predicted is None:
        return None
    seen = look.first.passed.final if look.first.passed is not None else None
    outputs, truths = batch_arrays(seen, y, head)
    both = {name: (outputs[name], truths[name]) for name in outputs if name in truths}
    return read_metrics(look.model, head, labels, look.first.logs, both)


def _resolved(model: Any, head: Head) -> Iterator[tuple[Output, Any]]:
    """Each metric of each output."""
    for number, metric in chosen_metrics(model, len(head.outputs)):
        yield head.outputs[number], metric


def _class_of(metric: Any) -> str:
    kind, function = type(metric).__name__, function_of(metric)
    return kind if function is None else str(getattr(function, "__name__", kind))


def _threshold(metric: Any, resolved: str) -> float | None:
    """Keras's own default of `binary_accuracy` is one half, as that of `Precision`."""
    if resolved in ("BinaryAccuracy", "binary_accuracy"):
        return float(options_of(metric).get("threshold", HALF))
    several = getattr(metric, "thresholds", None)
    if resolved in ("Precision", "Recall") and several is not None:
        alone = np.ravel(several)
        return float(alone[0]) if len(alone) == 1 else None
    return None


def _misread(metric: Any, predictions: Array | None) -> Misread:
    """What a metric of Keras itself makes of these predictions that they are not."""
    import keras

    kind = type(metric)
    if predictions is None or not kind.__module__.startswith("keras."):
        return ""
    by_number = (keras.metrics.MeanIoU, keras.metrics.IoU)  # their kin take maxima or thresholds
    if kind in by_number and metric.sparse_y_pred:
        return "" if bool((predictions == np.round(predictions)).all()) else "ids"
    by_largest = (keras.metrics.F1Score, keras.metrics.FBetaScore)
    alone = predictions.ndim == PAIR and predictions.shape[-1] == 1
    return "always" if kind in by_largest and metric.threshold is None and alone else ""


def _overlap(metric: Any, predictions: Array, labels: Array) -> tuple[str, float | None]:
    """Mean intersection over union of the classes that are predicted, as the metric averages it."""
    columns = predictions.shape[-1]
    one = columns == 1
    found = (predictions > HALF).astype(int) if one else predictions.argmax(axis=-1)
    hot = not one and labels.shape == predictions.shape
    truth = labels.argmax(axis=-1) if hot else labels
    if found.size != truth.size:
        return "", None
    found, truth = found.ravel(), truth.ravel()
    wanted = getattr(metric, "target_class_ids", None) or range(metric.num_classes)
    both = [int(((found == k) & (truth == k)).sum()) for k in wanted]
    any_of = [int(((found == k) | (truth == k)).sum()) for k in wanted]
    shares = [a / b for a, b in zip(both, any_of, strict=True) if b]
    by = "a threshold of 0.5" if one else "argmax"
    return f"intersection over union by {by}", float(np.mean(shares)) if shares else None


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
        if target.distinct > PAIR:  # no threshold parts more than two
            error = np.abs(predictions.reshape(labels.shape) - labels)
            return "mean absolute error", float(np.mean(error))
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
