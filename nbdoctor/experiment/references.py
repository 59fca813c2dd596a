"""What a set of replaced parts means: which rows, labels, loss, last layer and optimizer.

A reference depends on the rest of the set. The reference loss reads the user's labels in whatever
form they have, but leaves wrong values wrong; a new last layer has the activation that the user's
loss reads; behind other layers the user's last layer stays, where it is not replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.experiment.answers import Answers
from nbdoctor.experiment.objective import (
    NUMBERS,
    HeadForm,
    LossForm,
    encoded,
    head_for,
    label_form,
    near_class,
    reference_loss,
    units_of,
)
from nbdoctor.experiment.own_objective import OwnObjective
from nbdoctor.experiment.parts import ARCHITECTURE, HEAD
from nbdoctor.experiment.present import Looked
from nbdoctor.experiment.program import ExperimentProgram
from nbdoctor.experiment.rows import TrainedRows, scaled
from nbdoctor.readings.task import Task

Array = npt.NDArray[Any]

USUAL_RATE = 1e-3
RATE_AND_NAME = ("learning_rate", "name")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What a set of replaced parts is trained on, and by what.

    Attributes
    ----------
    replaced : frozenset of str
    rows : TrainedRows
    inputs : tuple of array
        Of these rows.
    labels : tuple of array
        In a form that the loss reads.
    loss : callable
        Of a batch, and outputs.
    heads : tuple of HeadForm
        What stands behind each output.
    logits : tuple of bool
        By output: the loss takes logits.
    """

    replaced: frozenset[str]
    rows: TrainedRows
    inputs: tuple[Array, ...]
    labels: tuple[Array, ...]
    loss: Callable[[Mapping[str, Any], list[Any]], Any]
    heads: tuple[HeadForm, ...]
    logits: tuple[bool, ...]

    @property
    def data(self) -> dict[str, Any]:
        """Return what a step is handed, as tensors of all rows."""
        import keras
        from keras import ops

        rows = self.rows
        data: dict[str, Any] = {"x": list(self.inputs), "y": list(self.labels)}
        if rows.weights is not None and not {"weights", "loss"} & self.replaced:
            data["w"] = rows.weights
        counts = [task.counts for task in rows.tasks]
        if all(one is not None for one in counts):
            data["counts"] = counts
        return keras.tree.map_structure(ops.convert_to_tensor, data)  # type: ignore[no-any-return]

    def score(self, outs: Sequence[Array]) -> float:
        """Score predictions of the rows that judge, the mean over the outputs."""
        own_labels = "labels" not in self.replaced
        by_output = zip(self.rows.tasks, outs, self.logits, strict=True)
        found = [
            Answers(out, logits=logits, own_labels=own_labels).score(task, self.rows.judge)
            for task, out, logits in by_output
        ]
        return float(np.mean(found))


