from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.metrics import Metric, Metrics
from nbdoctor.rules.objective.squeezed_output import squeezed_output
from nbdoctor.rules.rule import DoesNotApplyError, Finding

MISLED = Metric(
    output="y",
    asked="accuracy",
    resolved="CategoricalAccuracy",
    reported=0.0,
    fitting="accuracy at threshold 0.5",
    fitting_value=0.969,
    rows=32,
)


def findings(
    metric: Metric = MISLED, *, rank: int = 1, logits: bool = False, **target: Any
) -> list[Finding]:
    facts = {"encoding": "ids", "distinct": 2, "minimum": 0.0, "maximum": 1.0} | target
    output = Output(name="y", layer="squeeze", rank=rank, from_logits=logits)
    return list(
        squeezed_output(
            Head(outputs=(output,)),
            Labels(targets=(Target(name="y", **facts),)),
            Metrics(metrics=(metric,)),
        ),
    )


def test_fires_with_both_numbers() -> None:
    (finding,) = findings()
    assert "uses the 32 rows of a batch as classes" in finding.says
    assert "here 0. Computed per row it is 0.969." in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    ("asked", "resolved"),
    [
        pytest.param("binary_accuracy", "BinaryAccuracy", id="asked for by its name"),
        pytest.param("accuracy", "BinaryAccuracy", id="Keras chose the right one"),
        pytest.param("categorical_accuracy", "CategoricalAccuracy", id="asked for on purpose"),
        pytest.param("auc", "AUC", id="no accuracy"),
    ],
)
def test_stays_silent(asked: str, resolved: str) -> None:
    assert findings(Metric(output="y", asked=asked, resolved=resolved)) == []


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"rank": 2}, id="an axis of its own"),
        pytest.param({"encoding": "continuous"}, id="a number to be predicted"),
        pytest.param({"distinct": 5, "maximum": 4.0}, id="ratings"),
        pytest.param({"minimum": -1.0}, id="-1 and 1 are another rule's"),
    ],
)
def test_does_not_apply(given: dict[str, Any]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(**given)


@pytest.mark.parametrize(
    ("logits", "after"),
    [
        pytest.param(False, '"binary_accuracy"', id="probabilities"),
        pytest.param(True, "keras.metrics.BinaryAccuracy(threshold=0.0)", id="logits"),
    ],
)
def test_treatment(logits: bool, after: str) -> None:
    source = 'import keras\nmodel.compile("adam", "mse", metrics=[{}, "auc"])\n'
    (finding,) = findings(logits=logits)
    (treated,) = squeezed_output.treatments(finding, Cell(source.format('"accuracy"')))
    assert (treated.effect, treated.patched) == ("none", source.format(after))


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).normal(size=(64, 4))

    def rules_that_fire(metric: str) -> set[str]:
        inputs = keras.Input((4,))
        outputs = keras.layers.Dense(1, activation="sigmoid")(inputs)[:, 0]
        model = keras.Model(inputs, outputs)
        model.compile("adam", "binary_crossentropy", metrics=[metric])
        y = (x[:, 0] > 0).astype(int)
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "squeezed-output" in rules_that_fire("accuracy")
    assert "squeezed-output" not in rules_that_fire("binary_accuracy")
