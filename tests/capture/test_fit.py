"""Every fit is seen with the batches that it will train on, and goes on as if nobody looked."""

from __future__ import annotations

import contextlib
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src.trainers.epoch_iterator import EpochIterator

from nbdoctor.capture.calls import STEPS_TIMED, FitCall, StopBeforeTrainingError, Trace, loss_of
from nbdoctor.capture.fit import watch_fits

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:.*ran out of data"),
    pytest.mark.filterwarnings("ignore:.*interrupting training"),
]

X = np.arange(48, dtype="float32").reshape(24, 2)
Y = np.arange(24, dtype="float32")[:, None]


class Recorder:
    """Notes what it is told; with `faulty` every method raises."""

    def __init__(self, *, faulty: bool = False, wants: int = 3) -> None:
        self.faulty, self.wants = faulty, wants
        self.calls: list[FitCall] = []
        self.batches: list[Any] = []
        self.traces: list[Trace] = []
        self.watched = 0
        self.unseen = 0
        self.steps: list[int] = []
        self.losses: list[Any] = []
        self.ends: list[tuple[Any, BaseException | None]] = []
        self.failures: list[str] = []

    def _fail(self) -> None:
        if self.faulty:
            raise ZeroDivisionError

    def fit_called(self, call: FitCall) -> bool:
        self.calls.append(call)
        if len(self.calls) > 1:
            self._fail()
        return True

    def about_to_trace(self, call: FitCall, trace: Trace) -> None:
        del call
        self.traces.append(trace)
        self._fail()

    def first_step(self, call: FitCall, batch: Any, fetch_seconds: float) -> None:
        del call
        assert fetch_seconds >= 0
        if batch is not None:
            self.batches.append(batch)
        self._fail()

    def wants_batches(self, call: FitCall) -> bool:
        del call
        self._fail()
        return 0 < len(self.batches) < self.wants

    def step_due(self, call: FitCall, number: int, batch: Any) -> None:
        del call, number
        self.batches.append(batch)
        self._fail()

    def watching(self, call: FitCall) -> Any:
        del call
        self.watched += 1
        return contextlib.nullcontext()

    def step_done(
        self, call: FitCall, number: int, started: float, ended: float, logs: Any
    ) -> None:
        del call
        assert ended > started
        self.steps.append(number)
        self.losses.append(loss_of(logs))
        self._fail()

    def fit_unseen(self) -> None:
        self.unseen += 1

    def fit_ended(self, call: FitCall, history: Any, error: BaseException | None) -> None:
        del call
        self.ends.append((history, error))
        self._fail()

    def failed(self, part: str, error: Exception) -> None:
        assert isinstance(error, ZeroDivisionError)
        self.failures.append(part)
        self._fail()


