"""Token ids that are not integers."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.tokens import TokenInput, Tokens
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, rule


@rule(
    family="data",
    severity="critical",
    kind="proof",
    holds="All embedding ids are integers",
    explains=("baseline-not-beaten", "constant-inputs", "too-few-steps", "ids-beyond-vocabulary"),
)
def fractional_token_ids(tokens: Tokens, /) -> Iterator[Finding]:
    """Token ids that are not integers.

    ## What it means
    An embedding uses its inputs as row numbers of a table, and truncates them to integers. Ids
    that were scaled to the range 0 to 1 therefore nearly all become id 0, and the model sees the
    same input in every row. No error is raised.

    ## How it is measured
    In every input that feeds an embedding directly, the values that are not integers are
    counted. One is enough.

    ## Example
    ```python
    ids = np.random.randint(0, 100, size=(512, 20)) / 100
    model = keras.Sequential([keras.layers.Embedding(100, 16), keras.layers.Flatten()])
    ```

    ## What the treatment does
    It says which values to leave unscaled. Continuous values belong in a dense layer.

    ## When to ignore it
    Never.

    ## References
    Keras source, `Embedding.call`: the inputs are cast to integers.
    """
    for one in tokens.inputs:
        if one.fractional:
            yield _finding(one)


def _finding(one: TokenInput) -> Finding:
    shown = f"`{one.variable}`" if one.variable else f"Input `{one.name}`"
    return Finding(
        title=f"`{one.layer}` truncates its inputs to integers",
        says=f"{one.fractional:,} values of {shown[0].lower() + shown[1:]} are not integers (the "
        f"values range from {figure(one.minimum)} to {figure(one.maximum)}). `{one.layer}` "
        "truncates them to integers before the lookup.",
        where=Where(layer=one.layer, variable=one.variable, call="Embedding"),
        measured={"non-integer values": one.fractional},
        expected={"non-integer values": 0},
    )


@fractional_token_ids.treatment("Use integer ids", effect="advice")
def use_integer_ids(finding: Finding, _cell: Cell) -> str:
    """Leave ids unscaled, and feed continuous values to a dense layer."""
    name = f"`{finding.where.variable}`" if finding.where.variable else "the ids"
    return (
        f"Keep {name} as integers: do not scale or normalise ids. Continuous columns belong in a "
        "`Dense` layer, not in an embedding."
    )
