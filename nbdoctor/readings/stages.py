"""The pipelines that training and validation data come through, stage by stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.pipelines import Stage
from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.uses import Uses
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """Pipelines of the datasets that were given to `fit`.

    Attributes
    ----------
    training, validation : Stage or None
        The last stage of each; None where that data is no dataset.
    has_labels : bool
        The second part of a batch is compared with the outputs: the training step is Keras's own.
    """

    training: Stage | None = None
    validation: Stage | None = None
    has_labels: bool = True

    @property
    def all(self) -> Iterator[Stage]:
        """Every stage of both."""
        for last in (self.training, self.validation):
            if last is not None:
                yield from last.walk()


@reading(
    "the pipelines",
    when=Moment.FIT_CALLED,
    missing=does_not_apply("the data is not a `tf.data.Dataset`"),
)
def stages_of_fit(call: FitCall, uses: Uses) -> Stages | None:
    """Walk the datasets; nothing is drawn from them."""
    if not backend.is_supported():
        return None
    given = call.arguments
    training, validation = _last(given.get("x"), uses), _last(given.get("validation_data"), uses)
    if training is None and validation is None:
        return None
    return Stages(training=training, validation=validation, has_labels=_compares(call.model))


def _last(data: Any, uses: Uses) -> Stage | None:
    here = backend.current()
    return here.pipelines.stages(data, uses.line_of) if here.batches.is_dataset(data) else None


def _compares(model: Any) -> bool:
    """Whether Keras's own step compares the second part of a batch with the outputs."""
    return str(getattr(type(model).train_step, "__module__", "")).startswith("keras.")


def changes_order(last: Stage) -> Stage | None:
    """The shuffle by which two passes over a dataset give its elements in different orders.

    None where there is none, or a cache after it keeps the order of the first pass.
    """
    if last.kind == "Cache":
        return None
    if last.kind == "Shuffle" and last.options.get("reshuffle", 1):
        return last
    found = (changes_order(one) for one in last.inputs)
    return next((one for one in found if one is not None), None)
