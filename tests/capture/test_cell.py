import pytest

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.edit import CannotEditError

MAGICS = """\
%%diagnose --dry-run
%matplotlib inline
import keras
!pip list
model = build()
if model:
    %time model.compile("adam", "mse")
    pass
help?
    ?model.fit
files = !ls data
first, second = %sql a
model.fit??
a != b
"""


def test_lines_are_those_that_the_user_sees() -> None:
    cell = Cell(MAGICS + "model.compile('sgd', 'mae')\nmodel.fit(x, y)")
    assert [(call.name, call.line) for call in cell.calls] == [
        ("build", 5),
        ("compile", 15),
        ("fit", 16),
    ]


def test_magics_come_back_untouched_from_an_edit() -> None:
    source = "%%diagnose\n!ls  # %x\nfiles = !ls\nfiles?\nx = 7 % 2\nmodel.fit(x, epochs=1)\n  \n"
    edited = Cell(source).with_argument("fit", "epochs", "5")
    assert edited.source == source.replace("epochs=1", "epochs=5")


@pytest.mark.parametrize(
    "source", ["model.fit(", "def f(:", "model.fit(x)\n\tmodel.fit(y)", "x = = 1"]
)
def test_a_cell_that_is_not_python_has_no_calls_and_cannot_be_edited(source: str) -> None:
    cell = Cell(source)
    assert cell.module is None
    assert cell.calls == ()
    with pytest.raises(CannotEditError, match="not valid Python"):
        cell.with_argument("fit", "epochs", "5")


@pytest.mark.parametrize(
    ("source", "spelling"),
    [
        ("import keras", "keras"),
        ("import keras  # mine", "keras"),
        ("import keras as k", "k"),
        ("from tensorflow import keras", "keras"),
        ("from tensorflow import data, keras", "keras"),
        ("import tensorflow as tf", "tf.keras"),
        ("import tensorflow", "tensorflow.keras"),
        ("if True:\n    import keras", "keras"),
        ("m = tf.keras.Sequential()", "tf.keras"),
        ("m = keras.models.Sequential()", "keras"),
        ("import kerastuner", ""),
        ("m = Sequential()", ""),
    ],
)
def test_the_spelling_of_keras_is_that_of_the_cell(source: str, spelling: str) -> None:
    assert Cell(source).keras == spelling


def test_a_diff_shows_the_changed_lines_without_file_names() -> None:
    before = Cell("a\nb\nc\nd\ne")
    assert before.diff(Cell("a\nb\nC\nd\ne")) == "@@ -2,3 +2,3 @@\n b\n-c\n+C\n d"
    assert before.diff(before) == ""


def test_calls_are_found_by_their_last_name() -> None:
    cell = Cell("layers.Dense(1)\nDense(2)\nkeras.layers.Dense(3)\nDenser(4)")
    assert [call.line for call in cell.calls_of("Dense")] == [1, 2, 3]
