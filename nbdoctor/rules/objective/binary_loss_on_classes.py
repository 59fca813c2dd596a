"""Binary cross-entropy on the outputs of a softmax."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_loss
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

BINARY = frozenset({"binary_crossentropy", "binary_focal_crossentropy"})
FEWEST = 3
"""Of two classes both losses are the same."""


@rule(
    family="objective",
    severity="warning",
    kind="strong",
    holds="The classes of a softmax are not judged one by one",
    explains=("baseline-not-beaten", "majority-class-only", "too-few-steps"),
    parts=("loss", "head"),
)
def binary_loss_on_classes(
    labels: Labels, head: Head, attained: Attained | None, /
) -> Iterator[Finding]:
    """Binary cross-entropy on the outputs of a softmax, where each row has one class.

    ## What it means
    Binary cross-entropy asks of every class on its own whether it is the right one, and averages
    over the classes. Of ten classes nine say no in each row, and a model that calls all classes
    equally likely begins at 0.33, with categorical cross-entropy at 2.3: the loss looks small from
    the start, its gradient is several times smaller, and training takes longer. It does learn.

    ## How it is measured
    The labels have one column per class, of which one is 1 in each row, the output layer is a
    softmax of three units or more, and the loss is a binary cross-entropy. Nothing has to be run.
    It is a note, and a warning where the trained model is clearly worse than simple models on the
    same rows, as in `below-simple-models`.

    ## Example
    ```python
    y = keras.utils.to_categorical(np.random.randint(0, 10, size=512))
    model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(10, activation="softmax")])
    model.compile("adam", "binary_crossentropy")
    model.fit(inputs, y)
    ```

    ## What the treatment does
    It sets categorical cross-entropy.

    ## When to ignore it
    When the model learns well, and the size of the loss is compared with nothing.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 6.2.2.3. The losses of a
    uniform prediction follow from their formulas.
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or output.activation != "softmax" or (output.width or 0) < FEWEST:
            continue
        judged = True
        if output.loss in BINARY and target.encoding == "one-hot":
            behind = attained is not None and attained.has_gap
            yield _finding(target, output, behind=behind)
    if not judged:
        message = "no output is a softmax of three classes or more"
        raise DoesNotApplyError(message)


def _finding(target: Target, output: Output, *, behind: bool) -> Finding:
    classes = output.width or FEWEST
    even = -math.log(1 - 1 / classes) * (1 - 1 / classes) + math.log(classes) / classes
    return Finding(
        title="Each class of a softmax is judged on its own",
        says=(
            f"Rows of {target.named('the labels')} have one of {classes} classes, and "
            f"`{output.loss}` asks of each of the {classes} outputs of {output.shown} whether it "
            f"is that one. With all classes equally likely this loss is {figure(even, 2)}, and "
            f"`categorical_crossentropy` {figure(math.log(classes), 2)}: its steps are smaller, "
            "and training takes longer."
        ),
        where=Where(layer=output.layer, call="compile", argument="loss"),
        measured={"loss": output.loss},
        expected={"loss": "categorical_crossentropy"},
        severity=None if behind else "note",
    )


@binary_loss_on_classes.treatment("Use categorical cross-entropy", effect="model")
def use_categorical_crossentropy(_finding: Finding, cell: Cell) -> Cell:
    """Compare the softmax with the right class alone."""
    return with_loss(cell, "categorical_crossentropy")
