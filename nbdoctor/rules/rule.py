"""Rules: functions of readings that yield findings, and the treatments of these findings."""

from __future__ import annotations

import contextlib
import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Generic, ParamSpec

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.missing import Missing, NotTakenError, does_not_apply, not_measured
from nbdoctor.readings.tried_parts import PartName
from nbdoctor.rules.finding import (
    Elsewhere,
    Finding,
    Kind,
    Severity,
    Standing,
    Value,
    Where,
    facts_of,
)
from nbdoctor.rules.treatment import Effect, Role, Treatment

__all__ = [
    "DoesNotApplyError",
    "Elsewhere",
    "Finding",
    "Kind",
    "Rule",
    "Severity",
    "Standing",
    "Value",
    "Verdict",
    "Where",
    "facts_of",
    "rule",
]

P = ParamSpec("P")


class DoesNotApplyError(Exception):
    """Raised by a rule that cannot judge these readings; the text says why.

    The text completes "does not apply: ...", in lower case, without a full stop. Where what it
    needs could not be measured in full, a rule raises `NotTakenError` instead.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The result of one rule for one set of readings."""

    rule: str
    findings: tuple[Finding, ...] = ()
    held: str = ""
    not_run: Missing | None = None


MakeTreatment = Callable[[Finding, Cell], Cell | str | None]

SayWhatHolds = Callable[..., str]
"""Of the readings that the rule judges, in the same order."""


@dataclass(frozen=True, slots=True)
class _TreatmentDefinition:
    title: str
    effect: Effect
    pair: bool
    role: Role
    as_used: MakeTreatment | None
    make: MakeTreatment


class Rule(Generic[P]):
    """A rule: its function, its manual page, its thresholds and its treatments.

    It is called like the function itself, so that tests need no session.
    """

    def __init__(  # noqa: PLR0913  (as `rule` takes them, all by name)
        self,
        judge: Callable[P, Iterator[Finding]],
        *,
        family: str,
        severity: Severity,
        kind: Kind,
        holds: str,
        explains: tuple[str, ...],
        gated: bool = False,
        parts: tuple[PartName, ...] = (),
    ) -> None:
        self.gated, self.parts = gated, parts
        self.judge, self.family, self.severity, self.kind = judge, family, severity, kind
        self.holds, self.explains = holds, explains
        self.name = judge.__name__.replace("_", "-")
        self.page = inspect.getdoc(judge) or ""
        self.treatment_definitions: list[_TreatmentDefinition] = []
        self.roles: set[Role] = set()
        self._what_holds: SayWhatHolds | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Iterator[Finding]:
        """Judge these readings."""
        for finding in self.judge(*args, **kwargs):
            yield replace(
                finding,
                rule=self.name,
                severity=finding.severity or self.severity,
                kind=finding.kind or self.kind,
                explains=self.explains,
                gated=self.gated if finding.gated is None else finding.gated,
            )

    @property
    def needs(self) -> tuple[type[Any], ...]:
        """Types of the readings that it judges; `X | None` marks one that it can do without."""
        return tuple(kind for kind, _ in self._parameters)

    @property
    def requires(self) -> tuple[type[Any], ...]:
        """Those of them without which it cannot judge."""
        return tuple(kind for kind, optional in self._parameters if not optional)

    @property
    def thresholds(self) -> dict[str, float]:
        """Keyword-only parameters with their defaults."""
        parameters = inspect.signature(self.judge).parameters.values()
        return {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}

    @cached_property
    def _parameters(self) -> tuple[tuple[type[Any], bool], ...]:
        """Kinds of readings, and whether it can do without; read once, as it judges often."""
        hints = typing.get_type_hints(self.judge)
        found: list[tuple[type[Any], bool]] = []
        for parameter in inspect.signature(self.judge).parameters.values():
            if parameter.kind is parameter.KEYWORD_ONLY:
                continue
            hint = hints[parameter.name]
            kinds = [kind for kind in typing.get_args(hint) if kind is not type(None)]
            found.append((kinds[0], True) if kinds else (hint, False))
        return tuple(found)

    def verdict(
        self,
        readings: Mapping[type[Any], object],
        missing: Mapping[type[Any], Missing],
        settings: Mapping[str, float] | None = None,
    ) -> Verdict:
        """Judge the readings, or say why they cannot be judged.

        Parameters
        ----------
        readings : mapping of type to reading
        missing : mapping of type to Missing
            Why a reading could not be taken.
        settings : mapping of str to float, optional
            Thresholds that differ from the defaults.
        """
        given = []
        for kind, optional in self._parameters:
            if kind not in readings and not optional:
                unread = not_measured(f"no {kind.__name__.lower()} could be read")
                return Verdict(rule=self.name, not_run=missing.get(kind, unread))
            given.append(readings.get(kind))
        try:
            findings = tuple(self(*given, **(settings or {})))  # type: ignore[arg-type]
        except DoesNotApplyError as reason:
            return Verdict(rule=self.name, not_run=does_not_apply(str(reason)))
        except NotTakenError as error:
            return Verdict(rule=self.name, not_run=error.missing)
        return Verdict(
            rule=self.name, findings=findings, held="" if findings else self._held(given)
        )

    def _held(self, given: list[Any]) -> str:
        return self.holds if self._what_holds is None else self._what_holds(*given)

    def what_holds(self, say: SayWhatHolds) -> SayWhatHolds:
        """Say by a function of the readings what is true where the rule finds nothing.

        The manual shows `holds`, which says it in general.
        """
        self._what_holds = say
        return say

    def treatment(
        self,
        title: str,
        *,
        effect: Effect,
        pair: bool = False,
        role: Role = "",
        as_used: MakeTreatment | None = None,
    ) -> Callable[[MakeTreatment], MakeTreatment]:
        """Add a treatment: a function of the finding and the cell.

        It returns the treated `Cell`, or a sentence of advice where nothing can be patched, or
        None where it does not apply to this finding. Its docstring is the text of the treatment.
        A `pair` makes two changes at once; it is tried where no single treatment of the finding
        helps. By its `role` trials find it without knowing the rule. `as_used` makes the cell with
        its rows as they are where the model is used, where its own rows give the target away.
        """

        def add(make: MakeTreatment) -> MakeTreatment:
            self.treatment_definitions.append(
                _TreatmentDefinition(title, effect, pair, role, as_used, make)
            )
            self.roles |= {role} - {""}
            return make

        return add

    def treatments(self, finding: Finding, cell: Cell) -> Iterator[Treatment]:
        """Yield the treatments of `finding`, as edits of `cell` where that is possible."""
        for one in self.treatment_definitions:
            text = inspect.getdoc(one.make) or ""
            unpatched = Treatment(title=one.title, text=text, effect=one.effect)
            try:
                made = one.make(finding, cell)
            except CannotEditError:
                made = cell
            match made:
                case str():
                    yield replace(unpatched, text=made)
                case Cell() if made.source == cell.source:
                    yield unpatched
                case Cell():
                    yield replace(
                        unpatched,
                        patched=made.source,
                        diff=cell.diff(made),
                        pair=one.pair,
                        role=one.role,
                        as_used=_as_used(one, finding, cell),
                        name=one.make.__name__,
                    )


