from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.answers import Answers, OfClass
from nbdoctor.readings.attained import Attained
from nbdoctor.rules.labels.one_class_everywhere import one_class_everywhere
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

ANSWERS = Answers(
    output="mask",
    kind="classes",
    answers=2000,
    places=100,
    classes=(OfClass(label=0.0, rows=1900, right=1900), OfClass(label=1.0, rows=100, right=0)),
    matrix=((1900, 0), (100, 0)),
)
BEHIND = Attained(
    kind="classes", score=0.0, ceiling=0.9, rows=200, counted=200.0, answers=(ANSWERS,)
)


def with_answers(**changes: object) -> Attained:
    return replace(BEHIND, answers=(replace(ANSWERS, **changes),))  # type: ignore[arg-type]


def test_fires() -> None:
    (finding,) = one_class_everywhere(BEHIND)
    assert "all 2,000 places of `mask` get class 0. That is right for 95 %" in finding.says
    assert "none of the 100 places" in finding.says


@pytest.mark.parametrize(
    "attained",
    [
        pytest.param(with_answers(matrix=((1890, 10), (95, 5))), id="another is found"),
        pytest.param(with_answers(matrix=((0, 1900), (0, 100))), id="not the frequent one"),
        pytest.param(replace(BEHIND, ceiling=0.1), id="nothing can be told"),
        pytest.param(replace(BEHIND, score=0.88), id="as good as simple models"),
    ],
)
def test_stays_silent(attained: Attained) -> None:
    assert not list(one_class_everywhere(attained))


def test_does_not_apply_to_one_answer_per_row() -> None:
    with pytest.raises(DoesNotApplyError):
        list(one_class_everywhere(with_answers(places=1)))


def test_treatment() -> None:
    (finding,) = one_class_everywhere(BEHIND)
    (advice,) = one_class_everywhere.treatments(finding, Cell(""))
    assert "Dice" in advice.text


CELL = """
keras.utils.set_random_seed(1)
rng = np.random.default_rng(0)
x = rng.normal(0, 0.2, size=(160, 8, 8, 1)).astype("float32")
y = np.zeros((160, 8, 8, 1), dtype="float32")
for row in range(160):
    r, c = rng.integers(0, 7, 2)
    x[row, r:r + 2, c:c + 2] += 1
    y[row, r:r + 2, c:c + 2] = 1

def mean_error(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred))

start = keras.initializers.Constant({bias})
model = keras.Sequential([
    keras.Input((8, 8, 1)),
    keras.layers.Conv2D(8, 3, padding="same", activation="relu"),
    keras.layers.Conv2D(1, 1, activation="sigmoid", bias_initializer=start),
])
model.compile(keras.optimizers.Adam(0.01), {loss})
model.fit(x, y, epochs={epochs}, batch_size=16, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize(
    ("loss", "epochs", "bias", "fires"),
    [("mean_error", 2, -7, True), ('"binary_crossentropy"', 25, 0, False)],
)
def test_on_a_real_model(loss: str, epochs: int, bias: int, *, fires: bool) -> None:
    cell = CELL.format(loss=loss, epochs=epochs, bias=bias)
    found = rules_of(cell, "--no-trials --no-experiment")
    assert ("one-class-everywhere" in found) is fires
