"""The tab "Gradients": what the loss sends back to each layer, and what a step does with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nbdoctor.readings.gradients import Gradients
from nbdoctor.readings.updates import Updates
from nbdoctor.report import Report
from nbdoctor.view import anchors, wording
from nbdoctor.view.blocks import NUMBERS, Block, Chart, Fold, Muted, Table, Text
from nbdoctor.view.flow import CLOSE, Flow, flows, healthy_from, layers_to_choose
from nbdoctor.view.tabs.missing import not_measured, pending
from nbdoctor.view.tabs.moved import moved

FRACTION = 0.1
"""Ratios below are told as fractions."""


def blocks(report: Report, charts: Mapping[str, Chart]) -> Iterator[Block]:
    """Gradient flow from input to output, then the optimizer's real steps."""
    gradients: Gradients | None = report.readings.get("Gradients")
    if gradients is None:
        yield not_measured(report, "Gradients", "The gradients")
    else:
        yield from pending(report, drawn="gradients" in charts)
        yield Text(text=_sentence(gradients))
        if "gradients" in charts:
            yield charts["gradients"]
        rows = flows(report)
        yield from _made_up_for(rows, report)
        yield _table(rows, report)
    updates: Updates | None = report.readings.get("Updates")
    if updates is None:
        yield not_measured(report, "Updates", "The optimizer's steps")
        yield from moved(report)
    else:
        yield Text(text=_steps(updates))
        if "updates" in charts:
            yield charts["updates"]
        yield from moved(report)
    yield from _close(report, charts)


def _close(report: Report, charts: Mapping[str, Chart]) -> Iterator[Fold]:
    """The histograms of those layers that are drawn unasked: the ones that findings are about."""
    for name in layers_to_choose(report):
        if chart := charts.get(f"{CLOSE}{name}"):
            yield Fold(
                title=f"Histograms of {wording.code(name)}",
                blocks=(chart,),
                anchor=anchors.of_histograms(report, name),
            )


def _made_up_for(rows: tuple[Flow, ...], report: Report) -> Iterator[Block]:
    """Why a small gradient is no finding where the optimizer makes up for it."""
    least = healthy_from(rows)
    small = [row.label for row in rows if least and row.median and row.median < least]
    if small and any(held.rule == "vanishing-gradient" for held in report.held):
        yield Muted(
            text=f"The gradient is small at {wording.listed(small)}. That is no problem here: the "
            "optimizer makes up for it, as the change by one step shows."
        )


def _sentence(gradients: Gradients) -> str:
    batches = wording.count(gradients.batches, "batch", "batches")
    if not gradients.first_to_last or gradients.first_layer == gradients.last_layer:
        return f"Gradients of {batches}, with the weights from before training."
    ratios = sorted(gradients.first_to_last)
    middle = ratios[len(ratios) // 2]
    return (
        f"The gradient that reaches {wording.code(gradients.first_layer)} is "
        f"{_compared(middle)} the one at {wording.code(gradients.last_layer)} (median of "
        f"{batches}, with the weights from before training)."
    )


def _compared(ratio: float) -> str:
    """In three digits, as the cards say it: "1/1,350,000 of"."""
    if 0 < ratio < FRACTION:
        return f"1/{float(f'{1 / ratio:.3g}'):,.0f} of"
    return f"{wording.number(ratio)} times"


def _table(rows: tuple[Flow, ...], report: Report) -> Table:
    updates: Updates | None = report.readings.get("Updates")
    steps = {update.layer: update.ratio for update in updates.kernels} if updates else {}
    remarks = any(row.remark for row in rows)
    header = ("layer", "median", "range over batches", "change by one step", "remark")
    written = (
        (
            wording.code(row.label),
            "" if row.median is None else wording.number(row.median),
            wording.span(row.low, row.high),
            wording.share(steps.get(row.members[0])) if len(row.members) == 1 else "",
            row.remark,
        )
        for row in rows
    )
    width = len(header) if remarks else len(header) - 1
    return Table(
        caption="Gradient norm divided by weight norm, from input to output",
        header=header[:width],
        rows=tuple(row[:width] for row in written),
        folded=True,
        fold_title=NUMBERS,
    )


def _steps(updates: Updates) -> str:
    text = f"Optimizer {wording.code(updates.optimizer)}"
    if updates.rate_now is not None:
        text += f", learning rate {wording.number(updates.rate_now)}"
    if updates.scheduled and updates.rate_middle is not None and updates.rate_end is not None:
        text += (
            f" (scheduled: {wording.number(updates.rate_middle)} half-way, "
            f"{wording.number(updates.rate_end)} at the end)"
        )
    text += "."
    if updates.ratio is not None:
        text += (
            f" One step changes a kernel by {wording.share(updates.ratio)} of its norm (median)."
        )
    if updates.travel is not None:
        text += (
            f" All planned steps can change it by at most {wording.number(updates.travel)} "
            "times its norm."
        )
    if updates.iterations:
        text += f" It had already made {wording.count(updates.iterations, 'step')}."
    return text
