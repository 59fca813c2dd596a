"""Run the cells that standard input names, a line on standard output after each."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from tests.benchmarks.said import MARK, Cell, Said, Searched


def run_here(cell: Cell, shell: Any) -> Said:
    """One cell in this process."""
    import keras

    shell.reset(new_session=False)
    keras.backend.clear_session()
    keras.config.set_dtype_policy("float32")
    keras.utils.set_random_seed(cell.seed)
    line = f"%%diagnose -q -o report {cell.options}\n" if cell.magic else ""
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        result = shell.run_cell(line + cell.source)
    seconds = time.perf_counter() - start
    found = shell.user_ns.get("report", ())
    reports = found if isinstance(found, tuple) else (found,)
    error = result.error_in_exec or result.error_before_exec
    known = (report.readings.get("Attained") for report in reports)
    attained = next((one for one in known if one is not None), None)
    tried = [report.readings.get("TriedParts") for report in reports]
    searches = sorted(filter(None, tried), key=lambda one: not one.blamed)
    return Said(
        findings=tuple(
            (finding.rule, finding.severity, finding.because_of)
            for report in reports
            for finding in report.findings
        ),
        faults=tuple(
            f"{fault.part}: {fault.message}" for report in reports for fault in report.faults
        ),
        offers=tuple(offer for report in reports for offer in _offers(report)),
        tried=tuple(one for report in reports for one in _tried(report)),
        raised=f"{type(error).__name__}: {str(error)[:300]}" if error is not None else "",
        score=_score(cell.score, shell.user_ns) if cell.score and error is None else None,
        attained=attained.score if attained is not None else None,
        ceiling=attained.ceiling if attained is not None else None,
        searched=next(map(_searched, searches), None),
        seconds=round(seconds, 2),
        first_fix=min(
            (one.timing.first_fix for one in reports if one.timing.first_fix is not None),
            default=None,
        ),
        spent=next(
            (
                (one.timing.total, one.timing.budget)
                for one in reports
                if one.timing.total is not None and one.timing.budget is not None
            ),
            None,
        ),
    )


def _searched(tried: Any) -> Searched:
    """What an experiment ended with."""
    return Searched(
        outcome=tried.outcome,
        why=tried.why,
        blamed=tried.blamed,
        control=tried.low,
        reference=tried.reference,
        reached=tried.reached,
        seconds=round(tried.seconds, 2),
        runs=tuple(
            f"{', '.join(run.replaced) or 'as it is'} ({run.seed}): {run.steps} steps, "
            f"{' '.join(f'{one:.2f}' for one in run.curve)}{run.error}"
            for run in tried.runs
        ),
    )


def _offers(report: Any) -> Iterator[tuple[str, str, str]]:
    """Treatments that help, the leading one first."""
    if report.fix is not None:
        fix = report.fix.treatment
        yield " ".join(report.fix.rules), fix.title, fix.patched
    for finding in report.findings:
        for one in finding.treatments:
            if one.trial is not None and one.trial.outcome == "helps":
                yield finding.rule, one.title, one.patched


def _tried(report: Any) -> Iterator[tuple[str, str, str]]:
    """Patches that do not help, or were not tried, and why."""
    for finding in report.findings:
        for one in finding.treatments:
            trial = one.trial
            if trial is not None and trial.outcome != "helps":
                what = f"{trial.outcome or 'not tried'}{_figures(trial)}: {trial.reason}"
                yield finding.rule, one.title, what


def _figures(trial: Any) -> str:
    """What was measured, "" where nothing was."""
    if trial.before is None or trial.after is None or trial.low is None or trial.high is None:
        return ""
    return (
        f" ({trial.score} {trial.before:.2f} to {trial.after:.2f}, gain {trial.low:.2f} to "
        f"{trial.high:.2f}, {trial.seeds} seeds, {trial.rows} rows)"
    )


def _score(expression: str, names: Mapping[str, Any]) -> float | None:
    from tests.cases.scores import NAMES

    try:
        known = {**names, **NAMES, **_epochs(names.get("history"))}
        return float(eval(expression, known))  # noqa: S307  (our own text)
    except Exception as error:  # noqa: BLE001  (a sick model may have no score)
        sys.stderr.write(f"no score: {error!r}\n")
        return None


def _epochs(history: Any) -> dict[str, dict[str, float]]:
    """What the first and the last epoch reported, as `first` and `last`."""
    reported = getattr(history, "history", None) or {}
    return {
        name: {key: float(np.mean(values[at])) for key, values in reported.items()}
        for name, at in (("first", 0), ("last", -1))
    }


def shell_with_magic() -> Any:
    """A notebook's shell with nbdoctor loaded."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    shell: Any = InteractiveShell.instance(config=config)  # without types
    if "nbdoctor" not in shell.extension_manager.loaded:
        shell.run_cell("%load_ext nbdoctor").raise_error()
    return shell


def main() -> None:
    """Run the cells that standard input names, a line on standard output after each."""
    shell = shell_with_magic()
    for data in json.load(sys.stdin):
        cell = Cell(**{**data, "folders": tuple(data["folders"])})
        sys.path[:0] = [folder for folder in cell.folders if folder not in sys.path]
        said = run_here(cell, shell)
        sys.stdout.write(f"\n{MARK}{json.dumps(asdict(said))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
