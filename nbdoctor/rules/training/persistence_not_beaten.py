"""A forecast that is no better than repeating the newest value."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.persistence import Persistence
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="The forecast is better than repeating the newest value",
    explains=("overfit-to-training",),
)
def persistence_not_beaten(
    persistence: Persistence, /, *, gain: float = 0.02, informative: float = 0.5
) -> Iterator[Finding]:
    """A forecast that is no better than repeating the newest value.

    ## What it means
    In many series (prices, temperatures, loads) the next value is close to the last one. A model
    that repeats its newest input then reaches a high R² and a plot that looks right, only one step
    late, and has learned nothing about the future. For a random walk nothing better exists.

    ## How it is measured
    The targets are recognised as later values of an input column: nine of ten are found again in
    it, or the last step of a sequence correlates with them by more than 0.9. The error of the
    newest value as the forecast is computed on the validation rows, or on the training rows where
    there are none, and compared with the error that the last epoch logged for the same rows. The
    model has to be better by `gain` (0.02) of it. Nothing is reported where the newest value
    explains less than `informative` (0.5) of the variance: there it is no natural yardstick.

    ## Example
    ```python
    price = np.cumsum(np.random.normal(size=1000))  # a random walk
    x = np.stack([price[i:i + 8] for i in range(992)])[..., None]
    y = price[8:]
    model.fit(x[:800], y[:800], validation_data=(x[800:], y[800:]), epochs=20)
    ```

    ## What the treatment does
    It says what to predict, and what to compare with.

    ## When to ignore it
    When the forecast is needed for its uncertainty or for another horizon than one step.

    ## References
    Hyndman and Athanasopoulos, "Forecasting: principles and practice", section on simple
    forecasting methods.
    """
    if persistence.repeated > (1 - informative) * persistence.constant:
        message = "the newest value is a poor forecast itself"
        raise DoesNotApplyError(message)
    if persistence.model < (1 - gain) * persistence.repeated:
        return
    column = f" ({persistence.column})" if persistence.column else ""
    yield Finding(
        title="The forecast is no better than repeating the newest value",
        says=f"The targets are later values of an input. On {persistence.rows:,} "
        f"{persistence.judged} rows the model has a {persistence.measure} of "
        f"{figure(persistence.model)}; repeating the newest value{column} of each row has "
        f"{figure(persistence.repeated)}.",
        where=Where(call="fit", argument="y"),
        measured={f"{persistence.measure} of the model": persistence.model},
        expected={f"{persistence.measure} of the model": f"below {figure(persistence.repeated)}"},
    )


@persistence_not_beaten.treatment("Predict the change", effect="judgement")
def predict_the_change(_finding: Finding, _cell: Cell) -> str:
    """Give the model only what the newest value does not say."""
    return (
        "Train on the difference to the newest value and add it back afterwards, and always report "
        "the error of repeating the newest value beside that of the model. If the differences "
        "cannot be predicted either, the inputs say nothing about the future of this series."
    )
