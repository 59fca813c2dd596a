"""What one training step did, as it is noted while the step is made."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nbdoctor import backend
from nbdoctor.backend.keras_internals.optimizer import base_class, weights_of
from nbdoctor.backend.patching import Patch, argument, defining
from nbdoctor.backend.sampling import Array
from nbdoctor.errors.guard import attempt
from nbdoctor.look.handing import Handing
from nbdoctor.look.layer_calls import LayerOutputs
from nbdoctor.look.rivals import Rivalry


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
    target : float or None
        What the step differentiates, where that is one number; a report may be a mean of several
        steps.
    logs : dict of str to float
        All that it reports.
    passed : LayerOutputs or None
        What the layers and the model returned, as tensors.
    terms : dict of str to float
        What the loss is the sum of, by the names of `Anatomy.terms`.
    penalty : float
        The part of the loss that layers add themselves (weight decay and the like).
    optimizers : list
        Those that made updates, each once.
    gradients : dict of str
        By weight path; None where the loss sends nothing.
    handing : Handing or None
        The gradient as the optimizer is given it, beside that of the tape; None where these are
        the same tensors.
    rivalry : Rivalry or None
        What two networks that are trained against each other want of a score.
    changes : dict of str to (float, float)
        By weight path: norm of the update, norm of the weight before.
    entered : list of (str, tuple)
        Layers being called, outermost first, with the shapes given: where an error happened.
    """

    loss: float | None = None
    target: float | None = None
    logs: dict[str, float] = field(default_factory=dict)
    passed: LayerOutputs | None = None
    terms: dict[str, float] = field(default_factory=dict)
    penalty: float = 0.0
    optimizers: list[Any] = field(default_factory=list)
    gradients: dict[str, GradientSample | None] = field(default_factory=dict)
    handing: Handing | None = None
    rivalry: Rivalry | None = None
    changes: dict[str, tuple[float, float]] = field(default_factory=dict)
    entered: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)


@contextlib.contextmanager
def noting_updates(
    note: Callable[[Any, list[Any], Sequence[Any]], None],
) -> Iterator[None]:
    """Call `note(optimizer, gradients, weights)` before every update of an optimizer in the block.

    Under loss scaling the true gradients come last.
    """
    here = threading.get_ident()

    def around(apply: Callable[..., Any]) -> Callable[..., Any]:
        def noting(optimizer: Any, *args: Any, **kwargs: Any) -> Any:
            is_here = threading.get_ident() == here
            handed = handed_over(optimizer, args, kwargs) if is_here else None
            if handed is not None:
                note(optimizer, *handed)
            return apply(optimizer, *args, **kwargs)

        return noting

    with contextlib.ExitStack() as stack:
        for kind in defining(base_class(), "apply"):
            stack.enter_context(Patch(kind, "apply", around))
        yield


def handed_over(
    optimizer: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[list[Any], list[Any]] | None:
    """The gradients and weights of a call of `apply`; None where reading them would change it.

    What can be gone through but once is not, and a list of the user's own class is read as Python
    keeps it.
    """
    gradients = _items(argument(args, kwargs, 0, "grads"))
    given = argument(args, kwargs, 1, "trainable_variables")
    weights = attempt(weights_of, optimizer) if given is None else _items(given)
    return None if gradients is None or weights is None else (gradients, weights)


def _items(given: Any) -> list[Any] | None:
    for kind in (list, tuple):
        if issubclass(type(given), kind):
            return list(kind.__iter__(given))
    return None


def sampled(gradients: Sequence[Any], weights: Sequence[Any]) -> dict[str, Any]:
    """Norm and some rows of each gradient, by the path of its weight; None where there is none."""
    here = backend.current().values
    return {
        getattr(weight, "path", weight.name): (
            None if gradient is None else (here.norm(gradient), here.some_rows(gradient))
        )
        for gradient, weight in zip(gradients, weights, strict=False)
    }


def numbers_of(gradients: Mapping[str, Any]) -> dict[str, GradientSample | None]:
    """What `sampled` gave, as numbers."""
    as_rows = backend.current().values.as_rows
    return {
        path: None if found is None else GradientSample(float(found[0]), as_rows(found[1]))
        for path, found in gradients.items()
    }


def numbers_in(logs: Any) -> dict[str, float]:
    """What a step reports, as far as it is numbers."""
    if not isinstance(logs, Mapping):
        return {}
    numbers = {str(name): as_number(value) for name, value in logs.items()}
    return {name: number for name, number in numbers.items() if number is not None}


def as_number(value: Any) -> float | None:
    """A reported value as one number: the mean where it holds several, as F1Score does by class.

    None where it is no number.
    """
    try:
        numbers = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    return float(numbers.mean()) if numbers.size else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Losses of consecutive steps on one batch, and how far they wander without any step."""

    losses: tuple[float, ...] = ()
    changes_by_itself: float = 0.0
