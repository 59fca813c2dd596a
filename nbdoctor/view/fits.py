"""Several fits of a cell in one report: what is said of all of them, and the table over them."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.report import FitSummary, Report
from nbdoctor.rules.figures import score_figure
from nbdoctor.view import wording
from nbdoctor.view.blocks import Block, Table, Text
from nbdoctor.view.fit_words import counted, examined, told, word
from nbdoctor.view.tabs import findings

MOST_SHOWN = 12
"""Rows of the table that are in the open: the findings below it must stay in sight."""

NOT_EXAMINED = "not examined"


def headline(report: Report) -> str:
    """The worst of all fits in one sentence."""
    if report.findings:
        return f"{report.headline}, in {told(report.findings[0].fits, word(report))}"
    if report.verdict == "healthy":
        so_far = "" if report.is_over else " so far"
        return f"No problem found{so_far} in {examined(report)}"
    if report.held and not report.findings:
        return f"Nothing found in what could be examined of {examined(report)}"
    return report.headline


def summary(report: Report) -> Iterator[str]:
    """How many fits there are, and how many of them were examined."""
    total, examined = len(report.fits), sum(one.examined for one in report.fits)
    left = "" if examined == total else f", {examined} of them examined"
    yield f"{wording.count(total, word(report))}{left}"


def footer(report: Report) -> str:
    """What is proved about all trainings; of one that is not proved its own report tells."""
    untouched = report.checksum.untouched
    if untouched is None:
        return ""
    if untouched:
        return (
            "No training was touched: the checksum of each model was the same before and after it "
            "was examined."
        )
    return (
        "The examination changed the state that a training starts from: its checksum was another "
        "before than after. Run the cell without `%%diagnose` for trainings that were not touched, "
        "and please report this."
    )


def blocks(report: Report) -> Iterator[Block]:
    """The table, and what was found in any of the fits."""
    yield table(report)
    yield from findings.progress(report)
    if not report.findings and report.is_over:
        yield Text(text=_nothing(report))
    yield from findings.leading(report)
    yield from findings.cards(report)


def _nothing(report: Report) -> str:
    if report.verdict == "healthy":
        return (
            f"Nothing was found in {examined(report)}. This does not prove that the models are "
            f"right: what was measured stands with each {word(report)}."
        )
    return f"What could not be examined, and why, stands with each {word(report)}."


def table(report: Report) -> Table:
    """One row for each fit; what is the same for all stands in the caption."""
    fits, what = report.fits, word(report)
    same_line = len({one.line for one in fits}) == 1
    same_model = len({one.model for one in fits}) == 1
    columns: list[tuple[str, list[str]]] = [(what.capitalize(), [str(one.number) for one in fits])]
    if not same_model:
        columns.append(("Model", [one.model and wording.code(one.model) for one in fits]))
    if not same_line:
        columns.append(("Line", ["" if one.line is None else str(one.line) for one in fits]))
    columns += [
        ("Epochs", ["" if one.epochs is None else f"{one.epochs:,}" for one in fits]),
        ("Last loss", [_number(one.loss) for one in fits]),
        ("Validation loss", [_number(one.validation_loss) for one in fits]),
        ("Score / simple models", [_score(one) for one in fits]),
        ("Findings", [_found(one, report) for one in fits]),
    ]
    kept = [(name, cells) for name, cells in columns if any(cells)]
    return Table(
        caption=_caption(report, line=same_line, model=same_model),
        header=tuple(name for name, _ in kept),
        rows=tuple(zip(*(cells for _, cells in kept), strict=True)),
        folded=len(fits) > MOST_SHOWN,
    )


def _caption(report: Report, *, line: bool, model: bool) -> str:
    first = report.fits[0]
    on = f", line {first.line}" if line and first.line is not None else ""
    of = f", model {wording.code(first.model)}" if model and first.model else ""
    return f"{wording.count(len(report.fits), word(report))}{on}{of}"


def _number(value: float | None) -> str:
    return "" if value is None else wording.number(value)


def _score(fit: FitSummary) -> str:
    if fit.score is None:
        return ""
    ceiling = "" if fit.ceiling is None else f" / {score_figure(fit.ceiling)}"
    return f"{score_figure(fit.score)}{ceiling}"


def _found(fit: FitSummary, report: Report) -> str:
    """The causes that were found in a fit: "1 critical, 2 warnings"."""
    if not fit.examined:
        return NOT_EXAMINED
    causes = [one for one in report.findings if fit.number in one.fits and not one.because_of]
    return counted(causes) or "none"
