"""A step that a training loop of the user made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from nbdoctor.backend.keras_internals.structure import trainable_weights
from nbdoctor.capture.loop_parts import LoopParts
from nbdoctor.capture.loop_rows import LoopRows
from nbdoctor.look.account import StepAccount
from nbdoctor.look.layer_calls import LayerOutputs
from nbdoctor.look.step_notes import Rehearsal


@dataclass(slots=True, kw_only=True)
class ObservedStep:
    """One step that a loop of the user's own made.

    Attributes
    ----------
    model : keras.Model
        The one whose weights were updated.
    optimizer : keras.optimizers.Optimizer
    inputs : Any
        What the model was called on.
    labels : Any
        What a loss of Keras compared its predictions with, None where that is not known.
    loss_function : keras.losses.Loss or None
        Which loss that was.
    compared : list of float
        What losses of Keras have given in a step that ran op by op.
    noted : Rehearsal
    line : int or None
        Line of the cell that the step was made from.
    rehearsed : bool
        The step was made on copies, ahead of the user's own.
    before : str
        Checksum of the model before that.
    iterations : int
        Steps that the optimizer had made.
    account : StepAccount or None
        What the step does beyond that.
    rows : LoopRows or None
        What the steps after it were handed.
    parts : LoopParts or None
        The loss of a traced step taken apart; of several models that it moves, the last one's.
    """

    model: Any
    optimizer: Any
    inputs: Any
    labels: Any = None
    loss_function: Any = None
    compared: list[float] = field(default_factory=list)
    noted: Rehearsal = field(default_factory=Rehearsal)
    line: int | None = None
    rehearsed: bool = False
    before: str = ""
    iterations: int = 0
    account: StepAccount | None = None
    rows: LoopRows | None = None
    parts: LoopParts | None = None


class LoopObserver(Protocol):
    """Whoever wants to know. Whatever it raises (`Exception`) never reaches the user's cell."""

    def step_seen(self, step: ObservedStep) -> None:
        """The first step of a model."""

    def step_hidden(self, name: str, why: str) -> None:
        """The function `name` acts on what no copy can stand for, so that it was only run."""

    def update_unowned(self) -> None:
        """An optimizer has updated weights, and no model was called that holds them."""

    def inputs_unread(self) -> None:
        """An optimizer has updated weights of a model whose inputs cannot be asked."""

    def failed(self, part: str, error: Exception) -> None:
        """A part of ours raised `error`."""


def target_of(targets: Sequence[tuple[Any, list[Any]]], gradients: Sequence[Any]) -> Any:
    """Return the scalar that these are gradients of, as far as nothing changed them on their way.

    Parameters
    ----------
    targets : sequence of (scalar, gradients)
        What tapes have differentiated.
    gradients : sequence of tensor
        As an optimizer was given them.
    """
    given = {id(one) for one in gradients}
    for target, found in targets:
        if any(id(one) in given for one in found if one is not None):
            return target
    return targets[0][0] if len(targets) == 1 else None


def owners_of(
    passes: Iterable[tuple[LayerOutputs, Any]], seen: Sequence[Any], weights: Sequence[Any]
) -> list[tuple[LayerOutputs, Any]]:
    """Return the pass of the smallest model that holds all of `weights`, and what it was given.

    Where several models were called that hold them together, the passes of these.

    Parameters
    ----------
    passes : iterable of (LayerOutputs, inputs)
    seen : sequence of keras.Model
        Models whose first step was seen before; none of these.
    weights : sequence of Keras variable
        Those that are updated.
    """
    wanted = {id(weight) for weight in weights}
    new = [one for one in passes if not any(one[0].model is model for model in seen)]
    held = [({id(w) for w in trainable_weights(one[0].model)} & wanted, one) for one in new]
    whole = [
        (len(trainable_weights(one[0].model)), one)
        for some, one in held
        if wanted and some == wanted
    ]
    if whole:
        return [min(whole, key=lambda pair: pair[0])[1]]
    return [one for some, one in held if some and not any(some < others for others, _ in held)]


def comparison(compares: Sequence[tuple[Any, Any, Any]], passed: LayerOutputs) -> tuple[Any, Any]:
    """Return the loss and labels of a pass; none where losses are mixed, as adversaries do."""
    if len(compares) != 1:
        return None, None
    loss, labels, predicted = compares[0]
    return (loss, labels) if predicted is passed.final else (None, None)
