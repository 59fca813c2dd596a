"""The report: what was found, measured and held, as data. Every view reads only this."""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from nbdoctor.rules.rule import Finding, Kind, Severity, Value, Where
from nbdoctor.rules.treatment import Effect, Outcome, Treatment, Trial

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = [
    "Checksum",
    "Diagnosis",
    "Effect",
    "Fault",
    "Fix",
    "Held",
    "Kind",
    "NotRun",
    "Outcome",
    "Report",
    "Severity",
    "Timing",
    "Treatment",
    "Trial",
    "Value",
    "Where",
]

VERSION = 1
"""Version of the JSON schema; a reader refuses a newer one with a sentence."""

READINGS = {
    "Activations": "activations",
    "Callbacks": "callbacks",
    "Crash": "crash",
    "DataChanges": "data_changes",
    "EarlierSignal": "data_changes",
    "Fit": "fit",
    "Gradients": "gradients",
    "Head": "head",
    "History": "history",
    "Inputs": "inputs",
    "Labels": "labels",
    "Layers": "layers",
    "LossAtInit": "loss_at_init",
    "Metrics": "metrics",
    "Mixing": "mixing",
    "Modes": "modes",
    "Overlap": "overlap",
    "Pipeline": "pipeline",
    "RowWeights": "row_weights",
    "Signal": "signal",
    "Source": "source",
    "Tokens": "tokens",
    "Trained": "trained",
    "Trainability": "trainability",
    "Updates": "updates",
    "Validation": "validation",
    "Weights": "weights",
    "Wiring": "wiring",
}
"""Reading and the probe file that holds it."""

