"""Copies of a live model: the same as the lines of its cell would make, with the same changes."""

import ast
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.trials.copying.case import Case
from nbdoctor.trials.copying.copier import Copier
from nbdoctor.trials.copying.objects.fitted import as_fitted
from nbdoctor.trials.copying.objects.model import copied_model
from nbdoctor.trials.copying.recipe import Recipe
from nbdoctor.trials.isolation import isolated, start_from
from nbdoctor.trials.refusal import UntriedError

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

HEAD = """
import keras
from keras import layers
import numpy as np
deal = np.random.default_rng(0)
x = deal.normal(size=(90, 4)).astype("float32")
y = (x[:, 0] > 0).astype("int64")
"""

SEQUENTIAL = """
model = keras.Sequential([
    keras.Input((4,)),
    layers.Dense(16, activation="tanh", kernel_initializer="he_normal"),
    layers.Dropout(0.5),
    layers.BatchNormalization(momentum=0.99),
    layers.Dense(8, activation="sigmoid"),
    layers.Dense(3, activation="softmax", kernel_regularizer=keras.regularizers.L2(0.1)),
])
model.compile(
    optimizer=keras.optimizers.Adam(0.001), loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
model.fit(x, y, epochs=1, verbose=0)
"""

ADDED = """
def build(units):
    model = keras.Sequential()
    model.add(keras.Input((4,)))
    for _ in range(2):
        model.add(layers.Dense(units, activation="sigmoid"))
    model.add(layers.Dropout(0.9))
    model.add(layers.Dense(1))
    return model
model = build(8)
optimizer = keras.optimizers.SGD(0.1)
model.compile(optimizer, "mse")
model.fit(x, y, epochs=1, verbose=0)
"""

FUNCTIONAL = """
inputs = keras.Input((4,))
hidden = layers.Dense(8, activation="relu")(inputs)
other = layers.Dense(8, activation="tanh")(inputs)
hidden = layers.concatenate([hidden, other])
hidden = layers.Dropout(0.9)(hidden)
outputs = layers.Dense(1, activation="sigmoid")(hidden)
model = keras.Model(inputs, outputs)
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=1, verbose=0)
"""

CHANGES = [
    pytest.param(SEQUENTIAL, "Adam(0.001)", "Adam(0.1)", id="rate"),
    pytest.param(SEQUENTIAL, "keras.optimizers.Adam(0.001)", "'sgd'", id="optimizer"),
    pytest.param(SEQUENTIAL, '"sparse_categorical_crossentropy"', '"mse"', id="loss"),
    pytest.param(SEQUENTIAL, '["accuracy"]', '["mae"]', id="metrics"),
    pytest.param(SEQUENTIAL, '3, activation="softmax"', "3", id="no activation"),
    pytest.param(SEQUENTIAL, 'Dense(3, activation="softmax"', "Dense(2", id="units"),
    pytest.param(SEQUENTIAL, '"tanh"', '"relu"', id="activation"),
    pytest.param(SEQUENTIAL, "Dropout(0.5)", "Dropout(0.1)", id="drop rate"),
    pytest.param(SEQUENTIAL, "    layers.Dropout(0.5),\n", "", id="a layer less"),
    pytest.param(SEQUENTIAL, "momentum=0.99", "momentum=0.9", id="momentum"),
    pytest.param(SEQUENTIAL, '"he_normal"', '"glorot_uniform"', id="initializer"),
    pytest.param(SEQUENTIAL, "L2(0.1)", "L2(0.001)", id="regularizer"),
    pytest.param(
        SEQUENTIAL,
        "    layers.Dense(16",
        "    layers.Rescaling(1 / 255),\n    layers.Dense(16",
        id="a layer first",
    ),
    pytest.param(ADDED, '"sigmoid"', '"relu"', id="in a loop"),
    pytest.param(ADDED, "    model.add(layers.Dropout(0.9))\n", "", id="an added layer less"),
    pytest.param(
        ADDED,
        "    for _ in",
        "    model.add(layers.Rescaling(0.5))\n    for _ in",
        id="an added layer more",
    ),
    pytest.param(ADDED, "Dense(1)", 'Dense(1, activation="sigmoid")', id="the head of a function"),
    pytest.param(ADDED, "SGD(0.1)", "SGD(0.01)", id="an optimizer with a name"),
    pytest.param(FUNCTIONAL, '"tanh"', '"relu"', id="a branch"),
    pytest.param(
        FUNCTIONAL, "hidden = layers.Dropout(0.9)(hidden)\n", "", id="a step of a graph less"
    ),
    pytest.param(
        FUNCTIONAL,
        "Dropout(0.9)(hidden)",
        "Dropout(0.9)(layers.LayerNormalization()(hidden))",
        id="a step of a graph more",
    ),
    pytest.param(FUNCTIONAL, '"binary_crossentropy"', '"mse"', id="the loss of a graph"),
    pytest.param(
        SEQUENTIAL.replace("model = keras", "before = 1\nmodel = keras"),
        "before = 1\nmodel = keras.Sequential([\n    keras.Input((4,)),\n",
        "normalise = layers.Normalization()\nnormalise.adapt(x)\nbefore = 1\n"
        "model = keras.Sequential([\n    keras.Input((4,)),\n    normalise,\n",
        id="an adapted layer first",
    ),
]


