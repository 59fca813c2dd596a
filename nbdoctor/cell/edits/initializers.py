"""Initializers as a cell writes them, and layers without them."""

from __future__ import annotations

import ast
import math
from collections.abc import Container

from nbdoctor.cell.call import Argument, Call
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.activations import WITH_WEIGHTS, function_name
from nbdoctor.cell.edits.objective import ACTIVATION_POSITION
from nbdoctor.cell.syntax import expression

MAKERS = WITH_WEIGHTS | {"partial"}
"""Calls that say how the kernel of a dense or convolutional layer is drawn."""

SIZES = {
    "randomnormal": (("mean", 0.0), ("stddev", 0.05)),
    "truncatednormal": (("mean", 0.0), ("stddev", 0.05)),
    "randomuniform": (("minval", -0.05), ("maxval", 0.05)),
}
"""Initializers whose size does not depend on the width of the layer: arguments and defaults."""

FITTING = frozenset(
    f"{author}{kind}" for author in ("glorot", "he", "lecun") for kind in ("normal", "uniform")
)
"""Initializers that draw as large as the width of the layer asks for."""

EQUAL_UNITS = frozenset({"constant", "ones", "zeros"})
"""Initializers that draw nothing."""

LARGEST_SCALE = 2.0
"""Of `VarianceScaling`, as He's initializers have it."""

LARGEST_GAIN = math.sqrt(LARGEST_SCALE)
"""Of `Orthogonal`."""

WIDE_BIAS = 0.5
"""Biases of this size count beside sums of about 1, which is what a layer makes of its inputs."""

SHARE = 0.5
"""Weights below this share of the smallest ones that are too large were written for a reason."""


def initializer_name(argument: Argument | None) -> str:
    """`randomnormal` of `keras.initializers.RandomNormal(0, 1)` and of `"random_normal"`."""
    return _name_of(argument.text) if argument else ""


def _name_of(text: str) -> str:
    return text.strip("\"'").partition("(")[0].rpartition(".")[2].lower().replace("_", "")


def initializers_in(cell: Cell, kinds: Container[str]) -> frozenset[str]:
    """Variables that the cell sets once, and to an initializer of these kinds."""
    made: dict[str, list[ast.expr]] = {}
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    made.setdefault(target.id, []).append(node.value)
    return frozenset(
        name
        for name, values in made.items()
        if len(values) == 1 and _name_of(ast.unparse(values[0])) in kinds
    )


def written_size(argument: Argument | None) -> float | None:
    """Root mean square of what a written initializer draws, None where its text does not say."""
    names = SIZES.get(initializer_name(argument))
    if argument is None or names is None:
        return None
    given = _numbers(argument.text)
    if given is None:
        return None
    first, second = (
        given.get(name, given.get(str(place), default))
        for place, (name, default) in enumerate(names)
    )
    if names[0][0] == "minval":
        return math.hypot((first + second) / 2, (second - first) / math.sqrt(12))
    return math.hypot(first, second)


def drawing_large(cell: Cell, least: float) -> list[Call]:
    """Calls that make dense or convolutional layers with weights of `least` and more.

    Parameters
    ----------
    cell : Cell
    least : float
        Size of the smallest weights of the model that are too large. What the cell does not
        spell out counts as large.
    """
    makers = [call for call in cell.calls if call.name in MAKERS]
    return [call for call in makers if _is_large(call.argument("kernel_initializer"), least)]


def with_usual_weights(cell: Cell, least: float) -> Cell:
    """Leave the initializers of these layers to Keras, with `he_normal` where they have a ReLU.

    Wide initial biases go with them: Keras begins at 0.
    """
    for call in reversed(drawing_large(cell, least)):  # lines above an edit stay where they are
        if _activation(call) == "relu":
            cell = cell.with_argument(call.name, "kernel_initializer", '"he_normal"', at=call)
        else:
            cell = cell.without_argument(call.name, "kernel_initializer", at=call)
        if _is_large(call.argument("bias_initializer"), WIDE_BIAS / SHARE):
            cell = cell.without_argument(call.name, "bias_initializer", at=call)
    return cell


def _is_large(argument: Argument | None, least: float) -> bool:
    if argument is None or argument.text == "None":
        return False
    name, called = initializer_name(argument), "(" in argument.text
    given = _numbers(argument.text) if called else {}
    if name == "variancescaling":
        return given is None or given.get("scale", given.get("0", 1.0)) > LARGEST_SCALE
    if name in {"orthogonal", "orthogonalinitializer"}:
        return given is None or given.get("gain", given.get("0", 1.0)) > LARGEST_GAIN
    if name in FITTING | EQUAL_UNITS:
        return False
    size = written_size(argument)
    return size is None or size >= SHARE * least


def _numbers(text: str) -> dict[str, float] | None:
    """The numbers that a call is given, by name or place; None where one is not written out."""
    tree = expression(f"({text})")
    if not isinstance(tree, ast.Call):
        return {}
    parts = [(str(place), value) for place, value in enumerate(tree.args)]
    parts += [(word.arg or "**", word.value) for word in tree.keywords]
    found = {}
    for name, value in parts:
        try:
            number = ast.literal_eval(value)
        except (ValueError, RecursionError):
            if name != "seed":
                return None
            continue
        if isinstance(number, (int, float)):
            found[name] = float(number)
    return found


def _activation(call: Call) -> str:
    argument = call.argument("activation", ACTIVATION_POSITION.get(call.name))
    return function_name(argument.text) if argument is not None else ""
