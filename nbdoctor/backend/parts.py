"""What a backend tells of the parts of a traced step: the protocol of `parts.py` in its folder."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

EdgeKind = Literal["square root", "logarithm", "division", "power", "inverse function"]
"""Operations with a slope or a value without limit: at 0, or (inverse sine and cosine) at 1."""


@dataclass(frozen=True, slots=True)
class Edge:
    """An operation with an infinite slope somewhere, and what it is applied to.

    Attributes
    ----------
    kind : str
    tensor : Any
        What comes near the edge: the argument of a root or logarithm, the divisor.
    at : float
        Where the slope is infinite: 0, or 1.
    scope : str
        Names of the layers, or of the loss, that the operation was made in.
    line : int or None
        Line of the cell that made it.
    """

    kind: EdgeKind
    tensor: Any
    at: float
    scope: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Summand:
    """A term of a sum.

    Attributes
    ----------
    tensor : Any
        Where the term begins.
    value : callable
        Makes the term as it counts in the sum: a number, in the graph.
    line : int or None
        Line of the cell that made it.
    """

    tensor: Any
    value: Callable[[], Any]
    line: int | None


@dataclass(frozen=True, slots=True)
class Sources:
    """What a tensor is made from.

    Attributes
    ----------
    met : frozenset of int
        Of the tensors that were asked for those that are met first, on the way back from it.
    of_batch, of_variables : bool
        Whether it is made from a batch, or from variables, beside these.
    """

    met: frozenset[int]
    of_batch: bool
    of_variables: bool


class Parts(Protocol):
    """A traced step taken apart (`parts.py`). Nothing here is run, but for a `piece`."""

    def piece(self, result: Any, sources: Sequence[Any], *, slopes: bool) -> Callable[..., Any]:
        """Return the part of a trace between tensors as a function.

        Parameters
        ----------
        result : Any
            What the function returns.
        sources : sequence of tensor
            What it is given values for.
        slopes : bool
            Return the gradient of the sum of `result` by each source as well.

        Raises
        ------
        RefusedError
            The part depends on other data as well, or acts on more than variables.
        """

    def summands(
        self, total: Any, whole: Sequence[Any], kind_of: Callable[[Any], Hashable]
    ) -> list[Summand]:
        """Return the terms of several kinds that `total` is the sum of.

        Parameters
        ----------
        total : Any
        whole : sequence of tensor
            Those that are not taken apart.
        kind_of : callable
            The kind of a tensor, None for constants; a sum of one kind stays a term.
        """

    def sources_of(self, tensor: Any, among: Sequence[Any]) -> Sources:
        """Return what a tensor is made from."""

    def batch_of(self, tensor: Any) -> list[Any]:
        """Return the tensors of the batch that the graph of `tensor` is given, in order."""

    def bounds(self, tensor: Any) -> tuple[float, float] | None:
        """Return what a tensor can be by its operations, None where they do not tell."""

    def edges(self, total: Any) -> list[Edge]:
        """Return the operations with an infinite slope that a total is made by, in order."""

    def closest(self, edge: Edge) -> Any:
        """Return, in the graph, how near an edge its tensor comes, and how often it is there."""

    def slopes(self, values: Sequence[Any], variables: Sequence[Any]) -> list[list[Any]]:
        """Return, in the graph, the norm of the gradient of each value by each variable."""

    def slope(self, value: Any, tensors: Sequence[Any]) -> Any:
        """Return, in the graph, the sum of the gradient of a value by tensors."""
