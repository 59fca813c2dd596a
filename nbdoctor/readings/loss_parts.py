"""What the loss is the sum of, before and after training: data, added terms, regularizers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.keras_internals.structure import trainable_weights
from nbdoctor.capture.loop_parts import LoopParts
from nbdoctor.cell.cell import Cell
from nbdoctor.errors.guard import attempt
from nbdoctor.look.anatomy import Term
from nbdoctor.look.look import Look
from nbdoctor.look.train_step import CopiedStep
from nbdoctor.readings.head import Head
from nbdoctor.readings.missing import NotTakenError, not_measured
from nbdoctor.readings.reading import Moment, reading

MOST_WEIGHTS = 400
"""Weights (tensors) up to which the gradient of each head is computed apart, after training."""

MOST_HEADS = 8

NEARLY_CONSTANT = 0.25
"""Share of the spread of the targets below which predictions say next to nothing of a row. Two
variational autoencoders were at 0.10 where the code carried nothing, and at 0.67 repaired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LossPart:
    """Terms of the loss of one kind.

    Attributes
    ----------
    kind : str
        "data" (made from predictions), "activity" (from what layers put out before them: a KL
        term, an activity regularizer) or "weights" (from weights alone: a regularizer).
    output : str
        The output that a data part judges, "" where it is not one.
    layer : str
        The layer from whose output an activity part is made, "" when unknown.
    line : int or None
        Line of the cell that makes an activity part.
    text : str
        What that line says.
    before, after : float, float or None
        Value in the first batch, before and after training.
    slope : float or None
        After training, the norm of its gradient on the weights that several data parts train.
    """

    kind: str
    output: str = ""
    layer: str = ""
    line: int | None = None
    text: str = ""
    before: float = 0.0
    after: float | None = None
    slope: float | None = None

    @property
    def shown(self) -> str:
        """What a sentence calls it."""
        if self.kind == "weights":
            return "the regularizers"
        if self.kind == "data":
            return f"the loss of `{self.output}`" if self.output else "the loss on the data"
        if self.line is not None:
            return f"the term of line {self.line}"
        return f"the term that `{self.layer}` adds" if self.layer else "the term that is added"


@dataclass(frozen=True, slots=True, kw_only=True)
class LossParts:
    """The loss of the first batch, taken apart.

    Attributes
    ----------
    parts : tuple of LossPart
    of_variables : bool
        Some part is made from variables beside what layers put out, as penalties of weights are.
    after_training : bool
        `after` is known.
    spread, deviation : float or None
        After training, the standard deviation over the rows of the first batch, averaged over the
        values of a row: of the only output, in training mode, and of what it is compared with.
    """

    parts: tuple[LossPart, ...]
    of_variables: bool = True
    after_training: bool = False
    spread: float | None = None
    deviation: float | None = None

    @property
    def is_constant(self) -> bool | None:
        """Whether predictions hardly differ from row to row, None where that is not known."""
        if self.spread is None or not self.deviation:
            return None
        return self.spread < NEARLY_CONSTANT * self.deviation

    def of(self, kind: str) -> tuple[LossPart, ...]:
        """The parts of one kind."""
        return tuple(one for one in self.parts if one.kind == kind)

    def before(self, kind: str) -> float:
        """Their sum before training."""
        return sum(one.before for one in self.of(kind))

    def after(self, kind: str) -> float:
        """Their sum after training, 0 where it is not known."""
        return sum(one.after or 0.0 for one in self.of(kind))


@reading("the parts of the loss", when=Moment.FIRST_STEP)
def parts_of_loss(look: Look, head: Head | None, cell: Cell | None) -> LossParts | None:
    """Those of the first step, where its trace tells them."""
    if look.run is None or not look.run.anatomy.terms:
        raise NotTakenError(not_measured("the step does not show what its loss is made of"))
    names = [output.name for output in head.outputs] if head is not None else []
    terms, found = look.run.anatomy.terms, look.first.terms
    return LossParts(
        parts=tuple(_part(term, found[term.name], names, cell) for term in terms),
        of_variables=look.run.anatomy.of_variables,
    )


@reading("the parts of the loss", when=Moment.LOOP_SEEN)
def parts_of_step(parts: LoopParts, head: Head | None, cell: Cell | None) -> LossParts:
    """Those of the first step of a loop, where its trace tells them."""
    names = [output.name for output in head.outputs] if head is not None else []
    terms = parts.anatomy.terms
    return LossParts(
        parts=tuple(_part(term, parts.before[term.name], names, cell) for term in terms),
        of_variables=parts.anatomy.of_variables,
    )


