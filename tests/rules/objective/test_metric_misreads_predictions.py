from dataclasses import replace
from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.metrics import Metric, Metrics
from nbdoctor.rules.objective.metric_misreads_predictions import metric_misreads_predictions
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from tests.rules.ran import rules_of

IDS = Metric(
    output="y",
    asked="iou",
    resolved="MeanIoU",
    name="iou",
    reported=0.25,
    fitting="intersection over union by argmax",
    fitting_value=0.5,
    misread="ids",
)
F1 = Metric(
    output="y", asked="f1_score", resolved="F1Score", name="f1", reported=0.6, misread="always"
)
CONV = Output(name="y", layer="conv", width=3, minimum=0.1, maximum=0.7)
HOT = Target(name="y", encoding="one-hot")


def judged(metric: Metric, width: int = 3, target: Target = HOT) -> list[Finding]:
    head = Head(outputs=(replace(CONV, width=width),))
    return list(
        metric_misreads_predictions(Metrics(metrics=(metric,)), head, Labels(targets=(target,)))
    )


def test_fires() -> None:
    (finding,) = judged(IDS)
    assert "3 values for each place, between 0.1 and 0.7" in finding.says
    assert "it reports 0.25; with the largest of them as the class it is 0.5" in finding.says
    (finding,) = judged(F1, 1)
    assert "every row counts as class 1" in finding.says


def test_stays_silent() -> None:
    assert judged(replace(IDS, misread="")) == []
    assert judged(replace(IDS, output="other")) == []


def test_does_not_apply_without_metrics() -> None:
    with pytest.raises(DoesNotApplyError):
        list(metric_misreads_predictions(Metrics(metrics=()), Head(outputs=(CONV,)), None))


@pytest.mark.parametrize(
    ("metric", "width", "encoding", "cell", "after"),
    [
        (IDS, 3, "one-hot", "m = keras.metrics.MeanIoU(3)", "m = keras.metrics.OneHotMeanIoU(3)"),
        (IDS, 3, "ids", "m = MeanIoU(3)", "m = MeanIoU(3, sparse_y_pred=False)"),
        (F1, 1, "ids", "m = F1Score()", "m = F1Score(threshold=0.5)"),
    ],
)
def test_treatment(metric: Metric, width: int, encoding: str, cell: str, after: str) -> None:
    (finding,) = judged(metric, width, Target(name="y", encoding=encoding))
    (offered,) = metric_misreads_predictions.treatments(finding, Cell(cell))
    assert offered.patched == after
    (elsewhere,) = metric_misreads_predictions.treatments(finding, Cell("fit()"))
    assert elsewhere.patched is None
    assert metric.resolved.removeprefix("Mean") in elsewhere.text


def test_treatment_of_one_column_is_advice() -> None:
    (finding,) = judged(IDS, 1)
    (offered,) = metric_misreads_predictions.treatments(finding, Cell("m = MeanIoU(2)"))
    assert "BinaryIoU(threshold=0.5)" in offered.text


REAL = """
import keras, numpy as np
rng = np.random.default_rng(0)
x = rng.normal(size=(32, 4)).astype("float32")
ids = (x[:, 0] > 0).astype(int)
y = LABELS
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(UNITS, "ACTIVATION")])
model.compile("adam", "LOSS", metrics=[METRIC])
model.fit(x, y, verbose=0)
"""
SOFT = ("np.eye(2)[ids]", "2", "softmax", "categorical_crossentropy")
ONE = ("ids[:, None]", "1", "sigmoid", "binary_crossentropy")


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("head", "metric", "sick"),
    [
        pytest.param(SOFT, "MeanIoU(2)", True, id="probabilities for ids"),
        pytest.param(SOFT, "OneHotMeanIoU(2)", False, id="the largest column"),
        pytest.param(ONE, "MeanIoU(2)", True, id="one probability for an id"),
        pytest.param(ONE, "BinaryIoU()", False, id="from a threshold on"),
        pytest.param(ONE, "F1Score()", True, id="the largest of one column"),
        pytest.param(ONE, "F1Score(threshold=0.5)", False, id="a threshold"),
        pytest.param(SOFT, "F1Score()", False, id="the largest of two"),
    ],
)
def test_on_a_real_model(head: tuple[Any, ...], metric: str, sick: bool) -> None:
    cell = REAL
    for word, value in zip(("LABELS", "UNITS", "ACTIVATION", "LOSS"), head, strict=True):
        cell = cell.replace(word, value)
    found = rules_of(cell.replace("METRIC", f"keras.metrics.{metric}"), "--no-trials")
    assert ("metric-misreads-predictions" in found) is sick
