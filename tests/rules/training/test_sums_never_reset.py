from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.kept_sums import KeptSums
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.sums_never_reset import sums_never_reset
from tests.rules.ran import rules_of

KEPT = KeptSums(name="sums", steps=6, updates=3, norms=(9.0, 9.5, 10.0, 10.5, 11.0, 11.5))


def test_fires() -> None:
    (finding,) = sums_never_reset(KEPT)
    assert "In 6 steps on copies the optimizer made 3 updates, and `sums`" in finding.says


def test_stays_silent() -> None:
    assert not list(sums_never_reset(replace(KEPT, norms=(1.0, 2.0, 0.0, 1.0, 2.0, 0.0))))


def test_does_not_apply_to_variables_that_stand_still() -> None:
    with pytest.raises(DoesNotApplyError):
        list(sums_never_reset(replace(KEPT, norms=(1.0, 1.0))))


def test_treatment() -> None:
    (finding,) = sums_never_reset(KEPT)
    (advice,) = sums_never_reset.treatments(finding, Cell(""))
    assert "gradient_accumulation_steps" in advice.text


CELL = """
class Adding(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = keras.layers.Dense(2, activation="softmax")
        self.step = tf.Variable(0, trainable=False)
        self.sums = []
    def call(self, inputs):
        return self.out(inputs)
    def prepare(self):
        self.sums = [tf.Variable(tf.zeros_like(v.value)) for v in self.trainable_variables]
    def train_step(self, data):
        inputs, labels = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(y=labels, y_pred=self(inputs, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.step.assign_add(1)
        for total, gradient in zip(self.sums, gradients):
            total.assign_add(gradient)
        tf.cond(tf.equal(self.step % 2, 0), self.update, lambda: None)
        return {{"loss": loss}}
    def update(self):
        self.optimizer.apply_gradients(zip(self.sums, self.trainable_variables))
        {after}
model = Adding()
model(x[:1])
model.prepare()
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x, y, batch_size=8, epochs=3, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize(
    ("after", "fires"),
    [("pass", True), ("[total.assign(tf.zeros_like(total)) for total in self.sums]", False)],
)
def test_on_a_real_step(after: str, *, fires: bool) -> None:
    found = rules_of(CELL.format(after=after), "--no-trials --no-experiment")
    assert ("sums-never-reset" in found) is fires
