import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.initializers import drawing_large, with_usual_weights, written_size


def size(text: str) -> float | None:
    return written_size(Cell(f"Dense(k={text})").calls[0].argument("k"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RandomNormal()", 0.05),
        ('"random_normal"', 0.05),
        ("keras.initializers.RandomNormal(0.3, stddev=0.4, seed=seed)", 0.5),
        ("TruncatedNormal(stddev=2)", 2.0),
        ("RandomUniform(-3, 3)", 3**0.5),
        ("RandomUniform(minval=1, maxval=1)", 1.0),
        ("RandomNormal(stddev=s)", None),
        ("RandomNormal(*sizes)", None),
        ("wide", None),
        ('"glorot_uniform"', None),
    ],
)
def test_the_size_is_read_from_the_text(text: str, expected: float | None) -> None:
    assert size(text) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("text", "large"),
    [
        ("wide", True),
        ("RandomNormal(stddev=s)", True),
        ("RandomNormal(stddev=0.5)", True),
        ("RandomNormal(stddev=0.4)", False),
        ("he_normal", False),
        ('"he_normal"', False),
        ("keras.initializers.GlorotUniform(seed=1)", False),
        ("Zeros()", False),
        ("None", False),
        ("VarianceScaling(scale=2.0, mode='fan_in')", False),
        ("VarianceScaling(100)", True),
        ("Orthogonal()", False),
        ('"orthogonal"', False),
        ("Orthogonal(gain=9)", True),
    ],
)
def test_what_draws_large_is_found(text: str, large: bool) -> None:
    cell = Cell(f"Dense(3, kernel_initializer={text})")
    assert bool(drawing_large(cell, 1.0)) is large


def test_other_layers_are_left_alone() -> None:
    source = "LSTM(3, kernel_initializer=wide)\nDense(3)\nDense(3, bias_initializer=wide)"
    assert with_usual_weights(Cell(source), 1.0).source == source


def test_lines_that_go_do_not_move_the_next_edit() -> None:
    sick = (
        "h = Dense(\n    8,\n    kernel_initializer=wide,\n    activation='relu',\n"
        "    bias_initializer='random_normal',\n)(x)\n"
        "y = Dense(\n    3,\n    kernel_initializer=wide,\n"
        "    bias_initializer=wide,\n)(Dense(4, kernel_initializer=wide)(h))\n"
    )
    cured = (
        "h = Dense(\n    8,\n    kernel_initializer=\"he_normal\",\n    activation='relu',\n"
        "    bias_initializer='random_normal',\n)(x)\n"
        "y = Dense(\n    3,\n)(Dense(4)(h))\n"
    )
    assert with_usual_weights(Cell(sick), 1.0).source == cured
