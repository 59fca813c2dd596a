from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nbdoctor.capture.summary import summary_of
from nbdoctor.capture.uses import Use
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.handed import HandedOver, first_unlike
from nbdoctor.rules.data.predicted_unscaled import predicted_unscaled
from tests.rules.ran import rules_of

RAW = np.random.default_rng(0).normal(size=(200, 4)) * [3, 5, 7, 9] + 100
SCALED = (RAW - RAW.mean(axis=0)) / RAW.std(axis=0)
UNSCALED = HandedOver(
    by="predict",
    line=5,
    rows=100,
    low=70.0,
    high=130.0,
    trained_low=-3.0,
    trained_high=3.0,
    distance=90.0,
)


PICTURES = np.random.default_rng(1).random((60, 6, 6, 1)) + np.linspace(0, 1, 6)[:, None, None]
TRAINED = PICTURES - PICTURES.mean(axis=0)


@pytest.mark.parametrize(
    ("rows", "has"),
    [
        (PICTURES - PICTURES.mean(axis=(1, 2, 3), keepdims=True), "a mean of 0"),
        (PICTURES - PICTURES.mean(axis=1, keepdims=True), "a mean of 0 along axis 1"),
        (
            (PICTURES - PICTURES.mean(axis=(1, 2, 3), keepdims=True))
            / PICTURES.std(axis=(1, 2, 3), keepdims=True),
            "a mean of 0 and a standard deviation of 1",
        ),
        (
            (PICTURES - PICTURES.min(axis=(1, 2, 3), keepdims=True))
            / np.ptp(PICTURES, axis=(1, 2, 3), keepdims=True),
            "values from 0 to 1, both included",
        ),
    ],
)
def test_rows_that_were_normalised_one_by_one(rows: np.ndarray, has: str) -> None:
    trained = summary_of({"x": TRAINED.astype("float32")})

    def found(x: np.ndarray, known: Any = trained) -> HandedOver | None:
        return first_unlike([Use(by="predict", line=5, summary=summary_of({"x": x}))], known, {})

    rows = rows.astype("float32")
    unlike = found(rows)
    assert unlike is not None
    assert unlike.by_row == has
    (finding,) = predicted_unscaled(unlike)
    assert f"has {has} by itself" in finding.says
    assert found(rows, summary_of({"x": rows})) is None


def test_rows_that_were_normalised_as_in_training() -> None:
    known = summary_of({"x": TRAINED[:40]})
    use = Use(by="predict", line=5, summary=summary_of({"x": TRAINED[40:]}))
    assert first_unlike([use], known, {}) is None


def unlike(x: np.ndarray) -> HandedOver | None:
    use = Use(by="predict", line=5, summary=summary_of({"x": x}))
    return first_unlike([use], summary_of({"x": SCALED}), {"raw": RAW, "scaled": SCALED})


def test_fires() -> None:
    found = unlike(RAW[:3])
    assert found is not None
    assert (found.line, found.rows, found.like) == (5, 3, "raw")
    (finding,) = predicted_unscaled(found)
    assert "They look like `raw`." in finding.says
    assert (finding.severity, finding.kind) == ("warning", "strong")


def test_fires_for_rows_that_were_scaled_twice() -> None:
    found = unlike(SCALED / 255)
    assert found is not None
    (finding,) = predicted_unscaled(replace(found, like=""))
    assert "look like" not in finding.says


@pytest.mark.parametrize(
    "x",
    [
        pytest.param(SCALED[:50], id="the same rows"),
        pytest.param(SCALED[:1], id="one row"),
        pytest.param(SCALED + 2, id="a little further on"),
        pytest.param(np.where(np.arange(4) == 1, 50.0, SCALED), id="one column far away"),
        pytest.param(RAW[:, :3], id="another shape, which Keras refuses"),
    ],
)
def test_stays_silent(x: np.ndarray) -> None:
    assert unlike(x) is None


def test_treatment() -> None:
    (finding,) = predicted_unscaled(UNSCALED)
    (offered,) = predicted_unscaled.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (offered.effect, offered.patched) == ("judgement", None)


@pytest.mark.keras
@pytest.mark.parametrize(("factor", "sick"), [(255, True), (1, False)])
def test_on_a_real_model(factor: int, sick: bool) -> None:
    found = rules_of(
        f"""model = build()
model.fit(x, y, verbose=0)
model.predict({factor} * x, verbose=0)
""",
        "--no-trials",
    )
    assert ("predicted-unscaled" in found) is sick
