"""What a rule is: a function over readings that yields findings."""

from __future__ import annotations

import inspect
import math
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, ParamSpec

from nbdoctor.capture.cell import CannotEditError, Cell
from nbdoctor.probes.data_changes import CHANGED_BY
from nbdoctor.rules.treatment import Effect, Treatment

Severity = Literal["critical", "warning", "note"]
Kind = Literal["proof", "strong", "hint"]
Value = float | int | str

PLAIN_PLACES = 4
"""Zeros that a reader still counts at a glance: 0.0001 is plain, 0.00001 is 1e-5."""

P = ParamSpec("P")


class DoesNotApplyError(Exception):
    """Raised by a rule that has nothing to judge in these readings; the text says why.

    The text completes "does not apply: ...", in lower case, without a full stop.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The place that a finding is about, in the user's own names.

    A rule names the place; the line is filled in from the cell where it is not given: that of
    `argument` in the call of `call` ("compile", "loss"), or of the call that made `layer`.
    """

    layer: str = ""
    column: str = ""
    variable: str = ""
    call: str = ""
    argument: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, with its proof.

    Attributes
    ----------
    title : str
        What is wrong in a few words, sentence case, no full stop.
    says : str
        One or two sentences with this model's names and measured values.
    where : Where
    measured, expected : dict of str to number or text
        What was measured, and what a healthy model shows, under the same names.
    severity : str
        Only where it differs from the rule's own.
    rule, kind, explains
        Filled in from the rule.
    """

    title: str
    says: str
    where: Where = field(default_factory=Where)
    measured: Mapping[str, Value] = field(default_factory=dict)
    expected: Mapping[str, Value] = field(default_factory=dict)
    severity: Severity | None = None
    kind: Kind | None = None
    rule: str = ""
    explains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one rule said of one set of readings."""

    rule: str
    findings: tuple[Finding, ...] = ()
    held: str = ""
    not_run: str = ""


@dataclass(frozen=True, slots=True)
class _Cure:
    title: str
    effect: Effect
    pair: bool
    make: Callable[[Finding, Cell], Cell | str | None]


