"""A prediction for every time step, although the labels have one value per row."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.wiring import Step, Wiring
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

RECURRENT = frozenset(
    {"LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "Bidirectional"}
)

PER_STEP = frozenset(
    {"Activation", "BatchNormalization", "Dense", "Dropout", "LayerNormalization", "LeakyReLU"}
    | {"ReLU", "Softmax", "SpatialDropout1D", "TimeDistributed"},
)
"""Layers that process each time step separately, so that the steps come from an earlier layer."""

SEQUENCES = 3
"""Dimensions: rows, time steps and values."""

UNKNOWN = frozenset({"", "custom", "ctc"})
"""Losses that may compare a sequence with labels of a different length."""


@rule(
    family="model",
    severity="critical",
    kind="proof",
    holds="Predictions have time steps only if the labels have them",
    explains=("known-crash", "silent-broadcast", "baseline-not-beaten"),
)
def stray_return_sequences(labels: Labels, head: Head, wiring: Wiring, /) -> Iterator[Finding]:
    """The last recurrent layer returns every time step, although the labels have one value per row.

    ## What it means
    With `return_sequences=True` a recurrent layer returns its output for every time step, and all
    later layers process every step. If the labels have one value per row, only the last step is
    needed. Cross-entropy raises an error; squared error silently compares each label with the steps
    of all rows (broadcasting), and the loss does not improve (0.2496 in every epoch).

    ## How it is measured
    This follows from shapes: the output has a time dimension that comes from a recurrent layer with
    `return_sequences=True`, and the labels have no such dimension.

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
    The last recurrent layer returns its last step only. The recurrent layers before it still return
    every step, since the next layer needs them.

    ## When to ignore it
    When a prediction for every step is intended: then the labels need one value per step, too.
    User-defined losses and CTC can compare sequences of different lengths and are not judged.

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
        message = "no output with a built-in loss has a known shape"
        raise DoesNotApplyError(message)


def _is_per_row(target: Target, output: Output) -> bool:
    """Whether the labels have no dimension for the time steps of the output."""
    if target.rank == 1:
        return True
    (steps, width), per_row = output.shape[1:], target.shape
    if len(per_row) != 1 or per_row[0] == steps:
        return False
    return per_row[0] == 1 or (steps is not None and per_row[0] == width)


def _recurrent(wiring: Wiring, step: Step) -> Step | None:
    """Return the recurrent layer from which the time steps of `step` come, None without one."""
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
        title=f"`{layer.name}` returns every time step, but the labels have one value per row",
        says=f"With `return_sequences=True` in `{layer.name}` the model returns {many} per row "
        f"(shape {_written(output.shape)}), while {labels} with shape {shape} hold one label per "
        "row.",
        where=Where(layer=layer.name, line=layer.line),
        measured={"dimensions of the predictions": output.rank},
        expected={"dimensions of the predictions": target.rank if target.rank > 1 else 2},
    )


def _written(shape: tuple[int | None, ...]) -> str:
    return "(rows" + "".join(f", {size or 'steps'}" for size in shape[1:]) + ")"


@stray_return_sequences.treatment("Return only the last time step", effect="model")
def return_only_the_last_step(finding: Finding, cell: Cell) -> Cell | str:
    """Set `return_sequences=False` on the last recurrent layer."""
    written = [
        call
        for call in cell.calls
        if (argument := call.argument("return_sequences")) and argument.text == "True"
    ]
    models = sum(call.name in ("Sequential", "Model") for call in cell.calls)
    if not written or models > 1:
        return f"Create `{finding.where.layer}` with `return_sequences=False`."
    last = written[-1]
    return cell.with_argument(last.name, "return_sequences", "False", at=last)
