"""Targets in a list whose order is not that of the outputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head
from nbdoctor.readings.source import Source
from nbdoctor.rules.figures import listed
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

TELLS_NOTHING = frozenset(
    {
        *("y", "ys", "t", "train", "training", "tr", "label", "labels", "target", "targets"),
        *("output", "outputs", "out", "head", "pred", "prediction", "logits", "dense", "layer"),
        *("data", "array", "arr", "values", "true", "is", "the"),
    }
)
"""Words that names of targets and of outputs have in common, whatever they stand for."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """An output, and the target that is meant for it."""

    output: str
    target: str


@rule(
    family="labels",
    severity="warning",
    kind="strong",
    holds="The targets are in the order of the outputs",
    explains=(
        "label-encoding-mismatch",
        "labels-outside-unit-interval",
        "target-out-of-reach",
        "labels-out-of-range",
        "signal-not-found",
        "too-few-steps",
        "baseline-not-beaten",
    ),
)
def swapped_heads(head: Head, source: Source, /) -> Iterator[Finding]:
    """Targets in a list whose order is not that of the outputs.

    ## What it means
    A list of targets is matched to the outputs of the model by its order, never by names. If it has
    another order, each output learns the targets of another one. Where their shapes and losses fit
    there is no error.

    ## How it is measured
    The names of the variables in the list are compared word by word with the names of the outputs
    ("y_age" with "age"); words such as "y", "train" and "output" are left out. It is reported if
    every target has a word in common with exactly one output, and the order differs. There is no
    threshold.

    ## Example
    ```python
    model = keras.Model(inputs, [layers.Dense(1, name="age")(z), layers.Dense(1, name="height")(z)])
    model.compile("adam", ["mse", "mse"])
    model.fit(x, [y_height, y_age])
    ```

    ## What the treatment does
    It says how to pass the targets by name.

    ## When to ignore it
    When the names mean something else.

    ## References
    Keras documentation, `fit`, argument `y`; guide "The Functional API", models with multiple
    outputs.
    """
    names = [output.name for output in head.outputs]
    if len(names) < 2 or len(source.targets) != len(names):  # noqa: PLR2004
        message = "the targets of several outputs are not given as a list of names"
        raise DoesNotApplyError(message)
    places = matched(source.targets, names)
    if places is not None and list(places) != sorted(places):
        yield _finding(source.targets, names, places)


def matched(targets: Sequence[str], outputs: Sequence[str]) -> tuple[int, ...] | None:
    """The output of each target by the words of their names; None where these do not tell.

    Examples
    --------
    >>> matched(["y_height", "y_age"], ["age", "height_output"])
    (1, 0)
    """
    words = [_words(output) for output in outputs]
    found = [[n for n, some in enumerate(words) if some & _words(one)] for one in targets]
    if any(len(places) != 1 for places in found):
        return None
    places = tuple(one[0] for one in found)
    return places if len(set(places)) == len(outputs) else None


def _words(name: str) -> frozenset[str]:
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    return frozenset(part.lower() for part in parts) - TELLS_NOTHING


def _finding(targets: Sequence[str], outputs: Sequence[str], places: Sequence[int]) -> Finding:
    at = next(number for number, place in enumerate(places) if place != number)
    return Finding(
        title="The targets are in a different order from the outputs",
        says=f"`fit` gets the targets in the order {listed(targets)}, and the outputs of the model "
        f"are {listed(outputs)}: so `{outputs[at]}` learns `{targets[at]}`.",
        where=Where(call="fit", argument="y", variable=targets[at]),
        measured={f"targets of `{outputs[at]}`": targets[at]},
        expected={f"targets of `{outputs[at]}`": targets[places.index(at)]},
        facts=_Facts(output=outputs[at], target=targets[places.index(at)]),
    )


@swapped_heads.treatment("Pass the targets by name", effect="advice")
def pass_them_by_name(finding: Finding, _cell: Cell) -> str:
    """Use a dictionary from the names of the outputs to their targets."""
    facts = facts_of(finding, _Facts)
    return (
        f'Pass a dictionary, `{{"{facts.output}": {facts.target}, ...}}`, or put the list into the '
        "order of the outputs. Losses and loss weights can be passed by name as well."
    )
