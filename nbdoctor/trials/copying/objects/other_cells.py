"""Fresh copies of Keras's objects that another cell has made."""

from __future__ import annotations

from typing import Any

from nbdoctor.trials.copying.objects.fitted import as_fitted
from nbdoctor.trials.copying.objects.model import copied_model
from nbdoctor.trials.copying.objects.parts import copied_part
from nbdoctor.trials.proof.values import is_of_keras, is_plain_data
from nbdoctor.trials.refusal import refuse


def copied(value: Any, name: str) -> Any:
    """Make a fresh object like one of Keras's that another cell made.

    Raises
    ------
    UntriedError
        It holds what cannot be copied.
    """
    import keras

    if type(value) in {list, tuple}:
        return type(value)(copied(one, name) for one in value)
    if is_plain_data(value):
        return value
    if not is_of_keras(value):
        refuse(f"`{name}` comes from another cell and cannot be copied")
    if isinstance(value, keras.Model):
        return _cloned(value, name)
    if isinstance(value, keras.KerasTensor):
        refuse(f"`{name}` is part of a model that another cell builds")
    if isinstance(value, keras.Layer) and value.trainable_variables:
        refuse(f"the layer `{name}` comes from another cell")
    if not hasattr(value, "get_config"):
        refuse(f"`{name}` comes from another cell and cannot be copied")
    fresh = copied_part(value)
    if isinstance(value, keras.Layer) and value.built and value.weights:
        fresh.build_from_config(value.get_build_config())
        fresh.set_weights(value.get_weights())
        if hasattr(fresh, "finalize_state"):
            fresh.finalize_state()
    return fresh


def _cloned(model: Any, name: str) -> Any:
    """Copy an architecture with fresh weights, compiled in the same way."""
    fitted = as_fitted(model)
    if fitted is None:
        refuse(f"`{name}` comes from another cell, and its class cannot be copied")
    return copied_model(fitted, (), lambda _node: None)
