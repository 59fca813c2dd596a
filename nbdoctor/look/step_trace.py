"""What is met while a training step is traced."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.keras_internals.structure import all_layers, losses_of
from nbdoctor.backend.nodes import Differentiated
from nbdoctor.errors.guard import attempt
from nbdoctor.look.account import Seen, outer_call, raw
from nbdoctor.look.anatomy import Comparison, noting_losses
from nbdoctor.look.called_modes import CalledModes
from nbdoctor.look.layer_calls import noting_layers
from nbdoctor.look.step_notes import noting_updates

Updates = tuple[Any, list[Any], Sequence[Any]]
"""An optimizer, and the gradients and weights that it was given."""


@dataclass(slots=True, kw_only=True)
class StepTrace:
    """What was met while a training step was traced: symbols, not values.

    A step that makes variables is traced several times, and the last trace is the one that is run.

    Attributes
    ----------
    model : keras.Model
    calls : list of (str, layer, inputs, output)
        Of layers, in the order in which they ended.
    updates : list
        Of optimizers; under loss scaling the true gradients come last.
    added : list
        What layers add to the loss for their outputs.
    targets : list
        What the step differentiates.
    taped : list of Differentiated
        The same, with what it is differentiated by.
    seen, modes
        What the account of the step is made from.
    entered : list of (str, tuple)
        As for `noting_layers`.
    compared : list of Comparison
        What losses of Keras, and the user's in them, have compared.
    """

    model: Any
    calls: list[tuple[str, Any, Any, Any]] = field(default_factory=list)
    updates: list[Updates] = field(default_factory=list)
    added: list[Any] = field(default_factory=list)
    targets: list[Any] = field(default_factory=list)
    taped: list[Differentiated] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)
    modes: CalledModes = field(default_factory=CalledModes)
    entered: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    compared: list[Comparison] = field(default_factory=list)

    @property
    def symbols(self) -> list[Any]:
        """Tensors that were met, the last ones first."""
        import keras

        outputs = [one for *_, output in self.calls[-1:] for one in keras.tree.flatten(output)]
        found = outputs + [one for _, grads, _ in reversed(self.updates) for one in grads]
        return [one for one in found if one is not None]


@contextlib.contextmanager
def tracing(model: Any) -> Iterator[StepTrace]:
    """Note what is met while a training step of `model` is traced in the block.

    Nothing is computed and nothing is called that the step does not call itself: the trace has to
    be the one that training makes.
    """
    trace = StepTrace(model=model)

    def note_layer(*call: Any) -> None:
        trace.calls.append(call)
        attempt(trace.modes.note, *call[1:])

    def note(optimizer: Any, grads: list[Any], weights: Sequence[Any]) -> None:
        trace.added.extend(losses_of_layers(model))
        trace.updates.append((optimizer, grads, list(weights)))
        trace.seen.handed.extend(raw(weights))

    def note_target(found: Differentiated) -> None:
        trace.seen.watched.extend(found.watched)
        if found.is_scalar:
            trace.targets.append(found.target)
            trace.taped.append(found)

    def note_call(layer: Any, kwargs: Mapping[str, Any], output: Any) -> None:
        trace.seen.outermost.append(outer_call(layer, kwargs, output))

    with (
        noting_layers(model, note_layer, trace.entered, outer=partial(attempt, note_call)),
        noting_updates(partial(attempt, note)),
        noting_losses(trace.compared.append),
        backend.current().loops.differentiated(note_target),
    ):
        yield trace


def losses_of_layers(model: Any) -> list[Any]:
    """What layers add to the loss for their outputs, in their last pass."""
    return [loss for layer in all_layers(model) for loss in losses_of(layer)]
