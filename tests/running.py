"""Run a cell in a shell, with the magic and without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nbdoctor.report import Report

if TYPE_CHECKING:
    import pytest
    from IPython.core.interactiveshell import InteractiveShell

MODEL = """
import keras, numpy as np, tensorflow as tf
keras.utils.set_random_seed(3)
x = np.random.normal(size=(64, 4)).astype("float32")
y = np.random.normal(size=(64, 1)).astype("float32")
def made():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    return model
model = made()
"""
TIMES = re.compile(
    r"\d+[mu]?s(?:/epoch|/step)?|Cell In\[\d+\]|\x1b\[[\d;]*m|0x\w+|<ipython-input-[\w-]+>"
    r"|(?<=_iterator_)\d+|(?<=CPU times).*|(?<=Wall time).*"
)


def run(shell: InteractiveShell, source: str, **names: Any) -> Any:
    import keras

    keras.backend.clear_session()
    shell.reset(new_session=False)
    shell.user_ns.update(names)
    return shell.run_cell(source)


def both(
    shell: InteractiveShell,
    capsys: pytest.CaptureFixture[str],
    source: str,
    afterwards: str = "after = None",
    magics: tuple[str, str] = ("# plain", "%%diagnose -q --no-experiment -o reports"),
) -> tuple[tuple[Report, ...], str]:
    """The reports of the cell, once it has come out as the plain one; and what it printed.

    `afterwards` is a cell that leaves something behind as `after`, which must be the same, too.
    """
    outcomes = []
    for first_lines in magics:
        capsys.readouterr()
        result = run(shell, f"{first_lines}\n{MODEL}{source}")
        printed = TIMES.sub("·", "".join(capsys.readouterr()))
        models = [v for v in shell.user_ns.values() if type(v).__name__ == "Sequential"]
        weights = [w.tolist() for model in models for w in model.get_weights()]
        slots = [
            variable.numpy().tolist() for model in models for variable in model.optimizer.variables
        ]
        assert shell.run_cell(afterwards).success
        after = shell.user_ns["after"]
        outcomes.append((repr(result.error_in_exec), printed, weights, slots, after))
    for plain, diagnosed in zip(*outcomes, strict=True):
        assert diagnosed == plain
    reports = shell.user_ns["reports"]
    reports = reports if isinstance(reports, tuple) else (reports,)
    assert all(report.faults == () for report in reports)
    return reports, outcomes[0][1]


def diagnosed_fit(model: Any, *data: Any, **arguments: Any) -> Any:
    """The report of a `fit` that really trains."""
    from unittest.mock import Mock

    from nbdoctor.capture.fit import watch_fits
    from nbdoctor.cell.cell import Cell
    from nbdoctor.session.doctor import Doctor, Options

    doctor = Doctor(Cell(""), {}, Options(trials=False), Mock())
    with watch_fits(doctor):
        model.fit(*data, verbose=0, **arguments)
    doctor.finish()
    return doctor.reports()[-1]
