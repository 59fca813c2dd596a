import ast
from dataclasses import replace
from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.callbacks import Callback, Callbacks
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.useless_learning_rate import useless_learning_rate

ZERO = Updates(optimizer="SGD", rate_now=0.0)
RAN_OUT = replace(ZERO, scheduled=True, rate_middle=0.0, rate_end=0.0, iterations=1_000)
STOPS = Callbacks(callbacks=(Callback(kind="EarlyStopping", monitor="val_loss"),))
SETS = Callbacks(callbacks=(Callback(kind="LearningRateScheduler"),))
OWN = Callbacks(callbacks=(Callback(kind="WarmUp", own=True),))


@pytest.mark.parametrize(
    ("updates", "callbacks", "words"),
    [
        pytest.param(ZERO, None, "is 0, so no step changes a weight", id="zero"),
        pytest.param(
            replace(ZERO, rate_now=-0.01),
            None,
            "is -0.01, so every step increases the loss",
            id="up",
        ),
        pytest.param(replace(ZERO, rate_now=-0.01), SETS, "-0.01", id="below zero is never meant"),
        pytest.param(
            RAN_OUT, None, "1,000 steps, and its schedule ended at a rate of 0", id="again"
        ),
        pytest.param(replace(RAN_OUT, iterations=0), STOPS, "is 0", id="a schedule of zeros"),
    ],
)
def test_fires(updates: Updates, callbacks: Callbacks | None, words: str) -> None:
    (finding,) = useless_learning_rate(updates, callbacks)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "updates",
    [
        pytest.param(replace(ZERO, rate_now=1e-12), id="tiny has its own rule"),
        pytest.param(replace(ZERO, rate_now=0.01), id="usual"),
        pytest.param(replace(ZERO, rate_now=10.0), id="high has its own rule"),
        pytest.param(replace(RAN_OUT, rate_now=0.1), id="a schedule that ends at zero"),
    ],
)
def test_stays_silent(updates: Updates) -> None:
    assert not list(useless_learning_rate(updates, None))


@pytest.mark.parametrize(
    ("updates", "callbacks"),
    [
        pytest.param(replace(ZERO, rate_now=None), None, id="the rate cannot be read"),
        pytest.param(replace(RAN_OUT, iterations=0, rate_middle=0.1), None, id="warm-up"),
        pytest.param(replace(RAN_OUT, rate_end=0.1), None, id="it rises at the end"),
        pytest.param(replace(RAN_OUT, rate_middle=None), None, id="steps unknown"),
        pytest.param(ZERO, SETS, id="a scheduler sets it"),
        pytest.param(ZERO, OWN, id="a callback of the user's may set it"),
    ],
)
def test_does_not_apply_where_it_may_rise(updates: Updates, callbacks: Callbacks | None) -> None:
    with pytest.raises(DoesNotApplyError):
        list(useless_learning_rate(updates, callbacks))


CELL = "model.compile(keras.optimizers.SGD(-0.01), 'mse')  # up\n"


def test_treatment() -> None:
    (finding,) = useless_learning_rate(replace(ZERO, rate_now=-0.01), None)
    (rate,) = useless_learning_rate.treatments(finding, Cell(CELL))
    after = CELL.replace("-0.01", "0.01")
    assert rate.patched == after
    ast.parse(after)
    (again,) = useless_learning_rate.treatments(finding, Cell(after))
    assert again.patched is None


@pytest.mark.parametrize(
    ("updates", "cell", "words"),
    [
        (RAN_OUT, CELL, "new optimizer"),
        (replace(RAN_OUT, iterations=0), CELL, "at about 0.01"),
        (ZERO, "model.fit(x, y)\n", "`SGD(learning_rate=0.01)`"),
        (replace(ZERO, optimizer="Adam"), "model.fit(x, y)\n", "`Adam(learning_rate=0.001)`"),
    ],
)
def test_treatment_is_advice_elsewhere(updates: Updates, cell: str, words: str) -> None:
    (finding,) = useless_learning_rate(updates, None)
    (rate,) = useless_learning_rate.treatments(finding, Cell(cell))
    assert rate.patched is None
    assert words in rate.text


@pytest.mark.keras
@pytest.mark.parametrize(("rate", "sick"), [(0.0, True), (-0.1, True), (0.1, False)])
def test_on_a_real_model(rate: Any, sick: bool) -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse")
    found = {f.rule: f.because_of for f in diagnose(model, x, x[:, :1]).findings}
    assert ("useless-learning-rate" in found) is sick
    if rate == 0:
        assert found.get("weights-stand-still", "useless-learning-rate") == "useless-learning-rate"
