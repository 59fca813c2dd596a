"""Make fresh objects like the parts of a model: layers, losses, optimizers, initializers."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from typing import Any

from nbdoctor.backend.keras_internals.structure import output_shape_of
from nbdoctor.errors.guard import let_through
from nbdoctor.trials.copying.objects.fitted import entries
from nbdoctor.trials.proof.check import check_live
from nbdoctor.trials.proof.known import computes
from nbdoctor.trials.proof.sources import is_user_code
from nbdoctor.trials.proof.values import is_of_keras, is_plain
from nbdoctor.trials.refusal import UnprovedError, refuse


def require_known(part: Any, unused: Collection[str] = ()) -> None:
    """Refuse an object of Keras with code of the user's that is not proved to only compute.

    Parameters
    ----------
    part : Any
        A layer, a loss, a metric, an optimizer: of Keras's classes, or of the user's.
    unused : collection of str
        Methods of its class that nobody calls on a copy of it.
    """
    if not is_of_keras(part):
        check_live(type(part), unused)
    held = [one for value in vars(part).values() for one in entries(value)]
    for value in held:
        if is_user_code(value):
            check_live(value)
        elif is_user_code(type(value)):
            check_live(type(value))


def copied_part(part: Any) -> Any:
    """Make a fresh object like one of Keras's: a layer, an initializer, a schedule.

    Raises
    ------
    UntriedError
        It cannot be copied.
    """
    require_known(part)
    return from_config(part, config_of(part))


def fresh(value: Any, config: Mapping[str, Any] | None = None) -> Any:
    """Make new objects of what `compile` was given.

    Raises
    ------
    UntriedError
        It is of a class of the user's that is not proved to only compute.
    """
    kind = type(value)
    if is_plain(value):
        return value
    if issubclass(kind, dict):
        return {name: fresh(one) for name, one in value.items()}
    if issubclass(kind, (list, tuple)):
        return [fresh(one) for one in value]
    if computes(value):
        return value
    if is_user_code(value):
        check_live(value)
        return value
    require_known(value)
    if not hasattr(kind, "from_config"):
        refuse(f"`{kind.__name__}` cannot be copied")
    try:
        return kind.from_config(dict(config or value.get_config()))
    except UnprovedError:
        raise
    except Exception as error:  # noqa: BLE001  (the class is given what it does not take)
        let_through(error)
        refuse(f"`{kind.__name__}` cannot be rebuilt from its config: {type(error).__name__}")


def config_of(layer: Any) -> dict[str, Any]:
    """Return the config of a layer, with functions of the user's as they are."""
    import keras

    try:
        config = dict(layer.get_config())
    except Exception as error:  # noqa: BLE001  (Keras looks for the text of functions in it)
        let_through(error)
        refuse(f"`{_name(layer)}` has no usable config: {type(error).__name__}")
    for name, value in vars(layer).items():
        if name in config and callable(value) and is_user_code(value):
            config[name] = value
    if type(layer) is keras.layers.Lambda:
        config["function"] = layer.function
        config["output_shape"] = output_shape_of(layer)  # its config holds text only
        config["mask"] = layer.mask
    return config


def from_config(layer: Any, config: Mapping[str, Any]) -> Any:
    """Make an object of the class of `layer` from a config.

    Raises
    ------
    UntriedError
        The class does not take it.
    """
    import keras

    kind = type(layer)
    try:
        if kind is keras.layers.Lambda:
            return kind(**config)
        return kind.from_config(_taken_by(kind, config))
    except Exception as error:  # noqa: BLE001  (the class is given what it does not take)
        let_through(error)
        refuse(f"`{_name(layer)}` cannot be rebuilt from its config: {type(error).__name__}")


def _taken_by(kind: type[Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a class takes of a config: many of users' take no name, for instance.

    What Keras notes of every layer is left out only where it is what a new layer has anyway.
    """
    import keras

    if not is_user_code(kind):
        return dict(config)
    taken = inspect.signature(kind).parameters.values()
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in taken):
        return dict(config)
    names = {one.name for one in taken}
    policy = keras.config.dtype_policy().name
    usual = {"name": True, "trainable": config.get("trainable") is True}
    usual["dtype"] = _policy_name(config.get("dtype")) == policy
    return {name: one for name, one in config.items() if name in names or not usual.get(name)}


def _policy_name(dtype: Any) -> str:
    held = dtype.get("config", {}).get("name") if isinstance(dtype, dict) else dtype
    return str(held)


def _name(part: Any) -> str:
    return str(vars(part).get("name") or type(part).__name__)
