"""For a terminal: `file:line` first, which editors and terminals open."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from nbdoctor.report import Severity
from nbdoctor.report.checked import SEVERITIES, Checked, Place, Problem
from nbdoctor.view.text import WIDTH, tried_as_text
from nbdoctor.view.wording import count

NOTHING_TRAINED = "No model was trained, so nothing was examined."


def as_text(checked: Sequence[Checked], _least: Severity | None = None) -> str:
    """Every finding with what proves it, then one line that sums up."""
    lines = [line for one in checked for line in _file(one)]
    return "\n".join([*lines, *([""] if lines else []), summary(checked)]) + "\n"


def summary(checked: Sequence[Checked]) -> str:
    """How much was checked and found, in one line."""
    problems = [one for file in checked for one in file.problems]
    trainings = sum(file.trainings for file in checked)
    parts = [found(problems)]
    known, stopped = (
        sum(one.known for one in problems),
        sum(file.stop is not None for file in checked),
    )
    parts += [f"{known:,} of them in the baseline"] if known else []
    parts += [f"{count(stopped, 'file')} not run to the end"] if stopped else []
    whose = "its" if trainings == 1 else "their"
    which = "" if all(file.full for file in checked) else f" at {whose} first steps"
    examined = f"{count(trainings, 'training')} examined{which} in {count(len(checked), 'file')}"
    if not trainings and not problems:
        return NOTHING_TRAINED if not stopped else f"{NOTHING_TRAINED} {parts[-1].capitalize()}."
    return f"{examined}: {', '.join(parts)}."


def found(problems: Sequence[Problem]) -> str:
    """How many findings there are of each severity: "1 critical, 2 warnings"."""
    counted = Counter(one.finding.severity for one in problems)
    if not counted:
        return "nothing found"
    words = {"critical": "critical finding", "warning": "warning", "note": "note"}
    order = [severity for severity in reversed(SEVERITIES) if counted[severity]]
    return ", ".join(count(counted[severity], words[severity]) for severity in order)


def within(place: Place) -> str:
    """Where in a notebook: " (cell 3, line 4)"; "" for a script."""
    if place.cell is None:
        return ""
    line = f", line {place.cell_line}" if place.cell_line else ""
    return f" (cell {place.cell}{line})"


def _file(one: Checked) -> Iterator[str]:
    for problem in one.problems:
        yield from _problem(problem)
    for cell in one.cells:
        for report in cell.reports:
            tried = tried_as_text(report)
            yield from (f"  {line}" for line in tried.splitlines())
    for note in one.notes:
        yield from textwrap.wrap(f"{one.path}: {note}", WIDTH, subsequent_indent="  ")
    if one.stop is not None:
        place = one.stop.place
        yield f"{place.path}:{place.line}: stopped{within(place)}"
        yield from _indented(one.stop.says)


def _problem(problem: Problem) -> Iterator[str]:
    finding, place = problem.finding, problem.place
    known = ", in the baseline" if problem.known else ""
    yield (
        f"{place.path}:{place.line}: {finding.severity} [{finding.rule}] {finding.title}"
        f"{within(place)}{known}"
    )
    yield from _indented(finding.says)
    if finding.treatments:
        yield from _indented(f"What to do: {finding.treatments[0].title}.")


def _indented(text: str) -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()),
        WIDTH,
        initial_indent="    ",
        subsequent_indent="    ",
        break_on_hyphens=False,
        break_long_words=False,
    )
