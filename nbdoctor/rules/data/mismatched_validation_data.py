"""Validation data of another form than the training data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.validation_form import Form, Shape, ValidationForm
from nbdoctor.rules.rule import Finding, Where, facts_of, rule

AT_THE_END = "Keras does not look at it before the first epoch has ended"
PAIR = 2


@dataclass(frozen=True, slots=True)
class _Facts:
    advice: str
    swapped: bool = False


@rule(
    family="data",
    severity="critical",
    kind="proof",
    holds="The validation data has the form of the training data",
    explains=("known-crash", "unseen-validation-class", "validation-prepared-differently"),
)
def mismatched_validation_data(form: ValidationForm, /) -> Iterator[Finding]:
    """Validation data of another form than the training data.

    ## What it means
    `validation_data` is `(inputs, labels)`, with as many labels as inputs, encoded as those of
    training. Keras looks at it after the first epoch, so that a slip ends the cell when the time of
    an epoch is spent. The error speaks of shapes inside of the model.

    ## How it is measured
    The shapes of both are compared when `fit` is called. Reported are inputs and labels that have
    changed places, numbers of rows that differ, labels that are missing, inputs that the model
    cannot take, and labels with another number of axes or columns. Axes that may have any size, as
    the time axis of a recurrent network, are not compared, nor is `(rows,)` with `(rows, 1)`, which
    Keras takes for the same. A model with a training or test step of its own is left out.

    ## Example
    ```python
    model.fit(x_train, y_train, validation_data=(y_test, x_test))
    ```

    ## What the treatment does
    Inputs and labels that have changed places are changed back in the cell. Else it says what to
    hand over.

    ## When to ignore it
    When a loss of your own compares labels of several shapes.

    ## References
    Keras documentation, `Model.fit`, argument `validation_data`.
    """
    if not form.has_targets:
        yield _no_labels(form)
    elif _are_swapped(form):
        yield _swapped(form.inputs[0], form.targets[0])
    elif len(rows := {one.rows for one in _all(form) if one.rows is not None}) > 1:
        yield _other_rows(form, rows)
    else:
        yield from _misfits(form)


def _all(form: ValidationForm) -> tuple[Form, ...]:
    return (*form.inputs, *form.targets)


def _plain(shape: Shape) -> Shape:
    """A shape without axes of size 1 at its end, which Keras adds and takes off."""
    while shape and shape[-1] == 1:
        shape = shape[:-1]
    return shape


def _agree(one: Shape, other: Shape) -> bool:
    one, other = _plain(one), _plain(other)
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(a == b or None in (a, b) for a, b in pairs)


def _are_swapped(form: ValidationForm) -> bool:
    if len(form.inputs) != 1 or len(form.targets) != 1:
        return False
    (x,), (y,) = form.inputs, form.targets
    crossed = _agree(x.validation, y.training) and _agree(y.validation, x.training)
    return crossed and not _agree(x.training, y.training)


def _misfits(form: ValidationForm) -> Iterator[Finding]:
    for one in form.inputs:
        if len(_plain(one.training)) != len(_plain(one.validation)) or not _is_taken(one):
            yield _other_inputs(one)
    for one in form.targets:
        if len(_plain(one.training)) != len(_plain(one.validation)) or not _has_columns(one):
            yield _other_labels(one)


def _is_taken(one: Form) -> bool:
    """Whether the model takes inputs of this size, as far as it says, and takes those of training.

    A model that does not take these stops before it comes to validate.
    """
    if one.model is None or not _agree(one.training, one.model):
        return True
    return _agree(one.validation, one.model)


def _has_columns(one: Form) -> bool:
    """Whether labels have the columns of the output, where those of training have them."""
    if one.model is None or not _agree(one.training, one.model):
        return True
    return _agree(one.validation[-1:], one.model[-1:])


def _shape(shape: Shape) -> str:
    sizes = ["rows", *("any" if size is None else f"{size}" for size in shape)]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def _finding(title: str, says: str, measured: str, expected: str, facts: _Facts) -> Finding:
    return Finding(
        title=title,
        says=f"{says} {AT_THE_END}.",
        where=Where(call="fit", argument="validation_data"),
        measured={"validation data": measured},
        expected={"validation data": expected},
        facts=facts,
    )


def _no_labels(form: ValidationForm) -> Finding:
    rows = form.inputs[0].rows if form.inputs else None
    count = f"{rows:,} rows" if rows is not None else "rows"
    return _finding(
        "The validation data has no labels",
        f"`validation_data` holds {count} of inputs and nothing to compare the outputs with, so "
        "that no validation loss can be computed.",
        "inputs only",
        "inputs and labels",
        _Facts("Pass both: `validation_data=(inputs, labels)`."),
    )


def _swapped(x: Form, y: Form) -> Finding:
    return _finding(
        "Inputs and labels of the validation data have changed places",
        f"The training inputs have the shape {_shape(x.training)}, the labels "
        f"{_shape(y.training)}. In `validation_data` the first part, which are the inputs, has "
        f"{_shape(x.validation)}, and the second {_shape(y.validation)}.",
        f"{_shape(x.validation)}, {_shape(y.validation)}",
        f"{_shape(x.training)}, {_shape(y.training)}",
        _Facts("Pass the inputs first: `validation_data=(inputs, labels)`.", swapped=True),
    )


def _other_rows(form: ValidationForm, rows: set[int]) -> Finding:
    known = [one for one in _all(form) if one.rows is not None]
    sizes = " and ".join(f"{one.rows:,} of `{one.name}`" for one in known)
    return _finding(
        "The validation data has not as many labels as inputs",
        f"Of the rows of `validation_data` there are {sizes}.",
        " and ".join(f"{count:,} rows" for count in sorted(rows)),
        "as many labels as inputs",
        _Facts(
            "Pass inputs and labels of one split: one of the two may be that of the training rows."
        ),
    )


def _other_inputs(one: Form) -> Finding:
    return _finding(
        "The model cannot take the validation inputs",
        f"The validation inputs `{one.name}` have the shape {_shape(one.validation)}, and those of "
        f"training {_shape(one.training)}.",
        _shape(one.validation),
        _shape(one.training),
        _Facts(
            "Prepare validation rows by the same steps as training rows, with the columns, sizes "
            "and vocabulary of these."
        ),
    )


def _other_labels(one: Form) -> Finding:
    return _finding(
        "Validation labels have another encoding than training labels",
        f"The validation labels have the shape {_shape(one.validation)}, and those of training "
        f"{_shape(one.training)}. With such labels Keras stops, or compares values that do not "
        "belong together.",
        _shape(one.validation),
        _shape(one.training),
        _Facts("Encode both in one way: as class numbers, or with one column for each class."),
    )


@mismatched_validation_data.treatment("Change inputs and labels back", effect="training")
def change_back(finding: Finding, cell: Cell) -> Cell | None:
    """Hand over inputs first, then labels."""
    parts = _names(cell) if facts_of(finding, _Facts).swapped else ()
    if len(parts) != PAIR:
        return None
    pair = f"({parts[1]}, {parts[0]})"
    return cell.with_argument("fit", "validation_data", pair, position=7)


@mismatched_validation_data.treatment("Hand over rows of the same form", effect="advice")
def hand_over_the_same_form(finding: Finding, cell: Cell) -> str | None:
    """Give validation data the form of the training data."""
    facts = facts_of(finding, _Facts)
    return None if facts.swapped and len(_names(cell)) == PAIR else facts.advice


def _names(cell: Cell) -> tuple[str, ...]:
    """The names of `validation_data`, where it is a tuple of names that is written out."""
    calls = cell.calls_of("fit")
    given = calls[0].argument("validation_data", 7) if len(calls) == 1 else None
    parts = tuple(one.strip() for one in given.text.strip("( )").split(",")) if given else ()
    return parts if all(one.isidentifier() for one in parts) else ()
