"""What `fit` was given stands for what is written there."""

import ast

import numpy as np
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.trials.copying.fit_call import fit_of, written_arguments
from nbdoctor.trials.copying.given import with_values

pytestmark = pytest.mark.keras

GIVEN = {"x": np.zeros(3), "y": np.ones(3), "validation_data": (np.zeros(2), np.ones(2))}
FIT = "model.fit(part['x'], y, validation_data=(other['x'], other['y']))"


def arguments(source: str) -> dict[str, ast.expr]:
    return written_arguments(fit_of(Cell(source).tree, 0)[1])


def test_names_stand_where_the_arguments_were_written() -> None:
    patched = FIT.replace("part['x']", "part['x'] * 2").replace("other['x']", "f(other['x'])")
    found, values = with_values(arguments(patched), arguments(FIT), GIVEN, set())
    assert ast.unparse(found["x"]) == "_given_x_0 * 2"
    assert ast.unparse(found["y"]) == "y"
    pair = "(f(_given_validation_data_0), _given_validation_data_1)"
    assert ast.unparse(found["validation_data"]) == pair
    assert values["_given_x_0"] is GIVEN["x"]
    assert values["_given_validation_data_1"] is GIVEN["validation_data"][1]


@pytest.mark.parametrize(
    ("altered", "given"),
    [
        pytest.param({"part"}, GIVEN, id="data that the fix changes"),
        pytest.param(set(), {"x": object()}, id="no data"),
        pytest.param(set(), {}, id="nothing known"),
    ],
)
def test_other_arguments_stay_as_they_are_written(
    altered: set[str], given: dict[str, object]
) -> None:
    found, _ = with_values(arguments(FIT), arguments(FIT), given, altered)
    assert ast.unparse(found["x"]) == "part['x']"
