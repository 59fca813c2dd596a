"""A trained model that simple models are clearly better than."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import CLOSE, Attained
from nbdoctor.rules.figures import score_figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, rule


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="The trained model reaches what simple models reach on the same rows",
    explains=("baseline-not-beaten", "majority-class-only"),
)
def below_simple_models(attained: Attained, /) -> Iterator[Finding]:
    """Simple models are clearly better than the trained model on the same rows.

    ## What it means
    A network can learn what a linear model, nearest neighbours or a few trees learn. Where it stays
    far below them, something is wrong: in the data as the network gets it, the loss, the training
    or the model. This is a symptom. If a cause was found, it is listed under that; if none was, it
    says so, and the model is not called healthy.

    ## How it is measured
    After training, rows are predicted: the validation rows, or training rows where these are fewer
    than 20, or both together where the training rows are, too. Predictions and labels give a score
    on one scale, on which 0 is the best constant prediction and 1 is perfect; the loss and the
    metrics of the cell take no part. For two classes it is the geometric mean of twice the area
    under the ROC curve less one and twice the balanced accuracy less one, for more classes the
    balanced accuracy less that of guessing, for numbers R².

    Three simple models are fitted to training rows and scored alike, on rows that they have not
    seen; of fewer than 100 rows that judge and train a tenth is left out at a time. The best of
    them must reach 0.5: below that, on pictures and texts as a rule, they prove nothing. The
    trained model must lie below it by at least 0.15, and by more than chance explains in so few
    rows: three over the root of their number (of uneven classes as many count as of even ones would
    tell as much).

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(1000, 10)
    y = (x[:, 0] > 0).astype(int)

    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adadelta", "binary_crossentropy")
    model.fit(x, y)
    ```

    ## What the treatment does
    It names what to check first. Nothing is patched, because the cause is not known.

    ## When to ignore it
    When the model is meant to be worse, as a first try is, or when training goes on in another
    cell. Without validation rows the model is scored on rows that it was trained on: a gap there
    proves that something is wrong, but a model without one may still fail on new rows.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 11.2: establish a baseline
    first. Of 55 programs whose reference training was run, the limits above agreed with it in 51;
    healthy programs lay at most 0.08 below their reference, sick ones at least 0.17.
    """
    if attained.ceiling is None:
        raise DoesNotApplyError(attained.why_no_ceiling or "no simple model fits these rows")
    if not attained.tells:
        message = (
            f"simple models reach {score_figure(attained.ceiling)} only, which proves nothing of "
            "the model"
        )
        raise DoesNotApplyError(message)
    if attained.has_gap:
        yield _finding(attained, attained.ceiling)


def _finding(attained: Attained, ceiling: float) -> Finding:
    own, best = score_figure(attained.score), score_figure(ceiling)
    return Finding(
        title=f"Something is wrong: simple models reach {best} on these rows, this one {own}",
        says=(
            f"On {attained.where} the trained model has a score of {own}, and the best simple "
            f"model ({attained.best}) {best}; 0 is the best constant prediction, 1 is perfect."
        ),
        measured={"score of the trained model": attained.score},
        expected={"score of the trained model": f"at least {score_figure(ceiling - CLOSE)}"},
    )


@below_simple_models.treatment("Look for the cause", effect="advice")
def look_for_the_cause(_finding: Finding, _cell: Cell) -> str:
    """Check what lies between the rows and the loss: simple models do without it."""
    return (
        "The rows hold what is to be learned, since simple models see it. Check what the network "
        "gets of them (scaling, order, pairing with the labels), then the loss and the output "
        "layer, then learning rate and length of the training."
    )
