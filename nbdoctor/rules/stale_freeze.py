"""A change of `trainable` that came after the training step was made."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.trainability import Trainability
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

MOST_NAMED = 3


@rule(
    family="model",
    severity="critical",
    kind="proof",
    holds="The layers that are trained are those marked as trainable",
    explains=("weights-stand-still",),
)
def stale_freeze(trainability: Trainability, /) -> Iterator[Finding]:
    """`trainable` was changed after an earlier `fit`, without `compile`.

    ## What it means
    The first `fit` makes the training step and settles which weights it trains. A change of
    `trainable` after it has no effect until `compile` is called again: what was frozen goes on
    moving, what was unfrozen stands still. Before the first `fit` a change works without
    `compile`.

    ## How it is measured
    The step of an earlier `fit` is still in use, and the weights that its optimizer trains are
    not those that are trainable now. Measured with Keras 3.15: weights frozen too late moved by
    0.004 to 0.015, weights unfrozen too late by exactly 0.

    ## Example
    ```python
    model.fit(x, y)
    base.trainable = True
    model.fit(x, y)
    ```

    ## What the treatment does
    Nothing is patched: `compile` belongs after the line that changes `trainable`, with a new
    optimizer, since the present one knows only the weights that it was made for.

    ## When to ignore it
    When the change is meant for another model that shares the layers and is compiled after it.

    ## References
    Keras documentation, "Transfer learning and fine-tuning", note on `compile` and `trainable`.
    """
    if not trainability.settled:
        message = "no earlier `fit` has settled what is trained"
        raise DoesNotApplyError(message)
    frozen, unfrozen = trainability.frozen_since, trainability.unfrozen_since
    if not frozen and not unfrozen:
        return
    effects = [
        *([f"{_listed(frozen)}, frozen now, still moves with every step"] if frozen else []),
        *([f"{_listed(unfrozen)}, trainable now, does not move"] if unfrozen else []),
    ]
    yield Finding(
        title="`trainable` was changed after the last `compile`, without effect",
        says=f"An earlier `fit` has settled what is trained: {'; '.join(effects)}. The change "
        "takes effect when the model is compiled again.",
        where=Where(layer=(*frozen, *unfrozen)[0]),
        measured={"frozen and trained": len(frozen), "trainable and not trained": len(unfrozen)},
        expected={"frozen and trained": 0, "trainable and not trained": 0},
    )


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown} and {len(names) - MOST_NAMED} more"


@stale_freeze.treatment("Compile again", effect="advice")
def compile_again(_finding: Finding, _cell: Cell) -> str:
    """Call `compile` after the change, with a new optimizer."""
    return (
        "After the line that sets `trainable`, call `compile` again with a new optimizer, such as "
        "`keras.optimizers.Adam(1e-5)` for fine-tuning, and the same loss and metrics."
    )
