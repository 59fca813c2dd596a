import inspect
import math

import pytest

from nbdoctor.readings.losses import DIFFERENCES, LOSSES, PROBABILITIES_BY, REACH, exceeds


@pytest.mark.keras
def test_every_loss_of_keras_is_in_the_table() -> None:
    import keras

    from nbdoctor.readings.head import canonical_loss

    kinds = [
        kind
        for _, kind in inspect.getmembers(keras.losses, inspect.isclass)
        if issubclass(kind, keras.losses.Loss) and kind is not keras.losses.Loss
    ]
    named = {canonical_loss(kind.__new__(kind)) for kind in kinds}
    assert named == set(LOSSES)


@pytest.mark.keras
@pytest.mark.parametrize("name", sorted(set(REACH) - {"linear", "glu"}))
def test_the_reach_of_an_activation_is_what_it_puts_out(name: str) -> None:
    import keras
    import numpy as np

    values = np.linspace(-300, 300, 60001).astype("float32")[None]
    function = getattr(keras.activations, name)
    outputs = np.asarray(keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor(values))))
    low, high = REACH[name]
    assert outputs.min() >= low - 0.01
    assert outputs.max() <= high + 0.01
    if "softmax" not in name:
        assert math.isinf(low) or outputs.min() <= low + 0.01
        assert math.isinf(high) or outputs.max() >= high - 0.01


@pytest.mark.keras
@pytest.mark.parametrize(
    ("name", "labels", "right", "wrong"),
    [
        ("binary_crossentropy", [[1.0, 0.0]], [[0.99, 0.01]], [[0.01, 0.99]]),
        ("categorical_crossentropy", [[1.0, 0.0]], [[0.99, 0.01]], [[0.01, 0.99]]),
        ("kl_divergence", [[0.7, 0.3]], [[0.7, 0.3]], [[0.3, 0.7]]),
        ("poisson", [[3.0]], [[3.0]], [[9.0]]),
        ("mean_squared_logarithmic_error", [[3.0]], [[3.0]], [[9.0]]),
        ("hinge", [[1.0]], [[1.0]], [[-1.0]]),
        ("squared_hinge", [[-1.0]], [[-1.0]], [[1.0]]),
        ("categorical_hinge", [[1.0, 0.0]], [[1.0, -1.0]], [[-1.0, 1.0]]),
        ("cosine_similarity", [[1.0, 2.0]], [[2.0, 4.0]], [[-1.0, 2.0]]),
        ("dice", [[1.0, 0.0]], [[1.0, 0.0]], [[0.0, 1.0]]),
        ("tversky", [[1.0, 0.0]], [[1.0, 0.0]], [[0.0, 1.0]]),
    ],
)
def test_losses_are_least_at_the_truth_within_their_domain(
    name: str, labels: list[list[float]], right: list[list[float]], wrong: list[list[float]]
) -> None:
    import keras
    import numpy as np

    loss = getattr(keras.losses, name)
    y = np.array(labels, "float32")
    assert float(np.mean(loss(y, np.array(right, "float32")))) < float(
        np.mean(loss(y, np.array(wrong, "float32")))
    )


@pytest.mark.keras
def test_what_is_said_of_the_edges_is_so() -> None:
    import keras
    import numpy as np

    def loss(name: str, labels: list[list[float]], outputs: list[list[float]]) -> float:
        function = getattr(keras.losses, name)
        return float(np.mean(function(np.array(labels, "f4"), np.array(outputs, "f4"))))

    assert math.isnan(loss("poisson", [[1.0]], [[-0.5]]))
    assert loss("dice", [[1.0, 0.0]], [[30.0, -30.5]]) < -10
    assert loss("kl_divergence", [[0.5, 0.5]], [[1.0, 1.0]]) < loss(
        "kl_divergence", [[0.5, 0.5]], [[0.5, 0.5]]
    )
    assert loss("cosine_similarity", [[5.0]], [[1.0]]) == loss(
        "cosine_similarity", [[5.0]], [[99.0]]
    )
    assert loss("mean_absolute_percentage_error", [[0.0]], [[1.0]]) > 1e8
    assert loss("mean_squared_logarithmic_error", [[-1.0]], [[0.0]]) == 0


def test_what_follows_from_the_table() -> None:
    assert PROBABILITIES_BY["binary_focal_crossentropy"] == "sigmoid"
    assert PROBABILITIES_BY["sparse_categorical_crossentropy"] == "softmax"
    assert "poisson" not in DIFFERENCES
    assert "huber" in DIFFERENCES
    assert exceeds((0.0, 1.1), (0.0, 1.0))
    assert not exceeds((0.0, 1.0), (0.0, 1.0))
