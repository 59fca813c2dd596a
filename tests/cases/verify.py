"""Hold every case to its own word, without any diagnosis, and write results.json.

    python -m tests.cases.verify [--only IDS] [--seeds 0,1,2] [--workers 2]

A case holds where its sick cell shows its symptom (the error that is named, or a score of at most
`bad`) and its repaired cell runs and scores at least `good`, for every seed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib import metadata

from tests.benchmarks.cells import Manner, ran
from tests.benchmarks.said import Cell, Said
from tests.cases.cases import CASES, HERE, Case

RESULTS = HERE / "results.json"


def cells(case: Case, seeds: Sequence[int]) -> dict[str, list[Cell]]:
    """Both programs with every seed, without the magic."""
    after = {"sick": case.probe, "repaired": case.fixed_probe or case.probe}
    source = {"sick": case.cell, "repaired": case.fixed_cell}
    return {
        which: [
            Cell(
                name=f"{case.id}/{which}/{seed}",
                source=source[which],
                score=after[which],
                magic=False,
                seed=seed,
            )
            for seed in seeds
        ]
        for which in source
    }


def objections(case: Case, sick: Sequence[Said], repaired: Sequence[Said]) -> Iterator[str]:
    """Why the case does not hold."""
    for said in sick:
        if case.crash and not re.search(case.crash, said.raised, re.DOTALL):
            yield f"sick: ended with {said.raised!r}, not {case.crash!r}"
        elif not case.crash and said.raised:
            yield f"sick: raised {said.raised}"
        elif case.bad is not None and not (said.score is not None and said.score <= case.bad):
            yield f"sick: scored {said.score}, more than {case.bad}"
    for said in repaired:
        if said.raised:
            yield f"repaired: raised {said.raised}"
        elif case.good is not None and not (said.score is not None and said.score >= case.good):
            yield f"repaired: scored {said.score}, less than {case.good}"


def brief(said: Said) -> dict[str, object]:
    """What results.json keeps of a run."""
    kept = asdict(said)
    return {name: kept[name] for name in ("raised", "score", "seconds", "failed") if kept[name]}


def main() -> None:
    """Run, write and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="ids of cases, separated by commas")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--workers", type=int, default=1)
    found = parser.parse_args()
    seeds = [int(seed) for seed in found.seeds.split(",")]
    cases = [case for case in CASES if not found.only or case.id in found.only.split(",")]
    programs = {case.id: cells(case, seeds) for case in cases}
    every = [cell for both in programs.values() for some in both.values() for cell in some]
    said = ran(every, Manner(workers=found.workers))
    rows = {}
    for case in cases:
        sick, repaired = (
            [said[cell.name] for cell in programs[case.id][which]] for which in ("sick", "repaired")
        )
        why = list(objections(case, sick, repaired))
        rows[case.id] = {
            "holds": not why,
            "why": why,
            "sick": [brief(one) for one in sick],
            "repaired": [brief(one) for one in repaired],
        }
        sys.stdout.write(f"{case.id}: {'; '.join(why) or 'holds'}\n")
    if not found.only:
        used = {name: metadata.version(name) for name in ("keras", "tensorflow_cpu")}
        text = json.dumps({**used, "seeds": seeds, "cases": rows}, indent=1)
        RESULTS.write_text(f"{text}\n", encoding="utf-8")
    sys.stdout.write(f"{sum(bool(row['holds']) for row in rows.values())} of {len(rows)} hold.\n")


if __name__ == "__main__":
    main()
