"""Gradients: the flow from output to input, what a step moves, and one layer from close by."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.readings.updates import Updates
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.flow import Flow, flows, healthy_from
from nbdoctor.view.gauges.picture import COLOURS
from nbdoctor.view.gauges.rows import About, RowMark, dots
from nbdoctor.view.grouping import grouped


def gradients(report: Report) -> Iterator[Chart]:
    """One row per layer; those that a finding about gradients names are in its colour."""
    measured = flows(report)
    rows = [
        RowMark(
            label=flow.label,
            value=flow.median,
            low=flow.low,
            high=flow.high,
            remark=flow.remark,
            colour=COLOURS[flow.severity],
        )
        for flow in measured
    ]
    if not rows:
        return
    batches = wording.count(report.readings["Gradients"].batches, "batch", "batches")
    about = About(
        name="gradients",
        title="Gradient norm divided by weight norm, from input to output",
        description=f"Median and range over {batches}, on a logarithmic axis.",
        unit=f"gradient norm / weight norm (median and range over {batches})",
    )
    yield dots(rows, about, healthy=_healthy(measured))


def _healthy(rows: tuple[Flow, ...]) -> tuple[float, str] | None:
    start, last = healthy_from(rows), rows[-1].median
    if start is None or last is None:
        return None
    return start, f"within 1/{last / start:,.0f} of the last layer"


def updates(report: Report) -> Iterator[Chart]:
    """How far the first real step moves each kernel."""
    reading: Updates | None = report.readings.get("Updates")
    if reading is None or not reading.kernels:
        return
    ratios: dict[str, list[float]] = {}
    for kernel in reading.kernels:
        ratios.setdefault(kernel.layer, []).append(kernel.ratio)
    rows = []
    for group in grouped(tuple(ratios)):
        moved = [ratio for layer in group.members for ratio in ratios[layer]]
        rows.append(_moved(group.label, sorted(moved)))
    about = About(
        name="updates",
        title=f"What one step of {reading.optimizer} changes",
        description="Norm of the change divided by the norm of the kernel, from input to output.",
        unit="change of the kernel / its norm, one step",
    )
    yield dots(rows, about)


def _moved(label: str, ratios: list[float]) -> RowMark:
    middle = ratios[len(ratios) // 2]
    if middle <= 0:
        return RowMark(label=label, value=None, remark="does not change")
    return RowMark(label=label, value=middle, low=ratios[0], high=ratios[-1])
