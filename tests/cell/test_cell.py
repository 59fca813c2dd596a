import pytest

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell

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
        ("compile", 7),
        ("compile", 15),
        ("fit", 16),
    ]


def test_magics_come_back_untouched_from_an_edit() -> None:
    source = "%%diagnose\n!ls  # %x\nfiles = !ls\nfiles?\nx = 7 % 2\nmodel.fit(x, epochs=1)\n  \n"
    edited = Cell(source).with_argument("fit", "epochs", "5")
    assert edited.source == source.replace("epochs=1", "epochs=5")


@pytest.mark.parametrize(
    "line",
    [
        "%time model.fit(x, epochs=1)",
        "%timeit -n1 -r 2 model.fit(x, epochs=1)",
        "%prun -s cumulative model.fit(x, epochs=1)",
        "history = %time model.fit(x, epochs=1)",
        "%time history = model.fit(x, epochs=1)",
        "if x:\n    %time model.fit(x, epochs=1)",
        "%time model.fit(x, \\\n  epochs=1)",
        "if x:\n    !ls\nmodel.fit(x, epochs=1)",
        "if x:\n    !ls \\\n  data\nmodel.fit(x, epochs=1)",
        "print('a'\n  % x)\nmodel.fit(x, epochs=1)",
        "text = '''\n%d rows\n!\n'''\nmodel.fit(x, epochs=1)",
    ],
)
def test_code_beside_a_magic_is_read_and_edited(line: str) -> None:
    cell = Cell(f"%%diagnose\n{line}\n")
    assert [call.name for call in cell.calls if call.name != "print"] == ["fit"]
    assert cell.with_argument("fit", "epochs", "5").source == cell.source.replace("=1)", "=5)")


@pytest.mark.parametrize(
    "line", ["%time", "%timeit model.fit(", "%prun -s model.fit(x", "%fit (x)"]
)
def test_what_follows_a_magic_and_is_no_code_is_left_alone(line: str) -> None:
    cell = Cell(f"{line}\nmodel.fit(x, epochs=1)")
    assert [call.line for call in cell.calls] == [2]
    assert cell.with_argument("fit", "epochs", "5").source == f"{line}\nmodel.fit(x, epochs=5)"


@pytest.mark.parametrize(
    "source", ["model.fit(", "def f(:", "model.fit(x)\n\tmodel.fit(y)", "x = = 1"]
)
def test_a_cell_that_is_not_python_has_no_calls_and_cannot_be_edited(source: str) -> None:
    cell = Cell(source)
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


def test_a_diff_loses_no_character() -> None:
    assert Cell("a = '\f'\nb").diff(Cell("a = '\f'\nc")) == "@@ -1,2 +1,2 @@\n a = '\f'\n-b\n+c"
    assert Cell("a\n").diff(Cell("b\n")) == "@@ -1 +1 @@\n-a\n+b"
    assert Cell("a").diff(Cell("a\n")) == "@@ -1 +1,2 @@\n a\n+"


def test_calls_are_found_by_their_last_name() -> None:
    cell = Cell("layers.Dense(1)\nDense(2)\nkeras.layers.Dense(3)\nDenser(4)")
    assert [call.line for call in cell.calls_of("Dense")] == [1, 2, 3]