def _as_used(one: _TreatmentDefinition, finding: Finding, cell: Cell) -> str:
    made = None
    with contextlib.suppress(CannotEditError):
        made = None if one.as_used is None else one.as_used(finding, cell)
    return made.source if isinstance(made, Cell) else ""


def rule(  # noqa: PLR0913  (all by name)
    *,
    family: str,
    severity: Severity,
    kind: Kind,
    holds: str,
    explains: tuple[str, ...] = (),
    gated: bool = False,
    parts: tuple[PartName, ...] = (),
) -> Callable[[Callable[P, Iterator[Finding]]], Rule[P]]:
    """Make a rule of a generator function.

    Its positional parameters are the readings that it judges, by type. Its keyword-only
    parameters are thresholds, each explained on the manual page, which is the docstring.

    Parameters
    ----------
    family : str
        "data", "labels", "objective", "model", "training", "pipeline" or "notebook".
    severity, kind : str
        Those of its findings, where a finding does not say otherwise.
    holds : str
        What is true where the rule finds nothing: a short sentence without a full stop.
    explains : tuple of str
        Rules whose findings are consequences of this one's.
    gated : bool
        Its findings claim that this model learns less than it could: they are notes at most where
        the trained model reaches what simple models reach on the same rows.
    parts : tuple of str
        Parts of the program that its findings say are at fault, as they are named where parts are
        replaced by experiment; any one of them repairs it. An experiment confirms the finding, or
        clears the part.
    """

    def make(judge: Callable[P, Iterator[Finding]]) -> Rule[P]:
        return Rule(
            judge,
            family=family,
            severity=severity,
            kind=kind,
            holds=holds,
            explains=explains,
            gated=gated,
            parts=parts,
        )

    return make
