from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.step_account import LeftOut, StepCode
from nbdoctor.rules.model.untracked_weights import untracked_weights
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from tests.rules.ran import rules_of

SCALE = LeftOut(
    path="Variable",
    owner="scale",
    place="untracked",
    held_by="the attribute `scale` of `gate`",
    reached=True,
    moved=False,
)


def judged(*left: LeftOut) -> list[Finding]:
    return list(untracked_weights(StepCode(left_out=left)))


def test_fires() -> None:
    (finding,) = judged(SCALE)
    assert finding.title == "`scale` is used, and never trained"
    assert "reads `Variable` (the attribute `scale` of `gate`)" in finding.says
    (finding,) = judged(replace(SCALE, path="a"), replace(SCALE, path="b"))
    assert "they are no weight of the model" in finding.says
    assert len(judged(SCALE, replace(SCALE, owner="", held_by="", path="other"))) == 2


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(replace(SCALE, moved=True), id="changed by hand"),
        pytest.param(replace(SCALE, reached=False), id="no gradient flows there"),
        pytest.param(replace(SCALE, reached=None), id="not known"),
        pytest.param(replace(SCALE, place="network"), id="a weight of another model"),
    ],
)
def test_stays_silent(left: LeftOut) -> None:
    assert judged(left) == []


def test_does_not_apply_before_the_cell_has_ended() -> None:
    with pytest.raises(DoesNotApplyError):
        judged(replace(SCALE, moved=None))


def test_treatment_says_how_to_make_it_a_weight() -> None:
    (finding,) = judged(SCALE)
    (offered,) = untracked_weights.treatments(finding, Cell("model.fit(x, y)"))
    assert "self.add_weight" in offered.text


CELL = """
import keras, numpy as np, tensorflow as tf
from keras import layers
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
class Block:
    def __init__(self):
        self.inner = layers.Dense(4, "relu")
    def __call__(self, a):
        return self.inner(a)
class Gate(layers.Layer):
    def __init__(self):
        super().__init__()
        self.part = PART
    def call(self, a):
        return USE
model = keras.Sequential([keras.Input((4,)), layers.Dense(4), Gate(), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, x[:, :1], epochs=1, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("part", "use", "sick"),
    [
        pytest.param("tf.Variable(tf.ones((4,)))", "a * self.part", True, id="a raw variable"),
        pytest.param("Block()", "self.part(a)", True, id="a layer in another object"),
        pytest.param(
            "lambda a, inner=layers.Dense(4): inner(a)", "self.part(a)", True, id="in a function"
        ),
        pytest.param("keras.Variable(np.ones((4,)))", "a * self.part", False, id="Keras's own"),
        pytest.param("[layers.Dense(4)]", "self.part[0](a)", False, id="a layer in a list"),
        pytest.param("{'a': layers.Dense(4)}", "self.part['a'](a)", False, id="in a dictionary"),
        pytest.param(
            "tf.Variable(tf.ones((4,)), trainable=False)", "a * self.part", False, id="a constant"
        ),
        pytest.param(
            "tf.Variable(tf.ones((4,)))",
            "a + 0 * tf.stop_gradient(self.part)",
            False,
            id="behind a stopped gradient",
        ),
    ],
)
def test_on_real_layers(part: str, use: str, sick: bool) -> None:
    found = rules_of(CELL.replace("PART", part).replace("USE", use), "--no-trials")
    assert ("untracked-weights" in found) is sick
