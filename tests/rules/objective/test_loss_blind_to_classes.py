import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.step_account import StepCode
from nbdoctor.rules.objective.loss_blind_to_classes import loss_blind_to_classes
from tests.rules.ran import rules_of


def test_fires() -> None:
    (finding,) = loss_blind_to_classes(StepCode(blind=True))
    assert "in any other order" in finding.says


def test_stays_silent() -> None:
    assert not list(loss_blind_to_classes(StepCode()))


def test_treatment() -> None:
    (finding,) = loss_blind_to_classes(StepCode(blind=True))
    (advice,) = loss_blind_to_classes.treatments(finding, Cell(""))
    assert "one_hot" in advice.text


LOOP = """
x = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
reward, labels = x[:, 0], np.arange(32) % 3
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3{soft})])
optimizer = keras.optimizers.Adam()
{graph}
def step(x, reward, labels):
    with tf.GradientTape() as tape:
        p = model(x, training=True)
        loss = {loss}
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
for _ in range(3):
    step(tf.constant(x), tf.constant(reward), tf.constant(labels))
"""


@pytest.mark.keras
@pytest.mark.parametrize("graph", ["", "@tf.function"], ids=["op by op", "traced"])
@pytest.mark.parametrize(
    ("soft", "loss"),
    [
        (', activation="softmax"', "-tf.reduce_mean(tf.math.log(p + 1e-8) * reward[:, None])"),
        (
            ', activation="softmax"',
            "-tf.reduce_mean(tf.reduce_sum(tf.math.log(p), axis=1) * reward)",
        ),
        ("", "-tf.reduce_mean(tf.nn.log_softmax(p) * reward[:, None])"),
    ],
)
def test_fires_on_a_real_step(graph: str, soft: str, loss: str) -> None:
    cell = LOOP.format(graph=graph, soft=soft, loss=loss)
    assert "loss-blind-to-classes" in rules_of(cell, "--no-trials --no-experiment")


@pytest.mark.keras
@pytest.mark.parametrize("graph", ["", "@tf.function"], ids=["op by op", "traced"])
@pytest.mark.parametrize(
    ("soft", "loss"),
    [
        (
            ', activation="softmax"',
            "-tf.reduce_mean(tf.reduce_sum(tf.math.log(p) * tf.one_hot(labels, 3), axis=1))",
        ),
        (
            ', activation="softmax"',
            "-tf.reduce_mean(tf.gather(tf.math.log(p), labels, axis=1, batch_dims=1) * reward)",
        ),
        (
            ', activation="softmax"',
            "tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, p))",
        ),
        ("", "tf.reduce_mean(tf.square(p - reward[:, None]))"),
    ],
)
def test_stays_silent_on_a_real_step(graph: str, soft: str, loss: str) -> None:
    cell = LOOP.format(graph=graph, soft=soft, loss=loss)
    assert "loss-blind-to-classes" not in rules_of(cell, "--no-trials --no-experiment")
