"""Predictions that are made in training mode."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.called_in_training import CalledInTraining
from nbdoctor.rules.figures import listed
from nbdoctor.rules.rule import Finding, Where, rule


@rule(
    family="model",
    severity="warning",
    kind="proof",
    holds="No trained model is called with `training=True` to predict",
)
def predicted_in_training_mode(called: CalledInTraining, /) -> Iterator[Finding]:
    """Predictions that are made in training mode.

    ## What it means
    With `training=True` dropout sets values to 0 at random, batch normalisation normalises by the
    rows at hand and goes on to learn from them, and augmentation changes the inputs. Predictions
    are noisy then, and depend on which rows are predicted together.

    ## How it is measured
    The cell calls a trained model by its name with `training=True` on rows of data, once and not as
    a part of a loop, a function or a tape, and the model has layers that act otherwise in training.
    There is no threshold.

    ## Example
    ```python
    model.fit(x_train, y_train, epochs=10)
    predictions = model(x_test, training=True)
    ```

    ## What the treatment does
    It says how to predict.

    ## When to ignore it
    When predictions are to be drawn at random, as in Monte Carlo dropout; that takes a loop.

    ## References
    Keras documentation, "`training` argument of `call`".
    """
    yield Finding(
        title="Predictions are made in training mode",
        says=f"`{called.text}` calls the trained model in training mode, in which "
        f"{listed(called.layers)} {'acts' if len(called.layers) == 1 else 'act'} otherwise than in "
        "`predict`.",
        where=Where(line=called.line),
        measured={"training": "True"},
        expected={"training": "False"},
    )


@predicted_in_training_mode.treatment("Predict in inference mode", effect="advice")
def predict_in_inference_mode(_finding: Finding, _cell: Cell) -> str:
    """Call the model as `predict` does."""
    return "Write `model(x_test, training=False)`, or `model.predict(x_test)`."
