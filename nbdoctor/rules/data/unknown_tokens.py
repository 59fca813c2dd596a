"""Words that the vocabulary does not know."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained, has_learned
from nbdoctor.readings.unknown_words import UnknownWords
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, rule

MORE = 3.0


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="The vocabulary knows most words of training and validation rows",
    explains=(
        "contradicted-labels",
        "baseline-not-beaten",
        "below-simple-models",
        "overfit-to-training",
        "signal-not-found",
        "validation-rows-differ",
    ),
)
def unknown_tokens(
    words: UnknownWords,
    attained: Attained | None,
    /,
    *,
    most: float = 0.5,
    validation: float = 0.3,
) -> Iterator[Finding]:
    """Most words have the one number that stands for words that the vocabulary does not know.

    ## What it means
    A vocabulary of few words, one that was made of other texts or before they were cleaned, or of
    whole sentences, gives nearly all words one number. The model gets texts of which it can read
    nothing. If validation rows alone are so, they were prepared otherwise.

    ## How it is measured
    Where one `TextVectorization` (or `Tokenizer` with an `oov_token`) is among your variables and
    one input is looked up in an embedding, the number for unknown words is counted among all ids
    that are not padding. The finding requires at least `most` (0.5) in training rows while the
    model has not learned them, or at least `validation` (0.3) in validation rows and three times as
    many as in training. Vocabularies of some thousand words leave 5 to 20 % unknown.

    ## Example
    ```python
    words = keras.layers.TextVectorization(max_tokens=100)
    words.adapt(["only one text"])
    model.fit(words(texts), labels)
    ```

    ## What the treatment does
    It says what to compare.

    ## When to ignore it
    When few words decide, and all others are to count alike.

    ## References
    Keras API, "TextVectorization layer".
    """
    judged = words.validation or 0.0
    if judged >= validation and judged >= MORE * words.training:
        yield _finding(words, judged, "validation")
    elif words.training >= most and not has_learned(attained):
        yield _finding(words, words.training, "training")


def _finding(words: UnknownWords, share: float, part: str) -> Finding:
    other = f" In training rows it is {figure(100 * words.training, 2)} %."
    empty = f" {figure(100 * words.empty, 2)} % of the rows hold no known word at all."
    tail = other if part == "validation" else empty if words.empty > 0 else ""
    many = "Most" if share >= 0.5 else "Many"  # noqa: PLR2004  (more than half)
    return Finding(
        title=f"{many} words of the {part} rows are unknown",
        says=(
            f"{figure(100 * share, 2)} % of the words in {part} rows have the number that "
            f"`{words.layer}` gives to all words outside of its vocabulary.{tail}"
        ),
        where=Where(variable=words.variable or words.layer),
        measured={f"unknown words, {part}": share},
        expected={f"unknown words, {part}": "5 to 20 %"},
    )


@unknown_tokens.treatment("Make the vocabulary of these texts", effect="advice")
def make_it_of_these_texts(_finding: Finding, _cell: Cell) -> str:
    """Adapt it to the training texts as the model gets them, and use it for both parts."""
    return (
        "Call `adapt` with the training texts as the model gets them (after cleaning, split into "
        "words alike), allow some thousand words, and use the same layer for validation rows."
    )