@dataclass(frozen=True, kw_only=True)
class References:
    """The user's own parts, and what stands in their place.

    Attributes
    ----------
    program : ExperimentProgram
    looked : Looked
    own : OwnObjective or None
        The user's loss; None where it cannot be run.
    make_optimizer : callable
        Makes one like the user's; None where that cannot be made.
    earlier : TrainedRows or None
        The pair of arrays that stands for the rows where the pipeline is replaced.
    """

    program: ExperimentProgram
    looked: Looked
    own: OwnObjective | None
    make_optimizer: Callable[[], Any]
    earlier: TrainedRows | None = None

    def chosen(self, replaced: frozenset[str]) -> Chosen:
        """Return what a set of replaced parts is trained on, and by what."""
        rows = self.earlier if "pipeline" in replaced and self.earlier else self.program.rows
        heads = tuple(self._head(rows, replaced, at) for at in range(len(rows.tasks)))
        forms = [self._form(replaced, at) for at in range(len(heads))]
        inputs = rows.inputs
        if "inputs" in replaced:
            inputs = scaled(inputs, self.looked.kinds, rows.train)
        return Chosen(
            replaced=replaced,
            rows=rows,
            inputs=inputs,
            labels=self._labels(rows, replaced, heads),
            loss=self._loss(rows, replaced, heads),
            heads=heads,
            logits=tuple(
                head.activation == "linear" if form is None else form.logits
                for head, form in zip(heads, forms, strict=True)
            ),
        )

    def _form(self, replaced: frozenset[str], at: int) -> LossForm | None:
        """The user's loss where it takes part, else None."""
        if "loss" in replaced or self.own is None:
            return None
        return self.looked.losses[at]

    def _labels(
        self, rows: TrainedRows, replaced: frozenset[str], heads: Sequence[HeadForm]
    ) -> tuple[Array, ...]:
        if "labels" not in replaced:
            return rows.labels
        return tuple(
            encoded(task, label_form(task, one, self._form(replaced, at), heads[at].units))
            for at, (task, one) in enumerate(zip(rows.tasks, rows.labels, strict=True))
        )

    def _loss(
        self, rows: TrainedRows, replaced: frozenset[str], heads: Sequence[HeadForm]
    ) -> Callable[[Mapping[str, Any], list[Any]], Any]:
        if "loss" not in replaced and self.own is not None:
            return self.own.loss
        near = near_class(rows.inputs, rows.tasks[0]) if ARCHITECTURE not in replaced else None
        own_labels = "labels" not in replaced
        losses = [
            reference_loss(task, head, one, own_labels=own_labels, near=near)
            for task, head, one in zip(rows.tasks, heads, rows.labels, strict=True)
        ]

        def of_all(batch: Mapping[str, Any], outs: list[Any]) -> Any:
            counts = batch.get("counts", [None] * len(outs))
            each = zip(losses, batch["y"], outs, counts, strict=True)
            return sum(loss(y, out, some) for loss, y, out, some in each)

        return of_all

    def _head(self, rows: TrainedRows, replaced: frozenset[str], at: int) -> HeadForm:
        task, loss = rows.tasks[at], self._form(replaced, at)
        single = len(rows.tasks) == 1
        if HEAD not in replaced and single and self.looked.head is not None:
            return self.looked.head
        if ARCHITECTURE in replaced or HEAD in replaced:
            return head_for(task, loss, own_labels="labels" not in replaced)
        return self._unseen_head(task, at)

    def _unseen_head(self, task: Task, at: int) -> HeadForm:
        """What the user's outputs seem to be, where no last layer was told apart."""
        shapes = self.looked.anatomy.shapes if self.looked.anatomy is not None else ()
        known = at < len(shapes) and len(shapes[at]) > 1
        units = shapes[at][-1] if known else units_of(task)
        if task.kind in {*NUMBERS, "distances"} or task.logits:
            return HeadForm(units)
        return HeadForm(units, "softmax" if task.kind == "classes" and units > 1 else "sigmoid")

    def optimizer(self, replaced: frozenset[str]) -> Any:
        """Return a new optimizer."""
        import keras

        if "optimizer" in replaced and not self.shares_optimizer:
            return keras.optimizers.Adam(self.usual_rate(replaced))
        own = self.make_optimizer()
        return keras.optimizers.Adam(self.usual_rate(replaced)) if own is None else own

    def usual_rate(self, replaced: frozenset[str]) -> float:
        """Return the rate of Adam that suits the layers of a set."""
        return USUAL_RATE if ARCHITECTURE in replaced else self.looked.times * USUAL_RATE

    @property
    def shares_optimizer(self) -> bool:
        """Whether the user's optimizer differs from the reference by its rate alone."""
        import keras

        own = self.looked.optimizer
        if own is None or type(own) is not keras.optimizers.Adam:
            return False
        ours, theirs = keras.optimizers.Adam(USUAL_RATE).get_config(), own.get_config()
        same = all(ours[name] == theirs.get(name) for name in ours if name not in RATE_AND_NAME)
        return same and isinstance(theirs.get("learning_rate"), (int, float))

    def rate(self, replaced: frozenset[str]) -> float | None:
        """Return the rate of a set, where one optimizer serves for all; None otherwise."""
        if not self.shares_optimizer:
            return None
        if "optimizer" in replaced:
            return self.usual_rate(replaced)
        return float(self.looked.optimizer.get_config()["learning_rate"])
