from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.rules.training.nothing_trained import nothing_trained
from nbdoctor.rules.treatment import placeholders


def fit(epochs: int, initial_epoch: int = 0, **more: Any) -> Fit:
    return Fit(data_kind="arrays", epochs=epochs, initial_epoch=initial_epoch, **more)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param(fit(0), "With `epochs=0` there is no training step", id="none"),
        pytest.param(fit(-1), "`epochs=-1`", id="below zero"),
        pytest.param(fit(5, 5), "starts at `initial_epoch=5`", id="ends where it begins"),
        pytest.param(fit(5, 10), "ends at `epochs=5`", id="ends before it begins"),
    ],
)
def test_fires(given: Fit, words: str) -> None:
    (finding,) = nothing_trained(given)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(fit(1), id="one epoch"),
        pytest.param(fit(100), id="many"),
        pytest.param(fit(6, 5), id="one more"),
        pytest.param(fit(1, steps_per_epoch=0), id="zero steps count as not given"),
        pytest.param(fit(1, steps_planned=None), id="length unknown"),
        pytest.param(fit(1, -1), id="a beginning below zero"),
    ],
)
def test_stays_silent(given: Fit) -> None:
    assert not list(nothing_trained(given))


@pytest.mark.parametrize(
    ("given", "words"),
    [(fit(5, 5), "For 5 more epochs pass `epochs=10`."), (fit(0, 3), "one more epoch pass")],
)
def test_treatment_says_how_to_go_on(given: Fit, words: str) -> None:
    (finding,) = nothing_trained(given)
    (treatment,) = nothing_trained.treatments(finding, Cell("model.fit(x, y, epochs=0)\n"))
    assert words in treatment.text
    assert treatment.patched is None


def test_treatment_leaves_the_number_to_the_user() -> None:
    (finding,) = nothing_trained(fit(0))
    (treatment,) = nothing_trained.treatments(finding, Cell("model.fit(x, y, epochs=0)\n"))
    assert treatment.patched == "model.fit(x, y, epochs=FILL_IN_EPOCHS)\n"
    assert placeholders(treatment.patched) == ["FILL_IN_EPOCHS"]
    assert "`FILL_IN_EPOCHS`" in treatment.text


@pytest.mark.keras
@pytest.mark.parametrize(
    ("epochs", "first", "sick"), [(0, 0, True), (2, 2, True), (2, 1, False), (1, 0, False)]
)
def test_keras_makes_no_epoch(epochs: int, first: int, sick: bool) -> None:
    import keras
    import numpy as np

    x = np.zeros((8, 2), "float32")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(x, x[:, :1], epochs=epochs, initial_epoch=first, verbose=0)
    assert (history.history == {}) is sick
    assert bool(list(nothing_trained(fit(epochs, first)))) is sick
