"""In the process that tries a cell: how well its model does on some rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.headless.change.rows import KeptRows
from nbdoctor.readings.asked import PASSING_ON, Asked, names_classes
from nbdoctor.readings.head import loss_facts, named_losses
from nbdoctor.readings.layers import output_layers, read_layers
from nbdoctor.readings.losses import PROBABILITIES_BY
from nbdoctor.readings.score import score
from nbdoctor.readings.task import NotScorableError, Task, task_of

Array = npt.NDArray[Any]

GROUPS = 20
"""Of rows that are left out in turn, to know how far the score depends on them (a jackknife)."""

OUTSIDE = 0.05
"""Predictions this far outside of 0 to 1 are no probabilities."""

PREDICTED = 256
PAIR = 2


@dataclass(frozen=True, kw_only=True)
class Scored:
    """How well a model does on rows.

    Attributes
    ----------
    score : float
        0 as the best constant prediction, 1 is perfect.
    parts : tuple of float
        As many numbers as there are groups of rows: their mean is the score, and the standard error
        of that mean tells how far other rows could have changed it.
    kind : str
        Of the task.
    rows : int
    """

    score: float
    parts: tuple[float, ...]
    kind: str
    rows: int


@dataclass
class Judge:
    """Scores one model, by predictions and raw labels.

    Parameters
    ----------
    loss : Any
        What a loop compares by; None where `compile` says it.
    """

    loss: Any = None
    embeds: bool = False
    tasks: dict[int, list[Task]] = field(default_factory=dict)

    def score(self, model: Any, rows: KeptRows) -> float | None:
        """The score alone; None where no score fits."""
        try:
            return self.scored(model, rows).score
        except NotScorableError:
            return None

    def scored(self, model: Any, rows: KeptRows) -> Scored:
        """Predict rows and score that.

        Raises
        ------
        NotScorableError
            No score says how good such predictions are.
        """
        outputs = predicted(model, rows)
        if len(outputs) != len(rows.labels):
            message = "labels and outputs of the model cannot be paired"
            raise NotScorableError(message)
        inputs = leaves_of(rows.inputs)
        tasks = [
            task_of(labels, asked, inputs=inputs, ids=self.embeds)
            for labels, asked in zip(rows.labels, self._asked(model, rows, outputs), strict=True)
        ]
        parts = np.mean([_parts(task, out) for task, out in zip(tasks, outputs, strict=True)], 0)
        return Scored(
            score=float(parts.mean()),
            parts=tuple(map(float, parts)),
            kind=tasks[0].kind,
            rows=tasks[0].rows,
        )

    def _asked(self, model: Any, rows: KeptRows, outputs: Sequence[Array]) -> list[Asked]:
        layers = read_layers(model)
        self.embeds = layers.embeds_inputs
        last = output_layers(model)
        names = [str(at) for at in range(len(outputs))]
        names = list(getattr(model, "output_names", None) or names)
        losses = named_losses(model, names) if self.loss is None else {}
        found = []
        for at, (name, out) in enumerate(zip(names, outputs, strict=False)):
            loss = losses.get(name) if self.loss is None else self.loss
            facts = loss_facts(loss)
            word = facts.get("loss", "")
            classes = word in PROBABILITIES_BY or names_classes(f"{word} {_name_of(loss)}")
            layer = last[at] if at < len(last) else None
            bare = layer is not None and not layer.weights
            bare = bare and not type(layer).__name__.startswith(PASSING_ON)
            asked = Asked(
                shape=out.shape,
                classes=classes,
                logits=bool(facts.get("from_logits")) and classes,
                compares=bare and not classes,
            )
            found.append(_told_by(asked, word, rows.labels[at], out))
        return found


def _told_by(asked: Asked, word: str, labels: Array, out: Array) -> Asked:
    """Of two classes and a loss that is not known, predictions tell whether they are logits."""
    binary = labels.dtype.kind in "biuf" and set(np.unique(labels)) <= {0, 1}
    outside = bool(np.isfinite(out).all() and (out.min() < -OUTSIDE or out.max() > 1 + OUTSIDE))
    unknown = word in {"", "custom"} and not asked.compares
    if unknown and binary and outside and out.size == len(out):
        return replace(asked, classes=True, logits=True)
    return asked


def _name_of(loss: Any) -> str:
    name = getattr(loss, "__name__", "") or type(loss).__name__
    return "" if isinstance(loss, str) else str(name)


def predicted(model: Any, rows: KeptRows) -> list[Array]:
    """What the model puts out for rows, by output.

    Raises
    ------
    NotScorableError
        It cannot be given them.
    """
    try:
        given = model.predict(packed(rows.inputs), verbose=0, batch_size=PREDICTED)
    except Exception as error:  # whatever the user's model raises
        message = f"the model cannot predict the rows that judge ({type(error).__name__})"
        raise NotScorableError(message) from error
    return [np.asarray(one) for one in leaves_of(given)]


def leaves_of(structure: Any) -> list[Array]:
    """The arrays of a structure."""
    import keras

    return list(keras.tree.flatten(structure))


def packed(inputs: Any) -> Any:
    """Inputs as a model takes them: texts as tensors, for its layers of strings."""
    import keras

    def one(values: Array) -> Any:
        return keras.ops.convert_to_tensor(values) if values.dtype.kind == "U" else values

    return keras.tree.map_structure(one, inputs)


def _parts(task: Task, out: Array) -> Array:
    """The score, spread over groups of rows so that their spread is its uncertainty."""
    whole = score(task, out)
    groups = min(GROUPS, task.rows)
    if groups < PAIR:
        return np.full(1, whole)
    of_row = np.random.default_rng(0).permutation(task.rows) % groups
    if len(out) != task.rows:
        return np.full(groups, whole)
    values = np.full(groups, whole)
    for group in range(groups):
        keep = np.flatnonzero(of_row != group)
        left = _score_of(task, out, keep)
        if left is not None:
            values[group] = groups * whole - (groups - 1) * left
    spread: Array = values - values.mean() + whole
    return spread


def _score_of(task: Task, out: Array, keep: Array) -> float | None:
    try:
        return score(task.of(keep), out[keep])
    except (NotScorableError, ValueError, IndexError):  # a class is gone with the group
        return None


# ---- files ------------------------------------------------------------------------------


def store(rows: KeptRows, path: Path) -> None:
    """Write rows, for the process of another side."""
    arrays: dict[str, Any] = {f"x{at}": one for at, one in enumerate(leaves_of(rows.inputs))}
    arrays |= {f"y{at}": one for at, one in enumerate(rows.labels)}
    np.savez(path, held_out=np.array(rows.held_out), origin=np.array(rows.origin), **arrays)


def load(path: Path, like: Any) -> KeptRows:
    """Read rows of another side, in the form of inputs of this one.

    Raises
    ------
    NotScorableError
        They have another form.
    """
    import keras

    with np.load(path, allow_pickle=False) as file:
        held = {name: file[name] for name in file.files}
    inputs = [held[f"x{at}"] for at in range(len(held)) if f"x{at}" in held]
    labels = [held[f"y{at}"] for at in range(len(held)) if f"y{at}" in held]
    if like is None:
        like = inputs[0] if len(inputs) == 1 else inputs
    ours = leaves_of(like)
    if [one.shape[1:] for one in ours] != [one.shape[1:] for one in inputs]:
        message = "the rows of one side have another form than those of the other"
        raise NotScorableError(message)
    return KeptRows(
        inputs=keras.tree.pack_sequence_as(like, inputs),
        labels=tuple(labels),
        held_out=bool(held["held_out"]),
        origin=str(held["origin"]),
    )
