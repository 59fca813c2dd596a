"""The report: what was found, measured and held, as data. Every view reads only this."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from nbdoctor.readings import kinds
from nbdoctor.readings.collection import Fault
from nbdoctor.readings.missing import MissingKind
from nbdoctor.rules.rule import Kind, Severity, Value, Where
from nbdoctor.rules.treatment import Effect, Outcome, Treatment, Trial

if TYPE_CHECKING:
    from cattrs import Converter

from nbdoctor.report.parts import (
    OVER,
    Checksum,
    Diagnosis,
    FitSummary,
    FitWord,
    Fix,
    LastRun,
    NotRun,
    PassedCheck,
    Stage,
    Timing,
    VerdictWord,
    Withdrawn,
    diagnosis,
)

__all__ = [
    "OVER",
    "Checksum",
    "Diagnosis",
    "Effect",
    "Fault",
    "FitSummary",
    "FitWord",
    "Fix",
    "Kind",
    "LastRun",
    "NotRun",
    "Outcome",
    "PassedCheck",
    "Report",
    "Severity",
    "Stage",
    "Timing",
    "Treatment",
    "Trial",
    "Value",
    "VerdictWord",
    "Where",
    "Withdrawn",
    "diagnosis",
]

VERSION = 2
"""Version of the JSON schema; a reader refuses a newer one with a sentence."""


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
    withdrawn : tuple of Withdrawn
        What was shown while the cell ran, and is found no longer.
    last_run : LastRun or None
        What is known of the run of this cell before.
    readings : mapping of str to reading
        By class name: "Inputs", "Labels", ...
    aside : Samples or None
        Rows of the data, for a view that shows them when it is asked; not stored. Where they are
        to be stored, they are among the readings.
    stage : str
        "looking", "training", then when the cell has ended "looking longer" (at what there was no
        time for), "trying" (treatments), "experimenting" (parts are replaced to find the cause) or
        "done".
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
    number : int
        Of the training within its cell, from 1; 0 where it tells of none, or of several.
    line : int or None
        Of the cell, that calls `fit`.
    fits : tuple of FitSummary
        Where it tells of several trainings of a cell, all of them.
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
    held: tuple[PassedCheck, ...] = ()
    not_run: tuple[NotRun, ...] = ()
    faults: tuple[Fault, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    last_run: LastRun | None = None
    readings: Mapping[str, Any] = field(default_factory=dict)
    aside: Any = field(default=None, compare=False, repr=False, metadata={"stored": False})
    stage: Stage = "done"
    model: str = ""
    call: str = ""
    device: str = ""
    batches: int = 0
    rows: int = 0
    notes: tuple[str, ...] = ()
    timing: Timing = field(default_factory=Timing)
    checksum: Checksum = field(default_factory=Checksum)
    number: int = 0
    line: int | None = None
    fits: tuple[FitSummary, ...] = ()
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
        return self.stage in OVER

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

    def for_assistant(self) -> str:
        """Markdown of less than 4 kB for an assistant: measurements, no opinions."""
        from nbdoctor.view.assistant import for_assistant

        return for_assistant(self)

    def to_html(self) -> str:
        """A complete HTML page without script, readable offline."""
        from nbdoctor.view.html_page import as_page

        return as_page(self)


@cache
def _converter() -> Converter:
    from cattrs import Converter

    converter = Converter()
    converter.register_structure_hook(float, lambda value, _: float(value))
    converter.register_structure_hook(Value, lambda value, _: value)
    converter.register_structure_hook(NotRun, lambda data, _: _not_run(data))
    converter.register_structure_hook_func(
        lambda kind: kind == Mapping[str, Any],
        lambda data, _: {
            name: converter.structure(reading, kinds()[name])
            for name, reading in data.items()
            if name in kinds()
        },
    )
    return converter


OLD_PREFIX = "does not apply: "
"""How the reason began of a rule with nothing to judge, before reports said it by `kind`."""


def _not_run(data: Mapping[str, str]) -> NotRun:
    """A rule that did not judge, also of a report that was stored without a kind."""
    says, kind = data["reason"], data.get("kind")
    if says.startswith(OLD_PREFIX):
        return NotRun(
            rule=data["rule"], reason=says.removeprefix(OLD_PREFIX), kind="does not apply"
        )
    return NotRun(rule=data["rule"], reason=says, kind=_kind(kind))


def _kind(name: str | None) -> MissingKind:
    known: dict[str | None, MissingKind] = {one: one for one in get_args(MissingKind)}
    return known.get(name, "not measured")


def _plain(value: Any) -> Any:
    """What JSON can hold of data classes.

    By hand: cattrs asks of each type whether it is a mapping, and with TensorFlow loaded, whose
    classes are many, its first report takes longer than many a training step.
    """
    if is_dataclass(value):
        stored = (one for one in fields(value) if one.metadata.get("stored", True))
        return {one.name: _plain(getattr(value, one.name)) for one in stored}
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
