"""What a step of the user's own does: variables left out, rows that mix, layers at rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from nbdoctor.backend.keras_internals.names import declared
from nbdoctor.backend.keras_internals.structure import (
    all_layers,
    frozen_weights,
    trainable_weights,
)
from nbdoctor.backend.keras_internals.structure import weights as weights_of
from nbdoctor.backend.nodes import Shape
from nbdoctor.cell.namespace import models
from nbdoctor.look.account import OuterCall, StepAccount, Unhanded, has_moved
from nbdoctor.look.holders import holder_of, name_of_part
from nbdoctor.look.look import Look
from nbdoctor.readings.given import Namespace
from nbdoctor.readings.layers import is_far_from_birth
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

Place = Literal["network", "untracked", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A trainable variable that took part in the pass and that no optimizer was given.

    Attributes
    ----------
    path : str
        Its name.
    owner : str
        The user's name for what holds it: an attribute ("encoder"), a variable, else a layer.
    place : str
        "network" for a weight of a model inside of the trained one, or of a model of its own;
        "untracked" for a variable that is a weight of no model; "other" for all else.
    held_by : str
        Of an untracked one, what keeps it in words ("the attribute `scale` of `gate`"); "" where
        that is not known.
    reached : bool or None
        A gradient flows to it; None where that is not known.
    relation : str
        "feeds" where what it computes is given to what is trained, "fed" for the other way round,
        "beside" for neither, "" where that is not known.
    fresh : bool
        Its network still has the weights that its initializers draw.
    whole : bool
        No weight of its network is trained.
    moved : bool or None
        It is no longer what it was, now that the cell has ended; None until then.
    """

    path: str
    owner: str
    place: Place
    held_by: str = ""
    reached: bool | None = None
    relation: str = ""
    fresh: bool = True
    whole: bool = False
    moved: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """Predictions and labels that broadcast so that each row meets all others."""

    operation: str
    predicted: Shape
    other: Shape
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """A model or layer that the step calls itself: its name, and the argument `training`."""

    name: str
    training: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCode:
    """What the step does.

    Attributes
    ----------
    left_out : tuple of LeftOut
    mixed : tuple of Mixed
    idle : tuple of str
        Layers that act otherwise in training, and that were called as in `predict`.
    calls : tuple of ModelCall
        Of those that hold idle layers.
    trained : str
        A network that is updated, by the user's name.
    compares : int
        How often predictions meet something that is neither computed from them nor learned; 0
        where the operations of the step are not known.
    cares : bool
        A layer acts otherwise in training.
    idle_terms : tuple of (int or None)
        Lines of the additions by which a loss has a term that no update can change.
    blind : bool
        A loss stays the same when the units of a softmax that it is made from change places.
    """

    left_out: tuple[LeftOut, ...] = ()
    mixed: tuple[Mixed, ...] = ()
    idle: tuple[str, ...] = ()
    calls: tuple[ModelCall, ...] = ()
    trained: str = ""
    compares: int = 0
    cares: bool = False
    idle_terms: tuple[int | None, ...] = ()
    blind: bool = False


@reading(
    "the user's own step",
    when=Moment.FURTHER_STEPS | Moment.STEP_FROM_OUTSIDE | Moment.LOOP_SEEN,
    missing=does_not_apply("the training step is Keras's own, or it shows nothing of itself"),
)
def code_of_step(look: Look, namespace: Namespace) -> StepCode | None:
    """What its operations have shown."""
    return None if look.account is None else read_step(look.model, look.account, namespace)


@reading("the user's own step", when=Moment.CELL_ENDED)
def code_after_training(code: StepCode, look: Look) -> StepCode | None:
    """Look again at the variables that were left out, now that the cell has ended."""
    if look.account is None or not code.left_out:
        return None
    moved = {id(one): has_moved(one) for one in look.account.unhanded}
    by_path = {_path(one): moved[id(one)] for one in look.account.unhanded}
    return replace(
        code,
        left_out=tuple(replace(one, moved=by_path.get(one.path)) for one in code.left_out),
    )


