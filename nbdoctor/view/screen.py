"""The reports of a cell on the screen: shown once, filled as they grow, kept in the notebook."""

from __future__ import annotations

import contextlib
import importlib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TextIO

from nbdoctor.errors.guard import let_through
from nbdoctor.errors.words import described, sendable
from nbdoctor.readings.collection import Fault
from nbdoctor.report import FitSummary, Report
from nbdoctor.report.merging import merged
from nbdoctor.trials.offers import Offer
from nbdoctor.view import several
from nbdoctor.view.blocks import Chart
from nbdoctor.view.text import as_text, tried_as_text

if TYPE_CHECKING:
    from nbdoctor.view.cell_panel import CellPanel
    from nbdoctor.view.own_change import TryIt

Publish = Callable[[Mapping[str, Any], str, bool], None]
"""Send a mime bundle under a display id; the last argument says whether it replaces one."""

_PANELS: dict[str, list[CellPanel]] = {}
"""Live panels by cell: running a cell again must leave none of its old ones behind."""


def close_panels(cell_id: str | None, source: str) -> None:
    """Close the panels that an earlier run of this cell left.

    Parameters
    ----------
    cell_id : str or None
        JupyterLab's; front ends that send none are served by the text of the cell.
    source : str
    """
    for panel in _PANELS.pop(cell_id or source, []):
        panel.close()


def prepare(*, live: bool) -> None:
    """Import what showing needs before the cell runs, so that its first step need not wait."""
    with contextlib.suppress(ImportError):  # then the static report is shown
        importlib.import_module("nbdoctor.view.wire")
        if live:
            importlib.import_module("nbdoctor.view.cell_panel")


class Screen:
    """Where the reports of one cell are shown in a notebook: one display for all of its fits.

    Parameters
    ----------
    publish : callable
        See `Publish`.
    live : bool
        Whether a front end with widgets may be listening.
    fits : callable, optional
        Gives every training of the cell until now, where these may be several.
    """

    def __init__(
        self,
        publish: Publish,
        *,
        live: bool,
        fits: Callable[[], Sequence[FitSummary]] = tuple,
    ) -> None:
        self.publish, self.live, self.fits = publish, live, fits
        self.display_id = f"nbdoctor-{uuid.uuid4().hex}"
        self.panel: CellPanel | None = None
        self.shown = False
        self.reports: dict[int, Report] = {}
        self.charts: dict[int, Mapping[str, Chart]] = {}
        self.faults: dict[int, tuple[Fault, ...]] = {}

    def show(self, report: Report, *, draw: bool) -> None:
        """Show the newest state of one fit; draw its charts when they are due."""
        if draw:
            self._draw(report)
        self.reports[report.number] = report
        if self.panel is None and self.live:
            self._open(report)
        if self.panel is not None:
            self._fill(self.panel)
        if not self.shown or draw or report.timing.look is not None:
            self._publish()

    def cleared(self) -> None:
        """The output of the cell is cleared, and the report with it: updates show nothing."""
        self.shown = False

    def show_again(self) -> None:
        """Show the reports where they are no longer on the screen."""
        if not self.shown and self.reports:
            self._publish()

    def offer_more(self, number: int, offer: Offer) -> None:
        """Offer to try what was left out of a fit, where a button can be pressed."""
        if self.panel is not None:
            self.panel.offer_more(number, offer)

    def offer_change(self, source: str, try_it: TryIt) -> None:
        """Offer an editor for a change of the reader's own, where a button can be pressed."""
        if self.panel is not None:
            self.panel.offer_change(source, try_it)

    def _draw(self, report: Report) -> None:
        from nbdoctor.view.gauges import charts

        self.charts[report.number], faults = charts(report)
        self._note(report.number, faults)

    def _note(self, number: int, faults: Iterable[Fault]) -> None:
        noted = self.faults.get(number, ())
        self.faults[number] = (*noted, *(fault for fault in faults if fault not in noted))

    def _with_faults(self, report: Report) -> Report:
        noted = self.faults.get(report.number, ())
        return replace(report, faults=(*report.faults, *noted))

    def _open(self, report: Report) -> None:
        """Open the live panel; without one the static report still tells everything."""
        try:
            from nbdoctor.view.cell_panel import CellPanel

            self.panel = CellPanel(self._with_faults(report))
        except Exception as error:  # noqa: BLE001  (a fault of ours never costs the user a cell)
            let_through(error)
            self.live = False
            self._note(report.number, [Fault(part="the panel", message=described(error))])
            return
        _PANELS.setdefault(report.cell_id or report.source, []).append(self.panel)

    @property
    def _all(self) -> list[Report]:
        return [self._with_faults(self.reports[number]) for number in sorted(self.reports)]

    def _fill(self, panel: CellPanel) -> None:
        reports = self._all
        if len(reports) == 1:
            panel.update(reports[0], self._charts_of(reports[0]))
        else:
            charts = [self._charts_of(report) for report in reports]
            panel.update_all(merged(reports, self.fits()), reports, charts)

    def _charts_of(self, report: Report) -> Mapping[str, Chart]:
        return self.charts.get(report.number, {})

    def _publish(self) -> None:
        from nbdoctor.view.wire import bundle

        model_id = self.panel.model_id if self.panel is not None else None
        reports = self._all
        charts = [self._charts_of(report) for report in reports]
        if len(reports) == 1:
            data = bundle(reports[0], charts[0], model_id)
        else:
            whole = merged(reports, self.fits())
            data = bundle(whole, {}, model_id, several.parts(reports, whole, charts))
        self.publish(sendable(data), self.display_id, self.shown)
        self.shown = True


WHOLE = "(With `%%diagnose -o report`, `print(report)` shows everything that was measured.)"


class Terminal:
    """Where one report is shown as plain text: before training, and again if it has news."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.told: tuple[str, ...] | None = None
        self.tried = ""

    def show(self, report: Report, *, draw: bool) -> None:
        """Write the report once it is complete as far as it goes before training."""
        del draw  # text has no charts
        if report.timing.look is None and not report.is_over:
            return
        news = tuple(finding.says for finding in report.findings)
        if news != self.told:
            self.told = news
            self.out.write(sendable(f"{as_text(report, brief=True)}\n{WHOLE}\n"))
            self.tried = tried_as_text(report)
        elif report.stage == "done" and (tried := tried_as_text(report)) != self.tried:
            self.tried = tried
            self.out.write(sendable(f"{tried}\n"))

    def cleared(self) -> None:
        """A terminal keeps what was written above."""

    def show_again(self) -> None:
        """What was written is still there."""
