from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from nbdoctor.capture.cutting import STEPS, enough, one_epoch


def fit(_: Any, x: Any = None, y: Any = None, epochs: int = 1, initial_epoch: int = 0) -> Any:
    return x, y, epochs, initial_epoch


@pytest.mark.parametrize(
    ("args", "kwargs", "made"),
    [
        (("x", "y"), {"epochs": 9}, ("x", "y", 1, 0)),
        (("x", "y", 9), {}, ("x", "y", 1, 0)),
        (("x",), {"y": "y", "epochs": 9, "initial_epoch": 4}, ("x", "y", 5, 4)),
        (("x",), {"epochs": 1}, ("x", None, 1, 0)),
        ((), {}, (None, None, 1, 0)),
    ],
)
def test_one_epoch_is_left(
    args: tuple[Any, ...], kwargs: dict[str, Any], made: tuple[Any, ...]
) -> None:
    cut_args, cut_kwargs = one_epoch(fit, "model", args, kwargs)
    assert fit("model", *cut_args, **cut_kwargs) == made


@pytest.mark.parametrize("kwargs", [{"no_such": 1, "epochs": 9}, {"epochs": "9"}])
def test_a_call_that_is_not_understood_stays(kwargs: dict[str, Any]) -> None:
    assert one_epoch(fit, "model", (), kwargs) == ((), kwargs)


def test_further_arguments_are_passed_on() -> None:
    def own(_: Any, *args: Any, epochs: int = 1, **kwargs: Any) -> Any:
        return args, epochs, kwargs

    args, kwargs = one_epoch(own, "model", ("x",), {"epochs": 9, "mine": 1})
    assert own("model", *args, **kwargs) == (("x",), 1, {"mine": 1})


def test_the_last_step_ends_the_training() -> None:
    model = SimpleNamespace(stop_training=False)
    enough(model, STEPS - 1)
    assert not model.stop_training
    enough(model, STEPS)
    assert model.stop_training
