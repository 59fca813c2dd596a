"""Dropout that leaves next to nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.capture.call import Call
from nbdoctor.capture.cell import CannotEditError, Cell
from nbdoctor.capture.layer_edit import without_layer
from nbdoctor.probes.head import PROBABILITIES_BY, Head
from nbdoctor.probes.trained import Trained, has_learned
from nbdoctor.probes.wiring import Step, Wiring
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Value, Where, figure, rule

WHOLE = frozenset({"Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"})
"""Layers that drop a unit or keep it."""

DECIDING = frozenset(PROBABILITIES_BY) | {"hinge", "squared_hinge"}
"""Losses that compare classes."""

JOINING = frozenset(
    {"Add", "AdditiveAttention", "Attention", "Average", "Concatenate", "Dot", "Maximum", "Minimum"}
    | {"Multiply", "MultiHeadAttention", "Subtract"},
)
"""Layers in which what was dropped may come from another side."""


@rule(
    family="model",
    severity="warning",
    kind="strong",
    holds="Dropout leaves enough for the next layer to learn from",
    explains=(
        "baseline-not-beaten",
        "fails-to-memorise",
        "too-few-steps",
    ),
)
def excessive_dropout(  # noqa: PLR0913  (three readings, three thresholds)
    wiring: Wiring,
    head: Head | None,
    trained: Trained | None,
    /,
    *,
    rate: float = 0.8,
    kept: float = 8,
    noise: float = 0.2,
) -> Iterator[Finding]:
    """Dropout that leaves next to nothing: a high rate, or very few units.

    ## What it means
    `rate` is the share of values that dropout sets to zero in training, not the share that it
    keeps. At 0.9 one value in ten is left, multiplied by ten: the noise is three times as large
    as the signal, and the model learns less in training than it shows afterwards (an accuracy of
    0.43 in training, 0.66 in `evaluate`). At 0.99 it learns nothing.

    Behind a layer of n units even a usual rate p may leave too little: in p^n of the rows no unit
    is left (of 3 units at 0.5 in one row of eight), and the sum that a unit of the next layer
    makes of them has a variance, from dropping alone, of at least v = p / ((1 - p) n) times its
    square, whatever the weights: it is least where all units say the same. So at least v / (1 + v)
    of what comes out is noise, and to err least the model predicts values closer to the mean.

    ## How it is measured
    A hidden dropout layer has a rate of `rate` (0.8) or more and so keeps fewer than `kept` (8)
    units of its layer on average in each row: a warning. With more units left it is a note, since
    a wide layer says the same thing in many units. 0.5 and above is normal and not reported.

    With lower rates it is the share v / (1 + v) that has to be `noise` (0.2) or more; 1 + v is
    the product over all dropout layers that the whole signal goes through, one after the other.
    On a plane of three columns R² was 0.99 at a share of 0.03 (0.2 on 8 units), 0.90 at 0.14 (0.5
    on 6), 0.82 at 0.2 (0.5 on 4), 0.75 at 0.33 (0.5 on 2), and 1.0 without dropout; on Friedman's
    function 0.82 at 0.2 and 0.97 without. Where the trained model has learned its rows all the same
    (accuracy or R² of 0.9), it is a note. Layers with a way around them are not judged, nor are
    decisions between classes: which sum is the largest needs no size, and nothing certain was lost
    there (digits at 0.5 on 4 units 0.86, and 0.87 without dropout).

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dropout(0.9),
        keras.layers.Dense(3, activation="softmax"),
    ])
    ```

    ## What the treatment does
    A high rate becomes 0.2, as if the share to keep had been meant by 0.8; 0.2 to 0.5 is usual.
    Behind very few units dropout is taken out: they have nothing to spare.

    ## When to ignore it
    When rows are noised on purpose, as in a denoising autoencoder over sparse inputs.

    ## References
    Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: a simple way to prevent
    neural networks from overfitting", JMLR 2014, appendix A. The bound of the variance is the
    inequality of Cauchy and Schwarz. R² and accuracies are those of
    `python -m tests.benchmarks.thresholds dropout` with Keras 3.15.
    """
    drops = [step for step in wiring.steps if step.rate is not None]
    if not drops:
        message = "the model has no dropout layer"
        raise DoesNotApplyError(message)
    hidden = [step for step in drops if step.takes and not step.is_output]
    for step in hidden:
        if (step.rate or 0.0) >= rate:
            yield _finding(step, rate, kept)
    narrow = [step for step in hidden if _variance(step) > 0 and (step.rate or 0.0) < rate]
    rows = ([one for one in _behind(step, wiring) if one in narrow] for step in narrow)
    through = max(rows, key=_share, default=[])
    if _share(through) >= noise and not _decides(head):
        yield _narrow_finding(through, noise, learned=has_learned(trained))


def _units(step: Step) -> int | None:
    """What is dropped or kept as one: a value of a row, or a whole channel."""
    return step.size if step.kind == "Dropout" else step.width


def _decides(head: Head | None) -> bool:
    """Whether the outputs say which class it is, for which the size of a sum does not matter."""
    outputs = head.outputs if head is not None else ()
    return bool(outputs) and all(one.loss in DECIDING for one in outputs)


def _variance(step: Step) -> float:
    """Least variance that dropping adds to a sum of the units, over the square of the sum."""
    units, dropped = _units(step) or 0, step.rate or 0.0
    return dropped / ((1 - dropped) * units) if units and step.kind in WHOLE else 0.0


def _share(steps: list[Step]) -> float:
    """Share of noise behind these layers, one after the other."""
    variance = math.prod(1 + _variance(step) for step in steps) - 1
    return variance / (1 + variance)


def _behind(step: Step, wiring: Wiring) -> tuple[Step, ...]:
    """The straight way from this layer to an output, () where there are others beside it."""
    way = [step]
    while not way[-1].is_output:
        users = wiring.after(way[-1])
        if len(users) != 1 or users[0] in way:
            return ()
        way += users
    joined = any(len(one.takes) > 1 or one.kind in JOINING for one in way[1:])
    return () if joined else tuple(way)


def _narrow_finding(through: list[Step], noise: float, *, learned: bool) -> Finding:
    share, most = _share(through), max(_variance(step) for step in through)
    named = [step for step in through if 2 * _variance(step) >= most]
    worst = max(named, key=_variance)
    units, dropped = _units(worst) or 0, worst.rate or 0.0
    others = [f"`{step.name}`" for step in named if step is not worst]
    rest = f" Together with {' and '.join(others)}, at" if others else " At"
    of = f"{units} units" if units > 1 else "a single unit"
    return Finding(
        title=f"`{worst.name}` drops {figure(100 * dropped)} % of {of}",
        says=f"In training `{worst.name}` leaves none of its {units:,} units in "
        f"{figure(100 * dropped**units)} % of the rows.{rest} least {figure(100 * share)} % of "
        "what comes out is noise from dropping, which no weight can take away.",
        severity="note" if learned else None,
        where=Where(layer=worst.name, call=worst.kind, line=worst.line),
        measured={
            "rate": dropped,
            "units": units,
            "share of noise": share,
            **_lines(named),
        },
        expected={"share of noise": f"below {noise:g}"},
    )


def _lines(steps: list[Step]) -> dict[str, Value]:
    """Where these layers are made, where that can be told of all of them."""
    lines = sorted({step.line for step in steps if step.line is not None})
    return {"lines": ", ".join(map(str, lines))} if len(lines) == len(steps) else {}


def _finding(step: Step, rate: float, kept: float) -> Finding:
    dropped, units = step.rate or 0.0, _units(step) or 0
    left = units * (1 - dropped)
    known = f"{figure(left)} of its {units:,} units" if units else "few of its units"
    return Finding(
        title=f"`{step.name}` drops {figure(100 * dropped)} % of its values",
        says=f"In training `{step.name}` keeps {known} on average in each row. The rate is the "
        "share that is dropped, not the share that is kept.",
        severity="warning" if units > 0 and left < kept else "note",
        kind="strong" if units > 0 and left < kept else "hint",
        where=Where(layer=step.name, call=step.kind, line=step.line),
        measured={"rate": dropped, "units left": left},
        expected={"rate": f"below {rate:g}"},
    )


@excessive_dropout.treatment("Drop fewer values", effect="model")
def drop_fewer_values(finding: Finding, cell: Cell) -> Cell | str | None:
    """Set the rate to 0.2."""
    if "share of noise" in finding.measured:
        return None
    line = finding.where.line
    if line is None:
        return f"Build `{finding.where.layer}` with a rate of 0.2 to 0.5."
    return cell.with_argument(finding.where.call, "rate", "0.2", position=0, line=line)


@excessive_dropout.treatment("Keep all of so few units", effect="model")
def keep_all_units(finding: Finding, cell: Cell) -> Cell | str | None:
    """Take the dropout behind the smallest layers out."""
    if "share of noise" not in finding.measured:
        return None
    lines = {int(line) for line in str(finding.measured.get("lines", "")).split(", ") if line}
    if finding.where.line not in lines:
        return f"Build the model without `{finding.where.layer}`, or with more units before it."
    for call in reversed(cell.calls):  # lines above an edit stay where they are
        if call.line in lines and call.name in WHOLE:
            cell = _without(cell, call)
    return cell


def _without(cell: Cell, call: Call) -> Cell:
    """Without the layer; where its place is not its own it drops nothing."""
    try:
        return without_layer(cell, call)
    except CannotEditError:
        return cell.with_argument(call.name, "rate", "0.0", position=0, at=call)
