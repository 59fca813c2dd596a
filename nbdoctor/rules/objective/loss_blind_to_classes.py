"""A loss that treats all units of a softmax alike."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.step_account import StepCode
from nbdoctor.rules.rule import Finding, rule


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="The loss of the step tells the units of a softmax from one another",
    explains=(
        "baseline-not-beaten",
        "below-simple-models",
        "constant-predictions",
        "learning-rate-too-low",
        "too-few-steps",
    ),
    parts=("loop",),
)
def loss_blind_to_classes(code: StepCode, /) -> Iterator[Finding]:
    """A loss that treats all units of a softmax alike.

    ## What it means
    A softmax gives each class, or each action, a probability. If the loss of a step is made from
    all of them in the same way, it does not say which one is right, or which one was taken: with
    the units in another order it would be the same. Training can make all probabilities equal, or
    one of them large, and nothing else.

    ## How it is measured
    The operations between the output of the network and the number that is differentiated are read:
    from the trace of the step, or as they are run one by one. It is reported where a softmax is
    among them, each of them does the same to all units or adds them up, and no operation takes a
    tensor with a value for each unit (one-hot labels, a mask) or picks units out. There is no
    threshold.

    ## Example
    ```python
    log_p = ops.log(policy(states))                        # (rows, actions)
    loss = -ops.mean(log_p * advantage[:, None])           # of all actions, whichever was taken
    ```

    ## What the treatment does
    It says how the right unit is picked out.

    ## When to ignore it
    When predictions are only to become more, or less, certain (entropy), whatever they say.

    ## References
    Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement
    learning", 1992.
    """
    if code.blind:
        yield Finding(
            title="The loss treats all units of the softmax alike",
            says="The loss of the step is made from all units of a softmax in the same way: no "
            "label and no action says which of them is meant, so that it is the same with the "
            "units in any other order.",
            measured={"values in the loss that differ from unit to unit": 0},
            expected={"values in the loss that differ from unit to unit": "1 or more"},
        )


@loss_blind_to_classes.treatment("Pick out the unit that is meant", effect="advice")
def pick_out_the_unit(_finding: Finding, _cell: Cell) -> str:
    """Say how."""
    return (
        "Multiply by one-hot rows before adding up, as in `ops.sum(log_p * ops.one_hot(actions, n),"
        " axis=-1)`, or use `keras.losses.sparse_categorical_crossentropy(actions, p)`, which is "
        "the negative of that."
    )
