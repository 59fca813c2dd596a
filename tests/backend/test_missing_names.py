"""What becomes of a cell where Keras keeps something under another name than nbdoctor knows."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest

from nbdoctor.backend.keras_internals import (
    compiled,
    data,
    graph,
    names,
    optimizer,
    state,
    structure,
)
from nbdoctor.backend.keras_internals.names import (
    MissingNameError,
    PrivateName,
    missing_internals,
    remark,
)
from nbdoctor.report import Report
from tests.backend.renamed import asked_for, everywhere, private_names, rename
from tests.running import run

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

pytestmark = pytest.mark.keras

CELL = """
import keras, numpy as np
keras.utils.set_random_seed(3)
x = np.random.normal(size=(48, 4)).astype("float32")
y = (x[:, 0] > 0).astype("int32")
model = keras.Sequential([
    keras.Input((4,)),
    keras.layers.Dense(3, activation="relu"),
    keras.layers.Dropout(0.2),
    keras.layers.Dense(2, activation="softmax"),
])
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=24, verbose=0).history
weights = [one.tolist() for one in model.get_weights()]
drawn = float(keras.random.uniform(()))
"""

# -- one function ------------------------------------------------------------------------------

X, Y = np.zeros((4, 3), "float32"), np.zeros(4, "int32")


def model() -> Any:
    made = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="out")])
    made.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return made


def built() -> Any:
    made = model()
    made._symbolic_build(data_batch=(X, Y, None))
    return made


def layer() -> Any:
    return keras.layers.Dropout(0.5)


USES: dict[PrivateName, Callable[[], Any]] = {
    compiled.LOSS: lambda: compiled.compiled_parts(model()),
    compiled.METRICS: lambda: list(compiled.chosen_metrics(built(), 1)),
    compiled.CONFIG: lambda: compiled.arguments_of_compile(model()),
    compiled.BUILD: lambda: compiled.build_as_fit(model(), (X, Y, None)),
    compiled.STRATEGY: lambda: compiled.is_distributed(model()),
    compiled.FLAT: lambda: list(compiled.chosen_metrics(built(), 1)),
    compiled.FLAT_WEIGHTED: lambda: list(compiled.chosen_metrics(built(), 1)),
    compiled.LOSS_TRACKER: lambda: compiled.trackers_of_model(model()),
    compiled.HELD: lambda: compiled.trackers_of_model(model()),
    compiled.STATE: lambda: compiled.state_of(keras.metrics.Mean()),
    compiled.FUNCTION: lambda: compiled.function_of(keras.metrics.MeanMetricWrapper(abs)),
    data.ITERATOR: data.iterator_class,
    data.COUNT: lambda: data.batches_of_epoch(data.iterator_class()(X)),
    data.ADAPTER: lambda: data.adapter_of_arrays(X, Y, None, batch_size=2),
    graph.HISTORY: lambda: graph.layer_behind(model().outputs[0]),
    graph.INBOUND: lambda: graph.calls_of(layer()),
    graph.OUTBOUND: lambda: graph.users_of(layer()),
    graph.BY_DEPTH: lambda: graph.nodes_by_depth(graph.graph_of(model())),
    graph.OF_SEQUENTIAL: lambda: graph.graph_of(model()),
    graph.LOGITS: lambda: graph.keeps_logits(keras.activations.softmax(keras.ops.ones((1, 2)))),
    optimizer.BASE: optimizer.base_class,
    optimizer.WEIGHTS: lambda: optimizer.weights_of(keras.optimizers.SGD()),
    optimizer.RATE: lambda: optimizer.rate_of(keras.optimizers.SGD()),
    optimizer.STEPS: lambda: optimizer.iterations_of(keras.optimizers.SGD()),
    state.TRACKER: lambda: state.trackers_of([layer()]),
    state.STORED: lambda: state.tracked(state.trackers_of([layer()])[0]),
    state.STATE: state.kept_for_thread,
    state.SETTINGS: state.kept_for_thread,
    state.GET: state.global_seed,
    state.SET: lambda: state.set_global_seed(state.global_seed()),
    state.RANDOM: state.source_of_seeds,
    state.DRAW: lambda: contextlib.ExitStack().enter_context(state.vary_draws(0)),
    state.SPEC: lambda: state.output_spec(layer(), keras.KerasTensor((None, 3))),
    state.EXCLUDED: state.module_of_tracebacks,
    structure.NESTED: lambda: structure.inside(model()),
    structure.FLATTENED: lambda: structure.all_layers(model()),
    structure.TRAINED: lambda: structure.weights(model()),
    structure.NOT_TRAINED: lambda: structure.weights(model()),
    structure.SEEDS: lambda: structure.variables(model()),
    structure.TRAINABLE: lambda: structure.set_trainable(model(), value=False),
    structure.TAKES_TRAINING: lambda: structure.takes_training(layer()),
    structure.OWN_LOSSES: lambda: structure.losses_of(layer()),
    structure.REBUILD: lambda: structure.rebuild(model()),
    structure.OUTPUT_SHAPE: lambda: structure.output_shape_of(keras.layers.Lambda(abs)),
    structure.FUNCTIONAL: structure.functional_class,
}
"""What reads each name, of objects that are made after it is gone."""


@pytest.mark.parametrize("name", everywhere())
def test_what_reads_a_name_tells_that_it_is_gone(
    monkeypatch: pytest.MonkeyPatch, name: PrivateName
) -> None:
    monkeypatch.setattr(names, "_missing", {})
    USES[name]()
    assert missing_internals() == ()
    rename(monkeypatch, name)
    with contextlib.suppress(MissingNameError):
        USES[name]()
    assert [one.lost for one in missing_internals()] == [name.lost]
    assert name.lost in remark()


# -- whole cells -------------------------------------------------------------------------------

NOT_ASKED_FOR = {
    "keras.Layer._outbound_nodes": "models with an embedding",
    "keras.Optimizer._trainable_variables": "steps and loops of the user's own",
    "keras.Sequential._maybe_rebuild": "copies of the live model, where the lines cannot be run",
    "keras.layers.Lambda._output_shape": "copies of a Lambda layer",
    "keras.metrics.MeanMetricWrapper._fn": "metrics that are functions",
    "keras.src.backend.tensorflow.random.draw_seed": "changes that are tried from several seeds",
    "keras.src.backend.compute_output_spec": "models without an input shape",
}
"""Names that the diagnosis of `CELL` has no use for, with what has."""


def outcome(shell: InteractiveShell) -> tuple[Any, ...]:
    return tuple(shell.user_ns[name] for name in ("history", "weights", "drawn"))


def diagnosed(shell: InteractiveShell) -> tuple[tuple[Any, ...], set[str]]:
    """The outcome of the diagnosed cell, and the names whose loss its report tells."""
    assert run(shell, f"%%diagnose -q -o report\n{CELL}").success
    report = shell.user_ns["report"]
    assert isinstance(report, Report)
    lost = missing_internals()
    assert not lost or remark() in report.notes
    return outcome(shell), set(map(str, lost))


def test_a_cell_is_as_without_us_and_tells_of_each_name_that_is_gone(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is gone may hide that another one is asked for, so one after the other returns.

    At first all are gone; those of which the report tells are back the next time, until nothing
    more is missed.
    """
    assert run(shell, CELL).success
    plain, gone = outcome(shell), private_names()
    while True:
        with monkeypatch.context() as patches:
            renamed = {text: rename(patches, name) for text, name in gone.items()}
            found = asked_for(patches)
            ended, told = diagnosed(shell)
        assert ended == plain, sorted(told)
        assert found & set(renamed.values()) == told, "asked for, and not told of"
        if not told:
            break
        gone = {text: name for text, name in gone.items() if renamed[text] not in told}
    assert set(gone) == set(NOT_ASKED_FOR)
