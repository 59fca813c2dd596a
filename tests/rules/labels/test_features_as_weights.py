from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.row_weights import RowWeights
from nbdoctor.rules.labels.features_as_weights import features_as_weights
from nbdoctor.rules.rule import DoesNotApplyError

THIRD = RowWeights(given="third item", rows=64, mean=1.0, minimum=0.2, maximum=3.0)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        pytest.param(
            replace(THIRD, minimum=-2.1), "contains values below 0 (-2.1 to 3)", id="negative"
        ),
        pytest.param(
            replace(THIRD, column="column 1 of `x`"), "equals column 1 of `x`", id="a column"
        ),
    ],
)
def test_fires(weights: RowWeights, words: str) -> None:
    (finding,) = features_as_weights(weights)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "strong")


@pytest.mark.parametrize(
    "weights",
    [
        pytest.param(THIRD, id="weights of rows"),
        pytest.param(replace(THIRD, minimum=0.0, zero_share=0.5), id="rows left out"),
        pytest.param(replace(THIRD, maximum=120.0, mean=9.0), id="large weights"),
    ],
)
def test_stays_silent(weights: RowWeights) -> None:
    assert not list(features_as_weights(weights))


@pytest.mark.parametrize("given", ["sample_weight", "class_weight"])
def test_does_not_apply_to_weights_with_a_name(given: str) -> None:
    with pytest.raises(DoesNotApplyError):
        list(features_as_weights(replace(THIRD, given=given, minimum=-1.0)))


def test_treatment() -> None:
    (finding,) = features_as_weights(replace(THIRD, minimum=-1.0))
    (offered,) = features_as_weights.treatments(finding, Cell("model.fit(batches())\n"))
    assert (offered.effect, offered.patched) == ("advice", None)
    assert "`yield (pictures, tables), labels`" in offered.text


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:`shuffle=True` was passed")
def test_on_a_real_model() -> None:
    import keras
    import numpy as np
    import tensorflow as tf

    import nbdoctor

    x, y = np.random.default_rng(0).normal(size=(64, 4)), np.arange(64) % 3

    def fires(third: np.ndarray) -> bool:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        data = tf.data.Dataset.from_tensor_slices((x, y, third)).batch(16)
        report = nbdoctor.diagnose(model, data)
        return "features-as-weights" in {finding.rule for finding in report.findings}

    assert fires(x[:, 2])
    assert not fires(np.abs(x[:, 2]))
