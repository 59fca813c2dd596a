import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.class_numbers import ClassNumbers
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.objective.classes_as_amounts import classes_as_amounts
from nbdoctor.rules.rule import Finding
from tests.rules.ran import rules_of

TARGET = Target(
    name="y", variable="kinds", rows=900, minimum=0.0, maximum=3.0, distinct=4, encoding="ids"
)
OUTPUT = Output(name="y", layer="dense_1", width=1, activation="linear", loss="mean_squared_error")


def findings(linear: float, near: float, rows: int = 900) -> list[Finding]:
    named = {"linear model": 0.8, "nearest neighbours": 0.7}
    estimated = {"linear model": 0.8 - linear, "nearest neighbours": 0.7 - near}
    numbers = ClassNumbers(output="y", rows=rows, classes=4, named=named, estimated=estimated)
    return list(classes_as_amounts(numbers, Labels(targets=(TARGET,)), Head(outputs=(OUTPUT,))))


def test_fires_where_naming_a_class_is_right_more_often() -> None:
    (finding,) = findings(0.35, 0.18)
    assert "`kinds` holds the numbers 0 to 3" in finding.says
    assert "right for 80 % of the rows, and for 45 %" in finding.says


@pytest.mark.parametrize(
    ("linear", "near", "rows"),
    [
        pytest.param(0.02, 0.2, 900, id="one kind of model only"),
        pytest.param(0.08, 0.1, 900, id="a small difference"),
        pytest.param(0.2, 0.2, 100, id="few rows"),
        pytest.param(-0.3, -0.03, 900, id="amounts"),
    ],
)
def test_stays_silent(linear: float, near: float, rows: int) -> None:
    assert not findings(linear, near, rows)


def test_treatment() -> None:
    cell = Cell(
        "model = keras.Sequential([keras.layers.Dense(8), keras.layers.Dense(1)])\n"
        'model.compile("adam", "mse", metrics=["accuracy"])\n'
    )
    (finding,) = findings(0.35, 0.18)
    (treated,) = classes_as_amounts.treatments(finding, cell)
    assert treated.patched is not None
    assert 'Dense(4, activation="softmax")' in treated.patched
    assert '"sparse_categorical_crossentropy"' in treated.patched


@pytest.mark.keras
@pytest.mark.parametrize("ordered", [False, True])
def test_on_a_real_model(ordered: bool) -> None:
    found = rules_of(f"""rng = np.random.default_rng(3)
x = rng.normal(size=(600, 6)).astype("float32")
known = x @ rng.normal(size=(6, 4))
y = np.digitize(known[:, 0], [-2, 0, 2]) if {ordered} else known.argmax(axis=1)
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])
model.compile("adam", "mse", metrics=["accuracy"])
model.fit(x, y, verbose=0)
""")
    assert ("classes-as-amounts" in found) is not ordered
