"""One matplotlib picture per reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nbdoctor.errors.guard import let_through
from nbdoctor.errors.words import described
from nbdoctor.readings.collection import Fault
from nbdoctor.report import Report
from nbdoctor.view.blocks import Chart
from nbdoctor.view.gauges.activations import activations
from nbdoctor.view.gauges.gradients import gradients, updates
from nbdoctor.view.gauges.inputs import inputs
from nbdoctor.view.gauges.labels import labels
from nbdoctor.view.gauges.layer import close, layer_detail
from nbdoctor.view.gauges.loss import history
from nbdoctor.view.gauges.picture import own_settings
from nbdoctor.view.gauges.predictions import predictions
from nbdoctor.view.gauges.samples import samples
from nbdoctor.view.gauges.timing import timing

__all__ = ["charts", "layer_detail", "sample_charts"]

GAUGES: dict[str, Callable[[Report], Iterator[Chart]]] = {
    "inputs": inputs,
    "labels": labels,
    "gradients": gradients,
    "updates": updates,
    "activations": activations,
    "history": history,
    "predictions": predictions,
    "samples": samples,
    "timing": timing,
    "layers": close,
}


def charts(report: Report) -> tuple[dict[str, Chart], tuple[Fault, ...]]:
    """Every picture that the readings of `report` give, by name.

    A picture that cannot be drawn becomes a fault, and the others are drawn.
    """
    drawn: dict[str, Chart] = {}
    faults: list[Fault] = []
    for name in GAUGES:
        found, fault = _drawn(name, report)
        drawn |= found
        faults += fault
    return drawn, tuple(faults)


def sample_charts(report: Report) -> dict[str, Chart]:
    """The pictures of its sample rows alone."""
    return _drawn("samples", report)[0]


def _drawn(name: str, report: Report) -> tuple[dict[str, Chart], list[Fault]]:
    try:
        with own_settings():
            return {chart.name: chart for chart in GAUGES[name](report)}, []
    except Exception as error:  # noqa: BLE001  (a picture must never stop a diagnosis)
        let_through(error)
        return {}, [Fault(part=f"chart of {name}", message=described(error))]
