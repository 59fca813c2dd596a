import pytest

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.functions import with_first_parameters_swapped, with_returned

CELL = """\
def loss(a, b, c=1):
    total = a - b
    return total * c
"""


def test_what_a_function_returns() -> None:
    treated = with_returned(Cell(CELL), "loss", "1 - ({value})")
    assert treated.source == CELL.replace("total * c", "1 - (total * c)")


def test_parameters_are_exchanged() -> None:
    treated = with_first_parameters_swapped(Cell(CELL), "loss")
    assert treated.source == CELL.replace("(a, b, c=1)", "(b, a, c=1)")


@pytest.mark.parametrize("name", ["other", "loss"])
def test_a_function_that_is_not_there_or_twice_is_left_alone(name: str) -> None:
    with pytest.raises(CannotEditError):
        with_returned(Cell(CELL + CELL), name, "{value}")


def test_parameters_with_types_are_left_alone() -> None:
    with pytest.raises(CannotEditError):
        with_first_parameters_swapped(Cell("def loss(a: int, b: int):\n    return a\n"), "loss")
