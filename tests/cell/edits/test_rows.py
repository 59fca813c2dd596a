import ast

import pytest

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.rows import (
    RowsOfFit,
    rows_of_fit,
    with_judging,
    with_numpy,
    with_rows_shuffled,
)


def test_names_of_the_rows() -> None:
    found = rows_of_fit(Cell("model.fit(x, y, validation_data=(a, b))\n"))
    assert found == RowsOfFit("x", "y", "a", "b")
    assert (found.inputs, found.targets) == (("x", "a"), ("y", "b"))
    assert found.pairs == (("x", "y"), ("a", "b"))
    assert rows_of_fit(Cell("h = model.fit(x, y, validation_split=0.2)\n")).pairs == (("x", "y"),)


def test_what_is_not_needed_needs_no_name() -> None:
    cell = Cell('model.fit(x, t["y"], validation_data=(a, v["y"]))\n')
    assert rows_of_fit(cell, targets=False).inputs == ("x", "a")
    with pytest.raises(CannotEditError):
        rows_of_fit(cell)


@pytest.mark.parametrize(
    "source",
    [
        "model.fit(data)\n",
        "model.fit(x / 255, y)\n",
        "model.fit(x, y, validation_data=valid)\n",
        "for _ in range(3):\n    model.fit(x, y)\n",
        "def train():\n    model.fit(x, y)\n",
    ],
)
def test_other_rows_have_no_names(source: str) -> None:
    with pytest.raises(CannotEditError):
        rows_of_fit(Cell(source))


@pytest.mark.parametrize(
    ("given", "before", "then"),
    [
        ("(a, b)", "a = a[..., ::-1]\n", "(a, b)"),
        ('(v["x"], v["y"])', "", '(v["x"][..., ::-1], v["y"])'),
        ("(v.x, v.y)", "", "(v.x[..., ::-1], v.y)"),
    ],
)
def test_validation_inputs_are_changed(given: str, before: str, then: str) -> None:
    cell = Cell(f"model.fit(x, y, validation_data={given})\n")
    made = with_judging(cell, inputs="{}[..., ::-1]")
    assert made.source == f"{before}model.fit(x, y, validation_data={then})\n"


def test_a_dataset_is_mapped() -> None:
    made = with_judging(
        Cell("model.fit(data, validation_data=valid)\n"), inputs="255 - {}", from_dataset=True
    )
    assert made.source == (
        "valid = valid.map(lambda x, y: (255 - x, y))\nmodel.fit(data, validation_data=valid)\n"
    )


@pytest.mark.parametrize("given", ["valid", "(load(), b)", "make()"])
def test_what_is_made_in_the_call_is_left_alone(given: str) -> None:
    with pytest.raises(CannotEditError):
        with_judging(Cell(f"model.fit(x, y, validation_data={given})\n"), inputs="-{}")


def test_numpy_by_its_name() -> None:
    assert with_numpy(Cell("import numpy\n"), "x = np.abs(x)") == "x = numpy.abs(x)"
    assert with_numpy(Cell("import numpy as xp\n"), "np.abs(x)") == "xp.abs(x)"
    assert with_numpy(Cell(""), "np.abs(x)") == "import numpy as np\n\nnp.abs(x)"


def test_inputs_and_labels_are_shuffled_together() -> None:
    edited = with_rows_shuffled(Cell("model.fit(x, y=labels, epochs=2)\n"))
    assert edited is not None
    ast.parse(edited.source)
    assert edited.source.index("labels = np.asarray(labels)[row_order]") < edited.source.index(
        "fit"
    )


def test_what_has_no_name_is_left_alone() -> None:
    assert with_rows_shuffled(Cell("model.fit(x[:9], y[:9])\n")) is None
    assert with_rows_shuffled(Cell("model.fit(x, y)\nmodel.fit(x, y)\n")) is None
