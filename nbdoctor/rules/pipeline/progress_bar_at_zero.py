"""A progress bar that shows 0s during training."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.pipeline import Pipeline
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

ROUNDED_TO_ZERO = 0.5
"""Seconds below which Keras's bar shows the elapsed time of an epoch, rounded, as 0s."""

CUT_TO_ZERO = 1.0
"""Seconds below which it shows the remaining time, truncated, as 0s."""


@rule(
    family="pipeline",
    severity="note",
    kind="proof",
    holds="The progress bar shows more than 0s",
)
def progress_bar_at_zero(pipeline: Pipeline, /, *, few_steps: float = 5) -> Iterator[Finding]:
    """A progress bar that shows 0s during training.

    ## What it means
    Keras's progress bar shows whole seconds: the remaining time during an epoch, truncated, and
    the elapsed time after it, rounded. 0s means less than one second. It does not mean that
    nothing ran, and it has nothing to do with an accuracy of 0.

    ## How it is measured
    The steps of the real training are timed, without two warm-up steps. Two cases are explained.
    First, an epoch of at most `few_steps` (5) steps that takes less than half a second: the bar
    shows 0s from the first step to the last. With more steps the bar visibly fills. Second, a
    validation that takes at least a second and longer than the training steps: the bar shows 0s
    during validation, because validation inside `fit` prints nothing.

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
    For short epochs there is nothing to change. For a long validation it sets `validation_freq=5`.

    ## When to ignore it
    Always: nothing is wrong.

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
        yield _long_validation(pipeline, epoch, validation)
    elif (
        pipeline.steps_per_epoch <= few_steps
        and epoch + validation < ROUNDED_TO_ZERO
        and pipeline.epochs > 1
    ):
        yield _short_epochs(pipeline, pipeline.step, epoch)


def _short_epochs(pipeline: Pipeline, step: float, epoch: float) -> Finding:
    steps = pipeline.steps_per_epoch
    unknown = (
        " In the first epoch it shows `Unknown`, because the length of the data is not known."
        if pipeline.unknown_length
        else ""
    )
    return Finding(
        title="The progress bar shows 0s because epochs are short",
        says=(
            f"An epoch has {_steps(steps)} of {_duration(step)}, {_duration(epoch)} in total. "
            f"Keras shows whole seconds, so {_when(pipeline)}the bar shows 0s although every step "
            f"runs.{unknown}"
        ),
        where=Where(call="fit", argument="epochs"),
        measured={"seconds per epoch": epoch, "steps per epoch": steps or 0},
        expected={"seconds per epoch": "at least 1 for the bar to show more than 0s"},
    )


def _when(pipeline: Pipeline) -> str:
    """Return which epochs: the first includes compiling the step and may show 1s or 2s."""
    slow_start = pipeline.first_step is not None and pipeline.first_step >= ROUNDED_TO_ZERO
    return "from the second epoch on " if slow_start else ""


def _long_validation(pipeline: Pipeline, epoch: float, validation: float) -> Finding:
    return Finding(
        title="The progress bar shows 0s during validation",
        says=(
            f"The {_steps(pipeline.steps_per_epoch)} of an epoch take {_duration(epoch)}, the "
            f"validation after them {_duration(validation)}. Validation prints nothing, so the "
            "bar shows 0s during it, and the time per step at the end includes both."
        ),
        where=Where(call="fit", argument="validation_data"),
        measured={"seconds of training": epoch, "seconds of validation": validation},
        expected={"seconds of validation": f"less than {figure(epoch, 2)}"},
    )


def _steps(count: int | None) -> str:
    return "1 step" if count == 1 else f"{count:,} steps"


def _duration(seconds: float) -> str:
    if seconds < CUT_TO_ZERO:
        return f"{figure(1000 * seconds, 2)} ms"
    return f"{figure(seconds, 2)} s"


@progress_bar_at_zero.treatment("Validate less often", effect="training")
def validate_less_often(finding: Finding, cell: Cell) -> Cell | None:
    """Validate every fifth epoch; callbacks that monitor it then also act every fifth epoch."""
    if finding.where.argument != "validation_data":
        return None
    return cell.with_argument("fit", "validation_freq", "5")
