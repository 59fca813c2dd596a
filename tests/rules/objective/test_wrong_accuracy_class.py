from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.metrics import Metric, Metrics
from nbdoctor.rules.objective.wrong_accuracy_class import wrong_accuracy_class
from nbdoctor.rules.rule import DoesNotApplyError, Finding

SIGMOID = {"width": 1, "activation": "sigmoid", "loss": "binary_crossentropy"}
SOFTMAX = {"width": 3, "activation": "softmax", "loss": "sparse_categorical_crossentropy"}
ONE_HOT = {"encoding": "one-hot", "shape": (3,), "rank": 2}


def findings(resolved: str, output: dict[str, Any] = SIGMOID, **target: Any) -> list[Finding]:
    metric = Metric(
        output="y",
        asked="acc",
        resolved=resolved,
        is_accuracy=True,
        reported=0.0,
        fitting="accuracy at threshold 0.5",
        fitting_value=0.9,
    )
    measured = {"minimum": 0.2, "maximum": 0.8} | output
    return list(
        wrong_accuracy_class(
            Labels(targets=(Target(name="y", **target),)),
            Head(outputs=(Output(name="y", layer="dense", **measured),)),
            Metrics(metrics=(metric,)),
        ),
    )


@pytest.mark.parametrize(
    ("resolved", "output", "target", "words"),
    [
        pytest.param("Accuracy", SIGMOID, {}, "equals the label exactly, here 0.", id="exact"),
        pytest.param("Accuracy", SOFTMAX, ONE_HOT, "equals the label", id="exact on columns"),
        pytest.param(
            "Accuracy",
            {"width": 1, "loss": "binary_crossentropy", "from_logits": True},
            {},
            "equals the label",
            id="exact on logits",
        ),
        pytest.param("CategoricalAccuracy", SIGMOID, {}, "always correct", id="one column"),
        pytest.param("categorical_accuracy", SOFTMAX, {}, "only one", id="class numbers"),
        pytest.param("SparseCategoricalAccuracy", SIGMOID, {}, "labels 0", id="sparse of one"),
        pytest.param("binary_accuracy", SOFTMAX, ONE_HOT, "every column", id="binary of columns"),
    ],
)
def test_fires(resolved: str, output: dict[str, Any], target: dict[str, Any], words: str) -> None:
    (finding,) = findings(resolved, output, **target)
    assert words in finding.says
    assert "the accuracy at threshold 0.5 is 0.9." in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    ("resolved", "output", "target"),
    [
        pytest.param("BinaryAccuracy", SIGMOID, {}, id="binary of one unit"),
        pytest.param("SparseCategoricalAccuracy", SOFTMAX, {}, id="class numbers"),
        pytest.param("CategoricalAccuracy", SOFTMAX, ONE_HOT, id="one-hot"),
        pytest.param(
            "BinaryAccuracy",
            SOFTMAX | {"width": 2},
            ONE_HOT | {"shape": (2,)},
            id="two columns give the same number",
        ),
        pytest.param(
            "Accuracy", SIGMOID | {"minimum": 0.0, "maximum": 1.0}, {}, id="whole numbers"
        ),
        pytest.param(
            "CategoricalAccuracy",
            SOFTMAX,
            {"encoding": "ids", "shape": (3,), "rank": 2},
            id="class numbers of positions",
        ),
        pytest.param("BinaryAccuracy", SOFTMAX, {}, id="a shape that Keras refuses by itself"),
    ],
)
def test_stays_silent(resolved: str, output: dict[str, Any], target: dict[str, Any]) -> None:
    assert findings(resolved, output, **target) == []


@pytest.mark.parametrize(
    ("resolved", "output", "target"),
    [
        pytest.param("MeanSquaredError", SIGMOID, {}, id="no accuracy"),
        pytest.param("Accuracy", SIGMOID | {"loss": "mean_squared_error"}, {}, id="regression"),
        pytest.param("Accuracy", SIGMOID, {"encoding": "continuous"}, id="soft labels"),
        pytest.param("CategoricalAccuracy", SIGMOID | {"width": None}, {}, id="squeezed"),
    ],
)
def test_does_not_apply(resolved: str, output: dict[str, Any], target: dict[str, Any]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(resolved, output, **target)


@pytest.mark.parametrize(
    ("resolved", "before"),
    [
        pytest.param("Accuracy", "keras.metrics.Accuracy()", id="an object"),
        pytest.param("CategoricalAccuracy", '"categorical_accuracy"', id="a string"),
    ],
)
def test_treatment(resolved: str, before: str) -> None:
    source = 'model.compile("adam", "binary_crossentropy", metrics=[{}, "mse"])\n'
    (finding,) = findings(resolved)
    (treated,) = wrong_accuracy_class.treatments(finding, Cell(source.format(before)))
    assert (treated.effect, treated.patched) == ("none", source.format('"accuracy"'))


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).normal(size=(64, 4))

    def rules_that_fire(metric: object) -> set[str]:
        head = keras.layers.Dense(1, activation="sigmoid")
        model = keras.Sequential([keras.Input((4,)), head])
        model.compile("adam", "binary_crossentropy", metrics=[metric])
        y = (x[:, 0] > 0).astype(int)
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "wrong-accuracy-class" in rules_that_fire(keras.metrics.Accuracy())
    assert "wrong-accuracy-class" in rules_that_fire(keras.metrics.CategoricalAccuracy())
    assert "wrong-accuracy-class" not in rules_that_fire("accuracy")
