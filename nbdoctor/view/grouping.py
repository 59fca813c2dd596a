"""Rows of layers, grouped by block where a model has more than can be read."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST_ROWS = 50
"""More rows than this are a wall (panel design)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Neighbouring layers that share a row; `label` is what the row is called."""

    label: str
    members: tuple[str, ...]


def grouped(names: Sequence[str], most: int = MOST_ROWS) -> tuple[Group, ...]:
    """The rows for layers called `names`, at most `most`, in their order.

    Layers are joined by the block that their names tell ("encoder/block_1/dense",
    "resnet50/conv2_block1_1_conv"), by the smallest blocks that are few enough, and in equal runs
    where the names tell none.
    """
    if len(names) <= most:
        return tuple(Group(label=name, members=(name,)) for name in names)
    found = [_runs(names, key) for key in (_parent, _numbered_block, _first_part)]
    fitting = [groups for groups in found if 1 < len(groups) <= most]
    if fitting:
        return max(fitting, key=len)
    size = math.ceil(len(names) / most)
    runs = [tuple(names[start : start + size]) for start in range(0, len(names), size)]
    return tuple(Group(label=_from_to(run), members=run) for run in runs)


def _runs(names: Sequence[str], key: Callable[[str], str]) -> tuple[Group, ...]:
    runs = [(label, tuple(run)) for label, run in itertools.groupby(names, key)]
    return tuple(
        Group(label=f"{label} ({len(run)} layers)" if len(run) > 1 else run[0], members=run)
        for label, run in runs
    )


def _parent(name: str) -> str:
    return name.rpartition("/")[0] or name


def _numbered_block(name: str) -> str:
    match = re.match(r".*?(?:block|stage|layer|stack)_?\w?\d*", name.rpartition("/")[2])
    return match[0] if match else name


def _first_part(name: str) -> str:
    return name.partition("/")[0]


def _from_to(run: tuple[str, ...]) -> str:
    return run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}"