def case_of(source: str) -> Case:
    """A cell that has run up to its `fit`, as it was then."""
    names: dict[str, Any] = {"__name__": "__main__"}
    text = HEAD + source
    before, _, _ = text.partition("model.fit")
    exec(compile(before, "<cell>", "exec"), names)  # noqa: S102
    model = names["model"]
    case = Case(
        cell=Cell(text),
        namespace=dict(names),
        arguments={"x": names["x"], "y": names["y"], "epochs": 1},
        model=model,
        fitted=as_fitted(model),
    )
    model.fit(names["x"], names["y"], verbose=0)
    return case


@pytest.fixture(autouse=True)
def _apart() -> Iterator[None]:
    with isolated():
        yield


def built(recipe: Recipe, seed: int) -> Any:
    start_from(seed)
    model = recipe.build()
    if not model.built:
        model.build((None, 4))
    return model


def plain(value: Any) -> Any:
    """A config without the names that Keras has made up, and without where objects stand."""
    if isinstance(value, dict):
        gone = {"name", "build_config", "inbound_nodes", "input_layers", "output_layers"}
        return {key: plain(one) for key, one in value.items() if key not in gone}
    return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def config(model: Any) -> Any:
    layers = [(type(one).__name__, plain(one.get_config())) for one in model.layers]
    ordered = layers if isinstance(model, keras.Sequential) else sorted(layers, key=repr)
    return ordered, plain(model.get_compile_config())


@pytest.mark.parametrize(("source", "old", "new"), CHANGES)
def test_both_ways_make_the_same_model(source: str, old: str, new: str) -> None:
    case = case_of(source)
    assert old in case.cell.source
    patched = Cell(case.cell.source.replace(old, new))
    lines, objects = Copier(case), Copier(case, by_objects=True)
    for cell in (case.cell, patched):
        for seed in (0, 3):
            one, other = built(lines.recipe(cell), seed), built(objects.recipe(cell), seed)
            assert config(one) == config(other)
            weights = zip(one.get_weights(), other.get_weights(), strict=True)
            assert all(np.array_equal(a, b) for a, b in weights)
            assert plain(one.optimizer.get_config()) == plain(other.optimizer.get_config())
    assert objects.recipe(patched).differs_from(objects.recipe(case.cell))


def test_a_copy_shares_nothing_with_the_model() -> None:
    case = case_of(SEQUENTIAL)
    weights = case.model.get_weights()
    copy = built(Copier(case, by_objects=True).recipe(case.cell), 0)
    mine = {id(one) for one in case.model.variables}
    assert not any(id(one) in mine for one in copy.variables)
    copy.fit(case.namespace["x"], case.namespace["y"], verbose=0)
    for now, then in zip(case.model.get_weights(), weights, strict=True):
        assert np.array_equal(now, then)


def test_frozen_layers_keep_their_weights_and_the_others_start_anew() -> None:
    case = case_of(
        SEQUENTIAL.replace("model.compile(", "model.layers[0].trainable = False\nmodel.compile(")
    )
    copy = built(Copier(case, by_objects=True).recipe(case.cell), 0)
    same = [
        all(np.array_equal(a, b) for a, b in zip(one.get_weights(), two.get_weights(), strict=True))
        for one, two in zip(copy.layers, case.model.layers, strict=True)
        if one.get_weights()
    ]
    assert same == [True, False, False, False]
    assert not copy.layers[0].trainable


