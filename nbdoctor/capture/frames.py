"""Frames of the cell and frames of ours: where a call comes from, and what an error shows."""

from __future__ import annotations

import re
import sys
import traceback
from pathlib import Path
from types import FrameType

PACKAGE = str(Path(__file__).parents[1])
"""Where the files of nbdoctor lie."""

LISTED = re.compile(r'  File "(?P<file>[^"\n]*)", line \d+, in (?P<name>[^\n]*)\n(?:\n|$)')
"""A frame as TensorFlow lists it in the message of an error inside of a graph."""


def is_cell_file(name: str) -> bool:
    """Whether IPython gave this file name to a cell that it compiled."""
    return name.startswith("<ipython-input") or "ipykernel_" in name


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
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith(PACKAGE):
            return False
        if is_cell_file(frame.filename):
            return True
    return False


def clean_message(error: BaseException) -> None:
    """Make the message of `error` what it is without the magic.

    TensorFlow lists, in the messages of errors inside of a graph, how the operation was made: that
    holds frames of ours, and those of IPython that run a cell inside of a magic.
    """
    message = getattr(error, "_message", None)
    if isinstance(message, str) and PACKAGE in message:
        error._message = without_own_frames(message)  # type: ignore[attr-defined]  # noqa: SLF001


def without_own_frames(message: str) -> str:
    """`message` with the frames left out that the magic adds to its list."""
    frames = list(LISTED.finditer(message))
    left_out = {at for at, frame in enumerate(frames) if frame["file"].startswith(PACKAGE)}
    for at, frame in enumerate(frames[:-1]):
        if frame["name"] == "run_cell_magic" and at + 1 in left_out:
            inner = (n for n in range(at, len(frames)) if is_cell_file(frames[n]["file"]))
            end = next(inner, at + 1)
            left_out.update(range(max(0, at - 1), end))  # the outer cell is one line: the magic
    for at in sorted(left_out, reverse=True):
        message = message[: frames[at].start()] + message[frames[at].end() :]
    return message
