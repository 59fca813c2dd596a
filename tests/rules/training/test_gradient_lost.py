from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.handed_gradients import HandedGradients
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.gradient_lost import gradient_lost
from tests.rules.ran import rules_of
from tests.rules.training.test_loss_ascended import LOOP, PLAIN

WHOLE = HandedGradients(grows=1, optimizer="SGD", labels_vary=True)


@pytest.mark.parametrize(
    ("handed", "words", "severity"),
    [
        pytest.param(replace(WHOLE, ratio=0.0, cosine=float("nan")), "nothing", "critical", id="0"),
        pytest.param(replace(WHOLE, ratio=1e-5), "1e-5 times", "warning", id="clipped"),
        pytest.param(replace(WHOLE, ratio=1e5), "100,000 times", "warning", id="multiplied"),
        pytest.param(replace(WHOLE, cosine=0.01), "direction", "warning", id="mixed up"),
        pytest.param(replace(WHOLE, ratio=8.0, passes=8), "sum of 8", "note", id="summed"),
    ],
)
def test_fires(handed: HandedGradients, words: str, severity: str) -> None:
    (finding,) = gradient_lost(handed)
    assert words in finding.says
    assert finding.severity == severity


@pytest.mark.parametrize(
    "handed",
    [
        pytest.param(WHOLE, id="as they are"),
        pytest.param(replace(WHOLE, ratio=0.05), id="clipped by the norm"),
        pytest.param(replace(WHOLE, ratio=1.0, passes=8), id="averaged"),
        pytest.param(replace(WHOLE, ratio=1e-6, optimizer="Adam"), id="Adam does not care"),
        pytest.param(replace(WHOLE, ratio=8.0, passes=8, optimizer="Adam"), id="nor of sums"),
        pytest.param(replace(WHOLE, cosine=-1.0), id="another rule's"),
    ],
)
def test_stays_silent(handed: HandedGradients) -> None:
    assert not list(gradient_lost(handed))


@pytest.mark.parametrize(
    "handed", [replace(WHOLE, ratio=None), replace(WHOLE, ratio=1e-5, scaled=True)]
)
def test_does_not_apply_without_a_gradient_or_to_scaled_ones(handed: HandedGradients) -> None:
    with pytest.raises(DoesNotApplyError):
        list(gradient_lost(handed))


def test_treatment() -> None:
    (finding,) = gradient_lost(replace(WHOLE, ratio=1e-5))
    (advice,) = gradient_lost.treatments(finding, Cell(""))
    assert "clipping" in advice.text
    (finding,) = gradient_lost(replace(WHOLE, ratio=8.0, passes=8))
    (advice,) = gradient_lost.treatments(finding, Cell(""))
    assert "Divide" in advice.text


@pytest.mark.keras
@pytest.mark.parametrize("traced", ["", "@tf.function"])
@pytest.mark.parametrize(
    ("gradients", "fires"),
    [
        ("[tf.clip_by_value(one, -1e-7, 1e-7) for one in gradients]", True),
        ("[0.0 * one for one in gradients]", True),
        ("[tf.clip_by_norm(one, 0.1) for one in gradients]", False),
    ],
)
def test_on_a_real_loop(traced: str, gradients: str, fires: bool) -> None:
    cell = LOOP.format(traced=traced, loss=PLAIN, gradients=gradients)
    assert ("gradient-lost" in rules_of(cell, "--no-trials")) is fires


SUMMED = """
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
optimizer = keras.optimizers.SGD(0.01)
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
total = None
for start in range(0, 32, 4):
    with tf.GradientTape() as tape:
        loss = loss_of(y[start:start + 4], model(x[start:start + 4], training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    total = gradients if total is None else [a + b for a, b in zip(total, gradients)]
optimizer.apply_gradients(zip([one / {by} for one in total], model.trainable_variables))
"""


@pytest.mark.keras
@pytest.mark.parametrize(("by", "fires"), [(1, True), (8, False)])
def test_on_micro_batches(by: int, fires: bool) -> None:
    found = rules_of(SUMMED.format(by=by), "--no-trials")
    assert ("gradient-lost" in found) is fires
