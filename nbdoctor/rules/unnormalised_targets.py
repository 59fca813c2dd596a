"""Rows of targets that do not sum to 1 under categorical cross-entropy."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

LOSS = "categorical_crossentropy"


@rule(
    family="labels",
    severity="warning",
    kind="proof",
    holds="Each row of targets sums to 1 under categorical cross-entropy",
    explains=("loss-starts-high",),
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
    Categorical cross-entropy reads a row of targets as the probabilities of the classes. It
    multiplies the loss and the gradient of a row by the sum of its targets. Counts or scores in
    their place make some rows weigh many times as much as others, and the loss no longer says how
    good the predictions are.

    ## How it is measured
    The largest sum of a row of targets differs from 1 by more than `tolerance` (0.001), which
    allows for rounding. Rows of 0 and 1 with several 1s are another matter and not reported here,
    nor are rows with a single entry: there the number is a weight of the row, as in policy
    gradients.

    ## Example
    ```python
    votes = np.random.randint(0, 5, size=(512, 3)).astype("float32")
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "categorical_crossentropy")
    model.fit(inputs, votes)
    ```

    ## What the treatment does
    It says how the rows become probabilities.

    ## When to ignore it
    When a row is meant to weigh as much as it has votes.

    ## References
    Keras documentation, "CategoricalCrossentropy".
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or output.loss != LOSS or target.row_sum_maximum is None:
            continue
        judged = True
        if _is_distribution(target) and abs(target.row_sum_maximum - 1) > tolerance:
            yield _finding(target, output)
    if not judged:
        message = "no output has a categorical cross-entropy with a column for each class"
        raise DoesNotApplyError(message)


def _is_distribution(target: Target) -> bool:
    """Several columns of a row share it: neither one class, nor a set of classes."""
    several = target.most_filled is not None and target.most_filled > 1
    return several and target.encoding in {"continuous", "ids"}


def _finding(target: Target, output: Output) -> Finding:
    named = target.named("The target")
    low, high = target.row_sum_minimum or 0.0, target.row_sum_maximum or 0.0
    sums = figure(low) if low == high else f"{figure(low)} to {figure(high)}"
    return Finding(
        title="Rows of targets do not sum to 1",
        says=(
            f"{named} has rows that sum to {sums}, and `{LOSS}` reads them as probabilities: it "
            "multiplies the loss of each row by its sum."
        ),
        where=Where(variable=target.variable, call="fit", argument="y"),
        measured={"smallest sum of a row": low, "largest sum of a row": high},
        expected={"smallest sum of a row": 1.0, "largest sum of a row": 1.0},
    )


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
        f"Use `{name} / {name}.sum(axis=-1, keepdims=True)` for training, validation and test "
        "alike, where no row is all zero."
    )
