from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.overlap import Overlap
from nbdoctor.rules.data.leaked_validation_rows import leaked_validation_rows
from nbdoctor.rules.rule import DoesNotApplyError

LEAKED = Overlap(rows=200, training_rows=800, shared=60, first=(3, 17))


@pytest.mark.parametrize(
    ("overlap", "severity", "words"),
    [
        pytest.param(LEAKED, "critical", "60 of 200 validation rows (30 %)", id="a third"),
        pytest.param(LEAKED, "critical", "validation row 3, training row 17", id="which"),
        pytest.param(replace(LEAKED, shared=10), "warning", "10 of 200", id="a few"),
        pytest.param(
            replace(LEAKED, shared=200, split="tail"), "critical", "(100 %)", id="all of them"
        ),
        pytest.param(
            replace(LEAKED, repeated=80),
            "critical",
            "about 20 would be if they repeated as often as training rows do",
            id="beyond chance",
        ),
    ],
)
def test_fires(overlap: Overlap, severity: str, words: str) -> None:
    (finding,) = leaked_validation_rows(overlap)
    assert words in finding.says
    assert (finding.severity, finding.kind) == (severity, "proof")


@pytest.mark.parametrize(
    "overlap",
    [
        pytest.param(replace(LEAKED, shared=0, first=None), id="none"),
        pytest.param(replace(LEAKED, shared=2), id="two of two hundred"),
        pytest.param(replace(LEAKED, rows=20, shared=3), id="three of twenty"),
        pytest.param(
            replace(LEAKED, shared=190, repeated=780), id="as common inside the training rows"
        ),
        pytest.param(replace(LEAKED, shared=25, repeated=60), id="a table of few categories"),
    ],
)
def test_stays_silent(overlap: Overlap) -> None:
    assert not list(leaked_validation_rows(overlap))


def test_does_not_apply_without_validation_rows() -> None:
    with pytest.raises(DoesNotApplyError):
        list(leaked_validation_rows(replace(LEAKED, rows=0)))


def test_treatment() -> None:
    (finding,) = leaked_validation_rows(LEAKED)
    (offered,) = leaked_validation_rows.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (offered.effect, offered.patched) == ("judgement", None)
    assert "Split first" in offered.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).random((64, 4)).astype("float32")

    def fires(held: np.ndarray) -> bool:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        judged = (held, held[:, :1])
        report = nbdoctor.diagnose(model, x[:48], x[:48, :1], validation_data=judged)
        return "leaked-validation-rows" in {finding.rule for finding in report.findings}

    assert fires(x[40:])
    assert not fires(x[48:])
