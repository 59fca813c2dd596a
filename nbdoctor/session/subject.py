"""What is examined: a model that is trained, or a cell that came to no training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from nbdoctor import backend
from nbdoctor.backend.keras_internals.structure import name_of
from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.data import Rows
from nbdoctor.capture.loop_parts import LoopParts
from nbdoctor.capture.loop_rows import LoopRows
from nbdoctor.capture.sample import Sample
from nbdoctor.cell.program import Program, told_lines
from nbdoctor.look.look import Look
from nbdoctor.look.memory import TooLittleMemoryError, refuse_if_short
from nbdoctor.look.step_trace import StepTrace
from nbdoctor.readings.given import StepTimes, Stop
from nbdoctor.session.context import CellContext
from nbdoctor.session.kept import Kept
from nbdoctor.trials.copying.case import Case
from nbdoctor.trials.copying.fit_call import fit_number


class Subject(Protocol):
    """What an examination is about."""

    @property
    def number(self) -> int:
        """Of the training within its cell, from 1; 0 for a cell without one."""

    @property
    def model(self) -> Any:
        """The model, None where there is none or the cell has deleted it."""

    @property
    def call(self) -> FitCall | None:
        """What trains the model; None where nothing does."""

    @property
    def look(self) -> Look | None:
        """The look at its first step, where there was one."""

    @property
    def error(self) -> BaseException | None:
        """What ended the training or the cell."""

    @property
    def raises(self) -> bool:
        """Whether it cannot be trained as it is."""

    def given(self) -> Mapping[Any, Any]:
        """What readings are taken from, by type."""

    def case(self, context: CellContext, program: Program | None) -> Case:
        """What treatments are tried on; `program` has the cells that take part."""

    def why_untried(self) -> str:
        """Why no treatment can be tried, "" where one can."""

    def forget(self) -> None:
        """Nothing will be tried any more."""


@dataclass(kw_only=True)
class Training:
    """A model that is trained: by a `fit`, by a loop of the user's own, or not yet at all.

    Attributes
    ----------
    call : FitCall
        What trains it.
    model_name : str
        The model's own.
    is_pure : bool
        The model is made of Keras's own parts.
    rows : Rows or None
        Training rows that can be looked at.
    sample : Sample or None
        Copies of rows that the trained model is judged by.
    passed : LoopRows or None
        The last rows that a loop of the user's own has trained it on.
    parts : LoopParts or None
        The loss of that loop taken apart.
    look : Look or None
    traced : StepTrace or None
        The step, where training has traced it already.
    times : StepTimes
        Of the first real steps.
    error : BaseException or None
        What ended the training.
    kept : Kept
    """

    call: FitCall
    model_name: str = ""
    is_pure: bool = False
    rows: Rows | None = None
    sample: Sample | None = None
    passed: LoopRows | None = None
    parts: LoopParts | None = None
    look: Look | None = None
    traced: StepTrace | None = None
    times: StepTimes = field(default_factory=StepTimes)
    error: BaseException | None = None
    kept: Kept = field(default_factory=Kept)

    @classmethod
    def of(cls, call: FitCall) -> Training:
        """What this call trains."""
        return cls(call=call, model_name=name_of(call.model))

    @property
    def number(self) -> int:
        """Of the training within its cell, from 1."""
        return self.call.number

    @property
    def model(self) -> Any:
        """The model, None where the cell has deleted it."""
        return self.call.model

    @property
    def raises(self) -> bool:
        """Whether training was stopped by an error, or would be."""
        return isinstance(self.error, Exception) or bool(self.look and self.look.error)

    def given(self) -> Mapping[Any, Any]:
        """What readings are taken from, by type."""
        return {
            FitCall: self.call,
            Rows: self.rows,
            Sample: self.sample,
            LoopParts: self.parts,
            LoopRows: self.passed or next(iter(self.call.rows), None),
            Look: self.look,
            StepTimes: self.times,
        }

    def case(self, context: CellContext, program: Program | None) -> Case:
        """What treatments are tried on."""
        cell, line, before = context.cell, self.call.line, context.changes.before
        if program is not None:
            cell, line = program.cell, program.line(line)
            before = {at + program.above: values for at, values in before.items()}
        return Case(
            cell=cell,
            namespace=self.kept.namespace(),
            number=fit_number(cell, line),
            arguments=self.call.arguments,
            batches=self.kept.batches,
            model=self.model,
            before=before,
            fitted=self.kept.fitted,
            trained_before=self.kept.trained_before,
            told=told_lines if program is None else program.told,
        )

    def why_untried(self) -> str:
        """Why no treatment can be tried, "" where one can."""
        if self.call.by != "fit":
            return _why_no_copies() or "the cell trains with a loop of its own"
        return self.why_uncopied()

    def why_uncopied(self) -> str:
        """Why no copy of the model can be trained, "" where one can."""
        if why := _why_no_copies():
            return why
        if self.model is None:
            return "the cell did not keep the model"
        try:
            refuse_if_short(self.model)
        except TooLittleMemoryError:
            return "too little memory is left"
        return ""

    def forget(self) -> None:
        """Nothing will be tried any more."""
        self.kept.forget()
        self.forget_rows()

    def forget_rows(self) -> None:
        """The rows that the trained model is judged by are read."""
        self.sample = self.passed = self.parts = None

    def forget_rows_met(self, *, all_of_them: bool) -> None:
        """Rows that only passed may have been made by another model that the cell trains."""
        self.call.rows.clear()
        if self.passed is not None and (all_of_them or self.passed.replay is None):
            self.passed = None

    def forget_model(self) -> None:
        """The model is gone: nothing of ours keeps the memory of its parts."""
        self.kept.fitted = self.kept.loop = self.traced = self.passed = self.parts = None
        if self.look is not None:
            self.look.forget()


@dataclass(frozen=True, kw_only=True)
class StoppedCell:
    """A cell that came to no training.

    Attributes
    ----------
    error : BaseException or None
        What the cell raised.
    """

    error: BaseException | None = None
    number: int = 0
    model: Any = None
    call: FitCall | None = None
    look: Look | None = None

    @property
    def raises(self) -> bool:
        """Whether it cannot be trained as it is."""
        return self.error is not None

    def given(self) -> Mapping[Any, Any]:
        """What readings are taken from, by type."""
        return {} if self.error is None else {Stop: Stop(self.error)}

    def case(self, context: CellContext, program: Program | None) -> Case:
        """What treatments are tried on: the cell alone."""
        del program
        cell, namespace = context.cell, dict(context.namespace)
        return Case(cell=cell, namespace=namespace, number=fit_number(cell, None))

    def why_untried(self) -> str:
        """Why no treatment can be tried, "" where one can."""
        return _why_no_copies()

    def forget(self) -> None:
        """Nothing of it is kept."""


def _why_no_copies() -> str:
    return (
        "" if backend.is_supported() else "fixes can be tried only where Keras runs on TensorFlow"
    )
