"""Every call of a layer: who was called, with what, and what came out."""

from __future__ import annotations

import contextlib
import math
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nbdoctor.backend.keras_internals.graph import keeps_logits
from nbdoctor.backend.keras_internals.structure import inside
from nbdoctor.backend.patching import Patch
from nbdoctor.cell.namespace import is_data
from nbdoctor.look.structure import has_kernel, layer_paths
from nbdoctor.look.training_mode import drops

MOST_HELD = 1 << 25
"""Values of layer outputs that are held until they are described: 128 MB as float32. Training
holds as much itself until its gradients are there, and more must not be asked of the memory."""


@dataclass(frozen=True, slots=True)
class Maker:
    """The layer that returned a tensor, and whether Keras keeps the logits beside it, if known.

    A layer that was held would outlive the collection in which Python frees a model that the cell
    deletes, and its weights with it.
    """

    of: Callable[[], Any]
    keeps_logits: bool | None

    @property
    def layer(self) -> Any:
        """The layer, None where it is gone."""
        return self.of()


@dataclass(slots=True, kw_only=True)
class LayerOutputs:
    """What the layers of a model put out in one pass.

    Attributes
    ----------
    of : weakref to keras.Model
        Whose layers these are; nothing of ours keeps a model that the cell deletes.
    hold : bool
        Keep the outputs of all layers, as long as they are at most 32 M values together.
    rows : int
        Of the batch, where the tensors of a trace do not tell.
    final : Any
        What the model returned.
    makers : dict of int to Maker
        By the id of the tensor.
    layers : dict of str to (weakref to layer, tensor)
        By path, in order of the calls; empty where they are not held.
    entry_layer, entry, entry_ops
        Path of the first layer with a kernel, what it received, kinds of the layers before it.
    """

    of: Callable[[], Any]
    hold: bool = True
    rows: int = 1
    final: Any = None
    makers: dict[int, Maker] = field(default_factory=dict)
    layers: dict[str, tuple[Callable[[], Any], Any]] = field(default_factory=dict)
    entry_layer: str = ""
    entry: Any = None
    entry_ops: tuple[str, ...] = ()
    held: int = 0

    @property
    def model(self) -> Any:
        """The model, None where it is gone."""
        return self.of()

    def note(self, path: str, layer: Any, inputs: Any, output: Any) -> None:
        """Take one call."""
        leaves = _data(output)
        if layer is self.model:
            self.final = output
            return
        for leaf in leaves:
            self.makers[id(leaf)] = Maker(weakref.ref(layer), keeps_logits(leaf))
        if not self.entry_layer:
            self._note_entry(path, layer, inputs)
        if self.hold and leaves:
            self.held += _size(leaves[0], self.rows)
            self.hold = self.held <= MOST_HELD
            self.layers[path] = (weakref.ref(layer), leaves[0])
        if not self.hold:
            self.layers = {}

    def limit(self, rows: int) -> None:
        """Let the outputs of the layers go where a batch of so many rows has too much of them."""
        self.rows = rows
        self.held = sum(_size(tensor, rows) for _, tensor in self.layers.values())
        if self.held > MOST_HELD:
            self.hold, self.layers = False, {}

    def only(self, known: Callable[[Any], bool]) -> LayerOutputs:
        """The same calls, without those tensors that are not `known`."""
        import keras

        final = self.final
        if not all(known(leaf) for leaf in keras.tree.flatten(final) if leaf is not None):
            final = None
        layers = {path: pair for path, pair in self.layers.items() if known(pair[1])}
        has_entry = self.entry is not None and known(self.entry)
        return replace(self, final=final, layers=layers, entry=self.entry if has_entry else None)

    def tensors(self) -> Any:
        """All tensors, as a structure that a graph can return."""
        return self.final, [tensor for _, tensor in self.layers.values()], self.entry

    def with_tensors(self, values: Any) -> LayerOutputs:
        """The same calls, with the values that the graph has returned."""
        import keras

        final, outputs, entry = values
        before, after = keras.tree.flatten(self.final), keras.tree.flatten(final)
        return LayerOutputs(
            of=self.of,
            hold=self.hold,
            rows=self.rows,
            final=final,
            makers={
                id(new): self.makers[id(old)]
                for old, new in zip(before, after, strict=True)
                if id(old) in self.makers
            },
            layers={
                path: (layer, tensor)
                for (path, (layer, _)), tensor in zip(self.layers.items(), outputs, strict=True)
            },
            entry_layer=self.entry_layer,
            entry=entry,
            entry_ops=self.entry_ops,
        )

    def _note_entry(self, path: str, layer: Any, inputs: Any) -> None:
        if inside(layer):  # a container: what is inside is called by itself
            return
        leaves = [leaf for leaf in _data(inputs) if hasattr(leaf, "dtype")]
        if has_kernel(layer) and leaves:
            self.entry_layer, self.entry = path, leaves[0]
        else:
            self.entry_ops = (*self.entry_ops, type(layer).__name__)


