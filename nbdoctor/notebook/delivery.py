"""Where reports go that are asked for by `-o`, `--json` and `--html`.

What could destroy something of the user's is refused before the cell runs: a name that is taken, a
file that holds anything but a report. What only cannot be written costs the cell nothing: it is
said before, and once more when the cell has ended in its own way.
"""

from __future__ import annotations

import builtins
import json
import keyword
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.names import assigned_names
from nbdoctor.errors.exceptions import class_name
from nbdoctor.errors.guard import attempt
from nbdoctor.errors.words import HALVES, described, sendable
from nbdoctor.report import FitSummary, Report
from nbdoctor.report.several import Reports

if TYPE_CHECKING:
    from argparse import Namespace

NOT_RUN = "The cell was not run."

CLOSED = "nothing can be written there"

LARGEST = 64 << 20
"""Bytes of a file beyond which nobody asks whether it holds a report: none is so large."""

KEYS = {"headline", "verdict", "findings", "readings", "checksum", "version"}
"""What is in every report of ours; together in nothing else."""

PAGE, NAMES = b"<!doctype html>", b'<div class="nbd-report"'
"""How a page of ours begins, and what is always in it."""


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a report into a file."""

    option: str
    says: str
    write: Callable[[Report], bytes]
    is_one: Callable[[bytes], bool]


@dataclass(frozen=True, slots=True)
class Target:
    """A file that was asked for."""

    path: Path
    format: Format

    def numbered(self, number: int) -> Target:
        """The file for the report of this number, counted from 1: further ones stand beside it."""
        if number == 1:
            return self
        name = f"{self.path.stem}-{number}{self.path.suffix}"
        return Target(self.path.parent / name, self.format)


@dataclass(frozen=True, slots=True)
class Delivery:
    """All that was asked for: a variable ("" for none), and files."""

    name: str = ""
    targets: tuple[Target, ...] = ()

    def obstacles(self) -> Iterator[str]:
        """Why a file cannot be written as things are now; the cell itself may change that."""
        for target in self.targets:
            why = _hindrance(target.path)
            if why:
                yield (
                    f"`{target.format.option} {target.path}`: {why}, so the report cannot be "
                    "written there now. The cell runs all the same."
                )

    def deliver(
        self,
        reports: Sequence[Report],
        namespace: dict[str, Any],
        fits: Sequence[FitSummary] = (),
    ) -> Iterator[str]:
        """Hand the reports over, one alone, several as `Reports` (a tuple) and in numbered files.

        Parameters
        ----------
        reports : sequence of Report
        namespace : dict of str
            The user's variables.
        fits : sequence of FitSummary, optional
            All trainings of the cell, where they are several.

        Yields
        ------
        str
            What could not be done, and what to do.
        """
        if self.name:
            why = _taken(self.name, namespace)
            if why:
                yield f"The report was not put into `{self.name}`: {why}. Choose another name."
            else:
                namespace[self.name] = reports[0] if len(reports) == 1 else Reports(reports, fits)
        for number, report in enumerate(reports, start=1):
            for target in self.targets:
                yield from _written(target.numbered(number), report)


def delivery(arguments: Namespace) -> Delivery:
    """What the arguments of the magic (`output`, `json`, `html`) ask for, before the cell runs."""
    asked = [(arguments.json, JSON), (arguments.html, HTML)]
    targets = tuple(Target(_absolute(path), form) for path, form in asked if path)
    return Delivery(arguments.output or "", targets)


def refuse_harm(wanted: Delivery, namespace: Mapping[str, Any], cell: Cell | None = None) -> None:
    """Refuse what would destroy something of the user's.

    Parameters
    ----------
    wanted : Delivery
    namespace : mapping of str
        The user's variables.
    cell : Cell, optional
        What sets further ones.

    Raises
    ------
    ValueError
        The message is for the user.
    """
    if wanted.name:
        _refuse_name(wanted.name, namespace, cell)
    if len(wanted.targets) > 1 and _is_same(*(target.path for target in wanted.targets)):
        message = (
            f"`--json` and `--html` name one file, `{wanted.targets[0].path}`, and the second "
            f"report would replace the first. Give them two names. {NOT_RUN}"
        )
        raise ValueError(message)
    for target in wanted.targets:
        if _holds_something_else(target):
            message = (
                f"`{target.format.option} {target.path}` would replace a file that is not "
                f"{target.format.says}. Choose another name, or move that file. {NOT_RUN}"
            )
            raise ValueError(message)


def _refuse_name(name: str, namespace: Mapping[str, Any], cell: Cell | None) -> None:
    why = ""
    if not name.isidentifier() or keyword.iskeyword(name):
        why = "that is not a name for a variable"
    elif cell is not None and name in _assigned(cell.source):
        why = "the cell itself sets that variable"
    else:
        why = _taken(name, namespace)
    if why:
        message = f"`-o {name}`: {why}. Choose another name, such as `-o report`. {NOT_RUN}"
        raise ValueError(message)


@lru_cache(maxsize=8)
def _assigned(source: str) -> frozenset[str]:
    """Variables that a cell sets: asked each time that IPython transforms the cell."""
    return frozenset(assigned_names(Cell(source)))


def _taken(name: str, namespace: Mapping[str, Any]) -> str:
    """Why a variable must not be set; "" where it is free or holds an earlier report."""
    if hasattr(builtins, name):
        return "that is a built-in name of Python"
    if name not in namespace:
        return ""
    value = namespace[name]
    several = value if type(value) in {tuple, Reports} and value else (value,)
    if all(type(one) is Report for one in several):
        return ""
    return f"that variable already holds something (`{class_name(type(value))}`)"


def _absolute(name: str) -> Path:
    """The file as it is called where the cell begins; the cell may go to another folder."""
    try:
        return Path(os.path.abspath(name))  # noqa: PTH100  (`resolve` would follow links)
    except OSError:  # the folder itself is gone
        return Path(name)


def _is_same(one: Path, other: Path) -> bool:
    if os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other)):
        return True
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def _holds_something_else(target: Target) -> bool:
    """Whether there is a file that holds anything but an earlier report of that form."""
    try:
        found = target.path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size == 0:
            return stat.S_ISBLK(found.st_mode)
        return found.st_size > LARGEST or not target.format.is_one(target.path.read_bytes())
    except PermissionError:  # what it holds, nobody knows
        return True
    except (OSError, ValueError):
        return False


def _hindrance(path: Path) -> str:
    """What would keep a file from being written, as far as can be told without trying."""
    try:
        kind = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        folder = path.parent
        return _closed(folder) if folder.is_dir() else f"there is no folder `{folder}`"
    except PermissionError:
        return CLOSED
    except (OSError, ValueError):  # too long, or with a zero in it
        return "that is not a file name"
    if stat.S_ISDIR(kind):
        return "that is a folder"
    is_fit = stat.S_ISREG(kind) or stat.S_ISCHR(kind)
    return _closed(path) if is_fit else "that is not an ordinary file"


def _closed(path: Path) -> str:
    return "" if os.access(path, os.W_OK) else CLOSED


def _written(target: Target, report: Report) -> Iterator[str]:
    if _holds_something_else(target):
        yield (
            f"The report was not written to `{target.path}`: that file is not "
            f"{target.format.says}. Choose another name."
        )
        return
    why = _hindrance(target.path)
    faults: list[Exception] = []
    if not why:
        attempt(
            lambda: target.path.write_bytes(target.format.write(report)), on_fault=faults.append
        )
    for fault in faults:
        why = getattr(fault, "strerror", None) or described(fault)
    if why:
        yield (
            f"The report was not written to `{target.path}`: {why}. With `-o report` it is in a "
            "variable; `report.to_json()` and `report.to_html()` give its text."
        )


def _as_json(report: Report) -> bytes:
    """A lone half of a character (a surrogate) is no UTF-8: it is written as JSON escapes it."""
    text = report.to_json()
    return HALVES.sub(lambda half: f"\\u{ord(half[0]):04x}", text).encode()


def _as_page(report: Report) -> bytes:
    return str(sendable(report.to_html())).encode()


def _is_json_report(content: bytes) -> bool:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and data.keys() >= KEYS


def _is_page(content: bytes) -> bool:
    return content.startswith(PAGE) and NAMES in content


JSON = Format("--json", "a report of nbdoctor", _as_json, _is_json_report)
HTML = Format("--html", "a page of nbdoctor", _as_page, _is_page)
