"""A word with the number of the padding, which the mask leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.tokens import TokenInput, Tokens
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="Where zeros are masked, they are at the ends of rows only",
    explains=(
        "contradicted-labels",
        "overfit-to-training",
        "below-simple-models",
        "baseline-not-beaten",
        "majority-class-only",
        "signal-not-found",
    ),
)
def word_masked_as_padding(
    tokens: Tokens, /, *, rows: float = 0.05, single: float = 0.8
) -> Iterator[Finding]:
    """The id 0 stands for a word, and the embedding masks it as padding.

    ## What it means
    With `mask_zero=True` the id 0 is padding: the layers after the embedding skip it. Many
    vocabularies begin to count at 0, and give that number to their most frequent word, or to all
    words that they do not know. These words are lost.

    ## How it is measured
    Padding stands at one end of a row. Zeros between other ids are counted, in rows that go to an
    embedding with `mask_zero=True`. The finding requires them in at least `rows` (0.05) of the
    rows, and that at least `single` (0.8) of the runs of such zeros have a length of one: two texts
    that were padded before they were joined have longer runs between them.

    ## Example
    ```python
    number = {word: i for i, word in enumerate(vocabulary)}       # the first word has number 0
    x = pad_sequences([[number[word] for word in text] for text in texts])
    layers.Embedding(len(number), 16, mask_zero=True)
    ```

    ## What the treatment does
    It says how to number the words from 1.

    ## When to ignore it
    When these words are meant to be left out.

    ## References
    Keras documentation, "Masking and padding with Keras": index 0 cannot be used in the vocabulary.
    """
    masked = [one for one in tokens.inputs if one.masked]
    if not masked:
        message = "no embedding masks zeros"
        raise DoesNotApplyError(message)
    for one in masked:
        if one.between >= rows and one.single >= single:
            yield _finding(one)


def _finding(one: TokenInput) -> Finding:
    name = f"`{one.variable or one.name}`"
    share = figure(100 * one.between, 2)
    return Finding(
        title="A word has the number 0, which is masked as padding",
        says=(
            f"In {share} % of {one.rows:,} rows of {name} there are zeros between other ids, "
            f"where no padding stands. `{one.layer}` has `mask_zero=True`, so that no layer "
            f"behind it sees these words."
        ),
        where=Where(layer=one.layer, variable=one.variable),
        measured={"rows with zeros between other ids": one.between},
        expected={"rows with zeros between other ids": 0},
    )


@word_masked_as_padding.treatment("Number the words from 1", effect="advice")
def number_from_one(_finding: Finding, _cell: Cell) -> str:
    """The number 0 is kept for padding alone."""
    return (
        "Add 1 to the number of each word before rows are padded, and 1 to the vocabulary's size "
        "in the `Embedding`. Rows that are padded already no longer tell words from padding: "
        "number the texts again."
    )
