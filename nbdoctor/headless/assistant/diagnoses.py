"""Diagnoses that an assistant has asked for, kept for what it asks next."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbdoctor.headless.kernel import environment_of_kernel
from nbdoctor.headless.notebooks import Checking, Tell, check_notebook
from nbdoctor.report import Diagnosis, Report, Treatment
from nbdoctor.report.checked import Checked

SEARCH = 120.0
"""Seconds for all that is measured of one cell where its cause is looked for."""

KEPT = 20
"""Diagnoses; the oldest one is forgotten then."""


class AskedWronglyError(Exception):
    """What was asked for is not there; the message says what is."""


@dataclass(frozen=True, kw_only=True)
class Searching(Checking):
    """A check in which the cause is looked for by experiment, whether or not it seems needed."""

    def line(self) -> str:
        """The words behind `%%diagnose` that ask for this."""
        return f"{super().line()} --experiment --budget {SEARCH:g}".strip()


@dataclass(frozen=True, kw_only=True)
class Examined:
    """One report of a notebook or a script.

    Attributes
    ----------
    cell : int or None
        From 1, all cells counted; None in a script.
    cell_id : str
    report : Report
    """

    cell: int | None
    cell_id: str
    report: Report


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A diagnosis.

    Attributes
    ----------
    name : str
    path : Path
    reports : tuple of Examined
    stop : str
        What kept the file from running to its end, "" for nothing.
    """

    name: str
    path: Path
    reports: tuple[Examined, ...]
    stop: str = ""


@dataclass
class Diagnoses:
    """All of a session."""

    kept: dict[str, Kept] = field(default_factory=dict)
    count: int = 0

    def keep(self, path: Path, reports: tuple[Examined, ...], stop: str) -> Kept:
        """Remember a diagnosis, by a name of its own."""
        self.count += 1
        made = Kept(name=f"d{self.count}", path=path, reports=reports, stop=stop)
        self.kept[made.name] = made
        while len(self.kept) > KEPT:
            del self.kept[next(iter(self.kept))]
        return made

    def of(self, name: str) -> Kept:
        """The diagnosis of this name.

        Raises
        ------
        AskedWronglyError
        """
        if name not in self.kept:
            known = ", ".join(self.kept) or "none yet: call `diagnose` first"
            message = f"There is no diagnosis {name}. Known: {known}."
            raise AskedWronglyError(message)
        return self.kept[name]

    def report(self, name: str, number: int) -> Examined:
        """A report of it, counted from 1.

        Raises
        ------
        AskedWronglyError
        """
        reports = self.of(name).reports
        if not 0 < number <= len(reports):
            message = f"Diagnosis {name} has {len(reports)} reports, counted from 1."
            raise AskedWronglyError(message)
        return reports[number - 1]


def of_notebook(path: Path, how: Checking, tell: Tell) -> tuple[tuple[Examined, ...], str]:
    """Run a copy of a notebook, and return its reports and what stopped it."""
    return _examined(check_notebook(path, str(path), how, tell))


def _examined(checked: Checked) -> tuple[tuple[Examined, ...], str]:
    reports = tuple(
        Examined(cell=cell.place.cell, cell_id=cell.place.cell_id, report=report)
        for cell in checked.cells
        for report in cell.reports
        if report.call or report.findings
    )
    stop = "" if checked.stop is None else f"{checked.stop.place}: {checked.stop.says}"
    return reports, stop


def of_script(path: Path, *, full: bool, timeout: float) -> tuple[tuple[Examined, ...], str]:
    """Run a script in a process of its own, and return its reports and what stopped it."""
    with tempfile.TemporaryDirectory(prefix="nbdoctor-") as folder:
        into = Path(folder) / "checked.json"
        words = ["run", "--format", f"json={into}", "--fail-on", "never"]
        words += ["--full"] if full else []
        try:
            subprocess.run(  # noqa: S603  (our own module, and the script that was asked for)
                [sys.executable, "-m", "nbdoctor", *words, str(path)],
                cwd=path.parent,
                env=environment_of_kernel({}),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=timeout,
            )
        except subprocess.TimeoutExpired:
            return (), f"{path} had not ended after {timeout:g} s."
        if not into.is_file():
            return (), f"{path} ended before anything was written of it."
        (file,) = json.loads(into.read_text(encoding="utf-8"))["files"]
    reports = tuple(
        Examined(cell=None, cell_id="", report=Report.from_json(json.dumps(one)))
        for cell in file["cells"]
        for one in cell["reports"]
    )
    return reports, (file["stop"] or {}).get("says", "")


# ---- what is told -----------------------------------------------------------------------


def told(kept: Kept) -> dict[str, Any]:
    """A diagnosis, small: each report with its findings and their figures."""
    return {
        "diagnosis": kept.name,
        "path": str(kept.path),
        "stopped": kept.stop,
        "reports": [
            {
                "report": number,
                "cell": one.cell,
                "model": one.report.model,
                "call": one.report.call,
                "verdict": one.report.verdict,
                "headline": one.report.headline,
                "score": _score(one.report),
                "findings": list(findings(one.report)),
                "readings": sorted(one.report.readings),
            }
            for number, one in enumerate(kept.reports, start=1)
        ],
    }


def _score(report: Report) -> Mapping[str, Any] | None:
    of = report.readings.get("Attained")
    if of is None:
        return None
    return {"score": of.score, "simple_models": of.ceiling, "rows": of.rows, "kind": of.kind}


def findings(report: Report) -> Iterator[dict[str, Any]]:
    """Each finding with what was measured and what was expected."""
    for number, one in enumerate(report.as_dict()["findings"], start=1):
        yield {
            "finding": number,
            **{name: one[name] for name in ("rule", "severity", "kind", "title", "says")},
            "line": one["where"]["line"],
            "measured": one["measured"],
            "expected": one["expected"],
            "because_of": one["because_of"],
            "treatments": [_treatment(treatment) for treatment in one["treatments"]],
        }


def _treatment(data: Mapping[str, Any]) -> dict[str, Any]:
    trial = data["trial"] or {}
    figures = {name: trial.get(name) for name in ("outcome", "before", "after", "low", "high")}
    return {
        "title": data["title"],
        "patch": data["patched"] is not None,
        "tried": figures if trial.get("outcome") else None,
    }


def finding_of(report: Report, number: int) -> Diagnosis:
    """A finding, counted from 1.

    Raises
    ------
    AskedWronglyError
    """
    if not 0 < number <= len(report.findings):
        message = f"This report has {len(report.findings)} findings, counted from 1."
        raise AskedWronglyError(message)
    return report.findings[number - 1]


def patch_of(report: Report, finding: int, treatment: int) -> Treatment:
    """A treatment with a patch; finding 0 is the fix that helped most.

    Raises
    ------
    AskedWronglyError
    """
    if not finding:
        if report.fix is None:
            message = (
                "No fix of this report has been tried with success. Name a finding that has a "
                "patch, or diagnose with trials=true."
            )
            raise AskedWronglyError(message)
        return report.fix.treatment
    treatments = finding_of(report, finding).treatments
    if not 0 < treatment <= len(treatments):
        message = f"This finding has {len(treatments)} treatments, counted from 1."
        raise AskedWronglyError(message)
    chosen = treatments[treatment - 1]
    if chosen.patched is None:
        message = f"“{chosen.title}” has no patch: {chosen.text}"
        raise AskedWronglyError(message)
    return chosen
