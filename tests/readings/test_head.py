from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.readings.asked import asked_by
from nbdoctor.readings.head import Head, Output, canonical_loss, read_head, texts_by_output
from nbdoctor.readings.labels import Target
from tests.look.looking import readings_of

pytestmark = pytest.mark.keras

rng = np.random.default_rng(0)
X = rng.normal(size=(20, 4)).astype("float32")
IDS = rng.integers(0, 3, 20)


def compiled(loss: Any, *layers: Any) -> Any:
    keras.utils.set_random_seed(2)
    model = keras.Sequential([keras.Input((4,)), *layers])
    model.compile("sgd", loss)
    return model


def own_loss(labels: Any, predictions: Any) -> Any:
    return keras.ops.mean(labels - predictions)


class OwnLoss(keras.losses.Loss):
    def call(self, labels: Any, predictions: Any) -> Any:
        return own_loss(labels, predictions)


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        ("mse", "mean_squared_error"),
        ("MeanSquaredError", "mean_squared_error"),
        ("bce", "binary_crossentropy"),
        ("sparse_categorical_crossentropy", "sparse_categorical_crossentropy"),
        (keras.losses.mean_squared_error, "mean_squared_error"),
        (keras.losses.SparseCategoricalCrossentropy(), "sparse_categorical_crossentropy"),
        (keras.losses.MeanAbsoluteError(), "mean_absolute_error"),
        (keras.losses.KLDivergence(), "kl_divergence"),
        (keras.losses.Huber(), "huber"),
        (keras.losses.cosine_similarity, "cosine_similarity"),
        (own_loss, "custom"),
        (OwnLoss(), "custom"),
        ("no_such_loss", "custom"),
    ],
)
def test_losses_have_the_names_of_keras(loss: Any, name: str) -> None:
    assert canonical_loss(loss) == name


@pytest.mark.parametrize(
    ("loss", "facts"),
    [
        pytest.param("mse", {"from_logits": False, "summed": False}, id="a string"),
        pytest.param(
            keras.losses.BinaryCrossentropy(from_logits=True), {"from_logits": True}, id="logits"
        ),
        pytest.param(
            keras.losses.CategoricalCrossentropy(label_smoothing=0.1, reduction="sum"),
            {"label_smoothing": 0.1, "summed": True},
            id="smoothed and summed",
        ),
        pytest.param(
            keras.losses.SparseCategoricalCrossentropy(ignore_class=2),
            {"ignore_class": 2},
            id="a class left out",
        ),
        pytest.param(OwnLoss(reduction="sum"), {"loss": "custom", "summed": True}, id="own"),
    ],
)
def test_options_of_the_loss_are_read(loss: Any, facts: dict[str, Any]) -> None:
    (output,) = read_head(compiled(loss, keras.layers.Dense(3)), ["y"], {"": "'mse'"}).outputs
    assert {name: getattr(output, name) for name in facts} == facts
    assert output.loss_text == "'mse'"


@pytest.mark.parametrize(
    ("written", "texts"),
    [
        pytest.param("['mse', my_bce]", {"size": "'mse'", "kind": "my_bce"}, id="a list"),
        pytest.param(
            "{'kind': my_bce, 'size': 'mse'}", {"size": "'mse'", "kind": "my_bce"}, id="a dict"
        ),
        pytest.param("my_bce", {"": "my_bce"}, id="one for all"),
        pytest.param("losses[", {"": "losses["}, id="no expression"),
    ],
)
def test_each_output_has_its_own_loss_text(written: str, texts: dict[str, str]) -> None:
    assert texts_by_output(written, ["size", "kind"]) == texts


@pytest.mark.parametrize(
    ("output", "classes"),
    [
        pytest.param(Output(name="y", loss="mean_squared_error"), False, id="numbers"),
        pytest.param(
            Output(name="y", loss="mean_squared_error", loss_text="losses['bce']"),
            False,
            id="a loss of Keras is what it is, however the cell calls it",
        ),
        pytest.param(
            Output(name="y", loss="custom", loss_text="weighted_bce"), True, id="an own name"
        ),
    ],
)
def test_the_name_of_an_own_loss_tells_of_classes(output: Output, classes: bool) -> None:
    assert asked_by(output, None).classes is classes


