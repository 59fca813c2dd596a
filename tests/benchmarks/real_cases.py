"""What `%%diagnose` says of a folder of real bugs, sick and repaired.

    python tests/benchmarks/real_cases.py FOLDER

The folder holds a module `cases` with `CASES`: objects with `id`, `cell` (the sick program),
`fixed_cell` (the repaired one) and `primary` (words for the root cause; naming any one of them is
naming it). `ailments.json` beside it maps each word to the rules that name it. A case is run in a
fresh process, sick and then repaired.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROOT = Path(__file__).parents[2]
USUAL_FOLDER = ROOT / "tests" / "cases"
LONGEST_CASE = 600.0
"""Seconds after which a case is given up."""

SEVERITIES = ("critical", "warning", "note")
MARK = "outcome: "


@dataclass(frozen=True, kw_only=True)
class Said:
    """What was said of one cell.

    Attributes
    ----------
    findings : tuple of (str, str, str)
        Rule, severity, and the rule whose finding explains it ("" for none).
    faults : tuple of str
        Parts of nbdoctor that failed.
    raised : str
        Type of the error that the cell ended with.
    """

    findings: tuple[tuple[str, str, str], ...] = ()
    faults: tuple[str, ...] = ()
    raised: str = ""

    @property
    def rules(self) -> tuple[str, ...]:
        """Names of the rules that found something."""
        return tuple(dict.fromkeys(rule for rule, _, _ in self.findings))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One case: what was said of both programs, or why there is nothing."""

    name: str
    wanted: frozenset[str] = frozenset()
    sick: Said = Said()
    repaired: Said = Said()
    failed: str = ""

    @property
    def found(self) -> bool:
        """Whether the root cause is among the findings."""
        return bool(self.wanted & set(self.sick.rules))


def rules_for(words: Sequence[str], ailments: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """All rules that name one of these faults."""
    return frozenset(rule for word in words for rule in ailments.get(word, ()))


def counts(outcomes: Sequence[Outcome]) -> Counter[str]:
    """Findings on repaired cells by severity."""
    return Counter(severity for one in outcomes for _, severity, _ in one.repaired.findings)


def said_as_text(said: Said) -> str:
    """The rules, consequences in brackets after them, and what else happened."""
    causes = [rule for rule, _, because_of in said.findings if not because_of]
    consequences = [rule for rule, _, because_of in said.findings if because_of]
    parts = [", ".join(dict.fromkeys(causes)) or "nothing"]
    if consequences:
        parts.append(f"({', '.join(dict.fromkeys(consequences))})")
    if said.raised:
        parts.append(f"[{said.raised}]")
    if said.faults:
        parts.append(f"FAULTS: {'; '.join(said.faults)}")
    return " ".join(parts)


def table(outcomes: Sequence[Outcome]) -> str:
    """A Markdown table of all cases."""
    head = "| case | root cause named | said of the sick cell | said of the repaired cell |"
    rows = [
        f"| {one.name} | could not be run | {one.failed} | |"
        if one.failed
        else f"| {one.name} | {'yes' if one.found else 'no'} | {said_as_text(one.sick)} | "
        f"{said_as_text(one.repaired)} |"
        for one in outcomes
    ]
    return "\n".join((head, "| --- | --- | --- | --- |", *rows))


def summary(outcomes: Sequence[Outcome]) -> str:
    """The sums in three sentences."""
    ran = [one for one in outcomes if not one.failed]
    found = sum(one.found for one in ran)
    number = counts(ran)
    severities = ", ".join(f"{number[severity]} {severity}" for severity in SEVERITIES)
    clean = sum(all(severity == "note" for _, severity, _ in one.repaired.findings) for one in ran)
    return (
        f"Root cause named in {found} of {len(ran)} sick cells. "
        f"Findings on {len(ran)} repaired cells: {severities}. "
        f"Repaired cells without a critical finding or a warning: {clean}."
    )


def load(folder: Path) -> list[Any]:
    """The cases of a folder."""
    sys.path.insert(0, str(folder))
    cases: list[Any] = importlib.import_module("cases").CASES
    return cases


def examine(source: str) -> Said:
    """Run one program under `%%diagnose` in this process."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    shell: Any = InteractiveShell.instance(config=config)  # without types
    shell.reset(new_session=False)
    if "nbdoctor" not in shell.extension_manager.loaded:
        shell.run_cell("%load_ext nbdoctor").raise_error()
    with contextlib.redirect_stdout(io.StringIO()):
        result = shell.run_cell(f"%%diagnose -q -o report\n{source}")
    found = shell.user_ns["report"]
    reports = found if isinstance(found, tuple) else (found,)
    error = result.error_in_exec or result.error_before_exec
    return Said(
        findings=tuple(
            (finding.rule, finding.severity, finding.because_of)
            for report in reports
            for finding in report.findings
        ),
        faults=tuple(
            f"{fault.part}: {fault.message}" for report in reports for fault in report.faults
        ),
        raised=type(error).__name__ if error is not None else "",
    )


def run_here(folder: Path, name: str) -> str:
    """Both programs of a case; its outcome as one line."""
    [case] = [case for case in load(folder) if case.id == name]
    sick, repaired = examine(case.cell), examine(case.fixed_cell)
    return MARK + json.dumps({"sick": asdict(sick), "repaired": asdict(repaired)})


def run_apart(folder: Path, name: str, wanted: frozenset[str]) -> Outcome:
    """The same in a fresh process."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    command = [sys.executable, __file__, str(folder), "--here", name]
    try:
        done = subprocess.run(
            command,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=LONGEST_CASE,
            check=True,
        )
    except subprocess.SubprocessError as error:
        last = str(getattr(error, "stderr", None) or error).strip().splitlines()[-1:]
        return Outcome(name=name, wanted=wanted, failed=" ".join(last))
    lines = [line for line in done.stdout.splitlines() if line.startswith(MARK)]
    both = json.loads(lines[-1].removeprefix(MARK))
    return Outcome(
        name=name, wanted=wanted, sick=_said(both["sick"]), repaired=_said(both["repaired"])
    )


def _said(data: Mapping[str, Any]) -> Said:
    return Said(
        findings=tuple((rule, severity, cause) for rule, severity, cause in data["findings"]),
        faults=tuple(data["faults"]),
        raised=data["raised"],
    )


def outcomes_of(folder: Path, only: Sequence[str]) -> Iterator[Outcome]:
    """All cases, or those named, one after the other."""
    ailments = json.loads((folder / "ailments.json").read_text(encoding="utf-8"))
    for case in load(folder):
        if not only or case.id in only:
            outcome = run_apart(folder, case.id, rules_for(case.primary, ailments))
            sys.stderr.write(f"{case.id}: {outcome.failed or said_as_text(outcome.sick)}\n")
            yield outcome


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=USUAL_FOLDER)
    parser.add_argument("--only", default="", help="ids of cases, separated by commas")
    parser.add_argument("--here", default="", help="run this one case in this process")
    found = parser.parse_args(arguments)
    if not (found.folder / "cases.py").is_file():
        parser.error(f"there is no cases.py in {found.folder}: name the folder that holds it")
    return found


def main() -> None:
    """Run and print."""
    arguments = parsed()
    if arguments.here:
        sys.stdout.write(f"\n{run_here(arguments.folder, arguments.here)}\n")
        return
    only = [name for name in arguments.only.split(",") if name]
    outcomes = list(outcomes_of(arguments.folder, only))
    sys.stdout.write(f"{table(outcomes)}\n\n{summary(outcomes)}\n")


if __name__ == "__main__":
    main()
