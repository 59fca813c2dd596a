"""The tab "Checks": what could not be examined, what passed, and what did not apply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Block, Chart, Items, Muted, Table, Text

PASSED = "Passed"
NOTHING = "there is nothing to check here"
NO_TIME = "Not examined, no time"
LONGER = (
    "The button “Look longer”, or `%diagnose --longer` in another cell, measures what still can "
    "be measured without running your code again. `%%diagnose --budget 60` has more time from the "
    "start."
)


def blocks(report: Report, _charts: Mapping[str, Chart]) -> Iterator[Block]:
    """What was left out, what passed, what did not apply, and why; then how it was measured."""
    apart = [one for one in report.not_run if one.kind == "does not apply"]
    late = [one for one in report.not_run if one.kind == "no time"]
    yield from _group(NO_TIME, [_line(one.rule, one.reason) for one in late])
    if late:
        yield Muted(text=LONGER)
    skipped = [one for one in report.not_run if one not in apart and one not in late]
    yield from _group(
        "Could not be examined",
        [_line(one.rule, one.reason) for one in skipped]
        + [f"{fault.part}: {_one_line(fault.message)}" for fault in report.faults],
    )
    yield from _group(
        PASSED, [f"{_capital(held.says)} ({wording.code(held.rule)})" for held in report.held]
    )
    if apart:
        yield Table(
            caption=f"Does not apply: {len(apart):,}",
            header=("check", "why"),
            rows=tuple((wording.code(one.rule), _one_line(one.reason or NOTHING)) for one in apart),
            folded=True,
        )
    yield from _group("How this was measured", list(report.notes))
    if not (report.held or report.not_run or report.faults or report.notes):
        yield Muted(text="No check has run yet." if not report.is_over else "No check ran.")


def _group(title: str, lines: list[str]) -> Iterator[Block]:
    if lines:
        many = "" if title.startswith("How") else f": {len(lines):,}"
        yield Text(text=f"{title}{many}")
        yield Items(items=tuple(lines))


def _line(rule: str, reason: str) -> str:
    return f"{wording.code(rule)}: {_one_line(reason)}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _one_line(text: str, most: int = 300) -> str:
    """`text` without line breaks; an error message may carry a page of them."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
