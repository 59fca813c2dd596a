"""Healthy programs that were called sick once, in small; and one sick one without its cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbdoctor.report import Report

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

START = """%%diagnose -q -o report --no-trials
import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

rng = np.random.default_rng(0)
"""

HEALTHY = {
    "an adapted normalization first": """
scales = np.arange(1, 10)
x = (rng.normal(size=(256, 9)) * scales).astype("float32")
y = x @ rng.normal(size=9) / 5 + 1
norm = layers.Normalization(axis=-1)
norm.adapt(x)
model = keras.Sequential([norm, layers.Dense(64, activation="relu"), layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.01), "mean_absolute_error")
model.fit(x, y, validation_split=0.2, epochs=30, verbose=0)
""",
    "a new head on frozen layers": """
x = rng.normal(size=(512, 12)).astype("float32")
y = (x[:, 0] > 0).astype("float32")
old = keras.Sequential([
    keras.Input((12,)), layers.Dense(30, activation="relu"), layers.Dense(3, activation="softmax")
])
old.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
old.fit(x, (y + (x[:, 1] > 0)).astype(int), epochs=15, verbose=0)
model = keras.Sequential(old.layers[:-1])
model.add(layers.Dense(1, activation="sigmoid"))
for layer in model.layers[:-1]:
    layer.trainable = False
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=12, verbose=0)
""",
    "a column of numbers for each of two tables": """
x = np.stack([rng.integers(0, 60, 3000), rng.integers(0, 200, 3000)], 1)
y = ((x[:, 0] % 3 + x[:, 1] % 2) / 3).astype("float32")

class Pair(keras.Model):
    def __init__(self):
        super().__init__()
        self.left, self.right = layers.Embedding(60, 8), layers.Embedding(200, 8)

    def call(self, inputs):
        a, b = self.left(inputs[:, 0]), self.right(inputs[:, 1])
        return ops.sigmoid(ops.sum(a * b, -1, keepdims=True))

model = Pair()
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
model.fit(x, y, epochs=10, verbose=0)
""",
    "a loop over parts of a model": """
x = (rng.random((512, 3)) @ rng.random((3, 20))).astype("float32")

class Pair(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = keras.Sequential([
            keras.Input((20,)), layers.Dense(8, activation="relu"), layers.Dense(3)
        ])
        self.decoder = keras.Sequential([
            keras.Input((3,)), layers.Dense(8, activation="relu"), layers.Dense(20)
        ])

model, optimizer = Pair(), keras.optimizers.Adam(0.01)

def train_step(model, rows, optimizer):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model.decoder(model.encoder(rows)) - rows) ** 2)
    found = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(found, model.trainable_variables))

for epoch in range(4):
    for rows in tf.data.Dataset.from_tensor_slices(x).batch(32):
        train_step(model, rows, optimizer)
""",
    "one row of two hundred is positive": """
y = (rng.random(12000) < 0.005).astype(int)
x = rng.normal(size=(12000, 29)).astype("float32")
x[y == 1, :6] += 3
model = keras.Sequential([
    keras.Input((29,)), layers.Dense(16, activation="relu"), layers.Dense(1, activation="sigmoid")
])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["auc"])
model.fit(x[:9000], y[:9000], batch_size=512, epochs=10,
          validation_data=(x[9000:], y[9000:]), verbose=0)
""",
    "a loop over a model that is not built": """
x = rng.normal(size=(320, 6)).astype("float32")
y = x.sum(1, keepdims=True)
model = keras.Sequential([layers.Dense(16, activation="relu"), layers.Dense(1)])
optimizer, loss_of = keras.optimizers.Adam(0.02), keras.losses.MeanSquaredError()
for start in [*range(0, 320, 32)] * 5:
    with tf.GradientTape() as tape:
        loss = loss_of(y[start : start + 32], model(x[start : start + 32], training=True))
    found = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(found, model.trainable_variables))
""",
    "a critic and a generator that are compiled in turn": """
critic = keras.Sequential([
    keras.Input((2,)), layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")
])
critic.compile("adam", "binary_crossentropy")
maker = keras.Sequential([keras.Input((2,)), layers.Dense(2)])
seed = keras.Input((2,))
joint = keras.Model(seed, critic(maker(seed)))
joint.compile("adam", "binary_crossentropy")
for step in range(5):
    real, noise = rng.normal(size=(2, 64, 2)).astype("float32")
    critic.trainable = True
    critic.train_on_batch(real, np.ones((64, 1)))
    critic.train_on_batch(maker(noise).numpy(), np.zeros((64, 1)))
    critic.trainable = False
    joint.train_on_batch(noise, np.ones((64, 1)))
""",
}

ZEROED = """
y = rng.integers(0, 4, 256)
x = (rng.random((256, 16, 16, 3)) * 60 + 45 * y[:, None, None, None]).astype("uint8")
model = keras.Sequential([
    keras.Input((16, 16, 3)), layers.Rescaling(1 / 255, dtype="uint8", name="scale"),
    layers.RandomFlip("horizontal"), layers.Conv2D(8, 3, activation="relu"), layers.Flatten(),
    layers.Dense(4),
])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile("adam", loss, metrics=["accuracy"])
model.fit(x, y, epochs=3, verbose=0)
"""


def reports_of(shell: InteractiveShell, cell: str) -> tuple[Report, ...]:
    shell.run_cell(START + cell).raise_error()
    found: Any = shell.user_ns["report"]
    return found if isinstance(found, tuple) else (found,)


@pytest.mark.parametrize("name", HEALTHY)
def test_nothing_is_found_wrong(shell: InteractiveShell, name: str) -> None:
    for report in reports_of(shell, HEALTHY[name]):
        assert report.faults == ()
        assert [one for one in report.findings if one.severity != "note"] == [], str(report)


def test_the_layer_that_loses_all_inputs_is_named(shell: InteractiveShell) -> None:
    (report,) = reports_of(shell, ZEROED)
    assert "`scale`" in report.findings[0].says
