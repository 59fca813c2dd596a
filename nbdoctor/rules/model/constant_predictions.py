"""A model that predicts the same for every row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.activations import Activations, LayerActivation
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.inputs import Inputs
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

PROBABILITIES = frozenset({"softmax", "sigmoid"})


@dataclass(frozen=True, slots=True)
class _Facts:
    """`constant_from` is the layer where the rows become identical, `whole` its integer type."""

    constant_from: str = ""
    whole: str = ""


@rule(
    family="model",
    severity="critical",
    kind="strong",
    holds="Predictions differ between rows",
    explains=("majority-class-only", "baseline-not-beaten"),
    gated=True,
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
    Whatever the inputs are, the output is the same: the model has learned nothing but the average
    of the labels, or can learn nothing else. This is a symptom, not a cause. Causes are dead units,
    activations that become identical across rows, units with identical weights, or a learning rate
    that was far too high.

    ## How it is measured
    At least `rows` (64) different rows are predicted, in training mode with dropout off. After
    training, the standard deviation over the rows must be at most `after` (0.0001) of the largest
    probability, or of the standard deviation of a continuous target. Faulty models had 0 to 4e-5 of
    it, healthy ones 0.04 even before training. Before training it must be at most `before` (1e-6,
    float precision) of the largest output, and the last hidden layer must be as constant: an output
    layer initialised with zeros is a healthy start.

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
    Nothing is patched: the cause has to be fixed. If it was found, this finding is listed under it.

    ## When to ignore it
    Constant inputs and constant labels have rules of their own and are not reported here.

    ## References
    The ratios were measured with Keras 3.15 on 512 rows, 10 features and 3 classes.
    """
    different = max((one.rows - one.duplicate_rows for one in inputs.tensors), default=0)
    if min(activations.rows, different) < rows or all(one.constant for one in inputs.tensors):
        message = f"at least {rows:g} different rows are needed"
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
    made = (one for one in activations.layers if one.layer == output.layer)
    return next(made, None)


def _size(output: Output, layer: LayerActivation, target: Target, *, trained: bool) -> float:
    """Return the size that the spread is compared with.

    Predictions far from 0 may differ by little and still be right, so that a trained model of a
    continuous target is compared with the standard deviation of that target.
    """
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
    when = "After training" if trained else "Before training"
    same = "nearly the same" if layer.spread > 0 else "the same"
    first = activations.constant_from
    whole = activations.constant_type if "int" in activations.constant_type else ""
    computes = f", which computes whole numbers (`{whole}`)" if whole else ""
    starts = f" The first layer whose output does not vary is `{first}`{computes}." if first else ""
    return Finding(
        title="The model predicts the same for every row",
        says=f"{when}, the output of `{layer.layer}` is {same} for all {activations.rows:,} rows "
        f"examined: its standard deviation over the rows is {figure(layer.spread)}, compared with "
        f"an output size of {figure(size)}.{starts}",
        where=Where(layer=first or layer.layer),
        measured={"standard deviation over the rows": layer.spread},
        expected={"standard deviation over the rows": f"above {figure(share * size)}"},
        facts=_Facts(constant_from=first, whole=whole),
    )


@constant_predictions.treatment("Find the layer where the rows become identical", effect="advice")
def find_the_layer(finding: Finding, _cell: Cell) -> str:
    """Find the first layer with the same output for every row, in the Activations tab."""
    facts = facts_of(finding, _Facts)
    if facts.whole:
        return (
            f"Let `{facts.constant_from}` compute with `float32`: leave out its `dtype`. In "
            f"`{facts.whole}` everything between 0 and 1 becomes 0."
        )
    if facts.constant_from:
        return (
            f"Look at `{facts.constant_from}` and at what it gets: there the rows become the same."
        )
    return (
        "In the Activations tab, find the first layer whose output no longer varies across rows: "
        "the cause is there or before it."
    )
