"""Validation classes with other numbers than the training classes."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.rows import with_judging
from nbdoctor.cell.spelling import keras_in, numpy_in
from nbdoctor.readings.class_names import ClassNames
from nbdoctor.readings.other_forms import OtherForms
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

MOST_SHOWN = 4
AS_GOOD = 0.05


@rule(
    family="labels",
    severity="warning",
    kind="proof",
    holds="Training and validation number the classes alike",
    explains=(
        "overfit-to-training",
        "below-simple-models",
        "baseline-not-beaten",
        "majority-class-only",
        "validation-prepared-differently",
    ),
)
def classes_numbered_apart(
    forms: OtherForms, names: ClassNames | None, /, *, closed: float = 0.6
) -> Iterator[Finding]:
    """The classes of the validation rows have other numbers than those of training.

    ## What it means
    Folders and names are numbered in the order in which they are found. Where one side lacks a
    class, or spells it differently, all later classes have other numbers there. The model names
    the right class and is counted wrong.

    ## How it is measured
    Only where the trained model is good on training rows and worse on validation rows, by 0.2 or
    more on a scale on which 0 is the best constant and 1 is perfect. Of each validation label it is
    counted in every second row what the model predicts most. Where that gives each label a number
    of its own, other than the one it has, the other half of the rows is scored with these numbers.
    The finding requires that at least `closed` (0.6) of the gap to training is closed. Where
    another form of the inputs explains as much, that is reported in its place.

    ## Example
    ```python
    train = keras.utils.image_dataset_from_directory("train")     # ash, birch, elm, oak
    valid = keras.utils.image_dataset_from_directory("valid")     # ash, elm, oak
    model.fit(train, validation_data=valid)
    ```

    ## What the treatment does
    It gives the validation labels the numbers of training before `fit`, and says how to number
    both sides from one list, which is better.

    ## When to ignore it
    Never: the number of a class has to be the same wherever the model is used.

    ## References
    github:huggingface/pytorch-image-models#957.
    """
    if not forms.is_poor:
        message = f"the model scores {figure(forms.validation, 2)} on validation rows"
        raise DoesNotApplyError(message)
    if forms.renumbered is None:
        return
    if max(forms.inputs.values(), default=-1.0) >= forms.renumbered - AS_GOOD:
        return  # another form of the inputs explains as much, and one for all rows
    gap = forms.training - forms.validation
    if forms.renumbered - forms.validation >= closed * gap:
        yield _finding(forms, forms.renumbered, names)


def _finding(forms: OtherForms, renumbered: float, names: ClassNames | None) -> Finding:
    pairs = [
        f"{_named(ours, names.validation if names else ())} for "
        f"{_named(theirs, names.training if names else ())}"
        for ours, theirs in forms.numbers[:MOST_SHOWN]
    ]
    missing = ""
    if names is not None and names.training and names.validation:
        lacking = [name for name in names.training if name not in names.validation]
        if lacking:
            missing = f" The validation data has no class {' or '.join(map(repr, lacking))}."
    return Finding(
        title="Training and validation number the classes differently",
        says=(
            f"On {forms.rows:,} validation rows the model has a score of "
            f"{figure(forms.validation, 2)}, on training rows {figure(forms.training, 2)}. It puts "
            f"{', '.join(pairs)}; with these numbers the validation score is "
            f"{figure(renumbered, 2)}.{missing}"
        ),
        where=Where(call="fit", argument="validation_data"),
        measured={"validation score": forms.validation},
        expected={"validation score": f"about {figure(renumbered, 2)}"},
        facts=forms,
    )


def _named(number: float, names: tuple[str, ...]) -> str:
    at = int(number)
    name = f" ({names[at]!r})" if number == at and 0 <= at < len(names) else ""
    return f"{figure(number)}{name}"


@classes_numbered_apart.treatment("Number the classes once", effect="training")
def number_once(finding: Finding, cell: Cell) -> Cell | str:
    """The validation classes get the numbers of training; better, both are numbered from one list.

    What the model puts for each of them says which.
    """
    forms = facts_of(finding, OtherForms)
    pairs = {int(one): int(other) for one, other in forms.numbers}
    to = [pairs.get(one, one) for one in range(int(forms.largest) + 1)]
    numpy, keras = numpy_in(cell.source), keras_in(cell.source, ())
    try:
        if "sparse" not in cell.source.lower():
            pass  # one-hot rows have no numbers
        elif not forms.from_dataset and numpy:
            return with_judging(cell, targets=f"{numpy}.array({to})[{{}}]")
        elif forms.from_dataset and keras:
            change = f"{keras}.ops.take({to}, {{}})"
            return with_judging(cell, targets=change, from_dataset=True)
    except CannotEditError:
        pass
    return (
        "Number the classes from one list for training, validation and use. For "
        "`image_dataset_from_directory` both sides need the same folders, so make an empty one "
        "for a class that one side lacks; for tables, map by the dict made of the training labels."
    )
