"""What a rule finds: one problem, its place, and the evidence for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

Severity = Literal["critical", "warning", "note"]
Kind = Literal["proof", "strong", "hint"]
Standing = Literal["", "suspected", "confirmed", "withdrawn"]
Value = float | int | str

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A line of another cell, which was run before the diagnosed one.

    Attributes
    ----------
    number : int
        The cell's execution count.
    line : int
        Counted from 1.
    text : str
        Of the line, by which it is known again when the cell was changed.
    """

    number: int
    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The place that a finding is about, by the names in the user's code.

    A rule names the place. The line is filled in from the cell where it is not given: that of
    `argument` in the call of `call` ("compile", "loss"), or of the call that creates `layer`.
    `more_layers` are filled in where the same is found of several layers, `more_lines` where it is
    found of several fits of the cell, and `elsewhere` where an earlier cell has the line.
    """

    layer: str = ""
    column: str = ""
    variable: str = ""
    call: str = ""
    argument: str = ""
    line: int | None = None
    more_layers: tuple[str, ...] = ()
    more_lines: tuple[int, ...] = ()
    elsewhere: Elsewhere | None = None

    @property
    def layers(self) -> tuple[str, ...]:
        """All layers that it is about."""
        return (self.layer, *self.more_layers) if self.layer else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem, with the evidence for it.

    Attributes
    ----------
    title : str
        What is wrong in a few words, sentence case, no full stop.
    says : str
        One or two sentences with this model's names and measured values.
    where : Where
    measured, expected : dict of str to number or text
        The table for the reader: the comparison that proves the finding, measured values and
        those of a healthy model under the same names.
    facts : object
        What the treatments of this rule need to know: a frozen data class private to the rule,
        never shown and never stored. Read it with `facts_of`.
    severity : str
        Only where it differs from the rule's own.
    rule, kind, explains
        Filled in from the rule.
    gated : bool or None
        As of its rule, filled in where it is None: False where the finding proves the harm itself.
    standing : str
        Of a gated finding, what the score of the trained model says of it: "suspected" before
        training has ended, then "confirmed" or "withdrawn"; "" where the score tells nothing.
    """

    title: str
    says: str
    where: Where = field(default_factory=Where)
    measured: Mapping[str, Value] = field(default_factory=dict)
    expected: Mapping[str, Value] = field(default_factory=dict)
    facts: object = None
    severity: Severity | None = None
    kind: Kind | None = None
    rule: str = ""
    explains: tuple[str, ...] = ()
    gated: bool | None = None
    standing: Standing = ""


def facts_of(finding: Finding, kind: type[T]) -> T:
    """Return the facts of a finding, as the class in which its rule gives them.

    Raises
    ------
    TypeError
        They are of another class, or missing, as in a finding that was read from JSON.
    """
    if not isinstance(finding.facts, kind):
        message = f"{finding.rule}: facts are {type(finding.facts).__name__}, not {kind.__name__}"
        raise TypeError(message)
    return finding.facts
