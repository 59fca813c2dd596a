import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.rules.pipeline.too_many_steps import too_many_steps
from nbdoctor.rules.rule import DoesNotApplyError

FIT = Fit(data_kind="tf.data", steps_given=True, steps_per_epoch=100, batches=10, epochs=5)


@pytest.mark.parametrize(
    ("fit", "words"),
    [
        pytest.param(
            FIT, "`steps_per_epoch` is 100, and the data has 10 batches", id="more than all"
        ),
        pytest.param(replace(FIT, epochs=1), "`steps_per_epoch` is 100", id="in one epoch"),
        pytest.param(
            replace(FIT, steps_per_epoch=6), "5 epochs of 6 steps do not fit", id="uneven"
        ),
    ],
)
def test_fires(fit: Fit, words: str) -> None:
    (finding,) = too_many_steps(fit)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("warning", "proof")


@pytest.mark.parametrize(
    "fit",
    [
        pytest.param(replace(FIT, steps_per_epoch=10), id="exactly one pass"),
        pytest.param(replace(FIT, steps_per_epoch=5), id="half a pass each"),
        pytest.param(replace(FIT, steps_per_epoch=6, epochs=1), id="a part of the data"),
        pytest.param(replace(FIT, steps_per_epoch=3, epochs=3), id="the end is not reached"),
        pytest.param(
            replace(FIT, steps_per_epoch=6, epochs=5, initial_epoch=4), id="one epoch is left"
        ),
    ],
)
def test_stays_silent(fit: Fit) -> None:
    assert not list(too_many_steps(fit))


@pytest.mark.parametrize(
    "fit",
    [
        pytest.param(replace(FIT, steps_given=False), id="steps not given"),
        pytest.param(replace(FIT, batches=None), id="a generator"),
        pytest.param(replace(FIT, endless=True), id="repeated data"),
    ],
)
def test_does_not_apply(fit: Fit) -> None:
    with pytest.raises(DoesNotApplyError):
        list(too_many_steps(fit))


def test_treatment() -> None:
    (finding,) = too_many_steps(FIT)
    before = "model.fit(data, steps_per_epoch=100, epochs=5)\n"
    (treated,) = too_many_steps.treatments(finding, Cell(before))
    assert treated.patched == before.replace("100", "None")
    ast.parse(treated.patched)
    (again,) = too_many_steps.treatments(finding, Cell(treated.patched))
    assert again.patched is None


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).random((32, 4)).astype("float32")

    def fires(steps: int) -> bool:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        report = nbdoctor.diagnose(model, x, x[:, :1], batch_size=8, steps_per_epoch=steps)
        return "too-many-steps" in {finding.rule for finding in report.findings}

    assert fires(5)
    assert not fires(4)
