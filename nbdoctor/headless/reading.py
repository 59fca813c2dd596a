"""Read a notebook's file; the file itself is never written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbdoctor.headless.kernel import NEEDED, CannotStartError
from nbdoctor.headless.lines import lines_of_file
from nbdoctor.report.checked import Place

if TYPE_CHECKING:
    from nbformat import NotebookNode

SKIPPED = frozenset({"skip-execution"})
"""Tag of cells that are not run: nbclient's own, so other tools leave them out as well."""

UNEXAMINED = frozenset({"nbdoctor-skip"})
"""Tag of cells that are run and not examined."""

MAY_RAISE = frozenset({"raises-exception"})
"""Tag of cells whose errors belong to the notebook: Jupyter's own."""


class CannotReadError(Exception):
    """The file is no notebook that can be run here; the message says why, and what to do."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """A notebook as it stands in its file.

    Attributes
    ----------
    path : Path
    shown : str
        The path as it is told.
    node : NotebookNode
        A copy in memory, of the newest format.
    lines : mapping of (int, int) to int
        See `lines_of_file`.
    """

    path: Path
    shown: str
    node: NotebookNode
    lines: Mapping[tuple[int, int], int]

    def place(self, number: int, line: int | None = None) -> Place:
        """Where a line of a cell stands; both count from 1."""
        cell = self.node.cells[number - 1]
        texts = str(cell.source).splitlines()
        known = line is not None and 0 < line <= len(texts)
        first = self.lines.get((number, 1), 1)
        return Place(
            path=self.shown,
            line=self.lines.get((number, line or 1), first),
            cell=number,
            cell_line=line if known else None,
            cell_id=str(cell.get("id", "")),
            text=texts[(line or 1) - 1] if known else "",
        )


def tags_of(cell: NotebookNode) -> frozenset[str]:
    """The tags of a cell."""
    tags = cell.get("metadata", {}).get("tags", [])
    return frozenset(map(str, tags)) if isinstance(tags, list) else frozenset()


def read_notebook(path: Path, shown: str) -> Notebook:
    """Read a notebook for Python.

    Raises
    ------
    CannotReadError
        There is no such file, it is no notebook, or one of another language.
    CannotStartError
        nbformat is not installed.
    """
    text = _text(path, shown)
    try:
        data = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        message = (
            f"`{shown}` is not a notebook: its text is not valid JSON from line {line} on. Restore "
            "an earlier version, or save it again from JupyterLab."
        )
        raise CannotReadError(message, line) from error
    node = _node(data, shown)
    _refuse_other_languages(node, shown)
    return Notebook(path=path, shown=shown, node=node, lines=lines_of_file(text))


def _text(path: Path, shown: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        message = f"There is no `{shown}`. Check the path."
    except UnicodeDecodeError:
        message = f"`{shown}` is not a notebook: it is no text in UTF-8."
    except OSError as error:
        message = f"`{shown}` cannot be read: {error.strerror or error}."
    raise CannotReadError(message)


def _node(data: Any, shown: str) -> NotebookNode:
    """The notebook in the newest format."""
    try:
        import nbformat
    except ImportError as error:
        raise CannotStartError(NEEDED) from error
    message = f"`{shown}` is JSON, but not a Jupyter notebook: it has no list of cells."
    if not isinstance(data, dict) or not isinstance(data.get("nbformat"), int):
        raise CannotReadError(message)
    try:
        node = nbformat.convert(nbformat.from_dict(data), 4)  # type: ignore[no-untyped-call]
        whole = all(isinstance(cell.source, str | list) for cell in node.cells)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CannotReadError(message) from error
    if not whole:
        raise CannotReadError(message)
    for cell in node.cells:
        cell.source = cell.source if isinstance(cell.source, str) else "".join(cell.source)
    found: NotebookNode = node
    return found


def _refuse_other_languages(node: NotebookNode, shown: str) -> None:
    """A kernel is chosen by its language: names of environments differ from machine to machine."""
    about = node.get("metadata", {})
    kernel = about.get("kernelspec", {})
    language = kernel.get("language") or about.get("language_info", {}).get("name") or ""
    name = kernel.get("display_name") or kernel.get("name") or language
    if str(language or "python").lower() in {"python", "ipython"}:
        return
    message = (
        f"`{shown}` is for the kernel `{name}` ({language}). nbdoctor checks notebooks in Python; "
        "leave it out with `exclude` in `[tool.nbdoctor]`."
    )
    raise CannotReadError(message)
