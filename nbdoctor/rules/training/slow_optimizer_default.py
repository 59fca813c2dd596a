"""An optimizer with a default learning rate that is too low for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.optimizer import with_rate
from nbdoctor.readings.history import History
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.source import Source
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

USUAL_RATES = {"Adadelta": "1.0", "Adagrad": "0.01"}
"""Learning rates of the papers, and of Keras before version 2.4."""

DEFAULT = 0.001
"""Default of Keras 3 for both."""


@dataclass(frozen=True, slots=True)
class _Facts:
    optimizer: str


@rule(
    family="training",
    severity="warning",
    kind="proof",
    holds="No optimizer uses a default learning rate that is too low for it",
    explains=(
        "learning-rate-too-low",
        "baseline-not-beaten",
        "too-few-steps",
    ),
    gated=True,
    parts=("optimizer",),
)
def slow_optimizer_default(
    updates: Updates,
    source: Source,
    loss: LossAtInit | None,
    history: History | None,
    /,
    *,
    learned: float = 0.5,
) -> Iterator[Finding]:
    """Adadelta or Adagrad with the default learning rate of Keras 3.

    ## What it means
    Older tutorials use `"adadelta"` without a learning rate, when the default was 1.0. The default
    of Keras 3 is 0.001 for both Adadelta and Adagrad: a thousandth and a tenth of what their papers
    use. The same code now learns slowly or apparently not at all.

    ## How it is measured
    The optimizer of the model is one of the two, its learning rate is 0.001, and the cell sets no
    rate. After training, nothing is reported if the loss is below `learned` (0.5) of that of the
    best constant prediction: then the rate was high enough.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(512, 10)
    y = (x[:, 0] > 0).astype(int)

    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adadelta", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=20)
    ```

    ## What the treatment does
    It sets the learning rate of the paper, or uses Adam, for which the default of 0.001 is right.

    ## When to ignore it
    When the slow rate is intended; set it with `learning_rate=0.001`, and nothing is reported.

    ## References
    Zeiler, "ADADELTA: an adaptive learning rate method", 2012; Duchi, Hazan and Singer, "Adaptive
    subgradient methods", 2011. Measured with Keras 3.15: Adadelta went from a loss of 1.1349 to
    1.1340 in 370 steps, and Adagrad to an accuracy of 0.49 where Adam has 0.99.
    """
    name = updates.optimizer
    if name not in USUAL_RATES:
        message = f"the default learning rate of `{name}` is right for it"
        raise DoesNotApplyError(message)
    # Rates are stored in single precision, where 0.001 is slightly more than 0.001.
    by_default = updates.rate_now is not None and figure(updates.rate_now) == figure(DEFAULT)
    if updates.scheduled or not by_default or not _names_no_rate(source, name):
        return
    if not _has_learned(loss, history, learned):
        yield _finding(updates)


def _names_no_rate(source: Source, name: str) -> bool:
    """Whether the cell creates this optimizer without a learning rate."""
    calls = source.calls_behind
    made = [call for call in calls if call.name == name]
    if made:
        return len(made) == 1 and made[0].argument("learning_rate", 0) is None
    given = [
        call.argument("optimizer", 0) for call in source.calls_behind if call.name == "compile"
    ]
    return any(one is not None and one.text.strip("\"'").lower() == name.lower() for one in given)


def _has_learned(loss: LossAtInit | None, history: History | None, learned: float) -> bool:
    values = history.values.get("loss", ()) if history is not None else ()
    if not values or loss is None or loss.baseline is None:
        return False
    return values[-1] - loss.penalty < learned * loss.baseline


def _finding(updates: Updates) -> Finding:
    name, usual = updates.optimizer, USUAL_RATES[updates.optimizer]
    moves = (
        f" One step changes a kernel by {figure(updates.ratio, 2)} of its norm."
        if updates.ratio is not None
        else ""
    )
    return Finding(
        title=f"The default learning rate of `{name}` is too low",
        says=(
            f"The cell sets no learning rate, and the default of Keras 3 for `{name}` is 0.001; "
            f"{usual} is usual for it.{moves}"
        ),
        where=Where(call="compile", argument="optimizer"),
        measured={"learning rate": DEFAULT},
        expected={"learning rate": float(usual)},
        facts=_Facts(optimizer=name),
    )


@slow_optimizer_default.treatment("Set the usual learning rate", effect="training")
def set_the_usual_rate(finding: Finding, cell: Cell) -> Cell | str:
    """Set the learning rate that the paper of this optimizer uses."""
    name = facts_of(finding, _Facts).optimizer
    rate = USUAL_RATES[name]
    try:
        return with_rate(cell, name, rate)
    except CannotEditError:
        return f"Compile the model with `{name}(learning_rate={rate})`."


@slow_optimizer_default.treatment("Use Adam", effect="training")
def use_adam(_finding: Finding, cell: Cell) -> Cell | str:
    """Compile with Adam, for which the default learning rate is right."""
    if len(cell.calls_of("compile")) != 1:
        return 'Compile the model with `optimizer="adam"`.'
    return cell.with_argument("compile", "optimizer", '"adam"', position=0)
