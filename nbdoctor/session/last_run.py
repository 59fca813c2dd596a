"""What is kept of a cell's last run, to say what the change since then did."""

from __future__ import annotations

import difflib
import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from nbdoctor.readings.attained import Attained
from nbdoctor.readings.history import History
from nbdoctor.report import LastRun, Report

MOST_CELLS = 50
"""Cells of a kernel whose last runs are kept: some hundred bytes each, the oldest go first."""

MOST_POINTS = 24
"""Of the curve of the loss: as many as a small picture shows."""

MOST_FIGURES = 8
"""Metrics whose last values are kept."""

ALIKE = 0.75
"""Where no front end tells a cell's id, texts that share this part of their lines pass for two
states of one cell. The report says that it may be another."""


class LastRuns:
    """The last run of every cell of a kernel, by its id, or by its text where it has none."""

    def __init__(self) -> None:
        self._by_cell: OrderedDict[str, dict[int, LastRun]] = OrderedDict()

    def of(self, cell_id: str | None, source: str) -> Mapping[int, LastRun]:
        """What is known of the run before this one, by the number of the training."""
        name = cell_id if cell_id is not None else self._nearest(source)
        known = self._by_cell.get(name, {}) if name is not None else {}
        return {n: replace(one, is_same_cell=cell_id is not None) for n, one in known.items()}

    def keep(self, cell_id: str | None, source: str, reports: Mapping[int, Report]) -> None:
        """Note what this run came to; the one before it is forgotten."""
        if cell_id is None and (before := self._nearest(source)) is not None:
            self._by_cell.pop(before)
        name = cell_id if cell_id is not None else source
        self._by_cell.pop(name, None)
        self._by_cell[name] = {number: shortened(report) for number, report in reports.items()}
        while len(self._by_cell) > MOST_CELLS:
            self._by_cell.popitem(last=False)

    def _nearest(self, source: str) -> str | None:
        """The most alike of the texts that are known, None where none is."""
        lines = source.splitlines()
        best, found = ALIKE, None
        for known in self._by_cell:
            match = difflib.SequenceMatcher(None, known.splitlines(), lines, autojunk=False)
            if match.quick_ratio() >= best and match.ratio() >= best:
                best, found = match.ratio(), known
        return found


def shortened(report: Report) -> LastRun:
    """The few numbers of a report that another run is compared with."""
    history: History | None = report.readings.get("History")
    attained: Attained | None = report.readings.get("Attained")
    values = history.values if history is not None else {}
    figures = {name: log[-1] for name, log in values.items() if log and math.isfinite(log[-1])}
    causes = [one for one in report.findings if one.severity != "note"]
    return LastRun(
        rules=tuple(dict.fromkeys(one.rule for one in causes)),
        figures=dict(list(figures.items())[:MOST_FIGURES]),
        score=attained.score if attained is not None else None,
        curve=thinned(values.get("loss", ())),
        epochs=history.epochs if history is not None else 0,
    )


def thinned(curve: Sequence[float]) -> tuple[tuple[int, float], ...]:
    """Some epochs of a curve with their losses: the first and the last are among them."""
    known = [(epoch, loss) for epoch, loss in enumerate(curve, start=1) if math.isfinite(loss)]
    if len(known) <= MOST_POINTS:
        return tuple(known)
    step = (len(known) - 1) / (MOST_POINTS - 1)
    return tuple(known[round(place * step)] for place in range(MOST_POINTS))
