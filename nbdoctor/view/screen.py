"""One report on the screen: shown once, filled as it grows, and stored in the notebook."""

from __future__ import annotations

import contextlib
import importlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TextIO

from nbdoctor.errors.guard import let_through
from nbdoctor.errors.words import described, sendable
from nbdoctor.readings.collection import Fault
from nbdoctor.report import Report
from nbdoctor.trials.offers import Offer
from nbdoctor.view.blocks import Chart
from nbdoctor.view.text import as_text, tried_as_text

if TYPE_CHECKING:
    from nbdoctor.view.panel import Panel

Publish = Callable[[Mapping[str, Any], str, bool], None]
"""Send a mime bundle under a display id; the last argument says whether it replaces one."""

_PANELS: dict[str, list[Panel]] = {}
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
            importlib.import_module("nbdoctor.view.panel")


class Screen:
    """Where one report is shown in a notebook.

    Parameters
    ----------
    publish : callable
        See `Publish`.
    live : bool
        Whether a front end with widgets may be listening.
    """

    def __init__(self, publish: Publish, *, live: bool) -> None:
        self.publish, self.live = publish, live
        self.display_id = f"nbdoctor-{uuid.uuid4().hex}"
        self.panel: Panel | None = None
        self.shown = False
        self.charts: Mapping[str, Chart] = {}
        self.faults: tuple[Fault, ...] = ()

    def show(self, report: Report, *, draw: bool) -> None:
        """Show the newest state; draw its charts when they are due."""
        if draw:
            self._draw(report)
        report = replace(report, faults=(*report.faults, *self.faults))
        if self.panel is not None:
            self.panel.update(report, self.charts)
        elif self.live:
            report = self._opened(report)
        if not self.shown or draw or report.timing.look is not None:
            self._publish(report)

    def cleared(self) -> None:
        """The output of the cell is cleared, and the report with it: updates show nothing."""
        self.shown = False

    def show_again(self, report: Report) -> None:
        """Show the report where it is no longer on the screen."""
        if not self.shown:
            self._publish(replace(report, faults=(*report.faults, *self.faults)))

    def offer_more(self, offer: Offer) -> None:
        """Offer to try what was left out, where a button can be pressed."""
        if self.panel is not None:
            self.panel.offer_more(offer)

    def _draw(self, report: Report) -> None:
        from nbdoctor.view.gauges import charts

        self.charts, faults = charts(report)
        self.faults = (*self.faults, *(fault for fault in faults if fault not in self.faults))

    def _opened(self, report: Report) -> Report:
        """Open the live panel; without one the static report still tells everything."""
        try:
            from nbdoctor.view.panel import Panel

            self.panel = Panel(report)
        except Exception as error:  # noqa: BLE001  (a fault of ours never costs the user a cell)
            let_through(error)
            fault = Fault(part="the panel", message=described(error))
            self.live, self.faults = False, (*self.faults, fault)
            return replace(report, faults=(*report.faults, fault))
        _PANELS.setdefault(report.cell_id or report.source, []).append(self.panel)
        return report

    def _publish(self, report: Report) -> None:
        from nbdoctor.view.wire import bundle

        model_id = self.panel.model_id if self.panel is not None else None
        self.publish(sendable(bundle(report, self.charts, model_id)), self.display_id, self.shown)
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

    def show_again(self, report: Report) -> None:
        """What was written is still there."""
