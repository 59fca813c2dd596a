"""The account of one training step of the user's own: what took part, and what was updated."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.nodes import Key
from nbdoctor.backend.sampling import Array
from nbdoctor.look.expression import Expression, Meeting, Relation
from nbdoctor.look.symmetry import is_blind

MOST_LEFT = 200
"""Variables left out that are looked at: the account of each goes through all operations."""


@dataclass(slots=True, kw_only=True)
class Seen:
    """What is noted of a step while it runs or is traced.

    Attributes
    ----------
    watched : list
        Variables of the backend that the pass has read under a tape.
    handed : list
        Those that an optimizer was given.
    outermost : list of OuterCall
        Calls of layers and models by whoever is neither.
    target : Any
        What was differentiated.
    compared : list of Key
        What losses of Keras have given.
    """

    watched: list[Any] = field(default_factory=list)
    handed: list[Any] = field(default_factory=list)
    outermost: list[OuterCall] = field(default_factory=list)
    target: Any = None
    compared: list[Key] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class OuterCall:
    """A call of a layer or model by the step itself.

    Attributes
    ----------
    of : weakref to keras.Layer
    training : bool or None
        The argument of that name, None where it is not given.
    outputs : tuple of Key
    """

    of: Callable[[], Any]
    training: bool | None = None
    outputs: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unhanded:
    """A trainable variable that took part in the pass and that no optimizer was given.

    Attributes
    ----------
    of : weakref to the variable of the backend
    before : array
        Some rows of it, before training.
    reached : bool or None
        A gradient flows to it from what was differentiated; None where that is not known.
    relation : str
        How it stands to the variables that are updated; "" where that is not known.
    """

    of: Callable[[], Any]
    before: Array
    reached: bool | None = None
    relation: Relation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAccount:
    """What a step of the user's own does, as far as its operations tell.

    Attributes
    ----------
    unhanded : tuple of Unhanded
    outermost : tuple of OuterCall
    meetings : tuple of Meeting
        Where predictions meet what is no prediction.
    loss : str
        Keras's name of the loss, where its formula is plain.
    known : bool
        The operations behind what was differentiated are known.
    cares : bool
        A layer acts otherwise in training, as far as that is known of it.
    idle : tuple of str
        Those of them that the step has called as `predict` does.
    grows : int
        Whether what is differentiated grows with the only loss of the step (1), falls with it
        (-1), or that is not told (0).
    idle_terms : tuple of (int or None)
        Lines of the additions by which a loss has a term that no update can change.
    blind : bool
        A loss stays the same when the units of a softmax that it is made from change places.
    """

    unhanded: tuple[Unhanded, ...] = ()
    outermost: tuple[OuterCall, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    loss: str = ""
    known: bool = False
    cares: bool = False
    idle: tuple[str, ...] = ()
    grows: int = 0
    idle_terms: tuple[int | None, ...] = ()
    blind: bool = False


def outer_call(layer: Any, kwargs: Mapping[str, Any], output: Any) -> OuterCall:
    """Note a call of a layer by whoever is none."""
    import keras

    training = kwargs.get("training")
    keys = [backend.current().expressions.key(leaf) for leaf in keras.tree.flatten(output)]
    return OuterCall(
        of=weakref.ref(layer),
        training=training if isinstance(training, bool) else None,
        outputs=tuple(key for key in keys if key is not None),
    )


def account_of(seen: Seen, expressions: Sequence[Expression], graph: Any = None) -> StepAccount:
    """What the step did.

    Parameters
    ----------
    seen : Seen
    expressions : sequence of Expression
        The operations behind each number that was differentiated, as far as they are known.
    graph : Any
        That was traced; None for operations that were run one by one.
    """
    handed = {id(one) for one in seen.handed}
    left = list({id(one): one for one in seen.watched if id(one) not in handed}.values())
    left = left[:MOST_LEFT]
    keys = backend.current().expressions.keys_of_variables([*left, *seen.handed], graph)
    updated = {keys[id(one)] for one in seen.handed if id(one) in keys}
    predicted = {key for call in seen.outermost for key in call.outputs}
    meetings = [
        (one.loss_of(meeting), meeting)
        for one in expressions
        for meeting in one.meetings(predicted, set(keys.values()))
    ]
    return StepAccount(
        unhanded=tuple(_unhanded(one, expressions, keys.get(id(one)), updated) for one in left),
        outermost=tuple(seen.outermost),
        meetings=tuple(meeting for _, meeting in meetings),
        loss=meetings[0][0] if len(meetings) == 1 else "",
        known=bool(expressions),
        grows=_grows(seen.compared, expressions, meetings),
        idle_terms=tuple(node.line for one in expressions for node in one.idle_terms(updated)),
        blind=any(is_blind(one, key) for one in expressions for key in predicted),
    )


def _grows(
    compared: Sequence[Key],
    expressions: Sequence[Expression],
    meetings: Sequence[tuple[str, Meeting]],
) -> int:
    """As in `StepAccount.grows`; a step of several losses may lower one by raising another."""
    if len(expressions) != 1 or len(set(compared)) > 1:
        return 0
    (one,) = expressions
    if compared:
        return one.direction(compared[0])
    plain = [meeting for loss, meeting in meetings if loss]
    if len(plain) != 1 or len(meetings) != 1:
        return 0
    return one.direction(one.positive_of(plain[0]))


def _unhanded(
    variable: Any, expressions: Sequence[Expression], key: Key | None, updated: set[Key]
) -> Unhanded:
    before = backend.current().values.sample(variable).copy()
    if key is None or not expressions:
        return Unhanded(of=weakref.ref(variable), before=before)
    deep = [one for one in expressions if one.depends_on(key)]
    return Unhanded(
        of=weakref.ref(variable),
        before=before,
        reached=bool(deep),
        relation=deep[0].relation([key], updated) if deep else None,
    )


def raw(weights: Iterable[Any]) -> list[Any]:
    """The variables of the backend behind those of Keras."""
    return [getattr(one, "value", one) for one in weights]


def has_moved(one: Unhanded) -> bool | None:
    """Whether a variable is no longer what it was; None where it is gone."""
    variable = one.of()
    if variable is None:
        return None
    values = backend.current().values
    now = values.sample(variable)
    return bool(now.shape != one.before.shape or (now != one.before).any())
