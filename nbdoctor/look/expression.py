"""What the operations behind a loss tell: what it depends on, and which shapes meet in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from nbdoctor.backend.nodes import ADDING, PAIRED, SCALING, Key, Node, Shape

STOPS = frozenset({"StopGradient", "PreventGradient", "Round", "Rint", "Floor", "Ceil", "Sign"})
"""Operations after which no gradient flows, although their results are floating numbers."""

SHAPED = frozenset(
    {
        *("Cast", "ExpandDims", "Identity", "Reshape", "Squeeze", "StridedSlice", "OneHot"),
        *("Snapshot", "StopGradient"),
    }
)
"""Operations whose result is still the tensor that comes first, in another form."""

MEETS = PAIRED | {"SparseSoftmaxCrossEntropyWithLogits", "SoftmaxCrossEntropyWithLogits"}
"""Operations in which predictions and labels meet."""

GROWING = frozenset(
    {
        *("Add", "AddN", "AddV2", "BroadcastTo", "Cast", "ConcatV2", "Exp", "ExpandDims"),
        *("Identity", "Log", "Max", "Mean", "Min", "Pack", "Reshape", "Snapshot", "Sqrt"),
        *("Squeeze", "StridedSlice", "Sum", "Transpose"),
    }
)
"""Operations whose results grow with what they receive."""

PASSING = ADDING | SCALING | {"Cast", "Identity", "Mean", "Reshape", "Snapshot", "Squeeze", "Sum"}
"""Operations behind which a sum is still a sum of the same terms."""

PAIR = 2

Relation = Literal["feeds", "fed", "beside"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """An operation that pairs what the model has put out with something else.

    Attributes
    ----------
    kind : str
        "Sub", "SquaredDifference", ...
    predicted, other, result : Shape
    result_key : Key
    leaf : Key or None
        The tensor from outside that the other one is, in whatever form; None where it is computed.
    line : int or None
        Of the cell.
    """

    kind: str
    predicted: Shape
    other: Shape
    result: Shape
    result_key: Key
    leaf: Key | None = None
    line: int | None = None

    @property
    def mixes_rows(self) -> bool:
        """Whether each row meets those of all others: (rows, 1) against (rows,)."""
        if self.predicted is None or self.other is None:
            return False
        short, long = sorted((self.predicted, self.other), key=len)
        if len(long) != len(short) + 1 or long[-1] != 1 or not short or 1 in short:
            return False
        pairs = zip(long[:-1], short, strict=True)
        return all(one == other or None in (one, other) for one, other in pairs)


class Expression:
    """The operations that a number is computed by.

    Parameters
    ----------
    nodes : sequence of Node
        In order. Those that the number does not depend on are left out.
    target : Key
        The number that is differentiated.
    """

    def __init__(self, nodes: Sequence[Node], target: Key) -> None:
        self.target = target
        self.makers = {given: node for node in nodes for given in node.gives}
        needed, waiting = {target}, [target]
        while waiting:
            node = self.makers.get(waiting.pop())
            for taken in node.takes if node is not None else ():
                if taken not in needed:
                    needed.add(taken)
                    waiting.append(taken)
        self.nodes = [node for node in nodes if any(given in needed for given in node.gives)]

    @cached_property
    def leads_to(self) -> frozenset[Key]:
        """Tensors to which a gradient flows from the target."""
        found = {self.target}
        for node in reversed(self.nodes):
            flows = any(
                given in found and is_float
                for given, is_float in zip(node.gives, node.floats, strict=True)
            )
            if flows and node.kind not in STOPS:
                found.update(node.takes)
        return frozenset(found)

    def reached(self, sources: Collection[Key]) -> set[Key]:
        """Tensors from which a gradient flows back to one of the sources."""
        found = set(sources)
        for node in self.nodes:
            if node.kind in STOPS or not any(taken in found for taken in node.takes):
                continue
            found.update(
                given for given, is_float in zip(node.gives, node.floats, strict=True) if is_float
            )
        return found

    def depends_on(self, variable: Key) -> bool:
        """Whether a gradient flows from the target to a variable."""
        return variable in self.leads_to

    def relation(self, one: Collection[Key], other: Collection[Key]) -> Relation:
        """How two groups of variables stand to one another on the way to the target.

        Returns
        -------
        str
            "feeds" where what `one` computes is given to what `other` computes, "fed" where it is
            the other way round, "beside" where neither is.
        """
        if self._feeds(one, other):
            return "feeds"
        return "fed" if self._feeds(other, one) else "beside"

    def _feeds(self, one: Collection[Key], other: Collection[Key]) -> bool:
        computed = self.reached(one) - self.of_variables(one)
        weights = self.of_variables(other)
        return any(
            any(taken in weights for taken in node.takes)
            and any(taken in computed for taken in node.takes)
            for node in self.nodes
        )

    def of_variables(self, variables: Collection[Key]) -> set[Key]:
        """Tensors that are computed from these variables and from nothing that is data."""
        found, constant = set(variables), set[Key]()
        for node in self.nodes:
            if node.kind == "Placeholder" or "Random" in node.kind:
                continue
            if all(taken in constant for taken in node.takes):
                constant.update(node.gives)
            elif all(taken in found or taken in constant for taken in node.takes):
                found.update(node.gives)
        return found

    def meetings(self, predicted: Collection[Key], variables: Collection[Key]) -> Iterator[Meeting]:
        """Where what the model put out is paired with what is neither computed from it nor learned.

        Parameters
        ----------
        predicted : collection of Key
            What the model returned.
        variables : collection of Key
            All variables.
        """
        derived, learned = self.made_from(predicted), self.of_variables(variables)
        for node in self.nodes:
            if node.kind not in MEETS or len(node.takes) != PAIR:
                continue
            inside = [taken in derived for taken in node.takes]
            if inside.count(True) != 1:
                continue
            at = inside.index(True)
            other = node.takes[1 - at]
            if other in learned or not node.shapes_taken[1 - at]:  # a scalar, or unknown
                continue
            yield Meeting(
                kind=node.kind,
                predicted=node.shapes_taken[at],
                other=node.shapes_taken[1 - at],
                result=node.shapes[0],
                result_key=node.gives[0],
                leaf=self._leaf(other),
                line=node.line,
            )

    def idle_terms(self, updated: Collection[Key]) -> list[Node]:
        """Additions behind the target of which one term is a number that no update can change.

        Only terms that are made with a matrix of weights count: others are numbers of the batch.
        """
        read = [one for one in self.nodes if one.kind == "ReadVariableOp"]
        weights = [one.gives[0] for one in read if len(one.shapes[0] or ()) >= PAIR]
        moves, made = self.reached(updated), self.made_from(weights)
        found, waiting, seen = [], [self.target], set[Key]()
        while waiting:
            tensor = waiting.pop()
            node = self.makers.get(tensor)
            if node is None or tensor in seen or node.kind not in PASSING:
                continue
            seen.add(tensor)
            terms = zip(node.takes, node.shapes_taken, strict=True)
            idle = [one for one, shape in terms if shape == () and one in made - moves]
            goes_on = [one for one in node.takes if one in moves]
            if node.kind in ADDING and idle and goes_on:
                found.append(node)
            waiting.extend(goes_on)
        return found

    def made_from(self, sources: Collection[Key]) -> set[Key]:
        """Tensors that are computed from the sources, with a gradient or without."""
        found = set(sources)
        for node in self.nodes:
            if any(taken in found for taken in node.takes):
                found.update(node.gives)
        return found

    def _leaf(self, tensor: Key) -> Key | None:
        node = self.makers.get(tensor)
        while node is not None and node.kind in SHAPED and node.takes:
            tensor = node.takes[0]
            node = self.makers.get(tensor)
        return tensor if node is None or node.kind == "Placeholder" else None

    def direction(self, start: Key) -> int:
        """Whether the target grows with a tensor (1), falls with it (-1), or that is not told (0).

        Only operations count that do so whatever their values are.
        """
        signs = {start: 1}
        for node in self.nodes:
            if node.gives and node.gives[0] not in signs:
                found = _direction_of(node, signs)
                if found is not None:
                    signs.update(dict.fromkeys(node.gives, found))
        return signs.get(self.target, 0)

    def positive_of(self, meeting: Meeting) -> Key:
        """The number for each row of a loss whose formula is plain: what is smallest at the labels.

        Parameters
        ----------
        meeting : Meeting
            One that `loss_of` has a name for.
        """
        if meeting.kind != "Sub":
            return meeting.result_key
        used = next(node for node in self.nodes if meeting.result_key in node.takes)
        return used.gives[0]

    def loss_of(self, meeting: Meeting) -> str:
        """Keras's name of a loss whose formula is plain, "" for all others."""
        if meeting.kind == "SparseSoftmaxCrossEntropyWithLogits":
            return "sparse_categorical_crossentropy"
        if meeting.kind == "SoftmaxCrossEntropyWithLogits":
            return "categorical_crossentropy"
        if meeting.kind == "SquaredDifference":
            return "mean_squared_error"
        if meeting.kind != "Sub":
            return ""
        used = [node for node in self.nodes if meeting.result_key in node.takes]
        kinds = {node.kind for node in used}
        squares = kinds == {"Square"} or (kinds == {"Mul"} and len(set(used[0].takes)) == 1)
        if squares:
            return "mean_squared_error"
        return "mean_absolute_error" if kinds == {"Abs"} else ""


def _direction_of(node: Node, signs: Mapping[Key, int]) -> int | None:
    """Whether results of an operation grow with the start; None where they do not depend on it."""
    taken = [signs.get(one) for one in node.takes]
    known = {one for one in taken if one is not None}
    if not known:
        return None
    return known.pop() * _own_direction(node, taken) if len(known) == 1 else 0


def _own_direction(node: Node, taken: Sequence[int | None]) -> int:
    """The same of the operation alone, with the signs of what it receives."""
    if node.kind in GROWING:
        return 1
    if node.kind == "Neg":
        return -1
    if node.kind == "Sub":
        return 0 if None not in taken else -1 if taken[0] is None else 1
    factors = [one for one in node.constants if one is not None]
    if len(factors) != 1 or not factors[0]:
        return 0
    return 0 if node.kind != "Mul" and taken[0] is None else 1 if factors[0] > 0 else -1
