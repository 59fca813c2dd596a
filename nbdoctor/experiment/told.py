"""What stood in the place of each part, in words."""

from __future__ import annotations

from collections.abc import Iterable

from nbdoctor.experiment.objective import NUMBERS, HeadForm, reference_name
from nbdoctor.experiment.parts import ARCHITECTURE, BY_NAME, HEAD, LENGTH
from nbdoctor.experiment.plain import WORDS
from nbdoctor.experiment.rows import InputKind, TrainedRows
from nbdoctor.readings.task import Task
from nbdoctor.readings.tried_parts import TriedPart

REFERENCES = {
    "inputs": "inputs with a mean of 0 and a standard deviation of 1",
    "loop": "the step of Keras's `fit`",
    "regularisation": "no dropout, noise, augmentation or penalties",
    "layers": "layers that pass values on, or dense ones",
    "init": "Glorot's first weights and no biases",
    "trainable": "all weights trained",
    "normalisation": "batch normalisation in the mode of the pass, with a momentum of 0.9",
    "weights": "the same weight for all rows",
    "order": "all rows, in a new order in each epoch",
    "masks": "a mask over padded places",
}
"""Of parts whose reference is always the same."""


def tried_parts(  # noqa: PLR0913  (two by name)
    names: Iterable[str],
    rows: TrainedRows,
    kinds: Iterable[InputKind],
    heads: Iterable[HeadForm],
    *,
    steps: int,
    earlier: str,
    rate: float,
    activation: str,
) -> dict[str, TriedPart]:
    """Tell of each part what it is called and what stood in its place.

    Parameters
    ----------
    names : iterable of str
    rows : TrainedRows
    kinds : iterable of str
        Of the inputs.
    heads : iterable of HeadForm
        Last layers that fit the labels.
    steps : int
        Of the longest training.
    earlier : str
        Where the rows are from that stood for those of the training.
    rate : float
        Of the optimizer.
    activation : str
        Of the hidden layers.
    """
    task = rows.tasks[0]
    by_set = {
        "labels": _labels(task),
        "loss": reference_name(task),
        HEAD: " and ".join(map(_head, heads)),
        "pipeline": earlier,
        "activations": activation,
        "optimizer": f"Adam with a rate of {rate:g}",
        LENGTH: f"{steps:,} steps",
        ARCHITECTURE: f"a small network: {_network(task, kinds)}",
    }
    return {
        name: TriedPart(name, BY_NAME[name].words, by_set.get(name) or REFERENCES.get(name, ""))
        for name in sorted(names)
    }


def _labels(task: Task) -> str:
    if task.kind in NUMBERS:
        return "targets with a mean of 0 and a standard deviation of 1"
    if task.kind == "bits":
        return "labels of 0 and 1"
    return f"class numbers from 0 to {len(task.values) - 1}"


def _head(form: HeadForm) -> str:
    units = "1 output" if form.units == 1 else f"{form.units} outputs"
    return f"a dense layer with {units}"


def _network(task: Task, kinds: Iterable[InputKind]) -> str:
    if task.kind == "rebuilding":
        return "dense layers around the narrowest width of yours"
    return " beside ".join(dict.fromkeys(WORDS[kind] for kind in kinds))
