"""A recurrent layer that reads padding to the end."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.tokens import TokenInput, Tokens
from nbdoctor.rules.rule import Finding, Where, figure, rule


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="Recurrent layers do not end on padding",
    explains=("baseline-not-beaten", "too-few-steps"),
)
def unmasked_padding(
    tokens: Tokens, /, *, padded: float = 0.2, inside: float = 0.01
) -> Iterator[Finding]:
    """A recurrent layer that reads padding to the end.

    ## What it means
    A recurrent layer gives its state after the last step. Where short rows are filled up with
    zeros at their end, the last steps are padding, and the state that matters has to survive all
    of them. An LSTM reached 0.805 that way, and 0.981 with a mask.

    ## How it is measured
    At least `padded` (0.2) of all ids are zeros at the end of their row, zeros are rarer than
    `inside` (0.01) before it, so that 0 stands for nothing else; the embedding has no
    `mask_zero`, and a recurrent layer reads it from left to right for its last state. Zeros at
    the beginning of rows, which is what Keras's `pad_sequences` makes, are harmless.

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
    `mask_zero=True` lets the layers skip the padding.

    ## When to ignore it
    When 0 is a token with a meaning.

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
        title=f"`{one.recurrent}` reads the padding to the end",
        says=f"{figure(100 * one.padded)} % of the ids of {shown} are zeros at the end of their "
        f"row, over {one.rows:,} rows of {one.length}. `{one.layer}` does not mask them, so the "
        f"last state of `{one.recurrent}` is the one after the padding.",
        where=Where(layer=one.layer, variable=one.variable, call="Embedding"),
        measured={"share of padding": one.padded, "mask_zero": "False"},
        expected={"mask_zero": "True"},
    )


@unmasked_padding.treatment("Mask the padding", effect="model")
def mask_the_padding(_finding: Finding, cell: Cell) -> Cell:
    """Let the layers skip steps that are 0."""
    return cell.with_argument("Embedding", "mask_zero", "True", position=5)
