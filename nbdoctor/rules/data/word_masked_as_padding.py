"""A word with the number of the padding, which the mask leaves out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.data_flow import argument_of, fit_call
from nbdoctor.readings.tokens import TokenInput, Tokens
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

FROM_ONE = "words_from_one"
"""The function that the treatment puts into the cell."""

BEHIND = "{np}.cumsum(ids[:, ::-1], axis=1)[:, ::-1] > 0"
BEFORE = "{np}.cumsum(ids, axis=1) > 0"
"""Where words stand, in rows that are padded behind the words or before them."""


@dataclass(frozen=True, slots=True)
class _Padding:
    stands_before: bool


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
    It adds 1 to the ids of words where the rows are given to `fit`, makes the table of the
    embedding one row larger, and leaves the zeros at the padded end as they are. A word with the
    number 0 next to the padding is still lost, as it cannot be told from that: it is better to
    number the words from 1 before the rows are padded. Rows for `predict` need the same.

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
        facts=_Padding(stands_before=one.padded_before > one.padded),
    )


@word_masked_as_padding.treatment("Number the words from 1", effect="model")
def number_from_one(finding: Finding, cell: Cell) -> Cell | str:
    """The number 0 is kept for padding alone. Rows for `predict` need the same numbers."""
    try:
        return _from_one(cell, stands_before=facts_of(finding, _Padding).stands_before)
    except CannotEditError:
        return (
            "Add 1 to the number of each word before rows are padded, and 1 to the vocabulary's "
            "size in the `Embedding`. Rows that are padded already no longer tell words at their "
            "end from padding: number the texts again."
        )


def _from_one(cell: Cell, *, stands_before: bool) -> Cell:
    """Number the words from 1 where `fit` gets them, and make room for one more."""
    fit, sizes = fit_call(cell.tree, None), cell.calls_of("Embedding")
    rows, judging = argument_of(fit, "x", 0), argument_of(fit, "validation_data", 7)
    size = sizes[0].argument("input_dim", 0) if len(sizes) == 1 else None
    is_pair = isinstance(judging, ast.Tuple) and bool(judging.elts)
    if not cell.numpy or rows is None or size is None or not (is_pair or judging is None):
        message = "The cell does not pass ids, and pairs of validation rows, to one `fit`."
        raise CannotEditError(message)
    made = cell.with_argument("Embedding", "input_dim", f"{size.text} + 1", position=0)
    made = made.with_argument("fit", "x", f"{FROM_ONE}({cell.lines.text(rows)})", position=0)
    if isinstance(judging, ast.Tuple):
        first, *others = map(cell.lines.text, judging.elts)
        pair = ", ".join((f"{FROM_ONE}({first})", *others))
        made = made.with_argument("fit", "validation_data", f"({pair})")
    words = (BEFORE if stands_before else BEHIND).format(np=cell.numpy)
    body = f"    return {cell.numpy}.where({words}, ids + 1, 0)"
    return made.with_lines_before("fit", f"def {FROM_ONE}(ids):\n{body}\n")
