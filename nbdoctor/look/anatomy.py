"""The loss of a traced step taken apart: its terms, what they are made from, what it compares."""

from __future__ import annotations

import contextlib
import threading
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from nbdoctor import backend
from nbdoctor.backend.engine import RefusedError
from nbdoctor.backend.keras_internals.graph import logits_of
from nbdoctor.backend.parts import Edge, Sources, Summand
from nbdoctor.backend.patching import Patch, argument
from nbdoctor.errors.guard import attempt

TermKind = Literal["data", "activity", "weights"]
"""A term of the predictions, of what layers put out before them, or of the weights alone."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a loss compared while the step was traced: symbols, not values.

    Attributes
    ----------
    function : str
        Name of the function that the loss wraps, "" where there is none.
    parameters : tuple of str
        Names of the parameters of the user's function, () where there is none.
    labels, predictions, value : Any
    """

    function: str
    parameters: tuple[str, ...]
    labels: Any
    predictions: Any
    value: Any


@contextlib.contextmanager
def noting_losses(note: Callable[[Comparison], None]) -> Iterator[None]:
    """Call `note` for each loss of Keras, or the user's in one, that is computed in the block."""
    import keras

    here = threading.get_ident()
    inside: list[Any] = []

    def around(call: Callable[..., Any]) -> Callable[..., Any]:
        def noted(loss: Any, *args: Any, **kwargs: Any) -> Any:
            if inside or threading.get_ident() != here:
                return call(loss, *args, **kwargs)
            inside.append(loss)
            try:
                value = call(loss, *args, **kwargs)
            finally:
                inside.pop()
            labels, predicted = compared_in(args, kwargs)
            attempt(lambda: note(comparison_of(loss, labels, predicted, value)))
            return value

        return noted

    with Patch(keras.losses.Loss, "__call__", around):
        yield


def compared_in(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Any, Any]:
    """The labels and predictions of a call of a loss."""
    return argument(args, kwargs, 0, "y_true"), argument(args, kwargs, 1, "y_pred")


