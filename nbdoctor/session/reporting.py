"""The state of an examination as a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nbdoctor import backend
from nbdoctor.backend.keras_internals.names import remark
from nbdoctor.cell.program import Program
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.collection import Readings
from nbdoctor.readings.samples import Samples
from nbdoctor.readings.source import Source
from nbdoctor.readings.tried_parts import TriedParts
from nbdoctor.report import OVER, Diagnosis, Fix, NotRun, Report, VerdictWord
from nbdoctor.session.context import CellContext
from nbdoctor.session.gate import after_trials
from nbdoctor.session.judge import Judgement, headline, judge
from nbdoctor.session.progress import Progress
from nbdoctor.session.subject import Subject, Training
from nbdoctor.session.weighing import weighed
from nbdoctor.session.withdrawn import Place, withdrawn
from nbdoctor.trials.cells import as_shown, needed
from nbdoctor.trials.offers import Offer
from nbdoctor.trials.search import TreatmentSearch

AT_END_OF_FIT = "it is measured when a `fit` ends, and this cell trains with a loop of its own"


@dataclass(kw_only=True)
class Tried:
    """What came of the treatments.

    Attributes
    ----------
    program : Program or None
        The earlier cells that build what the cell trains.
    course : TreatmentSearch or None
        The trials, once they have begun.
    offers : tuple of Offer
        What can be tried when the reader asks for it.
    """

    program: Program | None = None
    course: TreatmentSearch | None = None
    offers: tuple[Offer, ...] = ()


def report_of(  # noqa: PLR0913, PLR0917  (all that an examination consists of)
    context: CellContext,
    subject: Subject,
    readings: Readings,
    progress: Progress,
    tried: Tried,
    shown: Mapping[Place, Diagnosis] | None = None,
) -> Report:
    """Judge what is known so far; `shown` are the findings until the cell ended."""
    judgement = judge(
        context.cell, readings.taken, readings.missing, context.options.choice, tried.program
    )
    findings: tuple[Diagnosis, ...] = judgement.findings
    fix: Fix | None = None
    if tried.course is not None:
        program = needed(tried.program, findings)
        findings, fix = as_shown(findings, tried.course, program)
        findings = after_trials(findings, fix)
    findings = weighed(findings, readings.get(TriedParts), fix)
    judgement = replace(judgement, findings=findings)
    sentence, word = _verdict(judgement, progress, readings.get(Attained))
    report = Report(
        headline=sentence,
        verdict=word,
        findings=findings,
        fix=fix,
        not_run=judgement.not_run,
        readings={
            kind.__name__: reading
            for kind, reading in readings.taken.items()
            if kind is not Samples or context.options.samples
        },
        aside=None if context.options.samples else readings.get(Samples),
        stage=progress.stage,
        batches=progress.batches,
        rows=progress.rows,
        notes=tuple(progress.notes),
        timing=progress.timing,
        checksum=progress.checksum,
        last_run=context.last_runs.get(subject.number),
        cell_id=context.cell_id,
        source=context.cell.source,
    )
    if isinstance(subject, Training):
        report = _of_training(report, subject, readings, judgement)
    gone = withdrawn(shown or {}, findings, judgement.held, judgement.not_run)
    gone = gone if report.is_over else ()
    return replace(report, withdrawn=gone, faults=(*readings.faults, *judgement.faults))


def _of_loop(one: NotRun) -> NotRun:
    """What a `fit` would have shown at its end: a loop has none."""
    return replace(one, reason=AT_END_OF_FIT) if one.kind == "too early" else one


def _verdict(
    judgement: Judgement, progress: Progress, attained: Attained | None
) -> tuple[str, VerdictWord]:
    if progress.obstacle or (progress.stopped and not judgement.findings):
        return progress.obstacle or progress.stopped, "unknown"
    return headline(judgement, is_over=progress.stage in OVER, attained=attained)


def _of_training(
    report: Report, subject: Training, readings: Readings, judgement: Judgement
) -> Report:
    """What held, on which model and by which call; without training nothing of that is told."""
    call, source = subject.call, readings.get(Source) or Source()
    by_loop = call.by != "fit" and report.is_over
    return replace(
        report,
        held=judgement.held,
        not_run=tuple(map(_of_loop, report.not_run)) if by_loop else report.not_run,
        notes=tuple(filter(None, (*report.notes, remark()))),
        model=source.model_name or subject.model_name,
        call=f"{call.by} on line {call.line}" if call.line else call.by,
        number=call.number,
        line=call.line,
        device=readings.attempt("the device", _device) or "",
    )


def _device() -> str:
    used = backend.name()
    return str(backend.current().device.device_name()) if used in backend.SUPPORTED else ""
