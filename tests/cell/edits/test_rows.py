import ast

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.rows import with_rows_shuffled


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
