"""Nothing simple sees a relation between inputs and targets."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.inputs import Inputs
from nbdoctor.probes.labels import Labels
from nbdoctor.probes.signal import Signal
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule


@rule(
    family="data",
    severity="warning",
    kind="hint",
    holds="Simple models predict the targets better than they predict shuffled ones",
    explains=("baseline-not-beaten", "overfit-to-training", "majority-class-only"),
)
def signal_not_found(
    signal: Signal,
    inputs: Inputs | None,
    labels: Labels | None,
    /,
    *,
    fewest_rows: float = 64,
    chance: float = 0.05,
) -> Iterator[Finding]:
    """Two simple models find no relation between the inputs and the targets.

    ## What it means
    A model can learn only what the inputs say of the targets. When they say nothing, the best it
    can do on new rows is a constant: the loss stops at the entropy of the labels, or at the
    variance of the targets, whatever the layers, the optimizer or the rate. Four causes look
    alike: inputs and targets that are out of step, targets that are noise, inputs without the
    information, and a relation that only a larger model could see. This rule cannot tell which.

    ## How it is measured
    A ridge model and nearest neighbours predict rows that they were not fitted on. The same is
    done with shuffled targets, many times. The finding needs both models to score no better than
    shuffled targets do: more than `chance` (0.05, the usual level of a test) of the shuffles
    score as high. Below `fewest_rows` (64) a real relation is too easily missed. With a relation
    the scores lie far apart: 0.90 against 0.36 for shuffled targets on a problem of three
    classes.

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
    It says where to look: at the join, at the order of the rows, at the column that is used as
    the target. There is nothing to change in the model.

    ## When to ignore it
    When you know that the relation is there and is hard: interactions of many columns, or a weak
    effect in few rows. Pictures, sound, text and sequences are never judged, because both simple
    models are weak on raw values of that kind.

    ## References
    Ojala and Garriga, "Permutation tests for studying classifier performance", Journal of
    Machine Learning Research 11, 2010.
    """
    _check_applies(signal, inputs, labels, fewest_rows)
    if signal.p_linear > chance and signal.p_neighbours > chance:
        yield _finding(signal, labels)


def _check_applies(
    signal: Signal,
    inputs: Inputs | None,
    labels: Labels | None,
    fewest_rows: float,
) -> None:
    if signal.input_kind != "table":
        message = f"simple models are weak on raw values of this kind ({signal.input_kind})"
        raise DoesNotApplyError(message)
    if signal.rows < fewest_rows:
        message = f"{signal.rows} rows are too few to tell, it takes {fewest_rows:g}"
        raise DoesNotApplyError(message)
    if inputs is not None and inputs.tensors and all(t.constant for t in inputs.tensors):
        message = "the input rows are all the same"
        raise DoesNotApplyError(message)
    if labels is not None and any(target.distinct == 1 for target in labels.targets):
        message = "the labels are all the same"
        raise DoesNotApplyError(message)


def _finding(signal: Signal, labels: Labels | None) -> Finding:
    linear, neighbours = figure(signal.linear), figure(signal.neighbours)
    name = labels.targets[0].variable if labels is not None and labels.targets else ""
    return Finding(
        title="No relation between inputs and targets was found",
        says=(
            f"The targets do not depend on the inputs as far as {signal.rows:,} rows can tell; "
            f"{_floor(signal)}. On rows held back, a linear model scores {signal.score} {linear} "
            f"and nearest neighbours {neighbours}, no better than with shuffled targets (up to "
            f"{figure(signal.permuted_high)} for the linear one). Rows out of step, targets that "
            "are noise, and a relation too hard for both look the same here, so this cannot tell "
            "which."
        ),
        where=Where(variable=name, call="fit", argument="y"),
        measured={
            f"{signal.score}, linear model": signal.linear,
            f"{signal.score}, nearest neighbours": signal.neighbours,
            "share of shuffles as good, linear model": signal.p_linear,
            "share of shuffles as good, nearest neighbours": signal.p_neighbours,
            "rows": signal.rows,
        },
        expected={
            f"{signal.score}, linear model": f"above {figure(signal.permuted_high)}",
        },
    )


def _floor(signal: Signal) -> str:
    if signal.variance is not None:
        return f"the floor is their variance, {figure(signal.variance)}, for a squared error"
    return f"the most frequent class alone scores {signal.score} {figure(signal.baseline)}"


@signal_not_found.treatment("Check how rows and targets meet", effect="advice")
def check_the_join(finding: Finding, _cell: Cell) -> str:
    """Look at the data; no change of the model can help before that."""
    name = f"`{finding.where.variable}`" if finding.where.variable else "the target"
    return (
        f"Check that {name} is the column you mean, that no sort, join or shuffle was applied to "
        "one of inputs and targets alone, and that a few rows look right side by side."
    )