Stage = Literal["looking", "training", "trying", "done"]
VerdictWord = Literal["critical", "warning", "note", "healthy", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A finding as reported: with its treatments and its place among the others.

    Attributes
    ----------
    rule, severity, kind, title, says, where, measured, expected
        As in `Finding`.
    explains : tuple of str
        Rules whose findings here are its consequences.
    because_of : str
        The rule whose finding here explains this one, "" when none does.
    treatments : tuple of Treatment
    """

    rule: str
    severity: Severity
    kind: Kind
    title: str
    says: str
    where: Where
    measured: Mapping[str, Value] = field(default_factory=dict)
    expected: Mapping[str, Value] = field(default_factory=dict)
    explains: tuple[str, ...] = ()
    because_of: str = ""
    treatments: tuple[Treatment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """What helps most: one treatment, or several in a row as one patch.

    Attributes
    ----------
    rules : tuple of str
        Those whose findings it treats.
    treatment : Treatment
        With its trial, which compares it with the untreated model.
    """

    rules: tuple[str, ...]
    treatment: Treatment


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A rule that judged and found nothing."""

    rule: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRun:
    """A rule that could not or need not judge, and why."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A part of nbdoctor that failed; training went on.

    Attributes
    ----------
    part : str
        "probe gradients", "rule dead-units", "chart of inputs".
    message : str
        Type and text of the error.
    """

    part: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds; None where it did not come to that.

    Attributes
    ----------
    first_finding : float or None
        From the call of `fit` to the first judgement.
    look : float or None
        Everything that was done before training went on.
    total : float or None
        Everything nbdoctor did.
    """

    first_finding: float | None = None
    look: float | None = None
    total: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum:
    """Proof that training was not touched.

    Attributes
    ----------
    before, after : str
        Digest of weights and random state before and after the look.
    rehearsed_loss, real_loss : float or None
        Loss of the first step as rehearsed, and as Keras then reported it.
    """

    before: str = ""
    after: str = ""
    rehearsed_loss: float | None = None
    real_loss: float | None = None

    @property
    def untouched(self) -> bool | None:
        """Whether the digests agree; None when none were taken."""
        return self.before == self.after if self.before and self.after else None


@dataclass(frozen=True, kw_only=True)
class Report:
    """A diagnosis of one model at one `fit`.

    Attributes
    ----------
    headline : str
        The verdict in one plain sentence, without a full stop.
    verdict : str
        "critical", "warning", "note", "healthy", or "unknown" when too little could be examined.
    findings : tuple of Diagnosis
        Causes before consequences, the worst first.
    fix : Fix or None
        The patch that was tried and helps most, None where none was tried or none helps.
    held, not_run, faults : tuple
        What held, what did not apply and why, and what of nbdoctor failed.
    readings : mapping of str to reading
        By class name: "Inputs", "Labels", ...
    stage : str
        "looking", "training", "trying" (treatments, when the cell has ended) or "done".
    model : str
        The user's name for the model, else the model's own.
    call : str
        Which call was examined ("fit on line 12"), "" when none.
    device : str
        "CPU", "GPU (NVIDIA H100)".
    batches, rows : int
        Probe batches and their rows.
    notes : tuple of str
        What the reader should know about how this was measured, one sentence each.
    timing, checksum
    cell_id : str or None
        JupyterLab's id of the cell.
    source : str
        The cell's text at the time, for patches that must not hit a changed cell.
    version : int
        Of the JSON schema.
    """

    headline: str
    verdict: VerdictWord
    findings: tuple[Diagnosis, ...] = ()
    fix: Fix | None = None
    held: tuple[Held, ...] = ()
    not_run: tuple[NotRun, ...] = ()
    faults: tuple[Fault, ...] = ()
    readings: Mapping[str, Any] = field(default_factory=dict)
    stage: Stage = "done"
    model: str = ""
    call: str = ""
    device: str = ""
    batches: int = 0
    rows: int = 0
    notes: tuple[str, ...] = ()
    timing: Timing = field(default_factory=Timing)
    checksum: Checksum = field(default_factory=Checksum)
    cell_id: str | None = None
    source: str = ""
    version: int = VERSION

    def __str__(self) -> str:
        """Plain text, 80 columns."""
        from nbdoctor.view.text import as_text

        return as_text(self)

    @property
    def is_over(self) -> bool:
        """Whether the cell has ended, so that nothing more of it will be measured."""
        return self.stage in {"trying", "done"}

    def count(self, severity: Severity) -> int:
        """Findings of that severity."""
        return sum(finding.severity == severity for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Plain data that JSON can hold: NaN and infinity become text."""
        data: dict[str, Any] = _plain(self)
        return data

    def to_json(self, *, indent: int | None = None) -> str:
        """JSON text, strict (no NaN)."""
        return json.dumps(self.as_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Report:
        """The report that `to_json` wrote.

        Raises
        ------
        ValueError
            The text is no report, or one of a newer schema.
        """
        data = json.loads(text)
        if not isinstance(data, dict) or "headline" not in data:
            message = "This JSON is not an nbdoctor report: it has no `headline`."
            raise ValueError(message)
        if data.get("version", 0) > VERSION:
            message = (
                f"This report has schema version {data['version']}, and this nbdoctor reads up to "
                f"{VERSION}. Install a newer nbdoctor to read it."
            )
            raise ValueError(message)
        return _converter().structure(data, cls)

    def to_markdown(self) -> str:
        """Markdown for an issue or a chat."""
        from nbdoctor.view.text import as_markdown

        return as_markdown(self)

    def to_html(self) -> str:
        """A complete HTML page without script, readable offline."""
        from nbdoctor.view.html import as_page

        return as_page(self)


@cache
def _converter() -> Converter:
    from cattrs import Converter

    converter = Converter()
    converter.register_structure_hook(float, lambda value, _: float(value))
    converter.register_structure_hook(Value, lambda value, _: value)
    converter.register_structure_hook_func(
        lambda kind: kind == Mapping[str, Any],
        lambda data, _: {
            name: converter.structure(reading, reading_type(name))
            for name, reading in data.items()
            if name in READINGS
        },
    )
    return converter


def reading_type(name: str) -> type[Any]:
    """The class of the reading called `name`."""
    found = getattr(importlib.import_module(f"nbdoctor.probes.{READINGS[name]}"), name)
    if not (isinstance(found, type) and is_dataclass(found)):
        message = f"`{name}` in nbdoctor.probes.{READINGS[name]} is not a reading."
        raise TypeError(message)
    return found


def _plain(value: Any) -> Any:
    """What JSON can hold of data classes.

    By hand: cattrs asks of each type whether it is a mapping, and with TensorFlow loaded, whose
    classes are many, its first report takes longer than many a training step.
    """
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def diagnosis(
    finding: Finding,
    *,
    explains: tuple[str, ...] = (),
    because_of: str = "",
    treatments: tuple[Treatment, ...] = (),
) -> Diagnosis:
    """`finding` as it is reported."""
    if finding.severity is None or finding.kind is None:
        message = f"The finding of `{finding.rule}` was not made by a rule."
        raise ValueError(message)
    return Diagnosis(
        rule=finding.rule,
        severity=finding.severity,
        kind=finding.kind,
        title=finding.title,
        says=finding.says,
        where=finding.where,
        measured=dict(finding.measured),
        expected=dict(finding.expected),
        explains=explains,
        because_of=because_of,
        treatments=treatments,
    )
