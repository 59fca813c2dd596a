from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.objective.target_out_of_reach import target_out_of_reach
from nbdoctor.rules.rule import DoesNotApplyError, Finding

PRICES = {"minimum": 20.0, "maximum": 100.0, "mean": 60.0, "std": 20.0, "above_one": 100}
SIGNED = {
    "minimum": -2.5,
    "maximum": 2.5,
    "std": 1.0,
    "below_zero": 50,
    "above_one": 16,
    "below_minus_one": 16,
}
UNIT = {"minimum": 0.0, "maximum": 1.0, "std": 0.3}


def findings(target: dict[str, Any], **output: Any) -> list[Finding]:
    facts = {"encoding": "continuous", "rows": 100, "variable": "prices"} | target
    made = {"loss": "mean_squared_error", "width": 1, "activation": "relu", "layer": "dense"}
    return list(
        target_out_of_reach(
            Labels(targets=(Target(name="y", **facts),)),
            Head(outputs=(Output(name="y", **(made | output)),)),
        ),
    )


@pytest.mark.parametrize(
    ("target", "output", "severity", "words"),
    [
        pytest.param(SIGNED, {}, "critical", "is never below 0: 50 of 100", id="ReLU"),
        pytest.param(
            PRICES, {"activation": "sigmoid"}, "critical", "between 0 and 1: 100", id="sigmoid"
        ),
        pytest.param(SIGNED, {"activation": "tanh"}, "critical", "-1 and 1: 32 of", id="tanh"),
        pytest.param(
            SIGNED | {"below_zero": 2}, {}, "warning", "2 of 100 targets (2 %", id="only a few"
        ),
        pytest.param(
            SIGNED | {"shape": (3,), "rank": 2},
            {"width": 3},
            "critical",
            "50 of 300",
            id="several columns",
        ),
        pytest.param(
            {"encoding": "ids", "minimum": -1.0, "maximum": 1.0, "std": 1.0, "below_zero": 48},
            {"activation": "sigmoid"},
            "critical",
            "48 of 100",
            id="labels -1 and 1",
        ),
    ],
)
def test_fires(target: dict[str, Any], output: dict[str, Any], severity: str, words: str) -> None:
    (finding,) = findings(target, **output)
    assert words in finding.says
    assert (finding.severity, finding.kind) == (severity, "proof")


@pytest.mark.parametrize(
    ("target", "output"),
    [
        pytest.param(PRICES, {}, id="positive targets after a ReLU"),
        pytest.param(PRICES, {"activation": "softplus"}, id="positive targets after a softplus"),
        pytest.param(UNIT, {"activation": "sigmoid"}, id="pixels after a sigmoid"),
        pytest.param(
            UNIT | {"maximum": 1.000001, "above_one": 1},
            {"activation": "sigmoid"},
            id="rounding",
        ),
        pytest.param(
            {"minimum": -1.0, "maximum": 1.0, "std": 0.5, "below_zero": 50},
            {"activation": "tanh"},
            id="-1 to 1 after tanh",
        ),
        pytest.param(
            {"minimum": 0.0, "maximum": 0.0, "std": 0.0}, {}, id="targets that are all zero"
        ),
    ],
)
def test_stays_silent(target: dict[str, Any], output: dict[str, Any]) -> None:
    assert findings(target, **output) == []


@pytest.mark.parametrize(
    "output",
    [
        pytest.param({"activation": "linear"}, id="a linear head"),
        pytest.param({"activation": "leaky_relu"}, id="no bound that is known"),
        pytest.param({"loss": "binary_crossentropy"}, id="another rule's business"),
        pytest.param({"loss": "hinge"}, id="a margin, not a distance"),
        pytest.param({"loss": "custom"}, id="a loss of one's own"),
        pytest.param({"width": 3}, id="one number for three units"),
        pytest.param({"minimum": -4.0, "maximum": 4.0}, id="something moves the range afterwards"),
    ],
)
def test_does_not_apply(output: dict[str, Any]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(SIGNED, **output)


def test_treatment() -> None:
    source = 'model.add(keras.layers.Dense(1, activation="{}"))  # the head\n'
    (finding,) = findings(SIGNED)
    model, data = target_out_of_reach.treatments(finding, Cell(source.format("relu")))
    assert model.patched == source.format("linear")
    assert "`prices` into the range of `relu`" in data.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).normal(size=(64, 4))

    def rules_that_fire(activation: str) -> set[str]:
        head = keras.layers.Dense(1, activation=activation)
        model = keras.Sequential([keras.Input((4,)), head])
        model.compile("adam", "mse")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, x.sum(axis=1)).findings}

    assert "target-out-of-reach" in rules_that_fire("relu")
    assert "target-out-of-reach" not in rules_that_fire("linear")
