"""How far a check is, on a terminal that somebody sits at."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from nbdoctor.headless.notebooks import Tell, nobody


@contextlib.contextmanager
def progress(total: int) -> Iterator[Tell]:
    """Show the notebooks that are being run and how many there are still, until the block ends.

    On the error output, so that results can go elsewhere; nothing where no terminal is there, as
    in CI: lines that overwrite each other fill its log.

    Parameters
    ----------
    total : int
        Notebooks.
    """
    if not sys.stderr.isatty():
        yield nobody
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
    except ImportError:  # without the extra
        yield nobody
        return
    columns: tuple[Any, ...] = (
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        "{task.fields[unit]}",
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        whole = shown.add_task("All", total=total, unit="notebooks")
        tasks: dict[str, Any] = {}

        def tell(path: str, done: int, of: int) -> None:
            if path not in tasks:
                tasks[path] = shown.add_task(_escaped(path), total=of, unit="cells")
            shown.update(tasks[path], completed=done, total=of)
            if done >= of:
                shown.update(tasks[path], visible=False)
                shown.advance(whole)

        yield tell


def _escaped(path: str) -> str:
    """A name in brackets is no markup."""
    from rich.markup import escape

    return escape(path)