class Seen(keras.Model):
    """Notes the rows of every step."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = keras.layers.Dense(1, kernel_initializer="zeros")
        self.rows = tf.Variable([-1.0], shape=[None], trainable=False)

    def call(self, inputs: Any) -> Any:
        return self.dense(inputs)

    def train_step(self, data: Any) -> Any:
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        self.rows.assign(tf.concat([self.rows, x[:, 0], [-1.0]], 0))
        loss = self.compute_loss(x, y, self(x), weights)
        self._loss_tracker.update_state(loss)
        return {"loss": loss}


def made(**options: Any) -> Seen:
    keras.utils.set_random_seed(1)
    model = Seen()
    model.compile("sgd", "mse", **options)
    return model


PATCHED = {
    "fit": lambda: keras.Model.fit,
    "make": lambda: keras.Model.make_train_function,
    "begin": lambda: EpochIterator.__init__,
}


@pytest.fixture(autouse=True)
def nothing_stays_patched() -> Any:
    before = {name: get() for name, get in PATCHED.items()}
    own = set(vars(keras.Model))
    yield
    assert {name: get() for name, get in PATCHED.items()} == before
    assert set(vars(keras.Model)) == own


def dataset(rows: int = 24, size: int = 4) -> Any:
    return tf.data.Dataset.from_tensor_slices((X[:rows], Y[:rows])).batch(size)


def generated() -> Any:
    signature = (tf.TensorSpec((None, 2), "float32"), tf.TensorSpec((None, 1), "float32"))
    return tf.data.Dataset.from_generator(
        lambda: ((X[i : i + 4], Y[i : i + 4]) for i in range(0, 24, 4)), output_signature=signature
    )


def python_batches() -> Any:
    for start in range(0, 24, 4):
        yield X[start : start + 4], Y[start : start + 4]


KINDS: dict[str, Any] = {
    "arrays": lambda: ({"x": X, "y": Y, "batch_size": 4}, 3),
    "last batch smaller": lambda: ({"x": X, "y": Y, "batch_size": 7}, 3),
    "class weights": lambda: (
        {"x": X, "y": np.arange(24) % 2, "batch_size": 4, "class_weight": {0: 1.0, 1: 3.0}},
        3,
    ),
    "row weights": lambda: ({"x": X, "y": Y, "batch_size": 4, "sample_weight": Y[:, 0]}, 3),
    "dataset": lambda: ({"x": dataset()}, 3),
    "shorter than wanted": lambda: ({"x": dataset(8)}, 3),
    "endless": lambda: ({"x": dataset().repeat(), "steps_per_epoch": 5}, 3),
    "few steps": lambda: ({"x": dataset().repeat(), "steps_per_epoch": 2}, 3),
    "unknown length": lambda: ({"x": dataset().filter(lambda x, _: x[0, 0] >= 8)}, 3),
    "generator": lambda: ({"x": python_batches()}, 3),
    "dataset of a generator": lambda: ({"x": generated()}, 3),
}


@pytest.mark.parametrize(
    ("name", "per_call"),
    [
        *((name, 1) for name in KINDS),
        *((name, 2) for name in ("arrays", "shorter than wanted", "unknown length", "endless")),
    ],
)
def test_batches_come_back_in_order(name: str, per_call: int) -> None:
    arguments, _ = KINDS[name]()
    epochs = 1 if name == "generator" else 2
    plain = made(steps_per_execution=per_call)
    history = plain.fit(**arguments, epochs=epochs, shuffle=False, verbose=0)
    recorder, model = Recorder(), made(steps_per_execution=per_call)
    arguments, seen = KINDS[name]()
    with watch_fits(recorder):
        again = model.fit(**arguments, epochs=epochs, shuffle=False, verbose=0)
    assert model.rows.numpy().tolist() == plain.rows.numpy().tolist()
    assert again.history == history.history
    assert recorder.ends == [(again, None)]
    first = [float(row) for batch in recorder.batches for row in batch[0][:, 0]]
    rows = [row for row in plain.rows.numpy().tolist() if row >= 0]
    assert recorder.watched == 1
    if per_call == 1:
        assert len(recorder.batches) == seen
        assert first == rows[: len(first)]
    else:  # of each call the first
        assert first[:4] == rows[:4]


def test_a_generator_is_drawn_as_often_as_without_a_look() -> None:
    def drawn(*, watched: bool) -> list[str]:
        order: list[str] = []

        def batches() -> Any:
            for start in range(0, 24, 4):
                order.append("draw")
                yield X[start : start + 4], Y[start : start + 4]

        class Note(keras.callbacks.Callback):
            def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
                del batch, logs
                order.append("step")

        model = made()
        recorder = Recorder()
        if watched:
            with watch_fits(recorder):
                model.fit(batches(), shuffle=False, verbose=0, callbacks=[Note()])
        else:
            model.fit(batches(), shuffle=False, verbose=0, callbacks=[Note()])
        return order

    # As often; in which order depends on Keras's own prefetching thread, with and without a look.
    assert sorted(drawn(watched=True)) == sorted(drawn(watched=False))


def test_steps_are_told_with_their_losses_and_then_no_more() -> None:
    recorder, model = Recorder(), made()
    with watch_fits(recorder):
        model.fit(X, Y, batch_size=1, epochs=2, verbose=0)
        untouched = made()
        untouched.make_train_function()
        assert type(model.train_function) is type(untouched.train_function)
    assert recorder.steps == list(range(1, STEPS_TIMED + 1))
    assert all(float(loss) >= 0 for loss in recorder.losses)


def test_broken_data_raise_at_their_step_and_not_before() -> None:
    def failing(x: Any, y: Any) -> Any:
        message = "broken row"
        tf.debugging.Assert(x[0, 0] < 16, [message])  # the third batch of four rows
        return x, y

    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(4).map(failing)
    recorder, model = Recorder(), made()
    with watch_fits(recorder), pytest.raises(tf.errors.InvalidArgumentError):
        model.fit(data, shuffle=False, verbose=0)
    assert [row for row in model.rows.numpy().tolist() if row >= 0] == X[:8, 0].tolist()
    assert len(recorder.batches) == 2
    assert recorder.steps == [1, 2]
    ((history, error),) = recorder.ends
    assert history is None
    assert isinstance(error, tf.errors.InvalidArgumentError)


def test_arguments_are_told_by_name_with_their_defaults() -> None:
    recorder, model = Recorder(), made()
    with watch_fits(recorder):
        model.fit(X, Y, 8, verbose=0)
        model.fit(X, Y, verbose=0)
    first, second = recorder.calls
    assert first.arguments["x"] is X
    assert (first.arguments["batch_size"], first.arguments["epochs"]) == (8, 1)
    assert (first.number, second.number, first.line) == (1, 2, None)
    assert first.model is model
    assert first.batches == 3


def test_arguments_that_do_not_bind_are_left_to_keras() -> None:
    recorder = Recorder()
    with watch_fits(recorder), pytest.raises(TypeError, match="bogus"):
        made().fit(X, Y, bogus=1)
    assert recorder.calls[0].arguments == {}
    assert isinstance(recorder.ends[0][1], TypeError)


def test_an_observer_that_fails_disturbs_nothing() -> None:
    plain = made()
    history = plain.fit(X, Y, batch_size=4, shuffle=False, verbose=0)
    recorder, model = Recorder(faulty=True), made()
    with watch_fits(recorder):
        again = model.fit(X, Y, batch_size=4, shuffle=False, verbose=0)
    assert again.history == history.history
    assert model.rows.numpy().tolist() == plain.rows.numpy().tolist()
    assert set(recorder.failures) == {
        "the trace of the step",
        "the look",
        "further batches",
        "the time of a step",
        "the end of training",
    }


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_error_of_a_callback_goes_on_to_the_user(error: type[BaseException]) -> None:
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            del logs
            if batch == 1:
                raise error

    recorder, model = Recorder(), made()
    with watch_fits(recorder), pytest.raises(error):
        model.fit(X, Y, batch_size=4, verbose=0, callbacks=[Stop()])
    assert isinstance(recorder.ends[0][1], error)
    assert model.train_function.__module__.startswith("keras.")
    model.fit(X, Y, verbose=0)


def test_a_dry_run_stops_before_the_first_step() -> None:
    recorder, model = Recorder(), made()
    with watch_fits(recorder, dry_run=True), pytest.raises(StopBeforeTrainingError):
        model.fit(X, Y, batch_size=4, verbose=0)
    assert model.rows.numpy().tolist() == [-1.0]
    assert len(recorder.batches) == 1
    assert recorder.steps == []
    assert isinstance(recorder.ends[0][1], StopBeforeTrainingError)


def test_the_end_of_a_dry_run_is_nothing_that_users_catch() -> None:
    assert not issubclass(StopBeforeTrainingError, Exception)


def test_a_fit_inside_of_a_fit_is_left_alone() -> None:
    inner = made()

    class Nested(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            del epoch, logs
            inner.fit(X[:4], Y[:4], verbose=0)

    recorder, model = Recorder(), made()
    with watch_fits(recorder):
        model.fit(X, Y, batch_size=8, verbose=0, callbacks=[Nested()])
    assert [call.model for call in recorder.calls] == [model]
    assert recorder.steps == [1, 2, 3]
    assert recorder.calls[0].batches == 3


def test_a_class_with_a_fit_of_its_own_is_seen_once() -> None:
    class Own(Seen):
        def fit(self, data: Any, **options: Any) -> Any:
            return super().fit(data, Y, **options)

    model = Own()
    model.compile("sgd", "mse")
    recorder = Recorder()
    with watch_fits(recorder):
        model.fit(X, verbose=0)
    (call,) = recorder.calls
    assert call.arguments["y"] is Y
    assert len(recorder.batches) == 1
