import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.history import History
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.labels.unscaled_targets import unscaled_targets
from nbdoctor.rules.rule import DoesNotApplyError, Finding

PRICE = Target(name="y", variable="price", encoding="continuous", mean=3e5, std=5e4)
OUTPUT = Output(name="y", layer="dense", loss="mean_squared_error")
BOOM = Updates(optimizer="SGD", loss_before=(9e10,), loss_after=(4e12,))
CALM = replace(BOOM, loss_after=(8.9e10,))
BAD = Attained(kind="numbers", score=-0.9, rows=256, counted=256.0)
NAN = History(values={"loss": (1e10, float("nan"))}, epochs=2)


def judged(
    target: Target = PRICE,
    updates: Updates | None = None,
    trained: Attained | None = None,
    history: History | None = None,
    *,
    output: Output = OUTPUT,
) -> list[Finding]:
    labels, head = Labels(targets=(target,)), Head(outputs=(output,))
    return list(unscaled_targets(labels, head, updates, trained, history))


@pytest.mark.parametrize(
    ("updates", "trained", "history", "words"),
    [
        pytest.param(BOOM, None, None, "from 9e10 to 4e12", id="a step explodes"),
        pytest.param(
            replace(BOOM, loss_after=(float("nan"),)), None, None, "One step of `SGD`", id="to NaN"
        ),
        pytest.param(CALM, BAD, None, "R² on 256 training rows is -0.9", id="trained"),
        pytest.param(None, None, NAN, "The loss is nan after 2 epochs", id="loss of NaN"),
    ],
)
def test_fires(
    updates: Updates | None, trained: Attained | None, history: History | None, words: str
) -> None:
    (finding,) = judged(PRICE, updates, trained, history)
    assert words in finding.says
    assert "`price` has a mean of 300,000 and a standard deviation of 50,000" in finding.says
    assert (finding.severity, finding.kind) == ("warning", "strong")


def test_is_a_hint_where_a_linear_model_explains_more() -> None:
    third = replace(BAD, score=0.32, simple={"linear model": 0.76})
    (finding,) = judged(PRICE, CALM, third)
    assert "is 0.32; a linear model has 0.76" in finding.says
    assert finding.kind == "hint"
    assert not judged(PRICE, CALM, replace(third, simple={"linear model": 0.5}))
    assert not judged(PRICE, CALM, replace(third, score=0.01, simple={"linear model": 0.1}))


GOOD = replace(BAD, score=0.9)


@pytest.mark.parametrize(
    ("target", "updates", "trained"),
    [
        pytest.param(PRICE, CALM, GOOD, id="large targets, and it gets there"),
        pytest.param(PRICE, CALM, None, id="nothing has shown yet"),
        pytest.param(replace(PRICE, mean=7.5, std=1.4), BOOM, BAD, id="usual targets"),
        pytest.param(replace(PRICE, mean=100.0, std=100.0), BOOM, BAD, id="exactly at the limit"),
        pytest.param(
            PRICE,
            CALM,
            replace(BAD, kind="classes"),
            id="another score",
        ),
        pytest.param(PRICE, replace(BOOM, loss_before=(), loss_after=()), None, id="no step"),
    ],
)
def test_stays_silent(target: Target, updates: Updates | None, trained: Attained | None) -> None:
    assert not judged(target, updates, trained)


@pytest.mark.parametrize(
    "loss", ["mean_squared_logarithmic_error", "mean_absolute_percentage_error", "custom", ""]
)
def test_does_not_apply_to_other_losses(loss: str) -> None:
    with pytest.raises(DoesNotApplyError):
        judged(PRICE, BOOM, BAD, output=replace(OUTPUT, loss=loss))


def test_treatment() -> None:
    (finding,) = judged(updates=BOOM)
    before = "model.compile('sgd', 'mse')\nmodel.fit(x, price)\n"
    (treated,) = unscaled_targets.treatments(finding, Cell(before))
    assert treated.patched is not None
    ast.parse(treated.patched)
    assert "price = (price - target_mean) / target_std" in treated.patched
    (again,) = unscaled_targets.treatments(finding, Cell(treated.patched))
    assert again.patched is None


def test_treatment_is_advice_where_the_name_is_unknown() -> None:
    (finding,) = judged(replace(PRICE, variable=""), BOOM)
    (advice,) = unscaled_targets.treatments(finding, Cell("model.fit(x, table['price'])\n"))
    assert "(y - mean) / std" in advice.text


@pytest.mark.keras
@pytest.mark.parametrize(("size", "sick"), [(1e4, True), (1.0, False)])
def test_on_a_real_model(size: float, sick: bool) -> None:
    import keras
    import numpy as np

    import nbdoctor

    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(128, 4))
    hidden = [keras.layers.Dense(32, "relu") for _ in range(2)]
    model = keras.Sequential([keras.Input((4,)), *hidden, keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.01), "mse")
    report = nbdoctor.diagnose(model, x, size * (x[:, 0] + 3))
    assert ("unscaled-targets" in {finding.rule for finding in report.findings}) is sick
