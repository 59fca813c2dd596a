"""Private names of Keras: each is there, tells what it is read for, and is named in one place."""

from __future__ import annotations

import ast
import random
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.backend.keras_internals import compiled, data, graph, optimizer, state, structure
from nbdoctor.backend.keras_internals.names import MissingNameError, PrivateName, missing_internals
from tests.backend.renamed import everywhere, owner_of, private_names, rename

PACKAGE = Path(__file__).resolve().parents[2] / "nbdoctor"

X = np.arange(24, dtype="float32").reshape(6, 4)
Y = np.array([0, 1, 0, 1, 0, 1])


def functional(inner: Any = None) -> Any:
    inputs = keras.Input((4,), name="four")
    hidden = keras.layers.Dense(3, name="hidden", activity_regularizer="l2")(inputs)
    hidden = keras.layers.Dropout(0.5, name="drop")(hidden)
    if inner is not None:
        hidden = inner(hidden)
    outputs = keras.layers.Dense(2, activation="softmax", name="out")(hidden)
    return keras.Model(inputs, outputs, name="whole")


def trained(**options: Any) -> Any:
    model = functional()
    given = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"], **options}
    model.compile(keras.optimizers.SGD(0.25), **given)
    model.fit(X, Y, batch_size=2, verbose=0)
    return model


@cache
def example(owner: str) -> Any:
    """An object of the class that has a private name; None for a name of a module."""
    model = trained()
    return {
        "keras.Layer": lambda: model.get_layer("hidden"),
        "keras.Model": lambda: model,
        "keras.Sequential": lambda: keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]),
        "keras.Optimizer": lambda: model.optimizer,
        "keras.KerasTensor": lambda: model.outputs[0],
        "keras.layers.Lambda": lambda: keras.layers.Lambda(abs),
        "keras.metrics.Metric": keras.metrics.Mean,
        "keras.metrics.MeanMetricWrapper": lambda: keras.metrics.MeanMetricWrapper(abs),
        "keras.activations.softmax": lambda: keras.activations.softmax(keras.ops.ones((1, 2))),
        "keras.src.ops.function.Function": lambda: model,
        "keras.src.trainers.compile_utils.CompileMetrics": lambda: compiled.compiled_parts(model)[
            2
        ],
        "keras.src.trainers.epoch_iterator.EpochIterator": lambda: data.iterator_class()(X),
        "keras.src.utils.tracking.Tracker": lambda: state.trackers_of([model])[0],
    }.get(owner, lambda: None)()


@pytest.mark.parametrize("name", everywhere())
def test_the_installed_keras_has_the_name(name: PrivateName) -> None:
    of = example(name.owner)
    assert hasattr(owner_of(name) if of is None else of, name.name)


def test_no_name_is_missing_after_a_training() -> None:
    model = trained()
    assert structure.weights(model)
    assert graph.keeps_logits(keras.activations.softmax(keras.ops.ones((1, 2))))
    assert missing_internals() == ()


def test_layers_and_their_weights_are_found() -> None:
    model = trained()
    names = [one.name for one in structure.all_layers(model)]
    assert sorted(names) == ["drop", "four", "hidden", "out", "whole"]
    assert [one.name for one in structure.layers(model)] == ["hidden", "drop", "out"]
    assert "whole" not in [one.name for one in structure.all_layers(model, include_self=False)]
    assert structure.weights(model) == model.weights
    assert structure.trainable_weights(model) == model.trainable_weights
    assert len(structure.variables(model)) == len(model.weights) + 1  # the seed of the dropout
    assert structure.name_of(model) == "whole"
    assert isinstance(model, structure.functional_class())


def test_a_layer_is_frozen_by_itself() -> None:
    model = functional()
    structure.set_trainable(model, value=False)
    assert not structure.is_trainable(model)
    assert model.get_layer("hidden").trainable
    assert structure.trainable_weights(model) == []


def test_what_a_layer_does_in_training_is_known() -> None:
    model = functional()
    assert structure.takes_training(model.get_layer("drop"))
    assert not structure.takes_training(keras.layers.Flatten())
    assert structure.rates(model.get_layer("drop")) == [0.5]
    attention = keras.layers.MultiHeadAttention(1, 2, dropout=0.25)
    assert 0.25 in structure.rates(attention)
    model(X, training=True)
    assert len(structure.losses_of(model.get_layer("hidden"))) == 1


def test_a_sequential_model_is_built_at_once() -> None:
    model = keras.Sequential()
    for layer in (keras.layers.InputLayer((4,)), keras.layers.Dense(2)):
        model.add(layer, rebuild=False)
    assert graph.graph_of(model) is None
    structure.rebuild(model)
    assert model.built
    assert graph.graph_of(model) is not None


