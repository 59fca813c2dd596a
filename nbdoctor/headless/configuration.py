"""`[tool.nbdoctor]` in `pyproject.toml`: what is set there need not be typed."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbdoctor.headless.selection import UsageError

NAME = "pyproject.toml"

LISTS = ("exclude", "ignore", "only", "set")
"""Settings that are lists of text."""

KINDS: Mapping[str, type | tuple[type, ...]] = {
    **dict.fromkeys(LISTS, list),
    "fail-on": str,
    "baseline": str,
    "timeout": (int, float),
    "jobs": int,
    "full": bool,
    "trials": bool,
    "require-training": bool,
    "per-file-ignores": dict,
}
"""What may be set, and of which type it is."""


@dataclass(frozen=True)
class Configuration:
    """What a project has set.

    Attributes
    ----------
    file : Path or None
        Where, None where nothing is set.
    values : mapping of str
        By the names of the options.
    """

    file: Path | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def ignored(self, shown: str) -> tuple[str, ...]:
        """Rules that are not checked in a file."""
        from nbdoctor.headless.selection import is_matched

        per_file: Mapping[str, list[str]] = self.values.get("per-file-ignores", {})
        return tuple(
            rule
            for pattern, rules in per_file.items()
            if is_matched(shown, [pattern])
            for rule in rules
        )


def find_configuration(folder: Path) -> Configuration:
    """The settings of the project that a folder belongs to: of the nearest `pyproject.toml`.

    Raises
    ------
    UsageError
        It is not valid TOML, or a setting has a wrong name or type.
    """
    for place in (folder.resolve(), *folder.resolve().parents):
        file = place / NAME
        if file.is_file():
            return Configuration(file, _read(file))
    return Configuration()


def _read(file: Path) -> Mapping[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib as toml
    else:
        try:
            import tomli as toml
        except ImportError:  # without the extra nothing can be set there
            return {}
    try:
        data = toml.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"`{file}` cannot be read: {error}"
        raise UsageError(message) from error
    values: Mapping[str, Any] = data.get("tool", {}).get("nbdoctor", {})
    for name, value in values.items():
        _check(file, name, value)
    return values


def _check(file: Path, name: str, value: Any) -> None:
    where = f"`[tool.nbdoctor]` in `{file}`"
    if name not in KINDS:
        near = difflib.get_close_matches(name, KINDS, 1)
        hint = f" Did you mean `{near[0]}`?" if near else f" It knows {', '.join(KINDS)}."
        message = f"{where} has an unknown setting `{name}`.{hint}"
        raise UsageError(message)
    kind = KINDS[name]
    of_text = name not in LISTS or (
        isinstance(value, list) and all(isinstance(one, str) for one in value)
    )
    of_lists = name != "per-file-ignores" or (
        isinstance(value, dict) and all(isinstance(one, list) for one in value.values())
    )
    is_truth = isinstance(value, bool) and kind is not bool
    if not isinstance(value, kind) or is_truth or not of_text or not of_lists:
        message = f"{where}: `{name}` is of a wrong type; the manual shows each of them."
        raise UsageError(message)
