"""What a model of the zoo is, and the data that many share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Model:
    """A small model that is known to learn.

    Attributes
    ----------
    name, source : str
        What it is, and the cell that makes and trains it.
    score : str
        An expression over the cell's names and `tests.cases.scores.NAMES`, higher is better.
    bar : float
        What the score must reach.
    """

    name: str
    source: str
    score: str
    bar: float


KERAS = """
import keras
import numpy as np
from keras import layers
"""

DIGITS = f"""{KERAS}from sklearn.datasets import load_digits

x, y = load_digits(return_X_y=True)
x = (x / 16).astype("float32")
"""

PICTURES = f"""{DIGITS}x = x.reshape(-1, 8, 8, 1)
"""

CANCER = f"""{KERAS}from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler

x, y = load_breast_cancer(return_X_y=True)
x = StandardScaler().fit_transform(x).astype("float32")
"""

IRIS = f"""{KERAS}from sklearn.datasets import load_iris
from sklearn.preprocessing import StandardScaler

x, y = load_iris(return_X_y=True)
x = StandardScaler().fit_transform(x).astype("float32")
order = np.random.default_rng(0).permutation(len(x))
x, y = x[order], y[order]
"""

FRIEDMAN = f"""{KERAS}from sklearn.datasets import make_friedman1

x, y = make_friedman1(1000, noise=0.3, random_state=0)
x = x.astype("float32")
y = ((y - y.mean()) / y.std()).astype("float32")
"""

WAVES = f"""{KERAS}
rng = np.random.default_rng(0)
y = rng.integers(0, 3, 900)
time = np.arange(32)
x = np.sin(time * (0.2 + 0.25 * y[:, None]) + rng.uniform(0, 6, (900, 1)))
x = (x + 0.2 * rng.normal(size=x.shape)).astype("float32")[..., None]
"""

TOKENS = f"""{KERAS}
rng = np.random.default_rng(0)
y = rng.integers(0, 2, 1000)
x = rng.integers(20, 100, (1000, 16))
for word in range(4):
    x[np.arange(1000), rng.integers(0, 16, 1000)] = 1 + word + 4 * y
"""
