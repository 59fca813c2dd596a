import pytest

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import compile_call, head_call, with_head, with_loss

SPARSE = "sparse_categorical_crossentropy"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param('"mse"', f'"{SPARSE}"', id="string"),
        pytest.param("'mse'", f"'{SPARSE}'", id="string in single quotes"),
        pytest.param(
            "keras.losses.MeanSquaredError(reduction='sum')",
            "keras.losses.SparseCategoricalCrossentropy()",
            id="object of another kind",
        ),
        pytest.param(
            "losses.CategoricalCrossentropy(True, label_smoothing=0.1, reduction='sum')",
            "losses.SparseCategoricalCrossentropy(reduction='sum', from_logits=True)",
            id="object that shares arguments",
        ),
        pytest.param("tf.losses.mse", f"tf.losses.{SPARSE}", id="function"),
        pytest.param("MeanSquaredError()", f'"{SPARSE}"', id="class imported by name"),
        pytest.param(f'"{SPARSE}"', f'"{SPARSE}"', id="already so"),
        pytest.param(
            "keras.losses.SparseCategoricalCrossentropy( )",
            "keras.losses.SparseCategoricalCrossentropy( )",
            id="already so, oddly spaced",
        ),
    ],
)
def test_the_loss_keeps_its_spelling(before: str, after: str) -> None:
    source = "import keras\nre.compile('a')\nmodel.compile(opt, {}, metrics=m)  # comment"
    treated = with_loss(Cell(source.format(before)), SPARSE)
    assert treated.source == source.format(after)
    assert with_loss(treated, SPARSE) == treated


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param('"mse"', "keras.losses.BinaryCrossentropy(from_logits=True)", id="string"),
        pytest.param(
            "kl.BinaryCrossentropy(label_smoothing=0.1)",
            "kl.BinaryCrossentropy(label_smoothing=0.1, from_logits=True)",
            id="object",
        ),
        pytest.param(
            "BinaryCrossentropy()",
            "BinaryCrossentropy(from_logits=True)",
            id="class imported by name",
        ),
        pytest.param(
            "BinaryCrossentropy(from_logits=True)",
            "BinaryCrossentropy(from_logits=True)",
            id="already so",
        ),
    ],
)
def test_the_loss_gets_an_argument(before: str, after: str) -> None:
    source = "from tensorflow import keras\nmodel.compile('adam', loss={})"
    cell = Cell(source.format(before))
    treated = with_loss(cell, "binary_crossentropy", from_logits="True")
    assert treated.source == source.format(after)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("model.fit(x, y)", id="no compile"),
        pytest.param("a.compile('adam', 'mse')\nb.compile('adam', 'mse')", id="two models"),
        pytest.param("model.compile('adam')", id="no loss"),
        pytest.param("model.compile('adam', loss_fn)", id="a loss made elsewhere"),
        pytest.param("model.compile('adam', {'a': 'mse'})", id="a loss for each output"),
    ],
)
def test_a_loss_that_is_not_plain_is_not_edited(source: str) -> None:
    with pytest.raises(CannotEditError):
        with_loss(Cell(source), SPARSE)


def test_an_object_is_not_written_where_keras_is_not_imported() -> None:
    with pytest.raises(CannotEditError, match="does not import Keras"):
        with_loss(Cell("model.compile('adam', 'mse')"), SPARSE, from_logits="True")


def test_a_regular_expression_is_not_a_model() -> None:
    cell = Cell("re.compile('a')\nmodel.compile('adam')")
    assert compile_call(cell).line == 2


HEADS = """\
model = Sequential([
    Dense(8, activation="relu", name="dense_9"),
    Conv2D(4, 3),
    Dense(3, "sigmoid"),  # the head
    Activation("sigmoid"),
    Dense(5, activation=tf.nn.relu, name="scores"),
])
"""


@pytest.mark.parametrize(
    ("layer", "line"),
    [
        pytest.param("dense_9", 2, id="by its name"),
        pytest.param("scores", 6, id="by a name of the user's own"),
        pytest.param("dense", 6, id="the last of its kind"),
        pytest.param("inner/dense_3", 6, id="the last of its kind, by its path"),
        pytest.param("conv2d_1", 3, id="a convolution"),
        pytest.param("activation", 5, id="an activation layer"),
    ],
)
def test_the_head_is_found(layer: str, line: int) -> None:
    assert head_call(Cell(HEADS), layer).line == line


@pytest.mark.parametrize(
    ("source", "layer"),
    [
        pytest.param(HEADS, "lstm_1", id="a kind that is not there"),
        pytest.param(HEADS, "", id="an unknown layer"),
        pytest.param(HEADS + HEADS, "dense", id="two models"),
        pytest.param("model = build()", "dense", id="a model made elsewhere"),
    ],
)
def test_a_head_is_not_guessed(source: str, layer: str) -> None:
    with pytest.raises(CannotEditError):
        head_call(Cell(source), layer)


@pytest.mark.parametrize(
    ("layer", "before", "after"),
    [
        pytest.param("scores", "tf.nn.relu", "tf.nn.softmax", id="a function stays a function"),
        pytest.param("dense_9", '"relu"', '"softmax"', id="a keyword"),
        pytest.param("conv2d", "(4, 3)", '(4, 3, activation="softmax")', id="none so far"),
        pytest.param("activation", 'n("sigmoid")', 'n("softmax")', id="a layer of its own"),
    ],
)
def test_the_head_gets_an_activation(layer: str, before: str, after: str) -> None:
    treated = with_head(Cell(HEADS), layer, activation="softmax")
    assert treated.source == HEADS.replace(before, after)
    assert with_head(treated, layer, activation="softmax") == treated


def test_the_head_gets_another_width() -> None:
    assert with_head(Cell(HEADS), "scores", width=7).source == HEADS.replace("(5,", "(7,")


def test_an_activation_layer_has_no_width() -> None:
    with pytest.raises(CannotEditError, match="no width"):
        with_head(Cell(HEADS), "activation", width=7)
