"""The tab "Loss": what is minimised, what it starts from, and what the metrics count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.history import History
from nbdoctor.probes.loss_at_init import LossAtInit
from nbdoctor.probes.metrics import Metric, Metrics
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Block, Chart, Table
from nbdoctor.view.tabs.missing import not_measured, pending


def blocks(report: Report, charts: Mapping[str, Chart]) -> Iterator[Block]:
    """The loss before the first step, the head, the metrics, the training log."""
    loss: LossAtInit | None = report.readings.get("LossAtInit")
    if loss is None:
        yield not_measured(report, "LossAtInit", "The loss before the first step")
    else:
        yield from pending(report, drawn="loss" in charts)
        if "loss" in charts:
            yield charts["loss"]
        yield Table(
            caption=f"The loss before the first step, {wording.count(loss.rows, 'row')}",
            header=("", "loss", "what it means"),
            rows=tuple(_losses(loss, report)),
        )
    yield from _head(report)
    yield from _metrics(report)
    yield from _history(report, charts)


def _losses(loss: LossAtInit, report: Report) -> Iterator[tuple[str, str, str]]:
    yield ("reported", wording.number(loss.reported), "as Keras reports it in inference mode")
    if loss.penalty:
        yield ("penalty", wording.number(loss.penalty), "of that, from regularisers")
    if loss.recomputed is None:
        yield ("recomputed", "", f"not possible: {_why_not(report)}")
    else:
        yield ("recomputed", wording.number(loss.recomputed), "the same from what `predict` gives")
    if loss.reference is not None:
        yield ("untrained", wording.number(loss.reference), "what a head like this shows untrained")
    if loss.baseline is not None:
        yield ("best constant", wording.number(loss.baseline), "without looking at the inputs")
    yield ("rehearsed", wording.number(loss.rehearsed), "first training step, rehearsed")
    real = report.checksum.real_loss
    if real is not None:
        yield ("first step", wording.number(real), "as Keras then really reported it")


def _why_not(report: Report) -> str:
    """Why the loss was not recomputed by hand."""
    head: Head | None = report.readings.get("Head")
    if head is not None and len(head.outputs) > 1:
        return "it adds up those of several outputs"
    return "this loss is none that nbdoctor computes by hand"


def _head(report: Report) -> Iterator[Block]:
    head: Head | None = report.readings.get("Head")
    if head is None:
        yield not_measured(report, "Head", "The outputs")
        return
    yield Table(
        caption="The outputs and the losses that judge them",
        header=("output", "shape", "activation", "loss", "predictions", "sum of a row"),
        rows=tuple(_output(output) for output in head.outputs),
    )


def _output(output: Output) -> tuple[str, ...]:
    text = output.loss_text.strip("'\"")
    given = f" ({wording.code(text)})" if text not in ("", output.loss) else ""
    logits = ", expects logits" if output.from_logits else ""
    return (
        wording.code(output.layer or output.name),
        wording.shape(output.shape[1:]),
        output.activation or "unknown",
        f"{output.loss or 'none'}{given}{logits}",
        wording.span(output.minimum, output.maximum),
        wording.span(output.row_sum_minimum, output.row_sum_maximum),
    )


def _metrics(report: Report) -> Iterator[Block]:
    metrics: Metrics | None = report.readings.get("Metrics")
    if metrics is None:
        yield not_measured(report, "Metrics", "The metrics")
    elif metrics.metrics:
        yield Table(
            caption="The metrics: what was asked for, and what is computed",
            header=("asked", "computed as", "reported", "a fitting one", "its value"),
            rows=tuple(_metric(metric) for metric in metrics.metrics),
        )


def _metric(metric: Metric) -> tuple[str, ...]:
    return (
        wording.code(metric.asked or metric.name),
        metric.resolved,
        "" if metric.reported is None else wording.number(metric.reported),
        metric.fitting,
        "" if metric.fitting_value is None else wording.number(metric.fitting_value),
    )


def _history(report: Report, charts: Mapping[str, Chart]) -> Iterator[Block]:
    history: History | None = report.readings.get("History")
    if history is None or not history.epochs:
        return
    if "history" in charts:
        yield charts["history"]
    yield Table(
        caption=f"The training log, {wording.count(history.epochs, 'epoch')}",
        header=("", "first epoch", "last epoch", "lowest", "highest"),
        rows=tuple(
            (wording.code(name), *(wording.number(value) for value in _ends(values)))
            for name, values in history.values.items()
            if values
        ),
        folded="history" in charts,
    )


def _ends(values: tuple[float, ...]) -> tuple[float, ...]:
    return (values[0], values[-1], min(values), max(values))