def test_a_normalization_keeps_what_it_has_adapted_to() -> None:
    case = case_of("""
normalise = layers.Normalization()
normalise.adapt(x)
model = keras.Sequential([keras.Input((4,)), normalise, layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, verbose=0)
""")
    copy = built(Copier(case, by_objects=True).recipe(case.cell), 0)
    rows = case.namespace["x"]
    assert np.allclose(copy.layers[0](rows), case.model.layers[0](rows))
    assert float(np.abs(copy.layers[0](rows)).mean()) < 1.0


def test_the_rate_is_that_with_which_training_began() -> None:
    case = case_of(SEQUENTIAL)
    case.model.optimizer.learning_rate = 0.5
    copy = built(Copier(case, by_objects=True).recipe(case.cell), 0)
    assert float(copy.optimizer.learning_rate) == pytest.approx(0.001)


@pytest.mark.parametrize(
    ("source", "old", "new", "why"),
    [
        pytest.param(
            ADDED, "layers.Dense(units,", "layers.Dense(units * 2,", "units", id="a local name"
        ),
        pytest.param(
            SEQUENTIAL.replace(
                "model.compile", "model.set_weights(model.get_weights())\nmodel.compile"
            ),
            "Adam(0.001)",
            "Adam(0.1)",
            "gives the model weights",
            id="weights from elsewhere",
        ),
        pytest.param(
            SEQUENTIAL,
            "model = keras",
            "normalise = layers.Normalization()\nnormalise.adapt(x)\nmodel = keras",
            "cannot be made",
            id="a layer that stands nowhere",
        ),
        pytest.param(
            ADDED, "range(2)", "range(3)", "does more than prepare data", id="another loop"
        ),
        pytest.param(
            SEQUENTIAL.replace(
                'kernel_initializer="he_normal"',
                "kernel_initializer=lambda shape, dtype=None: np.ones(shape, dtype)",
            ),
            "Adam(0.001)",
            "Adam(0.1)",
            "an initializer of your own",
            id="an initializer",
        ),
    ],
)
def test_what_has_no_such_form_is_not_tried(source: str, old: str, new: str, why: str) -> None:
    case = case_of(source)
    patched = Cell(case.cell.source.replace(old, new))
    with pytest.raises(UntriedError, match=why):
        Copier(case, by_objects=True).recipe(patched).build()


def test_data_is_changed_on_the_captured_rows_alone() -> None:
    case = case_of(SEQUENTIAL)
    before = case.namespace["x"].copy()
    patched = Cell(case.cell.source.replace("model = keras", "x *= 2\nmodel = keras"))
    for by_objects in (False, True):
        made = Copier(case, by_objects=by_objects).recipe(patched).make()
        assert np.allclose(made.x, before * 2)
        assert np.array_equal(case.namespace["x"], before)


def test_no_line_is_run_for_it() -> None:
    noted = """
def build():
    noted.append(1)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile("adam", "mse")
    return model
noted = []
model = build()
model.fit(x, y, verbose=0)
"""
    case = case_of(noted)
    with pytest.raises(UntriedError, match=r"line 10 calls `noted.append`"):
        Copier(case)
    built(Copier(case, by_objects=True).recipe(case.cell), 0)
    assert case.namespace["noted"] == [1]
    assert ast.parse(case.cell.python)


def own_loss(y, p):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    return keras.ops.mean(keras.ops.abs(y - p))


def test_a_functional_model_with_a_loss_of_the_user_s_own() -> None:
    taken = keras.Input((4,))
    model = keras.Model(taken, keras.layers.Dense(1)(taken), name="own")
    model.compile("adam", own_loss)
    fitted = as_fitted(model)
    assert fitted is not None
    nodes = [len(layer._inbound_nodes) for layer in model.layers]
    copy = copied_model(fitted, (), lambda _: None)
    assert (copy.name, copy.loss) == ("own", own_loss)
    assert [len(layer._inbound_nodes) for layer in model.layers] == nodes
