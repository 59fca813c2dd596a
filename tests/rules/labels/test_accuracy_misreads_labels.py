from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.metrics import Metric, Metrics
from nbdoctor.rules.labels.accuracy_misreads_labels import accuracy_misreads_labels
from nbdoctor.rules.rule import DoesNotApplyError, Finding

SIGNED = {"minimum": -1.0, "maximum": 1.0, "distinct": 2, "counts": ((-1.0, 58), (1.0, 42))}
SOFT = {
    "encoding": "continuous",
    "minimum": 0.05,
    "maximum": 0.95,
    "distinct": 2,
    "counts": ((0.05, 50), (0.95, 50)),
}


def findings(
    target: dict[str, Any],
    *,
    loss: str = "hinge",
    resolved: str = "BinaryAccuracy",
    width: int = 1,
) -> list[Finding]:
    metric = Metric(output="y", asked="accuracy", resolved=resolved, reported=0.0)
    facts = {"name": "y", "variable": "labels", "rows": 100} | target
    return list(
        accuracy_misreads_labels(
            Labels(targets=(Target(**facts),)),
            Head(outputs=(Output(name="y", width=width, loss=loss),)),
            Metrics(metrics=(metric,)),
        ),
    )


@pytest.mark.parametrize(
    ("target", "loss", "words"),
    [
        pytest.param(SIGNED, "hinge", "42 of 100 labels can match", id="-1 and 1"),
        pytest.param(SIGNED, "mean_squared_error", "42 of 100", id="-1 and 1 as numbers"),
        pytest.param(
            SOFT, "binary_crossentropy", "0.05 to 0.95: 0 of 100 labels", id="smoothed by hand"
        ),
    ],
)
def test_fires(target: dict[str, Any], loss: str, words: str) -> None:
    (finding,) = findings(target, loss=loss)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


def test_labels_that_are_not_listed_are_bounded() -> None:
    counts = ((0.0, 30), (0.3, 4))
    (finding,) = findings(SOFT | {"distinct": 60, "counts": counts}, loss="binary_crossentropy")
    assert "at most 34 of 100 labels" in finding.says


@pytest.mark.parametrize(
    ("target", "loss"),
    [
        pytest.param({"maximum": 1.0, "distinct": 2}, "binary_crossentropy", id="0 and 1"),
        pytest.param({"maximum": 1.0, "distinct": 2}, "hinge", id="0 and 1 under hinge"),
        pytest.param(SIGNED, "binary_crossentropy", id="the loss is wrong: another rule's"),
        pytest.param(SOFT, "mean_squared_error", id="regression is another rule's"),
        pytest.param({"maximum": 4.0, "distinct": 5}, "mean_squared_error", id="ratings"),
    ],
)
def test_stays_silent(target: dict[str, Any], loss: str) -> None:
    assert findings(target, loss=loss) == []


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"resolved": "AUC"}, id="no accuracy"),
        pytest.param({"resolved": "CategoricalAccuracy"}, id="another accuracy"),
        pytest.param({"width": 3}, id="several units"),
    ],
)
def test_does_not_apply(given: dict[str, Any]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(SIGNED, **given)


@pytest.mark.parametrize(
    ("target", "loss", "words", "labels"),
    [
        pytest.param(SIGNED, "hinge", "`(labels + 1) / 2`", "(labels + 1) / 2", id="-1 and 1"),
        pytest.param(
            SIGNED | {"minimum": 1.0, "maximum": 2.0},
            "mse",
            "`(labels == 2)`",
            "(labels == 2) * 1.0",
            id="1, 2",
        ),
        pytest.param(SOFT, "binary_crossentropy", "`label_smoothing`", "", id="soft"),
    ],
)
def test_treatment(target: dict[str, Any], loss: str, words: str, labels: str) -> None:
    (finding,) = findings(target, loss=loss)
    (patch,) = accuracy_misreads_labels.treatments(finding, Cell("model.fit(x, labels)"))
    assert patch.patched == (f"model.fit(x, {labels})" if labels else None)
    validated = Cell("model.fit(x, labels, validation_data=(a, b))")
    (advice,) = accuracy_misreads_labels.treatments(finding, validated)
    assert words in advice.text
    assert advice.patched is None


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).normal(size=(64, 4))
    hard = (x[:, 0] > 0).astype("float32")

    def rules_that_fire(y: np.ndarray) -> set[str]:
        head = keras.layers.Dense(1, activation="sigmoid")
        model = keras.Sequential([keras.Input((4,)), head])
        model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "accuracy-misreads-labels" in rules_that_fire(0.05 + 0.9 * hard)
    assert "accuracy-misreads-labels" not in rules_that_fire(hard)
