"""Objects that are made for training and not used."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.unused import Unused, UnusedObject
from nbdoctor.rules.rule import Finding, Where, rule

USE = {
    "callback": "`fit` does not get it in `callbacks`",
    "optimizer": "`compile` does not get it",
    "schedule": "no optimizer gets it as its learning rate",
    "augmentation": "neither the data nor the model passes through it",
    "class weights": "`fit` does not get them as `class_weight`",
}

ADVICE = {
    "callback": "Pass `callbacks=[{name}]` to `fit`.",
    "optimizer": "Pass `optimizer={name}` to `compile`.",
    "schedule": "Pass it as the learning rate: `keras.optimizers.Adam({name})`.",
    "augmentation": "Put `{name}` in front of the model's layers, or map the data through it.",
    "class weights": "Pass `class_weight={name}` to `fit`.",
}


@rule(
    family="notebook",
    severity="warning",
    kind="strong",
    holds="What the cell sets up for its training is used",
    explains=("overfit-to-training",),
)
def unused_setup(unused: Unused, /) -> Iterator[Finding]:
    """A callback, an optimizer or the like that the cell makes and does not use.

    ## What it means
    Making a callback, an optimizer, a schedule, class weights or an augmentation does nothing by
    itself: `fit` and `compile` have to be given it. If it is forgotten there, or another one is
    named, training runs without it, and nothing says so.

    ## How it is measured
    When the cell has ended, its variables are compared with its text: an object of one of these
    kinds that a line above the training makes, and whose name neither the cell nor a function of
    another cell reads. Losses and metrics are left out: they are often kept for later.

    ## Example
    ```python
    stop = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    model.fit(x, y, epochs=100, validation_split=0.2)
    ```

    ## What the treatment does
    It says where to pass it.

    ## When to ignore it
    When a later cell uses it.

    ## References
    Keras documentation, `fit` and `compile`.
    """
    for one in unused.objects:
        yield _finding(one, unused.compiled)


def _finding(one: UnusedObject, compiled: str) -> Finding:
    instead = ""
    if one.role == "optimizer" and compiled:
        instead = f" The model was trained by another one (`{compiled}`)."
    return Finding(
        title=f"`{one.name}` is made and not used",
        says=f"Line {one.line} makes `{one.name}` (`{one.kind}`), and no line of the cell reads it:"
        f" {USE[one.role]}.{instead}",
        where=Where(variable=one.name, line=one.line),
        measured={f"uses of `{one.name}`": 0},
        expected={f"uses of `{one.name}`": "at least 1"},
        facts=one.role,
    )


@unused_setup.treatment("Use it, or remove it", effect="advice")
def use_it(finding: Finding, _cell: Cell) -> str:
    """Pass it where it belongs."""
    return ADVICE[str(finding.facts)].format(name=finding.where.variable)
