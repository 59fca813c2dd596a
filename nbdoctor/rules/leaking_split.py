"""A split of a dataset that deals its rows anew in every epoch."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.chains import Chain, Operation
from nbdoctor.probes.source import Source
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

PARTS = frozenset({"take", "skip"})


@rule(
    family="pipeline",
    severity="critical",
    kind="proof",
    holds="Training and validation rows are dealt once",
    explains=("validation-looks-better", "leaked-validation-rows"),
)
def leaking_split(source: Source, /) -> Iterator[Finding]:
    """A split of a dataset that deals its rows anew in every epoch.

    ## What it means
    `shuffle` of a dataset shuffles anew each time the dataset is gone through. What `take` and
    `skip` cut off behind it are other rows in every epoch: after two epochs training has seen rows
    that validation is judged by, and the validation score approaches the training score.

    ## How it is measured
    It is read from the cell. The datasets given to `fit` for training and for validation go back
    to the same `shuffle`, one through `take` and one through `skip`, and neither
    `reshuffle_each_iteration=False` nor a `cache` in between holds the order.

    ## Example
    ```python
    rows = tf.data.Dataset.from_tensor_slices((inputs, labels)).shuffle(1000)
    train, held_back = rows.take(800).batch(32), rows.skip(800).batch(32)
    model.fit(train, validation_data=held_back, epochs=10)
    ```

    ## What the treatment does
    `reshuffle_each_iteration=False` lets the rows be dealt once. A second shuffle behind `take`
    mixes the training rows anew in each epoch.

    ## When to ignore it
    Never.

    ## References
    TensorFlow documentation, `tf.data.Dataset.shuffle`.
    """
    shuffle = _shared_shuffle(source.training_chain, source.validation_chain)
    if not source.training_chain or not source.validation_chain:
        message = "the cell does not show how training and validation datasets are made"
        raise DoesNotApplyError(message)
    if shuffle is not None:
        yield _finding(shuffle)


def _shared_shuffle(ours: Chain, theirs: Chain) -> Operation | None:
    """The shuffle from which both are cut off, where it deals anew."""
    common = 0
    while common < min(len(ours), len(theirs)) and ours[common] == theirs[common]:
        common += 1
    if not (_cut(ours[common:]) and _cut(theirs[common:])):
        return None
    shared = ours[:common]
    for place in range(common - 1, -1, -1):
        if shared[place].name == "cache":
            return None
        if shared[place].name == "shuffle":
            return None if shared[place].stays else shared[place]
    return None


def _cut(rest: Chain) -> bool:
    return bool(rest) and rest[0].name in PARTS


def _finding(shuffle: Operation) -> Finding:
    return Finding(
        title="The split deals its rows anew in every epoch",
        says=f"Training and validation are cut out of one `shuffle({shuffle.text})` by `take` and "
        "`skip`. It shuffles anew in every epoch, so rows of one become rows of the other.",
        where=Where(call="shuffle", line=shuffle.line),
        measured={"reshuffle_each_iteration": "True"},
        expected={"reshuffle_each_iteration": "False"},
    )


@leaking_split.treatment("Deal the rows once", effect="training")
def deal_once(finding: Finding, cell: Cell) -> Cell:
    """Shuffle once, so that the parts stay what they are."""
    return cell.with_argument(
        "shuffle", "reshuffle_each_iteration", "False", position=2, line=finding.where.line
    )
