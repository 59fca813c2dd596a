import pytest

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.layers import (
    spelled,
    with_layer_before,
    with_layer_first,
    with_normalisation,
    without_layer,
)

LISTED = """model = keras.Sequential([
    keras.Input((4,)),  # four
    keras.layers.Dense(8),
    keras.layers.Dense(2),
])"""
ADDED = """m = Sequential()
m.add(Input((4,)))
m.add(Dense(8))
m.add(Dense(2))"""
CHAINED = """x = keras.Input((4,))
h = layers.Dense(8)(x)
y = layers.Dense(2)(h)"""

BRANCHED = """def build():
    i = Input((2,))
    h = Add()([Dense(2)(i), i])
    return Model(i, h)"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from keras.layers import Dense, Flatten\n", "Flatten"),
        ("m = tf.keras.layers.Dense(2)", "tf.keras.layers.Flatten"),
        ("import keras\nfrom keras.layers import Dense", "keras.layers.Flatten"),
    ],
)
def test_layers_are_spelled_as_the_cell_spells_them(source: str, expected: str) -> None:
    assert spelled(Cell(source), "Flatten") == expected


def test_a_cell_without_keras_cannot_spell() -> None:
    with pytest.raises(CannotEditError, match="does not import Keras"):
        spelled(Cell("m = Sequential([Dense(2)])"), "Flatten")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            LISTED,
            LISTED.replace("    keras.layers.Dense(8)", "    New(),\n    keras.layers.Dense(8)"),
        ),
        (ADDED, ADDED.replace("m.add(Dense(8))", "m.add(New())\nm.add(Dense(8))")),
        ("m = Sequential([Dense(2)])", "m = Sequential([New(), Dense(2)])"),
        (CHAINED, CHAINED.replace("(x)", "(New()(x))")),
        (
            "i = Input((2,))\nx = i\nx = Dense(2)(x)",
            "i = Input((2,))\nx = New()(i)\nx = Dense(2)(x)",
        ),
        (
            BRANCHED,
            BRANCHED.replace("(i)", "(normalised_i)")
            .replace(", i])", ", normalised_i])")
            .replace("    h = Add", "    normalised_i = New()(i)\n    h = Add"),
        ),
    ],
)
def test_a_layer_is_put_first(source: str, expected: str) -> None:
    assert with_layer_first(Cell(source), "New()").source == expected


@pytest.mark.parametrize(
    "source",
    [
        "m = Sequential([Input((2,))])",
        "m = Sequential(made)",
        "a = Input((2,))\nb = Input((2,))\nh = Add()([a, b])",
        "m = Model(i := Input((2,)), i)",
        "i = Input((2,))\nm = Model(i, head)",
        "x = Input((2,))\nx = Dense(2)(x)",
    ],
)
def test_there_must_be_a_first_layer(source: str) -> None:
    with pytest.raises(CannotEditError):
        with_layer_first(Cell(source), "New()")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            LISTED,
            LISTED.replace("    keras.layers.Dense(2)", "    New(),\n    keras.layers.Dense(2)"),
        ),
        (ADDED, ADDED.replace("m.add(Dense(2))", "m.add(New())\nm.add(Dense(2))")),
        (CHAINED, CHAINED.replace("Dense(2)(h)", "Dense(2)(New()(h))")),
    ],
)
def test_a_layer_is_put_before_another(source: str, expected: str) -> None:
    cell = Cell(source)
    assert with_layer_before(cell, cell.calls_of("Dense")[-1], "New()").source == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("S([\n    A(1),\n    D(0.5),  # half\n    B(2),\n])\n", "S([\n    A(1),\n    B(2),\n])\n"),
        ("S([\n    A(1),\n    D(0.5)\n])\n", "S([\n    A(1)\n])\n"),
        ("S([A(1), D(0.5), B(2)])", "S([A(1), B(2)])"),
        ("S([A(1), D(0.5)])", "S([A(1)])"),
        ("m.add(A(1))\nm.add(D(0.5))\nm.add(B(2))", "m.add(A(1))\nm.add(B(2))"),
        ("m.add(A(1))\nm.add(D(0.5))", "m.add(A(1))\n"),
    ],
)
def test_a_layer_is_taken_out(source: str, expected: str) -> None:
    cell = Cell(source)
    assert without_layer(cell, cell.calls_of("D")[0]).source == expected


@pytest.mark.parametrize("source", ["h = D(0.5)(h)", "if deep: m.add(D(0.5))", "D(1)(D(2)(h))"])
def test_no_layer_is_taken_out_where_its_place_is_not_its_own(source: str) -> None:
    cell = Cell(source)
    with pytest.raises(CannotEditError):
        without_layer(cell, cell.calls_of("D")[0])


def test_no_layer_is_put_where_the_place_is_not_shown() -> None:
    cell = Cell("head = Dense(2)")
    with pytest.raises(CannotEditError, match="what stands before line 1"):
        with_layer_before(cell, cell.calls[0], "New()")


def test_normalisation_learns_from_the_last_value_of_the_rows() -> None:
    built = "import keras\nm = keras.Sequential([keras.layers.Dense(3)])\n"
    fits = "m.fit(x, y)\n"
    before = with_normalisation(Cell(f"x = x / 255\n{built}{fits}"), "x").source
    assert before == (
        "x = x / 255\nimport keras\nnormalise = keras.layers.Normalization()\nnormalise.adapt(x)\n"
        "m = keras.Sequential([normalise, keras.layers.Dense(3)])\nm.fit(x, y)\n"
    )
    late = with_normalisation(Cell(f"x = load()\n{built}x = x / 255\n{fits}"), "x").source
    assert late == (
        "x = load()\nimport keras\nnormalise = keras.layers.Normalization()\n"
        "m = keras.Sequential([normalise, keras.layers.Dense(3)])\nx = x / 255\n"
        "normalise.adapt(x)\nm.fit(x, y)\n"
    )


@pytest.mark.parametrize(
    ("rows", "is_table", "learned"),
    [
        ("train[columns]", True, "train[columns].to_numpy()"),
        ("frame.drop(columns='y').values", True, "frame.drop(columns='y').values"),
        ("x[:900] / 255", False, "x[:900] / 255"),
    ],
)
def test_normalisation_learns_from_rows_as_fit_gets_them(
    rows: str, is_table: bool, learned: str
) -> None:
    source = (
        f"import keras\ni = keras.Input((2,))\nm = keras.Model(i, Dense(2)(i))\nm.fit({rows}, y)"
    )
    made = with_normalisation(Cell(source), "", is_table=is_table).source
    assert made.split("\n")[1:3] == [
        "normalise = keras.layers.Normalization()",
        f"normalise.adapt({learned})",
    ]
    assert "Dense(2)(normalise(i))" in made


@pytest.mark.parametrize("rows", ["next(batches)", "load()", "(x := y)"])
def test_rows_that_cannot_be_made_twice_are_not_learned_from(rows: str) -> None:
    cell = Cell(f"import keras\nm = keras.Sequential([Dense(2)])\nm.fit({rows}, y)")
    with pytest.raises(CannotEditError):
        with_normalisation(cell, "")
