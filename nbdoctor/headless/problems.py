"""Findings at their places, each with a fingerprint by which it is known again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from nbdoctor.report import Diagnosis, Report
from nbdoctor.report.checked import Place, Problem

DIGITS = 20
"""Of the fingerprint: 80 bits, by which a million findings do not meet by chance."""

Where = Callable[[int | None], Place]
"""The place of a line."""


def problems_of(
    where: Where, reports: Iterable[Report], before: Sequence[Problem]
) -> tuple[Problem, ...]:
    """The findings of one cell, or of a script.

    Parameters
    ----------
    where : callable
        See `Where`.
    reports : iterable of Report
        Of its trainings; what several tell alike is told once.
    before : sequence of Problem
        Those of the file above it.
    """
    found: dict[tuple[str, int | None, str], Problem] = {}
    marks = [one.fingerprint for one in before]
    for finding in (one for report in reports for one in report.findings):
        key = (finding.rule, finding.where.line, finding.title)
        if key in found:
            continue
        place = where(finding.where.line)
        mark = fingerprint(finding, place, marks)
        marks.append(mark)
        found[key] = Problem(finding=finding, place=place, fingerprint=mark)
    return tuple(found.values())


def fingerprint(finding: Diagnosis, place: Place, taken: Sequence[str] = ()) -> str:
    """What stays the same when cells or lines above come or go.

    Made of the file, the rule, the text of the line and what is named there; equal ones are
    numbered in their order.
    """
    of = finding.where
    about = (place.path, finding.rule, place.text.strip(), of.layer, of.column, of.variable)
    for number in range(len(taken) + 1):
        text = "\0".join((*about, str(number)))
        mark = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:DIGITS]
        if mark not in taken:
            break
    return mark
