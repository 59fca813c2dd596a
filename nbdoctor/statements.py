"""The statements of a cell, one after the other, as IPython runs them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any


@contextlib.contextmanager
def noted_statements(shell: Any, about_to_run: Callable[[int], object]) -> Iterator[None]:
    """Say before each statement at the top of the next cell on which line it begins.

    IPython compiles and runs them one by one, by `run_code`. What runs in between and is no part
    of that cell (`%run`, a nested `run_cell`) has another file name. A fault of `about_to_run`
    never reaches the cell.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
    about_to_run : callable
        It is given the line, counted from 1.
    """
    run, own, file = shell.run_code, vars(shell).get("run_code"), ""

    async def noted(code: CodeType, *given: Any, **named: Any) -> Any:
        nonlocal file
        file = file or code.co_filename
        if code.co_filename == file:
            with contextlib.suppress(Exception):
                about_to_run(_first_line(code))
        return await run(code, *given, **named)

    shell.run_code = noted
    try:
        yield
    finally:
        if own is None:
            vars(shell).pop("run_code", None)
        else:
            shell.run_code = own


def _first_line(code: CodeType) -> int:
    """A module's code says that it begins on line 1, wherever its first statement stands."""
    return min(line for _, _, line in code.co_lines() if line)
