import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.rules.objective.clipped_by_log_loss import LOG_LOSS, clipped_by_log_loss
from nbdoctor.rules.rule import DoesNotApplyError, Finding

BELOW = Output(
    name="y",
    layer="dense",
    width=1,
    activation="linear",
    loss=LOG_LOSS,
    rows=50,
    minimum=-12.0,
    maximum=-0.4,
    below_zero=1.0,
)


def judged(output: Output) -> list[Finding]:
    return list(clipped_by_log_loss(Head(outputs=(output,))))


@pytest.mark.parametrize(
    ("output", "severity", "words"),
    [
        pytest.param(BELOW, "critical", "All predictions of `dense` in 50 rows", id="all"),
        pytest.param(BELOW, "critical", "no row has a gradient", id="no gradient"),
        pytest.param(
            replace(BELOW, below_zero=0.6, maximum=3.0), "warning", "60 % of predictions", id="most"
        ),
        pytest.param(replace(BELOW, below_zero=0.5), "warning", "these rows have no", id="half"),
    ],
)
def test_fires(output: Output, severity: str, words: str) -> None:
    (finding,) = judged(output)
    assert words in finding.says
    assert (finding.severity, finding.kind) == (severity, "proof")


@pytest.mark.parametrize(
    "output",
    [
        pytest.param(replace(BELOW, below_zero=0.4), id="a part of them before training"),
        pytest.param(replace(BELOW, below_zero=0.0, activation="softplus"), id="positive"),
        pytest.param(replace(BELOW, below_zero=0.49), id="just below half"),
    ],
)
def test_stays_silent(output: Output) -> None:
    assert not judged(output)


@pytest.mark.parametrize(
    "output",
    [
        pytest.param(replace(BELOW, loss="mean_squared_error"), id="squared error"),
        pytest.param(replace(BELOW, loss="poisson"), id="another loss with a logarithm"),
        pytest.param(replace(BELOW, below_zero=None), id="not measured"),
    ],
)
def test_does_not_apply(output: Output) -> None:
    with pytest.raises(DoesNotApplyError):
        judged(output)


SICK = """\
model = keras.Sequential([keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mean_squared_logarithmic_error")
"""


def test_treatment() -> None:
    (finding,) = judged(BELOW)
    positive, squared = clipped_by_log_loss.treatments(finding, Cell(SICK))
    assert positive.patched == SICK.replace("Dense(1)", 'Dense(1, activation="softplus")')
    assert squared.patched == SICK.replace("logarithmic_", "")
    for treated in (positive, squared):
        assert treated.patched is not None
        ast.parse(treated.patched)
    again, _ = clipped_by_log_loss.treatments(finding, Cell(positive.patched or ""))
    assert again.patched is None


@pytest.mark.keras
@pytest.mark.parametrize(("start", "sick"), [(-0.5, True), (0.5, False)])
def test_on_a_real_model(start: float, sick: bool) -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).uniform(1, 10, (64, 2))
    first = keras.initializers.Constant(start)
    layer = keras.layers.Dense(1, kernel_initializer=first)
    model = keras.Sequential([keras.Input((2,)), layer])
    model.compile("adam", LOG_LOSS)
    report = nbdoctor.diagnose(model, x, x.sum(axis=1))
    found = {finding.rule: finding.because_of for finding in report.findings}
    assert ("clipped-by-log-loss" in found) is sick
    if sick:
        assert found["weights-stand-still"] == "clipped-by-log-loss"