class Rule(Generic[P]):
    """A rule: its function, its page, its thresholds and its treatments.

    Called like the function itself, so that tests need no engine.
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
    ) -> None:
        self.judge, self.family, self.severity, self.kind = judge, family, severity, kind
        self.holds, self.explains = holds, explains
        self.name = judge.__name__.replace("_", "-")
        self.page = inspect.getdoc(judge) or ""
        self.cures: list[_Cure] = []

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Iterator[Finding]:
        """Judge these readings."""
        for finding in self.judge(*args, **kwargs):
            yield replace(
                finding,
                rule=self.name,
                severity=finding.severity or self.severity,
                kind=finding.kind or self.kind,
                explains=self.explains,
            )

    @property
    def needs(self) -> tuple[type[Any], ...]:
        """Types of the readings it judges; `X | None` marks one that it can do without."""
        return tuple(kind for kind, _ in self._parameters())

    @property
    def thresholds(self) -> dict[str, float]:
        """Keyword-only parameters with their defaults."""
        parameters = inspect.signature(self.judge).parameters.values()
        return {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}

    def _parameters(self) -> Iterator[tuple[type[Any], bool]]:
        hints = typing.get_type_hints(self.judge)
        for parameter in inspect.signature(self.judge).parameters.values():
            if parameter.kind is parameter.KEYWORD_ONLY:
                continue
            hint = hints[parameter.name]
            kinds = [kind for kind in typing.get_args(hint) if kind is not type(None)]
            yield (kinds[0], True) if kinds else (hint, False)

    def verdict(
        self,
        readings: Mapping[type[Any], object],
        missing: Mapping[type[Any], str],
        settings: Mapping[str, float] | None = None,
    ) -> Verdict:
        """Judge what there is, or say why not.

        Parameters
        ----------
        readings : mapping of type to reading
        missing : mapping of type to str
            Why a reading could not be taken.
        settings : mapping of str to float, optional
            Thresholds that differ from the defaults.
        """
        given = []
        for kind, optional in self._parameters():
            if kind not in readings and not optional:
                reason = missing.get(kind, f"no {kind.__name__.lower()} could be read")
                return Verdict(rule=self.name, not_run=reason)
            given.append(readings.get(kind))
        try:
            findings = tuple(self(*given, **(settings or {})))  # type: ignore[arg-type]
        except DoesNotApplyError as reason:
            return Verdict(rule=self.name, not_run=f"does not apply: {reason}")
        return Verdict(rule=self.name, findings=findings, held="" if findings else self.holds)

    def treatment(
        self,
        title: str,
        *,
        effect: Effect,
        pair: bool = False,
    ) -> Callable[
        [Callable[[Finding, Cell], Cell | str | None]],
        Callable[[Finding, Cell], Cell | str | None],
    ]:
        """Add a treatment: a function of the finding and the cell.

        It returns the treated `Cell`, or a sentence of advice where nothing can be patched, or
        None where it does not apply to this finding. Its docstring says what it does. A `pair`
        makes two changes at once; it is tried where no single treatment of the finding helps.
        """

        def add(
            make: Callable[[Finding, Cell], Cell | str | None],
        ) -> Callable[[Finding, Cell], Cell | str | None]:
            self.cures.append(_Cure(title, effect, pair, make))
            return make

        return add

    def treatments(self, finding: Finding, cell: Cell) -> Iterator[Treatment]:
        """The treatments of `finding`, as edits of `cell` where that is possible."""
        for cure in self.cures:
            text = inspect.getdoc(cure.make) or ""
            try:
                made = cure.make(finding, cell)
            except CannotEditError:
                yield Treatment(title=cure.title, text=text, effect=cure.effect)
                continue
            match made:
                case None:
                    continue
                case str():
                    yield Treatment(title=cure.title, text=made, effect=cure.effect)
                case Cell() if made.source == cell.source:
                    yield Treatment(title=cure.title, text=text, effect=cure.effect)
                case Cell():
                    yield Treatment(
                        title=cure.title,
                        text=text,
                        effect=cure.effect,
                        patched=made.source,
                        diff=cell.diff(made),
                        pair=cure.pair,
                    )


def rule(
    *,
    family: str,
    severity: Severity,
    kind: Kind,
    holds: str,
    explains: tuple[str, ...] = (),
) -> Callable[[Callable[P, Iterator[Finding]]], Rule[P]]:
    """Make a rule of a generator function.

    Its positional parameters are the readings it judges, by type; its keyword-only parameters are
    thresholds, each explained on its page, which is the docstring.

    Parameters
    ----------
    family : str
        "data", "labels", "objective", "model", "training", "pipeline" or "notebook".
    severity, kind : str
        Of its findings, where a finding does not say otherwise.
    holds : str
        What is true when it finds nothing: a short sentence without a full stop.
    explains : tuple of str
        Rules whose findings are consequences of this one's.
    """

    def make(judge: Callable[P, Iterator[Finding]]) -> Rule[P]:
        return Rule(
            judge,
            family=family,
            severity=severity,
            kind=kind,
            holds=holds,
            explains=explains,
        )

    return make


def without_changing_line(finding: Finding, cell: Cell) -> Cell | None:
    """The cell without the line that changed the data, None where no line is known to have."""
    if CHANGED_BY not in finding.measured or finding.where.line is None:
        return None
    return cell.without_statement(finding.where.line)


def figure(value: float, digits: int = 3) -> str:
    """A number as a sentence shows it: few significant digits, commas in thousands.

    Examples
    --------
    >>> figure(0.27662), figure(1797), figure(3.5e-6)
    ('0.277', '1,800', '3.5e-6')
    """
    rounded = float(f"{value:.{digits}g}")
    if not math.isfinite(rounded) or rounded == 0:
        return "0" if rounded == 0 else str(rounded)
    size = math.floor(math.log10(abs(rounded)))
    if -PLAIN_PLACES <= size < PLAIN_PLACES + digits:
        plain = f"{rounded:,.{max(digits - 1 - size, 0)}f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    mantissa, exponent = f"{rounded:.{digits - 1}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
