import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.metrics import Metric, Metrics
from nbdoctor.rules.objective.accuracy_on_multilabel import accuracy_on_multilabel
from nbdoctor.rules.rule import DoesNotApplyError, Finding

TAGS = Target(
    name="y", variable="tags", encoding="multi-hot", row_sum_minimum=0.0, row_sum_maximum=3.0
)
ARGMAX = Metric(
    output="y", asked="accuracy", resolved="CategoricalAccuracy", is_accuracy=True, reported=0.4
)


def judged(metric: Metric, target: Target = TAGS) -> list[Finding]:
    return list(accuracy_on_multilabel(Metrics(metrics=(metric,)), Labels(targets=(target,))))


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        pytest.param(
            ARGMAX, "to `CategoricalAccuracy`, which compares only the first", id="by name"
        ),
        pytest.param(ARGMAX, "(here 0.4)", id="value"),
        pytest.param(replace(ARGMAX, reported=None), "only the first of them.", id="not measured"),
        pytest.param(
            replace(ARGMAX, resolved="TopKCategoricalAccuracy"), "0 to 3 positive", id="top k"
        ),
    ],
)
def test_fires(metric: Metric, words: str) -> None:
    (finding,) = judged(metric)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("warning", "proof")


@pytest.mark.parametrize(
    ("metric", "target"),
    [
        pytest.param(ARGMAX, replace(TAGS, encoding="one-hot"), id="one class per row"),
        pytest.param(ARGMAX, replace(TAGS, encoding="soft"), id="a distribution"),
        pytest.param(ARGMAX, replace(TAGS, name="other"), id="another output"),
        pytest.param(replace(ARGMAX, resolved="BinaryAccuracy"), TAGS, id="each class by itself"),
        pytest.param(replace(ARGMAX, resolved="AUC"), TAGS, id="AUC"),
        pytest.param(replace(ARGMAX, resolved="F1Score"), TAGS, id="F1"),
    ],
)
def test_stays_silent(metric: Metric, target: Target) -> None:
    assert not judged(metric, target)


def test_does_not_apply_without_metrics() -> None:
    with pytest.raises(DoesNotApplyError):
        list(accuracy_on_multilabel(Metrics(metrics=()), Labels(targets=(TAGS,))))


SICK = 'model.compile("adam", "binary_crossentropy", metrics=["accuracy", "mse"])\n'
CURED = SICK.replace('"accuracy"', '"binary_accuracy"')


def test_treatment() -> None:
    (finding,) = judged(ARGMAX)
    (treated,) = accuracy_on_multilabel.treatments(finding, Cell(SICK))
    assert (treated.effect, treated.patched) == ("none", CURED)
    ast.parse(CURED)
    (again,) = accuracy_on_multilabel.treatments(finding, Cell(CURED))
    assert again.patched is None


@pytest.mark.keras
@pytest.mark.parametrize(("metric", "sick"), [("accuracy", True), ("binary_accuracy", False)])
def test_on_a_real_model(metric: str, sick: bool) -> None:
    import keras
    import numpy as np

    import nbdoctor

    rng = np.random.default_rng(0)
    x, tags = rng.random((64, 10)), rng.integers(0, 2, (64, 3))
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=[metric])
    found = {finding.rule for finding in nbdoctor.diagnose(model, x, tags).findings}
    assert ("accuracy-on-multilabel" in found) is sick
