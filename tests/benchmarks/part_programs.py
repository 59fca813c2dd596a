"""The cause of real bugs, sought by experiment alone.

    python -m tests.benchmarks.part_programs [--only IDS] [--every] [--repaired] [--kept FILE]

Without options the programs are run of which it is known that a reference does clearly better.
Every rule but `cause-by-experiment` is off, and no fix is tried. Printed: the parts at fault, those
that are blamed, and what was reached. `parts.json` beside the cases maps the words for their faults
to parts. A part is one too many where no word for a fault of the program stands for it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.benchmarks.cells import ran
from tests.benchmarks.real_cases import add_manner, load, manner_of
from tests.benchmarks.said import CASES, Cell, Said, Searched

BETTER_BY_A_REFERENCE = (
    "gh-fcdensenet-16", "gh-keras-13710", "gh-keras-9097", "gh-pipeseg-1", "gh-siamese-469",
    "gh-tf-41334", "gh-tf-46782", "gh-tf2gans-14", "gh-tfunet-149", "gh-worldmodels-12",
    "so-31556268", "so-33969059", "so-34673164", "so-38648195", "so-39525358", "so-41600519",
    "so-44066044", "so-44998910", "so-45337371", "so-45442843", "so-47724077", "so-48251943",
    "so-48385830", "so-48934338", "so-50079585", "so-51181393", "so-51763983", "so-55955130",
)  # fmt: skip
"""Measured once, by experiments that do not share code with ours."""


@dataclass(frozen=True, kw_only=True)
class Sought:
    """One program, and what the experiment says of it.

    Attributes
    ----------
    name : str
        The program.
    primary, faults, secondary : frozenset of str
        Parts that its root cause lies in; those of all its faults; those of which something true
        may be said beside them.
    said : Said
    """

    name: str
    primary: frozenset[str]
    faults: frozenset[str]
    secondary: frozenset[str]
    said: Said

    @property
    def searched(self) -> Searched:
        """What the search ended with."""
        return self.said.searched or Searched(outcome="no experiment")

    @property
    def is_named(self) -> bool:
        """Whether a part is blamed that the root cause lies in."""
        return bool(set(self.searched.blamed) & self.primary)

    @property
    def too_many(self) -> tuple[str, ...]:
        """Parts that are blamed and that none of its faults lies in."""
        return tuple(part for part in self.searched.blamed if part not in self.faults)

    @property
    def untrue(self) -> tuple[str, ...]:
        """Those of which nothing true can be said at all."""
        return tuple(part for part in self.too_many if part not in self.secondary)


def parts_of(words: Sequence[str], known: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The parts that words for faults stand for."""
    return frozenset(part for word in words for part in known.get(word, ()))


def row(one: Sought) -> str:
    """One program as a line of the table."""
    found = one.searched
    verdict = "yes" if one.is_named else "no" if found.blamed else found.outcome
    scores = f"{found.control:.2f} | {found.reference:.2f} | {found.reached:.2f}"
    cells = (
        one.name,
        ", ".join(sorted(one.primary)),
        ", ".join(found.blamed),
        verdict,
        ", ".join(one.too_many),
        scores,
        f"{found.seconds:.1f}",
        str(len(found.runs)),
        one.said.failed or found.why,
    )
    return f"| {' | '.join(cells)} |"


def table(every: Sequence[Sought]) -> str:
    """A Markdown table of all programs."""
    head = (
        "| program | at fault | blamed | named | too many | as it is | reference | reached "
        "| seconds | trainings | why |"
    )
    return "\n".join((head, f"|{' --- |' * 11}", *map(row, every)))


def summary(every: Sequence[Sought]) -> str:
    """The sums in a few sentences."""
    seconds = [one.searched.seconds for one in every]
    named, too_many = sum(one.is_named for one in every), sum(bool(one.too_many) for one in every)
    return (
        f"A part that the root cause lies in is blamed in {named} of {len(every)} programs. A part "
        f"that no fault lies in is blamed in {too_many}, one of which nothing true can be said in "
        f"{sum(bool(one.untrue) for one in every)}. Nobody is blamed in "
        f"{sum(not one.searched.blamed for one in every)}. Seconds: {np.median(seconds):.1f} in "
        f"the median, {max(seconds):.1f} at most."
    )


def sought(cases: Sequence[Any], found: argparse.Namespace) -> list[Sought]:
    """Run the programs."""
    parts = json.loads((CASES / "parts.json").read_text(encoding="utf-8"))
    options = f"--no-trials --experiment --only cause-by-experiment --budget {found.budget}"
    cells = [
        Cell(
            name=case.id,
            source=case.fixed_cell if found.repaired else case.cell,
            options=options,
        )
        for case in cases
    ]
    said = ran(cells, manner_of(found))
    return [
        Sought(
            name=case.id,
            primary=parts_of(case.primary, parts),
            faults=parts_of((*case.primary, *case.faults), parts),
            secondary=parts_of(case.acceptable, parts),
            said=said[case.id],
        )
        for case in cases
    ]


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="ids of cases, separated by commas")
    parser.add_argument("--every", action="store_true", help="all cases")
    parser.add_argument("--repaired", action="store_true", help="their repaired halves")
    parser.add_argument("--budget", type=float, default=60.0, help="seconds for each")
    parser.add_argument("--runs", action="store_true", help="print every training")
    add_manner(parser)
    return parser.parse_args(arguments)


def main() -> None:
    """Run and print."""
    found = parsed()
    only = [name for name in found.only.split(",") if name] or BETTER_BY_A_REFERENCE
    cases = [case for case in load(CASES) if found.every or case.id in only]
    every = sought(cases, found)
    said = [table(every), summary(every)]
    if found.runs:
        said += [f"{one.name}\n" + "\n".join(one.searched.runs) for one in every]
    sys.stdout.write("\n\n".join(said) + "\n")


if __name__ == "__main__":
    main()
