"""The loss of a traced step of a loop taken apart, when it is met and when the cell has ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nbdoctor import backend
from nbdoctor.capture.loop_rows import is_light
from nbdoctor.look.anatomy import Anatomy


class LoopParts:
    """The terms of the loss of a traced function, and how to ask for them again.

    Parameters
    ----------
    graph : Any
        The trace.
    anatomy : Anatomy
    handed : list of tensor
        What the function takes, of the call that was traced.
    """

    def __init__(self, graph: Any, anatomy: Anatomy, handed: list[Any]) -> None:
        self._graph, self.anatomy = graph, anatomy
        self._handed = handed if is_light(handed) else None
        self.before: dict[str, float] = {}

    @property
    def can_be_asked_again(self) -> bool:
        """Whether the first batch is small enough to be held until the cell has ended."""
        return self._handed is not None

    def again(self) -> tuple[dict[str, float], Sequence[Any], Sequence[Any]]:
        """The terms of the same batch by the variables as they are now.

        Returns
        -------
        (dict of str to float, outputs, batch)
            By the names of the terms; what the model puts out, and what the function takes.

        Raises
        ------
        RefusedError
            Of the backend: no copy can stand for what the step acts on.
        """

        def also() -> Any:
            return self.anatomy.values(), self.anatomy.final

        handed = self._handed or []
        shadow = backend.current().steps.shadow(self._graph, also)
        _, (values, outputs) = shadow(handed)
        return self.anatomy.told(values), outputs, handed


def parts_of_loop(
    graph: Any, target: Any, calls: Sequence[Any], compared: Sequence[Any], handed: list[Any]
) -> LoopParts | None:
    """Take the loss of a traced function apart; None where it has no terms that are told.

    Parameters
    ----------
    graph : Any
    target : Any
        What is differentiated.
    calls : sequence of LayerOutputs
        Of the models that the step has called, in order.
    compared : sequence of Comparison
    handed : list of tensor
    """
    if target is None or not calls:
        return None

    def known(tensors: Any) -> bool:
        return backend.current().steps.is_in(graph, tensors)

    layers = [(path, output) for one in calls for path, (_, output) in one.layers.items()]
    between = [(f"model {n}", one.final) for n, one in enumerate(calls[:-1])]
    anatomy = Anatomy(target, calls[-1].final, [*layers, *between], compared, (), known)
    return LoopParts(graph, anatomy, handed) if anatomy.terms else None
