"""How long after a cell's end is the first fix proved, at the default budget?

    python -m tests.benchmarks.first_fix [--only IDS] [--workers N] [--kept FILE]

Every sick cell at hand is diagnosed with the options that `%%diagnose` has by itself. Counted are
the cells for which a fix can be tried: where one was proved, where one was tried in vain, and where
time was missing. The goal: of these at least `GOAL` have a proven fix `SECONDS` after their end.
What is in FILE already is not run again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from statistics import median

from tests.benchmarks.cells import Manner, ran
from tests.benchmarks.real_cases import add_manner, load, manner_of
from tests.benchmarks.said import CASES, Cell, Said

GOAL = 0.8
SECONDS = 10.0

CANNOT = "not tried"
SHORT_OF_TIME = ("it would take at least", "ran out")
"""How the reason begins or ends of a trial that time was missing for."""


def can_be_tried(said: Said) -> bool:
    """Whether a fix was tried, or would have been with more time."""
    if said.first_fix is not None or said.offers:
        return True
    return any(
        not what.startswith(CANNOT) or any(text in what for text in SHORT_OF_TIME)
        for _, _, what in said.tried
    )


def in_time(said: Said) -> bool:
    """Whether a fix was proved soon enough."""
    return said.first_fix is not None and said.first_fix <= SECONDS


def row(name: str, said: Said) -> str:
    """One cell as a line of the table."""
    stood = "no" if said.first_fix is None else f"{said.first_fix:.1f} s"
    used = "" if said.spent is None else f"{said.spent[0]:.1f} of {said.spent[1]:.0f} s"
    first = said.offers[0][1] if said.offers else ""
    others = "; ".join(f"{title}: {what}" for _, title, what in said.tried)
    wanted = "yes" if can_be_tried(said) else said.failed or "none to try"
    return f"| {name} | {wanted} | {stood} | {used} | {first} | {others} |"


def table(said: dict[str, Said]) -> str:
    """A Markdown table of all cells, and their sum."""
    head = "| cell | fix to try | proved after | used | what helps | tried or not |"
    those = [one for one in said.values() if can_be_tried(one)]
    soon = [one.first_fix for one in those if in_time(one) and one.first_fix is not None]
    share = len(soon) / max(1, len(those))
    middle = f", in the median after {median(soon):.1f} s" if soon else ""
    last = (
        f"Of {len(those)} sick cells for which a fix can be tried, {len(soon)} ({share:.0%}; goal "
        f"{GOAL:.0%}) have a proven one {SECONDS:g} s after their end{middle}."
    )
    rows = (row(name, one) for name, one in said.items())
    return "\n".join((head, f"|{' --- |' * 6}", *rows, "", last))


def diagnosed(only: Sequence[str], manner: Manner) -> dict[str, Said]:
    """What is said of the sick cells at the default budget."""
    cases = [case for case in load(CASES) if not only or case.id in only]
    return ran([Cell(name=case.id, source=case.cell, options="") for case in cases], manner)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="ids of cases, between commas")
    add_manner(parser)
    found = parser.parse_args()
    only = [name for name in found.only.split(",") if name]
    sys.stdout.write(f"{table(diagnosed(only, manner_of(found)))}\n")


if __name__ == "__main__":
    main()
