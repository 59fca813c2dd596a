"""The tab "Activations": the output of each layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nbdoctor.readings.activations import Activations, LayerActivation
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import NUMBERS, Block, Chart, Table, Text
from nbdoctor.view.grouping import grouped
from nbdoctor.view.tabs.missing import not_measured, pending

HEADER = ("layer", "mean", "standard deviation", "zeros", "dead units", "saturated", "spread")


def blocks(report: Report, charts: Mapping[str, Chart]) -> Iterator[Block]:
    """The layers in the order of the forward pass."""
    activations: Activations | None = report.readings.get("Activations")
    if activations is None:
        yield not_measured(report, "Activations", "The outputs of the layers")
        return
    yield from pending(report, drawn="activations" in charts)
    yield Text(text=_sentence(activations))
    if "activations" in charts:
        yield charts["activations"]
    by_name = {layer.layer: layer for layer in activations.layers}
    rows = grouped(tuple(by_name))
    yield Table(
        caption=f"The output of each layer {_when(activations)} training, with dropout off",
        header=HEADER,
        rows=tuple(_row(group.label, [by_name[name] for name in group.members]) for group in rows),
        folded="activations" in charts,
        fold_title=NUMBERS,
    )


def _sentence(activations: Activations) -> str:
    layers = wording.count(len(activations.layers), "layer")
    rows = wording.count(activations.rows, "row")
    text = f"{rows} were passed through {layers} {_when(activations)} training."
    if activations.first_non_finite:
        first = wording.code(activations.first_non_finite)
        return f"{text} {first} is the first layer that outputs NaN or infinity."
    return f"{text} No layer outputs NaN or infinity."


def _when(activations: Activations) -> str:
    return "after" if activations.after_training else "before"


def _row(label: str, layers: list[LayerActivation]) -> tuple[str, ...]:
    """One layer, or the worst of a block."""
    kind = layers[0].activation or layers[0].kind
    name = f"{wording.code(label)} {kind}" if len(layers) == 1 else wording.code(label)
    first = layers[0]
    return (
        name,
        wording.number(first.mean) if len(layers) == 1 else "",
        _between([layer.std for layer in layers]),
        wording.share(max(layer.zero_share for layer in layers)),
        wording.share(_worst([layer.dead_share for layer in layers])),
        wording.share(_worst([layer.saturated_share for layer in layers])),
        _between([layer.spread for layer in layers]),
    )


def _worst(shares: list[float | None]) -> float | None:
    return max((share for share in shares if share is not None), default=None)


def _between(values: list[float]) -> str:
    low, high = min(values), max(values)
    return wording.number(low) if low == high else wording.span(low, high)
