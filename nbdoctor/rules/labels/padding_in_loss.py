"""Padding that counts in the loss and in the accuracy."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.row_weights import RowWeights
from nbdoctor.readings.tokens import TokenInput, Tokens
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

SPARSE = "sparse_categorical_crossentropy"


@rule(
    family="labels",
    severity="warning",
    kind="proof",
    holds="Padding does not count in the loss of sequences",
)
def padding_in_loss(  # noqa: PLR0913  (four readings, three thresholds)
    labels: Labels,
    head: Head,
    tokens: Tokens,
    weights: RowWeights | None,
    /,
    *,
    padded: float = 0.2,
    most: float = 0.5,
    inside: float = 0.01,
) -> Iterator[Finding]:
    """Padding that counts in the loss and in the accuracy.

    ## What it means
    Where every word of a sequence has a label, padding has one, too. Without a mask it counts like
    a word: the loss and the accuracy are mostly those of padding, which is easy, and look good
    while words are labelled badly.

    ## How it is measured
    The labels have one class number for each place of an input of ids; at least `padded` (0.2) of
    these ids are zeros at the end of their row, and less than `inside` (0.01) of the others are;
    the embedding has no `mask_zero`, the loss no `ignore_class`, and no weights are given. From a
    share of `most` (0.5) on it is a warning, below that a note.

    ## Example
    ```python
    words = keras.utils.pad_sequences(sentences, padding="post")
    tags = keras.utils.pad_sequences(tags, padding="post")
    model = keras.Sequential([
        keras.layers.Embedding(1000, 16),
        keras.layers.LSTM(16, return_sequences=True),
        keras.layers.Dense(5, activation="softmax"),
    ])
    ```

    ## What the treatment does
    `mask_zero=True` makes Keras leave these places out of the loss and of its metrics.

    ## When to ignore it
    When 0 is the id of a real token.

    ## References
    Keras guide, "Understanding masking and padding".
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or not _is_for_places(target, output):
            continue
        for one in tokens.inputs:
            if one.length != target.shape[0] or one.masked or one.zeros_inside >= inside:
                continue
            judged = True
            if one.padded >= padded and (weights is None or weights.given == "class_weight"):
                yield _finding(one, target, output, most)
    if not judged:
        message = "no labels belong to the places of an input of ids that is not masked"
        raise DoesNotApplyError(message)


def _is_for_places(target: Target, output: Output) -> bool:
    places = len(target.shape) == 1 or target.shape[1:] == (1,)
    numbers = target.encoding == "ids" and target.are_places and places
    return numbers and output.loss == SPARSE and output.ignore_class is None


def _finding(one: TokenInput, target: Target, output: Output, most: float) -> Finding:
    value, count = target.counts[0] if target.counts else (0.0, 0)
    share = figure(100 * count / max(target.counted, 1))
    return Finding(
        title="Padding counts in the loss",
        says=f"{figure(100 * one.padded)} % of the ids of `{one.variable or one.name}` are zeros "
        f"at the end of their row, and `{one.layer}` does not mask them: these places count in "
        f"`{output.loss}` and in the metrics like any other. Of all labels {share} % are "
        f"{figure(value)}.",
        where=Where(layer=one.layer, variable=target.variable, call="Embedding"),
        measured={"share of padding in the loss": one.padded},
        expected={"share of padding in the loss": 0},
        severity="warning" if one.padded >= most else "note",
    )


@padding_in_loss.treatment("Mask the padding", effect="training")
def mask_the_padding(_finding: Finding, cell: Cell) -> Cell:
    """Set `mask_zero=True`, so that loss and metrics leave these places out."""
    return cell.with_argument("Embedding", "mask_zero", "True", position=5)
