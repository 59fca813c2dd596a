"""An operation with an infinite slope, which makes the gradient NaN."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.expression import with_expression
from nbdoctor.cell.syntax import unparsed
from nbdoctor.readings.infinite_slopes import InfiniteSlope
from nbdoctor.rules.rule import Finding, Where, facts_of, rule

GUARDED = {"sqrt", "rsqrt", "log"}
"""Functions whose argument can be kept away from 0 by `maximum`."""

SMALLEST = "1e-7"
"""Keras's own `epsilon`."""


@dataclass(frozen=True, slots=True)
class _Facts:
    kind: str


@rule(
    family="training",
    severity="critical",
    kind="proof",
    holds="The gradient of every step that was made on copies is finite",
    explains=(
        "non-finite-loss",
        "learning-rate-too-high",
        "exploding-gradient",
        "diverging-loss",
        "nan-hidden-by-relu",
        "dead-units",
        "weights-stand-still",
        "constant-predictions",
        "baseline-not-beaten",
        "too-few-steps",
        "unscaled-inputs",
        "unscaled-targets",
        "large-initial-weights",
        "majority-class-only",
    ),
)
def infinite_slope(slope: InfiniteSlope, /) -> Iterator[Finding]:
    """An operation with an infinite slope, which makes the gradient NaN.

    ## What it means
    The square root of 0 is 0, but its slope there is infinite, and infinity times 0 is NaN in
    backpropagation. The loss looks well, its gradient is NaN, and one step makes every weight NaN.
    It happens in distances of two equal rows, in standard deviations of equal values, and in
    logarithms of probabilities that reach 0. A lower learning rate or clipping changes nothing.

    ## How it is measured
    A step made on copies has a gradient that is not finite. The operations by which its loss is
    made are searched for roots, logarithms, divisions, powers and inverse functions, and the values
    that come to each are counted. Where the data holds pairs of equal rows and none was in these
    batches, a batch of such pairs is tried. There is no threshold.

    ## Example
    ```python
    def distance(pair):
        return ops.sqrt(ops.sum(ops.square(pair[0] - pair[1]), axis=1, keepdims=True))
    ```

    ## What the treatment does
    It keeps the argument of the root or the logarithm at 1e-7 or more, where the slope is finite.

    ## When to ignore it
    Never: the first such row makes the model NaN.

    ## References
    PyTorch documentation, "Numerical accuracy"; keras-team/keras issue 9097.
    """
    where = f" in `{slope.layer}`" if slope.layer else ""
    line = f" of line {slope.line}" if slope.line is not None else ""
    when = (
        f"batch {slope.batch}"
        if slope.batch
        else f"a batch of pairs of equal rows, of which the data has {slope.rows:,}"
    )
    sign = "±1" if slope.at else "0"
    action = "divides by" if slope.kind == "division" else "is taken of"
    finite = slope.loss is None or math.isfinite(slope.loss)
    yield Finding(
        title=f"A {slope.kind} has an infinite slope, and the gradient is NaN",
        says=f"The {slope.kind}{line}{where} {action} {sign} for {slope.values:,} of {slope.of:,} "
        f"values in {when}. {'The loss is finite, but the' if finite else 'The'} slope is infinite "
        f"there, so that the gradients of {slope.weights} weights are not finite, and one step "
        "makes these weights NaN, at any learning rate.",
        where=Where(layer=slope.layer, line=slope.line),
        measured={
            "gradients that are not finite": slope.weights,
            f"values at {sign}": slope.values,
        },
        expected={"gradients that are not finite": 0, f"values at {sign}": 0},
        facts=_Facts(slope.kind),
    )


@infinite_slope.treatment("Keep its argument away from 0", effect="model")
def keep_it_away_from_0(finding: Finding, cell: Cell) -> Cell | str:
    """Take the root or the logarithm of 1e-7 where the argument is smaller."""
    kind = facts_of(finding, _Facts).kind
    found = [
        node
        for node in ast.walk(cell.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in GUARDED
        and node.lineno == finding.where.line
        and len(node.args) == 1
    ]
    if len(found) == 1 and kind in {"square root", "logarithm"}:
        (call,) = found
        assert isinstance(call.func, ast.Attribute)  # noqa: S101  (as found)
        module = unparsed(call.func.value)
        argument = call.args[0]
        text = f"{module}.maximum({unparsed(argument)}, {SMALLEST})"
        return with_expression(cell, argument, text)
    if kind == "division":
        return f"Add a small number to the divisor, for example {SMALLEST}, or use `divide_no_nan`."
    return (
        f"Keep the argument of the {kind} away from the place where its slope is infinite, for "
        f"example with `ops.maximum(..., {SMALLEST})`."
    )
