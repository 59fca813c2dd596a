from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.contradictions import Contradictions
from nbdoctor.rules.labels.contradicting_labels import contradicting_labels
from tests.rules.ran import rules_of

TWICE = Contradictions(rows=400, repeated=160, contradicting=120, first=(3, 211))


def test_fires() -> None:
    (finding,) = contradicting_labels(TWICE)
    assert "120 of 400 rows (30 %)" in finding.says
    assert "the first are rows 3 and 211" in finding.says


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(replace(TWICE, contradicting=0, first=None), id="none"),
        pytest.param(replace(TWICE, contradicting=12), id="a few rows"),
        pytest.param(replace(TWICE, repeated=390, contradicting=60), id="few of the repeated"),
    ],
)
def test_stays_silent(found: Contradictions) -> None:
    assert not list(contradicting_labels(found))


def test_treatment() -> None:
    (finding,) = contradicting_labels(TWICE)
    (advice,) = contradicting_labels.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (advice.effect, advice.patched) == ("judgement", None)


def test_treatment_leaves_the_one_row_out() -> None:
    (finding,) = contradicting_labels(replace(TWICE, first=(1, 3), largest=110))
    assert "110 of them are one and the same row." in finding.says
    (treated,) = contradicting_labels.treatments(finding, Cell("model.fit(x, y)\n"))
    x = np.arange(24).reshape(6, 2, 2)
    x[3] = x[5] = x[1]
    names: dict[str, Any] = {"x": x, "y": np.arange(6)}
    exec((treated.patched or "").replace("model.fit(x, y)", ""), names)  # noqa: S102
    assert names["y"].tolist() == [0, 2, 4]
    (advice,) = contradicting_labels.treatments(finding, Cell("model.fit(data)\n"))
    assert advice.patched is None
    assert "row 1" in advice.text


@pytest.mark.keras
@pytest.mark.parametrize("joined", [True, False])
def test_on_a_real_model(joined: bool) -> None:
    found = rules_of(f"""rng = np.random.default_rng(18)
x = rng.normal(size=(200, 20)).astype("float32")
y = rng.integers(0, 3, 200)
if {joined}:
    x, y = np.concatenate([x, x[:60]]), np.concatenate([y, (y[:60] + 1) % 3])
model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(3, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x, y, verbose=0)
""")
    assert ("contradicting-labels" in found) is joined
