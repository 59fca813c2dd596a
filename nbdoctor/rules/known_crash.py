"""An exception of Keras, in plain words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence

from nbdoctor.capture.cell import CannotEditError, Cell
from nbdoctor.probes.columns import OddColumn
from nbdoctor.probes.crash import Crash
from nbdoctor.probes.source import Source
from nbdoctor.rules.crashes import DICTIONARY, Entry
from nbdoctor.rules.crashes.naming import column_facts, told
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

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
"""The names that people mean when they misspell one."""


@rule(
    family="notebook",
    severity="critical",
    kind="proof",
    holds="No exception that nbdoctor knows was raised",
)
def known_crash(crash: Crash, source: Source | None, /) -> Iterator[Finding]:
    """An exception of Keras, in plain words.

    ## What it means
    Keras says what it tripped over, which is not always what was wrong: it may blame x for y, or
    speak of ranks where labels are in the wrong form. This page's list says it in the words of
    the notebook, with the shapes and names of the message itself.

    ## How it is measured
    The text of the exception is compared with the messages that Keras 3 raises, each of which was
    raised for real before it was entered. There is no threshold. A message that any Python code
    may raise must come from `fit`, or from a cell that makes the call in question, or be about a
    column that really holds such values: columns of tables that are no numbers are named. A
    message that is not in the list is not explained: nothing is guessed.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "categorical_crossentropy")
    model.fit(inputs, np.random.randint(0, 3, size=100))
    ```

    ## What the treatment does
    It makes the change where it is mechanical, such as a missing `Flatten`, and says what to
    change where it is not. Where another finding explains the crash, that one offers the edit.

    ## When to ignore it
    Errors outside Keras, in your own functions, are not explained here.

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
    message = f"this {crash.type} is not in the list of known ones ({first_line[:60]})"
    raise DoesNotApplyError(message)


def _finding(
    entry: Entry, facts: Mapping[str, str], columns: Sequence[OddColumn], crash: Crash
) -> Finding:
    facts = {**facts, **column_facts(columns)}
    says = " ".join([entry.says.format_map(facts), *told(columns)])
    shown = {name: int(fact) if fact.isdigit() else fact for name, fact in facts.items()}
    return Finding(
        title=entry.title,
        says=says,
        where=Where(
            layer=facts.get("layer", "") or crash.layer,
            column=facts.get("column", ""),
            line=crash.line,
        ),
        measured={"exception": crash.type, **shown},
    )


@known_crash.treatment("Change the cell like this", effect="model")
def change_the_cell(finding: Finding, cell: Cell) -> Cell | None:
    """Make the change that this message asks for."""
    entry = _entry(finding)
    if entry is None or entry.edit is None:
        return None
    try:
        return entry.edit(cell, _facts(finding))
    except CannotEditError:
        return None


@known_crash.treatment("Do this", effect="advice")
def do_this(finding: Finding, cell: Cell) -> str | None:
    """What to change, for this message."""
    entry = _entry(finding)
    if entry is None or change_the_cell(finding, cell) is not None:
        return None
    facts = _facts(finding)
    near = difflib.get_close_matches(facts.get("name", ""), NAMES.get(facts.get("kind", ""), ()), 1)
    if near:
        return f"Write `{near[0]}`."
    return entry.fix.format_map(facts)


def _entry(finding: Finding) -> Entry | None:
    return next((entry for entry in DICTIONARY if entry.title == finding.title), None)


def _facts(finding: Finding) -> dict[str, str]:
    return {name: str(value) for name, value in finding.measured.items()}
