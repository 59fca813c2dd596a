from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.readings.drawing import fan_in, is_as_drawn, size_drawn

pytestmark = pytest.mark.keras

of = keras.initializers


@pytest.mark.parametrize("shape", [(400, 60), (3, 3, 8, 64)])
@pytest.mark.parametrize(
    "initializer",
    [
        of.GlorotNormal(seed=1),
        of.HeUniform(seed=1),
        of.LecunNormal(seed=1),
        of.VarianceScaling(3.0, "fan_out", "untruncated_normal", seed=1),
        of.RandomNormal(0.2, 1.0, seed=1),
        of.TruncatedNormal(0.1, 0.5, seed=1),
        of.RandomUniform(-0.05, 0.3, seed=1),
        of.Orthogonal(2.0, seed=1),
    ],
)
def test_the_size_is_that_of_what_is_drawn(initializer: Any, shape: tuple[int, ...]) -> None:
    values = np.asarray(initializer(shape))
    assert size_drawn(initializer, shape) == pytest.approx(np.sqrt((values**2).mean()), rel=0.03)


def test_what_is_not_known_has_no_size() -> None:
    assert size_drawn(of.Ones(), (4, 4)) is None
    assert size_drawn(len, (4, 4)) is None
    assert size_drawn(of.RandomNormal(), (4,)) is None
    assert size_drawn(of.HeNormal(), (0, 4)) is None


def test_a_unit_adds_up_a_window() -> None:
    assert (fan_in((400, 60)), fan_in((3, 3, 8, 64))) == (400, 72)


def test_weights_that_were_trained_have_another_size() -> None:
    assert is_as_drawn(0.9, 1.0)
    assert not is_as_drawn(2.1, 1.0)
    assert not is_as_drawn(0.4, 1.0)
