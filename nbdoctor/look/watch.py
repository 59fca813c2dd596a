"""A real step that is watched as it is made; nothing is run a second time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import Any

from nbdoctor import backend
from nbdoctor.errors.guard import attempt
from nbdoctor.look.layer_calls import noting_layers
from nbdoctor.look.movement import changes_since, samples_of
from nbdoctor.look.step_notes import Rehearsal, noting_updates, numbers_of, sampled


@contextlib.contextmanager
def watched_step(model: Any, noted: Rehearsal) -> Iterator[None]:
    """Note into `noted` what the step of `model` does that is made in the block.

    What is only symbols, because the step is traced, is left out.
    """
    here, before = backend.current().values, samples_of(model)
    groups: list[dict[str, Any]] = []

    def note(optimizer: Any, grads: list[Any], weights: Any) -> None:
        if here.is_concrete(grads):
            groups.append(sampled(grads, weights))
            noted.optimizers.append(optimizer)

    def note_layer(*call: Any) -> None:
        if noted.passed is not None and here.is_concrete([call[-1]]):
            noted.passed.note(*call)

    with (
        noting_layers(model, partial(attempt, note_layer), noted.entered),
        noting_updates(partial(attempt, note)),
    ):
        yield
    for group in groups:
        noted.gradients.update(numbers_of(group))
    noted.changes.update(changes_since(model, before))
