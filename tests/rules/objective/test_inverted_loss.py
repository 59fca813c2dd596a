from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.loss_probe import LossProbe, Probed
from nbdoctor.rules.objective.inverted_loss import inverted_loss
from nbdoctor.rules.rule import DoesNotApplyError, Finding

INVERTED = Probed(output="y", layer="dense", function="dice", at_truth=(0.99,), at_opposite=(0.02,))


def findings(loss: Probed) -> list[Finding]:
    return list(inverted_loss(LossProbe(losses=(loss,))))


def test_fires() -> None:
    (finding,) = findings(INVERTED)
    assert "`dice` is 0.99 where the predictions are the labels themselves" in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param(replace(INVERTED, at_truth=(0.01,), at_opposite=(0.9,)), id="right"),
        pytest.param(
            replace(INVERTED, at_truth=(0.9, 0.1), at_opposite=(0.2, 0.8)), id="right as logits"
        ),
        pytest.param(replace(INVERTED, at_truth=(0.5,), at_opposite=(0.499,)), id="hardly other"),
        pytest.param(replace(INVERTED, at_truth=(float("nan"),)), id="not finite"),
    ],
)
def test_stays_silent(loss: Probed) -> None:
    assert findings(loss) == []


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param(replace(INVERTED, is_straight=True), id="a critic's product"),
        pytest.param(replace(INVERTED, uses_labels=False), id="labels that are not used"),
    ],
)
def test_does_not_apply(loss: Probed) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(loss)


CELL = """\
def dice(y_true, y_pred):
    return 2 * ops.sum(y_true * y_pred)

model.compile("adam", dice)
"""


def test_treatment() -> None:
    (finding,) = findings(INVERTED)
    (treated,) = inverted_loss.treatments(finding, Cell(CELL))
    assert treated.patched == CELL.replace(
        "2 * ops.sum(y_true * y_pred)", "-(2 * ops.sum(y_true * y_pred))"
    )
    (advice,) = inverted_loss.treatments(findings(replace(INVERTED, function=""))[0], Cell(CELL))
    assert "negative" in advice.text


INVERTED_CELL = """
def dice(y_true, y_pred):
    both = keras.ops.sum(y_true * y_pred)
    return SIGN 2 * both / (keras.ops.sum(y_true) + keras.ops.sum(y_pred) + 1e-7)

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", dice)
model.fit(x, y[:, None].astype("float32"), verbose=0)
"""


@pytest.mark.keras
def test_on_a_real_model() -> None:
    from tests.rules.ran import rules_of

    name = "inverted-loss"
    assert name in rules_of(INVERTED_CELL.replace("SIGN ", ""), "--no-trials")
    assert name not in rules_of(INVERTED_CELL.replace("SIGN ", "1 - "), "--no-trials")
