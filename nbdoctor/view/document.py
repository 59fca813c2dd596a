"""What is said where: a report as text, tables and charts in tabs, for every renderer."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from nbdoctor.probes.fit import Fit
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart, Section
from nbdoctor.view.tabs import TABS
from nbdoctor.view.tabs.checks import DOES_NOT_APPLY
from nbdoctor.view.tabs.findings import SEVERITY_WORDS

VERDICT_WORDS = {
    **SEVERITY_WORDS,
    "healthy": "Healthy",
    "unknown": "Not enough could be examined",
}

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
        The tabs, always the same eight.
    """

    headline: str
    verdict: str
    verdict_word: str
    summary: str
    footer: str
    sections: tuple[Section, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as the front end reads it.

        The patched cells are left out: the report that goes with the document has them.
        """
        plain = asdict(self, dict_factory=_without_patched)
        data: dict[str, Any] = json.loads(json.dumps(plain))  # tuples become lists
        return data


def _without_patched(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in fields if name != "patched"}


def document(report: Report, charts: Mapping[str, Chart]) -> Document:
    """`report` as a document, with those of its charts that are drawn."""
    return Document(
        headline=_headline(report),
        verdict=report.verdict,
        verdict_word=VERDICT_WORDS[report.verdict],
        summary=" · ".join(_summary(report)),
        footer=_footer(report),
        sections=tuple(
            Section(title=title, count=_count(title, report), blocks=tuple(blocks(report, charts)))
            for title, blocks in TABS.items()
        ),
    )


def _headline(report: Report) -> str:
    if report.verdict != "healthy":
        return report.headline
    counts = _counts(report)
    so_far = "" if report.is_over else " so far"
    inapplicable = f" ({counts['inapplicable']} do not apply)" if counts["inapplicable"] else ""
    held = wording.count(len(report.held), "check")
    return f"No problem found{so_far} by {held}{inapplicable}"


def _count(title: str, report: Report) -> int | None:
    return len(report.findings) if title == "Findings" else None


def _counts(report: Report) -> dict[str, int]:
    inapplicable = sum(one.reason.startswith(DOES_NOT_APPLY) for one in report.not_run)
    return {
        "critical": report.count("critical"),
        "warnings": report.count("warning"),
        "notes": report.count("note"),
        "inapplicable": inapplicable,
        "unexamined": len(report.not_run) - inapplicable + len(report.faults),
    }


def _summary(report: Report) -> Iterator[str]:
    counts = _counts(report)
    if report.verdict == "healthy":
        yield "This does not prove that the model is right"
    found = [
        f"{counts['critical']} critical" if counts["critical"] else "",
        wording.count(counts["warnings"], "warning") if counts["warnings"] else "",
        wording.count(counts["notes"], "note") if counts["notes"] else "",
    ]
    if any(found):
        yield ", ".join(filter(None, found))
    if report.verdict != "healthy":
        yield f"{wording.count(len(report.held), 'check')} held"
        if counts["inapplicable"]:
            do = "does" if counts["inapplicable"] == 1 else "do"
            yield f"{counts['inapplicable']} {do} not apply"
    if counts["unexamined"]:
        yield f"{counts['unexamined']} could not be examined"
    yield from _how(report)


def _how(report: Report) -> Iterator[str]:
    if report.batches:
        on = f" on {report.device}" if report.device else ""
        batches = wording.count(report.batches, "probe batch", "probe batches")
        fit: Fit | None = report.readings.get("Fit")
        each = fit.batch_size if fit is not None else None
        full = each is not None and each * report.batches == report.rows
        rows = f"of {wording.count(each or 0, 'row')}" if full else f"with {report.rows:,} rows"
        looked = f"{batches} {rows}{on}"
        time = report.timing.look
        yield looked if time is None else f"{looked}, {wording.seconds(time)}"
    elif report.timing.look is not None:
        yield wording.seconds(report.timing.look)


def _footer(report: Report) -> str:
    proof = report.checksum
    if proof.untouched is None:
        if not report.call:
            return ""
        return (
            "No checksum of the model was taken, so it is not proved that your training was not "
            "touched."
            if report.batches
            else "The model was only read, not run, so there was nothing to put back."
        )
    before, after = proof.before[:SHORT_DIGEST], proof.after[:SHORT_DIGEST]
    if not proof.untouched:
        return (
            f"Looking changed the state that training starts from: its checksum was {before} "
            f"before and is {after} after. Run the cell without `%%diagnose` for a training that "
            "was not touched, and please report this."
        )
    if proof.rehearsed_loss is None or proof.real_loss is None:
        later = "" if report.is_over else " The first real loss is compared as it comes."
        return f"Your training was not touched: checksum {before} before and after.{later}"
    return (
        f"Your training was not touched: checksum {before} before and after, and "
        f"{_agreement(proof.rehearsed_loss, proof.real_loss)}."
    )


def _agreement(rehearsed: float, real: float) -> str:
    if rehearsed == real or (math.isnan(rehearsed) and math.isnan(real)):
        shown = f"{real:.5g}" if math.isfinite(real) else wording.number(real)
        return f"the rehearsed loss {shown} equals the first real one to the last bit"
    digits = _digits(rehearsed, real)
    if digits < 1:
        return (
            f"the rehearsed loss was {wording.number(rehearsed)} where the first real one is "
            f"{wording.number(real)}: random layers or a shuffle came in between"
        )
    return (
        f"the rehearsed loss {rehearsed:.{digits + 1}g} equals the first real one "
        f"({real:.{digits + 1}g}) to {wording.count(digits, 'digit')}"
    )


def _digits(one: float, other: float) -> int:
    """Leading digits in which two different numbers agree."""
    largest = max(abs(one), abs(other))
    if not math.isfinite(largest):
        return 0
    return max(0, math.floor(-math.log10(abs(one - other) / largest)))
