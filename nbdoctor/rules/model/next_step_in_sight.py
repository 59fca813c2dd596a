"""A model that is to predict the next step of a sequence, and sees it."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.labels_in_sight import LabelsInSight
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.rules.rule import Finding, Where, rule

ATTENTION = frozenset({"MultiHeadAttention", "GroupQueryAttention", "Attention"})
CONVOLUTION = frozenset({"Conv1D", "SeparableConv1D", "DepthwiseConv1D"})
BOTH_WAYS = frozenset({"Bidirectional"})


@rule(
    family="model",
    severity="warning",
    kind="proof",
    holds="A prediction of the next step does not depend on that step",
    explains=("overfit-to-training", "validation-looks-better"),
    parts=("masks",),
)
def next_step_in_sight(
    sight: LabelsInSight, layers: Layers | None, /, *, most: float = 0.5
) -> Iterator[Finding]:
    """A model that is to predict the next step of a sequence, and sees it.

    ## What it means
    The labels are the inputs, some steps on. If the prediction at a step depends on the steps
    behind it, the model can copy its label from there. Loss and accuracy look perfect, on
    validation data as well, and tell nothing: where a sequence is to be continued, the next step
    does not exist yet.

    ## How it is measured
    At 99 % or more of the places at which an input changes, the label is that input one or more
    steps on. After training, sequences are predicted twice, on copies and without effect: as they
    are, and with everything after the middle exchanged for that of another sequence. A model that
    sees no step ahead predicts the same for the places before. The rule fires where this is not so
    in more than `most` (half) of the sequences; a difference below a thousandth of the spread of
    the predictions is rounding.

    ## Example
    ```python
    mask = np.triu(np.ones((length, length)), k=1).astype(bool)   # True above the diagonal
    z = keras.layers.MultiHeadAttention(2, 16)(z, z, attention_mask=mask[None])
    ```
    In Keras `True` marks what may be seen: here this is what lies ahead.

    ## What the treatment does
    It says how the layers that look ahead are told not to.

    ## When to ignore it
    When sequences are to be smoothed or filled in, and what lies ahead is known then as well.

    ## References
    Keras documentation, "MultiHeadAttention layer", `attention_mask` and `use_causal_mask`.
    """
    if sight.changed <= most * sight.rows:
        return
    steps = "step" if sight.ahead == 1 else "steps"
    ahead = _looks_ahead(layers)
    yield Finding(
        title="The model sees the step that it is to predict",
        says=f"The label of each step is `{sight.input}` {sight.ahead} {steps} on, and the model "
        f"can read it there: what it puts out at step {sight.place} changes when the steps behind "
        f"it are exchanged, in {sight.changed} of {sight.rows} sequences. Its loss and its metrics "
        "show how well it copies, not how well it predicts.",
        where=Where(layer=ahead[0].name if ahead else ""),
        measured={"predictions that depend on later steps": f"{sight.changed / sight.rows:.0%}"},
        expected={"predictions that depend on later steps": "0%"},
        facts=tuple(sorted({one.kind for one in ahead})),
    )


def _looks_ahead(layers: Layers | None) -> list[Layer]:
    kinds = ATTENTION | CONVOLUTION | BOTH_WAYS
    return [one for one in layers.layers if one.kind in kinds] if layers is not None else []


@next_step_in_sight.treatment("Hide what lies ahead", effect="advice")
def hide_what_lies_ahead(finding: Finding, _cell: Cell) -> str:
    """Say how each kind of layer is told to look back only."""
    kinds = set(finding.facts) if isinstance(finding.facts, tuple) else set()
    says = []
    if kinds & ATTENTION or not kinds:
        says.append(
            "Call attention with `use_causal_mask=True`, or give it an `attention_mask` that is "
            "`True` at and before each step and `False` after it: `np.tril`, not `np.triu`."
        )
    if kinds & CONVOLUTION:
        says.append('Write `padding="causal"` in convolutions over time, not "same".')
    if kinds & BOTH_WAYS:
        says.append("Take the recurrent layer alone, without `Bidirectional`.")
    return " ".join(says)
