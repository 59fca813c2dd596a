import math

import numpy as np
import pytest

from nbdoctor.look.step_notes import GradientSample
from nbdoctor.look.structure import TrainableWeight
from nbdoctor.readings.gradients import read_gradients


def weight(path: str, rank: int = 2) -> TrainableWeight:
    return TrainableWeight(path=path, layer=path.partition("/")[0], rank=rank, norm=2.0)


def sample(norm: float) -> GradientSample:
    return GradientSample(norm, np.array([[norm, -norm]], dtype="float32"))


WEIGHTS = [weight("a/kernel"), weight("a/bias", 1), weight("b/kernel"), weight("c/kernel")]


def test_the_flow_is_the_first_kernel_over_the_last() -> None:
    passes = [
        {"a/kernel": sample(0.1), "a/bias": sample(9.0), "c/kernel": sample(0.4)},
        {"a/kernel": sample(0.3), "a/bias": sample(9.0), "c/kernel": sample(0.5)},
    ]
    found = read_gradients(WEIGHTS, passes)
    assert found.first_to_last == pytest.approx((0.25, 0.6))
    assert (found.first_layer, found.last_layer, found.batches) == ("a", "c", 2)
    assert found.weights[0].norms == (0.1, 0.3)
    assert found.weights[0].weight_norm == 2.0
    assert [one.is_kernel for one in found.weights] == [True, False, True, True]
    assert [one.missing for one in found.weights] == [False, False, True, False]
    assert found.weights[0].histogram is not None
    assert found.weights[0].histogram.high == pytest.approx(0.1)


@pytest.mark.parametrize("last", [0.0, math.nan, math.inf])
def test_a_ratio_that_means_nothing_is_left_out(last: float) -> None:
    first = math.inf if math.isinf(last) else 1.0
    passes = [{"a/kernel": sample(first), "c/kernel": sample(last)}]
    found = read_gradients(WEIGHTS, passes)
    assert found.first_to_last == ()
    assert found.weights[3].non_finite is not math.isfinite(last)


def test_one_kernel_has_no_flow() -> None:
    found = read_gradients([weight("a/kernel")], [{"a/kernel": sample(1.0)}])
    assert found.first_to_last == ()
    assert found.first_layer == found.last_layer == "a"


def test_without_gradients_all_are_missing() -> None:
    found = read_gradients(WEIGHTS, [{"a/kernel": None}])
    assert all(one.missing and not one.norms for one in found.weights)
    assert found.first_layer == ""


def test_weights_that_no_step_trains_are_told_from_those_without_a_gradient() -> None:
    found = read_gradients(WEIGHTS, [{"a/kernel": sample(1.0), "b/kernel": None}])
    assert [one.missing for one in found.weights] == [False, True, True, True]
    assert [one.left_out for one in found.weights] == [False, True, False, True]


@pytest.mark.parametrize(
    ("values", "equal"),
    [
        pytest.param([[0.5, 0.5, 0.5], [-1.0, -1.0, -1.0]], True, id="the same for every unit"),
        pytest.param([[1.0, 1.0 + 1e-6], [2.0, 2.0]], True, id="up to rounding"),
        pytest.param([[0.0, 0.0]], True, id="no gradient at all"),
        pytest.param([[1.0, -1.0], [2.0, 2.0]], False, id="one row differs"),
        pytest.param([[1.0], [2.0]], False, id="one unit"),
        pytest.param([[math.nan, math.nan]], False, id="broken"),
    ],
)
def test_units_with_equal_gradients_are_noticed(values: list[list[float]], equal: bool) -> None:
    passes = [{"a/kernel": GradientSample(1.0, np.array(values, dtype="float32"))}]
    assert read_gradients([weight("a/kernel")], passes).weights[0].equal_units is equal
    assert not read_gradients([weight("a/kernel", 1)], passes).weights[0].equal_units
