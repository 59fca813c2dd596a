"""Pipelines of datasets as plain data, and what a backend has to offer to read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from nbdoctor.backend.sampling import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of a pipeline, with those that it takes its elements from.

    Attributes
    ----------
    kind : str
        "Shuffle", "Map", "Batch", "Zip", "TensorSlice", ...; stages that run in parallel are not
        told apart from those that do not.
    key : int
        The same for the same dataset object, as long as that is alive.
    line : int or None
        Line of the cell that made it; None outside of the cell.
    function : str
        Name of the function that it calls, "" without one.
    options : mapping of str to int
        "buffer_size", "seed", "seed2", "reshuffle", "count", "batch_size", and "rows" of a source
        in memory, as far as it has them.
    parts : int
        Tensors that one of its elements consists of.
    is_random : bool
        Its function draws random numbers.
    inputs : tuple of Stage
    """

    kind: str
    key: int = 0
    line: int | None = None
    function: str = ""
    options: Mapping[str, int] = field(default_factory=dict)
    parts: int = 1
    is_random: bool = False
    inputs: tuple[Stage, ...] = ()

    def walk(self) -> Iterator[Stage]:
        """The stage and all before it, the last one first."""
        yield self
        for one in self.inputs:
            yield from one.walk()


@dataclass(frozen=True, slots=True)
class Redrawn:
    """What a random stage made of the same elements, several times.

    Attributes
    ----------
    key : int
        Of the `Stage`.
    draws : sequence
        For each draw the elements: structures of arrays as the stage gives them.
    batched : bool
        The elements are batches.
    """

    key: int
    draws: Sequence[Sequence[Any]]
    batched: bool


class Pipelines(Protocol):
    """Pipelines of datasets (`pipelines.py`)."""

    def stages(self, dataset: Any, line_of: Callable[[Any], int | None]) -> Stage:
        """Return the last stage of a dataset, with all before it; nothing is drawn."""

    def made(self, note: Callable[[Any], None]) -> AbstractContextManager[None]:
        """Call `note` with each dataset that is made in the block."""

    def iterated(self, note: Callable[[Any], None]) -> AbstractContextManager[None]:
        """Call `note` with each dataset of which an iterator is made in the block."""

    def sources(self, dataset: Any) -> list[list[Array]]:
        """Return the arrays of each source that is in memory, without copying them."""

    def shapes(self, dataset: Any) -> list[list[tuple[int | None, ...]]] | None:
        """Return the shapes of the tensors of an element, by its parts (inputs, labels, weights).

        None where code of the user's would have to tell.
        """

    def kept(self, dataset: Any, name: str) -> Any:
        """Return what the last stage that was given an attribute `name` keeps there, else None."""

    def draws_alone(self, dataset: Any) -> bool:
        """Whether drawing from an iterator over a dataset changes nothing but this iterator."""

    def batches_in_order(self, dataset: Any, rows: int, seconds: float) -> list[Any] | None:
        """Return batches of the rows below what shuffles, repeats and batches them.

        None where drawing them would leave a trace, or run code of the user's.
        """

    def redrawn(self, dataset: Any, elements: int, draws: int) -> list[Redrawn]:
        """Return what random stages make of the same few elements, by traces on copies."""