@pytest.mark.parametrize(
    ("layers", "activation", "width"),
    [
        pytest.param([keras.layers.Dense(3, "softmax")], "softmax", 3, id="in the layer"),
        pytest.param([keras.layers.Dense(3)], "linear", 3, id="none"),
        pytest.param(
            [keras.layers.Dense(3), keras.layers.Activation("sigmoid")], "sigmoid", 3, id="alone"
        ),
        pytest.param([keras.layers.Dense(3), keras.layers.Softmax()], "softmax", 3, id="a class"),
        pytest.param(
            [keras.layers.Dense(6, "tanh"), keras.layers.Reshape((2, 3))], "tanh", 3, id="reshaped"
        ),
        pytest.param(
            [keras.Sequential([keras.layers.Dense(1, "relu")])], "relu", 1, id="in a nested model"
        ),
        pytest.param(
            [
                keras.Sequential([keras.layers.Dense(2, "sigmoid"), keras.layers.Dropout(0.5)]),
                keras.layers.Reshape((2, 1)),
                keras.layers.Activation("linear"),
            ],
            "sigmoid",
            1,
            id="under dropout, a second model, a reshape and no activation",
        ),
        pytest.param(
            [keras.layers.Dense(3, "softmax"), keras.layers.BatchNormalization()],
            "linear",
            3,
            id="scaled by weights of its own",
        ),
        pytest.param(
            [keras.layers.Dense(3, "softmax"), keras.layers.Rescaling(2.0)],
            "",
            3,
            id="changed by something else",
        ),
    ],
)
def test_the_activation_of_the_head_is_told(layers: Any, activation: str, width: int) -> None:
    (output,) = read_head(compiled("mse", *layers), ["y"]).outputs
    assert (output.activation, output.width) == (activation, width)
    assert output.rank == len(output.shape)


def test_the_head_of_a_functional_model_is_found_through_operations() -> None:
    seen = keras.Input((4,))
    made = keras.ops.sigmoid(keras.layers.Dense(2)(seen))
    model = keras.Model(seen, keras.ops.squeeze(made[:, :1], axis=-1))
    model.compile("sgd", "mse")
    assert read_head(model, ["y"]).outputs[0].activation == "sigmoid"


def test_a_sentence_never_calls_the_output_by_the_name_of_the_labels() -> None:
    assert Output(name="y", layer="dense").shown == "`dense`"
    assert Output(name="y").shown == "the model"
    assert Output(name="y").begins == "The model"
    assert Output(name="age").begins == "The output `age`"


def test_the_reach_is_that_of_the_activation_or_of_what_was_traced() -> None:
    assert Output(name="y", activation="tanh").reach == (-1, 1)
    assert Output(name="y").reach is None
    assert Output(name="y", least=0.0, most=1.0).reach == (0, 1)


def test_measures_are_those_of_predict() -> None:
    model = compiled(
        "sparse_categorical_crossentropy",
        keras.layers.Dropout(0.5),
        keras.layers.Dense(3, "softmax"),
    )
    (output,) = readings_of(model, X, IDS)[Head].outputs
    predicted = model.predict(X, verbose=0)
    assert output.rows == 20
    assert output.minimum == pytest.approx(predicted.min())
    assert output.maximum == pytest.approx(predicted.max())
    assert output.row_sum_minimum == pytest.approx(min(sum(row) for row in predicted))
    assert output.row_sum_maximum == pytest.approx(max(sum(row) for row in predicted))
    assert output.spread == pytest.approx(predicted.std(axis=0).mean(), rel=1e-4)
    assert output.one_class is None
    assert output.keeps_logits is True
    assert output.dtype == "float32"


@pytest.mark.parametrize(
    ("bias", "units", "one_class"),
    [([0.0, 9.0, 0.0], 3, 1), ([9.0], 1, 1), ([-9.0], 1, 0)],
)
def test_one_class_for_every_row_is_told(bias: Any, units: int, one_class: int) -> None:
    model = compiled("mse", keras.layers.Dense(units))
    model.layers[0].bias.assign(bias)
    model.layers[0].kernel.assign(0.01 * model.layers[0].kernel)
    (output,) = readings_of(model, X, X[:, :units])[Head].outputs
    assert output.one_class == one_class
    assert output.keeps_logits is False


def test_a_subclass_shows_its_head_when_it_is_called() -> None:
    class Model(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.head = keras.layers.Dense(4, "relu"), keras.layers.Dense(1, "sigmoid")

        def call(self, inputs: Any) -> Any:
            return self.head(self.body(inputs))

    model = Model()
    model.compile("sgd", "mse")
    assert read_head(model, ["y"]).outputs[0].layer == ""
    (output,) = readings_of(model, X, X[:, :1])[Head].outputs
    assert (output.layer, output.activation, output.width) == (
        model.head.name,
        "sigmoid",
        1,
    )


def test_every_output_has_its_own_loss() -> None:
    seen = keras.Input((4,))
    outputs = {
        "age": keras.layers.Dense(1, name="age")(seen),
        "kind": keras.layers.Dense(3, "softmax", name="kind")(seen),
    }
    model = keras.Model(seen, outputs)
    losses = {"age": "mse", "kind": keras.losses.SparseCategoricalCrossentropy()}
    model.compile("sgd", losses)
    head = readings_of(model, X, {"age": X[:, :1], "kind": IDS})[Head]
    found = {one.name: (one.loss, one.activation, one.width) for one in head.outputs}
    assert found == {
        "age": ("mean_squared_error", "linear", 1),
        "kind": ("sparse_categorical_crossentropy", "softmax", 3),
    }
    assert head.of(Target(name="kind")) == head.outputs[-1]
    assert head.of(Target(name="other")) is None


def test_an_output_without_a_loss_has_none() -> None:
    model = compiled(None, keras.layers.Dense(1))
    assert read_head(model, ["y"]).outputs == (
        Output(
            name="y",
            layer=model.layers[0].name,
            shape=(None, 1),
            width=1,
            activation="linear",
        ),
    )
