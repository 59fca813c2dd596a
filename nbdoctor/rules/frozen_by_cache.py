"""A shuffle that a cache behind it freezes."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.fit import Fit
from nbdoctor.probes.source import Source
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="pipeline",
    severity="warning",
    kind="proof",
    holds="Shuffles are not frozen by a cache behind them",
    explains=("overfit-to-training",),
)
def frozen_by_cache(source: Source, fit: Fit, /) -> Iterator[Finding]:
    """A shuffle that a cache behind it freezes.

    ## What it means
    `cache` keeps what comes out of the steps before it in the first epoch and gives the same in
    every further one. A `shuffle` before it is dealt once: every epoch sees the same batches in
    the same order. The same happens to random changes of the rows.

    ## How it is measured
    It is read from the cell: on the way to `fit` a `cache` follows a `shuffle`, no shuffle comes
    after it, and more than one epoch is planned.

    ## Example
    ```python
    data = rows.shuffle(1000).batch(32).cache()
    model.fit(data, epochs=10)
    ```

    ## What the treatment does
    It says the usual order: what is the same in each epoch, then `cache`, then `shuffle` and
    random changes, then `batch`.

    ## When to ignore it
    When the rows have to come in the same order in each epoch.

    ## References
    TensorFlow guide, "Better performance with the tf.data API", section on caching.
    """
    names = [operation.name for operation in source.training_chain]
    if "cache" not in names:
        message = "no cached dataset is made in this cell"
        raise DoesNotApplyError(message)
    cached = len(names) - 1 - names[::-1].index("cache")
    frozen = "shuffle" in names[:cached] and "shuffle" not in names[cached:]
    if frozen and fit.epochs - fit.initial_epoch > 1:
        shuffle = source.training_chain[names.index("shuffle")]
        yield Finding(
            title="The cache freezes the shuffle before it",
            says=f"`shuffle({shuffle.text})` stands before `cache`, which keeps the batches of the "
            f"first epoch: all {fit.epochs - fit.initial_epoch} epochs see the rows in one order.",
            where=Where(call="cache", line=source.training_chain[cached].line),
            measured={"shuffles behind the cache": 0},
            expected={"shuffles behind the cache": 1},
        )


@frozen_by_cache.treatment("Shuffle behind the cache", effect="judgement")
def shuffle_behind_the_cache(_finding: Finding, _cell: Cell) -> str:
    """Move `cache` in front of what is to differ from epoch to epoch."""
    return "Write `.cache().shuffle(...).batch(...)`, with random changes of rows behind `cache`."
