import ast
from dataclasses import replace
from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.schedule_in_epochs import schedule_in_epochs

FIT = Fit(data_kind="arrays", epochs=50, steps_per_epoch=128, steps_planned=6400)
GONE = Updates(optimizer="Adam", scheduled=True, rate_now=0.01, rate_middle=0.0, rate_end=0.0)


@pytest.mark.parametrize(
    ("updates", "fit", "words"),
    [
        pytest.param(GONE, FIT, "from 0.01 to 0 by the middle of the 6,400", id="cosine"),
        pytest.param(GONE, FIT, "an epoch has 128", id="steps of an epoch"),
        pytest.param(replace(GONE, rate_middle=1e-6), FIT, "to 1e-6", id="exponential"),
        pytest.param(
            replace(GONE, rate_middle=0.00010000000475), FIT, "to 0.0001", id="at the limit"
        ),
        pytest.param(
            GONE, replace(FIT, steps_per_epoch=None), "steps, not epochs.", id="epoch unknown"
        ),
    ],
)
def test_fires(updates: Updates, fit: Fit, words: str) -> None:
    (finding,) = schedule_in_epochs(updates, fit)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("warning", "proof")


@pytest.mark.parametrize(
    "updates",
    [
        pytest.param(replace(GONE, rate_middle=0.005), id="a cosine to zero at the end"),
        pytest.param(replace(GONE, rate_middle=0.001), id="a tenth in the middle"),
        pytest.param(replace(GONE, rate_middle=0.00011), id="just above the limit"),
        pytest.param(replace(GONE, rate_middle=0.1, rate_end=0.0), id="up, then down"),
        pytest.param(replace(GONE, rate_now=0.0), id="nothing to lose: another rule's"),
        pytest.param(replace(GONE, rate_now=0.0, rate_middle=0.01), id="warm-up"),
    ],
)
def test_stays_silent(updates: Updates) -> None:
    assert not list(schedule_in_epochs(updates, FIT))


@pytest.mark.parametrize(
    "updates",
    [
        pytest.param(replace(GONE, scheduled=False), id="a constant rate"),
        pytest.param(replace(GONE, rate_middle=None), id="steps unknown"),
    ],
)
def test_does_not_apply_without_a_schedule(updates: Updates) -> None:
    with pytest.raises(DoesNotApplyError, match="no schedule"):
        list(schedule_in_epochs(updates, FIT))


CELL = "rate = CosineDecay(0.01, decay_steps=epochs)\nmodel.compile(Adam(rate), 'mse')\n"


def test_treatment() -> None:
    (finding,) = schedule_in_epochs(GONE, FIT)
    (steps,) = schedule_in_epochs.treatments(finding, Cell(CELL))
    after = CELL.replace("=epochs", "=6400")
    assert steps.patched == after
    ast.parse(after)
    (again,) = schedule_in_epochs.treatments(finding, Cell(after))
    assert again.patched is None


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("rate = PiecewiseConstantDecay([30, 60], [1, 2, 3])\n", id="several lengths"),
        pytest.param("rate = ExponentialDecay(0.01, 1, 0.5)\n", id="the factor is per length"),
        pytest.param("model.fit(x, y)\n", id="made elsewhere"),
    ],
)
def test_treatment_is_advice_elsewhere(cell: str) -> None:
    (finding,) = schedule_in_epochs(GONE, FIT)
    (steps,) = schedule_in_epochs.treatments(finding, Cell(cell))
    assert steps.patched is None
    assert "(128)" in steps.text


@pytest.mark.keras
@pytest.mark.parametrize(("length", "sick"), [(5, True), (20, False)])
def test_on_a_real_model(length: Any, sick: bool) -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    x = np.random.default_rng(0).normal(size=(128, 4)).astype("float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    rate = keras.optimizers.schedules.CosineDecay(0.01, decay_steps=length)
    model.compile(keras.optimizers.Adam(rate), "mse")
    found = {f.rule for f in diagnose(model, x, x[:, :1], epochs=5).findings}
    assert ("schedule-in-epochs" in found) is sick
