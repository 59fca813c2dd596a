"""Operations of a computation as plain data, and what a backend has to offer to tell them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Key = int | str
"""Stands for one tensor among those of a computation."""

PAIRED = frozenset(
    {
        *("Add", "AddV2", "Sub", "Mul", "RealDiv", "Div", "DivNoNan", "SquaredDifference"),
        *("Maximum", "Minimum", "Pow", "Xlogy", "Xlog1py", "MulNoNan"),
    }
)
"""Operations that pair the values of two tensors, and stretch axes of length 1 for that."""

Shape = tuple[int | None, ...] | None
"""Sizes of the axes; None for one that a trace leaves open, and for a shape that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One operation.

    Attributes
    ----------
    kind : str
        As the backend names it ("MatMul").
    takes, gives : tuple of Key
        The tensors that it receives and returns.
    shapes_taken, shapes : tuple of Shape
        Theirs.
    floats : tuple of bool
        Which of its results are floating numbers: others have no gradient.
    line : int or None
        Line of the cell that it comes from, of one that pairs tensors of different ranks, or adds
        numbers.
    constants : tuple of (float or None)
        Of one that multiplies or divides: what it receives, as far as these are numbers that stand
        in the program.
    """

    kind: str
    takes: tuple[Key, ...] = ()
    gives: tuple[Key, ...] = ()
    shapes_taken: tuple[Shape, ...] = ()
    shapes: tuple[Shape, ...] = ()
    floats: tuple[bool, ...] = ()
    line: int | None = None
    constants: tuple[float | None, ...] = ()


SCALING = frozenset({"Mul", "RealDiv", "Div", "DivNoNan"})
"""Operations that multiply or divide."""


ADDING = frozenset({"Add", "AddV2", "AddN", "Sub"})
"""Operations that add or subtract."""


def is_placed(kind: str, shapes: Sequence[Shape]) -> bool:
    """Whether the line of an operation is worth knowing."""
    return pairs_ranks(kind, shapes) or (kind in ADDING and all(one == () for one in shapes))


def pairs_ranks(kind: str, shapes: Sequence[Shape]) -> bool:
    """Whether an operation pairs tensors of different ranks, none of them a scalar."""
    ranks = {len(shape) for shape in shapes if shape}
    return kind in PAIRED and len(ranks) > 1


@dataclass(frozen=True, slots=True)
class Differentiated:
    """What a tape has differentiated, and by what.

    Attributes
    ----------
    target : Any
    is_scalar : bool
        It is one tensor of one number.
    gradients : list
    watched : tuple
        Trainable variables of the backend that the computation has read under the tape.
    sources : tuple
        What it was differentiated by, in step with `gradients`: variables as they were given.
    """

    target: Any
    is_scalar: bool
    gradients: list[Any]
    watched: tuple[Any, ...] = ()
    sources: tuple[Any, ...] = ()


class Recording(Protocol):
    """Operations that are noted as they are run one by one."""

    nodes: list[Node]
    leaves: dict[Key, Any]

    def stop(self) -> None:
        """Note no further."""


class Expressions(Protocol):
    """The operations behind a loss (`expressions.py`)."""

    def key(self, tensor: Any) -> Key | None:
        """Return what stands for a tensor."""

    def keys_of_variables(self, variables: Iterable[Any], graph: Any = None) -> dict[int, Key]:
        """Return what stands for each variable, by its id."""

    def traced(self, target: Any) -> list[Node]:
        """Return the operations of a trace that a tensor is computed by, in order."""

    def tensor_of(self, graph: Any, key: Key | None) -> Any:
        """Return the tensor of a trace that `key` stands for, None where there is none."""

    def is_taped(self) -> bool:
        """Whether a tape listens to what this thread computes."""

    def record(self) -> Recording:
        """Begin to note what this thread runs."""
