"""One layer from close by: its weights, gradients and outputs."""

from __future__ import annotations

from matplotlib.figure import Figure

from nbdoctor.readings.histogram import Histogram
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.gauges import distributions
from nbdoctor.view.gauges.picture import WIDTH, axes, figure, own_settings
from nbdoctor.view.gauges.svg import as_svg

MOST_WEIGHTS = 3
"""Lines of histograms; a layer with more trainable weights shows its first ones."""

LINE = 96
"""Height of a line of histograms in pixels."""

Cell = tuple[str, Histogram]


def layer_detail(report: Report, layer: str) -> str:
    """Histograms of the weights, gradients and outputs of `layer`, as SVG; "" without any."""
    lines = _lines(report, layer)
    if not lines:
        return ""
    title = f"Layer {layer} in detail"
    description = "Histograms, each on its own scale: " + ", ".join(
        name for line in lines for name, _ in line
    )
    with own_settings():
        return as_svg(_drawn(lines), title, description)


def _drawn(lines: list[list[Cell]]) -> Figure:
    drawn = figure(LINE * len(lines))
    for place, line in enumerate(lines):
        for across, (name, histogram) in enumerate(line):
            plot = axes(
                drawn,
                left=across * WIDTH / 2 + 4,
                right=WIDTH - (across + 1) * WIDTH / 2 + 24,
                top=place * LINE + 20,
                bottom=(len(lines) - place - 1) * LINE + 20,
            )
            distributions.draw(plot, histogram)
            distributions.bare(plot, name)
    return drawn


def _lines(report: Report, layer: str) -> list[list[Cell]]:
    weights, gradients = report.readings.get("Weights"), report.readings.get("Gradients")
    found: dict[str, list[Cell]] = {}
    for weight in weights.weights if weights else ():
        if weight.layer == layer and weight.histogram is not None:
            found.setdefault(weight.path, []).append(
                (f"{_last(weight.path)}: weights before training", weight.histogram)
            )
    for gradient in gradients.weights if gradients else ():
        if gradient.layer == layer and gradient.histogram is not None:
            found.setdefault(gradient.path, []).append(
                (f"{_last(gradient.path)}: gradient of one batch", gradient.histogram)
            )
    lines = list(found.values())[:MOST_WEIGHTS]
    activations = report.readings.get("Activations")
    when = "after" if activations and activations.after_training else "before"
    outputs = [
        (f"its output {when} training", output.histogram)
        for output in (activations.layers if activations else ())
        if output.layer == layer and output.histogram is not None
    ]
    return lines + ([outputs] if outputs else [])


def _last(path: str) -> str:
    return wording.shortened(path.rpartition("/")[2])
