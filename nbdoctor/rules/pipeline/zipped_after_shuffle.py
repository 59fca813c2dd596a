"""Inputs and labels that are shuffled apart before they are zipped."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.backend.pipelines import Stage
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.stages import Stages
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="pipeline",
    severity="critical",
    kind="proof",
    holds="Inputs and labels are not shuffled apart before they are zipped",
    explains=(
        "contradicted-labels",
        "signal-not-found",
        "baseline-not-beaten",
        "overfit-to-training",
        "constant-predictions",
        "majority-class-only",
        "too-few-steps",
        "learning-rate-too-low",
    ),
    parts=("pipeline",),
)
def zipped_after_shuffle(stages: Stages, /) -> Iterator[Finding]:
    """Inputs and labels that are shuffled apart before they are zipped.

    ## What it means
    `zip` pairs the first element of one dataset with the first of the other, and so on. If one of
    them is shuffled before, or both are shuffled by themselves, most inputs get the label of
    another row, in each epoch another one. There is nothing to learn, and no error is raised.

    ## How it is measured
    The live datasets given to `fit` are followed back to their sources. A `zip` of single tensors
    is reported if a `shuffle` stands in front of one part that does not stand in front of the
    others. Shuffles with the same buffer and the same seed deal alike and are not reported, nor
    are models with a training step of their own, whose second part need not be labels.

    ## Example
    ```python
    inputs = tf.data.Dataset.from_tensor_slices(x).shuffle(1000)
    labels = tf.data.Dataset.from_tensor_slices(y).shuffle(1000)
    model.fit(tf.data.Dataset.zip((inputs, labels)).batch(32), epochs=5)
    ```

    ## What the treatment does
    It says to zip first, and to shuffle the pairs.

    ## When to ignore it
    When the parts are meant to be paired at random.

    ## References
    TensorFlow documentation, `tf.data.Dataset.zip` and `tf.data.Dataset.shuffle`.
    """
    if not stages.has_labels:
        message = "the training step is not Keras's own, so the pairs need not be rows and labels"
        raise DoesNotApplyError(message)
    for stage in stages.all:
        apart = _apart(stage)
        if apart:
            yield _finding(stage, apart)
            return


def _apart(stage: Stage) -> list[Stage]:
    """Shuffles before a zip that do not stand before all of its parts."""
    if stage.kind != "Zip" or len(stage.inputs) < 2 or any(one.parts > 1 for one in stage.inputs):  # noqa: PLR2004
        return []
    dealt = [[one for one in part.walk() if one.kind == "Shuffle"] for part in stage.inputs]
    hands = [[_hand(one) for one in part] for part in dealt]
    if all(hand == hands[0] for hand in hands):
        return []
    return [one for part in dealt for one in part]


def _hand(shuffle: Stage) -> tuple[int, ...]:
    """What two shuffles that deal alike have in common; without a seed, only the stage itself."""
    options = shuffle.options
    seeds = options.get("seed", 0), options.get("seed2", 0)
    return (*seeds, options.get("buffer_size", 0)) if any(seeds) else (shuffle.key,)


def _finding(stage: Stage, apart: list[Stage]) -> Finding:
    lines = [one.line for one in apart if one.line is not None]
    where = " and ".join(f"line {line}" for line in dict.fromkeys(lines))
    count = len(apart)
    shuffles = "a `shuffle`" if count == 1 else f"{count} separate `shuffle`s"
    return Finding(
        title="Inputs and labels are shuffled apart before they are zipped",
        says=(
            f"`zip` pairs {len(stage.inputs)} datasets by place, and {shuffles} "
            f"{f'on {where} ' if where else ''}put their elements in different orders before: "
            "most inputs get the label of another row."
        ),
        where=Where(call="shuffle", line=lines[0] if lines else stage.line),
        measured={"shuffles in front of single parts of the zip": count},
        expected={"shuffles in front of single parts of the zip": 0},
    )


@zipped_after_shuffle.treatment("Zip first, then shuffle", effect="advice")
def zip_first(_finding: Finding, _cell: Cell) -> str:
    """Shuffle pairs instead of their parts."""
    return "Use `tf.data.Dataset.zip((inputs, labels)).shuffle(...)`, without a `shuffle` before."
