"""What is said where: a report as text, tables and charts in tabs, for every renderer."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from nbdoctor.readings.attained import Attained
from nbdoctor.readings.fit import Fit
from nbdoctor.report import Report
from nbdoctor.rules.figures import score_figure
from nbdoctor.view import fits, message, wording
from nbdoctor.view import since as since_last_run
from nbdoctor.view.blocks import Chart, Section
from nbdoctor.view.fit_words import counted
from nbdoctor.view.score_bar import score_bar
from nbdoctor.view.tabs import TABS
from nbdoctor.view.tabs.findings import SEVERITY_WORDS

VERDICT_WORDS = {
    **SEVERITY_WORDS,
    "healthy": "Healthy",
    "unknown": "Not enough could be examined",
}

FINDINGS = "Findings"
"""The first tab, and the only one of a report of several fits."""

CHECKS = "Checks"
"""The last tab."""

PARTLY = "No finding"
"""Where checks passed, and others were left out."""

USUAL: Mapping[str, Any] = {
    **dict.fromkeys(("fold_title", "leads_title", "anchor", "layer"), ""),
    **dict.fromkeys(("anchors", "leads", "see"), ()),
    "score": None,
    "titled": True,
    "is_open": False,
}
"""Fields of blocks that a message leaves out where they are so: most tables lead nowhere."""

SHORT_DIGEST = 6
"""Characters of a checksum that are shown: enough to compare two by eye."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report in the words of its reader. Backticks mark code.

    Attributes
    ----------
    headline : str
        One plain sentence.
    verdict, verdict_word : str
        As in `Report`, and the word that stands beside the dot of colour.
    summary : str
        One line of counts and facts.
    footer : str
        What is proved about training not being touched.
    sections : tuple of Section
        The tabs, always the same.
    score : Chart or None
        The score of the model beside what is possible, for the head.
    """

    headline: str
    verdict: str
    verdict_word: str
    summary: str
    footer: str
    sections: tuple[Section, ...]
    score: Chart | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as the front end reads it.

        The patched cells are left out: the report that goes with the document has them.
        """
        plain = asdict(self, dict_factory=_as_message)
        return message.shortened(json.loads(json.dumps(plain)))  # tuples become lists


