from unittest.mock import Mock

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.modes import Modes
from nbdoctor.rules.model.stale_batch_statistics import stale_batch_statistics
from nbdoctor.rules.rule import DoesNotApplyError, Finding


def findings(
    training: float,
    inference: float,
    *,
    steps: int | None = 2000,
    momentum: float = 0.99,
    rows: int = 256,
    baseline: float | None = 1.1,
    attained: Attained | None = None,
    made: int | None = None,
) -> list[Finding]:
    modes = Modes(
        rows=rows,
        loss_training=training,
        loss_inference=inference,
        normalising=("norm", "norm_1"),
        momentum=momentum,
        steps=made,
    )
    loss = LossAtInit(reported=1.2, rehearsed=1.2, penalty=0.0, data=1.2, baseline=baseline)
    fit = Fit(data_kind="arrays", steps_planned=steps)
    return list(stale_batch_statistics(modes, loss, fit, attained))


@pytest.mark.parametrize(
    ("given", "severity", "words"),
    [
        pytest.param({}, "warning", "0.39 with the statistics", id="after many steps"),
        pytest.param({"steps": 48}, "note", "48 steps are few", id="after few steps"),
        pytest.param({"steps": None}, "warning", "`norm`", id="steps that are not known"),
        pytest.param(
            {"steps": None, "made": 78}, "note", "78 steps", id="rows that nobody has counted"
        ),
        pytest.param({"steps": 900, "momentum": 0.999}, "note", "900 steps", id="slow averages"),
    ],
)
def test_fires(given: dict[str, object], severity: str, words: str) -> None:
    (finding,) = findings(0.39, 37.5, **given)  # type: ignore[arg-type]
    assert words in finding.says
    assert (finding.severity, finding.kind) == (severity, "strong")


@pytest.mark.parametrize(("score", "severity"), [(0.1, "warning"), (0.9, "note")])
def test_few_steps_are_no_excuse_where_predictions_are_bad(score: float, severity: str) -> None:
    attained = Attained(kind="classes", score=score, ceiling=0.95, rows=400, counted=400.0)
    (finding,) = findings(0.1, 2.2, steps=24, attained=attained)
    assert finding.severity == severity


@pytest.mark.parametrize(
    ("training", "inference"),
    [
        pytest.param(0.39, 0.41, id="nearly the same"),
        pytest.param(0.6, 1.19, id="less than twice"),
        pytest.param(0.01, 0.5, id="far apart and both good"),
        pytest.param(0.9, 0.2, id="better in predict"),
        pytest.param(float("nan"), float("nan"), id="NaN is something else"),
    ],
)
def test_stays_silent(training: float, inference: float) -> None:
    assert findings(training, inference) == []


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"rows": 8}, id="few rows"),
        pytest.param({"baseline": None}, id="no constant to compare with"),
        pytest.param({"baseline": 0.0}, id="labels that are all the same"),
    ],
)
def test_does_not_apply(given: dict[str, object]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(0.39, 37.5, **given)  # type: ignore[arg-type]


SICK = """\
model.add(BatchNormalization(momentum=0.999))
model.add(BatchNormalization())
"""
CURED = SICK.replace("0.999", "0.9").replace("n()", "n(momentum=0.9)")


def test_treatment() -> None:
    (finding,) = findings(0.39, 37.5)
    (treated,) = stale_batch_statistics.treatments(finding, Cell(SICK))
    assert (treated.effect, treated.patched) == ("training", CURED)
    (low,) = findings(0.39, 37.5, momentum=0.9)
    (offered,) = stale_batch_statistics.treatments(low, Cell(CURED))
    assert offered.patched is None
    assert "Train for more steps" in offered.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    from nbdoctor.capture.fit import watch_fits
    from nbdoctor.session.doctor import Doctor, Options

    x = np.random.default_rng(0).normal(20, 5, size=(256, 4)).astype("float32")
    y = (x[:, 0] > x[:, 1]).astype("int32")

    def rules_that_fire(momentum: float) -> set[str]:
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [
                keras.Input((4,)),
                keras.layers.BatchNormalization(momentum=momentum),
                keras.layers.Dense(8, "relu"),
                keras.layers.Dense(2, "softmax"),
            ]
        )
        model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
        doctor = Doctor(Cell(""), {}, Options(), Mock())
        with watch_fits(doctor):
            model.fit(x, y, epochs=6, verbose=0)
        doctor.finish()
        return {finding.rule for finding in doctor.reports()[-1].findings}

    assert "stale-batch-statistics" in rules_that_fire(0.9999)
    assert "stale-batch-statistics" not in rules_that_fire(0.8)
