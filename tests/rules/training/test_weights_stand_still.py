from dataclasses import replace
from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.gradients import Gradients, WeightGradient
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.trained import Trained
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from nbdoctor.rules.training.weights_stand_still import weights_stand_still

STILL = Updates(optimizer="Adam", rate_now=0.001, moved=0, weights=4)
KERNEL = WeightGradient(
    path="dense/kernel", layer="dense", norms=(0.0, 0.0), weight_norm=1.0, is_kernel=True
)
ZERO = Gradients(weights=(KERNEL,))
FLOWS = Gradients(weights=(replace(KERNEL, norms=(0.3,)),))
LOSS = LossAtInit(reported=0.7, rehearsed=0.7, penalty=0.0, data=0.7)


def judged(updates: Updates = STILL, **given: Any) -> list[Finding]:
    names = ("gradients", "loss", "trained")
    return list(weights_stand_still(updates, *(given.get(name) for name in names)))


@pytest.mark.parametrize(
    ("updates", "given", "words"),
    [
        pytest.param(STILL, {}, "leaves all 4 trainable weights unchanged.", id="nothing"),
        pytest.param(STILL, {"gradients": ZERO, "loss": LOSS}, "A step of `Adam`", id="zero"),
        pytest.param(
            STILL,
            {"trained": Trained(trainable=4, moved=0)},
            "Training did not change them either.",
            id="after training",
        ),
        pytest.param(replace(STILL, rate_now=0.0), {"gradients": FLOWS}, "all 4", id="rate of 0"),
        pytest.param(replace(STILL, weights=1), {}, "the only weight", id="one weight"),
    ],
)
def test_fires(updates: Updates, given: dict[str, Any], words: str) -> None:
    (finding,) = judged(updates, **given)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    ("updates", "given"),
    [
        pytest.param(replace(STILL, moved=4), {}, id="all move"),
        pytest.param(replace(STILL, moved=1), {}, id="one moves"),
        pytest.param(replace(STILL, moved=4), {"gradients": ZERO}, id="weight decay moves them"),
        pytest.param(STILL, {"trained": Trained(trainable=4, moved=4)}, id="training moved them"),
        pytest.param(STILL, {"trained": Trained(trainable=4, moved=1)}, id="training moved one"),
        pytest.param(
            replace(STILL, moved=4), {"trained": Trained(trainable=4, moved=0)}, id="put back later"
        ),
    ],
)
def test_stays_silent(updates: Updates, given: dict[str, Any]) -> None:
    assert not judged(updates, **given)


@pytest.mark.parametrize(
    ("updates", "given", "why"),
    [
        (replace(STILL, weights=0), {}, "no weight is trainable"),
        (replace(STILL, accumulates=4), {}, "over 4 steps"),
        (replace(STILL, rate_now=0.0, rate_end=0.1), {}, "starts at 0"),
        (
            STILL,
            {"gradients": Gradients(weights=(replace(KERNEL, non_finite=True),))},
            "not finite",
        ),
        (STILL, {"loss": replace(LOSS, rehearsed=0.0)}, "already 0"),
    ],
)
def test_does_not_apply_where_it_is_meant(
    updates: Updates, given: dict[str, Any], why: str
) -> None:
    with pytest.raises(DoesNotApplyError, match=why):
        judged(updates, **given)


@pytest.mark.parametrize(
    ("gradients", "word"), [(ZERO, "exactly 0"), (FLOWS, "learning rate"), (None, "learning rate")]
)
def test_treatment(gradients: Gradients | None, word: str) -> None:
    (finding,) = judged(gradients=gradients)
    (treatment,) = weights_stand_still.treatments(finding, Cell("model.fit(x, y)\n"))
    assert word in treatment.text


@pytest.mark.keras
@pytest.mark.parametrize(("bias", "sick"), [(-9.0, True), (0.5, False)])
def test_on_a_real_model(bias: float, sick: bool) -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    x = np.random.default_rng(0).uniform(size=(64, 4)).astype("float32")
    start = keras.initializers.Constant(bias)
    only = keras.layers.Dense(1, activation="relu", bias_initializer=start)
    model = keras.Sequential([keras.Input((4,)), only])
    model.compile("sgd", "mse")
    found = {f.rule for f in diagnose(model, x, x[:, :1]).findings}
    assert ("weights-stand-still" in found) is sick
