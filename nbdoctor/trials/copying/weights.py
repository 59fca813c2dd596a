"""The weights of copies: make them, read them, set them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.keras_internals.compiled import build_as_fit
from nbdoctor.look.building import build
from nbdoctor.trials.copying.case import OTHER_MODEL
from nbdoctor.trials.refusal import refuse

Array = npt.NDArray[Any]


def build_to_train(model: Any, batch: Any) -> None:
    """Make every variable of the model, its metrics and its optimizer, as `fit` does."""
    build(model, batch)
    build_as_fit(model, batch)
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)


def state_of(model: Any) -> list[Array]:
    """Return the values of all variables, those of the optimizer included."""
    return [np.array(one) for one in _variables(model)]


def restore(model: Any, values: list[Array]) -> None:
    """Give all variables these values.

    Raises
    ------
    UntriedError
        They have other shapes.
    """
    own = _variables(model)
    if [one.shape for one in own] != [value.shape for value in values]:
        refuse("each run of the cell's lines builds weights of other shapes")
    for variable, value in zip(own, values, strict=True):
        variable.assign(value)


def weights_of(model: Any, values: list[Array], data: Any) -> None:
    """Give a copy these weights, built for a batch of its data."""
    build(model, data)
    if [tuple(one.shape) for one in model.weights] != [value.shape for value in values]:
        refuse(OTHER_MODEL)
    for variable, value in zip(model.weights, values, strict=True):
        variable.assign(value)


def _variables(model: Any) -> list[Any]:
    return [*model.variables, *model.optimizer.variables]
