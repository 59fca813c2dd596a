"""Predictions that depend on which rows are predicted together."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.other_rows import OtherRows
from nbdoctor.rules.figures import listed
from nbdoctor.rules.rule import Finding, Where, rule


@rule(
    family="model",
    severity="warning",
    kind="proof",
    holds="What the model puts out for a row does not depend on the other rows of its batch",
    explains=("baseline-not-beaten", "too-few-steps", "fails-to-memorise"),
    parts=("layers",),
)
def rows_meet_in_model(company: OtherRows, /, *, least: float = 0.01) -> Iterator[Finding]:
    """Predictions that depend on which rows are predicted together.

    ## What it means
    The first axis counts the rows of a batch. An operation that goes along it by mistake, such as a
    softmax, a mean or a sum over `axis=0` or over all axes, or a `reshape` that puts rows
    side by side, lets each row see the others. The model then learns from what it will not have:
    alone, or in a batch of another size, a row gets another prediction.

    ## How it is measured
    After training, some rows are predicted twice, on copies and without effect: beside the rows of
    one batch, and beside others. Everything else is the same. A prediction has changed where a
    value differs by more than `least` (1 %) of the standard deviation of all predictions; rounding
    makes a thousandth of that. Models with layers that average over the batch in training mode, as
    batch normalisation does, are compared in inference mode or not at all.

    ## Example
    ```python
    class Attention(keras.layers.Layer):
        def call(self, steps):                       # (rows, time, features)
            weights = ops.softmax(ops.mean(steps, axis=-1, keepdims=True), axis=0)
            return ops.sum(weights * steps, axis=1)
    ```

    ## What the treatment does
    It says what to look for.

    ## When to ignore it
    When rows are compared with one another on purpose, as in the discriminator of some adversarial
    networks (minibatch discrimination).

    ## References
    Keras documentation, "Making new layers and models via subclassing".
    """
    if company.largest <= least:
        return
    share = company.changed / company.rows
    yield Finding(
        title="A prediction depends on the other rows of its batch",
        says=f"{company.changed} of {company.rows} rows get another prediction when the rest of "
        "their batch is exchanged, though the rows themselves and the model are the same: the "
        f"values change by up to {company.largest:.0%} of their spread. {_where(company)}",
        where=Where(layer=company.layers[0] if len(company.layers) == 1 else ""),
        measured={"rows whose prediction changes": f"{share:.0%}"},
        expected={"rows whose prediction changes": "0%"},
    )


def _where(company: OtherRows) -> str:
    if not company.layers:
        return "Some operation goes along the axis of the rows."
    return f"Some operation goes along the axis of the rows, perhaps in {listed(company.layers)}."


@rows_meet_in_model.treatment("Keep to one row", effect="advice")
def keep_to_one_row(_finding: Finding, _cell: Cell) -> str:
    """Say where rows meet."""
    return (
        "Look for an operation along `axis=0`, or along all axes where `axis` is not given "
        "(`softmax`, `mean`, `sum`, `max`, `concatenate`), and for a `reshape` that does not "
        "keep the first axis. Time steps and features lie along the axes from 1 on."
    )
