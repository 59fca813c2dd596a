"""An output layer in half precision."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import head_call
from nbdoctor.readings.head import Head
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

HALF = "float16"
"""Three significant digits, up to 65,504; bfloat16 has the range of float32 and is not reported."""


@rule(
    family="model",
    severity="warning",
    kind="proof",
    holds="The predictions have more precision than float16",
    explains=("non-finite-loss",),
)
def half_precision_head(head: Head, /) -> Iterator[Finding]:
    """The output layer computes in float16.

    ## What it means
    float16 has about three significant digits and a maximum of 65,504; its smallest number above 0
    is 6e-8. In hidden layers that is enough, at the output it is not: small probabilities become
    exactly 0, and the loss takes their logarithm; large values become infinite.

    ## How it is measured
    The predictions have the data type float16, and a loss is computed from them.

    ## Example
    ```python
    keras.mixed_precision.set_global_policy("mixed_float16")
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    ```

    ## What the treatment does
    The last layer computes in float32. All other layers keep the mixed-precision policy and its
    speed.

    ## When to ignore it
    When the model is only used to measure speed.

    ## References
    TensorFlow guide, "Mixed precision", section "Building the model".
    """
    judged = [output for output in head.outputs if output.loss and output.dtype]
    if not judged:
        message = "there are no predictions of an output with a loss"
        raise DoesNotApplyError(message)
    for output in judged:
        if output.dtype == HALF:
            yield Finding(
                title="The output layer computes in float16",
                says=f"The predictions of {output.shown} have the data type float16: about three "
                "digits, nothing between 0 and 6e-8, nothing above 65,504. Computing the loss "
                "needs more precision.",
                where=Where(layer=output.layer),
                measured={"data type of the predictions": HALF},
                expected={"data type of the predictions": "float32"},
            )


@half_precision_head.treatment("Compute the output in float32", effect="model")
def compute_the_output_in_float32(finding: Finding, cell: Cell) -> Cell:
    """Give the last layer `dtype="float32"`."""
    call = head_call(cell, finding.where.layer)
    return cell.with_argument(call.name, "dtype", '"float32"', at=call)
