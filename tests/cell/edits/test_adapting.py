from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.adapting import with_adapted_layer

MADE = "scale = keras.layers.Normalization()\n"


def test_the_layer_is_adapted_before_fit() -> None:
    edited = with_adapted_layer(Cell(f"{MADE}model.fit(x, y)\n"), "x")
    assert edited is not None
    assert edited.source == f"{MADE}scale.adapt(x)\nmodel.fit(x, y)\n"


def test_what_has_no_name_is_left_alone() -> None:
    assert with_adapted_layer(Cell(f"{MADE}model.fit(x, y)\n"), "") is None
    assert with_adapted_layer(Cell("m = Sequential([Normalization()])\nm.fit(x, y)\n"), "x") is None
