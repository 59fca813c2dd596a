"""Methods that were meant for Keras to call, under names that Keras does not know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.overrides import Overrides, Uncalled, UnsetFlag
from nbdoctor.rules.rule import Finding, Where, facts_of, rule

HARMLESS = frozenset({"reset_state"})
"""What Keras does itself as well, by setting every variable of a metric to 0."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """The name as it is, and the one that Keras knows."""

    name: str
    meant: str


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="Methods that look like those of Keras are called by it",
)
def uncalled_hook(overrides: Overrides, /) -> Iterator[Finding]:
    """A method whose name resembles one that Keras calls, and that nothing calls.

    ## What it means
    Keras calls methods of callbacks, datasets, layers, models and metrics by their exact names.
    `on_epoch_start` of a callback or a `PyDataset` is no such name (it is `on_epoch_begin`), so
    what the method does (shuffling, resetting, changing a rate) never happens, without any error.
    The same holds for arguments: Keras passes `training` to `call`, and no `is_training`, which
    keeps its default.

    ## How it is measured
    The classes of the model, its layers, the optimizer, the losses and metrics, the callbacks and
    the data are read, nothing of them is called. A method is reported if no class of Keras above it
    has the name, one of them has a name of the same words ("start" for "begin", "finish" for "end",
    and so on) or one that differs by a slip, and no code of the cell or of these classes uses the
    name. There is no threshold.

    ## Example
    ```python
    class Shuffled(keras.utils.PyDataset):
        def on_epoch_start(self):
            np.random.shuffle(self.order)
    ```

    ## What the treatment does
    It says which name Keras calls.

    ## When to ignore it
    When other code calls the method.

    ## References
    Keras documentation, "Base Callback class", "PyDataset", "Base Layer class".
    """
    for method in overrides.uncalled:
        yield _method(method)
    for flag in overrides.flags:
        yield _flag(flag)


def _method(one: Uncalled) -> Finding:
    return Finding(
        title=f"Keras never calls `{one.name}` of `{one.owner}`",
        says=f"`{one.owner}` is a `{one.base}`, and Keras calls `{one.meant}` of it. It knows no "
        f"`{one.name}`, and no code of this cell calls that: what it does never happens.",
        where=Where(variable=one.owner, line=one.line),
        measured={"method": one.name},
        expected={"method": one.meant},
        facts=_Facts(one.name, one.meant),
        severity="note" if one.meant in HARMLESS else None,
    )


def _flag(one: UnsetFlag) -> Finding:
    return Finding(
        title=f"Keras never passes `{one.name}` to `{one.owner}`",
        says=f"`call` of `{one.owner}` has the argument `{one.name}={one.default}`, which nobody "
        "passes: Keras passes `training` by that name only. So it is the same in training and in "
        "`predict`.",
        where=Where(variable=one.owner, line=one.line),
        measured={"argument": one.name},
        expected={"argument": "training"},
        facts=_Facts(one.name, "training"),
    )


@uncalled_hook.treatment("Use the name that Keras knows", effect="advice")
def use_the_name(finding: Finding, _cell: Cell) -> str:
    """Rename it."""
    facts = facts_of(finding, _Facts)
    return f"Rename `{facts.name}` to `{facts.meant}`, where it is defined."
