"""Treatments of crashes that are edits of the cell."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nbdoctor.cell.call import Call, CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.layers import (
    spelled,
    with_layer_before,
    with_layer_first,
)

SPATIAL = re.compile(r"(?:Conv|SeparableConv|DepthwiseConv|MaxPooling|AveragePooling)\w*[123]D$")
"""Layers that keep the axes of an image or a sequence."""

FLAT = re.compile(r"Flatten|Global\w+Pooling")

MOST_CHANNELS = 4
"""Grey, colour, and colour with transparency: a first axis this short, before two longer ones, is
the channel axis."""


def flattened(cell: Cell, _facts: Mapping[str, str]) -> Cell:
    """Add `Flatten` before the first dense layer after the last convolution or pooling layer."""
    if any(FLAT.match(call.name) for call in cell.calls):
        message = "The cell already flattens."
        raise CannotEditError(message)
    spatial = [call.line for call in cell.calls if SPATIAL.match(call.name)]
    last = max(spatial, default=0)
    after = [call for call in cell.calls_of("Dense") if call.line > last]
    heads = after or list(cell.calls_of("Dense"))[-1:]
    if not heads:
        message = "The cell has no dense layer."
        raise CannotEditError(message)
    return with_layer_before(cell, heads[0], f"{spelled(cell, 'Flatten')}()")


def last_step(cell: Cell, facts: Mapping[str, str]) -> Cell:
    """Set `return_sequences=False` on the last such layer; without one, add `Flatten`."""
    written = [
        call
        for call in cell.calls
        if (argument := call.argument("return_sequences")) and argument.text == "True"
    ]
    if not written:
        return flattened(cell, facts)
    last = written[-1]
    return cell.with_argument(last.name, "return_sequences", "False", at=last)


def padded(cell: Cell, _facts: Mapping[str, str]) -> Cell:
    """Move channels from first to last; otherwise pad, so that images keep their size."""
    if any(_channels_first(call) for call in cell.calls):
        return _channels_last(cell)
    written = [
        call
        for call in cell.calls
        if re.match(r"Conv[12]D$", call.name) and call.argument("padding") is None
    ]
    if not written:
        message = "Every convolution already sets `padding`."
        raise CannotEditError(message)
    for call in written:
        cell = cell.with_argument(call.name, "padding", '"same"', at=call)
    return cell


def _channels_last(cell: Cell) -> Cell:
    shaped = next(call for call in cell.calls if _channels_first(call))
    turned = f"{spelled(cell, 'Permute')}((2, 3, 1))"
    if shaped.name in {"Input", "InputLayer"}:
        return with_layer_first(cell, turned)
    shape = _shape(shaped)
    bare = cell.without_argument(shaped.name, "input_shape", at=shaped)
    keras = spelled(bare, "Input").removesuffix(".layers.Input")
    entry = "Input" if keras == "Input" else f"{keras}.Input"
    return with_layer_first(with_layer_first(bare, turned), f"{entry}(shape={shape})")


def _channels_first(call: Call) -> bool:
    sizes = [int(size) for size in re.findall(r"\d+", _shape(call))]
    return len(sizes) == 3 and sizes[0] <= MOST_CHANNELS < min(sizes[1:])  # noqa: PLR2004


def _shape(call: Call) -> str:
    given = call.argument("input_shape")
    if call.name in {"Input", "InputLayer"}:
        given = given or call.argument("shape", 0)
    text = given.text if given else ""
    return text if re.fullmatch(r"[(\[][\d, ]+[)\]]", text) else ""


def without_batch_axis(cell: Cell, facts: Mapping[str, str]) -> Cell:
    """Remove the first axis of a shape that has one more than the images of the convolution."""
    axes = len(_sizes(facts.get("kernel", "")))  # height, width, channels and filters: rows have
    for call in cell.calls:  # one axis fewer
        entry = call.name in {"Input", "InputLayer"}
        name = "shape" if entry and call.argument("input_shape") is None else "input_shape"
        given = call.argument(name, 0 if entry else None)
        sizes = _sizes(given.text[1:-1]) if given and given.text[:1] in "([" else []
        if given is not None and len(sizes) == axes:
            row = f"{given.text[0]}{', '.join(sizes[1:])}{given.text[-1]}"
            return cell.with_argument(call.name, name, row, position=0 if entry else None, at=call)
    message = "The cell has no shape with one axis too many."
    raise CannotEditError(message)


def _sizes(text: str) -> list[str]:
    return [size.strip() for size in text.split(",") if size.strip()]


def as_arrays(cell: Cell, _facts: Mapping[str, str]) -> Cell:
    """Pass inputs and labels as NumPy arrays."""
    fits = cell.calls_of("fit")
    if not cell.numpy or len(fits) != 1:
        message = "The cell does not import NumPy, or does not call `fit` once."
        raise CannotEditError(message)
    for name, position in (("x", 0), ("y", 1)):
        given = fits[0].argument(name, position)
        if given is not None and "asarray(" not in given.text:
            made = f"{cell.numpy}.asarray({given.text})"
            cell = cell.with_argument("fit", name, made, position=position, line=fits[0].line)
    return cell
