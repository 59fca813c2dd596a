"""Layers whose units are all the same and stay so."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.call import Call
from nbdoctor.capture.cell import Cell
from nbdoctor.capture.initializers import EQUAL_UNITS, initializer_name
from nbdoctor.probes.gradients import Gradients, WeightGradient
from nbdoctor.probes.weights import Weights
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="model",
    severity="critical",
    kind="proof",
    holds="The units of each layer differ, or learn to",
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
)
def identical_units(weights: Weights, gradients: Gradients, /) -> Iterator[Finding]:
    """Units of a layer that start equal and stay equal.

    ## What it means
    Units learn different things because they start at different weights. Where all units of a
    layer start at the same weights, as `zeros`, `ones` or a constant make them, and get the same
    gradient, each step changes them alike: the layer works as one single unit for ever. With
    zeros in every layer no gradient passes at all (0.359 against 0.875).

    ## How it is measured
    All columns of a trainable kernel are equal, and so are all columns of its gradient in every
    batch (to 1e-5 of the largest value, which is rounding), or the gradient is exactly 0. Equal
    weights alone prove nothing: a first step of gradients that differ tells the units apart.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(32, activation="relu", kernel_initializer="zeros"),
        keras.layers.Dense(3, activation="softmax", kernel_initializer="zeros"),
    ])
    ```

    ## What the treatment does
    The layers get Keras's default initializer, which draws different weights for every unit.
    Biases may stay at zero.

    ## When to ignore it
    Zeros in the last normalisation or the last layer of a residual branch, in an output layer or
    a bias are a technique: their gradients differ, and they are not reported.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", MIT Press 2016, section 8.4. Accuracies
    measured with Keras 3.15.
    """
    sent = {weight.path: weight for weight in gradients.weights if weight.is_kernel}
    if not sent:
        message = "no kernel is trained"
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
    rest = f" The same holds of {count - 1} more of its layers." if count > 1 else ""
    title = f"All {units:,} units of `{first}` are the same"
    return Finding(
        title=title if count == 1 else f"{title}, and so in {count - 1} more",
        says=f"The {units:,} units of `{first}` start at the same weights and get {same}, so no "
        f"step can tell them apart: the layer works as one unit.{rest}",
        where=Where(layer=first),
        measured={"layers of equal units": count, "units": units},
        expected={"layers of equal units": 0},
    )


@identical_units.treatment("Draw the weights at random", effect="model")
def draw_the_weights(finding: Finding, cell: Cell) -> Cell | str:
    """Use `glorot_uniform`, Keras's default, wherever the cell asks for constant kernels."""
    written = [call for call in cell.calls if _is_constant(call)]
    if not written:
        return (
            f'Build `{finding.where.layer}` with `kernel_initializer="glorot_uniform"`, '
            "which is Keras's default."
        )
    for call in written:
        cell = cell.with_argument(call.name, "kernel_initializer", '"glorot_uniform"', at=call)
    return cell


def _is_constant(call: Call) -> bool:
    return initializer_name(call.argument("kernel_initializer")) in EQUAL_UNITS
