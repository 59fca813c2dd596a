from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.blank_rows import BlankInput, BlankRows
from nbdoctor.rules.data.rows_of_nothing import rows_of_nothing
from tests.rules.ran import rules_of

BLACK = BlankInput(name="x", ids=False, rows=400, blank=60, first=7)


@pytest.mark.parametrize(
    ("blank", "severity"), [pytest.param(60, "warning"), pytest.param(4, "note")]
)
def test_fires(blank: int, severity: str) -> None:
    (finding,) = rows_of_nothing(BlankRows(inputs=(replace(BLACK, blank=blank),)))
    assert f"{blank} of 400 rows of `x` are pictures of one value" in finding.says
    assert finding.severity == severity


@pytest.mark.parametrize("blank", [0, 1, 400])
def test_stays_silent(blank: int) -> None:
    assert not list(rows_of_nothing(BlankRows(inputs=(replace(BLACK, blank=blank),))))


def test_treatment() -> None:
    (finding,) = rows_of_nothing(BlankRows(inputs=(BLACK,)))
    (treated,) = rows_of_nothing.treatments(finding, Cell("model.fit(x, y)\n"))
    x = np.zeros((5, 4, 4))
    x[2:, 0, 0] = 1
    names: dict[str, Any] = {"x": x, "y": np.arange(5)}
    exec((treated.patched or "").replace("model.fit(x, y)", ""), names)  # noqa: S102
    assert names["y"].tolist() == [2, 3, 4]
    (advice,) = rows_of_nothing.treatments(finding, Cell("model.fit(make(), y)\n"))
    assert (advice.effect, advice.patched) == ("judgement", None)


@pytest.mark.keras
@pytest.mark.parametrize("missing", [40, 0])
def test_on_a_real_model(missing: int) -> None:
    found = rules_of(f"""rng = np.random.default_rng(16)
x = rng.random((200, 5, 5, 1)).astype("float32")
x[:{missing}] = 0
y = rng.integers(0, 2, 200)
model = keras.Sequential([keras.Input((5, 5, 1)), keras.layers.Flatten(),
                          keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy")
model.fit(x, y, verbose=0)
""")
    assert ("rows-of-nothing" in found) is bool(missing)
