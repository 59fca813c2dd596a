"""The part of a program without which it learns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.head import Head
from nbdoctor.readings.inputs import Inputs
from nbdoctor.readings.labels import Labels
from nbdoctor.readings.missing import NotTakenError, not_measured
from nbdoctor.readings.tried_parts import TriedPart, TriedParts
from nbdoctor.rules.experiment import no_signal, nothing_wrong, of_one, of_several, unclear
from nbdoctor.rules.replacing import ADVICE, Written, replaced
from nbdoctor.rules.rule import Finding, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Facts:
    """The parts to blame, with what was put in their place, and what edits need to know."""

    blamed: tuple[TriedPart, ...]
    written: Written = field(default_factory=Written)

    @property
    def alone(self) -> str:
        """The name of the only one, "" for several."""
        return self.blamed[0].name if len(self.blamed) == 1 else ""


@rule(
    family="training",
    severity="warning",
    kind="proof",
    holds="No part of the program does better when it is replaced by one that is known to work",
    explains=(
        "below-simple-models",
        "baseline-not-beaten",
        "constant-predictions",
        "majority-class-only",
        "too-few-steps",
    ),
)
def cause_by_experiment(
    tried: TriedParts,
    inputs: Inputs | None,
    fit: Fit | None,
    head: Head | None,
    labels: Labels | None,
    /,
) -> Iterator[Finding]:
    """The part of the program at fault, found by replacing parts on copies.

    ## What it means
    A program that trains is made of parts: the rows as the model gets them, the labels, the last
    layer, the loss, the first weights, the optimizer and its learning rate, the loop, and more.
    Each can be replaced by one that is known to work for such rows and labels. The part whose
    replacement makes the program learn is the one at fault, whatever is wrong with it: nothing has
    to be known of the fault.

    ## How it is measured
    When the cell has ended, copies of the model are trained, some as it is and some with all parts
    replaced, for as many steps as the cell makes (at most 800). They are scored by their
    predictions and the raw labels, on which 0 is the best constant prediction and 1 is perfect. If
    the second are not better by 0.15, on two seeds, nothing is wrong that a score shows. Healthy
    programs lay at most 0.08 below, sick ones at least 0.17.

    Then parts are replaced one at a time, the likeliest first, until one closes 80 % of the gap;
    after that the number of steps and the layers themselves, which cure what other parts broke.
    Before layers are blamed, the user's own are trained for twenty times as many steps (at most
    4,000): others may only be quicker. If none does, the smallest set of parts that does is looked
    for. Single parts at fault closed at least 87 % of the gap, others at most 17 %.

    It is done without being asked where the trained model is clearly worse than simple models, or
    hardly better than a constant, where no fix that was tried helps, and where there is time; else
    a button does it. A model that has learned costs nothing. A training loop of your own is not run
    again: Keras's own step trains the copies.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(1000, 10)
    y = (x[:, 0] > 0).astype(int)

    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.SGD(1e-7), "binary_crossentropy")
    model.fit(x, y)
    ```

    ## What the treatment does
    It writes into the cell what was put in place of the part on the copies: Adam at its usual rate,
    a layer that standardises the inputs, usual first weights, and so on. Parts that a cell does not
    show in one place, such as a loop, get advice.

    ## When to ignore it
    When the part is meant to be as it is, for example a small rate in a short first try. The parts
    are replaced by usual ones, not by the best: there may be a better repair of the same part.

    ## References
    Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE Transactions on
    Software Engineering, 2002, for the idea of finding a cause by replacing. The limits were
    measured with Keras 3.15 on 97 programs, sick and repaired.
    """
    blamed = tuple(tried.parts[name] for name in tried.blamed)
    facts = _Facts(blamed, _written(tried, inputs, fit, head, labels))
    match tried.outcome:
        case "not tried":
            raise NotTakenError(not_measured(tried.why))
        case "out of time":
            message = f"it was not finished: {len(tried.runs)} trainings of copies were made"
            raise NotTakenError(not_measured(message))
        case "part":
            yield replace(of_one(tried, blamed[0]), facts=facts)
        case "together":
            yield replace(of_several(tried), facts=facts)
        case "no signal":
            yield no_signal(tried)
        case "unclear":
            yield unclear(tried)


@cause_by_experiment.what_holds
def what_was_reached(tried: TriedParts, *_: object) -> str:
    """What was reached, and by the best reference where one was trained."""
    return nothing_wrong(tried)


def _written(
    tried: TriedParts,
    inputs: Inputs | None,
    fit: Fit | None,
    head: Head | None,
    labels: Labels | None,
) -> Written:
    tensors = inputs.tensors if inputs is not None else ()
    outputs = head.outputs if head is not None else ()
    targets = labels.targets if labels is not None else ()
    return Written(
        rows=tensors[0].variable if len(tensors) == 1 else "",
        is_table=len(tensors) == 1 and tensors[0].is_table,
        is_flat=len(tensors) == 1 and tensors[0].rows > 0 and tensors[0].shape == (),
        epochs=fit.epochs if fit is not None else None,
        head=outputs[0].layer if len(outputs) == 1 else "",
        labels=targets[0].variable if len(targets) == 1 else "",
        compiled=tried.compiled,
    )


@cause_by_experiment.treatment("Use Adam at its usual rate", effect="training")
def use_adam(finding: Finding, cell: Cell) -> Cell | None:
    """Compile with Adam at the rate with which the copies have learned."""
    return _with_reference(finding, cell, "optimizer")


@cause_by_experiment.treatment("Scale the inputs", effect="model")
def scale_the_inputs(finding: Finding, cell: Cell) -> Cell | None:
    """Standardise each column, as it was done for the copies that have learned."""
    return _with_reference(finding, cell, "inputs")


@cause_by_experiment.treatment("Use a last layer that fits the labels", effect="model")
def use_a_fitting_head(finding: Finding, cell: Cell) -> Cell | None:
    """Give the last layer the width and the activation with which the copies have learned."""
    return _with_reference(finding, cell, "head")


@cause_by_experiment.treatment("Use a loss that fits the labels", effect="training")
def use_a_fitting_loss(finding: Finding, cell: Cell) -> Cell | None:
    """Compile with the loss with which the copies have learned."""
    return _with_reference(finding, cell, "loss")


@cause_by_experiment.treatment("Write the labels as the loss reads them", effect="judgement")
def write_fitting_labels(finding: Finding, cell: Cell) -> Cell | None:
    """Number the classes from 0 on; numbers to predict get a mean of 0 and a spread of 1."""
    return _with_reference(finding, cell, "labels")


@cause_by_experiment.treatment("Shuffle the rows", effect="training")
def shuffle_the_rows(finding: Finding, cell: Cell) -> Cell | None:
    """Let `fit` shuffle the rows in every epoch."""
    return _with_reference(finding, cell, "order")


@cause_by_experiment.treatment("Leave out noise, augmentation and penalties", effect="model")
def leave_out_noise(finding: Finding, cell: Cell) -> Cell | None:
    """Take these layers and regularizers out; once the model learns, a little of them may help."""
    return _with_reference(finding, cell, "regularisation")


@cause_by_experiment.treatment("Use the first weights of Keras", effect="model")
def use_default_weights(finding: Finding, cell: Cell) -> Cell | None:
    """Leave out the initializers, so that Keras draws the first weights to fit the layer."""
    return _with_reference(finding, cell, "init")


@cause_by_experiment.treatment("Use another activation in the hidden layers", effect="model")
def use_another_activation(finding: Finding, cell: Cell) -> Cell | None:
    """Replace the activations of the hidden layers; the last layer stays as it is."""
    return _with_reference(finding, cell, "activations")


@cause_by_experiment.treatment("Train all weights", effect="judgement")
def train_all_weights(finding: Finding, cell: Cell) -> Cell | None:
    """Set `trainable` to True where the cell freezes layers; pretrained ones may have a reason."""
    return _with_reference(finding, cell, "trainable")


@cause_by_experiment.treatment("Train longer", effect="training")
def train_longer(finding: Finding, cell: Cell) -> Cell | None:
    """Train for as many epochs as the copies needed that have learned."""
    return _with_reference(finding, cell, "length")


@cause_by_experiment.treatment("Leave out class and sample weights", effect="training")
def leave_out_row_weights(finding: Finding, cell: Cell) -> Cell | None:
    """Let every row count the same in the loss."""
    return _with_reference(finding, cell, "weights")


@cause_by_experiment.treatment("Make these replacements together", effect="model")
def replace_together(finding: Finding, cell: Cell) -> Cell | None:
    """Put in place of each part what the copies had: no single one of them is enough."""
    facts = _facts(finding)
    if facts is None or facts.alone:
        return None
    try:
        for part in facts.blamed:
            cell = replaced(cell, part.name, facts.written)
    except CannotEditError:
        return None
    return cell


@cause_by_experiment.treatment("Look at what is at fault", effect="advice")
def look_at_the_part(finding: Finding, cell: Cell) -> str | None:
    """Say what was put in its place, where the cell does not show the part in one place."""
    facts = _facts(finding)
    if facts is None:
        return None
    hidden = [one for one in facts.blamed if not _is_written(cell, one.name, facts.written)]
    if not hidden:
        return None
    said = [ADVICE.get(one.name, "").format(reference=one.reference) for one in hidden]
    told = [
        text or f"In place of {one.words} the copies had {one.reference}: use that, or compare."
        for text, one in zip(said, hidden, strict=True)
    ]
    return " ".join(told)


def _facts(finding: Finding) -> _Facts | None:
    return None if finding.facts is None else facts_of(finding, _Facts)


def _with_reference(finding: Finding, cell: Cell, part: str) -> Cell | None:
    facts = _facts(finding)
    if facts is None or facts.alone != part or not _is_written(cell, part, facts.written):
        return None
    return replaced(cell, part, facts.written)


def _is_written(cell: Cell, part: str, written: Written) -> bool:
    """Whether the cell shows a part so that it can be replaced there."""
    try:
        replaced(cell, part, written)
    except CannotEditError:
        return False
    return True
