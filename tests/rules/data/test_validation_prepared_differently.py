from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.other_forms import OtherForms
from nbdoctor.rules.data.validation_prepared_differently import validation_prepared_differently
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

INVERTED = OtherForms(
    training=0.99,
    validation=-0.09,
    rows=300,
    inputs={"values are inverted": 0.97, "the rows of the pictures are reversed": 0.1},
)


def test_fires() -> None:
    (finding,) = validation_prepared_differently(INVERTED)
    prepared = "are prepared differently from the training inputs"
    assert finding.title == f"The validation inputs {prepared}"
    assert "If on validation values are inverted, it is 0.97." in finding.says


def test_fires_for_labels() -> None:
    forms = replace(INVERTED, labels={"labels are those of the row above": 0.99})
    (finding,) = validation_prepared_differently(forms)
    assert "validation labels" in finding.title


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param({}, id="nothing to try"),
        pytest.param({"values are inverted": 0.3}, id="a little better"),
    ],
)
def test_stays_silent(inputs: dict[str, float]) -> None:
    assert not list(validation_prepared_differently(replace(INVERTED, inputs=inputs)))


def test_does_not_apply_where_validation_is_good() -> None:
    with pytest.raises(DoesNotApplyError):
        list(validation_prepared_differently(replace(INVERTED, validation=0.9)))


def test_treatment() -> None:
    (finding,) = validation_prepared_differently(INVERTED)
    cell = Cell("model.fit(x, y, validation_data=(x_valid, y_valid))\n")
    (treated,) = validation_prepared_differently.treatments(finding, cell)
    assert treated.patched == (
        "x_valid = x_valid.max() + x_valid.min() - x_valid\n"
        "model.fit(x, y, validation_data=(x_valid, y_valid))\n"
    )


def test_treatment_of_a_dataset_is_advice() -> None:
    (finding,) = validation_prepared_differently(INVERTED)
    cell = Cell("model.fit(train, validation_data=valid)\n")
    (advice,) = validation_prepared_differently.treatments(finding, cell)
    assert advice.patched is None


@pytest.mark.keras
@pytest.mark.parametrize("times", [255.0, 1.0])
def test_on_a_real_model(times: float) -> None:
    found = rules_of(
        f"""rng = np.random.default_rng(9)
y = rng.integers(0, 4, 500)
x = 0.3 * rng.random(size=(500, 6, 6, 1))
x[np.arange(500), y, y] += 0.7
x = x.astype("float32")
model = keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Flatten(),
                          keras.layers.Dense(16, activation="relu"),
                          keras.layers.Dense(4, activation="softmax")])
model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
model.fit(x[:400], y[:400], epochs=5, verbose=0,
          validation_data=(x[400:] / {times}, y[400:]))
""",
        options="--no-trials",
    )
    assert ("validation-prepared-differently" in found) is (times > 1)
