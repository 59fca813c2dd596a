"""Which parts of a program are not what would be put in their place anyway.

It is looked up in values, not in rules: what is unusual is tried, and the experiment proves or
clears it. It leaves 2 to 6 parts of 18, which is what makes the search short.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.keras_internals.structure import trainable_weights, variables, weights_to_thaw
from nbdoctor.experiment import first_weights
from nbdoctor.experiment.anatomy import Anatomy, own_layers, prepared
from nbdoctor.experiment.layers import (
    batch_normalisations,
    drops_or_pays,
    embeddings,
    unusual_activations,
)
from nbdoctor.experiment.networks import values_of
from nbdoctor.experiment.objective import (
    HeadForm,
    LossForm,
    head_fits,
    labels_fit,
    loss_fits,
    units_of,
)
from nbdoctor.experiment.parts import ARCHITECTURE, LENGTH
from nbdoctor.experiment.program import ExperimentProgram
from nbdoctor.experiment.rows import PAIR, InputKind, are_usual, kinds_of
from nbdoctor.readings.task import Task

Array = npt.NDArray[Any]

USUAL_RATES = (3e-4, 5e-3)
"""Of optimizers that divide each step by the size of the gradients ..."""

WIDE, MOST_TIMES = 64, 30
"""... in layers of this width; in narrow networks they are larger, by at most so many times: a good
rate of Adam falls with the width (Yang et al., "Tensor Programs V", 2022)."""

ADAPTIVE = ("Adam", "AdamW", "Adamax", "Nadam", "RMSprop", "Lion")
MOST_LEFT_OF_STATISTICS = 0.1
"""Share of moving statistics that may still be their first values when training ends."""

FEWEST_PADDED = 0.3
RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional")


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What a look at a copy tells.

    Attributes
    ----------
    model : keras.Model or None
        The copy; None where there is none.
    anatomy : Anatomy or None
    losses : tuple of LossForm or None
        By output.
    kinds : tuple of str
        Of the inputs.
    optimizer : keras.optimizers.Optimizer or None
    """

    model: Any
    anatomy: Anatomy | None
    losses: tuple[LossForm | None, ...]
    kinds: tuple[InputKind, ...]
    optimizer: Any = None

    @property
    def head(self) -> HeadForm | None:
        """The form of the only last layer that can be replaced."""
        return self.anatomy.form if self.anatomy is not None else None

    @property
    def times(self) -> int:
        """How many times the usual rate suits the user's layers."""
        if self.anatomy is None or not self.anatomy.is_narrow:
            return 1
        return min(MOST_TIMES, WIDE // self.anatomy.widest)

    @property
    def hidden_activation(self) -> str:
        """The activation that suits the user's hidden layers."""
        return "relu" if self.anatomy is None else self.anatomy.hidden_activation


def kinds_in(program: ExperimentProgram) -> tuple[InputKind, ...]:
    """Tell of what kind the inputs are."""
    return kinds_of(program.rows.inputs, embeds=program.embeds)


def present_parts(program: ExperimentProgram, looked: Looked) -> frozenset[str]:
    """Return the parts that are not already what their reference would be.

    Parameters
    ----------
    program : ExperimentProgram
    looked : Looked
    """
    checks: Mapping[str, Callable[[ExperimentProgram, Looked], bool]] = {
        "inputs": _inputs,
        "order": lambda of, _: not of.shuffles or of.last > 0,
        "weights": lambda of, _: of.rows.weights is not None,
        "labels": _labels,
        "loss": _loss,
        "optimizer": lambda _, seen: (
            seen.optimizer is not None and not is_usual(seen.optimizer, seen.times)
        ),
        **(_OF_MODEL if looked.model is not None else {}),
    }
    found = {name for name, differs in checks.items() if differs(program, looked)}
    return frozenset({*found, LENGTH, ARCHITECTURE})


def _inputs(program: ExperimentProgram, looked: Looked) -> bool:
    pairs = zip(program.rows.inputs, looked.kinds, strict=True)
    if all(are_usual(x, kind) for x, kind in pairs):
        return False
    scaling = prepared(looked.anatomy) if looked.anatomy is not None else []
    if not scaling or len(program.rows.inputs) > 1:
        return True
    reached = np.asarray(scaling[-1].value)
    return not are_usual(reached, looked.kinds[0])


def _labels(program: ExperimentProgram, looked: Looked) -> bool:
    rows = program.rows
    return not all(
        labels_fit(task, labels, loss, _units(looked, at, units_of(task)))
        for at, (task, labels, loss) in enumerate(
            zip(rows.tasks, rows.labels, looked.losses, strict=True)
        )
    )


def _units(looked: Looked, at: int, otherwise: int) -> int:
    if looked.head is not None:
        return looked.head.units
    shapes = looked.anatomy.shapes if looked.anatomy is not None else ()
    return shapes[at][-1] if at < len(shapes) and len(shapes[at]) > 1 else otherwise


def _loss(program: ExperimentProgram, looked: Looked) -> bool:
    if program.loop and program.loss is None:  # it is a part of the loop
        return False
    pairs = zip(program.rows.tasks, looked.losses, strict=True)
    return any(loss is None or not loss_fits(task, looked.head, loss) for task, loss in pairs)


def _head(program: ExperimentProgram, looked: Looked) -> bool:
    task = program.rows.tasks[0]
    if looked.head is None or len(program.rows.tasks) > 1 or task.kind == "distances":
        return False
    elsewhere = looked.anatomy is not None and not _answers_in_place(task, looked.anatomy.shapes[0])
    return elsewhere or not head_fits(task, looked.head, looked.losses[0])


def _answers_in_place(task: Task, shape: tuple[int, ...]) -> bool:
    """Whether outputs of this shape, with the rows, have an answer where the labels have one."""
    if task.kind == "classes":
        return len(shape) <= len(task.places) + PAIR
    return math.prod(shape[1:]) == math.prod(task.truth.shape[1:])


def _starts_oddly(_: ExperimentProgram, looked: Looked) -> bool:
    held = variables(looked.model)
    return not first_weights.are_usual(values_of(held), [str(one.path) for one in held])


def _is_frozen(_: ExperimentProgram, looked: Looked) -> bool:
    return len(trainable_weights(looked.model)) < len(weights_to_thaw(looked.model))


def _normalises_oddly(program: ExperimentProgram, looked: Looked) -> bool:
    layers = batch_normalisations(looked.model)
    told = [one.training for one in _calls(looked) if any(one.layer is each for each in layers)]
    lags = any(float(one.momentum) ** program.steps > MOST_LEFT_OF_STATISTICS for one in layers)
    return lags or any(one is True for one in told) or any(not one.trainable for one in layers)


def _calls(looked: Looked) -> tuple[Any, ...]:
    return looked.anatomy.calls if looked.anatomy is not None else ()


def _reads_padding(program: ExperimentProgram, looked: Looked) -> bool:
    """Whether a recurrent layer reads many places of padding that no mask leaves out."""
    found = embeddings(looked.model)
    recurs = any(type(one.layer).__name__ in RECURRENT for one in _calls(looked))
    if not recurs or len(found) != 1 or found[0].mask_zero:
        return False
    pairs = zip(program.rows.inputs, looked.kinds, strict=True)
    ids = [x for x, kind in pairs if kind == "ids" and x.ndim > 1]
    return any(float((np.cumsum(x[:, ::-1], axis=1) == 0).mean()) >= FEWEST_PADDED for x in ids)


_OF_MODEL: Mapping[str, Callable[[ExperimentProgram, Looked], bool]] = {
    "head": _head,
    "layers": lambda _, seen: seen.anatomy is not None and bool(own_layers(seen.anatomy)),
    "activations": lambda _, seen: (
        seen.anatomy is not None and bool(unusual_activations(seen.anatomy))
    ),
    "regularisation": lambda _, seen: drops_or_pays(seen.model) or bool(seen.model.losses),
    "init": _starts_oddly,
    "trainable": _is_frozen,
    "normalisation": _normalises_oddly,
    "masks": _reads_padding,
}


def is_usual(optimizer: Any, times: int = 1) -> bool:
    """Whether an optimizer is of the kind of Adam, with a usual rate and no clipping.

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer
    times : int
        By how much the usual rates are larger for these layers.
    """
    config = optimizer.get_config()
    rate = config.get("learning_rate")
    low, high = USUAL_RATES
    clips = any(config.get(name) for name in ("clipnorm", "clipvalue", "global_clipnorm"))
    decays = config.get("weight_decay") and type(optimizer).__name__ != "AdamW"
    return bool(
        type(optimizer).__name__ in ADAPTIVE
        and isinstance(rate, (int, float))
        and low * times <= rate <= high * times
        and config.get("beta_1", 0.9) == 0.9  # noqa: PLR2004  (as Keras has it)
        and not clips
        and not decays
    )
