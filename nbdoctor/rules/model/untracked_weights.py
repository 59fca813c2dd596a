"""Variables that a model uses without tracking them as weights."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.step_account import LeftOut, StepCode
from nbdoctor.rules.figures import listed
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="model",
    severity="warning",
    kind="strong",
    holds="Every trainable variable that the model uses is one of its weights",
    explains=("too-few-steps", "baseline-not-beaten", "learning-rate-too-low"),
)
def untracked_weights(code: StepCode, /) -> Iterator[Finding]:
    """A trainable variable that the model uses and that is none of its weights.

    ## What it means
    Keras trains what it knows of: weights made by `add_weight`, `keras.Variable` attributes, and
    those of layers that are attributes of a layer, or lie in lists and dictionaries there. A
    `tf.Variable`, or a layer inside of an object of another class, in a closure or in a global
    variable, takes part in the computation, but no optimizer is given it: it keeps its initial
    value, and `save_weights` leaves it out.

    ## How it is measured
    The tape of the training step has read the variable, and a gradient of the loss flows to it. It
    is a weight of no model, no optimizer was given it, and when the cell has ended its value is the
    one that it had before. There is no threshold.

    ## Example
    ```python
    class Scale(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.factor = tf.Variable(1.0)

        def call(self, inputs):
            return inputs * self.factor
    ```

    ## What the treatment does
    It says how to make it a weight.

    ## When to ignore it
    When the value is a constant. `trainable=False` on the variable says so.

    ## References
    Keras guide, "Making new layers and models via subclassing".
    """
    found = [one for one in code.left_out if one.place == "untracked" and one.reached]
    if any(one.moved is None for one in found):
        message = "whether these variables are changed is known when the cell has ended"
        raise DoesNotApplyError(message)
    still = [one for one in found if not one.moved]
    groups: dict[str, list[LeftOut]] = {}
    for one in still:
        groups.setdefault(one.owner, []).append(one)
    for owner, members in groups.items():
        yield _finding(owner, members)


def _finding(owner: str, members: list[LeftOut]) -> Finding:
    paths = list(dict.fromkeys(one.path for one in members))
    name = owner or paths[0]
    held_by = members[0].held_by
    where = f" ({held_by})" if held_by else ""
    what = f"{listed(paths)}{where}" if owner else listed(paths)
    them, are = ("it", "is") if len(members) == 1 else ("them", "are")
    return Finding(
        title=f"`{name}` is used, and never trained",
        says=f"The forward pass reads {what}, and a gradient of the loss flows there, but Keras "
        f"does not know of {them}: {'it is' if len(members) == 1 else 'they are'} no weight of the "
        f"model, no optimizer was given {them}, and {'it' if len(members) == 1 else 'they'} {are} "
        "still what training began with.",
        where=Where(variable=name),
        measured={"variables that are no weights": len(members), "of these trained": 0},
        expected={"variables that are no weights": 0, "of these trained": len(members)},
    )


@untracked_weights.treatment("Make it a weight of the layer", effect="advice")
def make_it_a_weight(finding: Finding, _cell: Cell) -> str:
    """Use `add_weight` or `keras.Variable`, and keep layers as attributes of a layer."""
    name = finding.where.variable
    return (
        f"If `{name}` is a `tf.Variable`, make it with `self.add_weight(shape=..., "
        "initializer=...)` in `build`, or with `keras.Variable(...)` as an attribute. If it holds "
        "layers, let its class be a `keras.layers.Layer`, or make the layers attributes of the "
        "layer that calls them. `model.summary()` counts the weights that Keras knows."
    )
