import pytest

from nbdoctor.backend.nodes import Shape
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.step_account import Mixed, StepCode
from nbdoctor.rules.objective.loop_broadcast import loop_broadcast, written
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from tests.rules.ran import rules_of


def judged(predicted: Shape, other: Shape) -> list[Finding]:
    mixed = Mixed(operation="Sub", predicted=predicted, other=other, line=7)
    return list(loop_broadcast(StepCode(mixed=(mixed, mixed), compares=2)))


@pytest.mark.parametrize(
    ("predicted", "other", "words"),
    [
        pytest.param((30, 1), (30,), "the labels have (30,)", id="labels without an axis"),
        pytest.param((30,), (30, 1), "the shape (30,) where", id="a squeezed output"),
        pytest.param((None, 1), (None,), "as (rows, rows)", id="any number of rows"),
    ],
)
def test_fires(predicted: Shape, other: Shape, words: str) -> None:
    (finding,) = judged(predicted, other)
    assert words in finding.says
    assert (finding.severity, finding.kind, finding.where.line) == ("critical", "proof", 7)


def test_stays_silent() -> None:
    assert list(loop_broadcast(StepCode(compares=1))) == []


def test_does_not_apply_where_nothing_is_compared() -> None:
    with pytest.raises(DoesNotApplyError):
        list(loop_broadcast(StepCode()))


def test_shapes_are_written_as_python_does() -> None:
    assert written((5,)) == "(5,)"
    assert written((None, 3, 1)) == "(rows, 3, 1)"


@pytest.mark.parametrize(
    ("predicted", "other", "words"),
    [((30, 1), (30,), "labels[..., None]"), ((30,), (30, 1), "tf.squeeze(labels, -1)")],
)
def test_treatment_says_which_side_to_change(predicted: Shape, other: Shape, words: str) -> None:
    (finding,) = judged(predicted, other)
    (offered,) = loop_broadcast.treatments(finding, Cell("loss = y - p"))
    assert offered.patched is None
    assert words in offered.text


DATA = """
import keras, numpy as np, tensorflow as tf
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y = LABELS
net = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
optimizer = keras.optimizers.Adam()
"""
LOOP = (
    DATA
    + """
for at in range(0, 64, 16):
    with tf.GradientTape() as tape:
        guess = net(x[at : at + 16], training=True)
        loss = tf.reduce_mean(tf.square(y[at : at + 16] - guess))
    weights = net.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
"""
)
TRACED = (
    DATA
    + """
@tf.function
def step(a, b):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.abs(net(a, training=True) - b))
    weights = net.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
for a, b in tf.data.Dataset.from_tensor_slices((x, y)).batch(16):
    step(a, b)
"""
)
STEP = (
    DATA
    + """
class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = keras.layers.Dense(1)
    def call(self, a):
        return self.out(a)
    def train_step(self, data):
        a, b = data
        with tf.GradientTape() as tape:
            loss = keras.ops.mean(keras.ops.square(b - self(a, training=True)))
        weights = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return {"own": loss}
model = Own()
model.compile("adam")
model.fit(x, y, epochs=1, verbose=0)
"""
)
KERAS = LOOP.replace(
    "tf.reduce_mean(tf.square(y[at : at + 16] - guess))",
    "keras.losses.MeanSquaredError()(y[at : at + 16], guess)",
)
FLAT, COLUMN = "x[:, 0] - x[:, 1]", "x[:, :1] - x[:, 1:2]"


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("cell", "labels", "sick"),
    [
        pytest.param(LOOP, FLAT, True, id="a loop"),
        pytest.param(LOOP, COLUMN, False, id="a loop of one shape"),
        pytest.param(TRACED, FLAT, True, id="a traced step"),
        pytest.param(STEP, FLAT, True, id="a train_step"),
        pytest.param(STEP, COLUMN, False, id="a train_step of one shape"),
        pytest.param(KERAS, FLAT, False, id="a loss of Keras aligns them"),
    ],
)
def test_on_real_steps(cell: str, labels: str, sick: bool) -> None:
    found = rules_of(cell.replace("LABELS", labels), "--no-trials")
    assert ("loop-broadcast" in found) is sick
