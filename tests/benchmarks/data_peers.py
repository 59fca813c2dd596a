"""Other tools on the data sets and faults of `data_faults`, beside ours, in one table.

    python -m tests.benchmarks.data_peers KEPT... --cleanlab PYTHON --deepchecks PYTHON
        --evidently PYTHON [--save FILE]

KEPT are files that `data_faults` kept. Of these the harmful faults are judged, and the clean sets.
PYTHON is the interpreter of an environment that has the peer: none of them is a dependency. What a
peer names is listed by the words of its own checks; a fault counts as named where it gives one that
fits, and a clean set as alarmed where it gives any.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.data_faults import Put, Result, folder_of_cell, real_set, results_of
from tests.benchmarks.real_faults import FAULTS
from tests.benchmarks.said import Said

PEERS = Path(__file__).with_name("peers")
BY_NAME = {one.name: one for one in FAULTS}
FITTING: Mapping[str, Mapping[str, str]] = {
    # Words of a peer that would send a reader to the fault.
    "cleanlab": {
        "missing codes": "outlier spurious_correlations",
        "holes as zero": "outlier spurious_correlations",
        "outliers": "outlier",
        "mixed units": "outlier label",
        "equal rows across the split": "near_duplicate",
        "near rows across the split": "near_duplicate",
        "validation in another form": "outlier non_iid",
        "classes renumbered": "label",
        "label noise": "label",
        "labels swapped in part": "label",
        "targets parted from rows": "label",
        "row number": "non_iid",
    },
    "deepchecks": {
        "missing codes": "OutlierSampleDetection",
        "outliers": "OutlierSampleDetection",
        "text for numbers": "MixedDataTypes StringMismatch SpecialCharacters MixedNulls "
        "StringLengthOutOfBounds",
        "constant column": "IsSingleValue",
        "leaking column": "FeatureLabelCorrelation FeatureLabelCorrelationChange",
        "row number": "FeatureLabelCorrelation IdentifierLabelCorrelation "
        "FeatureLabelCorrelationChange",
        "equal rows across the split": "TrainTestSamplesMix DataDuplicates",
        "near rows across the split": "TrainTestSamplesMix",
        "validation in another form": "FeatureDrift MultivariateDrift",
        "classes renumbered": "LabelDrift NewLabelTrainTest FeatureLabelCorrelationChange",
        "label noise": "ConflictingLabels",
        "labels swapped in part": "ConflictingLabels",
    },
    "evidently": {
        "missing codes": "Value Drift",
        "constant column": "Constant Columns Count Almost Constant Columns Count",
        "equal rows across the split": "Duplicated Rows Count",
        "validation in another form": "Value Drift Share of Drifted Columns Drifted Columns",
        "classes renumbered": "Value Drift",
    },
}


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What a peer said of one set, by its name as in `data_faults`."""

    said: tuple[str, ...]
    seconds: float


def kept(files: Sequence[Path]) -> dict[str, Said]:
    """All that was kept."""
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return {name: Said.of(said) for name, said in map(json.loads, filter(None, lines))}


def harmful_of(known: Mapping[str, Said]) -> list[Result]:
    """The faults that did harm."""
    parts = [name.split(" / ") for name in known]
    puts = [
        Put(fault=BY_NAME[one[0]], name=one[1], strength=int(one[2]))
        for one in parts
        if one[0] in BY_NAME
    ]
    return [one for one in results_of(puts, known) if one.counts]


def asked(peer: str, python: str, jobs: Sequence[Mapping[str, str]]) -> dict[str, Judged]:
    """Let a peer judge all jobs in its own environment."""
    with tempfile.TemporaryDirectory() as folder:
        given, out = Path(folder) / "jobs.json", Path(folder) / "out.json"
        given.write_text(json.dumps(list(jobs)), encoding="utf-8")
        script = PEERS / f"{peer}_peer.py"
        subprocess.run([python, str(script), str(given), str(out)], check=True)
        found = json.loads(out.read_text(encoding="utf-8"))
    return {
        name: Judged(said=tuple(one["said"]), seconds=one["seconds"]) for name, one in found.items()
    }


def names_it(peer: str, fault: str, judged: Judged) -> bool:
    """Whether one of the words that fit is among those that were said."""
    fitting = FITTING[peer].get(fault, "")
    return any(word in fitting for word in judged.said if not word.startswith("failed"))


def table(
    harmful: Sequence[Result],
    clean: Mapping[str, Said],
    peers: Mapping[str, Mapping[str, Judged]],
) -> str:
    """Named and alarmed, ours and each peer's, of the same sets."""
    head = ["| fault | harmful | nbdoctor |", *(f" {peer} |" for peer in peers)]
    lines = ["".join(head), f"| --- |{' ---: |' * (2 + len(peers))}"]
    for fault in dict.fromkeys(one.put.fault.name for one in harmful):
        mine = [one for one in harmful if one.put.fault.name == fault]
        cells = [f"{sum(one.named for one in mine)}"]
        for peer, found in peers.items():
            judged = [found[one.put.cell] for one in mine if one.put.cell in found]
            named = sum(names_it(peer, fault, one) for one in judged)
            cells.append(f"{named} of {len(judged)}")
        lines.append(f"| {fault} | {len(mine)} | {' | '.join(cells)} |")
    named = sum(one.named for one in harmful)
    sums = [f"{named} of {len(harmful)}"]
    alarms = [f"{sum(bool(said.alarms) for said in clean.values())} of {len(clean)}"]
    whole = sum(said.seconds for said in clean.values()) / max(1, len(clean))
    seconds = [f"{whole:.1f} with training"]
    for peer, found in peers.items():
        judged = [(one, found[one.put.cell]) for one in harmful if one.put.cell in found]
        hits = sum(names_it(peer, one.put.fault.name, said) for one, said in judged)
        sums.append(f"{hits} of {len(judged)}")
        calm = [found[name] for name in clean if name in found]
        alarms.append(f"{sum(bool(one.said) for one in calm)} of {len(calm)}")
        seconds.append(f"{sum(one.seconds for one in calm) / max(1, len(calm)):.1f}")
    lines.append(f"| all | {len(harmful)} | {' | '.join(sums)} |")
    lines.append(f"| clean sets with an alarm | | {' | '.join(alarms)} |")
    lines.append(f"| seconds for a clean set | | {' | '.join(seconds)} |")
    return "\n".join(lines)


def main() -> None:
    """Judge and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kept", nargs="+", type=Path)
    for peer in FITTING:
        parser.add_argument(f"--{peer}", default="", metavar="PYTHON")
    parser.add_argument("--save", type=Path, help="write what each peer said as JSON")
    arguments = parser.parse_args()
    known = kept(arguments.kept)
    harmful = harmful_of(known)
    clean = {name: said for name, said in known.items() if name.endswith(" / clean")}
    jobs = [
        {"name": name, "folder": str(folder_of_cell(name)), "kind": real_set(own).kind}
        for name, own in [
            *((one.put.cell, one.put.name) for one in harmful),
            *((name, name.split(" / ")[0]) for name in clean),
        ]
    ]
    peers = {
        peer: asked(peer, python, jobs) for peer in FITTING if (python := getattr(arguments, peer))
    }
    if arguments.save:
        said = {peer: {n: one.said for n, one in found.items()} for peer, found in peers.items()}
        arguments.save.write_text(json.dumps(said, indent=1), encoding="utf-8")
    sys.stdout.write(f"{table(harmful, clean, peers)}\n")


if __name__ == "__main__":
    main()
