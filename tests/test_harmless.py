"""A cell comes out bit for bit as it would without the magic."""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

IMPORTS = """
import keras
import numpy as np
import tensorflow as tf
from keras import layers

rng = np.random.default_rng(0)
"""

MODELS = {
    "mlp": """
x, y = rng.normal(size=(200, 12)).astype("float32"), rng.integers(0, 3, 200)
model = keras.Sequential([
    keras.Input((12,)),
    layers.Dense(16, activation="relu", kernel_regularizer="l2"),
    layers.Dropout(0.3),
    layers.Dense(3, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
""",
    "mlp that is not built": """
x, y = rng.normal(size=(200, 12)).astype("float32"), rng.integers(0, 3, 200)
model = keras.Sequential([layers.Dense(16, activation="relu"), layers.Dense(3)])
model.compile(
    keras.optimizers.SGD(0.05, momentum=0.9),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)
""",
    "cnn with augmentation, normalisation and dropout": """
x, y = rng.normal(size=(96, 12, 12, 3)).astype("float32"), rng.integers(0, 4, 96)
model = keras.Sequential([
    keras.Input((12, 12, 3)),
    layers.RandomFlip("horizontal"),
    layers.Conv2D(8, 3, padding="same"),
    layers.BatchNormalization(),
    layers.ReLU(),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dropout(0.5),
    layers.Dense(4, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
""",
    "lstm": """
x, y = rng.integers(0, 50, (96, 12)), rng.integers(0, 2, (96, 1))
model = keras.Sequential([
    keras.Input((12,)),
    layers.Embedding(50, 8, mask_zero=True),
    layers.LSTM(8, dropout=0.2),
    layers.Dense(1, activation="sigmoid"),
])
model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy", keras.metrics.AUC()])
""",
    "loops with state": """
x, y = rng.normal(size=(96, 7, 3)).astype("float32"), rng.normal(size=(96, 1)).astype("float32")
model = keras.Sequential([
    keras.Input((7, 3), batch_size=16),
    layers.Bidirectional(layers.GRU(6, return_sequences=True)),
    layers.SimpleRNN(5, stateful=True),
    layers.Dense(1),
])
model.compile(keras.optimizers.Adam(amsgrad=True), "mse", metrics=["mae"])
""",
    "subclass with its own step": """
x, y = rng.normal(size=(160, 10)).astype("float32"), rng.integers(0, 4, 160)

class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [layers.Dense(12, activation="relu"), layers.Dense(12, activation="gelu")]
        self.norm, self.drop = layers.BatchNormalization(), layers.Dropout(0.3)
        self.head = layers.Dense(4)
        self.noise = tf.Variable(0.0, trainable=False)
        self.seen = []

    def call(self, inputs, training=False):
        self.seen.append("call")
        for block in self.blocks:
            inputs = block(inputs)
        return self.head(self.drop(self.norm(inputs, training=training), training=training))

    def train_step(self, data):
        inputs, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        self.noise.assign_add(tf.random.normal(()))
        with tf.GradientTape() as tape:
            predicted = self(inputs, training=True)
            loss = self.compute_loss(inputs, labels, predicted)
            loss += 0.01 * tf.reduce_mean(predicted**2)
        gradients = tape.gradient(loss, self.trainable_variables)
        gradients, _ = tf.clip_by_global_norm(gradients, 0.5)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        for metric in self.metrics:
            seen = (loss,) if metric.name == "loss" else (labels, predicted)
            metric.update_state(*seen)
        return {metric.name: metric.result() for metric in self.metrics}

model = Own()
model.compile(
    "adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
)
""",
}

