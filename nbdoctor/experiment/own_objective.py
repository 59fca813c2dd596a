"""The user's own loss, as `compile` was given it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbdoctor.backend.keras_internals.compiled import compiled_loss
from nbdoctor.experiment.program import ExperimentProgram
from nbdoctor.trials.copying.objects.parts import fresh


class OwnObjective:
    """The user's loss, of labels and outputs in the order of the model.

    Parameters
    ----------
    program : ExperimentProgram
    model : keras.Model
        A copy of ours, which is compiled for it.
    structure : Any
        Of its outputs.

    Raises
    ------
    UntriedError
        The loss is not proved to only compute.
    """

    def __init__(self, program: ExperimentProgram, model: Any, structure: Any) -> None:
        import keras

        self._labels, self._outputs = program.label_structure, structure
        weights = fresh(program.loss_weights)
        loss = fresh(program.loss)
        keras.Model.compile(model, optimizer="sgd", loss=loss, loss_weights=weights)
        self._loss = compiled_loss(model)

    def loss(self, batch: Mapping[str, Any], outs: list[Any]) -> Any:
        """Return the loss of a batch."""
        import keras

        y = keras.tree.pack_sequence_as(self._labels, list(batch["y"]))
        out = keras.tree.pack_sequence_as(self._outputs, list(outs))
        if self._loss is None:  # its layers add all of it
            return 0.0
        return self._loss(y, out, sample_weight=batch.get("w"))
