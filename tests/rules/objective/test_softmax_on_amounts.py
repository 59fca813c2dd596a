import ast
from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.objective.softmax_on_amounts import softmax_on_amounts
from nbdoctor.rules.rule import DoesNotApplyError, Finding

PIXELS: dict[str, Any] = {
    "encoding": "continuous",
    "rows": 100,
    "variable": "pictures",
    "shape": (784,),
    "rank": 2,
    "minimum": 0.0,
    "maximum": 1.0,
    "row_sum_minimum": 40.0,
    "row_sum_maximum": 190.0,
}
SOFTMAX: dict[str, Any] = {
    "loss": "binary_crossentropy",
    "width": 784,
    "rank": 2,
    "activation": "softmax",
    "layer": "decoded",
}


def findings(target: dict[str, Any], **output: Any) -> list[Finding]:
    return list(
        softmax_on_amounts(
            Labels(targets=(Target(name="y", **(PIXELS | target)),)),
            Head(outputs=(Output(name="y", **(SOFTMAX | output)),)),
        )
    )


@pytest.mark.parametrize(
    ("target", "output"),
    [
        pytest.param({}, {}, id="pictures"),
        pytest.param({"encoding": "ids", "maximum": 255.0}, {}, id="pictures from 0 to 255"),
        pytest.param({}, {"loss": "mean_squared_error"}, id="under a squared error"),
    ],
)
def test_fires(target: dict[str, Any], output: dict[str, Any]) -> None:
    (finding,) = findings(target, **output)
    assert "Rows of `pictures` sum to 40 to 190" in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


def test_stays_silent_where_rows_sum_to_about_1() -> None:
    assert not findings({"row_sum_minimum": 0.9, "row_sum_maximum": 1.1})


@pytest.mark.parametrize(
    ("target", "output"),
    [
        pytest.param({"encoding": "multi-hot"}, {}, id="several classes"),
        pytest.param({"encoding": "soft"}, {}, id="shares"),
        pytest.param({}, {"activation": "sigmoid"}, id="a sigmoid"),
        pytest.param({}, {"loss": "categorical_crossentropy"}, id="another rule's loss"),
        pytest.param({"row_sum_maximum": None}, {}, id="one column"),
        pytest.param({"shape": (3,)}, {}, id="another width"),
    ],
)
def test_does_not_apply(target: dict[str, Any], output: dict[str, Any]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(target, **output)


@pytest.mark.parametrize(
    ("target", "loss", "activation"),
    [
        ({}, "mean_squared_error", "sigmoid"),
        ({"maximum": 255.0}, "binary_crossentropy", "sigmoid"),
        ({"maximum": 255.0}, "mean_squared_error", "linear"),
    ],
)
def test_treatment(target: dict[str, Any], loss: str, activation: str) -> None:
    (finding,) = findings(target, loss=loss)
    cell = Cell('decoded = Dense(784, activation="softmax", name="decoded")(x)\n')
    (treated,) = softmax_on_amounts.treatments(finding, cell)
    assert treated.patched is not None
    assert f'activation="{activation}"' in treated.patched
    ast.parse(treated.patched)


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    x = np.random.default_rng(0).random((64, 20)).astype("float32")

    def fires(activation: str, rows: Any) -> bool:
        model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(20, activation)])
        model.compile("adam", "mse")
        found = diagnose(model, rows, rows).findings
        return "softmax-on-amounts" in {finding.rule for finding in found}

    assert fires("softmax", x)
    assert not fires("sigmoid", x)
    assert not fires("softmax", x / x.sum(axis=1, keepdims=True))
