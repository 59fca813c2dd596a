"""Data that the cell prepares but never passes to `fit`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.source import DataVariable, Source
from nbdoctor.rules.figures import enumerated
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

DATA_WORD = re.compile(
    r"x|y|xs|ys|inputs?|labels?|features?|targets?|data|dataset|train|training|images?",
)
"""Words in the names of variables that hold training data."""

LATER_WORD = re.compile(
    r"te|te?st|va|val|valid|validation|hold|held|holdout|out|eval|evaluation|dev|unseen|new|future"
    r"|plot|grid|demo|example|query|submission|predict|predictions?",
)
"""Words in the names of data for evaluation, prediction or plots."""

PLAIN_CALL = re.compile(r"(?<![\w.])[A-Za-z_]\w*\s*\(")
"""A call of a bare name, `prepare()`, which may read any variable from outside."""

MATRIX_AXES = 2


@dataclass(frozen=True, slots=True)
class _Facts:
    """`names` lists the unused arrays for a sentence, `passed` is the source of what `fit` gets."""

    names: str
    passed: str


@rule(
    family="notebook",
    severity="warning",
    kind="proof",
    holds="The data that this cell prepares is passed to `fit` or to another call",
    explains=("constant-inputs", "single-class-labels", "signal-not-found"),
)
def data_never_used(source: Source, fit: Fit | None, /) -> Iterator[Finding]:
    """Data that the cell prepares but never passes to `fit`.

    ## What it means
    The model only learns from the data passed to `fit`. With a placeholder generator, or a variable
    renamed in only one place, the real data stays unused, and no error is raised: the model trains
    on something else.

    ## How it is measured
    The source of the cell is followed from the arguments of `fit` back through assignments and
    through the functions that the cell defines. The finding requires two arrays with the same
    number of rows that are assigned before `fit`, look like inputs or labels by name or shape, and
    are used neither by `fit` nor by any other call of the cell. `fit` must get its data from a
    `yield` in this cell or from arrays created in the call itself: only then is it certain that
    nothing else reads them.

    ## Example
    ```python
    import numpy as np
    import keras

    inputs = np.random.rand(100, 10)
    labels = np.random.randint(0, 2, size=100)

    def batches(size):
        while True:
            yield np.zeros((size, 10)), np.zeros(size)

    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(batches(32), steps_per_epoch=3)
    ```

    ## What the treatment does
    It names the arrays and shows how to pass them. Whether to pass the whole arrays or to yield
    slices of them is your choice, so no patch is offered.

    ## When to ignore it
    When the arrays are meant for a later cell. Names such as `x_test`, `y_val` or `x_plot`, and
    variables assigned after `fit`, are not reported.

    ## References
    None: the source proves that the arrays are not used in this cell.
    """
    if not source.fit_data:
        message = "the cell has no `fit` with data that could be traced"
        raise DoesNotApplyError(message)
    unused = _equally_long(_unused(source))
    if _fed_by_arrays(source) or not _looks_like_data(unused):
        return
    if not _is_closed(source, fit):
        message = f"the origin of `{source.fit_data}` cannot be traced in this cell"
        raise DoesNotApplyError(message)
    yield _finding(unused, source)


def _is_closed(source: Source, fit: Fit | None) -> bool:
    """Whether all data passed to `fit` is defined in this cell."""
    if source.yield_line is not None:
        return True
    made_in_place = fit is not None and fit.data_kind == "arrays" and "(" in source.fit_data
    return made_in_place and not PLAIN_CALL.search(source.fit_data)


def _fed_by_arrays(source: Source) -> bool:
    """Whether arrays of this cell are passed to `fit`; unused ones then mean nothing."""
    fed = [variable for variable in source.defines if variable.name in source.reaches_fit]
    return len(fed) > 1 or any(len(variable.shape) >= MATRIX_AXES for variable in fed)


def _unused(source: Source) -> tuple[DataVariable, ...]:
    used = {*source.reaches_fit, *source.used_elsewhere}
    fits = [call.line for call in source.calls if call.name == "fit"]
    return tuple(
        variable
        for variable in source.defines
        if variable.name not in used
        and variable.shape
        and variable.shape[0] > 1
        and not (fits and variable.line > max(fits))
        and not _has_word(variable.name, LATER_WORD)
    )


def _has_word(name: str, word: re.Pattern[str]) -> bool:
    """Whether `word` is one of those in `x_test`, `XTest` or `xtest`."""
    words = [found.lower() for found in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
    stripped = [found[1:] for found in words if found[0] in "xy"]
    return any(word.fullmatch(found) for found in (*words, *stripped))


def _equally_long(variables: tuple[DataVariable, ...]) -> tuple[DataVariable, ...]:
    """Return the two or more variables with the same number of rows, those with most rows."""
    groups: dict[int, list[DataVariable]] = defaultdict(list)
    for variable in variables:
        groups[variable.shape[0]].append(variable)
    pairs = [rows for rows, group in groups.items() if len(group) > 1]
    return tuple(groups[max(pairs)]) if pairs else ()


def _looks_like_data(variables: tuple[DataVariable, ...]) -> bool:
    named = any(_has_word(variable.name, DATA_WORD) for variable in variables)
    flat = any(_is_flat(variable.shape) for variable in variables)
    wide = any(not _is_flat(variable.shape) for variable in variables)
    return bool(variables) and (named or (flat and wide))


def _is_flat(shape: tuple[int, ...]) -> bool:
    return all(size == 1 for size in shape[1:])


def _finding(unused: tuple[DataVariable, ...], source: Source) -> Finding:
    names = enumerated([f"`{v.name}` ({_size(v.shape)})" for v in unused])
    learned = f"the `yield` on line {source.yield_line}" if source.yield_line else "that"
    return Finding(
        title="The data that this cell prepares is never used",
        says=(
            f"{names} are defined in this cell but never passed to `fit`, which gets "
            f"`{source.fit_data}` instead. The model learns only from {learned}."
        ),
        where=Where(
            variable=unused[0].name,
            call="fit",
            argument="x",
            line=source.yield_line or unused[0].line,
        ),
        measured={"data passed to `fit`": source.fit_data},
        expected={"data passed to `fit`": ", ".join(v.name for v in unused)},
        facts=_Facts(enumerated([f"`{v.name}`" for v in unused]), source.fit_data),
    )


def _size(shape: tuple[int, ...]) -> str:
    return " by ".join(f"{size:,}" for size in shape)


@data_never_used.treatment("Pass this data to `fit`", effect="judgement")
def pass_this_data(finding: Finding, _cell: Cell) -> str:
    """Pass the arrays to `fit`, or yield slices of them from the generator."""
    facts = facts_of(finding, _Facts)
    return (
        f"Pass {facts.names} to `fit` instead of `{facts.passed}`, without `steps_per_epoch`; or "
        f"keep the generator and yield slices of {facts.names}."
    )
