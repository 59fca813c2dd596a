"""What the loss sends back to every weight."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nbdoctor.look.look import Look
from nbdoctor.look.step_notes import GradientSample
from nbdoctor.look.structure import KERNEL_RANK, TrainableWeight
from nbdoctor.readings.histogram import Histogram, histogram
from nbdoctor.readings.reading import Moment, reading

ROUNDING = 1e-5
"""Relative: the same sum of float32 products in another order differs by less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightGradient:
    """The gradient of one trainable weight.

    Attributes
    ----------
    path : str
        The weight ("dense/kernel").
    layer : str
        Its layer, as in `Layer.name`.
    norms : tuple of float
        Euclidean norm, one per batch; empty when the loss sends nothing.
    weight_norm : float
        Norm of the weight itself.
    is_kernel : bool
        It has two axes or more (biases and scales do not count in flow ratios).
    missing : bool
        No gradient reaches it.
    left_out : bool
        No step hands it to an optimizer (a step of the user's own trains other weights).
    equal_units : bool
        Every unit of a kernel gets the same gradient in every batch, up to rounding.
    non_finite : bool
        A gradient held NaN or infinity.
    histogram : Histogram or None
        Of the first batch.
    """

    path: str
    layer: str
    norms: tuple[float, ...]
    weight_norm: float
    is_kernel: bool
    missing: bool = False
    left_out: bool = False
    equal_units: bool = False
    non_finite: bool = False
    histogram: Histogram | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gradients:
    """Gradients of all trainable weights, from input to output.

    Attributes
    ----------
    weights : tuple of WeightGradient
        In the order of the forward pass.
    first_layer, last_layer : str
        The first and the last layer with a trainable kernel.
    first_to_last : tuple of float
        Gradient norm of the first kernel over that of the last, one per batch.
    batches : int
        Batches measured, each from the same weights.
    hurried : bool
        More were at hand, and left out as training waits.
    """

    weights: tuple[WeightGradient, ...]
    first_layer: str = ""
    last_layer: str = ""
    first_to_last: tuple[float, ...] = ()
    batches: int = 0
    hurried: bool = False


def read_gradients(
    weights: Sequence[TrainableWeight],
    passes: Sequence[Mapping[str, GradientSample | None]],
) -> Gradients:
    """Gather the gradients of several batches.

    Parameters
    ----------
    weights : sequence of TrainableWeight
        In the order of the forward pass.
    passes : sequence of mapping
        Per batch, gradients by weight path; each taken at the same weights.
    """
    found = tuple(_weight(weight, passes) for weight in weights)
    kernels = [weight for weight in found if weight.is_kernel and not weight.missing]
    first, last = (kernels[0], kernels[-1]) if kernels else (None, None)
    ratios: tuple[float, ...] = ()
    if first is not None and last is not None and first is not last:
        ratios = tuple(
            a / b if b > 0 else math.nan for a, b in zip(first.norms, last.norms, strict=False)
        )
    return Gradients(
        weights=found,
        first_layer=first.layer if first else "",
        last_layer=last.layer if last else "",
        first_to_last=tuple(ratio for ratio in ratios if math.isfinite(ratio)),
        batches=len(passes),
    )


@reading(
    "the gradients",
    when=Moment.FIRST_STEP | Moment.FURTHER_STEPS | Moment.FURTHER_BATCH | Moment.LOOP_SEEN,
)
def gradients_of_look(look: Look) -> Gradients | None:
    """Those of all batches until now; None where the step does not show their values."""
    if not look.shows_gradients:
        return None
    return replace(read_gradients(look.weights(), look.gradients), hurried=look.hurried)


def _weight(
    weight: TrainableWeight,
    passes: Sequence[Mapping[str, GradientSample | None]],
) -> WeightGradient:
    samples = [sample for one in passes if (sample := one.get(weight.path)) is not None]
    norms = tuple(sample.norm for sample in samples)
    return WeightGradient(
        path=weight.path,
        layer=weight.layer,
        norms=norms,
        weight_norm=weight.norm,
        is_kernel=weight.rank >= KERNEL_RANK,
        missing=not samples,
        left_out=not any(weight.path in one for one in passes),
        equal_units=weight.rank >= KERNEL_RANK and _equal_units(samples),
        non_finite=not all(math.isfinite(norm) for norm in norms),
        histogram=histogram(samples[0].values) if samples else None,
    )


def _equal_units(samples: Sequence[GradientSample]) -> bool:
    """Whether units with equal weights stay equal: their gradients differ by rounding at most."""
    return bool(samples) and all(
        sample.values.shape[-1] > 1
        and np.ptp(sample.values, axis=-1).max(initial=0.0)
        <= ROUNDING * np.abs(sample.values).max(initial=0.0)
        for sample in samples
    )
