"""Edit what a cell asks Keras to learn: the loss in `compile`, the head of the model."""

from __future__ import annotations

import ast
import re

from nbdoctor.cell.call import Argument, Call, CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.syntax import expression, unparsed

ACTIVATION_POSITION = {
    "Dense": 1,
    "Activation": 0,
    "Conv1D": 7,
    "Conv2D": 7,
    "Conv3D": 7,
    "Conv2DTranspose": 7,
}
"""Layers that can be a head, with the place of `activation` when it is given without its name."""

WIDTH_ARGUMENT = {
    "Dense": "units",
    "Conv1D": "filters",
    "Conv2D": "filters",
    "Conv3D": "filters",
    "Conv2DTranspose": "filters",
}

KEPT = {
    "BinaryCrossentropy": ("from_logits", "label_smoothing", "reduction", "axis", "dtype"),
    "CategoricalCrossentropy": ("from_logits", "label_smoothing", "reduction", "axis", "dtype"),
    "SparseCategoricalCrossentropy": ("from_logits", "ignore_class", "reduction", "axis", "dtype"),
}
"""Arguments of the old loss that mean the same in the new one."""


def compile_call(cell: Cell) -> Call:
    """The call that compiles the model of `cell`.

    Raises
    ------
    CannotEditError
        There is none, or there are several.
    """
    found = [call for call in cell.calls_of("compile") if call.callee != "re.compile"]
    if len(found) != 1:
        message = f"The cell calls `compile` {len(found)} times; once is needed to edit it."
        raise CannotEditError(message)
    return found[0]


def with_loss(cell: Cell, loss: str, **extra: str) -> Cell:
    """Compile with another loss, spelt the way the present one is spelt.

    Parameters
    ----------
    cell : Cell
    loss : str
        Keras's canonical name ("sparse_categorical_crossentropy").
    **extra : str
        Arguments that the loss must have, as source (`from_logits="True"`).

    Raises
    ------
    CannotEditError
        The loss is not written in `compile` itself, or is one of several.
    """
    call = compile_call(cell)
    present = call.argument("loss", 1)
    if present is None:
        message = "The cell compiles without a loss of its own."
        raise CannotEditError(message)
    text = _respelt(cell, present.text, loss, extra)
    if text == present.text:
        return cell
    return cell.with_argument("compile", "loss", text, position=1, at=call)


def with_head(
    cell: Cell,
    layer: str,
    *,
    activation: str | None = None,
    width: int | None = None,
) -> Cell:
    """Give the layer that makes the output another activation or another width.

    Parameters
    ----------
    cell : Cell
    layer : str
        Its name in the model ("dense_2").
    activation : str, optional
        "softmax", "sigmoid" or "linear".
    width : int, optional
        Number of outputs.

    Raises
    ------
    CannotEditError
        The cell does not say unambiguously which call makes that layer.
    """
    call = head_call(cell, layer)
    if width is not None:
        argument = WIDTH_ARGUMENT.get(call.name)
        if argument is None:
            message = f"`{call.name}` has no width of its own."
            raise CannotEditError(message)
        cell = cell.with_argument(call.name, argument, str(width), position=0, at=call)
    if activation is not None:
        position = ACTIVATION_POSITION[call.name]
        text = _activation(call.argument("activation", position), activation)
        name = "activation"
        cell = cell.with_argument(call.name, name, text, position=position, at=call)
    return cell


def head_call(cell: Cell, layer: str) -> Call:
    """The call that makes the output layer: the one with its name, else the last of its kind.

    Raises
    ------
    CannotEditError
        No such call, or the cell builds several models.
    """
    name = layer.rsplit("/", 1)[-1]
    heads = [call for call in cell.calls if call.name in ACTIVATION_POSITION]
    named = [call for call in heads if _literal(call.argument("name")) == name]
    if len(named) == 1:
        return named[0]
    kind = re.sub(r"_\d+$", "", name)
    alike = [call for call in heads if call.name.lower() == kind.replace("_", "")]
    models = sum(call.name in ("Sequential", "Model") for call in cell.calls)
    if not alike or models > 1:
        message = f"This cell does not say plainly which line makes `{layer or 'the output'}`."
        raise CannotEditError(message)
    return alike[-1]


def _respelt(cell: Cell, text: str, loss: str, extra: dict[str, str]) -> str:
    """`loss` with `extra`, in the spelling of `text`: a string, an object or a function."""
    made_of = "".join(word.title() for word in loss.split("_"))
    match expression(text):
        case ast.Constant(value=str()):
            return _made(_losses(cell), made_of, extra) if extra else text[0] + loss + text[-1]
        case ast.Attribute(value=module):
            name = unparsed(module)
            return _made(name, made_of, extra) if extra else f"{name}.{loss}"
        case ast.Call(func=ast.Attribute(value=module, attr=old)) as call:
            kept = _kept(call, old, made_of)
            unchanged = old == made_of and extra.items() <= kept.items()
            return text if unchanged else _made(unparsed(module), made_of, kept | extra)
        case ast.Call(func=ast.Name(id=old)) as call:
            return _respelt_import(
                cell, text, (old, made_of, loss), _kept(call, old, made_of), extra
            )
        case _:
            message = f"The loss is `{text}`, which is made somewhere else."
            raise CannotEditError(message)


def _respelt_import(
    cell: Cell,
    text: str,
    names: tuple[str, str, str],
    kept: dict[str, str],
    extra: dict[str, str],
) -> str:
    """The same for a class that was imported by its name, as the new one need not be."""
    old, made_of, loss = names
    if old == made_of:
        unchanged = extra.items() <= kept.items()
        return text if unchanged else f"{made_of}({_written(kept | extra)})"
    return _made(_losses(cell), made_of, kept | extra) if kept | extra else f'"{loss}"'


def _made(module: str, made_of: str, arguments: dict[str, str]) -> str:
    return f"{module}.{made_of}({_written(arguments)})"


def _kept(call: ast.Call, old: str, new: str) -> dict[str, str]:
    """The arguments of the present loss that the new one understands in the same way."""
    if old not in KEPT:
        return {}
    given = {word.arg: word.value for word in call.keywords if word.arg}
    if call.args:
        given["from_logits"] = call.args[0]
    names = KEPT.get(new, ())
    return {name: unparsed(value) for name, value in given.items() if name in names}


def _written(arguments: dict[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in arguments.items())


def _losses(cell: Cell) -> str:
    if not cell.keras:
        message = "This cell does not import Keras, so a loss object cannot be written in it."
        raise CannotEditError(message)
    return f"{cell.keras}.losses"


def _activation(present: Argument | None, activation: str) -> str:
    """`activation` as a string, or as `tf.nn.softmax` where that is how it was written."""
    text = present.text if present else ""
    if re.fullmatch(r"[\w.]+\.(?:relu|sigmoid|softmax|tanh)", text) and activation != "linear":
        return text.rsplit(".", 1)[0] + "." + activation
    quote = text[0] if text[:1] in {"'", '"'} else '"'
    return f"{quote}{activation}{quote}"


def _literal(argument: Argument | None) -> str:
    return argument.text.strip("\"'") if argument else ""
