"""What is copied, and a copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbdoctor.backend.keras_internals.structure import all_layers
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.program import told_lines
from nbdoctor.trials.copying.objects.fitted import AsFitted
from nbdoctor.trials.refusal import refuse

OTHER_MODEL = (
    "the cell's lines would now build another model, since something that they use has changed"
)

USUAL_BATCH = 32
"""Rows of a step where `fit` is not told."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is known of a `fit`, to make copies of its model.

    Attributes
    ----------
    cell : Cell
    namespace : mapping of str
        The variables when training was about to begin.
    number : int
        Which `fit` of the cell, from 0.
    arguments : mapping of str or None
        As `fit` received them; None where the cell stopped before.
    batches : sequence
        The first ones, for data that is not in memory.
    model : keras.Model or None
        The user's own.
    before : mapping of int to mapping of str
        What the data was before lines of the cell that change it (`capture.changes`).
    fitted : AsFitted or None
        The user's model as it was when training was about to begin.
    trained_before : bool
        Whether it had been trained before.
    told : callable
        How lines of `cell`, from the first to the last, are told to the reader ("line 7").
    """

    cell: Cell
    namespace: Mapping[str, Any]
    number: int = 0
    arguments: Mapping[str, Any] | None = None
    batches: Sequence[Any] = ()
    model: Any = None
    before: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    fitted: AsFitted | None = None
    trained_before: bool = False
    told: Callable[[int, int], str] = told_lines


@dataclass(frozen=True)
class Judging:
    """Rows that copies predict to be judged by, beside those that they are trained on.

    Attributes
    ----------
    inputs : Any
        As `fit` would hand them to a step.
    labels : array or None
        None where there are several outputs.
    """

    inputs: Any
    labels: Any


@dataclass(frozen=True, kw_only=True)
class ModelCopy:
    """A copy, compiled, with the rows it is trained on and judged by.

    Attributes
    ----------
    model : keras.Model
    data : tuple
        All rows as `fit` would hand them to a step.
    x, y : Any
        The same as the user's code has them.
    labels : array or None
        The labels of all rows, before any loss or class weight sees them.
    arguments : mapping of str
        Of `fit`.
    judging : Judging or None
        Validation rows that the treatment has changed.
    """

    model: Any
    data: Any
    x: Any
    y: Any
    labels: Any
    arguments: Mapping[str, Any] = field(default_factory=dict)
    judging: Judging | None = None

    @property
    def batch_size(self) -> int:
        """Rows of a step."""
        return int(self.arguments.get("batch_size") or USUAL_BATCH)


def require_likeness(copy: Any, model: Any) -> None:
    """Refuse a copy that is not the user's model: names may have changed since it was built.

    Parameters
    ----------
    copy : keras.Model
    model : keras.Model or None
        One that is not there, or not built, cannot be compared.

    Raises
    ------
    UntriedError
        They differ in optimizer, layers or the shapes of weights.
    """
    if model is not None and model.built and _structure(model) != _structure(copy):
        refuse(OTHER_MODEL)


def _structure(model: Any) -> list[Any]:
    layers = all_layers(model, include_self=False)
    return [
        type(model.optimizer).__name__,
        *(
            (type(layer).__name__, [tuple(weight.shape) for weight in layer.weights])
            for layer in layers
        ),
    ]
