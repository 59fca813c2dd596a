"""Predictions and labels from two passes over data that is shuffled anew for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.two_passes import TwoPasses
from nbdoctor.rules.rule import Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Facts:
    by_keras: bool


@rule(
    family="pipeline",
    severity="critical",
    kind="proof",
    holds="Predictions and labels are not taken from two differently shuffled passes",
)
def predictions_out_of_order(passes: TwoPasses, /) -> Iterator[Finding]:
    """Predictions and labels from two passes over data that is shuffled anew for each.

    ## What it means
    `shuffle` of a dataset gives another order each time the dataset is iterated over. `predict`
    is one pass, a loop that collects the labels is another one: the first prediction and the first
    label belong to different rows. A confusion matrix or report made of them shows chance level
    although the model is good and the validation accuracy of `fit` is right.

    ## How it is measured
    While the cell runs it is noted which datasets `predict` is given and which datasets the cell
    itself iterates over to the end. Both passes come through one live `shuffle` that deals anew in
    each iteration, and no `cache` holds its order. For iterators of `ImageDataGenerator`:
    `predict` got one with `shuffle=True`, and the cell reads its `classes` or `labels`, which stand
    in the order of the files.

    ## Example
    ```python
    held = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(500).batch(32)
    guess = model.predict(held).argmax(axis=1)
    truth = np.concatenate([labels for _, labels in held])
    print((guess == truth).mean())
    ```

    ## What the treatment does
    It says how to keep predictions and labels together.

    ## When to ignore it
    When the two passes are not compared with each other.

    ## References
    TensorFlow documentation, `tf.data.Dataset.shuffle`, argument `reshuffle_each_iteration`.
    """
    one, other = (f" on line {n}" if n else "" for n in (passes.predicted, passes.collected))
    at = f" on line {passes.shuffled}" if passes.shuffled else ""
    if passes.shuffled is None and passes.text.startswith("`."):
        says = (
            f"`predict`{one} got an iterator with `shuffle=True`, and {passes.text}{other} holds "
            "the labels in the order of the files: they belong to other rows than the predictions."
        )
    else:
        says = (
            f"`predict`{one} and {passes.text}{other} that collects from the same dataset are two "
            f"passes, and the `shuffle`{at} gives each pass another order: the labels belong to "
            "other rows than the predictions. What is computed from both shows chance level."
        )
    yield Finding(
        title="Predictions and labels come from two differently shuffled passes",
        says=says,
        where=Where(call="predict", line=passes.collected),
        measured={"passes in different orders": 2},
        expected={"passes in different orders": 1},
        facts=_Facts(by_keras=passes.text.startswith("`.")),
    )


@predictions_out_of_order.treatment("Keep predictions and labels together", effect="advice")
def keep_together(finding: Finding, _cell: Cell) -> str:
    """Do not shuffle the data that judges, or collect both in one pass."""
    if facts_of(finding, _Facts).by_keras:
        return "Make the iterator that judges with `shuffle=False`."
    return (
        "Do not shuffle the data that judges: the order does not matter to `evaluate`. Or collect "
        "both in one pass: `for x, y in held: guess.append(model.predict_on_batch(x)); "
        "truth.append(y)`."
    )
