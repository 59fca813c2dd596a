import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.step_account import ModelCall, StepCode
from nbdoctor.rules.model.training_flag_missing import training_flag_missing
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from tests.rules.ran import rules_of

LEFT_OUT = StepCode(
    cares=True, idle=("batch_normalization", "dropout"), calls=(ModelCall(name="net"),)
)


def judged(code: StepCode, *, pretrained: bool = False) -> list[Finding]:
    layers = Layers(model="m", layers=(), trainable=9, total=9, pretrained=pretrained)
    return list(training_flag_missing(code, layers))


def test_fires() -> None:
    (finding,) = judged(LEFT_OUT)
    assert finding.title == "The training step calls `net` without `training=True`"
    assert "The moving averages" in finding.says
    assert (finding.severity, finding.kind) == ("warning", "proof")
    said = StepCode(cares=True, idle=("dropout",), calls=(ModelCall(name="net", training=False),))
    (finding,) = judged(said)
    assert "with `training=False`. Nothing is dropped." in finding.says


def test_stays_silent() -> None:
    assert judged(StepCode(cares=True, calls=(ModelCall(name="net"),))) == []


@pytest.mark.parametrize(
    ("code", "pretrained", "why"),
    [
        pytest.param(StepCode(), False, "no layer acts otherwise", id="nothing cares"),
        pytest.param(
            StepCode(cares=True, idle=("dropout",)), False, "tells its model", id="training=True"
        ),
        pytest.param(LEFT_OUT, True, "trained before", id="a pretrained model"),
    ],
)
def test_does_not_apply(code: StepCode, pretrained: bool, why: str) -> None:
    with pytest.raises(DoesNotApplyError, match=why):
        judged(code, pretrained=pretrained)


def test_treatment_names_the_model() -> None:
    (finding,) = judged(LEFT_OUT)
    (offered,) = training_flag_missing.treatments(finding, Cell("loss = f(net(x))"))
    assert "`net(..., training=True)`" in offered.text


LOOP = """
import keras, numpy as np, tensorflow as tf
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
net = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), LAYER,
                        keras.layers.Dense(1)])
FROZEN
optimizer = keras.optimizers.Adam()
WRAP
def step(a, b):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(b - net(a, FLAG)))
    weights = net.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
for at in range(0, 64, 16):
    step(x[at : at + 16], x[at : at + 16, :1])
"""
STEP = """
import keras, numpy as np, tensorflow as tf
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.body = keras.Sequential([keras.layers.Dense(8, "relu"), LAYER, keras.layers.Dense(1)])
    def call(self, a, training=None):
        return self.body(a, training=training)
    def train_step(self, data):
        a, b = data
        with tf.GradientTape() as tape:
            loss = keras.ops.mean(keras.ops.square(b - self(a, FLAG)))
        weights = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return {"own": loss}
model = Own()
model.compile("adam")
model.fit(x, x[:, :1], epochs=1, verbose=0)
"""
NORM, DROP = "keras.layers.BatchNormalization()", "keras.layers.Dropout(0.3)"


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("cell", "layer", "flag", "more", "sick"),
    [
        pytest.param(LOOP, NORM, "", "", True, id="normalisation in a loop"),
        pytest.param(LOOP, DROP, "training=False", "", True, id="dropout in a loop"),
        pytest.param(LOOP, DROP, "training=True", "", False, id="told in a loop"),
        pytest.param(LOOP, NORM, "", "net.layers[1].trainable = False", False, id="frozen"),
        pytest.param(LOOP, NORM, "", "traced", True, id="a traced step"),
        pytest.param(LOOP, NORM, "training=True", "traced", False, id="a traced step that tells"),
        pytest.param(STEP, NORM, "", "", True, id="a train_step"),
        pytest.param(STEP, DROP, "training=True", "", False, id="a train_step that tells"),
    ],
)
def test_on_real_steps(cell: str, layer: str, flag: str, more: str, sick: bool) -> None:
    wrap, more = ("@tf.function", "") if more == "traced" else ("", more)
    cell = cell.replace("LAYER", layer).replace("FLAG", flag)
    found = rules_of(cell.replace("FROZEN", more).replace("WRAP", wrap), "--no-trials")
    assert ("training-flag-missing" in found) is sick
