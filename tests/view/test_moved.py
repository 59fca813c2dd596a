from typing import Any

from nbdoctor.readings.handed_gradients import HandedGradients
from nbdoctor.readings.movement import Movement, WeightMovement
from nbdoctor.readings.step_account import LeftOut, StepCode
from nbdoctor.report import Report
from nbdoctor.view.blocks import Table, Text
from nbdoctor.view.tabs.moved import moved

MOVING = WeightMovement(path="dense/kernel", layer="dense", moved=True)
STILL = WeightMovement(path="encoder/kernel", layer="encoder", moved_in_training=False)


def blocks(**readings: Any) -> list[Any]:
    return list(moved(Report(headline="", verdict="unknown", readings=readings)))


def test_nothing_is_shown_where_all_weights_move() -> None:
    assert blocks(Movement=Movement(weights=(MOVING,))) == []
    assert blocks() == []


def test_weights_that_stand_still_are_shown() -> None:
    (table,) = blocks(Movement=Movement(weights=(MOVING, STILL)))
    assert isinstance(table, Table)
    assert "1 of 2" in table.caption
    assert table.rows == (("`encoder/kernel`", "no", "no"),)


def test_variables_that_are_no_weights_of_the_model_are_shown() -> None:
    left = LeftOut(path="scale", owner="head", place="untracked", moved=None)
    (table,) = blocks(Movement=Movement(weights=(MOVING,)), StepCode=StepCode(left_out=(left,)))
    assert table.rows == (("`scale`", "given to no optimizer", "not known"),)


def test_what_becomes_of_the_gradients_is_told() -> None:
    (text,) = blocks(HandedGradients=HandedGradients(grows=1, ratio=8.0, passes=8))
    assert isinstance(text, Text)
    assert "8 times as long" in text.text
    assert "mean of 8 gradients" in text.text
    assert blocks(HandedGradients=HandedGradients(grows=1)) == []
