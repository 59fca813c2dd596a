"""Layers that keep their state, and rows that are shuffled."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.kept_state import KeptState
from nbdoctor.rules.figures import listed
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="pipeline",
    severity="warning",
    kind="proof",
    holds="Layers that keep their state get the rows in order",
    explains=("below-simple-models", "persistence-not-beaten", "baseline-not-beaten"),
)
def shuffled_stateful(state: KeptState, fit: Fit, /) -> Iterator[Finding]:
    """Layers that keep their state from batch to batch, and rows that are shuffled.

    ## What it means
    A recurrent layer with `stateful=True` begins each row with the state in which the row at the
    same place of the batch before has ended. That makes sense where that row is its continuation.
    If the rows are shuffled, each begins with the state of an unrelated one, which is noise.

    ## How it is measured
    The model has such a layer, an epoch has more than one batch, and `fit` shuffles its arrays
    (which it does unless `shuffle=False`), or the dataset has a `shuffle` that deals anew.

    ## Example
    ```python
    layers = [keras.Input((20, 1), batch_size=32), keras.layers.LSTM(16, stateful=True)]
    model = keras.Sequential([*layers, keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, y, batch_size=32, epochs=10)
    ```

    ## What the treatment does
    It sets `shuffle=False`.

    ## When to ignore it
    Never for a layer that is meant to go on; remove `stateful=True` if rows are independent.

    ## References
    Keras guide, "Working with RNNs", cross-batch statefulness.
    """
    if fit.steps_per_epoch is not None and fit.steps_per_epoch <= 1:
        message = "an epoch has one batch"
        raise DoesNotApplyError(message)
    if state.shuffled_by:
        by = "`fit` shuffles" if state.shuffled_by == "fit" else "`shuffle` of the dataset mixes"
        yield Finding(
            title="A layer that keeps its state gets shuffled rows",
            says=f"{listed(state.layers)} {'go' if len(state.layers) > 1 else 'goes'} on with the "
            f"state of the batch before (`stateful=True`), and {by} the rows in each epoch: they "
            "begin with the state of unrelated rows.",
            where=Where(call="fit", argument="shuffle", line=state.line),
            measured={"order of the rows": "shuffled"},
            expected={"order of the rows": "as they follow each other"},
        )


@shuffled_stateful.treatment("Keep the order of the rows", effect="training")
def keep_the_order(finding: Finding, cell: Cell) -> Cell | str:
    """Do not shuffle."""
    if finding.where.line is not None:
        return "Remove the `shuffle` of the dataset, or `stateful=True` of the layer."
    return cell.with_argument("fit", "shuffle", "False")
