"""A copy that still learns when its cell stops, with trials that are not run."""

from types import SimpleNamespace
from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.rules.treatment import Outcome, Trial
from nbdoctor.trials.combination import faster_training, still_learns

CELL = """\
import keras
model.compile(keras.optimizers.SGD(0.01), "mse")
model.fit(x, y, epochs=10)
"""


class SGD:
    """An optimizer, as far as it is asked."""

    def __init__(self, rate: Any) -> None:
        self._learning_rate = self.learning_rate = rate


def trials(trial: Trial, rate: Any = 0.01) -> Any:
    arm = SimpleNamespace(
        recipe=SimpleNamespace(epochs=10),
        copy=SimpleNamespace(model=SimpleNamespace(optimizer=SGD(rate))),
    )
    return SimpleNamespace(
        cell=Cell(CELL),
        arm=lambda _cell: arm,
        of=lambda _cell, *, trains: trial if trains else None,
    )


def told(before: float, after: float, outcome: Outcome = "helps") -> Trial:
    return Trial(outcome=outcome, before=before, after=after)


@pytest.mark.parametrize(
    ("trial", "offered"),
    [
        pytest.param(told(0.5, 0.9), True, id="a great gain"),
        pytest.param(told(0.97, 0.998), True, id="most of what was lacking"),
        pytest.param(told(0.9, 0.93), False, id="not worth five times the wait"),
        pytest.param(told(0.5, 0.9, "no effect"), False, id="chance"),
    ],
)
def test_more_epochs_are_offered_where_they_bring_much(trial: Trial, offered: bool) -> None:
    longer = still_learns(trials(trial), [])
    assert (longer is not None) is offered
    if longer is not None:
        rule, treatment = longer
        assert (rule, treatment.role) == ("too-few-steps", "train longer")
        assert treatment.patched == CELL.replace("epochs=10", "epochs=50")
        assert still_learns(trials(trial), [longer]) is None


@pytest.mark.parametrize(
    ("rate", "reached", "offered"),
    [
        pytest.param(0.01, 0.8, True, id="longer steps come further"),
        pytest.param(0.01, 0.88, False, id="more epochs come as far"),
        pytest.param(lambda step: 0.01 / (1 + step), 0.8, False, id="a schedule is left alone"),
    ],
)
def test_longer_steps_are_offered_where_they_bring_more_than_epochs(
    rate: Any, reached: float, offered: bool
) -> None:
    faster = faster_training(trials(told(0.5, 0.9), rate), reached=reached)
    assert (faster is not None) is offered
    if faster is not None:
        assert faster[1].patched == CELL.replace("0.01", "0.1")
