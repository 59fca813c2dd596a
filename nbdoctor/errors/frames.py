"""Frames of the cell and frames of ours: where a call comes from, and who raised an error."""

from __future__ import annotations

import sys
from types import FrameType

from nbdoctor.errors.exceptions import is_cell_file, is_own_file, links


def calling_line() -> int | None:
    """Line of the cell that is being executed, None outside of notebooks."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  (no traceback exists yet)
    while frame is not None:
        if is_cell_file(frame.f_code.co_filename):
            return frame.f_lineno
        frame = frame.f_back
    return None


def is_raised_by_cell(error: BaseException) -> bool:
    """Whether code of a cell raised `error`, or what it called, below all frames of ours."""
    files = [link.tb_frame.f_code.co_filename for link in links(error)]
    for file in reversed(files):
        if is_own_file(file):
            return False
        if is_cell_file(file):
            return True
    return False
