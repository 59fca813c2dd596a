"""The tab "Architecture": the layers, what each puts out, and what was found about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nbdoctor.readings.activations import Activations
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.report import Report
from nbdoctor.view import anchors, wording
from nbdoctor.view.blocks import Block, Chart, Fold, Lead, Muted, Table, Text
from nbdoctor.view.flow import layers_to_choose
from nbdoctor.view.layer_tree import Branch, tree_of
from nbdoctor.view.palette import SIGNS
from nbdoctor.view.tabs.missing import not_measured

HEADER = ("layer", "output", "parameters", "trained")

MOST_OPEN = 40
"""Layers of a model whose nested ones are shown unfolded."""

NOT_BUILT = "Layers that are not built yet have no weights, so their parameters are not counted."


def blocks(report: Report, _charts: Mapping[str, Chart]) -> Iterator[Block]:
    """A sentence, then tables inside of folds, as models are inside of models."""
    layers: Layers | None = report.readings.get("Layers")
    if layers is None:
        yield not_measured(report, "Layers", "The layers")
        return
    yield Text(text=_sentence(layers))
    if not layers.built:
        yield Muted(text=NOT_BUILT)
    yield from _Told(report, layers).blocks_of(tree_of(layers.layers))


def _sentence(layers: Layers) -> str:
    inner = [one for one in layers.layers if not _holds_others(one, layers.layers)]
    trained = _of_them(layers.trainable, layers.total)
    return (
        f"{wording.code(layers.model)}: {wording.count(len(inner), 'layer')}, "
        f"{wording.count(layers.total, 'parameter')}, {trained} trained."
    )


def _holds_others(layer: Layer, among: Sequence[Layer]) -> bool:
    return any(one.name.startswith(f"{layer.name}/") for one in among)


def _of_them(trained: int, of: int) -> str:
    if trained == of:
        return "all" if of else "none"
    return f"{trained:,}" if trained else "none"


class _Told:
    """What is told of each layer of one report."""

    def __init__(self, report: Report, layers: Layers) -> None:
        activations: Activations | None = report.readings.get("Activations")
        self._report = report
        self._seen = {one.layer: one.shape for one in activations.layers} if activations else {}
        self._shown_close = set(layers_to_choose(report))
        self._is_small = len(layers.layers) <= MOST_OPEN
        self._found: dict[str, list[int]] = {}
        for number, finding in enumerate(report.findings):
            for name in finding.where.layers:
                self._found.setdefault(name, []).append(number)

    def blocks_of(self, branches: Sequence[Branch]) -> Iterator[Block]:
        """Rows next to each other are one table; what holds others is a fold."""
        rows: list[Layer] = []
        for branch in branches:
            if branch.parts:
                yield from self._table(rows)
                rows = []
                yield self._fold(branch)
            elif branch.layer is not None:
                rows.append(branch.layer)
        yield from self._table(rows)

    def _fold(self, branch: Branch) -> Fold:
        held = list(branch.layers())
        found = {number for one in held for number in self._found.get(one.name, ())}
        of = branch.layer
        return Fold(
            title=self._title(branch, held, len(found)),
            blocks=(*self._of_itself(branch), *self.blocks_of(branch.parts)),
            is_open=self._is_small or bool(found),
            anchor=anchors.of_layer(self._report, of.name) if of is not None else "",
        )

    def _of_itself(self, branch: Branch) -> Iterator[Block]:
        """A layer that holds others is a row of its own where it has weights or was found."""
        of = branch.layer
        if of is not None and (of.parameters or of.name in self._found):
            yield from self._table([of], is_anchored=False)

    def _title(self, branch: Branch, held: Sequence[Layer], found: int) -> str:
        of = branch.layer
        inner = [one for one in held if one is not of]
        parameters = sum(one.parameters for one in held)
        facts = [
            f"{wording.code(branch.name)} {of.kind}" if of else wording.code(branch.name),
            wording.count(len(inner), "layer"),
            f"output {self._shape(of)}" if of is not None and self._shape(of) else "",
            wording.count(parameters, "parameter"),
            f"{_of_them(sum(one.trained for one in held), parameters)} trained"
            if parameters
            else "",
            wording.count(found, "finding") if found else "",
        ]
        return ", ".join(filter(None, facts))

    def _table(self, rows: Sequence[Layer], *, is_anchored: bool = True) -> Iterator[Table]:
        if not rows:
            return
        leads = tuple(tuple(self._leads(one)) for one in rows)
        yield Table(
            caption=f"Layers, from {wording.code(rows[0].name)}",
            header=HEADER,
            rows=tuple(self._row(one) for one in rows),
            titled=False,
            anchors=tuple(anchors.of_layer(self._report, one.name) for one in rows)
            if is_anchored
            else (),
            leads=leads if any(leads) else (),
            leads_title="look at" if any(leads) else "",
        )

    def _row(self, layer: Layer) -> tuple[str, ...]:
        own = wording.code(layer.name.rpartition("/")[2])
        activation = layer.activation if layer.activation not in ("", "linear") else ""
        kind = ", ".join(filter(None, (layer.kind, activation)))
        weights = bool(layer.parameters)
        return (
            f"{own} {kind}",
            self._shape(layer),
            f"{layer.parameters:,}" if weights else "",
            _of_them(layer.trained, layer.parameters) if weights else "",
        )

    def _shape(self, layer: Layer | None) -> str:
        """Of one row, as the layer was seen to put it out, else as the graph says."""
        if layer is None:
            return ""
        sizes = self._seen.get(layer.name) or (layer.shape[1:] if layer.shape else ())
        return " × ".join("any" if one is None else f"{one:,}" for one in sizes)  # noqa: RUF001

    def _leads(self, layer: Layer) -> Iterator[Lead]:
        for number in self._found.get(layer.name, ()):
            finding = self._report.findings[number]
            yield Lead(
                text=f"{SIGNS[finding.severity]} {wording.code(finding.rule)}",
                anchor=anchors.of_finding(self._report, number),
            )
        if layer.name in self._shown_close:
            anchor = anchors.of_histograms(self._report, layer.name)
            yield Lead(text="histograms", anchor=anchor, layer=layer.name)
