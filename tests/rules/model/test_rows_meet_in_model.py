import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.other_rows import OtherRows
from nbdoctor.rules.model.rows_meet_in_model import rows_meet_in_model
from tests.rules.ran import rules_of

MET = OtherRows(rows=16, changed=12, largest=0.4, layers=("attention",))


def test_fires() -> None:
    (finding,) = rows_meet_in_model(MET)
    assert "12 of 16 rows" in finding.says
    assert finding.where.layer == "attention"


def test_stays_silent() -> None:
    assert not list(rows_meet_in_model(OtherRows(rows=16, changed=16, largest=0.002)))


def test_treatment() -> None:
    (finding,) = rows_meet_in_model(MET)
    (advice,) = rows_meet_in_model.treatments(finding, Cell(""))
    assert "axis=0" in advice.text


CELL = """
x = np.random.default_rng(0).normal(size=(120, 6, 4)).astype("float32")
y = (x[:, 0, 0] > 0).astype("int32")

class Own(keras.layers.Layer):
    def __init__(self, **given):
        super().__init__(**given)
        self.drop = keras.layers.Dropout(0.3)
    def call(self, z):
        return {call}

inputs = keras.Input((6, 4))
z = {before}
z = {own}
z = keras.layers.Flatten()(z)
model = keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(z))
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x, y, verbose=0)
"""


def cell_of(call: str = "z", own: str = "Own()(z)", before: str = "inputs") -> str:
    return CELL.format(call=call, own=own, before=before)


@pytest.mark.keras
@pytest.mark.parametrize(
    "cell",
    [
        pytest.param(cell_of("z * keras.ops.softmax(z, axis=0)"), id="softmax over rows"),
        pytest.param(cell_of("z - keras.ops.mean(z)"), id="mean of all"),
        pytest.param(cell_of("z / keras.ops.max(z, axis=0, keepdims=True)"), id="largest of rows"),
        pytest.param(
            cell_of(own="z * keras.ops.softmax(z, axis=0)"), id="without a layer of its own"
        ),
        pytest.param(
            cell_of("z * keras.ops.softmax(z, axis=0)", before="keras.layers.Dropout(0.2)(inputs)"),
            id="dropout before",
        ),
    ],
)
def test_fires_on_a_real_model(cell: str) -> None:
    assert "rows-meet-in-model" in rules_of(cell, "--no-trials --no-experiment")


@pytest.mark.keras
@pytest.mark.parametrize(
    "cell",
    [
        pytest.param(cell_of("z * keras.ops.softmax(z, axis=1)"), id="softmax over time"),
        pytest.param(cell_of("self.drop(z)"), id="dropout inside"),
        pytest.param(
            cell_of("z - keras.ops.mean(z, axis=(1, 2), keepdims=True)"), id="mean of each row"
        ),
        pytest.param(cell_of(own="keras.layers.BatchNormalization()(z)"), id="Keras's own"),
        pytest.param(cell_of(before="keras.layers.BatchNormalization()(inputs)"), id="both"),
        pytest.param(cell_of(own="keras.layers.LSTM(4, return_sequences=True)(z)"), id="recurrent"),
    ],
)
def test_stays_silent_on_a_real_model(cell: str) -> None:
    assert "rows-meet-in-model" not in rules_of(cell, "--no-trials --no-experiment")
