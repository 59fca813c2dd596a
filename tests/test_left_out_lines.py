"""A line that destroys the data is found, and left out on a copy; the cell is as without us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

CELL = """
import keras
import numpy as np

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(240, 4)).astype("float32")
y = (x @ rng.normal(size=(4, 3))).argmax(1)
{line}
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile(keras.optimizers.Adam(0.1), "sparse_categorical_crossentropy")
history = model.fit(x, y, epochs=12, verbose=0)
"""

DESTROYING = {
    "constant-inputs": "x = x.astype('uint8') * 0",
    "single-class-labels": "y = (y > 5).astype(int)",
    "rows-shuffled-apart": "np.random.default_rng(1).shuffle(y)",
    "non-finite-data": "x = (x - x.mean(0)) / (x - x).std(0)",
}


def left(space: dict[str, Any]) -> list[Any]:
    model = space["model"]
    weights = [weight.numpy() for weight in (*model.weights, *model.optimizer.variables)]
    return [space["x"], space["y"], space["history"].history["loss"], *weights]


TRIED = ("constant-inputs", "rows-shuffled-apart")


@pytest.mark.parametrize("rule", DESTROYING)
def test_the_line_is_found_and_left_out(shell: InteractiveShell, rule: str) -> None:
    source = CELL.format(line=DESTROYING[rule])
    shell.run_cell(source)
    plain = left(shell.user_ns)
    trials = "--budget 60" if rule in TRIED else "--no-trials"
    assert shell.run_cell(f"%%diagnose -q --no-experiment -o report {trials}{source}").success
    for before, after in zip(plain, left(shell.user_ns), strict=True):
        assert np.array_equal(before, after, equal_nan=True)
    report = shell.user_ns["report"]
    assert report.faults == ()
    finding = next(one for one in report.findings if one.rule == rule)
    assert finding.where.line == 9
    assert f"Line 9, `{DESTROYING[rule]}`," in finding.says
    (offered,) = (t for t in finding.treatments if t.title.startswith("Remove the line that"))
    assert offered.patched == report.source.replace(f"{DESTROYING[rule]}\n", "")
    if rule not in TRIED:
        return
    assert report.fix is not None
    assert report.fix.treatment.patched == offered.patched
    trial = report.fix.treatment.trial
    assert trial.after > 0.8
    assert trial.before < 0.6


def test_a_line_that_does_no_harm_is_not_blamed(shell: InteractiveShell) -> None:
    source = CELL.format(line="order = rng.permutation(240)\nx, y = x[order], y[order]\nx = x * 2")
    assert shell.run_cell(f"%%diagnose -q --no-experiment -o report{source}").success
    report = shell.user_ns["report"]
    assert report.findings == ()
    assert len(report.readings["DataChanges"].changes) == 3
    assert report.readings["DataChanges"].apart == ()
