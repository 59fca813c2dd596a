"""The search for the cause on small real models."""

import random
import time
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from nbdoctor.cell.cell import Cell
from nbdoctor.experiment.arms import MOST_STEPS
from nbdoctor.experiment.experiment import find_cause
from nbdoctor.experiment.networks import Copies
from nbdoctor.experiment.present import Looked, present_parts
from nbdoctor.experiment.program import ExperimentProgram, Loop, program_of
from nbdoctor.readings.asked import Asked
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.tried_parts import Compiled, TriedParts
from nbdoctor.trials.copying.case import Case
from nbdoctor.trials.copying.objects.fitted import as_fitted
from nbdoctor.trials.refusal import UntriedError

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

DEAL = np.random.default_rng(0)
X = DEAL.normal(size=(600, 4)).astype("float32")
Y = (X[:, 0] * X[:, 1] + X[:, 2]).astype("float32")
CLASSES = (X[:, 0] > 0).astype("int64") + (X[:, 1] > 0)
CALLED: list[Any] = []
KEPT: list[Any] = []
"""Models are held weakly by what is known of them."""

FIT = {"batch_size": 32, "epochs": 20}
NUMBER = Asked(shape=(None, 1))
THREE = Asked(shape=(None, 3), classes=True)


class Stepping(keras.Model):  # type: ignore[misc]
    """A model with a step of its own that climbs."""

    def __init__(self):  # type: ignore[no-untyped-def]  # noqa: ANN204
        super().__init__()
        self.inner = layers.Dense(32, activation="relu")
        self.outer = layers.Dense(1)

    def call(self, x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        return self.outer(self.inner(x))

    def train_step(self, data):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        raise AssertionError(data)


class Scrambling(layers.Layer):  # type: ignore[misc]
    """A layer that keeps what it is called with, so that it must not run again."""

    def call(self, x: Any) -> Any:
        CALLED.append(x)
        return x * 0.0


def net(units: int = 1, last: str | None = None, **given: Any) -> Any:
    return keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(32, activation="relu", **given),
            layers.Dense(units, activation=last),
        ]
    )


def program(
    model: Any,
    asked: Asked = NUMBER,
    *,
    x: Any = X,
    y: Any = Y,
    loss: Any = "mse",
    rate: float = 0.01,
    recorded: float | None = None,
    loop: Loop | None = None,
    fit: dict[str, Any] | None = None,
    **known: Any,
) -> ExperimentProgram:
    KEPT.append(model)
    model.compile(optimizer=keras.optimizers.Adam(rate), loss=loss)
    case = Case(
        cell=Cell(""),
        namespace={"x": x, "y": y, **known.pop("names", {})},
        arguments={"x": x, "y": y, **FIT, **(fit or {})},
        model=model,
        fitted=as_fitted(model),
    )
    attained = None
    if recorded is not None:
        attained = Attained(kind="numbers", score=recorded, rows=200, counted=200, held_out=True)
    return program_of(case, outputs=[asked], attained=attained, loop=loop, **known)


def sought(made: ExperimentProgram, seconds: float = 60.0) -> TriedParts:
    return find_cause(made, time.perf_counter() + seconds)


def test_a_rate_that_is_too_low_is_blamed_and_nothing_of_the_user_s_changes() -> None:
    model = net()
    made = program(model, rate=1e-6)
    weights = [one.copy() for one in model.get_weights()]
    states = random.getstate(), str(np.random.get_state())  # noqa: NPY002
    told: list[TriedParts] = []
    found = find_cause(made, time.perf_counter() + 60, told.append)
    assert (found.outcome, found.blamed) == ("part", ("optimizer",))
    assert found.reference > 0.8
    assert found.control < 0.2
    assert found.parts["optimizer"].reference == "Adam with a rate of 0.001"
    assert len(told) == len(found.runs)
    assert {one.outcome for one in told} == {"out of time"}
    assert all(map(np.array_equal, weights, model.get_weights()))
    assert (random.getstate(), str(np.random.get_state())) == states  # noqa: NPY002
    assert not model.optimizer.iterations.numpy()


def test_a_record_that_is_good_enough_ends_the_search_at_once() -> None:
    found = sought(program(net(), recorded=0.9))
    assert found.outcome == "nothing wrong"
    assert not found.runs
    assert found.seconds < 0.1


def test_a_healthy_program_without_a_record_costs_one_training() -> None:
    found = sought(program(net()))
    assert (found.outcome, found.blamed, len(found.runs)) == ("nothing wrong", (), 1)


def test_labels_without_signal_blame_nobody() -> None:
    found = sought(program(net(), y=DEAL.normal(size=600).astype("float32"), fit={"epochs": 3}))
    assert (found.outcome, found.blamed) == ("no signal", ())


def test_a_record_below_a_constant_is_no_worse_than_a_copy_that_learns_nothing() -> None:
    noise = DEAL.normal(size=600).astype("float32")
    found = sought(program(net(), y=noise, recorded=-1.0, fit={"epochs": 3}))
    assert (found.outcome, found.why) == ("no signal", "")


def test_a_last_layer_that_answers_elsewhere_is_tried() -> None:
    model = keras.Sequential([keras.Input((4, 1)), layers.Dense(1)])
    made = program(model, x=X[..., None])
    copies = Copies(made)
    copy = copies.fresh(0)
    seen = Looked(model=copy, anatomy=copies.anatomy(copy), losses=(None,), kinds=("series",))
    assert "head" in present_parts(made, seen)


