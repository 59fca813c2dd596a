from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.class_names import ClassNames
from nbdoctor.readings.other_forms import OtherForms
from nbdoctor.rules.labels.classes_numbered_apart import classes_numbered_apart
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

LEAVES = OtherForms(
    training=0.99, validation=0.1, rows=90, renumbered=0.98, numbers=((1.0, 2.0), (2.0, 3.0))
)
NAMES = ClassNames(training=("ash", "birch", "elm", "oak"), validation=("ash", "elm", "oak"))


def test_fires() -> None:
    (finding,) = classes_numbered_apart(LEAVES, NAMES)
    assert "1 ('elm') for 2 ('elm'), 2 ('oak') for 3 ('oak')" in finding.says
    assert "no class 'birch'" in finding.says
    assert "0.98" in finding.says


def test_fires_without_names() -> None:
    (finding,) = classes_numbered_apart(LEAVES, None)
    assert "1 for 2, 2 for 3" in finding.says


@pytest.mark.parametrize(
    "forms",
    [
        pytest.param(replace(LEAVES, renumbered=None, numbers=()), id="no numbering"),
        pytest.param(replace(LEAVES, renumbered=0.4), id="little better"),
        pytest.param(replace(LEAVES, inputs={"values are inverted": 0.99}), id="inputs explain it"),
    ],
)
def test_stays_silent(forms: OtherForms) -> None:
    assert not list(classes_numbered_apart(forms, NAMES))


def test_does_not_apply_where_validation_is_good() -> None:
    with pytest.raises(DoesNotApplyError):
        list(classes_numbered_apart(replace(LEAVES, validation=0.95), NAMES))


def test_treatment() -> None:
    (finding,) = classes_numbered_apart(LEAVES, NAMES)
    (advice,) = classes_numbered_apart.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (advice.effect, advice.patched) == ("advice", None)


@pytest.mark.keras
@pytest.mark.parametrize("moved", [1, 0])
def test_on_a_real_model(moved: int) -> None:
    found = rules_of(
        f"""rng = np.random.default_rng(8)
y = rng.integers(0, 3, 400)
x = (np.eye(3)[y] + 0.2 * rng.normal(size=(400, 3))).astype("float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, activation="softmax")])
model.compile(keras.optimizers.Adam(0.1), "sparse_categorical_crossentropy")
model.fit(x[:300], y[:300], epochs=3, verbose=0,
          validation_data=(x[300:], (y[300:] + {moved}) % 3))
""",
        options="--no-trials",
    )
    assert ("classes-numbered-apart" in found) is bool(moved)
