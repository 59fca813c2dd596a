"""Make what training would make first: the parts of a model that are not built, and its slots."""

from __future__ import annotations

import re
from typing import Any

from nbdoctor.backend.keras_internals.compiled import build_as_fit
from nbdoctor.backend.keras_internals.state import name_values_from, output_spec, values_named
from nbdoctor.backend.keras_internals.structure import all_layers
from nbdoctor.look.train_step import has_call
from nbdoctor.look.training_mode import mode

SCOPE = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$")
"""What TensorFlow takes for a name: a model of another name fails when its step is traced."""


class UnbuiltPartsError(RuntimeError):
    """The step itself builds parts of the model."""


def make_variables(model: Any, batch: Any) -> bool:
    """Make the variables of a model of Keras's own parts, as the trace of its step would.

    Those that are made inside of a trace need a second trace, which this saves; whether there
    were such.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    batch : Any
        As `fit` hands it to `train_step`, or its shapes and types.

    Raises
    ------
    UnbuiltPartsError
        Only the step knows how to build the model.
    """
    import keras

    optimizer = model.optimizer

    def number() -> int:
        return len(model.variables) + len(model.metrics_variables) + len(optimizer.variables)

    before = number()
    build(model, batch)
    if not optimizer.built:
        with keras.name_scope(optimizer.name, caller=optimizer):  # as its `apply` does
            optimizer.build(model.trainable_variables)
    named = values_named()
    build_as_fit(model, batch)
    name_values_from(named)  # a trace names none
    return number() > before


def can_be_named(model: Any) -> bool:
    """Whether TensorFlow takes the names of a model's parts: else its step cannot be traced."""
    return all(SCOPE.match(layer.name) for layer in all_layers(model))


def build(model: Any, batch: Any) -> None:
    """Build what is not built, with the names and random draws that `fit` itself would use.

    Raises
    ------
    UnbuiltPartsError
        The model has no `call`.
    """
    import keras

    if not has_call(model):
        if all(layer.built for layer in all_layers(model, include_self=False)):
            return
        message = "the model has no `call`, and its parts are not all built before `fit`"
        raise UnbuiltPartsError(message)
    if all(layer.built for layer in all_layers(model)):
        return
    x, _, _ = keras.utils.unpack_x_y_sample_weight(batch)
    symbols = keras.tree.map_structure(symbol, x)
    # In training mode, as the step calls it: what `predict` alone uses must not get slots.
    put_out = output_spec(model, symbols, **mode(model, training=True))
    ends = keras.tree.flatten((symbols, put_out))
    number = sum(isinstance(one, keras.KerasTensor) for one in ends)
    name_values_from(values_named() - number)  # what it makes inside, a trace names, too


def symbol(leaf: Any) -> Any:
    """A symbolic tensor of the shape and type of `leaf`."""
    import keras

    if leaf is None:
        return None
    return keras.KerasTensor(leaf.shape, keras.backend.standardize_dtype(leaf.dtype))
