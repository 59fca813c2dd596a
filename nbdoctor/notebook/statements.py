"""The statements of a cell, one after the other, as IPython runs them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

from nbdoctor.backend.patching import Patch
from nbdoctor.errors.guard import Guard


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
    file = ""

    def around(run: Callable[..., Any]) -> Callable[..., Any]:
        def noted(code: CodeType, *given: Any, **named: Any) -> Any:
            nonlocal file
            file = file or code.co_filename
            if code.co_filename == file:
                with Guard():
                    about_to_run(first_line(code))
            return run(code, *given, **named)

        return noted

    with Patch(shell, "run_code", around):
        yield


def first_line(code: CodeType) -> int:
    """A module's code says that it begins on line 1, wherever its first statement stands."""
    return min(line for _, _, line in code.co_lines() if line)
