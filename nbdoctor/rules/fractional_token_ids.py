"""Ids that are not whole."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.tokens import TokenInput, Tokens
from nbdoctor.rules.rule import Finding, Where, figure, rule


@rule(
    family="data",
    severity="critical",
    kind="proof",
    holds="Ids that are looked up are whole numbers",
    explains=("baseline-not-beaten", "constant-inputs", "too-few-steps", "ids-beyond-vocabulary"),
)
def fractional_token_ids(tokens: Tokens, /) -> Iterator[Finding]:
    """Ids that are not whole.

    ## What it means
    An embedding looks numbers up in a table. It cuts off what stands behind the point: ids that
    were scaled to 0 to 1 are all row 0, and the model gets the same for every row. Nothing is
    raised.

    ## How it is measured
    Values of an input that goes straight to an embedding are counted that are not whole. One is
    enough.

    ## Example
    ```python
    ids = np.random.randint(0, 100, size=(512, 20)) / 100
    model = keras.Sequential([keras.layers.Embedding(100, 16), keras.layers.Flatten()])
    ```

    ## What the treatment does
    It says what not to scale. Values that are quantities belong into a dense layer.

    ## When to ignore it
    Never.

    ## References
    Keras source, `Embedding.call`: the inputs are cast to whole numbers.
    """
    for one in tokens.inputs:
        if one.fractional:
            yield _finding(one)


def _finding(one: TokenInput) -> Finding:
    shown = f"`{one.variable}`" if one.variable else f"Input `{one.name}`"
    return Finding(
        title=f"`{one.layer}` cuts off what it looks up",
        says=f"{one.fractional:,} values of {shown[0].lower() + shown[1:]} are not whole (they go "
        f"from {figure(one.minimum)} to {figure(one.maximum)}), and `{one.layer}` looks up whole "
        "numbers: it cuts the rest off.",
        where=Where(layer=one.layer, variable=one.variable, call="Embedding"),
        measured={
            "values that are not whole": one.fractional,
            "smallest value": one.minimum,
            "largest value": one.maximum,
        },
        expected={"values that are not whole": 0},
    )


@fractional_token_ids.treatment("Look up whole numbers", effect="advice")
def look_up_whole_numbers(finding: Finding, _cell: Cell) -> str:
    """Leave ids unscaled, and give quantities to a dense layer."""
    name = finding.where.variable or "the ids"
    return (
        f"Leave {name} as whole numbers: do not scale or normalise ids. Columns that are "
        "quantities belong into a `Dense` layer, not into an embedding."
    )
