"""`nbdoctor try`: from its words to an answer and an exit status."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nbdoctor.headless.change.course import AS_IT_IS
from nbdoctor.headless.change.options import Trying
from nbdoctor.headless.change.trying import (
    CannotTryError,
    cells_above,
    notice,
    try_change,
)


def run(given: argparse.Namespace) -> int:
    """Try what was asked, and return the exit status: 0 with an answer, else 2."""
    try:
        changes = _changes(given.changed)
        sys.stderr.write(f"{notice(cells_above(given.notebook, given.cell))}\n")
        how = Trying(
            judge_on=given.judge_on,
            prepare=given.prepare,
            seeds=max(1, given.seeds),
            steps=max(1, given.steps),
            timeout=given.timeout,
            whole=given.budget,
        )
        tried = try_change(given.notebook, given.cell, changes, how=how, tell=_tell)
    except CannotTryError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted.\n")
        return 130
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    text = tried.to_json(indent=2) if given.format == "json" else str(tried)
    sys.stdout.write(f"{text}\n")
    return 0


def _changes(paths: list[Path]) -> dict[str, str]:
    """The text of each changed cell by the name of its file."""
    found: dict[str, str] = {}
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            message = f"`{path}` cannot be read: {getattr(error, 'strerror', None) or error}."
            raise CannotTryError(message) from error
        name = path.stem if path.stem not in {*found, AS_IT_IS} else str(path)
        found[name] = text
    return found


def _tell(what: str, done: int, of: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{done} of at most {of} runs: {what}")
        sys.stderr.flush()
