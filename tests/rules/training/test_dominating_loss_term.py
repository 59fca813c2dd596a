from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.loss_parts import LossPart, LossParts
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from nbdoctor.rules.training.dominating_loss_term import dominating_loss_term

DATA = LossPart(kind="data", before=1.2, after=1.0)
ADDED = LossPart(kind="activity", layer="dense", before=40.0, after=0.5)


def findings(added: LossPart = ADDED, spread: float = 0.01) -> list[Finding]:
    parts = LossParts(parts=(DATA, added), after_training=True, spread=spread, deviation=1.0)
    return list(dominating_loss_term(parts))


def test_fires() -> None:
    (finding,) = findings()
    assert "the term that `dense` adds was 40 and the loss on the data 1.2" in finding.says


@pytest.mark.parametrize(
    ("added", "spread"),
    [
        pytest.param(ADDED, 0.8, id="the model learns"),
        pytest.param(replace(ADDED, before=0.4, after=0.1), 0.01, id="a small term"),
        pytest.param(replace(ADDED, after=60.0), 0.01, id="a term that has grown"),
    ],
)
def test_stays_silent(added: LossPart, spread: float) -> None:
    assert findings(added, spread) == []


def test_does_not_apply_to_regularizers_of_weights() -> None:
    with pytest.raises(DoesNotApplyError):
        findings(replace(ADDED, kind="weights"))


def test_treatment() -> None:
    (finding,) = findings(replace(ADDED, line=7))
    (advice,) = dominating_loss_term.treatments(finding, Cell("model.fit(x, y)\n"))
    assert "in line 7" in advice.text


CELL = """
keras.utils.set_random_seed(0)
hidden = keras.layers.Dense(8, activity_regularizer=keras.regularizers.L2(FACTOR))
model = keras.Sequential([keras.Input((4,)), hidden, keras.layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.02), "mse")
wanted = (x - 0.5) @ np.array([[1.0], [2.0], [-1.0], [0.5]], "float32")
model.fit(x, wanted, epochs=60, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize(("factor", "fires"), [("100.0", True), ("0.0001", False)])
def test_on_a_real_model(factor: str, fires: bool) -> None:
    from tests.rules.ran import rules_of

    found = rules_of(CELL.replace("FACTOR", factor), "--no-trials")
    assert ("dominating-loss-term" in found) is fires
    assert "overpowering-regularizer" not in found
