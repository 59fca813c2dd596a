"""The shapes of the validation data, beside those of the training data and of the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbdoctor import backend
from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.data import as_array, input_names, named, output_names
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

Shape = tuple[int | None, ...]

PAIR = 2
"""Inputs and labels."""

STEPS = ("train_step", "test_step", "compute_loss")
"""What a class of the user's may replace, and then take apart the data in its own way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What one input or target has for each row.

    Attributes
    ----------
    name : str
        Of the input or output, as Keras names it or by its place.
    training, validation : tuple of int or None
        Shapes of one row; None inside where a dataset does not tell.
    model : tuple of int or None, or None
        What the model takes or gives for a row: None inside where any size fits, None where the
        model does not tell.
    rows : int or None
        Of the validation; None where a dataset does not tell.
    """

    name: str
    training: Shape
    validation: Shape
    model: Shape | None = None
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationForm:
    """Shapes of the rows that judge.

    Attributes
    ----------
    inputs, targets : tuple of Form
        Those that training and validation both have.
    has_targets : bool
        The validation has labels.
    """

    inputs: tuple[Form, ...] = ()
    targets: tuple[Form, ...] = ()
    has_targets: bool = True


@reading(
    "the shapes of the validation data",
    when=Moment.FIT_CALLED | Moment.BEFORE_STEP,
    missing=does_not_apply("there is no validation data whose shapes can be read"),
)
def validation_form_of_fit(call: FitCall) -> ValidationForm | None:
    """Compare the shapes; nothing is drawn, and no array is gone through."""
    model, given = call.model, call.arguments.get("validation_data")
    if given is None or model is None or not _judges_as_keras(model):
        return None
    x, y = call.arguments.get("x"), call.arguments.get("y")
    training = _parts(model, x if y is None else (x, y))
    validation = _parts(model, given)
    if training is None or validation is None or not training[1]:
        return None
    takes, gives = _shapes_of(model, "inputs"), _shapes_of(model, "outputs")
    return ValidationForm(
        inputs=_compared(training[0], validation[0], takes),
        targets=_compared(training[1], validation[1], gives),
        has_targets=bool(validation[1]),
    )


def _judges_as_keras(model: Any) -> bool:
    """Whether Keras's own code compares labels with outputs, in training and in validation."""
    steps = (getattr(type(model), name, None) for name in STEPS)
    return all(str(getattr(step, "__module__", "")).startswith("keras.") for step in steps)


Leaves = dict[str, Shape]
"""Whole shapes, the axis of the rows included, by name."""


def _parts(model: Any, given: Any) -> tuple[Leaves, Leaves] | None:
    """Inputs and labels as Keras takes them apart; None where they are not to be asked."""
    if backend.is_supported() and backend.current().batches.is_dataset(given):
        return _of_dataset(model, backend.current().pipelines.shapes(given))
    x, y = (*given, None, None)[:PAIR] if isinstance(given, (list, tuple)) else (given, None)
    inputs = _leaves(named(x, input_names(model), "x"))
    targets = _leaves(named(y, output_names(model), "y"))
    return None if not inputs or targets is None else (inputs, targets)


def _of_dataset(model: Any, shapes: list[list[Shape]] | None) -> tuple[Leaves, Leaves] | None:
    """The same of a dataset whose batches have one input, and one target or none."""
    if not shapes or any(len(part) != 1 for part in shapes[:PAIR]):
        return None
    x = named(_Shaped(shapes[0][0]), input_names(model), "x")
    y = named(_Shaped(shapes[1][0]), output_names(model), "y") if len(shapes) >= PAIR else {}
    return {name: one.shape for name, one in x.items()}, {
        name: one.shape for name, one in y.items()
    }


@dataclass(frozen=True, slots=True)
class _Shaped:
    shape: Shape


def _leaves(structure: dict[str, Any]) -> Leaves | None:
    found = {}
    for name, values in structure.items():
        array = as_array(values)
        if array is None or array.ndim == 0:
            return None
        found[name] = array.shape
    return found


def _shapes_of(model: Any, side: str) -> list[Shape]:
    return [tuple(tensor.shape) for tensor in getattr(model, side, None) or []]


def _compared(ours: Leaves, theirs: Leaves, model: list[Shape]) -> tuple[Form, ...]:
    if len(ours) != len(theirs) or (len(ours) > 1 and list(ours) != list(theirs)):
        return ()
    known: list[Shape | None] = [one[1:] for one in model] if len(model) == len(ours) else []
    known = known or [None] * len(ours)
    return tuple(
        Form(name=name, training=one[1:], validation=other[1:], model=shape, rows=other[0])
        for (name, one), other, shape in zip(ours.items(), theirs.values(), known, strict=True)
    )
