"""What a model's own Python code prints and counts is the same with a look and without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

CODE = """
import keras
import numpy as np
from keras import layers

keras.backend.clear_session()
keras.utils.set_random_seed(0)
x = np.random.normal(size=(64, 8)).astype("float32")
y = x[:, :1]
count, log = 0, []

deep, table, rng = {"calls": {"layer": []}}, np.zeros(2), np.random.default_rng(3)

class Talking(layers.Layer):
    called = 0

    def call(self, inputs):
        print("called with", inputs.shape)
        log.append(len(log))
        deep["calls"]["layer"].append(1)
        table[0] += 1
        Talking.called += 1
        return inputs + 0.01 * rng.normal()

def counting(truth, predicted):
    global count
    count += 1
    return keras.ops.mean((truth - predicted) ** 2)

def squashed(values):
    print("squashed")
    return keras.ops.tanh(values)

class Mine(keras.optimizers.SGD):
    def update_step(self, gradient, variable, learning_rate):
        log.append(variable.name)
        super().update_step(gradient, variable, learning_rate)
"""

CELLS = {
    "built": (
        "model = keras.Sequential([keras.Input((8,)), Talking(), layers.Dense(1)])\n"
        "model.compile('adam', counting, metrics=['mae'])"
    ),
    "not built": (
        "model = keras.Sequential([Talking(), layers.Dense(1)])\n"
        "model.compile('adam', counting, metrics=['mae'])"
    ),
    "loss": (
        "model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])\n"
        "model.compile('adam', lambda truth, predicted: counting(truth, predicted))"
    ),
    "metric": (
        "model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])\n"
        "model.compile('adam', 'mse', metrics=[counting])"
    ),
    "activation": (
        "model = keras.Sequential([keras.Input((8,)), layers.Dense(1, squashed)])\n"
        "model.compile('adam', 'mse')"
    ),
    "optimizer": (
        "model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])\n"
        "model.compile(Mine(0.01, momentum=0.9), 'mse')"
    ),
}


def left(shell: InteractiveShell, capsys: pytest.CaptureFixture[str], source: str) -> Any:
    shell.run_cell(CODE)
    capsys.readouterr()
    result = shell.run_cell(source)
    assert result.success
    space = shell.user_ns
    weights = [weight.numpy().tolist() for weight in space["model"].weights]
    kept = (space["deep"], space["table"].tolist(), space["Talking"].called)
    drawn = space["rng"].bit_generator.state
    return capsys.readouterr().out, space["count"], space["log"], weights, kept, drawn


DATA = """
drawn, total = [], 0

def part(number):
    global total
    total += 1
    drawn.append(np.random.random())
    return x[8 * number : 8 * number + 8], y[8 * number : 8 * number + 8]

def batches():
    for number in range(4):
        yield part(number)

class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 4

    def __getitem__(self, number):
        return part(number)

def dataset():
    kinds = tf.TensorSpec((8, 8), "float32"), tf.TensorSpec((8, 1), "float32")
    return tf.data.Dataset.from_generator(batches, output_signature=kinds)
"""

FITS = {
    "generator": "fit((part(number % 8) for number in range(8)), steps_per_epoch=4, epochs=2",
    "PyDataset": "fit(Batches(), epochs=2, shuffle=False",
    "dataset": "fit(dataset(), epochs=2",
}


@pytest.mark.parametrize("model", ["built", "not built"])
@pytest.mark.parametrize("data", FITS)
def test_counts_are_the_same_where_data_runs_python_in_another_thread(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], data: str, model: str
) -> None:
    source = (
        f"import tensorflow as tf\n{DATA}\n{CELLS[model]}\nhistory = model.{FITS[data]}, verbose=0)"
    )
    plain = left(shell, capsys, source)
    made = shell.user_ns["drawn"], shell.user_ns["total"]
    diagnosed = left(shell, capsys, "%%diagnose -q --no-experiment -o report\n" + source)
    assert diagnosed == plain
    assert (shell.user_ns["drawn"], shell.user_ns["total"]) == made
    assert shell.user_ns["report"].faults == ()
    assert "Activations" in shell.user_ns["report"].readings


DRAWS = """
class Mixing(layers.Layer):
    def build(self, shape):
        self.inner = layers.Dense(8)

    def call(self, inputs):
        return self.inner(inputs)

model = keras.Sequential([Mixing(), layers.Dense(1)])
model.compile("adam", "mse")
history = model.fit((part(number) for number in range(8)), steps_per_epoch=8, verbose=0)
"""


def test_weights_that_building_draws_are_not_drawn_twice(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    source = DATA.replace("np.random.random()", "0.5") + DRAWS
    source = f"import tensorflow as tf\n{source}"
    plain = left(shell, capsys, source)
    assert left(shell, capsys, "%%diagnose -q --no-experiment -o report\n" + source) == plain


@pytest.mark.parametrize("name", CELLS)
def test_prints_and_counts_are_those_of_the_plain_cell(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    source = CELLS[name] + "\nhistory = model.fit(x, y, epochs=2, verbose=0)"
    plain = left(shell, capsys, source)
    diagnosed = left(shell, capsys, "%%diagnose -q --no-experiment -o report\n" + source)
    assert diagnosed == plain
    assert shell.user_ns["report"].faults == ()
    assert "Activations" in shell.user_ns["report"].readings
    assert plain[0] or plain[1] or plain[2]
