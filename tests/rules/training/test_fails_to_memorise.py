from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.memorised import Memorised
from nbdoctor.readings.missing import NotTakenError
from nbdoctor.rules.training.fails_to_memorise import fails_to_memorise
from tests.rules.ran import rules_of

STUCK = Memorised(rows=32, steps=300, before=0.05, after=0.08)


def test_fires() -> None:
    (finding,) = fails_to_memorise(STUCK)
    assert "300 further steps with the same 32 rows" in finding.says
    assert "from 0.05 to 0.08" in finding.says


@pytest.mark.parametrize(
    "batch",
    [
        pytest.param(replace(STUCK, after=0.97), id="known"),
        pytest.param(replace(STUCK, after=0.4), id="on its way"),
    ],
)
def test_stays_silent(batch: Memorised) -> None:
    assert not list(fails_to_memorise(batch))


def test_few_steps_are_for_want_of_time() -> None:
    with pytest.raises(NotTakenError) as late:
        list(fails_to_memorise(replace(STUCK, steps=40)))
    assert late.value.missing.kind == "no time"


def test_treatment() -> None:
    (finding,) = fails_to_memorise(STUCK)
    (advice,) = fails_to_memorise.treatments(finding, Cell(""))
    assert "output layer fits the loss" in advice.text


CELL = """rng = np.random.default_rng(0)
keras.utils.set_random_seed(0)
a = rng.normal(size=(400, 6)).astype("float32")
b = (a[:, 0] + a[:, 1] > 0).astype("int32")
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(16, "relu"),
                          keras.layers.Dense(1, "{head}")])
model.compile(keras.optimizers.{optimizer}, "{loss}")
model.fit(a, b, epochs={epochs}, batch_size=32, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize(
    ("head", "loss", "optimizer", "epochs", "fires"),
    [
        pytest.param("sigmoid", "binary_crossentropy", "Adam(1e-9)", 2, True, id="no rate"),
        pytest.param("sigmoid", "binary_crossentropy", "Adam(0.01)", 1, False, id="too short"),
        pytest.param("sigmoid", "binary_crossentropy", "Adam(0.01)", 20, False, id="healthy"),
    ],
)
def test_on_real_models(head: str, loss: str, optimizer: str, epochs: int, fires: bool) -> None:
    cell = CELL.format(head=head, loss=loss, optimizer=optimizer, epochs=epochs)
    found = rules_of(cell, "--no-trials --budget 60")
    assert ("fails-to-memorise" in found) is fires
