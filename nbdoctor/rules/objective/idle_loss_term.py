"""A term of the loss that no update can change."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.step_account import StepCode
from nbdoctor.rules.rule import Finding, Where, rule


@rule(
    family="objective",
    severity="warning",
    kind="proof",
    holds="Every term of the loss in the step depends on weights that it updates",
    explains=("too-few-steps", "baseline-not-beaten", "below-simple-models"),
    parts=("loop",),
)
def idle_loss_term(code: StepCode, /) -> Iterator[Finding]:
    """A term of the loss that no update can change.

    ## What it means
    A step adds several terms to one loss. One of them is computed from what a model has put out,
    but no gradient leads from it to a weight that is updated: the wrong variable stands in it (the
    teacher's output on both sides, the same tensor twice), or a `stop_gradient`, a rounding or an
    `argmax` lies between. The term is shown, and trains nothing.

    ## How it is measured
    The operations behind the number that is differentiated are read: from the trace of the step,
    or as they are run one by one. Reported is a number that is added to the loss, that is computed
    from an output of a model, and from which no chain of operations with a gradient leads to a
    variable that an optimizer is given. There is no threshold.

    ## Example
    ```python
    large, small = teacher(x, training=False), student(x, training=True)
    distance = kl(ops.softmax(large / 4), ops.softmax(large / 4))     # twice the teacher
    loss = distance + keras.losses.sparse_categorical_crossentropy(y, small).mean()
    ```

    ## What the treatment does
    It says what to look for.

    ## When to ignore it
    When the term is there to be shown only.

    ## References
    None: the operations are read.
    """
    for line in dict.fromkeys(code.idle_terms):
        where = f"In line {line}, a" if line is not None else "A"
        yield Finding(
            title="A term of the loss trains nothing",
            says=f"{where} number is added to the loss that is computed from what a model puts "
            "out, but no gradient leads from it to a weight that the optimizer is given. It "
            "changes the loss that is shown, and nothing else.",
            where=Where(line=line),
            measured={"weights that the term can change": 0},
            expected={"weights that the term can change": "1 or more"},
        )


@idle_loss_term.treatment("Look at what the term is made from", effect="advice")
def look_at_the_term(_finding: Finding, _cell: Cell) -> str:
    """Say what to look for."""
    return (
        "Follow each term of the sum back: one does not contain the output of the model that is "
        "trained, or passes `stop_gradient`, `round`, `argmax` or a comparison on the way."
    )
