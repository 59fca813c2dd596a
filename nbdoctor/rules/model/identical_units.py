"""Layers whose units are identical and stay identical."""

from __future__ import annotations

from collections.abc import Container, Iterator

from nbdoctor.cell.call import Call
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.initializers import EQUAL_UNITS, initializer_name, initializers_in
from nbdoctor.readings.gradients import Gradients, WeightGradient
from nbdoctor.readings.weights import Weights
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="model",
    severity="critical",
    kind="proof",
    holds="The units of each layer differ, or start to differ in training",
    explains=(
        "constant-predictions",
        "baseline-not-beaten",
        "fails-to-memorise",
        "weights-stand-still",
        "dead-units",
        "fading-signal",
        "majority-class-only",
        "vanishing-gradient",
        "too-few-steps",
    ),
    gated=True,
    parts=("init",),
)
def identical_units(weights: Weights, gradients: Gradients, /) -> Iterator[Finding]:
    """Units of a layer that start identical and stay identical.

    ## What it means
    Units learn different features because they start with different weights. If all units of a
    layer start with the same weights, as with `zeros`, `ones` or another constant initializer, and
    get the same gradient, each step changes them in the same way: the layer keeps working as a
    single unit (no symmetry breaking). With zeros in every layer there is no gradient at all
    (accuracy 0.359 instead of 0.875).

    ## How it is measured
    All columns of a trainable kernel are equal, and all columns of its gradient are equal in every
    batch (to 1e-5 of the largest value, which is rounding), or the gradient is exactly 0. Equal
    weights alone are no evidence: if the gradients differ, the first step makes the units
    different.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(32, activation="relu", kernel_initializer="zeros"),
        keras.layers.Dense(3, activation="softmax", kernel_initializer="zeros"),
    ])
    ```

    ## What the treatment does
    The layers get the default initializer of Keras, which draws different random weights for every
    unit. Biases may stay at zero.

    ## When to ignore it
    Zeros in the last normalisation or the last layer of a residual branch, in an output layer or in
    a bias are a standard technique: their gradients differ, and they are not reported.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", MIT Press 2016, section 8.4. Accuracies
    measured with Keras 3.15.
    """
    sent = {weight.path: weight for weight in gradients.weights if weight.is_kernel}
    if not sent:
        message = "no kernel is trainable"
        raise DoesNotApplyError(message)
    alike = [
        (weight.layer, weight.shape[-1])
        for weight in weights.weights
        if weight.equal_units and weight.path in sent and _stay_equal(sent[weight.path])
    ]
    if alike:
        yield _finding(alike, sent)


def _stay_equal(weight: WeightGradient) -> bool:
    return bool(weight.norms) and weight.equal_units


def _finding(alike: list[tuple[str, int]], sent: dict[str, WeightGradient]) -> Finding:
    (first, units), count = alike[0], len(alike)
    layers = {layer for layer, _ in alike}
    silent = all(not any(weight.norms) for weight in sent.values() if weight.layer in layers)
    same = "a gradient of exactly 0" if silent else "the same gradient"
    more = f"{count - 1} more layer{'s' * (count - 1 > 1)}"
    rest = f" The same applies to {more}." if count > 1 else ""
    title = f"All {units:,} units of `{first}` are identical"
    return Finding(
        title=title if count == 1 else f"{title}, and those of {more}",
        says=f"The {units:,} units of `{first}` start with the same weights and get {same}, so "
        f"they stay identical: the layer works as a single unit.{rest}",
        where=Where(layer=first),
        measured={"layers with identical units": count},
        expected={"layers with identical units": 0},
    )


@identical_units.treatment("Use random initial weights", effect="model")
def use_random_weights(finding: Finding, cell: Cell) -> Cell | str:
    """Use `glorot_uniform`, the default of Keras, wherever the cell sets constant kernels."""
    variables = initializers_in(cell, EQUAL_UNITS)
    written = [call for call in cell.calls if _is_constant(call, variables)]
    if not written:
        return (
            f'Create `{finding.where.layer}` with `kernel_initializer="glorot_uniform"`, '
            "the default of Keras."
        )
    for call in written:
        cell = cell.with_argument(call.name, "kernel_initializer", '"glorot_uniform"', at=call)
    return cell


def _is_constant(call: Call, variables: Container[str]) -> bool:
    argument = call.argument("kernel_initializer")
    return argument is not None and (
        argument.text in variables or initializer_name(argument) in EQUAL_UNITS
    )
