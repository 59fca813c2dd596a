"""What two runs of a cell left behind, compared."""

from __future__ import annotations

import re

from tests.harmless.hostile_cells import HostileCell
from tests.harmless.runs import Found, Zygote, left_by

COMPARED = ("ended", "escaped", "error", "printed", "outputs", "outcome", "after", "files")
LONGEST = 160
"""Characters of a value in a message."""


def differing(plain: Found, diagnosed: Found, skipped: frozenset[str] = frozenset()) -> list[str]:
    """Names of the parts that are not the same; `state: weights of model` and so on for state."""
    parts = [
        name for name in COMPARED if name not in skipped and plain.get(name) != diagnosed.get(name)
    ]
    if "state" in skipped:
        return parts
    before, after = plain.get("state", {}), diagnosed.get("state", {})
    return parts + [
        f"state: {name}"
        for name in {**before, **after}
        if name not in skipped and before.get(name) != after.get(name)
    ]


def broken(cell: HostileCell, zygote: Zygote) -> list[str]:
    """What the magic changes about the cell, and what of its checks is not true; a line for each.

    What differs between two plain runs is not determined by the cell and doesn't count.
    """
    only_magic = cell.keys.get("only-magic") == "yes"
    plain: Found = {} if only_magic else left_by(cell, zygote, plain=True)
    diagnosed = left_by(cell, zygote, plain=False)
    lines: list[str] = []
    if not only_magic:
        parts = differing(plain, diagnosed, cell.skipped)
        if parts:
            undetermined = differing(plain, left_by(cell, zygote, plain=True), cell.skipped)
            parts = [part for part in parts if part not in undetermined]
        lines = [f"{part}: {_told(plain, part)} -> {_told(diagnosed, part)}" for part in parts]
        longer = diagnosed.get("seconds", 0) - plain.get("seconds", 0)
        if longer > cell.slower:
            lines.append(f"it took {longer:.0f} s longer")
    return lines + [line for check in cell.checks for line in _untrue(check, plain, diagnosed)]


def _untrue(check: str, plain: Found, diagnosed: Found) -> list[str]:
    try:
        true = eval(check, {"p": plain, "m": diagnosed, "re": re})  # noqa: S307  (of our own files)
    except Exception as error:  # noqa: BLE001  (a run that ended early has left less)
        return [f"cannot be checked: {check} ({type(error).__name__}: {error})"]
    return [] if true else [f"not true: {check}"]


def _told(found: Found, part: str) -> str:
    kind, _, name = part.partition(": ")
    value = found.get("state", {}).get(name) if name else found.get(kind)
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
