from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.metrics import Metric, Metrics
from nbdoctor.rules.objective.threshold_on_logits import threshold_on_logits
from nbdoctor.rules.rule import DoesNotApplyError, Finding


def findings(output: dict[str, Any] | None = None, **metric: Any) -> list[Finding]:
    facts = {"from_logits": True, "loss": "binary_crossentropy", "width": 1}
    measured = {"minimum": -3.0, "maximum": 2.0} | facts | (output or {})
    asked = {"asked": "accuracy", "resolved": "BinaryAccuracy", "threshold": 0.5} | metric
    return list(
        threshold_on_logits(
            Head(outputs=(Output(name="y", layer="dense", **measured),)),
            Metrics(metrics=(Metric(output="y", **asked),)),
        ),
    )


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        pytest.param(
            {"reported": 0.58, "fitting": "accuracy at threshold 0", "fitting_value": 0.74},
            "It reports 0.58. The accuracy at threshold 0 is 0.74.",
            id="accuracy",
        ),
        pytest.param(
            {"asked": "recall", "resolved": "Recall", "reported": 0.2},
            "`recall` counts class 1 only above 0.5. It reports 0.2.",
            id="recall",
        ),
        pytest.param({"resolved": "binary_accuracy"}, "here -3 to 2", id="a function"),
    ],
)
def test_fires(metric: dict[str, Any], words: str) -> None:
    (finding,) = findings(**metric)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("warning", "proof")


@pytest.mark.parametrize("threshold", [0.0, 0.3, None])
def test_stays_silent_at_another_threshold(threshold: float | None) -> None:
    assert findings(threshold=threshold) == []


@pytest.mark.parametrize(
    ("output", "metric"),
    [
        pytest.param({"from_logits": False}, {}, id="probabilities"),
        pytest.param({"minimum": 0.1, "maximum": 0.9}, {}, id="a sigmoid all the same"),
        pytest.param({"minimum": None}, {}, id="not predicted yet"),
        pytest.param({"loss": "categorical_crossentropy"}, {}, id="several classes"),
        pytest.param({}, {"resolved": "AUC", "threshold": None}, id="all thresholds"),
        pytest.param({}, {"resolved": "CategoricalAccuracy"}, id="the largest column"),
    ],
)
def test_does_not_apply(output: dict[str, Any], metric: dict[str, Any]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(output, **metric)


@pytest.mark.parametrize(
    ("resolved", "before", "after"),
    [
        pytest.param(
            "BinaryAccuracy", '"accuracy"', "BinaryAccuracy(threshold=0.0)", id="a string"
        ),
        pytest.param("Recall", "keras.metrics.Recall()", "Recall(thresholds=0.0)", id="an object"),
    ],
)
def test_treatment(resolved: str, before: str, after: str) -> None:
    source = 'import keras\nmodel.compile("adam", loss, metrics=[{}])\n'
    (finding,) = findings(resolved=resolved)
    (treated,) = threshold_on_logits.treatments(finding, Cell(source.format(before)))
    assert treated.patched == source.format(f"keras.metrics.{after}")
    assert treated.effect == "none"


def test_treatment_keeps_a_metric_with_arguments_of_its_own() -> None:
    cell = Cell('import keras\nmodel.compile("adam", loss, metrics=[keras.metrics.Recall(0.5)])')
    (finding,) = findings(asked="recall", resolved="Recall")
    (offer,) = threshold_on_logits.treatments(finding, cell)
    assert offer.patched is None


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).normal(size=(64, 4))

    def rules_that_fire(metric: object) -> set[str]:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True), metrics=[metric])
        y = (x[:, 0] > 0).astype(int)
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "threshold-on-logits" in rules_that_fire("accuracy")
    assert "threshold-on-logits" in rules_that_fire(keras.metrics.Precision())
    assert "threshold-on-logits" not in rules_that_fire(keras.metrics.BinaryAccuracy(threshold=0.0))
