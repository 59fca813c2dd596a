"""Predictions with three digits."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.objective import head_call
from nbdoctor.probes.head import Head
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

HALF = "float16"
"""Three significant digits, up to 65,504; bfloat16 has the range of float32 and is not meant."""


@rule(
    family="model",
    severity="warning",
    kind="proof",
    holds="The predictions are made with more precision than float16",
    explains=("non-finite-loss",),
)
def half_precision_head(head: Head, /) -> Iterator[Finding]:
    """The output layer computes in float16.

    ## What it means
    float16 has about three significant digits and ends at 65,504; the smallest number above 0 is
    6e-8. In the hidden layers that is enough. At the output it is not: small probabilities become
    exactly 0, of which the loss takes the logarithm, and large numbers become infinite.

    ## How it is measured
    The type of the predictions themselves is float16, and a loss judges them.

    ## Example
    ```python
    keras.mixed_precision.set_global_policy("mixed_float16")
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    ```

    ## What the treatment does
    The last layer computes in float32; all others keep the policy, and with it their speed.

    ## When to ignore it
    When the model is only used to measure speed.

    ## References
    TensorFlow guide, "Mixed precision", section "Building the model".
    """
    judged = [output for output in head.outputs if output.loss and output.dtype]
    if not judged:
        message = "no prediction was made that a loss judges"
        raise DoesNotApplyError(message)
    for output in judged:
        if output.dtype == HALF:
            name = output.layer or output.name
            yield Finding(
                title=f"The output layer `{name}` computes in float16",
                says=f"The predictions of `{name}` have the type float16: about three digits, "
                "nothing between 0 and 6e-8, nothing above 65,504. The loss needs more.",
                where=Where(layer=output.layer),
                measured={"type of the predictions": HALF},
                expected={"type of the predictions": "float32"},
            )


@half_precision_head.treatment("Compute the output in float32", effect="model")
def compute_the_output_in_float32(finding: Finding, cell: Cell) -> Cell:
    """Give the last layer `dtype="float32"`."""
    call = head_call(cell, finding.where.layer)
    return cell.with_argument(call.name, "dtype", '"float32"', at=call)
