"""Fresh copies of Keras's objects that another cell has made."""

from __future__ import annotations

from typing import Any

from nbdoctor.treat.untried import refuse


def copied(value: Any, name: str) -> Any:
    """A fresh object like one of Keras's that another cell made.

    Raises
    ------
    UntriedError
        It holds what cannot be copied.
    """
    import keras

    if isinstance(value, keras.Model):
        return _cloned(value, name)
    if isinstance(value, (list, tuple)):
        return type(value)(copied(one, name) for one in value)
    if isinstance(value, keras.KerasTensor):
        refuse(f"`{name}` is a part of a graph that another cell builds")
    if isinstance(value, keras.Layer) and value.trainable_variables:
        refuse(f"another cell makes the layer `{name}`")
    if not hasattr(value, "get_config") or type(value).__module__ == "__main__":
        refuse(f"another cell makes `{name}`, which cannot be copied")
    fresh = type(value).from_config(value.get_config())
    if isinstance(value, keras.Layer) and value.built and value.weights:
        fresh.build_from_config(value.get_build_config())
        fresh.set_weights(value.get_weights())
        if hasattr(fresh, "finalize_state"):
            fresh.finalize_state()
    return fresh


def _cloned(model: Any, name: str) -> Any:
    """The same architecture with fresh weights, compiled in the same way."""
    import keras

    try:
        clone = keras.models.clone_model(model)
    except ValueError:
        refuse(f"another cell builds `{name}`, of a class of its own")
    if model.compiled:
        clone.compile_from_config(model.get_compile_config())
    return clone
