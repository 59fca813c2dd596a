import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.reported import Reported, ReportedValue
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.tracker_not_updated import tracker_not_updated
from tests.rules.ran import rules_of

IDLE = ReportedValue(name="loss", epochs=(0.0, 0.0), returned=0.25, tracker="Mean", untouched=True)


def judged(*values: ReportedValue, own: bool = True) -> list[str]:
    return [one.says for one in tracker_not_updated(Reported(values=values, own_step=own))]


def test_fires() -> None:
    (says,) = judged(IDLE)
    assert "`loss` 0 in all 2 epochs" in says
    assert says.endswith("The first step returned 0.25.")


def test_fires_where_the_step_returns_the_idle_result_itself() -> None:
    idle = ReportedValue(name="hits", epochs=(0.0,), returned=0.0, tracker="Sum", untouched=True)
    (says,) = judged(idle)
    assert "`hits` 0 in the only epoch" in says
    assert "returned" not in says


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(
            ReportedValue(name="loss", epochs=(0.3, 0.0), tracker="Mean", untouched=True),
            id="not 0 in every epoch",
        ),
        pytest.param(
            ReportedValue(name="accuracy", epochs=(0.0, 0.0), returned=0.0, tracker="Mean"),
            id="updated, and really 0",
        ),
        pytest.param(
            ReportedValue(name="loss", epochs=(0.0, 0.0), returned=0.4), id="no metric of that name"
        ),
    ],
)
def test_stays_silent(value: ReportedValue) -> None:
    assert judged(value) == []


def test_does_not_apply_to_the_step_of_keras() -> None:
    with pytest.raises(DoesNotApplyError):
        judged(IDLE, own=False)


def test_treatment_says_what_to_add() -> None:
    (finding,) = tracker_not_updated(Reported(values=(IDLE,), own_step=True))
    (offered,) = tracker_not_updated.treatments(finding, Cell("model.fit(x)"))
    assert offered.patched is None
    assert "update_state(loss)" in offered.text


MODEL = """
import keras, numpy as np, tensorflow as tf
class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = keras.layers.Dense(1)
        self.seen = keras.metrics.Mean(name=NAME)
    METRICS
    def call(self, x):
        return self.out(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((y - self(x, training=True)) ** 2)
        weights = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        UPDATE
        return {"loss": RESULT}
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
model = Own()
model.compile("adam")
model.fit(x, x[:, :1], epochs=2, verbose=0)
"""
LISTED = "metrics = property(lambda self: [self.seen])"


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "metrics", "update", "result", "sick"),
    [
        pytest.param("'other'", LISTED.replace("self.seen", ""), "pass", "loss", False, id="none"),
        pytest.param("'loss'", LISTED, "pass", "loss", True, id="listed, not updated"),
        pytest.param("'loss'", LISTED, "pass", "self.seen.result()", True, id="its own result"),
        pytest.param(
            "'loss'",
            LISTED,
            "self.seen.update_state(loss)",
            "self.seen.result()",
            False,
            id="updated",
        ),
        pytest.param(
            "'loss'", "", "self.seen.update_state(loss)", "self.seen.result()", False, id="tracked"
        ),
    ],
)
def test_of_real_steps(name: str, metrics: str, update: str, result: str, sick: bool) -> None:
    cell = MODEL.replace("NAME", name).replace("METRICS", metrics)
    cell = cell.replace("UPDATE", update).replace("RESULT", result)
    assert ("tracker-not-updated" in rules_of(cell, "--no-trials")) is sick
