"""The rows that the untreated `fit` is given."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.trials.copying.captured import CapturedRows
from nbdoctor.trials.copying.case import Case
from nbdoctor.trials.copying.rows import MOST_ROWS
from nbdoctor.trials.refusal import UntriedError

pytestmark = pytest.mark.keras

X = np.arange(40.0, dtype="float32").reshape(10, 4)
Y = np.arange(10)


def captured(fit: str = "model.fit(x, y)", **known: Any) -> CapturedRows:
    call = ast.parse(fit, mode="eval").body
    assert isinstance(call, ast.Call)
    return CapturedRows(Case(cell=Cell(fit), namespace={}, **known), call)


def test_the_rows_are_those_that_fit_received() -> None:
    of = captured(arguments={"x": X, "y": Y})
    x, y = of.inputs_and_labels({"x": None, "y": None})  # names may mean something else now
    assert np.array_equal(x, X)
    assert np.array_equal(y, Y)
    assert not of.are_from_batches


def test_without_a_call_they_are_what_is_written() -> None:
    of = captured("model.fit(x * 2, y=y + 1)", arguments=None)
    x, y = of.inputs_and_labels({"x": X, "y": Y})
    assert np.array_equal(x, X * 2)
    assert np.array_equal(y, Y + 1)


def test_many_rows_are_sampled_evenly_and_once() -> None:
    rows = np.arange(4.0 * MOST_ROWS).reshape(-1, 1)
    of = captured(arguments={"x": rows, "y": rows[:, 0]})
    x, y = of.inputs_and_labels({})
    assert len(x) == len(y) == MOST_ROWS
    assert np.array_equal(x[:, 0], y)
    assert (x[0, 0], x[-1, 0]) == (0, len(rows) - 1)
    assert of.sampled({}) is of.sample


def test_labels_that_are_not_given_stay_away() -> None:
    assert captured(arguments={"x": X, "y": None}).inputs_and_labels({})[1] is None


def test_data_that_is_not_in_memory_is_taken_from_its_batches() -> None:
    import tensorflow as tf

    batches = [(tf.constant(X[at : at + 5]), tf.constant(Y[at : at + 5])) for at in (0, 5)]
    of = captured(arguments={"x": iter(()), "y": None}, batches=batches)
    assert of.come_in_batches({})
    x, y = of.inputs_and_labels({})
    assert of.are_from_batches
    assert np.array_equal(np.asarray(x), X)
    assert np.array_equal(np.asarray(y), Y)


def test_rows_in_memory_are_preferred_to_batches() -> None:
    of = captured(arguments={"x": X, "y": Y}, batches=[(X[:2], Y[:2])])
    assert not of.come_in_batches({})
    assert len(of.inputs_and_labels({})[0]) == len(X)


def test_without_rows_and_batches_there_is_nothing_to_train_on() -> None:
    of = captured(arguments={"x": iter(()), "y": None})
    assert not of.come_in_batches({})
    with pytest.raises(UntriedError, match="not in memory"):
        of.inputs_and_labels({})
