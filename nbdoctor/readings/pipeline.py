"""How fast batches come and steps go, and what that makes of the progress bar."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nbdoctor.capture.calls import FitCall
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.given import StepTimes
from nbdoctor.readings.missing import Missing
from nbdoctor.readings.reading import Moment, reading

WARM_UP = 2
"""Steps left out of the median: the first traces and compiles, the second fills caches."""

FEWEST_APART = 4
"""Steps whose batch and whose computation were timed apart, for a median."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """Times of the user's own training, in seconds.

    Attributes
    ----------
    first_fetch : float
        Until the first batch came.
    first_step : float or None
        The first real step, tracing and compiling included.
    step : float or None
        Median of later steps (data included), two warm-up steps left out.
    steps_timed : int
        Steps that `step` was taken from.
    steps_per_epoch : int or None
    epochs : int
    unknown_length : bool
        Keras cannot know how many steps an epoch has in epoch 1.
    epoch : float or None
        `step` times `steps_per_epoch`.
    validation : float or None
        One validation pass, where one was seen.
    fetch, compute : float or None
        Of those steps whose batch was drawn apart: medians of waiting for it, and of the step with
        it at hand.
    remaining : float or None
        What the rest of the whole call was expected to take when `step` was measured.
    progress_bar : bool
        `fit` shows its progress bar (verbose 1 or "auto").
    """

    first_fetch: float
    first_step: float | None = None
    step: float | None = None
    steps_timed: int = 0
    steps_per_epoch: int | None = None
    epochs: int = 1
    unknown_length: bool = False
    epoch: float | None = None
    validation: float | None = None
    fetch: float | None = None
    compute: float | None = None
    remaining: float | None = None
    progress_bar: bool = True


def read_pipeline(  # noqa: PLR0913  (one number each, all by name)
    fit: Fit,
    *,
    first_fetch: float,
    first_step: float | None = None,
    starts: Sequence[float] = (),
    validation: float | None = None,
    progress_bar: bool = True,
) -> Pipeline:
    """Times of the first steps of the real training.

    Parameters
    ----------
    fit : Fit
    first_fetch, first_step : float
        Seconds until the first batch; of the first real step.
    starts : sequence of float
        When each of the first steps began, by `time.perf_counter`.
    validation : float or None
        Seconds of one validation pass.
    progress_bar : bool
    """
    planned, per_epoch = fit.steps_planned, fit.steps_per_epoch
    # From start to start, so that data and callbacks count; not across the end of an epoch.
    steady = [
        later - earlier
        for number, (earlier, later) in enumerate(itertools.pairwise(starts), start=1)
        if number > WARM_UP and (not per_epoch or number % per_epoch)
    ]
    step = statistics.median(steady) if steady else None
    return Pipeline(
        first_fetch=first_fetch,
        first_step=first_step,
        step=step,
        steps_timed=len(steady),
        steps_per_epoch=per_epoch,
        epochs=fit.epochs,
        unknown_length=per_epoch is None,
        epoch=step * per_epoch if step is not None and per_epoch else None,
        validation=validation,
        remaining=step * (planned - len(starts)) if step is not None and planned else None,
        progress_bar=progress_bar,
    )


@reading(
    "the timing",
    when=Moment.TIMED | Moment.ENDED,
    missing=Missing(kind="too early", reason="no training step was timed"),
)
def times_of_steps(fit: Fit, call: FitCall, times: StepTimes) -> Pipeline | None:
    """Times of the first real steps."""
    if not times.starts:
        return None
    found = read_pipeline(
        fit,
        first_fetch=times.fetch,
        first_step=times.first_step,
        starts=times.starts,
        progress_bar=call.arguments.get("verbose") in ("auto", 1),
    )
    fetch, compute = apart(call.fetches, times)
    return replace(found, fetch=fetch, compute=compute)


def apart(fetches: Sequence[float], times: StepTimes) -> tuple[float | None, float | None]:
    """Medians of fetching a batch and of the step with it; None where few were timed apart.

    Parameters
    ----------
    fetches : sequence of float
        From the second batch on.
    times : StepTimes
    """
    steps = [end - start for start, end in zip(times.starts, times.ends, strict=False)]
    steps = steps[1 : 1 + len(fetches)]
    if len(steps) < FEWEST_APART:
        return None, None
    return statistics.median(fetches[1:]), statistics.median(steps[1:])
