"""Training that waits for its data."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.pipeline import Pipeline
from nbdoctor.readings.stages import Stages
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

LONG = 1.0
"""Seconds of an epoch that must be spent on waiting: below that nobody waits."""


@rule(
    family="pipeline",
    severity="note",
    kind="strong",
    holds="Training does not wait for its data most of the time",
)
def slow_input_pipeline(
    pipeline: Pipeline, fit: Fit, stages: Stages | None, /, *, times: float = 3.0
) -> Iterator[Finding]:
    """Training that waits for its data.

    ## What it means
    Each step needs a batch. Where a batch takes longer to make than a step to compute, the
    processor or GPU is idle for the rest, and a faster one changes nothing.

    ## How it is measured
    The first batches are drawn apart from their steps, and both are timed; medians leave the first
    ones out, which trace and fill caches. Reported is a batch that takes `times` (3) times as long
    as its step, if that makes a second of an epoch or more. Between these steps the data had time
    to be made ahead, so that the training itself waits at least as long.

    ## Example
    ```python
    data = tf.data.Dataset.from_tensor_slices(files).map(read_and_resize).batch(32)
    model.fit(data, epochs=10)
    ```

    ## What the treatment does
    It names what is missing in the pipeline: reading several at once, and ahead.

    ## When to ignore it
    When the training is short.

    ## References
    TensorFlow guide, "Better performance with the tf.data API".
    """
    fetch, compute = pipeline.fetch, pipeline.compute
    if fetch is None or compute is None:
        message = "batches were not drawn apart from their steps"
        raise DoesNotApplyError(message)
    steps = fit.steps_per_epoch or 0
    if fetch < times * compute or fetch * steps < LONG:
        return
    idle = 100 * fetch / (fetch + compute)
    where = _slowest(stages)
    yield Finding(
        title="Training waits for its data",
        says=f"A batch takes {figure(1000 * fetch, 2)} ms to come, and the step with it "
        f"{figure(1000 * compute, 2)} ms: {figure(idle, 2)} % of the time is spent on waiting."
        f"{where}",
        where=Where(call="fit", argument="x"),
        measured={"milliseconds until a batch comes": 1000 * fetch},
        expected={"milliseconds until a batch comes": f"below {figure(1000 * compute, 2)}"},
    )


def _slowest(stages: Stages | None) -> str:
    """What the pipeline does one after the other, "" where that is not known."""
    last = stages.training if stages is not None else None
    if last is None:
        return ""
    walked = list(last.walk())
    maps = [one.function for one in walked if one.kind == "Map" and one.function]
    ahead = any(one.kind == "Prefetch" for one in walked)
    calls = f" It calls `{maps[0]}` for each element." if maps else ""
    return f"{calls}{'' if ahead else ' Nothing is made ahead, since there is no `prefetch`.'}"


@slow_input_pipeline.treatment("Make batches ahead, several at once", effect="advice")
def make_batches_ahead(finding: Finding, _cell: Cell) -> str:
    """Let the data be made while the step is computed."""
    if "prefetch" in finding.says or "calls `" in finding.says:
        return (
            "End the pipeline with `.prefetch(tf.data.AUTOTUNE)`, give `num_parallel_calls="
            "tf.data.AUTOTUNE` to `map`, and put `.cache()` after what is the same in each epoch."
        )
    return (
        "Give the `PyDataset` `workers=4` and `use_multiprocessing=True`, or make the data once "
        "and keep it in memory."
    )
