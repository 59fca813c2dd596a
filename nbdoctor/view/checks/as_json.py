"""For programs: everything, the whole reports included."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from nbdoctor.errors.words import sendable
from nbdoctor.report import Severity
from nbdoctor.report.checked import Checked, CheckedCell, Problem

VERSION = 1
"""Of this form; that of the reports inside is their own."""


def as_json(checked: Sequence[Checked], _least: Severity | None = None) -> str:
    """One object with the files in their order."""
    data = {"version": VERSION, "files": [_file(one) for one in checked]}
    return json.dumps(sendable(data), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _file(one: Checked) -> Mapping[str, Any]:
    return {
        "path": one.path,
        "seconds": round(one.seconds, 3),
        "trainings": one.trainings,
        "full": one.full,
        "problems": [_problem(problem) for problem in one.problems],
        "stop": None if one.stop is None else asdict(one.stop),
        "notes": list(one.notes),
        "cells": [_cell(cell) for cell in one.cells],
    }


def _problem(problem: Problem) -> Mapping[str, Any]:
    finding = problem.finding
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "evidence": finding.kind,
        "title": finding.title,
        "says": finding.says,
        "place": asdict(problem.place),
        "fingerprint": problem.fingerprint,
        "known": problem.known,
    }


def _cell(cell: CheckedCell) -> Mapping[str, Any]:
    return {
        "place": asdict(cell.place),
        "outcome": cell.outcome,
        "why": cell.why,
        "seconds": round(cell.seconds, 3),
        "reports": [report.as_dict() for report in cell.reports],
    }
