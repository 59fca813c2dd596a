"""Layers that are trainable and get no gradient."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.gradients import Gradients, WeightGradient
from nbdoctor.probes.head import Head
from nbdoctor.probes.layers import Layers
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

MOST_NAMED = 3


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
    """A layer that the loss does not reach.

    ## What it means
    A weight learns from the gradient of the loss. Where nothing differentiable leads from a layer
    to the loss there is none, and the layer keeps the values it was made with: an output without
    a loss, a layer whose result is not used, or a step such as rounding, `argmax`, a comparison
    or `stop_gradient` in between.

    ## How it is measured
    In every batch that was rehearsed the optimizer was handed these weights with no gradient at
    all; a gradient of 0 is something else. Only layers count of which no weight got one. Weights
    that a training step of the user's own does not hand to an optimizer are left out, and so are
    frozen ones.

    ## Example
    ```python
    seen = keras.Input((10,))
    hidden = keras.layers.Dense(32, activation="relu")(seen)
    price, rooms = keras.layers.Dense(1, name="price"), keras.layers.Dense(1, name="rooms")
    model = keras.Model(seen, [price(hidden), rooms(hidden)])
    model.compile("adam", loss=["mse", None])
    ```

    ## What the treatment does
    Nothing is patched: whether to give the output a loss, to connect the layer or to leave it out
    depends on what it is for.

    ## When to ignore it
    When the layer comes with a pretrained model and this task has no use for it.

    ## References
    TensorFlow guide, "Introduction to gradients and automatic differentiation", section "Getting
    a gradient of None".
    """
    if not any(weight.norms for weight in gradients.weights):
        message = "the step computed no gradient"
        raise DoesNotApplyError(message)
    reached = {weight.layer for weight in gradients.weights if not _is_cut_off(weight)}
    names = [weight.layer for weight in gradients.weights if weight.layer not in reached]
    if names:
        yield _finding(list(dict.fromkeys(names)), gradients.batches, head, layers)


def _is_cut_off(weight: WeightGradient) -> bool:
    return weight.missing and not weight.left_out


def _finding(names: list[str], batches: int, head: Head | None, layers: Layers | None) -> Finding:
    listed = ", ".join(f"`{name}`" for name in names[:MOST_NAMED])
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    seen = "the batch" if batches == 1 else f"all {batches} batches"
    without_loss = _outputs_without_loss(head) & set(names)
    why = " It is an output that has no loss." if without_loss == set(names) else ""
    of = layers.layers if layers is not None else ()
    weights = sum(layer.parameters for layer in of if layer.name in names)
    return Finding(
        title=f"`{names[0]}` gets no gradient"
        if len(names) == 1
        else f"{len(names)} layers get no gradient",
        says=f"The loss does not depend on {listed}{more}: no gradient came back in {seen} that "
        f"was rehearsed, so the weights there stay as they are.{why}",
        where=Where(layer=names[0]),
        measured={"layers without a gradient": len(names), "weights in them": weights},
        expected={"layers without a gradient": 0},
    )


def _outputs_without_loss(head: Head | None) -> set[str]:
    return {output.layer for output in (head.outputs if head else ()) if not output.loss}


@untrained_layer.treatment("Connect it with the loss, or leave it out", effect="advice")
def connect_it(finding: Finding, _cell: Cell) -> str:
    """Give the output a loss in `compile`, use the layer's result, or remove the layer."""
    return (
        f"If `{finding.where.layer}` is meant to learn, give its output a loss in `compile` or let "
        "its result reach one that has a loss, without rounding, `argmax` or `stop_gradient` on "
        "the way. If not, leave it out or set `trainable = False`."
    )
