"""Rows of targets that do not sum to 1 under categorical cross-entropy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head, with_loss
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

LOSSES = {"categorical_crossentropy", "categorical_focal_crossentropy", "kl_divergence"}
"""Losses that read a row of labels as the probabilities of the classes."""

AMOUNTS = 1.2
"""Largest over smallest sum of a row: numbers whose sums differ more are hardly shares of one
whole, as per cent are, but may be amounts, which a softmax cannot put out."""


@dataclass(frozen=True, slots=True)
class _Facts:
    layer: str
    are_amounts: bool


@rule(
    family="labels",
    severity="warning",
    kind="proof",
    holds="Each row of targets sums to 1 under categorical cross-entropy",
    explains=("loss-starts-high",),
    parts=("labels", "loss"),
)
def unnormalised_targets(
    labels: Labels,
    head: Head,
    /,
    *,
    tolerance: float = 1e-3,
) -> Iterator[Finding]:
    """Rows of targets that do not sum to 1 under categorical cross-entropy.

    ## What it means
    Categorical cross-entropy reads a row of targets as the probabilities of the classes. The
    sum of the targets scales the loss and the gradient of the row. With counts or scores instead
    of probabilities, some rows have many times the weight of others, and the loss no longer
    measures how good the predictions are.

    ## How it is measured
    The largest sum of a row of targets differs from 1 by more than `tolerance` (0.001), which
    allows for rounding. Multi-hot rows are not reported here (see `softmax-for-multilabel`), nor
    are rows with a single nonzero entry: there the number is a weight of the row, as in policy
    gradients.

    ## Example
    ```python
    votes = np.random.randint(0, 5, size=(512, 3)).astype("float32")
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "categorical_crossentropy")
    model.fit(inputs, votes)
    ```

    ## What the treatment does
    It divides each row by its sum. Where the sums of rows of fractional numbers differ by a fifth
    or more, the numbers may be amounts that are to be predicted themselves: then the last layer
    and the loss are changed for that first.

    ## When to ignore it
    When the sum of a row, such as its number of votes, is meant as its weight.

    ## References
    Keras documentation, "CategoricalCrossentropy".
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or output.loss not in LOSSES or target.row_sum_maximum is None:
            continue
        judged = True
        if _is_distribution(target) and abs(target.row_sum_maximum - 1) > tolerance:
            yield _finding(target, output)
    if not judged:
        message = "no output has categorical cross-entropy with one label column per class"
        raise DoesNotApplyError(message)


def _is_distribution(target: Target) -> bool:
    """Whether several columns of a row are filled, but it is not a set of classes."""
    several = target.most_filled is not None and target.most_filled > 1
    return several and target.encoding in {"continuous", "ids"}


def _finding(target: Target, output: Output) -> Finding:
    named = target.named("The target")
    are_amounts = target.encoding == "continuous"
    low, high = target.row_sum_minimum or 0.0, target.row_sum_maximum or 0.0
    sums = figure(low) if low == high else f"{figure(low)} to {figure(high)}"
    return Finding(
        title="Rows of targets do not sum to 1",
        says=(
            f"{named} has rows that sum to {sums}, and `{output.loss}` reads them as "
            "probabilities: the sum scales the loss of each row."
        ),
        where=Where(variable=target.variable, call="fit", argument="y"),
        measured={"smallest sum of a row": low, "largest sum of a row": high},
        expected={"smallest sum of a row": 1.0, "largest sum of a row": 1.0},
        facts=_Facts(output.layer, are_amounts and not low <= high <= AMOUNTS * low),
    )


@unnormalised_targets.treatment("Predict the amounts themselves", effect="training")
def predict_the_amounts(finding: Finding, cell: Cell) -> Cell | None:
    """Use squared error and no activation, where the targets are no shares of one whole."""
    facts = facts_of(finding, _Facts)
    if not facts.are_amounts:
        return None
    return with_head(with_loss(cell, "mean_squared_error"), facts.layer, activation="linear")


@unnormalised_targets.treatment("Divide each row by its sum", effect="training")
def divide_each_row_by_its_sum(finding: Finding, cell: Cell) -> Cell | str:
    """Divide each row of the targets by its sum, so that it holds probabilities."""
    name = finding.where.variable or "y"
    divided = f"{name} / {name}.sum(axis=-1, keepdims=True)"
    fits = cell.calls_of("fit")
    given = fits[0].argument("y", 1) if len(fits) == 1 else None
    known = given is not None and given.text in {name, divided}
    if known and not fits[0].argument("validation_data"):
        return cell.with_argument("fit", "y", divided, position=1)
    return (
        f"Use `{name} / {name}.sum(axis=-1, keepdims=True)` for training, validation and test. "
        "No row may be all zero."
    )
