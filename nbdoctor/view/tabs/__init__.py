"""The tabs of a report, one file each, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from nbdoctor.report import Report
from nbdoctor.view.blocks import Block, Chart
from nbdoctor.view.tabs import (
    activations,
    architecture,
    checks,
    findings,
    gradients,
    inputs,
    labels,
    loss,
    predictions,
    timing,
)

TABS: Mapping[str, Callable[[Report, Mapping[str, Chart]], Iterator[Block]]] = {
    "Findings": findings.blocks,
    "Inputs": inputs.blocks,
    "Labels": labels.blocks,
    "Architecture": architecture.blocks,
    "Gradients": gradients.blocks,
    "Activations": activations.blocks,
    "Loss": loss.blocks,
    "Predictions": predictions.blocks,
    "Timing": timing.blocks,
    "Checks": checks.blocks,
}
