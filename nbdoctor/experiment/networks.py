"""Networks that an arm trains: a copy of the user's with parts replaced, or a plain one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.keras_internals.structure import takes_training, variables, weights_to_thaw
from nbdoctor.experiment import first_weights
from nbdoctor.experiment.anatomy import Anatomy, anatomy_of
from nbdoctor.experiment.layers import replace_inner
from nbdoctor.experiment.new_head import NewHead
from nbdoctor.experiment.program import ExperimentProgram
from nbdoctor.trials.copying.objects.model import copied_model
from nbdoctor.trials.isolation import start_from
from nbdoctor.trials.refusal import refuse

Array = npt.NDArray[Any]

STEPS = ("train_step", "test_step", "predict_step", "compute_loss", "compute_metrics")
"""Methods by which a model trains: they are the user's loop, which is never run again."""

LOOKED_AT = 16
"""Rows that a copy is called with to see its layers."""


@dataclass
class Network:
    """What an arm trains.

    Attributes
    ----------
    forward : callable
        Of inputs, by the model's order, and whether the pass trains; gives its outputs in order.
    trained : list of keras.Variable
    held : list of keras.Variable
        All of them, random states included.
    first : callable
        First values of `held`, from a seed; as is usual, or as the user's initializers draw them.
    penalties : callable
        What the layers add to the loss in the last pass.
    """

    forward: Callable[[Sequence[Any], bool], list[Any]]
    trained: list[Any]
    held: list[Any]
    first: Callable[[int, bool], list[Array]]
    penalties: Callable[[], list[Any]] = list


class Copies:
    """Copies of the user's model as training found it, each with first weights of its own.

    Parameters
    ----------
    program : ExperimentProgram
    """

    def __init__(self, program: ExperimentProgram) -> None:
        self.program = program
        self._first: dict[int, list[Array]] = {}

    def fresh(self, seed: int) -> Any:
        """Return a built copy.

        Raises
        ------
        UntriedError
            It cannot be copied.
        """
        program = self.program
        if program.fitted is None or program.fitted.model is None:
            refuse(program.uncopied or "the model is gone")
        start_from(seed)
        copy = copied_model(replace(program.fitted, given={}), (), _no_edit, STEPS)
        self.call(copy, self.some(), training=False)
        self._first.setdefault(seed, values_of(variables(copy)))
        return copy

    def some(self) -> list[Any]:
        """Return a few rows of each input."""
        from keras import ops

        return [ops.convert_to_tensor(one[:LOOKED_AT]) for one in self.program.rows.inputs]

    def call(self, model: Any, inputs: Sequence[Any], *, training: bool) -> Any:
        """Call a copy with inputs in the order of the model."""
        import keras

        given = keras.tree.pack_sequence_as(self.program.input_structure, list(inputs))
        if takes_training(model):
            return model(given, training=training)
        return model(given)

    def first(self, seed: int) -> list[Array]:
        """Return what the variables of a fresh copy hold."""
        if seed not in self._first:
            self.fresh(seed)
        return self._first[seed]

    def anatomy(self, model: Any) -> Anatomy:
        """Return what a copy is made of."""
        return anatomy_of(model, lambda: self.call(model, self.some(), training=False))


def own_network(copies: Copies, replaced: frozenset[str], head: NewHead | None) -> Network:
    """Return a copy of the user's model with these parts replaced.

    Parameters
    ----------
    copies : Copies
    replaced : frozenset of str
    head : NewHead or None
        Put in the place of the last layer and what follows it.

    Raises
    ------
    UntriedError
        It cannot be copied.
    Exception
        Whatever code of the user's raises.
    """
    import keras

    model = copies.fresh(0)
    anatomy = copies.anatomy(model)
    stand_ins = replace_inner(model, anatomy, replaced)
    taken: list[Any] = []
    if head is not None:
        _tap(anatomy.head, taken)

    def forward(inputs: Sequence[Any], training: bool) -> list[Any]:  # noqa: FBT001
        taken.clear()
        stand_ins.mode.training = training
        out = keras.tree.flatten(copies.call(model, inputs, training=training))
        return out if head is None else [head(taken[-1])]

    forward(copies.some(), False)  # noqa: FBT003  (builds the head)
    trained = weights_to_thaw(model) if "trainable" in replaced else list(model.trainable_variables)
    held = variables(model)
    made = [one for layer in stand_ins.made for one in layer.variables]
    if head is not None:
        gone = {id(one) for one in anatomy.head.variables}
        trained = [one for one in trained if id(one) not in gone]
        made += head.variables

    start = values_of(made)

    def first(seed: int, usual: bool) -> list[Array]:  # noqa: FBT001
        deal = np.random.default_rng(seed)
        drawn = copies.first(seed)
        if usual:
            drawn = _usual(held, drawn, deal)
        return [*drawn, *_usual(made, start, deal)]

    return Network(
        forward=forward,
        trained=[*trained, *made],
        held=[*held, *made],
        first=first,
        penalties=list if "regularisation" in replaced else lambda: list(model.losses),
    )


def network_of(model: Any, heads: Sequence[NewHead], some: Sequence[Any]) -> Network:
    """Return a plain network with a last layer for each output.

    Parameters
    ----------
    model : keras.Model
        Gives features for each output.
    heads : sequence of NewHead
    some : sequence of tensor
        A few rows of each input.
    """
    import keras

    def forward(inputs: Sequence[Any], training: bool) -> list[Any]:  # noqa: FBT001
        given = list(inputs) if len(inputs) > 1 else inputs[0]
        features = keras.tree.flatten(model(given, training=training))
        return [head(one) for head, one in zip(heads, features, strict=True)]

    forward(some, False)  # noqa: FBT003
    held = [*variables(model), *(one for head in heads for one in head.variables)]

    start = values_of(held)

    def first(seed: int, _: bool) -> list[Array]:  # noqa: FBT001
        return _usual(held, start, np.random.default_rng(seed))

    return Network(forward=forward, trained=held, held=held, first=first)


def values_of(held: Sequence[Any]) -> list[Array]:
    """Return what variables hold."""
    return [np.array(one) for one in held]


def _usual(held: Sequence[Any], drawn: Sequence[Array], deal: np.random.Generator) -> list[Array]:
    pairs = zip(held, drawn, strict=True)
    return [first_weights.usual(value, str(one.path), deal) for one, value in pairs]


def _tap(head: Any, taken: list[Any]) -> None:
    """Note what a last layer takes."""
    original = head.call

    def call(inputs: Any, *given: Any, **named: Any) -> Any:
        taken.append(inputs)
        return original(inputs, *given, **named)

    vars(head)["call"] = call


def _no_edit(_: Any) -> NoReturn:
    message = "a copy without edits has nothing to evaluate"
    raise AssertionError(message)