def read_step(model: Any, account: StepAccount, namespace: Mapping[str, Any]) -> StepCode:
    """The same of a model and the account of its step.

    Parameters
    ----------
    model : keras.Model
    account : StepAccount
    namespace : mapping of str
        The user's variables.
    """
    known = {id(model): model} | {id(one): one for _, one in models(namespace)}
    everything = list(known.values())
    frozen = {id(weight.value) for one in everything for weight in frozen_weights(one)}
    left = [one for one in account.unhanded if (v := one.of()) is not None and id(v) not in frozen]
    left_ids = {id(one.of()) for one in left}
    return StepCode(
        left_out=tuple(_left_out(one, model, everything, namespace, left_ids) for one in left),
        mixed=tuple(
            Mixed(operation=one.kind, predicted=one.predicted, other=one.other, line=one.line)
            for one in account.meetings
            if one.mixes_rows
        ),
        idle=account.idle,
        calls=tuple(_calls(account.outermost, model, namespace, account.idle)),
        trained=_trained(model, left_ids, namespace),
        compares=len(account.meetings),
        cares=account.cares,
        idle_terms=account.idle_terms,
        blind=account.blind,
    )


def _left_out(
    one: Unhanded,
    model: Any,
    everything: Sequence[Any],
    namespace: Mapping[str, Any],
    left_ids: set[int],
) -> LeftOut:
    variable = one.of()
    network = _network(variable, model, everything)
    if network is None:
        name, held_by = holder_of(variable, everything, namespace)
        place: Place = "untracked"
        fresh, whole = True, False
    else:
        name, held_by = name_of_part(network, model, namespace), ""
        place = "other" if network is model else "network"
        fresh = _is_fresh(network)
        whole = all(id(w.value) in left_ids for w in trainable_weights(network))
    return LeftOut(
        path=_path(one),
        owner=name,
        place=place,
        held_by=held_by,
        reached=one.reached,
        relation=one.relation or "",
        fresh=fresh,
        whole=whole,
    )


def _path(one: Unhanded) -> str:
    return str(getattr(one.of(), "name", "")).partition(":")[0]


def _network(variable: Any, model: Any, everything: Sequence[Any]) -> Any:
    """The innermost model that holds a variable among its weights; None where none does."""
    import keras

    inside = [one for one in all_layers(model) if isinstance(one, keras.Model)]
    holding = [
        one
        for one in (*inside, *everything)
        if any(weight.value is variable for weight in trainable_weights(one))
    ]
    return min(holding, key=lambda one: len(weights_of(one)), default=None)


def _is_fresh(network: Any) -> bool:
    optimizer = vars(network).get("optimizer")
    if optimizer is not None and int(optimizer.iterations.numpy()) > 0:
        return False
    return not any(
        is_far_from_birth(one) for one in all_layers(network) if declared(one, "kernel") is not None
    )


def _calls(
    outermost: Sequence[OuterCall], model: Any, namespace: Mapping[str, Any], idle: Sequence[str]
) -> Iterator[ModelCall]:
    if not idle:
        return
    seen: set[tuple[str, bool | None]] = set()
    for call in outermost:
        layer = call.of()
        if layer is None or call.training is True:
            continue
        found = (name_of_part(layer, model, namespace), call.training)
        if found not in seen:
            seen.add(found)
            yield ModelCall(name=found[0], training=found[1])


def _trained(model: Any, left_ids: set[int], namespace: Mapping[str, Any]) -> str:
    """A network inside of the model, or the model itself, of which some weight is updated."""
    import keras

    inner = [
        one
        for one in all_layers(model, include_self=False)
        if isinstance(one, keras.Model)
        and any(id(weight.value) not in left_ids for weight in trainable_weights(one))
    ]
    return name_of_part(inner[0] if inner else model, model, namespace)