DATA = {
    "arrays": "history = model.fit(x, y, epochs=2, batch_size=16, verbose=2)",
    "arrays split for validation": (
        "history = model.fit(x, y, epochs=2, validation_split=0.2, class_weight={0: 2.0, 1: 1.0, "
        "2: 1.0, 3: 1.0}, verbose=2)"
    ),
    "shuffled dataset": (
        "data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(64).batch(16)\n"
        "history = model.fit(data, epochs=2, validation_data=(x[:20], y[:20]), verbose=2)"
    ),
    "dataset shuffled once": (
        "data = tf.data.Dataset.from_tensor_slices((x, y))\n"
        "data = data.shuffle(64, seed=3, reshuffle_each_iteration=False).batch(16).repeat()\n"
        "history = model.fit(data, epochs=3, steps_per_epoch=3, verbose=2)"
    ),
    "dataset of two batches": (
        "data = tf.data.Dataset.from_tensor_slices((x[:32], y[:32])).batch(16).prefetch(2)\n"
        "history = model.fit(data, epochs=2, verbose=2)"
    ),
    "endless generator": (
        "def batches():\n"
        "    own = np.random.default_rng(1)\n"
        "    while True:\n"
        "        rows = own.integers(0, len(x), 16)\n"
        "        yield x[rows], y[rows]\n"
        "history = model.fit(batches(), epochs=2, steps_per_epoch=4, verbose=2)"
    ),
    "two fits": (
        "model.fit(x, y, epochs=1, verbose=2)\nhistory = model.fit(x, y, epochs=1, verbose=2)"
    ),
    "several steps per execution": (
        "model.steps_per_execution = 3\nhistory = model.fit(x, y, epochs=2, verbose=2)"
    ),
}

EVERY_MODEL = ("arrays", "shuffled dataset")
PAIRS = [
    *((model, data) for model in MODELS for data in EVERY_MODEL if model != "loops with state"),
    ("loops with state", "arrays"),
    ("loops with state", "dataset of two batches"),
    *(("mlp", data) for data in DATA if data not in EVERY_MODEL),
    ("cnn with augmentation, normalisation and dropout", "arrays split for validation"),
    ("lstm", "several steps per execution"),
    ("subclass with its own step", "endless generator"),
]
"""Every model over the usual data, the plainest model over all data, and some odd couples."""

AFTER = """
drawn = [float(tf.random.uniform([])), float(keras.random.uniform(())), layers.Dense(1).name]
"""

TIMES = re.compile(r"\d+m?s(?:/epoch|/step)?|Cell In\[\d+\]")


@dataclass(frozen=True)
class Outcome:
    """Everything that a cell leaves behind."""

    weights: str
    optimizer: str
    metrics: str
    history: str
    python: str
    numpy: str
    drawn: str
    names: str
    attributes: str
    printed: str


def digest(variables: list[Any]) -> str:
    sha = hashlib.sha256()
    for variable in variables:
        sha.update(variable.path.encode())
        sha.update(np.ascontiguousarray(variable.numpy()).tobytes())
    return sha.hexdigest()


def run(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], source: str, magic: str
) -> Outcome:
    import keras

    shell.reset(new_session=False)
    keras.backend.clear_session()
    keras.utils.set_random_seed(7)
    capsys.readouterr()
    result = shell.run_cell(magic + source)
    assert result.success, capsys.readouterr().out
    printed = "".join(capsys.readouterr())
    model, history = shell.user_ns["model"], shell.user_ns["history"]
    outcome = Outcome(
        weights=digest(model.variables),
        optimizer=digest(model.optimizer.variables),
        metrics=digest(model.metrics_variables),
        history=repr(history.history),
        python=repr(random.getstate()),
        numpy=repr(np.random.get_state()),  # noqa: NPY002  (what users' code draws on)
        drawn="",
        names=repr([layer.name for layer in model.layers]),
        attributes=repr(getattr(model, "seen", None)),
        printed=TIMES.sub("·", printed),
    )
    shell.run_cell(AFTER)
    return Outcome(**{**vars(outcome), "drawn": repr(shell.user_ns["drawn"])})


@pytest.mark.parametrize(
    ("model", "data"), PAIRS, ids=[f"{model} over {data}" for model, data in PAIRS]
)
def test_the_outcome_is_that_of_the_plain_cell(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], model: str, data: str
) -> None:
    source = IMPORTS + MODELS[model] + DATA[data]
    plain = run(shell, capsys, source, "")
    diagnosed = run(shell, capsys, source, "%%diagnose -q -o report\n")
    reports = shell.user_ns["report"]
    report = reports[0] if isinstance(reports, tuple) else reports
    assert report.faults == ()
    assert report.checksum.untouched
    assert diagnosed == plain


def test_the_comparison_notices_a_disturbance(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    source = IMPORTS + MODELS["mlp"] + DATA["arrays"]
    plain = run(shell, capsys, source, "")
    disturbed = run(shell, capsys, source + "\nnp.random.rand()\n", "")
    assert disturbed.numpy != plain.numpy
    assert disturbed.weights == plain.weights