def test_what_stood_for_the_last_layer_is_told_as_a_cell_writes_it() -> None:
    two = Asked(shape=(None, 1), classes=True)
    sides = (X[:, 0] > 0).astype("int64")
    found = sought(program(net(1, "softmax"), two, y=sides, loss="binary_crossentropy"))
    assert found.blamed == ("head",)
    assert found.compiled == Compiled(units=1, activation="sigmoid", values=(0.0, 1.0))


def test_what_stood_for_a_loss_and_its_labels_is_told_as_a_cell_writes_it() -> None:
    def climbing(y, p):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        return -ops.mean(ops.abs(y - p))

    found = sought(program(net(), loss=climbing))
    assert found.blamed == ("loss",)
    assert (found.compiled.loss, found.compiled.from_logits) == ("mean_squared_error", False)
    assert found.compiled.units is None


def test_a_program_that_raises_is_repaired_by_one_part() -> None:
    made = program(
        net(3, "softmax"), THREE, y=np.eye(3)[CLASSES], loss="sparse_categorical_crossentropy",
        raised=True,
    )  # fmt: skip
    found = sought(made)
    assert found.blamed in {("labels",), ("loss",)}
    assert all(run.error for run in found.runs if not run.replaced)


def test_scrambled_labels_are_the_pipeline_s_fault() -> None:
    mixed = CLASSES[np.random.default_rng(1).permutation(len(CLASSES))]
    made = program(
        net(3, "softmax"), THREE, y=mixed, loss="sparse_categorical_crossentropy",
        names={"labels": CLASSES},
    )  # fmt: skip
    found = sought(made)
    assert found.blamed == ("pipeline",)
    assert found.parts["pipeline"].reference == "`labels`"


def test_a_loop_is_compared_by_its_record_and_never_run() -> None:
    loop = Loop(x=X, y=Y, loss="mse", optimizer=keras.optimizers.Adam(0.01))
    found = sought(program(net(), recorded=0.0, loop=loop, steps=200))
    assert (found.outcome, found.blamed) == ("part", ("loop",))
    assert not found.loop_stood_aside
    assert all("loop" in run.replaced for run in found.runs)


def test_a_loop_stands_aside_where_another_part_is_blamed() -> None:
    loop = Loop(x=X, y=Y, loss="mse", optimizer=keras.optimizers.Adam(1e-6))
    found = sought(program(net(), recorded=0.0, loop=loop, steps=500))
    assert found.blamed == ("optimizer",)
    assert found.loop_stood_aside


def test_more_steps_are_not_tried_where_these_are_fewer_than_the_program_s_own() -> None:
    loop = Loop(x=X, y=Y, loss="mse", optimizer=keras.optimizers.Adam(1e-6))
    found = sought(program(net(), recorded=0.0, loop=loop, steps=MOST_STEPS + 1))
    assert found.blamed == ("optimizer",)
    assert not any("length" in run.replaced for run in found.runs)


def test_a_linear_model_that_a_wider_one_outruns_was_trained_too_briefly() -> None:
    slopes = np.linspace(-1, 1, 32)[:, None] / 3
    x = DEAL.random((1000, 32)).astype("float32")
    y = (x @ slopes + 0.02 * DEAL.normal(size=(1000, 1))).astype("float32")
    linear = keras.Sequential([keras.Input((32,)), layers.Dense(1)])
    found = sought(program(linear, x=x, y=y, rate=0.001, fit={"epochs": 5}))
    assert (found.outcome, found.blamed) == ("part", ("length",))
    assert found.compiled.longer >= 10


def test_a_train_step_of_the_user_s_is_a_loop_and_is_not_run() -> None:
    model = Stepping()
    model(X[:2])
    found = sought(program(model, recorded=0.0))
    assert found.blamed == ("loop",)


def test_a_loop_without_a_record_cannot_be_compared() -> None:
    loop = Loop(x=X, y=Y)
    with pytest.raises(UntriedError, match="could not be scored"):
        program(net(), loop=loop)


def test_a_model_that_must_not_run_again_is_replaced_as_a_whole() -> None:
    model = keras.Sequential([keras.Input((4,)), Scrambling(), layers.Dense(1)])
    CALLED.clear()
    found = sought(program(model, recorded=0.0))
    assert not CALLED
    assert (found.outcome, found.blamed) == ("part", ("architecture",))
    assert all("architecture" in run.replaced for run in found.runs)
    assert sought(program(model)).outcome == "not tried"


def test_an_own_layer_that_only_computes_is_replaced_alone() -> None:
    class Flat(layers.Layer):  # type: ignore[misc]
        def call(self, x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            return ops.ones_like(x)

    dense = layers.Dense(32, activation="relu")
    model = keras.Sequential([keras.Input((4,)), Flat(), dense, layers.Dense(1)])
    assert sought(program(model)).blamed == ("layers",)


def test_nothing_is_trained_beyond_the_deadline() -> None:
    began = time.perf_counter()
    found = sought(program(net(), rate=1e-6), seconds=-1)
    assert (found.outcome, found.runs) == ("out of time", ())
    assert time.perf_counter() - began < 5


def test_rows_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(UntriedError):
        program(net(), x=np.array(["a", "b"] * 300), y=Y)
