"""What `%%diagnose` says of real data sets, as they are and with one fault put in.

    python -m tests.benchmarks.data_faults [--clean] [--only FAULTS] [--sets NAMES] [--each 5]
        [--kept FILE] [--workers 1]

Needs the extra `benchmark`. Every set is trained by a plain model; then each fault is put into
some of the sets that it applies to, at three strengths. A fault counts where the score on clean
rows falls by 0.1 or more: all are run without the magic first, and those that count with it. What
is in FILE already is not run again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from tests.benchmarks.cells import Manner, ran
from tests.benchmarks.data_programs import program, written
from tests.benchmarks.real_faults import FAULTS, Fault
from tests.benchmarks.real_sets import SETS, RealSet
from tests.benchmarks.said import Cell, Said, said_as_text

FOLDER = Path(tempfile.gettempdir()) / "nbdoctor-real-data"
STRENGTHS = 3
FALLS = 0.1
"""By so much the score must fall for a fault to count."""

SCORE = '__import__("tests.benchmarks.data_programs", fromlist=["scored"]).scored'


@cache
def real_set(name: str) -> RealSet:
    """One of the sets."""
    return SETS[name]()


def folder_of_cell(name: str) -> Path:
    """Where its data are written."""
    return FOLDER / name.replace(" / ", "-").replace(" ", "_")


def cell_of(name: str, one: RealSet, *, judges: bool = False) -> Cell:
    """The program of a set, its data written."""
    folder = folder_of_cell(name)
    written(one, folder)
    return Cell(
        name=name,
        source=program(one, folder),
        score=f"{SCORE}(globals(), {one.kind!r}, {folder.as_posix()!r}, judges={judges})",
        options="--no-trials --budget 30",
        seed=3,
    )


@dataclass(frozen=True, kw_only=True)
class Put:
    """A fault in a set, at a strength."""

    fault: Fault
    name: str
    strength: int

    @property
    def cell(self) -> str:
        """The name of its cell."""
        return f"{self.fault.name} / {self.name} / {self.strength}"

    @property
    def clean(self) -> str:
        """The name of the cell that it is compared with, without the magic."""
        return f"{self.name} / {'judged' if self.fault.judges else 'unharmed'}"

    def made(self) -> RealSet | None:
        """The set with the fault in it."""
        rng = np.random.default_rng(zlib.crc32(self.cell.encode()))
        return self.fault.put(real_set(self.name), self.strength, rng)


def places(faults: Sequence[Fault], names: Sequence[str], each: int) -> Iterator[Put]:
    """Some sets for each fault, of all its kinds, at every strength."""
    for fault in faults:
        fitting = [name for name in names if real_set(name).kind in fault.kinds]
        order = np.random.default_rng(zlib.crc32(fault.name.encode())).permutation(len(fitting))
        # Kinds take turns, so that few sets are of all of them.
        by_kind: dict[str, list[str]] = {}
        for at in order:
            by_kind.setdefault(real_set(fitting[at]).kind, []).append(fitting[at])
        turns = max(map(len, by_kind.values()), default=0)
        mixed = [some[at] for at in range(turns) for some in by_kind.values() if at < len(some)]
        found = 0
        for name in mixed:
            if (
                Put(fault=fault, name=name, strength=0).made() is None
                and fault.name != "order lost"
            ):
                continue
            yield from (Put(fault=fault, name=name, strength=one) for one in range(STRENGTHS))
            found += 1
            if found == each:
                break


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a fault does to the score of a set, and what was said of it where that is harm.

    Attributes
    ----------
    put : Put
    clean, harmed : float or None
        Scores without the fault and with it.
    said : Said or None
        None where it does no harm.
    """

    put: Put
    clean: float | None
    harmed: float | None
    said: Said | None = None

    @property
    def fell(self) -> float:
        """By how much the score fell; nothing where it is not known."""
        known = self.clean is not None and self.harmed is not None
        return (self.clean or 0.0) - (self.harmed or 0.0) if known else 0.0

    @property
    def counts(self) -> bool:
        """Whether the fault did harm."""
        return self.fell >= FALLS

    @property
    def named(self) -> bool:
        """Whether a warning or a critical finding names it."""
        return self.said is not None and bool(self.put.fault.named_by & set(self.said.alarms))

    @property
    def first(self) -> bool:
        """Whether the first finding does."""
        return self.named and self.said is not None and (
            self.said.findings[0][0] in self.put.fault.named_by
        )  # fmt: skip


def clean_cells(names: Sequence[str]) -> list[Cell]:
    """The sets as they are."""
    return [cell_of(f"{name} / clean", real_set(name)) for name in names]


