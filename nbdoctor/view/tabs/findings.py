"""The tab "Findings": what is wrong, causes before consequences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nbdoctor.readings.layers import Layers
from nbdoctor.report import Diagnosis, Report, Treatment, Withdrawn
from nbdoctor.rules import catalogue
from nbdoctor.view import anchors, replacing, since, trying, wording
from nbdoctor.view.blocks import Block, Card, Chart, Cure, Lead, Muted, Text
from nbdoctor.view.fit_words import told, word
from nbdoctor.view.tabs import predictions

SEVERITY_WORDS = {"critical": "Critical", "warning": "Warning", "note": "Note"}

EFFECT_WORDS = {
    "none": "changes only what is reported",
    "training": "changes training, not the model",
    "model": "changes the model",
    "judgement": "needs your judgement",
    "advice": "advice only",
}

EVIDENCE_WORDS = {"proof": "proved", "strong": "strong evidence", "hint": "suspected"}

MOST_LEADS = 6
"""Layers that a card leads to; of a finding about more, the architecture marks all."""

PREDICTIONS = "See the Predictions tab"
"""Leads from a card to what the trained model predicts."""

CONFIRMED = "confirmed by a trial"
"""A copy of the model learns better with what the finding alone proposes."""

REPLACING = "parts of the program are replaced on copies, one after the other"


def blocks(report: Report, _charts: Mapping[str, Chart]) -> Iterator[Block]:
    """The findings with their consequences inside, or the calm line."""
    yield from progress(report)
    if report.verdict == "unknown" and report.notes:
        if report.held:
            yield _calm(report)
        yield from (Text(text=note) for note in report.notes)
    elif not report.findings:
        yield _calm(report)
    yield from leading(report)
    yield from cards(report)
    yield from (Text(text=_withdrawn(one)) for one in report.withdrawn)
    yield from since.blocks(report)


def progress(report: Report) -> Iterator[Block]:
    """What is being done now."""
    if report.stage == "looking":
        yield Muted(text="Still examining. Findings appear here as they are made.")
    if report.stage == "looking longer":
        yield Muted(text="Now looking longer at what there was no time for.")
    if report.stage == "trying":
        yield Muted(text="Now trying the fixes on copies of the model.")
    if report.stage == "experimenting":
        yield Muted(text=f"Now looking for the cause: {REPLACING}{replacing.so_far(report)}.")


def leading(report: Report) -> Iterator[Block]:
    """What came of the fixes."""
    if lead := trying.leads(report):
        yield Text(text=lead)


def cards(report: Report) -> Iterator[Card]:
    """The findings, each with its consequences."""
    pages = {rule.name: rule.page for rule in catalogue()}
    known = _Known(report, pages)
    for cause, consequences in families(report):
        yield _card(cause, consequences, known)


def _withdrawn(one: Withdrawn) -> str:
    """What was shown, and what is known in its place."""
    why = f": {one.says.rstrip('.')}" if one.says else ""
    shown = f"“{one.title}” ({wording.code(one.rule)}) was shown while the cell ran"
    return f"Withdrawn: {shown}. It no longer holds{why}."


def families(report: Report) -> Iterator[tuple[Diagnosis, tuple[Diagnosis, ...]]]:
    """Each finding that nothing here explains, with those that it explains."""
    heads: dict[str, list[Diagnosis]] = {}
    for finding in report.findings:
        heads.setdefault(finding.rule, []).append(finding)
    for finding in report.findings:
        if _root(finding, heads) is not finding:
            continue
        yield (
            finding,
            tuple(
                other
                for other in report.findings
                if other is not finding and _root(other, heads) is finding
            ),
        )


def _root(finding: Diagnosis, heads: Mapping[str, Sequence[Diagnosis]]) -> Diagnosis:
    """The cause at the end of the chain; a circle ends where it began."""
    seen = [finding.rule]
    root = finding
    while root.because_of in heads and root.because_of not in seen:
        found = heads[root.because_of]  # of several, that of the same fit
        root = next((one for one in found if set(one.fits) & set(root.fits)), found[0])
        seen.append(root.rule)
    return finding if root.because_of in seen else root


def _calm(report: Report) -> Text | Muted:
    if report.verdict == "unknown":
        if report.held:
            return Text(
                text=f"{report.headline}. The tab Checks says what was left out, and why; the "
                "others show what was measured."
            )
        return Text(text="Too little could be examined to judge this model.")
    if report.stage == "looking":
        return Muted(text="Nothing found so far.")
    return Text(
        text=f"No problem found by {wording.count(len(report.held), 'check')}. "
        "This does not prove that the model is right: the other tabs show what was measured."
    )


class _Known:
    """What all cards of a report are made with.

    That is the manual pages by rule, the places of the findings, and the layers they are about.
    """

    def __init__(self, report: Report, pages: Mapping[str, str]) -> None:
        self.report, self.pages = report, pages
        self._numbers = {id(finding): number for number, finding in enumerate(report.findings)}
        layers: Layers | None = report.readings.get("Layers")
        self._layers = {layer.name for layer in layers.layers} if layers is not None else set()

    def number(self, finding: Diagnosis) -> int:
        return self._numbers[id(finding)]

    def fits(self, finding: Diagnosis) -> str:
        """In which fits of the cell it was found, "" where the report tells of one."""
        return told(finding.fits, word(self.report)) if self.report.fits else ""

    def anchor(self, finding: Diagnosis) -> str:
        return anchors.of_finding(self.report, self.number(finding))

    def see(self, finding: Diagnosis) -> Iterator[Lead]:
        """Where a tab tells more of it, by class and row."""
        if predictions.shows(self.report, finding.rule):
            yield Lead(text=PREDICTIONS, anchor=anchors.of_predictions(self.report))

    def leads(self, finding: Diagnosis) -> Iterator[Lead]:
        known = [name for name in finding.where.layers if name in self._layers]
        left = len(known) - MOST_LEADS
        for name in known[:MOST_LEADS]:
            yield Lead(text=wording.code(name), anchor=anchors.of_layer(self.report, name))
        if left > 0:
            anchor = anchors.of_layer(self.report, known[MOST_LEADS])
            yield Lead(text=f"{left} more", anchor=anchor)


def _card(
    finding: Diagnosis,
    consequences: tuple[Diagnosis, ...],
    known: _Known,
    *,
    cause: Diagnosis | None = None,
) -> Card:
    remedies = () if cause is not None and not _has_remedies(finding, cause) else finding.treatments
    return Card(
        severity=finding.severity,
        severity_word=SEVERITY_WORDS[finding.severity],
        evidence=_evidence(finding),
        rule=finding.rule,
        title=finding.title,
        says=finding.says,
        line=finding.where.line,
        measures=_measures(finding),
        treatments=tuple(
            _cure(treatment, f"{finding.rule}/{number}")
            for number, treatment in enumerate(remedies)
        ),
        consequences=tuple(_card(other, (), known, cause=finding) for other in consequences),
        page=known.pages.get(finding.rule, ""),
        number=known.number(finding),
        fits=known.fits(finding),
        elsewhere=finding.where.elsewhere,
        marks=_marks(finding, known.report),
        anchor=known.anchor(finding),
        leads=tuple(known.leads(finding)),
        see=tuple(known.see(finding)),
    )


def _has_remedies(consequence: Diagnosis, cause: Diagnosis) -> bool:
    """Whether its own treatments are shown: it goes with its cause, and they may be contrary to it.

    They are where the cause offers nothing, or where a trial has shown that they help.
    """
    return not cause.treatments or any(map(_is_confirming, consequence.treatments))


def _marks(finding: Diagnosis, report: Report) -> tuple[int, ...]:
    """Lines of the cell where a reader looks for it.

    An alarm without a line here stands at the `fit`: a mark there must not be milder than what was
    found.
    """
    where = finding.where
    if where.line is not None:
        return (where.line, *where.more_lines)
    if finding.severity == "note":
        return ()
    fits = [one.line for one in report.fits if one.number in finding.fits] or [report.line]
    return tuple(sorted({line for line in fits if line is not None}))


def _evidence(finding: Diagnosis) -> str:
    """How sure the finding is: what a trial or the score has shown counts more than its kind."""
    if finding.standing in {"suspected", "withdrawn"}:
        return finding.standing
    if any(_is_confirming(treatment) for treatment in finding.treatments):
        return CONFIRMED
    return EVIDENCE_WORDS[finding.kind]


def _is_confirming(treatment: Treatment) -> bool:
    """Whether copies were trained with this treatment alone, and it helped."""
    trial = treatment.trial
    alone = trial is not None and not treatment.pair
    return alone and trial is not None and trial.outcome == "helps" and trial.steps > 0


def _measures(finding: Diagnosis) -> tuple[tuple[str, str, str], ...]:
    names = dict.fromkeys((*finding.measured, *finding.expected))
    return tuple(
        (
            name.replace("_", " "),
            wording.value(finding.measured.get(name, "")),
            wording.value(finding.expected.get(name, "")),
        )
        for name in names
    )


def _elsewhere(treatment: Treatment) -> str:
    """In which other cell the change is."""
    if treatment.cell_number is None:
        return ""
    return f"The change is in cell [{treatment.cell_number}], which was run before this one."


def _cure(treatment: Treatment, name: str) -> Cure:
    trial = treatment.trial
    return Cure(
        title=treatment.title,
        text=" ".join(filter(None, (treatment.text, _elsewhere(treatment)))),
        effect=treatment.effect,
        effect_word=EFFECT_WORDS[treatment.effect],
        diff=treatment.diff,
        patched=treatment.patched,
        outcome=(trial.outcome or "") if trial is not None else "",
        trial=trying.says(trial) if trial is not None else "",
        chart=trying.chart(trial, f"trial/{name}") if trial is not None else None,
    )
