"""Trials happen in a world of their own: nothing of them is left when they end."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from nbdoctor.backend.keras_internals.state import (
    kept_for_thread,
    set_global_seed,
    set_source_of_seeds,
    source_of_seeds,
)
from nbdoctor.look.quiet import quiet


@contextlib.contextmanager
def isolated() -> Iterator[None]:
    """Keep what making and training copies does to Keras in this thread, and undo it.

    Keras's counters of automatic names, its global seed and its settings belong to a thread, and
    are put back. It draws the seeds of layers from Python's random state, which belongs to all:
    inside of the block this thread draws from a generator of its own instead. Copies have variables
    of their own and only code that computes is run, so there is nothing else to undo.
    """
    with quiet(), _keras_globals(), _own_seeds():
        yield


def start_from(seed: int) -> None:
    """Draw what comes from `seed`: in this thread, and inside of `isolated`."""
    import keras

    _seeds.generator = random.Random(seed)  # noqa: S311  (weights, not secrets)
    set_global_seed(keras.random.SeedGenerator(seed=seed))


class _Seeds(threading.local):
    """The generator that Keras draws seeds from in this thread, None outside of trials."""

    generator: random.Random | None = None


_seeds = _Seeds()


class _Random(ModuleType):
    """Python's `random` for the part of Keras that draws seeds."""

    def __getattr__(self, name: str) -> Any:
        generator = _seeds.generator
        return getattr(random if generator is None else generator, name)


_lock, _inside = threading.Lock(), [0]
"""How many threads are inside of trials."""


@contextlib.contextmanager
def _own_seeds() -> Iterator[None]:
    """Give this thread a generator of its own; other threads draw as they always do."""
    with _lock:
        if source_of_seeds() is random:
            set_source_of_seeds(_Random("random"))
        _inside[0] += 1
    before = _seeds.generator
    _seeds.generator = random.Random(0)  # noqa: S311  (weights, not secrets)
    try:
        yield
    finally:
        _seeds.generator = before
        with _lock:
            _inside[0] -= 1
            if not _inside[0] and isinstance(source_of_seeds(), _Random):
                set_source_of_seeds(random)


@contextlib.contextmanager
def _keras_globals() -> Iterator[None]:
    """Put back what Keras keeps for this thread: seeds, name counters, policies."""
    parts = kept_for_thread()
    saved = [{name: (value, _contents(value)) for name, value in part.items()} for part in parts]
    try:
        yield
    finally:
        for part, before in zip(parts, saved, strict=True):
            part.clear()
            for name, (value, contents) in before.items():
                if contents is not None:
                    value.clear()
                    value.update(contents) if isinstance(value, dict) else value.extend(contents)
                part[name] = value


def _contents(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(value)
    return list(value) if isinstance(value, list) else None
