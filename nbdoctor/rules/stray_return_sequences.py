"""A prediction for every time step where the labels have one for every row."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.probes.wiring import Step, Wiring
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

RECURRENT = frozenset(
    {"LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "Bidirectional"}
)

PER_STEP = frozenset(
    {"Activation", "BatchNormalization", "Dense", "Dropout", "LayerNormalization", "LeakyReLU"}
    | {"ReLU", "Softmax", "SpatialDropout1D", "TimeDistributed"},
)
"""Layers that treat every time step by itself, so that the steps come from before."""

SEQUENCES = 3
"""Rows, time steps and values."""

UNKNOWN = frozenset({"", "custom", "ctc"})
"""Losses that may compare a sequence with labels of another length."""


@rule(
    family="model",
    severity="critical",
    kind="proof",
    holds="Predictions are made for time steps only where the labels are",
    explains=("known-crash", "silent-broadcast", "baseline-not-beaten"),
)
def stray_return_sequences(labels: Labels, head: Head, wiring: Wiring, /) -> Iterator[Finding]:
    """The last recurrent layer returns every time step.

    ## What it means
    With `return_sequences=True` a recurrent layer returns its state after every time step, and
    all that follows is done for every step. Where the labels have one value per row, only the
    last state is wanted. Cross-entropy raises; squared error compares each label with the steps
    of all rows without a word, and the loss stands still (0.2496 in every epoch).

    ## How it is measured
    It follows from shapes: the output has an axis of time steps that comes from a recurrent layer
    with `return_sequences=True`, and the labels have no such axis.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((12, 4)),
        keras.layers.LSTM(16, return_sequences=True),
        keras.layers.Dense(1),
    ])
    model.compile("adam", "mse")
    model.fit(series, one_number_per_series)
    ```

    ## What the treatment does
    The last recurrent layer returns its last state only. Those before it keep returning every
    step, since the next one reads them.

    ## When to ignore it
    When there is to be a prediction for every step: then the labels need one, too. A loss of
    one's own and CTC compare sequences of different lengths and are not judged.

    ## References
    Keras documentation, "Working with RNNs", section "Outputs and states".
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or output.loss in UNKNOWN or not output.shape:
            continue
        judged = True
        source = wiring.step(output.layer)
        layer = _recurrent(wiring, source) if source is not None else None
        if layer is not None and output.rank == SEQUENCES and _is_per_row(target, output):
            yield _finding(layer, target, output)
    if not judged:
        message = "no output with a loss of Keras's has a shape that is known"
        raise DoesNotApplyError(message)


def _is_per_row(target: Target, output: Output) -> bool:
    """Whether the labels have no axis for the time steps of the output."""
    if target.rank == 1:
        return True
    (steps, width), per_row = output.shape[1:], target.shape
    if len(per_row) != 1 or per_row[0] == steps:
        return False
    return per_row[0] == 1 or (steps is not None and per_row[0] == width)


def _recurrent(wiring: Wiring, step: Step) -> Step | None:
    """The recurrent layer whose time steps those of `step` are."""
    while step.kind in PER_STEP and len(step.takes) == 1:
        before = wiring.step(step.takes[0])
        if before is None:
            return None
        step = before
    return step if step.kind in RECURRENT and step.sequences else None


def _finding(layer: Step, target: Target, output: Output) -> Finding:
    steps = output.shape[1]
    many = f"{steps} predictions" if steps else "a prediction for every time step"
    labels = f"`{target.variable}`" if target.variable else "the labels"
    shape = (
        "(rows" + "".join(f", {size}" for size in target.shape) + ("," * (target.rank == 1)) + ")"
    )
    return Finding(
        title=f"`{layer.name}` returns every time step, the labels have one value per row",
        says=f"With `return_sequences=True` in `{layer.name}` the model makes {many} per row, of "
        f"shape {_written(output.shape)}, while {labels} of shape {shape} hold one label per row.",
        where=Where(layer=layer.name, line=layer.line),
        measured={"axes of the predictions": output.rank, "axes of the labels": target.rank},
        expected={"axes of the predictions": target.rank if target.rank > 1 else 2},
    )


def _written(shape: tuple[int | None, ...]) -> str:
    return "(rows" + "".join(f", {size or 'steps'}" for size in shape[1:]) + ")"


@stray_return_sequences.treatment("Return the last step only", effect="model")
def return_the_last_step_only(finding: Finding, cell: Cell) -> Cell | str:
    """Set `return_sequences=False` on the last recurrent layer."""
    written = [
        call
        for call in cell.calls
        if (argument := call.argument("return_sequences")) and argument.text == "True"
    ]
    models = sum(call.name in ("Sequential", "Model") for call in cell.calls)
    if not written or models > 1:
        return f"Build `{finding.where.layer}` with `return_sequences=False`."
    last = written[-1]
    return cell.with_argument(last.name, "return_sequences", "False", at=last)
