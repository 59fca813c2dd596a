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
    assert (advice.effect, advice.patched) == ("training", None)


COMPILED = (
    'import numpy as np\nimport keras\nmodel.compile("sgd", "sparse_categorical_crossentropy")\n'
)


@pytest.mark.parametrize(
    ("from_dataset", "given", "line", "then"),
    [
        (False, "(a, b)", "b = np.array([0, 2, 3, 3])[b]\n", "(a, b)"),
        (False, 'f["x"], f["y"]', "", 'f["x"], np.array([0, 2, 3, 3])[f["y"]]'),
        (True, "v", "v = v.map(lambda x, y: (x, keras.ops.take([0, 2, 3, 3], y)))\n", "v"),
    ],
    ids=["arrays", "parts of a file", "dataset"],
)
def test_treatment_numbers_the_validation_labels_as_training(
    from_dataset: bool, given: str, line: str, then: str
) -> None:
    forms = replace(LEAVES, largest=3.0, from_dataset=from_dataset)
    (finding,) = classes_numbered_apart(forms, NAMES)
    wrapped = [one if one[0] == "(" or one == "v" else f"({one})" for one in (given, then)]
    before, after = (f"model.fit(x, y, validation_data={one})\n" for one in wrapped)
    (treated,) = classes_numbered_apart.treatments(finding, Cell(COMPILED + before))
    assert treated.patched == COMPILED + line + after


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
