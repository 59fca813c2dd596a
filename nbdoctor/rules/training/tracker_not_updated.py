"""A reported number that nothing updates."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.reported import Reported, ReportedValue
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Value, Where, rule


@rule(
    family="training",
    severity="warning",
    kind="proof",
    holds="Every number in the training log is updated by the training step",
)
def tracker_not_updated(reported: Reported, /) -> Iterator[Finding]:
    """A number in the training log that stays 0 because nothing updates its metric.

    ## What it means
    If a user-defined `train_step` returns the names of the model's metrics, `fit` does not show
    what the step returns: it asks these metrics for their results. A metric that no line updates
    has the result 0 in every epoch. `compile` makes one called "loss". The model learns all the
    same, but its loss cannot be read, and a callback that waits for it acts on zeros.

    ## How it is measured
    After training, a name is 0 in every epoch of the log, and the model holds a metric of this name
    whose state is still all 0. If validation has reset that state since, the value that the first
    step returned has to differ from 0. There is no threshold.

    ## Example
    ```python
    class Model(keras.Model):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((y - self(x, training=True)) ** 2)
            weights = self.trainable_variables
            self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
            return {"loss": loss}
    ```

    ## What the treatment does
    It says which lines to add.

    ## When to ignore it
    When nobody reads the number.

    ## References
    Keras guide, "Customizing what happens in `fit()` with TensorFlow"; `keras.Model`, `metrics`.
    """
    if not reported.own_step:
        message = "the training step is Keras's own, which updates its metrics"
        raise DoesNotApplyError(message)
    for value in reported.values:
        if _is_idle(value):
            yield _finding(value)


def _is_idle(value: ReportedValue) -> bool:
    zero = bool(value.epochs) and not any(value.epochs)
    return zero and bool(value.tracker) and (value.untouched or bool(value.returned))


def _finding(value: ReportedValue) -> Finding:
    epochs = "the only epoch" if len(value.epochs) == 1 else f"all {len(value.epochs)} epochs"
    measured: dict[str, Value] = {f"`{value.name}` in the log": 0}
    expected: dict[str, Value] = {f"`{value.name}` in the log": "the mean over the epoch"}
    returned = ""
    if value.returned:
        measured["returned by the first step"] = value.returned
        returned = f" The first step returned {figure(value.returned)}."
    return Finding(
        title=f"`{value.name}` is shown as 0, because nothing updates it",
        says=f"The log has `{value.name}` 0 in {epochs}: `fit` shows the result of the model's "
        f"metric of that name (`{value.tracker}`), and `train_step` does not update it.{returned}",
        where=Where(call="fit"),
        measured=measured,
        expected=expected,
    )


@tracker_not_updated.treatment("Update a metric and return its result", effect="advice")
def update_the_metric(_finding: Finding, _cell: Cell) -> str:
    """Keep a metric, update it in each step, and return what it says."""
    return (
        'Make a metric in `__init__`: `self.loss_metric = keras.metrics.Mean(name="loss")`. In '
        "`train_step` call `self.loss_metric.update_state(loss)` and return "
        '`{"loss": self.loss_metric.result()}`. Let the property `metrics` return '
        "`[self.loss_metric]`, so that it starts from 0 in each epoch."
    )
