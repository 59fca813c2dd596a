"""A change of `trainable` without a new `compile`."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.trainability import Trainability
from nbdoctor.rules.figures import listed
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="model",
    severity="critical",
    kind="proof",
    holds="The weights that are trained are those marked as trainable",
    explains=("weights-stand-still",),
)
def stale_freeze(trainability: Trainability, /) -> Iterator[Finding]:
    """`trainable` was changed after an earlier `fit`, without `compile`.

    ## What it means
    The first `fit` builds the training step, which determines the weights to train. A later change
    of `trainable` has no effect until `compile` is called again: layers that were frozen are still
    trained, and layers that were unfrozen are not. Before the first `fit`, a change works without
    `compile`.

    ## How it is measured
    The training step of an earlier `fit` is still in use, and the weights that its optimizer trains
    are not those that are trainable now. Measured with Keras 3.15: weights that were frozen too
    late changed by 0.004 to 0.015, weights that were unfrozen too late by exactly 0.

    ## Example
    ```python
    model.fit(x, y)
    base.trainable = True
    model.fit(x, y)
    ```

    ## What the treatment does
    Nothing is patched: call `compile` after the line that changes `trainable`, with a new
    optimizer, since the current one only knows the weights that it was built for.

    ## When to ignore it
    When the change is meant for another model that shares the layers and is compiled afterwards.

    ## References
    Keras documentation, "Transfer learning and fine-tuning", note on `compile` and `trainable`.
    """
    if not trainability.settled:
        message = "the model was not trained by an earlier `fit` since `compile`"
        raise DoesNotApplyError(message)
    frozen, unfrozen = trainability.frozen_since, trainability.unfrozen_since
    if not frozen and not unfrozen:
        return
    effects = [
        *([f"{listed(frozen)} {_is(frozen)} frozen but still trained"] if frozen else []),
        *([f"{listed(unfrozen)} {_is(unfrozen)} trainable but not trained"] if unfrozen else []),
    ]
    yield Finding(
        title="`trainable` was changed after the last `compile`, without effect",
        says=f"The model still uses the training step of an earlier `fit`: {'; '.join(effects)}. "
        "The change takes effect when the model is compiled again.",
        where=Where(layer=(*frozen, *unfrozen)[0]),
        measured={
            "frozen layers that are trained": len(frozen),
            "trainable layers that are not trained": len(unfrozen),
        },
        expected={
            "frozen layers that are trained": 0,
            "trainable layers that are not trained": 0,
        },
    )


def _is(names: tuple[str, ...]) -> str:
    return "is" if len(names) == 1 else "are"


@stale_freeze.treatment("Compile again", effect="advice")
def compile_again(_finding: Finding, _cell: Cell) -> str:
    """Call `compile` after the change, with a new optimizer."""
    return (
        "After the line that sets `trainable`, call `compile` again with a new optimizer, for "
        "example `keras.optimizers.Adam(1e-5)` for fine-tuning, and the same loss and metrics."
    )
