"""A shell that nobody sits at: each of its cells is examined, and the reports are handed over."""

from __future__ import annotations

import sys

from nbdoctor.errors.exceptions import is_cell_file, links


def last_line() -> int | None:
    """The line of the cell that the last error came from, None where that is not known."""
    error = getattr(sys, "last_value", None)
    if error is None:
        return None
    if isinstance(error, SyntaxError) and is_cell_file(error.filename or ""):
        return error.lineno
    lines = [
        link.tb_lineno for link in links(error) if is_cell_file(link.tb_frame.f_code.co_filename)
    ]
    return lines[-1] if lines else None
