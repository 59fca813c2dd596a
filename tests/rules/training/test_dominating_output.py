from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.loss_parts import LossPart, LossParts
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from nbdoctor.rules.training.dominating_output import dominating_output

PRICE = LossPart(kind="data", output="price", before=9e6, after=2e6, slope=5e5)
KIND = LossPart(kind="data", output="kind", before=0.71, after=0.69, slope=0.3)
HEAD = Head(
    outputs=(
        Output(name="price", loss="mean_squared_error"),
        Output(name="kind", loss="binary_crossentropy"),
    )
)
LABELS = Labels(targets=(Target(name="price", variance=8e6), Target(name="kind", entropy=0.693)))


def findings(*parts: LossPart) -> list[Finding]:
    return list(dominating_output(LossParts(parts=parts, after_training=True), HEAD, LABELS))


def test_fires() -> None:
    (finding,) = findings(PRICE, KIND)
    assert finding.title == "The loss of `price` outweighs that of `kind`"
    assert "gradient of `price` is 1,670,000 times that of `kind`" in finding.says
    assert "the loss of `kind` is 0.69; a constant prediction has 0.693" in finding.says


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(KIND, after=0.2), id="it has learned all the same"),
        pytest.param(replace(KIND, slope=2e4), id="their gradients are of one size"),
    ],
)
def test_stays_silent(other: LossPart) -> None:
    assert findings(PRICE, other) == []


def test_does_not_apply() -> None:
    with pytest.raises(DoesNotApplyError):
        findings(PRICE)
    with pytest.raises(DoesNotApplyError):
        findings(PRICE, replace(KIND, slope=None))


def test_treatment() -> None:
    (finding,) = findings(PRICE, KIND)
    cell = Cell('model.compile("adam", loss={"price": "mse", "kind": "bce"})\n')
    (treated,) = dominating_output.treatments(finding, cell)
    assert treated.patched is not None
    assert 'loss_weights={"price": 1.11e-07, "kind": 1.41}' in treated.patched


CELL = """
keras.utils.set_random_seed(0)
seen = keras.Input((4,))
shared = keras.layers.Dense(8, activation="relu")(seen)
price = keras.layers.Dense(1, name="price")(shared)
kind = keras.layers.Dense(1, activation="sigmoid", name="kind")(shared)
model = keras.Model(seen, {"price": price, "kind": kind})
model.compile("adam", {"price": "mse", "kind": "binary_crossentropy"})
prices = SCALE * (1 + x[:, :1])
model.fit(x, {"price": prices, "kind": np.arange(32) % 2}, epochs=2, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize(("scale", "fires"), [("10000", True), ("1", False)])
def test_on_a_real_model(scale: str, fires: bool) -> None:
    from tests.rules.ran import rules_of

    found = rules_of(CELL.replace("SCALE", scale), "--no-trials")
    assert ("dominating-output" in found) is fires
