"""Ids for which an embedding has no row."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.tokens import TokenInput, Tokens
from nbdoctor.rules.rule import Finding, Where, figure, rule


@rule(
    family="data",
    severity="critical",
    kind="proof",
    holds="Every id has a row in its embedding",
    explains=("known-crash", "baseline-not-beaten", "non-finite-loss"),
)
def ids_beyond_vocabulary(tokens: Tokens, /) -> Iterator[Finding]:
    """Ids for which an embedding has no row.

    ## What it means
    `Embedding(n, ...)` is a table of n rows, for the ids 0 to n - 1. An id beyond stops training
    on a CPU and is trained on without a word on a GPU, where it reads zeros or the last row. -1
    reads the last row everywhere.

    ## How it is measured
    The smallest and the largest id of the input are compared with the table that it is looked up
    in. One id is enough.

    ## Example
    ```python
    ids = np.random.randint(1, 101, size=(512, 20))  # 1 to 100
    model = keras.Sequential([keras.layers.Embedding(100, 16), keras.layers.Flatten()])
    ```

    ## What the treatment does
    The table gets a row for each id up to the largest. Ids below 0 have to be changed first.

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
        title=f"Ids that `{one.layer}` has no row for",
        says=f"{shown} holds ids from {figure(one.minimum)} to {figure(one.maximum)} over "
        f"{one.rows:,} rows, and `{one.layer}` is a table for 0 to {one.vocabulary - 1:,}: "
        f"{one.beyond:,} ids have no row.",
        where=Where(layer=one.layer, variable=one.variable, call="Embedding", argument="input_dim"),
        measured={
            "smallest id": one.minimum,
            "largest id": one.maximum,
            "ids without a row": one.beyond,
        },
        expected={"smallest id": 0, "largest id": one.vocabulary - 1},
    )


@ids_beyond_vocabulary.treatment("Make the table larger", effect="model")
def make_the_table_larger(finding: Finding, cell: Cell) -> Cell | str:
    """Give the embedding a row for each id."""
    if float(finding.measured["smallest id"]) < 0:
        return "Replace ids below 0 first: 0 is usual for padding, with `mask_zero=True`."
    rows = int(finding.measured["largest id"]) + 1
    return cell.with_argument("Embedding", "input_dim", str(rows), position=0)
