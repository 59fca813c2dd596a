from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.longer_loop import LongerLoop
from nbdoctor.rules.training.loop_ends_early import loop_ends_early
from tests.rules.ran import rules_of

GAP = Attained(kind="classes", score=0.4, ceiling=0.9, rows=512, counted=512)
LONGER = LongerLoop(made=120, more=480, before=0.4, after=0.85)


def test_fires() -> None:
    (finding,) = loop_ends_early(LONGER, GAP)
    assert "120 steps. 480 more" in finding.says
    assert "from 0.4 to 0.85" in finding.says


@pytest.mark.parametrize(
    ("longer", "attained"),
    [
        pytest.param(replace(LONGER, after=0.42), GAP, id="no gain"),
        pytest.param(replace(LONGER, after=0.55), GAP, id="a small part of the gap"),
        pytest.param(LONGER, replace(GAP, score=0.88), id="no gap"),
    ],
)
def test_stays_silent(longer: LongerLoop, attained: Attained) -> None:
    assert not list(loop_ends_early(longer, attained))


def test_treatment() -> None:
    (finding,) = loop_ends_early(LONGER, GAP)
    (advice,) = loop_ends_early.treatments(finding, Cell(""))
    assert "more epochs" in advice.text


LOOP = """
rng = np.random.default_rng(0)
x = rng.normal(size=(400, 6)).astype("float32")
y = (x[:, 0] > 0).astype("int64")
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)])
optimizer = keras.optimizers.SGD({rate})
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

@tf.function
def step(a, b):
    with tf.GradientTape() as tape:
        loss = loss_of(b, model(a, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

for epoch in range(5):
    for start in range(0, 400, 16):
        step(x[start:start + 16], y[start:start + 16])
"""


@pytest.mark.keras
@pytest.mark.parametrize(("rate", "fires"), [(0.003, True), (0.3, False), (1e-9, False)])
def test_on_a_real_loop(rate: float, fires: bool) -> None:
    found = rules_of(LOOP.format(rate=rate), "--no-trials")
    assert ("loop-ends-early" in found) is fires
    assert ("below-simple-models" in found) is (rate < 0.1)