def plain(cell: Cell, name: str) -> Cell:
    """The same cell without the magic, under another name."""
    return replace(cell, name=name, magic=False)


def clean_table(names: Sequence[str], said: Mapping[str, Said]) -> str:
    """What is said of the sets as they are."""
    lines = ["| set | kind | score | said | seconds |", "| --- | --- | ---: | --- | ---: |"]
    for name in names:
        one = said[f"{name} / clean"]
        score = "" if one.score is None else f"{one.score:.2f}"
        loud = ", ".join(one.alarms)
        lines.append(
            f"| {name} | {real_set(name).kind} | {score} | {said_as_text(one)} "
            f"{f'**{loud}**' if loud else ''} | {one.seconds:.1f} |"
        )
    alarms = sum(bool(said[f"{name} / clean"].alarms) for name in names)
    critical = sum(
        any(severity == "critical" for _, severity, _ in said[f"{name} / clean"].findings)
        for name in names
    )
    lines += ["", f"{alarms} of {len(names)} clean sets have a warning, {critical} a critical one."]
    return "\n".join(lines)


def fault_table(results: Sequence[Result]) -> str:
    """Of each fault, how often it does harm, and how often it is then named."""
    lines = ["| fault | harmful | named | first | missed |", "| --- | ---: | ---: | ---: | --- |"]
    for fault in dict.fromkeys(one.put.fault.name for one in results):
        mine = [one for one in results if one.put.fault.name == fault]
        harmful = [one for one in mine if one.counts]
        missed = ", ".join(
            f"{one.put.name} {one.put.strength} ({one.fell:.2f}: "
            f"{said_as_text(one.said or Said())})"
            for one in harmful
            if not one.named
        )
        lines.append(
            f"| {fault} | {len(harmful)} of {len(mine)} | {sum(one.named for one in harmful)} "
            f"| {sum(one.first for one in harmful)} | {missed} |"
        )
    harmful = [one for one in results if one.counts]
    named, first = (sum(getattr(one, what) for one in harmful) for what in ("named", "first"))
    share = 100 * named / max(1, len(harmful))
    lines += [
        "",
        f"{named} of {len(harmful)} harmful faults are named ({share:.0f} %), {first} first.",
    ]
    failed = [one.put.cell for one in results if one.harmed is None]
    if failed:
        lines.append(f"Without a score: {', '.join(failed)}.")
    return "\n".join(lines)


def judged(puts: Sequence[tuple[Put, RealSet]], manner: Manner) -> list[Result]:
    """All faults without the magic, and those that do harm with it."""
    cells = {one.cell: cell_of(one.cell, made, judges=one.fault.judges) for one, made in puts}
    unharmed = {
        one.clean: plain(
            cell_of(f"{one.name} / clean", real_set(one.name), judges=one.fault.judges), one.clean
        )
        for one, _ in puts
    }
    without = [plain(cell, f"{name} / plain") for name, cell in cells.items()]
    scores = ran([*unharmed.values(), *without], manner)
    results = [
        Result(put=one, clean=scores[one.clean].score, harmed=scores[f"{one.cell} / plain"].score)
        for one, _ in puts
    ]
    said = ran([cells[one.put.cell] for one in results if one.counts], manner)
    return [replace(one, said=said.get(one.put.cell)) for one in results]


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clean", action="store_true", help="the sets as they are, no faults")
    parser.add_argument("--only", default="", help="faults, separated by semicolons")
    parser.add_argument("--sets", default="", help="sets, separated by commas")
    parser.add_argument("--each", type=int, default=5, help="sets that each fault is put into")
    parser.add_argument("--kept", type=Path, help="file to keep results in, and to go on from")
    parser.add_argument("--workers", type=int, default=1, help="processes at a time")
    return parser.parse_args(arguments)


def main() -> None:
    """Run and print."""
    arguments = parsed()
    names = [one for one in arguments.sets.split(",") if one] or list(SETS)
    only = [one.strip() for one in arguments.only.split(";") if one]
    manner = Manner(workers=arguments.workers, per_process=20, kept=arguments.kept)
    if arguments.clean:
        said = ran(clean_cells(names), manner)
        sys.stdout.write(f"{clean_table(names, said)}\n")
        return
    faults = [one for one in FAULTS if not only or one.name in only]
    puts = [(one, one.made()) for one in places(faults, names, arguments.each)]
    there = [(one, made) for one, made in puts if made is not None]
    sys.stdout.write(f"{fault_table(judged(there, manner))}\n")


if __name__ == "__main__":
    main()
