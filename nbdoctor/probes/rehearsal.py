"""One training step of the model's own, run once without effect, with everything noted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nbdoctor.capture.transaction import transaction
from nbdoctor.probes.layer_calls import mode
from nbdoctor.probes.step_notes import Rehearsal
from nbdoctor.probes.train_step import TrainStep, has_call, has_own_step


class UnbuiltPartsError(RuntimeError):
    """The step itself builds parts of the model, which a rehearsal could not undo."""


def build(model: Any, batch: Any, *, undone: bool = True) -> None:
    """Build what is not built, with the names and random draws that `fit` itself would use.

    Parameters
    ----------
    model : keras.Model
    batch : Any
        As `fit` would hand it to `train_step`.
    undone : bool
        All that is built is taken back after the look. Otherwise it stays, and has to be what
        the step would build, in the same order.

    Raises
    ------
    UnbuiltPartsError
        The model has no `call`, or its own `train_step` decides what is built.
    """
    import keras

    if not has_call(model):
        if all(layer.built for layer in model._flatten_layers(include_self=False)):  # noqa: SLF001
            return
        message = "the model has no `call`, and its parts are not all built before `fit`"
        raise UnbuiltPartsError(message)
    layers = model._flatten_layers(include_self=True)  # noqa: SLF001
    if all(layer.built for layer in layers):
        return
    if not undone and has_own_step(model):
        message = "its own `train_step` may build parts that `call` does not, in its own order"
        raise UnbuiltPartsError(message)
    x, _, _ = keras.utils.unpack_x_y_sample_weight(batch)
    symbols = keras.tree.map_structure(symbol, x)
    # In training mode, as the step calls it: what `predict` alone uses must not get slots.
    keras.src.backend.compute_output_spec(model, symbols, **mode(model, training=True))


def symbol(leaf: Any) -> Any:
    """A symbolic tensor of the shape and type of `leaf`."""
    import keras

    if leaf is None:
        return None
    return keras.KerasTensor(leaf.shape, keras.backend.standardize_dtype(leaf.dtype))


def rehearse(
    step: TrainStep,
    batch: Any,
    *,
    restore_host_random: bool,
    further_steps: Callable[[Rehearsal, FurtherSteps], None] | None = None,
    into: Rehearsal | None = None,
) -> Rehearsal:
    """Run the model's own `train_step` on `batch`, note what it does, and undo it.

    Parameters
    ----------
    step : TrainStep
        Of a model that is compiled and built (see `build`).
    batch : Any
        As `fit` would hand it to `train_step`.
    restore_host_random : bool
        As for `transaction`.
    further_steps : callable, optional
        Called before the step is undone, with the rehearsal and the means to go on from there.
    into : Rehearsal, optional
        Filled in place, so that the caller keeps it when the step raises.
    """
    noted = into if into is not None else Rehearsal()
    model = step.model
    step.prepare(batch, noted.entered, restore_host_random=restore_host_random)
    with transaction(model, restore_host_random=restore_host_random) as journal:
        step(batch, noted, journal)
        for variable in model.trainable_variables:
            noted.changes[variable.path] = journal.change(variable.value)
        if further_steps is not None:
            further_steps(noted, FurtherSteps(step, batch, journal))
    return noted


@dataclass(frozen=True, slots=True)
class FurtherSteps:
    """Goes on from a rehearsed step, on the same batch."""

    run: TrainStep
    batch: Any
    journal: Any

    @property
    def by_stepping(self) -> bool:
        """Whether the loss is told by a whole step: the user's own, or one traced already."""
        return self.run.of_the_user or self.run.in_graph

    def step(self) -> None:
        """Make one more step, where `loss` has not made it already."""
        if not self.by_stepping:
            self.run.model.train_step(self.batch)

    def loss(self) -> float | None:
        """The batch's loss in training mode now.

        A forward pass tells it where the model trains as Keras models do; a step of the user's
        own has to be made to know what it reports.
        """
        import keras

        model = self.run.model
        if self.by_stepping:
            model.reset_metrics()
            noted = Rehearsal()
            self.run(self.batch, noted, self.journal)
            return noted.loss
        x, y, weights = keras.utils.unpack_x_y_sample_weight(self.batch)
        predicted = model(x, **mode(model, training=True))
        loss = model.compute_loss(x=x, y=y, y_pred=predicted, sample_weight=weights, training=True)
        return float(loss)