def test_the_graph_tells_who_made_what() -> None:
    model = functional()
    assert graph.graph_of(model) is model
    assert graph.layer_behind(model.outputs[0]).name == "out"
    assert graph.layer_behind(keras.ops.ones(1)) is None
    (call,) = graph.calls_of(model.get_layer("out"))
    assert call.parent_nodes[0].operation.name == "drop"
    (user,) = graph.users_of(model.get_layer("drop"))
    assert user.operation.name == "out"
    by_depth = graph.nodes_by_depth(model)
    order = [node.operation.name for depth in sorted(by_depth) for node in by_depth[depth]]
    assert order == ["out", "drop", "hidden", "four"]


def test_logits_are_found_beside_probabilities() -> None:
    values = keras.ops.ones((1, 2))
    assert graph.keeps_logits(keras.activations.softmax(values)) is True
    assert graph.keeps_logits(values) is False


def test_what_compile_was_given_is_found() -> None:
    model = trained()
    assert compiled.compiled_loss(model) is not None
    assert compiled.arguments_of_compile(model)["metrics"] == ["accuracy"]
    assert compiled.arguments_of_compile(functional()) == {}
    assert compiled.compiled_loss(functional()) is None
    ((number, metric),) = compiled.chosen_metrics(model, 1)
    assert (number, type(metric).__name__) == (0, "SparseCategoricalAccuracy")
    weighted = trained(metrics=None, weighted_metrics=["accuracy"])
    assert len(list(compiled.chosen_metrics(weighted, 1))) == 1
    assert compiled.is_distributed(model) is False


def test_the_function_and_the_options_of_a_metric_are_found() -> None:
    wrapper = keras.metrics.MeanMetricWrapper(keras.losses.mean_squared_error)
    assert compiled.function_of(wrapper).__name__ == "mean_squared_error"
    assert compiled.function_of(keras.metrics.Mean()) is None
    assert compiled.options_of(keras.metrics.BinaryAccuracy(threshold=0.25))["threshold"] == 0.25
    assert compiled.options_of(keras.losses.BinaryCrossentropy(from_logits=True))["from_logits"]
    assert compiled.options_of("mse") == {}


def test_options_are_read_from_the_config_where_they_are_kept_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compiled, "OPTIONS", "_other_name")
    assert compiled.options_of(keras.losses.BinaryCrossentropy(from_logits=True))["from_logits"]
    assert compiled.options_of(keras.metrics.BinaryAccuracy(threshold=0.25))["threshold"] == 0.25
    assert compiled.options_of("mse") == {}


def test_metrics_are_built_without_a_step() -> None:
    model = functional()
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    compiled.build_as_fit(model, (X, Y, None))
    assert len(list(compiled.chosen_metrics(model, 1))) == 1
    assert model.optimizer.iterations.numpy() == 0


def test_an_optimizer_tells_weights_rate_and_steps() -> None:
    model = trained()
    assert optimizer.weights_of(model.optimizer) == model.trainable_variables
    assert float(np.asarray(optimizer.rate_of(model.optimizer))) == 0.25
    assert int(np.asarray(optimizer.iterations_of(model.optimizer))) == 3
    assert isinstance(model.optimizer, optimizer.base_class())
    assert "apply" in vars(optimizer.base_class())


def test_batches_are_counted_and_made_as_fit_does() -> None:
    assert data.batches_of_epoch(data.iterator_class()(X, batch_size=4)) == 2
    (batch,) = data.adapter_of_arrays(X, Y, None, batch_size=6, shuffle=False).get_tf_dataset()
    assert batch[0].numpy().tolist() == X.tolist()


def test_what_a_layer_tracks_is_found() -> None:
    inner = keras.layers.Dense(1)
    outer = keras.layers.TimeDistributed(inner)
    (tracker,) = state.trackers_of([outer, keras.losses.MeanSquaredError()])
    assert id(inner) in state.tracked(tracker)["layers"]


@pytest.mark.keras
def test_the_lists_of_a_model_are_found_inside_of_their_wrappers() -> None:
    layer = keras.layers.Dense(1)
    layer.build((2,))
    held = vars(layer)["_trainable_variables"]
    assert list(state.unwrapped(held)) == [layer.kernel, layer.bias]
    assert state.unwrapped(3) == 3


def test_the_global_seed_is_read_and_put_back() -> None:
    keras.utils.set_random_seed(1)
    keras.random.uniform(())
    before = state.global_seed()
    assert isinstance(before, keras.random.SeedGenerator)
    state.set_global_seed(None)
    assert state.global_seed() is None
    state.set_global_seed(before)
    assert any(before is one for part in state.kept_for_thread() for one in part.values())


def test_seeds_are_drawn_from_what_is_put_there() -> None:
    assert state.source_of_seeds() is random

    class Fixed(type(random)):  # type: ignore[misc]
        @staticmethod
        def randint(*_: int) -> int:
            return 7

    state.set_source_of_seeds(Fixed("fixed"))
    try:
        assert keras.initializers.RandomNormal().seed == 7
    finally:
        state.set_source_of_seeds(random)


def test_objects_of_a_scope_are_known() -> None:
    with keras.saving.custom_object_scope({"mine": abs}):
        assert state.scoped_objects()["mine"] is abs


