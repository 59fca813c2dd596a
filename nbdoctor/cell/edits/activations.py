"""Find the hidden layers of a cell that squash what they get, and let them pass it on."""

from __future__ import annotations

from nbdoctor.cell.call import Call
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import ACTIVATION_POSITION

WITH_WEIGHTS = frozenset(ACTIVATION_POSITION) - {"Activation"}


def hidden_sigmoids(cell: Cell) -> list[Call]:
    """Calls that make hidden sigmoid layers: all but the last layer call, which is the head."""
    makers = [call for call in cell.calls if call.name in WITH_WEIGHTS]
    return [call for call in makers[:-1] if _activation(call) == "sigmoid"]


def with_relu(cell: Cell) -> Cell:
    """Give the hidden sigmoid layers `relu` with `he_normal` weights; the head stays as it is.

    Raises
    ------
    CannotEditError
        A layer cannot be edited where it stands.
    """
    treated = cell
    for call in hidden_sigmoids(cell):
        position = ACTIVATION_POSITION[call.name]
        treated = treated.with_argument(
            call.name, "activation", '"relu"', position=position, at=call
        )
        treated = treated.with_argument(call.name, "kernel_initializer", '"he_normal"', at=call)
    return treated


def function_name(text: str) -> str:
    """`sigmoid` of `"sigmoid"` and of `keras.activations.sigmoid`."""
    return text.strip("\"'").rpartition(".")[2]


def _activation(call: Call) -> str:
    argument = call.argument("activation", ACTIVATION_POSITION[call.name])
    return function_name(argument.text) if argument is not None else ""
