"""Trainable layers without a gradient."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.gradients import Gradients, WeightGradient
from nbdoctor.readings.head import Head
from nbdoctor.readings.layers import Layers
from nbdoctor.rules.figures import listed
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="model",
    severity="warning",
    kind="proof",
    holds="Every trainable layer gets a gradient",
    explains=("weights-stand-still",),
)
def untrained_layer(
    gradients: Gradients, head: Head | None, layers: Layers | None, /
) -> Iterator[Finding]:
    """A trainable layer that the loss does not depend on.

    ## What it means
    A weight is trained by the gradient of the loss. If no differentiable path leads from a layer to
    the loss, there is no gradient, and the layer keeps its initial values. Causes are an output
    without a loss, a layer whose output is not used, or an operation such as rounding, `argmax`, a
    comparison or `stop_gradient` on the path.

    ## How it is measured
    In every batch that was examined, the optimizer got no gradient at all (None) for these weights;
    a gradient of 0 is something else. A layer is reported only if none of its weights got a
    gradient. Weights that a user-defined training step does not pass to an optimizer are left out,
    and so are frozen ones.

    ## Example
    ```python
    seen = keras.Input((10,))
    hidden = keras.layers.Dense(32, activation="relu")(seen)
    price, rooms = keras.layers.Dense(1, name="price"), keras.layers.Dense(1, name="rooms")
    model = keras.Model(seen, [price(hidden), rooms(hidden)])
    model.compile("adam", loss=["mse", None])
    ```

    ## What the treatment does
    Nothing is patched: whether to give the output a loss, to connect the layer or to remove it
    depends on its purpose.

    ## When to ignore it
    When the layer is part of a pretrained model and not needed for this task.

    ## References
    TensorFlow guide, "Introduction to gradients and automatic differentiation", section "Getting
    a gradient of None".
    """
    if not any(weight.norms for weight in gradients.weights):
        message = "the training step computed no gradient"
        raise DoesNotApplyError(message)
    reached = {weight.layer for weight in gradients.weights if not _is_cut_off(weight)}
    names = [weight.layer for weight in gradients.weights if weight.layer not in reached]
    if names:
        yield _finding(list(dict.fromkeys(names)), gradients.batches, head, layers)


def _is_cut_off(weight: WeightGradient) -> bool:
    return weight.missing and not weight.left_out


def _finding(names: list[str], batches: int, head: Head | None, layers: Layers | None) -> Finding:
    seen = "in the batch" if batches == 1 else f"in all {batches} batches"
    without_loss = _outputs_without_loss(head) & set(names)
    why = _without_loss(names) if without_loss == set(names) else ""
    of = layers.layers if layers is not None else ()
    weights = sum(layer.parameters for layer in of if layer.name in names)
    return Finding(
        title=f"`{names[0]}` gets no gradient"
        if len(names) == 1
        else f"{len(names)} layers get no gradient",
        says=f"The loss does not depend on {listed(names)}: {seen} examined there was no gradient, "
        f"so these weights are not trained.{why}",
        where=Where(layer=names[0]),
        measured={"layers without a gradient": len(names), "weights in these layers": weights},
        expected={"layers without a gradient": 0},
    )


def _without_loss(names: list[str]) -> str:
    one = len(names) == 1
    return " It is an output without a loss." if one else " They are outputs without a loss."


def _outputs_without_loss(head: Head | None) -> set[str]:
    return {output.layer for output in (head.outputs if head else ()) if not output.loss}


@untrained_layer.treatment("Connect the layer to the loss, or remove it", effect="advice")
def connect_it(finding: Finding, _cell: Cell) -> str:
    """Give the output a loss in `compile`, use the layer's output, or remove the layer."""
    return (
        f"If `{finding.where.layer}` is meant to be trained, give its output a loss in `compile`, "
        "or pass its result to an output that has a loss, without rounding, `argmax` or "
        "`stop_gradient` on the path. If not, remove it or set `trainable = False`."
    )
