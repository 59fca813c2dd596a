"""Two networks of one step that are trained against each other, and what each wants of a score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.keras_internals.structure import trainable_weights
from nbdoctor.backend.nodes import Differentiated, Key
from nbdoctor.look.account import OuterCall, raw
from nbdoctor.look.expression import Expression

PAIR = 2
MOST_TAPES = 12
"""Of one step; a network may be updated several times in it."""


@dataclass(frozen=True, slots=True)
class Rivalry:
    """How the losses of two networks change with the scores that one of them gives.

    Attributes
    ----------
    maker, judge : callable
        Weak references to the network that makes rows, and to the one that scores them.
    maker_of_made, judge_of_made, judge_of_given : float
        Slope of the loss of each by the scores of rows that were made, and of the judge's loss by
        the scores of rows that came with the batch. Positive: the loss wants lower scores.
    """

    maker: Any
    judge: Any
    maker_of_made: float
    judge_of_made: float
    judge_of_given: float


@dataclass(frozen=True, slots=True)
class Rivals:
    """The symbols of a trace that tell a rivalry.

    Attributes
    ----------
    maker, judge : callable
    scores : list of (tensor, list of tensor)
        Losses, and scores that each of them grows or falls with, in the order of `Rivalry`.
    """

    maker: Any
    judge: Any
    scores: list[tuple[Any, list[Any]]] = field(default_factory=list)

    def slopes(self) -> list[Any]:
        """Sums of the gradient of each loss by these scores, in the graph of the step."""
        return [backend.current().parts.slope(loss, scores) for loss, scores in self.scores]

    def told(self, values: Sequence[Any]) -> Rivalry:
        """The same with numbers."""
        return Rivalry(self.maker, self.judge, *map(float, values))


@dataclass(frozen=True, slots=True)
class _Player:
    """What a tape has differentiated, and the variables that it was differentiated by."""

    target: Any
    expression: Expression
    weights: frozenset[Key]


def rivals_in(
    taped: Sequence[Differentiated], outermost: Sequence[OuterCall], graph: Any
) -> Rivals | None:
    """The first two networks in a trace of which one scores what the other makes.

    Parameters
    ----------
    taped : sequence of Differentiated
        In this graph.
    outermost : sequence of OuterCall
        Of networks by the step itself.
    graph : Any
    """
    if len(taped) < PAIR:
        return None
    players = list(_players(taped[:MOST_TAPES], graph))
    for maker in players:
        for judge in players:
            if not maker.weights & judge.weights:
                found = _rivals(maker, judge, outermost, graph)
                if found is not None:
                    return found
    return None


def _players(taped: Sequence[Differentiated], graph: Any) -> Iterator[_Player]:
    here = backend.current().expressions
    for one in taped:
        nodes = here.traced(one.target) if one.is_scalar else []
        variables = [source for source in raw(one.sources) if hasattr(source, "handle")]
        keys = here.keys_of_variables(variables, graph)
        if nodes and keys:
            expression = Expression(nodes, str(here.key(one.target)))
            yield _Player(one.target, expression, frozenset(keys.values()))


def _rivals(
    maker: _Player, judge: _Player, outermost: Sequence[OuterCall], graph: Any
) -> Rivals | None:
    made: list[Key] = []
    given: list[Key] = []
    of_maker = of_judge = None
    for call in outermost:
        layer = call.of()
        if layer is None or len(call.outputs) != 1:
            continue
        own = _weights(layer, graph)
        (output,) = call.outputs
        if own and own <= judge.weights:
            rows = judge.expression.made_from(maker.weights)
            (made if output in rows or _is_made(maker, output) else given).append(output)
            of_judge = call.of
        elif own and own <= maker.weights:
            of_maker = call.of
    if of_maker is None or of_judge is None:
        return None
    pairs = [(maker, made), (judge, made), (judge, given)]
    scores = [(one.target, _scores(one, outputs, graph)) for one, outputs in pairs]
    return Rivals(of_maker, of_judge, scores) if all(found for _, found in scores) else None


def _scores(player: _Player, outputs: Sequence[Key], graph: Any) -> list[Any]:
    """Those of these outputs that are one number for each row, and lead a gradient on."""
    tensor_of = backend.current().expressions.tensor_of
    found = [tensor_of(graph, one) for one in outputs if player.expression.depends_on(one)]
    return [one for one in found if one is not None and _is_score(one)]


def _weights(layer: Any, graph: Any) -> frozenset[Key]:
    here = backend.current().expressions
    return frozenset(here.keys_of_variables(raw(trainable_weights(layer)), graph).values())


def _is_made(maker: _Player, output: Key) -> bool:
    return output in maker.expression.made_from(maker.weights)


def _is_score(tensor: Any) -> bool:
    shape = tensor.shape
    return shape.rank is not None and (shape.rank == 1 or (shape.rank == PAIR and shape[-1] == 1))
