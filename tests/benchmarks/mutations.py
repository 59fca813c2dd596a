"""Faults to put into a healthy cell: edits of its source, and lines before its `fit`.

A mutation gives the cell with the fault in it, or the same cell where it does not apply.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m

Edit = Callable[[str], str]

FITS = "model.fit(x, y,"
CLASS_LOSSES = ("sparse_categorical_crossentropy", "binary_crossentropy")
FIT = m.Call(func=m.Attribute(value=m.Name("model"), attr=m.Name("fit")))
COMPILE = m.Call(func=m.Attribute(value=m.Name("model"), attr=m.Name("compile")))
DENSE = m.Call(func=m.Attribute(attr=m.Name("Dense")))


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """A fault, and who may speak of it.

    Attributes
    ----------
    name : str
        The fault in words.
    edit : callable
        The cell with the fault, or the same cell.
    named_by : frozenset of str
        Rules whose finding names it.
    followed_by : frozenset of str
        Rules whose finding is no mistake beside it.
    """

    name: str
    edit: Edit
    named_by: frozenset[str]
    followed_by: frozenset[str] = frozenset()


def calls(source: str, pattern: m.Call) -> list[cst.Call]:
    """The calls of a kind, in the order of the text."""
    found = m.findall(cst.parse_module(source), pattern)
    return [node for node in found if isinstance(node, cst.Call)]


def text(node: cst.CSTNode) -> str:
    """The text of a node."""
    return cst.Module([]).code_for_node(node)


def replaced(source: str, old: cst.CSTNode, new: str) -> str:
    """The source with one expression replaced, where it stands for the last time."""
    module = cst.parse_module(source)
    same = [node for node in m.findall(module, _like(old)) if text(node) == text(old)]
    changed = module.deep_replace(same[-1], cst.parse_expression(new))
    assert isinstance(changed, cst.Module)
    return changed.code


def _like(node: cst.CSTNode) -> m.MatchIfTrue[Callable[[cst.CSTNode], bool]]:
    kind = type(node)
    return m.MatchIfTrue(lambda other: isinstance(other, kind))


def fed(source: str) -> tuple[str, str]:
    """Names of the arrays that the only `fit` takes, ("", "") where it takes something else."""
    fits = calls(source, FIT)
    names = [text(call.args[at].value) for call in fits for at in (0, 1) if len(call.args) > at]
    plain = len(fits) == 1 and len(set(names)) == 2 and all(map(str.isidentifier, names))
    dictionaries = plain and re.search(rf"^{names[0]} = \{{", source, re.MULTILINE)
    return (names[0], names[1]) if plain and not dictionaries else ("", "")


def before_fit(lines: str, *, losses: tuple[str, ...] = (), words: bool = False) -> Edit:
    """Put lines before `fit`, with `x` and `y` for its arrays.

    Parameters
    ----------
    lines : str
        What to put there.
    losses : tuple of str
        Only where the cell has one of these; () for any.
    words : bool
        Also where the inputs are numbers of words.
    """

    def edit(source: str) -> str:
        x, y = fed(source)
        if not x or (losses and not any(f'"{loss}"' in source for loss in losses)):
            return source
        if "Embedding" in source and not words:
            return source
        named = re.sub(r"\b[xy]\b", lambda name: {"x": x, "y": y}[name.group()], lines)
        return re.sub(r"^(?=(?:\w+ = )?model\.fit\()", f"{named}\n", source, flags=re.MULTILINE)

    return edit


def sorted_rows(source: str) -> str:
    """Rows in the order of their classes, and `fit` leaves them so."""
    by_class = "order = np.argsort(y, kind='stable')\nx, y = x[order], y[order]"
    edited = before_fit(by_class, losses=CLASS_LOSSES, words=True)(source)
    return edited if edited == source else edited.replace(FITS, f"{FITS} shuffle=False,")


def with_loss(old: str, new: str, *, units: int | None = None) -> Edit:
    """Another loss in `compile`, for all heads or those of so many units."""

    def edit(source: str) -> str:
        heads = calls(source, DENSE)
        if units and not (heads and re.match(rf"[\w.]*\({units}\b", text(heads[-1]))):
            return source
        return source.replace(f'"{old}"', new) if calls(source, COMPILE) else source

    return edit


def head_with(activation: str, *, now: str) -> Edit:
    """Another activation of the last layer, where it has this one."""

    def edit(source: str) -> str:
        heads = calls(source, DENSE)
        if not heads or f'activation="{now}"' not in text(heads[-1]):
            return source
        new = text(heads[-1]).replace(f'activation="{now}"', f'activation="{activation}"')
        return replaced(source, heads[-1], new)

    return edit


def hidden_with(more: str) -> Edit:
    """One more argument for every hidden dense layer."""

    def edit(source: str) -> str:
        given = more.partition("=")[0]
        hidden = [layer for layer in calls(source, DENSE)[:-1] if given not in text(layer)]
        for layer in hidden:
            source = replaced(source, layer, f"{text(layer)[:-1]}, {more})")
        return source

    return edit


def before_head(layer: str, *, losses: tuple[str, ...] = ()) -> Edit:
    """One more layer before the last of a list of layers, where the cell has one of the losses."""

    def edit(source: str) -> str:
        heads = calls(source, DENSE)
        fits = not losses or any(f'"{loss}"' in source for loss in losses)
        if not (heads and fits) or "keras.Sequential([" not in source:
            return source
        line = re.compile(rf"^( +){re.escape(text(heads[-1]))},$", re.MULTILINE)
        return line.sub(rf"\g<1>{layer},\n\g<0>", source)

    return edit


def rate_times(factor: float) -> Edit:
    """The learning rate times a factor, once the model is compiled."""
    line = f"model.optimizer.learning_rate = {factor} * model.optimizer.learning_rate"

    def edit(source: str) -> str:
        plain = fed(source)[0] and "schedules" not in source
        return before_fit(line, words=True)(source) if plain else source

    return edit


def frozen(source: str) -> str:
    """No weight learns."""
    compiled = re.search(r"^model\.compile\(", source, re.MULTILINE)
    if not compiled:
        return source
    return f"{source[: compiled.start()]}model.trainable = False\n{source[compiled.start() :]}"


def applies(mutation: Mutation, source: str) -> bool:
    """Whether the fault can be put into this cell, and the cell can be read."""
    return mutation.edit(source) != source


def mutation(name: str, edit: Edit, named_by: str, followed_by: str = "") -> Mutation:
    """The same with names in one string."""
    return Mutation(
        name=name,
        edit=edit,
        named_by=frozenset(named_by.split()),
        followed_by=frozenset(followed_by.split()),
    )