def _as_message(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """A part of the document without patched cells, and without what only says that it is usual."""
    return {
        name: value
        for name, value in fields
        if name != "patched" and (name not in USUAL or value != USUAL[name])
    }


def document(report: Report, charts: Mapping[str, Chart]) -> Document:
    """`report` as a document, with those of its charts that are drawn."""
    if report.fits:
        return _of_fits(report)
    return Document(
        headline=_headline(report),
        verdict=report.verdict,
        verdict_word=_verdict_word(report),
        summary=" · ".join(_summary(report)),
        footer=_footer(report),
        score=score_bar(report),
        sections=tuple(
            Section(title=title, count=_count(title, report), blocks=tuple(blocks(report, charts)))
            for title, blocks in TABS.items()
        ),
    )


def _of_fits(report: Report) -> Document:
    """Several fits of a cell: what was found in any, and the table over them."""
    found = Section(
        title=FINDINGS, count=_count(FINDINGS, report), blocks=tuple(fits.blocks(report))
    )
    parts = (*fits.summary(report), *_found(report), *_how(report))
    return Document(
        headline=fits.headline(report),
        verdict=report.verdict,
        verdict_word=_verdict_word(report),
        summary=" · ".join(parts),
        footer=fits.footer(report),
        sections=(found,),
    )


def _verdict_word(report: Report) -> str:
    partly = report.verdict == "unknown" and report.held and not report.findings
    return PARTLY if partly else VERDICT_WORDS[report.verdict]


def _headline(report: Report) -> str:
    if report.verdict != "healthy":
        return report.headline
    counts = _counts(report)
    so_far = "" if report.is_over else " so far"
    inapplicable = f" ({counts['inapplicable']} do not apply)" if counts["inapplicable"] else ""
    checks = wording.count(len(report.held), "check")
    return f"No problem found{so_far} by {checks}{inapplicable}"


def _count(title: str, report: Report) -> int | None:
    return len(report.findings) if title == FINDINGS else None


def _counts(report: Report) -> dict[str, int]:
    inapplicable = sum(one.kind == "does not apply" for one in report.not_run)
    late = sum(one.kind == "no time" for one in report.not_run)
    return {
        "inapplicable": inapplicable,
        "late": late,
        "unexamined": len(report.not_run) - inapplicable - late + len(report.faults),
    }


def _summary(report: Report) -> Iterator[str]:
    counts = _counts(report)
    if since := since_last_run.line(report):
        yield since
    yield from _reached(report)
    if report.verdict == "healthy":
        yield "This does not prove that the model is right"
    yield from _found(report)
    if report.verdict != "healthy":
        yield f"{wording.count(len(report.held), 'check')} passed"
        if counts["inapplicable"]:
            do = "does" if counts["inapplicable"] == 1 else "do"
            yield f"{counts['inapplicable']} {do} not apply"
    if report.withdrawn:
        yield f"{wording.count(len(report.withdrawn), 'finding')} withdrawn"
    if counts["late"]:
        yield f"{counts['late']} not examined (no time)"
    if counts["unexamined"]:
        yield f"{counts['unexamined']} could not be examined"
    yield from _how(report)


def _found(report: Report) -> Iterator[str]:
    """How many there are: "1 critical, 2 warnings, 3 consequences"."""
    causes = [one for one in report.findings if not one.because_of]
    following = len(report.findings) - len(causes)
    consequences = wording.count(following, "consequence") if following else ""
    if found := ", ".join(filter(None, (counted(causes), consequences))):
        yield found


def _reached(report: Report) -> Iterator[str]:
    """The score of the trained model beside what simple models reach."""
    attained: Attained | None = report.readings.get("Attained")
    if attained is None:
        return
    own = f"Your model reaches {score_figure(attained.score)} on {attained.where}"
    if attained.ceiling is None:
        yield f"{own} (0: best constant, 1: perfect)"
        return
    low = "" if attained.tells else ", too little to prove anything"
    simple = f"simple models {score_figure(attained.ceiling)}{low}"
    yield f"{own}, {simple} (0: best constant, 1: perfect)"


def _how(report: Report) -> Iterator[str]:
    if report.batches:
        batches = wording.count(report.batches, "batch", "batches")
        on = f" on {report.device}" if report.device else ""
        yield f"{batches} of your data ({_rows(report)}) examined{on}{_time(report)}"
    elif report.timing.look is not None:
        yield f"examined{_time(report)}"
    if report.is_over and report.timing.total is not None and report.timing.budget is not None:
        yield f"nbdoctor used {wording.used(report.timing.total, report.timing.budget)}"


def _rows(report: Report) -> str:
    fit: Fit | None = report.readings.get("Fit")
    each = fit.batch_size if fit is not None else None
    if each is not None and report.batches > 1 and each * report.batches == report.rows:
        return f"{wording.count(each, 'row')} each"
    return wording.count(report.rows, "row")


def _time(report: Report) -> str:
    time = report.timing.look
    return "" if time is None else f" in {wording.seconds(time)}"


def _footer(report: Report) -> str:
    proof = report.checksum
    if proof.untouched is None:
        if not report.call:
            return ""
        return (
            "No checksum of the model was taken, so it is not proved that your training was not "
            "touched."
            if report.batches
            else "The model was only read, not run, so nothing of it could change."
        )
    before, after = proof.before[:SHORT_DIGEST], proof.after[:SHORT_DIGEST]
    if not proof.untouched:
        return (
            f"The examination changed the state that training starts from: its checksum was "
            f"{before} before and {after} after. Run the cell without `%%diagnose` for a training "
            "that was not touched, and please report this."
        )
    if proof.rehearsed_loss is None or proof.real_loss is None:
        later = (
            ""
            if report.is_over
            else " The loss of the real first step is compared when it is known."
        )
        return f"Your training was not touched: checksum {before} before and after.{later}"
    return (
        f"Your training was not touched: checksum {before} before and after, and "
        f"{_agreement(proof.rehearsed_loss, proof.real_loss)}."
    )


def _agreement(rehearsed: float, real: float) -> str:
    if rehearsed == real or (math.isnan(rehearsed) and math.isnan(real)):
        shown = f"{real:.5g}" if math.isfinite(real) else wording.number(real)
        return f"the loss of the first step on copies, {shown}, is exactly that of the real one"
    digits = _digits(rehearsed, real)
    if digits < 1:
        return (
            f"the loss of the first step was {wording.number(rehearsed)} on copies and "
            f"{wording.number(real)} in training: random layers or shuffling made the difference"
        )
    return (
        f"the loss of the first step on copies, {rehearsed:.{digits + 1}g}, equals that of the "
        f"real one, {real:.{digits + 1}g}, to {wording.count(digits, 'digit')}"
    )


def _digits(one: float, other: float) -> int:
    """Leading digits in which two different numbers agree."""
    largest = max(abs(one), abs(other))
    if not math.isfinite(largest):
        return 0
    return max(0, math.floor(-math.log10(abs(one - other) / largest)))
