"""Pairs of a model and its data: which there are, and the cells that they are made of."""

from __future__ import annotations

import importlib.util
import itertools
import random
from collections import Counter
from dataclasses import dataclass

from tests.harmless.data import DATA, DataKind
from tests.harmless.models import FORMS, LABELS, MODELS, ModelKind

IMPORTS = """
import random
import keras
import numpy as np
import tensorflow as tf
from keras import layers

rng = np.random.default_rng(0)
rows = {rows}

def part(data, chosen):
    return keras.tree.map_structure(lambda values: values[chosen], data)
"""

WHOLE_BATCHES, WITH_A_SHORT_ONE = 96, 88
"""Rows of models that take batches of 16 only, and of all others."""

RANDOM_PAIRS = 2
"""Beyond a cover of all data and every model."""


@dataclass(frozen=True)
class Pair:
    """A model and its data."""

    model: str
    data: str
    seed: int = 7

    def __str__(self) -> str:
        return f"{self.model} over {self.data}"

    @property
    def model_kind(self) -> ModelKind:
        return MODELS[self.model]

    @property
    def data_kind(self) -> DataKind:
        return DATA[self.data]

    def exists(self) -> bool:
        """Whether such data can be made for the model, and Keras trains such models on it."""
        model, data = self.model_kind, self.data_kind
        return (
            (not data.inputs or model.inputs in data.inputs)
            and (not data.labels or model.labels in data.labels)
            and not data.traits & model.cannot
        )

    def installed(self) -> bool:
        return not self.data_kind.module or bool(importlib.util.find_spec(self.data_kind.module))

    def cells(self) -> tuple[str, str]:
        """The cell before, and the cell in question."""
        model = self.model_kind
        rows = WHOLE_BATCHES if "batch_size=16)" in model.source else WITH_A_SHORT_ONE
        made = "\n".join(
            (IMPORTS.format(rows=rows), FORMS[model.inputs], LABELS[model.labels], model.source)
        )
        trains = self.data_kind.source
        return (made, trains) if model.made_before else ("", f"{made}\n{trains}")


def every_pair() -> list[Pair]:
    pairs = itertools.starmap(Pair, itertools.product(MODELS, DATA))
    return [pair for pair in pairs if pair.exists()]


ONCE_WRONG = (
    Pair("two optimizers", "one-shot generator"),
    Pair("parts of one mode", "one-shot generator"),
    Pair("already trained", "several steps per execution"),
    Pair("mirrored strategy", "train_on_batch first"),
)
"""Parts that only the step builds, over data that cannot be drawn again; a training function of
an earlier fit, which draws fewer batches in a call than the model says; an optimizer under a
strategy whose first step is no `fit`."""


def some_pairs() -> list[Pair]:
    """All data and every model, the slow ones but once, and pairs drawn at random."""
    every = every_pair()
    chosen = list(ONCE_WRONG)
    met = Counter(pair.model for pair in chosen)
    for data in sorted(DATA, key=lambda name: sum(pair.data == name for pair in every)):
        if any(pair.data == data for pair in chosen):
            continue
        fitting = [pair for pair in every if pair.data == data]
        chosen.append(
            min(
                fitting,
                key=lambda pair: (met[pair.model] > 0, pair.model_kind.slow, met[pair.model]),
            )
        )
        met[chosen[-1].model] += 1
    chosen += [Pair(model, "arrays") for model in MODELS if not met[model]]
    draw = random.Random(0)  # noqa: S311  (the same pairs each time)
    others = [pair for pair in every if pair not in chosen and not pair.model_kind.slow]
    odd = draw.sample(others, RANDOM_PAIRS)
    return [*chosen, *(Pair(pair.model, pair.data, draw.randrange(99)) for pair in odd)]


def shard(pairs: list[Pair], part: str) -> list[Pair]:
    """Every nth of `pairs`: "2/8" is the second of eight shards.

    Raises
    ------
    ValueError
        `part` is no such text.
    """
    number, slash, shards = part.partition("/")
    if not (slash and number.isdigit() and shards.isdigit() and 1 <= int(number) <= int(shards)):
        message = f"`{part}` is no shard: write `2/8` for the second of eight."
        raise ValueError(message)
    return pairs[int(number) - 1 :: int(shards)]
