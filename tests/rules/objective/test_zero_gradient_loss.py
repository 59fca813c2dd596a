from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.loss_parts import LossPart, LossParts
from nbdoctor.readings.loss_probe import LossProbe, Probed
from nbdoctor.rules.objective.zero_gradient_loss import zero_gradient_loss
from nbdoctor.rules.rule import DoesNotApplyError, Finding

SICK = Probed(output="y", function="f1", is_flat=True)


def findings(loss: Probed) -> list[Finding]:
    return list(zero_gradient_loss(LossProbe(losses=(loss,)), None))


def test_fires() -> None:
    (finding,) = findings(SICK)
    assert "`f1` does not change with small changes of the predictions" in finding.says


def test_stays_silent() -> None:
    assert findings(replace(SICK, is_flat=False)) == []


def test_does_not_apply_where_it_was_not_differentiated() -> None:
    with pytest.raises(DoesNotApplyError):
        findings(replace(SICK, is_flat=None))


def test_does_not_apply_where_layers_add_terms() -> None:
    parts = LossParts(parts=(LossPart(kind="activity"),))
    with pytest.raises(DoesNotApplyError):
        list(zero_gradient_loss(LossProbe(losses=(SICK,)), parts))


def test_treatment() -> None:
    (finding,) = findings(SICK)
    (advice,) = zero_gradient_loss.treatments(finding, Cell("model.compile('sgd', f1)\n"))
    assert advice.patched is None
    assert "cross-entropy" in advice.text


CELL = """
def missed(y_true, y_pred):
    hits = keras.ops.equal(y_true, keras.ops.round(y_pred))
    return 1 - keras.ops.mean(keras.ops.cast(hits, "float32"))

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", missed)
model.fit(x, y[:, None].astype("float32"), verbose=0)
"""


@pytest.mark.keras
def test_on_a_real_model() -> None:
    from tests.rules.ran import rules_of

    smooth = CELL.replace("keras.ops.equal(y_true, keras.ops.round(y_pred))", "y_true * y_pred")
    assert "zero-gradient-loss" not in rules_of(smooth, "--no-trials")
    # With rounding Keras gives the weights no gradient at all, and stops.
    rounded = CELL.replace("return 1", "return 0 * keras.ops.mean(y_pred) + 1")
    assert "zero-gradient-loss" in rules_of(rounded, "--no-trials")
