"""Findings that are known already, so that a check fails by new ones only."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from nbdoctor.headless.selection import UsageError
from nbdoctor.report.checked import Checked

VERSION = 1


def read_baseline(path: Path) -> frozenset[str]:
    """The fingerprints in a baseline.

    Raises
    ------
    UsageError
        There is no such file, or it is no baseline.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return frozenset(str(one["fingerprint"]) for one in data["findings"])
    except FileNotFoundError as error:
        message = f"There is no baseline `{path}`. `--write-baseline` writes it first."
        raise UsageError(message) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"`{path}` is not a baseline of nbdoctor. Write it again by `--write-baseline`."
        raise UsageError(message) from error


def write_baseline(path: Path, checked: Sequence[Checked]) -> None:
    """Write what was found; a file that is no baseline is left alone.

    The findings of files that were not checked now, or not run to their end, are kept.

    Raises
    ------
    UsageError
        There is such a file and it is no baseline, or it cannot be written.
    """
    kept = _entries(path) if path.exists() else []
    whole = {one.path for one in checked if one.stop is None}
    now = [
        {
            "fingerprint": problem.fingerprint,
            "rule": problem.finding.rule,
            "path": one.path,
            "text": problem.place.text.strip(),
        }
        for one in checked
        for problem in one.problems
    ]
    marks = {entry["fingerprint"] for entry in now}
    kept = [one for one in kept if one["path"] not in whole and one["fingerprint"] not in marks]
    entries = sorted([*kept, *now], key=lambda one: (one["path"], one["rule"], one["fingerprint"]))
    text = json.dumps({"version": VERSION, "findings": entries}, indent=1, ensure_ascii=False)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        message = f"The baseline `{path}` cannot be written: {error.strerror or error}."
        raise UsageError(message) from error


def _entries(path: Path) -> list[Mapping[str, str]]:
    read_baseline(path)
    entries: list[Mapping[str, str]] = json.loads(path.read_text(encoding="utf-8"))["findings"]
    return [one for one in entries if {"path", "rule"} <= one.keys()]


def marked(checked: Checked, known: frozenset[str]) -> Checked:
    """What was checked, with the findings marked that are known."""
    problems = tuple(replace(one, known=one.fingerprint in known) for one in checked.problems)
    return replace(checked, problems=problems)
