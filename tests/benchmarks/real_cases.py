"""What `%%diagnose` says of a folder of real bugs, sick and repaired.

    python -m tests.benchmarks.real_cases [FOLDER] [--only IDS] [--budget 60] [--kept FILE]

The folder holds a module `cases` with `CASES`: objects with `id`, `group` (groups are summed up
apart), `cell` (the sick program),
`fixed_cell` (the repaired one), `primary` (words for the root cause; naming any one of them is
naming it), `faults` and `acceptable` (words for all that may be said of the sick cell).
`ailments.json` beside it maps each word to the rules that name it, and `symptom` to the rules that
are never wrong on a sick cell. What is in FILE already is not run again.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.cells import Manner, ran
from tests.benchmarks.said import CASES, Cell, Said, said_as_text

SEVERITIES = ("critical", "warning", "note")
SICK, REPAIRED = "sick", "repaired"
NOTHING = Said()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One case: what was said of both programs.

    Attributes
    ----------
    name : str
        The case.
    wanted, allowed : frozenset of str
        Rules that name the root cause; those that may speak of the sick cell.
    sick, repaired : Said
        What was said.
    group : str
        Of the cases that it is summed up with.
    """

    name: str
    group: str = ""
    wanted: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()
    sick: Said = NOTHING
    repaired: Said = NOTHING

    @property
    def failed(self) -> str:
        """Why a program could not be run."""
        return self.sick.failed or self.repaired.failed

    @property
    def found(self) -> bool:
        """Whether a critical finding or a warning names the root cause."""
        return bool(self.wanted & set(self.sick.alarms))

    @property
    def found_first(self) -> bool:
        """Whether the first finding names it."""
        return self.found and self.sick.findings[0][0] in self.wanted

    @property
    def wrong(self) -> tuple[str, ...]:
        """Alarms on the sick cell that name no fault of it, consequences of others left out."""
        causes = {
            rule for rule, severity, cause in self.sick.findings if severity != "note" and not cause
        }
        return tuple(sorted(causes - self.wanted - self.allowed))


def rules_for(words: Sequence[str], ailments: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """All rules that name one of these faults."""
    return frozenset(rule for word in words for rule in ailments.get(word, ()))


def counts(outcomes: Sequence[Outcome]) -> Counter[str]:
    """Findings on repaired cells by severity."""
    return Counter(severity for one in outcomes for _, severity, _ in one.repaired.findings)


def row(one: Outcome) -> str:
    """One case as a line of the table."""
    if one.failed:
        return f"| {one.name} | could not be run | {one.failed} | | | |"
    named = "first" if one.found_first else "yes" if one.found else "no"
    seconds = f"{one.sick.seconds:.1f} + {one.repaired.seconds:.1f}"
    return (
        f"| {one.name} | {named} | {said_as_text(one.sick)} | {', '.join(one.wrong)} "
        f"| {said_as_text(one.repaired)} | {seconds} |"
    )


def table(outcomes: Sequence[Outcome]) -> str:
    """A Markdown table of all cases."""
    head = (
        "| case | root cause named | said of the sick cell | of it wrong "
        "| said of the repaired cell | seconds |"
    )
    return "\n".join((head, f"|{' --- |' * 6}", *map(row, outcomes)))


def summary(outcomes: Sequence[Outcome]) -> str:
    """The sums in a few sentences."""
    every = [one for one in outcomes if not one.failed]
    number = counts(every)
    severities = ", ".join(f"{number[severity]} {severity}" for severity in SEVERITIES)
    seconds = [one.sick.seconds + one.repaired.seconds for one in every]
    return (
        f"Root cause named in {sum(one.found for one in every)} of {len(every)} sick cells, "
        f"as the first finding in {sum(one.found_first for one in every)}. "
        f"Wrong findings on sick cells: {sum(len(one.wrong) for one in every)}. "
        f"Findings on {len(every)} repaired cells: {severities}. "
        "Repaired cells without a critical finding or a warning: "
        f"{sum(not one.repaired.alarms for one in every)}. "
        f"Seconds per case: {sum(seconds) / max(len(every), 1):.1f}."
    )


def false_alarms(outcomes: Sequence[Outcome]) -> str:
    """Critical findings and warnings on repaired cells, by rule."""
    met: dict[str, list[str]] = {}
    for one in outcomes:
        for rule in one.repaired.alarms:
            met.setdefault(rule, []).append(one.name)
    return "\n".join(f"- {rule}: {', '.join(names)}" for rule, names in sorted(met.items()))


def load(folder: Path) -> list[Any]:
    """The cases of a folder."""
    sys.path.insert(0, str(folder))
    cases: list[Any] = importlib.import_module("cases").CASES
    return cases


def programs(case: Any, folder: Path, options: str = Cell.options) -> list[Cell]:
    """Both programs of a case."""
    sick, repaired = f"{case.id}/{SICK}", f"{case.id}/{REPAIRED}"
    folders = (str(folder),)
    return [
        Cell(name=sick, source=case.cell, score=case.probe, folders=folders, options=options),
        Cell(
            name=repaired,
            source=case.fixed_cell,
            score=case.fixed_probe or case.probe,
            folders=folders,
            options=options,
        ),
    ]


def outcomes_of(
    folder: Path, only: Sequence[str], manner: Manner, options: str = Cell.options
) -> list[Outcome]:
    """All cases, or those named."""
    ailments = json.loads((folder / "ailments.json").read_text(encoding="utf-8"))
    cases = [case for case in load(folder) if not only or case.id in only]
    said = ran([cell for case in cases for cell in programs(case, folder, options)], manner)
    return [
        Outcome(
            name=case.id,
            group=getattr(case, "group", ""),
            wanted=rules_for(case.primary, ailments),
            allowed=rules_for((*case.faults, *case.acceptable, "symptom"), ailments),
            sick=said[f"{case.id}/{SICK}"],
            repaired=said[f"{case.id}/{REPAIRED}"],
        )
        for case in cases
    ]


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=CASES)
    parser.add_argument("--only", default="", help="ids of cases, separated by commas")
    parser.add_argument(
        "--budget",
        type=float,
        help="seconds for trials and the experiment, which are left out without it",
    )
    add_manner(parser)
    found = parser.parse_args(arguments)
    found.folder = found.folder.resolve()
    if not (found.folder / "cases.py").is_file():
        parser.error(f"there is no cases.py in {found.folder}: name the folder that holds it")
    return found


def add_manner(parser: argparse.ArgumentParser) -> None:
    """The options of how cells are run."""
    parser.add_argument("--workers", type=int, default=1, help="processes at a time")
    parser.add_argument("--per-process", type=int, default=8, help="cells of each process")
    parser.add_argument("--kept", type=Path, help="file to keep results in, and to go on from")


def manner_of(found: argparse.Namespace) -> Manner:
    """How cells are run, as the command line says."""
    return Manner(workers=found.workers, per_process=found.per_process, kept=found.kept)


def main() -> None:
    """Run and print."""
    arguments = parsed()
    only = [name for name in arguments.only.split(",") if name]
    budget = arguments.budget
    options = Cell.options if budget is None else f"--budget {budget:g}"
    outcomes = outcomes_of(arguments.folder, only, manner_of(arguments), options)
    groups = dict.fromkeys(one.group for one in outcomes)
    sums = [
        f"{group or 'All'}: {summary([one for one in outcomes if one.group == group])}"
        for group in groups
    ]
    said = (table(outcomes), *sums, false_alarms(outcomes))
    sys.stdout.write("\n\n".join(said) + "\n")


if __name__ == "__main__":
    main()
