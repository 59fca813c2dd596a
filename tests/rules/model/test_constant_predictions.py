from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.activations import Activations, LayerActivation
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.model.constant_predictions import constant_predictions
from nbdoctor.rules.rule import DoesNotApplyError, Finding

CLASSES = {"encoding": "ids", "distinct": 3}
NUMBERS = {"encoding": "continuous", "distinct": 90, "std": 0.5}
EVEN = LayerActivation(layer="a", kind="Dense", spread=0.4, largest=2.0)
LOST = LayerActivation(layer="a", kind="Dense", spread=0.0, largest=0.5)


def findings(
    spread: float,
    hidden: LayerActivation | None = LOST,
    *,
    trained: bool = True,
    largest: float = 0.4,
    target: dict[str, Any] = CLASSES,
    activation: str = "softmax",
    loss: str = "sparse_categorical_crossentropy",
    rows: int = 256,
    equal: int = 0,
    constant: bool = False,
    broken: int = 0,
) -> list[Finding]:
    head = LayerActivation(
        layer="head",
        kind="Dense",
        spread=spread,
        largest=largest,
        is_output=True,
        non_finite=broken,
    )
    layers = (head,) if hidden is None else (hidden, head)
    return list(
        constant_predictions(
            Activations(layers=layers, rows=rows, after_training=trained),
            Head(outputs=(Output(name="y", layer="head", activation=activation, loss=loss),)),
            Labels(targets=(Target(name="y", rows=rows, **target),)),
            Inputs(
                tensors=(InputTensor(name="x", rows=rows, duplicate_rows=equal, constant=constant),)
            ),
        )
    )


@pytest.mark.parametrize(
    ("spread", "given"),
    [
        pytest.param(0.0, {}, id="after training"),
        pytest.param(4e-5, {"largest": 0.99}, id="after training, nearly"),
        pytest.param(0.0, {"hidden": EVEN}, id="after training, lost in the head"),
        pytest.param(0.0, {"trained": False}, id="before training"),
        pytest.param(1e-7, {"trained": False}, id="before training, float precision"),
        pytest.param(
            1e-5, {"target": NUMBERS, "activation": "linear", "largest": 3.0}, id="numbers"
        ),
        pytest.param(0.0, {"largest": 0.0, "activation": "linear"}, id="zeros"),
    ],
)
def test_fires(spread: float, given: dict[str, Any]) -> None:
    (finding,) = findings(spread, **given)
    assert "same for all 256 rows" in finding.says
    assert (finding.severity, finding.kind) == ("critical", "strong")


@pytest.mark.parametrize(
    ("spread", "given"),
    [
        pytest.param(0.04, {}, id="as at birth"),
        pytest.param(1e-3, {"largest": 0.999}, id="one class in a thousand"),
        pytest.param(
            0.4,
            {"target": NUMBERS, "activation": "linear", "largest": 2000.0},
            id="years: much alike and right",
        ),
        pytest.param(5e-5, {"trained": False}, id="nearly constant before training"),
        pytest.param(0.0, {"trained": False, "hidden": EVEN}, id="an output layer of zeros"),
        pytest.param(0.0, {"trained": False, "hidden": None}, id="logistic regression from zeros"),
        pytest.param(0.0, {"loss": ""}, id="an output without a loss"),
        pytest.param(0.0, {"broken": 3}, id="NaN is something else"),
        pytest.param(0.0, {"target": {"encoding": "ids", "distinct": 1}}, id="labels that agree"),
    ],
)
def test_stays_silent(spread: float, given: dict[str, Any]) -> None:
    assert findings(spread, **given) == []


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"rows": 63}, id="few rows"),
        pytest.param({"equal": 200}, id="few different rows"),
        pytest.param({"constant": True}, id="constant inputs"),
    ],
)
def test_does_not_apply(given: dict[str, Any]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(0.0, **given)


@pytest.mark.parametrize("trained", [True, False])
def test_treatment(trained: bool) -> None:
    (finding,) = findings(0.0, trained=trained)
    (offered,) = constant_predictions.treatments(finding, Cell("model.fit(x, y)"))
    assert (offered.effect, offered.patched) == ("advice", None)
    assert "Activations tab" in offered.text
    assert "learning rate" not in offered.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).normal(size=(256, 10)), np.arange(256) % 3

    def rules_that_fire(bias: float) -> set[str]:
        start = keras.initializers.Constant(bias)
        model = keras.Sequential(
            [
                keras.Input((10,)),
                keras.layers.Dense(8, "relu", bias_initializer=start),
                keras.layers.Dense(3, "softmax"),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y, batch_size=256).findings}

    assert "constant-predictions" in rules_that_fire(-50.0)
    assert "constant-predictions" not in rules_that_fire(0.0)


@pytest.mark.parametrize(
    ("kind", "words", "advice"),
    [
        pytest.param("uint8", "whole numbers (`uint8`)", "compute with `float32`", id="an integer"),
        pytest.param("float32", "does not vary is `scale`.", "Look at `scale`", id="a float"),
    ],
)
def test_the_layer_where_the_rows_become_the_same_is_named(
    kind: str, words: str, advice: str
) -> None:
    head = LayerActivation(layer="head", kind="Dense", spread=0.0, largest=0.4, is_output=True)
    given = Activations(
        layers=(LOST, head),
        rows=256,
        after_training=True,
        constant_from="scale",
        constant_type=kind,
    )
    (finding,) = constant_predictions(
        given,
        Head(outputs=(Output(name="y", layer="head", activation="softmax", loss="own"),)),
        Labels(targets=(Target(name="y", rows=256, **CLASSES),)),
        Inputs(tensors=(InputTensor(name="x", rows=256),)),
    )
    assert words in finding.says
    assert finding.where.layer == "scale"
    (offered,) = constant_predictions.treatments(finding, Cell("fit()"))
    assert advice in offered.text
