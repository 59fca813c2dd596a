from typing import Any

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbdoctor.readings.memorised import Memorised, _can_be_learned

CELL = """%%diagnose -q -o report --no-trials --budget 60
import keras, numpy as np
keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(400, 6)).astype("float32")
y = (x[:, 0] + x[:, 1] > 0).astype("int32")
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(16, "relu"),
                          {more}keras.layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.Adam({rate}), "binary_crossentropy")
model.fit(x, y, epochs=1, batch_size=32, verbose=0)
weights = [one.copy() for one in model.get_weights()]
"""


def read(shell: InteractiveShell, rate: float, more: str = "") -> Memorised | None:
    shell.run_cell(CELL.format(rate=rate, more=more))
    report: Any = shell.user_ns["report"]
    kept = zip(shell.user_ns["weights"], shell.user_ns["model"].get_weights(), strict=True)
    assert all(np.array_equal(one, other) for one, other in kept), "copies have learned, no weights"
    found: Memorised | None = report.readings.get("Memorised")
    return found


@pytest.mark.keras
def test_a_batch_over_and_over(shell: InteractiveShell) -> None:
    found = read(shell, 1e-4)
    assert found is not None
    assert found.rows == 32
    assert found.steps > 100
    assert found.after > found.before + 0.1

    still = read(shell, 1e-9)
    assert still is not None
    assert abs(still.after - still.before) < 0.01

    assert read(shell, 0.05) is None  # it is no worse than simple models
    assert read(shell, 1e-9, "keras.layers.Dropout(0.5), ") is None


def test_rows_that_a_table_could_hold() -> None:
    x = np.arange(20.0).reshape(10, 2)
    assert _can_be_learned(x, np.zeros(10))
    assert not _can_be_learned(x[:6], np.zeros(6))
    assert not _can_be_learned(np.concatenate([x, x[:1]]), np.zeros(11))
    assert not _can_be_learned(x, np.zeros(9))
    assert not _can_be_learned(np.empty(0), np.empty(0))
