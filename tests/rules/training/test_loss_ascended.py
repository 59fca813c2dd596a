from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.handed_gradients import HandedGradients
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.loss_ascended import loss_ascended
from tests.rules.ran import rules_of

DOWN = HandedGradients(grows=1, optimizer="Adam", labels_vary=True)


@pytest.mark.parametrize(
    ("handed", "words"),
    [
        pytest.param(replace(DOWN, grows=-1), "falls as the loss grows", id="negated loss"),
        pytest.param(replace(DOWN, cosine=-1.0), "cosine -1", id="negated gradients"),
    ],
)
def test_fires(handed: HandedGradients, words: str) -> None:
    (finding,) = loss_ascended(handed)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "handed",
    [
        pytest.param(DOWN, id="down"),
        pytest.param(replace(DOWN, grows=-1, cosine=-1.0), id="a score, climbed"),
        pytest.param(replace(DOWN, cosine=0.2), id="another direction"),
    ],
)
def test_stays_silent(handed: HandedGradients) -> None:
    assert not list(loss_ascended(handed))


@pytest.mark.parametrize(
    "handed",
    [
        pytest.param(replace(DOWN, grows=0, cosine=-1.0), id="direction unknown"),
        pytest.param(replace(DOWN, grows=-1, labels_vary=False), id="an adversary"),
    ],
)
def test_does_not_apply(handed: HandedGradients) -> None:
    with pytest.raises(DoesNotApplyError):
        list(loss_ascended(handed))


def test_treatment() -> None:
    (finding,) = loss_ascended(replace(DOWN, grows=-1))
    (advice,) = loss_ascended.treatments(finding, Cell(""))
    assert "minus sign" in advice.text


LOOP = """
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
optimizer = keras.optimizers.SGD(0.01)
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
{traced}
def step(a, b):
    with tf.GradientTape() as tape:
        loss = {loss}
    gradients = tape.gradient(loss, model.trainable_variables)
    gradients = {gradients}
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

for start in range(0, 32, 8):
    step(x[start:start + 8], y[start:start + 8])
"""
PLAIN = "loss_of(b, model(a, training=True))"
SAME = "[one for one in gradients]"
TURNED = "[-one for one in gradients]"
FORMULA = (
    "tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=b, logits=model(a)))"
)


@pytest.mark.keras
@pytest.mark.parametrize("traced", ["", "@tf.function"])
@pytest.mark.parametrize(
    ("loss", "gradients", "fires"),
    [
        (f"-{PLAIN}", SAME, True),
        (f"-1.0 * {PLAIN}", SAME, True),
        (f"0.0 - {PLAIN}", SAME, True),
        (PLAIN, TURNED, True),
        (f"-{FORMULA}", SAME, True),
        (PLAIN, SAME, False),
        (f"0.5 * {PLAIN} + 0.001 * tf.nn.l2_loss(model.weights[0])", SAME, False),
        (f"-{PLAIN}", TURNED, False),
        (PLAIN, "tf.clip_by_global_norm(gradients, 0.1)[0]", False),
    ],
)
def test_on_a_real_loop(traced: str, loss: str, gradients: str, fires: bool) -> None:
    cell = LOOP.format(traced=traced, loss=loss, gradients=gradients)
    assert ("loss-ascended" in rules_of(cell, "--no-trials")) is fires


STEP = """
class Own(keras.Sequential):
    def train_step(self, data):
        a, b = data
        with tf.GradientTape() as tape:
            loss = {sign}self.compute_loss(y=b, y_pred=self(a, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {{"loss": loss}}

model = Own([keras.Input((4,)), keras.layers.Dense(2)])
model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(x, y, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize("sign", ["-", ""])
def test_on_a_step_of_fit(sign: str) -> None:
    assert ("loss-ascended" in rules_of(STEP.format(sign=sign), "--no-trials")) is bool(sign)
