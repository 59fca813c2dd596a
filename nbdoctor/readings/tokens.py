"""Numbers that an embedding looks up: token ids and categories."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.keras_internals.graph import calls_of, users_of
from nbdoctor.backend.keras_internals.names import declared
from nbdoctor.backend.keras_internals.structure import layers as layers_of
from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.data import Rows
from nbdoctor.look.structure import layer_paths
from nbdoctor.readings.inputs import Inputs
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[Any]

RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenInput:
    """One input that goes straight to an embedding.

    Attributes
    ----------
    name, variable : str
        As in `InputTensor`.
    layer : str
        The embedding.
    vocabulary : int
        Rows of its table: ids from 0 to one less.
    rows : int
        Rows of ids that were looked at: all where the data is in memory.
    minimum, maximum : float
    beyond : int
        Ids outside of the table.
    fractional : int
        Values that are not whole: the lookup cuts them off.
    length : int
        Ids of a row.
    padded, padded_before : float
        Share of ids that are zeros at the end of their row, and at its beginning.
    zeros_inside : float
        Share of zeros among the ids before the last that is not 0.
    between : float
        Share of rows with a zero between other ids.
    single : float
        Of the runs of such zeros, share that are a single one.
    masked : bool
        `mask_zero=True`.
    recurrent : str
        A recurrent layer that reads the embedded row from left to right and gives its last state,
        "" for none.
    """

    name: str
    layer: str
    vocabulary: int
    variable: str = ""
    rows: int = 0
    minimum: float = 0.0
    maximum: float = 0.0
    beyond: int = 0
    fractional: int = 0
    length: int = 1
    padded: float = 0.0
    padded_before: float = 0.0
    zeros_inside: float = 0.0
    between: float = 0.0
    single: float = 0.0
    masked: bool = False
    recurrent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """All inputs that go straight to an embedding."""

    inputs: tuple[TokenInput, ...]


def read_tokens(model: Any, rows: Rows, variables: dict[str, str]) -> Tokens | None:
    """Compare ids with the tables that they are looked up in; nothing is called.

    Parameters
    ----------
    model : keras.Model
        Functional or sequential.
    rows : Rows
    variables : dict of str to str
        The user's variable for each input.

    Returns
    -------
    Tokens or None
        None where no input is known to go straight to an embedding.
    """
    paths = layer_paths(model)
    found = [
        _described(name, layer, paths.get(id(layer), layer.name), values, variables.get(name, ""))
        for name, layer, values in _looked_up(model, rows)
        if values.dtype.kind in "biuf" and values.size
    ]
    return Tokens(inputs=tuple(found)) if found else None


@reading(
    "the token ids",
    when=Moment.FIT_CALLED | Moment.BATCHES,
    missing=does_not_apply("no input goes directly to an embedding"),
)
def tokens_of_rows(call: FitCall, rows: Rows, inputs: Inputs | None) -> Tokens | None:
    """Ids that are looked up in a table, by the user's names for them."""
    names = {one.name: one.variable for one in inputs.tensors} if inputs is not None else {}
    return read_tokens(call.model, rows, names)


def _looked_up(model: Any, rows: Rows) -> Iterator[tuple[str, Any, Array]]:
    """Names of inputs, the embedding that each goes to, and their ids."""
    import keras

    names = list(rows.inputs)
    entering = list(getattr(model, "inputs", None) or [])
    layers = layers_of(model)
    if not entering and not isinstance(model, keras.Sequential):
        return  # what `call` of a class of the user's hands to an embedding is not known
    if not entering and layers and isinstance(layers[0], keras.layers.Embedding):
        if len(names) == 1:
            yield names[0], layers[0], _values(rows, names[0])
        return
    places = {id(tensor): number for number, tensor in enumerate(entering)}
    for layer in layers:
        if not isinstance(layer, keras.layers.Embedding) or len(names) != len(entering):
            continue
        for node in calls_of(layer):
            for tensor in node.input_tensors:
                if id(tensor) in places:
                    name = _name_of(tensor, names, places[id(tensor)])
                    yield name, layer, _values(rows, name)


def _name_of(tensor: Any, names: list[str], place: int) -> str:
    """By its own name where the data comes in a dict, else by its place."""
    return tensor.name if tensor.name in names else names[place]


def _values(rows: Rows, name: str) -> Array:
    return np.asarray(rows.whole.get(name, rows.inputs[name]))


def _described(name: str, layer: Any, path: str, values: Array, variable: str) -> TokenInput:
    table = values.reshape(len(values), -1)
    ids = table if table.dtype.kind in "iu" else np.nan_to_num(table.astype(np.float64))
    filled = ids != 0
    length = ids.shape[1]
    ends = np.where(filled.any(axis=1), length - filled[:, ::-1].argmax(axis=1), 0)
    before_end = int(ends.sum())
    starts = np.where(filled.any(axis=1), filled.argmax(axis=1), 0)
    between, single = _between(filled)
    return TokenInput(
        name=name,
        variable=variable,
        layer=path,
        vocabulary=int(layer.input_dim),
        rows=len(ids),
        minimum=float(ids.min()),
        maximum=float(ids.max()),
        beyond=int(((ids < 0) | (ids >= layer.input_dim)).sum()),
        fractional=0 if ids.dtype.kind in "iu" else int((ids != np.floor(ids)).sum()),
        length=length,
        padded=1 - before_end / max(1, ids.size),
        padded_before=int(starts.sum()) / max(1, ids.size),
        zeros_inside=1 - int(filled.sum()) / max(1, before_end),
        between=between,
        single=single,
        masked=bool(declared(layer, "mask_zero", default=False)),
        recurrent=_reader(layer),
    )


def _between(filled: Array) -> tuple[float, float]:
    """Share of rows with zeros between other ids, and of the runs of these that are one long."""
    after = np.maximum.accumulate(filled, axis=1)
    before = np.maximum.accumulate(filled[:, ::-1], axis=1)[:, ::-1]
    inside = ~filled & after & before
    found = inside.any(axis=1)
    if not found.any():
        return 0.0, 0.0
    here = inside[found].astype(np.int8)
    begins = np.diff(here, axis=1, prepend=0) == 1
    alone = begins & (np.diff(here, axis=1, append=0) == -1)
    return float(found.mean()), float(alone.sum() / max(1, begins.sum()))


def _reader(layer: Any) -> str:
    """The recurrent layer that takes the embedded rows and gives its last state."""
    for node in users_of(layer):
        reader = node.operation
        backwards = getattr(reader, "go_backwards", False)
        last = not getattr(reader, "return_sequences", False)
        if type(reader).__name__ in RECURRENT and last and not backwards:
            return str(reader.name)
    return ""
