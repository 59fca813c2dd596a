"""What is kept until the cell has ended, and what is not kept alive for it."""

from __future__ import annotations

import gc
import pathlib
import types

import numpy as np
import pytest

from nbdoctor.session.kept import Kept, affordable, kept_weakly


class Thing:
    """May hold a model."""


def test_plain_values_and_arrays_are_kept_and_objects_are_not_kept_alive() -> None:
    thing, other, values = Thing(), Thing(), np.arange(3)
    kept = Kept(names=kept_weakly({"n": 3, "x": values, "thing": thing, "other": other}))
    del other
    gc.collect()
    found = kept.namespace()
    assert set(found) == {"n", "x", "thing"}
    assert found["thing"] is thing
    assert found["x"] is values


def test_containers_are_kept_and_objects_in_them_are_not_kept_alive() -> None:
    thing, other, sizes = Thing(), Thing(), [8, (4, np.arange(2))]
    names = {"sizes": sizes, "things": [1, thing], "deep": {"a": ([other],)}, "one": {"a": other}}
    kept = Kept(names=kept_weakly({**names, "path": pathlib.Path("data")}))
    assert kept.namespace()["deep"] == {"a": ([other],)}
    del other, names
    gc.collect()
    found = kept.namespace()
    assert set(found) == {"sizes", "things", "path"}
    assert found["sizes"] is sizes
    assert found["things"] == [1, thing]


@pytest.mark.keras
def test_what_cannot_be_held_weakly_and_reaches_a_model_is_not_held() -> None:
    import keras

    held = types.SimpleNamespace(parts=[{"model": keras.Sequential()}])
    plain = types.SimpleNamespace(parts=[{"rate": 0.1}])
    kept = Kept(names=kept_weakly({"held": held, "plain": plain}))
    assert set(kept.namespace()) == {"plain"}


def test_nothing_is_kept_once_nothing_will_be_tried() -> None:
    kept = Kept(names={"n": 3}, batches=[1])
    kept.forget()
    assert (kept.namespace(), kept.batches, kept.fitted) == ({}, [], None)


@pytest.mark.keras
def test_batches_that_take_much_memory_are_not_kept() -> None:
    small, large = np.zeros((4, 2)), np.broadcast_to(np.zeros(1), (4_000_000, 5))
    assert len(affordable([(small, None)])) == 1
    assert affordable([(small, None), (large, None)]) == []
