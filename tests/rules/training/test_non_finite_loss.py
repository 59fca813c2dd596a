import math
from dataclasses import replace
from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.activations import Activations
from nbdoctor.readings.gradients import Gradients, WeightGradient
from nbdoctor.readings.history import History
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.loss_parts import LossPart, LossParts
from nbdoctor.readings.updates import Updates
from nbdoctor.readings.weights import Weight, Weights
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from nbdoctor.rules.training.non_finite_loss import non_finite_loss

LOSS = LossAtInit(reported=1.1, rehearsed=1.1, penalty=0.0, data=1.1)
NAN = replace(LOSS, rehearsed=math.nan)
UPDATES = Updates(optimizer="SGD", loss_before=(1.1, 3.0), loss_after=(3.0, 9.0))
BLOWN = replace(UPDATES, loss_after=(3.0, math.inf))
HISTORY = History(values={"loss": (1.1, 0.9), "val_loss": (1.0, 0.9)}, epochs=2)
LATE = History(values={"loss": (1.1, math.nan)}, epochs=2)
CLEAN = Activations(layers=(), rows=32)
BROKEN = replace(CLEAN, first_non_finite="log_layer")
KERNEL = WeightGradient(
    path="dense/kernel", layer="dense", norms=(1.0,), weight_norm=1.0, is_kernel=True
)
GRADIENTS = Gradients(weights=(KERNEL, replace(KERNEL, path="out/kernel", non_finite=True)))
GAPS = Inputs(tensors=(InputTensor(name="x", variable="x_train", rows=9, nan=2),))
NO_LABEL = Labels(targets=(Target(name="y", variable="y_train", nan=1),))
DEAD = Weights(
    weights=(
        Weight(
            path="dense/kernel",
            layer="dense",
            shape=(2, 2),
            trainable=True,
            mean=0.0,
            std=0.0,
            norm=0.0,
            non_finite=4,
        ),
    )
)

NAMES = (
    "loss",
    "updates",
    "history",
    "weights",
    "inputs",
    "labels",
    "activations",
    "gradients",
    "parts",
)


def judged(**given: Any) -> list[Finding]:
    return list(non_finite_loss(*(given.get(name) for name in NAMES)))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param(
            {"loss": NAN, "activations": CLEAN},
            ("The first step has a loss of NaN", "it occurs in the loss"),
            id="the loss alone",
        ),
        pytest.param(
            {"loss": NAN, "activations": BROKEN}, ("`log_layer` is the first layer",), id="a layer"
        ),
        pytest.param(
            {"loss": NAN, "inputs": GAPS, "activations": BROKEN},
            ("`x_train` contains NaN",),
            id="gaps",
        ),
        pytest.param({"loss": NAN, "labels": NO_LABEL}, ("`y_train` contains NaN",), id="labels"),
        pytest.param(
            {"loss": NAN, "weights": DEAD, "inputs": GAPS},
            ("`dense/kernel` contains NaN or infinity before",),
            id="weights of an earlier run",
        ),
        pytest.param(
            {"loss": LOSS, "updates": BLOWN},
            ("after 2 steps on it, has a loss of infinity", "it occurs during training"),
            id="the second step",
        ),
        pytest.param(
            {"loss": LOSS, "updates": BLOWN, "gradients": GRADIENTS},
            ("the gradient of `out/kernel` was not",),
            id="an infinite slope",
        ),
        pytest.param(
            {"parts": LossParts(parts=(LossPart(kind="data", before=0.4, after=math.nan),))},
            ("The first batch, asked again after training, has a loss of NaN",),
            id="a loop has ended",
        ),
        pytest.param({"loss": LOSS, "history": LATE}, ("Epoch 2 has a loss",), id="in training"),
        pytest.param({"history": LATE}, ("Epoch 2 has a loss",), id="only the log is known"),
        pytest.param(
            {"history": History(values={"loss": (1.0,), "val_loss": (math.nan,)}, epochs=1)},
            ("Validation in epoch 1",),
            id="only in validation",
        ),
        pytest.param(
            {"loss": NAN, "activations": replace(CLEAN, after_training=True)},
            ("do not recover",),
            id="the layers of the first step are gone",
        ),
        pytest.param(
            {
                "loss": NAN,
                "activations": replace(
                    CLEAN, after_training=True, first_non_finite="dense", non_finite_at_start="own"
                ),
            },
            ("`own`",),
            id="the layers of the first step are remembered",
        ),
    ],
)
def test_fires(given: dict[str, Any], words: tuple[str, ...]) -> None:
    (finding,) = judged(**given)
    assert all(word in finding.says for word in words)
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"loss": LOSS}, id="a finite loss"),
        pytest.param({"loss": LOSS, "updates": UPDATES}, id="it rises, but is finite"),
        pytest.param({"loss": LOSS, "history": HISTORY}, id="a finite log"),
        pytest.param({"history": HISTORY}, id="only the log"),
        pytest.param(
            {"parts": LossParts(parts=(LossPart(kind="data", before=0.4, after=0.1),))},
            id="a loop that ends well",
        ),
        pytest.param({"loss": replace(LOSS, rehearsed=1e30)}, id="large is finite"),
        pytest.param({"loss": LOSS, "inputs": GAPS}, id="gaps that the model deals with"),
        pytest.param({"loss": LOSS, "weights": DEAD}, id="NaN that does not reach the loss"),
        pytest.param(
            {"loss": LOSS, "gradients": GRADIENTS}, id="a gradient beyond half precision, scaled"
        ),
        pytest.param(
            {"loss": replace(LOSS, reported=math.nan)}, id="unknown in inference mode only"
        ),
        pytest.param(
            {"history": History(values={"loss": (1.0,), "f1": (math.nan,)}, epochs=1)},
            id="a metric without any hit",
        ),
        pytest.param({"history": History(values={}, epochs=0)}, id="an empty log"),
        pytest.param(
            {"loss": LOSS, "updates": Updates(optimizer="Adam")}, id="no step was measured"
        ),
    ],
)
def test_stays_silent(given: dict[str, Any]) -> None:
    assert not judged(**given)


def test_does_not_apply_without_a_loss() -> None:
    with pytest.raises(DoesNotApplyError, match="no loss"):
        judged(updates=BLOWN)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"loss": NAN, "activations": BROKEN}, "`log_layer`"),
        ({"loss": NAN, "weights": DEAD}, "Rebuild"),
        ({"loss": NAN, "inputs": GAPS}, "rows"),
        ({"loss": NAN, "labels": NO_LABEL}, "rows"),
        ({"loss": NAN, "activations": CLEAN}, "logarithm"),
        ({"loss": NAN}, "learning rate"),
        ({"loss": LOSS, "updates": BLOWN}, "tenth"),
        ({"loss": LOSS, "updates": BLOWN, "gradients": GRADIENTS}, "clipnorm"),
    ],
)
def test_treatment(given: dict[str, Any], word: str) -> None:
    (finding,) = judged(**given)
    (treatment,) = non_finite_loss.treatments(finding, Cell("model.fit(x, y)\n"))
    assert word in treatment.text
    assert (treatment.effect, treatment.patched) == ("advice", None)


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("adam", "poisson")  # of predictions below 0: the logarithm is NaN
    found = {f.rule: f for f in diagnose(model, x, abs(x[:, :1])).findings}
    assert "it occurs in the loss" in found["non-finite-loss"].says
    model.compile("adam", "mse")
    assert "non-finite-loss" not in {f.rule for f in diagnose(model, x, x[:, :1]).findings}
