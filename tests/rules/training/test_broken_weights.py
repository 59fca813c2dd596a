from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.gradients import Gradients, WeightGradient
from nbdoctor.readings.left_broken import LeftBroken
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.rules.rule import Finding
from nbdoctor.rules.training.broken_weights import broken_weights
from tests.rules.ran import rules_of

LEFT = LeftBroken(weights=("dense/kernel", "dense/bias"), of=4)
LOSS = LossAtInit(reported=0.7, rehearsed=0.7, penalty=0.0, data=0.7)


def gradients(*broken: str) -> Gradients:
    found = tuple(
        WeightGradient(
            path=path,
            layer="dense",
            norms=(1.0,),
            weight_norm=1.0,
            is_kernel=path.endswith("kernel"),
            non_finite=path in broken,
        )
        for path in ("dense/kernel", "dense/bias")
    )
    return Gradients(weights=found, batches=1)


def finding_of(given: Gradients | None, loss: LossAtInit | None = LOSS) -> Finding:
    (finding,) = broken_weights(LEFT, given, loss)
    return finding


@pytest.mark.parametrize(
    ("given", "words", "advice"),
    [
        pytest.param(
            gradients("dense/bias"),
            "with a loss of 0.7 already gave the optimizer a gradient of `dense/bias`",
            "applied to 0",
            id="at once",
        ),
        pytest.param(gradients(), "so it happened later", "a tenth", id="later"),
        pytest.param(None, "before the loop none did.", "a tenth", id="gradients not known"),
    ],
)
def test_fires(given: Gradients | None, words: str, advice: str) -> None:
    finding = finding_of(given)
    assert "`dense/kernel` and 1 more of 4 weights" in finding.says
    assert words in finding.says
    (offered,) = broken_weights.treatments(finding, Cell("step(x)"))
    assert advice in offered.text


def test_a_loss_that_is_not_known_is_left_out() -> None:
    assert "The first step already gave" in finding_of(gradients("dense/bias"), None).says


def test_stays_silent() -> None:
    assert not list(broken_weights(replace(LEFT, weights=()), gradients("dense/bias"), LOSS))


def test_treatment() -> None:
    (offered,) = broken_weights.treatments(finding_of(gradients()), Cell("step(x)"))
    assert offered.patched is None
    assert "a tenth" in offered.text


LOOP = """
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = keras.optimizers.SGD(0.01)
for epoch in range(3):
    with tf.GradientTape() as tape:
        loss = loss_of(y, model(x, training=True)) + {penalty}
    found = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(found, model.trainable_variables))
"""


@pytest.mark.keras
@pytest.mark.parametrize(
    ("penalty", "sick"),
    [("tf.norm(model.layers[-1].bias)", True), ("tf.norm(model.layers[-1].kernel)", False)],
)
def test_on_a_real_loop(penalty: str, sick: bool) -> None:
    rules = rules_of(LOOP.format(penalty=penalty), "--no-trials")
    assert ("broken-weights" in rules) is sick
