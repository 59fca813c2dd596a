"""Trials happen in a world of their own: nothing of them is left when they end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from nbdoctor import backend
from nbdoctor.capture.transaction import host_random_state, muted


@contextlib.contextmanager
def isolated() -> Iterator[None]:
    """Undo what making and training copies does to the process.

    Random state of Python, NumPy, Keras and the backend, Keras's settings and the counters of its
    automatic names, and every variable that is written, whoever owns it. What is printed and
    warned is swallowed.
    """
    here = backend.current()
    with (
        muted(),
        host_random_state(),
        _keras_globals(),
        here.own_random_state(),
        here.journal(),
    ):
        yield


@contextlib.contextmanager
def _keras_globals() -> Iterator[None]:
    """What Keras keeps for the process: seeds, name counters, the policy of types."""
    from keras.src.backend.common import global_state

    trackers = (global_state.GLOBAL_STATE_TRACKER, global_state.GLOBAL_SETTINGS_TRACKER)
    parts = [vars(tracker) for tracker in trackers]
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
