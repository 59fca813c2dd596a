"""The tab "Checks": what held, what did not apply, and what could not be examined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Block, Chart, Items, Muted, Text

DOES_NOT_APPLY = "does not apply"
"""How the reason of a rule begins that has nothing to judge here."""


def blocks(report: Report, _charts: Mapping[str, Chart]) -> Iterator[Block]:
    """What held, what did not, and why; then how it was measured."""
    yield from _group(
        "Held", [f"{_capital(held.says)} ({wording.code(held.rule)})" for held in report.held]
    )
    apart = [one for one in report.not_run if one.reason.startswith(DOES_NOT_APPLY)]
    yield from _group("Does not apply", [_line(one.rule, _why(one.reason)) for one in apart])
    skipped = [one for one in report.not_run if one not in apart]
    yield from _group(
        "Could not be examined",
        [_line(one.rule, one.reason) for one in skipped]
        + [f"{fault.part}: {_one_line(fault.message)}" for fault in report.faults],
    )
    yield from _group("How this was measured", list(report.notes))
    if not (report.held or report.not_run or report.faults or report.notes):
        yield Muted(text="No check has judged yet." if not report.is_over else "No check ran.")


def _group(title: str, lines: list[str]) -> Iterator[Block]:
    if lines:
        many = "" if title.startswith("How") else f": {len(lines):,}"
        yield Text(text=f"{title}{many}")
        yield Items(items=tuple(lines))


def _line(rule: str, reason: str) -> str:
    return f"{wording.code(rule)}: {_one_line(reason)}"


def _why(reason: str) -> str:
    return reason.removeprefix(DOES_NOT_APPLY).lstrip(": ") or "nothing here to judge"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _one_line(text: str, most: int = 300) -> str:
    """`text` without line breaks; an error message may carry a page of them."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
