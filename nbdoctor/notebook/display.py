"""Where the reports of a cell are shown: a display of the notebook, or the text of a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nbdoctor.report import FitSummary
from nbdoctor.view.screen import Screen, Terminal

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def screen_of(
    shell: InteractiveShell,
    out: Any,
    publisher: Any,
    fits: Callable[[], Sequence[FitSummary]] = tuple,
) -> Screen | Terminal:
    """Where reports are shown: text to `out`, or a display of `publisher` in a notebook."""
    if getattr(shell, "kernel", None) is None:
        return Terminal(out)

    def publish(data: Mapping[str, Any], display_id: str, replaces: bool) -> None:  # noqa: FBT001
        publisher.publish(
            data=dict(data),
            metadata={},
            transient={"display_id": display_id},
            update=replaces,
        )

    return Screen(publish, live=True, fits=fits)


def inside_output_widget() -> bool:
    """Whether an `Output` widget takes what the cell shows: then only that is cleared."""
    widgets = sys.modules.get("ipywidgets.widgets.widget")
    output = sys.modules.get("ipywidgets.widgets.widget_output")
    if widgets is None or output is None:
        return False
    alive = list(getattr(widgets, "_instances", {}).values())
    return any(type(one) is output.Output and one.msg_id for one in alive)
