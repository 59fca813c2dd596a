from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.labels.labels_misfit_loss import labels_misfit_loss
from nbdoctor.rules.rule import DoesNotApplyError, Finding


def target(values: dict[float, int], **facts: Any) -> Target:
    return Target(
        name="y",
        variable="sales",
        rows=sum(values.values()),
        values=sum(values.values()),
        minimum=min(values),
        maximum=max(values),
        distinct=len(values),
        counts=tuple(values.items()),
        zeros=values.get(0, 0),
        below_zero=sum(count for value, count in values.items() if value < 0),
        **facts,
    )


def findings(values: Target, loss: str) -> list[Finding]:
    head = Head(outputs=(Output(name="y", layer="dense", width=1, loss=loss),))
    return list(labels_misfit_loss(Labels(targets=(values,)), head))


@pytest.mark.parametrize(
    ("values", "loss", "severity", "words"),
    [
        pytest.param(
            target({0: 20, 3: 80}),
            "mean_absolute_percentage_error",
            "critical",
            "20 of 100 targets (20 %) are 0",
            id="percentages of 0",
        ),
        pytest.param(
            target({-1: 30, 3: 70}), "poisson", "critical", "down to -1", id="negative counts"
        ),
        pytest.param(
            target({-1: 1, 3: 999}),
            "mean_squared_logarithmic_error",
            "warning",
            "1 of 1,000 targets (0.1 %) are negative",
            id="a single negative target",
        ),
        pytest.param(
            target({0: 30, 1: 30, 2: 40}), "hinge", "critical", "3 different", id="three classes"
        ),
        pytest.param(
            target({1: 50, 2: 50}), "squared_hinge", "critical", "1 to 2", id="classes 1 and 2"
        ),
    ],
)
def test_fires(values: Target, loss: str, severity: str, words: str) -> None:
    (finding,) = findings(values, loss)
    assert words in finding.says
    assert finding.severity == severity


@pytest.mark.parametrize(
    ("values", "loss"),
    [
        pytest.param(target({1: 20, 3: 80}), "mean_absolute_percentage_error", id="no target is 0"),
        pytest.param(target({0: 20, 3: 80}), "poisson", id="counts"),
        pytest.param(target({-1: 20, 1: 80}), "hinge", id="signs"),
        pytest.param(target({0: 20, 1: 80}), "hinge", id="0 and 1, which Keras converts"),
        pytest.param(target({1: 80}), "hinge", id="one class is another rule's"),
    ],
)
def test_stays_silent(values: Target, loss: str) -> None:
    assert findings(values, loss) == []


@pytest.mark.parametrize("loss", ["mean_squared_error", "binary_crossentropy", "custom", ""])
def test_does_not_apply(loss: str) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(target({-1: 20, 0: 80}), loss)


CELL = """\
model = keras.Sequential([keras.layers.Dense(1)])
model.compile("adam", "LOSS")
"""


@pytest.mark.parametrize(
    ("values", "loss", "now"),
    [
        (target({0: 2, 3: 8}), "mean_absolute_percentage_error", '"mean_absolute_error"'),
        (target({-3: 2, 3: 8}), "poisson", '"mean_squared_error"'),
        (target({0: 30, 1: 30, 2: 40}), "hinge", "Dense(3, activation="),
    ],
)
def test_treatment(values: Target, loss: str, now: str) -> None:
    (finding,) = findings(values, loss)
    (treated,) = labels_misfit_loss.treatments(finding, Cell(CELL.replace("LOSS", loss)))
    assert treated.patched is not None
    assert now in treated.patched


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).random((64, 4))

    def rules_that_fire(y: object) -> set[str]:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        model.compile("adam", "mape")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "labels-misfit-loss" in rules_that_fire(np.arange(64) % 5)
    assert "labels-misfit-loss" not in rules_that_fire(np.arange(64) % 5 + 1)
