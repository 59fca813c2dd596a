"""The live panel: ipywidgets that fill while the look goes on."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import ipywidgets

from nbdoctor.errors.guard import let_through
from nbdoctor.errors.words import described, sendable
from nbdoctor.readings.updates import Updates
from nbdoctor.report import Report
from nbdoctor.trials.offers import Offer
from nbdoctor.view import html, own_rows, wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.document import Document, document
from nbdoctor.view.flow import layers_to_choose
from nbdoctor.view.page import marked
from nbdoctor.view.several import numbered
from nbdoctor.view.underway import name_of_trials, outcome, under_way

CHOOSE = "Choose a layer to see its weights, gradients and outputs."
CHOOSE_LATER = "A layer shows its weights, gradients and outputs here once the cell has finished."
"""Widgets answer when the kernel is free, so the reader is told not to wait in vain."""

STOP_PLACE = '<div class="nbd-stop" hidden></div>'
"""Where our extension of JupyterLab draws a button that interrupts the kernel."""

FOLDED = "Show what was measured"

TRY_MORE_HELP = "Trains copies for up to two minutes; the kernel is busy meanwhile."
RUN_LINES = "Try anyway: runs {} again"
RUN_LINES_HELP = (
    "Runs these lines of yours several more times, side effects included, and trains copies for "
    "up to two minutes; the kernel is busy meanwhile."
)
LOOK_LONGER = "Look longer"
LOOK_LONGER_HELP = (
    "Measures what there was no time for ({}), on the model and the data as the cell left them, "
    "and tries fixes that follow. None of your code is run again. Two minutes at most; the kernel "
    "is busy meanwhile."
)
FIND_CAUSE = "Find the cause by experiment"
FIND_CAUSE_HELP = (
    "Replaces parts of the program on copies, one after the other, and trains them{}, for two "
    "minutes at most; the kernel is busy meanwhile."
)


class Panel:
    """A report in widgets: a header, the tabs, a footer.

    All widgets share one layout and one style, so a panel is about twenty models.

    Parameters
    ----------
    report : Report
        As far as it is known; `update` brings the rest.
    """

    def __init__(self, report: Report) -> None:
        self._lock = threading.Lock()
        self._report = report
        self._charts: Mapping[str, Chart] = {}
        self._numbers: Mapping[int, int] | None = None
        of = document(report, {})
        self._layout = ipywidgets.Layout()
        self._header = ipywidgets.HTML(layout=self._layout)
        self._style = self._header.style
        self._footer, self._detail, self._progress = self._html(), self._html(), self._html()
        self._bodies = {section.title: self._html() for section in of.sections}
        self._layers = ipywidgets.Dropdown(description="Layer", layout=self._layout)
        self._layers.add_class("nbd-layers")
        self._layers.observe(self._choose, names="value")
        self._gradients = self._box(self._bodies["Gradients"], self._layers, self._detail)
        self._inputs = self._box(self._bodies["Inputs"])
        self._rows: ipywidgets.Button | None = None
        self._shows_rows = False
        tabs = {**self._bodies, "Gradients": self._gradients, "Inputs": self._inputs}
        self._tabs = ipywidgets.Tab(children=list(tabs.values()), layout=self._layout)
        self._tabs.add_class("nbd-tabs")
        self._fold: ipywidgets.Accordion | None = None
        self._more: tuple[ipywidgets.Button, ...] = ()
        self._asked = False
        self.widget = self._box()
        self._fill(of)

    @property
    def model_id(self) -> str:
        """Id of the widget to show."""
        return str(self.widget.model_id)

    def update(
        self,
        report: Report,
        charts: Mapping[str, Chart],
        numbers: Mapping[int, int] | None = None,
    ) -> None:
        """Show `report`; only widgets that say something else than before are sent.

        With `numbers` its findings are numbered as in the report of all fits, of which it is one.
        """
        with self._lock:
            self._report, self._charts, self._numbers = report, charts, numbers
            self._fill(self._document())

    @property
    def asking(self) -> tuple[ipywidgets.Widget, ...]:
        """What offers to try more, and what is said of that: the same widgets as in the panel."""
        progress = (self._progress,) if self._progress.value else ()
        return (*progress, *self._more)

    def _document(self) -> Document:
        report, charts = self._report, self._charts
        if self._shows_rows:
            report, charts = own_rows.with_rows(report, charts)
        of = document(report, charts)
        return of if self._numbers is None else numbered(of, self._numbers)

    def offer_more(self, offer: Offer) -> None:
        """Offer a button that tries what was left out; one can be pressed, and only once."""
        description, tooltip = _named(offer, self._report)
        more = ipywidgets.Button(description=description, tooltip=tooltip, layout=self._layout)
        more.add_class("nbd-more")

        def pressed(_button: ipywidgets.Button) -> None:
            with self._lock:
                offered, self._more = self._more, ()
                self._fill(self._document())
            for one in offered:
                one.style.close()
                one.close()
            try:
                offer()
            finally:  # also where the kernel was interrupted
                with self._lock:
                    self._asked = True
                    self._fill(self._document())

        more.on_click(pressed)
        with self._lock:
            self._more = (*self._more, more)
            self._fill(self._document())

    def close(self) -> None:
        """Close every widget model of this panel, here and in the page."""
        self._layers.unobserve_all()
        for model in self._models():
            model.close()

    def _html(self) -> ipywidgets.HTML:
        return ipywidgets.HTML(layout=self._layout, style=self._style)

    def _box(self, *children: ipywidgets.Widget) -> ipywidgets.VBox:
        return ipywidgets.VBox(children=children, layout=self._layout)

    def _models(self) -> list[Any]:
        fold: list[Any] = [self._fold] if self._fold is not None else []
        fold += [part for more in self._more for part in (more, more.style)]
        bodies = self._bodies.values()
        shown = [self.widget, *fold, self._tabs, self._gradients, self._header, self._footer]
        shown += [self._progress, self._inputs]
        fold += [self._rows, self._rows.style] if self._rows is not None else []
        looks = [self._layout, self._style, self._layers.style]
        return [*shown, *bodies, self._layers, self._detail, *looks]

    def _fill(self, of: Document) -> None:
        style = f"<style>{html.style()}</style>"
        say(self._header, f"{style}{framed(html.header(of))}")
        say(self._footer, framed(html.footer(of)))
        for section in of.sections:
            body = html.section_body(section, live=True, offers=True)
            say(self._bodies[section.title], framed(body))
        titles = tuple(html.section_title(section) for section in of.sections)
        if self._tabs.titles != titles:
            self._tabs.titles = titles
        self._offer_layers()
        self._offer_rows()
        say(self._progress, framed(self._said_of_copies()))
        self._arrange(folded=of.verdict == "healthy")

    def _arrange(self, *, folded: bool) -> None:
        """Put the tabs in the open, or behind one line when nothing is wrong."""
        if folded and self._fold is None:
            self._fold = ipywidgets.Accordion(children=[self._tabs], layout=self._layout)
            self._fold.titles = (FOLDED,)
        middle = self._fold if folded else self._tabs
        children = (self._header, middle, *self.asking, self._footer)
        if self.widget.children != children:
            self.widget.children = children

    def _said_of_copies(self) -> str:
        """Where the button stood: what is under way, and afterwards what came of it."""
        if now := under_way(self._report):
            return (
                f'<div class="nbd-progress" role="status">{html.paragraph(now)}{STOP_PLACE}</div>'
            )
        if self._asked and not self._more:
            return f'<div role="status">{html.paragraph(outcome(self._report))}</div>'
        return ""

    def _offer_rows(self) -> None:
        """A button below the inputs, until it is pressed."""
        wanted = own_rows.can_show(self._report) and not self._shows_rows
        if wanted and self._rows is None:
            self._rows = own_rows.button(self._layout, self._show_rows)
        shown = (self._bodies["Inputs"], *((self._rows,) if wanted and self._rows else ()))
        if self._inputs.children != shown:
            self._inputs.children = shown

    def _show_rows(self) -> None:
        with self._lock:
            self._shows_rows = True
            self._fill(self._document())

    def _offer_layers(self) -> None:
        options = [
            ("choose a layer", ""),
            *((name, name) for name in layers_to_choose(self._report)),
        ]
        if list(self._layers.options) != options:
            chosen = self._layers.value
            self._layers.options = options
            self._layers.value = chosen if chosen in dict(options).values() else ""
        body = self._bodies["Gradients"]
        shown = (body, self._layers, self._detail) if len(options) > 1 else (body,)
        if self._gradients.children != shown:
            self._gradients.children = shown
        is_free = self._report.stage == "done"
        if self._layers.disabled == is_free:
            self._layers.disabled = not is_free
        if not self._layers.value:
            says = CHOOSE if is_free else CHOOSE_LATER
            say(self._detail, framed(f'<p class="nbd-muted">{says}</p>'))

    def _choose(self, change: Mapping[str, Any]) -> None:
        """Draw the chosen layer; may run in a thread beside the cell."""
        layer = change["new"]
        if not layer:
            return
        with self._lock:
            report = self._report
        say(self._detail, framed(layer_html(report, layer)))


def _named(offer: Offer, report: Report) -> tuple[str, str]:
    """What its button says, and what it says of itself."""
    if offer.looks_longer:
        late = sum(one.kind == "no time" for one in report.not_run)
        return LOOK_LONGER, LOOK_LONGER_HELP.format(wording.count(late, "check"))
    if offer.finds_cause:
        about = "" if offer.seconds is None else f" (about {wording.seconds(offer.seconds)})"
        return FIND_CAUSE, FIND_CAUSE_HELP.format(about)
    if offer.runs_lines:
        return RUN_LINES.format(offer.runs_lines), RUN_LINES_HELP
    return name_of_trials(report), TRY_MORE_HELP


def layer_html(report: Report, layer: str) -> str:
    """One layer from close by; a picture that cannot be drawn becomes a line."""
    from nbdoctor.view.gauges import layer_detail

    try:
        picture = layer_detail(report, layer)
    except Exception as error:  # noqa: BLE001  (a picture must never raise into the user's cell)
        let_through(error)
        return html.paragraph(f"{wording.code(layer)} could not be drawn: {described(error)}")
    said = html.paragraph(_moved(report, layer))
    about = f"Weights, gradients and outputs of {wording.code(layer)}"
    title = f"<figcaption>{marked(about)}</figcaption>"
    return f'{said}<figure class="nbd-chart">{title}{picture}</figure>' if picture else said


def _moved(report: Report, layer: str) -> str:
    updates: Updates | None = report.readings.get("Updates")
    steps = [one for one in updates.kernels if one.layer == layer] if updates else []
    if updates is None or not steps:
        return f"{wording.code(layer)}: its change by one step was not measured."
    moves = " and ".join(f"{wording.code(one.path)} by {wording.share(one.ratio)}" for one in steps)
    return f"One step of {wording.code(updates.optimizer)} changes {moves} of its norm."


def framed(body: str) -> str:
    """What a widget shows, as part of a report; "" where that is nothing."""
    return f'<div class="nbd-report">{body}</div>' if body else ""


def say(widget: ipywidgets.HTML, value: str) -> None:
    """Show a text, unless it is shown already: only what is new is sent."""
    value = sendable(value)
    if widget.value != value:
        widget.value = value
