"""A shell that nobody sits at: each of its cells is examined, and the reports are handed over.

The text of the cells stays as it is, so that lines and patches are those of the notebook.
"""

from __future__ import annotations

import ast
import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nbdoctor.errors.exceptions import is_cell_file, links
from nbdoctor.report import Report
from nbdoctor.session.options import Options

RUNS_PYTHON = ("capture", "prun", "time")
"""Magics that run the cell below them once, as Python. `%%timeit` runs it many times."""

CALL = "get_ipython().run_cell_magic("


@dataclass(kw_only=True)
class Unattended:
    """How the cells of a shell are examined.

    Attributes
    ----------
    arguments : argparse.Namespace
        Of the magic, as for a cell that has it on top.
    asked : Options
    reports : list of Report
        Of the cells that were run since they were taken last.
    is_on : bool
        Whether cells are examined now.
    """

    arguments: Namespace
    asked: Options
    reports: list[Report] = field(default_factory=list)
    is_on: bool = True

    def adapted(self, arguments: Namespace, asked: Options) -> tuple[Namespace, Options]:
        """What a cell with `%%diagnose` on top asks for, as far as the shell leaves it open."""
        mine, choice = self.asked, asked.choice
        quiet = Namespace(**{**vars(arguments), "quiet": True, "json": None, "html": None})
        choice = replace(
            choice,
            only=choice.only or mine.choice.only,
            ignore=(*choice.ignore, *mine.choice.ignore),
            settings={**mine.choice.settings, **choice.settings},
        )
        return quiet, replace(
            asked,
            dry_run=asked.dry_run or mine.dry_run,
            cut=mine.cut,
            trials=asked.trials and mine.trials,
            experiment=asked.experiment if mine.trials else "never",
            choice=choice,
        )


_KERNEL: list[Unattended] = []
"""Of this process, which has one shell: none or one."""


def unattended() -> Unattended | None:
    """How the cells of this kernel are examined unasked, None where they are not."""
    return next((one for one in _KERNEL if one.is_on), None)


def adapted(arguments: Namespace, asked: Options) -> tuple[Namespace, Options]:
    """What a cell asks for; in a shell that nobody sits at, as far as that leaves it open."""
    found = unattended()
    return (arguments, asked) if found is None else found.adapted(arguments, asked)


def keep(reports: Sequence[Report]) -> None:
    """Keep the reports of a cell, where nobody has seen them."""
    found = unattended()
    if found is not None:
        found.reports.extend(reports)


def begin(options: str, *, cut: bool) -> None:
    """Examine every cell of this kernel from now on.

    Parameters
    ----------
    options : str
        As behind `%%diagnose`.
    cut : bool
        See `Options`.
    """
    from IPython.core.getipython import get_ipython

    from nbdoctor.notebook.magic import asked_by

    shell: Any = get_ipython()
    shell.extension_manager.load_extension("nbdoctor")
    arguments, asked = asked_by(options)
    arguments.quiet = True
    _KERNEL[:] = [Unattended(arguments=arguments, asked=replace(asked, cut=cut))]


def examine(*, wanted: bool) -> None:
    """Say whether the next cells of this kernel are examined."""
    _KERNEL[0].is_on = wanted


def taken() -> str:
    """The reports since the last call, as a JSON list; they are kept no longer."""
    kept = _KERNEL[0].reports
    reports = json.dumps([report.as_dict() for report in kept], allow_nan=False)
    kept.clear()
    return reports


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


def called_magic(text: str) -> tuple[str, str, str] | None:
    """Name, line and body of the magic on top of a cell as IPython transforms it, else None."""
    if not text.startswith(CALL):
        return None
    try:
        call = ast.parse(text.strip(), mode="eval").body
        name, line, body = (str(ast.literal_eval(part)) for part in getattr(call, "args", ()))
    except (SyntaxError, ValueError):
        return None
    return name, line, body


def below_a_magic(text: str, magic: str) -> str:
    """A transformed cell with `magic` below the one on top, where that runs Python."""
    called = called_magic(text)
    if called is None:
        return text
    name, line, body = called
    if name not in RUNS_PYTHON or body.lstrip().startswith(magic):
        return text
    below = f"{magic}\n{body}"
    return f"{CALL}{name!r}, {line!r}, {below!r})\n"


def blank_lines(source: str) -> int:
    """How many blank lines a cell begins with; IPython leaves them out, and lines count less."""
    lines = source.splitlines()
    return next((number for number, line in enumerate(lines) if line.strip()), 0)
