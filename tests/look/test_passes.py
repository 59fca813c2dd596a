"""Passes are made when they are asked for, and once."""

from __future__ import annotations

import pytest

from nbdoctor.look.forward import Forward
from nbdoctor.look.layer_calls import LayerOutputs
from nbdoctor.look.passes import Passes

PASSED = LayerOutputs(of=lambda: None)


def test_what_is_not_asked_for_is_not_made() -> None:
    def never() -> None:
        pytest.fail("a pass was made")

    passes = Passes(never, lambda: [PASSED])
    assert passes.outputs == [PASSED]


def test_each_pass_is_made_once() -> None:
    made: list[str] = []

    def predict() -> Forward:
        made.append("predictions")
        return Forward(passed=PASSED)

    def put_out() -> list[LayerOutputs]:
        made.append("outputs")
        return [PASSED]

    passes = Passes(predict, put_out)
    assert passes.predicted is passes.predicted
    assert passes.outputs is passes.entered
    assert sorted(made) == ["outputs", "predictions"]


def test_a_pass_that_fails_is_not_made_again() -> None:
    def broken() -> Forward:
        message = "no pass"
        raise ValueError(message)

    passes = Passes(broken, list)
    with pytest.raises(ValueError, match="no pass"):
        _ = passes.predicted
    assert passes.predicted is None


def test_what_enters_may_be_known_where_outputs_are_not() -> None:
    passes = Passes(lambda: None, list, lambda: [PASSED])
    assert (passes.outputs, passes.entered) == ([], [PASSED])
