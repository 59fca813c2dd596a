"""A training step that trains a part of a network only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.gradients import Gradients
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.movement import Movement, WeightMovement
from nbdoctor.readings.step_account import LeftOut, StepCode
from nbdoctor.rules.figures import listed
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="The training step passes all trainable weights to an optimizer",
    explains=("baseline-not-beaten",),
    parts=("loop",),
)
def step_leaves_weights_out(
    movement: Movement,
    gradients: Gradients,
    layers: Layers | None,
    code: StepCode | None,
    /,
) -> Iterator[Finding]:
    """A training step that trains only some of the trainable weights of a network.

    ## What it means
    A user-defined `train_step` or training loop chooses which weights it updates, in
    `tape.gradient(loss, weights)` and `optimizer.apply_gradients(...)`. Trainable weights that are
    missing there keep their initial values, without any error.

    ## How it is measured
    The first training steps never pass a gradient of these weights to an optimizer, and the weights
    are exactly as before, while other weights of the same network have changed. If the step was
    not examined on copies ahead of training, or belongs to a training loop, the weights are
    compared again when the cell has ended: if they have changed by then, nothing is reported.

    A whole model inside of the step, such as an encoder, is reported when the cell has ended if a
    gradient of the loss flows to it, if what it computes is given to what is trained, or the other
    way round, and if its weights are those that its initializers have drawn.

    ## Example
    ```python
    features = keras.layers.Dense(32, activation="relu")
    head = keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((10,)), features, head])
    optimizer = keras.optimizers.Adam()

    for x_batch, y_batch in batches:
        with tf.GradientTape() as tape:
            loss = keras.losses.mse(y_batch, model(x_batch))
        gradients = tape.gradient(loss, head.trainable_variables)
        optimizer.apply_gradients(zip(gradients, head.trainable_variables))
    ```

    ## What the treatment does
    Nothing is patched: only you know whether the weights are meant to be trained.

    ## When to ignore it
    When the weights are kept as they are on purpose. `trainable = False` on the layer says so.
    A teacher or a target network, which stands beside what is trained, models that the step changes
    in another way, and models with trained weights are not reported.

    ## References
    Keras guide, "Customizing what happens in `fit()` with TensorFlow".
    """
    if not any(one.moved for one in movement.weights):
        message = "the first steps change no weight"
        raise DoesNotApplyError(message)
    if layers is not None and layers.pretrained:
        message = "the model was trained before, so a part of it may be kept on purpose"
        raise DoesNotApplyError(message)
    yield from _networks_left_out(code)
    left_out = _left_out(movement, gradients)
    if left_out and not movement.on_copies and any(_is_open(one) for one in left_out):
        message = "whether later steps train the other weights is known when the cell has ended"
        raise DoesNotApplyError(message)
    if left_out:
        yield _finding(left_out, movement)


def _networks_left_out(code: StepCode | None) -> Iterator[Finding]:
    """Networks that are no teachers: what they compute is used by what is trained, or uses it."""
    groups: dict[str, list[LeftOut]] = {}
    for one in code.left_out if code is not None else ():
        if one.place == "network" and one.whole and one.fresh and one.reached:
            groups.setdefault(one.owner, []).append(one)
    for owner, weights in groups.items():
        relations = [one.relation for one in weights if one.relation in ("feeds", "fed")]
        if relations and all(one.moved is False for one in weights):
            trained = code.trained if code is not None else ""
            yield _network_finding(owner, len(weights), relations[0], trained)


def _network_finding(owner: str, weights: int, relation: str, trained: str) -> Finding:
    feeds = f"What `{owner}` computes is given to"
    given = feeds if relation == "feeds" else f"`{owner}` is given what comes from"
    other = f"`{trained}`" if trained and trained != owner else "what is trained"
    return Finding(
        title=f"The training step leaves out `{owner}`",
        says=f"{given} {other}, and a gradient of the loss flows to its weights, but the step "
        f"passes none of them to an optimizer: the {weights} weights of `{owner}` are still "
        "those that training began with.",
        where=Where(layer=owner),
        measured={"weights that are trained": 0},
        expected={"weights that are trained": weights},
    )


def _left_out(movement: Movement, gradients: Gradients) -> list[WeightMovement]:
    """Weights that are passed to no optimizer and stay, in networks of which others move.

    A layer counts only if its kernel is among them.
    """
    trained = {one.network for one in movement.weights if one.moved}
    left = {weight.path: weight for weight in gradients.weights if weight.left_out}
    found = [
        one
        for one in movement.weights
        if one.path in left and one.network in trained and not one.moved
        if not one.moved_in_training
    ]
    kernels = {one.layer for one in found if left[one.path].is_kernel}
    return [one for one in found if one.layer in kernels]


def _is_open(one: WeightMovement) -> bool:
    return one.moved_in_training is None


def _finding(left_out: Sequence[WeightMovement], movement: Movement) -> Finding:
    names = list(dict.fromkeys(one.layer for one in left_out))
    moving = next(one.layer for one in movement.weights if one.moved)
    total = len(movement.weights)
    return Finding(
        title=f"The training step leaves out `{names[0]}`"
        if len(names) == 1
        else f"The training step leaves out {len(names)} layers",
        says=f"The step passes no gradient of {listed(names)} to an optimizer, so these trainable "
        f"weights stay as they are, while those of `{moving}` are trained.",
        where=Where(layer=names[0]),
        measured={"weights that are trained": total - len(left_out)},
        expected={"weights that are trained": total},
    )


@step_leaves_weights_out.treatment("Train these weights, too, or freeze them", effect="advice")
def train_or_freeze(finding: Finding, _cell: Cell) -> str:
    """Pass all trainable weights to `tape.gradient` and to the optimizer, or freeze the layer."""
    return (
        f"If `{finding.where.layer}` is meant to be trained, compute the gradients of all "
        "`model.trainable_variables` (in a `train_step`: `self.trainable_variables`) and pass them "
        "to `apply_gradients`. If not, set `trainable = False` on the layer."
    )
