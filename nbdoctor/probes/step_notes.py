"""What one training step did, as it is noted while the step is made."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.sampling import Array
from nbdoctor.backend.shadowing import shadowed
from nbdoctor.probes.layer_calls import LayerOutputs


@dataclass(slots=True)
class GradientSample:
    """Gradient of one weight: its norm (whole tensor) and a sample of its values."""

    norm: float
    values: Array


@dataclass(slots=True)
class Rehearsal:
    """What one step did. Filled while it runs, so that a step that raises still tells something.

    Attributes
    ----------
    loss : float or None
        As the step reports it.
    logs : dict of str to float
        All that it reports.
    passed : LayerOutputs or None
        What the layers and the model returned, as tensors.
    penalty : float
        The part of the loss that layers add themselves (weight decay and the like).
    optimizers : list
        Those that made updates, each once.
    gradients : dict of str
        By weight path; None where the loss sends nothing.
    changes : dict of str to (float, float)
        By weight path: norm of the update, norm of the weight before.
    entered : list of (str, tuple)
        Layers being called, outermost first, with the shapes given: where an error happened.
    """

    loss: float | None = None
    logs: dict[str, float] = field(default_factory=dict)
    passed: LayerOutputs | None = None
    penalty: float = 0.0
    optimizers: list[Any] = field(default_factory=list)
    gradients: dict[str, GradientSample | None] = field(default_factory=dict)
    changes: dict[str, tuple[float, float]] = field(default_factory=dict)
    entered: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)


@contextlib.contextmanager
def noting_updates(
    note: Callable[[Any, list[Any], Sequence[Any]], None],
) -> Iterator[None]:
    """Call `note(optimizer, gradients, weights)` before every update of an optimizer in the block.

    Under loss scaling the true gradients come last.
    """
    from keras.src.optimizers.base_optimizer import BaseOptimizer
    from keras.src.optimizers.loss_scale_optimizer import LossScaleOptimizer

    def around(apply: Callable[..., Any]) -> Callable[..., Any]:
        def noting(optimizer: Any, grads: Any, trainable_variables: Any = None) -> Any:
            grads = list(grads)
            weights = trainable_variables
            if weights is None:
                weights = optimizer._trainable_variables  # noqa: SLF001
            note(optimizer, grads, weights)
            return apply(optimizer, grads, trainable_variables)

        return noting

    with contextlib.ExitStack() as stack:
        for kind in (BaseOptimizer, LossScaleOptimizer):
            if "apply" in vars(kind):
                stack.enter_context(shadowed(kind, "apply", around))
        yield


def sampled(gradients: Sequence[Any], weights: Sequence[Any]) -> dict[str, Any]:
    """Norm and some rows of each gradient, by the path of its weight; None where there is none."""
    here = backend.current()
    return {
        getattr(weight, "path", weight.name): (
            None if gradient is None else (here.norm(gradient), here.some_rows(gradient))
        )
        for gradient, weight in zip(gradients, weights, strict=False)
    }


def numbers_of(gradients: Mapping[str, Any]) -> dict[str, GradientSample | None]:
    """What `sampled` gave, as numbers."""
    as_rows = backend.current().as_rows
    return {
        path: None if found is None else GradientSample(float(found[0]), as_rows(found[1]))
        for path, found in gradients.items()
    }


def numbers_in(logs: Any) -> dict[str, float]:
    """What a step reports, as far as it is numbers."""
    if not isinstance(logs, Mapping):
        return {}
    numbers = {}
    for name, value in logs.items():
        with contextlib.suppress(TypeError, ValueError):  # a metric that is not one number
            numbers[str(name)] = float(value)
    return numbers
