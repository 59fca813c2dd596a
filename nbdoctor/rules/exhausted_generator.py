"""A generator that runs dry before training ends."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.fit import Fit
from nbdoctor.probes.history import History
from nbdoctor.probes.source import Source
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="pipeline",
    severity="critical",
    kind="proof",
    holds="The generator had batches for every epoch",
    explains=(
        "progress-bar-at-zero",
        "overfit-to-training",
        "baseline-not-beaten",
        "too-few-steps",
        "validation-looks-better",
    ),
)
def exhausted_generator(history: History, fit: Fit, source: Source | None, /) -> Iterator[Finding]:
    """A generator that runs dry before training ends.

    ## What it means
    A Python generator can be run through once. Keras 3 takes its first two batches to look at
    them and keeps these; when the generator has ended, every further epoch is made of those two
    alone. No exception is raised: later epochs are short, the loss of two batches falls, and
    nothing more is learned of the rest.

    ## How it is measured
    The steps of `fit` are counted while it trains. The finding needs a second pass over the
    generator with fewer steps than the first one had: five batches over four epochs give 5, 2, 2
    and 2 steps. One epoch, and a generator that never ends, give one pass. A warning is given
    where it ends in the last epoch: fewer steps than planned, although no epoch was left out.

    ## Example
    ```python
    def batches():
        for start in range(0, len(inputs), 32):
            yield inputs[start : start + 32], labels[start : start + 32]

    model.fit(batches(), epochs=10)
    ```

    ## What the treatment does
    It shows the two usual ways: a `while True` around the loop together with `steps_per_epoch`,
    or the arrays themselves, which `fit` cuts into batches and shuffles.

    ## When to ignore it
    Never: the epochs that follow train on two batches.

    ## References
    Keras source, `GeneratorDataAdapter` and `peek_and_restore`. Steps counted with Keras 3.15.
    """
    if not history.passes:
        message = "no generator feeds `fit`, or its steps were not counted"
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
        f"After them Keras began again with the {min(later)} that it had kept from the start: "
        f"{len(later)} more {'pass' if len(later) == 1 else 'passes'} of {_steps(later)} each "
        "trained on nothing else."
        if later
        else "The last epoch ended early."
    )
    return Finding(
        title="The generator ran dry before training ended",
        says=f"{shown} had {first:,} {batches}{planned}. {after}",
        severity="critical" if later else "warning",
        where=Where(call="fit", argument="x", line=source.yield_line if source else None),
        measured={
            "batches of the generator": first,
            "steps of the shortest later pass": min(later, default=0),
            "passes": 1 + len(later),
        },
        expected={"steps of the shortest later pass": first},
    )


def _steps(later: list[int]) -> str:
    low, high = min(later), max(later)
    return f"{low} steps" if low == high else f"{low} to {high} steps"


@exhausted_generator.treatment("Let it begin again", effect="judgement")
def let_it_begin_again(finding: Finding, _cell: Cell) -> str:
    """Loop in the generator, and tell `fit` how many batches an epoch has."""
    batches = finding.measured["batches of the generator"]
    return (
        f"Put `while True:` around the loop of the generator and give `fit` "
        f"`steps_per_epoch={batches}`. Where the rows are in memory, `fit(inputs, labels)` needs "
        "no generator, and shuffles."
    )
