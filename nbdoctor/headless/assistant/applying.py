"""Write a patch into a notebook or a script, where its text is still the one that was diagnosed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nbdoctor.headless.assistant.diagnoses import AskedWronglyError, Examined
from nbdoctor.report import Treatment

CHANGED = (
    "{} has changed since it was diagnosed, so nothing was written. Diagnose it again, and apply "
    "the patch of the new diagnosis."
)


def apply(path: Path, examined: Examined, chosen: Treatment) -> str:
    """Write the patch, and return where.

    Raises
    ------
    AskedWronglyError
        The text is another one by now; nothing was written.
    """
    expected, patched = chosen.cell or examined.report.source, chosen.patched or ""
    if examined.cell is None:
        if path.read_text(encoding="utf-8") != expected:
            raise AskedWronglyError(CHANGED.format(path))
        path.write_text(patched, encoding="utf-8")
        return str(path)
    text = path.read_text(encoding="utf-8")
    notebook = json.loads(text)
    number = _cell_with(notebook["cells"], expected, examined.cell)
    if number is None:
        raise AskedWronglyError(CHANGED.format(f"Cell {examined.cell} of {path}"))
    cell = notebook["cells"][number - 1]
    lines = patched.splitlines(keepends=True)
    cell["source"] = lines if isinstance(cell["source"], list) else patched
    end = "\n" if text.endswith("\n") else ""
    path.write_text(json.dumps(notebook, indent=_indent(text), ensure_ascii=False) + end, "utf-8")
    return f"{path}, cell {number}"


def _cell_with(cells: list[Any], expected: str, near: int) -> int | None:
    """The number of the cell with this text, which a patch may have elsewhere than it was found."""
    texts = ["".join(cell["source"]) for cell in cells]
    if 0 < near <= len(texts) and texts[near - 1] == expected:
        return near
    found = [number for number, text in enumerate(texts, start=1) if text == expected]
    return found[0] if len(found) == 1 else None


def _indent(text: str) -> int:
    """Blanks of one level, as the file has them."""
    lines = text.splitlines()
    second = lines[1] if len(lines) > 1 else " "
    return len(second) - len(second.lstrip(" ")) or 1
