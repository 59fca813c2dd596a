"""Note a model as it was when `fit` was called."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbdoctor.backend.keras_internals.compiled import arguments_of_compile
from nbdoctor.backend.keras_internals.structure import functional_class, inside, is_trainable
from nbdoctor.errors.guard import let_through
from nbdoctor.trials.proof.sources import is_user_code
from nbdoctor.trials.proof.values import is_of_keras
from nbdoctor.trials.refusal import refuse


@dataclass(frozen=True)
class AsFitted:
    """A model as it was when `fit` was called.

    Nothing of ours keeps what the cell deletes: parts that were held would also outlive the
    collection that ends their model, since it still finds them held.

    Attributes
    ----------
    of : weakref to keras.Model
    parts : tuple of weakref to keras.Layer
        All of it, nested models and what is in them included.
    trainable : tuple of bool
        By layer.
    given : mapping of str
        What `compile` was given, objects with variables weakly.
    optimizer : mapping of str
        The config of its optimizer: training may change the rate.
    """

    of: Callable[[], Any]
    parts: tuple[Callable[[], Any], ...]
    trainable: tuple[bool, ...]
    given: Mapping[str, Any] = field(default_factory=dict)
    optimizer: Mapping[str, Any] = field(default_factory=dict)

    @property
    def model(self) -> Any:
        """The model, None where it is gone."""
        return self.of()

    @property
    def layers(self) -> tuple[Any, ...]:
        """All of its layers.

        Raises
        ------
        UntriedError
            One of them was taken out of it, and is gone.
        """
        found = tuple(one() for one in self.parts)
        if any(one is None for one in found):
            refuse("a layer was taken out of the model after `fit` was called")
        return found

    @property
    def compiled(self) -> Mapping[str, Any]:
        """What `compile` was given; {} where it was given something else since."""
        found = {name: _there(value) for name, value in self.given.items()}
        return {} if any(one is _GONE for one in found.values()) else found


_GONE = object()


def _there(value: Any) -> Any:
    if type(value) is not weakref.ref:
        return value
    found = value()
    return _GONE if found is None else found


def _lightly(value: Any) -> Any:
    """An object of Keras weakly, an optimizer or a metric, which may have variables."""
    return weakref.ref(value) if hasattr(type(value), "variables") else value


def as_fitted(model: Any) -> AsFitted | None:
    """Note a model that is about to be trained; None where it is not made of known parts.

    Only what Keras keeps is read, and nothing of the user's is called.
    """
    try:
        layers = tuple(layers_of(model))
        compiled = arguments_of_compile(model)
        optimizer = compiled.get("optimizer")
        return AsFitted(
            of=weakref.ref(model),
            parts=tuple(map(weakref.ref, layers)),
            trainable=tuple(map(is_trainable, layers)),
            given={name: _lightly(value) for name, value in compiled.items()},
            optimizer=config_of_optimizer(optimizer),
        )
    except Exception as error:  # noqa: BLE001  (a model of another kind, which is not copied)
        let_through(error)
        return None


def layers_of(model: Any) -> list[Any]:
    """Return the layers of a model in its order, those of nested models behind each."""
    found: dict[int, Any] = {}
    for layer in own_layers(model):
        for one in (layer, *(layers_of(layer) if is_model(layer) else ())):
            found.setdefault(id(one), one)
    return list(found.values())


def own_layers(model: Any) -> list[Any]:
    """Return the layers of a model itself, without those for its inputs."""
    import keras

    return [one for one in inside(model) if type(one) is not keras.layers.InputLayer]


def is_model(value: Any) -> bool:
    """Whether this is a model of exactly one of Keras's classes."""
    import keras

    return type(value) in {keras.Sequential, keras.Model, functional_class()}


def config_of_optimizer(optimizer: Any) -> dict[str, Any]:
    """Return the config of an optimizer; {} where the user's code would be asked for it."""
    if not is_of_keras(optimizer):
        return {}
    held = [one for value in vars(optimizer).values() for one in entries(value)]
    if any(is_user_code(one) or is_user_code(type(one)) for one in held):
        return {}
    return dict(optimizer.get_config())


def entries(value: Any) -> list[Any]:
    """Return a value, or what a container of one holds."""
    if issubclass(type(value), dict):
        return list(dict.values(value))
    return list(value) if issubclass(type(value), (list, tuple)) else [value]
