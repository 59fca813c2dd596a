"""What the outputs really are: it completes what is known of the head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from nbdoctor.backend.keras_internals.graph import keeps_logits
from nbdoctor.capture.data import named
from nbdoctor.capture.observed_step import ObservedStep
from nbdoctor.look.layer_calls import Maker
from nbdoctor.look.look import Look
from nbdoctor.look.passes import Passes
from nbdoctor.look.structure import layer_paths
from nbdoctor.readings.head import HALF, Head, loss_facts, shape_facts
from nbdoctor.readings.head_layer import head_of, last_activation
from nbdoctor.readings.reading import Moment, reading


@reading("the predictions", when=Moment.FIRST_STEP)
def predictions(head: Head, look: Look, passes: Passes) -> Head | None:
    """What the model puts out for the first batch; None where the step does not show it."""
    found = passes.predicted
    if found is None:
        return None
    head = with_ranges(head, look)
    return with_predictions(head, look.model, found.passed.final, found.passed.makers)


def with_ranges(head: Head, look: Look) -> Head:
    """`head` with what the operations of its step can put out, where the step was traced."""
    ranges = look.run.anatomy.ranges() if look.run is not None else []
    if len(ranges) != len(head.outputs):
        return head
    return Head(
        outputs=tuple(
            output if one is None else replace(output, least=one[0], most=one[1])
            for output, one in zip(head.outputs, ranges, strict=True)
        )
    )


@reading("the predictions", when=Moment.LOOP_SEEN)
def predictions_of_loop(head: Head, step: ObservedStep) -> Head | None:
    """What the model put out for the loop's first step, and the loss that judged it."""
    passed = step.noted.passed
    if passed is None:
        return None
    head = with_loss(head, step.loss_function)
    return with_predictions(head, step.model, passed.final, passed.makers)


def with_loss(head: Head, loss: Any) -> Head:
    """`head` with the loss that was seen to judge its only output."""
    if len(head.outputs) != 1 or loss is None:
        return head
    return Head(outputs=(replace(head.outputs[0], **loss_facts(loss)),))


def with_predictions(
    head: Head,
    model: Any,
    predictions: Any,
    makers: Mapping[int, Maker],
) -> Head:
    """`head` with what the model really puts out in inference mode.

    Parameters
    ----------
    head : Head
    model : keras.Model
    predictions : Any
        Structure of tensors as the model returned it.
    makers : mapping of int to Maker
        The layer that returned each tensor, by the tensor's id.
    """
    paths = layer_paths(model)
    tensors = named(predictions, [output.name for output in head.outputs], "y")
    measured = []
    for output in head.outputs:
        tensor = tensors.get(output.name)
        if tensor is None:
            measured.append(output)
            continue
        maker = makers.get(id(tensor))
        made_by = maker.layer if maker is not None else None
        if made_by is not None and not output.layer:
            layer = head_of(made_by)
            output = replace(  # noqa: PLW2901  (the same output, completed)
                output,
                layer=paths.get(id(layer), layer.name),
                activation=last_activation(layer),
            )
        keeps = maker.keeps_logits if maker is not None else keeps_logits(tensor)
        measured.append(replace(output, keeps_logits=keeps, **_measured(tensor)))
    return Head(outputs=tuple(measured))


def _measured(tensor: Any) -> dict[str, Any]:
    import keras

    values = np.asarray(keras.ops.convert_to_numpy(tensor)).astype(np.float32)
    shape = (None, *(int(size) for size in values.shape[1:]))
    facts = shape_facts(shape) | {
        "rows": len(values),
        "dtype": keras.backend.standardize_dtype(tensor.dtype),
    }
    finite = values[np.isfinite(values)]
    if not finite.size:
        return facts
    facts |= {"minimum": float(finite.min()), "maximum": float(finite.max())}
    facts["below_zero"] = float((finite <= 0).mean())
    facts["spread"] = float(np.nan_to_num(values).std(axis=0).mean())
    if values.ndim > 1:
        sums = values.sum(axis=-1)
        facts |= {
            "row_sum_minimum": float(np.nanmin(sums)),
            "row_sum_maximum": float(np.nanmax(sums)),
        }
    return facts | {"one_class": _one_class(values)}


def _one_class(values: Any) -> int | None:
    """The class that is predicted for every row, None when rows differ."""
    if values.ndim != 2:  # noqa: PLR2004  (rows and units)
        return None
    classes = values.argmax(axis=-1) if values.shape[1] > 1 else (values[:, 0] > HALF).astype(int)
    return int(classes[0]) if len(classes) > 1 and (classes == classes[0]).all() else None
