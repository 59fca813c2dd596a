"""A model that is rebuilt in each turn of a loop."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.rebuilt import Rebuilt
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="notebook",
    severity="warning",
    kind="strong",
    holds="No loop throws away a model that it has trained",
    explains=("too-few-steps", "learning-rate-too-low", "baseline-not-beaten", "data-never-used"),
)
def rebuilt_in_loop(rebuilt: Rebuilt, /) -> Iterator[Finding]:
    """A model that each turn of a loop builds anew, trains and throws away.

    ## What it means
    `fit` continues from the present weights, so data that comes in parts can be learned part by
    part, by one model. If the line that builds the model stands inside the loop, each turn begins
    with new weights: what the turns before have learned is lost, and the model that is left has
    seen the last part only.

    ## How it is measured
    The same line has called `fit` at least twice, each time with another model, which the loop
    builds. In the loop nothing else is done with the model or with what `fit` returns: no score is
    kept, nothing is saved, and no callback may have saved it. The data, not the model, depends on
    the turn; or the data is the same in each turn, and the model is used after the loop. Loops
    over the folds of a splitter, and turns that are judged by validation data of their own, are
    left out. Without a use after the loop, it is a note.

    ## Example
    ```python
    for part in parts:
        model = build()
        model.fit(inputs[part], labels[part], epochs=2, verbose=0)
    print(model.evaluate(test_inputs, test_labels))
    ```

    ## What the treatment does
    It says where to build the model.

    ## When to ignore it
    When the trainings are compared by what they print.

    ## References
    Keras documentation, `fit`; "How can I train a Keras model on datasets that don't fit in
    memory?" in its FAQ.
    """
    loop = rebuilt.loop
    if loop.is_used or rebuilt.keeps or loop.feeds_validation:
        message = "what the turns of the loop have trained is used"
        raise DoesNotApplyError(message)
    if rebuilt.models < rebuilt.fits or loop.feeds_model:
        message = "the turns of the loop train one model, or models that differ on purpose"
        raise DoesNotApplyError(message)
    yield _finding(rebuilt)


def _finding(rebuilt: Rebuilt) -> Finding:
    loop, lost = rebuilt.loop, rebuilt.models - 1
    over = f"over `{loop.text}` " if loop.text else ""
    what = "a part of the data" if loop.feeds_fit else "the same data"
    others = "the other one is" if lost == 1 else f"the other {lost} are"
    is_plain = not (loop.feeds_fit or loop.used_later)
    return Finding(
        title=f"Each turn of the loop builds a new `{loop.model}`",
        says=f"The loop {over}on line {loop.line} has built and trained {rebuilt.models} models, "
        f"each on {what}, and keeps nothing of them: `{loop.model}` is the last one, and {others} "
        f"lost with what {'it' if lost == 1 else 'they'} learned.{_losses(rebuilt)}",
        where=Where(variable=loop.model, call="fit", line=loop.built_on),
        measured={"models trained": rebuilt.models, "models kept": 1},
        expected={"models trained": 1, "models kept": 1},
        severity="note" if is_plain else None,
        kind="hint" if is_plain else None,
    )


def _losses(rebuilt: Rebuilt) -> str:
    if len(rebuilt.losses) < 2:  # noqa: PLR2004
        return ""
    first, last = figure(rebuilt.losses[0]), figure(rebuilt.losses[-1])
    return f" The first one ended with a training loss of {first}, the last one with {last}."


@rebuilt_in_loop.treatment("Build the model before the loop", effect="judgement")
def build_before_the_loop(finding: Finding, _cell: Cell) -> str:
    """Build and compile the model once, above the loop."""
    name, line = finding.where.variable, finding.where.line
    return (
        f"Move the line that makes `{name}` (line {line}) above the loop, together with its "
        "`compile`: then each `fit` continues where the one before has ended."
    )
