"""Tell from two texts of a cell what a patch changes of the objects that it makes.

A treatment is a patch of text. Where the text cannot be run again, the same change is made to a
copy of the live model: an argument of a layer, a layer more or less, what the model is compiled
with. Both texts are reduced to the calls that make such objects (`Site`) and to all the rest; where
the rest differs by more than lines that work on data, the patch has no form as a change of objects.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from nbdoctor.cell.syntax import dumped
from nbdoctor.trials.copying.objects.edits import (
    AdaptLayer,
    AddLayer,
    Change,
    Compile,
    Edit,
    RemoveLayer,
    ReplaceLayer,
    SetArguments,
    SetTrainable,
)
from nbdoctor.trials.copying.objects.places import NO_FORM, Places, parameters, written
from nbdoctor.trials.copying.objects.sites import Site, reduced
from nbdoctor.trials.refusal import refuse

COMPILED = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics", "run_eagerly")
"""Arguments of `compile`, in their order."""


def change_of(
    old: Sequence[ast.stmt],
    new: Sequence[ast.stmt],
    names: Mapping[str, Any],
    layers: Sequence[Any],
) -> Change:
    """Return what a patch changes of the objects that a cell makes, and of its data.

    Parameters
    ----------
    old, new : sequence of ast.stmt
        All before the `fit`, without the patch and with it.
    names : mapping of str
        What the names stand for.
    layers : sequence of keras.Layer
        Of the live model, in its order.

    Raises
    ------
    UntriedError
        The patch has no such form.
    """
    before, after = reduced(old, names), reduced(new, names)
    added, gone = _differing(before.rest, after.rest)
    for statements, places in ((old, gone), (new, added)):
        for place in places:
            if not isinstance(statements[place], (ast.Assign, ast.AugAssign, ast.Expr)):
                refuse(f"{NO_FORM}: line {statements[place].lineno} does more than prepare data")
    edits = _edits(before.sites, after.sites, layers, names)
    return Change(tuple(edits), tuple(added), tuple(gone))


def _differing(
    old: Sequence[tuple[int, str]], new: Sequence[tuple[int, str]]
) -> tuple[list[int], list[int]]:
    matcher = SequenceMatcher(None, [t for _, t in old], [t for _, t in new], autojunk=False)
    added: list[int] = []
    gone: list[int] = []
    for what, start, stop, begin, end in matcher.get_opcodes():
        if what != "equal":
            gone += [place for place, _ in old[start:stop]]
            added += [place for place, _ in new[begin:end]]
    return added, gone


def _edits(
    old: Sequence[Site], new: Sequence[Site], layers: Sequence[Any], names: Mapping[str, Any]
) -> list[Edit]:
    places = Places(old, layers, names)
    matcher = SequenceMatcher(None, [s.key for s in old], [s.key for s in new], autojunk=False)
    edits: list[Edit] = []
    for what, start, stop, begin, end in matcher.get_opcodes():
        if what == "equal":
            continue
        for one, other in _paired(range(start, stop), range(begin, end), old, new):
            edits += _edit(one, other, old, new, places)
    return _with_adapted(edits)


def _paired(
    one: range, other: range, old: Sequence[Site], new: Sequence[Site]
) -> list[tuple[int | None, int | None]]:
    """Pair old sites with what they become; None beside those that go or come."""
    if len(one) == len(other) and all(
        old[a].kind == new[b].kind for a, b in zip(one, other, strict=True)
    ):
        return list(zip(one, other, strict=True))
    waiting, pairs = list(other), []
    for place in one:
        alike = [at for at in waiting if _is_like(old[place], new[at])]
        pairs.append((place, alike[0] if alike else None))
        waiting = [at for at in waiting if not alike or at > alike[0]]
    taken = {at for _, at in pairs}
    return [*pairs, *((None, at) for at in other if at not in taken)]


def _is_like(one: Site, other: Site) -> bool:
    return (one.kind, one.makes, one.of) == (other.kind, other.makes, other.of)


def _edit(
    one: int | None, other: int | None, old: Sequence[Site], new: Sequence[Site], places: Places
) -> Iterator[Edit]:
    """Yield what makes a new site of an old one."""
    before = old[one] if one is not None else None
    after = new[other] if other is not None else None
    kind = (before or after or old[0]).kind
    if kind == "layer":
        yield from _layer_edit(one, other, old, new, places)
    elif kind in {"compile", "optimizer"} and before is not None and after is not None:
        if one != max(place for place, site in enumerate(old) if site.kind == kind):
            refuse(f"{NO_FORM}: the model is compiled twice")
        if kind == "optimizer":
            yield Compile({"optimizer": after.node})
        else:
            yield Compile(_differing_arguments(before.node, after.node, COMPILED))
    elif kind == "adapt" and after is not None and isinstance(after.node, ast.Call):
        yield AdaptLayer(places.named(after.of), after.node.args[0])
    elif kind == "trainable" and after is not None:
        place = places.named(after.of.rpartition(".")[0])
        if place < 0:
            refuse(f"{NO_FORM}: `{after.of}` is not a layer in a variable")
        yield SetTrainable(place, after.node)
    else:
        refuse(NO_FORM)


def _layer_edit(
    one: int | None, other: int | None, old: Sequence[Site], new: Sequence[Site], places: Places
) -> Iterator[Edit]:
    if one is None and other is not None:
        yield AddLayer(new[other].node, places.behind(other, new))
        return
    if one is None:
        return
    for at in places.of(one):
        if other is None:
            yield RemoveLayer(at)
        elif old[one].callee != new[other].callee:
            yield ReplaceLayer(at, new[other].node)
        else:
            order = parameters(old[one].makes)
            yield SetArguments(at, _differing_arguments(old[one].node, new[other].node, order))


def _differing_arguments(
    old: ast.expr, new: ast.expr, order: Sequence[str]
) -> dict[str, ast.expr | None]:
    """Return arguments that two calls give differently, by name."""
    before, after = written(old, order), written(new, order)
    names = [*before, *(name for name in after if name not in before)]
    return {
        name: after.get(name)
        for name in names
        if name not in before or name not in after or not _same(before[name], after[name])
    }


def _same(one: ast.expr, other: ast.expr) -> bool:
    return dumped(one) == dumped(other)


def _with_adapted(edits: list[Edit]) -> list[Edit]:
    """Have a layer that is added adapt at once: it stands nowhere before."""
    added = [one for one in edits if isinstance(one, AddLayer)]
    adapts = [one for one in edits if isinstance(one, AdaptLayer) and one.layer < 0]
    if not adapts:
        return edits
    if len(added) != 1 or len(adapts) != 1:
        refuse(NO_FORM)
    whole = AddLayer(added[0].made, added[0].before, adapts[0].rows)
    return [whole, *(one for one in edits if one not in (added[0], adapts[0]))]
