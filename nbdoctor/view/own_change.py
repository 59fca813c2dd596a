"""An editor below a report, for a change of the reader's own that is tried."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets

from nbdoctor.errors.guard import let_through
from nbdoctor.errors.words import described
from nbdoctor.view import html
from nbdoctor.view.panel import STOP_PLACE, framed, say

Say = Callable[[str], None]
"""Shows how far it is."""

TryIt = Callable[[str, Say], str]
"""Tries the changed text of the cell; returns what came of it, or why it cannot be tried."""

TITLE = "Try a change of your own"
ABOUT = (
    "Change the cell here; the notebook stays as it is. A copy of the saved notebook is run up to "
    "this cell in a process of its own, the cells above once, and what they write to files they "
    "write again. Then the cell is trained as it is and with your change, from the same seeds, and "
    "both are scored by their predictions on the same rows: two minutes at most. The kernel is "
    "busy meanwhile."
)
TRY = "Try this change"
SAME = "This is the cell as it is. Change a line of it first."
STOPPED = "Stopped: nothing was decided."

FEWEST_LINES, MOST_LINES = 6, 24
"""Lines of the editor."""


class OwnChange:
    """The editor, a button, and below it what came of the change.

    Parameters
    ----------
    source : str
        The cell as it was diagnosed.
    try_it : callable
        See `TryIt`.
    layout : ipywidgets.Layout
        That all widgets of a panel share.
    """

    def __init__(self, source: str, try_it: TryIt, layout: Any) -> None:
        self._source, self._try_it = source, try_it
        self._about, self._answer = (ipywidgets.HTML(layout=layout) for _ in range(2))
        self._about.value = framed(html.paragraph(ABOUT))
        rows = min(MOST_LINES, max(FEWEST_LINES, source.count("\n") + 2))
        self.editor = ipywidgets.Textarea(value=source, rows=rows, layout=layout)
        self.editor.add_class("nbd-editor")
        self.button = ipywidgets.Button(description=TRY, layout=layout)
        self.button.add_class("nbd-more")
        self.button.on_click(self._pressed)
        parts = [self._about, self.editor, self.button, self._answer]
        self._inside = ipywidgets.VBox(children=parts, layout=layout)
        self.widget = ipywidgets.Accordion(children=[self._inside], layout=layout)
        self.widget.titles = (TITLE,)
        self.widget.add_class("nbd-own")

    @property
    def answer(self) -> str:
        """What is said below the button, as HTML."""
        return str(self._answer.value)

    @property
    def models(self) -> list[Any]:
        """All of its widget models."""
        shown = [self._about, self._answer, self.editor, self.button]
        return [self.widget, self._inside, *shown, *(one.style for one in shown)]

    def _pressed(self, _button: ipywidgets.Button) -> None:
        text = self.editor.value
        if text.strip() == self._source.strip():
            self._say(html.paragraph(SAME))
            return
        self.button.disabled = True
        try:
            came = self._try_it(text, self._tell)
            self._say(f'<pre class="nbd-came">{escape(came)}</pre>')
        except KeyboardInterrupt:  # that of the button "Stop"
            self._say(html.paragraph(STOPPED))
        except Exception as error:  # noqa: BLE001  (a fault of ours shows where one looks)
            let_through(error)
            self._say(html.paragraph(f"It could not be tried: {described(error)}"))
        finally:
            self.button.disabled = False

    def _tell(self, words: str) -> None:
        said = f'<div class="nbd-progress" role="status">{html.paragraph(words)}{STOP_PLACE}</div>'
        say(self._answer, framed(said))

    def _say(self, body: str) -> None:
        say(self._answer, framed(f'<div role="status">{body}</div>'))
