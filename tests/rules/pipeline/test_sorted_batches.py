import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.mixing import Mixing
from nbdoctor.rules.pipeline.sorted_batches import sorted_batches
from nbdoctor.rules.rule import DoesNotApplyError
from tests.running import diagnosed_fit

SORTED = Mixing(batches=32, rows=32, classes=3, entropy=0.062, dealt=1.046, p=0.005)
DATASET = Fit(data_kind="tf.data")
ARRAYS = Fit(data_kind="arrays", shuffle=False)


@pytest.mark.parametrize(
    ("mixing", "fit", "words"),
    [
        pytest.param(SORTED, DATASET, "In 32 batches of 32 rows the labels", id="sorted"),
        pytest.param(
            replace(SORTED, entropy=0.203), DATASET, "mean entropy of 0.203", id="a small buffer"
        ),
        pytest.param(SORTED, ARRAYS, "`shuffle=False` keeps the rows", id="arrays in order"),
    ],
)
def test_fires(mixing: Mixing, fit: Fit, words: str) -> None:
    (finding,) = sorted_batches(mixing, fit)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("warning", "strong")


@pytest.mark.parametrize(
    "mixing",
    [
        pytest.param(replace(SORTED, entropy=1.04, p=0.4), id="well shuffled"),
        pytest.param(
            replace(SORTED, entropy=0.62 * 2.3, dealt=0.65 * 2.3, p=0.1, classes=10, rows=8),
            id="ten classes in batches of eight",
        ),
        pytest.param(replace(SORTED, entropy=0.13, dealt=0.13, p=0.5), id="3 % of positives"),
        pytest.param(replace(SORTED, entropy=0.8, p=0.005), id="uneven, yet most of it is there"),
        pytest.param(replace(SORTED, p=0.02), id="one random deal in fifty is as low"),
        pytest.param(replace(SORTED, entropy=1.1, p=1.0), id="stratified batches"),
    ],
)
def test_stays_silent(mixing: Mixing) -> None:
    assert not list(sorted_batches(mixing, DATASET))


def test_does_not_apply_to_windows_over_a_time_series() -> None:
    with pytest.raises(DoesNotApplyError, match="time series"):
        list(sorted_batches(replace(SORTED, overlapping=True), ARRAYS))


def test_treatment() -> None:
    (finding,) = sorted_batches(SORTED, ARRAYS)
    before = "model.fit(x, y, shuffle=False)\n"
    (treated,) = sorted_batches.treatments(finding, Cell(before))
    assert treated.patched == before.replace("False", "True")
    ast.parse(treated.patched)
    (again,) = sorted_batches.treatments(finding, Cell(treated.patched))
    assert again.patched is None


def test_treatment_is_advice_for_datasets() -> None:
    (finding,) = sorted_batches(SORTED, DATASET)
    (advice,) = sorted_batches.treatments(finding, Cell("model.fit(data)\n"))
    assert "before `.batch(...)`" in advice.text


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:`shuffle=True` was passed")
def test_on_a_real_model() -> None:
    import keras
    import numpy as np
    import tensorflow as tf

    x, y = np.random.default_rng(0).random((128, 4)), np.repeat(np.arange(4), 32)
    rows = tf.data.Dataset.from_tensor_slices((x, y))

    def fires(*data: object, **arguments: object) -> bool:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, "softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        report = diagnosed_fit(model, *data, **arguments)
        return "sorted-batches" in {finding.rule for finding in report.findings}

    assert fires(x, y, shuffle=False)
    assert fires(rows.batch(16).shuffle(8))
    assert not fires(rows.shuffle(128, seed=0).batch(16))
