"""Dropout that leaves too few values."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.call import Call, CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.layers import without_layer
from nbdoctor.readings.attained import Attained, has_learned
from nbdoctor.readings.head import Head
from nbdoctor.readings.losses import PROBABILITIES_BY
from nbdoctor.readings.wiring import Step, Wiring
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

WHOLE = frozenset({"Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"})
"""Layers that drop or keep whole units."""

DECIDING = frozenset(PROBABILITIES_BY) | {"hinge", "squared_hinge"}
"""Classification losses."""

JOINING = frozenset(
    {"Add", "AdditiveAttention", "Attention", "Average", "Concatenate", "Dot", "Maximum", "Minimum"}
    | {"Multiply", "MultiHeadAttention", "Subtract"},
)
"""Layers that may receive the dropped values through another branch."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """Whether few units are the problem, not a high rate, and the lines of the layers to remove.

    `lines` is empty where the line of one of the layers is not known.
    """

    few_units: bool
    lines: tuple[int, ...] = ()


@rule(
    family="model",
    severity="warning",
    kind="strong",
    holds="Dropout leaves enough values for the next layer to learn from",
    explains=(
        "baseline-not-beaten",
        "fails-to-memorise",
        "too-few-steps",
    ),
    gated=True,
    parts=("regularisation",),
)
def excessive_dropout(  # noqa: PLR0913  (three readings, three thresholds)
    wiring: Wiring,
    head: Head | None,
    attained: Attained | None,
    /,
    *,
    rate: float = 0.8,
    kept: float = 8,
    noise: float = 0.2,
) -> Iterator[Finding]:
    """Dropout that leaves too few values: a high rate, or very few units.

    ## What it means
    `rate` is the share of values that dropout sets to zero in training, not the share that it
    keeps. At 0.9 one value in ten is left, multiplied by ten: the noise is three times as large as
    the signal, and training accuracy is far below that of the same rows without dropout (0.43 in
    training, 0.66 in `evaluate`). At 0.99 the model learns nothing.

    After a layer of n units even a usual rate p may leave too little. In a share p^n of the rows no
    unit is left (3 units at 0.5: one row in eight). A weighted sum of the units has, from dropout
    alone, a variance of at least v = p / ((1 - p) n) times its square, whatever the weights; the
    minimum is reached if all units have the same value. So at least v / (1 + v) of the result is
    noise, and to minimise the error the model predicts values closer to the mean.

    ## How it is measured
    A hidden dropout layer has a rate of at least `rate` (0.8) and keeps fewer than `kept` (8) units
    on average in each row: a warning. If it keeps more units it is a note, since a wide layer
    carries redundant information. Rates of 0.5 and somewhat more are normal and not reported.

    For lower rates the noise share v / (1 + v) must be at least `noise` (0.2). With several dropout
    layers in sequence, 1 + v is the product over these layers. On a linear function of three
    columns R² was 0.99 at a noise share of 0.03 (0.2 on 8 units), 0.90 at 0.14 (0.5 on 6), 0.82 at
    0.2 (0.5 on 4), 0.75 at 0.33 (0.5 on 2), and 1.0 without dropout; on Friedman's function 0.82 at
    0.2 and 0.97 without. If the trained model has fitted its rows all the same (accuracy or R² of
    0.9), it is a note. Layers with a parallel branch are not judged, and neither are classifiers:
    their result depends on which output is largest, not on its size, and no reliable loss of
    accuracy was measured (digits at 0.5 on 4 units 0.86, and 0.87 without dropout).

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
    A high rate becomes 0.2, in case 0.8 was meant as the share to keep; 0.2 to 0.5 is usual. After
    very small layers the dropout is removed: they have no redundant units.

    ## When to ignore it
    When rows are noised on purpose, as in a denoising autoencoder with sparse inputs.

    ## References
    Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: a simple way to prevent
    neural networks from overfitting", JMLR 2014, appendix A. The bound on the variance follows from
    the Cauchy-Schwarz inequality. R² and accuracies come from
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
    rows = ([one for one in _path_from(step, wiring) if one in narrow] for step in narrow)
    through = max(rows, key=_share, default=[])
    if _share(through) >= noise and not _decides(head):
        yield _narrow_finding(through, noise, learned=has_learned(attained))


