"""Tell which layers of the live model a call in its text has made."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from nbdoctor.trials.copying.objects.sites import Site
from nbdoctor.trials.proof.values import is_of_keras
from nbdoctor.trials.refusal import UntriedError, refuse

NUMBERS = (bool, int, float)

NO_FORM = "the fix cannot be made to a copy of the model"


@dataclass
class Places:
    """Which layers of the live model the sites of its text have made."""

    sites: Sequence[Site]
    layers: Sequence[Any]
    names: Mapping[str, Any]
    found: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kinds = {site.makes for site in self.sites if site.kind == "layer"}
        for kind in kinds:
            here = [n for n, s in enumerate(self.sites) if s.kind == "layer" and s.makes is kind]
            there = [n for n, layer in enumerate(self.layers) if type(layer) is kind]
            pairs = self._shared_out(here, there)
            self.found |= {a: b for a, b in pairs.items() if self._fits(a, b)}

    def _shared_out(self, here: Sequence[int], there: Sequence[int]) -> dict[int, list[int]]:
        """Share layers of one class out among their sites, of which one may stand in a loop."""
        if len(here) == len(there):
            return {a: [b] for a, b in zip(here, there, strict=True)}
        loops = [n for n, at in enumerate(here) if self.sites[at].repeats]
        if len(loops) != 1 or len(there) < len(here) - 1:
            return {}
        first, behind = loops[0], len(here) - loops[0] - 1
        last = len(there) - behind
        before = zip(here[:first], there[:first], strict=True)
        after = zip(here[first + 1 :], there[last:], strict=True)
        one_each = {a: [b] for a, b in (*before, *after)}
        return one_each | {here[first]: list(there[first:last])}

    def _fits(self, site: int, places: Sequence[int]) -> bool:
        """Whether the layers have what is written."""
        makes, node = self.sites[site].makes, self.sites[site].node
        try:
            given = written(node, parameters(makes))
        except UntriedError:
            return False
        return all(_has(self.layers[at], name, one) for at in places for name, one in given.items())

    def of(self, site: int) -> list[int]:
        """Return the layers that a site has made."""
        if not self.found.get(site):
            line = self.sites[site].node.lineno
            refuse(f"{NO_FORM}: nbdoctor can't tell which layers line {line} has made")
        return self.found[site]

    def behind(self, site: int, new: Sequence[Site]) -> int | None:
        """Return the layer before which a new one stands, None where it is the last."""
        following = [one for one in new[site + 1 :] if one.kind == "layer"]
        keys = [one.key for one in self.sites]
        for one in following:
            if one.key in keys and keys.count(one.key) == 1:
                places = self.of(keys.index(one.key))
                if not new[site].repeats:
                    return places[0]
            refuse(f"{NO_FORM}: nbdoctor can't tell where the new layer belongs")
        return None

    def named(self, text: str) -> int:
        """Return the layer that a name stands for; -1 for one that is not there yet."""
        value = self.names.get(text)
        return next((n for n, layer in enumerate(self.layers) if layer is value), -1)


def _has(layer: Any, name: str, written: ast.expr) -> bool:
    """Whether a layer's argument is what is written; True where that cannot be told."""
    if not is_of_keras(layer) or not isinstance(written, ast.Constant):
        return True
    value = vars(layer).get(name)
    if type(value) in NUMBERS and type(written.value) in NUMBERS:
        return bool(value == written.value)
    if name == "activation" and type(value) is FunctionType and type(written.value) is str:
        return bool(value.__name__ == written.value)
    return name != "name" or bool(layer.name == written.value)


def written(call: ast.expr, order: Sequence[str]) -> dict[str, ast.expr]:
    """Return the arguments of a call as they are written, by name.

    Raises
    ------
    UntriedError
        They are handed on in a dict or a list.
    """
    if not isinstance(call, ast.Call) or any(word.arg is None for word in call.keywords):
        refuse(f"{NO_FORM}: its arguments are passed on with `*` or `**`")
    if any(isinstance(one, ast.Starred) for one in call.args) or len(call.args) > len(order):
        refuse(f"{NO_FORM}: its arguments are passed on with `*` or `**`")
    named = {word.arg: word.value for word in call.keywords if word.arg}
    return {**dict(zip(order, call.args, strict=False)), **named}


def parameters(kind: type[Any] | None) -> list[str]:
    """Return the names of the arguments that a class is made with."""
    if kind is None:
        return []
    return [name for name in inspect.signature(kind.__init__).parameters if name != "self"]
