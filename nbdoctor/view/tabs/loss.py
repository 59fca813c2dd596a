"""The tab "Loss": what is minimised, what it starts from, and what the metrics count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.history import History
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.loss_parts import LossParts
from nbdoctor.readings.metrics import Metric, Metrics
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import NUMBERS, Block, Chart, Table, Text
from nbdoctor.view.tabs.missing import not_measured


def blocks(report: Report, charts: Mapping[str, Chart]) -> Iterator[Block]:
    """The loss before the first step, the head, the metrics, the training log."""
    loss: LossAtInit | None = report.readings.get("LossAtInit")
    if loss is None:
        yield not_measured(report, "LossAtInit", "The loss before the first step")
    else:
        yield Text(text=" ".join(_at_first(loss)))
        yield Table(
            caption=f"The loss before the first step, {wording.count(loss.rows, 'row')}",
            header=("", "loss", "what it means"),
            rows=tuple(_losses(loss, report)),
            folded=True,
            fold_title=NUMBERS,
        )
    yield from _parts(report)
    yield from _head(report)
    yield from _metrics(report)
    yield from _history(report, charts)


def _at_first(loss: LossAtInit) -> Iterator[str]:
    """Where training starts, and what that is to be compared with."""
    yield (
        f"Before the first step the loss is {wording.number(loss.reported)} "
        f"({wording.count(loss.rows, 'row')})."
    )
    if loss.reference is not None:
        yield (
            "An untrained model with this output layer usually starts at about "
            f"{wording.number(loss.reference)}."
        )
    if loss.baseline is not None:
        yield (
            f"Always predicting the same, at best, gives {wording.number(loss.baseline)}: only "
            "below that has a model learned from its inputs."
        )


def _losses(loss: LossAtInit, report: Report) -> Iterator[tuple[str, str, str]]:
    yield ("reported", wording.number(loss.reported), "as Keras reports it in inference mode")
    if loss.penalty:
        yield ("penalty", wording.number(loss.penalty), f"of that, from {_adding(report)}")
    if loss.recomputed is None:
        yield ("recomputed", "", f"not possible: {_why_not(report)}")
    else:
        yield (
            "recomputed",
            wording.number(loss.recomputed),
            "computed from the outputs of `predict`",
        )
    if loss.reference is not None:
        yield (
            "untrained",
            wording.number(loss.reference),
            "usual for an untrained model with this output layer",
        )
    if loss.baseline is not None:
        yield ("best constant", wording.number(loss.baseline), "the best that ignores the inputs")
    yield ("on copies", wording.number(loss.rehearsed), "the first training step, on copies")
    real = report.checksum.real_loss
    if real is not None:
        yield ("first step", wording.number(real), "the real one, as Keras reported it")


def _adding(report: Report) -> str:
    """What adds to the loss on the data."""
    parts: LossParts | None = report.readings.get("LossParts")
    if parts is None or not parts.of("activity"):
        return "regularisers"
    return "terms that layers add" + (" and regularisers" if parts.of("weights") else "")


def _why_not(report: Report) -> str:
    """Why the loss was not recomputed by hand."""
    head: Head | None = report.readings.get("Head")
    if head is not None and len(head.outputs) > 1:
        return "it is the sum over several outputs"
    return "nbdoctor has no formula for this loss"


def _parts(report: Report) -> Iterator[Block]:
    """What the loss is the sum of, where it is a sum."""
    parts: LossParts | None = report.readings.get("LossParts")
    if parts is None or len(parts.parts) < 2:  # noqa: PLR2004  (a sum)
        return
    yield Table(
        caption="What the loss of the first batch is the sum of",
        header=("", "before training", "after training"),
        rows=tuple(
            (
                one.shown,
                wording.number(one.before),
                "" if one.after is None else wording.number(one.after),
            )
            for one in parts.parts
        ),
    )


def _head(report: Report) -> Iterator[Block]:
    head: Head | None = report.readings.get("Head")
    if head is None:
        yield not_measured(report, "Head", "The outputs")
        return
    yield Table(
        caption="The outputs and their losses",
        header=("output", "shape", "activation", "loss", "predictions", "sum of a row"),
        rows=tuple(_output(output) for output in head.outputs),
    )


def _output(output: Output) -> tuple[str, ...]:
    text = output.loss_text.strip("'\"")
    given = f" ({wording.code(text)})" if text not in ("", output.loss) else ""
    logits = ", expects logits" if output.from_logits else ""
    return (
        output.shown.removeprefix("the ") if not output.layer else output.shown,
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
            caption="The metrics: what was requested, and what is computed",
            header=("requested", "computed as", "value", "suitable here", "its value"),
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
        fold_title=NUMBERS,
    )


def _ends(values: tuple[float, ...]) -> tuple[float, ...]:
    return (values[0], values[-1], min(values), max(values))
