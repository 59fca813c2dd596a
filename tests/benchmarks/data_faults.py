"""What `%%diagnose` says of real data sets, as they are and with one fault put in.

    python -m tests.benchmarks.data_faults [--clean | --faults] [--only FAULTS] [--sets NAMES]
        [--each 5] [--kept FILE] [--workers 1]
    python -m tests.benchmarks.data_faults --table FILE...

Needs the extra `benchmark`. Every set is trained by a plain model; then each fault is put into
some of the sets that it applies to, at three strengths. A fault counts where the score on clean
rows falls by 0.1 or more, or, where it lies in the rows that judge, where their score is so far
from that on clean rows. What is in FILE already is not run again; `--clean` and `--faults` run one
half each, and `--table` makes the tables of what several files hold.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from tests.benchmarks.cells import Manner, ran
from tests.benchmarks.data_programs import program, written
from tests.benchmarks.real_faults import FAULTS, Fault
from tests.benchmarks.real_sets import SETS, RealSet
from tests.benchmarks.said import Cell, Said, said_as_text

FOLDER = Path(tempfile.gettempdir()) / "nbdoctor-real-data"
WEAK = frozenset({"fair", "randhie", "star98", "treering"})
"""Sets of which a plain model knows next to nothing, so that no score can fall."""

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
        """The name of the cell without the fault."""
        return f"{self.name} / clean"

    def made(self) -> RealSet | None:
        """The set with the fault in it."""
        rng = np.random.default_rng(zlib.crc32(self.cell.encode()))
        return self.fault.put(real_set(self.name), self.strength, rng)


def places(faults: Sequence[Fault], names: Sequence[str], each: int) -> Iterator[Put]:
    """Some sets for each fault, of all its kinds, at every strength."""
    for fault in faults:
        sound = [name for name in names if name not in WEAK]
        fitting = [name for name in sound if real_set(name).kind in fault.kinds]
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
    """What a fault does to the score of a set, and what was said of it.

    Attributes
    ----------
    put : Put
    clean : float or None
        Score without the fault; 1 where it lies in the rows that judge, which then tell the truth.
    said : Said
    """

    put: Put
    clean: float | None
    said: Said

    @property
    def fell(self) -> float:
        """By how much the score fell; nothing where it is not known."""
        if self.clean is None or self.said.score is None:
            return 0.0
        return self.clean - self.said.score

    @property
    def counts(self) -> bool:
        """Whether the fault did harm."""
        return self.fell >= FALLS

    @property
    def named(self) -> bool:
        """Whether a warning or a critical finding names it."""
        return bool(self.put.fault.named_by & set(self.said.alarms))

    @property
    def first(self) -> bool:
        """Whether the first finding does."""
        return self.named and self.said.findings[0][0] in self.put.fault.named_by


def clean_cells(names: Sequence[str]) -> list[Cell]:
    """The sets as they are."""
    return [cell_of(f"{name} / clean", real_set(name)) for name in names]


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
    lines = [
        "| fault | harmful | named | first | named where harmless | missed |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for fault in dict.fromkeys(one.put.fault.name for one in results):
        mine = [one for one in results if one.put.fault.name == fault]
        harmful = [one for one in mine if one.counts]
        missed = ", ".join(
            f"{one.put.name} {one.put.strength} ({one.fell:.2f}: {said_as_text(one.said)})"
            for one in harmful
            if not one.named
        )
        lines.append(
            f"| {fault} | {len(harmful)} of {len(mine)} | {sum(one.named for one in harmful)} "
            f"| {sum(one.first for one in harmful)} "
            f"| {sum(one.named for one in mine if not one.counts)} | {missed} |"
        )
    harmful = [one for one in results if one.counts]
    named, first = (sum(getattr(one, what) for one in harmful) for what in ("named", "first"))
    share = 100 * named / max(1, len(harmful))
    lines += [
        "",
        f"{named} of {len(harmful)} harmful faults are named ({share:.0f} %), {first} first.",
    ]
    failed = [one.put.cell for one in results if one.clean is None or one.said.score is None]
    if failed:
        lines.append(f"Without a score: {', '.join(failed)}.")
    return "\n".join(lines)


def results_of(puts: Sequence[Put], said: Mapping[str, Said]) -> list[Result]:
    """What is known of faults and of the sets without them."""
    return [
        Result(
            put=one,
            clean=1.0 if one.fault.judges else getattr(said.get(one.clean), "score", None),
            said=said[one.cell],
        )
        for one in puts
        if one.cell in said
    ]


def tables(files: Sequence[Path]) -> str:
    """Of all that these files hold."""
    said: dict[str, Said] = {}
    for file in files:
        said.update(Manner(kept=file).known())
    names = [name for name in SETS if f"{name} / clean" in said]
    parts = [name.split(" / ") for name in said]
    faults = {one.name: one for one in FAULTS}
    puts = [
        Put(fault=faults[one[0]], name=one[1], strength=int(one[2]))
        for one in parts
        if one[0] in faults
    ]
    puts.sort(key=lambda one: list(faults).index(one.fault.name))
    return f"{clean_table(names, said)}\n\n{fault_table(results_of(puts, said))}"


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    half = parser.add_mutually_exclusive_group()
    half.add_argument("--clean", action="store_true", help="the sets as they are, no faults")
    half.add_argument("--faults", action="store_true", help="the faults, not the sets without")
    half.add_argument("--table", nargs="+", type=Path, metavar="FILE", help="run nothing")
    parser.add_argument("--only", default="", help="faults, separated by semicolons")
    parser.add_argument("--sets", default="", help="sets, separated by commas")
    parser.add_argument("--each", type=int, default=5, help="sets that each fault is put into")
    parser.add_argument("--kept", type=Path, help="file to keep results in, and to go on from")
    parser.add_argument("--workers", type=int, default=1, help="processes at a time")
    return parser.parse_args(arguments)


def main() -> None:
    """Run and print."""
    arguments = parsed()
    if arguments.table:
        sys.stdout.write(f"{tables(arguments.table)}\n")
        return
    names = [one for one in arguments.sets.split(",") if one] or list(SETS)
    only = [one.strip() for one in arguments.only.split(";") if one]
    manner = Manner(workers=arguments.workers, per_process=20, kept=arguments.kept)
    if arguments.clean:
        sys.stdout.write(f"{clean_table(names, ran(clean_cells(names), manner))}\n")
        return
    faults = [one for one in FAULTS if not only or one.name in only]
    puts = [(one, one.made()) for one in places(faults, names, arguments.each)]
    # The strongest first: a run that is stopped has then seen all faults.
    there = sorted(
        ((one, made) for one, made in puts if made is not None), key=lambda pair: -pair[0].strength
    )
    used = [] if arguments.faults else list(dict.fromkeys(one.name for one, _ in there))
    cells = [cell_of(one.cell, made, judges=one.fault.judges) for one, made in there]
    said = ran([*clean_cells(used), *cells], manner)
    sys.stdout.write(f"{fault_table(results_of([one for one, _ in there], said))}\n")


if __name__ == "__main__":
    main()
