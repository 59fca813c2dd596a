"""Ids outside the range of their embedding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.tokens import TokenInput, Tokens
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Facts:
    smallest: int
    largest: int


@rule(
    family="data",
    severity="critical",
    kind="proof",
    holds="All ids are within the `input_dim` of their embedding",
    explains=("known-crash", "baseline-not-beaten", "non-finite-loss"),
)
def ids_beyond_vocabulary(tokens: Tokens, /) -> Iterator[Finding]:
    """Ids outside the range of their embedding.

    ## What it means
    `Embedding(n, ...)` is a table of n rows, for the ids 0 to n - 1. An id outside this range
    raises an error on a CPU. On a GPU it is silently accepted, and reads zeros or the last row.
    The id -1 reads the last row on both.

    ## How it is measured
    The smallest and the largest id of the input are compared with `input_dim` of the embedding.
    One id out of range is enough.

    ## Example
    ```python
    ids = np.random.randint(1, 101, size=(512, 20))  # 1 to 100
    model = keras.Sequential([keras.layers.Embedding(100, 16), keras.layers.Flatten()])
    ```

    ## What the treatment does
    `input_dim` is increased to the largest id plus 1. Ids below 0 have to be replaced first.

    ## When to ignore it
    Never.

    ## References
    Keras documentation, "Embedding layer", argument `input_dim`.
    """
    for one in tokens.inputs:
        if one.beyond and not one.fractional:
            yield _finding(one)


def _finding(one: TokenInput) -> Finding:
    shown = f"`{one.variable}`" if one.variable else f"Input `{one.name}`"
    return Finding(
        title=f"Ids out of range for `{one.layer}`",
        says=f"{shown} contains ids from {figure(one.minimum)} to {figure(one.maximum)} in "
        f"{one.rows:,} rows, and `{one.layer}` has `input_dim={one.vocabulary}`, for ids 0 to "
        f"{one.vocabulary - 1:,}: {one.beyond:,} ids are out of range.",
        where=Where(layer=one.layer, variable=one.variable, call="Embedding", argument="input_dim"),
        measured={
            "smallest id": one.minimum,
            "largest id": one.maximum,
            "ids out of range": one.beyond,
        },
        expected={
            "smallest id": "at least 0",
            "largest id": f"at most {one.vocabulary - 1:,}",
            "ids out of range": 0,
        },
        facts=_Facts(int(one.minimum), int(one.maximum)),
    )


@ids_beyond_vocabulary.treatment("Increase `input_dim` of the embedding", effect="model")
def increase_input_dim(finding: Finding, cell: Cell) -> Cell | str:
    """Set `input_dim` to the largest id plus 1."""
    facts = facts_of(finding, _Facts)
    if facts.smallest < 0:
        return "Replace ids below 0 first. Padding usually has the id 0, with `mask_zero=True`."
    return cell.with_argument("Embedding", "input_dim", str(facts.largest + 1), position=0)
