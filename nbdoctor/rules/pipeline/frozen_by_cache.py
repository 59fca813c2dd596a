"""A `cache()` after `shuffle()`, which fixes the order of the rows."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.backend.pipelines import Stage
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.source import Source
from nbdoctor.readings.stages import Stages
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="pipeline",
    severity="warning",
    kind="proof",
    holds="No `cache()` after `shuffle()` fixes the order of the rows",
    explains=("overfit-to-training",),
)
def frozen_by_cache(
    source: Source | None, fit: Fit, stages: Stages | None = None, /
) -> Iterator[Finding]:
    """A `cache()` after `shuffle()` or random changes, which fixes them for all epochs.

    ## What it means
    `cache` stores the results of the steps before it in the first epoch and returns the same in
    all further epochs. A `shuffle` before it is done only once: every epoch has the same batches
    in the same order. The same applies to random augmentation before `cache`.

    ## How it is measured
    The live dataset is followed back to its source; on other backends the text of the cell is. On
    the way to `fit` there is a `cache` after a `shuffle` and no `shuffle` after the `cache`, or a
    `cache` after a `map` whose traced function draws random numbers, and more than one epoch is
    planned. A fixed order alone is a note.

    ## Example
    ```python
    data = rows.shuffle(1000).batch(32).cache()
    model.fit(data, epochs=10)
    ```

    ## What the treatment does
    It shows the usual order: deterministic steps, then `cache`, then `shuffle` and random
    augmentation, then `batch`.

    ## When to ignore it
    When every epoch should have the same order.

    ## References
    TensorFlow guide, "Better performance with the tf.data API", section on caching.
    """
    epochs = fit.epochs - fit.initial_epoch
    if stages is not None and stages.training is not None:
        yield from _in_stages(stages.training, epochs)
        return
    names = [operation.name for operation in source.training_chain] if source is not None else []
    if source is None or "cache" not in names:
        message = "no cached dataset is created in this cell"
        raise DoesNotApplyError(message)
    cached = len(names) - 1 - names[::-1].index("cache")
    frozen = "shuffle" in names[:cached] and "shuffle" not in names[cached:]
    if frozen and epochs > 1:
        shuffle = source.training_chain[names.index("shuffle")]
        yield _order(shuffle.text, source.training_chain[cached].line, epochs)


def _in_stages(last: Stage, epochs: int) -> Iterator[Finding]:
    caches = [one for one in last.walk() if one.kind == "Cache"]
    if not caches:
        message = "the dataset has no `cache`"
        raise DoesNotApplyError(message)
    cache = caches[0]
    before = list(cache.walk())
    keys = {one.key for one in before}
    again = any(one.kind == "Shuffle" for one in last.walk() if one.key not in keys)
    shuffles = [one for one in before if one.kind == "Shuffle"]
    random = [one for one in before if one.kind == "Map" and one.is_random]
    if epochs > 1 and random:
        yield _augmentation(random[0], cache.line, epochs)
    elif epochs > 1 and shuffles and not again:
        yield _order(str(shuffles[0].options.get("buffer_size", "")), cache.line, epochs)


def _order(text: str, line: int | None, epochs: int) -> Finding:
    return Finding(
        title="`cache()` after `shuffle()` fixes the order of the rows",
        says=f"`shuffle({text})` comes before `cache`, which stores the batches of the "
        f"first epoch: all {epochs} epochs have the same order.",
        where=Where(call="cache", line=line),
        measured={"shuffles after the cache": 0},
        expected={"shuffles after the cache": 1},
        severity="note",  # the same batches in each epoch seldom keep a model from learning
    )


def _augmentation(stage: Stage, line: int | None, epochs: int) -> Finding:
    by = f"`{stage.function}`" if stage.function.isidentifier() else "a function of yours"
    return Finding(
        title="`cache()` after random changes repeats the first ones",
        says=f"{by} draws random numbers in a `map` before `cache`, which stores the results of "
        f"the first epoch: all {epochs} epochs get the same random changes.",
        where=Where(call="cache", line=line),
        measured={"random steps before the cache": 1},
        expected={"random steps before the cache": 0},
    )


@frozen_by_cache.treatment("Shuffle after the cache", effect="judgement")
def shuffle_after_the_cache(_finding: Finding, _cell: Cell) -> str:
    """Move `cache` before the steps that should differ between epochs."""
    return "Use `.cache().shuffle(...).batch(...)`, with random augmentation after `cache`."
