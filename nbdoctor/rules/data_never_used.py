"""Data is prepared in the cell and `fit` takes something else."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.fit import Fit
from nbdoctor.probes.source import DataVariable, Source
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

DATA_WORD = re.compile(
    r"x|y|xs|ys|inputs?|labels?|features?|targets?|data|dataset|train|training|images?",
)
"""Words in a variable's name by which people call what a model learns from."""

LATER_WORD = re.compile(
    r"te|te?st|va|val|valid|validation|hold|held|holdout|out|eval|evaluation|dev|unseen|new|future"
    r"|plot|grid|demo|example|query|submission|predict|predictions?",
)
"""Words by which people call data that is meant for after training."""

PLAIN_CALL = re.compile(r"(?<![\w.])[A-Za-z_]\w*\s*\(")
"""A call of a bare name, `prepare()`, which may read any variable from outside."""

MATRIX_AXES = 2


@rule(
    family="notebook",
    severity="warning",
    kind="proof",
    holds="The data that this cell prepares reaches `fit`, or another call of it",
    explains=("constant-inputs", "single-class-labels", "signal-not-found"),
)
def data_never_used(source: Source, fit: Fit | None, /) -> Iterator[Finding]:
    """Data is prepared in the cell, and `fit` takes something else.

    ## What it means
    The model learns from what `fit` is given. A loader that was written as a placeholder, or a
    name that was changed in one place only, leaves the real data unused, and nothing complains:
    the model trains, on something else.

    ## How it is measured
    The cell's text is followed from the arguments of `fit` back through assignments and through
    the functions that the cell defines. The finding needs two arrays with equally many rows that
    are assigned before `fit`, look like inputs or labels by name or by shape, and that neither
    `fit` nor any other call of the cell uses. `fit` must be fed by a `yield` in this cell or by
    arrays made up in the call itself: only then is it certain that nothing else reads them.

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
    It names the arrays and where they belong. Whether you want the whole arrays or slices of them
    in a generator is your choice, so it is shown and not applied.

    ## When to ignore it
    When the arrays are meant for a later cell. Names such as `x_test`, `y_val` or `x_plot` are
    taken that way, and so is everything that is assigned after `fit`.

    ## References
    The reading is a proof that the arrays are not used in this cell. That this causes what else
    is found here is likely, and is said as such.
    """
    if not source.fit_data:
        message = "the cell has no `fit` whose data could be followed"
        raise DoesNotApplyError(message)
    unused = _equally_long(_unused(source))
    if _fed_by_arrays(source) or not _looks_like_data(unused):
        return
    if not _is_closed(source, fit):
        message = f"what `{source.fit_data}` is made of cannot be followed in this cell"
        raise DoesNotApplyError(message)
    yield _finding(unused, source)


def _is_closed(source: Source, fit: Fit | None) -> bool:
    """Whether all that `fit` is fed with is written in this cell."""
    if source.yield_line is not None:
        return True
    made_in_place = fit is not None and fit.data_kind == "arrays" and "(" in source.fit_data
    return made_in_place and not PLAIN_CALL.search(source.fit_data)


def _fed_by_arrays(source: Source) -> bool:
    """Whether arrays of this cell already feed `fit`; the unused ones are then no surprise."""
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
    """The largest group of equally many rows, of two variables or more."""
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
    names = _listed([f"`{v.name}` ({_size(v.shape)})" for v in unused])
    place = f"what the `yield` on line {source.yield_line} gives" if source.yield_line else "that"
    return Finding(
        title="The data that this cell prepares is never used",
        says=(
            f"{names} are defined in this cell and never reach `fit`, which takes "
            f"`{source.fit_data}` instead. The model learns only from {place}."
        ),
        where=Where(
            variable=unused[0].name,
            call="fit",
            argument="x",
            line=source.yield_line or unused[0].line,
        ),
        measured={"what `fit` takes": source.fit_data, "arrays not used": len(unused)},
        expected={"what `fit` takes": _listed([f"`{v.name}`" for v in unused])},
    )


def _listed(items: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1])))


def _size(shape: tuple[int, ...]) -> str:
    return " by ".join(f"{size:,}" for size in shape)


@data_never_used.treatment("Give `fit` this data", effect="judgement")
def give_fit_this_data(finding: Finding, _cell: Cell) -> str:
    """Hand the arrays to `fit`, or let the generator yield slices of them."""
    names = finding.expected["what `fit` takes"]
    taken = finding.measured["what `fit` takes"]
    return (
        f"Give `fit` {names} in place of `{taken}`, without `steps_per_epoch`; or keep the "
        f"generator and let it yield slices of {names}."
    )
