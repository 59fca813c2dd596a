from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.sharing import Sharing
from nbdoctor.rules.objective.climbing_loss import climbing_loss
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

HEAD = Head(outputs=(Output(name="y", layer="dense", loss="binary_crossentropy"),))
CLIMBS = LossAtInit(reported=-0.7, rehearsed=-0.7, penalty=0.0, data=-0.7, recomputed=0.702)


def test_fires() -> None:
    (finding,) = climbing_loss(CLIMBS, HEAD, None)
    assert "`binary_crossentropy` is 0.702, and the step differentiates -0.7" in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")
    (advice,) = climbing_loss.treatments(finding, Cell("loss = -loss_of(y, model(x))"))
    assert "minus sign" in advice.text


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param(replace(CLIMBS, rehearsed=0.7), id="the loss itself"),
        pytest.param(replace(CLIMBS, rehearsed=-1.4), id="a loss with more terms"),
        pytest.param(replace(CLIMBS, rehearsed=0.0, recomputed=0.0), id="no loss left"),
    ],
)
def test_stays_silent(loss: LossAtInit) -> None:
    assert not list(climbing_loss(loss, HEAD, None))


@pytest.mark.parametrize(
    ("loss", "sharing"),
    [
        pytest.param(replace(CLIMBS, recomputed=None), None, id="a loss of the user's"),
        pytest.param(CLIMBS, Sharing(name="maker", part_of=("joint",)), id="an adversary"),
    ],
)
def test_does_not_apply(loss: LossAtInit, sharing: Sharing | None) -> None:
    with pytest.raises(DoesNotApplyError):
        list(climbing_loss(loss, HEAD, sharing))


LOOP = """
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = keras.optimizers.SGD(0.01)
for epoch in range(3):
    with tf.GradientTape() as tape:
        loss = {sign}loss_of(y, model(x, training=True))
    found = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(found, model.trainable_variables))
"""


@pytest.mark.keras
@pytest.mark.parametrize(("sign", "sick"), [("-", True), ("", False)])
def test_on_a_real_loop(sign: str, sick: bool) -> None:
    assert ("climbing-loss" in rules_of(LOOP.format(sign=sign), "--no-trials")) is sick