def comparison_of(loss: Any, labels: Any, predictions: Any, value: Any) -> Comparison:
    """Names are read of plain functions only: other objects may do anything when asked."""
    function = vars(loss).get("fn")
    if type(function) is not types.FunctionType:
        return Comparison("", (), labels, predictions, value)
    code = function.__code__
    names = tuple(code.co_varnames[:2]) if code.co_argcount > 1 else ()
    return Comparison(function.__name__, names, labels, predictions, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Summands of the loss of one kind.

    Attributes
    ----------
    name : str
    kind : str
    heads : frozenset of int
        Outputs that a data term is made from.
    layer : str
        Path of the layer whose output an activity term is made from.
    line : int or None
        Line of the cell that made it.
    summands : list of Summand
    """

    name: str
    kind: TermKind
    heads: frozenset[int] = frozenset()
    layer: str = ""
    line: int | None = None
    summands: list[Summand] = field(default_factory=list)


class Anatomy:
    """The terms of a traced loss, and the pieces of the trace that can be asked.

    Attributes
    ----------
    terms : list of Term
    of_variables : bool
        Some term is made from variables beside what layers put out, or that is not known.

    Parameters
    ----------
    total : Any
        What the step differentiates, None where that is not one number.
    final : Any
        What the model returned; of a step that calls only parts, None.
    calls : sequence of (str, Any)
        Path and output of the layers that were called, in order.
    compared : sequence of Comparison
    added : sequence of tensor
        What layers have added to the loss.
    known : callable
        Whether tensors belong to the graph of the step.
    """

    def __init__(  # noqa: PLR0913, PLR0917  (as a step's trace tells them)
        self,
        total: Any = None,
        final: Any = None,
        calls: Sequence[tuple[str, Any]] = (),
        compared: Sequence[Comparison] = (),
        added: Sequence[Any] = (),
        known: Callable[[Any], bool] = lambda _: False,
    ) -> None:
        import keras

        def leaves(structure: Any) -> list[Any]:
            return [one for one in keras.tree.flatten(structure) if one is not None]

        made = [(path, one) for path, output in calls for one in leaves(output) if known([one])]
        if final is None and made:
            last = next(output for path, output in reversed(calls) if known(leaves(output)))
            final = last
        # Tensors hold their graph weakly, and pieces are cut out of it after training.
        self.graph = None if total is None else backend.current().steps.graph_of(total)
        self.total = total
        self.final = leaves(final)
        self._made = [(path, one) for path, one in made if not _is_one(one, self.final)]
        self.compared = [
            one for one in compared if known(leaves([one.labels, one.predictions, one.value]))
        ]
        self._added = [one for one in added if known([one])]
        self.terms: list[Term] = []
        self.of_variables = True
        if total is not None and self.final:
            self.terms = self._terms()

    def _terms(self) -> list[Term]:
        here, judged = backend.current().parts, self._judged()
        among = [*(one for one, _ in judged), *(one for _, one in self._made)]
        groups: dict[tuple[Any, ...], Term] = {}
        self.of_variables = False

        def kind_of(tensor: Any) -> tuple[TermKind, frozenset[int]] | None:
            return self._kind(here.sources_of(tensor, among), judged)

        for summand in here.summands(self.total, [*among, *self._added], kind_of):
            found = kind_of(summand.tensor)
            if found is None:
                continue
            kind, heads = found
            sources = here.sources_of(summand.tensor, among)
            self.of_variables |= sources.of_variables
            met = sources.met
            first = min((one - len(judged) for one in met if one >= len(judged)), default=None)
            layer = "" if first is None or kind != "activity" else self._made[first][0]
            line = summand.line if kind == "activity" else None
            key = (kind, heads, layer if line is None else line)
            if key not in groups:
                name = f"{kind} {len(groups)}"
                groups[key] = Term(name=name, kind=kind, heads=heads, layer=layer, line=line)
            groups[key].summands.append(summand)
        return list(groups.values())

    def _judged(self) -> list[tuple[Any, int]]:
        """Tensors that only a loss on the data is made from, each with the number of its output.

        What the model returned; the logits beneath it, which Keras's own losses take in its place;
        and what losses have made of either.
        """
        found = list(zip(self.final, range(len(self.final)), strict=True))
        found += [
            (logits, number) for one, number in found if (logits := logits_of(one)) is not None
        ]
        for at, one in enumerate(self.compared):
            numbers = [number for final, number in found if final is one.predictions]
            found.append((one.value, numbers[0] if numbers else min(at, len(self.final) - 1)))
        return found

    @staticmethod
    def _kind(
        sources: Sources, judged: Sequence[tuple[Any, int]]
    ) -> tuple[TermKind, frozenset[int]] | None:
        """The kind of a term, and the outputs that one on the data is made from."""
        heads = frozenset(judged[one][1] for one in sources.met if one < len(judged))
        if heads:
            return "data", heads
        if sources.met or sources.of_batch:
            return "activity", heads
        return ("weights", heads) if sources.of_variables else None

    def values(self) -> list[Any]:
        """The value of each term, in the graph of the step; none where one cannot be made."""
        found = attempt(self._values)
        if found is None:
            self.terms = []
        return found or []

    def _values(self) -> list[Any]:
        return [sum((one.value() for one in term.summands), start=0.0) for term in self.terms]

    def told(self, values: Sequence[Any]) -> dict[str, float]:
        """The same as numbers."""
        return {term.name: float(value) for term, value in zip(self.terms, values, strict=True)}

    def ranges(self) -> list[tuple[float, float] | None]:
        """What each output of the model can be by its operations."""
        return [backend.current().parts.bounds(one) for one in self.final]

    def loss_of(self, comparison: Comparison, *, slopes: bool = True) -> Callable[..., Any]:
        """What a loss gives for labels and predictions, by the piece of the trace between them.

        Raises
        ------
        RefusedError
            It looks at other data as well.
        """
        given = [comparison.labels, comparison.predictions]
        return backend.current().parts.piece(comparison.value, given, slopes=slopes)

    def output_of_inputs(self) -> Callable[..., Any]:
        """What the model puts out for two inputs, by the piece of the trace between them.

        Raises
        ------
        RefusedError
            It has other inputs as well, or several outputs.
        """
        here = backend.current().parts
        if len(self.final) != 1:
            message = "it has several outputs"
            raise RefusedError(message)
        given = here.batch_of(self.final[0])
        met = here.sources_of(self.final[0], given).met
        return here.piece(self.final[0], [given[number] for number in sorted(met)], slopes=False)

    def edges(self) -> list[Edge]:
        """Operations with an infinite slope that the loss is made by."""
        return [] if self.total is None else backend.current().parts.edges(self.total)


def _is_one(tensor: Any, among: Sequence[Any]) -> bool:
    return any(tensor is one for one in among)
