from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.history import History
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.trained import Trained
from nbdoctor.rules.labels.majority_class_only import majority_class_only
from nbdoctor.rules.rule import DoesNotApplyError, Finding

RARE = {"rows": 1000, "distinct": 2, "counts": ((0.0, 965), (1.0, 35))}


def findings(
    target: dict[str, Any] = RARE,
    *,
    accuracy: float = 0.965,
    epochs: int = 5,
    rows: int = 256,
    width: int = 1,
    logits: bool = False,
    log: str = "accuracy",
    **trained: Any,
) -> list[Finding]:
    predicted = {"lowest": 0.01, "highest": 0.2} | trained
    return list(
        majority_class_only(
            Labels(targets=(Target(name="y", **target),)),
            Head(outputs=(Output(name="y", width=width, from_logits=logits),)),
            History(values={log: (accuracy,) * epochs}, epochs=epochs),
            Trained(rows=rows, **predicted),
        ),
    )


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="one unit"),
        pytest.param({"logits": True, "lowest": -4.0, "highest": -0.1}, id="logits"),
        pytest.param({"width": 2, "one_class": 0}, id="a softmax of two"),
        pytest.param(
            {
                "width": 2,
                "one_class": 0,
                "target": RARE | {"encoding": "one-hot", "shape": (2,), "rank": 2},
            },
            id="one-hot",
        ),
        pytest.param({"log": "acc"}, id="the short name"),
    ],
)
def test_fires(given: dict[str, Any]) -> None:
    (finding,) = findings(**given)
    assert "accuracy of 0.965 is the share of that class (965 of 1,000 rows)" in finding.says
    assert "none of the 35 others was found" in finding.says
    assert (finding.severity, finding.kind) == ("warning", "strong")


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"highest": 0.9}, id="both classes are named"),
        pytest.param({"accuracy": 0.966}, id="a row of the rare class was hit"),
        pytest.param({"accuracy": 0.964}, id="a row of the frequent class was missed"),
        pytest.param({"lowest": 0.6, "highest": 0.9}, id="the rare class for every row"),
        pytest.param({"logits": True, "lowest": -4.0, "highest": 0.3}, id="logits above zero"),
        pytest.param(
            {"target": RARE | {"counts": ((0.0, 520), (1.0, 480))}, "accuracy": 0.52},
            id="balanced classes have another cause",
        ),
        pytest.param({"width": 3, "one_class": None}, id="rows of several classes differ"),
    ],
)
def test_stays_silent(given: dict[str, Any]) -> None:
    assert findings(**given) == []


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"epochs": 1}, id="the first epoch"),
        pytest.param({"rows": 32}, id="few rows"),
        pytest.param({"log": "auc"}, id="no accuracy"),
        pytest.param({"target": RARE | {"complete": False}}, id="labels that are not all known"),
        pytest.param({"target": RARE | {"encoding": "continuous"}}, id="regression"),
        pytest.param({"target": RARE | {"distinct": 1}}, id="one class is another rule's"),
    ],
)
def test_does_not_apply(given: dict[str, Any]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(**given)


def test_treatment() -> None:
    (finding,) = findings()
    cell = Cell("model.fit(x, y, epochs=5)  # train\n")
    advice, weights = majority_class_only.treatments(finding, cell)
    assert "recall" in advice.text
    assert weights.patched == (
        "model.fit(x, y, epochs=5, class_weight={0: 0.518, 1: 14.3})  # train\n"
    )
    assert weights.effect == "training"


def test_treatment_is_advice_where_rows_are_weighted_already() -> None:
    (finding,) = findings()
    cell = Cell("model.fit(x, y, class_weight=weights)")
    _, offer = majority_class_only.treatments(finding, cell)
    assert (offer.patched, "already weighted" in offer.text) == (None, True)


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    from nbdoctor import Options
    from nbdoctor.capture.fit import watch_fits
    from nbdoctor.session.doctor import Doctor

    rng = np.random.default_rng(0)
    x = rng.normal(size=(512, 4))

    def rules_that_fire(y: np.ndarray) -> set[str]:
        keras.utils.set_random_seed(0)
        head = keras.layers.Dense(1, activation="sigmoid", kernel_initializer="zeros")
        model = keras.Sequential([keras.Input((4,)), head])
        model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
        doctor = Doctor(Cell(""), {}, Options(), lambda *_, **__: None)
        with watch_fits(doctor):
            model.fit(x, y, epochs=4, verbose=0)
        doctor.finish()
        (report,) = doctor.reports()
        return {finding.rule for finding in report.findings}

    assert "majority-class-only" in rules_that_fire((rng.random(512) < 0.04).astype(int))
    assert "majority-class-only" not in rules_that_fire((x[:, 0] > 1).astype(int))
