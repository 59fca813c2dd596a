"""What the score of the trained model says of findings: whether harm was done, and by what.

A rule that is `gated` claims that this model learns less than it could. Whether it did is known
when training has ended. The findings here are plain data; no rule is asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nbdoctor.readings.attained import Attained
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.missing import Missing
from nbdoctor.readings.modes import Modes
from nbdoctor.report import Diagnosis, Fix
from nbdoctor.rules.figures import figure, listed, score_figure
from nbdoctor.rules.rule import Finding, Standing
from nbdoctor.rules.treatment import Treatment

GAP = "below-simple-models"
NUMERIC = frozenset({"broken-weights", "diverging-loss", "exploding-gradient", "non-finite-loss"})
"""What numbers do in a training, whatever the cause."""

SYMPTOMS = frozenset(
    {"baseline-not-beaten", "constant-predictions", "fails-to-memorise", "majority-class-only", GAP}
)
"""What a model shows that has not learned, whatever the cause."""

EXPLAINED = SYMPTOMS | {"one-class-everywhere"}
"""... and what it may show then, which is a cause of its own where nothing else is found."""

LEARNED = 0.25
"""Share of the loss of a constant prediction at which a model has learned, whatever `predict` says:
for classes, as with a probability of exp(-0.17) for the right one of two."""

APART = 2.0
"""As in `stale-batch-statistics`."""

FAILED = frozenset({"no effect", "worse"})
"""Outcomes of trials."""

SUSPECTED = "Suspected: whether it does harm shows when training has ended."
NOT_HELPED = "What it proposes was tried on copies and did not help."
NOT_SHOWN = "No trial has shown that longer training helps."
NOT_TRIED = "Longer training was not tried."
UNEXPLAINED = "No check knows the cause."
POSSIBLE = "What may be the cause is listed beside it, but not proved."
NOTED = "What may be the cause is noted below, but not proved: "
"""... with the notes."""
MENDED = "Mending what else was found did not close the gap on copies: it may take more than that."


def gated(
    finding: Finding, readings: Mapping[type[Any], object], missing: Mapping[type[Any], Missing]
) -> Finding:
    """`finding` as the score of the trained model leaves it: suspected, confirmed or withdrawn."""
    if not finding.gated:
        return finding
    attained = readings.get(Attained)
    if not isinstance(attained, Attained):
        why = missing.get(Attained)
        early = why is not None and why.kind == "too early" and finding.severity != "note"
        says = f"{finding.says} {SUSPECTED}"
        return replace(finding, standing="suspected", says=says) if early else finding
    if attained.is_close:
        says = f"{finding.says} It did no harm that the score shows: {compared(attained)}."
        return replace(finding, standing="withdrawn", severity="note", says=says)
    learned = learned_in_training_mode(readings)
    if learned:
        says = f"{finding.says} It did no harm that the loss shows: {learned}."
        return replace(finding, standing="withdrawn", severity="note", says=says)
    if attained.has_gap and finding.severity != "note":
        return replace(finding, standing="confirmed")
    return finding


def learned_in_training_mode(readings: Mapping[type[Any], object]) -> str:
    """What shows that a model has learned, and that only its moving averages hide it; "" else."""
    modes, loss = readings.get(Modes), readings.get(LossAtInit)
    if not (isinstance(modes, Modes) and isinstance(loss, LossAtInit) and loss.baseline):
        return ""
    has_learned = modes.loss_training <= LEARNED * loss.baseline
    if not has_learned or modes.loss_inference < APART * modes.loss_training:
        return ""
    return (
        f"in training mode the loss of {modes.rows:,} training rows is "
        f"{figure(modes.loss_training)}, that of a constant prediction {figure(loss.baseline)}, "
        "and only the moving averages make it worse"
    )


def compared(attained: Attained) -> str:
    """The score beside that of simple models, as a part of a sentence."""
    return (
        f"after training the model reaches {score_figure(attained.score)} on {attained.where}, "
        f"simple models {score_figure(attained.ceiling or 0.0)}"
    )


def explains(cause: Finding, symptom: Finding) -> bool:
    """Whether a cause that is found explains a symptom that it does not name."""
    return (
        symptom.rule in EXPLAINED
        and cause.rule not in EXPLAINED
        and bool(SYMPTOMS & set(cause.explains))
        and cause.severity != "note"
        and cause.kind != "hint"
    )


def after_trials(findings: Sequence[Diagnosis], fix: Fix | None) -> tuple[Diagnosis, ...]:
    """Findings behind the others whose treatments were tried and did not help.

    What is proved stays a fault, even if its cure alone does not make the model learn: it stands
    before a gap that is left without a cause.

    That training is too short is a note unless its own trial helps: that is the measurement of it.
    A consequence whose own treatment helped, while that of its cause did not, is a cause itself.
    """
    failed = {one.rule for one in findings if has_failed(one, fix)}
    findings = _with_shown_causes(_with_cured(findings, fix), failed, fix)
    weighed = [
        one
        if not _is_of_length(one) or _has_helped(one, fix)
        else _as_note(one, NOT_HELPED if one.rule in failed else NOT_SHOWN)
        if _was_tried(one)
        else _as_note(one, NOT_TRIED, standing="suspected")
        for one in findings
    ]
    return tuple(sorted(told(weighed), key=lambda one: _place(one, failed)))


def _with_cured(findings: Sequence[Diagnosis], fix: Fix | None) -> list[Diagnosis]:
    """What numbers did in the training, below the cause whose cure was seen to end it."""
    trial = fix.treatment.trial if fix is not None else None
    if fix is None or trial is None:
        return list(findings)
    causes = [one.rule for one in findings if one.rule in fix.rules and not one.because_of]
    ended = NUMERIC & set(trial.cleared) - set(fix.rules)
    if not causes or not ended:
        return list(findings)

    def is_below(one: Diagnosis) -> bool:
        return one.because_of in ended or (one.rule in ended and not one.because_of)

    return [replace(one, because_of=causes[0]) if is_below(one) else one for one in findings]


def _with_shown_causes(
    findings: Sequence[Diagnosis], failed: set[str], fix: Fix | None
) -> list[Diagnosis]:
    """Consequences of causes that trials did not confirm, below those that trials did.

    A gap that is left without any is below a cause that helped, or asks for one again, unless
    something is proved all the same.
    """
    shown = {
        one.because_of: one.rule
        for one in reversed(findings)
        if one.because_of in failed and one.severity != "note" and _has_helped(one, fix)
    }
    proved = any(
        one.rule in failed and one.kind == "proof" and one.severity != "note" for one in findings
    )
    causes = (one for one in findings if one.severity != "note" and not one.because_of)
    helped = next((one.rule for one in causes if _trains(one, fix)), "")
    told_anew = []
    for one in findings:
        if one.because_of in shown:
            cause = "" if _has_helped(one, fix) else shown[one.because_of]
            told_anew.append(replace(one, because_of=cause))
        elif one.rule in SYMPTOMS and one.because_of in failed and helped:
            told_anew.append(replace(one, because_of=helped))
        elif one.rule == GAP and one.because_of in failed:
            bare = with_cause(one, "")
            told_anew.append(replace(bare, says=f"{bare.says} {MENDED}") if proved else bare)
        else:
            told_anew.append(one)
    return told_anew


def told(findings: Sequence[Diagnosis]) -> tuple[Diagnosis, ...]:
    """With what is to be said of a gap that nothing explains: a hint or a note may, or none."""
    serious = [one for one in findings if one.severity != "note"]
    known = {one.rule for one in serious}
    hinted = any(one.kind == "hint" and one.rule not in SYMPTOMS for one in serious)
    noted = [one.rule for one in findings if _may_explain_gap(one)]
    why = POSSIBLE if hinted else f"{NOTED}{listed(noted)}." if noted else UNEXPLAINED
    return tuple(
        _unexplained(one, why)
        if one.rule == GAP and one.because_of not in known and MENDED not in one.says
        else one
        for one in findings
    )


def _may_explain_gap(note: Diagnosis) -> bool:
    """Whether a note, which explains no alarm by itself, tells of what causes gaps."""
    counts = note.severity == "note" and note.kind != "hint" and note.standing != "withdrawn"
    return counts and GAP in note.explains


def _unexplained(gap: Diagnosis, words: str) -> Diagnosis:
    bare = with_cause(gap, "")
    return replace(bare, says=f"{bare.says} {words}")


def with_cause(symptom: Diagnosis, cause: str) -> Diagnosis:
    """A symptom below its cause, no longer asking for one."""
    says = symptom.says
    for earlier in (UNEXPLAINED, POSSIBLE, NOTED, MENDED):
        says = says.partition(f" {earlier}")[0]
    return replace(symptom, because_of=cause, says=says)


def has_failed(finding: Diagnosis, fix: Fix | None) -> bool:
    """Whether all that it proposes was tried and did not help."""
    trials = [one.trial for one in finding.treatments if one.trial is not None]
    outcomes = {trial.outcome for trial in trials} - {None}
    part = fix is not None and finding.rule in fix.rules
    return bool(outcomes) and outcomes <= FAILED and not part


def _has_helped(finding: Diagnosis, fix: Fix | None) -> bool:
    trials = [one.trial for one in finding.treatments if one.trial is not None]
    part = fix is not None and finding.rule in fix.rules
    return part or any(trial.outcome == "helps" for trial in trials)


def only_reports(treatments: Iterable[Treatment]) -> bool:
    """Whether what mends a finding changes what is reported, and not the model."""
    return {one.effect for one in treatments} - {"advice"} == {"none"}


def _trains(finding: Diagnosis, fix: Fix | None) -> bool:
    """Whether what it proposes was seen to help the model, and not only what is reported."""
    return not only_reports(finding.treatments) and _has_helped(finding, fix)


def _is_of_length(finding: Diagnosis) -> bool:
    """Whether a finding is that training is too short."""
    return any(one.role == "train longer" for one in finding.treatments)


def _was_tried(finding: Diagnosis) -> bool:
    return any(one.trial is not None and one.trial.outcome for one in finding.treatments)


def _as_note(finding: Diagnosis, why: str, standing: Standing = "withdrawn") -> Diagnosis:
    says = finding.says if why in finding.says else f"{finding.says} {why}"
    return replace(finding, severity="note", standing=standing, says=says)


def _place(finding: Diagnosis, failed: set[str]) -> tuple[bool, bool, int]:
    if finding.rule in failed:
        behind = 1 if finding.kind == "proof" else 3
    else:
        behind = 2 if MENDED in finding.says else 0
    return (bool(finding.because_of), finding.severity == "note", behind)
