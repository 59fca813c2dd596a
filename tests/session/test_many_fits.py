"""What is said of trainings beyond those that are examined."""

from __future__ import annotations

from types import SimpleNamespace

from nbdoctor.readings.given import FitOfCell
from nbdoctor.session.many_fits import note_end, told_of_others


def fit(number: int, line: int | None = 7, loss: float | None = None) -> FitOfCell:
    return FitOfCell(number=number, line=line, model=lambda: None, loss=loss)


def test_few_losses_are_named_one_by_one() -> None:
    told = told_of_others([fit(4, loss=0.5), fit(5, loss=0.25)], 2, 3)
    assert told == (
        "The cell called 2 more fits on line 7; the first 3 were examined. Without examination: a "
        "last training loss of 0.5, 0.25."
    )


def test_many_losses_are_summed_up() -> None:
    told = told_of_others([fit(n, loss=1 / n) for n in range(4, 31)], 27, 3)
    assert "27 more fits on line 7" in told
    assert told.endswith("are 0.0333 to 0.25, that of the last fit 0.0333.")


def test_lines_that_differ_and_losses_that_are_not_known_are_left_out() -> None:
    assert told_of_others([fit(4), fit(5, line=9)], 2, 3) == (
        "The cell called 2 more fits; the first 3 were examined."
    )
    assert told_of_others([fit(4, line=None)], 1, 3).startswith("The cell called one more fit;")


def test_the_end_of_a_fit_is_that_of_its_last_epoch() -> None:
    ended, nothing, stopped = fit(1), fit(2), fit(3)
    note_end(ended, SimpleNamespace(history={"loss": [2.0, 1.0], "val_loss": [3.0, 2.5]}))
    note_end(nothing, SimpleNamespace(history={}))
    note_end(stopped, None)
    assert (ended.epochs, ended.loss, ended.validation_loss) == (2, 1.0, 2.5)
    assert (nothing.epochs, nothing.loss) == (0, None)
    assert (stopped.epochs, stopped.loss) == (None, None)
