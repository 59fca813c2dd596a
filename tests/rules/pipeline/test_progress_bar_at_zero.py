import ast
from dataclasses import replace
from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.pipeline import Pipeline
from nbdoctor.rules.pipeline.progress_bar_at_zero import progress_bar_at_zero
from nbdoctor.rules.rule import DoesNotApplyError

SHORT = Pipeline(
    first_fetch=0.01, first_step=0.8, step=0.004, steps_timed=12, steps_per_epoch=4, epochs=5
)
SLOW_VALIDATION = replace(SHORT, steps_per_epoch=45, validation=3.2)


@pytest.mark.parametrize(
    ("pipeline", "words"),
    [
        pytest.param(
            SHORT,
            ("4 steps of 4 ms, 16 ms in total", "from the second epoch on"),
            id="seed program",
        ),
        pytest.param(
            replace(SHORT, steps_per_epoch=5, step=0.099), ("500 ms in total",), id="at the limits"
        ),
        pytest.param(
            replace(SHORT, steps_per_epoch=1, first_step=0.1),
            ("1 step of 4 ms", "so the bar shows 0s"),
            id="one step, compiled before",
        ),
        pytest.param(replace(SHORT, unknown_length=True), ("`Unknown`",), id="unknown length"),
        pytest.param(replace(SHORT, validation=0.1), ("4 steps",), id="short validation as well"),
        pytest.param(
            SLOW_VALIDATION,
            ("45 steps of an epoch take 180 ms", "validation after them 3.2 s"),
            id="a long validation",
        ),
    ],
)
def test_fires(pipeline: Pipeline, words: tuple[str]) -> None:
    (finding,) = progress_bar_at_zero(pipeline)
    assert all(word in finding.says for word in words)
    assert finding.where.call == "fit"
    assert (finding.severity, finding.kind) == ("note", "proof")


@pytest.mark.parametrize(
    "pipeline",
    [
        pytest.param(replace(SHORT, steps_per_epoch=45), id="a healthy run of 45 short steps"),
        pytest.param(replace(SHORT, steps_per_epoch=6), id="one step more than a few"),
        pytest.param(replace(SHORT, step=0.2), id="few long steps"),
        pytest.param(replace(SHORT, step=0.125), id="an epoch of exactly half a second"),
        pytest.param(replace(SHORT, epochs=1), id="one epoch, which shows its compiling"),
        pytest.param(replace(SHORT, validation=0.6), id="validation fills the second"),
        pytest.param(
            replace(SLOW_VALIDATION, step=0.2), id="validation is shorter than the training"
        ),
        pytest.param(replace(SLOW_VALIDATION, validation=0.9), id="validation below a second"),
        pytest.param(
            replace(SHORT, steps_per_epoch=900, unknown_length=True),
            id="unknown length, many steps",
        ),
    ],
)
def test_stays_silent(pipeline: Pipeline) -> None:
    assert not list(progress_bar_at_zero(pipeline))


@pytest.mark.parametrize(
    "pipeline",
    [
        pytest.param(replace(SHORT, progress_bar=False), id="no bar"),
        pytest.param(replace(SHORT, step=None), id="nothing timed"),
        pytest.param(replace(SHORT, steps_per_epoch=None), id="length never known"),
    ],
)
def test_does_not_apply(pipeline: Pipeline) -> None:
    with pytest.raises(DoesNotApplyError):
        list(progress_bar_at_zero(pipeline))


def test_treatment() -> None:
    (finding,) = progress_bar_at_zero(SLOW_VALIDATION)
    before = "model.fit(x, y, validation_data=held)  # long\n"
    after = "model.fit(x, y, validation_data=held, validation_freq=5)  # long\n"
    (treatment,) = progress_bar_at_zero.treatments(finding, Cell(before))
    assert treatment.patched == after
    ast.parse(after)
    (again,) = progress_bar_at_zero.treatments(finding, Cell(after))
    assert again.patched is None


def test_short_epochs_need_no_treatment() -> None:
    (finding,) = progress_bar_at_zero(SHORT)
    assert not list(progress_bar_at_zero.treatments(finding, Cell("model.fit(x, y)\n")))


CELL = """%%diagnose -q --no-trials -o report
import numpy as np
import keras
x = np.random.rand({rows}, 3)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, x.sum(axis=1), epochs=4, batch_size=32)
"""


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")  # Keras's own, of the cell
@pytest.mark.parametrize(
    ("rows", "puzzling"),
    [pytest.param(100, True, id="4 steps"), pytest.param(640, False, id="20 steps")],
)
def test_on_a_real_model(rows: int, puzzling: bool) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    shell: Any = InteractiveShell.instance()
    shell.run_cell("%load_ext nbdoctor")
    shell.run_cell(CELL.format(rows=rows))
    found = {f.rule for f in shell.user_ns["report"].findings}
    assert ("progress-bar-at-zero" in found) is puzzling
