"""Methods of Keras and of its backend in whose place others have put code of their own.

Libraries that log trainings do so (MLflow puts a function of its own into `keras.Model.fit`), and
users who count, time or print. What we run for ourselves must not call them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.keras_internals.compiled import compiled_parts
from nbdoctor.backend.keras_internals.structure import all_layers
from nbdoctor.backend.patching import beneath
from nbdoctor.capture.user_code import is_of_a_library
from nbdoctor.cell.namespace import bases

OWNERS = ("keras", "tensorflow")
"""Packages whose classes are looked through."""


def replaced_methods(model: Any = None) -> list[str]:
    """Which methods of the classes of `model`, or of Keras's main classes, are others' code.

    Parameters
    ----------
    model : keras.Model, optional

    Returns
    -------
    list of str
        As `Layer.__call__`.
    """
    import keras

    main = (keras.Model, keras.Sequential, keras.layers.Layer, keras.losses.Loss)
    kinds: list[type[Any]] = [*main, keras.optimizers.Optimizer, keras.metrics.Metric]
    kinds += backend.current().loops.CALLED_IN_A_STEP if backend.is_supported() else ()
    kinds += [kind for part in _parts(model) for kind in bases(part)]
    kinds += [kind for one in tuple(kinds) for kind in type.mro(one)]
    return sorted({name for kind in dict.fromkeys(kinds) for name in replaced_in(kind)})


def _parts(model: Any) -> list[Any]:
    if model is None:
        return []
    compiled = compiled_parts(model)
    inner = [getattr(compiled[0], "inner_optimizer", None)]
    return [*all_layers(model), *compiled, *inner]


def replaced_in(kind: type[Any]) -> Iterator[str]:
    """Yield which methods of one class of a library are others' code, as `Layer.__call__`."""
    if not _is_from(OWNERS, type.__getattribute__(kind, "__module__")):
        return
    for name in list(vars(kind)):
        if not is_of_a_library(beneath(kind, name)):
            yield f"{kind.__name__}.{name}"


def _is_from(packages: Iterable[str], module: object) -> bool:
    return type(module) is str and module.partition(".")[0] in packages
