from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.drift import Drift, DriftingColumn
from nbdoctor.readings.other_forms import OtherForms
from nbdoctor.rules.data.validation_rows_differ import validation_rows_differ
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

HEAT = DriftingColumn(name="heat", training=(20.0, 4.0), validation=(2.0, 5.0))
WINTER = Drift(training_rows=300, rows=200, area=0.99, by_chance=0.57, columns=(HEAT,))
POOR = OtherForms(training=0.95, validation=0.3, rows=200)


def test_fires() -> None:
    (finding,) = validation_rows_differ(WINTER, POOR)
    assert "area under the ROC curve of 0.99" in finding.says
    assert "`heat` has a mean of 20 and a spread of 4 there, 2 and 5 here" in finding.says


def test_stays_silent_for_like_rows() -> None:
    assert not list(validation_rows_differ(replace(WINTER, area=0.6), POOR))


def test_does_not_apply_where_the_model_is_good() -> None:
    with pytest.raises(DoesNotApplyError):
        list(validation_rows_differ(WINTER, replace(POOR, validation=0.9)))


def test_treatment() -> None:
    (finding,) = validation_rows_differ(WINTER, POOR)
    (advice,) = validation_rows_differ.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (advice.effect, advice.patched) == ("advice", None)


@pytest.mark.keras
@pytest.mark.parametrize("moved", [4.0, 0.0])
def test_on_a_real_model(moved: float) -> None:
    found = rules_of(
        f"""rng = np.random.default_rng(17)
x = rng.normal(size=(500, 3)).astype("float32")
y = (x[:, 0] + x[:, 1] > 0).astype("float32")
late = x[400:] * [1, 1, 1] + [{moved}, -{moved} / 4, 0]
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy")
late_y = (x[400:, 2] > 0) if {moved} else y[400:]
model.fit(x[:400], y[:400], epochs=5, verbose=0,
          validation_data=(late.astype("float32"), np.asarray(late_y, "float32")))
""",
        options="--no-trials",
    )
    assert ("validation-rows-differ" in found) is (moved > 0)
