"""For test reports: one case per cell that trains, and one for each file as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from nbdoctor.errors.words import sendable
from nbdoctor.report import Severity
from nbdoctor.report.checked import Checked, CheckedCell, Problem

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that no XML may hold."""

RUN = "run"
"""The case that says whether a file was run to its end."""


def as_junit(checked: Sequence[Checked], least: Severity | None = None) -> str:
    """A test suite per file; a case fails by findings at or above `least`."""
    root = ET.Element("testsuites", name="nbdoctor")
    for one in checked:
        root.append(_suite(one, least))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(one: Checked, least: Severity | None) -> ET.Element:
    cases = [*_cells(one, least), _run(one)]
    suite = ET.Element("testsuite", name=_text(one.path), time=f"{one.seconds:.3f}")
    suite.extend(cases)
    suite.set("tests", str(len(cases)))
    for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(kind) is not None for case in cases)))
    return suite


def _cells(one: Checked, least: Severity | None) -> Iterator[ET.Element]:
    failing = one.at_least(least) if least is not None else ()
    for cell in one.cells:
        found = [problem for problem in one.problems if problem.place.cell == cell.place.cell]
        if cell.reports:
            yield _cell(one, cell, found, [problem for problem in found if problem in failing])


def _cell(
    one: Checked, cell: CheckedCell, found: Sequence[Problem], failing: Sequence[Problem]
) -> ET.Element:
    name = f"cell {cell.place.cell}" if cell.place.cell else "script"
    case = ET.Element("testcase", classname=_text(one.path), name=name, time=f"{cell.seconds:.3f}")
    for problem in failing[:1]:
        failure = ET.SubElement(case, "failure", type=problem.finding.rule)
        failure.set("message", _text(problem.finding.title))
        failure.text = "\n\n".join(map(_told, failing))
    others = [problem for problem in found if problem not in failing]
    if others:
        ET.SubElement(case, "system-out").text = "\n\n".join(map(_told, others))
    return case


def _run(one: Checked) -> ET.Element:
    case = ET.Element("testcase", classname=_text(one.path), name=RUN, time="0.000")
    if one.stop is not None and not one.stop.explained:
        error = ET.SubElement(case, "error", type="stopped", message=_text(one.stop.says))
        error.text = _text(f"{one.stop.place}: {one.stop.says}")
    return case


def _told(problem: Problem) -> str:
    finding = problem.finding
    known = " (in the baseline)" if problem.known else ""
    text = f"{finding.severity} [{finding.rule}]{known} {problem.place}\n{finding.says}"
    return _text(text)


def _text(text: str) -> str:
    return FORBIDDEN.sub("\ufffd", str(sendable(text)))
