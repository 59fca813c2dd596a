"""For a comment on a pull request or the summary of a job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbdoctor.report import Severity
from nbdoctor.report.checked import Checked, Place, Problem
from nbdoctor.view.checks.as_text import found, summary
from nbdoctor.view.markdown import escaped
from nbdoctor.view.tabs.findings import SEVERITY_WORDS


def as_markdown(checked: Sequence[Checked], _least: Severity | None = None) -> str:
    """A table per file in which something was found."""
    parts = [f"## nbdoctor\n\n{escaped(summary(checked))}"]
    parts += [part for one in checked for part in _file(one)]
    return "\n\n".join(parts) + "\n"


def _file(one: Checked) -> Iterator[str]:
    if not one.problems and one.stop is None and not one.notes:
        return
    yield f"### {escaped(one.path)}"
    if one.problems:
        head = "| where | severity | finding | what was measured |\n| --- | --- | --- | --- |"
        yield "\n".join([head, *map(_row, one.problems)])
    elif one.stop is None:
        yield f"{found(one.problems).capitalize()}."
    if one.stop is not None:
        yield f"**Stopped** at {escaped(_where(one.stop.place))}: {escaped(one.stop.says)}"
    yield from map(escaped, one.notes)


def _row(problem: Problem) -> str:
    finding = problem.finding
    known = " (in the baseline)" if problem.known else ""
    cells = (
        _where(problem.place),
        f"{SEVERITY_WORDS[finding.severity]}{known}",
        f"{finding.title} (`{finding.rule}`)",
        finding.says,
    )
    return f"| {' | '.join(map(escaped, cells))} |"


def _where(place: Place) -> str:
    if place.cell is None:
        return f"line {place.line}"
    return f"cell {place.cell}" + (f", line {place.cell_line}" if place.cell_line else "")
