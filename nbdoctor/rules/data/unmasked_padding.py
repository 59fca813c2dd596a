"""A recurrent layer that reads unmasked padding."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.tokens import TokenInput, Tokens
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, rule


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="No recurrent layer ends on unmasked padding",
    explains=("baseline-not-beaten", "too-few-steps"),
    gated=True,
)
def unmasked_padding(
    tokens: Tokens, /, *, padded: float = 0.2, inside: float = 0.01
) -> Iterator[Finding]:
    """A recurrent layer that reads unmasked padding.

    ## What it means
    A recurrent layer returns its state after the last step. Where short sequences are padded
    with zeros at the end, the last steps are padding, and the state has to survive all of them.
    One LSTM reached an accuracy of 0.805 that way, and 0.981 with a mask.

    ## How it is measured
    At least `padded` (0.2) of all ids are zeros at the end of their row; less than `inside`
    (0.01) of the other ids are zeros, so that 0 means padding only; the embedding does not set
    `mask_zero`; and a recurrent layer reads it from left to right and returns its last state.
    Zeros at the start of rows, the default of Keras's `pad_sequences`, are harmless.

    ## Example
    ```python
    ids = keras.utils.pad_sequences(sentences, padding="post")
    model = keras.Sequential([
        keras.layers.Embedding(1000, 16),
        keras.layers.LSTM(16),
        keras.layers.Dense(1, activation="sigmoid"),
    ])
    ```

    ## What the treatment does
    `mask_zero=True` makes the following layers skip the padding.

    ## When to ignore it
    When 0 is the id of a real token.

    ## References
    Keras guide, "Understanding masking and padding". Accuracies measured with Keras 3.15.
    """
    for one in tokens.inputs:
        fills = one.padded >= padded and one.zeros_inside < inside
        if fills and one.recurrent and not one.masked and not one.beyond:
            yield _finding(one)


def _finding(one: TokenInput) -> Finding:
    shown = f"`{one.variable}`" if one.variable else f"input `{one.name}`"
    return Finding(
        title=f"`{one.recurrent}` reads the padding at the end of the rows",
        says=f"{figure(100 * one.padded)} % of the ids of {shown} are zeros at the end of their "
        f"row, in {one.rows:,} rows of {one.length} ids. `{one.layer}` does not mask them, so "
        f"`{one.recurrent}` returns its state after the padding.",
        where=Where(layer=one.layer, variable=one.variable, call="Embedding"),
        measured={"mask_zero": "False"},
        expected={"mask_zero": "True"},
    )


@unmasked_padding.treatment("Mask the padding", effect="model")
def mask_the_padding(_finding: Finding, cell: Cell) -> Cell:
    """Set `mask_zero=True`, so that the layers skip steps with id 0."""
    return cell.with_argument("Embedding", "mask_zero", "True", position=5)