def _units(step: Step) -> int | None:
    """Return how many units are dropped independently in a row: values, or whole channels."""
    return step.size if step.kind == "Dropout" else step.width


def _decides(head: Head | None) -> bool:
    """Whether all outputs are classified, for which the size of a sum does not matter."""
    outputs = head.outputs if head is not None else ()
    return bool(outputs) and all(one.loss in DECIDING for one in outputs)


def _variance(step: Step) -> float:
    """Return the least variance that dropout adds to a sum of the units, over its square."""
    units, dropped = _units(step) or 0, step.rate or 0.0
    return dropped / ((1 - dropped) * units) if units and step.kind in WHOLE else 0.0


def _share(steps: list[Step]) -> float:
    """Return the noise share after these layers in sequence."""
    variance = math.prod(1 + _variance(step) for step in steps) - 1
    return variance / (1 + variance)


def _path_from(step: Step, wiring: Wiring) -> tuple[Step, ...]:
    """Return the only path from this layer to an output, () where there are several."""
    path = [step]
    while not path[-1].is_output:
        users = wiring.after(path[-1])
        if len(users) != 1 or users[0] in path:
            return ()
        path += users
    joined = any(len(one.takes) > 1 or one.kind in JOINING for one in path[1:])
    return () if joined else tuple(path)


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
        says=f"In training, `{worst.name}` keeps none of its {units:,} units in "
        f"{figure(100 * dropped**units)} % of the rows.{rest} least {figure(100 * share)} % of the "
        "next layer's input is noise from dropout, which no weight can reduce.",
        severity="note" if learned else None,
        where=Where(layer=worst.name, call=worst.kind, line=worst.line),
        measured={"share of noise": share},
        expected={"share of noise": f"below {noise:g}"},
        facts=_Facts(few_units=True, lines=_lines(named)),
    )


def _lines(steps: list[Step]) -> tuple[int, ...]:
    """Return the lines that create these layers, () where one of them is not known."""
    lines = sorted({step.line for step in steps if step.line is not None})
    return tuple(lines) if len(lines) == len(steps) else ()


def _finding(step: Step, rate: float, kept: float) -> Finding:
    dropped, units = step.rate or 0.0, _units(step) or 0
    left = units * (1 - dropped)
    known = f"{figure(left)} of its {units:,} units" if units else "few of its units"
    return Finding(
        title=f"`{step.name}` drops {figure(100 * dropped)} % of its values",
        says=f"In training, `{step.name}` keeps {known} on average in each row. The rate is the "
        "share that is dropped, not the share that is kept.",
        severity="warning" if units > 0 and left < kept else "note",
        kind="strong" if units > 0 and left < kept else "hint",
        where=Where(layer=step.name, call=step.kind, line=step.line),
        measured={"dropout rate": dropped, **({"units kept per row": left} if units else {})},
        expected={
            "dropout rate": f"below {rate:g}",
            **({"units kept per row": f"at least {kept:g}"} if units else {}),
        },
        facts=_Facts(few_units=False),
    )


@excessive_dropout.treatment("Lower the dropout rate", effect="model")
def lower_the_rate(finding: Finding, cell: Cell) -> Cell | str | None:
    """Set the rate to 0.2."""
    if facts_of(finding, _Facts).few_units:
        return None
    line = finding.where.line
    if line is None:
        return f"Create `{finding.where.layer}` with a rate of 0.2 to 0.5."
    return cell.with_argument(finding.where.call, "rate", "0.2", position=0, line=line)


@excessive_dropout.treatment("Remove dropout after the small layers", effect="model")
def remove_dropout(finding: Finding, cell: Cell) -> Cell | str | None:
    """Remove the dropout after the smallest layers."""
    facts = facts_of(finding, _Facts)
    if not facts.few_units:
        return None
    if finding.where.line not in facts.lines:
        return f"Build the model without `{finding.where.layer}`, or with more units before it."
    for call in reversed(cell.calls):  # lines above an edit stay where they are
        if call.line in facts.lines and call.name in WHOLE:
            cell = _without(cell, call)
    return cell


def _without(cell: Cell, call: Call) -> Cell:
    """Return the cell without the layer, or with a rate of 0 where it cannot be removed."""
    try:
        return without_layer(cell, call)
    except CannotEditError:
        return cell.with_argument(call.name, "rate", "0.0", position=0, at=call)
