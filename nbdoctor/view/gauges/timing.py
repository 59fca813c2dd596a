"""Timing: fetch, step, epoch and the rest, on one axis."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.readings.pipeline import Pipeline
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.gauges.rows import About, RowMark, dots


def timing(report: Report) -> Iterator[Chart]:
    """The times of the user's own training."""
    reading: Pipeline | None = report.readings.get("Pipeline")
    if reading is None:
        return
    times = {
        "first batch": reading.first_fetch,
        "first step": reading.first_step,
        "later step": reading.step,
        "epoch": reading.epoch,
        "validation": reading.validation,
        "the rest of training": reading.remaining,
    }
    rows = [
        RowMark(label=name, value=time, remark=wording.seconds(time))
        for name, time in times.items()
        if time
    ]
    if len(rows) < 2:  # noqa: PLR2004  (one time needs no picture)
        return
    about = About(
        name="timing",
        title="How long training takes",
        description="Seconds, on a logarithmic axis.",
        unit="seconds",
    )
    yield dots(rows, about)