def _shapes(args: tuple[Any, ...]) -> tuple[tuple[Any, ...], ...]:
    """Of those arguments that are data; that of a tensor in a trace may be unknown."""
    shapes = [leaf.shape for leaf in _data(args) if hasattr(leaf, "shape")]
    return tuple(tuple(one) for one in shapes if getattr(one, "rank", one) is not None)


def _data(given: Any) -> list[Any]:
    """What can be asked without running code of the user's: a layer takes whatever they like."""
    import keras

    return [leaf for leaf in keras.tree.flatten(given) if is_data(leaf)]


def _size(tensor: Any, rows: int) -> int:
    """Values of `tensor`; a length that is not known is that of the batch."""
    shape = getattr(tensor, "shape", None) or ()
    return math.prod(rows if length is None else int(length) for length in shape)


@contextlib.contextmanager
def noting_layers(
    model: Any,
    note: Callable[[str, Any, Any, Any], None],
    entered: list[tuple[str, tuple[Any, ...]]],
    *,
    without_dropout: bool = False,
    outer: Callable[[Any, Mapping[str, Any], Any], None] | None = None,
) -> Iterator[Callable[[Callable[..., Any]], Callable[..., Any]]]:
    """Call `note(path, layer, inputs, output)` for every call of a layer of `model` in the block.

    Parameters
    ----------
    model : keras.Model
    note : callable
    entered : list
        Holds the layers that are being called; left as it is when one of them raises.
    without_dropout : bool
        Layers that drop at random pass their inputs through.
    outer : callable, optional
        Called as `outer(layer, named arguments, output)` for calls that no layer makes.

    Yields
    ------
    callable
        Makes a method that calls a layer tell of it, too: one that stands beneath others' patches.

    Notes
    -----
    What a recurrent layer calls inside its loop is left out: its cells see single time steps.
    """
    import keras

    paths = layer_paths(model)
    looped = (keras.layers.RNN, keras.layers.TimeDistributed)
    here = threading.get_ident()
    inside_loop: list[Any] = []

    def around(call: Callable[..., Any]) -> Callable[..., Any]:
        def noted(layer: Any, *args: Any, **kwargs: Any) -> Any:
            path = paths.get(id(layer))
            if path is None or inside_loop or threading.get_ident() != here:
                return call(layer, *args, **kwargs)
            if without_dropout and drops(layer):
                kwargs["training"] = False
            if isinstance(layer, looped):
                inside_loop.append(layer)
            entered.append((path, _shapes(args)))
            try:
                output = call(layer, *args, **kwargs)
            finally:
                if inside_loop and inside_loop[-1] is layer:
                    inside_loop.pop()
            entered.pop()
            note(path, layer, args, output)
            if outer is not None and not entered:
                outer(layer, kwargs, output)
            return output

        return noted

    with Patch(keras.layers.Layer, "__call__", around):
        yield around


def penalty(model: Any) -> Any:
    """What layers add to the loss themselves, in their last pass; of each row, as their sum."""
    import keras

    return sum((keras.ops.sum(loss) for loss in model.losses), start=0.0)
