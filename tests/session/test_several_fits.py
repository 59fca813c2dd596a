"""Cells that train more than once: what is said belongs to the model that was examined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbdoctor.report import Report

TWO_OF_ONE_FUNCTION_AND_ANOTHER = """%%diagnose -q --no-trials --no-experiment -o reports
def net():
    model = keras.Sequential([keras.Input((4,)), Dense(8, "relu"), Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, y, epochs=2, verbose=0)
    return model
first = net()
second = net()
bad = keras.Sequential([keras.Input((4,)), Dense(8, "relu"), Dense(1)])
bad.compile(
    keras.optimizers.Adam(10.0), "mse"
)
bad.fit(x, y, epochs=3, verbose=0)
"""
DATA = """
import keras, numpy as np
from keras.layers import Dense
keras.utils.set_random_seed(3)
x = np.random.normal(size=(256, 4)).astype("float32")
y = (x @ np.random.normal(size=(4, 1))).astype("float32")
"""


def lines(report: Report) -> dict[str, int | None]:
    return {one.rule: one.where.line for one in report.findings}


@pytest.mark.keras
def test_lines_are_those_of_the_model_that_was_examined(shell: InteractiveShell) -> None:
    assert shell.run_cell(DATA).success
    assert shell.run_cell(TWO_OF_ONE_FUNCTION_AND_ANOTHER).success
    first, second, bad = shell.user_ns["reports"]
    assert lines(bad)["learning-rate-too-high"] == 10
    assert set(lines(bad).values()) <= {9, 10, 13, None}
    assert set(lines(first).values()) | set(lines(second).values()) <= {3, 4, 5, None}
