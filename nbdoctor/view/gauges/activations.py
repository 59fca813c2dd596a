"""Activations: per layer the share of values that carry nothing, and how far rows differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nbdoctor.readings.activations import Activations, LayerActivation
from nbdoctor.report import Report, Severity
from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.gauges.picture import COLOURS
from nbdoctor.view.gauges.rows import About, RowMark, dots
from nbdoctor.view.grouping import grouped

ABOUT = ("dead", "saturated", "signal", "activation", "constant")
"""Words in the names of rules whose findings are about what a layer puts out."""


def activations(report: Report) -> Iterator[Chart]:
    """How much the outputs of each layer differ between rows, with its dead or saturated share."""
    reading: Activations | None = report.readings.get("Activations")
    if reading is None or not reading.layers:
        return
    layers = {layer.layer: layer for layer in reading.layers}
    judged = _judged(report)
    rows = [
        _row(group.label, [layers[name] for name in group.members], judged)
        for group in grouped(tuple(layers))
    ]
    about = About(
        name="activations",
        title="How much each layer's output differs from row to row",
        description="Standard deviation over rows, averaged over units, from input to output; "
        "beside it the share of dead units, of saturated values, or of zeros.",
        unit="spread over rows (standard deviation, mean over units)",
    )
    yield dots(rows, about)


def _judged(report: Report) -> Mapping[str, Severity]:
    """The severity of findings about outputs, per layer; the worst come first in a report."""
    judged: dict[str, Severity] = {}
    for finding in report.findings:
        if any(word in finding.rule for word in ABOUT):
            for layer in finding.where.layers:
                judged.setdefault(layer, finding.severity)
    return judged


def _row(
    label: str,
    layers: list[LayerActivation],
    judged: Mapping[str, Severity],
) -> RowMark:
    spreads = sorted(layer.spread for layer in layers if layer.spread > 0)
    severity = next((judged[layer.layer] for layer in layers if layer.layer in judged), None)
    return RowMark(
        label=label,
        value=spreads[len(spreads) // 2] if spreads else None,
        low=spreads[0] if spreads else None,
        high=spreads[-1] if spreads else None,
        remark=_remark(layers, differ=bool(spreads)),
        colour=COLOURS[severity],
    )


def _remark(layers: list[LayerActivation], *, differ: bool) -> str:
    if any(layer.non_finite for layer in layers):
        return "NaN or infinite"
    if not differ:
        return "the same for every row"
    for shares, word in (
        ([layer.dead_share for layer in layers], "dead"),
        ([layer.saturated_share for layer in layers], "saturated"),
    ):
        known = [share for share in shares if share is not None]
        if known and max(known) > 0:
            return f"{wording.share(max(known))} {word}"
    zeros = max(layer.zero_share for layer in layers)
    return f"{wording.share(zeros)} zeros" if zeros else ""
