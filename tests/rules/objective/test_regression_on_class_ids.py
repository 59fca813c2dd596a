from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.objective.regression_on_class_ids import regression_on_class_ids
from nbdoctor.rules.rule import DoesNotApplyError, Finding

ONE_HOT = Target(
    name="y", variable="labels", rows=90, shape=(3,), rank=2, distinct=3, encoding="one-hot"
)
PAIR = Target(
    name="y", rows=90, minimum=0.0, maximum=1.0, distinct=2, encoding="ids", variable="labels"
)


def findings(
    target: Target,
    activation: str,
    loss: str = "mean_squared_error",
    attained: Attained | None = None,
) -> list[Finding]:
    width = target.shape[-1] if target.shape else 1
    output = Output(name="y", layer="dense", width=width, activation=activation, loss=loss)
    given = Labels(targets=(target,)), Head(outputs=(output,)), attained
    return list(regression_on_class_ids(*given))


def reached(score: float, ceiling: float | None = None) -> Attained:
    return Attained(kind="classes", score=score, ceiling=ceiling, rows=90, counted=90.0)


@pytest.mark.parametrize(
    ("target", "activation", "loss", "words"),
    [
        (ONE_HOT, "softmax", "mean_squared_error", "hardly a gradient"),
        (ONE_HOT, "linear", "mean_squared_error", "punished like wrong ones"),
        (ONE_HOT, "softmax", "mean_absolute_error", "median of each column"),
        (PAIR, "sigmoid", "mean_squared_error", "0 and 1 for two classes"),
    ],
)
def test_fires(target: Target, activation: str, loss: str, words: str) -> None:
    (finding,) = findings(target, activation, loss, reached(0.5))
    assert words in finding.says
    assert finding.severity == "warning"


@pytest.mark.parametrize("attained", [None, reached(0.6, 0.6), reached(0.95)])
def test_a_model_that_learns_or_was_not_trained_gets_a_note(attained: Attained | None) -> None:
    (finding,) = findings(ONE_HOT, "softmax", attained=attained)
    assert finding.severity == "note"


@pytest.mark.parametrize(
    ("target", "activation", "loss"),
    [
        pytest.param(PAIR, "linear", "mean_squared_error", id="0 and 1 may be numbers"),
        pytest.param(ONE_HOT, "softmax", "categorical_crossentropy", id="a loss for classes"),
        pytest.param(
            Target(name="y", shape=(3,), rank=2, distinct=2, encoding="multi-hot"),
            "sigmoid",
            "mean_squared_error",
            id="black and white pixels to rebuild",
        ),
        pytest.param(
            Target(name="y", encoding="continuous"), "linear", "mean_squared_error", id="numbers"
        ),
    ],
)
def test_stays_silent(target: Target, activation: str, loss: str) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(target, activation, loss)


def test_treatment() -> None:
    (finding,) = findings(ONE_HOT, "linear", attained=reached(0.5))
    cell = Cell("model = keras.Sequential([keras.layers.Dense(3)])\nmodel.compile('adam', 'mse')\n")
    (treated,) = regression_on_class_ids.treatments(finding, cell)
    assert treated.patched is not None
    assert "categorical_crossentropy" in treated.patched
    assert 'activation="softmax"' in treated.patched


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).random((64, 4))
    y: Any = np.eye(3)[np.arange(64) % 3]

    def rules_that_fire(loss: str) -> set[str]:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
        model.compile("adam", loss)
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "regression-on-class-ids" in rules_that_fire("mse")
    assert "regression-on-class-ids" not in rules_that_fire("categorical_crossentropy")
