"""An optimizer left at a default rate that is low for it."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import CannotEditError, Cell
from nbdoctor.capture.rate import with_rate
from nbdoctor.probes.history import History
from nbdoctor.probes.loss_at_init import LossAtInit
from nbdoctor.probes.source import Source
from nbdoctor.probes.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

USUAL_RATES = {"Adadelta": "1.0", "Adagrad": "0.01"}
"""The rates of the papers, and of Keras before version 2.4."""

DEFAULT = 0.001
"""What Keras 3 takes for both."""


@rule(
    family="training",
    severity="warning",
    kind="proof",
    holds="No optimizer is left at a default rate that is low for it",
    explains=(
        "learning-rate-too-low",
        "baseline-not-beaten",
        "too-few-steps",
    ),
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
    """Adadelta or Adagrad with the default rate of Keras 3.

    ## What it means
    Older tutorials use `"adadelta"` without a rate, which then meant 1.0. Keras 3 takes 0.001 for
    both Adadelta and Adagrad: a thousandth and a tenth of what their papers use. The same program
    now learns slowly or seems not to learn at all.

    ## How it is measured
    The optimizer of the model is one of the two, its rate is 0.001, and the cell names it without
    giving a rate. After training the rule is silent where the loss came below `learned` (0.5) of
    that of the best constant: then the rate was enough.

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
    It writes the rate of the paper, or takes Adam, whose default of 0.001 is right for it.

    ## When to ignore it
    When the slow rate is what you want; give it as `learning_rate=0.001`, and the rule is silent.

    ## References
    Zeiler, "ADADELTA: an adaptive learning rate method", 2012; Duchi, Hazan and Singer, "Adaptive
    subgradient methods", 2011. Measured with Keras 3.15: Adadelta went from a loss of 1.1349 to
    1.1340 in 370 steps, and Adagrad to an accuracy of 0.49 where Adam has 0.99.
    """
    name = updates.optimizer
    if name not in USUAL_RATES:
        message = f"the default rate of `{name}` is right for it"
        raise DoesNotApplyError(message)
    # Rates are kept in single precision, where 0.001 is a little more than 0.001.
    by_default = updates.rate_now is not None and figure(updates.rate_now) == figure(DEFAULT)
    if updates.scheduled or not by_default or not _names_no_rate(source, name):
        return
    if not _has_learned(loss, history, learned):
        yield _finding(updates)


def _names_no_rate(source: Source, name: str) -> bool:
    """Whether the cell itself makes this optimizer, and leaves the rate to Keras."""
    made = [call for call in source.calls if call.name == name]
    if made:
        return len(made) == 1 and made[0].argument("learning_rate", 0) is None
    given = [call.argument("optimizer", 0) for call in source.calls if call.name == "compile"]
    return any(one is not None and one.text.strip("\"'").lower() == name.lower() for one in given)


def _has_learned(loss: LossAtInit | None, history: History | None, learned: float) -> bool:
    values = history.values.get("loss", ()) if history is not None else ()
    if not values or loss is None or loss.baseline is None:
        return False
    return values[-1] - loss.penalty < learned * loss.baseline


def _finding(updates: Updates) -> Finding:
    name, usual = updates.optimizer, USUAL_RATES[updates.optimizer]
    moves = (
        f" One step changes a kernel by {figure(updates.ratio, 2)} of its size."
        if updates.ratio is not None
        else ""
    )
    return Finding(
        title=f"`{name}` runs at a default rate that is low for it",
        says=(
            f"No rate is given, and Keras 3 takes 0.001 for `{name}`; {usual} is usual for it."
            f"{moves}"
        ),
        where=Where(call="compile", argument="optimizer"),
        measured={"optimizer": name, "learning rate": DEFAULT},
        expected={"learning rate": float(usual)},
    )


@slow_optimizer_default.treatment("Give the usual rate", effect="training")
def give_the_usual_rate(finding: Finding, cell: Cell) -> Cell | str:
    """Write the learning rate that the paper of this optimizer uses."""
    name = str(finding.measured["optimizer"])
    rate = USUAL_RATES[name]
    try:
        return with_rate(cell, name, rate)
    except CannotEditError:
        return f"Compile the model with `{name}(learning_rate={rate})`."


@slow_optimizer_default.treatment("Take Adam", effect="training")
def take_adam(_finding: Finding, cell: Cell) -> Cell | str:
    """Compile with Adam, whose default rate suits it."""
    if len(cell.calls_of("compile")) != 1:
        return 'Compile the model with `optimizer="adam"`.'
    return cell.with_argument("compile", "optimizer", '"adam"', position=0)
