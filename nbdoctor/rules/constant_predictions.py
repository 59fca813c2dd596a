"""The same prediction for every row."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.activations import Activations, LayerActivation
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.inputs import Inputs
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

PROBABILITIES = frozenset({"softmax", "sigmoid"})


@rule(
    family="model",
    severity="critical",
    kind="strong",
    holds="Predictions differ from row to row",
    explains=("majority-class-only", "baseline-not-beaten"),
)
def constant_predictions(  # noqa: PLR0913  (four readings, three thresholds)
    activations: Activations,
    head: Head,
    labels: Labels,
    inputs: Inputs,
    /,
    *,
    before: float = 1e-6,
    after: float = 1e-4,
    rows: float = 64,
) -> Iterator[Finding]:
    """The model predicts the same for every row.

    ## What it means
    Whatever the inputs are, the output is the same: the model has learned, or can learn, nothing
    but the average of the labels. This is what a fault looks like and not the fault itself: dead
    units, a signal that fades, weights that are all equal, steps that were far too long.

    ## How it is measured
    On `rows` (64) different rows or more, in training mode with dropout off. After training, the
    standard deviation over the rows is at most `after` (0.0001) of the largest probability, or of
    the spread of a continuous target; sick models had 0 to 4e-5, healthy ones 0.04 already at
    birth. Before training it has to be `before` (1e-6, float precision) of the output's size, and
    the layer before the output has to be as constant: an output layer of zeros is a healthy start.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(3, activation="softmax"),
    ])
    model.compile(keras.optimizers.Adam(1.0), "sparse_categorical_crossentropy")
    ```

    ## What the treatment does
    Nothing is patched: it is cured by its cause, which is named where one was found.

    ## When to ignore it
    Constant inputs and constant labels have rules of their own and are not reported here.

    ## References
    The shares were measured with Keras 3.15 on 512 rows, 10 features and 3 classes.
    """
    different = max((one.rows - one.duplicate_rows for one in inputs.tensors), default=0)
    if min(activations.rows, different) < rows or all(one.constant for one in inputs.tensors):
        message = f"it takes {rows:g} different rows"
        raise DoesNotApplyError(message)
    if activations.after_training:
        share, lost_before = after, True
    else:
        share, lost_before = before, _is_lost_before_the_output(activations, before)
    for target in labels.targets:
        output = head.of(target)
        layer = _layer_of(output, activations)
        if output is None or layer is None or layer.non_finite or target.distinct <= 1:
            continue
        size = _size(output, layer, target, trained=activations.after_training)
        if lost_before and layer.spread <= share * size:
            yield _finding(layer, activations, size, share)


def _layer_of(output: Output | None, activations: Activations) -> LayerActivation | None:
    if output is None or not output.loss:
        return None
    made = (one for one in activations.layers if one.is_output and one.layer == output.layer)
    return next(made, None)


def _size(output: Output, layer: LayerActivation, target: Target, *, trained: bool) -> float:
    """What the spread is compared with: numbers far from 0 may differ by little and be right."""
    if trained and output.activation not in PROBABILITIES and target.encoding == "continuous":
        return target.std
    return layer.largest


def _is_lost_before_the_output(activations: Activations, before: float) -> bool:
    """Whether the last hidden layer is as constant as the output."""
    hidden = list(takewhile(lambda one: not one.is_output, activations.layers))
    return bool(hidden) and hidden[-1].spread <= before * hidden[-1].largest


def _finding(
    layer: LayerActivation, activations: Activations, size: float, share: float
) -> Finding:
    trained = activations.after_training
    when = "After training" if trained else "At the weights it starts from"
    return Finding(
        title="The model predicts the same for every row",
        says=f"{when}, `{layer.layer}` gives the same result for all {activations.rows:,} rows "
        f"looked at: over them it differs by {figure(layer.spread)}, where {figure(size)} is the "
        "size of what it predicts.",
        where=Where(layer=layer.layer),
        measured={
            "spread of the predictions": layer.spread,
            "rows": activations.rows,
            "measured": "after training" if trained else "before training",
        },
        expected={"spread of the predictions": f"above {figure(share * size)}"},
    )


@constant_predictions.treatment("Look for the cause", effect="advice")
def look_for_the_cause(finding: Finding, _cell: Cell) -> str:
    """Find the layer at which the rows become equal, in the tab on activations."""
    anew = "Then build the model anew and train it with a tenth of the learning rate."
    first = "Look in the tab on activations for the first layer whose values no longer vary: that "
    first += "is where the rows are lost."
    return f"{first} {anew}" if finding.measured["measured"] == "after training" else first
