"""Pairs of arrays that the rows of a training may come from."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.experiment.earlier import earlier_rows
from nbdoctor.experiment.taken_rows import trained_rows
from nbdoctor.readings.asked import Asked
from nbdoctor.trials.copying.case import Case

pytestmark = pytest.mark.keras

DEAL = np.random.default_rng(0)
THREE = Asked(shape=(None, 3), classes=True)
X = DEAL.normal(size=(300, 4))
Y = DEAL.integers(0, 3, 300)


def batches() -> Iterator[Any]:
    yield from ()


def pairs(names: dict[str, Any], x: Any = X[:200], y: Any = Y[:200]) -> list[str]:
    """The words of those that are found for rows that a generator gave."""
    rows = trained_rows([x], [y], [THREE], None, embeds=False)
    case = Case(cell=Cell(""), namespace=names, arguments={"x": batches()})
    found = earlier_rows(case, rows, [THREE])
    assert all(len(one.inputs[0]) == len(x) for one in found)  # more rows would tell more
    assert all(one.labels[0].shape == y.shape for one in found)
    return [one.words for one in found]


def test_rows_of_a_generator_may_come_from_two_arrays() -> None:
    assert pairs({"x": X, "y": Y}) == ["`x` and `y`, row by row"]
    assert pairs({"x": X, "y": Y[:, None]}) == ["`x` and `y`, row by row"]


def test_arrays_of_another_form_do_not_count() -> None:
    assert pairs({"x": X[:, :3], "y": Y}) == []
    assert pairs({"x": X, "y": Y[:250]}) == []
    assert pairs({"x": X[:40], "y": Y[:40]}) == []
    assert pairs({"x": X, "y": Y % 2}) == []
