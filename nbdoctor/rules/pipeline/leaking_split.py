"""A split of a dataset that is reshuffled in every epoch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.backend.pipelines import Stage
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.chains import Chain, Operation
from nbdoctor.readings.source import Source
from nbdoctor.readings.stages import Stages, changes_order
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

PARTS = frozenset({"take", "skip"})
CUTS = frozenset({"Take", "Skip", "Shard"})


@dataclass(frozen=True, slots=True)
class _Facts:
    one_shuffle: bool


@rule(
    family="pipeline",
    severity="critical",
    kind="proof",
    holds="Training and validation data are split once",
    explains=("validation-looks-better", "leaked-validation-rows"),
)
def leaking_split(source: Source | None, stages: Stages | None = None, /) -> Iterator[Finding]:
    """A split of a dataset that is reshuffled in every epoch.

    ## What it means
    `shuffle` of a dataset reshuffles in every iteration by default. `take` and `skip` after it
    return different rows in every epoch: from the second epoch on, training has seen validation
    rows, and the validation score approaches the training score.

    ## How it is measured
    The live datasets passed to `fit` are followed back to their sources; on other backends the
    text of the cell is. Training and validation data are two different parts (`take`, `skip`,
    `shard`) of one dataset, a `shuffle` stands before the cut, and neither
    `reshuffle_each_iteration=False` nor a `cache` in between fixes the order. Two parts that are
    cut from two shuffles of one source are reported as well, unless both have the same seed and
    deal once.

    ## Example
    ```python
    rows = tf.data.Dataset.from_tensor_slices((inputs, labels)).shuffle(1000)
    train, held_back = rows.take(800).batch(32), rows.skip(800).batch(32)
    model.fit(train, validation_data=held_back, epochs=10)
    ```

    ## What the treatment does
    With `reshuffle_each_iteration=False` the dataset is shuffled only once, before splitting. A
    second `shuffle` after `take` reshuffles the training rows in each epoch.

    ## When to ignore it
    Never.

    ## References
    TensorFlow documentation, `tf.data.Dataset.shuffle`.
    """
    if stages is not None:
        if stages.training is None or stages.validation is None:
            message = "training and validation data are not both datasets"
            raise DoesNotApplyError(message)
        yield from _in_stages(stages.training, stages.validation)
        return
    if source is None or not source.training_chain or not source.validation_chain:
        message = "the cell does not show how training and validation datasets are created"
        raise DoesNotApplyError(message)
    shuffle = _shared_shuffle(source.training_chain, source.validation_chain)
    if shuffle is not None:
        yield _finding(shuffle.text, shuffle.line)


def _in_stages(training: Stage, validation: Stage) -> Iterator[Finding]:
    """Compare the cuts of both, the last ones first."""
    for ours in _cuts(training):
        for theirs in _cuts(validation):
            if ours.key == theirs.key:
                continue  # what both have in common
            shuffle = changes_order(ours.inputs[0])
            if ours.inputs[0].key == theirs.inputs[0].key:
                if shuffle is not None:
                    yield _finding(_size(shuffle), shuffle.line)
                    return
                continue
            if _dealt_apart(ours, theirs):
                yield _of_two(ours, theirs)
                return


def _cuts(last: Stage) -> list[Stage]:
    return [one for one in last.walk() if one.kind in CUTS]


def _dealt_apart(ours: Stage, theirs: Stage) -> bool:
    """Whether two cuts were made of one source that was shuffled in two ways."""
    sources = [[one.key for one in cut.walk() if not one.inputs] for cut in (ours, theirs)]
    if sources[0] != sources[1]:
        return False
    dealt = [[one for one in cut.walk() if one.kind == "Shuffle"] for cut in (ours, theirs)]
    hands = [[_hand(one) for one in part] for part in dealt]
    return bool(dealt[0] or dealt[1]) and hands[0] != hands[1]


def _hand(shuffle: Stage) -> tuple[int, ...]:
    """The same for shuffles that deal alike, once and for all."""
    options = shuffle.options
    seeds = options.get("seed", 0), options.get("seed2", 0)
    if any(seeds) and not options.get("reshuffle", 1):
        return (*seeds, options.get("buffer_size", 0))
    return (shuffle.key,)


def _size(shuffle: Stage) -> str:
    size = shuffle.options.get("buffer_size")
    return "" if size is None else str(size)


def _shared_shuffle(training: Chain, validation: Chain) -> Operation | None:
    """Return the `shuffle` before the split of both, None where it is fixed or there is none."""
    common = 0
    shortest = min(len(training), len(validation))
    while common < shortest and training[common] == validation[common]:
        common += 1
    if not (_is_part(training[common:]) and _is_part(validation[common:])):
        return None
    shared = training[:common]
    for place in range(common - 1, -1, -1):
        if shared[place].name == "cache":
            return None
        if shared[place].name == "shuffle":
            return None if shared[place].stays else shared[place]
    return None


def _is_part(rest: Chain) -> bool:
    return bool(rest) and rest[0].name in PARTS


def _finding(text: str, line: int | None) -> Finding:
    return Finding(
        title="The split is reshuffled in every epoch",
        says=f"Training and validation data are cut from one dataset after one `shuffle({text})`. "
        "It reshuffles in every epoch, so validation rows become training rows.",
        where=Where(call="shuffle", line=line),
        measured={"reshuffle_each_iteration": "True"},
        expected={"reshuffle_each_iteration": "False"},
        facts=_Facts(one_shuffle=True),
    )


def _of_two(ours: Stage, theirs: Stage) -> Finding:
    """Of parts that were cut from one source, each after a shuffle of its own."""
    lines = [one.line for one in (ours, theirs) if one.line is not None]
    where = f" (lines {lines[0]} and {lines[1]})" if len(set(lines)) > 1 else ""
    return Finding(
        title="Training and validation are cut from two different shuffles",
        says=f"Both parts{where} come from one source that was put in two different orders before "
        "they were cut, so that validation rows are training rows as well.",
        where=Where(call="shuffle", line=lines[-1] if lines else None),
        measured={"orders of the source before the cut": 2},
        expected={"orders of the source before the cut": 1},
        facts=_Facts(one_shuffle=False),
    )


@leaking_split.treatment("Shuffle once, before splitting", effect="training")
def shuffle_once(finding: Finding, cell: Cell) -> Cell | str:
    """Shuffle only once, so that both parts keep their rows."""
    if not facts_of(finding, _Facts).one_shuffle:
        return "Shuffle once with `reshuffle_each_iteration=False`, and cut both parts from that."
    return cell.with_argument(
        "shuffle", "reshuffle_each_iteration", "False", position=2, line=finding.where.line
    )
