"""The gradient that an optimizer is given, beside that which a tape has computed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.nodes import Differentiated

MOST_PASSES = 64
"""Gradients of one step that are added up: of micro-batches, mostly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """Both gradients of the same weights.

    Attributes
    ----------
    given : float
        Norm of the gradient that the optimizer is given.
    computed : float
        Norm of that which tapes have computed, the mean over `passes`.
    cosine : float
        Of the angle between them; NaN where one of them is 0.
    passes : int
        How often a gradient of these weights was computed for the one update.
    """

    given: float
    computed: float
    cosine: float
    passes: int = 1

    @property
    def ratio(self) -> float | None:
        """The given one as a share of the other; None where that is 0 or not finite."""
        if not (self.computed > 0 and math.isfinite(self.computed)):
            return None
        return self.given / self.computed


def products(
    gradients: Sequence[Any], weights: Sequence[Any], taped: Sequence[Differentiated]
) -> tuple[Any, Any, Any, int] | None:
    """Sums that tell both norms and the angle, as tensors; also inside of a trace.

    None where the optimizer is given the very tensors of one of the tapes, or where no tape has
    computed gradients of all these weights.

    Parameters
    ----------
    gradients, weights : sequence
        As the optimizer is given them.
    taped : sequence of Differentiated
        What tapes have computed since the update before.
    """
    sums, here = [0.0, 0.0, 0.0], backend.current().values
    passes, changed = 0, False
    for gradient, weight in zip(gradients, weights, strict=False):
        found = [one for one in taped[:MOST_PASSES] for one in _of(weight, one)]
        if gradient is None and not found:
            continue
        if gradient is None or not found:
            return None
        dense = all(here.is_dense(one) for one in (gradient, *found))
        if not dense or any(one.shape != gradient.shape for one in found):
            return None
        changed = changed or not any(one is gradient for one in found)
        passes = max(passes, len(found))
        mean = sum(found[1:], start=found[0]) / float(len(found))
        pairs = ((gradient, gradient), (mean, mean), (gradient, mean))
        sums = [so_far + here.product(*pair) for so_far, pair in zip(sums, pairs, strict=True)]
    return (*sums, passes) if changed else None  # type: ignore[return-value]


def handing_of(found: tuple[Any, Any, Any, int] | None) -> Handing | None:
    """What `products` gave, as numbers."""
    if found is None:
        return None
    given, computed, both = (float(one) for one in found[:3])
    size = math.sqrt(max(given, 0.0) * max(computed, 0.0))
    return Handing(
        given=math.sqrt(max(given, 0.0)),
        computed=math.sqrt(max(computed, 0.0)),
        cosine=both / size if size > 0 else math.nan,
        passes=int(found[3]),
    )


def _of(weight: Any, found: Differentiated) -> list[Any]:
    """The gradient of one weight among those that a tape has computed."""
    pairs = zip(found.sources, found.gradients, strict=False)
    return [one for source, one in pairs if one is not None and _is_same(source, weight)]


def _is_same(source: Any, weight: Any) -> bool:
    import keras

    def variable(one: Any) -> Any:
        return one.value if isinstance(one, keras.Variable) else one

    return source is weight or variable(source) is variable(weight)
