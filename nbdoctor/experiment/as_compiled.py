"""What stood for the last layer, the loss and the labels, as a cell would write it."""

from __future__ import annotations

import math
from dataclasses import replace

from nbdoctor.experiment.new_head import flattens
from nbdoctor.experiment.objective import (
    NUMBERS,
    SHARES,
    HeadForm,
    is_one_hot,
    label_form,
)
from nbdoctor.experiment.parts import HEAD
from nbdoctor.experiment.references import References
from nbdoctor.readings.task import Task
from nbdoctor.readings.tried_parts import Compiled

PAIR = 2


def as_compiled(references: References, blamed: frozenset[str], long: int) -> Compiled:
    """Return what stood for these parts on the copies.

    A new last layer in front of the reference loss gives logits. A cell says the same in the way
    that is usual, by probabilities.

    Parameters
    ----------
    references : References
    blamed : frozenset of str
    long : int
        Steps of a training with the length replaced.
    """
    rows = references.program.rows
    rate = references.usual_rate(blamed) if "optimizer" in blamed else None
    longer = math.ceil(long / max(1, references.program.steps))
    common = Compiled(rate=rate, hidden=references.looked.hidden_activation, longer=longer)
    if len(rows.tasks) != 1 or not {HEAD, "loss", "labels"} & blamed:
        return common
    chosen, task = references.chosen(blamed), rows.tasks[0]
    head = _usual(chosen.heads[0], task) if {HEAD, "loss"} <= blamed else chosen.heads[0]
    found = replace(common, values=tuple(map(float, task.values)))
    if HEAD in blamed:
        anatomy = references.looked.anatomy
        flat = anatomy is not None and flattens(anatomy.taken_by_head, task)
        found = replace(found, units=head.units, activation=head.activation, flat=flat)
    if "loss" in blamed:
        one_hot = is_one_hot(task, rows.labels[0]) and "labels" not in blamed
        name = _loss(task, head, one_hot=one_hot)
        takes_logits = name.endswith("crossentropy") and head.activation not in SHARES
        found = replace(found, loss=name, from_logits=takes_logits)
    if "labels" in blamed:
        own = None if "loss" in blamed else references.looked.losses[0]
        found = replace(found, labels=label_form(task, rows.labels[0], own, head.units))
    return found


def _usual(head: HeadForm, task: Task) -> HeadForm:
    """The last layer with an activation in place of logits."""
    if task.kind not in {"classes", "bits"}:
        return head
    return HeadForm(
        head.units, "softmax" if task.kind == "classes" and head.units > 1 else "sigmoid"
    )


def _loss(task: Task, head: HeadForm, *, one_hot: bool) -> str:
    """The name of the reference loss, "" where Keras has none of this kind."""
    if task.kind in NUMBERS or (head.units == 1 and len(task.values) > PAIR):
        return "mean_squared_error"
    if task.kind == "bits":
        return "binary_crossentropy"
    if task.kind == "distances" or (head.units == 1 and one_hot):
        return ""
    if head.units == 1:
        return "binary_crossentropy"
    return "categorical_crossentropy" if one_hot else "sparse_categorical_crossentropy"
