"""One layer from close by: its weights, gradients and outputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from matplotlib.figure import Figure

from nbdoctor.readings.activations import Activations
from nbdoctor.readings.gradients import Gradients
from nbdoctor.readings.histogram import Histogram
from nbdoctor.readings.weights import Weights
from nbdoctor.readings.weights_left import WeightsLeft
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.flow import CLOSE, layers_to_draw
from nbdoctor.view.gauges.distributions import draw_small, name_series
from nbdoctor.view.gauges.picture import cell, figure, own_settings
from nbdoctor.view.gauges.rows import About
from nbdoctor.view.palette import WIDTH

MOST_WEIGHTS = 3
"""Lines of histograms; a layer with more trainable weights shows its first ones."""

LINE = 112
"""Height of a line of histograms in pixels."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One histogram: its title, its values, and those after training over them."""

    title: str
    histogram: Histogram
    after: Histogram | None = None


def close(report: Report) -> Iterator[Chart]:
    """The layers that the worst findings are about."""
    for layer in layers_to_draw(report):
        if lines := _lines(report, layer):
            about = _about(layer, lines)
            yield about.chart(_drawn(lines))


def _about(layer: str, lines: list[list[Cell]]) -> About:
    return About(
        name=f"{CLOSE}{layer}",
        title=f"Weights, gradients and outputs of {layer}",
        description="Histograms, each on its own scale: "
        + ", ".join(cell.title for line in lines for cell in line),
        unit="value",
    )


def layer_detail(report: Report, layer: str) -> str:
    """Histograms of the weights, gradients and outputs of `layer`, as SVG; "" without any."""
    lines = _lines(report, layer)
    if not lines:
        return ""
    about = _about(layer, lines)
    with own_settings():
        return about.chart(_drawn(lines)).svg


def _drawn(lines: list[list[Cell]]) -> Figure:
    drawn = figure(LINE * len(lines))
    for place, line in enumerate(lines):
        for across, one in enumerate(line):
            corner = across * WIDTH / 2 + 44, place * LINE + 26
            plot = cell(drawn, corner, (WIDTH / 2 - 62, LINE - 56))
            draw_small(plot, one.title, one.histogram, one.after)
            if one.after is not None and place == 0:
                name_series(plot, "before", "after")
    return drawn


def _lines(report: Report, layer: str) -> list[list[Cell]]:
    gradients: Gradients | None = report.readings.get("Gradients")
    found: dict[str, list[Cell]] = {}
    for path, cells in _weights(report, layer):
        found.setdefault(path, []).append(cells)
    for gradient in gradients.weights if gradients else ():
        if gradient.layer == layer and gradient.histogram is not None:
            title = f"{_last(gradient.path)}: gradient of one batch"
            found.setdefault(gradient.path, []).append(Cell(title, gradient.histogram))
    lines = list(found.values())[:MOST_WEIGHTS]
    outputs = list(_outputs(report, layer))
    return lines + ([outputs] if outputs else [])


def _weights(report: Report, layer: str) -> Iterator[tuple[str, Cell]]:
    """The weights before training, and as it left them."""
    weights: Weights | None = report.readings.get("Weights")
    left: WeightsLeft | None = report.readings.get("WeightsLeft")
    after = {one.path: one.histogram for one in left.weights} if left is not None else {}
    for one in weights.weights if weights is not None else ():
        if one.layer == layer and one.histogram is not None:
            name = _last(one.path)
            then = after.get(one.path)
            title = f"{name}: weights{'' if then is not None else ' before training'}"
            yield one.path, Cell(title, one.histogram, then)


def _outputs(report: Report, layer: str) -> Iterator[Cell]:
    activations: Activations | None = report.readings.get("Activations")
    when = "after" if activations and activations.after_training else "before"
    for one in activations.layers if activations is not None else ():
        if one.layer == layer and one.histogram is not None:
            yield Cell(f"its output {when} training", one.histogram)


def _last(path: str) -> str:
    return wording.shortened(path.rpartition("/")[2])
