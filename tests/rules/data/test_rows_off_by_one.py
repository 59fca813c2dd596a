import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.shifted_rows import ShiftedRows
from nbdoctor.rules.data.rows_off_by_one import rows_off_by_one
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

MOVED = ShiftedRows(rows=800, scores={-2: 0.01, -1: 0.0, 0: 0.02, 1: 0.93, 2: 0.0})


def test_fires() -> None:
    (finding,) = rows_off_by_one(MOVED, None)
    assert finding.title == "The label of each row is one row below it"
    assert "0.02 of the labels as they stand, and 0.93" in finding.says


@pytest.mark.parametrize(
    "scores",
    [
        pytest.param({0: 0.9, 1: 0.0}, id="their own"),
        pytest.param({0: 0.9, 1: 0.95}, id="a series"),
        pytest.param({0: 0.0, 1: 0.05}, id="noise"),
    ],
)
def test_stays_silent(scores: dict[int, float]) -> None:
    assert not list(rows_off_by_one(ShiftedRows(rows=800, scores=scores), None))


def test_does_not_apply_where_the_model_predicts() -> None:
    with pytest.raises(DoesNotApplyError):
        list(rows_off_by_one(MOVED, Attained(kind="classes", score=0.8, held_out=True)))


def test_treatment() -> None:
    (finding,) = rows_off_by_one(MOVED, None)
    (advice,) = rows_off_by_one.treatments(finding, Cell("model.fit(x, y)\n"))
    assert advice.patched == "x, y = x[:-1], y[1:]\nmodel.fit(x, y)\n"
    judged = Cell("model.fit(x, y, validation_data=(a, b))\n")
    (advice,) = rows_off_by_one.treatments(finding, judged)
    assert advice.patched is None
    assert "one row below" in advice.text


@pytest.mark.keras
@pytest.mark.parametrize("skipped", [1, 0])
def test_on_a_real_model(skipped: int) -> None:
    found = rules_of(f"""rng = np.random.default_rng(15)
x = rng.normal(size=(300, 4)).astype("float32")
y = (x[:, 0] - x[:, 1] > 0).astype("float32")
x, y = x[{skipped}:], y[:len(y) - {skipped}]
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy")
model.fit(x, y, verbose=0)
""")
    assert ("rows-off-by-one" in found) is bool(skipped)
