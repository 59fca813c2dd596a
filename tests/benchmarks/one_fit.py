"""One `fit` in a fresh process, timed from outside; prints one line of JSON.

Started by look_cost.py. The cell runs in a real IPython shell, with `%%diagnose` on top or
without, and everything that would go to the notebook is made and caught.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

MIME = "application/vnd.nbdoctor.report+json"
ARMS = ("plain", "nbdoctor", "tensorboard", "check_numerics")
EPOCHS = 3

IMPORTS = """
import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(0)
"""

MODELS = {
    "mlp": """
x, y = np.random.rand(50 * 128, 784).astype("float32"), np.random.randint(0, 10, 50 * 128)
model = keras.Sequential([
    keras.Input((784,)),
    layers.Dense(512, activation="relu"),
    layers.Dense(512, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
batch = 128
""",
    "cnn": """
x, y = np.random.rand(50 * 64, 32, 32, 3).astype("float32"), np.random.randint(0, 10, 50 * 64)
model = keras.Sequential([keras.Input((32, 32, 3))])
for filters in (32, 64, 128):
    model.add(layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False))
    model.add(layers.BatchNormalization())
    model.add(layers.ReLU())
model.add(layers.GlobalAveragePooling2D())
model.add(layers.Dense(10, activation="softmax"))
batch = 64
""",
    "lstm": """
x, y = np.random.rand(50 * 32, 100, 16).astype("float32"), np.random.randint(0, 10, 50 * 32)
model = keras.Sequential([
    keras.Input((100, 16)),
    layers.LSTM(64),
    layers.Dense(10, activation="softmax"),
])
batch = 32
""",
    "transformer": """
x, y = np.random.randint(0, 2000, (50 * 32, 64)), np.random.randint(0, 10, 50 * 32)
tokens = keras.Input((64,), dtype="int32")
hidden = layers.Embedding(2000, 128)(tokens)
for _ in range(2):
    attended = layers.MultiHeadAttention(4, 32)(hidden, hidden)
    hidden = layers.LayerNormalization()(layers.Add()([hidden, attended]))
    wide = layers.Dense(256, activation="gelu")(hidden)
    hidden = layers.LayerNormalization()(layers.Add()([hidden, layers.Dense(128)(wide)]))
pooled = layers.GlobalAveragePooling1D()(hidden)
model = keras.Model(tokens, layers.Dense(10, activation="softmax")(pooled))
batch = 32
""",
    "resnet50": """
x, y = np.random.rand(10 * 8, 96, 96, 3).astype("float32"), np.random.randint(0, 10, 10 * 8)
model = keras.applications.ResNet50(weights=None, input_shape=(96, 96, 3), classes=10)
batch = 8
""",
}
"""Cells that make `model`, `x`, `y` and `batch`: 50 batches each, 10 for ResNet50."""

CELL = """{before}
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
watch.fit_called()
history = model.fit(
    x, y, batch_size=batch, epochs={epochs}, verbose=0, callbacks=[{callback}watch]
)
watch.fit_returned()
"""

BEFORE = {"check_numerics": "tf.debugging.enable_check_numerics()"}
CALLBACK = {"tensorboard": "keras.callbacks.TensorBoard(log_folder, histogram_freq=1), "}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Seconds of one run.

    Attributes
    ----------
    first_step : float
        From the call of `fit` to the end of its first step; with nbdoctor the look is part of it.
    later_step, later_epoch : float
        Medians from the second epoch on.
    one_epoch : float
        The call of `fit`, less the epochs after the first: what a fit of one epoch takes.
    cell : float
        The same for the whole cell: with nbdoctor, what can wait until training is over, too.
    first_judgement, findings : float or None
        From the call of `fit` until the first report stood in the notebook, and until all
        findings stood there that come before training.
    look : float or None
        Everything before training went on, as the report says.
    """

    first_step: float
    later_step: float
    later_epoch: float
    one_epoch: float
    cell: float
    first_judgement: float | None = None
    findings: float | None = None
    look: float | None = None


@dataclass
class Clock:
    """Times noted while the cell runs, by `time.perf_counter`."""

    called: float = 0.0
    returned: float = 0.0
    steps: list[tuple[float, float]] = field(default_factory=list)
    epochs: list[tuple[float, float]] = field(default_factory=list)
    reports: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    steps_of_first_epoch: int = 0

    def measured(self, began: float, ended: float) -> Measured:
        """What these times say of a cell that ran from `began` to `ended`."""
        later = [end - start for start, end in self.steps[self.steps_of_first_epoch :]]
        epochs = [end - start for start, end in self.epochs[1:]]
        complete = [
            (at, report["timing"]["look"])
            for at, report in self.reports
            if report["timing"]["look"] is not None
        ]
        return Measured(
            first_step=self.steps[0][1] - self.called,
            later_step=statistics.median(later),
            later_epoch=statistics.median(epochs),
            one_epoch=self.returned - self.called - sum(epochs),
            cell=ended - began - sum(epochs),
            first_judgement=self.reports[0][0] - self.called if self.reports else None,
            findings=complete[0][0] - self.called if complete else None,
            look=complete[0][1] if complete else None,
        )


def stopwatch(clock: Clock) -> Any:
    """A callback that notes times; the last of its list, so that it sees the others' work."""
    import keras

    class Stopwatch(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
        def fit_called(self) -> None:
            clock.called = time.perf_counter()

        def fit_returned(self) -> None:
            clock.returned = time.perf_counter()

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            del epoch, logs
            self.epoch_began = time.perf_counter()

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            del batch, logs
            self.step_began = time.perf_counter()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            del batch, logs
            clock.steps.append((self.step_began, time.perf_counter()))

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            del logs
            clock.epochs.append((self.epoch_began, time.perf_counter()))
            if epoch == 0:
                clock.steps_of_first_epoch = len(clock.steps)

    return Stopwatch()


def kernel_running(source: str) -> SimpleNamespace:
    """As much of a kernel as `%%diagnose` asks for: the request that runs the cell."""
    request = {"content": {"code": source}, "metadata": {"cellId": "cell"}}
    return SimpleNamespace(get_parent=lambda _: request)


def listening_shell(clock: Clock) -> Any:
    """An IPython shell whose displays are caught and timed."""
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Listener(DisplayPublisher):
        def publish(self, data: Any, *_: Any, **__: Any) -> None:
            json.dumps(data)  # a kernel would have to
            if MIME in data:
                clock.reports.append((time.perf_counter(), data[MIME]["report"]))

    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    shell.display_pub = Listener(parent=shell)  # type: ignore[no-untyped-call]  # traitlets
    return shell


def measure(model: str, arm: str) -> Measured:
    """Run the cell once."""
    clock = Clock()
    shell = listening_shell(clock)
    shell.run_cell(IMPORTS + MODELS[model]).raise_error()
    with tempfile.TemporaryDirectory() as folder:
        shell.push({"watch": stopwatch(clock), "log_folder": folder})
        cell = CELL.format(
            before=BEFORE.get(arm, ""), callback=CALLBACK.get(arm, ""), epochs=EPOCHS
        )
        if arm == "nbdoctor":
            shell.run_cell("%load_ext nbdoctor").raise_error()
            cell = f"%%diagnose\n{cell}"
            shell.kernel = kernel_running(cell)
        # A full collection takes 0.2 s with TensorFlow loaded, and falls into the arm that happens
        # to cross its threshold. Every arm begins with none due.
        gc.collect()
        began = time.perf_counter()
        shell.run_cell(cell).raise_error()
        ended = time.perf_counter()
    return clock.measured(began, ended)


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=sorted(MODELS))
    parser.add_argument("arm", choices=ARMS)
    measured = measure(**vars(parser.parse_args()))
    sys.stdout.write(f"\n{json.dumps(asdict(measured))}\n")


if __name__ == "__main__":
    main()
