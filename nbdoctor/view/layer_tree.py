"""The layers of a model as a tree: nested models, and blocks that the names of layers tell."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbdoctor.readings.layers import Layer

MOST_ROWS = 16
"""Rows of one level that are read at a glance; more are grouped."""

MOST_GROUPS = 30
"""Groups of one level; where names make more, runs of equal length are grouped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A layer, or several under one name.

    Attributes
    ----------
    name : str
        Without the path of what it is in; "dense to dense_9" for a run without a name.
    layer : Layer or None
        The layer of this name, None for a block that only names tell.
    parts : tuple of Branch
        What is in it.
    """

    name: str
    layer: Layer | None = None
    parts: tuple[Branch, ...] = ()

    def layers(self) -> Iterator[Layer]:
        """All layers in it, itself included."""
        if self.layer is not None:
            yield self.layer
        for part in self.parts:
            yield from part.layers()


def tree_of(layers: Sequence[Layer]) -> tuple[Branch, ...]:
    """Layers in their order, each inside of the model that holds it."""
    return _grouped(_nested(list(layers), ""), 1)


def _nested(layers: list[Layer], path: str) -> list[Branch]:
    """The layers right under a path; those of a nested model follow it, depth first."""
    found = []
    while layers:
        layer = layers.pop(0)
        inner = f"{layer.name}/"
        held = []
        while layers and layers[0].name.startswith(inner):
            held.append(layers.pop(0))
        parts = _grouped(_nested(held, inner), 1)
        name = layer.name.removeprefix(path)
        found.append(Branch(name=name, layer=layer, parts=parts))
    return found


def _grouped(branches: Sequence[Branch], words: int) -> tuple[Branch, ...]:
    """Few branches as they are; of more, those whose names begin alike become one."""
    if len(branches) <= MOST_ROWS:
        return tuple(branches)
    longest = max(len(_words(one.name)) for one in branches)
    for number in range(words, longest + 1):
        groups = _runs(branches, number)
        if 1 < len(groups) <= min(MOST_GROUPS, len(branches) - 1):
            return tuple(_group(name, run, number + 1) for name, run in groups)
    for number in range(words, longest + 1):  # many blocks: in runs that end where a block does
        groups = _runs(branches, number)
        if MOST_GROUPS < len(groups) <= len(branches) // 2:
            return _in_runs([_group(name, run, number + 1) for name, run in groups])
    return _in_runs(branches)


def _in_runs(branches: Sequence[Branch]) -> tuple[Branch, ...]:
    """Neighbours together, whatever they are called."""
    size = math.ceil(len(branches) / max(1, min(MOST_GROUPS, len(branches) // 10)))
    runs = [branches[start : start + size] for start in range(0, len(branches), size)]
    return tuple(
        run[0] if len(run) == 1 else Branch(name=f"{run[0].name} to {run[-1].name}", parts=(*run,))
        for run in runs
    )


def _group(name: str, run: Sequence[Branch], words: int) -> Branch:
    return run[0] if len(run) == 1 else Branch(name=name, parts=_grouped(run, words))


def _runs(branches: Sequence[Branch], words: int) -> list[tuple[str, list[Branch]]]:
    """Neighbours whose names have so many words in common."""

    def start(one: Branch) -> str:
        return "_".join(_words(one.name)[:words])

    return [(name, list(run)) for name, run in itertools.groupby(branches, start)]


def _words(name: str) -> list[str]:
    """What a name is made of: "conv2", "block1", "1", "conv"."""
    return name.split("_")
