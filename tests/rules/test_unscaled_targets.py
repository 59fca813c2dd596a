import ast
from dataclasses import replace

import pytest

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.history import History
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.probes.score import Score
from nbdoctor.probes.signal import Signal
from nbdoctor.probes.trained import Trained
from nbdoctor.probes.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from nbdoctor.rules.unscaled_targets import unscaled_targets

PRICE = Target(name="y", variable="price", encoding="continuous", mean=3e5, std=5e4)
OUTPUT = Output(name="y", layer="dense", loss="mean_squared_error")
BOOM = Updates(optimizer="SGD", loss_before=(9e10,), loss_after=(4e12,))
CALM = replace(BOOM, loss_after=(8.9e10,))
BAD = Trained(rows=256, score=Score(kind="R²", value=-56.0, rows=256))
NAN = History(values={"loss": (1e10, float("nan"))}, epochs=2)


def judged(
    target: Target = PRICE,
    updates: Updates | None = None,
    trained: Trained | None = None,
    history: History | None = None,
    *,
    output: Output = OUTPUT,
    signal: Signal | None = None,
) -> list[Finding]:
    labels, head = Labels(targets=(target,)), Head(outputs=(output,))
    return list(unscaled_targets(labels, head, updates, trained, history, signal))


@pytest.mark.parametrize(
    ("updates", "trained", "history", "words"),
    [
        pytest.param(BOOM, None, None, "from 9e10 to 4e12", id="a step explodes"),
        pytest.param(
            replace(BOOM, loss_after=(float("nan"),)), None, None, "A step of `SGD`", id="to NaN"
        ),
        pytest.param(CALM, BAD, None, "R² on 256 training rows is -56", id="trained"),
        pytest.param(None, None, NAN, "The loss is nan after 2 epochs", id="loss of NaN"),
    ],
)
def test_fires(
    updates: Updates | None, trained: Trained | None, history: History | None, words: str
) -> None:
    (finding,) = judged(PRICE, updates, trained, history)
    assert words in finding.says
    assert "`price` has a mean of 300,000 and a spread of 50,000" in finding.says
    assert (finding.severity, finding.kind) == ("warning", "strong")


SEEN = Signal(
    task="regression",
    score="R²",
    rows=400,
    features=10,
    input_kind="table",
    linear=0.76,
    neighbours=0.66,
    permuted=-0.04,
    permuted_high=0.0,
    p_linear=0.005,
    p_neighbours=0.005,
    permutations=200,
)


def test_is_a_hint_where_a_linear_model_explains_more() -> None:
    third = replace(BAD, score=Score(kind="R²", value=0.32, rows=256))
    (finding,) = judged(PRICE, CALM, third, signal=SEEN)
    assert "is 0.32; a linear model has 0.76" in finding.says
    assert finding.kind == "hint"
    assert not judged(PRICE, CALM, third, signal=replace(SEEN, linear=0.5))
    assert not judged(PRICE, CALM, third, signal=replace(SEEN, p_linear=0.4))


GOOD = replace(BAD, score=Score(kind="R²", value=0.9, rows=256))


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
            replace(BAD, score=Score(kind="accuracy", value=-1.0, rows=9)),
            id="another score",
        ),
        pytest.param(PRICE, None, replace(BAD, score=None), id="no score"),
        pytest.param(PRICE, replace(BOOM, loss_before=(), loss_after=()), None, id="no step"),
    ],
)
def test_stays_silent(target: Target, updates: Updates | None, trained: Trained | None) -> None:
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
    assert "price = (price - mean) / spread" in treated.patched
    (again,) = unscaled_targets.treatments(finding, Cell(treated.patched))
    assert again.patched is None


def test_treatment_is_advice_where_the_name_is_unknown() -> None:
    (finding,) = judged(replace(PRICE, variable=""), BOOM)
    (advice,) = unscaled_targets.treatments(finding, Cell("model.fit(x, table['price'])\n"))
    assert "(y - mean) / spread" in advice.text


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
