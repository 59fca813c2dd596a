"""No relation between inputs and targets that simple models can find."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.inputs import Inputs
from nbdoctor.readings.labels import Labels
from nbdoctor.readings.other_forms import OtherForms
from nbdoctor.readings.signal import Signal
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

KNOWN, NEARLY_NONE, CHANCE = 0.5, 0.1, 2.0
"""Score of the trained model on its own rows, and on others: what it knows of the former is no
help. The last one over the root of the rows."""


@rule(
    family="data",
    severity="warning",
    kind="hint",
    holds="Simple models predict the targets better than shuffled targets",
    explains=(
        "contradicted-labels",
        "baseline-not-beaten",
        "overfit-to-training",
        "majority-class-only",
    ),
)
def signal_not_found(  # noqa: PLR0913  (five readings, three thresholds)
    signal: Signal,
    inputs: Inputs | None,
    labels: Labels | None,
    attained: Attained | None,
    forms: OtherForms | None,
    /,
    *,
    fewest_rows: float = 64,
    rarest: float = 8,
    chance: float = 0.05,
) -> Iterator[Finding]:
    """Two simple models find no relation between the inputs and the targets.

    ## What it means
    A model can only learn what the inputs tell about the targets. If they tell nothing, the best
    prediction for new rows is a constant: the loss does not go below the entropy of the labels,
    or the variance of the targets, whatever the layers, the optimizer or the learning rate. Four
    causes look the same: misaligned inputs and targets, targets that are noise, inputs without
    the information, and a relation that only a larger model can find. This rule cannot tell
    which.

    ## How it is measured
    A ridge model and nearest neighbours predict held-out rows. The same is done many times with
    shuffled targets (a permutation test). The finding requires that neither model scores better
    than with shuffled targets: both p-values are above `chance` (0.05, the usual significance
    level). Classes count alike however rare they are (the score is 0 for the best constant and 1
    for perfect predictions). With fewer than `fewest_rows` (64) rows, or `rarest` (8) of a class, a
    real relation is too easily missed. With a relation the scores are far apart: 0.85 against 0.05
    for shuffled targets on a problem with three classes. A trained model that predicts rows which
    training did not use proves a relation, and then nothing is reported.

    On pictures, token ids and series both models see little, and prove nothing alone. There the
    finding requires that the trained model has learned its own rows (a score of 0.5 or more, where
    1 is perfect) and knows nothing of validation rows (0.1 at most, or two over the root of their
    number): it remembers rows, and finds nothing that holds for others, either.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.rand(100, 10)
    y = np.random.rand(100, 1)

    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(1),
    ])
    model.compile("adam", "mse")
    model.fit(x, y, epochs=20)
    ```

    ## What the treatment does
    It says what to check: the join, the order of the rows, the column that is used as the target.
    There is nothing to change in the model.

    ## When to ignore it
    When you know that there is a relation which is hard to find: interactions of many columns, or
    a weak effect in few rows.

    ## References
    Ojala and Garriga, "Permutation tests for studying classifier performance", Journal of
    Machine Learning Research 11, 2010.
    """
    _check_applies(signal, inputs, labels, fewest_rows)
    if signal.input_kind != "table":
        _check_the_model(signal, forms)
    if signal.rarest < rarest:
        message = f"{signal.rarest} rows of the rarest class are too few to tell"
        raise DoesNotApplyError(message)
    if attained is not None and attained.held_out and attained.score >= attained.margin:
        message = "the trained model predicts rows that training did not use"
        raise DoesNotApplyError(message)
    if signal.p_linear > chance and signal.p_neighbours > chance:
        yield _finding(signal, labels, chance)


def _check_applies(
    signal: Signal,
    inputs: Inputs | None,
    labels: Labels | None,
    fewest_rows: float,
) -> None:
    if signal.rows < fewest_rows:
        message = f"{signal.rows} rows are too few to tell, at least {fewest_rows:g} are needed"
        raise DoesNotApplyError(message)
    if inputs is not None and inputs.tensors and all(t.constant for t in inputs.tensors):
        message = "all input rows are identical"
        raise DoesNotApplyError(message)
    if labels is not None and any(target.distinct == 1 for target in labels.targets):
        message = "all labels are identical"
        raise DoesNotApplyError(message)


def _check_the_model(signal: Signal, forms: OtherForms | None) -> None:
    """Simple models prove little of pictures and texts: the trained one must agree with them."""
    weak = f"simple models are weak on raw values of this kind ({signal.input_kind})"
    if forms is None:
        message = f"{weak}, and there are no validation rows that the trained one predicts"
        raise DoesNotApplyError(message)
    if forms.training < KNOWN:
        message = f"{weak}, and the trained one has not learned its own rows"
        raise DoesNotApplyError(message)
    if forms.validation > max(NEARLY_NONE, CHANCE / math.sqrt(forms.rows)):
        message = "the trained model predicts rows that training did not use"
        raise DoesNotApplyError(message)


def _finding(signal: Signal, labels: Labels | None, chance: float) -> Finding:
    linear, neighbours = figure(signal.linear), figure(signal.neighbours)
    name = labels.targets[0].variable if labels is not None and labels.targets else ""
    return Finding(
        title="No relation found between inputs and targets",
        says=(
            f"In {signal.rows:,} rows no dependence of the targets on the inputs was found; "
            f"{_floor(signal)}. On held-out rows, a linear model has {_called(signal)} of {linear} "
            f"and nearest neighbours {neighbours}, no better than with shuffled targets (up to "
            f"{figure(signal.permuted_high)} for the linear model). Misaligned rows, targets that "
            "are noise, and a relation too hard for both models look the same here, so this check "
            "cannot tell which."
        ),
        where=Where(variable=name, call="fit", argument="y"),
        measured={
            f"{signal.score}, linear model": signal.linear,
            f"{signal.score}, nearest neighbours": signal.neighbours,
            "p-value, linear model": signal.p_linear,
            "p-value, nearest neighbours": signal.p_neighbours,
        },
        expected={
            f"{signal.score}, linear model": f"above {figure(signal.permuted_high)}",
            "p-value, linear model": f"at most {chance:g}",
            "p-value, nearest neighbours": f"at most {chance:g}",
        },
    )


def _floor(signal: Signal) -> str:
    if signal.variance is not None:
        return f"always predicting their mean has a squared error of {figure(signal.variance)}"
    return "always predicting one class has a score of 0"


def _called(signal: Signal) -> str:
    return f"an {signal.score}" if signal.score == "R²" else f"a {signal.score}"


@signal_not_found.treatment("Check that inputs and targets match", effect="advice")
def check_the_join(finding: Finding, _cell: Cell) -> str:
    """Check the data first; no change of the model helps before that."""
    name = f"`{finding.where.variable}`" if finding.where.variable else "the target"
    return (
        f"Check that {name} is the intended column, that no sort, join or shuffle was applied to "
        "only the inputs or only the targets, and that a few rows of both look right together."
    )
