"""A known exception of Keras, explained."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.columns import OddColumn
from nbdoctor.readings.crash import Crash
from nbdoctor.readings.source import Source
from nbdoctor.rules.crashes import DICTIONARY, Entry
from nbdoctor.rules.crashes.edits import (
    as_arrays,
    flattened,
    last_step,
    padded,
    without_batch_axis,
)
from nbdoctor.rules.crashes.entry import Edit
from nbdoctor.rules.crashes.naming import column_facts, column_sentences
from nbdoctor.rules.rule import DoesNotApplyError, Finding, MakeTreatment, Where, facts_of, rule

COLOURS = re.compile(r"\x1b\[[\d;]*m")

NAMES = {
    "loss": (
        "binary_crossentropy",
        "categorical_crossentropy",
        "sparse_categorical_crossentropy",
        "mean_squared_error",
        "mean_absolute_error",
        "huber",
        "kl_divergence",
        "poisson",
        "cosine_similarity",
        "hinge",
        "log_cosh",
        "mse",
        "mae",
    ),
    "metric": ("accuracy", "binary_accuracy", "categorical_accuracy", "mae", "mse", "r2_score"),
    "optimizer": ("adam", "adamw", "sgd", "rmsprop", "adagrad", "adadelta", "adamax", "nadam"),
    "activation function": ("relu", "softmax", "sigmoid", "tanh", "linear", "elu", "gelu", "selu"),
}
"""Names for which a misspelt one may be meant."""

ENTRIES = {entry.name: entry for entry in DICTIONARY}

CORRECTIONS: dict[str, Edit] = {
    "Flatten the images before the output layer": flattened,
    "Return only the last step, or flatten": last_step,
    "Pad the convolutions, or move the channels last": padded,
    "Remove the batch axis from the shape": without_batch_axis,
    "Pass arrays": as_arrays,
}
"""Titles of the treatments that edit the cell."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """`entry` is a name in `ENTRIES`, `values` fill its texts."""

    entry: str
    values: Mapping[str, str]


@rule(
    family="notebook",
    severity="critical",
    kind="proof",
    holds="No known exception of Keras was raised",
)
def known_crash(crash: Crash, source: Source | None, /) -> Iterator[Finding]:
    """A known exception of Keras, explained.

    ## What it means
    An error message of Keras describes where it failed, which is not always the cause: it may name
    x when y is wrong, or speak of ranks when the labels have the wrong encoding. This rule
    explains the known messages in terms of the notebook, with the shapes and names from the
    message.

    ## How it is measured
    The text of the exception is compared with a list of messages of Keras 3, each of which was
    recorded from a real exception. There is no threshold. A message that any Python code may raise
    is explained only if it comes from `fit`, or from a cell with the call in question, or if a
    column really contains such values. Columns that are not numeric are named. Messages that are
    not in the list are not explained.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "categorical_crossentropy")
    model.fit(inputs, np.random.randint(0, 3, size=100))
    ```

    ## What the treatment does
    It makes the change where that is possible, such as adding a missing `Flatten`, and otherwise
    says what to change. Where another finding explains the crash, that one offers the patch.

    ## When to ignore it
    Never. Errors outside Keras, in your own functions, are not reported.

    ## References
    Keras source code; every message was recorded with Keras 3.15 on TensorFlow 2.21.
    """
    message = COLOURS.sub("", crash.message).strip()
    calls = source.calls if source else ()
    for entry in DICTIONARY:
        facts = entry.facts(message) if entry.is_possible(crash.phase, calls) else None
        columns = entry.culprits(crash.columns, message)
        if facts is not None and columns is not None:
            yield _finding(entry, facts, columns, crash)
            return
    first_line = next(iter(message.splitlines()), "")
    message = f"this {crash.type} is not in the list of known exceptions ({first_line[:60]})"
    raise DoesNotApplyError(message)


def _finding(
    entry: Entry, facts: Mapping[str, str], columns: Sequence[OddColumn], crash: Crash
) -> Finding:
    facts = {**facts, **column_facts(columns)}
    says = " ".join([entry.says.format_map(facts), *column_sentences(columns)])
    return Finding(
        title=entry.title,
        says=says,
        where=Where(
            layer=facts.get("layer", "") or crash.layer,
            column=facts.get("column", ""),
            line=crash.line,
        ),
        measured={"exception": crash.type},
        facts=_Facts(entry.name, facts),
    )


def _corrected(finding: Finding, cell: Cell) -> Cell | None:
    """Return the cell with the correction of the entry, None where it has none for this cell."""
    facts = facts_of(finding, _Facts)
    edit = ENTRIES[facts.entry].edit
    if edit is None:
        return None
    try:
        return edit(cell, facts.values)
    except CannotEditError:
        return None


def _treatment_by(edit: Edit) -> MakeTreatment:
    def make(finding: Finding, cell: Cell) -> Cell | None:
        is_meant = ENTRIES[facts_of(finding, _Facts).entry].edit is edit
        return _corrected(finding, cell) if is_meant else None

    make.__name__, make.__doc__ = edit.__name__, edit.__doc__
    return make


for _title, _edit in CORRECTIONS.items():
    known_crash.treatment(_title, effect="model")(_treatment_by(_edit))


@known_crash.treatment("Correct the cause", effect="advice")
def correct_the_cause(finding: Finding, cell: Cell) -> str | None:
    """Change what this message usually means."""
    if _corrected(finding, cell) is not None:
        return None
    facts = facts_of(finding, _Facts)
    values = facts.values
    known = NAMES.get(values.get("kind", ""), ())
    near = difflib.get_close_matches(values.get("name", ""), known, 1)
    if near:
        return f"Write `{near[0]}`."
    return ENTRIES[facts.entry].fix.format_map(values)
