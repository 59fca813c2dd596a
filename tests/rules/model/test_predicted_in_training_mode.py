import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.called_in_training import CalledInTraining
from nbdoctor.rules.model.predicted_in_training_mode import predicted_in_training_mode
from tests.rules.ran import rules_of

CALLED = CalledInTraining(line=9, text="model(x, training=True)", layers=("dropout",))


def test_fires() -> None:
    (finding,) = predicted_in_training_mode(CALLED)
    assert "`dropout` acts otherwise" in finding.says
    assert finding.where.line == 9


def test_treatment() -> None:
    (finding,) = predicted_in_training_mode(CALLED)
    (advice,) = predicted_in_training_mode.treatments(finding, Cell(""))
    assert "training=False" in advice.text


CELL = """
model = keras.Sequential([
    keras.Input((4,)), keras.layers.{layer}, keras.layers.Dense(2, activation="softmax")
])
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x, y, verbose=0)
{predicts}
"""


@pytest.mark.keras
@pytest.mark.parametrize(
    "predicts", ["p = model(x, training=True)", "print(model(x[:8], training=True).shape)"]
)
def test_fires_on_a_real_cell(predicts: str) -> None:
    cell = CELL.format(layer="Dropout(0.5)", predicts=predicts)
    assert "predicted-in-training-mode" in rules_of(cell, "--no-trials")


@pytest.mark.keras
@pytest.mark.parametrize(
    ("layer", "predicts"),
    [
        pytest.param("Dropout(0.5)", "p = model(x, training=False)", id="inference mode"),
        pytest.param("Dropout(0.5)", "p = model.predict(x, verbose=0)", id="predict"),
        pytest.param("Dense(3)", "p = model(x, training=True)", id="no such layer"),
        pytest.param(
            "Dropout(0.5)", "p = [model(x, training=True) for _ in range(3)]", id="drawn often"
        ),
        pytest.param(
            "Dropout(0.5)",
            "inputs = keras.Input((4,))\nnoisy = keras.Model(inputs, model(inputs, training=True))",
            id="a model of it",
        ),
    ],
)
def test_stays_silent(layer: str, predicts: str) -> None:
    cell = CELL.format(layer=layer, predicts=predicts)
    assert "predicted-in-training-mode" not in rules_of(cell, "--no-trials")
