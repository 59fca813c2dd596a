"""What is known of a training, to train copies of its model with parts replaced."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbdoctor.experiment.earlier import earlier_rows
from nbdoctor.experiment.rows import TrainedRows
from nbdoctor.experiment.taken_rows import as_handed, length, rows_of, structure, trained_rows
from nbdoctor.readings.asked import Asked
from nbdoctor.readings.attained import Attained
from nbdoctor.trials.copying.case import USUAL_BATCH, Case
from nbdoctor.trials.copying.fit_call import fit_of
from nbdoctor.trials.copying.objects.fitted import AsFitted
from nbdoctor.trials.copying.objects.plan import refuse_given_weights
from nbdoctor.trials.refusal import UntriedError, refuse


@dataclass(frozen=True, kw_only=True)
class Loop:
    """What is known of a loop of the user's own.

    Attributes
    ----------
    x, y : Any
        Rows that it has trained on, all in one.
    batch_size : int
        Rows of a step.
    loss : Any
        A loss of Keras or a function, None where it is not known: it is a part of the loop then.
    optimizer : Any
        None where it is not known.
    optimizer_config : mapping of str
        When the loop began; {} where it is as it was.
    """

    x: Any
    y: Any
    batch_size: int = USUAL_BATCH
    loss: Any = None
    optimizer: Any = None
    optimizer_config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ExperimentProgram:
    """A training, as far as it is known.

    Attributes
    ----------
    fitted : AsFitted or None
        The model as training found it; None where it cannot be copied.
    uncopied : str
        Why it cannot be, else "".
    rows : TrainedRows
    input_structure, label_structure : Any
        How the model takes its inputs, and the loss its labels; leaves are 0.
    earlier : tuple of TrainedRows
        Inputs and labels that the rows may come from.
    loss, loss_weights, optimizer : Any
        As `compile` was given them.
    optimizer_config : mapping of str
        Of the optimizer when training began.
    batch_size, steps : int
        Rows of a step, and steps that were made.
    shuffles : bool
        Rows are dealt anew in each epoch.
    last : float
        Share of the rows at the end that did not train.
    loop : bool
        A loop of the user's trains, or a `train_step` of theirs.
    raised : bool
        The training was stopped by an error.
    embeds : bool
        The model looks ids up in an embedding.
    recorded : Attained or None
        How well the trained model does.
    """

    fitted: AsFitted | None
    rows: TrainedRows
    uncopied: str = ""
    input_structure: Any = 0
    label_structure: Any = 0
    earlier: tuple[TrainedRows, ...] = ()
    loss: Any = None
    loss_weights: Any = None
    optimizer: Any = None
    optimizer_config: Mapping[str, Any] = field(default_factory=dict)
    batch_size: int = USUAL_BATCH
    steps: int = 1
    shuffles: bool = True
    last: float = 0.0
    loop: bool = False
    raised: bool = False
    embeds: bool = False
    recorded: Attained | None = None


def program_of(  # noqa: PLR0913  (all but one by name)
    case: Case,
    *,
    outputs: Sequence[Asked],
    attained: Attained | None = None,
    embeds: bool = False,
    steps: int | None = None,
    raised: bool = False,
    loop: Loop | None = None,
) -> ExperimentProgram:
    """Put together what is known of a training.

    Parameters
    ----------
    case : Case
        Of `fit`, or of a loop: then `arguments` are not asked.
    outputs : sequence of Asked
        What head and loss say of the labels, in the order in which these are flattened.
    attained : Attained or None
        How well the trained model does; of a loop it is the only control there is.
    embeds : bool
        The model looks ids up in an embedding.
    steps : int, optional
        That were made; by default as many as `fit` was asked for.
    raised : bool
        The training was stopped by an error.
    loop : Loop, optional
        Where the user's own loop trains.

    Raises
    ------
    UntriedError
        Rows are not known, or no score fits.
    """
    by_itself = loop is not None or _has_step_of_its_own(case)
    if by_itself and attained is None:
        refuse("what the loop has reached could not be scored")
    given = {} if loop is not None else dict(case.arguments or {})
    x, y, weights = rows_of(case, None if loop is None else (loop.x, loop.y))
    inputs, labels, of_rows = as_handed(x, y, weights, given.get("class_weight"))
    rows = trained_rows(inputs, labels, outputs, of_rows, embeds=embeds)
    size = loop.batch_size if loop is not None else int(given.get("batch_size") or USUAL_BATCH)
    fitted, uncopied = _copyable(case)
    compiled = {} if fitted is None else fitted.compiled
    return ExperimentProgram(
        fitted=fitted,
        uncopied=uncopied,
        rows=rows,
        input_structure=structure(x),
        label_structure=structure(y if y is not None else x),
        earlier=earlier_rows(case, rows, outputs) if loop is None else (),
        loss=loop.loss if loop is not None else compiled.get("loss"),
        loss_weights=None if loop is not None else compiled.get("loss_weights"),
        optimizer=loop.optimizer if loop is not None else compiled.get("optimizer"),
        optimizer_config=_config_of_optimizer(fitted, loop),
        batch_size=size,
        steps=steps if steps is not None else planned(given, length(x, case), size),
        shuffles=given.get("shuffle", True) is not False,
        last=_left_out(given),
        loop=by_itself,
        raised=raised,
        embeds=embeds,
        recorded=attained,
    )


def _config_of_optimizer(fitted: AsFitted | None, loop: Loop | None) -> Mapping[str, Any]:
    if loop is not None:
        return loop.optimizer_config
    return {} if fitted is None else fitted.optimizer


def planned(arguments: Mapping[str, Any], rows: int, size: int) -> int:
    """Return how many steps `fit` is asked for."""
    epochs = int(arguments.get("epochs") or 1)
    kept = rows * (1 - _left_out(arguments))
    each = arguments.get("steps_per_epoch") or math.ceil(kept / max(1, size))
    return max(1, epochs * int(each))


def _left_out(arguments: Mapping[str, Any]) -> float:
    share = float(arguments.get("validation_split") or 0.0)
    return share if 0 < share < 1 and arguments.get("validation_data") is None else 0.0


def _copyable(case: Case) -> tuple[AsFitted | None, str]:
    """Return the model as training found it, or why it cannot be copied."""
    fitted = case.fitted
    if fitted is None or fitted.model is None:
        return None, "the model is gone, or has parts that cannot be copied"
    try:
        refuse_given_weights(_before_training(case))
    except UntriedError as why:
        return None, str(why)
    return fitted, ""


def _before_training(case: Case) -> list[ast.stmt]:
    if not case.cell.is_read:
        return []
    tree = case.cell.tree
    try:
        holder, _ = fit_of(tree, case.number)
    except UntriedError:
        return list(tree.body)
    return list(tree.body[: tree.body.index(holder)])


def _has_step_of_its_own(case: Case) -> bool:
    """Whether the model's class trains in its own way."""
    import keras

    kind = type(case.model) if case.fitted is None else type(case.fitted.model)
    names = ("train_step", "compute_loss", "compute_gradients", "make_train_function")
    return any(
        hasattr(keras.Model, name) and getattr(kind, name, None) is not getattr(keras.Model, name)
        for name in names
        if kind is not type(None)
    )
