"""A generator that runs out of batches before training ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.history import History
from nbdoctor.readings.source import Source
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Facts:
    batches: int


@rule(
    family="pipeline",
    severity="critical",
    kind="proof",
    holds="The generator has batches for every epoch",
    explains=(
        "progress-bar-at-zero",
        "overfit-to-training",
        "baseline-not-beaten",
        "too-few-steps",
        "validation-looks-better",
    ),
)
def exhausted_generator(history: History, fit: Fit, source: Source | None, /) -> Iterator[Finding]:
    """A generator that runs out of batches before training ends.

    ## What it means
    A Python generator can be iterated only once. Keras 3 reads its first two batches in advance
    and keeps them; when the generator has ended, every further epoch consists of these two alone.
    No exception is raised: later epochs are short, the model fits two batches, and learns nothing
    more from the rest.

    ## How it is measured
    The steps of `fit` are counted during training. The finding requires a second pass over the
    generator with fewer steps than the first: five batches and four epochs give 5, 2, 2 and 2
    steps. One epoch, and an infinite generator, give one pass. It is a warning if the generator
    ends in the last epoch: fewer steps than planned, but no epoch on two batches.

    ## Example
    ```python
    def batches():
        for start in range(0, len(inputs), 32):
            yield inputs[start : start + 32], labels[start : start + 32]

    model.fit(batches(), epochs=10)
    ```

    ## What the treatment does
    It shows the two usual solutions: `while True` around the loop together with
    `steps_per_epoch`, or passing the arrays, which `fit` batches and shuffles.

    ## When to ignore it
    Never: the epochs that follow train on two batches.

    ## References
    Keras source, `GeneratorDataAdapter` and `peek_and_restore`. Steps counted with Keras 3.15.
    """
    if not history.passes:
        message = "`fit` has no generator, or its steps were not counted"
        raise DoesNotApplyError(message)
    first, *later = history.passes
    all_epochs = history.epochs == fit.epochs - fit.initial_epoch
    if (later and min(later) < first) or (
        not later and all_epochs and first < (fit.steps_planned or 0)
    ):
        yield _finding(first, later, fit, source)


def _finding(first: int, later: list[int], fit: Fit, source: Source | None) -> Finding:
    name = source.fit_data if source is not None and source.fit_data else "The generator"
    shown = f"`{name}`" if name != "The generator" else name
    planned = f" of {fit.steps_planned:,} planned" if fit.steps_planned else ""
    batches = "batch" if first == 1 else "batches"
    after = (
        f"After that Keras repeated only {_first_batches(min(later))}, which it had kept: "
        f"{len(later)} more {'pass' if len(later) == 1 else 'passes'} with {_steps(later)} each."
        if later
        else "The last epoch ended early."
    )
    return Finding(
        title="The generator ran out of batches before training ended",
        says=f"{shown} had {first:,} {batches}{planned}. {after}",
        severity="critical" if later else "warning",
        where=Where(call="fit", argument="x", line=source.yield_line if source else None),
        measured={
            "steps in the first pass": first,
            "steps in the shortest later pass": min(later, default=0),
        },
        expected={"steps in the shortest later pass": first},
        facts=_Facts(batches=first),
    )


def _first_batches(count: int) -> str:
    return "the first batch" if count == 1 else f"the first {count} batches"


def _steps(later: list[int]) -> str:
    low, high = min(later), max(later)
    return f"{low} steps" if low == high else f"{low} to {high} steps"


@exhausted_generator.treatment("Make the generator loop", effect="judgement")
def make_it_loop(finding: Finding, _cell: Cell) -> str:
    """Loop in the generator, and set `steps_per_epoch`."""
    batches = facts_of(finding, _Facts).batches
    return (
        f"Put `while True:` around the loop of the generator and pass `steps_per_epoch={batches}` "
        "to `fit`. If the rows are in memory, `fit(inputs, labels)` needs no generator, and "
        "shuffles."
    )
