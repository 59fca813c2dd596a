from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.left_out_penalty import LeftOutPenalty
from nbdoctor.rules.training.regularizer_left_out import regularizer_left_out
from tests.rules.ran import rules_of

LEFT_OUT = LeftOutPenalty(weights=2, layer="dense", penalty=0.13, in_loss=False, loss=0.7)


def test_fires() -> None:
    (finding,) = regularizer_left_out(LEFT_OUT)
    assert finding.says.startswith(
        "2 weights of the model have a regularizer, the first in `dense`"
    )
    assert finding.says.endswith("They ask for 0.13. At the first step the loss is 0.7.")
    (own,) = regularizer_left_out(replace(LEFT_OUT, penalty=None))
    assert "They ask" not in own.says


def test_stays_silent() -> None:
    assert not list(regularizer_left_out(replace(LEFT_OUT, in_loss=True)))


def test_treatment() -> None:
    (finding,) = regularizer_left_out(LEFT_OUT)
    (advice,) = regularizer_left_out.treatments(finding, Cell(""))
    assert "loss += sum(model.losses)" in advice.text


LOOP = """
layer = keras.layers.Dense(8, "relu", kernel_regularizer={regularizer})
model = keras.Sequential([keras.Input((4,)), layer, keras.layers.Dense(2)])
optimizer = keras.optimizers.SGD(0.01)
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
{traced}
def train_step(a, b):
    with tf.GradientTape() as tape:
        out = model(a, training=True)
        loss = loss_of(b, out)
        {more}
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
for start in range(0, 32, 8):
    train_step(tf.constant(x[start:start + 8]), tf.constant(y[start:start + 8]))
"""
L2 = '"l2"'


@pytest.mark.keras
@pytest.mark.parametrize("traced", ["@tf.function", ""])
@pytest.mark.parametrize(
    ("regularizer", "more", "fires"),
    [
        (L2, "", True),
        (L2, "loss += sum(model.losses)", False),
        (L2, "loss += 0.01 * tf.nn.l2_loss(layer.kernel)", False),
        (L2, "loss = tf.sqrt(loss + sum(model.losses))", False),
        ("None", "", False),
    ],
)
def test_on_loops(traced: str, regularizer: str, more: str, fires: bool) -> None:
    cell = LOOP.format(traced=traced, regularizer=regularizer, more=more)
    assert ("regularizer-left-out" in rules_of(cell, "--no-trials")) is fires


FIT = """
class Own(keras.Model):
    def train_step(self, data):
        a, b = data
        with tf.GradientTape() as tape:
            out = self(a, training=True)
            loss = {loss}
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {{"loss": loss}}
taken = keras.Input((4,))
hidden = keras.layers.Dense(8, "relu", kernel_regularizer="l2")(taken)
model = {kind}(taken, keras.layers.Dense(2, "softmax")(hidden))
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x, y, epochs=1, verbose=0)
"""
MEAN = "tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(b, out))"


@pytest.mark.keras
@pytest.mark.parametrize(
    ("kind", "loss", "fires"),
    [
        ("Own", MEAN, True),
        ("Own", f"{MEAN} + sum(self.losses)", False),
        ("Own", "self.compute_loss(a, b, out)", False),
        ("keras.Model", "0.0", False),
    ],
)
def test_on_steps_of_fit(kind: str, loss: str, fires: bool) -> None:
    found = rules_of(FIT.format(kind=kind, loss=loss), "--no-trials")
    assert ("regularizer-left-out" in found) is fires
