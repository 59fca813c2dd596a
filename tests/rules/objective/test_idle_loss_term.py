import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.step_account import StepCode
from nbdoctor.rules.objective.idle_loss_term import idle_loss_term
from tests.rules.ran import rules_of


def test_fires() -> None:
    (finding,) = idle_loss_term(StepCode(idle_terms=(7, 7)))
    assert "In line 7" in finding.says
    assert finding.where.line == 7


def test_stays_silent() -> None:
    assert not list(idle_loss_term(StepCode()))


def test_treatment() -> None:
    (finding,) = idle_loss_term(StepCode(idle_terms=(None,)))
    (advice,) = idle_loss_term.treatments(finding, Cell(""))
    assert "stop_gradient" in advice.text


STEP = """
teacher = build()
class Student(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = keras.layers.Dense(2, activation="softmax")
    def call(self, inputs):
        return self.inner(inputs)
    def train_step(self, data):
        inputs, labels = data
        with tf.GradientTape() as tape:
            large = teacher(inputs, training=False)
            small = self(inputs, training=True)
            distance = {distance}
            loss = distance + self.compute_loss(y=labels, y_pred=small)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {{"loss": loss}}
model = Student()
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x, y, verbose=0)
"""

LOOP = """
model, teacher = build(), build()
optimizer = keras.optimizers.SGD()
for _ in range(3):
    with tf.GradientTape() as tape:
        large = teacher(x, training=False)
        small = model(x, training=True)
        distance = {distance}
        loss = distance + tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, small))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
"""


@pytest.mark.keras
@pytest.mark.parametrize("cell", [STEP, LOOP], ids=["step", "loop"])
@pytest.mark.parametrize(
    "distance",
    [
        "keras.losses.KLDivergence()(large, large)",
        "0.1 * tf.reduce_mean(tf.square(tf.stop_gradient(small) - large))",
        "tf.reduce_mean(tf.round(small))",
    ],
)
def test_fires_on_a_real_step(cell: str, distance: str) -> None:
    found = rules_of(cell.format(distance=distance), "--no-trials --no-experiment")
    assert "idle-loss-term" in found


@pytest.mark.keras
@pytest.mark.parametrize("cell", [STEP, LOOP], ids=["step", "loop"])
@pytest.mark.parametrize(
    "distance",
    [
        "keras.losses.KLDivergence()(large, small)",
        "tf.reduce_mean(tf.square(small - tf.stop_gradient(large)))",
        "tf.reduce_mean(tf.cast(labels if 'labels' in dir() else y, 'float32'))",
        "0.5",
    ],
)
def test_stays_silent_on_a_real_step(cell: str, distance: str) -> None:
    found = rules_of(cell.format(distance=distance), "--no-trials --no-experiment")
    assert "idle-loss-term" not in found
