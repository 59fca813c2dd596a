"""In the process that tries a cell: run it once, and say how well the model does that it trains."""

from __future__ import annotations

import dataclasses
import json
import random
import time
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nbdoctor.headless.change.judging import Judge, Scored, load, store
from nbdoctor.headless.change.rows import KeptRows, kept_rows, marks_of, together
from nbdoctor.headless.change.training import EnoughError, Trainings, mark
from nbdoctor.notebook.running import MAGIC, CellRun
from nbdoctor.notebook.unattended import last_line
from nbdoctor.readings.task import NotScorableError
from nbdoctor.report import Report
from nbdoctor.session.options import Options

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

REPORTS = "nbdoctor_reports_of_this_run"
"""Where the reports of the cell are put for us."""

BEFORE = 12_345
"""Seed of the cells before, where they set none: all sides get the same data."""

SECONDS = 2.0
"""For what a loop has met, where its step has to be made again to know that."""

IN_TURN = "several models are trained in turn, and no score says which of them is right"
NO_TRAINING = "the cell trains no model"
NO_ROWS = "the rows that it trains on are not known, so there are none to judge by"


class CellTried:
    """One run of the cell, and the model that it has left.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell: Any = shell
        self.judge = Judge()
        self.model: Any = None
        self.rows: KeptRows | None = None
        self.seen: set[bytes] = set()

    def before(self, sources: list[str]) -> dict[str, Any] | None:
        """Run the cells above it; what stopped one of them, None where nothing did."""
        for at, source in enumerate(sources):
            random.seed(BEFORE)
            np.random.seed(BEFORE)  # noqa: NPY002  (the generator that the cells may draw from)
            error = _error_of(self.shell.run_cell(plain(source), store_history=True))
            if error is not None:
                return {"outcome": "stopped before", "cell": at, "error": _said(error)}
        return None

    def run(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """Run the cell.

        Parameters
        ----------
        job : mapping of str
            `source`; `seed`; `most` (steps); `examine`; `rows` (a file to write the rows to that
            judge); `given`, `prepare` (a file of rows, and how the notebook prepares them).
        """
        began = time.perf_counter()
        given = job.get("given")
        trainings = Trainings(seed=job["seed"], most=job["most"], holds_back=given is None)
        trainings.score = self.judge.score
        with trainings.watched():
            error, reports, loop = self._ran(plain(job["source"]), examined=job["examine"])
        self.seen = trainings.seen
        cut = isinstance(error, EnoughError)
        if cut:
            error = None
        answer: dict[str, Any] = {
            "outcome": "cut" if cut or trainings.cut else "ran",
            "steps": trainings.steps,
            "planned": trainings.planned,
            "findings": reports,
            "loop": loop is not None,
        }
        if error is not None:
            answer |= {"outcome": "raised", "error": _said(error), "line": last_line()}
        answer |= self._judged(trainings, loop, job)
        return answer | {"seconds": time.perf_counter() - began}

    def _ran(
        self, source: str, *, examined: bool
    ) -> tuple[BaseException | None, list[dict[str, str]], Any]:
        """What the cell raised, what is found in it, and its loop."""
        if not examined:
            return _error_of(self.shell.run_cell(source)), [], None
        arguments = Namespace(quiet=True, output=REPORTS, json=None, html=None)
        options = Options(trials=False, experiment="never")
        run = CellRun(self.shell, arguments, options, source)
        with run.stack:
            run.listen()
            error = _error_of(self.shell.run_cell(source))
        loop = _loop_of(run)
        run.end(None if isinstance(error, EnoughError) else error)
        found = self.shell.user_ns.pop(REPORTS, ())
        reports = found if isinstance(found, tuple) else (found,)
        return error, list(_findings(reports)), loop

    def _judged(self, trainings: Trainings, loop: Any, job: Mapping[str, Any]) -> dict[str, Any]:
        """How well the model does, or why no score tells."""
        try:
            rows = self._rows(trainings, loop, job)
            scored = self.judge.scored(self.model, rows)
        except NotScorableError as why:
            return {"unscored": str(why)}
        self.rows = rows
        if trainings.curve and trainings.curve[-1][0] < trainings.steps:
            mark(trainings, self.model, rows)
        store(rows, Path(job["rows"]))
        return {
            **_plain(scored),
            "held_out": rows.held_out,
            "origin": rows.origin,
            "curve": trainings.curve,
        }

    def _rows(self, trainings: Trainings, loop: Any, job: Mapping[str, Any]) -> KeptRows:
        if trainings.in_turn > 1 or (loop is not None and loop[0] > 1):
            raise NotScorableError(IN_TURN)
        self.model = trainings.model
        rows = together(trainings.kept)
        if self.model is None and loop is not None:
            _, self.model, self.judge.loss, rows = loop
        if self.model is None:
            raise NotScorableError(NO_TRAINING)
        if job.get("given") is not None:
            like = None if rows is None or job.get("prepare") else rows.inputs
            rows = self._prepared(load(Path(job["given"]), like), job.get("prepare") or "")
        if rows is None or not len(rows):
            raise NotScorableError(NO_ROWS)
        return rows

    def _prepared(self, rows: KeptRows, expression: str) -> KeptRows:
        """Rows that were given, as the notebook prepares its own."""
        if not expression:
            return rows
        names = {"np": np, **self.shell.user_ns, "x": rows.inputs}
        try:
            inputs = eval(expression, names)  # noqa: S307  (the user's own expression)
        except Exception as error:  # whatever it raises
            message = f"`{expression}` raises {_said(error)}"
            raise NotScorableError(message) from error
        found = kept_rows(inputs, rows.labels[0], None, held_out=True, origin="given")
        if found is None:
            message = f"`{expression}` gives no array with a row for each label"
            raise NotScorableError(message)
        return dataclasses.replace(found, labels=rows.labels)

    def score(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """How well the model does on the rows of another side."""
        if self.rows is None:
            return {"unscored": NO_ROWS}
        try:
            return _plain(self.judge.scored(self.model, load(Path(job["rows"]), self.rows.inputs)))
        except NotScorableError as why:
            return {"unscored": str(why)}

    def unseen(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """Write those rows of another side that did not train here."""
        try:
            rows = load(Path(job["rows"]), None if self.rows is None else self.rows.inputs)
        except NotScorableError as why:
            return {"unscored": str(why)}
        new = np.array([one not in self.seen for one in marks_of(rows)], dtype=bool)
        store(rows.of(np.flatnonzero(new)), Path(job["into"]))
        return {"rows": int(new.sum())}


def plain(source: str) -> str:
    """A cell without `%%diagnose` on top, on the same lines."""
    lines = source.splitlines(keepends=True)
    for at, line in enumerate(lines):
        if line.split()[:1] == [MAGIC]:
            lines[at] = f"# {line}"
        elif line.strip() and not line.startswith("%%"):
            break
    return "".join(lines)


def _error_of(result: Any) -> BaseException | None:
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error


def _said(error: BaseException) -> str:
    """The error in one line."""
    first = str(error).strip().splitlines()[:1]
    return f"{type(error).__name__}: {first[0][:200]}" if first else type(error).__name__


def _findings(reports: tuple[Report, ...]) -> list[dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for report in reports:
        for one in report.findings:
            about = {"rule": one.rule, "severity": one.severity, "title": one.title}
            found.setdefault(one.rule, about)
    return list(found.values())


def _loop_of(run: CellRun) -> tuple[int, Any, Any, KeptRows | None] | None:
    """Models that loops train, the last of them, its loss and its rows; None without a loop."""
    doctor = run.doctor
    loops = [one for one in doctor.examinations if one.is_of_loop] if doctor is not None else []
    if not loops:
        return None
    subject: Any = loops[-1].subject
    model, passed = subject.model, subject.passed
    rows: list[KeptRows] = []
    if passed is not None:
        for x, y, _ in passed.met(SECONDS):
            kept = kept_rows(x, y, None, held_out=False, origin="training")
            rows += [] if kept is None else [kept]
    models = {id(one.subject.model) for one in loops}
    return len(models), model, None if passed is None else passed.loss, together(rows)


def _plain(scored: Scored) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(scored)))
    return data
