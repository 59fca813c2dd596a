"""The live view of a cell: the panel of its fit, or those of several fits behind a selector."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets

from nbdoctor.report import Report
from nbdoctor.report.merging import places
from nbdoctor.trials.offers import Offer
from nbdoctor.view import html
from nbdoctor.view.blocks import Chart
from nbdoctor.view.document import Document, document
from nbdoctor.view.fit_words import ALL, name_of, told, word
from nbdoctor.view.own_change import OwnChange, TryIt
from nbdoctor.view.panel import FOLDED, Panel, framed, say

QUOTED = re.compile("`([^`]*)`")
"""Code in a text, which a list of choices cannot show as such."""

OFFERED = "Fixes of {}, which stands for the others. To try those of another, choose it above."


class CellPanel:
    """What is shown of a cell while its kernel lives.

    The selector and what it selects are linked in the page, so that it answers while the kernel is
    busy with the cell.

    Parameters
    ----------
    report : Report
        Of the first fit.
    """

    def __init__(self, report: Report) -> None:
        self._panels = {report.number: Panel(report)}
        self._chooser: _Chooser | None = None
        self._own: OwnChange | None = None
        self.widget = ipywidgets.VBox(
            children=[one.widget for one in self._panels.values()],
            layout=next(iter(self._panels.values())).widget.layout,
        )

    @property
    def model_id(self) -> str:
        """Id of the widget to show."""
        return str(self.widget.model_id)

    def update(self, report: Report, charts: Mapping[str, Chart]) -> None:
        """Show the only fit; only widgets that say something else than before are sent."""
        self._panels[report.number].update(report, charts)

    def update_all(
        self, merged: Report, reports: Sequence[Report], charts: Sequence[Mapping[str, Chart]]
    ) -> None:
        """Show several fits, and what was found in all of them.

        Parameters
        ----------
        merged : Report
        reports : sequence of Report
            Of the fits that were examined, in their order.
        charts : sequence of mapping of str to Chart
            Of each those that are drawn.
        """
        for report, drawn, numbers in zip(reports, charts, places(reports), strict=True):
            if report.number not in self._panels:
                self._panels[report.number] = Panel(report)
            self._panels[report.number].update(report, drawn, numbers)
        if self._chooser is None:
            self._chooser = _Chooser(self.widget.layout)
        panels = {report.number: self._panels[report.number] for report in reports}
        self._chooser.show(merged, document(merged, {}), panels)
        self._arrange()

    def offer_change(self, source: str, try_it: TryIt) -> None:
        """Offer an editor in which the cell can be changed, to try that."""
        if self._own is None:
            self._own = OwnChange(source, try_it, self.widget.layout)
            self._arrange()

    def _arrange(self) -> None:
        alone = tuple(one.widget for one in self._panels.values())
        shown = self._chooser.children if self._chooser is not None else alone
        children = (*shown, *((self._own.widget,) if self._own is not None else ()))
        if self.widget.children != children:
            self.widget.children = children

    def offer_more(self, number: int, offer: Offer) -> None:
        """Offer a button that tries what was left out of a fit."""
        self._panels[number].offer_more(offer)

    def close(self) -> None:
        """Close every widget model, here and in the page."""
        for one in self._panels.values():
            one.close()
        for model in self._own_models:
            model.close()

    @property
    def _own_models(self) -> list[Any]:
        """All but those of the panels of fits."""
        chooser = self._chooser.models if self._chooser is not None else []
        return [self.widget, *chooser, *(self._own.models if self._own is not None else [])]

    def _models(self) -> list[Any]:
        of_fits = (model for one in self._panels.values() for model in one._models())  # noqa: SLF001
        return [*self._own_models, *of_fits]


class _Chooser:
    """A selector of fits over what was found in all of them, and over each.

    Parameters
    ----------
    layout : ipywidgets.Layout
        That all widgets share.
    """

    def __init__(self, layout: Any) -> None:
        self._header, self._found, self._said, self._footer = (
            ipywidgets.HTML(layout=layout) for _ in range(4)
        )
        self._select = ipywidgets.Dropdown(description="Show", layout=layout)
        self._select.add_class("nbd-choose")
        self._overview = ipywidgets.VBox(children=[self._found], layout=layout)
        self._stack = ipywidgets.Stack(children=[self._overview], selected_index=0, layout=layout)
        self._link = ipywidgets.jslink((self._select, "index"), (self._stack, "selected_index"))
        self._inside = ipywidgets.VBox(children=[self._select, self._stack], layout=layout)
        self._inside.add_class("nbd-chosen")
        self._fold = ipywidgets.Accordion(children=[self._inside], layout=layout)
        self._fold.titles = (FOLDED,)
        self._panels: dict[int, Panel] = {}
        self._merged: Report | None = None
        self.children: tuple[ipywidgets.Widget, ...] = ()

    def show(self, merged: Report, of: Document, panels: Mapping[int, Panel]) -> None:
        """Show all fits of a cell, with the panel of each that was examined."""
        self._merged = merged
        for number in panels.keys() - self._panels.keys():
            self._panels[number] = panels[number]
            panels[number].widget.observe(self._arrange, names="children")
        say(self._header, f"<style>{html.style()}</style>{framed(html.header(of))}")
        body = "".join(html.section_body(one, live=True, offers=True) for one in of.sections)
        say(self._found, framed(body))
        say(self._footer, framed(html.footer(of)))
        names = {one.number: name_of(one, len(merged.fits)) for one in merged.fits}
        titles = (ALL, *(QUOTED.sub("“\\1”", names[number]) for number in panels))
        if self._select.options != titles:
            self._rename(titles)
        children = (self._overview, *(panel.widget for panel in panels.values()))
        if self._stack.children != children:
            self._stack.children = children
        self._arrange()
        middle = self._fold if of.verdict == "healthy" else self._inside
        self.children = (self._header, middle, self._footer)

    def _rename(self, titles: tuple[str, ...]) -> None:
        """Offer these, with the same place chosen as before: new options alone choose none."""
        chosen = self._select.index or 0
        with self._select.hold_sync():
            self._select.options = titles
            self._select.index = chosen
        if self._stack.selected_index != chosen:
            self._stack.selected_index = chosen

    def _arrange(self, _change: object = None) -> None:
        """Below what was found in all fits stands what the first of them offers to try."""
        asking = [(number, one.asking) for number, one in self._panels.items() if one.asking]
        offered: tuple[ipywidgets.Widget, ...] = ()
        if asking and self._merged is not None:
            number, offered = asking[0]
            said = OFFERED.format(told([number], word(self._merged)))
            say(self._said, framed(f'<p class="nbd-muted">{said}</p>'))
            offered = (self._said, *offered)
        children = (self._found, *offered)
        if self._overview.children != children:
            self._overview.children = children

    @property
    def models(self) -> list[Any]:
        """All of its widget models, those of the panels left out."""
        texts = [self._header, self._found, self._said, self._footer]
        boxes = [self._overview, self._stack, self._inside, self._fold]
        looks = [*(one.style for one in texts), self._select.style]
        return [*texts, *boxes, self._select, self._link, *looks]
