"""Whether a model that predicts the next step of a sequence is shown that step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.sample import Part, Sample
from nbdoctor.look.batches import row_count
from nbdoctor.look.look import Look
from nbdoctor.look.train_step import has_call
from nbdoctor.readings.missing import NotTakenError, does_not_apply, not_measured
from nbdoctor.readings.other_rows import MOST_ROWS, ROUNDING, outputs_of
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[Any]

SAME = 0.99
"""Share of the places, of those where an input changes, at which a label is the input further on;
the rest may be padding, or what a pipeline masks."""

FEWEST_PLACES = 50
FEWEST_STEPS = 4
MOST_AHEAD = 32
MOST_FEATURES = 16
FEW_ROWS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsInSight:
    """What becomes of predictions when the steps behind them are exchanged.

    Attributes
    ----------
    input, target : str
        The input whose later steps are the labels, and the target.
    ahead : int
        Steps by which the labels are ahead of it.
    share : float
        Of the labels that are so.
    place : int
        Step that was looked at, counted from 1; what follows it was exchanged.
    rows, changed : int
        Rows that were predicted twice, and those whose prediction changed.
    """

    input: str
    target: str
    ahead: int
    share: float
    place: int = 0
    rows: int = 0
    changed: int = 0


@reading(
    "predictions without what follows them",
    when=Moment.TRAINED,
    missing=does_not_apply("the labels are not the next steps of an input"),
    once=True,
)
def labels_in_sight(look: Look, sample: Sample | None) -> LabelsInSight | None:
    """Predict some sequences twice, with other steps behind the place that is looked at."""
    if sample is None or not has_call(look.model):
        return None
    found = next(next_steps(sample.train.inputs, sample.train.targets), None)
    size = row_count(look.batches[0])
    size = min(size, MOST_ROWS) if look.is_pure and look.memory.divisible else size
    if found is None or len(sample.train) < size:
        return None
    part = sample.train.of(np.arange(size))
    place = part.inputs[found.input].shape[1] // 2
    outputs = [outputs_of(look, one) for one in (part, part, _exchanged(part, found.input, place))]
    if any(one is None for one in outputs):
        raise NotTakenError(not_measured("nothing shows what the model puts out for chosen rows"))
    steps = part.inputs[found.input].shape[1]
    again, first, second = (_at(one or [], steps, place, found.ahead) for one in outputs)
    if first is None or again is None or second is None:
        return None
    if not np.array_equal(again, first, equal_nan=True):
        raise NotTakenError(does_not_apply("what the model puts out is drawn at random"))
    spread = float(first.std()) or 1.0
    apart = np.abs(first - second).reshape(len(first), -1).max(axis=1) / spread
    return replace(found, place=place, rows=size, changed=int((apart > ROUNDING).sum()))


def next_steps(
    inputs: Mapping[str, Array], targets: Mapping[str, Array]
) -> Iterator[LabelsInSight]:
    """Inputs of shape (rows, steps, ...) whose later steps are a target."""
    for target, labels in targets.items():
        for name, values in inputs.items():
            given = np.asarray(values)[:FEW_ROWS]
            if given.ndim not in (2, 3) or given.shape[1] < FEWEST_STEPS:
                continue
            if given.dtype.kind not in "iuf":
                continue
            wanted = _in_form_of(np.asarray(labels)[:FEW_ROWS], given)
            found = _ahead(wanted, given) if wanted is not None else None
            if found is not None:
                yield LabelsInSight(input=name, target=target, ahead=found[0], share=found[1])


def _in_form_of(labels: Array, given: Array) -> Array | None:
    """Labels of shape (rows, steps), or (rows, steps, features) where the input has these, too."""
    if labels.dtype.kind not in "biuf" or labels.shape[:2] != given.shape[:2]:
        return None
    if labels.ndim == given.ndim and labels.shape == given.shape:
        return labels
    if labels.ndim == 3 and labels.shape[-1] == 1:  # noqa: PLR2004
        return labels[..., 0]
    if labels.ndim == 3 and given.ndim == 2:  # noqa: PLR2004
        ones = ((labels == 0) | (labels == 1)).all() and (labels.sum(axis=-1) == 1).all()
        return labels.argmax(axis=-1) if ones else None
    return labels if labels.ndim == 2 else None  # noqa: PLR2004


def _ahead(wanted: Array, given: Array) -> tuple[int, float] | None:
    """Steps by which the labels are ahead, and of how many this is true."""
    tracks = [given]
    if given.ndim > wanted.ndim:
        tracks = [given[..., one] for one in range(min(given.shape[-1], MOST_FEATURES))]
    for track in tracks:
        for ahead in range(1, min(track.shape[1] // 2, MOST_AHEAD) + 1):
            later, now, labels = track[:, ahead:], track[:, :-ahead], wanted[:, :-ahead]
            moves = later != now
            if moves.sum() < FEWEST_PLACES:
                continue
            share = float((labels[moves] == later[moves]).mean())
            if share >= SAME:
                return ahead, share
    return None


def _exchanged(part: Part, name: str, place: int) -> Part:
    """The same rows, but that after `place` steps each goes on as the one before it."""
    values = np.array(part.inputs[name])
    values[:, place:] = np.roll(values, 1, axis=0)[:, place:]
    return replace(part, inputs={**part.inputs, name: values})


def _at(outputs: list[Array], steps: int, place: int, ahead: int) -> Array | None:
    """What is put out at the last places before, whose labels are behind it."""
    made = [one for one in outputs if one.ndim > 1 and one.shape[1] == steps]
    if len(made) != 1 or made[0].dtype.kind != "f":
        return None
    chosen = made[0][:, max(0, place - ahead) : place].astype(float)
    return chosen if np.isfinite(chosen).all() else None
