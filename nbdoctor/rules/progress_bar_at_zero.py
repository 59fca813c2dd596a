"""The progress bar shows 0s although training goes on."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.pipeline import Pipeline
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

ROUNDED_TO_ZERO = 0.5
"""Seconds below which Keras's bar writes the time of an epoch, rounded, as 0s."""

CUT_TO_ZERO = 1.0
"""Seconds below which it writes the remaining time, cut off, as 0s."""


@rule(
    family="pipeline",
    severity="note",
    kind="proof",
    holds="The progress bar counts visibly",
)
def progress_bar_at_zero(pipeline: Pipeline, /, *, few_steps: float = 5) -> Iterator[Finding]:
    """The progress bar shows 0s although training goes on.

    ## What it means
    The time in Keras's progress bar is cut to whole seconds: what remains while an epoch runs,
    and rounded, what it took when it is over. 0s means that less than one second is left. It does
    not mean that nothing ran, and it has nothing to do with an accuracy of 0.

    ## How it is measured
    The steps of the real training are timed, two warm-up steps left out. Two cases are explained.
    An epoch of `few_steps` (5) steps or fewer that takes less than half a second: the bar reads
    0s from its first step to its last. It has 20 marks, so each of five steps fills four at once;
    with more steps it is seen to fill, and nobody wonders. And a validation that takes a second
    or more and longer than the training steps: the bar stands at 0s meanwhile, because validation
    inside `fit` prints nothing.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.rand(100, 10)
    y = np.random.rand(100, 1)

    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, y, epochs=5)
    ```

    ## What the treatment does
    For short epochs there is nothing to cure. For a long validation it asks for one in every five
    epochs.

    ## When to ignore it
    Always, once it is understood: nothing is wrong.

    ## References
    Keras 3, `keras/src/utils/progbar.py`: remaining time through the format `%ds`, elapsed time
    through `:.0f`, no drawing within 0.05 seconds of the last one.
    """
    if not pipeline.progress_bar:
        message = "`fit` shows no progress bar"
        raise DoesNotApplyError(message)
    if pipeline.step is None or pipeline.steps_per_epoch is None:
        message = "too few steps were timed"
        raise DoesNotApplyError(message)
    epoch = pipeline.step * pipeline.steps_per_epoch
    validation = pipeline.validation or 0.0
    if validation >= CUT_TO_ZERO and validation > epoch:
        yield _stands_in_validation(pipeline, epoch, validation)
    elif (
        pipeline.steps_per_epoch <= few_steps
        and epoch + validation < ROUNDED_TO_ZERO
        and pipeline.epochs > 1
    ):
        yield _short_epochs(pipeline, pipeline.step, epoch)


def _short_epochs(pipeline: Pipeline, step: float, epoch: float) -> Finding:
    steps = pipeline.steps_per_epoch
    unknown = (
        " In the first epoch it reads `Unknown`, because the data does not tell its length."
        if pipeline.unknown_length
        else ""
    )
    return Finding(
        title="The progress bar reads 0s because epochs are short",
        says=(
            f"An epoch is {_steps(steps)} of {_duration(step)}, {_duration(epoch)} in all. Keras "
            f"cuts the time to whole seconds, so {_when(pipeline)}the bar reads 0s although every "
            f"step runs.{unknown}"
        ),
        where=Where(call="fit", argument="epochs"),
        measured={"seconds per epoch": epoch, "steps per epoch": steps or 0},
        expected={"seconds per epoch": "1 or more for the bar to show more than 0s"},
    )


def _when(pipeline: Pipeline) -> str:
    """The first epoch holds the compiling of the step and may well read 1s or 2s."""
    slow_start = pipeline.first_step is not None and pipeline.first_step >= ROUNDED_TO_ZERO
    return "from the second epoch on " if slow_start else ""


def _stands_in_validation(pipeline: Pipeline, epoch: float, validation: float) -> Finding:
    return Finding(
        title="The progress bar stands at 0s while validation runs",
        says=(
            f"The {_steps(pipeline.steps_per_epoch)} of an epoch take {_duration(epoch)}, the "
            f"validation after them {_duration(validation)}. Validation prints nothing, so the "
            "bar stands at 0s meanwhile, and the time per step that it shows at the end holds "
            "both."
        ),
        where=Where(call="fit", argument="validation_data"),
        measured={"seconds of training": epoch, "seconds of validation": validation},
        expected={"seconds of validation": "less than those of training"},
    )


def _steps(count: int | None) -> str:
    return "1 step" if count == 1 else f"{count:,} steps"


def _duration(seconds: float) -> str:
    if seconds < CUT_TO_ZERO:
        return f"{figure(1000 * seconds, 2)} ms"
    return f"{figure(seconds, 2)} s"


@progress_bar_at_zero.treatment("Validate less often", effect="training")
def validate_less_often(finding: Finding, cell: Cell) -> Cell | None:
    """Validate after every fifth epoch; callbacks that watch it then act every fifth epoch too."""
    if finding.where.argument != "validation_data":
        return None
    return cell.with_argument("fit", "validation_freq", "5")
