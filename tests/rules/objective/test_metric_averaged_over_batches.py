from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.batch_averages import BatchAverage, BatchAverages
from nbdoctor.rules.objective.metric_averaged_over_batches import metric_averaged_over_batches
from tests.rules.ran import rules_of

AVERAGE = BatchAverage(
    name="val_f1",
    formula="the F1 score",
    logged=0.31,
    averaged=0.31,
    whole=0.74,
    batches=40,
    rows=640,
)


def of(one: BatchAverage) -> BatchAverages:
    return BatchAverages(found=(one,), compared=("val_f1",))


def test_fires() -> None:
    (finding,) = metric_averaged_over_batches(of(AVERAGE))
    assert "of each of the 40 batches, averaged; of all 640 validation rows it is 0.74" in (
        finding.says
    )


def test_stays_silent() -> None:
    assert not list(metric_averaged_over_batches(of(replace(AVERAGE, whole=0.33))))


def test_treatment() -> None:
    (finding,) = metric_averaged_over_batches(of(AVERAGE))
    (advice,) = metric_averaged_over_batches.treatments(finding, Cell(""))
    assert "F1Score" in advice.text


CELL = """
from keras import ops
rng = np.random.default_rng(0)
x = rng.normal(size=(480, 3)).astype("float32")
y = (x[:, 0] + 0.4 * rng.normal(size=480) > 1).astype("float32")[:, None]
v, w = x[:240], y[:240]

def f1(y_true, y_pred):
    hit = ops.round(y_pred)
    both = ops.sum(y_true * hit)
    return 2 * both / (ops.sum(hit) + ops.sum(y_true) + 1e-7)

def recall(y_true, y_pred):
    return ops.sum(y_true * ops.round(y_pred)) / (ops.sum(y_true) + 1e-7)

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=[{metric}])
model.fit(x, y, batch_size={size}, epochs=3, {validation}, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize("metric", ["f1", "recall"])
@pytest.mark.parametrize("validation", ["validation_data=(v, w)", "validation_split=0.5"])
def test_fires_on_a_real_model(metric: str, validation: str) -> None:
    cell = CELL.format(metric=metric, size=8, validation=validation)
    assert "metric-averaged-over-batches" in rules_of(cell, "--no-trials --no-experiment")


@pytest.mark.keras
@pytest.mark.parametrize(
    ("metric", "size"), [("keras.metrics.F1Score(threshold=0.5)", 8), ('"accuracy"', 8)]
)
def test_stays_silent_on_a_real_model(metric: str, size: int) -> None:
    cell = CELL.format(metric=metric, size=size, validation="validation_split=0.5")
    assert "metric-averaged-over-batches" not in rules_of(cell, "--no-trials --no-experiment")
