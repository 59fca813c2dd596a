from dataclasses import replace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.below_simple_models import below_simple_models

GAP = Attained(
    kind="classes",
    score=0.41,
    ceiling=0.93,
    simple={"linear model": 0.6, "random trees": 0.93},
    rows=300,
    counted=300.0,
    held_out=True,
)


def test_fires() -> None:
    (finding,) = below_simple_models(GAP)
    assert finding.title == (
        "Something is wrong: simple models reach 0.93 on these rows, this one 0.41"
    )
    assert "On 300 validation rows" in finding.says
    assert "(random trees)" in finding.says
    assert (finding.severity, finding.kind) == ("warning", "strong")


@pytest.mark.parametrize(
    "attained",
    [
        pytest.param(replace(GAP, score=0.8), id="close"),
        pytest.param(replace(GAP, score=0.99), id="better"),
        pytest.param(replace(GAP, counted=30.0, score=0.5), id="chance, in so few rows"),
    ],
)
def test_stays_silent(attained: Attained) -> None:
    assert not list(below_simple_models(attained))


def test_below_a_constant_counts_as_a_constant() -> None:
    low = replace(GAP, ceiling=0.5, counted=36.0)
    assert below_simple_models(replace(low, score=-0.9))
    assert low.margin == 0.5
    assert replace(low, score=-0.9).has_gap == replace(low, score=0.0).has_gap


@pytest.mark.parametrize(
    ("attained", "why"),
    [
        pytest.param(
            replace(GAP, ceiling=None, simple={}, why_no_ceiling="9 rows are too few"), "too few",
            id="no ceiling",
        ),
        pytest.param(replace(GAP, ceiling=0.3), "proves nothing", id="a low ceiling"),
    ],
)  # fmt: skip
def test_does_not_apply(attained: Attained, why: str) -> None:
    with pytest.raises(DoesNotApplyError, match=why):
        list(below_simple_models(attained))


def test_treatment() -> None:
    (finding,) = below_simple_models(GAP)
    (advice,) = below_simple_models.treatments(finding, Cell("model.fit(x, y)\n"))
    assert "pairing with the labels" in advice.text
    assert (advice.effect, advice.patched) == ("advice", None)


CELL = """%%diagnose -q -o report --no-trials
import keras, numpy as np
keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(600, 8)).astype("float32")
y = (x[:, 0] + x[:, 1] > 0).astype("int32")
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(8, "relu"),
                          keras.layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.{optimizer}, "binary_crossentropy")
model.fit(x, y, epochs={epochs}, validation_split=0.25, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize(
    ("optimizer", "epochs", "gap"), [("Adam(0.02)", 6, False), ("SGD(1e-4)", 1, True)]
)
def test_on_a_real_model(shell: InteractiveShell, optimizer: str, epochs: int, gap: bool) -> None:
    shell.run_cell(CELL.format(optimizer=optimizer, epochs=epochs))
    report: Any = shell.user_ns["report"]
    attained = report.readings["Attained"]
    assert attained.held_out
    assert attained.rows == 150
    assert attained.ceiling > 0.8
    assert attained.has_gap is gap
    findings = {one.rule: one for one in report.findings}
    assert ("below-simple-models" in findings) is gap
    if not gap:
        assert report.verdict in {"healthy", "note"}