def test_shapes_are_known_without_computing() -> None:
    symbol = keras.KerasTensor((None, 4))
    assert tuple(state.output_spec(keras.layers.Dense(3), symbol).shape) == (None, 3)


def test_the_paths_left_out_of_tracebacks_are_a_tuple() -> None:
    assert isinstance(getattr(state.module_of_tracebacks(), state.EXCLUDED.name), tuple)


def test_the_shape_that_a_lambda_layer_was_given_is_known() -> None:
    assert structure.output_shape_of(keras.layers.Lambda(abs, output_shape=(3,))) == (3,)


def test_a_name_that_is_gone_is_an_error_that_says_what_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patches:
        rename(patches, structure.FLATTENED)
        with pytest.raises(MissingNameError, match=r"cannot tell which layers a model has"):
            structure.all_layers(functional())
        assert missing_internals() == (structure.FLATTENED,)
    assert structure.all_layers(functional())
    assert missing_internals() == ()


# -- one folder -------------------------------------------------------------------------------

FOLDERS = ("backend/keras_internals/", "backend/tensorflow")

NOT_OF_KERAS = {
    "_exit": "of `os`, documented",
    "_fields": "of `ast`, documented",
    "_get_numeric_data": "of pandas, where the text of a cell calls it",
    "_getframe": "of `sys`",
    "_initializing": "of `importlib`: a module that is being loaded",
    "_instances": "of ipywidgets: which widgets are alive",
    "_message": "of an error of TensorFlow, cleaned of our frames by those who import no backend",
    "_run_cell": "of IPython: a function by the name of its code",
}
"""Private names of others that are named outside of these folders, each in one place."""


def outside() -> list[Path]:
    files = sorted(PACKAGE.rglob("*.py"))
    return [one for one in files if not str(one.relative_to(PACKAGE)).startswith(FOLDERS)]


def own_names(trees: list[ast.AST]) -> set[str]:
    """Private names that classes and modules of nbdoctor itself define."""
    found: set[str] = set()
    for node in (one for tree in trees for one in ast.walk(tree)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id in {"self", "cls"}
        ):
            found.add(node.attr)
    return found


def is_private(name: str) -> bool:
    return name.isidentifier() and name[0] == "_" and name[1:2] not in {"", "_"}


def private_uses(tree: ast.AST) -> set[str]:
    """Private attributes, and texts that name one, in code that reads objects."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            of = node.value
            if not (isinstance(of, ast.Name) and of.id in {"self", "cls"}):
                found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if is_private(node.value) or "keras.src" in node.value:
                found.add(node.value)
        elif isinstance(node, ast.ImportFrom) and "keras.src" in (node.module or ""):
            found.add(str(node.module))
        elif isinstance(node, ast.Attribute) and node.attr == "src":
            found.add(ast.unparse(node))
    return found


def test_only_the_rooms_name_what_is_private() -> None:
    trees = {one: ast.parse(one.read_text()) for one in outside()}
    own = own_names([*trees.values()])
    keras_names = {one.name for one in private_names().values()}
    documented = {text for tree in trees.values() for text in docstrings(tree)}
    strange = {
        (str(file.relative_to(PACKAGE)), name)
        for file, tree in trees.items()
        for name in private_uses(tree) - documented - (own - keras_names) - set(NOT_OF_KERAS)
        if name not in OURS
    }
    assert strange == set()


OURS = {"_draws_of_a_copy", "_nbdoctor_magic_", "_site_", "_std"}
"""Names that stand in texts of our own."""


def docstrings(tree: ast.AST) -> set[str]:
    return {
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


@pytest.mark.parametrize(
    "code",
    [
        "model._flatten_layers()",
        "getattr(model, '_compile_loss', None)",
        "vars(model)['_layers']",
        "from keras.src.models import functional",
        "keras.src.backend",
        "kind.__module__.startswith('keras.src')",
    ],
)
def test_a_private_name_would_be_seen(code: str) -> None:
    assert private_uses(ast.parse(code))


def first_weights(by: int) -> Any:
    with state.vary_draws(by):
        keras.utils.set_random_seed(7)
        layer = keras.layers.Dense(3, kernel_initializer=keras.initializers.GlorotUniform(seed=1))
        layer.build((None, 4))
        dropped = keras.layers.Dropout(0.5, seed=2)(np.ones((1, 64)), training=True)
        return layer.kernel.numpy(), keras.ops.convert_to_numpy(dropped)


def test_draws_vary_although_seeds_are_set() -> None:
    kernels, drops = zip(*map(first_weights, (0, 0, 1, 2)), strict=True)
    for drawn in (kernels, drops):
        np.testing.assert_array_equal(drawn[0], drawn[1])
        assert not np.array_equal(drawn[0], drawn[2])
        assert not np.array_equal(drawn[2], drawn[3])
    unseeded = keras.initializers.GlorotUniform(seed=1)((4, 3))
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(unseeded), kernels[0])
