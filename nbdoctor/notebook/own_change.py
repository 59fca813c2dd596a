"""A change of the reader's own, tried from the panel as `nbdoctor try` tries it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbdoctor.view.own_change import Say

PLACE = "JPY_SESSION_NAME"
"""Where Jupyter's server says to a kernel which notebook it belongs to."""

SECONDS = 120.0
"""For all of it, as for everything that a button of the panel begins."""

NAME = "your change"

NOT_SAVED = (
    "The saved notebook does not have this cell as it was diagnosed. Undo changes of the cell, "
    "save the notebook, and press the button again."
)


def notebook_of_kernel() -> Path | None:
    """The file of the notebook that this kernel belongs to, None where that is not known."""
    said = os.environ.get(PLACE, "")
    path = Path(said)
    return path if path.suffix == ".ipynb" and path.is_file() else None


def tried(path: Path, cell_id: str, source: str, changed: str, say: Say) -> str:
    """What came of a changed cell, or why it cannot be tried.

    Parameters
    ----------
    path : Path
        Of the notebook.
    cell_id : str
    source, changed : str
        The cell as it was diagnosed, and with the change.
    say : callable
        Shows how far it is.
    """
    from nbdoctor.headless.change import trying  # loads what most readers never ask for
    from nbdoctor.headless.change.options import Trying

    if _saved(path, cell_id) != source.strip():
        return NOT_SAVED

    def tell(what: str, over: int, most: int) -> None:
        say(f"{what[:1].upper()}{what[1:]}: {over} of at most {most} runs so far.")

    say("Running the cells above in a process of its own.")
    try:
        how = Trying(whole=SECONDS)
        return str(trying.try_change(path, cell_id, {NAME: changed}, how=how, tell=tell))
    except trying.CannotTryError as error:
        return str(error)


def _saved(path: Path, cell_id: str) -> str | None:
    """The text of a cell in the file, None where it is not there."""
    from nbdoctor.headless.reading import read_notebook

    cells = read_notebook(path, str(path)).node.cells
    return next((str(one.source).strip() for one in cells if one.get("id") == cell_id), None)
