"""The tab "Timing": how long training takes, and how long nbdoctor took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nbdoctor.readings.pipeline import Pipeline
from nbdoctor.report import Report, Timing
from nbdoctor.view import wording
from nbdoctor.view.blocks import Block, Chart, Table, Text
from nbdoctor.view.tabs.missing import not_measured


def blocks(report: Report, charts: Mapping[str, Chart]) -> Iterator[Block]:
    """The user's own training first, then what the look cost."""
    pipeline: Pipeline | None = report.readings.get("Pipeline")
    if pipeline is None:
        yield not_measured(report, "Pipeline", "The times of training")
    else:
        if pipeline.unknown_length:
            yield Text(
                text="Keras cannot know how many steps an epoch has until the first one is over, "
                "so its progress bar shows no true time in epoch 1."
            )
        if "timing" in charts:
            yield charts["timing"]
        yield Table(
            caption="Your training",
            header=("", "time"),
            rows=tuple(_training(pipeline)),
        )
    rows = tuple(_look(report.timing))
    if rows:
        yield Table(caption="nbdoctor", header=("", "time"), rows=rows)


def _training(pipeline: Pipeline) -> Iterator[tuple[str, str]]:
    yield ("until the first batch arrived", wording.seconds(pipeline.first_fetch))
    if pipeline.first_step is not None:
        yield ("first step, with tracing and compiling", wording.seconds(pipeline.first_step))
    if pipeline.step is not None:
        timed = wording.count(pipeline.steps_timed, "step")
        yield (f"a step after that, median of {timed}", wording.seconds(pipeline.step))
    if pipeline.fetch is not None and pipeline.compute is not None:
        yield ("until a batch has come, median", wording.seconds(pipeline.fetch))
        yield ("the step with that batch, median", wording.seconds(pipeline.compute))
    if pipeline.epoch is not None:
        steps = pipeline.steps_per_epoch
        of = f" of {wording.count(steps, 'step')}" if steps else ""
        yield (f"an epoch{of}", wording.seconds(pipeline.epoch))
    if pipeline.validation is not None:
        yield ("a validation pass", wording.seconds(pipeline.validation))
    if pipeline.epoch is not None and pipeline.epochs > 1:
        whole = pipeline.epoch * pipeline.epochs
        yield (f"all {pipeline.epochs} epochs at that pace", wording.seconds(whole))


def _look(timing: Timing) -> Iterator[tuple[str, str]]:
    if timing.first_finding is not None:
        yield ("from `fit` to the first findings", wording.seconds(timing.first_finding))
    if timing.look is not None:
        yield ("until training continued", wording.seconds(timing.look))
    if timing.total is not None:
        yield ("in total", wording.used(timing.total, timing.budget))
    if timing.first_fix is not None:
        yield ("from the end of the cell to a proven fix", wording.seconds(timing.first_fix))