@reading("the parts of the loss", when=Moment.LOOP_ENDED)
def parts_after_loop(loop: LoopParts, parts: LossParts) -> LossParts | None:
    """The same of the model as the loop has left it."""
    if len(loop.anatomy.terms) != len(parts.parts) or not loop.can_be_asked_again:
        return None
    after, outputs, batch = loop.again()
    spread, deviation = spreads(outputs, batch) if parts.of("activity") else (None, None)
    pairs = zip(parts.parts, loop.anatomy.terms, strict=True)
    return LossParts(
        parts=tuple(replace(part, after=after.get(term.name)) for part, term in pairs),
        of_variables=parts.of_variables,
        after_training=True,
        spread=spread,
        deviation=deviation,
    )


def _part(term: Term, value: float, names: list[str], cell: Cell | None) -> LossPart:
    heads = sorted(term.heads)
    alone = len(heads) == 1 and len(names) > 1 and heads[0] < len(names)
    text = _text(cell, term.line)
    trains = any(call in text for call in (".fit(", ".train_on_batch("))  # Keras adds it there
    return LossPart(
        kind=term.kind,
        output=names[heads[0]] if alone else "",
        layer=term.layer,
        line=None if trains else term.line,
        text="" if trains else text,
        before=value,
    )


def _text(cell: Cell | None, line: int | None) -> str:
    lines = cell.source.split("\n") if cell is not None else []
    return lines[line - 1].strip() if line is not None and 0 < line <= len(lines) else ""


@reading("the parts of the loss", when=Moment.TRAINED)
def parts_after_training(look: Look, parts: LossParts) -> LossParts | None:
    """The same of the trained model."""
    run = look.run
    if run is None or len(run.anatomy.terms) != len(parts.parts):
        return None
    run.restart()
    again = run(look.step_batch)
    slopes = attempt(slopes_of_heads, look, run, parts) or {}
    has_terms = bool(parts.of("activity"))
    batch = look.step_batch
    both = attempt(lambda: spreads(run.puts_out(batch), batch)) if has_terms else None
    spread, deviation = both or (None, None)
    return LossParts(
        parts=tuple(
            replace(part, after=again.terms.get(term.name), slope=slopes.get(term.name))
            for part, term in zip(parts.parts, run.anatomy.terms, strict=True)
        ),
        of_variables=parts.of_variables,
        after_training=True,
        spread=spread,
        deviation=deviation,
    )


def spreads(put_out: Sequence[Any], given: Any) -> tuple[float | None, float | None]:
    """Standard deviation over rows of the output, and of the labels or inputs like it.

    Parameters
    ----------
    put_out : sequence of tensor
        The outputs of the model.
    given : Any
        The batch that they are made from.
    """
    import keras

    here = keras.ops.convert_to_numpy
    outputs = [np.asarray(here(one)) for one in put_out]
    if len(outputs) != 1:
        return None, None
    leaves = [one for one in keras.tree.flatten(given) if hasattr(one, "shape")]
    batch = [np.asarray(here(one)) for one in leaves]
    batch = [one for one in batch if one.ndim]
    alike = [one for one in batch if one.size == outputs[0].size and len(one) == len(outputs[0])]
    return _spread(outputs[0]), _spread(alike[-1]) if alike else None


def _spread(values: npt.NDArray[Any]) -> float:
    return float(values.astype(np.float64).std(axis=0).mean())


def slopes_of_heads(look: Look, run: CopiedStep, parts: LossParts) -> dict[str, float]:
    """Norm of the gradient of each data part on the weights that more than one of them trains."""
    terms = [one for one in run.anatomy.terms if one.kind == "data"]
    weights = trainable_weights(look.model)
    few = len(weights) <= MOST_WEIGHTS and 1 < len(terms) <= MOST_HEADS
    if not few or len(parts.of("data")) < len(terms):
        return {}
    found = run.slopes(look.step_batch, terms, weights)
    shared = [
        number for number in range(len(weights)) if sum(norms[number] > 0 for norms in found) > 1
    ]
    if not shared:
        return {}
    return {
        term.name: sum(norms[number] ** 2 for number in shared) ** 0.5
        for term, norms in zip(terms, found, strict=True)
    }
