"""Where arguments stand without their names, against the signatures of Keras."""

from __future__ import annotations

import inspect

import keras
import pytest

from nbdoctor.cell.edits.metrics import METRICS_POSITION
from nbdoctor.cell.edits.objective import ACTIVATION_POSITION

pytestmark = pytest.mark.keras


@pytest.mark.parametrize("kind", ACTIVATION_POSITION)
def test_the_place_of_an_activation(kind: str) -> None:
    names = list(inspect.signature(getattr(keras.layers, kind)).parameters)
    assert names.index("activation") == ACTIVATION_POSITION[kind]


def test_the_place_of_the_metrics() -> None:
    names = list(inspect.signature(keras.Model.compile).parameters)
    assert names.index("metrics") == METRICS_POSITION + 1  # after `self`
