"""SARIF 2.1.0 (OASIS), which code scanning of servers and editors reads.

A result stands on a line of the notebook's file, since that is what they show; cell and line of the
cell are in its message and its logical location.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from nbdoctor.errors.words import sendable
from nbdoctor.report import Severity
from nbdoctor.report.checked import Checked, Place, Problem, Stop
from nbdoctor.rules import catalogue
from nbdoctor.view.checks.as_text import within
from nbdoctor.view.page import command

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

LEVELS = {"critical": "error", "warning": "warning", "note": "note"}

ROOT = "%SRCROOT%"
"""What paths are relative to: the reader's checkout."""


def as_sarif(checked: Sequence[Checked], _least: Severity | None = None) -> str:
    """One run with all results."""
    problems = [problem for one in checked for problem in one.problems]
    stops = [one.stop for one in checked if one.stop is not None]
    run = {
        "tool": {
            "driver": {
                "name": "nbdoctor",
                "rules": _rules({problem.finding.rule for problem in problems}),
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem) for problem in problems],
        "invocations": [
            {
                "executionSuccessful": not stops,
                "toolExecutionNotifications": [_notification(stop) for stop in stops],
            }
        ],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(sendable(log), indent=1, ensure_ascii=False) + "\n"


def _rules(names: set[str]) -> list[Mapping[str, Any]]:
    return [
        {
            "id": rule.name,
            "shortDescription": {"text": rule.page.split("\n", 1)[0]},
            "help": {"text": f"`{command(rule.name)}` prints its page.", "markdown": rule.page},
            "defaultConfiguration": {"level": LEVELS[rule.severity]},
            "properties": {"tags": ["machine-learning", rule.family]},
        }
        for rule in catalogue()
        if rule.name in names
    ]


def _result(problem: Problem) -> Mapping[str, Any]:
    finding = problem.finding
    result = {
        "ruleId": finding.rule,
        "level": LEVELS[finding.severity],
        "message": {"text": f"{finding.title}{within(problem.place)}. {finding.says}"},
        "locations": [_location(problem.place)],
        "partialFingerprints": {
            "nbdoctor/v1": problem.fingerprint,
            # Else GitHub takes the text of the raw line, with a comma behind it or not.
            "primaryLocationLineHash": f"{problem.fingerprint}:1",
        },
    }
    if problem.known:
        suppression = {"kind": "external", "justification": "It is in the baseline."}
        return {**result, "suppressions": [suppression]}
    return result


def _notification(stop: Stop) -> Mapping[str, Any]:
    return {
        "level": "error",
        "message": {"text": f"{stop.place}: {stop.says}"},
        "locations": [_location(stop.place)],
    }


def _location(place: Place) -> Mapping[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": _artifact(place.path),
            "region": {"startLine": place.line},
        }
    }
    if place.cell is not None:
        logical = {"fullyQualifiedName": within(place).strip(" ()"), "kind": "module"}
        named = {"name": place.cell_id} if place.cell_id else {}
        location["logicalLocations"] = [{**logical, **named}]
    return location


def _artifact(path: str) -> Mapping[str, str]:
    """A file by its URI; one outside of the checkout has no base."""
    uri = quote(path)
    is_inside = not path.startswith(("/", "../")) and path[1:2] != ":"
    return {"uri": uri, "uriBaseId": ROOT} if is_inside else {"uri": uri}
