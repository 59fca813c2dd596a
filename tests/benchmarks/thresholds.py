"""What initial weights of a size, and dropout of so many units, do to training.

    python -m tests.benchmarks.thresholds initial-weights
    python -m tests.benchmarks.thresholds dropout

The pages of `large-initial-weights` and `excessive-dropout` quote these tables. Data of
scikit-learn, a quarter of the rows held back, means over `SEEDS`; on a CPU some minutes each.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np

SEEDS = (0, 1)
GAINS = (None, 1.0, 1.41, 2.0, 3.0, 4.0, 6.0, 10.0)
UNITS = (2, 3, 4, 6, 8, 32)
RATES = (0.0, 0.2, 0.5)


@dataclass(frozen=True)
class Task:
    """Data, and the head and loss that fit.

    Attributes
    ----------
    x, y : array
        Standardised inputs; class numbers, or numbers of mean 0 and spread 1.
    head : tuple of (int, str or None)
        Units and activation.
    loss : str
    """

    x: Any
    y: Any
    head: tuple[int, str | None]
    loss: str

    @property
    def untrained(self) -> float:
        """The loss of an answer that knows nothing."""
        return float(np.log(self.head[0])) if self.head[0] > 1 else float((self.y**2).mean())

    def score(self, guess: Any, rows: slice) -> float:
        """Accuracy for classes, R² for numbers."""
        true = self.y[rows]
        if self.head[0] > 1:
            return float((guess.argmax(1) == true).mean())
        if self.head[1] == "sigmoid":
            return float(((guess[:, 0] > 0.5) == true).mean())
        return float(1 - ((guess[:, 0] - true) ** 2).mean() / true.var())


def digits() -> Task:
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    return Task((x / 16).astype("float32"), y, (10, "softmax"), "sparse_categorical_crossentropy")


def cancer() -> Task:
    from sklearn.datasets import load_breast_cancer

    x, y = load_breast_cancer(return_X_y=True)
    return Task(_standard(x), y, (1, "sigmoid"), "binary_crossentropy")


def plane() -> Task:
    x = np.random.default_rng(0).normal(size=(1500, 3))
    return Task(_standard(x), _standard(x @ [2.0, 1.0, 0.5]), (1, None), "mse")


def friedman() -> Task:
    from sklearn.datasets import make_friedman1

    x, y = make_friedman1(1500, noise=0.3, random_state=0)
    return Task(_standard(x), _standard(y), (1, None), "mse")


def _standard(values: Any) -> Any:
    return ((values - values.mean(0)) / values.std(0)).astype("float32")


def trained(task: Task, layers: Sequence[Any], optimizer: Any, epochs: int) -> tuple[float, float]:
    """First loss over that of an untrained head, and the score on rows held back."""
    import keras

    cut = len(task.x) * 3 // 4
    model = keras.Sequential([keras.Input(task.x.shape[1:]), *layers])
    model.compile(optimizer, task.loss)
    first = model.evaluate(task.x[:cut], task.y[:cut], verbose=0)
    model.fit(task.x[:cut], task.y[:cut], epochs=epochs, verbose=0)
    guess = model.predict(task.x[cut:], verbose=0)
    return first / task.untrained, task.score(guess, slice(cut, None))


def mean(
    task: Task, layers: Callable[[], Sequence[Any]], optimizer: Callable[[], Any], epochs: int
) -> tuple[float, float]:
    """Over the seeds."""
    import keras

    found = []
    for seed in SEEDS:
        keras.utils.set_random_seed(seed)
        found.append(trained(task, layers(), optimizer(), epochs))
    first, score = np.mean(found, axis=0)
    return float(first), float(score)


def initial_weights() -> Iterator[Sequence[object]]:
    """Two hidden layers whose weights are drawn with a gain; without one, as Keras does."""
    yield "data", "activation", "optimizer", "gain", "first loss, times untrained", "score"
    tasks = (digits, friedman)
    for make, activation, optimizer in product(tasks, ("relu", "tanh"), ("adam", "sgd")):
        task = make()
        for gain in GAINS:
            layers = partial(hidden_layers, task, activation, gain)
            first, score = mean(task, layers, partial(str, optimizer), 10)
            name = gain or "as Keras does"
            yield make.__name__, activation, optimizer, name, f"{first:.1f}", f"{score:.3f}"


def hidden_layers(task: Task, activation: str, gain: float | None) -> list[Any]:
    """Layers whose weights make a signal so many times as large in each."""
    import keras

    widths = (task.x.shape[1], 32, 32)
    made = []
    for (units, kind), width in zip(((32, activation),) * 2 + (task.head,), widths, strict=True):
        drawn = keras.initializers.RandomNormal(stddev=(gain or 1.0) / np.sqrt(width))
        kernel = "glorot_uniform" if gain is None else drawn
        made.append(keras.layers.Dense(units, kind, kernel_initializer=kernel))
    return made


def dropout() -> Iterator[Sequence[object]]:
    """Dropout behind a layer of few units, before the head."""
    import keras

    yield "data", "units", "rate", "least share of noise", "score"
    for make, units, rate in product((plane, digits, friedman, cancer), UNITS, RATES):
        task = make()
        layers = partial(narrow_layers, task, units, rate)
        _, score = mean(task, layers, partial(keras.optimizers.Adam, 0.005), 30)
        variance = rate / ((1 - rate) * units)
        yield make.__name__, units, rate, f"{variance / (1 + variance):.2f}", f"{score:.3f}"


def narrow_layers(task: Task, units: int, rate: float) -> list[Any]:
    """Dropout of few units before the head."""
    import keras

    return [
        keras.layers.Dense(32, "relu"),
        keras.layers.Dense(units, "relu"),
        keras.layers.Dropout(rate),
        keras.layers.Dense(*task.head),
    ]


TABLES = {"initial-weights": initial_weights, "dropout": dropout}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=TABLES)
    for number, row in enumerate(TABLES[parser.parse_args().what]()):
        sys.stdout.write(f"| {' | '.join(map(str, row))} |\n")
        sys.stdout.write("" if number else f"|{' --- |' * len(row)}\n")
        sys.stdout.flush()
